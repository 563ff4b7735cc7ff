"""Record data: which fields each type has, and their master-file text as BIND writes it (RFC 1035 and successors).

A type is a line in ``FORMATS``: its fields in order, each a word of ``_READERS``. What is not there, or does not fit
its format, is shown as RFC 3597 says: ``\\# length hex``.
"""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums
import struct
import time
from base64 import b32hexencode, b64encode

from netscope.core.dns import names, special
from netscope.core.dns.fields import Blob, Token, quoted
from netscope.core.dns.names import Malformed
from netscope.core.dns.numbers import ALGORITHMS, CERTIFICATES, TYPES, type_name
from netscope.core.typed import Callable

FORMATS: dict[str, str] = {
    "A": "ip4", "NS": "name", "MD": "name", "MF": "name", "CNAME": "name", "SOA": "name name u32 u32 u32 u32 u32",
    "MB": "name", "MG": "name", "MR": "name", "WKS": "wks", "PTR": "name", "HINFO": "string string",
    "MINFO": "name name", "MX": "u16 name", "TXT": "strings", "RP": "name name", "AFSDB": "u16 name", "X25": "string",
    "ISDN": "strings", "RT": "u16 name", "NSAP": "nsap", "NSAP-PTR": "name", "KEY": "u16 u8 u8 base64",
    "SIG": "type u8 u8 u32 time time u16 name base64",
    "PX": "u16 name name", "GPOS": "string string string", "AAAA": "ip6", "LOC": "loc", "SRV": "u16 u16 u16 name",
    "NAPTR": "u16 u16 string string string name", "KX": "u16 name", "CERT": "certificate u16 algorithm base64",
    "DNAME": "name", "SINK": "u8 u8 u8 base64", "APL": "apl", "DS": "u16 u8 u8 hex", "SSHFP": "u8 u8 hex",
    "IPSECKEY": "u8 gateway base64", "RRSIG": "type u8 u8 u32 time time u16 name base64", "NSEC": "name bitmap",
    "DNSKEY": "u16 u8 u8 base64", "DHCID": "base64", "NSEC3": "u8 u8 u16 salt hash bitmap",
    "NSEC3PARAM": "u8 u8 u16 salt", "TLSA": "u8 u8 u8 hex", "SMIMEA": "u8 u8 u8 hex", "HIP": "hip",
    "NINFO": "strings", "RKEY": "u16 u8 u8 base64", "TALINK": "name name", "CDS": "u16 u8 u8 hex",
    "CDNSKEY": "u16 u8 u8 base64", "OPENPGPKEY": "base64", "CSYNC": "u32 u16 bitmap", "ZONEMD": "u32 u8 u8 hex",
    "SVCB": "u16 name parameters", "HTTPS": "u16 name parameters", "SPF": "strings", "NID": "u16 locator",
    "L32": "u16 ip4", "L64": "u16 locator", "LP": "u16 name", "EUI48": "eui48", "EUI64": "eui64",
    "URI": "u16 u16 text", "CAA": "u8 tag text", "AVC": "strings", "AMTRELAY": "u8 relay", "TA": "u16 u8 u8 hex",
    "DLV": "u16 u8 u8 hex",
}  # fmt: skip

# Names in these may be compressed on the wire (RFC 3597, 4; RFC 6891 forbids it for all later types). The number is
# how many octets stand before the first name; strings (NAPTR) are skipped by their lengths.
_NAMED = {
    TYPES[word]: (before, count)
    for before, count, words in (
        (0, 1, "NS MD MF CNAME MB MG MR PTR DNAME NSAP-PTR"), (0, 2, "SOA MINFO RP TALINK"),
        (2, 1, "MX AFSDB RT KX LP"), (2, 2, "PX"), (6, 1, "SRV"), (18, 1, "RRSIG SIG"), (0, 1, "NSEC"),
    )
    for word in words.split()
}  # fmt: skip
_NAPTR = TYPES["NAPTR"]


Reader = Callable[[bytes, int], tuple[list[Token], int]]


def expand(kind: int, data: bytes, start: int, end: int, known: dict[int, bytes]) -> bytes:
    """Return the record data with its compressed names written out. Raises Malformed."""
    if kind == _NAPTR:
        before = 4
        for _ in range(3):
            if start + before >= end:
                raise Malformed("NAPTR ends too early")
            before += 1 + data[start + before]
        count = 1
    elif kind in _NAMED:
        before, count = _NAMED[kind]
    else:
        return data[start:end]
    pieces, offset = [data[start : start + before]], start + before
    for _ in range(count):
        if offset >= end:
            raise Malformed("record data ends too early")
        name, offset = names.read(data, offset, known)
        pieces.append(name)
    if offset > end:
        raise Malformed("a name passes the end of its record")
    pieces.append(data[offset:end])
    return b"".join(pieces)


def tokens(kind: int, data: bytes) -> list[Token]:
    """Return the master-file tokens of uncompressed record data; in the RFC 3597 form where the type is not known."""
    words = _COMPILED.get(kind)
    if words is None:
        return generic(data)
    found: list[Token] = []
    offset = 0
    try:
        for read in words:
            more, offset = read(data, offset)
            found += more
    except (Malformed, IndexError, struct.error, ValueError):
        return generic(data)
    return found if offset == len(data) else generic(data)


