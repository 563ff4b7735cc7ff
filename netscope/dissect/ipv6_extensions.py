"""IPv6 extension headers that hold options or routes (RFC 8200, 4; RFC 6275; RFC 8754)."""

from __future__ import annotations

from netscope.dissect.ipv6 import carry, extend
from netscope.dissect.numbers import PROTOCOLS
from netscope.dissect.spec import YES, Spec, ip6, joined
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_OPTIONS = {
    0x00: "Pad1", 0x01: "PadN", 0x04: "Tunnel Encapsulation Limit", 0x05: "Router Alert", 0x07: "CALIPSO",
    0x26: "Quick-Start", 0x30: "Path MTU Option", 0xC2: "Jumbo Payload", 0xC9: "Home Address",
}  # fmt: skip
_ALERTS = {0: "MLD", 1: "RSVP", 2: "Active Networks"}
_ROUTES = {0: "Source Route", 2: "Type 2 Routing", 3: "RPL Source Route", 4: "Segment Routing"}
_ACTIONS = {0: "Skip and continue", 1: "Discard", 2: "Discard and send ICMP",
            3: "Discard and send ICMP for unicast destinations"}  # fmt: skip
_OPTION = Spec("ipv6.opt", "IPv6 Option", "none")
_TYPE = Spec("ipv6.opt.type", "Type", "u8x", names=_OPTIONS)
_TYPE_BITS = (
    Spec("ipv6.opt.type.action", "Action", "u8", 0xC0, _ACTIONS),
    Spec("ipv6.opt.type.change", "May Change", "b8", 0x20, YES),
    Spec("ipv6.opt.type.rest", "Low-Order Bits", "u8x", 0x1F),
)
_LENGTH = Spec("ipv6.opt.length", "Length", "u8")
_PAD1, _PADN = (
    Spec("ipv6.opt.pad1", "Pad1", "none"),
    Spec("ipv6.opt.padn", "PadN", "bytes", line=lambda raw: f"PadN: {joined(raw) or '<none>'}"),
)
_ALERT = Spec("ipv6.opt.router_alert", "Router Alert", "u16", names=_ALERTS)
_LIMIT, _JUMBO = (
    Spec("ipv6.opt.tel", "Tunnel Encapsulation Limit", "u8"),
    Spec("ipv6.opt.jumbo", "Payload Length", "u32"),
)
_HOME = Spec("ipv6.opt.mipv6.home_address", "MIPv6 Home Address", "ip6")
_UNKNOWN = Spec("ipv6.opt.unknown", "Unknown Option Payload", "bytes")


def _headers(name: str) -> tuple[Spec, Spec, Spec]:
    return (
        Spec(f"ipv6.{name}.nxt", "Next Header", "u8", names=PROTOCOLS), Spec(f"ipv6.{name}.len", "Length", "u8"),
        Spec(f"ipv6.{name}.len_oct", "Length", "u16", unit=" bytes"),
    )  # fmt: skip


_HOP, _DESTINATION, _ROUTING = _headers("hopopts"), _headers("dstopts"), _headers("routing")
_KIND = Spec("ipv6.routing.type", "Type", "u8", names=_ROUTES)
_LEFT = Spec("ipv6.routing.segleft", "Segments Left", "u8")
_RESERVED, _ADDRESS = (
    Spec("ipv6.routing.src.reserved", "Reserved", "bytes"),
    Spec("ipv6.routing.src.addr", "Address", "ip6"),
)
_MOBILE_RESERVED = Spec("ipv6.routing.mipv6.reserved", "Reserved", "bytes")
_MOBILE_HOME = Spec("ipv6.routing.mipv6.home_address", "Home Address", "ip6")
_LAST, _FLAGS = Spec("ipv6.routing.srh.last_entry", "Last Entry", "u8"), Spec("ipv6.routing.srh.flags", "Flags", "u8x")
_TAG, _SEGMENT = Spec("ipv6.routing.srh.tag", "Tag", "bytes"), Spec("ipv6.routing.srh.addr", "Address", "ip6")
_ROUTE_UNKNOWN = Spec("ipv6.routing.unknown_data", "Type-Specific Data", "bytes")


