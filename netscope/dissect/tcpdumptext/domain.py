"""DNS (RFC 1035, 6891), over UDP and TCP, and mDNS (RFC 6762)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.names import ip4, ip6
from netscope.dissect.tcpdumptext.text import U16, U32, Text, Truncated, need, safe, take

_OPCODES = (
    "", " inv_q", " stat", " op3", " notify", " update", " op6", " op7", " op8", " updateA", " updateD", " updateDA",
    " updateM", " updateMA", " zoneInit", " zoneRef",
)  # fmt: skip
_CODES = (
    "", " FormErr", " ServFail", " NXDomain", " NotImp", " Refused", " YXDomain", " YXRRSet", " NXRRSet", " NotAuth",
    " NotZone", " Resp11", " Resp12", " Resp13", " Resp14", " NoChange",
)  # fmt: skip
_TYPES = {
    1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS",
    12: "PTR", 13: "HINFO", 14: "MINFO",
    15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT", 22: "NSAP",
    23: "NSAP_PTR", 24: "SIG", 25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT", 31: "EID",
    32: "NIMLOC", 33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME", 40: "SINK",
    41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 99: "SPF",
    100: "UINFO", 101: "UID", 102: "GID", 103: "UNSPEC", 104: "UNSPECA", 249: "TKEY", 250: "TSIG", 251: "IXFR",
    252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "ANY",
}  # fmt: skip
_CLASSES = {1: "IN", 3: "CHAOS", 4: "HS", 255: "ANY"}
_EDNS = {
    1: "LLQ", 2: "UL", 3: "NSID", 5: "DAU", 6: "DHU", 7: "N3U", 8: "ECS", 9: "EXPIRE", 10: "COOKIE", 11: "KEEPALIVE",
    12: "PADDING", 13: "CHAIN", 14: "KEY-TAG", 16: "CLIENT-TAG", 17: "SERVER-TAG",
}  # fmt: skip


class _Bad(Exception):
    """A name that cannot be."""


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
        need(data, at, 12)
        _message(text, data, at, multicast)
    except (_Bad, IndexError, Truncated):
        text.truncated()
        return
    text.add(f" ({length})")


def _message(text: Text, data: bytes, at: int, multicast: bool) -> None:
    flags = U16(data, at + 2)[0]
    place = (_reply if flags & 0x8000 else _request)(text, data, at, multicast)
    if text.style.verbose > 1:
        place = _records(text, data, at, place, U16(data, at + 8)[0], " ns:", multicast)
        _records(text, data, at, place, U16(data, at + 10)[0], " ar:", multicast)


def _reply(text: Text, data: bytes, at: int, multicast: bool) -> int:
    """Print a reply as far as its answers; return where they end."""
    ident, flags, asked, *counts = (U16(data, at + place)[0] for place in range(0, 12, 2))
    marks = "*" if flags & 0x400 else ""
    marks += "" if flags & 0x80 else "-"
    marks += "|" if flags & 0x200 else ""
    marks += "$" if flags & 0x20 else ""
    text.add(f"{ident}{_OPCODES[flags >> 11 & 15]}{_CODES[flags & 15]}{marks}")
    if asked != 1:
        text.add(f" [{asked}q]")
    place = at + 12
    for number in range(asked):
        if text.style.verbose > 1:
            text.add(", q:" if number else " q:")
            place = _question(text, data, at, place, multicast)
        else:
            if number:
                text.add(",")
            place = _skip(data, place) + 4
            need(data, place - 4, 4)
    text.add(" " + "/".join(map(str, counts)))
    return _records(text, data, at, place, counts[0], "", multicast)


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
    for count, usual, name in (*shown, (authorities, 0, "n"), (more, 0, "au")):
        if count != usual:
            text.add(f" [{count}{name}]")
    place = at + 12
    for _ in range(asked):
        place = _question(text, data, at, place, multicast)
    if text.style.verbose > 1:
        place = _records(text, data, at, place, answers, "", multicast)
    return place


def _records(text: Text, data: bytes, at: int, place: int, count: int, lead: str, multicast: bool) -> int:
    for number in range(count):
        if place >= len(data) and (number or lead):
            raise Truncated
        text.add("," if number else lead)
        place = _record(text, data, at, place, multicast)
    return place


def _class(number: int, multicast: bool, *, asked: bool) -> str:
    """Return how a class is shown: IN is not; mDNS has a bit of its own in it."""
    if multicast:
        bit = number & 0x8000
        number &= 0x7FFF
    shown = "" if number == 1 else " " + (_CLASSES.get(number) or f"(Class {number})")
    if not multicast:
        return shown
    if asked:
        return shown + (" (QU)" if bit else " (QM)")
    return shown + (" (Cache flush)" if bit else "")


def _question(text: Text, data: bytes, at: int, place: int, multicast: bool) -> int:
    following = _skip(data, place)
    kind, klass = U16(data, following)[0], U16(data, following + 2)[0]
    text.add(f" {_TYPES.get(kind) or f'Type{kind}'}{_class(klass, multicast, asked=True)}? ")
    _name(text, data, at, place)
    return following + 4


def _record(text: Text, data: bytes, at: int, place: int, multicast: bool) -> int:
    if text.style.verbose:
        text.add(" ")
        place = _name(text, data, at, place)
    else:
        place = _skip(data, place)
    if place + 10 > len(data):  # not even its kind was captured
        return len(data)
    kind, klass = U16(data, place)[0], U16(data, place + 2)[0]
    if kind != 41:
        text.add(_class(klass, multicast, asked=False))
    seconds, size = U32(data, place + 4)[0], U16(data, place + 8)[0]
    if text.style.verbose > 2 and kind != 41:
        text.add(f" [{_span(seconds)}]")
    text.add(f" {_TYPES.get(kind) or f'Type{kind}'}")
    begun = place + 10
    end: int = begun + size
    if end > len(data):
        _data(text, data, at, begun, size, kind, klass, seconds)
        raise Truncated
    _data(text, data, at, begun, size, kind, klass, seconds)
    return end


def _span(seconds: int) -> str:
    """Return a time to live as weeks, days, hours, minutes and seconds: 1d2h."""
    if not seconds:
        return "0s"
    parts = []
    for name, unit in (("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, unit)
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts)


def _data(text: Text, data: bytes, at: int, place: int, size: int, kind: int, klass: int, seconds: int) -> None:  # noqa: C901 - field after field
    verbose = text.style.verbose
    if kind == 1:
        text.add(f" {ip4(take(data, place, 4))}")
    elif kind == 28:
        text.add(f" {ip6(take(data, place, 16))}")
    elif kind in (2, 5, 12, 39):
        text.add(" ")
        _name(text, data, at, place)
    elif kind == 6:
        if not verbose:
            return
        text.add(" ")
        place = _name(text, data, at, place)
        text.add(" ")
        place = _name(text, data, at, place)
        for _ in range(5):
            text.add(f" {U32(take(data, place, 4))[0]}")
            place += 4
    elif kind == 15:
        text.add(" ")
        preference = U16(take(data, place, 2))[0]
        _name(text, data, at, place + 2)
        text.add(f" {preference}")
    elif kind == 16:
        end = place + size
        while place < end:
            text.add(" ")
            length = data[place]
            text.add(f'"{safe(take(data, place + 1, length))}"')
            place += 1 + length
    elif kind == 33:
        text.add(" ")
        priority, weight, port = (U16(take(data, place + n, 2))[0] for n in (0, 2, 4))
        _name(text, data, at, place + 6)
        text.add(f":{port} {priority} {weight}")
    elif kind == 41:
        _edns(text, data, place, size, klass, seconds)
    elif kind == 250 and verbose:
        _signature(text, data, at, place, size)


def _edns(text: Text, data: bytes, place: int, size: int, klass: int, extended: int) -> None:
    text.add(f" UDPsize={klass}")
    if extended & 0x8000:
        text.add(" DO")
    end = place + size
    if not size:
        return
    text.add(" [")
    while place < end:
        need(data, place, 4)
        code, length = U16(data, place)[0], U16(data, place + 2)[0]
        place += 4
        text.add(_EDNS.get(code) or f"Opt{code}")
        _edns_option(text, data, place, length, code, end)
        place += length
        if place < end:
            text.add(",")
    text.add("]")


def _edns_option(text: Text, data: bytes, place: int, length: int, code: int, end: int) -> None:
    if not length and code in (8, 10, 3, 11):
        return
    if code == 8:
        family, source, scope = U16(data, place)[0], data[place + 2], data[place + 3]
        raw = take(data, place + 4, length - 4) if length >= 4 else b""
        address = ip4(raw.ljust(4, b"\0")[:4]) if family == 1 else ip6(raw.ljust(16, b"\0")[:16])
        text.add(f" {address}/{source}/{scope}")
    elif code == 10 or length:
        text.add(f" {take(data, place, length).hex()}")


def _signature(text: Text, data: bytes, at: int, place: int, size: int) -> None:
    if place + size > len(data):
        return
    text.add(" ")
    place = _name(text, data, at, place)
    place += 6
    text.add(f" fudge={U16(data, place)[0]}")
    length = U16(data, place + 2)[0]
    text.add(f" maclen={length}")
    place += 4 + length
    text.add(f" origid={U16(data, place)[0]} error={U16(data, place + 2)[0]} otherlen={U16(data, place + 4)[0]}")


def _skip(data: bytes, place: int) -> int:
    """Return where a name ends."""
    while True:
        size = data[place]
        place += 1
        if not size:
            return place
        kind = size & 0xC0
        if kind == 0xC0:
            return place + 1
        if kind == 0x40:
            place += _bit_label(data, place, size)
        elif kind:
            raise _Bad
        else:
            place += size


def _bit_label(data: bytes, place: int, size: int) -> int:
    if size & 0x3F != 1:
        raise _Bad
    bits = data[place] or 256
    return (bits + 7) // 8 + 1


def _name(text: Text, data: bytes, at: int, place: int) -> int:
    """Print a name; return where it ends."""
    end, bound, first = 0, len(data), True
    lowest = place
    while True:
        size = data[place]
        place += 1
        if not size:
            break
        kind = size & 0xC0
        if kind == 0xC0:
            target = at + ((size & 0x3F) << 8 | data[place])
            end = end or place + 1
            # A pointer goes back: what points at itself or ahead never ends.
            if target >= lowest:
                text.add("<BAD PTR>")
                raise _Bad
            place = lowest = target
            continue
        if kind == 0x40:
            text.add("\\[x")
            place += _bit_label(data, place, size)
            text.add("/...].")
        elif kind:
            raise _Bad
        else:
            if place + size > bound:
                text.add(safe(data[place:bound]))
                raise Truncated
            text.add(safe(data[place : place + size]) + ".")
            place += size
        first = False
    if first:
        text.add(".")
    return end or place
