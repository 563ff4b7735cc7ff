"""Tests of addresses: IPv4, IPv6, Ethernet and DECnet, as source, destination, either or both. All raise Refused."""

from __future__ import annotations

from collections.abc import Callable

from netscope.core.capturefilter import wifi
from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Fragment, both, decide, either
from netscope.core.capturefilter.links import ARP, DECNET, IP, IP6, RARP, carries, inside_tunnel
from netscope.core.capturefilter.opcodes import ALL, JGE, JSET, B, H, W
from netscope.core.capturefilter.state import ETHERNET, State, compare, compare_bytes, load


def by_direction(direction: str, one: Callable[[str], Fragment], what: str = "such addresses") -> Fragment:
    """Return the test for a direction, from a function that gives that for "src" or "dst"."""
    if direction in ("src", "dst"):
        return one(direction)
    if direction == "and":
        return both(one("src"), one("dst"))
    if direction in ("", "or"):
        return either(one("src"), one("dst"))
    raise Refused(f"{direction!r} is for 802.11 addresses, not for {what}")


def ipv4(c: State, address: int, mask: int, proto: str, direction: str, what: str) -> Fragment:
    """Return the test of an IPv4 address (of a DECnet address, for that protocol). ``what`` is host or net."""
    if proto == "":
        found = _words(c, address, mask, direction, IP, 12, 16)
        if c.labels:
            return found
        found = either(found, _words(c, address, mask, direction, ARP, 14, 24))
        return either(found, _words(c, address, mask, direction, RARP, 14, 24))
    if proto == "ip":
        return _words(c, address, mask, direction, IP, 12, 16)
    if proto in ("arp", "rarp"):
        return _words(c, address, mask, direction, ARP if proto == "arp" else RARP, 14, 24)
    if proto == "decnet":
        return _decnet(c, address, direction)
    raise _misplaced(proto, f"IPv4 {what}")


def ipv6(c: State, address: bytes, mask: int, proto: str, direction: str, what: str) -> Fragment:
    """Return the test of an IPv6 address under a mask of 128 bits."""
    if proto not in ("", "ip6"):
        raise _misplaced(proto, f"IPv6 {what}")
    masks = mask.to_bytes(16, "big")

    def one(side: str) -> Fragment:
        start = 8 if side == "src" else 24
        found = carries(c, IP6)
        for place in range(0, 16, 4):
            word, kept = (int.from_bytes(some[place : place + 4], "big") for some in (address, masks))
            found = both(found, compare(c, "payload", start + place, W, word, kept))
        return found

    return by_direction(direction, one)


def ethernet(c: State, address: bytes, direction: str) -> Fragment:
    """Return the test of an Ethernet address."""
    if c.wifi:
        return wifi.host(c, address, direction)
    if c.linktype != ETHERNET:
        raise Refused("this link type has no Ethernet addresses")
    found = by_direction(direction, lambda side: compare_bytes(c, "link", 6 if side == "src" else 0, address))
    return inside_tunnel(c, found)


def cast(c: State, kind: str, proto: str) -> Fragment:
    """Return the test for broadcast or multicast."""
    if proto in ("", "link"):
        if c.wifi and kind == "multicast":
            return wifi.multicast(c)
        if c.linktype != ETHERNET and not c.wifi:
            raise Refused(f"this link type knows no {kind}", f"'ip {kind}' looks at the IPv4 address")
        if kind == "broadcast":
            return ethernet(c, b"\xff" * 6, "dst")
        return inside_tunnel(c, decide(load(c, "link", 0, B), JSET, 1))
    if proto == "ip" and kind == "multicast":
        return both(carries(c, IP), compare(c, "payload", 16, B, 224, jump=JGE))
    if proto == "ip6" and kind == "multicast":
        return both(carries(c, IP6), compare(c, "payload", 24, B, 255))
    if proto == "ip":
        if c.netmask is None:
            raise Refused("'ip broadcast' needs the network's mask, which is not known here")
        host = ~c.netmask & ALL
        found = either(compare(c, "payload", 16, W, 0, host), compare(c, "payload", 16, W, host, host))
        return both(carries(c, IP), found)
    raise Refused(
        f"there is no {proto} {kind}", f"there are ether, ip {'and ip6 ' if kind == 'multicast' else ''}{kind}"
    )


def _words(c: State, address: int, mask: int, direction: str, number: int, source: int, destination: int) -> Fragment:
    def one(side: str) -> Fragment:
        place = source if side == "src" else destination
        return both(carries(c, number), compare(c, "payload", place, W, address, mask))

    return by_direction(direction, one)


def _decnet(c: State, address: int, direction: str) -> Fragment:
    """DECnet's routing header: long or short, with or without a byte of padding; its numbers are little-endian."""
    swapped = (address & 0xFF) << 8 | address >> 8 & 0xFF

    def one(side: str) -> Fragment:
        long, short = (15, 3) if side == "src" else (7, 1)
        found = _decnet_form(c, H, 0x8106, 0xFF07, 3 + long, swapped)
        found = either(_decnet_form(c, B, 0x06, 0x07, 2 + long, swapped), found)
        found = either(_decnet_form(c, H, 0x8102, 0xFF07, 3 + short, swapped), found)
        found = either(_decnet_form(c, B, 0x02, 0x07, 2 + short, swapped), found)
        return both(carries(c, DECNET), found)

    return by_direction(direction, one)


def _decnet_form(c: State, size: int, flags: int, mask: int, place: int, address: int) -> Fragment:
    return both(compare(c, "payload", 2, size, flags, mask), compare(c, "payload", place, H, address))


def _misplaced(proto: str, what: str) -> Refused:
    if proto == "link":
        return Refused(f"'ether' does not go with an {what}", "leave it out")
    kind = what.split()[1]
    mend = "leave it out" if proto in ("ip", "arp", "rarp", "ip6") else f"write {proto} and {kind} ADDRESS"
    return Refused(f"{proto!r} does not go with an {what}", mend)
