"""IPv6 (RFC 8200) and its fragment header; the other extension headers have a module of their own."""

from __future__ import annotations

import struct

from netscope.core.typed import Any
from netscope.dissect import fragments
from netscope.dissect.model import Field, Layer, Malformed, Short
from netscope.dissect.numbers import DSCP, ECN, PROTOCOLS, traffic_class
from netscope.dissect.spec import YES, Row, Spec, drawn, ip4, ip6, rows
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_HEAD = struct.Struct("!IHBB16s16s")
_CLASS = drawn(0x0FF00000, 32)
_FLOW = drawn(0x0FFFFF, 24)
_NAMES = PROTOCOLS
_TABLE: tuple[Row, ...] = (
    (Spec("ipv6.version", "Version", "u8", line=lambda v: f"{v:04b} .... = Version: {v}"), 6, 0, ()),
    (Spec("ip.version", "Version", "u8", hidden=True,
          line=lambda v: f'{v:04b} .... = Version: {v} [This field makes the filter match on "ip.version == 6"]'),
     6, 0, ()),
    (
        Spec("ipv6.tclass", "Traffic Class", "u32x", 0x0FF00000,
             line=lambda v: f"{_CLASS(v)}Traffic Class: 0x{v:02x} ({traffic_class(v)})"), 0, 0,
        (
            (Spec("ipv6.tclass.dscp", "Differentiated Services Codepoint", "u32", 0x0FC00000, DSCP), 0, 0, ()),
            (Spec("ipv6.tclass.ecn", "Explicit Congestion Notification", "u32", 0x00300000, ECN), 0, 0, ()),
        ),
    ),
    (Spec("ipv6.flow", "Flow Label", "u24x", 0x0FFFFF, line=lambda v: f"{_FLOW(v)}Flow Label: 0x{v:05x}"), 0, 1, ()),
    (Spec("ipv6.plen", "Payload Length", "u16"), 1, 4, ()),
    (Spec("ipv6.nxt", "Next Header", "u8", names=_NAMES), 2, 6, ()),
    (Spec("ipv6.hlim", "Hop Limit", "u8"), 3, 7, ()),
)  # fmt: skip
_SRC, _DST = Spec("ipv6.src", "Source Address", "ip6"), Spec("ipv6.dst", "Destination Address", "ip6")
_ADDR = Spec("ipv6.addr", "Source or Destination Address", "ip6", hidden=True)
_SLAAC = Spec("ipv6.slaac_mac", "SLAAC MAC", "mac", hidden=True)
_SIDES = {
    "src": Spec("ipv6.src_slaac_mac", "Source SLAAC MAC", "mac"),
    "dst": Spec("ipv6.dst_slaac_mac", "Destination SLAAC MAC", "mac"),
}
_PARTS = fragments.specs("ipv6", "IPv6")
_NEXT = Spec("ipv6.fraghdr.nxt", "Next header", "u8", names=_NAMES)
_RESERVED = Spec("ipv6.fraghdr.reserved_octet", "Reserved octet", "u8x")
_OFFSET = Spec("ipv6.fraghdr.offset", "Offset", "u16", 0xFFF8)
_BITS = Spec("ipv6.fraghdr.reserved_bits", "Reserved bits", "u16", 0x0006)
_MORE = Spec("ipv6.fraghdr.more", "More Fragments", "b16", 0x0001, YES)
_IDENT = Spec("ipv6.fraghdr.ident", "Identification", "u32x")


def ipv6(work: Work, start: int, end: int) -> None:
    """Dissect a packet's fixed header, and let the next header have the rest."""
    data = work.data
    if start + 40 > end:
        raise Malformed
    if start + 40 > len(data):
        raise Short
    values = _HEAD.unpack_from(data, start)
    _word, payload, following, _limit, source, destination = values
    work.source, work.destination = ip6(source), ip6(destination)
    work.net = (source, destination)
    work.protocol, work.info = "IPv6", f"IPv6 {PROTOCOLS.get(following, 'Unknown')} ({following})"
    work.add("ipv6", _title, start, 40, fields, (data, start, work.buffer, values, work.source, work.destination, []))
    stop = min(start + 40 + payload, end) if payload else end
    carry(work, following, start + 40, stop)


def carry(work: Work, following: int, start: int, end: int) -> None:
    """Let the header that follows have the rest."""
    if following == 59:
        work.info = "IPv6 no next header"
        if start < end:
            work.rest(start, end)
    elif not (work.next("ipv6.nxt", following, start, end) or work.next("ip.proto", following, start, end)):
        work.info = f"Unknown IP Protocol: {PROTOCOLS.get(following, 'Unknown')} ({following})"
        work.rest(start, end)


def extend(work: Work, stop: int, buffer: int = -1) -> Layer | None:
    """Let the header's layer reach to the end of an extension header; return it."""
    outer = next((layer for layer in reversed(work.layers) if layer.name == "ipv6"), None)
    if outer is not None and outer.buffer == (work.buffer if buffer < 0 else buffer):
        outer.length = stop - outer.start
    return outer


