"""Tests of protocols by name or number, and of TCP, UDP and SCTP ports."""

from __future__ import annotations

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Fragment, both, decide, either, negated
from netscope.core.capturefilter.hosts import by_direction
from netscope.core.capturefilter.links import (
    AARP,
    ARP,
    ATALK,
    DECNET,
    IP,
    IP6,
    LAT,
    MOPDL,
    MOPRC,
    RARP,
    SAP_IPX,
    SAP_ISO,
    SAP_NETBEUI,
    SAP_STP,
    SCA,
    carries,
)
from netscope.core.capturefilter.opcodes import JGE, JGT, JSET, B, H
from netscope.core.capturefilter.state import HDLC, State, Where, compare, load

_FRAGMENT = 44  # IPv6's extension header
_ISIS = 0x83

TCP, UDP, SCTP = 6, 17, 132
TRANSPORTS = {"tcp": TCP, "udp": UDP, "sctp": SCTP}
# name -> IP protocol and the version of IP that it is looked for in ("" for both)
_OVER_IP = {
    "sctp": (SCTP, ""), "tcp": (TCP, ""), "udp": (UDP, ""), "icmp": (1, "ip"), "igmp": (2, "ip"), "igrp": (9, "ip"),
    "pim": (103, ""), "vrrp": (112, "ip"), "carp": (112, "ip"), "icmp6": (58, "ip6"), "ah": (51, ""), "esp": (50, ""),
}  # fmt: skip
_OVER_LINK = {
    "ip": IP, "arp": ARP, "rarp": RARP, "ip6": IP6, "atalk": ATALK, "aarp": AARP, "decnet": DECNET, "sca": SCA,
    "lat": LAT, "mopdl": MOPDL, "moprc": MOPRC, "iso": SAP_ISO, "stp": SAP_STP, "ipx": SAP_IPX,
    "netbeui": SAP_NETBEUI,
}  # fmt: skip
OSI = {"esis": 0x82, "isis": _ISIS, "clnp": 0x81}
# IS-IS packet types (ISO 10589): hellos 15 to 17, link state 18 and 20, sequence numbers 24 to 27
_OVER_ISIS = {
    "l1": (15, 17, 18, 24, 26), "l2": (16, 17, 20, 25, 27), "iih": (15, 16, 17), "lsp": (18, 20),
    "snp": (24, 25, 26, 27), "csnp": (24, 25), "psnp": (26, 27),
}  # fmt: skip
# Names that ``ether proto`` takes.
ETHER_NAMES = {
    "aarp": AARP, "arp": ARP, "atalk": ATALK, "decnet": DECNET, "ip": IP, "ip6": IP6, "lat": LAT, "loopback": 0x9000,
    "mopdl": MOPDL, "moprc": MOPRC, "rarp": RARP, "sca": SCA, "iso": SAP_ISO, "stp": SAP_STP, "ipx": SAP_IPX,
    "netbeui": SAP_NETBEUI,
}  # fmt: skip


def protocol(c: State, name: str) -> Fragment:
    """Return the test for a protocol that is named alone. Raises Refused."""
    if name in _OVER_LINK:
        return carries(c, _OVER_LINK[name])
    if name in _OVER_IP:
        return carried_by(c, *_OVER_IP[name])
    if name in OSI:
        return carried_by(c, OSI[name], "iso")
    if name in _OVER_ISIS:
        first, second, *rest = _OVER_ISIS[name]
        found = either(carried_by(c, first, "isis"), carried_by(c, second, "isis"))
        for number in rest:
            found = either(carried_by(c, number, "isis"), found)
        return found
    if name == "link":
        raise Refused("the link layer alone is no test", "it qualifies what follows: ether host, ether proto, ether[0]")
    raise Refused(f"{name!r} is for 802.11 captures only")


def carried_by(c: State, number: int, proto: str) -> Fragment:
    """Return the test that a protocol carries another one, given by its number there. Raises Refused."""
    if proto == "":
        return either(carried_by(c, number, "ip"), carried_by(c, number, "ip6"))
    if proto == "link":
        return carries(c, number)
    if proto == "ip":
        return both(carries(c, IP), compare(c, "payload", 9, B, number))
    if proto == "ip6":  # the first extension header is passed over if it is the fragment header
        after = both(compare(c, "payload", 6, B, _FRAGMENT), compare(c, "payload", 40, B, number))
        return both(carries(c, IP6), either(compare(c, "payload", 6, B, number), after))
    if proto == "iso":
        stuffed = 1 if c.linktype == HDLC else 0  # Cisco puts a byte before it
        return both(carries(c, SAP_ISO), compare(c, "unsnapped", stuffed, B, number))
    if proto == "isis":
        return both(carried_by(c, _ISIS, "iso"), compare(c, "unsnapped", 4, B, number))
    raise Refused(f"of what {proto} carries no protocol can be told", "use ip, ip6, ether, iso or isis before 'proto'")


def unfragmented(c: State) -> Fragment:
    """Return the test that an IPv4 packet is whole, or the first fragment: only there is a transport header."""
    return negated(decide(load(c, "payload", 6, H), JSET, 0x1FFF))


def ports(c: State, low: int, high: int, transport: int | None, direction: str, ranged: bool) -> Fragment:
    """Return the test of ports, over IPv4 and IPv6; ``transport`` None stands for TCP, UDP and SCTP."""
    found = port(c, low, high, transport, direction, IP, ranged)
    return either(port(c, low, high, transport, direction, IP6, ranged), found)


def port(
    c: State, low: int, high: int, transport: int | None, direction: str, network: int, ranged: bool = False
) -> Fragment:
    """Return the test of ports over one version of IP."""

    def one(number: int) -> Fragment:
        if network == IP:
            carried = both(compare(c, "payload", 9, B, number), unfragmented(c))
        else:
            carried = compare(c, "payload", 6, B, number)
        where: Where = "over ipv4" if network == IP else "over ipv6"
        side = by_direction(
            direction, lambda end: _in_range(c, where, 0 if end == "src" else 2, low, high, ranged), "ports"
        )
        return both(carried, side)

    found = either(one(SCTP), either(one(TCP), one(UDP))) if transport is None else one(transport)
    return both(carries(c, network), found)


def _in_range(c: State, where: Where, place: int, low: int, high: int, ranged: bool) -> Fragment:
    if not ranged:
        return compare(c, where, place, H, low)
    low, high = min(low, high), max(low, high)
    return both(compare(c, where, place, H, low, jump=JGE), negated(compare(c, where, place, H, high, jump=JGT)))
