"""A trace without sockets and clocks: which TTL to ask when, and when a hop is not expected to answer any more.

All distances are asked at once, within a window beyond the farthest answer, so that a short path does not hear from
its end a dozen times: Linux sends six ICMP errors at once to one host, and then one a second. What is known to lie on
the way is then asked again as often as was wished; only what stayed unanswered by a hop that does answer is asked once
more; with several flows, some times more, a second apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from netscope.core.probe import HEADERS, Event, Label, Method, Probe, Target, plain
from netscope.core.probe_words import PORT_UNREACHABLE, TIME_EXCEEDED, TOO_LONG

WINDOW = 4  # distances asked beyond the farthest that has answered: the end hears six probes at most
_PATIENCE = 1.0  # seconds for a hop when nothing behind it has answered either; or five times the longest answer
_SHORTEST = 0.025  # seconds at least for a hop that others behind it have answered for
_FACTOR = 1.5  # times the longest round trip, once something behind it has answered; later answers count, too
_CATCH_UP = 0.002
_TRIES = 6  # of a hop that answers other flows: it hears from all of them, and limits itself
_REFILL = 1.0  # seconds between them: Linux lets one more error out each second
_HEADER = 8  # of UDP and ICMP alike

Kind = Literal["hop", "end", "stopped"]


class Way(NamedTuple):
    """What is asked.

    Attributes:
        address: where to.
        family: 4 or 6.
        method: icmp, udp or tcp.
        first: the first distance asked.
        last: the last.
        rounds: how many times each distance is asked.
        interval: seconds between the beginnings of two rounds; 0: as soon as a hop is known.
        wait: seconds for an answer; 0 follows the round-trip times.
        gap: seconds between two packets.
        flows: how many flows are traced.
        size: of the whole packet, which may then not be fragmented, to find the MTU on the way; 0: short packets.
    """

    address: str
    family: int
    method: Method = "udp"
    first: int = 1
    last: int = 30
    rounds: int = 3
    interval: float = 0.0
    wait: float = 0.0
    gap: float = 0.0005
    flows: int = 1
    size: int = 0


class Answer(NamedTuple):
    """One answer to one probe.

    Attributes:
        kind: ``hop``: a router whose TTL ran out; ``end``: the target; ``stopped``: someone says it goes no further.
        address: who answered.
        rtt: seconds.
        reply_ttl: what was left of the answer's own TTL.
        icmp: type and code, None for a real reply.
        info: the MTU where the answer tells one.
        open: for TCP: whether the port is open.
    """

    kind: Kind
    address: str
    rtt: float | None
    reply_ttl: int | None
    icmp: tuple[int, int] | None
    info: int
    labels: tuple[Label, ...]
    open: bool | None


class Slot(NamedTuple):
    """One question: which flow, which distance, which round."""

    flow: int
    ttl: int
    round: int


class Narrowing(NamedTuple):
    """Where the way became too narrow: for a probe of that distance, who said so ("" is this host), what fits."""

    ttl: int
    by: str
    mtu: int


class Outcome(NamedTuple):
    """A question that is settled: with its answer, or None."""

    slot: Slot
    answer: Answer | None


class _Waiting(NamedTuple):
    slot: Slot
    sent: float


class TraceSession:
    """Traces one target over one or several flows."""

    def __init__(self, way: Way, start: float) -> None:
        self.way = way
        self.start = start
        self.answers: dict[Slot, Answer | None] = {}
        self.serial = False
        self.narrowings: list[Narrowing] = []
        self._size = way.size
        self._limits = [way.last] * way.flows
        self._farthest = [way.first - 1] * way.flows
        self._waiting: dict[int, _Waiting] = {}
        self._slots: dict[int, Slot] = {}
        self._asked: set[Slot] = set()
        self._again: list[Slot] = []
        self._again_at = start
        self._tries: dict[Slot, int] = {}
        self._muddled: set[Slot] = set()  # on their way together when an answer came that fits any of them
        self._cut_off: set[Slot] = set()  # on their way when TCP's end answered (see _held): that try does not count
        self._begun = 1
        self._round_began = start
        self._next = start
        self._token = 0
        self._longest = 0.0

    def retarget(self, _index: int, target: Target) -> None:
        """Trace another address from now on: a name has moved. Its end may lie farther away."""
        self.way = self.way._replace(address=target.address)
        self._limits = [self.way.last] * self.way.flows

    def limit(self, flow: int = 0) -> int:
        """Return the distance at which a flow is known to end, or the last that is asked."""
        return self._limits[flow]

    def due(self, now: float) -> Iterator[tuple[int, Probe]]:
        """Yield (flow, probe) for what is to be sent now."""
        self._begin_rounds(now)
        while now >= self._next:
            slot = self._choose(now)
            if slot is None:
                return
            self._asked.add(slot)
            self._token += 1
            self._waiting[self._token] = _Waiting(slot, now)
            self._slots[self._token] = slot
            self._next = max(self._next + self.way.gap, now - _CATCH_UP)
            payload = self._size - HEADERS[self.way.family] - _HEADER if self._size else -1
            yield slot.flow, Probe(self._token, self.way.address, slot.ttl, self._token & 0xFFFF, payload)

    def _begin_rounds(self, now: float) -> None:
        if not self.way.interval:
            self._begun = self.way.rounds
        while self._begun < self.way.rounds and now >= self._round_began + self.way.interval:
            self._begun += 1
            self._round_began += self.way.interval

    def _choose(self, now: float) -> Slot | None:
        """Return what to ask next: first what lies farther, then the next rounds of what is known, then again."""
        if self.serial and self._waiting:
            return None
        fresh = next(self._fresh(), None)
        if fresh is not None:
            return fresh
        while self._again and now >= self._again_at and not self._held(self._again[0]):
            slot = self._again.pop(0)
            if slot.ttl <= self._limits[slot.flow] and self.answers.get(slot) is None:
                return slot
        return None

    def _candidates(self) -> Iterator[Slot]:
        way = self.way
        edges = [self._edge(flow) for flow in range(way.flows)]
        for ttl in range(way.first, max(edges) + 1):
            for flow in range(way.flows):
                if ttl <= edges[flow]:
                    yield Slot(flow, ttl, 1)
        # With rounds at intervals, what an old one left unasked is past; the hop was not known to be on the way then.
        for number in range(max(2, self._begun - 1) if way.interval else 2, self._begun + 1):
            for ttl in range(way.first, way.last + 1):
                for flow in range(way.flows):
                    if ttl <= self._limits[flow] and self._settled(flow, ttl):
                        yield Slot(flow, ttl, number)

    def _fresh(self) -> Iterator[Slot]:
        """Yield what has not been asked, and may be now."""
        return (slot for slot in self._candidates() if slot not in self._asked and not self._held(slot))

    def _held(self, slot: Slot) -> bool:
        """Tell whether a question has to wait for others' answers.

        TCP's end is asked alone once it is known, unless rounds have their times: its refusal ends the flow for whoever
        tracks connections, this host or a router, and what else comes back then does not find its way any more.
        """
        limit = self._limits[slot.flow]
        if self.way.method != "tcp" or self.way.interval or self._farthest[slot.flow] < limit:
            return False
        return any(
            other.slot.flow == slot.flow and limit in (slot.ttl, other.slot.ttl) for other in self._waiting.values()
        )

    def _edge(self, flow: int) -> int:
        """Return the distance up to which may be asked for the first time; it widens behind hops given up."""
        farthest = given_up = self._farthest[flow]
        while Slot(flow, given_up + 1, 1) in self.answers:
            given_up += 1
        return min(given_up + WINDOW + (given_up - farthest), self._limits[flow])

    def _settled(self, flow: int, ttl: int) -> bool:
        """Tell whether a distance is known to be on the way: it, or one behind it, has answered, or was given up."""
        return ttl <= self._farthest[flow] or Slot(flow, ttl, 1) in self.answers

    def _deadline(self, waiting: _Waiting) -> float:
        if self.way.wait:
            return waiting.sent + self.way.wait
        if waiting.slot.ttl <= self._farthest[waiting.slot.flow]:
            return waiting.sent + max(_SHORTEST, _FACTOR * self._longest)
        return waiting.sent + max(_PATIENCE, 5 * self._longest)

    def wake(self, now: float) -> float:
        """Return seconds until something is due or expires."""
        moments = [self._deadline(waiting) for waiting in self._waiting.values()]
        if self._choose_exists():
            fresh = next(self._fresh(), None) is not None
            moments.append(self._next if fresh else max(self._next, self._again_at))
        if self._begun < self.way.rounds:
            moments.append(self._round_began + self.way.interval)
        return max(0.0, min(moments, default=now) - now)

    def _choose_exists(self) -> bool:
        if self.serial and self._waiting:
            return False
        again = bool(self._again) and not self._held(self._again[0])
        return again or next(self._fresh(), None) is not None

    def finished(self, now: float) -> bool:
        """Tell whether every question is settled."""
        if self._waiting or self._choose_exists():
            return False
        return self._begun >= self.way.rounds or not self.way.interval

    def expire(self, now: float) -> list[tuple[int, int, Outcome]]:
        """Return (flow, token, outcome) of the questions that are not expected to be answered any more."""
        gone = [
            (token, waiting)
            for token, waiting in self._waiting.items()
            if waiting.slot.ttl > self._limits[waiting.slot.flow] or self._deadline(waiting) <= now
        ]
        settled = []
        for token, waiting in gone:
            del self._waiting[token]
            slot = waiting.slot
            worth = self._known_to_answer(slot) or slot in self._muddled or slot in self._cut_off
            tries = self._tries.get(slot, 0) - (slot in self._cut_off)
            if slot.ttl <= self._limits[slot.flow] and tries < (_TRIES if self.way.flows > 1 else 1) and worth:
                if self.way.flows > 1 and not self._again:
                    self._again_at = now + _REFILL
                self._tries[slot] = tries + 1
                self._cut_off.discard(slot)
                self._again.append(slot)
                continue
            self.answers.setdefault(slot, None)
            settled.append((slot.flow, token, Outcome(slot, None)))
        return settled

    def _known_to_answer(self, slot: Slot) -> bool:
        """Tell whether this hop answers sometimes; without rounds to come, only then it is worth asking again."""
        if self.way.interval:
            return False  # the next round is the next question
        return any(
            self.answers.get(Slot(flow, slot.ttl, number)) is not None
            for flow in range(self.way.flows)
            for number in range(1, self.way.rounds + 1)
        )

    def receive(self, flow: int, event: Event) -> Outcome | None:
        """Take what came back, however late."""
        token = event.token
        if token is None:
            token = self._guess(flow, event)
            if token is None:
                return None
        self._waiting.pop(token, None)
        slot = self._slots.get(token)
        if slot is None or event.kind == "lost" or self.answers.get(slot) is not None:
            return None
        if self._size and self._narrow(slot, event):
            return None
        answer = self._answer(event)
        if answer is None:
            self.answers.setdefault(slot, None)
            return Outcome(slot, None)
        self.answers[slot] = answer
        if answer.rtt is not None:
            self._longest = max(self._longest, answer.rtt)
        if answer.kind == "end":
            if self.way.method == "tcp":
                self._cut_off.update(other.slot for other in self._waiting.values() if other.slot.flow == flow)
            if slot.ttl > self._limits[flow]:
                self._spare(flow, answer)
        if answer.kind != "hop":
            self._limits[flow] = min(self._limits[flow], slot.ttl)
        self._farthest[flow] = min(max(self._farthest[flow], slot.ttl), self._limits[flow])
        return Outcome(slot, answer)

    def _spare(self, flow: int, answer: Answer) -> None:
        """Count an answer of the target to a probe that went too far for a question that it was still to be asked."""
        if self.way.interval:
            return
        for number in range(2, self.way.rounds + 1):
            slot = Slot(flow, self._limits[flow], number)
            if slot not in self._asked:
                self._asked.add(slot)
                self.answers[slot] = answer
                return

    def _narrow(self, slot: Slot, event: Event) -> bool:
        """Shrink the probes when one was too long, and ask again; tell whether that was it."""
        by_router = event.icmp == TOO_LONG[self.way.family]
        if not event.info or not (by_router or event.icmp is None):
            return False
        if event.info < self._size:
            self._size = event.info
            self.narrowings.append(Narrowing(slot.ttl, event.address, event.info))
        elif event.info > self._size:
            return False
        self._asked.discard(slot)
        return True

    def _guess(self, flow: int, event: Event) -> int | None:
        """Return the probe of an answer that quotes too little: the only one on its way.

        Otherwise nobody can tell, and from now on one is sent after the other.
        """
        tokens = [token for token, waiting in self._waiting.items() if waiting.slot.flow == flow]
        if len(tokens) == 1:
            return tokens[0]
        if event.kind == "reply" and tokens:
            return tokens[-1]  # the target itself: any distance that reaches it will do, and the limit only shrinks
        self.serial = True
        self._muddled.update(self._waiting[token].slot for token in tokens)
        return None

    def _answer(self, event: Event) -> Answer | None:
        family = self.way.family
        if event.kind == "reply" or (
            event.icmp == PORT_UNREACHABLE[family] and plain(event.address) == plain(self.way.address)
        ):
            kind: Kind = "end"
        elif event.icmp == TIME_EXCEEDED[family]:
            kind = "hop"
        elif event.icmp is not None:
            kind = "stopped"
        else:
            return None  # the own kernel refused: nothing was asked
        return Answer(
            kind, event.address, event.rtt, event.ttl, event.icmp, event.info, event.labels, event.port_open
        )  # fmt: skip
