"""A compiled capture filter: instructions of classic BPF, and the ways to write them down."""

from __future__ import annotations

import struct
from typing import NamedTuple

from netscope.core.capturefilter.opcodes import (
    ABS,
    AD_IFINDEX,
    AD_OFF,
    AD_PKTTYPE,
    AD_PROTOCOL,
    AD_VLAN_TAG,
    AD_VLAN_TAG_PRESENT,
    ALU,
    IMM,
    IND,
    JA,
    JMP,
    LD,
    LDX,
    LEN,
    MEM,
    MISC,
    MSH,
    NEG,
    RET,
    ST,
    STX,
    B,
    H,
    W,
    X,
)

_SOCK_FILTER = struct.Struct("=HBBI")  # struct sock_filter (linux/filter.h)
_SIZES = {W: "", H: "h", B: "b"}
_ALU = ("add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor")
_HEXADECIMAL = ("or", "and", "xor")  # whose constants are masks
_JUMPS = ("ja", "jeq", "jgt", "jge", "jset")
_ANCILLARY = {
    AD_PROTOCOL: "proto", AD_PKTTYPE: "type", AD_IFINDEX: "ifidx", AD_VLAN_TAG: "vlan_tci",
    AD_VLAN_TAG_PRESENT: "vlanp",
}  # fmt: skip


class Instruction(NamedTuple):
    """One instruction: ``jt`` and ``jf`` are how many to pass over when a test is true, or false."""

    code: int
    jt: int
    jf: int
    k: int


class Program(NamedTuple):
    """What a filter is compiled to. It returns how many bytes to keep of a packet, 0 for none."""

    instructions: tuple[Instruction, ...]

    @property
    def loops(self) -> bool:
        """Whether it jumps backwards (``protochain``), which the kernel refuses."""
        return any(each.code == JMP | JA and each.k >> 31 for each in self.instructions)

    def pack(self) -> bytes:
        """Return the array of struct sock_filter that SO_ATTACH_FILTER points to (socket(7))."""
        return b"".join([_SOCK_FILTER.pack(*each) for each in self.instructions])

    def text(self) -> str:
        """Return the program to be read, as ``tcpdump -d`` prints it."""
        return "\n".join(_line(place, each) for place, each in enumerate(self.instructions))

    def dd(self) -> str:
        """Return the program as a fragment of C, as ``tcpdump -dd`` prints it."""
        return "\n".join(f"{{ {i.code:#x}, {i.jt}, {i.jf}, 0x{i.k:08x} }}," for i in self.instructions)

    def ddd(self) -> str:
        """Return the program as decimal numbers after their count, as ``tcpdump -ddd`` prints it."""
        lines = [" ".join(map(str, each)) for each in self.instructions]
        return "\n".join([str(len(lines)), *lines])


def _line(place: int, one: Instruction) -> str:
    word, operand = _words(place, one)
    line = f"({place:03}) {word:<8} {operand}"
    if one.code & 0x07 == JMP and one.code != JMP | JA:
        return f"({place:03}) {word:<8} {operand:<16} jt {place + 1 + one.jt}\tjf {place + 1 + one.jf}"
    return line


def _words(place: int, one: Instruction) -> tuple[str, str]:
    """Return the mnemonic and the operand."""
    kind, k = one.code & 0x07, one.k
    if kind in (LD, LDX):
        return _load(one)
    if kind in (ST, STX):
        return ("st" if kind == ST else "stx"), f"M[{k}]"
    if kind == ALU:
        name = _ALU[one.code >> 4]
        if one.code == ALU | NEG:
            return name, ""
        if one.code & X:
            return name, "x"
        return name, f"#{k:#x}" if name in _HEXADECIMAL else f"#{_signed(k)}"
    if kind == JMP:
        if one.code == JMP | JA:
            return "ja", str(_signed((place + 1 + k) & 0xFFFFFFFF))
        return _JUMPS[one.code >> 4], "x" if one.code & X else f"#{k:#x}"
    if kind == RET:
        return "ret", f"#{_signed(k)}"
    assert kind == MISC
    return ("txa" if one.code & 0x80 else "tax"), ""


def _load(one: Instruction) -> tuple[str, str]:
    mode, k = one.code & 0xE0, one.k
    name = ("ldx" if one.code & 0x07 == LDX else "ld") + _SIZES[one.code & 0x18]
    if mode == IMM:
        return name, f"#{k:#x}"
    if mode == ABS:
        if k >= AD_OFF and k in _ANCILLARY:
            return name, f"[{_ANCILLARY[k]}]"
        return name, f"[{_signed(k)}]"
    if mode == IND:
        return name, f"[x + {_signed(k)}]"
    if mode == MEM:
        return name, f"M[{k}]"
    if mode == LEN:
        return name, "#pktlen"
    assert mode == MSH
    return name, f"4*([{_signed(k)}]&0xf)"


def _signed(k: int) -> int:
    return k - (1 << 32) if k >> 31 else k
