"""What became of each probe to one target, by the time when it was sent: what the graph is drawn from."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from math import isnan, nan
from typing import NamedTuple

KEPT = 20_000  # probes to one target that a graph can show
_LOST = -1.0
_TRIMMED = 1_000


class Sample(NamedTuple):
    """One probe: when it was sent (seconds), its round-trip time (seconds), whether it was lost.

    Without a time it is still on its way, or lost.
    """

    at: float
    rtt: float | None
    lost: bool


class Series:
    """The last probes to one target, numbered from 1."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._first = 1
        self._at = array("d")
        self._rtt = array("d")

    def __len__(self) -> int:
        return len(self._at)

    def sent(self, at: float) -> None:
        """Note the next probe."""
        self._at.append(at)
        self._rtt.append(nan)
        if len(self._at) >= self._kept + _TRIMMED:
            del self._at[:_TRIMMED], self._rtt[:_TRIMMED]
            self._first += _TRIMMED

    def answered(self, sequence: int, rtt: float) -> None:
        """Note the time of a reply, however late."""
        self._put(sequence, rtt)

    def lost(self, sequence: int) -> None:
        """Note that no reply came."""
        self._put(sequence, _LOST)

    def _put(self, sequence: int, value: float) -> None:
        place = sequence - self._first
        if 0 <= place < len(self._rtt):
            self._rtt[place] = value

    def span(self) -> tuple[float, float] | None:
        """Return when the first and the last were sent; None without any."""
        return (self._at[0], self._at[-1]) if self._at else None

    def between(self, start: float, end: float) -> list[Sample]:
        """Return the probes that were sent from ``start`` to ``end``, and one more on either side."""
        low = max(0, bisect_left(self._at, start) - 1)
        high = bisect_right(self._at, end) + 1
        return [
            Sample(at, None if isnan(rtt) or rtt < 0 else rtt, rtt == _LOST)
            for at, rtt in zip(self._at[low:high], self._rtt[low:high], strict=True)
        ]
