"""IPv4 (RFC 791), and what both versions of IP carry."""

from __future__ import annotations

from netscope.core.typed import Callable
from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.names import PROTOCOLS, bits, checksum, ip4, named, should_be
from netscope.dissect.tcpdumptext.text import U16, U32, Printers, Text, Truncated, take

_DEEPEST = 20
_OWN_ADDRESSES = frozenset({6, 17, 132})  # TCP, UDP, SCTP: they print the addresses with their ports
_FLAGS = ((0x2000, "+"), (0x4000, "DF"), (0x8000, "rsvd"))
_OPTIONS = {
    0: "EOL", 1: "NOP", 7: "RR", 68: "timestamp", 82: "traceroute", 130: "security", 131: "LSRR", 137: "SSRR",
    148: "RA",
}  # fmt: skip
_ECN = ("", ",ECT(1)", ",ECT(0)", ",CE")

_PRINTERS = Printers[Callable[[Text, bytes, int, int, Around], None]](
    {
        1: "icmp:icmp", 2: "igmp:igmp", 4: "ip:inner", 6: "tcp:tcp", 17: "udp:udp", 41: "ip6:inner", 47: "tunnels:gre",
        50: "security:esp", 51: "security:ah", 58: "icmp6:icmp6", 112: "vrrp:vrrp", 132: "sctp:sctp",
    }
)  # fmt: skip
_ONLY = {1: 4, 2: 4, 58: 6}


def version_print(text: Text, data: bytes, at: int, length: int) -> None:
    """Print IP of whichever version the first four bits say."""
    text.protocol = "ipn"
    if length < 1:
        text.add(f"truncated-ip {length}")
        return
    version = data[at] >> 4
    if version == 4:
        ip(text, data, at, length)
    elif version == 6:
        from netscope.dissect.tcpdumptext.ip6 import ip6

        ip6(text, data, at, length)
    else:
        text.add(f"unknown ip {version}")


def ip(text: Text, data: bytes, at: int, length: int) -> None:
    """Print an IPv4 datagram."""
    found = _lengths(text, data, at, length)
    if found is None:
        return
    header, total = found
    data = data[: at + total]
    offset = U16(data, at + 6)[0]
    protocol = data[at + 9]
    source, destination = data[at + 12 : at + 16], data[at + 16 : at + 20]
    if text.style.verbose and not _details(text, data, at, header):
        text.add(f"{ip4(source)} > {ip4(destination)}: ")
        text.truncated()
        return
    if offset & 0x1FFF:
        name = "" if text.style.numeric else PROTOCOLS.get(protocol, "").lower()
        text.add(f"{ip4(source)} > {ip4(destination)}: {name or f'ip-proto-{protocol}'}")
        return
    if protocol not in _OWN_ADDRESSES:
        text.add(f"{ip4(source)} > {ip4(destination)}: ")
    if at + header > len(data):
        text.add(f" [remaining caplen({len(data) - at}) < header length({header})]")
        raise Truncated
    around = Around(4, source, destination, protocol, data[at + 8])
    around.fragmented = bool(offset & 0x2000)
    if header > 20:
        around.destination = _final(data, at + 20, header - 20) or destination
    payload(text, data, at + header, total - header, around, protocol)


def _details(text: Text, data: bytes, at: int, header: int) -> bool:
    """Print what -v adds; return whether the options were all there."""
    tos, total, ident, offset, hops = data[at + 1], *(U16(data, at + n)[0] for n in (2, 4, 6)), data[at + 8]
    parts = [f"(tos 0x{tos:x}{_ECN[tos & 3]}"]
    if hops:
        parts.append(f", ttl {hops}")
    parts.append(f", id {ident}, offset {(offset & 0x1FFF) * 8}, flags [{bits(offset, _FLAGS)}]")
    protocol = data[at + 9]
    parts.append(f", proto {PROTOCOLS.get(protocol, 'unknown')} ({protocol}), length {total}")
    text.add("".join(parts))
    whole = True
    if header > 20:
        text.add(", options (")
        try:
            _options(text, data, at + 20, header - 20)
        except Truncated:
            text.add(" [truncated-option]")
            whole = False
        text.add(")")
    if text.style.checksums and at + header <= len(data):
        wrong = checksum(data[at : at + header])
        if wrong:
            found = U16(data, at + 10)[0]
            text.add(f", bad cksum {found:x} (->{should_be(found, wrong):x})!")
    text.add(")\n    ")
    return whole


