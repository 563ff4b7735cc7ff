"""A trace that goes on: its paths and their statistics as the answers come, without keeping every answer.

The rounds of the last seconds stay open, since an answer may come late; older ones are added to the path that they
took, each path having its own statistics.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping
from copy import deepcopy
from typing import NamedTuple

from netscope.domains.running import Running
from netscope.domains.trace_paths import Hop, Path, judged
from netscope.domains.trace_session import Answer, Outcome, Way

HISTORY = 100  # the last rounds that a sparkline can show
_OPEN_SECONDS = 5.0  # for which a round waits for late answers
_LEAST_OPEN = 3
_MOST_PATHS = 50  # of one flow that are remembered; the oldest is forgotten first


class Router(NamedTuple):
    """One address that answered at one distance: how often, and its latest answer."""

    answers: int
    latest: Answer


class HopStats(NamedTuple):
    """One distance on one path.

    Attributes:
        ttl: the distance.
        sent: how many times it was asked.
        received: how many answers came.
        seldom, loss: as in :class:`netscope.domains.trace_paths.Hop`.
        times: of the round trips.
        history: the last round trips in seconds, None where no answer came.
        routers: who answered; the one that answered last is last.
        kinds: (type, code) of the answers' ICMP errors.
    """

    ttl: int
    sent: int
    received: int
    seldom: bool
    loss: float | None
    times: Running
    history: tuple[float | None, ...]
    routers: Mapping[str, Router]
    kinds: frozenset[tuple[int, int]]


class LivePath(NamedTuple):
    """One way that a flow took, in ``rounds`` of the rounds from ``first`` to ``last``."""

    flow: int
    first: int
    last: int
    rounds: int
    hops: tuple[HopStats, ...]

    def plain(self) -> Path:
        """Return it as the verdict and the graph want it: who answered, the latest answer last."""
        hops = tuple(
            Hop(hop.ttl, tuple(router.latest for router in hop.routers.values()) or (None,), hop.seldom, hop.loss)
            for hop in self.hops
        )
        return Path(self.flow, (self.first, self.last), hops)


class _HopTally:
    """What is known of one distance on one path so far."""

    def __init__(self) -> None:
        self.sent = self.received = 0
        self.times = Running()
        self.history: deque[float | None] = deque(maxlen=HISTORY)
        self.routers: dict[str, Router] = {}
        self.kinds: set[tuple[int, int]] = set()

    def add(self, answer: Answer | None) -> None:
        self.sent += 1
        self.history.append(answer.rtt if answer is not None else None)
        if answer is None:
            return
        self.received += 1
        if answer.rtt is not None:
            self.times.add(answer.rtt)
        before = self.routers.pop(answer.address, None)
        self.routers[answer.address] = Router(before.answers + 1 if before else 1, answer)
        if answer.icmp is not None:
            self.kinds.add(answer.icmp)


class _PathTally:
    """What is known of one path so far."""

    def __init__(self) -> None:
        self.rounds: list[int] = []  # the first and the last
        self.count = 0
        self.seen: dict[int, str] = {}
        self.hops: dict[int, _HopTally] = {}
        self.end = 0  # the distance at which it ends; 0: not known

    def agrees(self, seen: Mapping[int, str]) -> bool:
        return all(seen.get(ttl, address) == address for ttl, address in self.seen.items())

    def add(self, number: int, answers: Mapping[int, Answer | None]) -> None:
        self.rounds = [min(number, *self.rounds), max(number, *self.rounds)] if self.rounds else [number, number]
        self.count += 1
        for ttl, answer in sorted(answers.items()):
            self.hops.setdefault(ttl, _HopTally()).add(answer)
            if answer is not None:
                self.seen[ttl] = answer.address
                if answer.kind != "hop":
                    self.end = min(self.end or ttl, ttl)

    def view(self, flow: int) -> LivePath:
        tallies = [(ttl, hop) for ttl, hop in sorted(self.hops.items()) if not self.end or ttl <= self.end]
        verdicts = judged([(hop.received, hop.sent) for _ttl, hop in tallies])
        hops = tuple(
            HopStats(ttl, hop.sent, hop.received, found.seldom, found.loss, hop.times, tuple(hop.history),
                     dict(hop.routers), frozenset(hop.kinds))
            for (ttl, hop), found in zip(tallies, verdicts, strict=True)
        )  # fmt: skip
        return LivePath(flow, self.rounds[0], self.rounds[-1], self.count, hops)


class PathBook:
    """The paths of every flow. ``constant``: the flow is, so that another router means another path."""

    def __init__(self, way: Way, *, constant: bool) -> None:
        self._constant = constant
        self._open_rounds = max(_LEAST_OPEN, int(_OPEN_SECONDS / max(0.1, way.interval)))
        self._rounds: list[dict[int, dict[int, Answer | None]]] = [{} for _ in range(way.flows)]
        self._sealed: list[list[_PathTally]] = [[] for _ in range(way.flows)]
        self._newest_sealed = [0] * way.flows

    def note(self, outcome: Outcome) -> None:
        """Take one settled question; what comes for a round that was closed is too late."""
        slot = outcome.slot
        if slot.round <= self._newest_sealed[slot.flow]:
            return
        rounds = self._rounds[slot.flow]
        answers = rounds.setdefault(slot.round, {})
        if answers.get(slot.ttl) is None:
            answers[slot.ttl] = outcome.answer
        while len(rounds) > self._open_rounds:
            oldest = min(rounds)
            _enter(self._sealed[slot.flow], oldest, rounds.pop(oldest), self._constant)
            self._newest_sealed[slot.flow] = oldest

    def paths(self) -> list[LivePath]:
        """Return the paths of every flow, the one seen last first."""
        found: list[LivePath] = []
        for flow, rounds in enumerate(self._rounds):
            tallies = list(self._sealed[flow])
            kept = set(map(id, tallies))  # the open rounds may come out otherwise next time
            for number in sorted(rounds):
                _enter(tallies, number, rounds[number], self._constant, kept)
            found += [tally.view(flow) for tally in tallies]
        return found


def _enter(
    tallies: list[_PathTally],
    number: int,
    answers: Mapping[int, Answer | None],
    constant: bool,
    kept: Container[int] = (),
) -> None:
    """Add a round to the path that it took, which then is the first; those of ``kept`` (ids) stay as they are."""
    seen = {ttl: answer.address for ttl, answer in answers.items() if answer is not None}
    same = next((tally for tally in tallies if not constant or tally.agrees(seen)), None)
    if same is None:
        same = _PathTally()
    else:
        tallies.remove(same)
        if id(same) in kept:
            same = deepcopy(same)
    tallies.insert(0, same)
    same.add(number, answers)
    del tallies[_MOST_PATHS:]


def latest(paths: Iterable[LivePath], flow: int = 0) -> LivePath | None:
    """Return the path that a flow takes now."""
    return next((path for path in paths if path.flow == flow), None)
