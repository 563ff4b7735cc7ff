"""Neighbour discovery (RFC 4861) with its options (RFC 8106 name servers, RFC 4191 routes)."""

from __future__ import annotations

from netscope.core.dns import names
from netscope.dissect.spec import SET, Spec, ip6, mac, named
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_OPTIONS = {
    1: "Source link-layer address", 2: "Target link-layer address", 3: "Prefix information", 4: "Redirected header",
    5: "MTU", 7: "Advertisement Interval", 14: "Nonce", 24: "Route Information", 25: "Recursive DNS Server",
    31: "DNS Search List Option", 37: "DHCP Captive-Portal", 38: "PREF64 Option",
}  # fmt: skip
_PREFERENCES = {0: "Medium", 1: "High", 2: "Reserved", 3: "Low"}
_RESERVED = Spec("icmpv6.reserved", "Reserved", "bytes")
_HOPS = Spec("icmpv6.nd.ra.cur_hop_limit", "Cur hop limit", "u8")
_RA_FLAGS = Spec("icmpv6.nd.ra.flag", "Flags", "u8x")
_RA_BITS = (
    Spec("icmpv6.nd.ra.flag.m", "Managed address configuration", "b8", 0x80, SET),
    Spec("icmpv6.nd.ra.flag.o", "Other configuration", "b8", 0x40, SET),
    Spec("icmpv6.nd.ra.flag.h", "Home Agent", "b8", 0x20, SET),
    Spec("icmpv6.nd.ra.flag.prf", "Prf (Default Router Preference)", "u8", 0x18, _PREFERENCES),
    Spec("icmpv6.nd.ra.flag.p", "ND Proxy", "b8", 0x04, SET),
    Spec("icmpv6.nd.ra.flag.rsv", "Reserved", "u8", 0x03),
)
_LIFETIME = Spec("icmpv6.nd.ra.router_lifetime", "Router lifetime (s)", "u16")
_REACHABLE = Spec("icmpv6.nd.ra.reachable_time", "Reachable time (ms)", "u32")
_RETRANSMIT = Spec("icmpv6.nd.ra.retrans_timer", "Retrans timer (ms)", "u32")
_NS_TARGET = Spec("icmpv6.nd.ns.target_address", "Target Address", "ip6")
_NA_TARGET = Spec("icmpv6.nd.na.target_address", "Target Address", "ip6")
_NA_FLAGS = Spec("icmpv6.nd.na.flag", "Flags", "u32x")
_NA_BITS = (
    Spec("icmpv6.nd.na.flag.r", "Router", "b32", 0x80000000, SET),
    Spec("icmpv6.nd.na.flag.s", "Solicited", "b32", 0x40000000, SET),
    Spec("icmpv6.nd.na.flag.o", "Override", "b32", 0x20000000, SET),
    Spec("icmpv6.nd.na.flag.rsv", "Reserved", "u32", 0x1FFFFFFF),
)
_RD_TARGET = Spec("icmpv6.nd.rd.target_address", "Target Address", "ip6")
_RD_DESTINATION = Spec("icmpv6.rd.na.destination_address", "Destination Address", "ip6")
_OPTION = Spec("icmpv6.opt", "ICMPv6 Option", "none")
_NO_LENGTH = named("icmpv6.invalid_option_length")
_TYPE, _LENGTH = Spec("icmpv6.opt.type", "Type", "u8", names=_OPTIONS), Spec("icmpv6.opt.length", "Length", "u8")
_ADDRESS = Spec("icmpv6.opt.linkaddr", "Link-layer address", "mac", size=6)
_SOURCE = Spec("icmpv6.opt.src_linkaddr", "Source Link-layer address", "mac", hidden=True)
_TARGET = Spec("icmpv6.opt.target_linkaddr", "Target Link-layer address", "mac", hidden=True)
_PREFIX_LENGTH = Spec("icmpv6.opt.prefix.length", "Prefix Length", "u8")
_PREFIX_FLAGS = Spec("icmpv6.opt.prefix.flag", "Flag", "u8x")
_PREFIX_BITS = (
    Spec("icmpv6.opt.prefix.flag.l", "On-link flag(L)", "b8", 0x80, SET),
    Spec("icmpv6.opt.prefix.flag.a", "Autonomous address-configuration flag(A)", "b8", 0x40, SET),
    Spec("icmpv6.opt.prefix.flag.r", "Router address flag(R)", "b8", 0x20, SET),
    Spec("icmpv6.opt.prefix.flag.reserved", "Reserved", "u8", 0x1F),
)
_VALID = Spec("icmpv6.opt.prefix.valid_lifetime", "Valid Lifetime", "u32")
_PREFERRED = Spec("icmpv6.opt.prefix.preferred_lifetime", "Preferred Lifetime", "u32")
_OPTION_RESERVED = Spec("icmpv6.opt.reserved", "Reserved", "none")
_PREFIX = Spec("icmpv6.opt.prefix", "Prefix", "ip6")
_MTU = Spec("icmpv6.opt.mtu", "MTU", "u32")
_NONCE = Spec("icmpv6.opt.nonce", "Nonce", "bytes")
_SERVERS_LIFETIME, _SERVERS = (
    Spec("icmpv6.opt.rdnss.lifetime", "Lifetime", "u32"),
    Spec("icmpv6.opt.rdnss", "Recursive DNS Servers", "ip6"),
)
_SEARCH_LIFETIME, _SEARCH = (
    Spec("icmpv6.opt.dnssl.lifetime", "Lifetime", "u32"),
    Spec("icmpv6.opt.dnssl", "Domain Names", "str"),
)
_PADDING = Spec("icmpv6.opt.padding", "Padding", "none")
_ROUTE_FLAGS = Spec("icmpv6.opt.route_info.flag", "Flag", "u8x")
_ROUTE_BITS = (
    Spec("icmpv6.opt.route_info.flag.route_preference", "Route Preference", "u8", 0x18, _PREFERENCES),
    Spec("icmpv6.opt.route_info.flag.reserved", "Reserved", "u8", 0xE7),
)
_ROUTE_LIFETIME = Spec("icmpv6.opt.route_lifetime", "Route Lifetime", "u32")
_REDIRECTED = Spec("icmpv6.opt.redirected_packet", "Redirected Packet", "none")
_CAPTIVE = Spec("icmpv6.opt.captive_portal", "Captive Portal", "str")


