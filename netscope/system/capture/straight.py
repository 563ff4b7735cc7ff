"""Frames from the ring straight into a file: hundreds of records at once, their contents never copied (vectors.py).

What differs from frame to frame is taken out of the ring as columns: where frames of one size follow one another, as
in bulk transfers and floods, strided views show that nothing but times differs; otherwise a walk finds the headers.
Times and lengths are computed on whole columns (lanes.py), and put with strides into headers that lie ready, as do the
vectors that point to them. The headers in the ring are the kernel's, yet no vector is let out of the block.

It counts on 64 bits, lowest byte first; elsewhere, and for frames that do not lie in the ring as they are saved, there
is plain.py.
"""

from __future__ import annotations

import sys
from array import array
from functools import lru_cache
from itertools import accumulate, repeat
from struct import Struct, error, pack
from typing import Literal, NamedTuple

from netscope.dissect.files.pcapng import EPB
from netscope.system.capture import lanes
from netscope.system.capture.blocks import HEAD, HEAD_SIZE, TYPE, VLAN_VALID
from netscope.system.capture.filtering import OUTGOING
from netscope.system.capture.plain import Batch, Format, Plain, flags
from netscope.system.capture.vectors import WORD, Gathered, Sizes, address_of

POSSIBLE = sys.byteorder == "little" and sys.maxsize == (1 << WORD - 1) - 1

_MOST = lanes.MOST  # frames at once
_RUN = 32  # frames of one size, from where on they are worth being taken as a run
# Memory that is read in turn comes faster than headers here and there: they are looked for in a copy of what is around
# them, but for runs of frames that take more than _NEAR bytes.
_PIECE, _NEAR = 1 << 20, 512
_WALK = Struct("=I24s40x")  # next; time, lengths, status and place
_WALK_TYPED = Struct("=I24s30xB")  # and the packet type
_TIME, _LENGTHS, _STATUS = 4, 12, 20  # offsets of those, 8 bytes each
_SIZES = {"B": 1, "I": 4, "Q": 8}
_WAYS = bytes(2 if kind == OUTGOING else 1 for kind in range(256))  # of packet types, for the flags


class Found(NamedTuple):
    """Frames, as columns.

    Attributes:
        packets: how many.
        times: seconds, and nanoseconds in the upper half.
        contents: addresses.
        columns: what else differs; None where nothing does.
        first: captured and original length and packet type of the first, and of the others where nothing differs.
        at: where the next frame's header is.
    """

    packets: int
    times: array[int]
    contents: array[int]
    columns: Columns | None
    first: tuple[int, int, int]
    at: int


class Columns(NamedTuple):
    """Lengths: captured, and original in the upper half; captured; packet types, if they were asked for."""

    lengths: array[int]
    kept: array[int]
    types: bytes


class Ready(NamedTuple):
    """What headers and vectors hold from the time before: so many of frames that were alike."""

    first: tuple[int, int, int] = (0, 0, 0)
    packets: int = 0

    def holds(self, found: Found) -> bool:
        """Whether they need not be filled again."""
        return found.packets <= self.packets and found.first == self.first


