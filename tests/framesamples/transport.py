"""Frames of TCP, UDP and SCTP, whole and not."""

from __future__ import annotations

import random

from tests.framemaker import A4, A6, B4, Frames, eth, ip4, over4, over6, tcp, tcp6, u16, u32, udp, udp6


def segments() -> Frames:
    """TCP: flags, options, sequence numbers that wrap, conversations in both directions."""
    chance = random.Random(5)
    for flags in range(256):
        yield over4(6, tcp(40_000 + flags, 443, b"x" * (flags % 5), flags=flags, seq=flags * 7, ack=flags * 3))
    stamps = bytes([1, 1, 8, 10]) + u32(1234, 5678)
    handshake = bytes([2, 4]) + u16(1460) + bytes([4, 2, 8, 10]) + u32(77, 0) + bytes([1, 3, 3, 7])
    yield over4(6, tcp(50_000, 443, flags=2, seq=0xFFFFFF00, ack=0, options=handshake))
    yield eth(
        0x0800,
        ip4(
            6, tcp(443, 50_000, flags=0x12, seq=9, ack=0xFFFFFF01, options=handshake, source=B4, destination=A4), B4, A4
        ),
    )
    for place in range(12):
        seq = (0xFFFFFF01 + place * 100) & 0xFFFFFFFF
        yield over4(6, tcp(50_000, 443, b"y" * 100, seq=seq, ack=10 + place, options=stamps))
        sack = bytes([1, 1, 5, 10]) + u32(seq, (seq + 50) & 0xFFFFFFFF)
        yield eth(
            0x0800,
            ip4(
                6,
                tcp(443, 50_000, flags=0x10, seq=10 + place, ack=seq, options=sack, source=B4, destination=A4),
                B4,
                A4,
            ),
        )
    for options in (
        bytes([0, 0, 0, 0]),
        bytes([1, 1, 1, 0]),
        bytes([2, 3, 1, 1]),
        bytes([2, 4, 5, 6]),
        bytes([3, 3, 14, 0]),
        bytes([4, 2, 5, 2]),
        bytes([5, 18]) + u32(5, 6, 7, 8) + bytes([1, 1]),
        bytes([5, 9]) + bytes(7) + bytes([1, 1, 1]),
        bytes([6, 6]) + u32(9) + bytes([7, 6]) + u32(9),
        bytes([8, 10]) + u32(1, 2) + bytes([0, 0]),
        bytes([11, 6]) + u32(3) + bytes([12, 6]) + u32(4),
        bytes([13, 6]) + u32(3) + bytes([1, 1]),
        bytes([19, 18]) + bytes(range(16)) + bytes([1, 1]),
        bytes([28, 4, 0x80, 0x05]),
        bytes([28, 4, 0, 9]),
        bytes([29, 16]) + bytes(range(14)),
        bytes([34, 2, 1, 1]),
        bytes([34, 10]) + bytes(8) + bytes([1, 1]),
        bytes([34, 3, 7, 1]),
        bytes([254, 4, 0xF9, 0x89]),
        bytes([254, 12, 0xF9, 0x89]) + bytes(8),
        bytes([253, 6, 1, 2, 3, 4, 1, 1]),
        bytes([77, 2, 1, 1]),
        bytes([77, 4, 9, 9]),
        bytes([8, 40, 1, 1]),
        bytes([1, 1, 1, 2]),
        bytes([3, 1, 1, 1]),
        bytes([20, 4, 9, 8]),
        bytes([254, 4, 0x12, 0x34]),
        bytes([4, 3, 1, 1]),
        bytes([30, 12, 0, 1]) + bytes(8),
        bytes([30, 20, 0x10, 3]) + bytes(16),
        bytes([30, 8, 0x20, 1]) + bytes(4),
        bytes([30, 4, 0x00, 0x81]),
    ):
        for flags in (0x10, 0x02, 0x18):
            yield over4(
                6,
                tcp(
                    chance.randrange(1024, 60_000), 8443, b"" if flags != 0x18 else b"zz", flags=flags, options=options
                ),
            )
    yield over4(6, tcp(1, 2, b"q", flags=0x38, urgent=99))
    yield over4(6, tcp(9, 10, b"connection refused by policy", flags=0x14))
    yield over4(6, tcp(9, 10, b"connection refused by a policy that is long", flags=4))
    yield over4(6, tcp(9, 11)[:12] + bytes([0x40]) + tcp(9, 11)[13:])
    yield over4(6, tcp(9, 11)[:12] + bytes([0xF0]) + tcp(9, 11)[13:])
    yield over4(6, tcp(9, 11)[:16] + b"\1\2" + tcp(9, 11)[18:])
    yield over4(6, b"\0\1\0")
    yield over4(6, b"\0\1\0\2\0\0\0")
    for flags in (2, 0x12, 0x10, 0x18, 0x11, 0x04):
        yield tcp6(50_001, 8443, b"v6" * (flags == 0x18), flags=flags, seq=flags + 5, ack=99)
    for low, high in ((5000, 5000), (6000, 5000)):
        yield over4(6, tcp(low, high, b"a", seq=5, ack=6))
        yield eth(0x0800, ip4(6, tcp(high, low, b"b", seq=6, ack=6, source=B4, destination=A4), B4, A4))


