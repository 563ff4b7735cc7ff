"""``netscope ping``: ping(8) for one target, a table for many."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from netscope.cli.output import Output, complain, complain_of
from netscope.cli.parser import Parser, Wanted, fields, order
from netscope.cli.ping_plan import _LARGEST, Asked, plan_for
from netscope.cli.probing import Namer, Number, Stop, grammar_of, help_of, routed, say, stopping, tell, understood
from netscope.cli.targets import expand
from netscope.core.domain import Query
from netscope.core.errors import BadQuery
from netscope.core.host import Host
from netscope.core.probe import FASTEST, Channel, Discover, Plan, Prober, Target
from netscope.core.probe_words import describe
from netscope.core.snapshot import Problem, Snapshot
from netscope.domains import ping as topic
from netscope.domains.ping_session import Outcome, Pace, PingSession
from netscope.domains.ping_text import closing, header, line
from netscope.hub.drive import drive

_ECHOES = ("do", "want", "dont", "probe")


def build() -> Parser:
    """Return the parser of the command."""
    return grammar_of(topic.DOMAIN)


def run(words: Sequence[str], host: Host) -> int:
    """Run the command and return the exit status of ping(8)."""
    try:
        parser = build()
        given = understood(parser, words)
        if given.help:
            Output().write([help_of(topic.DOMAIN, parser)])
            return 0
        asked = understand(given, parser, host.prober())
        return _ping(asked, host, host.prober())
    finally:
        host.close()


def understand(given: argparse.Namespace, parser: Parser, prober: Prober) -> Asked:
    """Return what the options say. Raises BadQuery."""
    options = {option.name: getattr(given, f"option_{option.name}", None) for option in topic.OPTIONS if option.flags}
    if not given.words:
        parser.error("a target is missing: a name, an address or a prefix")
    if options["filter"] and given.output == "jsonl":
        parser.error("--filter: with --jsonl every event is told as it comes")
    if options["tcp"] and options["udp"]:
        parser.error("--tcp and --udp are two ways, choose one")
    if options["discover"] and options["discover"] not in _ECHOES:
        raise BadQuery(f"-M {options['discover']}", f"is none of {', '.join(_ECHOES)}")
    wanted = Wanted(
        Query(), given.output or "table", fields(topic.DOMAIN, given.fields) if given.fields is not None else None,
        order(topic.DOMAIN, given.sort) if given.sort is not None else (), None, given.numeric, given.headers,
        given.colour, "", options["filter"] or "",
    )  # fmt: skip
    return Asked(
        words=tuple(given.words),
        family=0 if given.four == given.six else 4 if given.four else 6,
        plan=_plan(options),
        pace=_pace(options, prober),
        rate=_rate(options["rate"], prober),
        counted=options["count"] is not None,
        numeric=given.numeric,
        quiet=bool(options["quiet"]),
        stamps=bool(options["stamps"]),
        agreed=bool(options["yes"]),
        mtu=bool(options["mtu"]),
        tabular=wanted.fields is not None or bool(wanted.sort) or bool(wanted.filter) or not wanted.headers,
        wanted=wanted,
    )


def _plan(options: Mapping[str, str | None]) -> Plan:
    method = "tcp" if options["tcp"] else "udp" if options["udp"] else "icmp"
    port = Number(f"--{method}", 1, 65_535).whole(options["tcp"] or options["udp"], 0)
    tos = Number("-Q", 0, 255).whole(options["tos"], -1)
    where = options["interface"] or ""
    is_address = ":" in where or where.replace(".", "").isdigit()
    discover: Discover = options["discover"] or ""  # type: ignore[assignment]  # checked by the caller
    return Plan(
        method="icmp" if method == "icmp" else "tcp" if method == "tcp" else "udp",
        size=0 if method == "tcp" else Number("-s", 0, max(_LARGEST.values())).whole(options["size"], 56),
        port=port,
        tos=tos if tos >= 0 else None,
        interface="" if is_address else where,
        source=where if is_address else "",
        discover=discover,
        broadcast=bool(options["broadcast"]),
    )


def _pace(options: Mapping[str, str | None], prober: Prober) -> Pace:
    interval = Number("-i", 0, 3600).real(options["interval"], 1.0)
    if interval < FASTEST and not prober.privileged():
        raise BadQuery(
            f"-i {options['interval']}", "too fast for a user: at least 2 ms between two packets", "-i 0.002, or sudo"
        )
    interval = max(interval, 1 / topic.FASTEST_RATE)
    return Pace(
        number=Number("-c", 0, 2**31).whole(options["count"], topic.DEFAULT_COUNT),
        interval=interval,
        timeout=Number("-W", 0.001, 3600).real(options["timeout"], 0.0),
        deadline=Number("-w", 0.001, 2**31).real(options["deadline"], 0.0),
        ttl=Number("-t", 1, 255).whole(options["ttl"], 0),
    )


def _rate(text: str | None, prober: Prober) -> int:
    most = topic.FASTEST_RATE if prober.privileged() else topic.RATE
    return Number("--rate", 1, most).whole(text, topic.RATE)


def _ping(asked: Asked, host: Host, prober: Prober) -> int:
    targets, problems = expand(asked.words, prober, asked.family, agreed=asked.agreed)
    one = len(asked.words) == 1 and "/" not in asked.words[0]
    if one and problems:  # the only target is none
        raise BadQuery(problems[0].what, problems[0].why, problems[0].mend)
    if asked.mtu:
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


def _one(asked: Asked, target: Target, host: Host, prober: Prober) -> int:
    output = Output(colour=False)
    plan = plan_for(asked, target.family)
    source = routed(target, plan, prober)
    if plan.broadcast:
        complain("pinging with broadcast addresses allowed")
    channel = prober.open(plan)
    plan = _as_opened(plan, channel)
    # Like ping(8): whoever types an address wants addresses.
    namer = Namer(prober, asked.numeric or target.word == target.address)
    session = PingSession([target], asked.pace, host.clock())
    form = asked.wanted.output
    text = form == "table"

    def emit(outcome: Outcome) -> None:
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
            say(output, header(shown, plan, source if asked.plan.interface or asked.plan.source else "",
                               namer.meet(target.address) if target.family == 6 else {}))  # fmt: skip
            complain(f"using {channel.how}")
        with stopping() as stop:
            stopped = drive(session, {target.family: channel}, host.clock, emit, stop.descriptor)
    finally:
        channel.close()
    tally = session.tallies[0]
    record = topic.result(target, tally, plan, channel.how)
    limit = [] if stopped or asked.counted or tally.sent < asked.pace.number else [_LIMIT]
    if text:
        say(output, closing(target, tally, plan, session.last_sent - session.start))
        complain_of(limit)
    elif form == "jsonl":
        tell(output, {"event": "summary", **topic.to_json(record)})
    else:
        _data(asked, [record], limit, host, output)
    enough = asked.pace.number if asked.pace.deadline and asked.counted else 1
    return stop.status(0 if tally.received >= enough else 1)


_LIMIT = Problem(
    f"ended after {topic.DEFAULT_COUNT} probes", "which is the limit unless told otherwise", "-c N, or -c 0 for none"
)


def _as_opened(plan: Plan, channel: Channel) -> Plan:
    """Return the plan as it is carried out: where ICMP cannot be had at all, TCP stands in."""
    if plan.method == "icmp" and channel.how.startswith("TCP"):
        return plan._replace(method="tcp", size=0, port=int(channel.how.split()[4]))
    return plan


def _probes(count: int) -> str:
    return "1 probe" if count == 1 else f"{count or 'endless'} probes"


def _many(asked: Asked, targets: Sequence[Target], problems: list[Problem], host: Host, prober: Prober) -> int:
    output = Output(colour=asked.wanted.colour)
    count = asked.pace.number if asked.counted else topic.DEFAULT_ROUNDS
    channels: dict[int, Channel] = {}
    plans: dict[int, Plan] = {}
    try:
        for family in sorted({target.family for target in targets}):
            plan = plan_for(asked, family)
            channels[family] = prober.open(plan)
            plans[family] = _as_opened(plan, channels[family])
        if asked.wanted.output == "table":
            complain(f"using {' and '.join(channel.how for channel in channels.values())}, "
                     f"{_probes(count)} for each of {len(targets)} targets")  # fmt: skip
        session = PingSession(targets, asked.pace._replace(number=count, gap=1 / asked.rate), host.clock())

        def emit(outcome: Outcome) -> None:
            if asked.wanted.output == "jsonl":
                tell(output, topic.outcome_json(outcome, targets[outcome.target]))

        with stopping() as stop:
            drive(session, channels, host.clock, emit, stop.descriptor)
    finally:
        for channel in channels.values():
            channel.close()
    records = [
        topic.result(target, tally, plans[target.family], channels[target.family].how)
        for target, tally in zip(targets, session.tallies, strict=True)
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
