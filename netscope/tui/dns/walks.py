"""The walk to a name as a picture: zone below zone, their servers with times, the chain of trust beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netscope.core.dns.numbers import type_name
from netscope.core.text import duration
from netscope.domains.dns.survey import Survey
from netscope.domains.dns.surveytext import link_text
from netscope.domains.dns.walk import Step, View, Walk
from netscope.tui.outline import Item, plain
from netscope.tui.pages import Span

_BAR = 16
_TONES = {"secure": "good", "insecure": "notice", "bogus": "bad"}
_SIGNS = {"secure": "●", "insecure": "○", "bogus": "✗"}
_ADDRESS_TYPES = (1, 28)


def walk_item(survey: Survey) -> Item:
    """Return everything about one name."""
    verdict, tone = survey.verdict, _TONES[survey.verdict]
    head = (
        Span(f"{survey.name} ", "strong"), Span(f"{type_name(survey.type)}  ", "accent"),
        Span(f"{_SIGNS[verdict]} {verdict}", tone), Span(f": {survey.broken}" if survey.broken else "", tone),
    )  # fmt: skip
    slowest = max((view.milliseconds for leg in survey.legs for step in leg.steps for view in step.views), default=0.0)
    below: list[Item] = []
    for number, leg in enumerate(survey.legs):
        if number:
            below.append(plain(f"which is an alias of {leg.name}", "accent"))
        below += _leg(leg, slowest)
    below += [Item((Span("elsewhere", "title"),), tuple(_others(survey)))]
    return Item(head, tuple(below), subject=survey.name.rstrip("."))


def _leg(leg: Walk, slowest: float) -> Iterator[Item]:
    for number, step in enumerate(leg.steps):
        if number:
            yield _link(leg.steps[number - 1], step)
        yield _zone(step, slowest)
    yield Item((Span("│", _TONES[leg.verdict]),))
    yield _end(leg)


def _link(above: Step, step: Step) -> Item:
    """Return the line between two zones: the delegation, and what of the chain of trust goes with it."""
    signed = f"  DS {', '.join(map(str, step.ds))}" if step.ds else "  no DS"
    return Item((Span("│", _TONES[step.security]), Span(signed, "quiet" if step.ds else "label")))


def _zone(step: Step, slowest: float) -> Item:
    tone = _TONES[step.security]
    keys = f"  keys {', '.join(map(str, step.keys))}" if step.keys else "  no keys"
    why = f": {step.reason}" if step.reason else ""
    good = [view.milliseconds for view in step.views if view.status == "ok"]
    took = f"  {_time(min(good))}" if good else ""
    line = (
        Span(f"{_SIGNS[step.security]} ", tone), Span(step.zone, "strong"), Span(f"  {step.security}{why}", tone),
        Span(keys, "quiet"), Span(took, "quiet"),
    )  # fmt: skip
    names = max((len(view.name) for view in step.views), default=0)
    addresses = max((len(view.address) for view in step.views), default=0)
    odd = _odd_ones(step.views)
    servers = [_server(view, names, addresses, slowest, odd=view.address in odd) for view in step.views]
    notes = [Item((Span("│ ", tone), Span("! ", "bad"), Span(note, "notice"))) for note in step.notes]
    return Item(line, (*(item._replace(line=(Span("│ ", tone), *item.line)) for item in servers), *notes), flat=True,
                subject=step.zone.rstrip(".") or step.zone)  # fmt: skip


def _odd_ones(views: Sequence[View]) -> set[str]:
    """Return the addresses of those that do not say what the first of the good ones says."""
    good = [view for view in views if view.status == "ok"]
    if not good:
        return set()
    said = {view.answer for view in good if view.answer is not None}
    first = next((view.answer for view in good if view.answer is not None), None)
    return {
        view.address
        for view in good
        if view.serial != good[0].serial or (len(said) > 1 and view.answer is not None and view.answer != first)
    }


def _server(view: View, names: int, addresses: int, slowest: float, *, odd: bool) -> Item:
    label = f"  {view.name:{names}}  {view.address:{addresses}}  "
    if view.status != "ok":
        said = f"{view.status}{': ' + view.detail if view.detail else ''}"
        return Item((Span(label, "plain"), Span(f"{'':{_BAR}}  {said}", "bad")), subject=view.address)
    bar = "▇" * max(1, round(view.milliseconds / slowest * _BAR)) if slowest else ""
    answer = f"  {', '.join(text.split(' ', 2)[-1] for text in view.answer)}" if view.answer else ""
    return Item(
        (
            Span(label, "plain"), Span(f"{bar:{_BAR}}", "bar"), Span(f" {_time(view.milliseconds):>7}", "plain"),
            Span(f"  serial {view.serial}", "notice" if odd else "quiet"), Span(answer, "notice" if odd else "plain"),
        ),
        subject=view.address,
    )  # fmt: skip


def _time(milliseconds: float) -> str:
    return duration(milliseconds / 1000)


def _end(leg: Walk) -> Item:
    tone = _TONES[leg.verdict]
    sign = Span(f"{_SIGNS[leg.verdict]} ", tone)
    if not leg.status:
        return Item((sign, Span("no answer", "bad")))
    if not leg.answer:
        return Item((sign, Span(f"{leg.status}, no {type_name(leg.type)} record", "notice"), _verdict(leg)))
    records = tuple(
        Item(
            (Span("  ", "plain"), Span(f"{record.name}  {record.ttl}  ", "quiet"),
             Span(f"{type_name(record.type)}  ", "accent"), Span(record.text, "strong")),
            subject=record.text if record.type in _ADDRESS_TYPES else record.name.rstrip("."),
        )
        for record in leg.answer
    )  # fmt: skip
    return Item((sign, Span(leg.status, "plain"), _verdict(leg)), records, flat=True)


def _verdict(leg: Walk) -> Span:
    why = f": {leg.broken}" if leg.broken and leg.broken != leg.steps[-1].reason else ""
    return Span(f"  {leg.verdict}{why}", _TONES[leg.verdict])


def _others(survey: Survey) -> Iterator[Item]:
    """Yield what the resolver and the host itself say, and where the addresses lead back to."""
    said = survey.resolver
    if said is not None:
        answer = ", ".join(said.answer) or "nothing"
        flag = ", authenticated" if said.authentic else ""
        where = f"{said.server} ({said.source})" if said.source else said.server
        yield _row(f"resolver {where}", f"{answer}  {said.status or 'no answer'}{flag}")
    local = survey.local
    if local.found is not None:
        yield _row(f"this host ({' '.join(local.order)})", ", ".join(local.found.addresses) or local.found.error)
    for link in local.links:
        yield _row("systemd-resolved asks", link_text(link))
    for line in local.hosts:
        yield _row(local.hosts_path, line)
    for back in survey.back:
        leads = "" if not back.names else "  leads back" if back.returns else "  does not lead back"
        tone = "plain" if back.returns else "notice"
        yield _row(f"reverse of {back.address}", f"{', '.join(back.names) or 'no name'}{leads}", tone)._replace(
            subject=back.address
        )


def _row(label: str, text: str, tone: str = "plain") -> Item:
    return Item((Span(f"{label}: ", "label"), Span(text, tone)))