def hop_by_hop(work: Work, start: int, end: int) -> None:
    """Dissect options for every hop (RFC 8200, 4.3)."""
    _options(work, start, end, "ipv6.hopopts", "IPv6 Hop-by-Hop Option", _HOP)


def destination(work: Work, start: int, end: int) -> None:
    """Dissect options for the destination (RFC 8200, 4.6)."""
    _options(work, start, end, "ipv6.dstopts", "Destination Options for IPv6", _DESTINATION)


def _begin(work: Work, start: int, end: int, name: str, title: str, specs: tuple[Spec, Spec, Spec]) -> tuple[Tree, int]:
    work.need(start, 2, end)
    size = (work.data[start + 1] + 1) * 8
    tree = work.tree(name, title, start, end, length=min(size, max(end - start, 0)))
    tree.add(specs[0], start)
    tree.add(specs[1], start + 1)
    tree.made(specs[2], size, start + 1, 1)
    tree.need(start, size)
    extend(work, start + size)
    return tree, start + size


def _options(work: Work, start: int, end: int, name: str, title: str, specs: tuple[Spec, Spec, Spec]) -> None:
    tree, stop = _begin(work, start, end, name, title, specs)
    at = start + 2
    while at < stop:
        kind = tree.uint(at, 1)
        if kind == 0:
            with tree.node(_OPTION, at, 1, text="Pad1"):
                tree.add(_TYPE, at, text=_type_line(kind))
                tree.add(_PAD1, at, 1)
            at += 1
            continue
        size = tree.uint(at + 1, 1)
        with tree.node(_OPTION, at, size + 2, text=_OPTIONS.get(kind, "IPv6 Option (Unknown)")):
            tree.flags(_TYPE, at, *_TYPE_BITS, text=_type_line(kind))
            tree.add(_LENGTH, at + 1)
            _option(tree, kind, at + 2, size)
        at += size + 2
    carry(work, work.data[start], stop, end)


def _type_line(kind: int) -> str:
    return f"Type: {_OPTIONS.get(kind, 'Unknown')} (0x{kind:02x})"


def _option(tree: Tree, kind: int, at: int, size: int) -> None:
    fixed = {0x05: _ALERT, 0x04: _LIMIT, 0xC2: _JUMBO, 0xC9: _HOME}.get(kind)
    if fixed is not None and size == fixed.size:
        tree.add(fixed, at)
    elif kind == 1:
        tree.add(_PADN, at, size)
    elif size:
        tree.add(_UNKNOWN, at, size)


def routing(work: Work, start: int, end: int) -> None:
    """Dissect a routing header (RFC 8200, 4.4)."""
    tree, stop = _begin(work, start, end, "ipv6.routing", "Routing Header for IPv6", _ROUTING)
    kind = tree.add(_KIND, start + 2)
    left = tree.add(_LEFT, start + 3)
    work.layers[-1].title = f"Routing Header for IPv6 ({_ROUTES.get(kind, 'Unknown')})"
    final = b""
    if kind == 0:
        tree.add(_RESERVED, start + 4, 4)
        for index, at in enumerate(range(start + 8, stop - 15, 16), 1):
            tree.add(_ADDRESS, at, text=f"Address[{index}]: {ip6(tree.raw(at, 16))}")
        final = work.data[stop - 16 : stop] if left and stop - start >= 24 else b""
    elif kind == 2 and stop - start == 24:
        tree.add(_MOBILE_RESERVED, start + 4, 4)
        tree.add(_MOBILE_HOME, start + 8)
        final = work.data[start + 8 : start + 24] if left else b""
    elif kind == 4:
        last = tree.add(_LAST, start + 4)
        tree.add(_FLAGS, start + 5)
        tree.add(_TAG, start + 6, 2)
        for index in range(last + 1):
            at = start + 8 + 16 * index
            if at + 16 > stop:
                break
            tree.add(_SEGMENT, at, text=f"Address[{index}]: {ip6(tree.raw(at, 16))}")
        final = work.data[start + 8 : start + 24] if left and stop - start >= 24 else b""
    else:
        tree.add(_ROUTE_UNKNOWN, start + 4, stop - start - 4)
    if len(final) == 16:
        work.destination = ip6(final)
        work.net = (work.net[0], final)
    carry(work, work.data[start], stop, end)