def datagrams() -> Frames:
    """UDP, whole and not."""
    for size in (0, 1, 5, 64, 1400):
        yield over4(17, udp(5000 + size, 9999, bytes(size)))
        yield udp6(5000 + size, 9999, bytes(size))
    yield over4(17, udp(1, 2, b"")[:6] + b"\0\0")
    yield over4(17, udp(1, 2, b"abc")[:6] + b"\0\0abc")
    yield over4(17, udp(1, 2, b"abc")[:6] + b"\1\2abc")
    yield over4(17, u16(1, 2, 4, 0) + b"abc")
    yield over4(17, u16(1, 2, 50, 0) + b"abc")
    yield over4(17, u16(1, 2, 9, 0) + b"abc")
    yield over4(17, u16(1, 2, 8))
    yield over4(17, u16(1))
    yield eth(0x0800, ip4(17, udp(7, 9, b"padded"))) + bytes(12)


def streams() -> Frames:
    """SCTP."""
    head = u16(1000, 3868) + u32(0xDEADBEEF, 0)

    def chunk(kind: int, flags: int, data: bytes) -> bytes:
        padded = data + bytes(-len(data) % 4)
        return bytes([kind, flags]) + u16(4 + len(data)) + padded

    begin = u32(0x11112222, 106_496) + u16(10, 65_535) + u32(0x33334444)
    parameters = (
        u16(5, 8)
        + A4
        + u16(6, 20)
        + A6
        + u16(0xC000, 4)
        + u16(0x8008, 6)
        + b"\xc1\x80\0\0"
        + u16(12, 6)
        + u16(5)
        + b"\0\0"
    )
    chunks = [
        chunk(0, 3, u32(5) + u16(1, 2) + u32(0) + b"user data"),
        chunk(0, 0, u32(5) + u16(1, 2) + u32(46) + b"abc"),
        chunk(0, 4, u32(5) + u16(0, 0) + u32(4) + b"x"),
        chunk(0, 2, u32(5) + u16(0, 0) + u32(60) + b"xyz1"),
        chunk(0, 1, u32(5) + u16(0, 0) + u32(0) + b"x"),
        chunk(1, 0, begin),
        chunk(1, 0, begin + parameters),
        chunk(2, 0, begin + u16(7, 8) + b"cook"),
        chunk(3, 0, u32(9, 1000) + u16(0, 0)),
        chunk(3, 0, u32(9, 1000) + u16(1, 1) + u16(2, 3) + u32(8)),
        chunk(3, 0, u32(9, 1000) + u16(2, 2) + u16(2, 3, 5, 6) + u32(8, 9)),
        chunk(4, 0, u16(1, 8) + b"beat"),
        chunk(5, 0, u16(1, 8) + b"beat"),
        chunk(6, 0, u16(12, 8) + b"bye!"),
        chunk(6, 1, b""),
        chunk(7, 0, u32(9)),
        chunk(8, 0, b""),
        chunk(9, 0, u16(1, 8) + u16(3, 0)),
        chunk(10, 0, b"cookie here"),
        chunk(11, 0, b""),
        chunk(12, 0, u32(4)),
        chunk(13, 0, u32(4)),
        chunk(14, 1, b""),
        chunk(130, 0, bytes(8)),
        chunk(192, 0, bytes(8)),
        chunk(193, 0, bytes(8)),
        chunk(63, 0, b"??"),
    ]
    for one in chunks:
        yield over4(132, head + one)
        yield over4(132, head + chunks[3] + one)
        yield over6(132, head + one)
    yield over4(132, head)
    yield over4(132, head + b"\0\3\0\2")
    yield over4(132, head + b"\0\3\1\0abcd")
    yield over4(132, head[:8])
