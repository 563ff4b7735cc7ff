"""What the walk is set beside: what the host's own programs get, what its resolver says, where addresses lead back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from netscope.core.dns import names
from netscope.core.dns.message import AD, RD, Ask, Edns, Message
from netscope.core.dns.numbers import TYPES, rcode_name, type_name
from netscope.core.dns.resolver import Found, Inquiry, Link, Server, Task, Way
from netscope.domains.dns.lookup import Lookup
from netscope.domains.dns.referral import AAAA, A, apex, kinds
from netscope.domains.dns.rfc8427 import record_json
from netscope.domains.dns.walk import Step, Walk

_PTR = TYPES["PTR"]
_ORDER = {"bogus": 0, "insecure": 1, "secure": 2}


class Said(NamedTuple):
    """What the host's resolver answers: ``status`` "" when nobody did; ``authentic`` is its AD flag."""

    server: str
    source: str
    milliseconds: float
    status: str
    answer: tuple[str, ...]
    authentic: bool


class Back(NamedTuple):
    """Where one address leads: its names, and whether one of them has this address."""

    address: str
    names: tuple[str, ...]
    returns: bool


class Local(NamedTuple):
    """The host's own view. ``order`` is nsswitch.conf's hosts line, ``hosts`` the matching lines of the hosts file,
    ``links`` whom systemd-resolved asks."""

    found: Found | None
    order: tuple[str, ...]
    hosts: tuple[str, ...]
    hosts_path: str
    links: tuple[Link, ...] = ()


class Survey(NamedTuple):
    """Everything about one name."""

    name: str
    type: int
    legs: tuple[Walk, ...]
    resolver: Said | None
    local: Local
    back: tuple[Back, ...]

    @property
    def verdict(self) -> str:
        """The worst verdict of all legs."""
        return min((leg.verdict for leg in self.legs), key=lambda verdict: _ORDER[verdict])

    @property
    def broken(self) -> str:
        """Where the chain breaks, or ends, in the leg that decided the verdict."""
        return next((leg.broken for leg in self.legs if leg.verdict == self.verdict and leg.broken), "")

    @property
    def answered(self) -> bool:
        """Whether the walk reached an answer."""
        return all(leg.status for leg in self.legs)


def root_servers(servers: Sequence[Server], way: Way, family: int, port: int) -> Task[tuple[Server, ...]]:
    """Return the root's servers, as a resolver names them."""
    (reply,) = yield [Inquiry(Ask(".", TYPES["NS"], edns=Edns()), tuple(servers), way)]
    if reply.message is None:
        return ()
    root = apex(reply.message, ".", family, port)
    wanted = [(name, kind) for name in root.without for kind in kinds(family)]
    replies = yield [Inquiry(Ask(name, kind, edns=Edns()), tuple(servers), way) for name, kind in wanted]
    more = [
        Server(record.text, port, name.rstrip("."))
        for (name, kind), answer in zip(wanted, replies, strict=True)
        for record in (answer.message.answer if answer.message else ())
        if record.type == kind
    ]
    return (*root.servers, *more)


def ask_resolver(lookup: Lookup, servers: Sequence[Server], way: Way, source: str) -> Task[Said]:
    """Ask the resolver the question itself."""
    query = Ask(lookup.name, lookup.asked_type, flags=RD | AD, edns=Edns())
    (reply,) = yield [Inquiry(query, tuple(servers), way)]
    message = reply.message
    return Said(
        reply.server.address, source, round(reply.seconds * 1000, 3), rcode_name(message.rcode) if message else "",
        _texts(message, lookup.asked_type), bool(message and message.flags & AD),
    )  # fmt: skip


def _texts(message: Message | None, kind: int) -> tuple[str, ...]:
    return tuple(sorted(record.text for record in (message.answer if message else ()) if record.type == kind))


def lead_back(addresses: Sequence[str], servers: Sequence[Server], way: Way) -> Task[tuple[Back, ...]]:
    """Look up each address's names, and whether these have the address."""
    replies = yield [Inquiry(Ask(names.reverse(a), _PTR, edns=Edns()), tuple(servers), way) for a in addresses]
    found = [_texts(reply.message, _PTR) for reply in replies]
    pairs = [(address, name) for address, targets in zip(addresses, found, strict=True) for name in targets]
    forward = yield [
        Inquiry(Ask(name, AAAA if ":" in address else A, edns=Edns()), tuple(servers), way) for address, name in pairs
    ]
    returning = {
        address
        for (address, _name), reply in zip(pairs, forward, strict=True)
        if address in _texts(reply.message, AAAA if ":" in address else A)
    }
    return tuple(
        Back(address, targets, address in returning) for address, targets in zip(addresses, found, strict=True)
    )


