"""Ping without sockets and clocks: when to send what, and what a reply, an error or silence means.

The caller owns the clock and the channels; a session is asked what to send, told what was sent and what came back, and
answers with outcomes. One session serves one target as ping(8) does, or many as fping(8) does.
"""

from __future__ import annotations

from errno import EMSGSIZE

from netscope.core.probe import Event, Probe, Target, plain
from netscope.core.probe_words import PORT_UNREACHABLE
from netscope.core.typed import Iterator, Literal, NamedTuple, Sequence
from netscope.domains.ping_tally import Tally

LINGER = 10.0  # ping(8): how long to wait for the last reply when there was none before
LINGER_MANY = 1.0
_CATCH_UP = 0.001  # after a pause, packets may follow each other closely for that long and no more
_LATE_KEPT = 65_536
_ENDLESS = 1 << 62


class Pace(NamedTuple):
    """How often and how long.

    Attributes:
        number: probes for each target; 0 for no end.
        interval: seconds between two probes to the same target.
        gap: seconds between two probes to different targets.
        timeout: seconds until a probe counts as lost; 0 follows the round-trip times, as ping(8) does.
        deadline: seconds after which all ends; 0 for none. With it, ``number`` counts answers.
        ttl: time to live of the probes; 0 leaves the system's.
    """

    number: int
    interval: float = 1.0
    gap: float = 0.0
    timeout: float = 0.0
    deadline: float = 0.0
    ttl: int = 0


class Outcome(NamedTuple):
    """What became of one probe. ``event`` is None when nothing came (``lost``)."""

    kind: Literal["reply", "late", "duplicate", "error", "lost"]
    target: int
    sequence: int
    event: Event | None


class _Waiting(NamedTuple):
    target: int
    sequence: int
    sent: float


