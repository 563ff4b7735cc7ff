"""``netscope ping``: ping(8) for one target, a table for many."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

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
from netscope.core.errors import BadQuery
from netscope.core.host import Host
from netscope.core.probe import Channel, Plan, Prober, Target
from netscope.core.probe_words import describe
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.typed import TYPE_CHECKING, NamedTuple, Sequence
from netscope.domains import ping as topic
from netscope.domains.ping_plan import DEFAULT_COUNT, Request, as_opened, plan_for, requested
from netscope.domains.ping_session import Outcome, PingSession
from netscope.domains.ping_text import closing, header, line
from netscope.domains.probe_targets import expand, routed, to_be_agreed
from netscope.hub.drive import drive
from netscope.hub.renewal import renewed

if TYPE_CHECKING:
    from netscope.cli.parser import Parser


def build() -> Parser:
    """Return the parser of the command."""
    return grammar_of(topic.DOMAIN)


def run(words: Sequence[str], host: Host) -> int:
    """Run the command and return the exit status of ping(8)."""
    return commanded(topic.DOMAIN, words, host, understand, _ping)


class Asked(NamedTuple):
    """What one command line wants."""

    request: Request
    quiet: bool
    stamps: bool
    tabular: bool
    wanted: Wanted


def understand(given: SimpleNamespace, prober: Prober) -> Asked:
    """Return what the options say. Raises BadQuery."""
    options = options_of(topic.DOMAIN, given)
    if not given.words:
        refuse(topic.DOMAIN, "a target is missing: a name, an address or a prefix")
    if options["filter"] and given.output == "jsonl":
        refuse(topic.DOMAIN, "--filter: with --jsonl every event is told as it comes")
    wanted = wanted_of(topic.DOMAIN, given, options["filter"] or "")
    return Asked(
        requested(options, given.words, family_of(given), numeric=given.numeric, privileged=prober.privileged()),
        quiet=bool(options["quiet"]),
        stamps=bool(options["stamps"]),
        tabular=wanted.fields is not None or bool(wanted.sort) or bool(wanted.filter) or not wanted.headers,
        wanted=wanted,
    )


def _ping(asked: Asked, host: Host, prober: Prober) -> int:
    request = asked.request
    if not request.agreed:
        for what in to_be_agreed(request.words, request.family):
            _ask(what)
    targets, problems = expand(request.words, prober, request.family)
    one = len(request.words) == 1 and "/" not in request.words[0]
    if one and problems:  # the only target is none
        raise BadQuery(problems[0].what, problems[0].why, problems[0].mend)
    if request.mtu:
        from netscope.cli.ping_mtu import run_mtu

        return run_mtu(asked, targets, problems, host, prober)
    if not targets:
        complain_of(problems)
        return 2
    return (
        _one(asked, targets[0], host, prober)
        if one and not asked.tabular
        else _many(asked, targets, problems, host, prober)
    )


def _ask(what: str) -> None:
    """Ask whoever sits at the terminal whether a prefix is meant. Raises BadQuery when it is not, or nobody does."""
    if not (sys.stdin and os.isatty(0) and os.isatty(2)):
        raise BadQuery(what, "nobody is there to be asked whether they are really meant", "--yes says so")
    os.write(2, f"Probe {what}? [y/N] ".encode())
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadQuery(what, "not agreed to")


def _one(asked: Asked, target: Target, host: Host, prober: Prober) -> int:
    output = Output(colour=False)
    request = asked.request
    plan = plan_for(request, target.family)
    source = routed(target, plan, prober)
    if plan.broadcast:
        complain("pinging with broadcast addresses allowed")
    channel = prober.open(plan)
    plan = as_opened(plan, channel)
    # Like ping(8): whoever types an address wants addresses.
    namer = Namer(prober, request.numeric or target.word == target.address)
    session = PingSession([target], request.pace, host.clock())
    form = asked.wanted.output
    text = form == "table"

    def emit(outcome: Outcome) -> None:
        target = session.targets[0]
        if form == "jsonl":
            tell(output, topic.outcome_json(outcome, target))
        elif text and outcome.kind == "error" and outcome.event is not None and not outcome.event.address:
            complain(f"ping: {describe(target.family, outcome.event)}")
        elif text and not asked.quiet and outcome.event is not None:
            before = f"[{outcome.event.received:.6f}] " if asked.stamps else ""
            say(output, before + line(outcome, target, plan, namer.meet(outcome.event.address)))

    try:
        if text:
            shown = target._replace(name=target.word) if target.name == target.address else target
            say(output, header(shown, plan, source if request.plan.interface or request.plan.source else "",
                               namer.meet(target.address) if target.family == 6 else {}))  # fmt: skip
            complain(f"using {channel.how}")
        with Stop() as stop:
            lasting = renewed(session, [target], prober, say_moved)
            stopped = drive(lasting, {target.family: channel}, host.clock, emit, stop.descriptor)
    finally:
        channel.close()
    target, tally = session.targets[0], session.tallies[0]
    record = topic.result(target, tally, plan, channel.how)
    limit = [] if stopped or request.counted or tally.sent < request.pace.number else [_LIMIT]
    if text:
        say(output, closing(target, tally, plan, session.last_sent - session.start))
        complain_of(limit)
    elif form == "jsonl":
        tell(output, {"event": "summary", **topic.to_json(record)})
    else:
        _data(asked, [record], limit, host, output)
    enough = request.pace.number if request.pace.deadline and request.counted else 1
    return stop.status(0 if tally.received >= enough else 1)


_LIMIT = Problem(
    f"ended after {DEFAULT_COUNT} probes", "which is the limit unless told otherwise", "-c N, or -c 0 for none"
)


def _probes(count: int) -> str:
    return "1 probe" if count == 1 else f"{count or 'endless'} probes"


def _many(asked: Asked, targets: Sequence[Target], problems: list[Problem], host: Host, prober: Prober) -> int:
    output = Output(colour=asked.wanted.colour)
    pace = asked.request.of_many()
    channels: dict[int, Channel] = {}
    plans: dict[int, Plan] = {}
    try:
        for family in sorted({target.family for target in targets}):
            plan = plan_for(asked.request, family)
            channels[family] = prober.open(plan)
            plans[family] = as_opened(plan, channels[family])
        if asked.wanted.output == "table":
            complain(f"using {' and '.join(channel.how for channel in channels.values())}, "
                     f"{_probes(pace.number)} for each of {len(targets)} targets")  # fmt: skip
        session = PingSession(targets, pace, host.clock())

        def emit(outcome: Outcome) -> None:
            if asked.wanted.output == "jsonl":
                tell(output, topic.outcome_json(outcome, session.targets[outcome.target]))

        with Stop() as stop:
            drive(renewed(session, targets, prober, say_moved), channels, host.clock, emit, stop.descriptor)
    finally:
        for channel in channels.values():
            channel.close()
    records = [
        topic.result(target, tally, plans[target.family], channels[target.family].how)
        for target, tally in zip(session.targets, session.tallies, strict=True)
    ]
    _data(asked, records, problems, host, output)
    return _status(records, problems, stop)


def _data(
    asked: Asked, records: Sequence[topic.Result], problems: Sequence[Problem], host: Host, output: Output
) -> None:
    from netscope.cli.topic import View

    view = View(topic.DOMAIN, asked.wanted, host, output)
    snapshot = view.select(Snapshot("ping", records, tuple(problems), host.wall(), host.clock()))
    if asked.wanted.output == "jsonl":
        for record in snapshot.records:
            tell(output, {"event": "summary", **topic.to_json(record)})
    else:
        view.print(snapshot)
    if asked.wanted.output != "json":
        complain_of(problems)


def _status(records: Sequence[topic.Result], problems: Sequence[Problem], stop: Stop) -> int:
    """Like fping(8): 0 when all answered, 1 when some did not, 2 when a name was none."""
    if any(problem.partial for problem in problems):
        return stop.status(2)
    return stop.status(0 if all(record.received for record in records) else 1)
