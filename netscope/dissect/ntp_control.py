"""What NTP's servers are asked by who looks after them: control messages (RFC 9327), and ntpd's own of mode 7."""

from __future__ import annotations

from netscope.dissect.spec import Spec
from netscope.dissect.tree import Tree

_WHICH = ("Request", "Response")
_OPERATIONS = {
    0: "reserved", 1: "read status", 2: "read variables", 3: "write variables", 4: "read clock variables",
    5: "write clock variables", 6: "set trap address/port", 7: "asynchronous message", 8: "runtime configuration",
    9: "save config to file", 10: "retrieve MRU (mrulist)", 11: "retrieve ordered list", 12: "request a client nonce",
    31: "unset trap address/port",
}  # fmt: skip
_FLAGS2 = Spec("ntp.ctrl.flags2", "Flags 2", "u8x")
_BITS2 = (
    Spec("ntp.ctrl.flags2.r", "Response bit", "u8", 0x80, _WHICH.__getitem__), Spec("ntp.ctrl.flags2.error",
    "Error bit", "u8", 0x40), Spec("ntp.ctrl.flags2.more", "More bit", "u8", 0x20),
    Spec("ntp.ctrl.flags2.opcode", "Opcode", "u8", 0x1F, _OPERATIONS),
)  # fmt: skip
_HEAD = tuple(
    Spec(f"ntp.ctrl.{name}", label, kind)
    for name, label, kind in (
        ("sequence", "Sequence", "u16"), ("status", "Status", "u16x"), ("associd", "AssociationID", "u16"),
        ("offset", "Offset", "u16"), ("count", "Count", "u16"),
    )
)  # fmt: skip
_DATA = Spec("ntp.ctrl.data", "Data", "none")
_WORDS = """PEER_LIST PEER_LIST_SUM PEER_INFO PEER_STATS SYS_INFO SYS_STATS IO_STATS MEM_STATS LOOP_INFO TIMER_STATS
    CONFIG UNCONFIG SET_SYS_FLAG CLR_SYS_FLAG MONITOR NOMONITOR GET_RESTRICT RESADDFLAGS RESSUBFLAGS UNRESTRICT
    MON_GETLIST RESET_STATS RESET_PEER REREAD_KEYS DO_DIRTY_HACK DONT_DIRTY_HACK TRUSTKEY UNTRUSTKEY AUTHINFO TRAPS
    ADD_TRAP CLR_TRAP REQUEST_KEY CONTROL_KEY GET_CTLSTATS GET_LEAPINFO GET_CLOCKINFO SET_CLKFUDGE GET_KERNEL
    GET_CLKBUGINFO"""
_CODES = dict(enumerate(_WORDS.split()))
_CODES |= {41: "SET_PRECISION", 42: "MON_GETLIST_1", 43: "HOSTNAME_ASSOCID", 44: "IF_STATS", 45: "IF_RELOAD"}
_RESPONSE = Spec("ntp.priv.flags.r", "Response bit", "u8", 0x80, _WHICH.__getitem__)
_MORE = Spec("ntp.priv.flags.more", "More bit", "u8", 0x40)
_SECOND = Spec("ntp.priv.auth_seq", "Auth, sequence", "u8")
_SECOND_BITS = Spec("ntp.priv.auth", "Auth bit", "u8", 0x80), Spec("ntp.priv.seq", "Sequence number", "u8", 0x7F)
_IMPLEMENTATION = Spec(
    "ntp.priv.impl", "Implementation", "u8", names={0: "UNIV", 2: "XNTPD_OLD (pre-IPv6)", 3: "XNTPD"}
)
_CODE = Spec("ntp.priv.reqcode", "Request code", "u8", names=_CODES)
_ERROR = Spec("ntp.priv.err", "Err", "u8x", 0xF0, {
    0: "No error", 1: "incompatible implementation number", 2: "unimplemented request code", 3: "format error",
    4: "no data available", 7: "authentication failure"})  # fmt: skip
_ITEMS = Spec("ntp.priv.numitems", "Number of data items", "u16", 0x0FFF)
_RESERVED = Spec("ntp.priv.reserved", "Reserved", "u8x", 0xF0)
_SIZE = Spec("ntp.priv.itemsize", "Size of data item", "u16", 0x0FFF)


def control(tree: Tree, start: int, end: int) -> None:
    """Add a control message behind its first byte."""
    second = tree.uint(start + 1, 1)
    text = f"Flags 2: 0x{second:02x}, Response bit: {_WHICH[second >> 7]}, Opcode: " + _OPERATIONS.get(
        second & 31, "Unknown"
    )
    tree.flags(_FLAGS2, start + 1, *_BITS2, text=text)
    for place, spec in enumerate(_HEAD):
        tree.add(spec, start + 2 + 2 * place)
    count = tree.uint(start + 10, 2)
    if count:
        tree.add(_DATA, start + 12, min(count, end - start - 12))


def private(tree: Tree, flags: Spec, version: Spec, mode: Spec, word: str, start: int) -> str:
    """Add the header of a message of mode 7; return what the list's line says of it."""
    first, code = tree.uint(start, 1), tree.uint(start + 3, 1)
    text = f"Flags: 0x{first:02x}, Response bit: {_WHICH[first >> 7]}, Version number: {word}, Mode: "
    tree.flags(flags, start, _RESPONSE, _MORE, version, mode, text=f"{text}reserved for private use")
    tree.flags(_SECOND, start + 1, *_SECOND_BITS)
    tree.add(_IMPLEMENTATION, start + 2)
    tree.add(_CODE, start + 3)
    tree.bits(start + 4, 1, _ERROR)
    tree.bits(start + 4, 2, _ITEMS)
    tree.bits(start + 6, 1, _RESERVED)
    tree.bits(start + 6, 2, _SIZE)
    return f", {_WHICH[first >> 7]}, {_CODES.get(code, 'Unknown')}"
