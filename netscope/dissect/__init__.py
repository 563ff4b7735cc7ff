"""Frames taken apart, sans-io: bytes in, layers of named fields with their byte ranges out.

A protocol is one module and one line of ``DISSECTORS``. Names, labels and numbers of fields are Wireshark's, so that
what people know of its filters holds here. Nothing raises: what cannot be parsed is a layer that says so.
"""

from __future__ import annotations

from netscope.core.frame import Frame
from netscope.core.typed import Callable
from netscope.dissect.context import Context
from netscope.dissect.model import Buffer, Dissection, Field, Layer, Value
from netscope.dissect.registry import Dissector

__all__ = ["DISSECTORS", "Buffer", "Context", "Dissection", "Dissector", "Field", "Layer", "Value", "dissect"]

DISSECTORS: tuple[Dissector, ...] = (
    Dissector("eth", "ethernet:ethernet", "link=1 gre.proto=0x6558"),
    Dissector("null", "links:null", "link=0"),
    Dissector("loop", "links:loop", "link=108"),
    Dissector("raw", "links:raw", "link=12,14,101"),
    Dissector("chdlc", "links:cisco", "link=104"),
    Dissector("sll", "links:cooked", "link=113"),
    Dissector("sll2", "links:cooked2", "link=276"),
    Dissector("llc", "llc:llc", "ethernet=0"),
    Dissector("stp", "stp:stp", "llc.dsap=0x42"),
    Dissector("lldp", "lldp:lldp", "ethertype=0x88cc"),
    Dissector("vlan", "vlan:vlan", "ethertype=0x8100"),
    Dissector("ieee8021ad", "vlan:provider", "ethertype=0x88a8,0x9100"),
    Dissector("arp", "arp:arp", "ethertype=0x0806,0x8035"),
    Dissector("ip", "ipv4:ipv4", "ethertype=0x0800 ip.proto=4 link=228 ppp.protocol=0x21"),
    Dissector("ipv6", "ipv6:ipv6", "ethertype=0x86dd ip.proto=41 link=229 ppp.protocol=0x57"),
    Dissector("ipv6.hopopts", "ipv6_extensions:hop_by_hop", "ipv6.nxt=0"),
    Dissector("ipv6.routing", "ipv6_extensions:routing", "ipv6.nxt=43"),
    Dissector("ipv6.fraghdr", "ipv6:fragment", "ipv6.nxt=44"),
    Dissector("ipv6.dstopts", "ipv6_extensions:destination", "ipv6.nxt=60"),
    Dissector("ah", "ipsec:authentication", "ip.proto=51"),
    Dissector("esp", "ipsec:encapsulation", "ip.proto=50"),
    Dissector("gre", "tunnels:gre", "ip.proto=47"),
    Dissector("vxlan", "tunnels:vxlan", "udp.port=4789"),
    Dissector("mpls", "tunnels:mpls", "ethertype=0x8847,0x8848 ip.proto=137 ppp.protocol=0x281,0x283"),
    Dissector("l2tp", "l2tp:l2tp", "udp.port=1701"),
    Dissector("pppoed", "pppoe:discovery", "ethertype=0x8863"),
    Dissector("pppoes", "pppoe:session", "ethertype=0x8864"),
    Dissector("ppp", "pppoe:ppp", "ethertype=0x880b"),
    Dissector("ppp_hdlc", "pppoe:hdlc", "link=9,50 ppp.link=0"),
    Dissector("lcp", "pppoe:lcp", "ppp.protocol=0xc021"),
    Dissector("ipcp", "pppoe:ipcp", "ppp.protocol=0x8021"),
    Dissector("igmp", "igmp:igmp", "ip.proto=2"),
    Dissector("vrrp", "vrrp:vrrp", "ip.proto=112"),
    Dissector("icmp", "icmp:icmp", "ip.proto=1"),
    Dissector("icmpv6", "icmpv6:icmpv6", "ip.proto=58"),
    Dissector("tcp", "tcp:tcp", "ip.proto=6"),
    Dissector("udp", "udp:udp", "ip.proto=17"),
    Dissector(
        "http",
        "http:http",
        "tcp.port=80,591,1080,2710,2869,3128,3132,5985,8000,8080,8088,8888,11371",
        rb"(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE) +\S+ +HTTP/1\.|HTTP/1\.[01] \d{3}",
    ),
    Dissector(
        "tls",
        "tls:tls",
        "tcp.port=261,443,465,563,614,636,853,989,990,992,993,994,995,4433,5061,8443",
        rb"[\x14-\x17]\x03[\x00-\x04]",
    ),
    Dissector("ssh", "ssh:ssh", "tcp.port=22", rb"SSH-\d"),
    Dissector("sctp", "sctp:sctp", "ip.proto=132"),
    Dissector("dhcp", "dhcp:dhcp", "udp.port=67,68"),
    Dissector("dhcpv6", "dhcpv6:dhcpv6", "udp.port=546,547"),
    Dissector("ntp", "ntp:ntp", "udp.port=123"),
    Dissector("dns", "dns:dns", "udp.port=53 tcp.port=53,5353"),
    Dissector("mdns", "dns:mdns", "udp.port=5353"),
    Dissector("llmnr", "dns:llmnr", "udp.port=5355 tcp.port=5355"),
)


def dissect(frame: Frame, context: Context | None = None, *, before: Frame | None = None) -> Dissection:
    """Take a frame apart. Never raises.

    ``context`` is what was learnt from the frames before, which it is fed in the order of the capture; without one, a
    frame stands alone. ``before`` is the frame before it, where the context was not fed that one by this function.
    """
    if not _take:
        from netscope.dissect.work import take_apart

        _take.append(take_apart)
    return _take[0](frame, context or Context(), before)


# Imported with the first frame: whoever only reads files needs none of it.
_take: list[Callable[[Frame, Context, Frame | None], Dissection]] = []
