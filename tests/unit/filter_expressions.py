"""Capture filters to try: right ones by family, and wrong ones with the place of what is wrong."""

from __future__ import annotations

from itertools import product

_PROTOCOLS = """
ip arp rarp sctp tcp udp icmp igmp igrp pim vrrp carp ip6 icmp6 ah esp atalk aarp decnet lat sca moprc mopdl iso esis
isis l1 l2 iih lsp snp csnp psnp clnp stp ipx netbeui es-is is-is
""".split()  # noqa: SIM905
_WAYS = ("", "src ", "dst ", "src or dst ", "dst or src ", "src and dst ", "dst and src ")

_SINGLE = r"""
net 10
net 10.1
net 10.0.0.0/8
net 10.0.0.0 mask 255.0.0.0
src net 10.1.0.0/16 and dst port 53
net 0/0
net 0.0.0.0/0
net 255
net 1.2.3 mask 255.255.255
net 2001:db8::/32
ip6 net 2001:db8::/33
net ::1
host 1:2:3:4:5:6:7:8
host 1.2
host 16909060
1.2.3.4 and tcp
ip host 1.2.3.4 and 10.0.0.1
ether host 00:11:22:33:44:55
ether host 0-11-22-33-44-55
ether src aabb.ccdd.eeff
ether dst aabbccddeeff
ether src or dst 2:0:0:0:0:1
ether broadcast
ether multicast
broadcast
multicast
ip multicast
ip6 multicast
not multicast and ip
vlan
vlan 5
vlan 5 and tcp port 80
vlan and ip
vlan 5 and vlan 6 and udp
vlan and vlan and vlan 7
vlan or tcp
vlan 5 or vlan 6
not vlan
vlan (5)
vlan 5 and stp
vlan and arp
vlan and pppoes and udp port 53
mpls
mpls 100
mpls 100 and mpls 200 and host 10.0.0.1
mpls 200 and ip6
mpls and mpls and udp port 53
mpls and ip6 and icmp6
pppoed
pppoes
pppoes 7
pppoes 7 and tcp port 80
pppoes and ip6 and port 53
pppoes and mpls and ip
geneve
geneve 5
geneve 5 and tcp port 80
geneve and udp and ip
geneve and ether host 00:11:22:33:44:55
geneve 5 and vlan
udp port 6081 and geneve and not arp
llc
llc i
llc s
llc u
llc rr
llc rnr
llc rulenum
llc rej
llc ui
llc ua
llc disc
llc dm
llc sabme
llc test
llc xid
llc frmr
llc UI
less 60
greater 60
len > 40
len <= 54 and tcp
len = 40 or len != 42
length >= 0x20
byte 0 = 0xff
byte 12 > 7
byte 12 < 0x80
byte 0 & 1
byte 3 | 7
ip[0] & 0xf != 5
ip[6:2] & 0x1fff = 0
ip[8] < 64
ip[2:2] > 576
ip[12:4] = 0x01020304
tcp[13] & 2 != 0
tcp[tcpflags] & (tcp-syn|tcp-fin) != 0
tcp[tcpflags] = tcp-syn + tcp-ack
tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420
tcp[(tcp[12]>>2):4] = 0x5353482D
tcp[0:2] = 80 or tcp[2:2] = 80
udp[2:2] = 53
udp[4:2] > 20
sctp[0:2] = 80
icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply
icmp[icmpcode] = 1
icmp[0] = icmp-unreach || icmp[0] == icmp-timxceed
icmp6[icmp6type] = icmp6-neighborsolicit
icmp6[0] = icmp6-echo
ip6[40] = 58
ip6[6] = 0
ip6[4:2] >= 20
ether[0] & 1 = 0 and ip[16] >= 224
ether[12:2] = 0x0806
ether[12:2] <= 1500
arp[6:2] = 1
arp[7] = 2
rarp[7] = 1
atalk[0] = 0
decnet[0:2] = 30
igmp[0] = 4
pim[0] = 4
vrrp[1] = 2
ip[ip[0] & 0xf] = 4
ether[len - 1] = 0
ether[len] = 0
ip[0] - 0x40 = 5
1 + ip[0] * 2 > 0x8a
ip[0] ^ 0x45 = 0
ip[0] % 16 = 5
ip[0] / 16 = 4
ip[0] | 0xf0 = 0xf5
ip[0] << 4 = 0x450
ip[0] >> 4 = 4
-ip[0] = 0xffffffbb
- 5 + len > 40
len % 2 + 1 = 2
2 * len ^ 1 & 3 = 1
(len + 1) * 2 > 100
(ip[0] & 0xf) << 2 > 20
1 = 1
1 < 2
0xffffffff > 1
5 / 2 = 2
ether[100] * 0 = 0
ether[100] & 0 = 0
ip[0] + tcp[0] > 5
ip or ether[23] = 6 or arp
ether[40] = 0 or ether[12] = 8
tcp or ether[100] = 1
proto 6
proto 0x11
proto \tcp
proto \udp
ip proto 6
ip proto \icmp
ip6 proto 17
ip6 proto \tcp
ip proto 51
ether proto 0x0800
ether proto \ip
ether proto \arp
ether proto \ip6
ether proto loopback
ether proto \stp
ether proto \ipx
ether proto 0x88cc
ether proto 66
iso proto 0x82
iso proto \isis
isis proto 15
protochain 6
protochain \udp
ip protochain 51
ip protochain 6
ip6 protochain 6
ip6 protochain 17
ip6 protochain 58
decnet host 10.15
decnet src 10.15
decnet dst host 10.15
decnet src and dst 10.15
port 80 or 443
port (80 or 443)
tcp dst port (80 or 443 or 22)
port 80 and not 443
port not 80
host not 1.2.3.4
host (1.2.3.4 or 10.0.0.1)
host (1.2.3.4 and 10.0.0.1)
src host 10.0.0.1 and (dst port 80 or 443)
port 80 and (90 or 91) and ((92) or 93)
port http
port \80
tcp port https
udp port domain
portrange http-https
not tcp
not (tcp or udp)
not not tcp
! tcp && ! udp
tcp && (udp || ip)
ip and not ip multicast
tcp and not port 22 and not host 1.2.3.4
(tcp)
((tcp) or (udp))
(arp or rarp) and host 1.2.3.4
ip and ip and ip
tcp or not tcp
ip6 and (udp or tcp) and not src port 53
link proto 0x806
ppp proto 0x800
slip host 00:11:22:33:44:55
len=len
tcp[0]=tcp[0]
ip[0]!=ip[0]
""".strip().splitlines()


