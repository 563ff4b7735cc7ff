"""Rows that were made once in the order of the frames, kept small: what a row says depends on the frames before it.

Some 20 bytes a row: 256 of them are packed together, and unpacked when one of them is looked at.
"""

from __future__ import annotations

import marshal
import threading
import zlib
from bisect import bisect_right
from collections import deque

Cells = tuple[str, str, str, str, str]  # source, destination, protocol, info, trouble

_CHUNK = 256
_UNPACKED = 8  # chunks that are kept unpacked: more than a screen has
_MOST = 96 << 20  # bytes; the oldest rows are let go


class RowStore:
    """Rows by place. One thread adds, in order; any may look."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._bases: list[int] = []  # the first place of each packed chunk
        self._chunks: list[bytes] = []
        self._size = 0
        self._base = 0  # that of the chunk being filled
        self._open: list[Cells] = []
        self._unpacked: deque[tuple[int, list[Cells]]] = deque(maxlen=_UNPACKED)

    @property
    def size(self) -> int:
        """How many bytes the packed rows take."""
        return self._size

    def add(self, place: int, cells: Cells) -> None:
        """Keep the row of a place, which comes after all before."""
        if place != self._base + len(self._open) or len(self._open) >= _CHUNK:
            self._pack(place)
        self._open.append(cells)

    def _pack(self, place: int) -> None:
        if self._open:
            packed = zlib.compress(marshal.dumps(self._open), 1)
            with self._lock:
                self._bases.append(self._base)
                self._chunks.append(packed)
                self._size += len(packed)
                self._open = []
                self._base = place
                if self._size > self._most:
                    self._let_go(len(self._chunks) // 8)
        else:
            self._base = place

    def _let_go(self, count: int) -> None:
        self._size -= sum(map(len, self._chunks[:count]))
        del self._bases[:count], self._chunks[:count]

    def trim(self, first: int) -> None:
        """Let go of the rows before a place."""
        with self._lock:
            count = bisect_right(self._bases, first) - 1
            if count > 0:
                self._let_go(count)

    def get(self, place: int) -> Cells | None:
        """Return a row, None where it is not, or not any more."""
        with self._lock:
            base, rows = self._base, self._open
            if place < base or not rows:
                at = bisect_right(self._bases, place) - 1
                if at < 0:
                    return None
                base, rows = self._bases[at], self._chunk(at)
            index = place - base
            return rows[index] if 0 <= index < len(rows) else None

    def _chunk(self, at: int) -> list[Cells]:
        base = self._bases[at]
        for known, unpacked in self._unpacked:
            if known == base:
                return unpacked
        rows: list[Cells] = marshal.loads(zlib.decompress(self._chunks[at]))
        self._unpacked.append((base, rows))
        return rows
