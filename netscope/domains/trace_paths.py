"""What a trace means: hops with their statistics, the paths that were seen, and how it ended. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from netscope.core.probe_words import sentence
from netscope.domains.trace_session import Answer, Slot, Way

_FILTERED = {4: {(3, 9), (3, 10), (3, 13)}, 6: {(1, 1), (1, 5), (1, 6)}}


class Times(NamedTuple):
    """Statistics of round-trip times in seconds, None where there are none."""

    last: float | None
    avg: float | None
    best: float | None
    worst: float | None
    stdev: float | None
    jitter: float | None


class Hop(NamedTuple):
    """One distance on one path.

    Attributes:
        ttl: the distance.
        answers: an item for each time it was asked: the answer, or None.
        seldom: it left more questions unanswered than something behind it: it limits what it says.
        loss: per cent that got lost. What came back from behind a hop was not lost at it, whether it answered or not;
            None for a hop that never answers while something behind it does.
    """

    ttl: int
    answers: tuple[Answer | None, ...]
    seldom: bool
    loss: float | None

    @property
    def received(self) -> int:
        """How many answers came."""
        return sum(answer is not None for answer in self.answers)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Who answered, in order of appearance."""
        return tuple(dict.fromkeys(answer.address for answer in self.answers if answer is not None))


class Path(NamedTuple):
    """One way that a flow took: in which rounds, over which hops."""

    flow: int
    rounds: tuple[int, ...]
    hops: tuple[Hop, ...]


class Verdict(NamedTuple):
    """How the trace ended.

    Attributes:
        kind: ``reached``, ``filtered``, ``unreachable``, ``loop``, ``no reply`` or ``too far``.
        text: the closing sentence.
        by: who said so, or after whom nothing was heard ("" for this host).
        ttl: at what distance.
        open: for TCP: True open, False closed, None where nobody told.
    """

    kind: str
    text: str
    by: str
    ttl: int
    open: bool | None


def times(values: Sequence[float]) -> Times:
    """Return the statistics of round-trip times in the order of asking; the deviation is mtr's (of a sample)."""
    if not values:
        return Times(None, None, None, None, None, None)
    count = len(values)
    mean = sum(values) / count
    spread = sqrt(sum((value - mean) ** 2 for value in values) / (count - 1)) if count > 1 else 0.0
    steps = [abs(one - other) for one, other in pairwise(values)]
    jitter = sum(steps) / len(steps) if steps else 0.0
    return Times(values[-1], mean, min(values), max(values), spread, jitter)


def hop_times(hop: Hop) -> Times:
    """Return the statistics of one hop."""
    return times([answer.rtt for answer in hop.answers if answer is not None and answer.rtt is not None])


def paths(answers: Mapping[Slot, Answer | None], way: Way, *, constant: bool) -> list[Path]:
    """Return the paths of every flow, the one seen last first; each has its own statistics.

    Two rounds took the same path when no distance was answered by different addresses. Where a flow is not constant
    (a new source port for each TCP connection), all rounds are one path, and a hop may have several addresses.
    """
    found: list[Path] = []
    for flow in range(way.flows):
        found += _flow_paths({s: a for s, a in answers.items() if s.flow == flow}, flow, constant)
    return found


class _Candidate(NamedTuple):
    rounds: list[int]
    seen: dict[int, str]


def _flow_paths(answers: Mapping[Slot, Answer | None], flow: int, constant: bool) -> list[Path]:
    by_round: dict[int, dict[int, Answer | None]] = {}
    for slot in sorted(answers, key=lambda slot: (slot.round, slot.ttl)):
        by_round.setdefault(slot.round, {})[slot.ttl] = answers[slot]
    candidates: list[_Candidate] = []
    for number, hops in by_round.items():
        seen = {ttl: answer.address for ttl, answer in hops.items() if answer is not None}
        same = next((c for c in candidates if not constant or _agree(c.seen, seen)), None)
        if same is None:
            same = _Candidate([], {})
        else:
            candidates.remove(same)
        candidates.insert(0, same)  # the latest first
        same.rounds.append(number)
        same.seen.update(seen)
    return [Path(flow, tuple(c.rounds), _hops([by_round[number] for number in c.rounds])) for c in candidates]


def _agree(one: Mapping[int, str], other: Mapping[int, str]) -> bool:
    return all(other.get(ttl, address) == address for ttl, address in one.items())