def right() -> list[str]:
    """Return filters of all families. Some have no meaning on some link type, or no packet that they take."""
    found = ["", " \t\n", *_SINGLE, *_PROTOCOLS, *(f"not {each}" for each in _PROTOCOLS)]
    for way in _WAYS:
        found += [f"{p}{way}port {n}" for p, n in product(("", "tcp ", "udp ", "sctp "), (53, 80))]
        found += [f"{p}{way}portrange {r}" for p, r in product(("", "tcp ", "udp "), ("50-60", "1024-80", "80-80"))]
        found += [f"{p}{way or 'host '}{h}" for p, h in product(("", "ip ", "arp ", "rarp "), ("1.2.3.4", "10.0.0.1"))]
        found += [f"{p}{way}net {n}" for p, n in product(("", "ip "), ("10.0.0.0/8", "10.1", "224.0.0.0/4"))]
        found += [f"{p}{way}host {h}" for p, h in product(("", "ip6 "), ("::1", "2001:db8::1"))]
        found += [f"ether {way}host {mac}" for mac in ("00:11:22:33:44:55", "ff:ff:ff:ff:ff:ff")]
    found += [f"{one} {joint} {other}" for one, joint, other in product(
        ("tcp", "port 53", "host 1.2.3.4", "ip6", "not arp"), ("and", "or", "and not"),
        ("udp", "src port 80", "net 10.0.0.0/8", "vlan", "icmp", "len > 50"))]  # fmt: skip
    return list(dict.fromkeys(found))


