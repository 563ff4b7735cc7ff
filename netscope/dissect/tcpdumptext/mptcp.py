"""Multipath TCP's option (RFC 6824, 8684): what it is for; keys and tokens in the sizes in which they come."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.text import U32, U64

_NAMES = (
    "capable", "join", "dss", "add-addr", "rem-addr", "prio", "fail", "fast-close", "tcprst",
)  # fmt: skip


def mptcp(value: bytes, flags: int) -> str | None:
    """Return the text of the option whose bytes behind kind and length these are; None when they cannot be."""
    size = len(value) + 2
    if not value:
        return None
    kind, low = value[0] >> 4, value[0] & 15
    if kind >= len(_NAMES):
        return f" {size} unknown"
    shown = f" {size} {_NAMES[kind]}"
    rest = _capable(value, flags, low) if kind == 0 else _dss(value, flags) if kind == 2 else _sized(kind, size, flags)
    return None if rest is None else shown + rest


def _capable(value: bytes, flags: int, version: int) -> str | None:
    size = len(value) + 2
    syn = flags & 2
    if (not (size == 12 and syn) and size not in (20, 4, 22, 24)) or (size == 4 and not syn):
        return None
    shown = f" v{version}"
    if value[1] & 0x80:
        shown += " csum"
    if size >= 12:
        keys = [f"0x{U64(value, place)[0]:x}" for place in range(2, min(len(value), 18) - 7, 8)]
        shown += f" {{{','.join(keys)}}}"
    return shown


def _dss(value: bytes, flags: int) -> str | None:
    if flags & 2:
        return None
    bits, shown, place = value[1], "", 2
    if bits & 0x10:
        shown += " fin"
    if bits & 1:
        wide = bits & 2
        size = 8 if wide else 4
        if place + size > len(value):
            return None
        shown += f" ack {U64(value, place)[0] if wide else U32(value, place)[0]}"
        place += size
    if bits & 4:
        wide = bits & 8
        size = 8 if wide else 4
        if place + size + 6 > len(value):
            return None
        shown += f" seq {U64(value, place)[0] if wide else U32(value, place)[0]}"
        place += size
        length = int.from_bytes(value[place + 4 : place + 6], "big")
        shown += f" subseq {U32(value, place)[0]} len {length}"
        place += 6
        if place + 2 <= len(value):
            shown += f" csum 0x{int.from_bytes(value[place : place + 2], 'big'):x}"
    return shown


def mptcp_name(value: bytes) -> str:
    """Return how long an option is and what it is for."""
    kind = value[0] >> 4 if value else 15
    return f" {len(value) + 2} {_NAMES[kind]}" if kind < len(_NAMES) else f" {len(value) + 2} unknown"


def _sized(kind: int, size: int, flags: int) -> str | None:
    """Return nothing more for an option of a length that its kind can have, None otherwise."""
    if kind == 1:
        right = 12 if flags & 2 and not flags & 16 else 16 if flags & 2 else 24
        return "" if size == right else None
    return "" if size >= 3 else None