def discovery(work: Work, tree: Tree, kind: int, start: int, end: int) -> None:
    """Dissect the body of a message."""
    at = start + 4
    if kind == 133:
        tree.add(_RESERVED, at, 4)
        at += 4
    elif kind == 134:
        tree.add(_HOPS, at)
        tree.flags(_RA_FLAGS, at + 1, *_RA_BITS)
        tree.add(_LIFETIME, at + 2)
        tree.add(_REACHABLE, at + 4)
        tree.add(_RETRANSMIT, at + 8)
        at += 12
    elif kind == 135:
        tree.add(_RESERVED, at, 4)
        work.info += f" for {tree.add(_NS_TARGET, at + 4)}"
        at += 20
    elif kind == 136:
        flags = tree.flags(_NA_FLAGS, at, *_NA_BITS)
        words = ", ".join(w for bit, w in ((1 << 31, "rtr"), (1 << 30, "sol"), (1 << 29, "ovr")) if flags & bit)
        work.info += f" {tree.add(_NA_TARGET, at + 4)} ({words or 'none'})"
        at += 20
    else:
        tree.add(_RESERVED, at, 4)
        tree.add(_RD_TARGET, at + 4)
        tree.add(_RD_DESTINATION, at + 20)
        at += 36
    while at < end:
        at = _option(work, tree, at)


