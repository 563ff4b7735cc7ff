"""DNS (RFC 1035, 6891), over UDP and TCP, and mDNS (RFC 6762)."""

from __future__ import annotations

from struct import error as StructError  # noqa: N812

from netscope.dissect.tcpdumptext.domain_names import Ends, name, skip
from netscope.dissect.tcpdumptext.domain_records import TYPES, class_name, record
from netscope.dissect.tcpdumptext.text import U16, Text

_OPCODES = (
    "", " inv_q", " stat", " op3", " notify", " update", " op6", " op7", " op8", " updateA", " updateD", " updateDA",
    " updateM", " updateMA", " zoneInit", " zoneRef",
)  # fmt: skip
_CODES = (
    "", " FormErr", " ServFail", " NXDomain", " NotImp", " Refused", " YXDomain", " YXRRSet", " NXRRSet", " NotAuth",
    " NotZone", " Resp11", " Resp12", " Resp13", " Resp14", " NoChange", " BadVers", "Resp17", " Resp18", " Resp19",
    " Resp20", " Resp21", " Resp22", " BadCookie",
)  # fmt: skip
_OPT = 41


def over_udp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a message in a datagram."""
    domain(text, data, at, length)


def mdns(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a multicast message."""
    domain(text, data, at, length, multicast=True)


def domain(text: Text, data: bytes, at: int, length: int, *, tcp: bool = False, multicast: bool = False) -> None:
    """Print a message; ``tcp``: two bytes of length come before it."""
    text.protocol = "domain"
    if tcp:
        if length < 2:
            text.add(f" [DNS over TCP: length {length} < 2]")
            text.invalid()
            return
        prefix = U16(data, at)[0]
        at += 2
        length -= 2
        if prefix != length:
            text.add(f" [prefix length({prefix}) != length({length})]")
            text.invalid()
            return
        text.add(" ")
    if length < 12:
        text.add(f"domain [length {length} < 12]")
        text.invalid()
        return
    try:
        if at + 12 > len(data):
            raise Ends
        _message(text, data, at, multicast)
    except Ends:
        text.truncated()
        return
    text.add(f" ({length})")


def _message(text: Text, data: bytes, at: int, multicast: bool) -> None:
    flags = U16(data, at + 2)[0]
    place = (_reply if flags & 0x8000 else _request)(text, data, at, multicast)
    if text.style.verbose > 1:
        for lead, count in ((" ns:", U16(data, at + 8)[0]), (" ar:", U16(data, at + 10)[0])):
            if count and place >= len(data):
                raise Ends
            place = _records(text, data, at, place, count, lead, multicast)


def _reply(text: Text, data: bytes, at: int, multicast: bool) -> int:
    """Print a reply as far as its answers; return where they end."""
    ident, flags, asked, *counts = (U16(data, at + place)[0] for place in range(0, 12, 2))
    marks = "*" if flags & 0x400 else ""
    marks += "" if flags & 0x80 else "-"
    marks += "|" if flags & 0x200 else ""
    marks += "$" if flags & 0x20 else ""
    code = flags & 15 | _extended(data, at, asked, counts) << 4
    name_ = _CODES[code] if code < len(_CODES) else f" Resp{code}"
    text.add(f"{ident}{_OPCODES[flags >> 11 & 15]}{name_}{marks}")
    if asked != 1:
        text.add(f" [{asked}q]")
    place = at + 12
    for number in range(asked):
        text.add("," if number else "")
        if text.style.verbose > 1:
            text.add(" q:")
            place = _question(text, data, at, place, multicast)
        else:
            place = skip(data, place) + 4
    text.add(" " + "/".join(map(str, counts)))
    return _records(text, data, at, place, counts[0], "", multicast)


def _extended(data: bytes, at: int, asked: int, counts: list[int]) -> int:
    """Return the upper bits of the reply's code, which are in the OPT record (RFC 6891 6.1.3)."""
    place, plain = at + 12, counts[0] + counts[1]
    try:
        for _ in range(asked):
            place = skip(data, place) + 4
        for number in range(sum(counts)):
            place = skip(data, place)
            if number >= plain and U16(data, place)[0] == _OPT:
                return data[place + 4]
            place += 10 + U16(data, place + 8)[0]
    except (Ends, IndexError, StructError):
        pass
    return 0


def _request(text: Text, data: bytes, at: int, multicast: bool) -> int:
    """Print a question, an update or the like as far as its first two sections; return where they end."""
    ident, flags, asked, answers, authorities, more = (U16(data, at + place)[0] for place in range(0, 12, 2))
    opcode = flags >> 11 & 15
    marks = "+" if flags & 0x100 else ""
    marks += "%" if flags & 0x10 else ""
    text.add(f"{ident}{_OPCODES[opcode]}{marks}")
    if flags & 0x6CF:
        text.add(f" [b2&3=0x{flags:x}]")
    # An inverse query has answers, to which questions are sought.
    shown = [(asked, 0, "q"), (answers, 1, "a")] if opcode == 1 else [(answers, 0, "a"), (asked, 1, "q")]
    for count, usual, letter in (*shown, (authorities, 0, "n"), (more, 0, "au")):
        if count != usual:
            text.add(f" [{count}{letter}]")
    place = at + 12
    for number in range(asked):
        if number and place >= len(data):
            raise Ends
        place = _question(text, data, at, place, multicast)
    if text.style.verbose > 1:
        place = _records(text, data, at, place, answers, "", multicast)
    return place


def _records(text: Text, data: bytes, at: int, place: int, count: int, lead: str, multicast: bool) -> int:
    for number in range(count):
        if number and place >= len(data):
            raise Ends
        text.add("," if number else lead)
        place = record(text, data, at, place, multicast)
    return place


def _question(text: Text, data: bytes, at: int, place: int, multicast: bool) -> int:
    following = skip(data, place)
    if following + 4 > len(data):
        raise Ends
    kind, klass = U16(data, following)[0], U16(data, following + 2)[0]
    text.add(f" {TYPES.get(kind) or f'Type{kind}'}{class_name(klass, multicast, asked=True)}? ")
    return name(text, data, at, place) + 4
