"""What RFCs and standards write into boxes that have no room for a field's own label, and into those of no field.

Flags are one bit wide: what they are called is written down them, as RFC 9293 does (``SYN`` from top to bottom).
"""

from __future__ import annotations

from typing import NamedTuple

# Names of fields -> names of boxes. Letters of one word are those of the RFC, hence also small ones.
NAMES: dict[str, str] = {
    # RFC 791, RFC 2474, RFC 3168
    "ip.hdr_len": "IHL", "ip.dsfield.dscp": "DSCP", "ip.dsfield.ecn": "ECN", "ip.flags.rb": "R", "ip.flags.df": "DF",
    "ip.flags.mf": "MF", "ip.opt.type.copy": "C", "ip.opt.type.class": "Cls", "ip.opt.overflow": "oflw",
    # RFC 8200, RFC 2473
    "ipv6.tclass.dscp": "DSCP", "ipv6.tclass.ecn": "ECN", "ipv6.fraghdr.reserved_bits": "Res", "ipv6.fraghdr.more": "M",
    "ipv6.opt.type.action": "act", "ipv6.opt.type.change": "C", "ipv6.opt.tel": "Encap Limit",
    # RFC 9293, RFC 9768, RFC 5482
    "tcp.hdr_len": "Offset", "tcp.flags.res": "Rsrvd", "tcp.flags.ae": "AE", "tcp.flags.cwr": "CWR",
    "tcp.flags.ece": "ECE", "tcp.flags.urg": "URG", "tcp.flags.ack": "ACK", "tcp.flags.push": "PSH",
    "tcp.flags.reset": "RST", "tcp.flags.syn": "SYN", "tcp.flags.fin": "FIN", "tcp.options.user_to_granularity": "G",
    # IEEE 802.1Q, 802.1D, 802.2
    "vlan.priority": "PCP", "vlan.dei": "DEI", "ieee8021ad.priority": "PCP", "ieee8021ad.dei": "DEI",
    "stp.version": "Version", "stp.flags.tcack": "TCA", "stp.flags.agreement": "A", "stp.flags.forwarding": "F",
    "stp.flags.learning": "L", "stp.flags.port_role": "Rol", "stp.flags.proposal": "P", "stp.flags.tc": "TC",
    "stp.root.prio": "Priority", "stp.root.ext": "Extension", "stp.bridge.ext": "Extension",
    "stp.version_1_length": "Version 1 Len", "llc.dsap.ig": "IG", "llc.ssap.cr": "CR", "llc.control.f": "F",
    "llc.control.p": "P", "llc.control.ftype": "Typ", "llc.control.s_ftype": "SS", "llc.control.u_modifier_cmd": "M",
    "llc.control.u_modifier_resp": "M",
    # RFC 3032, RFC 5462, RFC 4950
    "mpls.exp": "TC", "mpls.bottom": "S", "icmp.mpls.exp": "TC", "icmp.mpls.s": "S",
    # RFC 2784, RFC 2890, RFC 2637
    "gre.flags.checksum": "C", "gre.flags.routing": "R", "gre.flags.key": "K", "gre.flags.sequence_number": "S",
    "gre.flags.strict_source_route": "s", "gre.flags.recursion_control": "Recur", "gre.flags.ack": "A",
    "gre.flags.reserved": "Flags", "gre.flags.version": "Ver",
    # RFC 7348 and its group policy extension
    "vxlan.flag_g": "G", "vxlan.flag_i": "I", "vxlan.flag_d": "D", "vxlan.flag_a": "A", "vxlan.flags_reserved": "R",
    # RFC 2661
    "l2tp.type": "T", "l2tp.length_bit": "L", "l2tp.seq_bit": "S", "l2tp.offset_bit": "O", "l2tp.priority": "P",
    # RFC 1035, RFC 4035, RFC 4795, RFC 6762, RFC 6891, RFC 4034
    "dns.flags.response": "QR", "dns.flags.authoritative": "AA", "dns.flags.conflict": "C", "dns.flags.truncated": "TC",
    "dns.flags.recdesired": "RD", "dns.flags.tentative": "T", "dns.flags.recavail": "RA", "dns.flags.z": "Z",
    "dns.flags.authenticated": "AD", "dns.flags.checkdisable": "CD", "dns.flags.rcode": "RCODE", "dns.qry.qu": "QU",
    "dns.resp.cache_flush": "CF", "dns.resp.ext_rcode": "EXTENDED-RCODE", "dns.resp.z.do": "DO",
    "dns.dnskey.flags.zone_key": "ZK", "dns.dnskey.flags.key_revoked": "REV",
    "dns.dnskey.flags.secure_entry_point": "SEP",
    # RFC 4861, RFC 4191, RFC 4389, RFC 6275, RFC 3810
    "icmpv6.nd.ra.flag.m": "M", "icmpv6.nd.ra.flag.o": "O", "icmpv6.nd.ra.flag.h": "H", "icmpv6.nd.ra.flag.prf": "Prf",
    "icmpv6.nd.ra.flag.p": "P", "icmpv6.nd.ra.flag.rsv": "Res", "icmpv6.nd.na.flag.r": "R",
    "icmpv6.nd.na.flag.s": "S", "icmpv6.nd.na.flag.o": "O", "icmpv6.opt.prefix.flag.l": "L",
    "icmpv6.opt.prefix.flag.a": "A", "icmpv6.opt.prefix.flag.r": "R", "icmpv6.opt.route_info.flag.reserved": "Resvd",
    "icmpv6.opt.route_info.flag.route_preference": "Prf", "icmpv6.mld.flag.reserved": "Resv", "icmpv6.mld.flag.s": "S",
    "icmpv6.mld.flag.qrv": "QRV", "icmpv6.mld.qqi": "QQIC", "icmp.num_addrs": "Num Addrs",
    "icmp.addr_entry_size": "AddrEntrySize",
    # RFC 5905 and its appendices, RFC 2131, RFC 5798
    "ntp.flags.li": "LI", "ntp.flags.vn": "VN", "ntp.stratum": "Stratum", "ntp.ppoll": "Poll",
    "ntp.precision": "Precision", "ntp.ctrl.flags2.r": "R", "ntp.ctrl.flags2.error": "E", "ntp.ctrl.flags2.more": "M",
    "ntp.priv.flags.r": "R", "ntp.priv.flags.more": "M", "ntp.priv.auth": "A", "ntp.priv.seq": "Sequence",
    "ntp.priv.reserved": "MBZ", "dhcp.flags.bc": "B", "dhcp.hw.len": "HLen", "vrrp.version": "Version",
    "vrrp.type": "Type", "vrrp.reserved_mbz": "(rsvd)",
}  # fmt: skip


# Numbers of which Wireshark also tells what single bits mean: RFCs draw them whole.
WHOLE = frozenset({"sctp.chunk_type", "sctp.parameter_type"})


class Unnamed(NamedTuple):
    """Bits that are no field: where they are, counted from the first of what they are part of, and what they are."""

    start: int
    length: int
    name: str


# Fields and layers -> bits of theirs that are no field of this packet: those of answers in a query, what must be zero.
UNNAMED: dict[str, tuple[Unnamed, ...]] = {
    "dns.flags": (
        Unnamed(5, 1, "AA"), Unnamed(8, 1, "RA"), Unnamed(9, 1, "Z"), Unnamed(10, 1, "AD"), Unnamed(12, 4, "RCODE"),
    ),
    "igmp": (Unnamed(64, 4, "Resv"),),
    "l2tp.flags": (Unnamed(2, 2, "x x"), Unnamed(5, 1, "x"), Unnamed(8, 4, "x x x x")),
    "stp.flags": (Unnamed(1, 6, "unused"),),
    "sll": (Unnamed(16, 16, "Reserved"),),
}  # fmt: skip