def _options(text: Text, data: bytes, at: int, left: int) -> None:
    between = ""
    while left > 0:
        text.add(between)
        between = ","
        kind = data[at]
        text.add(named(_OPTIONS, kind, "unknown %u"))
        size = 1
        if kind > 1:
            size = data[at + 1]
            if size < 2:
                text.add(f" [bad length {size}]")
                return
        if size > left:
            text.add(f" [bad length {size}]")
            return
        option = take(data, at, size)
        if kind == 0:
            return
        if kind == 68:
            _timestamps(text, option)
        elif kind in (7, 131, 137):
            _route(text, data, at, size)
        elif kind == 148:
            if size < 4:
                text.add(f" [bad length {size}]")
            elif U16(option, 2)[0]:
                text.add(f" value {U16(option, 2)[0]}")
        at += size
        left -= size


def _route(text: Text, data: bytes, at: int, size: int) -> None:
    if size < 3:
        text.add(f" [bad length {size}]")
        return
    if (size + 1) & 3:
        text.add(f" [bad length {size}]")
    pointer = data[at + 2] - 1
    if pointer < 3 or (pointer + 1) & 3 or pointer > size + 1:
        text.add(f" [bad ptr {pointer + 1}]")
    pointer %= 256  # nothing comes before the first
    for place in range(3, size, 4):
        text.add(f" {ip4(take(data, at + place, 4))}{',' if pointer > place else ''}")


def _timestamps(text: Text, option: bytes) -> None:
    size = len(option)
    if size < 4:
        text.add(f"[bad length {size}]")
        return
    kind = option[3] & 15
    hop = 4 if kind == 0 else 8
    text.add(" TS{")
    if (size - 4) & (hop - 1):
        text.add(f"[bad length {size}]")
    pointer = option[2] - 1
    if pointer < 4 or (pointer - 4) & (hop - 1) or pointer > size + 1:
        text.add(f"[bad ptr {option[2]}]")
    place = 0
    name = {0: "TSONLY", 1: "TS+ADDR", 3: "PRESPEC"}.get(kind)
    if name is None:
        text.add(f"[bad ts type {kind}]")
    else:
        text.add(name)
        lead = " "
        for place in range(4, size, hop):
            if pointer == place:
                lead = " ^ "
            entry = take(option, place, hop)
            text.add(f"{lead}{U32(entry, hop - 4)[0]}@{ip4(entry[:4]) if hop == 8 else ''}")
            lead = " "
        place = max(4, place + hop if place else 4)
    text.add(" ^ " if pointer == place else "")
    text.add(f" [{option[3] >> 4} hops not recorded]}} " if option[3] >> 4 else "}")


def _final(data: bytes, at: int, left: int) -> bytes:
    """Return the last address of a source route, which checksums are made with; b"" where there is none."""
    while left > 0 and at + 1 < len(data):
        kind = data[at]
        if kind == 0:
            break
        size = 1 if kind == 1 else data[at + 1]
        if size < 2 and kind != 1:
            break
        if kind in (131, 137) and size >= 7 and at + size <= len(data):
            return data[at + size - 4 : at + size]
        at += size
        left -= size
    return b""


def payload(text: Text, data: bytes, at: int, length: int, around: Around, protocol: int) -> None:
    """Print what an IP datagram carries."""
    if text.depth > _DEEPEST:
        text.add("[nested too deeply]")
        return
    text.depth += 1
    only = _ONLY.get(protocol)
    if only is not None and only != around.version:
        text.add(f"[{PROTOCOLS[protocol]} requires IPv{only}]")
        text.invalid()
        return
    printer = _PRINTERS.find(protocol)
    if printer is not None:
        printer(text, data, at, length, around)
    elif protocol == 59:
        text.add("no next header")
    elif protocol == 77:
        text.add(f" nd {length}")
    else:
        name = "" if text.style.numeric else PROTOCOLS.get(protocol, "").lower()
        text.add(f" {name or f'ip-proto-{protocol}'} {length}")


def inner(text: Text, data: bytes, at: int, length: int, _around: Around) -> None:
    """Print an IPv4 datagram within another."""
    ip(text, data, at, length)


def _lengths(text: Text, data: bytes, at: int, length: int) -> tuple[int, int] | None:
    """Return the header's and the datagram's length; None, with the reason printed, where they cannot be."""
    text.protocol = "ip"
    first = data[at]
    if first >> 4 != 4:
        text.add("IP6, wrong link-layer encapsulation" if first >> 4 == 6 else f"IP{first >> 4}")
        text.invalid()
        return None
    if not text.style.link:
        text.add("IP ")
    if at + 20 > len(data):
        text.truncated()
        return None
    if length < 20:
        text.add(f"truncated-ip {length}")
        return None
    header = (first & 15) * 4
    if header < 20:
        text.add(f"bad-hlen {header}")
        return None
    total = U16(data, at + 2)[0]
    if length < total:
        text.add(f"truncated-ip - {total - length} bytes missing! ")
    if total < header:
        text.add(f"bad-len {total}")
        return None
    return header, total
