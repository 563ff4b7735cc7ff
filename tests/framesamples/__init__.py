"""Frames of many protocols, whole, by name: what the one-line text is compared with the real tcpdump on."""

from __future__ import annotations

from tests.framesamples.control import advertisements, groups, messages, messages6
from tests.framesamples.hosts import clocks, hosts, hosts6
from tests.framesamples.internet import addressing, internet4, internet6
from tests.framesamples.links import bridges
from tests.framesamples.names import domains, texts
from tests.framesamples.transport import datagrams, segments, streams
from tests.framesamples.tunnels import messages_of_calls, tunnels

ETHERNET = {
    "tcp": segments,
    "udp": datagrams,
    "arp": addressing,
    "ip": internet4,
    "ip6": internet6,
    "icmp": messages,
    "icmp6": messages6,
    "igmp": groups,
    "vrrp": advertisements,
    "dns": domains,
    "lines": texts,
    "dhcp": hosts,
    "dhcp6": hosts6,
    "ntp": clocks,
    "sctp": streams,
    "tunnels": tunnels,
    "l2tp": messages_of_calls,
    "bridges": bridges,
}
