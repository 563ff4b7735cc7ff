"""``dns``: names, addresses and who answers for them; the topic's records are the servers this host would ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from netscope.core.dns.resolver import resolver
from netscope.core.domain import Domain, Polled, Query
from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.record import Column
from netscope.core.snapshot import Problem, Snapshot


class NameServer(NamedTuple):
    """A name server that this host asks, in the order of asking; then those that systemd-resolved asks for it.

    ``source`` is the file that names it; ``timeout`` in seconds a try; ``search`` the suffixes tried for short names.
    ``link`` is the interface over which systemd-resolved asks it, "" for any; None for those that programs ask.
    """

    position: int
    address: str
    source: str
    search: tuple[str, ...]
    ndots: int
    timeout: float
    attempts: int
    link: str | None = None


def collect(host: Host, query: Query) -> Snapshot:
    """Read which servers the host asks. Nothing is sent to any of them."""
    try:
        found = resolver(host).configuration()
    except NetscopeError as error:
        problem = Problem(error.what, error.why, error.mend)
        return Snapshot("dns", (), (problem,), host.wall(), host.clock())
    told: list[tuple[str, str, tuple[str, ...], str | None]]
    told = [(address, found.path, found.search, None) for address in found.servers]
    told += [(server, link.source, link.domains, link.name) for link in found.links for server in link.servers]
    servers = tuple(
        NameServer(position, address, source, search, found.ndots, found.timeout, found.attempts, link)
        for position, (address, source, search, link) in enumerate(told, 1)
        if not query.family or (":" in address) == (query.family == 6)
    )
    return Snapshot("dns", servers, (), host.wall(), host.clock())


def answered(documents: Sequence[dict[str, Any]], host: Host) -> Snapshot:
    """Return the JSON objects of what was asked as a snapshot; each question without an answer is a problem."""
    problems = tuple(
        Problem(f"no answer about {document['QNAME']}", "; ".join(event["text"] for event in way["events"]))
        for document in documents
        if (way := document.get("netscope")) and not way["answered"]
    )
    return Snapshot("dns", documents, problems, host.wall(), host.clock())


def to_json(record: NameServer | dict[str, Any]) -> dict[str, Any]:
    """Return the JSON object of a name server; what was asked is one already."""
    return record if isinstance(record, dict) else {**record._asdict(), "search": list(record.search)}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a record: an answer of ``netscope dns``, or a name server in a snapshot."""
    from netscope.domains.dns.rfc8427 import schema as answer
    from netscope.domains.dns.survey import schema as survey

    server = {
        "type": "object",
        "properties": {
            "position": {"type": "integer", "minimum": 1, "description": "its place in the order of asking"},
            "address": {"type": "string"},
            "source": {"type": "string", "description": "the file that names it; empty for the default"},
            "search": {"type": "array", "items": {"type": "string"}},
            "ndots": {"type": "integer"},
            "timeout": {"type": "number", "description": "seconds"},
            "attempts": {"type": "integer"},
            "link": {
                "type": ["string", "null"],
                "description": "the interface over which systemd-resolved asks it; null: programs ask it themselves",
            },
        },
        "required": ["position", "address", "source", "search", "ndots", "timeout", "attempts", "link"],
        "additionalProperties": False,
    }
    return {"anyOf": [answer(), survey(), server]}


COLUMNS = (
    Column("position", "#", lambda s: s.position, "integer", "order of asking", rank=1),
    Column("address", "Server", lambda s: s.address, "address", "the name server", rank=0),
    Column("source", "Source", lambda s: s.source, help="the file that names it", rank=2),
    Column("link", "Link", lambda s: s.link, help="over which systemd-resolved asks it, in place of the host", rank=2),
    Column("search", "Search", lambda s: s.search, "list", "suffixes tried for short names", rank=3),
    Column("ndots", "Ndots", lambda s: s.ndots, "integer", "dots that make a name tried as it is first", rank=6),
    Column("timeout", "Timeout", lambda s: s.timeout, "seconds", "time for one try", rank=5),
    Column("attempts", "Attempts", lambda s: s.attempts, "integer", "rounds over all servers", rank=5),
)

DOMAIN = Domain(
    name="dns",
    title="DNS",
    summary="names and addresses, as dig and host ask for them",
    replaces=("dig", "host", "nslookup"),
    columns=COLUMNS,
    key=lambda s: (s.position, s.address),
    open=lambda host, query: Polled(lambda: collect(host, query)),
    to_json=to_json,
    schema=schema,
    interval=60.0,
    command="netscope.cli.dns.run:run",
)
