"""What PPP carries beside other layers: control protocols, and who is at the other end (RFC 1661, 1334, 1994)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.hexdump import hexadecimal
from netscope.dissect.tcpdumptext.llc import OUIS
from netscope.dissect.tcpdumptext.names import ip4, mac
from netscope.dissect.tcpdumptext.text import U16, U32, Text, Truncated, need, safe, take

NAMES = {
    0x21: "IP", 0x23: "OSI", 0x25: "NS", 0x27: "DECNET", 0x29: "APPLE", 0x2B: "IPX", 0x2D: "VJC IP", 0x2F: "VJNC IP",
    0x31: "BRPDU", 0x33: "STII", 0x35: "VINES", 0x3D: "MLPPP", 0x57: "IP6", 0xFD: "Compressed", 0x201: "HELLO",
    0x231: "LUXCOM", 0x233: "SNS", 0x281: "MPLS", 0x283: "MPLS", 0x8021: "IPCP", 0x8023: "OSICP", 0x8025: "NSCP",
    0x8027: "DECNETCP", 0x8029: "APPLECP", 0x802B: "IPXCP", 0x8033: "STIICP", 0x8035: "VINESCP", 0x8057: "IP6CP",
    0x80FD: "CCP", 0x8281: "MPLSCP", 0xC021: "LCP", 0xC023: "PAP", 0xC025: "LQM", 0xC027: "SPAP", 0xC02B: "BACP",
    0xC02D: "BAP", 0xC03D: "MLPPP-CP", 0xC223: "CHAP", 0xC227: "EAP",
}  # fmt: skip
CONTROL = (0x8021, 0x8023, 0x8057, 0x80FD, 0x8281, 0xC021, 0xC02B)
_CODES = {
    0: "Vendor-Extension", 1: "Conf-Request", 2: "Conf-Ack", 3: "Conf-Nack", 4: "Conf-Reject", 5: "Term-Request",
    6: "Term-Ack", 7: "Code-Reject", 8: "Prot-Reject", 9: "Echo-Request", 10: "Echo-Reply", 11: "Disc-Req", 12: "Ident",
    13: "Time-Rem", 14: "Reset-Req", 15: "Reset-Ack",
}  # fmt: skip
_LCP = (
    "Vend-Ext", "MRU", "ACCM", "Auth-Prot", "Qual-Prot", "Magic-Num", "deprecated(6)", "PFC", "ACFC", "FCS-Alt", "SDP",
    "Num-Mode", "deprecated(12)", "Call-Back", "deprecated(14)", "deprecated(15)", "deprecated(16)", "MRRU",
    "12-Bit seq #", "End-Disc", "Proprietary", "DCE-Id", "MP+", "Link-Disc", "LCP-Auth-Opt", "COBS", "Prefix-elision",
    "Multilink-header-Form", "I18N", "SDL-over-SONET/SDH", "PPP-Muxing",
)  # fmt: skip
_OPTIONS = {
    0xC021: ("unknown", dict(enumerate(_LCP))),
    0x8021: ("unknown", {1: "IP-Addrs", 2: "IP-Comp", 3: "IP-Addr", 4: "Home-Addr", 129: "Pri-DNS", 130: "Pri-NBNS",
                         131: "Sec-DNS", 132: "Sec-NBNS"}),
    0x8057: ("unknown", {1: "Interface-ID"}),
    0x80FD: ("Unknown", {0: "OUI", 1: "Pred-1", 2: "Pred-2", 3: "Puddle", 16: "HP-PPC", 17: "Stac-LZS", 18: "MPPC",
                         19: "Gand-FZA", 20: "V.42bis", 21: "BSD-Comp", 23: "LZS-DCP", 24: "MVRCA", 25: "DEC",
                         26: "Deflate", 255: "Reserved"}),
    0xC02B: ("Unknown", {1: "Favored-Peer"}),
}  # fmt: skip
# How long options must be: exactly, or at least if negative.
_SIZES = {
    0xC021: {0: -6, 1: 4, 2: 6, 3: -4, 4: -4, 5: 6, 13: -3, 17: 4, 19: -3, 23: 4},
    0x8021: {1: 10, 2: -4, 3: 6, 4: 6, 129: 6, 130: 6, 131: 6, 132: 6},
    0x8057: {1: 10},
    0x80FD: {21: -3, 24: -4, 26: -4},
    0xC02B: {1: 6},
}
_ALGORITHMS = {5: "MD5", 0x80: "MS-CHAPv1", 0x81: "MS-CHAPv2"}
_CALLBACKS = {0: "UserAuth", 1: "DialString", 2: "LocalID", 3: "E.164", 4: "X.500", 6: "CBCP"}
_CLASSES = {0: "Null", 1: "Local", 2: "IPv4", 3: "MAC", 4: "Magic-Num-Block", 5: "PSNDN"}
_COMPRESSIONS = {0x2D: "VJ-Comp", 0x61: "IP Header Compression"}
_HEADERS = {1: "RTP-Compression", 2: "Enhanced RTP-Compression"}
_CHAP = {1: "Challenge", 2: "Response", 3: "Success", 4: "Fail"}
_PAP = {1: "Auth-Req", 2: "Auth-ACK", 3: "Auth-NACK"}


def control(text: Text, protocol: int, data: bytes, at: int, length: int) -> None:
    """Print a message of a control protocol; its protocol's number is before it."""
    name = NAMES[protocol]
    text.add(f"{name}, ")
    if length < 4 or at + 2 > len(data):
        text.add(f"[|{name}]")
        return
    code = data[at]
    text.add(f"{_CODES.get(code, 'Unknown Opcode')} (0x{code:02x}), id {data[at + 1]}, length {length + 2}")
    if not text.style.verbose:
        return
    size = U16(data, at + 2)[0]
    text.add(f"\n\tencoded length {size}")
    if size < 4:
        text.add(" (< 4))")
    elif size > length:
        text.add(f" (> packet length {length}))")
    else:
        text.add(f" (=Option(s) length {size - 4})")
        if size > 4:
            if text.style.verbose > 1:
                text.add(hexadecimal(take(data, at - 2, 6)))
            _body(text, protocol, code, data, at, size)


