"""The options of IPv4 (RFC 791, 3.1; RFC 2113 router alert; RFC 1063 MTU; RFC 4782 quick start)."""

from __future__ import annotations

from netscope.dissect.model import BROKEN, Field
from netscope.dissect.spec import YES, Spec
from netscope.dissect.tree import Tree

_NAMES = {
    0x00: "End of Options List (EOL)", 0x01: "No Operation (NOP)", 0x07: "Record Route", 0x0B: "MTU Probe",
    0x0C: "MTU Reply", 0x12: "Traceroute", 0x19: "Quick-Start", 0x44: "Time Stamp", 0x82: "Security",
    0x83: "Loose Source Route", 0x85: "Extended Security", 0x86: "Commercial IP Security Option",
    0x88: "Stream ID", 0x89: "Strict Source Route", 0x94: "Router Alert",
}  # fmt: skip
_CLASSES = {0: "Control", 1: "Reserved for future use", 2: "Debugging and measurement", 3: "Reserved for future use"}
_NUMBERS = {
    0: "End of Option List (EOL)", 1: "No-Operation (NOP)", 2: "Security", 3: "Loose Source Route", 4: "Timestamp",
    5: "Extended Security", 6: "Commercial IP Security Option", 7: "Record Route", 8: "Stream Identifier",
    9: "Strict source route",
    11: "MTU Probe", 12: "MTU Reply", 18: "Traceroute", 20: "Router alert", 25: "Quick-Start",
}  # fmt: skip
_ALERTS = {0: "Router shall examine packet"}
_STAMPS = {0: "Time stamps only", 1: "Time stamp and address", 3: "Time stamps for prespecified addresses"}

_TYPE = Spec("ip.opt.type", "Type", "u8")
_TYPE_BITS = (
    Spec("ip.opt.type.copy", "Copy on fragmentation", "b8", 0x80, YES),
    Spec("ip.opt.type.class", "Class", "u8", 0x60, _CLASSES),
    Spec("ip.opt.type.number", "Number", "u8", 0x1F, _NUMBERS),
)
_LENGTH, _POINTER = Spec("ip.opt.len", "Length", "u8"), Spec("ip.opt.ptr", "Pointer", "u8")
_ALERT = Spec("ip.opt.ra", "Router Alert", "u16", names=lambda v: _ALERTS.get(v, "Reserved"))
_STREAM = Spec("ip.opt.sid", "Stream Identifier", "u16")
_MTU = Spec("ip.opt.mtu", "MTU", "u16")
_RECORDED, _EMPTY = Spec("ip.rec_rt", "Recorded Route", "ip4"), Spec("ip.empty_rt", "Empty Route", "ip4")
_CURRENT, _SOURCE = Spec("ip.cur_rt", "Current Route", "ip4"), Spec("ip.src_rt", "Source Route", "ip4")
_OVERFLOW = Spec("ip.opt.overflow", "Overflow", "u8", 0xF0)
_FLAG = Spec("ip.opt.flag", "Flag", "u8x", 0x0F, _STAMPS)
_STAMP = Spec("ip.opt.time_stamp", "Time stamp", "u32")
_STAMP_ADDRESS = Spec("ip.opt.time_stamp_addr", "Address", "ip4")
_PADDING = Spec("ip.opt.padding", "Padding", "bytes")
_TRACE = (
    Spec("ip.opt.id_number", "ID Number", "u16"), Spec("ip.opt.ohc", "Outbound Hop Count", "u16"),
    Spec("ip.opt.rhc", "Return Hop Count", "u16"), Spec("ip.opt.originator", "Originator IP Address", "ip4"),
)  # fmt: skip


def options(data: bytes, start: int, end: int, buffer: int) -> Field:
    """Return the options between two places, as far as they make sense."""
    items: list[Field] = []
    tree = Tree(data, end, buffer, items)
    names: list[str] = []
    try:
        _walk(tree, start, end, names)
    except BROKEN:
        names.append("malformed")
    text = f"Options: ({end - start} bytes)" + "".join(f", {name}" for name in names)
    return Field("", None, text, text, start, end - start, children=tuple(items), buffer=buffer)


def _walk(tree: Tree, at: int, end: int, names: list[str]) -> None:
    while at < end:
        kind = tree.uint(at, 1)
        name = _NAMES.get(kind, f"Unknown (0x{kind:02x})")
        names.append(name)
        if kind < 2:
            with tree.node(f"IP Option - {name}", at, 1):
                tree.flags(_TYPE, at, *_TYPE_BITS)
            at += 1
            if not kind:
                if at < end:
                    tree.add(_PADDING, at, end - at)
                return
            continue
        size = tree.uint(at + 1, 1)
        tree.need(at, max(size, 2))
        if size < 2:
            return
        with tree.node(f"IP Option - {name} ({size} bytes)", at, size):
            tree.flags(_TYPE, at, *_TYPE_BITS)
            tree.add(_LENGTH, at + 1)
            _body(tree, kind, at, size)
        at += size


def _body(tree: Tree, kind: int, at: int, size: int) -> None:
    if kind == 0x94 and size == 4:
        tree.add(_ALERT, at + 2)
    elif kind in (0x0B, 0x0C) and size == 4:
        tree.add(_MTU, at + 2)
    elif kind == 0x88 and size == 4:
        tree.add(_STREAM, at + 2)
    elif kind in (0x07, 0x83, 0x89) and size >= 3:
        _route(tree, kind, at, size)
    elif kind == 0x44 and size >= 4:
        _stamps(tree, at, size)
    elif kind == 0x12 and size == 12:
        place = at + 2
        for spec in _TRACE:
            tree.add(spec, place)
            place += spec.size


def _route(tree: Tree, kind: int, at: int, size: int) -> None:
    pointer = tree.add(_POINTER, at + 2)
    for offset in range(3, size - 3, 4):
        place = offset + 1  # the pointer counts from 1
        if kind == 0x07:
            tree.add(_EMPTY if place >= pointer else _RECORDED, at + offset)
        else:
            spec = _RECORDED if place < pointer else _CURRENT if place == pointer else _SOURCE
            tree.add(spec, at + offset)


def _stamps(tree: Tree, at: int, size: int) -> None:
    tree.add(_POINTER, at + 2)
    flag = tree.uint(at + 3, 1) & 15
    tree.bits(at + 3, 1, _OVERFLOW, _FLAG)
    place, end = at + 4, at + size
    while place < end:
        if flag:
            if place + 8 > end:
                return
            tree.add(_STAMP_ADDRESS, place)
            tree.add(_STAMP, place + 4)
            place += 8
        else:
            if place + 4 > end:
                return
            tree.add(_STAMP, place)
            place += 4