# A filter that is refused, and the part of it that the error is about ("$": the end).
WRONG: list[tuple[str, str | None]] = [
    ("host", "$"), ("port", "$"), ("tcp port", "$"), ("net", "$"), ("not", "$"), ("(tcp", "$"), ("tcp and", "$"),
    ("tcp)", ")"), ("()", ")"), ("tcp udp", "udp"), ("tcp port port 80", "port 80"), ("80", "$"),
    ("1.2.3.4", "1.2.3.4"), ("foo", "foo"), ("tcp foo", "foo"), ("tpc port 80", "tpc"), ("TCP", "TCP"),
    ("tcp and 80", "80"), ("tcp or (udp and", "$"), ("host 1.2.3.4 5", "5"), ("src tcp port 80", "tcp"),
    ("src and src host 1.2.3.4", "src host"), ("port 65536", "port 65536"), ("port 99999999999", "99999999999"),
    ("port 08", "08"), ("port -1", "-"), ("port 1.2.3.4", "port 1.2.3.4"), ("port ::1", "port ::1"),
    ("portrange foo-bar", "portrange foo-bar"), ("portrange 1-70000", "portrange 1-70000"),
    ("icmp port 5", "icmp port 5"), ("port nosuchservicename", "port nosuchservicename"),
    ("tcp port tftp", "tcp port tftp"), ("host 256.1.1.1", "host 256.1.1.1"), ("host 1.2.3.4/24", "host 1.2.3.4/24"),
    ("net 10.0.0.1/8", "net 10.0.0.1/8"), ("net 10.0.0.0/33", "net 10.0.0.0/33"), ("net 10.0.0.0 mask 10", None),
    ("net 10.0.0.1 mask 255.0.0.0", None), ("net 2001:db8::1/32", None), ("net 2001:db8::/129", None),
    ("host 2001:db8::/32", None), ("net nosuchnetwork", "net nosuchnetwork"), ("host ::1.2.3.400", "::1.2.3.400"),
    ("ip host ::1", "ip host ::1"), ("tcp host 1.2.3.4", "tcp host 1.2.3.4"), ("ether host 1.2.3.4", None),
    ("host 00:11:22:33:44:55", None), ("ether host 00:11:22:33:44", None), ("ether host 0:1:2:3:4:", "0:1:2:3:4:"),
    ("ether port 5", None), ("ether proto nosuch", None), ("proto nosuch", None), ("tcp proto 6", None),
    ("arp proto 6", None), ("ether protochain 6", None), ("link", "link"), ("ether", "ether"), ("radio", "radio"),
    ("radio[0] = 1", "radio[0]"), ("vlan 4096", "vlan 4096"), ("vlan tcp", "tcp"), ("mpls 1048576", None),
    ("mpls and vlan", "vlan"), ("mpls and arp", "arp"), ("pppoes 65536", None), ("pppoes and vlan", "vlan"),
    ("geneve 16777216", None), ("llc foo", "foo"), ("inbound", "inbound"), ("outbound", "outbound"),
    ("ifindex 3", "ifindex 3"), ("ifindex", "$"), ("type mgt", "type"), ("tcp type mgt", "type"),
    ("wlan addr1 00:11:22:33:44:55", None), ("ra 00:11:22:33:44:55", None), ("addr3 host 1.2.3.4", None),
    ("lane", "lane"), ("vpi 5", "vpi"), ("fisu", "fisu"), ("opc 5", "opc"), ("on eth0", "on"),
    ("reason match", "reason"), ("gateway 1.2.3.4", None), ("gateway foo", None), ("$a1", "$a1"),
    ("link host $a1", None), ("decnet host foo", None), ("decnet port 5", None), ("ip broadcast", "ip broadcast"),
    ("tcp broadcast", "tcp broadcast"), ("arp multicast", None), ("less", "$"), ("less tcp", "tcp"), ("byte 5", "$"),
    ("byte 5 ! 5", "!"), ("tcp[", "$"), ("tcp[0", "$"), ("tcp[]", "]"), ("tcp[0]", "$"), ("tcp[0:3] = 1", None),
    ("tcp[0:0] = 1", None), ("tcp[0:len] = 1", "len"), ("ah[0] = 1", None), ("stp[0] = 1", None), ("1 = ", "$"),
    ("1 = 1 = 1", None), ("(1 = 1) + 1", "+ 1"), ("1 / 0 = 1", None), ("1 % 0 = 1", None), ("1 << 32 = 1", None),
    ("1 / ip[0] = 1", None), ("ip[0] / (1 - 1) = 1", None), ("len + tcp = 1", "="), ("= 5", "="), ("&", "&"),
    ("tcp & udp", "& udp"), ("tcp @ udp", "@"), ("tcp#", "#"), ('tcp "udp"', '"'),
    ("port 80 and (90 or port 91)", None), ("port 80 and ((90 or 91) or 93)", None), ("(80 or 90)", None),
    ("host (tcp)", "tcp"), ("port 80 or (tcp and 90)", "90"), ("not 80", "$"), ("port (80 or 90", "$"),
    ("1.2.3.4 or tcp", "1.2.3.4"), ("\\tcp", "\\tcp"), ("\\", "\\"), ("ip and not ip", None), ("tcp and udp", None),
    ("1 = 2", None), ("ip and arp", None), ("tcp and ip6 and ip", None), ("greater 10 and less 5 and 1 = 0", None),
    ("tcpé", "é"), ("tcp\x00", "\x00"), ("mask 5", "mask"), ("proto", "$"), ("src", "$"), ("src proto 6", "proto"),
    ("tcp gateway", "$"),
]  # fmt: skip
