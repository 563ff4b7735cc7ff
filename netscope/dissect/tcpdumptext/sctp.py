"""SCTP (RFC 9260): the header and its chunks."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.hexdump import both
from netscope.dissect.tcpdumptext.text import U16, U32, Text, need

_CHUNKS = {
    0: "DATA", 1: "INIT", 2: "INIT ACK", 3: "SACK", 4: "HB REQ", 5: "HB ACK", 6: "ABORT", 7: "SHUTDOWN",
    8: "SHUTDOWN ACK", 9: "OP ERR", 10: "COOKIE ECHO", 11: "COOKIE ACK", 12: "ECN ECHO", 13: "ECN CWR",
    14: "SHUTDOWN COMPLETE", 0xA2: "REL REQ", 0xA3: "REL ACK", 0xC0: "FOR CUM TSN", 0xC1: "REL CTRL",
}  # fmt: skip
_PAYLOADS = {
    1: "IUA", 2: "M2UA", 3: "M3UA", 4: "SUA", 5: "M2PA", 6: "V5UA", 7: "H248", 8: "BICC", 9: "TALI", 10: "DUA",
    11: "ASAP", 12: "ENRP", 13: "H323", 14: "QIPC", 15: "SIMCO", 16: "DDP_SEG", 17: "DDP_STREAM", 18: "S1AP",
}  # fmt: skip


def sctp(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print a packet."""
    text.protocol = "sctp"
    if length < 12:
        text.add(f"truncated-sctp - {12 - length} bytes missing!")
        return
    need(data, at, 12)
    sport, dport = U16(data, at)[0], U16(data, at + 2)[0]
    text.add(around.ends(132, (text.port(sport, "sctp"), text.port(dport, "sctp"))))
    text.add("sctp")
    verbose = text.style.verbose > 1
    place, end, number = at + 12, at + length, 0
    while place < end:
        number += 1
        need(data, place, 4)
        kind, flags, size = data[place], data[place + 1], U16(data, place + 2)[0]
        name = _CHUNKS.get(kind)
        if size > end - place:
            text.truncated()
            return
        if size >= 4:
            need(data, place, size)
        text.add(f"\n\t{number}) " if verbose else f"{', ' if number > 1 else ' '}({number}) ")
        if size < 4:
            text.add(f"[Bad chunk length {size}, < size of chunk descriptor]")
            return
        text.add(f"[{name}] " if name else f"[Unknown chunk type: 0x{kind:x}] ")
        _chunk(text, data, place, size, kind, flags)
        place += size + (-size & 3)
        if place <= end:
            need(data, place, 0)


def _chunk(text: Text, data: bytes, at: int, size: int, kind: int, flags: int) -> None:
    if kind == 0:
        _data(text, data, at, size, flags)
    elif kind in (1, 2):
        if size < 20:
            text.invalid()
            return
        need(data, at, 20)
        text.add(
            f"[init tag: {U32(data, at + 4)[0]}] [rwnd: {U32(data, at + 8)[0]}] [OS: {U16(data, at + 12)[0]}] "
            f"[MIS: {U16(data, at + 14)[0]}] [init TSN: {U32(data, at + 16)[0]}] "
        )
    elif kind == 3:
        _sack(text, data, at, size)


def _data(text: Text, data: bytes, at: int, size: int, flags: int) -> None:
    if size < 16:
        text.invalid()
        return
    marks = "".join(f"({letter})" for bit, letter in ((4, "U"), (2, "B"), (1, "E")) if flags & bit)
    if marks:
        text.add(marks + " ")
    need(data, at, 16)
    payload = U32(data, at + 12)[0]
    text.add(
        f"[TSN: {U32(data, at + 4)[0]}] [SID: {U16(data, at + 8)[0]}] [SSEQ {U16(data, at + 10)[0]}] "
        f"[PPID {_PAYLOADS.get(payload) or f'0x{payload:x}'}] "
    )
    if text.style.verbose > 1:
        shown = "" if text.style.dump[:1] == "X" else ":" + both(data[at + 16 : at + size])
        text.add(f"[Payload{shown}]")


def _sack(text: Text, data: bytes, at: int, size: int) -> None:
    if size < 16:
        text.invalid()
        return
    need(data, at, 16)
    ack, gaps, twice = U32(data, at + 4)[0], U16(data, at + 12)[0], U16(data, at + 14)[0]
    text.add(f"[cum ack {ack}] [a_rwnd {U32(data, at + 8)[0]}] [#gap acks {gaps}] [#dup tsns {twice}] ")
    place, end = at + 16, at + size
    for number in range(1, gaps + 1):
        if place + 4 > end:
            return
        first, last = U16(data, place)[0], U16(data, place + 2)[0]
        text.add(
            f"\n\t\t[gap ack block #{number}: start = {(ack + first) & 0xFFFFFFFF}, end = {(ack + last) & 0xFFFFFFFF}] "
        )
        place += 4
    for number in range(1, twice + 1):
        if place + 4 > end:
            return
        text.add(f"\n\t\t[dup TSN #{number}: {U32(data, place)[0]}] ")
        place += 4
