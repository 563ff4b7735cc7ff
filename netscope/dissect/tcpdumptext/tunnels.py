"""Packets within packets: GRE (RFC 2784, 2890, 2637), VXLAN (7348), MPLS (3032), PPPoE and PPP (2516, 1661)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext import link
from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.hexdump import hexadecimal
from netscope.dissect.tcpdumptext.ip import ip
from netscope.dissect.tcpdumptext.ip6 import ip6
from netscope.dissect.tcpdumptext.names import ETHERTYPES, bits
from netscope.dissect.tcpdumptext.ppp import CONTROL, NAMES, authentication, control
from netscope.dissect.tcpdumptext.text import U16, U32, Text, need, take

_GRE_FLAGS = (
    (0x8000, "checksum present"), (0x4000, "routing present"), (0x2000, "key present"), (0x1000, "sequence# present"),
    (0x0800, "source routing present"), (0x0080, "ack present"),
)  # fmt: skip
_LABELS = {0: "IPv4 explicit NULL", 1: "router alert", 2: "IPv6 explicit NULL", 3: "implicit NULL"}
_CODES = {0x09: "PADI", 0x07: "PADO", 0x19: "PADR", 0x65: "PADS", 0xA7: "PADT", 0x00: ""}
_TAGS = {
    0x0000: "EOL", 0x0101: "Service-Name", 0x0102: "AC-Name", 0x0103: "Host-Uniq", 0x0104: "AC-Cookie",
    0x0105: "Vendor-Specific", 0x0110: "Relay-Session-ID", 0x0120: "PPP-Max-Payload", 0x0201: "Service-Name-Error",
    0x0202: "AC-System-Error", 0x0203: "Generic-Error",
}  # fmt: skip
_MOST_LABELS = 1000


def gre(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print a GRE header and what it carries."""
    text.protocol = "gre"
    flags = U16(data, at)[0]
    version = flags & 7
    text.add(f"GREv{version}")
    if version == 0:
        _gre0(text, data, at, length, flags)
    elif version == 1:
        _gre1(text, data, at, length, flags)
    else:
        text.add(" ERROR: unknown-version")


def _gre0(text: Text, data: bytes, at: int, length: int, flags: int) -> None:
    verbose, whole, begun = text.style.verbose, length, at
    if verbose:
        text.add(f", Flags [{bits(flags, _GRE_FLAGS)}]")
    kind = U16(data, at + 2)[0]
    at += 4
    if flags & 0xC000:
        if verbose:
            text.add(f", sum 0x{U16(data, at)[0]:x}")
        text.add(f", off 0x{U16(data, at + 2)[0]:x}")
        at += 4
    if flags & 0x2000:
        text.add(f", key=0x{U32(data, at)[0]:x}")
        at += 4
    if flags & 0x1000:
        text.add(f", seq {U32(data, at)[0]}")
        at += 4
    if flags & 0x4000:
        routed = _source_routes(text, data, at)
        if not routed:
            return
        at = routed
    if text.style.link:
        text.add(f", proto {ETHERTYPES.get(kind, 'unknown')} (0x{kind:04x})")
    text.add(f", length {whole}")
    text.add("\n\t" if verbose else ": ")
    _carried(text, kind, data, at, whole - (at - begun))


def _source_routes(text: Text, data: bytes, at: int) -> int:
    """Print the source route entries; return where they end, 0 where the capture ends before."""
    while True:
        if at + 4 > len(data):
            text.truncated()
            return 0
        family, _offset, size = U16(data, at)[0], data[at + 2], data[at + 3]
        at += 4
        if not family and not size:
            return at
        text.add(f", (rtaf=0x{family:x})")
        if at + size > len(data):
            text.truncated()
            return 0
        at += size


def _gre1(text: Text, data: bytes, at: int, length: int, flags: int) -> None:
    verbose, whole, begun = text.style.verbose, length, at
    if verbose:
        text.add(f", Flags [{bits(flags, _GRE_FLAGS)}]")
    kind = U16(data, at + 2)[0]
    at += 4
    if flags & 0x2000:
        text.add(f", call {U16(take(data, at, 4), 2)[0]}")
        at += 4
    if flags & 0x1000:
        text.add(f", seq {U32(data, at)[0]}")
        at += 4
    if flags & 0x0080:
        text.add(f", ack {U32(data, at)[0]}")
        at += 4
    if not flags & 0x1000:
        text.add(", no-payload")
    if text.style.link:
        text.add(f", proto {ETHERTYPES.get(kind, 'unknown')} (0x{kind:04x})")
    text.add(f", length {whole}")
    if not flags & 0x1000:
        return
    text.add("\n\t" if verbose else ": ")
    if kind == 0x880B:
        ppp(text, data, at, whole - (at - begun))
    else:
        text.add(f"gre-proto-0x{kind:x}")


def _carried(text: Text, kind: int, data: bytes, at: int, length: int) -> None:
    if text.depth > 20:
        text.add("[nested too deeply]")
        return
    text.depth += 1
    if kind == 0x6558:
        _frame(text, data, at, length)
    elif kind in (0x0800, 0x86DD, 0x8847, 0x8848):
        link.ethertype(text, kind, data, at, length)
    else:
        text.add(f"gre-proto-0x{kind:x}")