class PingSession:
    """Pings targets at a pace."""

    def __init__(self, targets: Sequence[Target], pace: Pace, start: float) -> None:
        self.targets = list(targets)
        self.pace = pace
        self.tallies = [Tally() for _ in targets]
        self.start = start
        self.last_sent = start
        self._next = start
        self._opens = True  # the next probe is the first of a round
        self._round_began = start
        self._position = 0
        self._token = 0
        self._waiting: dict[int, _Waiting] = {}
        self._given_up: dict[int, _Waiting] = {}
        self._done: dict[int, _Waiting] = {}
        self._answered = self._errors = self._received = 0
        self._longest = 0.0
        self._resend = bool(pace.number and pace.deadline)
        self._wanted = pace.number * len(self.targets)  # answers, where answers are counted
        self._left = [self._most] * len(self.targets)
        self._going = len(self.targets)  # targets that are still to be probed

    def due(self, now: float) -> Iterator[tuple[int, Probe]]:
        """Yield (lane, probe) for what is to be sent now; the lane is the address family."""
        while self._sending() and now >= self._next and not self.finished(now):
            target = self._position
            self._token += 1
            sequence = self.tallies[target].sent + 1
            self._waiting[self._token] = _Waiting(target, sequence, now)
            self.tallies[target].sent = sequence
            self.last_sent = now
            self._advance(now)
            to = self.targets[target]
            yield to.family, Probe(self._token, to.address, self.pace.ttl, sequence & 0xFFFF)

    def retarget(self, index: int, target: Target) -> None:
        """Send to another address from now on: a name has moved. What is on its way still counts."""
        self.targets[index] = target

    def drop(self, index: int) -> None:
        """Send nothing to a target any more, and wait for nothing of it."""
        if self._left[index]:
            self._left[index] = 0
            self._going -= 1
            self._wanted -= self._unanswered(index)
            if self._position == index:
                self._go_on(index + 1)
        self._forget(index)

    def restart(self, index: int) -> None:
        """Begin anew with a target, whether it was dropped or not: nothing of before is counted."""
        if not self._left[index]:
            self._wanted += self._unanswered(index)
            self._going += 1
        self._left[index] = self._most
        if self._going == 1:
            self._position, self._opens = index, True
        self._answered -= self._answers(index)
        self.tallies[index] = Tally()
        self._forget(index)

    @property
    def _most(self) -> int:
        return self.pace.number if self.pace.number and not self._resend else _ENDLESS

    def _answers(self, index: int) -> int:
        return self.tallies[index].received + self.tallies[index].errors

    def _unanswered(self, index: int) -> int:
        return max(0, self.pace.number - self._answers(index))

    def _forget(self, index: int) -> None:
        for table in (self._waiting, self._given_up, self._done):
            for token in [token for token, probe in table.items() if probe.target == index]:
                del table[token]

    def _sending(self) -> bool:
        return self._going > 0

    def _advance(self, now: float) -> None:
        if self._opens:
            # Like ping(8), never two rounds at once after a pause.
            self._round_began = self._next if now - self._next < self.pace.interval else now
            self._opens = False
        self._next = max(self._next + self.pace.gap, now - _CATCH_UP)
        self._left[self._position] -= 1
        self._going -= not self._left[self._position]
        self._go_on(self._position + 1)

    def _go_on(self, position: int) -> None:
        """Go to the next target that is to be probed; behind the last one a round begins."""
        while self._going:
            if position == len(self.targets):
                position, self._opens = 0, True
                self._next = max(self._next, self._round_began + self.pace.interval)
            if self._left[position]:
                break
            position += 1
        self._position = position

    def _timeout(self) -> float:
        if self.pace.timeout:
            return self.pace.timeout
        if len(self.targets) > 1:
            return LINGER_MANY
        return max(2 * self._longest, self.pace.interval) if self._received else LINGER

    def wake(self, now: float) -> float:
        """Return seconds until :meth:`due` or :meth:`expire` has something to do."""
        moments = []
        if self._sending():
            moments.append(self._next)
        if self._waiting:
            moments.append(next(iter(self._waiting.values())).sent + self._timeout())
        if self.pace.deadline:
            moments.append(self.start + self.pace.deadline)
        return max(0.0, min(moments, default=now) - now)

    def finished(self, now: float) -> bool:
        """Tell whether all is sent and answered, or time is up."""
        pace = self.pace
        if pace.deadline and (now >= self.start + pace.deadline or self._errors):
            return True
        if self._resend and self._answered >= self._wanted:
            return True
        return not self._sending() and not self._waiting

    def expire(self, now: float) -> list[tuple[int, int, Outcome]]:
        """Return (lane, token, outcome) of the probes for which no answer is expected any more."""
        lost: list[tuple[int, int, Outcome]] = []
        timeout = self._timeout()
        for token, waiting in self._waiting.items():
            if waiting.sent + timeout > now:
                break
            outcome = Outcome("lost", waiting.target, waiting.sequence, None)
            lost.append((self.targets[waiting.target].family, token, outcome))
        for _lane, token, _outcome in lost:
            self._give_up(token)
        return lost

    def _give_up(self, token: int) -> None:
        waiting = self._waiting.pop(token)
        self._given_up[token] = waiting
        if len(self._given_up) > _LATE_KEPT:
            del self._given_up[next(iter(self._given_up))]
        self.tallies[waiting.target].lose(waiting.sequence)

    def receive(self, lane: int, event: Event) -> Outcome | None:
        """Take what came back."""
        token = event.token if event.token is not None else self._guess(lane, event)
        if token is None:
            return None
        waiting = self._waiting.pop(token, None)
        late = self._given_up.pop(token, None) if waiting is None else None
        found = waiting or late
        if found is None:
            return self._again(token, event)
        tally = self.tallies[found.target]
        target = self.targets[found.target]
        if event.kind == "lost":
            tally.lose(found.sequence)
            return Outcome("lost", found.target, found.sequence, None)
        answered = event.kind == "reply" or (
            # A closed UDP port is as good an answer as an open one.
            event.icmp == PORT_UNREACHABLE[target.family] and plain(event.address) == plain(target.address)
        )
        self._keep(token, found)
        # Like ping(8): what the own kernel did not let out was sent in vain, but is no error of the network.
        refused = not event.address and event.errno != EMSGSIZE and event.kind == "error"
        self._answered += not refused
        if not answered:
            self._errors += not refused
            tally.fail(found.sequence, event, counted=not refused, late=late is not None)
            return Outcome("error", found.target, found.sequence, event)
        self._received += 1
        if event.rtt is not None:
            self._longest = max(self._longest, event.rtt)
        tally.receive(found.sequence, event, late=late is not None)
        return Outcome("late" if late else "reply", found.target, found.sequence, event)

    def _keep(self, token: int, found: _Waiting) -> None:
        self._done[token] = found
        if len(self._done) > _LATE_KEPT:
            del self._done[next(iter(self._done))]

    def _again(self, token: int, event: Event) -> Outcome | None:
        found = self._done.get(token)
        if found is None or event.kind != "reply":
            return None
        self.tallies[found.target].duplicates += 1
        return Outcome("duplicate", found.target, found.sequence, event)

    def _guess(self, lane: int, event: Event) -> int | None:
        """Return the probe that an answer without token belongs to: the oldest to that address, or the only one."""
        if event.kind == "reply":
            who = plain(event.address)
            return next((t for t, w in self._waiting.items() if plain(self.targets[w.target].address) == who), None)
        of_lane = [token for token, waiting in self._waiting.items() if self.targets[waiting.target].family == lane]
        return of_lane[0] if len(of_lane) == 1 else None
