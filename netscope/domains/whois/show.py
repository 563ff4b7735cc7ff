"""What was found out, worded for people. Nothing here is escaped: whoever prints it calls ``printable``."""

from __future__ import annotations

from collections.abc import Iterator

from netscope.domains.whois.record import EMPTY, Hop, Registration
from netscope.domains.whois.target import to_unicode


def rows(found: Registration) -> list[tuple[str, str]]:
    """Return the (label, value) rows of a summary; what is not known has no row."""
    facts = found.facts
    name = facts.name or ""
    if found.kind == "domain" and name and to_unicode(name) != name:
        name = f"{to_unicode(name)} ({name})"
    signed = {True: "signed", False: "not signed", None: ""}[facts.dnssec]
    candidates = [
        ("name", name),
        ("handle", facts.handle),
        *(("range", block) for block in facts.range),
        ("holder", facts.holder),
        ("country", facts.country),
        ("abuse", facts.abuse),
        ("origin", " ".join(f"AS{number}" for number in facts.origin)),
        ("registrar", facts.registrar),
        *(("name server", server) for server in facts.name_servers),
        ("DNSSEC", signed),
        ("status", ", ".join(facts.status)),
        ("created", facts.created),
        ("changed", facts.changed),
        ("expires", _expiry(found)),
        ("note", found.note),
        ("source", _source(found)),
    ]
    if facts == EMPTY and found.hops:  # better its own words than none
        candidates[:0] = [("text", line) for line in hop_lines(found.hops[-1])]
    return [(label, value) for label, value in candidates if value]


def _expiry(found: Registration) -> str:
    expires, left = found.facts.expires or "", found.days_left
    if left is None:
        return expires
    if left < 0:
        return f"{expires} (expired {_days(-left)} ago)"
    return f"{expires} ({_days(left)} left)"


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def _source(found: Registration) -> str:
    asked = " -> ".join(f"{hop.server} ({'RDAP' if hop.protocol == 'rdap' else 'whois'})" for hop in found.hops)
    return asked or ({"special": "shipped registries", "file": "local file"}.get(found.source, ""))


def raw(found: Registration) -> Iterator[str]:
    """Yield the lines of every hop's text, without carriage returns, as whois(1) prints them."""
    for hop in found.hops:
        yield from hop_lines(hop)
    if not found.hops and found.note:
        yield f"% {found.facts.name}: {found.note}"


def hop_lines(hop: Hop) -> list[str]:
    """Return the lines of a hop's text, without carriage returns."""
    lines = [line.rstrip("\r") for line in hop.text.split("\n")]
    return lines[:-1] if lines and not lines[-1] else lines