def _frame(text: Text, data: bytes, at: int, length: int) -> None:
    header = text.header
    link.ethernet(text, data, at, length)
    text.header = header


def vxlan(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a VXLAN header and the frame in it."""
    text.protocol = "vxlan"
    text.add("VXLAN")
    if length < 8:
        text.invalid()
        return
    flags = data[at]
    text.add(f", flags [{'I' if flags & 8 else 'invalid'}] (0x{flags:02x}), ")
    text.add(f"vni {int.from_bytes(take(data, at + 4, 3), 'big')}\n")
    if text.depth > 20:
        text.add("[nested too deeply]")
        return
    text.depth += 1
    _frame(text, data, at + 8, length - 8)


def mpls(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a label stack and what is below it."""
    text.protocol = "mpls"
    text.add("MPLS")
    verbose = text.style.verbose
    for number in range(_MOST_LABELS):
        if length < 4:
            text.invalid()
            need(data, at, length)
            return
        entry = U32(data, at)[0]
        label = entry >> 12
        text.add("\n\t" if verbose and number else " ")
        name = f" ({_LABELS[label]})" if verbose and label in _LABELS else ""
        bottom = ", [S]" if entry & 0x100 else ""
        text.add(f"(label {label}{name}, tc {entry >> 9 & 7}{bottom}, ttl {entry & 255})")
        at += 4
        length -= 4
        if entry & 0x100:
            _below(text, data, at, length, label)
            return


def _below(text: Text, data: bytes, at: int, length: int, label: int) -> None:
    text.protocol = "mpls"
    lead = "\n\t" if text.style.verbose else " "
    if label in (0, 3):
        text.add(lead)
        ip(text, data, at, length)
        return
    if label == 2:
        text.add(lead)
        ip6(text, data, at, length)
        return
    if length < 1:
        return
    first = data[at]
    if 0x45 <= first <= 0x4F:
        text.add(lead)
        ip(text, data, at, length)
    elif 0x60 <= first <= 0x6F:
        text.add(lead)
        ip6(text, data, at, length)
    else:
        text.unknown(data[at:])
        need(data, at, length)


def pppoe(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a PPPoE header, its tags or the PPP frame in it."""
    text.protocol = "pppoe"
    if length < 6:
        text.truncated()
        return
    need(data, at, 6)
    version, code, session, size = data[at], data[at + 1], U16(data, at + 2)[0], U16(data, at + 4)[0]
    text.add("PPPoE ")
    if version >> 4 != 1:
        text.add(f" [ver {version >> 4}]")
    if version & 15 != 1:
        text.add(f" [type {version & 15}]")
    text.add(f"{_CODES.get(code, f'PAD-{code:X}')}")
    begun = at + 6
    if size > length - 6:
        text.add(f" [len {size} > {length - 6}!]")
        size = length - 6
    if session:
        text.add(f" [ses 0x{session:x}]")
    if code == 0:
        text.add(" ")
        ppp(text, data[: begun + size], begun, size)
        return
    _tags(text, data, begun, begun + size)


def _tags(text: Text, data: bytes, at: int, end: int) -> None:
    kind = 0xFFFF
    while kind and at < end:
        kind, size = U16(data, at)[0], U16(data, at + 2)[0]
        at += 4
        value = take(data, at, min(size, 80))
        text.add(f" [{_TAGS.get(kind) or f'TAG-0x{kind:x}'}")
        if size:
            printable = sum(0x20 <= byte < 0x7F for byte in value)
            if printable > len(value) - printable:
                shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in value)
                text.add(f' "{shown}"')
            else:
                text.add(f" 0x{value.hex().upper()}")
        text.add("]")
        at += size


def ppp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a PPP frame."""
    text.protocol = "ppp"
    if length < 2:
        text.truncated()
        return
    first, skipped = U16(data, at)[0], 0
    if first in (0xFF03, 0xFFFF):
        skipped = 2
        at += 2
        length -= 2
    if length < 2:
        text.truncated()
        return
    if data[at] % 2:
        protocol, size = data[at], 1
    else:
        protocol, size = U16(data, at)[0], 2
    if text.style.link:
        text.add(f"{NAMES.get(protocol, 'unknown')} (0x{protocol:04x}), length {length + skipped}")
        text.add(": " if protocol in NAMES else "")
    _ppp_payload(text, protocol, data, at + size, length - size)


def _ppp_payload(text: Text, protocol: int, data: bytes, at: int, length: int) -> None:
    if protocol in (0x21, 0x2F):
        ip(text, data, at, length)
    elif protocol == 0x57:
        ip6(text, data, at, length)
    elif protocol in (0x281, 0x283):
        mpls(text, data, at, length)
    elif protocol in CONTROL:
        control(text, protocol, data, at, length)
    elif protocol in (0xC023, 0xC223):
        authentication(text, NAMES[protocol], data, at, length)
    elif protocol == 0xFD:
        text.add("compressed PPP data")
    elif protocol in NAMES:
        text.add(f"{NAMES[protocol]} {hexadecimal(data[at : at + length])}")
    elif not text.style.link:
        text.add(f"unknown PPP protocol (0x{protocol:04x}) ")
        text.add(hexadecimal(data[at : at + length]))
