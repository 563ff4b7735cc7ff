"""ICMP (RFC 792, RFC 4884)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.ip import ip
from netscope.dissect.tcpdumptext.names import checksum, ip4, named, should_be
from netscope.dissect.tcpdumptext.text import U16, U32, Text, Truncated, need

_NAMES = {
    0: "echo reply", 4: "source quench", 8: "echo request", 10: "router solicitation", 13: "time stamp request",
    14: "time stamp reply", 15: "information request", 16: "information reply", 17: "address mask request",
}  # fmt: skip
_UNREACHABLE = {
    0: "net {} unreachable", 1: "host {} unreachable", 5: "{} unreachable - source route failed",
    6: "net {} unreachable - unknown", 7: "host {} unreachable - unknown",
    8: "{} unreachable - source host isolated", 9: "net {} unreachable - admin prohibited",
    10: "host {} unreachable - admin prohibited", 11: "net {} unreachable - tos prohibited",
    12: "host {} unreachable - tos prohibited", 13: "host {} unreachable - admin prohibited filter",
    14: "host {} unreachable - host precedence violation", 15: "host {} unreachable - precedence cutoff",
}  # fmt: skip
_REDIRECT = {
    0: "redirect {} to net {}", 1: "redirect {} to host {}", 2: "redirect-tos {} to net {}",
    3: "redirect-tos {} to host {}",
}  # fmt: skip
_QUOTING = frozenset({3, 4, 5, 11, 12})
_EXTENDED = frozenset({3, 11, 12})
_OBJECTS = {1: "MPLS Stack Entry", 2: "Interface Identification"}


def icmp(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print a message."""
    text.protocol = "icmp"
    need(data, at, 2)
    kind, code = data[at], data[at + 1]
    text.add(f"ICMP {_what(text, data, at, kind, code)}, length {length}")
    if not text.style.verbose:
        return
    if not around.fragmented and at + length <= len(data):
        wrong = checksum(data[at : at + length])
        if wrong:
            found = U16(data, at + 2)[0]
            text.add(f" (wrong icmp cksum {found:x} (->{should_be(found, wrong):x})!)")
    if kind not in _QUOTING:
        return
    quoted = at + 8
    text.add("\n\t")
    need(data, quoted, 4)
    text.depth += 1
    ip(text, data, quoted, U16(data, quoted + 2)[0])
    if kind in _EXTENDED:
        _extension(text, data, at, length)


def _what(text: Text, data: bytes, at: int, kind: int, code: int) -> str:
    if kind in (0, 8):
        need(data, at, 8)
        return f"{_NAMES[kind]}, id {U16(data, at + 4)[0]}, seq {U16(data, at + 6)[0]}"
    if kind == 3:
        need(data, at, 28)
        return _unreachable(text, data, at, code)
    if kind == 5:
        need(data, at, 28)
        form = _REDIRECT.get(code, f"redirect-#{code} {{}} to {{}}")
        return form.format(ip4(data[at + 24 : at + 28]), ip4(data[at + 4 : at + 8]))
    if kind == 9:
        return _advertisement(data, at)
    if kind == 11:
        need(data, at, 28)
        return {0: "time exceeded in-transit", 1: "ip reassembly time exceeded"}.get(code, f"time exceeded-#{code}")
    if kind == 12:
        if code:
            return f"parameter problem - code {code}"
        return f"parameter problem - octet {data[at + 4]}"
    if kind == 18:
        return f"address mask is 0x{U32(data, at + 8)[0]:08x}"
    if kind == 13:
        need(data, at, 8)
        return f"time stamp query id {U16(data, at + 4)[0]} seq {U16(data, at + 6)[0]}"
    if kind == 14:
        times = [_time(U32(data, at + place)[0]) for place in (8, 12, 16)]
        return (
            f"time stamp reply id {U16(data, at + 4)[0]} seq {U16(data, at + 6)[0]}: org {times[0]}, recv {times[1]}, "
            f"xmit {times[2]}"
        )
    return named(_NAMES, kind, "type-#%u")


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _unreachable(text: Text, data: bytes, at: int, code: int) -> str:
    target = ip4(data[at + 24 : at + 28])
    protocol = data[at + 17]
    if code == 2:
        return f"{target} protocol {protocol} unreachable"
    if code == 3:
        port_at = at + 8 + (data[at + 8] & 15) * 4 + 2
        port = U16(data, port_at)[0]
        if protocol == 6:
            return f"{target} tcp port {text.port(port, 'tcp')} unreachable"
        if protocol == 17:
            return f"{target} udp port {text.port(port, 'udp')} unreachable"
        return f"{target} protocol {protocol} port {port} unreachable"
    if code == 4:
        mtu = U16(data, at + 6)[0]
        return f"{target} unreachable - need to frag" + (f" (mtu {mtu})" if mtu else "")
    return _UNREACHABLE.get(code, f"{{}} unreachable - #{code}").format(target)


def _advertisement(data: bytes, at: int) -> str:
    need(data, at, 8)
    count, size, lifetime = data[at + 4], data[at + 5], U16(data, at + 6)[0]
    minutes, seconds = divmod(lifetime, 60)
    if lifetime < 60:
        span = f"{lifetime}"
    elif lifetime < 3600:
        span = f"{minutes}:{seconds:02d}"
    else:
        span = f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if size != 2:
        return f"router advertisement lifetime {span} {count}: [size {size}]"
    places = range(at + 8, at + 8 + 8 * count, 8)
    entries = [f" {{{ip4(data[place : place + 4])} {U32(data, place + 4)[0]}}}" for place in places]
    return f"router advertisement lifetime {span} {count}:{''.join(entries)}"


def _extension(text: Text, data: bytes, at: int, length: int) -> None:
    """Print the extension structure (RFC 4884) behind the 128 bytes that are kept for the quoted datagram."""
    begun, left = at + 8 + 128, length - 136
    if left <= 0:
        return
    text.protocol = "icmp"
    if begun + 4 > len(data):
        text.truncated()
        return
    whole = at + length <= len(data)
    wrong = whole and checksum(data[begun : at + length])
    if wrong and not data[at + 5]:
        return  # without a length, only the checksum tells an extension from more of the quoted datagram (5.5)
    version = data[begun] >> 4
    text.add(f"\n\tICMP Multi-Part extension v{version}")
    if version != 2:
        text.add(" packet not supported")
        return
    if whole:
        text.add(f", checksum 0x{U16(data, begun + 2)[0]:04x} ({'in' if wrong else ''}correct), length {left}")
    place, left = begun + 4, left - 4
    while left > 4:
        size, kind, sub = U16(data, place)[0], data[place + 2], data[place + 3]
        text.add(f"\n\t  {named(_OBJECTS, kind, 'unknown')} Object ({kind}), Class-Type: {sub}, length {size}")
        if size < 4 or size > left:
            break
        if kind == 1 and sub == 1:
            label = U32(data, place + 4)[0]  # the outermost of the stack, and no other
            stack = ", [S]" if label & 0x100 else ""
            text.add(f"\n\t    label {label >> 12}, tc {label >> 9 & 7}{stack}, ttl {label & 255}")
        left -= size
        place += size


__all__ = ["Truncated", "icmp"]
