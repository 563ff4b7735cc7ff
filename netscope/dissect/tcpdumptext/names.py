"""Addresses and numbers as tcpdump writes them. Texts of addresses are kept: a capture sees the same few again."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

from netscope.core.inet import AF_INET6, inet_ntop
from netscope.core.typed import Mapping, Sequence

ETHERTYPES = {
    0x0800: "IPv4", 0x8847: "MPLS unicast", 0x8848: "MPLS multicast", 0x86DD: "IPv6", 0x8100: "802.1Q",
    0x9100: "802.1Q-9100", 0x88A8: "802.1Q-QinQ", 0x9200: "802.1Q-9200", 0x0200: "PUP", 0x0806: "ARP",
    0x8035: "Reverse ARP", 0x0600: "NS", 0x0500: "Sprite", 0x1000: "Trail", 0x6001: "MOP DL", 0x6002: "MOP RC",
    0x6003: "DN", 0x6004: "LAT", 0x6007: "SCA", 0x6558: "TEB", 0x8038: "Lanbridge", 0x803C: "DEC DNS",
    0x803E: "DEC DTS", 0x805B: "VEXP", 0x805C: "VPROD", 0x809B: "Appletalk", 0x80F3: "Appletalk ARP", 0x8137: "IPX",
    0x880B: "PPP", 0x8808: "MPCP", 0x8809: "Slow Protocols", 0x8863: "PPPoE D", 0x8864: "PPPoE S", 0x888E: "EAPOL",
    0x8899: "Realtek protocols", 0x886F: "MS NLB heartbeat", 0x8870: "Jumbo", 0x894F: "NSH", 0x9000: "Loopback",
    0x00FE: "GRE-OSI", 0x8902: "CFM", 0x893A: "IEEE1905.1", 0x88CC: "LLDP", 0x88CA: "TIPC", 0x8947: "GeoNet",
    0x88A2: "AoE", 0x0707: "GeoNet (old)", 0x1111: "CALM FAST", 0x88E5: "802.1AE MACsec",
    0x88F7: "PTP", 0xABCD: "CFM (old)", 0xFEFE: "OSI",
    0xD28B: "Arista Vendor Specific Protocol", 0x04E0: "CALM FAST",
}  # fmt: skip

PROTOCOLS = {
    0: "Options", 1: "ICMP", 2: "IGMP", 4: "IPIP", 6: "TCP", 8: "EGP", 9: "IGRP", 17: "UDP", 33: "DCCP", 41: "IPv6",
    43: "Routing", 44: "Fragment", 46: "RSVP", 47: "GRE", 50: "ESP", 51: "AH", 55: "Mobile IP", 58: "ICMPv6",
    88: "EIGRP", 89: "OSPF", 103: "PIM", 108: "Compressed IP", 112: "VRRP", 113: "PGM",
    62: "Mobile IP (old)", 132: "SCTP", 135: "Mobility", 143: "Ethernet",
}  # fmt: skip


_FOUR = Struct("4B").unpack


@lru_cache(65_536)
def ip4(raw: bytes) -> str:
    """Return an IPv4 address. Raises struct.error unless there are four bytes: the capture ends here."""
    a, b, c, d = _FOUR(raw)
    return f"{a}.{b}.{c}.{d}"


@lru_cache(65_536)
def ip6(raw: bytes) -> str:
    """Return an IPv6 address (RFC 5952). Raises IndexError unless there are 16 bytes: the capture ends here."""
    if len(raw) != 16:
        raise IndexError("the capture ends in an address")
    return inet_ntop(AF_INET6, raw)


@lru_cache(65_536)
def mac(raw: bytes) -> str:
    """Return a link-layer address of any length."""
    return raw.hex(":")


def bits(value: int, names: Sequence[tuple[int, str]], none: str = "none", between: str = ", ") -> str:
    """Return the names of the bits that are set."""
    found = [name for mask, name in names if value & mask == mask and mask]
    return between.join(found) if found else none


def named(names: Mapping[int, str], value: int, otherwise: str = "Unknown (%u)") -> str:
    """Return a number's name; ``otherwise`` holds a place for a number without one."""
    name = names.get(value)
    if name is not None:
        return name
    return otherwise % value if "%" in otherwise else otherwise


def span(seconds: int) -> str:
    """Return a time as years, weeks, days, hours, minutes and seconds: 1d2h."""
    parts = []
    for letter, unit in (("y", 31_536_000), ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0s"


def checksum(*pieces: bytes) -> int:
    """Return the Internet checksum (RFC 1071) over some pieces, each but the last of an even length; 0 when right."""
    total = 0
    for piece in pieces:
        # 2**16 is 1 modulo 65535: the sum of all words is the number itself, reduced.
        total += int.from_bytes(piece + b"\0" * (len(piece) & 1), "big")
    if not total:
        return 0xFFFF
    return (total % 0xFFFF or 0xFFFF) ^ 0xFFFF


def should_be(found: int, wrong: int) -> int:
    """Return the checksum that would have been right, from the one found and the sum over all with it."""
    total = found + wrong
    total = (total & 0xFFFF) + (total >> 16)
    return (total & 0xFFFF) + (total >> 16)
