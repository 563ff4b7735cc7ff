"""``netscope ping --mtu``: the path MTU to each target, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from netscope.cli.output import Output, complain, complain_of
from netscope.cli.probing import Stop, say, tell
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.host import Host
from netscope.core.probe import Prober, Target
from netscope.core.snapshot import Problem, Snapshot
from netscope.domains import ping as topic
from netscope.domains.ping_mtu import MtuSession, Step
from netscope.domains.ping_plan import plan_for
from netscope.domains.ping_tally import Tally
from netscope.domains.probe_targets import routed
from netscope.hub.drive import drive

if TYPE_CHECKING:
    from netscope.cli.ping import Asked


def run_mtu(asked: Asked, targets: Sequence[Target], problems: list[Problem], host: Host, prober: Prober) -> int:
    """Find the path MTU to one target after the other; return the exit status."""
    output = Output(colour=False)
    records: list[topic.Result] = []
    with Stop() as stop:
        for target in targets:
            try:
                records.append(_one(asked, target, host, prober, output, stop.descriptor))
            except NetscopeError as error:
                problems.append(Problem(error.what, error.why, error.mend, partial=True))
            if stop.signal:
                break
    if asked.wanted.output == "json":
        from netscope.cli.topic import View

        view = View(topic.DOMAIN, asked.wanted, host, output)
        view.print(view.select(Snapshot("ping", records, tuple(problems), host.wall(), host.clock())))
    else:
        complain_of(problems)
    if any(problem.partial for problem in problems):
        return stop.status(2)
    return stop.status(0 if all(record.mtu and record.mtu["mtu"] for record in records) else 1)


def _one(asked: Asked, target: Target, host: Host, prober: Prober, output: Output, stop: int) -> topic.Result:
    plan = plan_for(asked.request, target.family)._replace(discover="probe", size=0)
    routed(target, plan, prober)
    channel = prober.open(plan)
    session = MtuSession(target.address, target.family, asked.request.pace.timeout, asked.request.pace.ttl)

    def emit(step: Step) -> None:
        if asked.wanted.output == "jsonl":
            tell(output, {"event": "size", "target": target.word, **step._asdict()})
        elif asked.wanted.output == "table" and not asked.quiet:
            say(output, _line(step))

    try:
        if not channel.how.endswith("socket"):
            raise BadQuery("--mtu", f"needs an ICMP socket, and there is only {channel.how}")
        if asked.wanted.output == "table":
            complain(f"using {channel.how}")
        drive(session, {target.family: channel}, host.clock, emit, stop)
    finally:
        channel.close()
    found = topic.result(target, Tally(), plan, channel.how)._replace(mtu=session.found())
    if asked.wanted.output == "jsonl":
        tell(output, {"event": "summary", **topic.to_json(found)})
    elif asked.wanted.output == "table":
        say(output, f"{target.word}: {session.sentence()}")
    return found


def _line(step: Step) -> str:
    if step.answer == "fits":
        return f"{step.size:5d} bytes: answered"
    if step.answer == "silence":
        return f"{step.size:5d} bytes: no answer"
    who = step.by or "this host"
    if step.answer == "error":
        return f"{step.size:5d} bytes: {step.text}, says {who}"
    return f"{step.size:5d} bytes: too long, says {who}" + (f": at most {step.mtu}" if step.mtu else "")
