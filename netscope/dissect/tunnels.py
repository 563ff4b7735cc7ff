"""What carries other packets in a thin header: GRE (RFC 2784, 2890, 2637), VXLAN (RFC 7348), MPLS (RFC 3032)."""

from __future__ import annotations

from netscope.dissect import checksums
from netscope.dissect.ethernet import dispatch
from netscope.dissect.numbers import ETHERTYPES
from netscope.dissect.spec import YES, Spec, named
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_GRE_TYPES = {**ETHERTYPES, 0x0800: "IP", 0x880B: "PPP", 0x6558: "Transparent Ethernet bridging"}
_FLAGS = Spec("gre.flags_and_version", "Flags and Version", "u16x")
_BITS = (
    Spec("gre.flags.checksum", "Checksum Bit", "b16", 0x8000, YES),
    Spec("gre.flags.routing", "Routing Bit", "b16", 0x4000, YES),
    Spec("gre.flags.key", "Key Bit", "b16", 0x2000, YES),
    Spec("gre.flags.sequence_number", "Sequence Number Bit", "b16", 0x1000, YES),
    Spec("gre.flags.strict_source_route", "Strict Source Route Bit", "b16", 0x0800, YES),
    Spec("gre.flags.recursion_control", "Recursion control", "u16", 0x0700),
)
_ACK_BIT = Spec("gre.flags.ack", "Acknowledgment", "b16", 0x0080, YES)
_RESERVED = Spec("gre.flags.reserved", "Flags (Reserved)", "u16", 0x00F8)
_RESERVED1 = Spec("gre.flags.reserved", "Flags (Reserved)", "u16", 0x0078)
_VERSION = Spec("gre.flags.version", "Version", "u16", 0x0007, {0: "GRE", 1: "Enhanced GRE"})
_TYPE = Spec("gre.proto", "Protocol Type", "u16x", names=_GRE_TYPES)
_CHECKSUM, _STATUS = Spec("gre.checksum", "Checksum", "u16x"), checksums.status_spec("gre.checksum.status")
_BAD = named("gre.checksum.incorrect")
_OFFSET = Spec("gre.offset", "Offset", "u16")
_KEY, _LENGTH, _CALL = (
    Spec("gre.key", "Key", "u32x"),
    Spec("gre.key.payload_length", "Payload Length", "u16"),
    Spec("gre.key.call_id", "Call ID", "u16"),
)
_SEQUENCE, _ACK = (
    Spec("gre.sequence_number", "Sequence Number", "u32"),
    Spec("gre.ack_number", "Acknowledgment Number", "u32"),
)


def gre(work: Work, start: int, end: int) -> None:
    """Dissect a header and what it carries."""
    work.need(start, 4, end)
    data = work.data
    flags, kind = int.from_bytes(data[start : start + 2], "big"), int.from_bytes(data[start + 2 : start + 4], "big")
    word = _GRE_TYPES.get(kind, f"0x{kind:04x} - unknown")
    work.protocol, work.info = "GRE", f"Encapsulated {word}"
    tree = work.tree("gre", f"Generic Routing Encapsulation ({word})", start, end)
    second = flags & 7 == 1
    bits = (*_BITS, *((_ACK_BIT, _RESERVED1) if second else (_RESERVED,)), _VERSION)
    tree.flags(_FLAGS, start, *bits)
    tree.add(_TYPE, start + 2)
    at = _optional(work, tree, flags, start, end, second)
    work.layers[-1].length = at - start
    if kind == 0x880B or at >= end:
        if at < end and not work.next("ppp.link", 0, at, end):
            work.rest(at, end)
    elif not work.next("gre.proto", kind, at, end):
        dispatch(work, kind, at, end)


