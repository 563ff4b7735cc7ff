"""IPv4 (RFC 791), with its options."""

from __future__ import annotations

import struct
from functools import lru_cache

from netscope.core.typed import Any
from netscope.dissect import checksums, fragments
from netscope.dissect.model import Field, Malformed, Short
from netscope.dissect.numbers import DSCP, ECN, PROTOCOLS, traffic_class
from netscope.dissect.spec import SET, Row, Spec, drawn, ip4, named, rows
from netscope.dissect.tree import expert
from netscope.dissect.work import Work

_HEAD = struct.Struct("!BBHHHBBH4s4s")


_OFFSET = drawn(0x1FFF, 16)


def _flag_words(value: int) -> str:
    words = [word for bit, word in ((4, "Reserved bit"), (2, "Don't fragment"), (1, "More fragments")) if value & bit]
    bits = f"{value >> 2}{value >> 1 & 1}{value & 1}"
    return f"{bits}. .... = Flags: 0x{value:x}" + "".join(f", {word}" for word in words)


def _header_length(value: int) -> str:
    return f".... {value // 4:04b} = Header Length: {value} bytes ({value // 4})"


_VERSION = Spec("ip.version", "Version", "u8", line=lambda v: f"{v:04b} .... = Version: {v}")
_BOGUS = named("ip.bogus_ip_version")
_TABLE: tuple[Row, ...] = (
    (_VERSION, 10, 0, ()),
    (Spec("ip.hdr_len", "Header Length", "u8", line=_header_length), 11, 0, ()),
    (
        Spec("ip.dsfield", "Differentiated Services Field", "u8x",
             line=lambda v: f"Differentiated Services Field: 0x{v:02x} ({traffic_class(v)})"), 1, 1,
        (
            (Spec("ip.dsfield.dscp", "Differentiated Services Codepoint", "u8", 0xFC, DSCP), 1, 1, ()),
            (Spec("ip.dsfield.ecn", "Explicit Congestion Notification", "u8", 0x03, ECN), 1, 1, ()),
        ),
    ),
    (
        Spec("ip.flags", "Flags", "u8x", 0xE000, line=_flag_words), 4, 6,
        (
            (Spec("ip.flags.rb", "Reserved bit", "b8", 0x80, SET), 12, 6, ()),
            (Spec("ip.flags.df", "Don't fragment", "b8", 0x40, SET), 12, 6, ()),
            (Spec("ip.flags.mf", "More fragments", "b8", 0x20, SET), 12, 6, ()),
        ),
    ),
    (Spec("ip.frag_offset", "Fragment Offset", "u16", line=lambda v: f"{_OFFSET(v)}Fragment Offset: {v * 8}"), 13, 6,
    ()),
    (Spec("ip.ttl", "Time to Live", "u8"), 5, 8, ()),
    (Spec("ip.proto", "Protocol", "u8", names=PROTOCOLS), 6, 9, ()),
)  # fmt: skip
_TOTAL = Spec("ip.len", "Total Length", "u16")
_OFFLOADED = '{} bytes (reported as 0, presumed to be because of "TCP segmentation offload" (TSO))'
_VARYING: tuple[Row, ...] = (
    (_TOTAL, 2, 2, ()),
    (Spec("ip.id", "Identification", "u16xd"), 3, 4, ()),
)
_LEAST = 5  # hops to live; below, a packet may not get to where it goes
_TOO_SMALL = named("ip.ttl.too_small")
_ROUTING = frozenset({89, 103})  # OSPF and PIM only talk to neighbours
_CHECKSUM = Spec("ip.checksum", "Header Checksum", "u16x")
_STATUS = checksums.status_spec("ip.checksum.status", "Header checksum status")
_BAD = named("ip.checksum_bad.expert")
_SRC, _DST = Spec("ip.src", "Source Address", "ip4"), Spec("ip.dst", "Destination Address", "ip4")
_ADDR = Spec("ip.addr", "Source or Destination Address", "ip4", hidden=True)
_CURRENT = Spec("ip.cur_rt", "Current Route", "ip4")
_PARTS = fragments.specs("ip", "IPv4")


def ipv4(work: Work, start: int, end: int) -> None:
    """Dissect a packet and let the protocol it carries have the rest, put together where it came in fragments."""
    data = work.data
    if start + 20 > end:
        raise Malformed
    if start + 20 > len(data):
        raise Short
    values = _HEAD.unpack_from(data, start)
    first, _tos, total, _ident, where, _ttl, protocol, check, source, destination = values
    size = (first & 15) * 4
    if first >> 4 != 4:
        _bogus(work, start, min(start + size, end), first >> 4)
        return
    work.source, work.destination = ip4(source), ip4(destination)
    work.net = (source, destination)
    work.protocol, work.info = "IPv4", ""
    offset = (where & 0x1FFF) * 8
    should = _verify(work, start, size, check)
    if size > 20 and start + size <= len(data):
        target = _final(data, start + 20, start + size)
        if target:
            work.destination = ip4(target)
            work.net = (source, target)
    args: tuple[Any, ...] = (data, start, size, work.buffer, values, should, work.source, work.destination, end, None)
    layer = work.add("ip", _title, start, size, fields, args)
    if size < 20:
        work.info = f"Bogus IP header length ({size}, must be at least 20)"
        work.trouble = "malformed"
        return
    if 0 < total < size:
        work.info = f"Bogus IP length ({total}, less than header length {size})"
        work.trouble = "malformed"
        return
    stop = min(start + total, end) if total else end  # 0: cutting it up was left to the hardware
    begin = start + size
    if offset or where & 0x2000:
        whole = _reassemble(work, values, begin, stop, offset)
        if whole is None:
            return
        content, pieces = whole
        before = work.enter("Reassembled IPv4", content)
        layer.args = (*args[:9], fragments.told(_PARTS, "IPv4", content, pieces, work.buffer))
        _carry(work, protocol, 0, len(content))
        work.leave(before)
        return
    _carry(work, protocol, begin, stop)


