"""Names for addresses, many at once: from the hosts file, else from the host's own resolver. Each lives for its TTL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from netscope.core.dns import names
from netscope.core.dns.message import Ask, Edns, Message
from netscope.core.dns.numbers import TYPES
from netscope.core.dns.resolver import Inquiry, Resolver, Server, Task, Way
from netscope.core.errors import NetscopeError
from netscope.domains.dns.grammar import numeric

PATIENCE = 2.0  # seconds for a try: a name is a courtesy, not an answer that somebody waits for
AT_ONCE = 16

_PTR, _SOA = TYPES["PTR"], TYPES["SOA"]
_SHORTEST, _LONGEST = 10, 86400  # seconds that an answer is kept at least and at most
_UNSAID = 300  # for which the absence of a name holds where the answer does not say (RFC 2308, 5)
_TROUBLE = 60  # seconds before somebody who did not answer, or failed, is asked again
_NXDOMAIN = 3


class Lent(NamedTuple):
    """An address's name, "" where it has none, and for how many seconds that holds."""

    address: str
    name: str
    seconds: float


def resolve(
    resolver: Resolver, addresses: Collection[str], concurrency: int = AT_ONCE, stop: int | None = None
) -> Iterator[Lent]:
    """Yield the name of each address as it becomes known, "" included. Blocks.

    About what never leaves the host or its links (loopback, link-local) and about groups nobody is asked.
    """
    known = hosts(_file(resolver))
    asked = []
    for address in addresses:
        plain = _plain(address)
        if plain in known:
            yield Lent(address, known[plain], _UNSAID)
        elif askable(plain):
            asked.append(address)
        else:
            yield Lent(address, "", _LONGEST)
    if not asked:
        return
    try:
        configuration = resolver.configuration()
    except NetscopeError:
        yield from (Lent(address, "", _TROUBLE) for address in asked)
        return
    servers = tuple(Server(server, 53, server) for server in configuration.servers)
    way = Way("udp", min(configuration.timeout, PATIENCE), min(configuration.attempts, 2))
    tasks = (_task(address, servers, way) for address in asked)
    for _position, lent in resolver.run(tasks, concurrency, stop):
        yield lent


def _task(address: str, servers: tuple[Server, ...], way: Way) -> Task[Lent]:
    (reply,) = yield [Inquiry(Ask(names.reverse(_plain(address)), _PTR, edns=Edns()), servers, way)]
    name, seconds = judged(reply.message)
    return Lent(address, name, seconds)


def judged(message: Message | None) -> tuple[str, float]:
    """Return the name in an answer and how long it holds; of several names the first in the alphabet."""
    if message is None or message.rcode not in (0, _NXDOMAIN):
        return "", _TROUBLE
    found = [record for record in message.answer if record.type == _PTR]
    if found:
        seconds = min(record.ttl for record in message.answer)
        return min(record.text for record in found).rstrip("."), _kept(seconds)
    for record in message.authority:
        if record.type == _SOA:
            return "", _kept(min(record.ttl, int.from_bytes(record.data[-4:], "big")))
    return "", _UNSAID


def _kept(seconds: int) -> float:
    return float(max(_SHORTEST, min(seconds, _LONGEST)))


def askable(address: str) -> bool:
    """Tell whether a resolver may know a name of an address."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified)


def _plain(address: str) -> str:
    """Return an address without its zone, an IPv4 address as such where it travels in an IPv6 one."""
    text = address.partition("%")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return text
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(found)


def _file(resolver: Resolver) -> str:
    try:
        return resolver.etc("hosts")[1].decode("utf-8", "surrogateescape")
    except NetscopeError:
        return ""


def hosts(text: str) -> Mapping[str, str]:
    """Return address -> name of a hosts file; the first line about an address holds (hosts(5))."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if len(words) > 1 and numeric(words[0].partition("%")[0]):
            found.setdefault(_plain(words[0]), words[1])
    return found
