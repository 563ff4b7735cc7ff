"""The line of a DNS message in a list, read without making its fields: the same words as the dissector's."""

from __future__ import annotations

import struct

from netscope.core.dns import names
from netscope.core.dns.numbers import type_name
from netscope.core.inet import AF_INET6, inet_ntop
from netscope.dissect.dns_names import shown
from netscope.dissect.spec import ip4

_HEADS = {(False, 0): "Standard query ", (True, 0): "Standard query response "}
_ERRORS = {
    1: " Format error", 2: " Server failure", 3: " No such name", 4: " Not implemented", 5: " Refused", 0: "",
}  # fmt: skip
_MOST = 40
_COUNTS = struct.Struct("!HHHHH").unpack_from  # flags, questions, answers, authorities, additional records
_ADDRESS = b"\xc0\x0c\0\1\0\1"  # the question's name, A, IN
_known: dict[bytes, str] = {}  # questions whose names have no pointers, as they stand on the wire, without the class


def line(data: bytes, start: int, end: int) -> str | None:
    """Return the line of a message with one question and records that are quickly read; None for any other."""
    message = bytes(data[start + 2 : end])
    found = around(message)
    return None if found is None else f"{found[0]}0x{data[start]:02x}{data[start + 1]:02x}{found[1]}"


def around(message: bytes) -> tuple[str, str] | None:
    """Return what the line says before and after the identifier, which the message comes without."""
    flags, questions, answers, authorities, additional = _COUNTS(message)
    word = _HEADS.get((flags >= 0x8000, flags >> 11 & 15))
    error = _ERRORS.get(flags & 15 if flags >= 0x8000 else 0)
    if word is None or error is None or questions != 1 or answers > 255 or authorities > 255 or additional > 255:
        return None
    records = answers + authorities + additional
    if records > _MOST:
        return None
    stop = message.find(b"\0", 10)
    if stop < 0 or stop + 5 > len(message):
        return None
    asked = _known.get(message[10 : stop + 3]) or _question(message, stop)
    if asked is None:
        return None
    more = _records(message, stop + 5, records) if records else ""
    return None if more is None else (word, f"{error}{asked}{more}")


def _question(message: bytes, stop: int) -> str | None:
    """Return the question's type and name, which ends at the first zero where it is whole; take note of it."""
    try:
        whole, _behind = names.read(message, 10, {})
    except ValueError:
        return None
    kind = type_name(message[stop + 1] << 8 | message[stop + 2])
    if whole != message[10 : stop + 1] or kind.startswith("TYPE"):
        return None
    if len(_known) > 4096:
        _known.clear()
    asked = _known[message[10 : stop + 3]] = f" {kind} {shown(whole)}"
    return asked


def _records(message: bytes, at: int, count: int) -> str | None:
    """Return what the line says of records with names that are one pointer, addresses or aliases; None for others."""
    told = ""
    size = len(message)
    for _ in range(count):
        if at + 12 > size:
            return None
        if message[at : at + 6] == _ADDRESS and message[at + 10 : at + 12] == b"\0\4" and at + 16 <= size:
            told += f" A {ip4(message[at + 12 : at + 16])}"
            at += 16
            continue
        if message[at] >= 0xC0:
            # Where a pointer leads is not told in the line; that it leads back to a name is all that matters here.
            if (message[at] & 63) << 8 | message[at + 1] != 12:  # where the question's name begins
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
            told += f" AAAA {inet_ntop(AF_INET6, message[at : at + 16])}"
        else:
            return None
        at += length
    return told
