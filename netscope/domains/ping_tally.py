"""The running account of one target: counts and round-trip times."""

from __future__ import annotations

from collections import deque
from math import sqrt

from netscope.core.probe import Event

HISTORY = 60  # the last probes that a sparkline shows


class Tally:
    """Counts of one target. Times are in seconds.

    ``jitter`` is the mean difference between consecutive round-trip times, ``mdev`` what ping(8) calls so: the
    standard deviation of all.
    """

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self.errors = 0
        self.duplicates = 0
        self.corrupt = 0
        self.late = 0
        self.timed = 0
        self.last: float | None = None
        self.least = self.most = 0.0
        self.outstanding = 0
        self.error: Event | None = None
        self._sum = self._squares = self._steps = 0.0
        self._history: deque[tuple[int, float | None]] = deque(maxlen=HISTORY)
        self._acknowledged = 0

    def receive(self, sequence: int, event: Event, *, late: bool) -> None:
        """Count a reply."""
        self.received += 1
        self.late += late
        self.corrupt += event.wrong is not None
        self.acknowledge(sequence)
        rtt = event.rtt
        self._history.append((sequence, rtt))
        if rtt is None:
            return
        if self.last is not None:
            self._steps += abs(rtt - self.last)
        self.least = min(self.least, rtt) if self.timed else rtt
        self.most = max(self.most, rtt)
        self.timed += 1
        self.last = rtt
        self._sum += rtt
        self._squares += rtt * rtt

    def fail(self, sequence: int, event: Event, *, counted: bool) -> None:
        """Note an error in place of a reply; ``counted`` when it came from the network."""
        self.errors += counted
        self.error = event
        self.acknowledge(sequence)
        self._history.append((sequence, None))

    def lose(self, sequence: int) -> None:
        """Note that nothing came."""
        self._history.append((sequence, None))

    def acknowledge(self, sequence: int) -> None:
        """Note how many probes were on their way at once, which ping(8) calls the pipe."""
        self.outstanding = max(self.outstanding, self.sent - sequence + 1)

    @property
    def average(self) -> float:
        """Mean of the round-trip times."""
        return self._sum / self.timed if self.timed else 0.0

    @property
    def deviation(self) -> float:
        """Standard deviation of the round-trip times."""
        if not self.timed:
            return 0.0
        return sqrt(max(0.0, self._squares / self.timed - self.average**2))

    @property
    def jitter(self) -> float:
        """Mean difference between consecutive round-trip times."""
        return self._steps / (self.timed - 1) if self.timed > 1 else 0.0

    @property
    def loss(self) -> float:
        """Per cent of the probes that no reply came back for."""
        return 100.0 * (self.sent - self.received) / self.sent if self.sent else 0.0

    @property
    def history(self) -> tuple[float | None, ...]:
        """Round-trip times of the last probes in the order of sending, None where none came; late ones count."""
        return tuple(dict(sorted(self._history, key=lambda item: (item[0], item[1] is not None))).values())
