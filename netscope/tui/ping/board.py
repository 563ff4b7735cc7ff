"""All pings of the tab, each on a thread of its own, as rows of one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from netscope.core.host import Host
from netscope.core.probe import Channel, Plan, Probe, Target
from netscope.core.snapshot import Problem, Snapshot
from netscope.domains.ping import Result, result
from netscope.domains.ping_mtu import MtuSession, Step
from netscope.domains.ping_plan import Request, as_opened, plan_for
from netscope.domains.ping_session import Outcome, PingSession
from netscope.domains.ping_tally import Tally
from netscope.domains.probe_targets import expand, routed
from netscope.hub.background import Background, State
from netscope.hub.renewal import moved, renewed
from netscope.tui.ping.series import KEPT, Series

FEW = 16  # targets that are probed as long as one is
PATIENCE = 2.0  # seconds until a probe counts as lost, unless told otherwise; a later reply still counts
_BATCH = 300  # records made in one look: a few milliseconds
_POINTS = 400_000  # of all graphs of one question


class Row(NamedTuple):
    """One target of one question, numbered from 0 both; what it is doing, what is known of it."""

    run: int
    place: int
    state: State
    result: Result


class Run(Background):
    """One question: it may have many targets."""

    def __init__(self, number: int, line: str, request: Request, host: Host, changed: Callable[[], None]) -> None:
        super().__init__(host.clock, changed)
        self.number = number
        self.line = line
        self.request = request
        self.rows: list[Row] = []
        self.series: list[Series] = []
        self.sentences: dict[int, str] = {}
        self._host = host
        self._targets: list[Target] = []
        self._places: dict[str, int] = {}
        self._plans: dict[int, Plan] = {}
        self._hows: dict[int, str] = {}
        self._tallies: Sequence[Tally] = ()
        self._found: dict[int, dict[str, Any]] = {}
        self._dirty: set[int] = set()
        self._shown: State = "starting"

    @property
    def how(self) -> str:
        """What the probes are sent with."""
        return " and ".join(dict.fromkeys(self._hows.values()))

    def go(self) -> None:
        """Do it, on the thread: resolve, open, probe."""
        request, prober = self.request, self._host.prober()
        targets, problems = expand(request.words, prober, request.family)
        for problem in problems:
            self.trouble(problem)
        if self.stopping or not targets:
            return
        channels: dict[int, Channel] = {}
        try:
            for family in sorted({target.family for target in targets}):
                plan = plan_for(request, family)
                if request.mtu:
                    plan = plan._replace(discover="probe", size=0)
                if len(targets) == 1:
                    routed(targets[0], plan, prober)
                channels[family] = prober.open(plan)
                self._plans[family] = as_opened(plan, channels[family])
                self._hows[family] = channels[family].how
            if request.mtu:
                self._measure(targets, channels)
            else:
                self._ping(targets, channels)
        finally:
            for channel in channels.values():
                channel.close()

    def _ping(self, targets: Sequence[Target], channels: dict[int, Channel]) -> None:
        pace = self.request.of_many(self.request.pace.number) if len(targets) <= FEW else self.request.of_many()
        session = PingSession(targets, pace._replace(timeout=pace.timeout or PATIENCE), self._host.clock())
        self._begin(targets, session.tallies)
        lasting = renewed(session, targets, self._host.prober(), self._moved)
        self.drive(lasting, channels, self._told, self._sent)

    def _measure(self, targets: Sequence[Target], channels: dict[int, Channel]) -> None:
        self._begin(targets, [Tally() for _ in targets])
        for index, target in enumerate(targets):
            pace = self.request.pace
            session = MtuSession(target.address, target.family, pace.timeout, pace.ttl)
            if not self.drive(session, {target.family: channels[target.family]}, partial(self._tried, index)):
                return
            with self.lock:
                self._found[index] = session.found()
                self.sentences[index] = session.sentence()
                self._dirty.add(index)

    def _tried(self, index: int, _step: Step) -> None:
        self._dirty.add(index)

    def _begin(self, targets: Sequence[Target], tallies: Sequence[Tally]) -> None:
        kept = max(60, min(KEPT, _POINTS // len(targets)))
        with self.lock:
            self._targets, self._tallies = list(targets), tallies
            self._places = {target.address: index for index, target in enumerate(targets)}
            self.series = [Series(kept) for _ in targets]
            self._dirty = set(range(len(targets)))

    def _moved(self, index: int, before: Target, now: Target) -> None:
        self._targets[index] = now
        self._places[now.address] = index
        self._dirty.add(index)
        self.trouble(Problem(moved(before, now)))

    def _sent(self, _lane: int, probe: Probe) -> None:
        index = self._places[probe.address]
        self.series[index].sent(self._host.clock())
        self._dirty.add(index)

    def _told(self, outcome: Outcome) -> None:
        series = self.series[outcome.target]
        if outcome.kind in ("reply", "late"):
            if outcome.event is not None and outcome.event.rtt is not None:
                series.answered(outcome.sequence, outcome.event.rtt)
        elif outcome.kind != "duplicate":
            series.lost(outcome.sequence)
        self._dirty.add(outcome.target)

    def refresh(self) -> bool:
        """Bring the rows up to date, so many at a time; tell whether some are left."""
        with self.lock:
            state, dirty = self.state, sorted(self._dirty)[:_BATCH]
            self._dirty.difference_update(dirty)
            left = bool(self._dirty)
        if state != self._shown:
            self.rows = [row._replace(state=state) for row in self.rows]
            self._shown = state
        for index in dirty:
            row = self._row(index, state)
            if index < len(self.rows):
                self.rows[index] = row
            else:  # the first time all are dirty, and come in order
                self.rows.append(row)
        return left

    def _row(self, index: int, state: State) -> Row:
        target = self._targets[index]
        plan, how = self._plans[target.family], self._hows[target.family]
        with self.lock:
            record = result(target, self._tallies[index], plan, how, live=True)
        return Row(self.number, index, state, record._replace(mtu=self._found.get(index)))


class Board:
    """The questions of the tab, in the order of asking."""

    def __init__(self, host: Host, changed: Callable[[], None]) -> None:
        self._host = host
        self._changed = changed
        self._asked = 0
        self.runs: dict[int, Run] = {}

    def ask(self, line: str, request: Request) -> Run:
        """Begin a question; the same one is begun anew, in its place."""
        number = self._asked
        for run in list(self.runs.values()):
            if run.line == line:
                number = run.number
                run.stop()
            elif run.ended and not run.rows:
                self.remove(run.number)
        if number == self._asked:
            self._asked += 1
        run = Run(number, line, request, self._host, self._changed)
        self.runs[number] = run
        run.start(run.go)
        return run

    def remove(self, number: int) -> None:
        """Stop a question and forget it."""
        run = self.runs.pop(number, None)
        if run is not None:
            run.stop()

    def stop(self) -> None:
        """Send nothing any more."""
        for run in self.runs.values():
            run.stop()

    def running(self) -> Iterator[Run]:
        """Yield the questions that go on."""
        return (run for run in self.runs.values() if not run.ended)

    def look(self) -> Snapshot:
        """Return all rows as they are now."""
        records: list[Row] = []
        problems: list[Problem] = []
        for run in list(self.runs.values()):
            if run.refresh():
                self._changed()
            records += run.rows
            problems += run.problems
        return Snapshot("ping", records, tuple(problems), self._host.wall(), self._host.clock())

    def held(self) -> list[Snapshot]:
        """Return what is known, for a snapshot of everything."""
        if not self.runs:
            return []
        now = self.look()
        return [now._replace(records=[row.result for row in now.records])]