def _optional(work: Work, tree: Tree, flags: int, start: int, end: int, second: bool) -> int:
    at = start + 4
    if flags & 0xC000:
        given, should = tree.uint(at, 2), None
        if flags & 0x8000 and end <= len(work.data):
            should = checksums.expected(work.data[start:end], at - start)
        tree.items += checksums.fields(_CHECKSUM, _STATUS, given, should, at, work.buffer, bad=_BAD, severity="Warning")
        tree.add(_OFFSET, at + 2)
        at += 4
    if flags & 0x2000:
        if second:
            tree.add(_LENGTH, at)
            tree.add(_CALL, at + 2)
        else:
            tree.add(_KEY, at)
        at += 4
    if flags & 0x1000:
        tree.add(_SEQUENCE, at)
        at += 4
    if second and flags & 0x80:
        tree.add(_ACK, at)
        at += 4
    return at


_VX_FLAGS = Spec("vxlan.flags", "Flags", "u16x")
_VX_BITS = (
    Spec("vxlan.flag_g", "GBP Extension", "b16", 0x8000, ("Defined", "Not defined")),
    Spec("vxlan.flag_i", "VXLAN Network ID (VNI)", "b16", 0x0800),
    Spec("vxlan.flag_d", "Don't Learn", "b16", 0x0040),
    Spec("vxlan.flag_a", "Policy Applied", "b16", 0x0008),
    Spec("vxlan.flags_reserved", "Reserved(R)", "u16x", 0x77B7),
)
_VX_GROUP = Spec("vxlan.gbp", "Group Policy ID", "u16")
_VX_VNI = Spec("vxlan.vni", "VXLAN Network Identifier (VNI)", "u24")
_VX_RESERVED = Spec("vxlan.reserved8", "Reserved", "u8")


def vxlan(work: Work, start: int, end: int) -> None:
    """Dissect a header, and the frame it carries."""
    work.need(start, 8, end)
    work.protocol = "VxLAN"
    tree = work.tree("vxlan", "Virtual eXtensible Local Area Network", start, end, length=8)
    tree.flags(_VX_FLAGS, start, *_VX_BITS)
    tree.add(_VX_GROUP, start + 2)
    tree.add(_VX_VNI, start + 4)
    tree.add(_VX_RESERVED, start + 7)
    work.call(work.tables.by["link"][1], start + 8, end)


_LABELS = {0: "IPv4 Explicit-Null", 1: "Router Alert", 2: "IPv6 Explicit-Null", 3: "Implicit-Null",
           7: "Entropy Label Indicator (ELI)", 13: "Generic Associated Channel Label (GAL)",
           14: "OAM Alert"}  # fmt: skip
_LABEL = Spec("mpls.label", "MPLS Label", "u32", 0xFFFFF000)
_EXPERIMENTAL = Spec("mpls.exp", "MPLS Experimental Bits", "u32", 0x00000E00)
_BOTTOM = Spec("mpls.bottom", "MPLS Bottom Of Label Stack", "u32", 0x00000100)
_LIMIT = Spec("mpls.ttl", "MPLS TTL", "u32", 0x000000FF)


def mpls(work: Work, start: int, end: int) -> None:
    """Dissect a stack of labels; what is below says its version in its first bits, or is a frame."""
    work.protocol, work.info = "MPLS", "MPLS Label Switched Packet"
    at = start
    for _ in range(32):
        work.need(at, 4, end)
        word = int.from_bytes(work.data[at : at + 4], "big")
        label = word >> 12
        told = f"{label} ({_LABELS.get(label, 'Reserved')})" if label < 16 else str(label)
        title = (
            f"MultiProtocol Label Switching Header, Label: {told}, Exp: {word >> 9 & 7}, "
            f"S: {word >> 8 & 1}, TTL: {word & 255}"
        )
        tree = work.tree("mpls", title, at, end, length=4)
        if at > start:
            work.path.pop()
        tree.bits(at, 4, _LABEL, _EXPERIMENTAL, _BOTTOM, _LIMIT)
        at += 4
        if word & 0x100:
            break
    if at >= end:
        return
    version = work.data[at] >> 4 if at < len(work.data) else 0
    handle = work.tables.by["ethertype"].get({4: 0x0800, 6: 0x86DD}.get(version, -1))
    if handle is not None:
        work.call(handle, at, end)
    elif version == 0 and work.next("mpls.control", 0, at, end):
        pass
    else:
        work.call(work.tables.by["link"][1], at, end)