def generic(data: bytes) -> list[Token]:
    """Return the RFC 3597 tokens of any record data."""
    return ["\\#", str(len(data)), *([Blob(data.hex().upper())] if data else [])]


def _fixed(form: str) -> Reader:
    packed = struct.Struct(form)

    def read(data: bytes, offset: int) -> tuple[list[Token], int]:
        return [str(packed.unpack_from(data, offset)[0])], offset + packed.size

    return read


def _ip4(data: bytes, offset: int) -> tuple[list[Token], int]:
    return [socket.inet_ntop(socket.AF_INET, data[offset : offset + 4])], offset + 4


def _ip6(data: bytes, offset: int) -> tuple[list[Token], int]:
    return [socket.inet_ntop(socket.AF_INET6, data[offset : offset + 16])], offset + 16


def _name(data: bytes, offset: int) -> tuple[list[Token], int]:
    wire, end = names.read(data, offset, {})
    return [names.text(wire)], end


def _string(data: bytes, offset: int) -> tuple[list[Token], int]:
    end = offset + 1 + data[offset]
    if end > len(data):
        raise Malformed("a string passes the end")
    return [quoted(data[offset + 1 : end])], end


def _strings(data: bytes, offset: int) -> tuple[list[Token], int]:
    found: list[Token] = []
    while offset < len(data) or not found:
        more, offset = _string(data, offset)
        found += more
    return found, offset


def _text(data: bytes, offset: int) -> tuple[list[Token], int]:
    return [quoted(data[offset:])], len(data)


def _tag(data: bytes, offset: int) -> tuple[list[Token], int]:
    end = offset + 1 + data[offset]
    tag = data[offset + 1 : end]
    if not tag.isalnum():
        raise Malformed("a CAA tag is letters and digits")
    return [tag.decode("ascii")], end


def _type(data: bytes, offset: int) -> tuple[list[Token], int]:
    return [type_name(int.from_bytes(data[offset : offset + 2], "big"))], offset + 2


def _time(data: bytes, offset: int) -> tuple[list[Token], int]:
    (stamp,) = struct.unpack_from("!I", data, offset)
    # Serial arithmetic around now (RFC 4034, 3.1.5): the 32 bits wrap in 2106.
    now = int(time.time())
    stamp = now + ((stamp - now + 0x80000000) & 0xFFFFFFFF) - 0x80000000
    return [time.strftime("%Y%m%d%H%M%S", time.gmtime(stamp))], offset + 4


def _base64(data: bytes, offset: int) -> tuple[list[Token], int]:
    blob = data[offset:]
    return ([Blob(b64encode(blob).decode("ascii"))] if blob else []), len(data)


def _hex(data: bytes, offset: int) -> tuple[list[Token], int]:
    blob = data[offset:]
    return ([Blob(blob.hex().upper())] if blob else []), len(data)


def _salt(data: bytes, offset: int) -> tuple[list[Token], int]:
    end = offset + 1 + data[offset]
    if end > len(data):
        raise Malformed("a salt passes the end")
    return [data[offset + 1 : end].hex().upper() or "-"], end


def _hash(data: bytes, offset: int) -> tuple[list[Token], int]:
    end = offset + 1 + data[offset]
    if end > len(data):
        raise Malformed("a hash passes the end")
    return [b32hexencode(data[offset + 1 : end]).decode("ascii").rstrip("=")], end


def _bitmap(data: bytes, offset: int) -> tuple[list[Token], int]:
    return [type_name(kind) for kind in bitmap(data, offset)], len(data)


def bitmap(data: bytes, offset: int) -> list[int]:
    """Return the types in a type bitmap that goes to the end (RFC 4034, 4.1.2). Raises Malformed."""
    found = []
    while offset < len(data):
        window, length = data[offset], data[offset + 1]
        octets = data[offset + 2 : offset + 2 + length]
        if not 1 <= length <= 32 or len(octets) != length:
            raise Malformed("a bad type bitmap")
        found += [
            window << 8 | n << 3 | bit for n, octet in enumerate(octets) for bit in range(8) if octet << bit & 128
        ]
        offset += 2 + length
    return found


def _named(known: dict[int, str], size: int) -> Reader:
    def read(data: bytes, offset: int) -> tuple[list[Token], int]:
        code = int.from_bytes(data[offset : offset + size], "big")
        return [known.get(code, str(code))], offset + size

    return read


_READERS: dict[str, Reader] = {
    "u8": _fixed("!B"), "u16": _fixed("!H"), "u32": _fixed("!I"), "ip4": _ip4, "ip6": _ip6, "name": _name,
    "string": _string, "strings": _strings, "text": _text, "tag": _tag, "type": _type, "time": _time,
    "base64": _base64, "hex": _hex, "salt": _salt, "hash": _hash, "bitmap": _bitmap,
    "certificate": _named(CERTIFICATES, 2), "algorithm": _named(ALGORITHMS, 1),
    **special.READERS,
}  # fmt: skip
_COMPILED: dict[int, list[Reader]] = {
    TYPES[kind]: [_READERS[word] for word in words.split()] for kind, words in FORMATS.items()
}


def key_tag(data: bytes) -> int:
    """Return the key tag of DNSKEY record data (RFC 4034, appendix B; RSAMD5's other way has gone with RSAMD5)."""
    total = sum(byte if index & 1 else byte << 8 for index, byte in enumerate(data))
    return (total + (total >> 16)) & 0xFFFF
