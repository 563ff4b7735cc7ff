"""Packets of tunnels."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.packets import A6, B6, Packet, arp, checksum, ether, ip4, ip6, over4, udp


def tunnels() -> Iterator[Packet]:
    """Yield packets in packets: GRE, VXLAN, MPLS, IP in IP, PPPoE."""
    inner, inner6 = ip4(udp(b"abc", 5000, 6000), 17), ip6(udp(b"abc", 5000, 6000, src=A6, dst=B6), 17)
    yield Packet(ether(ip4(struct.pack("!HH", 0, 0x0800) + inner, 47)))
    yield Packet(ether(ip4(struct.pack("!HH", 0, 0x86DD) + inner6, 47)))
    yield Packet(ether(ip4(struct.pack("!HHI", 0x2000, 0x0800, 77) + inner, 47)))
    yield Packet(ether(ip4(struct.pack("!HHII", 0x3000, 0x0800, 77, 5) + inner, 47)))
    yield Packet(ether(ip4(struct.pack("!HH", 0, 0x6558) + ether(inner), 47)))
    body = struct.pack("!HHHH", 0x8000, 0x0800, 0, 0) + inner
    yield Packet(ether(ip4(body[:4] + struct.pack("!H", checksum(body)) + body[6:], 47)))
    yield Packet(ether(ip4(struct.pack("!HHHHI", 0x3001, 0x880B, 2 + len(inner), 5, 9) + b"\x00\x21" + inner, 47)))
    for vni in (0, 5, 0xFFFFFF):
        yield over4(struct.pack("!HHI", 0x0800, 0, vni << 8) + ether(inner), 44000 + vni % 7, 4789)
    yield over4(struct.pack("!HHI", 0x8848, 7, 9 << 8) + ether(arp(1), 0x0806), 44000, 4789)
    for label in (0, 2, 16, 100, 0xFFFFF):
        for limit in (1, 64):
            yield Packet(
                ether(struct.pack("!I", label << 12 | 0x100 | limit) + (inner6 if label == 2 else inner), 0x8847)
            )
    yield Packet(ether(struct.pack("!II", 100 << 12 | 5 << 9 | 64, 200 << 12 | 0x100 | 63) + inner, 0x8847))
    yield Packet(ether(ip4(inner, 4)))
    yield Packet(ether(ip4(inner6, 41)))
    yield Packet(ether(ip6(inner, 4), 0x86DD))
    yield Packet(ether(ip6(inner6, 41), 0x86DD))
    for kind, payload in ((0x0021, inner), (0x0057, inner6), (0xC021, b"\x09\x01\0\x08\1\2\3\4")):
        body = struct.pack("!H", kind) + payload
        yield Packet(ether(struct.pack("!BBHH", 0x11, 0, 5, len(body)) + body, 0x8864))
    tags = b"\1\1\0\0\1\3\0\4uniq\1\2\0\3acc\1\4\0\6cookie"
    for code in (0x09, 0x07, 0x19, 0x65, 0xA7):
        body = tags if code != 0xA7 else b""
        yield Packet(ether(struct.pack("!BBHH", 0x11, code, 0 if code < 0x60 else 5, len(body)) + body, 0x8863))


def calls() -> Iterator[Packet]:
    """Yield L2TP's messages: every attribute, and PPP with every part of the header before it."""

    def attribute(kind: int, value: bytes, flags: int = 0x8000, vendor: int = 0) -> bytes:
        return struct.pack("!HHH", flags | 6 + len(value), vendor, kind) + value

    def control(*attributes: bytes, session: int = 0) -> Packet:
        body = struct.pack("!HHHH", 77, session, 3, 4) + b"".join(attributes)
        return over4(struct.pack("!HH", 0xC802, 4 + len(body)) + body, 1701, 1701)

    yield control()
    for kind in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16):
        yield control(attribute(0, struct.pack("!H", kind)), session=kind)
    text, word, long = b"of some length", b"\x12\x34", b"\0\0\x12\x34"
    values = {
        2: b"\1\0", 6: word, 7: text, 8: text, 9: word, 10: word, 11: text, 13: bytes(range(16)), 14: word, 15: long,
        16: long, 17: long, 21: text, 22: text, 23: text, 24: long, 25: long, 30: text, 31: text, 33: text, 36: text,
        37: text, 38: long, 39: b"",
    }  # fmt: skip
    start = attribute(0, b"\0\1")
    yield control(start, *(attribute(kind, value) for kind, value in values.items()))
    for kind, value in values.items():
        yield control(start, attribute(kind, value, 0))
    for kind in (3, 4, 18, 19):
        for bits in range(4):
            yield control(start, attribute(kind, struct.pack("!I", bits)))
    for value in (b"\0\1", b"\0\2\0\3", b"\0\2\0\3busy"):
        yield control(attribute(0, b"\0\4"), attribute(1, value))
    inner = ip4(udp(b"through", 5000, 9999), 17)
    for flags in (0, 0x4000, 0x0800, 0x0200, 0x0100, 0x4B00):
        ppp = b"\xff\3\0\x21" + inner
        rest = struct.pack("!HH", 77, 88) + (b"\0\5\0\6" if flags & 0x800 else b"")
        rest += (b"\0\3abc" if flags & 0x200 else b"") + ppp
        length = struct.pack("!H", 4 + len(rest)) if flags & 0x4000 else b""
        yield over4(struct.pack("!H", flags | 2) + length + rest, 1701, 1701)
    for echo in (b"\x09\1\0\x08\1\2\3\4", b"\x0a\1\0\x0c\1\2\3\4\5\6\7\x08"):
        yield over4(struct.pack("!HHH", 2, 77, 88) + b"\xff\3\xc0\x21" + echo, 1701, 1701)
