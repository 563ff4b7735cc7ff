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
    0: "IPv6 Hop-by-Hop Option", 1: "ICMP", 2: "IGMP", 3: "GGP", 4: "IPIP", 5: "Stream", 6: "TCP", 7: "CBT", 8: "EGP",
    9: "IGRP", 10: "BBN RCC", 11: "Network Voice", 12: "PUP", 13: "ARGUS", 14: "EMCON", 15: "XNET", 16: "CHAOS",
    17: "UDP", 18: "Multiplex", 19: "DCN Measurement", 20: "Host Monitoring", 21: "Packet radio", 22: "IDP",
    23: "Trunk-1", 24: "Trunk-2", 25: "Leaf-1", 26: "Leaf-2", 27: "Reliable Data", 28: "IRT", 29: "ISO TP4",
    30: "Bulk Data", 31: "MFE NSP", 32: "Merit Internodal", 33: "Datagram Congestion Control Protocol",
    34: "3rd Party Connect", 35: "Inter-Domain Policy Routing Protocol", 36: "XTP", 37: "Datagram delivery",
    38: "Control Message", 39: "TP++", 40: "IL", 41: "IPv6", 42: "Source demand routing",
    43: "Routing Header for IPv6", 44: "Fragment Header for IPv6", 45: "Inter-Domain Routing Protocol",
    46: "Reservation Protocol", 47: "Generic Routing Encapsulation", 48: "Dynamic source routing", 49: "BNA",
    50: "Encap Security Payload", 51: "Authentication Header", 52: "INSLP", 53: "SWIPE", 54: "NBMA ARP",
    55: "IP Mobility", 56: "TLSP Kryptonet", 57: "SKIP", 58: "ICMPv6", 59: "No Next Header for IPv6",
    60: "Destination Options for IPv6", 61: "any host internal protocol", 62: "Mobile IPv6 (old)",
    63: "any local network", 64: "SATNET EXPAK", 65: "Kryptolan", 66: "Remote Virtual Disk", 67: "IPPC",
    68: "any distributed file system", 69: "SATNET Monitoring", 70: "VISA", 71: "IPCV", 72: "CPNX", 73: "CPHB",
    74: "Wang Span", 75: "Packet Video", 76: "Backroom SATNET Mon", 77: "Sun ND Protocol", 78: "Wideband Mon",
    79: "Wideband Expak", 80: "ISO Internet Protocol", 81: "VMTP", 82: "Secure VMTP", 83: "VINES", 84: "TTP",
    85: "NSFNET IGP", 86: "Dissimilar Gateway", 87: "TCF", 88: "EIGRP", 89: "OSPF IGP", 90: "Sprite RPC",
    91: "Locus ARP", 92: "Multicast Transport", 93: "AX.25 Frames", 94: "IP in IP", 95: "MICP", 96: "Semaphore",
    97: "Ether in IP", 98: "ENCAP", 99: "any private encryption scheme", 100: "GMTP", 101: "Ipsilon Flow",
    102: "PNNI over IP", 103: "PIM", 104: "ARIS", 105: "SCPS", 106: "QNX", 107: "Active Networks", 108: "IPComp",
    109: "Sitara Networks", 110: "Compaq Peer", 111: "IPX IN IP", 112: "VRRP", 113: "PGM", 114: "any 0-hop protocol",
    115: "Layer 2 Tunneling", 116: "DDX", 117: "IATP", 118: "STP", 119: "SpectraLink", 120: "UTI", 121: "SMP",
    122: "SM", 123: "PTP", 124: "ISIS over IP", 125: "FIRE", 126: "CRTP", 127: "CRUDP", 128: "SSCOPMCE", 129: "IPLT",
    130: "Secure Packet", 131: "PIPE", 132: "SCTP", 133: "Fibre Channel", 134: "RSVP E2EI", 135: "Mobile IPv6",
    136: "UDPLite", 137: "MPLS in IP", 138: "MANET", 139: "HIP", 140: "Shim6 header", 141: "WESP", 142: "ROHC",
    143: "Ethernet", 173: "AX/4000 Testframe", 224: "Novell NCS Heartbeat",
}  # fmt: skip

PROTOCOLS = dict.fromkeys(range(144, 224), "Unassigned") | PROTOCOLS

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
