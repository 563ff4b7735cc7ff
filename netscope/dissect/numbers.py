"""Words for numbers that several protocols share (the IANA and IEEE registries, as Wireshark spells them)."""

from __future__ import annotations

ETHERTYPES = {
    0x0800: "IPv4", 0x0806: "ARP", 0x0842: "Wake on LAN", 0x22F0: "IEEE 1722 Audio Video Bridging Transport Protocol",
    0x6558: "Transparent Ethernet bridging", 0x8035: "RARP", 0x809B: "AppleTalk LLAP bridging",
    0x80F3: "AARP", 0x8100: "802.1Q Virtual LAN", 0x8137: "Netware IPX/SPX", 0x86DD: "IPv6",
    0x8808: "MAC Control", 0x8809: "Slow Protocols", 0x880B: "PPP", 0x8847: "MPLS label switched packet",
    0x8848: "MPLS multicast", 0x8863: "PPPoE Discovery", 0x8864: "PPPoE Session", 0x888E: "802.1X Authentication",
    0x88A8: "802.1ad Provider Bridge (Q-in-Q)", 0x88CC: "802.1 Link Layer Discovery Protocol (LLDP)",
    0x88E5: "802.1AE (MACsec)", 0x88F7: "PTPv2 over Ethernet (IEEE1588)", 0x9000: "Loopback",
    0x9100: "QinQ: old non-standard 802.1ad",
}  # fmt: skip

PROTOCOLS = {
    0: "IPv6 Hop-by-Hop Option", 1: "ICMP", 2: "IGMP", 3: "GGP", 4: "IPIP", 5: "Stream", 6: "TCP", 8: "EGP",
    9: "IGRP", 17: "UDP",
    27: "Reliable Data", 33: "Datagram Congestion Control Protocol", 41: "IPv6", 43: "Routing Header for IPv6",
    44: "Fragment Header for IPv6", 46: "Reservation Protocol", 47: "Generic Routing Encapsulation",
    50: "Encap Security Payload", 51: "Authentication Header",
    58: "ICMPv6", 59: "No Next Header for IPv6", 60: "Destination Options for IPv6", 88: "EIGRP", 89: "OSPF IGP",
    94: "IPIP", 97: "Ethernet within IP", 103: "PIM", 108: "IPComp", 112: "VRRP", 115: "Layer Two Tunneling",
    132: "SCTP",
    61: "any host internal protocol", 63: "any local network", 68: "any distributed file system",
    99: "any private encryption scheme", 114: "any 0-hop protocol",
    135: "Mobility Header", 136: "UDPlite", 137: "MPLS in IP", 139: "HIP", 140: "Shim6", 143: "Ethernet",
}  # fmt: skip

PROTOCOLS.update(dict.fromkeys(range(144, 253), "Unassigned"))

DSCP = {
    0: "Default", 8: "Class Selector 1", 10: "Assured Forwarding 11", 12: "Assured Forwarding 12",
    14: "Assured Forwarding 13", 16: "Class Selector 2", 18: "Assured Forwarding 21", 20: "Assured Forwarding 22",
    22: "Assured Forwarding 23", 24: "Class Selector 3", 26: "Assured Forwarding 31", 28: "Assured Forwarding 32",
    30: "Assured Forwarding 33", 32: "Class Selector 4", 34: "Assured Forwarding 41", 36: "Assured Forwarding 42",
    38: "Assured Forwarding 43", 40: "Class Selector 5", 44: "Voice Admit", 46: "Expedited Forwarding",
    48: "Class Selector 6", 56: "Class Selector 7",
}  # fmt: skip
DSCP_SHORT = {
    0: "CS0", 1: "LE", 8: "CS1", 10: "AF11", 12: "AF12", 14: "AF13", 16: "CS2", 18: "AF21", 20: "AF22", 22: "AF23",
    24: "CS3",
    26: "AF31", 28: "AF32", 30: "AF33", 32: "CS4", 34: "AF41", 36: "AF42", 38: "AF43", 40: "CS5", 44: "VOICE-ADMIT",
    46: "EF PHB", 48: "CS6", 56: "CS7",
}  # fmt: skip
ECN = {
    0: "Not ECN-Capable Transport", 1: "ECN-Capable Transport codepoint '01'",
    2: "ECN-Capable Transport codepoint '10'",
    3: "Congestion Experienced",
}  # fmt: skip
ECN_SHORT = {0: "Not-ECT", 1: "ECT(1)", 2: "ECT(0)", 3: "CE"}


def traffic_class(value: int) -> str:
    """Return a traffic class's codepoint and congestion notification in short words."""
    return f"DSCP: {DSCP_SHORT.get(value >> 2, 'Unknown')}, ECN: {ECN_SHORT[value & 3]}"
