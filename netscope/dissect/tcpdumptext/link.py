"""The link layers: Ethernet and its tags, Linux's cooked headers, raw IP, loopback; and what their types lead to."""

from __future__ import annotations

from netscope.core.typed import Callable
from netscope.dissect.tcpdumptext.names import ETHERTYPES, mac
from netscope.dissect.tcpdumptext.text import U16, U32, Print, Printers, Text

_TAGS = frozenset({0x8100, 0x9100, 0x9200, 0x88A8})
_LENGTH = 1500  # types up to here are lengths (IEEE 802.3)
_JUMBO = 0x8870  # LLC whose length would be no length
_COOKED_LLC = 4  # LLC, in a cooked header

_PRINTERS = Printers[Print](
    {
        0x0800: "ip:ip", 0x86DD: "ip6:ip6", 0x0806: "arp:arp", 0x8035: "arp:arp", 0x8847: "tunnels:mpls",
        0x8848: "tunnels:mpls", 0x8863: "tunnels:pppoe", 0x8864: "tunnels:pppoe", 0x88CC: "lldp:lldp",
        0x9000: "loopback:loopback",
    }
)  # fmt: skip
# The families of a BSD loopback header.
_IP6_FAMILIES = frozenset({24, 28, 30})


def ethertype(text: Text, kind: int, data: bytes, at: int, length: int) -> bool:
    """Print what an Ethernet type says comes next; return whether that is known."""
    printer = _PRINTERS.find(kind)
    if printer is None:
        return False
    printer(text, data, at, length)
    return True


