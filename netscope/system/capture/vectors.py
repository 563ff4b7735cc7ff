"""writev(2) from where the frames lie: between the ring and the file nothing is copied by this program."""

from __future__ import annotations

import ctypes
import os
from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

MOST = 1024  # vectors in one call: UIO_MAXIOV
WORD = 64  # bits of a pointer and of a length in struct iovec, as this module counts on them

_writev = ctypes.CDLL(None, use_errno=True).writev
_writev.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_writev.restype = ctypes.c_ssize_t


def address_of(memory: memoryview) -> int:
    """Return where memory that can be written to lies. It holds as long as somebody holds the memory."""
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


class Sizes(NamedTuple):
    """The sizes of some records: ``more`` bytes and a length each, which may be one for all."""

    packets: int
    lengths: array[int] | int
    more: int

    def before(self, record: int) -> int:
        """Return what they are up to a record."""
        lengths = self.lengths
        return record * self.more + (record * lengths if isinstance(lengths, int) else sum(lengths[:record]))

    def ends(self) -> Sequence[int]:
        """Return where each record ends."""
        if isinstance(self.lengths, int):
            each = self.lengths + self.more
            return range(each, self.packets * each + 1, each)
        return list(accumulate(length + self.more for length in self.lengths))


class Gathered:
    """Records that lie in pieces: an address and a length for each, in turn one of a header and one of contents.

    A last one may stand alone. ``vectors`` and what they point to must stay as they are until the records are out;
    ``held`` is memory that must not go away before. That everything lies within such memory is for the maker to see to.
    """

    def __init__(self, vectors: array[int], pieces: int, sizes: Sizes, held: memoryview) -> None:
        assert 2 * pieces <= len(vectors)
        self.count = sizes.packets
        self.size = sizes.before(sizes.packets)
        self.sent = 0
        self.ends, self._before = sizes.ends, sizes.before
        self._vectors, self._pieces = vectors, pieces
        self._first = self._within = 0  # the vector that is next, and what of it is out
        self._held = held

    def send(self, descriptor: int, end: int) -> None:
        """Write what is left before ``end``, or a part of it."""
        vectors, first, last = self._vectors, self._first, self._pieces
        behind = self.size
        if last - first > MOST:
            # Up to contents where a last one stands alone, else up to a header: behind a whole number of records.
            alone = last & 1
            last = first + MOST - (first + MOST - alone & 1)
            behind = self._before(last // 2) + alone * vectors[1]
        if self._within or end < behind:
            vectors = self._left(end)
            first, last = 0, min(len(vectors) // 2, MOST)
        sent = _writev(descriptor, vectors.buffer_info()[0] + 16 * first, last - first)
        if sent < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        self.sent += sent
        if self.sent == behind:
            self._first, self._within = last, 0
        elif self.sent < self.size:
            self._skip(sent)

    def _left(self, end: int) -> array[int]:
        """Return vectors of what is left before ``end``: they are needed where a file ends, or where one was full."""
        found = array("Q")
        left, at, within = end - self.sent, 2 * self._first, self._within
        while left > 0:
            length = min(self._vectors[at + 1] - within, left)
            found.extend((self._vectors[at] + within, length))
            left -= length
            at, within = at + 2, 0
        return found

    def _skip(self, sent: int) -> None:
        within = self._within + sent
        while within >= (length := self._vectors[2 * self._first + 1]):
            within -= length
            self._first += 1
        self._within = within
