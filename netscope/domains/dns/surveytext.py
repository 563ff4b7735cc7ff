"""A survey as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from netscope.core.dns.numbers import type_name
from netscope.core.dns.resolver import Link
from netscope.core.text import duration
from netscope.domains.dns.lookup import Lookup
from netscope.domains.dns.records import record_line
from netscope.domains.dns.survey import Survey
from netscope.domains.dns.walk import Step, View, Walk


def survey_text(survey: Survey, lookup: Lookup) -> Iterator[str]:
    """Yield the lines of a survey."""
    yield f"{survey.name} {type_name(survey.type)}"
    for leg in survey.legs:
        yield from _leg(leg, lookup, first=leg is survey.legs[0])
    yield ""
    broken = f": {survey.broken}" if survey.broken else ""
    yield f"verdict: {survey.verdict}{broken}"
    yield from _others(survey)


def _leg(leg: Walk, lookup: Lookup, *, first: bool) -> Iterator[str]:
    if not first:
        yield ""
        yield f"alias of {leg.name}"
    for step in leg.steps:
        yield ""
        yield from _step(step)
    yield ""
    zone = leg.steps[-1].zone
    if not leg.status:
        yield "no answer"
    elif not leg.answer:
        yield f"{zone} answers {leg.status}, no {type_name(leg.type)} record"
    else:
        yield f"{zone} answers {leg.status}"
        for record in leg.answer:
            yield f"  {record_line(record, lookup)}"


def _step(step: Step) -> Iterator[str]:
    voucher = "DS" if step.parent else "anchor"
    links = f"{voucher} {', '.join(map(str, step.ds))}; " if step.ds else ""
    keys = f"keys {', '.join(map(str, step.keys))}" if step.keys else "no keys"
    why = f": {step.reason}" if step.reason else ""
    yield f"{step.zone}  {step.security}{why}  ({links}{keys})"
    width = max((len(view.name) for view in step.views), default=0)
    room = max((len(view.address) for view in step.views), default=0)
    for view in step.views:
        yield f"  {view.name:{width}}  {view.address:{room}}  {_said(view)}"
    for note in step.notes:
        yield f"  ! {note}"


def _said(view: View) -> str:
    took = f"{duration(view.milliseconds / 1000):>8}"
    if view.status != "ok":
        return f"{took}  {view.status}{': ' + view.detail if view.detail else ''}"
    return f"{took}  serial {view.serial}"


def link_text(link: Link) -> str:
    """Return whom systemd-resolved asks over a link, about what, and where that is written."""
    about = f" about {' '.join(link.domains)}" if link.domains else ""
    over = f" over {link.name}" if link.name else ""
    return f"{' '.join(link.servers)}{over}{about} ({link.source})"


def _others(survey: Survey) -> Iterator[str]:
    said = survey.resolver
    if said:
        answer = ", ".join(said.answer) or "nothing"
        flag = ", authenticated" if said.authentic else ""
        where = f"{said.server} ({said.source})" if said.source else said.server
        yield f"resolver {where}: {answer} ({said.status or 'no answer'}{flag})"
    local = survey.local
    if local.found:
        got = ", ".join(local.found.addresses) or local.found.error
        yield f"this host (nsswitch: {' '.join(local.order)}): {got}"
    for link in local.links:
        yield f"  systemd-resolved asks {link_text(link)}"
    for line in local.hosts:
        yield f"  {local.hosts_path}: {line}"
    for back in survey.back:
        if not back.names:
            yield f"reverse of {back.address}: no name"
        else:
            verdict = "leads back" if back.returns else "does not lead back"
            yield f"reverse of {back.address}: {', '.join(back.names)} ({verdict})"
