"""The resource records of DNS messages (RFC 1035, 6891, 8945)."""

from __future__ import annotations

from netscope.core.typed import Callable
from netscope.dissect.tcpdumptext.domain_names import Ends, characters, name, skip
from netscope.dissect.tcpdumptext.names import ip4, ip6, span
from netscope.dissect.tcpdumptext.text import U16, U32, Text, safe

TYPES = {
    1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS",
    12: "PTR", 13: "HINFO", 14: "MINFO",
    15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT", 22: "NSAP",
    23: "NSAP_PTR", 24: "SIG", 25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT", 31: "EID",
    32: "NIMLOC", 33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME", 40: "SINK",
    41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 99: "SPF",
    100: "UINFO", 101: "UID", 102: "GID", 103: "UNSPEC", 104: "UNSPECA", 249: "TKEY", 250: "TSIG", 251: "IXFR",
    252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI",
}  # fmt: skip
_CLASSES = {1: "IN", 3: "CHAOS", 4: "HS", 255: "ANY"}
_EDNS = {
    1: "LLQ", 2: "UL", 3: "NSID", 5: "DAU", 6: "DHU", 7: "N3U", 8: "ECS", 9: "EXPIRE", 10: "COOKIE", 11: "KEEPALIVE",
    12: "PADDING", 13: "CHAIN", 14: "KEY-TAG", 16: "CLIENT-TAG", 17: "SERVER-TAG",
}  # fmt: skip
_OPT, _ECS, _EXPIRE, _COOKIE, _KEEPALIVE, _PADDING, _CHAIN, _KEYTAG = 41, 8, 9, 10, 11, 12, 13, 14
_SIGNING = {
    0: "DELETE", 1: "RSAMD5", 2: "DH", 3: "DS", 5: "RSASHA1", 6: "DSA-NSEC3-SHA1", 7: "RSASHA1-NSEC3-SHA1",
    8: "RSASHA256", 10: "RSASHA512", 12: "ECC-GOST", 13: "ECDSAP256SHA256", 14: "ECDSAP384SHA384", 15: "ED25519",
    16: "ED448", 252: "INDIRECT", 253: "PRIVATEDNS", 254: "PRIVATEOID",
}  # fmt: skip
_ALGORITHMS = {
    5: _SIGNING, 6: {1: "SHA-1", 2: "SHA-256", 3: "GOST_R_34.11-94", 4: "SHA-384"}, 7: {1: "SHA-1"},
}  # fmt: skip


def class_name(number: int, multicast: bool, *, asked: bool, hidden: bool = False) -> str:
    """Return how a class is shown: IN is not; mDNS has a bit of its own in it."""
    bit = number & 0x8000 if multicast else 0
    number -= bit
    shown = "" if number == 1 or hidden else " " + (_CLASSES.get(number) or f"(Class {number})")
    if not multicast:
        return shown
    if asked:
        return shown + (" (QU)" if bit else " (QM)")
    return shown + (" (Cache flush)" if bit else "")


def record(text: Text, data: bytes, base: int, place: int, multicast: bool) -> int:
    """Print a record; return where it ends, behind all bytes where not even its kind was captured. Raises Ends."""
    verbose = text.style.verbose
    if verbose:
        text.add(" ")
        place = name(text, data, base, place)
    else:
        try:
            place = skip(data, place)
        except Ends:
            return len(data)
    if place + 10 > len(data):
        return len(data)
    kind, klass, seconds, size = U16(data, place)[0], U16(data, place + 2)[0], U32(data, place + 4)[0], 0
    text.add(class_name(klass, multicast, asked=False, hidden=kind == _OPT))
    if verbose > 2 and kind != _OPT:
        text.add(f" [{span(seconds)}]")
    size = U16(data, place + 8)[0]
    place += 10
    text.add(f" {TYPES.get(kind) or f'Type{kind}'}")
    end: int = place + size
    if end > len(data):
        raise Ends
    if kind == _OPT:
        text.add(f" UDPsize={klass & 0x7FFF if multicast else klass}{' DO' if seconds & 0x8000 else ''}")
        _extensions(text, data, place, end)
    elif kind in _DATA:
        _DATA[kind](text, data, base, place, end)
    return end


def _there(data: bytes, place: int, size: int) -> None:
    if place + size > len(data):
        raise Ends