def _body(text: Text, protocol: int, code: int, data: bytes, at: int, size: int) -> None:
    if 1 <= code <= 4:
        _options(text, protocol, data, at + 4, size)
    elif code == 8 and size >= 6:
        rejected = U16(data, at + 4)[0]
        text.add(f"\n\t  Rejected {NAMES.get(rejected, 'unknown')} Protocol (0x{rejected:04x})")
        if size > 6:
            text.add("\n\t  Rejected Packet" + hexadecimal(data[at + 6 : at + size], "\n\t    "))
    elif code in _MAGIC:
        if size >= _MAGIC[code]:
            text.add(f"\n\t  Magic-Num 0x{U32(data, at + 4)[0]:08x}")
            _numbered(text, NAMES[protocol], code, data, at, size)
    elif not 5 <= code <= 8 and text.style.verbose < 2:
        text.add(hexadecimal(data[at - 2 : at + size], "\n\t  "))


_MAGIC = {
    0: 11,
    9: 8,
    10: 8,
    11: 8,
    12: 8,
    13: 12,
}  # codes of messages with a magic number, and least sizes


def _numbered(text: Text, name: str, code: int, data: bytes, at: int, size: int) -> None:
    """Print what follows the magic number."""
    if code == 0:
        number = int.from_bytes(take(data, at + 8, 3), "big")
        text.add(f" Vendor: {OUIS.get(number, 'Unknown')} ({number})")
    elif code == 13:
        text.add(f", Seconds-Remaining {U32(data, at + 8)[0]}s")
    elif code == 12 and size > 8:
        text.add(f"\n\t  Message\n\t    {safe(data[at + 8 : at + size + 4])}")
        text.add(f"[|{name}]" if at + size + 4 > len(data) else "")
    elif size > 8:
        text.add("\n\t  -----trailing data-----")
        if at + size > len(data):
            text.add(f"[|{name}]")
            return
        text.add(hexadecimal(data[at + 8 : at + size], "\n\t  "))


def _options(text: Text, protocol: int, data: bytes, at: int, size: int) -> None:
    if protocol not in _OPTIONS:
        return
    left = size - 4
    while left > 0:
        if at + 2 > len(data):
            text.add(f"[|{NAMES[protocol].lower()}]")
            return
        length = data[at + 1]
        if length > size or not _option(text, protocol, data, at, length):
            return
        if left < length:
            text.add(f" [remaining options length {left} < {length}] (invalid)")
            return
        left -= length
        at += length


