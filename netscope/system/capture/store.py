"""What a live capture keeps: whole blocks of the ring in large segments of memory, of which the oldest is used again.

Nothing is done for a single frame while it comes in: where the frames of a block are is found out when the first of
them is wanted. Segments are made of huge pages that are there before they are written to, where the kernel offers it:
a page fault costs more than the copying (here 0.04 s for 256 MiB, against 0.11 s to 0.7 s).
"""

from __future__ import annotations

import mmap
import os
import threading
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from netscope.core.frame import Frame, Interface, Statistics
from netscope.core.snapshot import Problem
from netscope.system.capture.blocks import frame, offsets
from netscope.system.capture.ring import BLOCK
from netscope.system.capture.sources import Spool

_SEGMENT = 16 << 20
_SEGMENTS = 8  # at least so many, where the memory is small: letting one go loses an eighth
_LEAST = 2
_POPULATE_WRITE = 23  # MADV_POPULATE_WRITE
_INDEX_SHARE = 16  # one part in so many of the memory is for the index


class Chunk(NamedTuple):
    """A block of the ring.

    Attributes:
        start: place of its first frame.
        packets: how many frames.
        interface: index of the interface.
        head: where the first frame's header is, from the block's beginning.
        at: where the block begins in its segment.
        size: bytes of the block.
    """

    start: int
    packets: int
    interface: int
    head: int
    at: int
    size: int


class Segment:
    """Some blocks: in memory, or at ``spooled`` in the spool."""

    def __init__(self, start: int, memory: mmap.mmap) -> None:
        self.start = start
        self.memory: mmap.mmap | None = memory
        self.used = 0
        self.spooled = 0
        self.chunks: list[Chunk] = []
        self.starts: list[int] = []


