"""Multipath TCP's option (RFC 6824, 8684)."""

from __future__ import annotations

from collections.abc import Callable

from netscope.dissect.tcpdumptext.names import ip4, ip6
from netscope.dissect.tcpdumptext.text import U16, U32, U64

_SYN, _ACK = 2, 16
_ADDRESSES = {0: " v1", 1: " v1-echo", 4: " v0-ip4", 6: " v0-ip6"}
# Lengths of an announced address: bytes of the address, and whether a port and a code follow it.
_ANNOUNCED = {
    8: (4, False, False), 10: (4, True, False), 16: (4, False, True), 18: (4, True, True),
    20: (16, False, False), 22: (16, True, False), 28: (16, False, True), 30: (16, True, True),
}  # fmt: skip


def mptcp(value: bytes, flags: int) -> tuple[str, bool]:
    """Return the text of the option whose bytes behind kind and length these are, and whether it can be.

    Where it cannot, the text is as far as it could be read.
    """
    size = len(value) + 2
    if not value:
        return f" {size}", False
    kind = value[0] >> 4
    if kind >= len(_KINDS):
        return f" {size} unknown", True
    name, show = _KINDS[kind]
    text, right = show(value, size, flags)
    return f" {size} {name}{text}", right


def _capable(value: bytes, size: int, flags: int) -> tuple[str, bool]:
    fits = {4: flags & _SYN, 12: flags & _SYN, 20: not flags & _SYN, 22: not flags & _SYN}
    if not fits.get(size, False):
        return "", False
    shown = f" v{value[0] & 15}"
    if value[1] & 0x80:
        shown += " csum"
    if size >= 12:
        keys = [f"0x{U64(value, place)[0]:x}" for place in range(2, min(len(value), 18) - 7, 8)]
        shown += f" {{{','.join(keys)}}}"
    return shown, True


def _join(value: bytes, size: int, flags: int) -> tuple[str, bool]:
    needed = {12: _SYN, 16: _SYN | _ACK, 24: _ACK}.get(size)
    if needed is None or flags & needed != needed:
        return "", False
    if size == 24:
        return f" hmac 0x{value[2:].hex()}", True
    shown = f"{' backup' if value[0] & 1 else ''} id {value[1]}"
    if size == 12:
        return f"{shown} token 0x{U32(value, 2)[0]:x} nonce 0x{U32(value, 6)[0]:x}", True
    return f"{shown} hmac 0x{U64(value, 2)[0]:x} nonce 0x{U32(value, 10)[0]:x}", True


def _dss(value: bytes, size: int, flags: int) -> tuple[str, bool]:
    if size < 4 or flags & _SYN:
        return "", False
    bits, rest = value[1], value[2:]
    parts = [" fin"] if bits & 0x10 else []
    steps: list[tuple[str, int]] = []
    if bits & 1:
        steps.append((" ack ", 8 if bits & 2 else 4))
    if bits & 4:
        steps += [(" seq ", 8 if bits & 8 else 4), (" subseq ", 4), (" len ", 2)]
    for name, width in steps:
        if len(rest) < width:
            # The two that may have eight bytes are named before they are looked for.
            parts.append(name if name in (" ack ", " seq ") else "")
            return "".join(parts), False
        parts.append(f"{name}{int.from_bytes(rest[:width], 'big')}")
        rest = rest[width:]
    if bits & 4 and len(rest) >= 2:
        parts.append(f" csum 0x{U16(rest)[0]:x}")
        rest = rest[2:]
    return "".join(parts), not rest


def _announced(value: bytes, size: int, _flags: int) -> tuple[str, bool]:
    if size not in _ANNOUNCED:
        return "", False
    width, port, code = _ANNOUNCED[size]
    raw, place = value[2 : 2 + width], 2 + width
    shown = f"{_ADDRESSES.get(value[0] & 15, ' [bad version/echo]')} id {value[1]} "
    shown += ip4(raw) if width == 4 else ip6(raw)
    if port:
        shown += f":{U16(value, place)[0]}"
        place += 2
    return shown + (f" hmac 0x{U64(value, place)[0]:x}" if code else ""), True


def _removed(value: bytes, size: int, _flags: int) -> tuple[str, bool]:
    if size < 4:
        return "", False
    return " id" + "".join(f" {number}" for number in value[1:]), True


def _priority(value: bytes, size: int, _flags: int) -> tuple[str, bool]:
    if size > 4:
        return "", False
    return f" {'' if value[0] & 1 else 'non-'}backup" + (f" id {value[1]}" if size == 4 else ""), True


def _failed(value: bytes, size: int, _flags: int) -> tuple[str, bool]:
    return (f" seq {U64(value, 2)[0]}", True) if size == 12 else ("", False)


def _closed(value: bytes, size: int, _flags: int) -> tuple[str, bool]:
    return (f" key 0x{U64(value, 2)[0]:x}", True) if size == 12 else ("", False)


_KINDS: tuple[tuple[str, Callable[[bytes, int, int], tuple[str, bool]]], ...] = (
    ("capable", _capable), ("join", _join), ("dss", _dss), ("add-addr", _announced), ("rem-addr", _removed),
    ("prio", _priority), ("fail", _failed), ("fast-close", _closed),
)  # fmt: skip