def _option(text: Text, protocol: int, data: bytes, at: int, length: int) -> bool:
    """Print an option; return whether another may follow."""
    kind = data[at]
    unknown, names = _OPTIONS[protocol]
    if protocol == 0xC021 and kind not in names:
        text.add(f"\n\tunknown LCP option 0x{kind:02x}")
        return length >= 2
    text.add(f"\n\t  {names.get(kind, unknown)} Option (0x{kind:02x}), length {length}")
    least = _SIZES[protocol].get(kind, -2)
    if length < 2:
        least = -2
    if (length != least) if least > 0 else (length < -least):
        text.add(f" (length bogus, should be {'=' if least > 0 else '>='} {abs(least)})")
        return False
    printer = _PRINTERS[protocol]
    known = printer(text, kind, data, at, length)
    if known is None:
        return False
    if text.style.verbose > 1 or not known:
        text.add(hexadecimal(data[at + 2 : at + length], "\n\t    "))
    return True


def _lcp(text: Text, kind: int, data: bytes, at: int, length: int) -> bool | None:
    """Print what an option says; return whether that is known, and None where no other may follow."""
    if kind == 0:
        number = int.from_bytes(take(data, at + 2, 3), "big")
        text.add(f": Vendor: {OUIS.get(number, 'Unknown')} ({number})")
    elif kind in (1, 17):
        text.add(f": {U16(data, at + 2)[0]}")
    elif kind in (2, 5):
        text.add(f": 0x{U32(data, at + 2)[0]:08x}")
    elif kind == 3:
        _authentication(text, data, at, length)
    elif kind == 4:
        text.add(": LQR" if U16(data, at + 2)[0] == 0xC025 else ": unknown")
    elif kind == 13:
        need(data, at, 3)
        text.add(f": : Callback Operation {_CALLBACKS.get(data[at + 2], 'Unknown')} ({data[at + 2]})")
    elif kind == 19:
        return _endpoint(text, data, at, length)
    elif kind == 23:
        text.add(f": 0x{U16(data, at + 2)[0]:04x}")
    return kind in (*_SIZES[0xC021], 7, 8)


def _authentication(text: Text, data: bytes, at: int, length: int) -> None:
    protocol = U16(data, at + 2)[0]
    text.add(f": {NAMES.get(protocol, 'Unknown Auth Proto (0x04x)')}")  # so it stands in tcpdump
    if protocol == 0xC223:
        need(data, at, 5)
        text.add(f", {_ALGORITHMS.get(data[at + 4], f'Unknown Auth Alg {data[at + 4]}')}")
    elif protocol not in (0xC023, 0xC027, 0xC227):
        text.add(hexadecimal(data[at : at + length]))


def _endpoint(text: Text, data: bytes, at: int, length: int) -> bool | None:
    need(data, at, 3)
    kind = data[at + 2]
    if kind in (2, 3) and length != (7, 9)[kind - 2]:
        text.add(f" (length bogus, should be = {(7, 9)[kind - 2]})")
        return None
    word = ""
    if kind == 2:
        word = f" {ip4(take(data, at + 3, 4))}"
    elif kind == 3:
        word = f" {mac(take(data, at + 3, 6))}"
    text.add(f": {_CLASSES.get(kind, f'Unknown class {kind}')}{word}")
    return True


def _ipcp(text: Text, kind: int, data: bytes, at: int, length: int) -> bool | None:
    if kind == 1:
        text.add(f": src {ip4(take(data, at + 2, 4))}, dst {ip4(take(data, at + 6, 4))}")
    elif kind == 2:
        number = U16(data, at + 2)[0]
        text.add(f": {_COMPRESSIONS.get(number, 'Unknown')} (0x{number:02x}):")
        if number == 0x61:
            return _compression(text, data, at, length)
    elif kind in _SIZES[0x8021]:
        text.add(f": {ip4(take(data, at + 2, 4))}")
    return kind in _SIZES[0x8021]


