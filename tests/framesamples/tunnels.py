"""Frames of tunnels, and of L2TP's control messages."""

from __future__ import annotations

from tests.framemaker import A6, B6, Frames, eth, icmp, ip4, ip6, over4, over6, tcp, u16, u32, udp
from tests.protocols.tunnels import calls


def tunnels() -> Frames:
    """GRE, VXLAN, MPLS, PPPoE, AH, ESP."""
    inner4, inner6 = ip4(17, udp(7, 8, b"in")), ip6(17, udp(7, 8, b"in", A6, B6))
    frame = eth(0x0800, inner4)
    for flags, more in (
        (0, b""),
        (0x8000, u16(1, 0)),
        (0x2000, u32(77)),
        (0x1000, u32(88)),
        (0xB000, u16(0x1234, 0) + u32(7, 8)),
        (0x0001, b""),
        (0x0003, b""),
        (0x4000, u16(0, 0) + bytes(4)),
        (0x0800, b""),
        (0x6000, u16(0, 0) + u32(5)),
    ):
        for kind, data in (
            (0x0800, inner4),
            (0x86DD, inner6),
            (0x6558, frame),
            (0x8847, u32(100 << 12 | 0x140) + inner4),
            (0x9999, b"????"),
        ):
            yield over4(47, u16(flags, kind) + more + data)
    yield over4(47, u16(0x2001, 0x880B) + u16(9, 5) + u32(1) + b"\xff\x03\0\x21" + inner4)
    yield over4(47, u16(0x3081, 0x880B) + u16(9, 5) + u32(1, 2) + b"\xff\x03\0\x21" + inner4[:5])
    for flags, network in ((8, 42), (0, 7), (0x88, 16_777_215), (8, 0)):
        yield over4(17, udp(55_555, 4789, bytes([flags, 0, 0, 0]) + u32(network << 8) + frame))
    yield over4(17, udp(55_555, 4789, b"\x08" + bytes(5)))
    for labels in (
        (u32(16 << 12 | 0x100 | 64)),
        (u32(100 << 12 | 3 << 9 | 9) + u32(0x100 | 5)),
        u32(2 << 12 | 0x1FF),
        u32(3 << 12 | 0x140),
        u32(1 << 12 | 0x140),
        u32(300 << 12),
    ):
        yield eth(0x8847, labels + inner4)
        yield eth(0x8847, labels + inner6)
        yield eth(0x8848, labels + b"\0\0\0\0" + frame)
        yield eth(0x8847, labels)
    for code, session in ((0x09, 0), (0x07, 0), (0x19, 0), (0x65, 5), (0xA7, 5), (0x42, 1)):
        tags = (
            u16(0x0101, 0)
            + u16(0x0103, 4)
            + b"uniq"
            + u16(0x0102, 4)
            + b"acns"
            + u16(0x0104, 4)
            + bytes(4)
            + u16(0x0201, 3)
            + b"err"
        )
        yield eth(0x8863, bytes([0x11, code]) + u16(session, len(tags)) + tags)
        yield eth(0x8863, bytes([0x11, code]) + u16(session, 4) + u16(0x0101, 0))
    yield eth(0x8863, bytes([0x11, 9]) + u16(0, 8) + u16(0x0101, 0))
    for protocol, data in (
        (0x0021, inner4),
        (0x0057, inner6),
        (0xC021, b"\1\1\0\4"),
        (0x8021, b"\1\1\0\4"),
        (0xC223, b"\1\1\0\4"),
        (0x1234, b"??"),
    ):
        yield eth(0x8864, b"\x11\0" + u16(0x1234, len(data) + 2) + u16(protocol) + data)
    yield eth(0x8864, b"\x11\0" + u16(0x1234, 600) + u16(0x21) + inner4)
    for following, data in (
        (17, udp(1, 2, b"ab")),
        (50, u32(9, 1) + bytes(16)),
        (6, tcp(1, 2)),
        (4, inner4),
        (1, icmp(8, 0, u16(1, 2))),
    ):
        yield over4(51, bytes([following, 4, 0, 0]) + u32(0x100, 5) + bytes(range(12)) + data)
        yield over6(51, bytes([following, 4, 0, 0]) + u32(0x100, 5) + bytes(range(12)) + data)
    yield over4(51, bytes([17, 1, 0, 0]) + u32(1))
    yield over4(50, u32(0xC0FFEE, 17) + bytes(40))
    yield over6(50, u32(0xC0FFEE, 17) + bytes(40))
    yield over4(50, u32(0xC0FFEE))


def messages_of_calls() -> Frames:
    """L2TP, whole and cut off, of other versions, with lengths and attributes that cannot be."""
    for packet in calls():
        yield packet.data
    for told in (11, 12, 40):
        inner = b"\xff\3\0\x21" + ip4(17, udp(5000, 9999, b"through"))
        yield over4(17, udp(1701, 1701, u16(0x4002, told, 7, 8) + inner))
    head = u16(0xC802, 20, 7, 0, 1, 2)
    attribute = u16(0x8008, 0, 0, 1)
    hello = head + attribute
    for size in range(len(hello)):
        yield over4(17, udp(1701, 1701, hello[:size]))
    for version in (0, 1, 3):
        yield over4(17, udp(1701, 1701, u16(0xC800 | version) + hello[2:]))
    for told in (0, 5, 19, 21, 300):
        yield over4(17, udp(1701, 1701, u16(0xC802, told) + hello[4:]))
    others = (
        u16(0xC00A, 0, 7) + b"abcd",
        u16(0x8008, 9, 7, 1),
        u16(0x8008, 0, 77, 1),
        u16(0x8005, 0, 0),
        u16(0x8000, 0, 0),
        u16(0x8011, 0, 12, 16) + b"\3clear me",
        u16(0x8009, 0, 12, 16) + b"\3",
        u16(0x800E, 0, 5) + bytes(range(8)),
        u16(0x8020, 0, 34, 0) + u32(1, 2, 3, 4, 5, 6),
        u16(0x8010, 0, 35, 0) + u32(0xFFFF0000, 0xA0000),
        *(u16(0x800E, 0, 46, 3, 0xC021) + bytes([side]) + b"bad" for side in range(4)),
        u16(0x800B, 0, 46, 3, 0xC021) + b"\1",
        u16(0x8008, 0, 32, 0x0107),
        u16(0x8008, 0, 29, 2),
        u16(0x800A, 0, 26) + b"\1\2\3\4",
        u16(0x800A, 0, 20, 0, 5),
        u16(0x8008, 0, 0, 99),
        u16(0x8006, 0, 7),
        u16(0xC00A, 0, 7) + b"abcd",
        *(u16(0x8008, 0, 29, way) for way in range(7)),
        *(u16(0x8020, 0, kind, 2, 1) + b"some text of 22 bytes!" for kind in range(50)),
    )
    for other in others:
        body = attribute + other
        yield over4(17, udp(1701, 1701, u16(0xC802, 12 + len(body), 7, 0, 1, 2) + body))
