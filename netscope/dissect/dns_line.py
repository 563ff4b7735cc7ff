"""The line of a DNS message in a list, read without making its fields: the same words as the dissector's."""

from __future__ import annotations

import socket

from netscope.core.dns import names
from netscope.core.dns.numbers import type_name
from netscope.dissect.dns_rdata import shown
from netscope.dissect.spec import ip4

_HEADS = {
    (False, 0): "Standard query",
    (True, 0): "Standard query response",
}
_ERRORS = {
    1: " Format error", 2: " Server failure", 3: " No such name", 4: " Not implemented", 5: " Refused", 0: "",
}  # fmt: skip
_MOST = 40
_known: dict[bytes, str] = {}  # names without pointers, as they stand on the wire


def line(data: bytes, start: int, end: int) -> str | None:
    """Return the line of a message with one question and records that are quickly read; None for any other."""
    flags = data[start + 2] << 8 | data[start + 3]
    word = _HEADS.get((flags >= 0x8000, flags >> 11 & 15))
    error = _ERRORS.get(flags & 15 if flags >= 0x8000 else 0)
    counts = data[start + 4 : start + 12]
    if word is None or error is None or counts[0] or counts[1] != 1 or counts[2] or counts[4] or counts[6]:
        return None
    records = counts[3] + counts[5] + counts[7]
    if records > _MOST:
        return None
    message = bytes(data[start:end])
    stop = message.find(b"\0", 12)
    if stop < 0 or stop + 5 > len(message):
        return None
    name = _name(message, stop)
    if name is None:
        return None
    kind = type_name(message[stop + 1] << 8 | message[stop + 2])
    if kind.startswith("TYPE"):
        return None
    info = f"{word} 0x{message[0] << 8 | message[1]:04x}{error} {kind} {name}"
    if not records:
        return info
    more = _records(message, stop + 5, records)
    return None if more is None else info + more


def _name(message: bytes, stop: int) -> str | None:
    """Return the question's name, which ends at the first zero where it is whole."""
    wire = message[12 : stop + 1]
    known = _known.get(wire)
    if known is None:
        try:
            whole, behind = names.read(message, 12, {})
        except ValueError:
            return None
        if behind != stop + 1:
            return None
        if len(_known) > 4096:
            _known.clear()
        known = _known[wire] = shown(whole)
    return known


def _records(message: bytes, at: int, count: int) -> str | None:
    """Return what the line says of records with names that are one pointer, addresses or aliases; None for others."""
    told = ""
    size = len(message)
    for _ in range(count):
        if at + 12 > size:
            return None
        if message[at] >= 0xC0:
            # Where a pointer leads is not told in the line; that it leads back to a name is all that matters here.
            if (message[at] & 63) << 8 | message[at + 1] != 12:
                return None
            at += 2
        elif not message[at] and message[at + 1 : at + 3] == b"\0\x29":
            at += 1
        else:
            return None
        kind = message[at] << 8 | message[at + 1]
        klass = message[at + 2] << 8 | message[at + 3]
        length = message[at + 8] << 8 | message[at + 9]
        at += 10
        if at + length > size:
            return None
        if kind == 41:
            if length:
                return None
            told += " OPT"
        elif klass == 1 and kind == 1 and length == 4:
            told += f" A {ip4(message[at : at + 4])}"
        elif klass == 1 and kind == 28 and length == 16:
            told += f" AAAA {socket.inet_ntop(socket.AF_INET6, message[at : at + 16])}"
        else:
            return None
        at += length
    return told
