"""Frames of what sets hosts up: DHCP, DHCPv6, NTP."""

from __future__ import annotations

from tests.framemaker import A4, A6, B4, B6, MAC_A, Frames, name, over4, u16, u32, udp, udp6


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
