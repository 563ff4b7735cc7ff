"""Frames of many protocols, whole, by name: what the one-line text is compared with the real tcpdump on."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.framemaker import (
    A4,
    A6,
    B4,
    B6,
    MAC_A,
    MAC_B,
    answer,
    dns,
    eth,
    icmp,
    icmp6,
    ip4,
    ip6,
    name,
    question,
    tcp,
    u16,
    u32,
    udp,
    vlan,
)
from tests.packets import calls, routers

Frames = Iterator[bytes]


def over4(protocol: int, data: bytes, **more: int) -> bytes:
    """Return an IPv4 datagram in an Ethernet frame."""
    return eth(0x0800, ip4(protocol, data, **more))  # type: ignore[arg-type]


def over6(protocol: int, data: bytes, **more: int) -> bytes:
    """Return an IPv6 datagram in an Ethernet frame."""
    return eth(0x86DD, ip6(protocol, data, **more))  # type: ignore[arg-type]


def udp6(sport: int, dport: int, data: bytes) -> bytes:
    """Return a UDP datagram over IPv6."""
    return over6(17, udp(sport, dport, data, A6, B6))


def tcp6(sport: int, dport: int, data: bytes = b"", **more: int) -> bytes:
    """Return a TCP segment over IPv6."""
    return over6(6, tcp(sport, dport, data, source=A6, destination=B6, **more))  # type: ignore[arg-type]


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
    from tests.framemaker import summed

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


def domains() -> Frames:
    """DNS over UDP and TCP, mDNS, LLMNR."""
    a, aaaa = answer(1, B4), answer(28, B6)
    soa = answer(6, b"\xc0\x0c" + name("root.example.org") + u32(1, 2, 3, 4, 5))
    records = [
        a,
        aaaa,
        answer(5, name("www.example.com")),
        answer(2, name("ns1.example.com")),
        answer(15, u16(10) + b"\xc0\x0c"),
        answer(16, b"\5hello\5world"),
        answer(33, u16(1, 2, 443) + name("srv.example.com")),
        soa,
        answer(12, name("host.example.com")),
        answer(13, b"\3CPU\2OS"),
        answer(257, b"\0\5issueca.example"),
        answer(99, b"\4spf1"),
        answer(46, bytes(30)),
        answer(65, b"\0\1\0"),
        answer(39, name("d.example.net")),
        answer(1, b""),
        answer(28, b"ab"),
        answer(48, bytes(20)),
        answer(35, u16(1, 2) + b"\1S\3sip\0" + name("x.y")),
        answer(10, bytes(3)),
        answer(250, bytes(3)),
        answer(1, B4, klass=255),
        answer(1, B4, klass=3),
    ]
    edns = b"\0" + u16(41, 1232) + u32(0x8000) + u16(0)
    cookie = b"\0" + u16(41, 1232) + u32(0x00008000) + u16(12) + u16(10, 8) + bytes(8)
    subnet = b"\0" + u16(41, 512) + u32(0) + u16(11) + u16(8, 7) + u16(1) + b"\x18\0\xc0\0\2"
    kinds = (1, 2, 5, 6, 12, 15, 16, 28, 33, 35, 43, 48, 65, 255, 252, 251, 41, 1234, 257)
    for kind in kinds:
        for klass in (1, 3, 255, 4, 0x8001):
            ask = dns(kind + 1, 0x0100, [question("www.example.org", kind, klass)])
            yield over4(17, udp(40_000, 53, ask))
    ask = question("www.example.org", 1)
    for flags in (
        0x0000,
        0x0100,
        0x0120,
        0x0110,
        0x0130,
        0x2100,
        0x2800,
        0x1000,
        0x0140,
        0x0200,
        0x0001,
        0x0800,
        0x7800,
    ):
        yield over4(17, udp(40_000, 53, dns(9, flags, [ask])))
        yield over4(17, udp(53, 40_000, dns(9, 0x8000 | flags, [ask], [a])))
    for code in range(16):
        yield over4(17, udp(53, 40_000, dns(10, 0x8180 | code, [ask])))
    for record in records:
        yield over4(17, udp(53, 40_000, dns(11, 0x8180, [ask], [record])))
        yield over4(17, udp(53, 40_000, dns(11, 0x8580, [ask], [record, a], [record], [record, edns])))
        yield udp6(53, 40_000, dns(11, 0x8180, [ask], [a, record]))
    for extra in (edns, cookie, subnet, edns[:-2] + u16(5) + bytes(5)):
        yield over4(17, udp(40_001, 53, dns(12, 0x0100, [ask], [], [], [extra])))
        yield over4(17, udp(53, 40_001, dns(12, 0x8180, [ask], [a], [soa], [extra])))
    yield over4(17, udp(53, 40_001, dns(12, 0x8580, [ask], [a, aaaa, a], [soa, soa], [a, edns])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [ask, ask])))
    yield over4(17, udp(40_000, 53, dns(1, 0x2800, [ask], [a], [a, a], [a])))
    yield over4(17, udp(53, 40_000, dns(1, 0x8180, [], [a])))
    yield over4(17, udp(53, 40_000, dns(1, 0x8180, [ask, ask], [a])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [question("", 2)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\3a\x00b\4\x1b[2J\0" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\3a.b\2\\\xff\0" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\xc0\x0c" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\xc0\xff" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\x41abc\0" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\x81abc\0" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, b"\0\1\1\0\0"))
    yield over4(17, udp(40_000, 53, b""))
    message = dns(77, 0x0100, [ask])
    yield over4(6, tcp(40_000, 53, u16(len(message)) + message))
    yield over4(6, tcp(53, 40_000, u16(len(message)) + dns(77, 0x8180, [ask], [a])))
    yield over4(6, tcp(40_000, 53, u16(len(message))))
    yield over4(6, tcp(40_000, 53, u16(500) + message))
    yield over4(6, tcp(40_000, 53, u16(5) + message))
    many = bytes([224, 0, 0, 251])
    for message in (
        dns(0, 0, [question("_http._tcp.local", 12), question("printer.local", 1, 0x8001)]),
        dns(
            0,
            0x8400,
            [],
            [
                answer(12, name("x._http._tcp.local"), owner=name("_http._tcp.local")),
                answer(1, A4, owner=name("host.local"), klass=0x8001),
            ],
        ),
        dns(0, 0, [question("host.local", 255)], [], [answer(1, A4, owner=name("host.local"))]),
        dns(
            0,
            0x8400,
            [],
            [
                answer(33, u16(0, 0, 80) + name("host.local"), owner=name("x.local"), klass=0x8001),
                answer(47, name("x.local") + b"\0\1\x40", owner=name("x.local"), klass=0x8001),
            ],
        ),
    ):
        yield eth(0x0800, ip4(17, udp(5353, 5353, message, A4, many), A4, many, ttl=255))
    yield over4(17, udp(5355, 5355, dns(5, 0, [question("host", 1)])))


def texts() -> Frames:
    """HTTP, FTP, SMTP, RTSP, SSH, telnet, TLS and Redis in TCP segments."""
    for port, says in (
        (80, b"GET /a?b HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n"),
        (80, b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nbody"),
        (80, b"\x16\x03\x01binary"),
        (80, b"POST / HTTP/1.0"),
        (80, b"random text\r\nmore\r\n"),
        (80, b"GET \x1b[31m HTTP/1.1\r\n"),
        (80, b"HTTP/1.1 99 X\r\n"),
        (80, b"get / http/1.0\r\n"),
        (8080, b"CONNECT a:443 HTTP/1.1\r\n\r\n"),
        (3128, b"HEAD / HTTP/1.1\r\n\r\n"),
        (80, b"G"),
        (80, b"\r\n"),
        (80, b"GET /\rX"),
        (80, b"GET /\r"),
        (80, b"OPTIONS * HTTP/1.1\n\n"),
        (80, b"GET\t/\r\n\r\n"),
        (80, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        (80, b"HTTP/1.1 404 Not Found\r\n"),
        (80, b"HTTP/1.1  301 Moved\r\nLocation: /x\r\n\r\n"),
        (21, b"USER anonymous\r\n"),
        (21, b"220 ready\r\n"),
        (21, b"220-multi\r\n220 line\r\n"),
        (21, b"\xff\xfe"),
        (21, b"QUIT"),
        (25, b"EHLO x\r\n"),
        (25, b"250-a\r\n250 b\r\n"),
        (25, b"\x00\x01"),
        (25, b"plain text without an end"),
        (554, b"OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
        (554, b"RTSP/1.0 200 OK\r\n\r\n"),
        (554, b"junk here\r\n"),
        (8554, b"PLAY x RTSP/1.0\r\n\r\n"),
        (22, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
        (22, b"\0\0\1\x14\x06\x14binary"),
        (22, b"SSH-2.0-noend"),
        (22, b"not a banner\r\n"),
        (22, b"SSH-2.0-a\r\nmore"),
        (23, b"\xff\xfb\x01\xff\xfd\x03login: "),
        (23, b"plain"),
        (23, b"\xff\xfa\x18\x00xterm\xff\xf0\xff\xf9"),
        (23, b"\xff\xff\xff"),
        (23, b"\xff\xfd\x99"),
        (6379, b"*1\r\n$4\r\nPING\r\n"),
        (6379, b"+PONG\r\n"),
        (443, b"\x16\x03\x01\0\x05\1\0\0\1\0"),
    ):
        yield over4(6, tcp(45_000, port, says))
        yield eth(0x0800, ip4(6, tcp(port, 45_000, says, source=B4, destination=A4), B4, A4))


def hosts() -> Frames:
    """DHCP and BOOTP."""

    def message(
        op: int,
        options: bytes,
        *,
        flags: int = 0,
        secs: int = 0,
        your: bytes = bytes(4),
        cookie: bytes = b"\x63\x82\x53\x63",
        hops: int = 0,
        server: bytes = b"",
        file: bytes = b"",
        htype: int = 1,
        hlen: int = 6,
    ) -> bytes:
        head = (
            bytes([op, htype, hlen, hops]) + u32(0x3903F326) + u16(secs, flags) + bytes(4) + your + bytes(4) + bytes(4)
        )
        head += (MAC_A + bytes(10)) + server.ljust(64, b"\0") + file.ljust(128, b"\0")
        return head + cookie + options

    def option(code: int, data: bytes) -> bytes:
        return bytes([code, len(data)]) + data

    kinds = [option(53, bytes([kind])) + b"\xff" for kind in range(1, 10)]
    many = b"".join(
        option(code, data)
        for code, data in (
            (53, b"\5"),
            (54, A4),
            (51, u32(86_400)),
            (58, u32(43_200)),
            (59, u32(75_600)),
            (1, b"\xff\xff\xff\0"),
            (28, b"\xc0\0\2\xff"),
            (3, A4 + B4),
            (6, B4 + A4),
            (15, b"example.org"),
            (12, b"host"),
            (61, b"\1" + MAC_A),
            (60, b"MSFT 5.0"),
            (55, bytes([1, 3, 6, 15, 28, 42, 119, 121, 33, 252])),
            (57, u16(1500)),
            (26, u16(1400)),
            (42, A4),
            (119, name("example.org")),
            (121, b"\x18\x0a\0\0" + A4 + b"\0" + B4),
            (50, B4),
            (82, b"\1\4eth0\2\3abc"),
            (81, b"\0\0\0host.example.org"),
            (81, b"\3\xff\xffhost.example.org"),
            (81, b"\x0f\0\0host.example.org"),
            (116, b"\1"),
            (43, b"\1\2\3"),
            (93, u16(7)),
            (94, b"\1\3\x10"),
            (97, b"\0" + bytes(16)),
            (2, u32(3600)),
            (23, b"\x40"),
            (19, b"\1"),
            (46, b"\x08"),
            (44, A4),
            (56, b"no lease"),
            (66, b"tftp.example"),
            (67, b"boot.img"),
            (77, b"user"),
            (150, A4),
            (17, b"/root"),
            (100, b"EST5EDT"),
            (249, b"\x18\x0a\0\0" + A4),
            (252, b"http://wpad/"),
            (224, b"\1\2"),
            (33, A4 + B4),
            (80, b""),
            (118, A4),
            (125, u32(9) + b"\2\1\2"),
        )
    )
    for place, options in enumerate(
        [*kinds, many + b"\xff", b"\xff", b"", b"\0\0\0\xff" + bytes(40), option(53, b"\1") + b"\x0c\xff"]
    ):
        yield over4(17, udp(68, 67, message(1, options, flags=0x8000 * (place % 2), secs=place)))
        yield over4(17, udp(67, 68, message(2, options, your=B4, server=b"srv", file=b"pxe.0", hops=place % 3)))
    yield over4(17, udp(68, 67, message(1, b"", cookie=bytes(4))))
    yield over4(17, udp(68, 67, message(3, b"\xff", htype=6, hlen=6)))
    yield over4(17, udp(68, 67, message(1, b"\xff", hlen=0, flags=0x0001)))
    yield over4(17, udp(68, 67, b"\1\1\6\0"))


def hosts6() -> Frames:
    """DHCPv6."""

    def option(code: int, data: bytes) -> bytes:
        return u16(code, len(data)) + data

    duids = (
        u16(1, 1) + u32(0x1234) + MAC_A,
        u16(3, 1) + MAC_A,
        u16(2) + u32(9) + b"abc",
        u16(4) + bytes(16),
        u16(9) + b"x",
    )
    address = option(5, A6 + u32(3600, 7200))
    options = [
        *(option(1, duid) for duid in duids),
        option(2, duids[0]),
        option(3, u32(1, 1800, 2880) + address),
        option(4, u32(5) + address),
        option(25, u32(1, 0, 0) + option(26, u32(1, 2) + bytes([56]) + A6)),
        option(6, u16(23, 24, 59, 999)),
        option(7, b"\x0a"),
        option(8, u16(100)),
        option(13, u16(2) + b"no addresses"),
        option(13, u16(0)),
        option(14, b""),
        option(23, A6 + B6),
        option(24, name("example.org")),
        option(16, u32(9) + u16(3) + b"abc"),
        option(39, b"\1" + name("host.example.org")),
        option(20, b""),
        option(12, A6),
        option(11, bytes(11) + bytes(16)),
        option(15, u16(3) + b"abc"),
        option(17, u32(9) + b"ab"),
        option(18, b"eth0"),
        option(19, b"\5"),
        option(31, A6),
        option(32, u32(600)),
        option(37, u32(9) + b"xy"),
        option(59, b"tftp://x"),
        option(99, b"??"),
        option(60, b"a"),
        option(3, u32(1, 1, 2) + option(13, u16(2) + b"none")),
        option(30, name("nis.org")),
        option(29, name("nis")),
        option(28, A6),
        option(27, A6),
        option(22, A6),
        option(21, name("sip")),
    ]
    for kind in range(1, 14):
        yield udp6(546, 547, bytes([kind]) + b"\xab\xcd\xef" + options[kind])
    for one in options:
        yield udp6(546, 547, b"\1\xab\xcd\xef" + options[0] + one + option(8, u16(5)))
    yield udp6(547, 546, b"\7\xab\xcd\xef" + b"".join(options))
    yield udp6(547, 547, b"\x0c\1" + A6 + B6 + option(18, b"e0") + option(9, b"\1\1\2\3" + options[0]))
    yield udp6(547, 547, b"\x0d\0" + A6 + B6 + option(9, b"\7\1\2\3" + options[1]))
    yield udp6(546, 547, b"\1\xab")
    yield udp6(546, 547, b"\1\xab\xcd\xef" + u16(1, 50) + b"xy")


def clocks() -> Frames:
    """NTP."""
    for first in (0x23, 0x24, 0x1B, 0xE3, 0xDC, 0x16, 0x17, 0x0B, 0x62, 0x64, 0xA5, 0x20):
        for stratum, reference in ((0, b"INIT"), (1, b"GPS\0"), (2, A4), (16, bytes(4)), (0, b"RATE")):
            body = bytes([first, stratum, 6, 0xE9]) + u32(0x00012345, 0x00000FFF) + reference
            body += u32(0xE9000000, 0x80000000, 0xE9000001, 0, 0xE9000001, 0x40000000, 0, 0 if stratum else 0xC0000000)
            yield over4(17, udp(123, 123, body))
    body = (
        b"\x24\2\6\xe9"
        + u32(0xFFFF0000, 0x12345678)
        + A4
        + u32(0xE9000000, 1, 0, 0, 0xE9000009, 3, 0xE9000010, 0xFFFFFFFF)
    )
    yield over4(17, udp(50_000, 123, body))
    yield over4(17, udp(50_000, 123, body + u32(7) + bytes(16)))
    yield over4(17, udp(50_000, 123, body + u32(7)))
    yield over4(17, udp(50_000, 123, body[:40]))
    yield over4(17, udp(50_000, 123, b"\x16\2\0\1\0\0\0\0\0\0\0\0"))
    yield over4(17, udp(50_000, 123, b"\x16\x82\0\1" + u16(0x0615, 7, 0, 4) + b"abcd"))
    yield over4(17, udp(50_000, 123, b"\x17\0\3\x2a" + bytes(4)))


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


def bridges() -> Frames:
    """VLAN tags, LLC, STP, LLDP, types without a printer."""
    inner4 = ip4(17, udp(7, 8, b"in"))
    for tci in (1, 0x2005, 0x1FFF, 0xFFFF, 0):
        yield vlan(tci, 0x0800, inner4)
        yield vlan(tci, 0x8100, u16(tci ^ 7, 0x0800) + inner4, 0x88A8)
        yield vlan(tci, 0x0806, u16(1, 0x0800) + bytes([6, 4]) + u16(1) + MAC_A + A4 + bytes(6) + B4)
    yield vlan(5, 0x9999, b"what is this")
    yield vlan(5, 0x9100, u16(6, 0x86DD) + ip6(17, udp(7, 8, b"in", A6, B6)), 0x9200)
    for kind in (0x9999, 0x88B5, 0x0842, 0x0600, 0x6004, 0x9000, 0x05DD):
        yield eth(kind, b"an unknown payload, seventy bytes of it or so, with \x1b escape characters")
        yield eth(kind, b"")
    bridge = u16(0x8000) + MAC_A

    def logical(data: bytes, destination: bytes = b"\x01\x80\xc2\0\0\0") -> bytes:
        return eth(len(data), data + bytes(max(0, 46 - len(data))), destination=destination)

    for flags in (0, 1, 0x3C, 0x7E, 0x80, 0xFF, 0x0E, 0x68):
        plain = bytes([0, 0, 0, 0, flags]) + bridge + u32(4) + bridge + u16(0x8001, 0x0100, 0x1400, 0x0200, 0x0F00)
        yield logical(b"\x42\x42\x03" + plain)
        rapid = (
            bytes([0, 0, 2, 2, flags]) + bridge + u32(4) + bridge + u16(0x8001, 0x0100, 0x1400, 0x0200, 0x0F00) + b"\0"
        )
        yield logical(b"\x42\x42\x03" + rapid)
    yield logical(b"\x42\x42\x03" + bytes([0, 0, 0, 0x80]))
    yield logical(b"\x42\x42\x03" + bytes([0, 0, 9, 0]))
    yield logical(b"\x42\x42\x03" + bytes([0, 1, 9, 0]))
    yield logical(b"\xaa\xaa\x03\0\0\0\x08\0" + inner4)
    yield logical(
        b"\xaa\xaa\x03\0\0\x0c\x01\x0b"
        + bytes([0, 0, 0, 0, 0])
        + bridge
        + u32(4)
        + bridge
        + u16(0x8001, 0x0100, 0x1400, 0x0200, 0x0F00)
    )
    yield logical(b"\xaa\xaa\x03\x12\x34\x56\x20\0" + b"hello")
    yield logical(b"\x10\x11\x7f" + b"test")
    yield logical(b"\x10\x10\xe3" + b"test")
    yield logical(b"\x10\x10\0\2" + b"test")
    yield logical(b"\x10\x10\1\2" + b"test")
    for tlvs in _lldp():
        yield eth(0x88CC, tlvs, destination=b"\x01\x80\xc2\0\0\x0e")


def _lldp() -> Iterator[bytes]:
    def tlv(kind: int, data: bytes) -> bytes:
        return u16(kind << 9 | len(data)) + data

    chassis = tlv(1, b"\4" + MAC_A)
    port, ttl, end = tlv(2, b"\5eth0"), tlv(3, u16(120)), tlv(0, b"")
    yield chassis + port + ttl + end
    for more in (
        tlv(4, b"uplink"),
        tlv(5, b"switch1"),
        tlv(6, b"NOS 1.0 \x1b[2J"),
        tlv(7, u16(0x14, 0x04)),
        tlv(7, u16(0xFFFF, 0x80)),
        tlv(8, bytes([5, 1]) + A4 + b"\2" + u32(3) + b"\0"),
        tlv(8, bytes([17, 2]) + A6 + b"\2" + u32(3) + b"\0"),
        tlv(8, bytes([7, 6]) + MAC_A + b"\2" + u32(3) + b"\2ab"),
        tlv(127, b"\0\x80\xc2\1" + u16(7)),
        tlv(127, b"\0\x80\xc2\3" + u16(7) + b"\4vl07"),
        tlv(127, b"\0\x12\x0f\1\3\x6c\0\0\x10"),
        tlv(127, b"\0\x12\x0f\4" + u16(1518)),
        tlv(127, b"\0\x12\xbb\1\0\x0f\4"),
        tlv(127, b"abc\1xyz"),
        tlv(9, b"resv"),
        tlv(127, b"\0\x12\x0f\3\1" + u32(2)),
        tlv(127, b"\0\x80\xc2\2\1" + u16(3)),
        tlv(127, b"\0\x80\xc2\4\3abc"),
    ):
        yield chassis + port + ttl + more + end
    for kind in range(1, 8):
        yield (
            tlv(1, bytes([kind]) + (b"\1" + A4 if kind == 5 else MAC_A if kind == 4 else b"text"))
            + tlv(2, bytes([kind]) + (MAC_A if kind == 3 else b"\1" + A4 if kind == 4 else b"text"))
            + ttl
            + end
        )
    yield chassis + port + ttl
    yield chassis + tlv(2, b"") + end
    yield u16(1 << 9 | 300) + b"\4" + MAC_A


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


def others() -> Iterator[tuple[int, list[bytes]]]:
    """Yield link types other than Ethernet, with frames of theirs."""
    inner4, inner6 = ip4(17, udp(7, 8, b"in")), ip6(6, tcp(7, 8, b"in", source=A6, destination=B6))
    request = u16(1, 0x0800) + bytes([6, 4]) + u16(1) + MAC_A + A4 + bytes(6) + B4
    yield 101, [inner4, inner6, b"\x05rubbish", b"\x45"]
    yield 228, [inner4]
    yield 229, [inner6]
    cooked, cooked2 = [], []
    for kind in (0, 1, 2, 3, 4, 7):
        for protocol, data in (
            (0x0800, inner4),
            (0x86DD, inner6),
            (0x0806, request),
            (0x8100, u16(5, 0x0800) + inner4),
            (0x9999, b"what is this"),
            (4, b"\x42\x42\x03" + bytes(35)),
        ):
            cooked.append(u16(kind, 1, 6) + MAC_A + b"\0\0" + u16(protocol) + data)
            cooked2.append(u16(protocol, 0) + u32(99_999) + u16(1) + bytes([kind, 6]) + MAC_A + b"\0\0" + data)
    cooked.append(u16(0, 772, 0) + bytes(8) + u16(0x0800) + inner4)
    cooked.append(u16(0, 1, 6) + MAC_A)
    cooked2.append(u16(0x0800, 0) + u32(99_998) + u16(772) + bytes([0, 0]) + bytes(8) + inner4)
    cooked2.append(u16(0x0800, 0) + u32(1))
    yield 113, cooked
    yield 276, cooked2
    yield (
        0,
        [
            b"\2\0\0\0" + inner4,
            b"\x1e\0\0\0" + inner6,
            b"\0\0\0\2" + inner4,
            b"\x63\0\0\0what",
            b"\2\0",
            b"\x0a\0\0\0" + inner6,
        ],
    )
    yield 108, [b"\0\0\0\2" + inner4, b"\0\0\0\x18" + inner6, b"\0\0\0\x63what"]