def _option(work: Work, tree: Tree, at: int) -> int:
    kind, units = tree.uint(at, 1), tree.uint(at + 1, 1)
    size = units * 8
    name = _OPTIONS.get(kind, "Unknown")
    with tree.node(_OPTION, at, min(max(size, 2), tree.end - at), text=f"ICMPv6 Option ({name})") as node:
        tree.add(_TYPE, at)
        tree.add(_LENGTH, at + 1, text=f"Length: {units} ({size} bytes)")
        if not size:
            tree.expert(_NO_LENGTH, "Invalid option length (Zero)", "Error", "Malformed", at + 1)
            return tree.end
        tree.need(at, size)
        told = _BODIES[kind](work, tree, at, size) if kind in _BODIES else ""
        if told:
            node.text(f"ICMPv6 Option ({name} : {told})")
    return at + size


def _link(work: Work, tree: Tree, at: int, size: int) -> str:
    source = tree.uint(at, 1) == 1
    address = mac(tree.raw(at + 2, size - 2 if size != 8 else 6))
    length = 6 if size == 8 else size - 2
    tree.add(_ADDRESS, at + 2, length)
    tree.add(_SOURCE if source else _TARGET, at + 2, length)
    if " from " not in work.info and " is at " not in work.info:
        work.info += f" from {address}" if source else f" is at {address}"
    return address


def _prefix(work: Work, tree: Tree, at: int, size: int) -> str:
    length = tree.add(_PREFIX_LENGTH, at + 2)
    tree.flags(_PREFIX_FLAGS, at + 3, *_PREFIX_BITS)
    tree.add(_VALID, at + 4)
    tree.add(_PREFERRED, at + 8)
    tree.add(_OPTION_RESERVED, at + 12, 4)
    return f"{tree.add(_PREFIX, at + 16)}/{length}"


def _mtu(work: Work, tree: Tree, at: int, size: int) -> str:
    tree.add(_OPTION_RESERVED, at + 2, 2)
    return str(tree.add(_MTU, at + 4))


def _nonce(work: Work, tree: Tree, at: int, size: int) -> str:
    tree.add(_NONCE, at + 2, size - 2)
    return ""


def _servers(work: Work, tree: Tree, at: int, size: int) -> str:
    tree.add(_OPTION_RESERVED, at + 2, 2)
    tree.add(_SERVERS_LIFETIME, at + 4)
    told = [tree.add(_SERVERS, place) for place in range(at + 8, at + size - 15, 16)]
    return " ".join(told)


def _search(work: Work, tree: Tree, at: int, size: int) -> str:
    tree.add(_OPTION_RESERVED, at + 2, 2)
    tree.add(_SEARCH_LIFETIME, at + 4)
    place, end, told = at + 8, at + size, []
    while place < end:
        if tree.uint(place, 1) == 0:
            tree.add(_PADDING, place, end - place)
            break
        wire, behind = names.read(tree.data[:end], place, {})
        told.append(tree.add(_SEARCH, place, behind - place, names.text(wire)[:-1]))
        place = behind
    return " ".join(told)


def _route(work: Work, tree: Tree, at: int, size: int) -> str:
    length = tree.add(_PREFIX_LENGTH, at + 2)
    tree.flags(_ROUTE_FLAGS, at + 3, *_ROUTE_BITS)
    tree.add(_ROUTE_LIFETIME, at + 4)
    raw = tree.raw(at + 8, min(size - 8, 16))
    if raw:
        address = ip6(raw.ljust(16, b"\0"))
        tree.add(_PREFIX, at + 8, len(raw), address)
        return f"{address}/{length}"
    return f"::/{length}"


def _redirected(work: Work, tree: Tree, at: int, size: int) -> str:
    tree.add(_OPTION_RESERVED, at + 2, 6)
    with tree.node(_REDIRECTED, at + 8, size - 8):
        work.quote(tree, work.tables.by["ethertype"][0x86DD], at + 8, at + size)
    return ""


def _portal(work: Work, tree: Tree, at: int, size: int) -> str:
    return str(tree.add(_CAPTIVE, at + 2, size - 2))


_BODIES = {
    1: _link, 2: _link, 3: _prefix, 4: _redirected, 5: _mtu, 14: _nonce, 24: _route, 25: _servers, 31: _search,
    37: _portal,
}  # fmt: skip
