"""Registrations as outlines: a summary, everything that was said as a tree, the text of each hop. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from netscope.core.text import duration, quantity
from netscope.domains.whois.inquiry import Finding
from netscope.domains.whois.record import Hop, Registration
from netscope.domains.whois.show import hop_lines, rows
from netscope.tui.dns.answers import labelled
from netscope.tui.outline import Item, plain
from netscope.tui.pages import Span

_DEEPEST = 24  # an honest RDAP object is 8 deep
_MANY = 12  # what has more members is folded at first


def summary(finding: Finding) -> Item:
    """Return what is known of one target, for people."""
    found = finding.registration
    below = [_row(label, text, found) for label, text in _aligned(rows(found))]
    return Item(_head(found), (*below, *_troubles(finding)), subject=found.target)


def tree(finding: Finding) -> Item:
    """Return every hop's answer, taken apart."""
    found = finding.registration
    hops = [Item(_hop_head(hop), tuple(_parsed(hop)), subject=hop.server) for hop in found.hops]
    if not hops:
        hops = [plain(found.note or "nobody was asked", "quiet")]
    return Item(_head(found), (*hops, *_troubles(finding)), subject=found.target)


def text(finding: Finding) -> Item:
    """Return every hop's answer as it was received."""
    found = finding.registration
    hops = [
        Item(_hop_head(hop), tuple(plain(line) for line in hop_lines(hop)), subject=hop.server, flat=True)
        for hop in found.hops
    ]
    if not hops:
        hops = [plain(found.note or "nobody was asked", "quiet")]
    return Item(_head(found), tuple(hops), subject=found.target, flat=True)


def waiting(target: str) -> Item:
    """Return the line of a target of which nothing is known yet."""
    return Item((Span(f"{target}  ", "strong"), Span("…", "quiet")))


def _head(found: Registration) -> tuple[Span, ...]:
    facts = found.facts
    said = facts.holder or facts.registrar or facts.name or ""
    spans = [Span(f"{found.target}  ", "strong"), Span(f"{found.kind}  ", "quiet")]
    if found.source == "none":
        return (*spans, Span("nothing was found out", "bad"))
    return (*spans, Span(said, "accent"), Span(f"  {facts.country}" if facts.country else "", "accent"))


def _aligned(found: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    before = ""
    for label, value in found:
        yield ("" if label == before and label != "text" else label), value
        before = label


def _row(label: str, value: str, found: Registration) -> Item:
    tone = "plain"
    if label == "expires" and found.days_left is not None:
        tone = "bad" if found.days_left < 0 else "notice" if found.days_left < 30 else "plain"
    if label in ("source", "note"):
        tone = "quiet"
    subject = value if value in found.facts.name_servers else found.target
    return Item((Span(f"{label:<12} ", "label"), Span(value, tone)), subject=subject, copied=value)


def _troubles(finding: Finding) -> Iterator[Item]:
    for problem in finding.problems:
        mend = f" ({problem.mend})" if problem.mend else ""
        yield Item((Span("! ", "bad"), Span(problem.why or problem.what, "notice"), Span(mend, "quiet")))


def _hop_head(hop: Hop) -> tuple[Span, ...]:
    status = f"  status {hop.status}" if hop.status not in (None, 200) else ""
    end = "" if hop.whole else "  broken off"
    size = quantity(len(hop.text.encode("utf-8", "replace")), "B")
    way = "RDAP" if hop.protocol == "rdap" else f"port {hop.port}"
    return (
        Span(f"{hop.server}  ", "title"), Span(f"{way}  ", "accent"),
        Span(hop.question, "plain"), Span(f"  {duration(round(hop.seconds, 4))}  {size}", "quiet"),
        Span(f"{status}{end}", "bad"),
    )  # fmt: skip


def _parsed(hop: Hop) -> Iterator[Item]:
    if hop.protocol == "rdap":
        if isinstance(hop.parsed, dict):
            yield from _members(hop.parsed.items(), 1)
        else:
            yield from (plain(line) for line in hop_lines(hop))
        return
    for block in hop.blocks:
        items = tuple(labelled(block))
        if len(items) > 1:
            yield items[0]._replace(below=items[1:])
        else:
            yield from items
    if not hop.blocks:
        yield plain("no field known here; the text has its words", "quiet")


def _members(members: Any, depth: int) -> Iterator[Item]:
    """Yield the members of a JSON object or list."""
    for name, value in members:
        label = str(name)
        if isinstance(value, (dict, list)) and value:
            inner = value.items() if isinstance(value, dict) else enumerate(value, 1)
            below = tuple(_members(inner, depth + 1)) if depth < _DEEPEST else (plain("…", "quiet"),)
            note = "" if isinstance(value, dict) else f"  {len(value)}"
            folded = len(value) > _MANY or depth > 1 or (isinstance(value, list) and _is_flat(value))
            yield Item((Span(label, "label"), Span(_gist(value), "plain"), Span(note, "quiet")), below, folded)
        else:
            yield Item((Span(f"{label}  ", "label"), Span(_scalar(value), "plain")), copied=_scalar(value))


def _gist(value: dict[str, Any] | list[Any]) -> str:
    """Return what tells an object from its neighbours while it is folded."""
    if isinstance(value, list):
        return f"  {', '.join(map(_scalar, value))}" if _is_flat(value) else ""
    roles = value.get("roles")
    if isinstance(roles, list) and roles and _is_flat(roles):
        return f"  {', '.join(map(_scalar, roles))}"
    for key in ("eventAction", "handle", "ldhName", "title", "rel", "objectClassName"):
        if isinstance(value.get(key), str):
            return f"  {value[key]}  {_scalar(value.get('eventDate', ''))}".rstrip()
    return ""


def _is_flat(value: list[Any]) -> bool:
    return not any(isinstance(item, (dict, list)) for item in value)


def _scalar(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return ""  # an empty one
    return value if isinstance(value, str) else json.dumps(value)
