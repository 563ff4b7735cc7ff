"""Records on their way into a file: how many bytes of them are out, so that a file can be cut behind a whole one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol


class Records(Protocol):
    """Some records that go out one behind the other.

    Attributes:
        count: how many there are.
        size: their bytes.
        sent: how many bytes are out.
    """

    count: int
    size: int
    sent: int

    def ends(self) -> Sequence[int]:
        """Return where each record ends, in bytes from the first one's beginning. Made when it is asked for."""

    def send(self, descriptor: int, end: int) -> None:
        """Write what is left before ``end``, where a record ends, or a part of it. Raises OSError."""


class Joined:
    """Records that are made already, ``per`` parts each."""

    def __init__(self, parts: Sequence[bytes], per: int) -> None:
        self.count = len(parts) // per
        self.sent = 0
        self._parts, self._per = parts, per
        self._data = memoryview(b"".join(parts))
        self.size = len(self._data)

    def ends(self) -> Sequence[int]:
        """Return where each record ends."""
        return list(accumulate(map(len, self._parts)))[self._per - 1 :: self._per]

    def send(self, descriptor: int, end: int) -> None:
        """Write what is left before ``end``, or a part of it."""
        self.sent += os.write(descriptor, self._data[self.sent : end])
