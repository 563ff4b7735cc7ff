"""Who holds a domain, an address, a prefix, an AS number or a handle: by RDAP (RFC 9082, 9083) or whois (RFC 3912).

``record`` has what is found out, ``inquiry`` how; ``target`` understands what is asked for, ``special`` answers for
what belongs to nobody, ``bootstrap`` knows the RDAP services; ``text``, ``fields`` and ``rdap`` read the answers,
``show`` words them for people.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from netscope.core.domain import Domain, Option, Polled, Query
from netscope.core.host import Host
from netscope.core.record import Column, Names
from netscope.core.snapshot import Problem, Snapshot

if TYPE_CHECKING:
    from netscope.domains.whois.first import Asking
    from netscope.domains.whois.inquiry import Finding
    from netscope.domains.whois.record import Hop, Registration
    from netscope.domains.whois.target import Target


async def find_all(
    host: Host, targets: Sequence[Target], asking: Asking, tell: Callable[[str], None], files: Sequence[str] = (),
    found: Callable[[int, Finding], None] | None = None,
) -> Snapshot:  # fmt: skip
    """Look all targets up, several at a time, and return their records in the order asked for.

    ``tell`` is called with one line before anything is sent, ``found`` with the position and outcome of each target as
    it comes; about addresses nobody is asked where ``files`` (see ``database``) are given. Reads files, which may
    block; cancelling it leaves no socket open.
    """
    import asyncio

    from netscope.domains.whois.bootstrap import Bootstrap
    from netscope.domains.whois.inquiry import Inquiry

    bootstrap = Bootstrap(host)
    databases = {}
    if files:
        from netscope.domains.whois.database import load

        databases = {path: load(host, path) for path in files}
    inquiry = Inquiry(host.whois(), bootstrap, asking, tell, host.wall(), databases)

    async def find(position: int, target: Target) -> Finding:
        finding = await inquiry.find(target)
        if found is not None:
            found(position, finding)
        return finding

    findings = await asyncio.gather(*(find(*numbered) for numbered in enumerate(targets)))
    problems: list[Problem] = list(bootstrap.problems)
    for finding in findings:
        problems += finding.problems
    records = tuple(finding.registration for finding in findings)
    return Snapshot("whois", records, tuple(problems), host.wall(), host.clock())


def look_up(
    host: Host, targets: Sequence[Target], asking: Asking, tell: Callable[[str], None], files: Sequence[str] = ()
) -> Snapshot:
    """Run :func:`find_all` to its end. Blocks."""
    import asyncio

    return asyncio.run(find_all(host, targets, asking, tell, files))


def collect(host: Host, query: Query) -> Snapshot:
    """Look up the targets of a query; nothing is asked, and nothing found, where it names none."""
    words = query.option("targets", ())
    if not words:
        return Snapshot("whois", (), (), host.wall(), host.clock())
    from netscope.domains.whois.first import Asking
    from netscope.domains.whois.target import parse

    return look_up(host, [parse(word) for word in words], Asking(), lambda _line: None)


def to_json(found: Registration) -> dict[str, Any]:
    """Return the JSON object of a record."""
    facts = found.facts
    return {
        "target": found.target,
        "kind": found.kind,
        "source": found.source,
        "name": facts.name,
        "handle": facts.handle,
        "range": list(facts.range),
        "holder": facts.holder,
        "country": facts.country,
        "abuse": facts.abuse,
        "origin": list(facts.origin),
        "registrar": facts.registrar,
        "name_servers": list(facts.name_servers),
        "dnssec": facts.dnssec,
        "status": list(facts.status),
        "created": facts.created,
        "changed": facts.changed,
        "expires": facts.expires,
        "days_left": found.days_left,
        "note": found.note,
        "hops": [_hop_json(hop) for hop in found.hops],
    }


def _hop_json(hop: Hop) -> dict[str, Any]:
    parsed = hop.parsed
    if hop.protocol == "whois":
        parsed = [[list(field) for field in block] for block in hop.parsed]
    return {**hop._asdict(), "seconds": round(hop.seconds, 6), "parsed": parsed}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    text, texts = {"type": ["string", "null"]}, {"type": "array", "items": {"type": "string"}}
    date = {"type": ["string", "null"], "description": "RFC 3339, or the registry's words where they are no known date"}
    hop = {
        "protocol": {"enum": ["rdap", "whois"]},
        "server": {"type": "string"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "question": {"type": "string", "description": "the URL, or the line that was sent"},
        "address": {"type": "string", "description": "the address that answered"},
        "seconds": {"type": "number", "minimum": 0},
        "status": {"type": ["integer", "null"], "description": "the HTTP status; null for whois"},
        "whole": {"type": "boolean", "description": "whether the answer came to its end"},
        "charset": {"type": "string"},
        "text": {"type": "string", "description": "the answer as received"},
        "parsed": {
            "description": "the RDAP object, null when it was none; or the text's fields, as blocks of [key, value]",
            "anyOf": [{"type": ["object", "null"]}, {"type": "array", "items": {"type": "array", "items": texts}}],
        },
    }
    properties = {
        "target": {"type": "string", "description": "as it was asked for"},
        "kind": {"enum": ["domain", "address", "prefix", "asn", "handle"]},
        "source": {
            "enum": ["rdap", "whois", "special", "file", "none"],
            "description": "who told it; special: the shipped special-purpose registries; file: one of the user's own",
        },
        "name": {**text, "description": "of the domain, the network or the AS"},
        "handle": {**text, "description": "the registry's own key"},
        "range": {**texts, "description": "CIDR blocks, or AS numbers"},
        "holder": {**text, "description": "the organization or person registered"},
        "country": {**text, "description": "ISO 3166 code"},
        "abuse": {**text, "description": "where to complain"},
        "origin": {"type": "array", "items": {"type": "integer"}, "description": "AS numbers that announce it"},
        "registrar": text,
        "name_servers": texts,
        "dnssec": {"type": ["boolean", "null"], "description": "whether the delegation is signed"},
        "status": texts,
        "created": date,
        "changed": date,
        "expires": date,
        "days_left": {"type": ["integer", "null"], "description": "whole days until it expires"},
        "note": text,
        "hops": {"type": "array", "items": _object(hop), "description": "every server asked, in order"},
    }
    return _object(properties)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _blanks(get: Callable[[Registration], Sequence[object]]) -> Callable[[Registration, Names], str]:
    return lambda found, _names: " ".join(map(str, get(found)))


COLUMNS = (
    Column("target", "Target", lambda r: r.target, help="as it was asked for", rank=0),
    Column("kind", "Kind", lambda r: r.kind, help="domain, address, prefix, asn or handle", rank=6, shown=False),
    Column("name", "Name", lambda r: r.facts.name, help="of the domain, the network or the AS", rank=2),
    Column("handle", "Handle", lambda r: r.facts.handle, help="the registry's own key", rank=7, shown=False),
    Column("range", "Range", lambda r: r.facts.range, "list", "CIDR blocks, or AS numbers", rank=3,
           text=_blanks(lambda r: r.facts.range)),
    Column("holder", "Holder", lambda r: r.facts.holder, help="who it is registered to", rank=1, flex=True),
    Column("country", "Country", lambda r: r.facts.country, help="ISO 3166 code", rank=4),
    Column("abuse", "Abuse", lambda r: r.facts.abuse, help="where to complain", rank=5),
    Column("origin", "Origin", lambda r: r.facts.origin, "list", "AS numbers that announce it", rank=5,
           text=_blanks(lambda r: r.facts.origin)),
    Column("registrar", "Registrar", lambda r: r.facts.registrar, help="who registered the domain", rank=6),
    Column("name_servers", "Name servers", lambda r: r.facts.name_servers, "list", "of the domain", rank=7, shown=False,
           text=_blanks(lambda r: r.facts.name_servers)),
    Column("dnssec", "DNSSEC", lambda r: r.facts.dnssec, "flag", "is the delegation signed?", rank=7, shown=False),
    Column("status", "Status", lambda r: r.facts.status, "list", "as the registry words it", rank=8, shown=False),
    Column("created", "Created", lambda r: r.facts.created, help="first registered", rank=7, shown=False),
    Column("changed", "Changed", lambda r: r.facts.changed, help="last changed", rank=7, shown=False),
    Column("expires", "Expires", lambda r: r.facts.expires, help="when the registration ends", rank=6),
    Column("days_left", "Days left", lambda r: r.days_left, "integer", "until it expires", rank=5),
    Column("source", "Source", lambda r: r.source, help="rdap, whois, special, file or none", rank=6),
    Column("note", "Note", lambda r: r.note, help="what else is to be known", rank=8, shown=False),
)  # fmt: skip

DOMAIN = Domain(
    name="whois",
    title="Whois",
    summary="who holds a domain, an address, a prefix or an AS number",
    replaces=("whois",),
    columns=COLUMNS,
    key=lambda found: found.target,
    open=lambda host, query: Polled(lambda: collect(host, query)),
    to_json=to_json,
    schema=schema,
    options=(Option((), "targets", "domains, addresses, prefixes, AS numbers or handles", "TARGET", repeat=True),),
    interval=3600.0,
    command="netscope.cli.whois:run",
)
