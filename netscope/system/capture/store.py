"""What a live capture keeps: whole blocks of the ring, and where each frame is in them; bounded, the oldest go."""

from __future__ import annotations

import os
import threading
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from netscope.core.frame import Frame, Interface, Statistics
from netscope.core.snapshot import Problem
from netscope.system.capture.blocks import frame, offsets
from netscope.system.capture.sources import Spool

_OVERHEAD = 400  # bytes of the objects around a chunk
_SMALL = 1 << 16  # chunks up to this size are put together: a quiet interface hands over many


class Chunk(NamedTuple):
    """Some blocks of one interface, one behind the other; in memory, or at ``spooled`` in the spool, so many bytes."""

    data: bytes
    offsets: array[int]
    interface: int
    spooled: int = -1
    stored: int = 0

    @property
    def size(self) -> int:
        """What it takes of the memory."""
        return len(self.data) + 4 * len(self.offsets) + _OVERHEAD


class Store:
    """The frames of a live capture (see :class:`netscope.core.frame.Frames`). One thread adds, any may read."""

    def __init__(self, interfaces: Sequence[Interface], cooked: Sequence[bool], most: int, *, spool: bool) -> None:
        self.interfaces = interfaces
        self.complete = False
        self.statistics: Sequence[Statistics] = ()
        self._cooked = cooked
        self._most = most
        self._lock = threading.Lock()
        self._chunks: list[Chunk] = []
        self._starts: list[int] = []  # the first place of each chunk
        self._count = 0
        self._first = 0
        self._bytes = 0
        self._oldest = 0  # the first chunk that is in memory
        self._spool: Spool | None = None
        self._spooling = spool
        self._failure = ""
        self._read: tuple[int, bytes] = (-1, b"")  # what was read last from the spool, and where
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
    def held(self) -> int:
        """How many bytes are held in memory."""
        return self._bytes

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

    def add(self, data: bytes, packets: int, first: int, interface: int) -> None:
        """Keep a block's first ``packets`` frames."""
        if not packets:
            return
        last = self._chunks[-1] if self._chunks else None
        if last is not None and last.interface == interface and len(last.data) + len(data) <= _SMALL:
            base = len(last.data) + (-len(last.data) & 3)
            joined = last.data + bytes(base - len(last.data)) + data
            chunk = Chunk(joined, last.offsets + offsets(data, packets, first, base), interface)
            with self._lock:
                self._chunks[-1] = chunk
                self._bytes += chunk.size - last.size
                self._count += packets
        else:
            chunk = Chunk(data, offsets(data, packets, first), interface)
            with self._lock:
                self._chunks.append(chunk)
                self._starts.append(self._count)
                self._bytes += chunk.size
                self._count += packets
        while self._bytes > self._most and self._shrink():
            pass

    def _shrink(self) -> bool:
        """Let the oldest chunk go, or to the disk; the newest stays."""
        if self._spooling and self._spool is not None and self._oldest < len(self._chunks) - 1:
            chunk = self._chunks[self._oldest]
            at = self._spool.size
            try:
                self._spool.append(chunk.data)
            except OSError as error:
                self._no_spool(error)
                return True
            with self._lock:
                self._chunks[self._oldest] = chunk._replace(data=b"", spooled=at, stored=len(chunk.data))
                self._bytes -= len(chunk.data)
                self._oldest += 1
            return True
        if len(self._chunks) < 2:
            return False
        with self._lock:
            gone = self._chunks.pop(0)
            del self._starts[0]
            self._bytes -= gone.size
            self._oldest = max(0, self._oldest - 1)
            self._first = self._starts[0]
        return True

    def _no_spool(self, error: OSError) -> None:
        """Write no more to the disk; what is there can still be read."""
        self._spooling = False
        self._failure = os.strerror(error.errno or 0)

    def frame(self, place: int) -> Frame:
        """Return the frame at a place."""
        with self._lock:
            if not self._first <= place < self._count:
                raise IndexError(place)
            number = bisect_right(self._starts, place) - 1
            start, chunk = self._starts[number], self._chunks[number]
        data = chunk.data if chunk.spooled < 0 else self._spooled(chunk, place)
        interface = self.interfaces[chunk.interface]
        return frame(
            data,
            chunk.offsets[place - start],
            place,
            chunk.interface,
            interface.link,
            interface.snaplen,
            cooked=self._cooked[chunk.interface],
        )

    def _spooled(self, chunk: Chunk, place: int) -> bytes:
        known, data = self._read
        if known == chunk.spooled:
            return data
        data = self._spool.read(chunk.spooled, chunk.stored) if self._spool else b""
        if len(data) < chunk.stored:
            raise IndexError(place)
        self._read = (chunk.spooled, data)
        return data

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._chunks.clear()
            self._starts.clear()
            self._first = self._count
            self._bytes = 0
        if self._spool is not None:
            self._spool.close()