class Straight:
    """Makes records of frames, for one ring and one format."""

    def __init__(self, wanted: Format) -> None:
        self._plain = Plain(wanted)
        self._cooked = wanted.cooked
        self._typed = wanted.form == "pcapng"
        self._maker: _Blocks | _Records = _Blocks(wanted.interface) if self._typed else _Records(wanted.nano)
        self._copy = memoryview(bytearray(_MOST * _NEAR))

    def take(self, block: memoryview, packets: int, at: int) -> Batch:
        """Return the records of some of ``packets`` frames from ``at`` on, of one at least.

        They are to be written before the next ones are made: their headers lie in the same place.
        """
        found = None
        if not self._cooked:
            found = self._run(block, packets, at) or _walked(block, packets, at, self._typed)
        if found is None:
            return self._plain.take(block, packets, at)
        return Batch(self._maker.made(found, block), found.at)

    def _run(self, block: memoryview, packets: int, at: int) -> Found | None:
        """Find frames of one size that follow one another, without tags; None where there are too few."""
        step, _seconds, _nanoseconds, kept, length, status, mac = HEAD.unpack_from(block, at)
        size = mac + kept
        if packets < _RUN or status & VLAN_VALID or step & 7 or step < max(size, HEAD_SIZE) or at + size > len(block):
            return None
        count = min(packets, _MOST, (len(block) - at - size) // step + 1)
        if count < _RUN or HEAD.unpack_from(block, at + step)[0] != step or not _alike(block, at, step, _RUN):
            return None
        place = address_of(block) + at + mac
        if step <= _NEAR:
            whole = (count - 1) * step + size
            self._copy[:whole] = block[at : at + whole]
            block, first = self._copy, 0
        else:
            first = at
        while not _alike(block, first, step, count):  # _RUN of them are
            count = max(_RUN, count // 2)
        last = (count - 1) * step
        return Found(
            count,
            array("Q", _column(block, first + _TIME, step, count).tobytes()),
            _places(place, step, 1 << (count - 1).bit_length())[:count],
            None,
            (kept, length, block[first + TYPE]),
            at + last + HEAD.unpack_from(block, first + last)[0],
        )


def _column(block: memoryview, at: int, step: int, count: int, code: Literal["B", "I", "Q"] = "Q") -> memoryview:
    """Return a field of ``count`` frames that lie ``step`` bytes apart."""
    size = _SIZES[code]
    return block[at : at + (count - 1) * step + size].cast(code)[:: step // size]


def _alike(block: memoryview, at: int, step: int, count: int) -> bool:
    """Whether frames are alike but for the time; the last one's step does not matter, in a block it is 0."""
    columns = (
        _column(block, at, step, count - 1, "I"),
        _column(block, at + _LENGTHS, step, count),
        _column(block, at + _STATUS, step, count),
        _column(block, at + TYPE, step, count, "B"),
    )
    return all(column[1:] == column[:-1] for column in columns)


@lru_cache(128)  # a flood fills the same blocks in the same way, round by round
def _places(first: int, step: int, count: int) -> array[int]:
    return lanes.numbers(lanes.steps(first, step, count), count)


def _walked(block: memoryview, packets: int, at: int, typed: bool) -> Found | None:
    """Find frames by going from one to the next; None where one has a tag, or another place behind its header."""
    most = min(packets, _MOST)
    piece = bytes(block[at : at + max(HEAD_SIZE, min(_PIECE, (len(block) - at) * most // packets))])
    steps: list[int] = []
    heads: list[bytes] = []
    types: list[int] = []
    step_to, keep, note = steps.append, heads.append, types.append
    here = 0
    try:
        if typed:
            walk = _WALK_TYPED.unpack_from
            for _ in repeat(None, most):
                step, head, kind = walk(piece, here)
                step_to(step)
                keep(head)
                note(kind)
                here += step
        else:
            walk = _WALK.unpack_from
            for _ in repeat(None, most):
                step, head = walk(piece, here)
                step_to(step)
                keep(head)
                here += step
    except error:
        pass  # the piece ends
    count = len(steps)
    words = array("Q", b"".join(heads))
    status = words[2::3]
    mac = status[0] >> 32 & 0xFFFF
    if lanes.vector(status) & lanes.same(0xFFFF << 32 | VLAN_VALID) != lanes.same(mac << 32, count):
        return None
    steps.pop()
    begin = lanes.vector(array("Q", accumulate(steps, initial=at + mac)))
    lengths = words[1::3]
    kept = lanes.low(lengths)
    if not lanes.at_most(begin + lanes.vector(kept), len(block), count):
        raise ValueError("a frame in the ring is longer than its block")
    contents = lanes.numbers(begin + lanes.same(1, count) * address_of(block), count)
    columns = Columns(lengths, kept, bytes(types))
    return Found(count, words[0::3], contents, columns, (0, 0, 0), at + here)


class _Records:
    """pcap: a header of 16 bytes, and the contents."""

    _HEAD = 16

    def __init__(self, nano: bool) -> None:
        self._nano = nano
        self._heads = array("Q", bytes(self._HEAD * _MOST))
        place = self._heads.buffer_info()[0]
        self._vectors = array("Q", bytes(32 * _MOST))
        self._vectors[0::4] = lanes.numbers(lanes.steps(place, self._HEAD, _MOST), _MOST)
        self._vectors[1::4] = array("Q", [self._HEAD]) * _MOST
        self._ready = Ready()

    def made(self, found: Found, held: memoryview) -> Gathered:
        """Return the records."""
        count, vectors, heads = found.packets, self._vectors, self._heads
        heads[0 : 2 * count : 2] = found.times if self._nano else lanes.microseconds(found.times)
        vectors[2 : 4 * count : 4] = found.contents
        if found.columns:
            heads[1 : 2 * count : 2] = found.columns.lengths
            vectors[3 : 4 * count : 4] = found.columns.kept
            self._ready = Ready()
            return Gathered(vectors, 2 * count, Sizes(count, found.columns.kept, self._HEAD), held)
        kept, length, _type = found.first
        if not self._ready.holds(found):
            heads[1 : 2 * count : 2] = array("Q", [kept | length << 32]) * count
            vectors[3 : 4 * count : 4] = array("Q", [kept]) * count
            self._ready = Ready(found.first, count)
        return Gathered(vectors, 2 * count, Sizes(count, kept, self._HEAD), held)


class _Blocks:
    """pcapng: a head of 28 bytes, the contents, and a tail of 16 with the padding before it.

    A cell has the head, room for the padding, and the tail: a tail and the head behind it go out as one vector.
    """

    _WIDTH = 12  # words of a cell, 4 bytes each
    _HEAD, _TAIL, _TAIL_AT, _FLAGS_AT = 28, 16, 32, 36

    def __init__(self, interface: int) -> None:
        self._interface = interface
        self._cells = array("I", self._cell((0, 0, 0))) * _MOST
        self._bytes = memoryview(self._cells).cast("B")
        place = self._cells.buffer_info()[0]
        self._tails = lanes.steps(place + self._TAIL_AT, 4 * self._WIDTH, _MOST)
        self._padded = [lanes.numbers(self._tails - lanes.same(padding), _MOST) for padding in range(4)]
        self._vectors = array("Q", bytes(16 * (2 * _MOST + 1)))
        self._vectors[0:2] = array("Q", [place, self._HEAD])
        self._ready = Ready()
        self._last, self._uncut = 1, self._HEAD  # which length is without the head behind, and with it

    def _cell(self, first: tuple[int, int, int]) -> bytes:
        kept, length, kind = first
        size = _size(kept)
        return pack("<7I4x12sI", EPB, size, self._interface, 0, 0, kept, length, flags(kind == OUTGOING), size)

    def made(self, found: Found, held: memoryview) -> Gathered:
        """Return the blocks."""
        count, vectors, cells = found.packets, self._vectors, self._cells
        vectors[self._last] = self._uncut
        if found.columns:
            sizes = Sizes(count, self._mixed(found.columns), 0)
            self._ready = Ready()
        else:
            sizes = Sizes(count, _size(found.first[0]), 0)
            if not self._ready.holds(found):
                self._alike(found.first, count)
                self._ready = Ready(found.first, count)
        width, many = self._WIDTH, self._WIDTH * count
        times = lanes.words(lanes.nanoseconds(found.times))
        cells[3:many:width], cells[4:many:width] = times[1::2], times[0::2]
        vectors[2 : 4 * count : 4] = found.contents
        self._last = 4 * count + 1
        self._uncut = vectors[self._last]
        vectors[self._last] = self._uncut - self._HEAD
        return Gathered(vectors, 2 * count + 1, sizes, held)

    def _alike(self, first: tuple[int, int, int], count: int) -> None:
        """Fill all but times and addresses, for frames that differ in nothing else."""
        kept, vectors = first[0], self._vectors
        self._cells[: self._WIDTH * count] = array("I", self._cell(first)) * count
        vectors[3 : 4 * count : 4] = array("Q", [kept]) * count
        vectors[4 : 4 * count + 1 : 4] = self._padded[-kept & 3][:count]
        vectors[5 : 4 * count + 2 : 4] = array("Q", [(-kept & 3) + self._TAIL + self._HEAD]) * count

    def _mixed(self, columns: Columns) -> array[int]:
        """Fill all but times and addresses; return the blocks' sizes."""
        kept, vectors, cells = columns.kept, self._vectors, self._cells
        count, width, many = len(kept), self._WIDTH, self._WIDTH * len(kept)
        length = lanes.vector(kept)
        padding = 3 * length & lanes.same(3)  # -length & 3, without anything below zero
        sizes = lanes.words(lanes.numbers(length + padding + lanes.same(_size(0), count), count))[0::2]
        lengths = lanes.words(columns.lengths)
        cells[1:many:width] = cells[11:many:width] = sizes
        cells[5:many:width], cells[6:many:width] = lengths[0::2], lengths[1::2]
        self._bytes[self._FLAGS_AT : 4 * many : 4 * width] = columns.types.translate(_WAYS)
        vectors[3 : 4 * count : 4] = kept
        tails = (self._tails & lanes.mask(count)) - padding
        vectors[4 : 4 * count + 1 : 4] = lanes.numbers(tails, count)
        between = lanes.same(self._TAIL + self._HEAD, count)
        vectors[5 : 4 * count + 2 : 4] = lanes.numbers(padding + between, count)
        return sizes


def _size(kept: int) -> int:
    """Return the size of an enhanced packet block with its flags."""
    return 44 + kept + (-kept & 3)