def _bogus(work: Work, start: int, end: int, version: int) -> None:
    """Say that what is no packet of this version is none."""
    tree = work.tree("ip", "Internet Protocol Version 4", start, end)
    with tree.node(_VERSION, start, 1, version):
        tree.expert(_BOGUS, "Bogus IPv4 version", "Error", "Protocol", start)
    work.protocol, work.info = "IPv4", f"Bogus IPv4 version ({version}, must be 4)"
    work.trouble = "malformed"


def _verify(work: Work, start: int, size: int, check: int) -> int | None:
    """Return what the checksum should be; None where it is not verified."""
    if size < 20 or not work.context.checksums or start + size > len(work.data) or work.frame.offloaded:
        return None
    should = checksums.expected(work.data[start : start + size], 10)
    if should != check:
        work.trouble = work.trouble or "checksum"
    return should


def _carry(work: Work, protocol: int, start: int, end: int) -> None:
    if not work.next("ip.proto", protocol, start, end):
        work.info = f"{PROTOCOLS.get(protocol, 'Unknown')} ({protocol})"
        work.rest(start, end)


def _reassemble(
    work: Work, values: tuple[Any, ...], begin: int, stop: int, offset: int
) -> tuple[bytes, tuple[fragments.Piece, ...]] | None:
    """Return the whole datagram, or None after what there is to say of a fragment was said."""
    ident, where, protocol = values[3], values[4], values[6]
    more = bool(where & 0x2000)
    if stop <= len(work.data) and not work.quoted:
        key = ("ip", values[8], values[9], ident, protocol)
        piece = fragments.Piece(work.frame.number, offset, work.data[begin:stop])
        whole = fragments.add(work.context, key, piece, more)
        if whole is not None:
            return whole
    name = {1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 50: "ESP", 51: "AH", 58: "ICMPv6", 132: "SCTP", 47: "GRE"}
    word = PROTOCOLS.get(protocol, "Unknown")
    work.info = f"Fragmented IP protocol (proto={name.get(protocol) or word} {protocol}, off={offset}, ID={ident:04x})"
    # Of what is not whole here, the first fragment has a header at least.
    work.parted = True
    if (work.quoted or stop > len(work.data)) and not offset and work.next("ip.proto", protocol, begin, stop):
        return None
    work.rest(begin, stop)
    return None


def _final(data: bytes, at: int, end: int) -> bytes:
    from netscope.dissect.ipv4_options import final

    return final(data, at, end)


@lru_cache(maxsize=4096)
def _constant(
    first: int, tos: int, size: int, where: int, ttl: int, protocol: int, start: int, buffer: int
) -> tuple[Field, ...]:
    """Return what most packets of a flow have in common: all but length, identification and checksum."""
    values = (first, tos, 0, 0, where, ttl, protocol, 0, b"", b"", first >> 4, size, where >> 8, where & 0x1FFF)
    return tuple(rows(_TABLE, values, start, buffer))


@lru_cache(maxsize=4096)
def _address(spec: Spec, address: str, at: int, buffer: int) -> tuple[Field, ...]:
    return spec.field(address, at, 4, buffer), _ADDR.field(address, at, 4, buffer)


def _title(data: bytes, start: int, size: int, buffer: int, values: Any, should: Any, source: str, destination: str,
           end: int, told: Field | None) -> str:  # fmt: skip
    return f"Internet Protocol Version 4, Src: {source}, Dst: {destination}"


def fields(data: bytes, start: int, size: int, buffer: int, values: tuple[Any, ...], should: int | None, source: str,
            destination: str, end: int, told: Field | None) -> list[Field]:  # fmt: skip
    """Return the layer's fields."""
    first, where = values[0], values[4]
    made = list(_constant(first, values[1], size, where, values[5], values[6], start, buffer))
    ttl = values[5]
    if ttl < _LEAST and values[9][0] & 0xF0 != 0xE0 and values[6] not in _ROUTING:
        remark = expert(_TOO_SMALL, f'"Time To Live" only {ttl}', "Note", "Sequence", start + 8, buffer)
        made[5] = made[5]._replace(children=(remark,))
    made[3:3] = rows(_VARYING, values, start, buffer)
    if not values[2]:
        whole = end - start  # cutting it up was left to the hardware
        made[3] = _TOTAL.field(whole, start + 2, 2, buffer, text=f"Total Length: {_OFFLOADED.format(whole)}")
    made += checksums.fields(
        _CHECKSUM,
        _STATUS,
        values[7],
        should,
        start + 10,
        buffer,
        bad=_BAD,
        why="validation disabled",
    )
    made += [
        *_address(_SRC, source, start + 12, buffer),
    ]  # fmt: skip
    there = ip4(values[9])
    if size > 20 and _final(data, start + 20, start + size):
        made.append(_CURRENT.field(there, start + 16, 4, buffer))
    else:
        made += _address(_DST, there, start + 16, buffer)
    if size > 20:
        from netscope.dissect.ipv4_options import options

        made.append(options(data, start + 20, start + size, buffer))
    if told is not None:
        made.append(told)
    return made
