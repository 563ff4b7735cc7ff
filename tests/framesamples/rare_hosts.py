"""Frames of messages that are met less often, of hosts: DNS, DHCP, DHCPv6."""

from __future__ import annotations

from tests.framemaker import (
    A4,
    A6,
    B6,
    Frames,
    answer,
    dns,
    name,
    over4,
    over6,
    question,
    u16,
    u32,
    udp,
)


def questions() -> Frames:
    """DNS: types, codes, options of EDNS, labels and pointers that are rare or cannot be."""

    def said(message: bytes, port: int = 53) -> bytes:
        return over4(17, udp(port, port if port > 53 else 40_000, message))

    asked = question("a.example", 1)
    for kind in (*range(300), 32_768, 32_769, 65_535):
        yield said(dns(kind, 0x0100, [question("a.example", kind)]))
    for code in (*range(40), 255):
        opt = b"\0" + u16(41, 1232) + bytes([code, 0, 0x80 if code % 2 else 0, 0]) + u16(0)
        yield said(dns(code, 0x8180 | code & 15, [asked], [answer(1, A4)], [], [answer(16, b"\1x"), opt]))
    subnets = (
        (1, 24, 0, A4[:3]),
        (1, 24, 33, A4[:3]),
        (1, 24, 0, A4),
        (3, 24, 0, A4[:3]),
        (1, 0, 0, b""),
        (2, 56, 0, A6[:7]),
    )
    values = [bytes(size) for size in (0, 1, 2, 4, 8, 9, 16, 40, 41)]
    values += [u16(family) + bytes([source, scope]) + raw for family, source, scope, raw in subnets]
    values += [b"\1\2\3\5\xfc\x99", name("a.example")]
    for code in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 65_001):
        for value in values:
            option = u16(code, len(value)) + value
            opt = b"\0" + u16(41, 1232) + bytes(4) + u16(2 * len(option)) + option * 2
            yield said(dns(1, 0x8180, [asked], [opt]))
    tail = u16(1, 1)
    long = b"\x3f" + b"x" * 63
    for label in (
        b"\x41\x08\xab" + b"\0",
        b"\x41\x0b\xab\xcd" + b"\0",
        b"\x41\x0f\xab\xcd" + b"\1z\0",
        b"\x41\0" + bytes(range(32)) + b"\0",
        b"\x42\0",
        b"\x81a\0",
        b"\1a\x80",
        b"\1a\x43",
        b"\xc0\x0c",
        b"\xc0\xff",
        b"\1a\xc0\x0e",
        b"\1a\xc0",
        b"\1a\xc0\x0c",
        b"\x05ab",
        b"\3\x1b[m\0",
        long * 3 + b"\x3e" + b"y" * 62 + b"\0",
        long * 4 + b"\0",
        long * 5 + b"\1z\0",
    ):
        yield said(dns(1, 0x0100, [label + tail]))
        yield said(dns(1, 0x8180, [label + tail], [answer(2, label)]))
        yield said(dns(1, 0x8180, [asked], [answer(1, A4, owner=label), answer(5, label), answer(16, label)]))
    for kind, data in (
        (38, b"\0" + A6),
        (38, b"\x40" + A6[8:] + name("b.example")),
        (38, b"\x81" + A6),
        (38, b"\x80" + name("b.example")),
        (38, b"\x08" + A6[:4]),
        (256, u16(10, 5) + b"http://b.example/\x1b"),
        (1, b"\1"),
        (28, b"\1"),
        (33, b"\1"),
        (15, b""),
        (16, b"\x09ab"),
        (250, name("alg") + bytes(6) + u16(300, 4) + b"abcd" + u16(9, 0, 0)),
        (250, name("alg") + bytes(6) + u16(300, 400)),
    ):
        yield said(dns(1, 0x8180, [asked], [answer(kind, data)]))
        yield said(dns(1, 0x8180, [asked], [answer(kind, data), answer(1, A4, klass=0x8001)]), 5353)
    for counts in ((0, 0, 0, 0), (2, 0, 0, 0), (1, 2, 0, 0), (1, 1, 1, 0), (1, 1, 0, 1), (1, 0, 1, 1), (65_535,) * 4):
        for flags in (0x0100, 0x8180, 0x0800):
            yield said(u16(1, flags, *counts) + asked + answer(1, A4))


def leases() -> Frames:
    """DHCP: each option, of lengths that it can and cannot have."""

    def asked(options: bytes) -> bytes:
        fixed = bytes([1, 1, 6, 0]) + u32(1) + bytes(228) + b"c\x82Sc"
        return over4(17, udp(68, 67, fixed + options + b"\xff"))

    for code in range(1, 255):
        for first, size in ((0, 0), (1, 1), (0, 2), (200, 3), (1, 4), (0, 5), (200, 8), (1, 12)):
            yield asked(bytes([code, size]) + bytes((first + place) % 256 for place in range(size)))
    yield from (asked(bytes([53, 1, kind])) for kind in range(16))
    for code, value in (
        (82, b"\1\2ab\2\1x\5\4\x0a\0\0\1\6\3sub"),
        (82, b"\1\5ab"),
        (82, b"\1\0\2\1xz"),
        (77, b"\2ab\2cd"),
        (77, b"\2ab\0"),
        (81, b"\x10\0\0host"),
        (81, b"\x0f\1\2host.example"),
        (121, b"\x21\1\2\3\4\5" + A4),
        (121, b"\x18\x0a\0\0" + A4 + b"\0" + A4[:2]),
        (61, b"\0name"),
        (61, b"\xff\1\2\3\4\0\1"),
        (61, b"\x17abc"),
    ):
        yield asked(bytes([code, len(value)]) + value)


def leases6() -> Frames:
    """DHCPv6: each option, of lengths that it can and cannot have."""

    def asked(code: int, value: bytes) -> bytes:
        options = u16(code, len(value)) + value + u16(14, 0)
        return over6(17, udp(546, 547, b"\1\xab\xcd\xef" + options, A6, B6))

    for code in (*range(65), 112):
        for first, size in (
            (1, 0),
            (1, 1),
            (0, 2),
            (200, 3),
            (1, 4),
            (0, 5),
            (1, 8),
            (1, 11),
            (200, 12),
            (1, 17),
            (1, 25),
        ):
            yield asked(code, bytes((first + place) % 256 for place in range(size)))
    host = name("ntp.example")
    for code, value in (
        (56, u16(1, 16) + A6 + u16(3, len(host)) + host + u16(4, 2) + b"ab"),
        (56, u16(1, 20) + A6),
        (44, b"\1" + A6 + u16(14, 0)),
        (44, b"\2" + A6),
        (44, b"\3" + A6),
        (45, u16(8, 2, 5) + u16(5, 24) + A6 + u32(1, 2)),
        (47, A6 + b"rest"),
        (48, A6 + B6),
        (41, b"EST5EDT"),
        (64, host),
        (64, b"\3ab"),
        (112, b"https://a.example/\x1b"),
        (24, host * 2),
        (24, host[:-1]),
        (21, b"\xc0\2" + host),
        (11, b"\3\1\0" + bytes(8) + b"\1" + bytes(range(16))),
        (11, b"\3\1\0" + bytes(8) + b"\2" + bytes(range(16))),
        (11, b"\2\1\0" + bytes(8) + b"key"),
        (9, b"\1\2\3\4" + u16(14, 0)),
        (9, b"\x0c\1" + A6 + B6 + u16(14, 0)),
        (9, b""),
    ):
        yield asked(code, value)
