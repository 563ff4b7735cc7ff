"""Frames of messages that are met less often, of the internet layer: AH and ESP, ICMPv6, and short oddments."""

from __future__ import annotations

from tests.framemaker import (
    A4,
    A6,
    B4,
    B6,
    MAC_A,
    Frames,
    eth,
    icmp6,
    ip4,
    name,
    over4,
    over6,
    u16,
    u32,
    udp,
)


def security() -> Frames:
    """AH that cannot be, and ESP in UDP."""
    inner = udp(1, 2, b"in")
    for size, reserved in ((4, 0), (4, 0x1234), (1, 0), (0, 0), (40, 1), (4, 9)):
        for following in (17, 6, 50, 253):
            yield over4(51, bytes([following, size]) + u16(reserved) + u32(7, 8) + bytes(range(12)) + inner)
    for body in (b"\xff", b"\xfe", b"", b"\xff\xff", b"\xff" * 3, u32(0x100, 7) + bytes(20), u32(1, 2)):
        yield over4(17, udp(4500, 4500, body))
        yield over4(17, udp(4501, 4500, body))


def said6(kind: int, code: int, rest: bytes) -> bytes:
    """Return an ICMPv6 message in an Ethernet frame."""
    return over6(58, icmp6(kind, code, rest))


def nodes() -> Frames:
    """ICMPv6's node information."""
    host, nonce = name("host.example"), bytes(8)
    subjects = (A6, A4, host, host[1:], b"\4host", A6 + b"x", b"xx", b"", b"\x09ab", host + b"\0", b"\3abc")
    for code in (0, 1, 2, 9):
        for subject in subjects:
            yield said6(139, code, u16(2, 0) + nonce + subject)
            yield said6(139, code, u16(3, 0x3E) + nonce + subject)
        for kind in (0, 1, 2, 3, 9):
            for flags in (0, 1, 0x7E, 0x80):
                yield said6(139, code, u16(kind, flags) + nonce)
                yield said6(139, code, u16(kind, flags) + nonce + A6)
                yield said6(140, code, u16(kind, flags) + nonce)
                yield said6(140, code, u16(kind, flags) + nonce + u32(9) + host)
                yield said6(140, code, u16(kind, flags) + nonce + (u32(9) + A6) * 2 + b"x")
    for size in (0, 4, 8, 10):
        yield said6(139, 0, bytes(size))
        yield said6(140, 0, bytes(size))


def routers6() -> Frames:
    """ICMPv6's router renumbering and mobile prefixes, and what is too short for anything."""
    use = bytes([48, 16, 0xC0, 0x80]) + u32(600, 0xFFFFFFFF, 0xC0000000) + B6
    for code in (0, 1, 255, 7):
        for flags in (0, 0x80, 0xF8):
            for operation, size in ((1, 3), (2, 7), (3, 11), (9, 7), (1, 4)):
                rest = u32(7) + bytes([1, flags]) + u16(9) + u32(flags & 8)
                change = bytes([operation, size, 7, 16, 64, 48]) + u16(0) + A6
                yield said6(138, code, rest + change + use)
                yield said6(138, code, rest + change + use * 2)
    yield said6(138, 0, u32(7))
    yield said6(146, 0, u16(7, 0))
    for flags in (0, 0xC000, 0x4000):
        yield said6(147, 0, u16(7, flags) + b"\3\4\x40\xc0" + u32(1, 2, 0) + A6)
    yield said6(147, 0, u16(7, 0))
    for size in range(4):
        yield over6(58, bytes(range(135, 135 + size)))


def graphs() -> Frames:
    """RPL, which comes in ICMPv6, and multicast traces."""
    for options in (b"", b"\0", b"\1\2ab", b"\5\4\0\x40ab", b"\7\1x", b"\5\x09a", b"\1"):
        for mode in (0x88, 0x00, 0x3F):
            yield said6(155, 1, b"\1\2\0\3" + bytes([mode]) + b"\5\0\0" + A6 + options)
        yield said6(155, 2, b"\1\xc0\0\7" + A6 + options)
        yield said6(155, 3, b"\1\x80\7\0" + A6 + options)
        yield said6(155, 3, b"\1\0\7\5" + options)
        yield said6(155, 2, b"\1\0\0\7" + options + bytes(20))
    for code, rest in (
        (0, b"\0\0"),
        (1, b"\1\2\0\3"),
        (2, b"\1\x40\0\7"),
        (3, b"\1\x80\7"),
        (0x82, bytes(4)),
        (9, b"\1"),
    ):
        yield said6(155, code, rest)
    trace = b"\0\0" + A4 + B4 + A4 + A4[::-1] + b"\x08\1\2\3"
    for kind in (0x1E, 0x1F):
        for size in (0, 8, 22, 24):
            yield over4(2, bytes([kind, 7]) + trace[:size])


def oddments() -> Frames:
    """Short messages that are rare, or cannot be: NTP, VRRP, Ethernet's loopback, IP's options."""
    for body in (
        b"\0\0\1\0\5\0" + bytes(10),
        b"\0\0\1\0\5\0",
        b"\0\0\1\0",
        b"\0\0\1\0\5",
        b"\0\0\2\0" + MAC_A,
        b"\0\0\2\0" + MAC_A + b"xy",
        b"\0\0\2\0" + MAC_A[:4],
        b"\x08\0" + bytes(8) + b"\1\0\7\0z",
        b"\0\0\3\0abc",
        b"\7\0" + bytes(7) + b"\1\0\1\0",
        b"\x40\0\1\0\1\0",
    ):
        yield eth(0x9000, body)
    clock = b"\x24\2\6\xe9" + u32(0xFFFF0000, 0x12345678) + A4
    for size in (0, 4, 8, 16, 20, 24, 28, 32):
        yield over4(17, udp(50_000, 123, clock + u32(*[0xE9000000, 1] * 4) + bytes(range(size))))
    for seconds in (1, 100, 0x7FFFFFFF, 0x80000000, 2_208_988_799, 2_208_988_800, 0xFFFFFFFF):
        yield over4(17, udp(50_000, 123, clock + u32(*[seconds, 5] * 4)))
    for body in (b"\xf2\1\x64", b"\xf2", b"\x41\1\2\3", b"\x31\1\x64\1\0\x64", b"\x31\1\x64\3\0\x64\0\0" + A4):
        yield over4(112, body)
        yield eth(0x0800, ip4(112, body, ttl=255))
    for pointer in (0, 3, 4, 5, 8, 12, 15, 16, 20, 114):
        route = b"\x07\x0f" + bytes([pointer]) + A4 + A4[::-1] + A4 + b"\0"
        yield eth(0x0800, ip4(17, udp(1, 2, b""), options=route))
