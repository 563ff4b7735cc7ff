"""Frames of what keeps IP going: ICMP, ICMPv6 with its neighbours and groups, IGMP, VRRP."""

from __future__ import annotations

from tests.framemaker import (
    A4,
    A6,
    B4,
    B6,
    MAC_A,
    MAC_B,
    Frames,
    icmp,
    icmp6,
    ip4,
    ip6,
    name,
    over4,
    over6,
    summed,
    tcp,
    u16,
    u32,
    udp,
)
from tests.protocols.routing import routers


def messages() -> Frames:
    """ICMP."""
    quoted = ip4(17, udp(1000, 53, b"quoted here"), B4, A4)
    for kind in (0, 8):
        for size in (0, 4, 56):
            yield over4(1, icmp(kind, 0, u16(77, size) + bytes(size)))
    for code in range(18):
        yield over4(1, icmp(3, code, u16(0, 1400) + quoted))
        yield over4(1, icmp(3, code, u16(0, 0) + ip4(6, tcp(1000, 80))[:28]))
    yield over4(1, icmp(3, 3, u32(0) + ip4(132, bytes(20))))
    for code in range(5):
        yield over4(1, icmp(5, code, A4 + quoted))
        yield over4(1, icmp(11, code, u32(0) + quoted))
        yield over4(1, icmp(12, code, bytes([5, 0, 0, 0]) + quoted))
    yield over4(1, icmp(4, 0, u32(0) + quoted))
    for lifetime in (5, 300, 7300):
        yield over4(1, icmp(9, 0, bytes([2, 2]) + u16(lifetime) + A4 + u32(0) + B4 + u32(5)))
    yield over4(1, icmp(9, 0, bytes([1, 3]) + u16(90) + A4 + u32(0, 0)))
    yield over4(1, icmp(10, 0, u32(0)))
    yield over4(1, icmp(13, 0, u16(1, 2) + u32(5_000_000, 0, 0)))
    yield over4(1, icmp(14, 0, u16(1, 2) + u32(5_000_000, 86_399_999, 61_001)))
    for kind in (15, 16, 17):
        yield over4(1, icmp(kind, 0, u16(1, 2) + u32(0)))
    yield over4(1, icmp(18, 0, u16(1, 2) + u32(0xFFFFFF00)))
    yield over4(1, icmp(42, 0, u32(0)))
    yield over4(1, b"\x08\0\1\2" + u16(1, 2))
    yield over4(1, b"\x08\0\1")
    padded = (quoted + bytes(128))[:128]
    labels = u32(16_001 << 12 | 1 << 8 | 9)
    structure = u16(0x2000, 0) + u16(8) + b"\1\1" + labels
    structure = structure[:2] + u16(summed(structure)) + structure[4:]
    yield over4(1, icmp(11, 0, bytes([0, 32, 0, 0]) + padded + structure))
    yield over4(1, icmp(11, 0, bytes([0, 0, 0, 0]) + padded + structure))
    yield over4(1, icmp(11, 0, u32(0) + padded + u16(0x2000, 0) + u16(12) + b"\1\1" + labels + labels))
    yield over4(1, icmp(11, 0, u32(0) + padded + u16(0x2000, 0) + u16(8) + b"\1\2" + labels))
    yield over4(1, icmp(11, 0, u32(0) + padded + u16(0x2000, 0) + u16(4) + b"\1\1" + u16(8) + b"\1\1" + labels))
    yield over4(1, icmp(3, 1, bytes([0, 32, 0, 0]) + padded + u16(0x2000, 0) + u16(8) + b"\1\1" + labels))