def fragment(work: Work, start: int, end: int) -> None:
    """Dissect a fragment header (RFC 8200, 4.5); what it belongs to goes on when it is whole."""
    work.need(start, 8, end)
    data = work.data
    following, where = data[start], int.from_bytes(data[start + 2 : start + 4], "big")
    ident = data[start + 4 : start + 8]
    offset, more = where & 0xFFF8, bool(where & 1)
    tree = work.tree("ipv6.fraghdr", "Fragment Header for IPv6", start, end, length=8)
    _fragment_fields(tree, start, offset)
    begin = start + 8
    if not offset and not more:
        extend(work, begin)
        carry(work, following, begin, end)  # an atomic fragment (RFC 6946)
        return
    work.info = f"IPv6 fragment (off={offset} more={'y' if more else 'n'} ident=0x{ident.hex()} nxt={following})"
    if end <= len(data) and not work.quoted:
        key = ("ipv6", *work.net, ident)
        whole = fragments.add(work.context, key, fragments.Piece(work.frame.number, offset, data[begin:end]), more)
        if whole is not None:
            content, pieces = whole
            before = work.enter("Reassembled IPv6", content)
            told = fragments.told(_PARTS, "IPv6", content, pieces, work.buffer)
            outer = extend(work, begin, 0)
            if outer is not None:
                outer.args[6].append(told)
            carry(work, following, 0, len(content))
            work.leave(before)
            return
    work.parted = True
    if (work.quoted or end > len(data)) and not offset:
        carry(work, following, begin, end)
        return
    work.rest(begin, end)


def _fragment_fields(tree: Tree, start: int, offset: int) -> None:
    tree.add(_NEXT, start)
    tree.add(_RESERVED, start + 1)
    bits = drawn(0xFFF8, 16)(offset >> 3)
    tree.add(_OFFSET, start + 2, 2, offset >> 3, text=f"{bits}Offset: {offset >> 3} ({offset} bytes)")
    tree.bits(start + 2, 2, _BITS, _MORE)
    tree.add(_IDENT, start + 4)


_WELL_KNOWN = bytes.fromhex("0064ff9b") + bytes(8)
_PREFIX = Spec("ipv6.embed_ipv4_prefix", "Embedded IPv4 Prefix", "bytes")
_EMBEDDED = {
    "src": Spec("ipv6.src_embed_ipv4", "Source Embedded IPv4", "ip4"),
    "dst": Spec("ipv6.dst_embed_ipv4", "Destination Embedded IPv4", "ip4"),
    "": Spec("ipv6.embed_ipv4", "Embedded IPv4", "ip4"),
}


def _title(data: bytes, start: int, buffer: int, values: Any, source: str, destination: str, told: list[Field]) -> str:
    return f"Internet Protocol Version 6, Src: {source}, Dst: {destination}"


def _slaac(side: str, raw: bytes, start: int, buffer: int) -> list[Field]:
    """Return the link-layer address that an interface identifier was made of (RFC 4291, appendix A)."""
    if raw[11:13] != b"\xff\xfe" or not raw[8] & 2:
        return []
    address = bytes((raw[8] ^ 2, *raw[9:11], *raw[13:16])).hex(":")
    return [
        _SIDES[side].field(address, start + 8, 8, buffer, generated=True),
        _SLAAC.field(address, start + 8, 8, buffer, generated=True),
    ]


def fields(data: bytes, start: int, buffer: int, values: tuple[Any, ...], source: str, destination: str,
            told: list[Field]) -> list[Field]:  # fmt: skip
    """Return the layer's fields."""
    made = rows(_TABLE, (*values, values[0] >> 28), start, buffer)
    made += [
        _SRC.field(source, start + 8, 16, buffer), _ADDR.field(source, start + 8, 16, buffer),
        _DST.field(destination, start + 24, 16, buffer), _ADDR.field(destination, start + 24, 16, buffer),
    ]  # fmt: skip
    made += _slaac("src", values[4], start + 8, buffer) + _slaac("dst", values[5], start + 24, buffer)
    made += _embedded("src", values[4], start + 8, buffer) + _embedded("dst", values[5], start + 24, buffer)
    return made + told


def _embedded(side: str, raw: bytes, start: int, buffer: int) -> list[Field]:
    """Return the IPv4 address that one of the well-known prefix holds (RFC 6052)."""
    if raw[:12] != _WELL_KNOWN:
        return []
    address = ip4(raw[12:])
    return [
        _PREFIX.field(_WELL_KNOWN, start, 12, buffer, generated=True,
                      text=f"Embedded IPv4 Prefix: {_WELL_KNOWN.hex()}"),
        _EMBEDDED[side].field(address, start + 12, 4, buffer, generated=True),
        _EMBEDDED[""].field(address, start + 12, 4, buffer, generated=True, hidden=True),
    ]  # fmt: skip
