"""ARP and RARP (RFC 826, RFC 903)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.names import ETHERTYPES, ip4, mac, named
from netscope.dissect.tcpdumptext.text import U16, Text, Truncated, need

_IP = (0x0800, 0x1000)  # the second as trailers were asked for (RFC 893)
_HARDWARE = {
    1: "Ethernet", 6: "TokenRing", 7: "ArcNet", 15: "FrameRelay", 23: "Strip", 24: "IEEE 1394", 19: "ATM",
    32: "InfiniBand",
}  # fmt: skip
_OPERATIONS = {
    1: "Request", 2: "Reply", 3: "Reverse Request", 4: "Reverse Reply", 8: "Inverse Request", 9: "Inverse Reply",
    10: "NACK Reply",
}  # fmt: skip


def arp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a packet."""
    text.protocol = "arp"
    need(data, at, 8)
    hardware, protocol, operation = U16(data, at)[0], U16(data, at + 2)[0], U16(data, at + 6)[0]
    hlen, plen = data[at + 4], data[at + 5]
    size = 8 + 2 * plen + 2 * hlen
    if at + size > len(data):
        raise Truncated
    if not text.style.link:
        text.add("ARP, ")
    if protocol not in _IP or plen != 4 or not hlen or text.style.verbose:
        name = named(_HARDWARE, hardware, "Unknown Hardware (%u)")
        kind = ETHERTYPES.get(protocol) or f"Unknown Protocol (0x{protocol:04x})"
        text.add(f"{name} (len {hlen}), {kind} (len {plen}), ")
    place = at + 8
    if not text.style.verbose and (protocol not in _IP or plen != 4 or not hlen):
        text.add(f"length {length}")
        return
    source, sender = data[place : place + hlen], data[place + hlen : place + hlen + plen]
    place += hlen + plen
    target, wanted = data[place : place + hlen], data[place + hlen : place + hlen + plen]
    name = named(_OPERATIONS, operation, "Unknown (%u)")
    text.add(f"{name} ")
    if operation == 1:
        to = f" ({_mac(target)})" if target.strip(b"\0") else ""
        text.add(f"who-has {_ip(wanted, protocol)}{to} tell {_ip(sender, protocol)}")
    elif operation == 2:
        text.add(f"{_ip(sender, protocol)} is-at {_mac(source)}")
    elif operation == 3:
        text.add(f"who-is {_mac(target)} tell {_mac(source)}")
    elif operation == 4:
        text.add(f"{_mac(target)} at {_ip(wanted, protocol)}")
    elif operation == 8:
        text.add(f"who-is {_mac(target)} tell {_mac(source)}")
    elif operation == 9:
        text.add(f"{_mac(source)} at {_ip(sender, protocol)}")
    else:
        text.add(_bytes(data[at:]))
        return
    text.add(f", length {length}")


def _ip(raw: bytes, protocol: int) -> str:
    if protocol not in _IP:
        return "<wrong proto type>"
    return ip4(raw) if len(raw) == 4 else "<wrong len>"


def _mac(raw: bytes) -> str:
    return mac(raw) if raw else "<empty>"


def _bytes(data: bytes) -> str:
    from netscope.dissect.tcpdumptext.hexdump import both

    return both(data)