def _address4(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    _there(data, place, 4)
    text.add(f" {ip4(data[place : place + 4])}")


def _address6(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    _there(data, place, 16)
    text.add(f" {ip6(data[place : place + 16])}")


def _target(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    text.add(" ")
    name(text, data, base, place)


def _authority(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    if not text.style.verbose:
        return
    for _ in range(2):
        text.add(" ")
        place = name(text, data, base, place)
    _there(data, place, 20)
    text.add("".join(f" {U32(data, at)[0]}" for at in range(place, place + 20, 4)))


def _exchange(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    text.add(" ")
    _there(data, place, 2)
    name(text, data, base, place + 2)
    text.add(f" {U16(data, place)[0]}")


def _strings(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    while place < end:
        text.add(' "')
        place = characters(text, data, place)
        text.add('"')


def _service(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    text.add(" ")
    _there(data, place, 6)
    name(text, data, base, place + 6)
    text.add(f":{U16(data, place + 4)[0]} {U16(data, place)[0]} {U16(data, place + 2)[0]}")


def _part6(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    """Print an A6 record: a part of an address, and the name that has the rest of it (RFC 2874)."""
    _there(data, place, 1)
    bits = data[place]
    if bits > 128:
        text.add(f" {bits}(bad plen)")
        return
    missing = bits // 8
    if bits < 128:
        raw = data[place + 1 : place + 17 - missing]
        if len(raw) < 16 - missing:
            raise IndexError("the capture ends in an address")
        text.add(f" {bits} {ip6(bytes(missing) + raw)}")
    if bits:
        text.add(" ")
        name(text, data, base, place + 17 - missing)


def _locator(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    if end - place < 4:
        raise Ends
    text.add(f" {U16(data, place)[0]} {U16(data, place + 2)[0]} {safe(data[place + 4 : end])}")


def _signature(text: Text, data: bytes, base: int, place: int, end: int) -> None:
    if not text.style.verbose:
        return
    text.add(" ")
    place = name(text, data, base, place) + 6
    for label in ("fudge", "maclen", "origid", "error", "otherlen"):
        _there(data, place, 2)
        value = U16(data, place)[0]
        text.add(f" {label}={value}")
        place += 2 + (value if label == "maclen" else 0)


def _extensions(text: Text, data: bytes, place: int, end: int) -> None:
    """Print the options of EDNS."""
    if place >= end:
        return
    lead = " ["
    while place < end:
        text.add(lead)
        lead = ","
        _there(data, place, 2)
        code = U16(data, place)[0]
        text.add(_EDNS.get(code) or f"Opt{code}")
        _there(data, place + 2, 2)
        size = U16(data, place + 2)[0]
        place += 4
        _there(data, place, size)
        if size:
            text.add(" ")
            _extension(text, data, place, size, code)
        place += size
    text.add("]")


def _extension(text: Text, data: bytes, place: int, size: int, code: int) -> None:
    value = data[place : place + size]
    shown: str | None = None
    if code == _ECS:
        shown = _subnet(value)
    elif code == _COOKIE:
        shown = f"{value[:8].hex()} {value[8:].hex()}".rstrip() if size == 8 or 16 <= size <= 40 else None
    elif code == _KEEPALIVE:
        shown = f"{U16(value)[0] / 10:.1f} sec" if size == 2 else None
    elif code == _EXPIRE:
        shown = f"{U32(value)[0]} sec" if size == 4 else None
    elif code == _PADDING:
        shown = f"({size})"
    elif code == _KEYTAG:
        shown = " ".join(str(U16(value, at)[0]) for at in range(0, size, 2)) if size % 2 == 0 else None
    elif code in _ALGORITHMS:
        shown = " ".join(_ALGORITHMS[code].get(number) or f"Alg_{number}" for number in value)
    elif code == _CHAIN:
        try:
            name(text, data, place + size, place)
        except Ends:
            pass
        return
    else:
        shown = value.hex()
    if shown is None:
        text.invalid()
    else:
        text.add(shown)


def _subnet(value: bytes) -> str | None:
    """Return a client's subnet (RFC 7871); None where it cannot be."""
    if len(value) < 4:
        return None
    family, source, scope = U16(value)[0], value[2], value[3]
    bits = {1: 32, 2: 128}.get(family, -1)
    if not 0 <= max(source, scope) <= bits or (source + 7) // 8 != len(value) - 4:
        return None
    raw = value[4:].ljust(bits // 8, b"\0")
    return f"{ip4(raw) if family == 1 else ip6(raw)}/{source}/{scope}"


_DATA: dict[int, Callable[[Text, bytes, int, int, int], None]] = {
    1: _address4, 2: _target, 5: _target, 6: _authority, 12: _target, 15: _exchange, 16: _strings, 28: _address6,
    33: _service, 38: _part6, 39: _target, 250: _signature, 256: _locator,
}  # fmt: skip
