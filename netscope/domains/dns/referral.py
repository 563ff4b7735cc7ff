"""From a zone to the one below: what a referral says, and addresses for name servers that come without any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from netscope.core.dns import names
from netscope.core.dns.message import AA, Ask, Edns, Message
from netscope.core.dns.numbers import TYPES
from netscope.core.dns.resolver import Inquiry, Server, Task, Way

NS, A, AAAA, CNAME, SOA = TYPES["NS"], TYPES["A"], TYPES["AAAA"], TYPES["CNAME"], TYPES["SOA"]
_DEEPEST = 24
_NESTED = 4

Find = Callable[[Sequence[str]], Task[tuple[Server, ...]]]
"""Finds the addresses of name servers that came without."""


class Delegation(NamedTuple):
    """A zone and who serves it. ``names`` are its NS records' targets, ``servers`` their addresses as far as known."""

    zone: str
    names: tuple[str, ...]
    servers: tuple[Server, ...]

    @property
    def without(self) -> tuple[str, ...]:
        """The name servers of which no address is known."""
        known = {server.name.lower() for server in self.servers}
        return tuple(name for name in self.names if name.rstrip(".").lower() not in known)


def delegation(message: Message, zone: str, name: str, family: int, port: int) -> Delegation | None:
    """Return the delegation in a referral from ``zone`` towards ``name``, None when the message is none."""
    if message.rcode or message.answer or message.flags & AA:
        return None
    owners = {record.name for record in message.authority if record.type == NS}
    deeper = [owner for owner in owners if names.within(name, owner) and _deeper(owner, zone)]
    return apex(message, deeper[0], family, port) if len(deeper) == 1 else None


def _deeper(owner: str, zone: str) -> bool:
    return names.within(owner, zone) and len(names.split(owner)) > len(names.split(zone))


def apex(message: Message, zone: str, family: int, port: int) -> Delegation:
    """Return who serves a zone by the NS records in a message, with the addresses that it brings."""
    records = [*message.answer, *message.authority]
    targets = [record.text for record in records if record.type == NS and record.name.lower() == zone.lower()]
    servers = [
        Server(record.text, port, target.rstrip("."))
        for target in targets
        for record in message.additional
        if record.type in kinds(family) and record.name.lower() == target.lower()
    ]
    return Delegation(zone, tuple(targets), tuple(servers))


def kinds(family: int) -> tuple[int, ...]:
    """Return the address types of a family (0 both)."""
    return {4: (A,), 6: (AAAA,)}.get(family, (A, AAAA))


def by_resolver(servers: Sequence[Server], way: Way, family: int, port: int) -> Find:
    """Find addresses by asking a resolver."""

    def find(missing: Sequence[str]) -> Task[tuple[Server, ...]]:
        wanted = [(name, kind) for name in missing for kind in kinds(family)]
        replies = yield [Inquiry(Ask(name, kind, edns=Edns()), tuple(servers), way) for name, kind in wanted]
        messages = [reply.message for reply in replies]
        return tuple(found(zip((name for name, _kind in wanted), messages, strict=True), family, port))

    return find


def from_root(roots: Sequence[Server], way: Way, family: int, port: int, nested: int = 0) -> Find:
    """Find addresses by walking down from the root, which needs no resolver."""

    def find(missing: Sequence[str]) -> Task[tuple[Server, ...]]:
        servers: list[Server] = []
        if nested >= _NESTED:
            return ()
        deeper = from_root(roots, way, family, port, nested + 1)
        for name in missing:
            for kind in kinds(family):
                message = yield from descend(Ask(name, kind, flags=0, edns=Edns()), roots, way, family, port, deeper)
                servers += found([(name, message)], family, port)
        return tuple(servers)

    return find


def found(pairs: Iterable[tuple[str, Message | None]], family: int, port: int) -> list[Server]:
    """Return the servers whose addresses are in answers, named as they were asked for."""
    return [
        Server(record.text, port, name.rstrip("."))
        for name, message in pairs
        for record in (message.answer if message else ())
        if record.type in kinds(family)
    ]


def descend(ask: Ask, roots: Sequence[Server], way: Way, family: int, port: int, find: Find) -> Task[Message | None]:
    """Return the answer to a question asked down from the root; None when the way is blocked."""
    zone, servers = ".", tuple(roots)
    for _ in range(_DEEPEST):
        if not servers:
            return None
        (reply,) = yield [Inquiry(ask, servers, way)]
        if reply.message is None:
            return None
        below = delegation(reply.message, zone, ask.name, family, port)
        if below is None:
            return reply.message
        zone, servers = below.zone, below.servers
        if not servers:
            servers = yield from find(below.without)
    return None