def _compression(text: Text, data: bytes, at: int, length: int) -> bool | None:
    if length < 14:
        text.add(" (length bogus, should be >= 14)")
        return None
    if at + 16 > len(data):
        text.add("[|ipcp]")
        return None
    spaces = ("TCP Space", "non-TCP Space", "maxPeriod", "maxTime", "maxHdr")
    values = [U16(data, at + 4 + 2 * number)[0] for number in range(5)]
    text.add("\n\t    " + ", ".join(f"{space} {value}" for space, value in zip(spaces, values, strict=True)))
    left, at = length - 14, at + 14
    if left:
        text.add(f"\n\t      Suboptions, length {left}")
    while left >= 2:
        need(data, at, 2)
        kind, size = data[at], data[at + 1]
        if size == 0:
            return None
        text.add(f"\n\t\t{_HEADERS.get(kind, 'Unknown')} Suboption #{kind}, length {size}")
        if size > left:
            text.add(f" [remaining suboptions length {left} < {size}] (invalid)")
            return None
        left -= size
        at += size
    return True


def _ip6cp(text: Text, kind: int, data: bytes, at: int, length: int) -> bool | None:
    if kind == 1:
        if at + length > len(data):
            text.add("[|ip6cp]")
            return None
        whole = data[at + 2 : at + length]
        text.add(": " + ":".join(whole[place : place + 2].hex() for place in range(0, 8, 2)))
    return kind == 1


def _ccp(text: Text, kind: int, data: bytes, at: int, length: int) -> bool:
    if kind not in _SIZES[0x80FD]:
        return False
    need(data, at, 3)
    first = data[at + 2]
    if kind == 21:
        text.add(f": Version: {first >> 5}, Dictionary Bits: {first & 31}")
    elif kind == 24:
        able = "En" if first & 0x20 else "Dis"
        need(data, at, 4)
        text.add(f": Features: {first >> 6}, PxP: {able}abled, History: {first & 31}, #CTX-ID: {data[at + 3]}")
    else:
        need(data, at, 4)
        method = "zlib" if first & 15 == 8 else "unknown"
        text.add(f": Window: {first >> 4}K, Method: {method} (0x{first & 15:x})")
        text.add(f", MBZ: {data[at + 3] >> 2}, CHK: {data[at + 3] & 3}")
    return True


def _bacp(text: Text, kind: int, data: bytes, at: int, length: int) -> bool:
    if kind == 1:
        text.add(f": Magic-Num 0x{U32(data, at + 2)[0]:08x}")
    return kind == 1


_PRINTERS = {0xC021: _lcp, 0x8021: _ipcp, 0x8057: _ip6cp, 0x80FD: _ccp, 0xC02B: _bacp}


def authentication(text: Text, name: str, data: bytes, at: int, length: int) -> None:
    """Print a message of PAP or CHAP."""
    text.protocol = "ppp"
    if length < 4:
        text.add(f"[|{name.lower()} 0x{data[at]:02x}]" if length else f"[|{name.lower()}]")
        return
    need(data, at, 1)
    code = data[at]
    text.add(f"{name}, {(_CHAP if name == 'CHAP' else _PAP).get(code, 'unknown')} (0x{code:02x})")
    need(data, at, 2)
    text.add(f", id {data[at + 1]}")
    size = U16(data, at + 2)[0]
    if name == "CHAP":
        _chap(text, code, data, at, length, size)
    elif size > length:
        text.add(f", length {size} > packet size")
    elif size < 4:
        text.add(f", length {size} < PAP header length")
    elif code in _PAP:
        _pap(text, code, data, at, size)


def _chap(text: Text, code: int, data: bytes, at: int, length: int, size: int) -> None:
    place, word = at + 4, "Msg"
    if code in (1, 2):
        if length < 5:
            return
        need(data, place, 1)
        value = data[place]
        place += 1
        if length - 5 < value:
            return
        text.add(f", Value {data[place : place + value].hex()}")
        place += value
        need(data, place, 0)
        word = "Name"
    if code in _CHAP:
        end = at + size if at + size >= place else 1 << 32
        text.add(f", {word} {safe(data[place:end])}")
        if end > len(data):
            raise Truncated


def _pap(text: Text, code: int, data: bytes, at: int, size: int) -> None:
    if size < (6 if code == 1 else 5):
        text.add("[|pap]")
        return
    place = at + 4
    for word in ("Peer", "Name") if code == 1 else ("Msg",):
        if place >= at + size:
            return
        need(data, place, 1)
        length = data[place]
        place += 1
        if at + size - place < length:
            return
        text.add(f", {word} {safe(data[place : place + length])}")
        place += length
        need(data, place, 0)
