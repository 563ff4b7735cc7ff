"""Frames of ARP, IPv4 and IPv6: options, extension headers, fragments, lengths that cannot be."""

from __future__ import annotations

from tests.framemaker import (
    A4,
    A6,
    B4,
    B6,
    MAC_A,
    MAC_B,
    Frames,
    eth,
    icmp,
    icmp6,
    ip4,
    ip6,
    over4,
    over6,
    u16,
    u32,
    udp,
)


def addressing() -> Frames:
    """ARP."""
    for operation in (1, 2, 3, 4, 8, 9, 10, 77):
        for target in (bytes(6), MAC_B, b"\xff" * 6):
            yield eth(0x0806, u16(1, 0x0800) + bytes([6, 4]) + u16(operation) + MAC_A + A4 + target + B4)
    yield eth(0x0806, u16(1, 0x0800) + bytes([6, 4]) + u16(1) + MAC_A + A4 + bytes(6) + B4 + bytes(18))
    yield eth(0x0806, u16(1, 0x0800) + bytes([6, 4]) + u16(1) + MAC_A + A4 + bytes(6) + A4)
    yield eth(0x0806, u16(6, 0x0800) + bytes([6, 4]) + u16(2) + MAC_A + A4 + MAC_B + B4)
    yield eth(0x0806, u16(99, 0x0800) + bytes([6, 4]) + u16(2) + MAC_A + A4 + MAC_B + B4)
    yield eth(0x0806, u16(1, 0x86DD) + bytes([6, 16]) + u16(1) + MAC_A + A6 + MAC_B + B6)
    yield eth(0x0806, u16(1, 0x0800) + bytes([0, 4]) + u16(1) + A4 + B4)
    yield eth(0x0806, u16(1, 0x0800) + bytes([6, 4]) + u16(1) + MAC_A)
    yield eth(0x0806, u16(32, 0x0800) + bytes([20, 4]) + u16(1) + bytes(20) + A4 + bytes(20) + B4)
    yield eth(0x8035, u16(1, 0x0800) + bytes([6, 4]) + u16(3) + MAC_A + A4 + MAC_A + B4)


def internet4() -> Frames:
    """IPv4: options, fragments, lengths that cannot be, protocols without a printer."""
    inner = udp(1000, 2000, b"abcdefgh")
    for options in (
        b"\x07\x07\x04" + B4 + b"\0",
        b"\x07\x0b\x08" + A4 + B4 + b"\0",
        b"\x83\x07\x04" + B4 + b"\0",
        b"\x89\x07\x08" + B4 + b"\0",
        b"\x44\x0c\x05\x00" + u32(1, 2),
        b"\x44\x0c\x0d\x31" + A4 + u32(5),
        b"\x44\x0c\x05\x02" + A4 + u32(5),
        b"\x94\x04\0\0",
        b"\x94\x04\0\1",
        b"\1\1\1\0",
        b"\x82\x0b" + bytes(9) + b"\0",
        b"\x99\x04ab",
        b"\x07\x00ab",
        b"\x07\x20ab",
        b"\x07\x06\x04abc\0\0",
        b"\x0a\x04ab",
        b"\x52\x04ab",
    ):
        yield eth(0x0800, ip4(17, inner, options=options))
        yield eth(0x0800, ip4(1, icmp(8, 0, u16(1, 2)), options=options))
    for flags in (0x2000, 0x2001, 0x0010, 0x6000, 0x8000, 0xE000, 0):
        for protocol in (17, 1, 6, 132, 200, 47):
            yield eth(0x0800, ip4(protocol, inner + bytes(16), flags=flags))
    for tos in range(16):
        yield eth(0x0800, ip4(17, inner, tos=tos, ttl=tos * 10, ident=tos))
    for protocol in (0, 3, 4, 5, 22, 59, 61, 77, 80, 94, 114, 115, 253, 255):
        yield over4(protocol, bytes(30))
    yield over4(4, ip4(17, inner))
    yield over4(41, ip6(17, udp(1, 2, b"x", A6, B6)))
    yield over4(58, bytes(8))
    for length in (0, 10, 19, 24, 60, 1000):
        yield eth(0x0800, ip4(17, inner, length=length))
    yield eth(0x0800, ip4(17, inner)[:10] + b"\xff\xff" + ip4(17, inner)[12:])
    yield eth(0x0800, b"\x42" + ip4(17, inner)[1:])
    yield eth(0x0800, b"\x4f" + ip4(17, inner)[1:])
    yield eth(0x0800, b"\x65" + ip4(17, inner)[1:])
    yield eth(0x0800, b"\x35" + ip4(17, inner)[1:])
    yield eth(0x0800, ip4(17, inner)[:15])
    yield eth(0x0800, b"")


def internet6() -> Frames:
    """IPv6: extension headers, fragments, lengths that cannot be."""
    inner = udp(1000, 2000, b"abcdefgh", A6, B6)
    for options in (
        b"\x01\x04\0\0\0\0",
        b"\x05\x02\0\0\1\0",
        b"\0\0\0\0\0\0",
        b"\xc2\x04" + u32(70_000),
        b"\x1e\x04abcd",
        b"\x01\x09\0\0\0\0",
        b"\x05\x03\0\0\0\0",
        b"\x01\x02\0\0\0\0",
    ):
        yield over6(0, b"\x11\0" + options + inner)
        yield over6(60, b"\x11\0" + options + inner)
        yield over6(0, b"\x3a\0" + options + icmp6(128, 0, u16(3, 4)))
    home = b"\x11\2\xc9\x10" + A6 + b"\1\2\0\0"
    yield over6(60, home + inner)
    for offset in (0, 1, 8, 0x100, 0x101):
        for following in (17, 6, 58):
            yield over6(44, bytes([following, 0]) + u16(offset) + u32(0xABCDEF) + inner)
    yield over6(43, b"\x11\2\0\1" + u32(0) + B6 + inner)
    yield over6(43, b"\x11\4\0\2" + u32(7) + B6 + A6 + inner)
    yield over6(43, b"\x11\1\0\2" + u32(7) + B6 + inner)
    yield over6(43, b"\x11\2\4\0\0\0\0\0" + B6 + inner)
    yield over6(43, b"\x11\0\x09\0\0\0\0\0" + inner)
    yield over6(0, b"\x3c\0\1\4\0\0\0\0" + b"\x2c\0\1\4\0\0\0\0" + b"\x11\0\0\1" + u32(5) + inner)
    for flow in (0, 0x00012345, 0x0FF00000, 0x02800001):
        yield over6(17, inner, flow=flow, hops=flow & 0xFF)
    for following in (1, 2, 3, 4, 41, 59, 47, 132, 139, 200, 255):
        yield over6(following, bytes(30))
    yield over6(4, ip4(17, udp(1, 2, b"x")))
    yield over6(41, ip6(17, inner))
    for length in (0, 4, 8, 12, 100, 2000):
        yield over6(17, inner, length=length)
    yield eth(0x86DD, b"\x45" + ip6(17, inner)[1:])
    yield eth(0x86DD, ip6(17, inner)[:30])
