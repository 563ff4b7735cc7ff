"""Statistics of round-trip times as they come, without keeping them."""

from __future__ import annotations

from math import sqrt


class Running:
    """Times in seconds, in the order of arrival.

    ``jitter`` is the mean difference between consecutive ones; ``deviation`` is that of all (mdev of ping(8)),
    ``spread`` that of a sample (StDev of mtr(8)).
    """

    def __init__(self) -> None:
        self.count = 0
        self.last: float | None = None
        self.least = self.most = 0.0
        self._sum = self._squares = self._steps = 0.0

    def add(self, rtt: float) -> None:
        """Take one more."""
        if self.last is not None:
            self._steps += abs(rtt - self.last)
        self.least = min(self.least, rtt) if self.count else rtt
        self.most = max(self.most, rtt)
        self.count += 1
        self.last = rtt
        self._sum += rtt
        self._squares += rtt * rtt

    @property
    def average(self) -> float:
        """Mean."""
        return self._sum / self.count if self.count else 0.0

    @property
    def deviation(self) -> float:
        """Standard deviation of all."""
        return sqrt(max(0.0, self._squares / self.count - self.average**2)) if self.count else 0.0

    @property
    def spread(self) -> float:
        """Standard deviation of a sample."""
        return self.deviation * sqrt(self.count / (self.count - 1)) if self.count > 1 else 0.0

    @property
    def jitter(self) -> float:
        """Mean difference between consecutive ones."""
        return self._steps / (self.count - 1) if self.count > 1 else 0.0
