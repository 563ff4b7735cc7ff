"""``netscope trace``: traceroute(8) by default, ``mtr -rw`` with --report, a graph with --flows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import NamedTuple

from netscope.cli.output import Output, complain, complain_of
from netscope.cli.probing import (
    Namer,
    Stop,
    commanded,
    family_of,
    grammar_of,
    options_of,
    refuse,
    say,
    say_moved,
    tell,
    wanted_of,
)
from netscope.cli.words import Wanted
from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.probe import HEADERS, Plan, Prober, Target
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.typed import TYPE_CHECKING
from netscope.domains import trace as topic
from netscope.domains.probe_targets import resolved, routed
from netscope.domains.trace_flows import close_flows, is_constant, open_flows
from netscope.domains.trace_owners import Owner
from netscope.domains.trace_paths import Path, paths, verdict
from netscope.domains.trace_plan import PAYLOAD, Request, requested
from netscope.domains.trace_session import Answer, Outcome, Slot, TraceSession, Way
from netscope.domains.trace_text import Style, caution, graph, header, hop_line, notes, report
from netscope.hub.drive import drive
from netscope.hub.renewal import renewed

if TYPE_CHECKING:
    from netscope.cli.parser import Parser


class Asked(NamedTuple):
    """What one command line wants."""

    request: Request
    style: Style
    wanted: Wanted


def build() -> Parser:
    """Return the parser of the command."""
    return grammar_of(topic.DOMAIN)


def run(words: Sequence[str], host: Host) -> int:
    """Run the command and return its exit status."""
    return commanded(topic.DOMAIN, words, host, understand, _traces)


def understand(given: SimpleNamespace, prober: Prober) -> Asked:
    """Return what the options say. Raises BadQuery."""
    if not given.words:
        refuse(topic.DOMAIN, "a target is missing: a name or an address")
    if given.output == "csv":
        refuse(topic.DOMAIN, "--csv: a trace is no table; --json and --jsonl have it all")
    if given.output is None and (given.fields is not None or given.sort is not None or not given.headers):
        refuse(
            topic.DOMAIN, "--fields, --sort and --no-headers: a trace is no table; --fields and --sort go with --json"
        )
    request = requested(
        options_of(topic.DOMAIN, given), given.words, family_of(given), numeric=given.numeric,
        privileged=prober.privileged(),
    )  # fmt: skip
    return Asked(request, Style(given.numeric, request.extensions), wanted_of(topic.DOMAIN, given))


def _traces(asked: Asked, host: Host, prober: Prober) -> int:
    output = Output(colour=False)
    found: list[topic.Trace] = []
    problems: list[Problem] = []
    for word in asked.request.words:
        with Stop() as stop:
            try:
                found.append(_trace(asked, word, host, prober, output, stop))
            except NetscopeError as error:
                problems.append(Problem(error.what, error.why, error.mend, partial=True))
                if asked.wanted.output != "json":
                    complain_of(problems[-1:])
        if stop.signal:
            break
    if asked.wanted.output == "json":
        from netscope.cli.topic import View

        view = View(topic.DOMAIN, asked.wanted, host, output)
        view.print(view.select(Snapshot("trace", found, tuple(problems), host.wall(), host.clock())))
    if problems:
        return stop.status(2)
    return stop.status(0 if all(record.verdict.kind == "reached" for record in found) else 1)


def _trace(asked: Asked, word: str, host: Host, prober: Prober, output: Output, stop: Stop) -> topic.Trace:
    target = resolved(word, prober, asked.request.family)
    plan = asked.request.plan._replace(family=target.family)
    routed(target, plan, prober)
    way = asked.request.way._replace(address=target.address, family=target.family)
    namer = Namer(prober, asked.style.numeric)
    channels = open_flows(prober, plan, way.flows)
    try:
        how = channels[0].how
        session = TraceSession(way, host.clock())
        printer = _Printer(asked, target, way, plan, session, namer, output)
        printer.begin(how)
        lasting = renewed(session, [target], prober, say_moved)
        drive(lasting, channels, host.clock, printer.take, stop.descriptor)
    finally:
        close_flows(channels)
    way = session.way
    ways = paths(session.answers, way, constant=is_constant(how))
    main = next((path for path in ways if path.flow == 0), Path(0, (), ()))
    names = namer.meet(*(address for path in ways for hop in path.hops for address in hop.addresses))
    ended = verdict(main, way, names)
    owners = _owners(asked, ways, host)
    record = topic.Trace(word, way.address, way.family, way.method, plan.port or None, how, ended, tuple(ways), names,
                         tuple(session.narrowings), owners)  # fmt: skip
    printer.end(record, host.name)
    return record


def _owners(asked: Asked, ways: Sequence[Path], host: Host) -> Mapping[str, Owner]:
    """Return who owns the routers, where that is wanted; says whom it asks before it does."""
    request = asked.request
    addresses = dict.fromkeys(address for path in ways for hop in path.hops for address in hop.addresses)
    if not request.owners or not addresses:
        return {}
    from netscope.domains.trace_owners import find_owners

    found, problems = find_owners(host, tuple(addresses), complain, request.databases)
    complain_of(problems)
    return found


class _Printer:
    """Prints one trace in the form that was asked for, each hop as soon as it and all before it are known."""

    def __init__(
        self, asked: Asked, target: Target, way: Way, plan: Plan, session: TraceSession, namer: Namer, output: Output
    ) -> None:
        self._asked = asked
        self._target = target
        self._way = way
        self._plan = plan
        self._session = session
        self._namer = namer
        self._output = output
        self._next = way.first
        self._style = asked.style
        form = asked.wanted.output
        self._lines = form == "table" and not asked.request.report and way.flows == 1
        self._text = form == "table"
        self._live = form == "jsonl"
        self._taken = ""

    def begin(self, how: str) -> None:
        """Print the header."""
        self._taken = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        if self._text:
            complain(f"using {how}")
        if self._lines:
            size = self._way.size or HEADERS[self._way.family] + 8 + PAYLOAD
            say(self._output, header(self._target.word, self._way, size))

    def take(self, outcome: Outcome) -> None:
        """Note one settled question; print what is complete."""
        if self._live:
            names = self._namer.meet(outcome.answer.address) if outcome.answer else {}
            found = topic.outcome_json(self._target.word, outcome, self._way.family, names)
            tell(self._output, found)
        elif self._lines and not self._asked.request.owners:  # those are asked about at the end, all at once
            self._print_complete()

    def _print_complete(self) -> None:
        while self._next <= self._session.limit():
            slots = [Slot(0, self._next, number) for number in range(1, self._way.rounds + 1)]
            if not all(slot in self._session.answers for slot in slots):
                return
            self._hop([self._session.answers[slot] for slot in slots])

    def _hop(self, answers: Sequence[Answer | None]) -> None:
        names = self._namer.meet(*(answer.address for answer in answers if answer is not None))
        cut = min((n.mtu for n in self._session.narrowings if n.ttl == self._next), default=0)
        say(self._output, hop_line(self._next, answers, self._way.family, self._style, names, cut))
        self._next += 1

    def end(self, record: topic.Trace, host: str) -> None:
        """Print what comes after the hops: the report, the graph, the closing sentence."""
        if self._live:
            tell(self._output, {"event": "summary", **topic.to_json(record)})
        if not self._text:
            return
        self._style = style = self._asked.style._replace(owners=record.owners)
        names = record.names
        main = [path for path in record.paths if path.flow == 0]
        if self._lines:
            self._print_complete()
        elif self._way.flows > 1:
            say(self._output, "\n".join(graph(record.paths, style, names)))
        else:
            say(self._output, "\n".join(report(host, self._taken, main, style, names)))
        closing = [f"{self._target.word}: {record.verdict.text}"]
        if record.narrowings:
            last = record.narrowings[-1]
            closing.append(f"path MTU {last.mtu}, said by {last.by or 'the own interface'}")
        if main:
            closing = notes(main[0], names, style) + closing
        doubt = caution(self._way)
        if doubt:
            closing.insert(0, doubt)
        say(self._output, "\n".join(closing))