def _hops(rounds: Sequence[Mapping[int, Answer | None]]) -> tuple[Hop, ...]:
    """Return the hops up to where the path ends, or to the last that was asked."""
    ends = [ttl for hops in rounds for ttl, answer in hops.items() if answer is not None and answer.kind != "hop"]
    every = sorted({ttl for hops in rounds for ttl in hops})
    last = min(ends) if ends else every[-1]
    shown = [
        Hop(ttl, tuple(hops[ttl] for hops in rounds if ttl in hops), False, None) for ttl in every if ttl <= last
    ]  # fmt: skip
    verdicts = judged([(hop.received, len(hop.answers)) for hop in shown])
    return tuple(hop._replace(seldom=found.seldom, loss=found.loss) for hop, found in zip(shown, verdicts, strict=True))


class Judged(NamedTuple):
    """What the counts of a hop mean: see :class:`Hop`."""

    seldom: bool
    loss: float | None


def judged(counts: Sequence[tuple[int, int]]) -> list[Judged]:
    """Return what (received, sent) of each hop means, from the nearest to the farthest."""
    best_behind = 0.0
    found: list[Judged] = []
    for received, sent in reversed(counts):
        rate = received / sent if sent else 0.0
        best = max(rate, best_behind)
        loss = None if not received and best_behind else 100.0 * (1 - best)
        found.append(Judged(received > 0 and rate < best_behind, loss))
        best_behind = best
    return found[::-1]


def verdict(path: Path, way: Way, names: Mapping[str, str]) -> Verdict:
    """Return how a path ended, as a sentence."""

    def named(address: str) -> str:
        return f"{names[address]} ({address})" if address in names else address

    last = path.hops[-1] if path.hops else None
    final = next((a for a in reversed(last.answers) if a is not None and a.kind != "hop"), None) if last else None
    if last is not None and final is not None:
        if final.kind == "end":
            return _reached(way, last.ttl, final, named(final.address))
        kind, code = final.icmp or (0, 0)
        words = sentence(way.family, kind, code, final.info)
        if (kind, code) in _FILTERED[way.family]:
            return Verdict("filtered", f"filtered by {named(final.address)} at hop {last.ttl} ({words})",
                           final.address, last.ttl, None)  # fmt: skip
        return Verdict("unreachable", f"unreachable, said by {named(final.address)} at hop {last.ttl} ({words})",
                       final.address, last.ttl, None)  # fmt: skip
    circle = _circle(path.hops)
    if circle is not None:
        hop, other = circle
        partner = named(other) if other else "a router that does not answer"
        return Verdict("loop", f"loop between {named(hop.addresses[0])} (first at hop {hop.ttl}) and {partner}",
                       hop.addresses[0], hop.ttl, None)  # fmt: skip
    heard = next((hop for hop in reversed(path.hops) if hop.received), None)
    if heard is None:
        return Verdict("no reply", "no reply at all", "", 0, None)
    by = heard.addresses[-1]
    if heard.ttl == way.last:
        return Verdict("too far", f"not reached within {way.last} hops, the last is {named(by)}", by, heard.ttl, None)
    return Verdict("no reply", f"no reply after {named(by)} at hop {heard.ttl}", by, heard.ttl, None)


def _reached(way: Way, ttl: int, final: Answer, who: str) -> Verdict:
    hops = f"{ttl} hop{'s' if ttl > 1 else ''}"
    if final.open is None:
        return Verdict("reached", f"reached {who} in {hops}", final.address, ttl, None)
    state = "open" if final.open else "closed"
    return Verdict("reached", f"reached {who} in {hops}, the port is {state}", final.address, ttl, final.open)


def _circle(hops: Sequence[Hop]) -> tuple[Hop, str] | None:
    """Return the first hop that comes round again and again, and who is between.

    Two neighbouring distances with the same address are a known fault of routers, not a loop: it must come three times,
    or once more after another.
    """
    for index, hop in enumerate(hops):
        if not hop.addresses:
            continue
        address = hop.addresses[0]
        again = [n for n in range(index + 1, len(hops)) if address in hops[n].addresses]
        if not again or (again == [index + 1]):
            continue
        between = hops[index + 1] if again[0] > index + 1 else None
        other = between.addresses[0] if between is not None and between.addresses else ""
        return hop, other
    return None