def addresses(legs: Sequence[Walk]) -> tuple[str, ...]:
    """Return the addresses that a walk found."""
    records = [record for leg in legs for record in leg.answer if record.type in (A, AAAA)]
    return tuple(dict.fromkeys(record.text for record in records))


def local(name: str, found: Found | None, nsswitch: str, hosts: str, hosts_path: str) -> Local:
    """Return the host's own view from what getaddrinfo said and what its files say."""
    order = next((line.split(":", 1)[1] for line in nsswitch.splitlines() if line.startswith("hosts:")), "files dns")
    wanted = name.rstrip(".").lower()
    lines = [line.partition("#")[0].split() for line in hosts.splitlines()]
    matching = [" ".join(words) for words in lines if wanted in (word.lower() for word in words[1:])]
    return Local(found, tuple(order.partition("#")[0].split()), tuple(matching), hosts_path)


def to_json(survey: Survey) -> dict[str, Any]:
    """Return a survey's JSON object."""
    return {
        "name": survey.name,
        "type": type_name(survey.type),
        "verdict": survey.verdict,
        "broken": survey.broken or None,
        "legs": [_leg_json(leg) for leg in survey.legs],
        "resolver": {**survey.resolver._asdict(), "answer": list(survey.resolver.answer)} if survey.resolver else None,
        "host": {
            "addresses": list(survey.local.found.addresses) if survey.local.found else None,
            "error": (survey.local.found.error or None) if survey.local.found else None,
            "nsswitch": list(survey.local.order),
            "hosts": list(survey.local.hosts),
            "hosts_file": survey.local.hosts_path,
            "links": [
                {**link._asdict(), "servers": list(link.servers), "domains": list(link.domains)}
                for link in survey.local.links
            ],
        },
        "reverse": [{**back._asdict(), "names": list(back.names)} for back in survey.back],
    }


def _leg_json(leg: Walk) -> dict[str, Any]:
    return {
        "name": leg.name,
        "status": leg.status or None,
        "verdict": leg.verdict,
        "broken": leg.broken or None,
        "alias": leg.alias or None,
        "answer": [record_json(record) for record in leg.answer],
        "steps": [_step_json(step) for step in leg.steps],
    }


def _step_json(step: Step) -> dict[str, Any]:
    servers = [{**view._asdict(), "answer": list(view.answer) if view.answer is not None else None}
               for view in step.views]  # fmt: skip
    return {
        "zone": step.zone,
        "parent": step.parent or None,
        "delegated_to": list(step.parent_names),
        "name_servers": list(step.names),
        "security": step.security,
        "reason": step.reason or None,
        "ds": list(step.ds),
        "keys": list(step.keys),
        "servers": servers,
        "notes": list(step.notes),
    }


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a survey."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
    maybe, strings = {"type": ["string", "null"]}, {"type": "array", "items": {"type": "string"}}
    verdict = {"enum": ["secure", "insecure", "bogus"]}

    def record(**properties: Any) -> dict[str, Any]:
        return {
            "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False
        }  # fmt: skip

    view = record(
        name=text, address=text, milliseconds={"type": "number"}, status=text, detail=text,
        serial={"type": ["integer", "null"]}, answer={"anyOf": [strings, {"type": "null"}]},
    )  # fmt: skip
    step = record(
        zone=text, parent=maybe, delegated_to=strings, name_servers=strings, security=verdict, reason=maybe,
        ds={"type": "array", "items": number}, keys={"type": "array", "items": number},
        servers={"type": "array", "items": view}, notes=strings,
    )  # fmt: skip
    leg = record(
        name=text, status=maybe, verdict=verdict, broken=maybe, alias=maybe,
        answer={"type": "array", "items": {"type": "object"}}, steps={"type": "array", "items": step},
    )  # fmt: skip
    said = record(
        server=text, source=text, milliseconds={"type": "number"}, status=text, answer=strings,
        authentic={"type": "boolean"},
    )  # fmt: skip
    link = record(name=text, servers=strings, domains=strings, source=text)
    host = record(
        addresses={"anyOf": [strings, {"type": "null"}]}, error=maybe, nsswitch=strings, hosts=strings, hosts_file=text,
        links={"type": "array", "items": link},
    )  # fmt: skip
    back = record(address=text, names=strings, returns={"type": "boolean"})
    return record(
        name=text, type=text, verdict=verdict, broken=maybe, legs={"type": "array", "items": leg},
        resolver={"anyOf": [said, {"type": "null"}]}, host=host, reverse={"type": "array", "items": back},
    )  # fmt: skip
