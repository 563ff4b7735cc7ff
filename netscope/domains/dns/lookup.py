"""One lookup as a command line describes it, the queries it makes, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from netscope.core.dns import message as wire
from netscope.core.dns.message import Ask, Edns, Option
from netscope.core.dns.numbers import ANY, AXFR, IXFR
from netscope.core.dns.resolvconf import candidates
from netscope.core.dns.resolver import PORTS, Inquiry, Reply, Server, Task, Transport, Way

_NXDOMAIN = 3


class Lookup(NamedTuple):
    """One question with everything dig lets one say about it. Defaults are dig's.

    Attributes:
        name: as given; ``type`` and ``klass`` None until given (A or PTR, IN).
        servers: as given after @; none means those of resolv.conf.
        tcp: None until said; zone transfers and ANY then go over TCP, as with dig.
        edns: EDNS version, None for no EDNS. ``bufsize`` 0 means 1232.
        cookie: None for none, b"" for a fresh one.
        subnet: the option's data (RFC 7871).
        options: further EDNS options.
        time: seconds a try, 0 for the default; ``tries`` likewise.
    """

    name: str = ""
    type: int | None = None
    klass: int | None = None
    reverse: bool = False
    serial: int = 0
    servers: tuple[str, ...] = ()
    port: int = 0
    family: int = 0
    source: str = ""
    source_port: int = 0
    # how to ask
    tcp: bool | None = None
    tls: bool = False
    verify: bool = False
    authorities: str = ""
    hostname: str = ""
    https: bool = False
    get: bool = False
    path: str = "/dns-query"
    time: float = 0
    tries: int = 0
    ignore: bool = False
    badcookie: bool = True
    search: bool = False
    domain: str | None = None
    ndots: int | None = None
    # the query
    aaflag: bool = False
    tcflag: bool = False
    recurse: bool = True
    raflag: bool = False
    zflag: bool = False
    adflag: bool = True
    cdflag: bool = False
    opcode: int = 0
    header_only: bool = False
    edns: int | None = 0
    ednsnegotiation: bool = True
    ednsflags: int = 0
    bufsize: int = 0
    dnssec: bool = False
    nsid: bool = False
    expire: bool = False
    keepalive: bool = False
    cookie: bytes | None = b""
    subnet: bytes | None = None
    padding: int = 0
    options: tuple[Option, ...] = ()
    # what to show
    cmd: bool = True
    comments: bool = True
    stats: bool = True
    question: bool = True
    answer: bool = True
    authority: bool = True
    additional: bool = True
    short: bool = False
    identify: bool = False
    qr: bool = False
    multiline: bool = False
    onesoa: bool = False
    rrcomments: bool | None = None
    crypto: bool = True
    ttlid: bool = True
    ttlunits: bool = False
    class_: bool = True
    split: int = 56
    unknownformat: bool = False
    trace: bool = False

    def having(self, **changes: Any) -> Lookup:
        """Return this lookup with fields changed."""
        return self._replace(**changes)

    @property
    def asked_type(self) -> int:
        """The type that is asked for."""
        return self.type if self.type is not None else (12 if self.reverse else 1)

    @property
    def transfer(self) -> bool:
        """Whether a zone transfer is asked for."""
        return self.asked_type in (AXFR, IXFR)

    @property
    def transport(self) -> Transport:
        """Over what the query goes."""
        if self.https:
            return "https"
        if self.tls:
            return "tls"
        tcp = self.tcp if self.tcp is not None else self.transfer or self.asked_type == ANY
        return "tcp" if tcp or self.asked_type == AXFR else "udp"

    @property
    def default_port(self) -> int:
        """The port to ask."""
        return self.port or PORTS[self.transport]


class Answer(NamedTuple):
    """What came of a lookup: the replies in the order they were asked for (search lists ask several times)."""

    lookup: Lookup
    source: str
    replies: tuple[Reply, ...]

    @property
    def last(self) -> Reply:
        """The reply that counts."""
        return self.replies[-1]


def ask(lookup: Lookup, name: str) -> Ask:
    """Return the query that a lookup makes for a name."""
    flags = lookup.opcode << 11
    for wanted, bit in (
        (lookup.aaflag, wire.AA), (lookup.tcflag, wire.TC), (lookup.recurse, wire.RD), (lookup.raflag, wire.RA),
        (lookup.zflag, wire.Z), (lookup.adflag, wire.AD), (lookup.cdflag, wire.CD),
    ):  # fmt: skip
        flags |= bit if wanted else 0
    klass = lookup.klass if lookup.klass is not None else 1
    return Ask(name, lookup.asked_type, klass, flags, _edns(lookup), lookup.serial, lookup.padding, lookup.header_only)


def _edns(lookup: Lookup) -> Edns | None:
    """Return the OPT record, its options in the order dig sends them."""
    if lookup.edns is None:
        return None
    options = [Option(wire.NSID, b"")] if lookup.nsid else []
    if lookup.subnet is not None:
        options.append(Option(wire.ECS, lookup.subnet))
    if lookup.cookie is not None:
        options.append(Option(wire.COOKIE, lookup.cookie))
    if lookup.expire:
        options.append(Option(wire.EXPIRE, b""))
    if lookup.keepalive:
        options.append(Option(wire.KEEPALIVE, b""))
    flags = lookup.ednsflags | (wire.DO if lookup.dnssec else 0)
    return Edns(lookup.edns, flags, lookup.bufsize or 1232, (*options, *lookup.options))


def way(lookup: Lookup, timeout: float, tries: int) -> Way:
    """Return how a lookup asks; the times are those to use where it says none."""
    return Way(
        lookup.transport, lookup.time or timeout, lookup.tries or tries, lookup.source, lookup.source_port,
        lookup.ignore, lookup.badcookie, lookup.authorities, lookup.verify, lookup.hostname, lookup.path, lookup.get,
        lookup.ednsnegotiation,
    )  # fmt: skip


def resolve(
    lookup: Lookup, servers: Sequence[Server], manner: Way, search: Sequence[str], ndots: int, source: str
) -> Task[Answer]:
    """Ask, along the search list where one is wanted; the first name that exists ends it.

    Zone transfers, and a lookup without +search, ask for the name as it is.
    """
    tried = [lookup.name] if not lookup.search or lookup.transfer else candidates(lookup.name, tuple(search), ndots)
    replies: list[Reply] = []
    for name in tried:
        replies += yield [Inquiry(ask(lookup, name), tuple(servers), manner)]
        message = replies[-1].message
        if message is None or message.rcode != _NXDOMAIN:
            break
    return Answer(lookup, source, tuple(replies))
