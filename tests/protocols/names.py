"""Packets of DNS."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from ipaddress import ip_address

from tests.packets import A6, A, B, Packet, dns, dns_name, over4, over6, question, record, segment


def names() -> Iterator[Packet]:
    """Yield DNS, mDNS and LLMNR messages with every type of record."""
    for number, kind in enumerate((1, 2, 5, 6, 12, 15, 16, 28, 33, 43, 46, 48, 64, 65, 255, 257)):
        yield over4(dns(number, 0x0100, [question("www.example.com", kind)]), 5353 + 1000, 53)
        yield over6(dns(number, 0x0120, [question("x.example", kind)]), 40000, 53)
    pointer = b"\xc0\x0c"
    kinds = (
        (1, A), (28, A6), (5, dns_name("a.b")), (2, dns_name("ns.b")), (12, b"\1x" + pointer), (15, b"\0\5" + pointer),
        (6, dns_name("m.b") + dns_name("r.b") + struct.pack("!5I", 1, 7200, 90000, 604800, 5)), (16, b"\3abc\2de"),
        (33, struct.pack("!HHH", 1, 2, 3) + pointer), (257, b"\0\5issueca.org"), (257, b"\x80\5iodefmailto:x"),
        (52, b"\3\1\1" + bytes(8)), (44, b"\1\1" + bytes(20)), (43, b"\0\7\x08\2" + bytes(32)),
        (46, struct.pack("!HBBIIIH", 1, 8, 2, 300, 1700000000, 1690000000, 77) + dns_name("b") + bytes(16)),
        (48, struct.pack("!HBB", 257, 3, 8) + bytes(20)), (47, dns_name("c.b") + b"\0\6\x40\1\0\0\0\3"),
        (50, b"\1\1\0\5\2ab\4wxyz\0\1\x40"), (51, b"\1\1\0\5\2ab"), (39, dns_name("d.b")), (13, b"\3cpu\2os"),
        (35, b"\0\1\0\2\1U\3SIP\0" + dns_name("x.y")), (99, b"\3abc"), (17, dns_name("a.b") + dns_name("c.d")),
        (18, b"\0\1" + dns_name("h.b")), (36, b"\0\1" + dns_name("h.b")),
        (64, b"\0\1\0\0\1\0\3\2h2\0\3\0\2\1\xbb\0\4\0\4\1\2\3\4"), (65, b"\0\1" + dns_name("s.b") + b"\0\6\0\x10" + A6),
    )  # fmt: skip
    for number, (kind, data) in enumerate(kinds):
        name = "_http._tcp.example.com" if kind == 33 else "www.example.com"
        yield over4(dns(100 + number, 0x0100, [question(name, kind)]), 40001, 53)
        reply = dns(100 + number, 0x8580, [question(name, kind)], [record(pointer, kind, data)])
        yield over4(reply, 53, 40001, src=B, dst=A)
    for code in range(11):
        yield over4(dns(200 + code, 0x8180 | code, [question("nx.example")]), 53, 40002, src=B, dst=A)
    options = struct.pack("!HH8s", 10, 8, b"cookie!!") + struct.pack("!HHH", 15, 2, 3) + b"\0\x08\0\x07\0\1\x18\0\1\2\3"
    options += struct.pack("!HH24s", 10, 24, b"clientc!serverserverserv") + b"\0\x0b\0\2\0\x0a\0\x0c\0\4\0\0\0\0"
    opt = b"\0" + struct.pack("!HHIH", 41, 1232, 0x00008000, len(options)) + options
    yield over4(dns(300, 0x0120, [question("e.example")], [], [], [opt]), 40003, 53)
    yield over4(
        dns(301, 0x0120, [question("e.example")], [], [], [b"\0" + struct.pack("!HHIH", 41, 512, 0, 0)]), 40003, 53
    )
    yield over4(dns(302, 0x2800, [question("z.example", 6)]), 40003, 53)
    group = ip_address("224.0.0.251").packed
    yield over4(dns(0, 0, [question("h.local"), question("g.local", 28, 0x8001)]), 5353, 5353, dst=group)
    answers = [record("h.local", 1, A, 0x8001), record("_http._tcp.local", 12, dns_name("x._http._tcp.local"))]
    yield over4(dns(0, 0x8400, [], answers), 5353, 5353, dst=group)
    yield over4(dns(7, 0, [question("host")]), 40004, 5355, dst=ip_address("224.0.0.252").packed)
    yield over4(dns(7, 0x8000, [question("host")], [record("host", 1, A)]), 5355, 40004, src=B, dst=A)
    message = dns(8, 0x0100, [question("over.tcp")])
    yield segment(struct.pack("!H", len(message)) + message, 0x18, sport=40005, dport=53)