class Store:
    """The frames of a live capture (see :class:`netscope.core.frame.Frames`). One thread adds, any may read."""

    def __init__(self, interfaces: Sequence[Interface], cooked: Sequence[bool], most: int, *, spool: bool) -> None:
        self.interfaces = interfaces
        self.complete = False
        self.statistics: Sequence[Statistics] = ()
        self._cooked = cooked
        self._most = most
        self._size = min(_SEGMENT, max(BLOCK, most // _SEGMENTS))
        self._count = 0
        self._first = 0
        self._lock = threading.Lock()
        self._segments: list[Segment] = []
        self._starts: list[int] = []
        self._live = 0  # segments in memory: the last ones
        self._index: dict[int, array[int]] = {}  # offsets within chunks, by the chunk's first place
        self._indexed = 0
        self._read: tuple[int, bytes] = (-1, b"")  # what was read last from the spool, and where
        self._spool: Spool | None = None
        self._spooling = spool
        self._failure = ""
        if spool:
            try:
                self._spool = Spool()
            except OSError as error:
                self._no_spool(error)

    @property
    def first(self) -> int:
        """The first place that is still there."""
        return self._first

    def __len__(self) -> int:
        return self._count

    @property
    def problems(self) -> Sequence[Problem]:
        """What was let go."""
        found = []
        if self._failure:
            found.append(Problem("old frames are not spooled to a file", self._failure, "TMPDIR names a larger disk"))
        if self._first:
            why = f"{self._most >> 20:,} MiB are full"
            mend = "--memory gives it more, -w keeps all in a file"
            found.append(Problem(f"the oldest {self._first:,} frames were let go", why, mend))
        return found

    def add(self, block: memoryview, packets: int, head: int, interface: int) -> None:
        """Keep a block of which the first ``packets`` frames are wanted; it is copied."""
        if not packets:
            return
        size = len(block)
        segment = self._segments[-1] if self._segments else None
        if segment is None or segment.used + size > self._size:
            segment = self._next()
        at = segment.used
        assert segment.memory is not None
        segment.memory[at : at + size] = block
        segment.used = at + size + (-size & 7)
        with self._lock:
            segment.chunks.append(Chunk(self._count, packets, interface, head, at, size))
            segment.starts.append(self._count)
            self._count += packets

    def _next(self) -> Segment:
        """Return a new segment; where the memory is full, the oldest one's place is used again."""
        memory = None
        room = self._most - self._most // _INDEX_SHARE
        if self._live >= _LEAST and (self._live + 1) * self._size > room:
            memory = self._oldest()
        if memory is None:
            memory = mmap.mmap(-1, self._size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            try:
                memory.madvise(mmap.MADV_HUGEPAGE)
                memory.madvise(_POPULATE_WRITE)
            except OSError:
                pass  # Linux before 5.14, or without huge pages: then pages come one by one
            self._live += 1
        segment = Segment(self._count, memory)
        with self._lock:
            self._segments.append(segment)
            self._starts.append(self._count)
        return segment

    def _oldest(self) -> mmap.mmap | None:
        """Take the memory from the oldest segment that has some."""
        segment = self._segments[-self._live]
        memory = segment.memory
        if self._spooling and self._spool is not None and memory is not None:
            at = self._spool.size
            try:
                self._spool.append(memory[: segment.used])
            except OSError as error:
                self._no_spool(error)
            else:
                with self._lock:
                    segment.spooled, segment.memory = at, None
                return memory
        with self._lock:
            gone = len(self._segments) - self._live + 1
            del self._segments[:gone], self._starts[:gone]
            self._first = self._starts[0] if self._starts else self._count
        return memory

    def _no_spool(self, error: OSError) -> None:
        """Write no more to the disk; what is there can be read as long as nothing newer must go."""
        self._spooling = False
        self._failure = os.strerror(error.errno or 0)

    def indexed(self, place: int) -> int:
        """Find out where the frames around a place are, before they are wanted; return the place behind them."""
        with self._lock:
            chunk, data, base = self._chunk(max(place, self._first))
            self._offsets(chunk, data, base)
            return chunk.start + chunk.packets

    def _chunk(self, place: int) -> tuple[Chunk, bytes | mmap.mmap, int]:
        """Return the chunk of a place, with its bytes and where they begin. The lock is held."""
        if not self._first <= place < self._count:
            raise IndexError(place)
        segment = self._segments[bisect_right(self._starts, place) - 1]
        chunk = segment.chunks[bisect_right(segment.starts, place) - 1]
        if segment.memory is not None:
            return chunk, segment.memory, chunk.at
        return chunk, self._spooled(segment.spooled + chunk.at, chunk.size, place), 0

    def frame(self, place: int) -> Frame:
        """Return the frame at a place."""
        with self._lock:  # decoded within: the memory may be used again afterwards
            chunk, data, base = self._chunk(place)
            at = self._offsets(chunk, data, base)[place - chunk.start] + base
            interface = self.interfaces[chunk.interface]
            return frame(
                data,
                at,
                place,
                chunk.interface,
                interface.link,
                interface.snaplen,
                cooked=self._cooked[chunk.interface],
            )

    def _offsets(self, chunk: Chunk, data: bytes | mmap.mmap, base: int) -> array[int]:
        found = self._index.get(chunk.start)
        if found is None:
            if 4 * self._indexed > self._most // _INDEX_SHARE:
                self._index.clear()  # it is soon made again
                self._indexed = 0
            with memoryview(data) as whole, whole[base : base + chunk.size] as block:
                found = self._index[chunk.start] = offsets(block, chunk.packets, chunk.head)
            self._indexed += len(found)
        return found

    def _spooled(self, at: int, size: int, place: int) -> bytes:
        known, data = self._read
        if known == at:
            return data
        data = self._spool.read(at, size) if self._spool else b""
        if len(data) < size:
            raise IndexError(place)
        self._read = (at, data)
        return data

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            segments, self._segments = self._segments, []
            self._starts = []
            self._index.clear()
            self._first = self._count
            for segment in segments:
                if segment.memory is not None:
                    segment.memory.close()
        if self._spool is not None:
            self._spool.close()
