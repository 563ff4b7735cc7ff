"""All traces of the tab, each on a thread of its own, and what is to be shown of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from netscope.core.host import Host
from netscope.core.probe import Label, Target
from netscope.core.probe_words import mark
from netscope.core.snapshot import Problem, Snapshot
from netscope.domains.probe_targets import resolved, routed
from netscope.domains.trace import Trace
from netscope.domains.trace_flows import close_flows, is_constant, open_flows
from netscope.domains.trace_live import HopStats, LivePath, PathBook, Router, latest
from netscope.domains.trace_owners import Owner
from netscope.domains.trace_paths import Path, Verdict, paths, verdict
from netscope.domains.trace_plan import Request
from netscope.domains.trace_session import Narrowing, Outcome, TraceSession
from netscope.hub.background import Background, State
from netscope.hub.renewal import moved, renewed
from netscope.tui.probing.later import Later

_UNHEARD = 4  # distances behind the last answer that are shown
_GLANCE = 1.0  # seconds between two looks at a trace whose hops are not shown: many at once must not hold the screen
_ASKING = Verdict("no reply", "…", "", 0, None)


class View(NamedTuple):
    """What is known of one trace at one moment; its paths, the present one of each flow first."""

    paths: tuple[LivePath, ...]
    narrowings: tuple[Narrowing, ...]
    rounds: int


class Row(NamedTuple):
    """One trace."""

    run: int
    word: str
    address: str
    method: str
    port: int | None
    how: str
    state: State
    rounds: int
    ways: int
    verdict: Verdict


class HopRow(NamedTuple):
    """One distance on one path. Times are in milliseconds.

    Attributes:
        path: "" for the way that is taken now, else the rounds in which this one was.
        began: the first round of the path, which tells it from the others of its flow.
        address: who answered last; name and owner are his.
        others: who else answered at this distance on this path.
        mtu: what packets were cut down to for this distance, 0 if they were not.
    """

    run: int
    flow: int
    began: int
    path: str
    ttl: int
    address: str
    name: str
    others: tuple[str, ...]
    owner: Owner | None
    sent: int
    received: int
    loss: float | None
    seldom: bool
    last: float | None
    avg: float | None
    best: float | None
    worst: float | None
    stdev: float | None
    jitter: float | None
    history: tuple[float | None, ...]
    mark: str
    reply_ttl: int | None
    labels: tuple[Label, ...]
    mtu: int
    kinds: frozenset[tuple[int, int]]
    routers: Mapping[str, Router]


class Run(Background):
    """One target."""

    def __init__(
        self, number: int, line: str, word: str, request: Request, host: Host, changed: Callable[[], None]
    ) -> None:
        super().__init__(host.clock, changed)
        self.number = number
        self.line = line
        self.word = word
        self.request = request
        self.way = request.way
        self.how = ""
        self._host = host
        self._session: TraceSession | None = None
        self._book: PathBook | None = None
        self._constant = True

    def go(self) -> None:
        """Do it, on the thread: resolve, open, probe."""
        prober = self._host.prober()
        target = resolved(self.word, prober, self.request.family)
        plan = self.request.plan._replace(family=target.family)
        routed(target, plan, prober)
        if self.stopping:
            return
        channels = open_flows(prober, plan, self.request.way.flows)
        try:
            session = self._begin(target, channels[0].how)
            self.drive(renewed(session, [target], prober, self._moved), channels, self._told)
        finally:
            close_flows(channels)

    def _begin(self, target: Target, how: str) -> TraceSession:
        with self.lock:
            self.way = self.request.way._replace(address=target.address, family=target.family)
            self.how = how
            self._constant = is_constant(how)
            self._session = TraceSession(self.way, self._host.clock())
            self._book = PathBook(self.way, constant=self._constant)
            return self._session

    def _moved(self, _index: int, before: Target, now: Target) -> None:
        self.way = self.way._replace(address=now.address)
        self.trouble(Problem(moved(before, now)))

    def _told(self, outcome: Outcome) -> None:
        if self._book is not None:
            self._book.note(outcome)

    def view(self) -> View:
        """Return what is known now."""
        with self.lock:
            if self._book is None or self._session is None:
                return View((), (), 0)
            found = tuple(path._replace(hops=_worth(path.hops)) for path in self._book.paths())
            return View(found, tuple(self._session.narrowings), max((path.last for path in found), default=0))

    def row(self, view: View, names: Mapping[str, str]) -> Row:
        """Return the trace as a row."""
        now = latest(view.paths)
        ended = verdict(now.plain(), self.way, names) if now is not None else _ASKING
        if now is None and self.ended:
            ended = ended._replace(text="; ".join(f"{p.what}: {p.why}" for p in self.problems) or "nothing was asked")
        return Row(
            self.number, self.word, self.way.address, self.way.method, self.request.plan.port or None, self.how,
            self.state, view.rounds, len(view.paths), ended,
        )  # fmt: skip

    def record(self, names: Mapping[str, str], owners: Mapping[str, Owner]) -> Trace | None:
        """Return everything, every answer included, as the command has it; None while nothing was asked."""
        with self.lock:
            if self._session is None:
                return None
            answers, narrowings, way = dict(self._session.answers), tuple(self._session.narrowings), self.way
        found = paths(answers, way, constant=self._constant)
        main = next((path for path in found if path.flow == 0), Path(0, (), ()))
        return Trace(self.word, way.address, way.family, way.method, self.request.plan.port or None, self.how,
                     verdict(main, way, names), tuple(found), names, narrowings, owners)  # fmt: skip


def hop_rows(run: Run, view: View, names: Mapping[str, str], owners: Mapping[str, Owner]) -> list[HopRow]:
    """Return the hops of every path, the present one of each flow first."""
    rows: list[HopRow] = []
    shown: set[int] = set()
    narrow = {item.ttl: item.mtu for item in reversed(view.narrowings)}
    for path in view.paths:
        label = f"rounds {path.first}-{path.last}" if path.flow in shown else ""
        shown.add(path.flow)
        rows += [_hop_row(run, path, label, hop, narrow.get(hop.ttl, 0), names, owners) for hop in path.hops]
    return rows


def _worth(hops: tuple[HopStats, ...]) -> tuple[HopStats, ...]:
    """Return the hops without most of those at the end from which nothing was heard."""
    heard = max((number for number, hop in enumerate(hops) if hop.received), default=-1)
    return hops[: heard + 1 + _UNHEARD]


def _hop_row(
    run: Run, path: LivePath, label: str, hop: HopStats, mtu: int, names: Mapping[str, str], owners: Mapping[str, Owner]
) -> HopRow:
    *others, address = hop.routers or [""]
    answer = hop.routers[address].latest if address else None
    times = hop.times

    def milli(seconds: float) -> float | None:
        return round(seconds * 1000, 3) if times.count else None

    return HopRow(
        run.number, path.flow, path.first, label, hop.ttl, address, names.get(address, ""), tuple(others),
        owners.get(address), hop.sent, hop.received, hop.loss, hop.seldom,
        milli(times.last or 0.0), milli(times.average), milli(times.least), milli(times.most), milli(times.spread),
        milli(times.jitter) if times.count > 1 else None, tuple(hop.history),
        mark(run.way.family, *answer.icmp, answer.info) if answer is not None and answer.icmp is not None else "",
        answer.reply_ttl if answer is not None else None, answer.labels if answer is not None else (), mtu, hop.kinds,
        hop.routers,
    )  # fmt: skip


class Board:
    """The traces of the tab, in the order of asking."""

    def __init__(self, host: Host, changed: Callable[[], None]) -> None:
        self._host = host
        self._changed = changed
        self._asked = 0
        self.runs: dict[int, Run] = {}
        self.views: dict[int, View] = {}
        self._seen: dict[int, float] = {}
        self._settled: set[Run] = set()

    def ask(self, line: str, word: str, request: Request) -> Run:
        """Begin a trace; the same one is begun anew, in its place."""
        number = self._asked
        for run in list(self.runs.values()):
            if (run.line, run.word) == (line, word):
                number = run.number
                run.stop()
        if number == self._asked:
            self._asked += 1
        run = Run(number, line, word, request, self._host, self._changed)
        self.runs[number] = run
        run.start(run.go)
        return run

    def remove(self, number: int) -> None:
        """Stop a trace and forget it."""
        run = self.runs.pop(number, None)
        self.views.pop(number, None)
        self._seen.pop(number, None)
        if run is not None:
            run.stop()
            self._settled.discard(run)

    def look(self, names: Mapping[str, str], problems: Sequence[Problem], shown: int | None) -> Snapshot:
        """Return all traces as they are now; those that are not ``shown`` as they were within the last second."""
        now = self._host.clock()
        rows, found = [], list(problems)
        for number, run in self.runs.items():
            ended = run.ended  # asked first: what comes until then is in the last view
            late = now - self._seen.get(number, now - _GLANCE) >= _GLANCE
            if run not in self._settled and (number == shown or ended or late):
                self.views[number] = run.view()
                self._seen[number] = now
            if ended:
                self._settled.add(run)
            rows.append(run.row(self.views[number], names))
            found += run.problems
        return Snapshot("trace", rows, tuple(found), self._host.wall(), self._host.clock())

    def held(self, names: Mapping[str, str], owners: Mapping[str, Owner]) -> list[Snapshot]:
        """Return what is known, for a snapshot of everything; made where it is written."""
        runs = list(self.runs.values())
        if not runs:
            return []

        def records() -> list[Trace]:
            return [record for run in runs if (record := run.record(names, owners)) is not None]

        problems = tuple(problem for run in runs for problem in run.problems)
        return [Snapshot("trace", Later(records), problems, self._host.wall(), self._host.clock())]
