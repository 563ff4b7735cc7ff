"""All pings of the tab, each on a thread of its own, as rows of one table."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
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
from netscope.hub.background import ENDED, Background, State
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
    """One question: it may have many targets, each of which may be stopped and begun anew by itself.

    A target that begins anew after the question has ended does so in a new run, which takes over from its ``former``.
    """

    def __init__(self, number: int, line: str, request: Request, host: Host, changed: Callable[[], None]) -> None:
        super().__init__(host.clock, changed)
        self.number = number
        self.line = line
        self.request = request
        self.rows: list[Row] = []
        self.series: list[Series] = []
        self.sentences: dict[int, str] = {}
        self.hidden: set[int] = set()  # places of rows that were taken off the table
        self._host = host
        self._only: int | None = None
        self._targets: list[Target] = []
        self._places: dict[str, int] = {}
        self._plans: dict[int, Plan] = {}
        self._hows: dict[int, str] = {}
        self._tallies: list[Tally] = []
        self._found: dict[int, dict[str, Any]] = {}
        self._over: dict[int, State] = {}  # targets that are done with, whatever becomes of the others
        self._dirty: set[int] = set()
        self._shown: State = "starting"
        self._session: PingSession | None = None
        self._to_measure: deque[int] | None = None
        self._measured: tuple[int, MtuSession] | None = None

    def take_over(self, former: Run, place: int) -> None:
        """Have all that a former run found out, and begin anew with one of its targets only."""
        self.rows, self.series, self.sentences = list(former.rows), list(former.series), dict(former.sentences)
        self.hidden, self._only = set(former.hidden), place
        self._targets, self._places = list(former._targets), dict(former._places)
        self._plans, self._hows = dict(former._plans), dict(former._hows)
        self._tallies, self._found = list(former._tallies), dict(former._found)
        states = {other: former.state_of(other) for other in range(len(self._targets)) if other != place}
        self._over = {other: state if state in ENDED else "done" for other, state in states.items()}
        word = self._targets[place].word
        self.problems = tuple(problem for problem in former.problems if problem.what != word)
        self._clear(place)

    @property
    def how(self) -> str:
        """What the probes are sent with."""
        return " and ".join(dict.fromkeys(self._hows.values()))

    @property
    def going(self) -> int:
        """How many targets are probed."""
        return 0 if self.ended else max(1, len(self._targets)) - len(self._over)

    def state_of(self, place: int) -> State:
        """Return what a target is doing."""
        return self._over.get(place, self.state)

    # One target of several

    def stop_target(self, place: int) -> None:
        """Send nothing to a target any more; after the last of them nothing at all."""
        with self.lock:
            if self.ended or place in self._over:
                return
            self._over[place] = "stopped"
            self._dirty.add(place)
            if self._session is not None:
                self._session.drop(place)
            if self._measured is not None and self._measured[0] == place:
                self._measured[1].stop()
            if len(self._over) == len(self._targets):
                self.stop()
        self._changed()

    def restart_target(self, place: int) -> bool:
        """Begin anew with a target, with nothing counted; tell whether this run still can."""
        with self.lock:
            if self.ended:
                return False
            if self.state == "starting":
                return True  # it is about to begin
            if self._to_measure is not None:
                if self._measured is not None and self._measured[0] == place:
                    self._measured[1].stop()
                if place not in self._to_measure:
                    self._to_measure.append(place)
            elif self._session is not None and not self._session.finished(self.virtual(self._clock())):
                self._session.restart(place)
            else:
                return False
            self._over.pop(place, None)
            self._clear(place)
        self._changed()
        return True

    def _clear(self, place: int) -> None:
        self.series[place] = Series(self._kept)
        self._tallies[place] = Tally()
        self.sentences.pop(place, None)
        self._found.pop(place, None)
        self._dirty.add(place)

    @property
    def _kept(self) -> int:
        return max(60, min(KEPT, _POINTS // len(self._targets)))

    # On the thread

    def go(self) -> None:
        """Do it, on the thread: resolve, open, probe."""
        request, prober = self.request, self._host.prober()
        targets = self._resolved()
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
                self._measure(channels)
            else:
                self._ping(channels)
        finally:
            for channel in channels.values():
                channel.close()

    def _resolved(self) -> list[Target]:
        """Find out which targets to begin with, and note them."""
        only, request = self._only, self.request
        words = request.words if only is None else [self._targets[only].word]
        targets, problems = expand(words, self._host.prober(), request.family)
        for problem in problems:
            self.trouble(problem)
        with self.lock:
            if only is None:
                self._targets = targets
                self._tallies = [Tally() for _ in targets]
                self.series = [Series(self._kept) for _ in targets]
                self._dirty = set()
            elif targets:
                self._targets[only] = targets[0]
            else:
                self._over[only] = "failed"
            self._places = {target.address: index for index, target in enumerate(self._targets)}
        return targets

    def _ping(self, channels: dict[int, Channel]) -> None:
        targets = self._targets
        pace = self.request.of_many(self.request.pace.number) if len(targets) <= FEW else self.request.of_many()
        session = PingSession(targets, pace._replace(timeout=pace.timeout or PATIENCE), self._host.clock())
        with self.lock:
            session.tallies[:] = self._tallies
            self._tallies, self._session = session.tallies, session
            for place in self._over:
                session.drop(place)
            self._dirty.update(range(len(targets)))
        lasting = renewed(session, targets, self._host.prober(), self._moved, lambda place: place not in self._over)
        self.drive(lasting, channels, self._told, self._sent)

    def _measure(self, channels: dict[int, Channel]) -> None:
        with self.lock:
            self._to_measure = deque(place for place in range(len(self._targets)) if place not in self._over)
            self._dirty.update(range(len(self._targets)))
        while (begun := self._next_to_measure()) is not None:
            place, session = begun
            family = self._targets[place].family
            if not self.drive(session, {family: channels[family]}, partial(self._tried, place)):
                return
            with self.lock:
                if not session.stopped:
                    self._found[place] = session.found()
                    self.sentences[place] = session.sentence()
                    self._dirty.add(place)

    def _next_to_measure(self) -> tuple[int, MtuSession] | None:
        with self.lock:
            while self._to_measure:
                place = self._to_measure.popleft()
                if place not in self._over:
                    target, pace = self._targets[place], self.request.pace
                    self._measured = place, MtuSession(target.address, target.family, pace.timeout, pace.ttl)
                    return self._measured
            self._to_measure = self._measured = None
            return None

    def _tried(self, index: int, _step: Step) -> None:
        self._dirty.add(index)

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

    # On the screen

    def refresh(self) -> bool:
        """Bring the rows up to date, so many at a time; tell whether some are left."""
        with self.lock:
            state, dirty = self.state, sorted(self._dirty)[:_BATCH]
            self._dirty.difference_update(dirty)
            left = bool(self._dirty)
        if state != self._shown:
            self.rows = [row._replace(state=self.state_of(row.place)) for row in self.rows]
            self._shown = state
        for index in dirty:
            row = self._row(index, self.state_of(index))
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


class Aim(NamedTuple):
    """One target of one question."""

    run: Run
    place: int

    @property
    def ended(self) -> bool:
        """Tell whether nothing is sent to it any more."""
        return self.run.state_of(self.place) in ENDED

    def stop(self) -> None:
        """Send nothing to it any more."""
        self.run.stop_target(self.place)


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

    def restart(self, aim: Aim) -> None:
        """Begin anew with one target, in its place."""
        former, place = aim
        if len(former.rows) == 1:
            self.ask(former.line, former.request)
        elif not former.restart_target(place):
            run = Run(former.number, former.line, former.request, self._host, self._changed)
            run.take_over(former, place)
            self.runs[run.number] = run
            run.start(run.go)

    def hide(self, aim: Aim) -> None:
        """Take one target off the table; its question goes with the last of them."""
        run, place = aim
        run.hidden.add(place)
        if len(run.hidden) == len(run.rows):
            self.remove(run.number)

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
            records += [row for row in run.rows if row.place not in run.hidden] if run.hidden else run.rows
            problems += run.problems
        return Snapshot("ping", records, tuple(problems), self._host.wall(), self._host.clock())

    def held(self) -> list[Snapshot]:
        """Return what is known, for a snapshot of everything."""
        if not self.runs:
            return []
        now = self.look()
        return [now._replace(records=[row.result for row in now.records])]
