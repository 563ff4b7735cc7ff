"""Frames taken apart, sans-io: bytes in, layers of named fields with their byte ranges out.

A protocol is one module and one line of ``DISSECTORS``. Names, labels and numbers of fields are Wireshark's, so that
what people know of its filters holds here. Nothing raises: what cannot be parsed is a layer that says so.
"""

from __future__ import annotations

from netscope.core.frame import Frame
from netscope.dissect.context import Context
from netscope.dissect.model import Buffer, Dissection, Field, Layer, Value
from netscope.dissect.registry import Dissector

__all__ = ["DISSECTORS", "Buffer", "Context", "Dissection", "Dissector", "Field", "Layer", "Value", "dissect"]

DISSECTORS: tuple[Dissector, ...] = (
    Dissector("eth", "ethernet:ethernet", "link=1 gre.proto=0x6558"),
    Dissector("vlan", "vlan:vlan", "ethertype=0x8100"),
    Dissector("ieee8021ad", "vlan:provider", "ethertype=0x88a8,0x9100"),
    Dissector("arp", "arp:arp", "ethertype=0x0806,0x8035"),
    Dissector("ip", "ipv4:ipv4", "ethertype=0x0800 ip.proto=4 link=228 ppp.protocol=0x21"),
    Dissector("ipv6", "ipv6:ipv6", "ethertype=0x86dd ip.proto=41 link=229 ppp.protocol=0x57"),
    Dissector("icmp", "icmp:icmp", "ip.proto=1"),
    Dissector("icmpv6", "icmpv6:icmpv6", "ip.proto=58"),
    Dissector("tcp", "tcp:tcp", "ip.proto=6"),
    Dissector("udp", "udp:udp", "ip.proto=17"),
    Dissector("dns", "dns:dns", "udp.port=53 tcp.port=53"),
    Dissector("mdns", "dns:mdns", "udp.port=5353 tcp.port=5353"),
    Dissector("llmnr", "dns:llmnr", "udp.port=5355 tcp.port=5355"),
)


def dissect(frame: Frame, context: Context | None = None) -> Dissection:
    """Take a frame apart. Never raises.

    ``context`` is what was learnt from the frames before, which it is fed in the order of the capture; without one, a
    frame stands alone.
    """
    from netscope.dissect.framelayer import fields, title
    from netscope.dissect.work import Work

    if context is None:
        context = Context()
    delta = context.begin(frame.number, frame.time)
    work = Work(frame, context)
    work.layers.append(
        Layer("frame", title, 0, len(frame.data), 0, fields, (frame, work.path, delta, context.first_time))
    )
    end = max(frame.length, len(frame.data))
    if not work.next("link", frame.link, 0, end):
        work.protocol, work.info = f"LINKTYPE {frame.link}", f"Link type {frame.link}, which netscope cannot read"
        work.rest(0, end)
    return work.done()
