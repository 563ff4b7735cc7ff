"""The options of IPv4 (RFC 791, 3.1; RFC 2113 router alert; RFC 1063 MTU; RFC 4782 quick start)."""

from __future__ import annotations

from netscope.dissect.model import BROKEN, Field
from netscope.dissect.spec import YES, Spec
from netscope.dissect.tree import Tree

_NAMES = {
    0x00: "End of Options List (EOL)", 0x01: "No Operation (NOP)", 0x07: "Record Route", 0x0B: "MTU Probe",
    0x0C: "MTU Reply", 0x52: "Traceroute", 0x19: "Quick-Start", 0x44: "Time Stamp", 0x82: "Security",
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
_SPECS = {
    kind: Spec(f"ip.options.{name}", "IP Option", "bytes")
    for kind, name in (
        (0x00, "eol"), (0x01, "nop"), (0x07, "record_route"), (0x0B, "mtu_probe"), (0x0C, "mtu_reply"),
        (0x12, "traceroute"), (0x19, "qs"), (0x44, "timestamp"), (0x52, "traceroute"), (0x82, "security"),
        (0x83, "route"), (0x85, "ext_security"), (0x86, "cipso"), (0x88, "sid"), (0x89, "source_route"),
        (0x94, "routeralert"),
    )
}  # fmt: skip
_UNKNOWN = Spec("ip.options.unknown", "IP Option", "bytes")
_DST, _ADDR = (
    Spec("ip.dst", "Destination Address", "ip4"),
    Spec("ip.addr", "Source or Destination Address", "ip4", hidden=True),
)
_LENGTH, _POINTER = Spec("ip.opt.len", "Length", "u8"), Spec("ip.opt.ptr", "Pointer", "u8")
_ALERT = Spec("ip.opt.ra", "Router Alert", "u16", names=lambda v: _ALERTS.get(v, "Reserved"))
_STREAM = Spec("ip.opt.sid", "Stream Identifier", "u16")
_MTU = Spec("ip.opt.mtu", "MTU", "u16")
_RECORDED, _EMPTY = Spec("ip.rec_rt", "Recorded Route", "ip4"), Spec("ip.empty_rt", "Empty Route", "ip4")
_SOURCE = Spec("ip.src_rt", "Source Route", "ip4")
_OVERFLOW = Spec("ip.opt.overflow", "Overflow", "u8", 0xF0)
_FLAG = Spec("ip.opt.flag", "Flag", "u8x", 0x0F, _STAMPS)
_STAMP = Spec("ip.opt.time_stamp", "Time stamp", "u32")
_STAMP_ADDRESS = Spec("ip.opt.time_stamp_addr", "Address", "ip4")
_TRACE = (
    Spec("ip.opt.id_number", "ID Number", "u16"), Spec("ip.opt.ohc", "Outbound Hop Count", "u16"),
    Spec("ip.opt.rhc", "Return Hop Count", "u16"), Spec("ip.opt.originator", "Originator IP Address", "ip4"),
)  # fmt: skip


def final(data: bytes, at: int, end: int) -> bytes:
    """Return the last address of a source route that is not yet done, where the packet goes in the end; else none."""
    end = min(end, len(data))
    while at < end:
        kind = data[at]
        size = 1 if kind < 2 else data[at + 1] if at + 1 < end else 0
        if not size or at + size > end:
            return b""
        if kind in (0x83, 0x89) and size >= 7 and data[at + 2] <= size:
            return data[at + 3 + (size - 7) // 4 * 4 :][:4]
        at += size
    return b""


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
            with tree.node(_SPECS[kind], at, 1, text=f"IP Option - {name}"):
                tree.flags(_TYPE, at, *_TYPE_BITS)
            at += 1
            continue
        size = tree.uint(at + 1, 1)
        tree.need(at, max(size, 2))
        if size < 2:
            return
        with tree.node(_SPECS.get(kind, _UNKNOWN), at, size, text=f"IP Option - {name} ({size} bytes)"):
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
    elif kind == 0x52 and size == 12:
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
            last = offset + 7 >= size and pointer <= size
            spec = _DST if last else _RECORDED if place < pointer else _SOURCE
            tree.add(spec, at + offset)
            if last:
                tree.add(_ADDR, at + offset)


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
