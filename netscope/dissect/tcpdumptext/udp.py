"""UDP (RFC 768), and which port carries what."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.names import checksum, should_be
from netscope.dissect.tcpdumptext.text import U16, Print, Printers, Text

# In the order in which the ports are looked for.
PORTS = {
    53: "domain:over_udp", 67: "dhcp:dhcp", 68: "dhcp:dhcp", 123: "ntp:ntp", 5353: "domain:mdns", 546: "dhcp6:dhcp6",
    547: "dhcp6:dhcp6", 1701: "l2tp:l2tp",
    500: "security:exchange", 4500: "security:encapsulated", 4789: "tunnels:vxlan",
    5060: "lines:sip",
}  # fmt: skip
_PRINTERS = Printers[Print](PORTS)


def udp(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print a datagram."""
    text.protocol = "udp"
    if at + 4 > len(data):
        text.add(around.ends(17, None))
        text.truncated()
        return
    sport, dport = U16(data, at)[0], U16(data, at + 2)[0]
    text.add(around.ends(17, (text.port(sport, "udp"), text.port(dport, "udp"))))
    if length < 8:
        text.add(f"truncated-udp {length}")
        return
    if at + 6 > len(data):
        text.truncated()
        return
    size = U16(data, at + 4)[0]
    if size < 8:
        text.add(f"truncated-udplength {size}")
        return
    size -= 8
    length -= 8
    if at + 8 > len(data):
        text.truncated()
        return
    carried = min(size, length)
    if text.style.verbose > (around.version == 4) and text.style.checksums and not around.fragmented:
        _checksum(text, data, at, carried, around)
    if not text.style.quiet:
        printer = _printer(sport, dport)
        if printer is not None:
            printer(text, data, at + 8, carried)
            return
    if size > length and not around.fragmented:
        text.add(f"UDP, bad length {size} > {length}")
    else:
        text.add(f"UDP, length {size}")


def _checksum(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    found = U16(data, at + 6)[0]
    if not found:
        text.add("[no cksum] ")
    elif at + 8 + length <= len(data):
        wrong = checksum(around.pseudo(17, length + 8), data[at : at + 8 + length])
        text.add(f"[bad udp cksum 0x{found:04x} -> 0x{should_be(found, wrong):04x}!] " if wrong else "[udp sum ok] ")


def _printer(sport: int, dport: int) -> Print | None:
    for port in PORTS:
        if port in (sport, dport):
            return _PRINTERS.find(port)
    return None