def messages6() -> Frames:
    """ICMPv6, neighbour discovery, MLD."""
    quoted = ip6(17, udp(1000, 53, b"quoted here", B6, A6), B6, A6)
    for kind in (128, 129):
        for size in (0, 4, 56):
            yield over6(58, icmp6(kind, 0, u16(77, size) + bytes(size)))
    for code in range(8):
        yield over6(58, icmp6(1, code, u32(0) + quoted))
        yield over6(58, icmp6(3, code, u32(0) + quoted))
        yield over6(58, icmp6(4, code, u32(40) + quoted))
    yield over6(58, icmp6(1, 4, u32(0) + ip6(6, tcp(1, 80, source=A6, destination=B6))))
    yield over6(58, icmp6(1, 4, u32(0) + ip6(132, bytes(16))))
    yield over6(58, icmp6(2, 0, u32(1280) + quoted))
    link = b"\1\1" + MAC_A
    options = (
        b"",
        link,
        b"\2\1" + MAC_B,
        b"\5\1\0\0" + u32(1500),
        b"\3\4\x40\xc0" + u32(86_400, 14_400, 0) + A6,
        b"\x19\3\0\0" + u32(600) + B6,
        b"\x1f\3\0\0" + u32(600) + name("example.org") + bytes(3),
        b"\x18\3\x40\x08" + u32(1800) + A6,
        b"\x18\1\0\x18" + u32(1800),
        b"\4\2" + bytes(6) + bytes(8),
        b"\7\1\0\0" + u32(10),
        b"\x0e\1" + bytes(6),
        b"\5\0\0\0" + u32(1500),
        b"\x26\2" + bytes(14),
    )
    for option in options:
        yield over6(58, icmp6(133, 0, u32(0) + option), hops=255)
        yield over6(58, icmp6(134, 0, bytes([64, 0xC8]) + u16(1800) + u32(0, 0) + link + option), hops=255)
        yield over6(58, icmp6(135, 0, u32(0) + B6 + option), hops=255)
        yield over6(58, icmp6(136, 0, u32(0xE0000000) + B6 + option), hops=255)
        yield over6(58, icmp6(137, 0, u32(0) + A6 + B6 + option), hops=255)
    for flags in range(0, 256, 8):
        yield over6(58, icmp6(134, 0, bytes([64, flags]) + u16(flags) + u32(flags, 1)), hops=255)
    for kind in (130, 131, 132):
        yield over6(58, icmp6(kind, 0, u16(1000, 0) + B6))
        yield over6(0, b"\x3a\0\5\2\0\0\1\0" + icmp6(kind, 0, u16(1000, 0) + B6))
    yield over6(58, icmp6(130, 0, u16(10_000, 0) + B6 + bytes([2, 125]) + u16(2) + A6 + B6))
    yield over6(58, icmp6(130, 0, u16(40_000, 0) + bytes(16) + bytes([0x0A, 0x90]) + u16(0)))
    records = b"".join(bytes([kind, 0]) + u16(2) + B6 + A6 + B6 for kind in range(1, 8))
    yield over6(58, icmp6(143, 0, u16(0, 7) + records))
    yield over6(0, b"\x3a\0\5\2\0\0\1\0" + icmp6(143, 0, u16(0, 1) + b"\4\0\0\0" + B6))
    for kind in (100, 127, 141, 144, 151, 200, 255):
        yield over6(58, icmp6(kind, 0, u32(0) + bytes(32)))
    yield over6(58, b"\x80\0\1\2" + u16(1, 2))


def groups() -> Frames:
    """IGMP."""

    def message(kind: int, second: int, rest: bytes) -> bytes:
        return over4(2, icmp(kind, second, rest), ttl=1)

    group = bytes([239, 1, 2, 3])
    for second in (0, 10, 100, 200):
        yield message(0x11, second, bytes(4))
        yield message(0x11, second, group)
        yield message(0x11, second, group + bytes([0x0A, 125]) + u16(0))
        yield message(0x11, second, group + bytes([2, 0x9F]) + u16(2) + A4 + B4)
    yield message(0x12, 0, group)
    yield message(0x16, 0, group)
    yield message(0x16, 7, group)
    yield message(0x17, 0, group)
    for kind in range(1, 8):
        yield message(0x22, 0, u16(0, 2) + bytes([kind, 0]) + u16(1) + group + A4 + bytes([kind, 0]) + u16(0) + group)
    yield message(0x13, 0, bytes(12))
    yield message(0x99, 0, bytes(12))
    yield over4(2, b"\x16\0\1\2" + group)


def advertisements() -> Frames:
    """VRRP, whole and cut off, and with more addresses than there are."""
    for packet in routers():
        yield packet.data
        yield packet.data[:-1]
    head = bytes([0x21, 7, 100, 3, 1, 1]) + u16(0)
    for size in range(len(head) + 1):
        yield over4(112, head[:size])
    yield over4(112, head + A4 + B4 + b"secret")
    yield over4(112, head + A4 + B4 + A4 + b"se\x1b\xffet\0\0")
    yield over6(112, bytes([0x31, 7, 100, 200]) + u16(0xF064, 0) + A6)
