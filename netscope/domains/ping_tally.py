"""The running account of one target: counts and round-trip times."""

from __future__ import annotations

from netscope.core.probe import Event
from netscope.domains.running import Running

HISTORY = 60  # the last probes that a sparkline shows


def says_open(event: Event) -> bool:
    """Tell whether a port is open by what came back for a probe of it: a refusal answers, too."""
    return event.port_open if event.port_open is not None else event.kind == "reply"


class Tally(Running):
    """Counts of one target, and statistics of its round-trip times.

    ``unanswered`` counts the probes of which it is known that no reply came (yet); others are still on their way.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0
        self.received = 0
        self.errors = 0
        self.duplicates = 0
        self.corrupt = 0
        self.late = 0
        self.outstanding = 0
        self.unanswered = 0
        self.error: Event | None = None
        self.port_open: bool | None = None  # as the last reply to a probe of a port had it
        self._history: list[tuple[int, float | None]] = []
        self._acknowledged = 0

    def receive(self, sequence: int, event: Event, *, late: bool) -> None:
        """Count a reply."""
        self.received += 1
        self.late += late
        self.unanswered -= late
        self.corrupt += event.wrong is not None
        self.port_open = says_open(event)
        self.acknowledge(sequence)
        rtt = event.rtt
        self._note(sequence, rtt)
        if rtt is not None:
            self.add(rtt)

    def fail(self, sequence: int, event: Event, *, counted: bool, late: bool = False) -> None:
        """Note an error in place of a reply; ``counted`` when it came from the network."""
        self.errors += counted
        self.unanswered += not late
        self.error = event
        self.acknowledge(sequence)
        self._note(sequence, None)

    def lose(self, sequence: int) -> None:
        """Note that nothing came."""
        self.unanswered += 1
        self._note(sequence, None)

    def _note(self, sequence: int, rtt: float | None) -> None:
        history = self._history
        history.append((sequence, rtt))
        if len(history) > HISTORY:
            del history[0]

    def acknowledge(self, sequence: int) -> None:
        """Note how many probes were on their way at once, which ping(8) calls the pipe."""
        outstanding = self.sent - sequence + 1
        if outstanding > self.outstanding:
            self.outstanding = outstanding

    @property
    def loss(self) -> float:
        """Per cent of the probes that no reply came back for."""
        return 100.0 * (self.sent - self.received) / self.sent if self.sent else 0.0

    @property
    def loss_so_far(self) -> float:
        """Per cent of the probes that are not on their way any more."""
        settled = self.received + self.unanswered
        return 100.0 * self.unanswered / settled if settled else 0.0

    @property
    def history(self) -> tuple[float | None, ...]:
        """Round-trip times of the last probes in the order of sending, None where none came; late ones count."""
        if len(self._history) == 1:  # one probe to each of many targets
            return (self._history[0][1],)
        return tuple(dict(sorted(self._history, key=lambda item: (item[0], item[1] is not None))).values())
