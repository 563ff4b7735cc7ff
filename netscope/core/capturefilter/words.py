"""The words of pcap-filter(7): keyword -> what it is to the grammar, and names of numbers."""

from __future__ import annotations

from typing import Final

# Protocols by which a term may be qualified, with their other spellings.
_PROTOCOLS = (
    "ip arp rarp sctp tcp udp icmp igmp igrp pim vrrp carp radio ip6 icmp6 ah esp atalk aarp decnet lat sca moprc "
    "mopdl iso esis isis l1 l2 iih lsp snp csnp psnp clnp stp ipx netbeui"
)
PROTOCOLS: Final = {
    **{word: word for word in _PROTOCOLS.split()},
    **dict.fromkeys(("link", "ether", "ppp", "slip", "fddi", "tr", "wlan"), "link"),
    "es-is": "esis",
    "is-is": "isis",
}

DIRECTIONS: Final = {
    "src": "src", "dst": "dst", "addr1": "addr1", "address1": "addr1", "addr2": "addr2", "address2": "addr2",
    "addr3": "addr3", "address3": "addr3", "addr4": "addr4", "address4": "addr4", "ra": "ra", "ta": "ta",
}  # fmt: skip

TYPES: Final = frozenset({"host", "net", "port", "portrange"})  # may follow a direction
OTHER_TYPES: Final = frozenset({"proto", "protochain", "gateway"})  # may not

CASTS: Final = frozenset({"broadcast", "multicast"})

# Keywords that stand alone, or with a number that may, or must, follow.
ALONE: Final = frozenset({"inbound", "outbound", "pppoed"})
WITH_NUMBER: Final = frozenset({"less", "greater", "ifindex"})
MAYBE_NUMBER: Final = frozenset({"vlan", "mpls", "pppoes", "geneve"})

# Keywords that only link types have which are not compiled here: libpcap refuses them on ours as well.
_FOREIGN = {
    "ATM": "lane metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic vpi vci connectmsg metaconnect",
    "PF log": "on ifname rset ruleset rnr rulenum srnr subrulenum reason action",
    "SS7": "fisu lssu lsu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls",
}
FOREIGN: Final = {word: link for link, some in _FOREIGN.items() for word in some.split()}

# Of 802.11: types, subtypes of each, directions. Their words are no keywords.
WLAN: Final = frozenset({"type", "subtype", "direction", "dir"})
WLAN_TYPES: Final = {"mgt": 0x00, "management": 0x00, "ctl": 0x04, "control": 0x04, "data": 0x08}
WLAN_SUBTYPES: Final = {
    0x00: {
        "assocreq": 0x00, "assoc-req": 0x00, "assocresp": 0x10, "assoc-resp": 0x10, "reassocreq": 0x20,
        "reassoc-req": 0x20, "reassocresp": 0x30, "reassoc-resp": 0x30, "probereq": 0x40, "probe-req": 0x40,
        "proberesp": 0x50, "probe-resp": 0x50, "beacon": 0x80, "atim": 0x90, "disassoc": 0xA0,
        "disassociation": 0xA0, "auth": 0xB0, "authentication": 0xB0, "deauth": 0xC0, "deauthentication": 0xC0,
    },
    0x04: {"ps-poll": 0xA0, "rts": 0xB0, "cts": 0xC0, "ack": 0xD0, "cf-end": 0xE0, "cf-end-ack": 0xF0},
    0x08: {
        "data": 0x00, "data-cf-ack": 0x10, "data-cf-poll": 0x20, "data-cf-ack-poll": 0x30, "null": 0x40,
        "cf-ack": 0x50, "cf-poll": 0x60, "cf-ack-poll": 0x70, "qos-data": 0x80, "qos-data-cf-ack": 0x90,
        "qos-data-cf-poll": 0xA0, "qos-data-cf-ack-poll": 0xB0, "qos": 0xC0, "qos-cf-poll": 0xE0,
        "qos-cf-ack-poll": 0xF0,
    },
}  # fmt: skip
TYPE, SUBTYPE, WAY = 0x0C, 0xF0, 0x03  # the bits that they are: of the first byte, of the second
WLAN_WAYS: Final = {"nods": 0, "tods": 1, "fromds": 2, "dstods": 3}

SYNONYMS: Final = {"length": "len"}
OTHERS: Final = frozenset({"mask", "byte", "len", "llc"})

JOINTS: Final = {"and": "and", "&&": "and", "or": "or", "||": "or"}

KEYWORDS: Final = frozenset(
    {
        *PROTOCOLS, *DIRECTIONS, *TYPES, *OTHER_TYPES, *CASTS, *ALONE, *WITH_NUMBER, *MAYBE_NUMBER, *FOREIGN, *OTHERS,
        *SYNONYMS, *WLAN, "and", "or", "not",
    }
)  # fmt: skip

_ICMP = {
    "echoreply": 0, "unreach": 3, "sourcequench": 4, "redirect": 5, "echo": 8, "routeradvert": 9, "routersolicit": 10,
    "timxceed": 11, "paramprob": 12, "tstamp": 13, "tstampreply": 14, "ireq": 15, "ireqreply": 16, "maskreq": 17,
    "maskreply": 18,
}  # fmt: skip
_ICMP6 = {
    "destinationunreach": 1, "packettoobig": 2, "timeexceeded": 3, "parameterproblem": 4, "echo": 128,
    "echoreply": 129, "multicastlistenerquery": 130, "multicastlistenerreportv1": 131, "multicastlistenerdone": 132,
    "routersolicit": 133, "routeradvert": 134, "neighborsolicit": 135, "neighboradvert": 136, "redirect": 137,
    "routerrenum": 138, "nodeinformationquery": 139, "nodeinformationresponse": 140,
    "ineighbordiscoverysolicit": 141, "ineighbordiscoveryadvert": 142, "multicastlistenerreportv2": 143,
    "homeagentdiscoveryrequest": 144, "homeagentdiscoveryreply": 145, "mobileprefixsolicit": 146,
    "mobileprefixadvert": 147, "certpathsolicit": 148, "certpathadvert": 149, "multicastrouteradvert": 151,
    "multicastroutersolicit": 152, "multicastrouterterm": 153,
}  # fmt: skip
_TCP = {"fin": 0x01, "syn": 0x02, "rst": 0x04, "push": 0x08, "ack": 0x10, "urg": 0x20, "ece": 0x40, "cwr": 0x80}

# Offsets of fields, and what stands in them.
NUMBERS: Final = {
    "icmptype": 0, "icmpcode": 1, "icmp6type": 0, "icmp6code": 1, "tcpflags": 13,
    **{f"icmp-{name}": value for name, value in _ICMP.items()},
    **{f"icmp6-{name}": value for name, value in _ICMP6.items()},
    **{f"tcp-{name}": value for name, value in _TCP.items()},
}  # fmt: skip

LLC_S: Final = {"rr": 0x01, "rnr": 0x05, "rej": 0x09}
LLC_U: Final = {
    "ui": 0x03, "ua": 0x63, "disc": 0x43, "dm": 0x0F, "sabme": 0x6F, "test": 0xE3, "xid": 0xAF, "frmr": 0x87,
}  # fmt: skip