def ethernet(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a frame."""
    begun = at
    text.protocol = "ether"
    if at + 14 > len(data) or length < 14:
        text.truncated()
        text.header = len(data) - at
        return
    kind = U16(data, at + 12)[0]
    if text.style.link:
        _header(text, data, at, length, kind)
    whole = length
    at += 14
    length -= 14
    while kind in _TAGS:
        if not _tag(text, data, at, length):
            text.header = at - begun + min(length, len(data) - at)
            return
        kind = U16(data, at + 2)[0]
        if text.style.link:
            named = f"ethertype {ETHERTYPES.get(kind, 'Unknown')} (0x{kind:04x}), "
            text.add(named if kind > _LENGTH else "802.3")
        at += 4
        length -= 4
    text.header = at - begun
    if kind <= _LENGTH and kind < length:  # what comes behind is padding
        length = kind
        data = data[: at + length]
    if kind <= _LENGTH or kind == _JUMBO:
        _llc(text, data, at, length, data[begun + 6 : begun + 12], data[begun : begun + 6])
    elif not ethertype(text, kind, data, at, length):
        if not text.style.link:
            _header(text, data, begun, whole, kind)
        text.unknown(data[at:])


def _tag(text: Text, data: bytes, at: int, length: int) -> bool:
    """Print a tag, which -e shows; return whether it is there whole."""
    if at + 4 > len(data) or length < 4:
        text.protocol = "vlan"
        text.truncated()
        return False
    if text.style.link:
        text.add(f"{tag(U16(data, at)[0])}, ")
    return True


def tag(value: int) -> str:
    """Return an IEEE 802.1Q tag."""
    return f"vlan {value & 0xFFF}, p {value >> 13}{', DEI' if value & 0x1000 else ''}"


def _llc(text: Text, data: bytes, at: int, length: int, source: bytes, destination: bytes) -> None:
    """Print what begins with LLC."""
    from netscope.dissect.tcpdumptext.llc import llc

    known, header = llc(text, data, at, length, source, destination)
    text.header += header
    if not known:
        text.unknown(data[at:])


def _header(text: Text, data: bytes, at: int, length: int, kind: int) -> None:
    text.add(f"{mac(data[at + 6 : at + 12])} > {mac(data[at : at + 6])}")
    if kind <= _LENGTH:
        text.add(", 802.3")
        length = kind
    elif text.style.quiet:
        text.add(f", {ETHERTYPES.get(kind) or f'Unknown Ethertype (0x{kind:04x})'}")
    else:
        text.add(f", ethertype {ETHERTYPES.get(kind, 'Unknown')} (0x{kind:04x})")
    text.add(f", length {length}: ")


def raw(text: Text, data: bytes, at: int, length: int) -> None:
    """Print IP without a link layer."""
    text.header = 0
    if text.style.link:
        text.add("ip: ")
    from netscope.dissect.tcpdumptext.ip import version_print

    version_print(text, data, at, length)


def ip4_only(text: Text, data: bytes, at: int, length: int) -> None:
    """Print IPv4 without a link layer (LINKTYPE_IPV4)."""
    raw(text, data, at, length)


_MAC = 6  # bytes of the addresses that are shown
_PACKETS = {0: "In", 1: "B", 2: "M", 3: "P", 4: "Out"}


def cooked(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a frame of LINKTYPE_LINUX_SLL: type, ARPHRD, address length, 8 bytes of address, protocol."""
    text.protocol = "sll"
    if at + 16 > len(data) or length < 16:
        text.truncated()
        return
    kind, protocol = U16(data, at)[0], U16(data, at + 14)[0]
    if text.style.link:
        _cooked_header(text, data, at, length, kind, protocol)
    _cooked_payload(
        text, data, at, 16, length, protocol, lambda: _cooked_header(text, data, at, length, kind, protocol)
    )


def _cooked_header(text: Text, data: bytes, at: int, length: int, kind: int, protocol: int) -> None:
    size = U16(data, at + 4)[0]
    text.add(f"{_PACKETS.get(kind, '?'):>3} ")
    if size == _MAC:
        text.add(f"{mac(data[at + 6 : at + 12])} ")
    if not text.style.quiet:
        text.add(f"{_cooked_type(protocol)}, length {length}: ")


def _cooked_type(protocol: int) -> str:
    if protocol in (1, 4):
        return "802.3" if protocol == 1 else "802.2"
    return f"ethertype {ETHERTYPES.get(protocol, 'Unknown')} (0x{protocol:04x})"


def cooked2(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a frame of LINKTYPE_LINUX_SLL2: protocol, 2 reserved, ifindex, ARPHRD, type, address length, address."""
    text.protocol = "sll2"
    if at + 20 > len(data) or length < 20:
        text.truncated()
        return
    protocol = U16(data, at)[0]
    index, kind = U32(data, at + 4)[0], data[at + 10]
    text.add(f"{text.interfaces.get(index, '?'):<5} {_PACKETS.get(kind, '?'):<3} ")
    if text.style.link:
        _cooked2_header(text, data, at, length, protocol)
    _cooked_payload(text, data, at, 20, length, protocol, lambda: _cooked2_header(text, data, at, length, protocol))


def _cooked2_header(text: Text, data: bytes, at: int, length: int, protocol: int) -> None:
    index, size = U32(data, at + 4)[0], data[at + 11]
    text.add(f"ifindex {index} ")
    if size == _MAC:
        text.add(f"{mac(data[at + 12 : at + 18])} ")
    if not text.style.quiet:
        text.add(f"{_cooked_type(protocol)}, length {length}: ")


def _cooked_payload(
    text: Text, data: bytes, at: int, header: int, length: int, protocol: int, show: Callable[[], None]
) -> None:
    """Print what is behind a cooked header; ``show`` prints the header, where nobody knows what that is."""
    at += header
    length -= header
    text.header = header
    kind = protocol
    while kind in _TAGS:
        if not _tag(text, data, at, length):
            return
        kind = U16(data, at + 2)[0]
        if kind <= _LENGTH:
            kind = _COOKED_LLC
        if not text.style.quiet:
            text.add(f"ethertype {ETHERTYPES.get(kind, 'Unknown')}, ")
        at += 4
        length -= 4
        text.header += 4
    if kind == _COOKED_LLC:
        _llc(text, data, at, length, b"", b"")
    elif kind <= _LENGTH or not ethertype(text, kind, data, at, length):
        if not text.style.link:
            show()
        text.unknown(data[at:])


def loopback(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a frame of a BSD loopback (LINKTYPE_NULL: the family in either byte order; LINKTYPE_LOOP: big-endian)."""
    text.protocol = "null"
    if at + 4 > len(data) or length < 4:
        text.truncated()
        return
    family = U32(data, at)[0]
    if family > 0xFFFF:
        family = int.from_bytes(data[at : at + 4], "little")
    if text.style.link:
        _family(text, family, length)
    text.header = 4
    if family == 2:
        from netscope.dissect.tcpdumptext.ip import ip

        ip(text, data, at + 4, length - 4)
    elif family in _IP6_FAMILIES:
        from netscope.dissect.tcpdumptext.ip6 import ip6

        ip6(text, data, at + 4, length - 4)
    else:
        if not text.style.link:
            _family(text, family, length)
        text.unknown(data[at + 4 :])


def _family(text: Text, family: int, length: int) -> None:
    names = {2: "IPv4", 24: "IPv6", 28: "IPv6", 30: "IPv6"}
    if text.style.quiet:
        text.add(f"{names.get(family) or f'Unknown AF {family}'}, length {length}: ")
    else:
        text.add(f"AF {names.get(family, 'Unknown')} ({family}), length {length}: ")


def ppp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a frame of LINKTYPE_PPP, with or without an address and a control byte (RFC 1662)."""
    from netscope.dissect.tcpdumptext.tunnels import ppp as inner

    text.protocol = "ppp"
    if at + 4 > len(data):
        text.truncated()
        text.header = len(data) - at
        return
    text.header = 4  # with an address and a control byte, whether they are there or not
    inner(text, data, at, length)


LINKS: dict[int, Print] = {
    1: ethernet, 0: loopback, 108: loopback, 101: raw, 12: raw, 14: raw, 228: raw, 229: raw, 113: cooked, 276: cooked2,
    9: ppp,
}  # fmt: skip
