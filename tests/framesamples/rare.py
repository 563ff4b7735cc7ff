"""Frames of messages that are met less often, by name: what the one-line text is compared with the real tcpdump on."""

from __future__ import annotations

from collections.abc import Iterator

from tests.framemaker import (
    A4,
    A6,
    B4,
    B6,
    MAC_A,
    MAC_B,
    Frames,
    answer,
    dns,
    eth,
    icmp6,
    ip4,
    name,
    over4,
    over6,
    question,
    tcp,
    u16,
    u32,
    udp,
    vlan,
)


def trees() -> Frames:
    """Spanning trees of all versions."""

    def unit(version: int, kind: int, rest: bytes, flags: int = 0x3C) -> bytes:
        bridge = u16(0x8000) + MAC_A
        fixed = bytes([0, 0, version, kind, flags]) + bridge + u32(20_000) + bridge + u16(0x8001)
        data = fixed + u16(256, 20 * 256, 512, 15 * 256) + rest
        return MAC_B + MAC_A + u16(3 + len(data)) + b"\x42\x42\x03" + data

    def many(instances: bytes, title: bytes = b"region", spare: int = 0) -> bytes:
        """Return version 3's part, behind the length of version 1."""
        info = (
            b"\0" + title.ljust(32, b"\0")[:32] + u16(7) + bytes(range(16)) + u32(200) + u16(0x7000) + MAC_B + b"\x13"
        )
        return u16(len(info) + len(instances) - spare) + info + instances

    one = b"\x7c" + u16(0x8005) + MAC_A + u32(20_000) + b"\x80\x80\x14"
    two = b"\x0d" + u16(0x6001) + MAC_B + u32(1) + b"\xf0\x20\xff"
    paths = u16(85) + b"\0" + b"aux\x1b".ljust(32, b"\0") + u16(9) + bytes(range(16)) + b"\xdc\0\x12\x34" + u16(5)
    paths += bytes(8) + bytes(range(20, 40))
    for version in (0, 2, 3, 4, 5):
        for kind in (0, 2, 0x80, 0x33):
            yield unit(version, kind, b"\0" + many(b""))
    for instances in (b"", one, one + two, one + two[:9]):
        yield unit(3, 2, b"\0" + many(instances))
        yield unit(4, 2, b"\0" + many(instances) + paths)
    yield unit(3, 2, b"\0" + many(one, b"a name of exactly thirty-two bytes"))
    yield unit(3, 2, b"\0" + many(one, b"\x1b[2J\xff"), 0)
    yield unit(3, 2, b"\1" + many(one))
    yield unit(3, 2, b"\0" + many(one, spare=40))
    yield unit(3, 2, b"\0" + many(one, spare=-400))
    yield unit(4, 2, b"\0" + many(one) + paths[:20])
    yield unit(4, 2, b"\0" + many(one) + u16(4) + bytes(8))
    yield unit(2, 2, b"")
    yield unit(2, 0, b"")
    yield MAC_B + MAC_A + u16(5) + b"\x42\x42\x03\0\0"


def terminals() -> Frames:
    """Telnet: commands, options and what they negotiate, whole and not."""

    def said(*data: bytes) -> Iterator[bytes]:
        for one in data:
            yield over4(6, tcp(40_000, 23, one))

    iac, sb, se = b"\xff", b"\xff\xfa", b"\xff\xf0"
    yield from said(b"a", b"", b"\r\n", b"text", iac, iac + b"\xf1", iac * 2, iac * 3, iac + b"\x20", iac + b"\xfd")
    yield from said(*(iac + bytes([command]) + b"\x01more" for command in range(236, 256)))
    yield from said(*(iac + b"\xfb" + bytes([option]) for option in (0, 1, 18, 24, 39, 40, 45, 99, 200, 255)))
    for option in (0, 1, 24, 31, 32, 33, 34, 35, 37, 38, 39, 99):
        yield from said(
            sb + bytes([option]) + b"\0xterm" + se,
            sb + bytes([option]) + b"\1" + se,
            sb + bytes([option]) + b"\2\1\x0b\xff\xff\x80" + se,
            sb + bytes([option]) + b"\3\0\x1f" + se,
            sb + bytes([option]) + b"\x09\0\x1f" + se + iac + b"\xfb\x01",
        )
    for option in (37, 38):
        for verb in (0, 1, 2, 3):
            yield from said(
                sb + bytes([option, verb]) + b"\1\0\2\1" + se, sb + bytes([option, verb]) + b"\3\7\5\x10\x20" + se
            )
    for verb, kind in [*((0, kind) for kind in range(17)), *((verb, 1) for verb in range(10))]:
        yield from said(sb + bytes([38, verb, kind, 0, 1, 2]) + se, sb + bytes([37, verb, kind, 3, 1, 2]) + se)
    yield from said(sb + b"\x18" + se, sb + b"\x18", sb + b"\x18\1", sb, sb + b"\x18\0" + iac, sb + b"\x18\0ab" + iac)
    yield from said(sb + b"\x1f\0\x50\0\x18" + se + iac + b"\xfd\x03" + b"login: ", iac + b"\xfb\x01" + b"x" + iac)


def stores() -> Frames:
    """Redis: its values, whole and not."""
    for data in (
        b"+OK\r\n",
        b"-ERR no\r\n",
        b":3\r\n",
        b":-17\r\n",
        b":x1\r\n",
        b":\r\n",
        b"$3\r\nabc\r\n",
        b"$0\r\n\r\n",
        b"$-1\r\n",
        b"$-2\r\n",
        b"$-0\r\n",
        b"$12345678901\r\nx\r\n",
        b"$2147483647\r\nx\r\n",
        b"$3\r\nab",
        b"$3\r\nabcde\r\n",
        b"$3\r\nab\r\n",
        b"$x\r\n",
        b"$\r\n",
        b"$",
        b"$5",
        b"$5\r",
        b"$5x\r\n",
        b"*0\r\n",
        b"*-1\r\n",
        b"*-9\r\n*1\r\n+a\r\n",
        b"*2\r\n$4\r\nPING\r\n:1\r\n",
        b"*2\r\n*1\r\n+x\r\n-y\r\n",
        b"*3\r\n+a\r\n",
        b"*99999999999\r\n+a\r\n",
        b"*x\r\n+a\r\n",
        b"*1\r\n",
        b"PING\r\n",
        b"PING\n",
        b"PING\rPING\r\n\r\nPING\r\n",
        b"\r\nPING\r\n",
        b"\n\nPING\n",
        b"\r\n",
        b"\r",
        b"PING",
        b"set a \x1b[2Jb\r\n",
        b"+a\r\n+b\r\n:3\r\n$1\r\nx\r\n*0\r\n",
        b"+ok\r",
        b"+ok",
        b"+",
        b":69\r\n:70\r\n:71\r\n",
        b"$-1\r\n$-1\r\n",
        b"*-5\r\n$2\r\nhi\r\n",
        b"$$$$$$$$\r\n",
    ):
        yield over4(6, tcp(6379, 50_000, data))


def paths() -> Frames:
    """Multipath TCP: every option, in lengths that it can and cannot have."""
    for flags in (2, 0x12, 0x10):
        for size in (3, 4, 8, 10, 12, 16, 18, 20, 22, 24, 28, 30):
            for first in (
                0x00,
                0x01,
                0x10,
                0x11,
                0x20,
                0x30,
                0x31,
                0x34,
                0x36,
                0x40,
                0x50,
                0x51,
                0x60,
                0x70,
                0x80,
                0xF0,
            ):
                value = bytes([30, size, first, 5]) + bytes(range(1, 28))
                option = (value[:size] + b"\1\1\1")[: -(-size // 4) * 4]
                yield over4(6, tcp(40_000, 443, flags=flags, options=option))
    for size in (4, 12, 20, 22, 24):
        for flags in (2, 0x12, 0x10, 0x18, 0x1A):
            option = bytes([30, size, 1, 0x81]) + bytes(range(1, size - 3))
            yield over4(
                6, tcp(40_000, 443, b"x" * (flags & 8), flags=flags, options=(option + b"\1\1")[: size + 3 & ~3])
            )
    for bits in range(32):
        for size in (4, 8, 12, 16, 18, 20, 22, 24, 26, 28):
            value = bytes([30, size, 0x20, bits]) + bytes(range(1, 28))
            option = (value[:size] + b"\1\1\1")[: -(-size // 4) * 4]
            yield over4(6, tcp(40_000, 443, flags=0x10, options=option))


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


def attributes() -> Frames:
    """L2TP: each attribute with values that are too short, and too long."""
    for kind in range(48):
        for size in (0, 1, 2, 4, 6, 8, 9, 10, 11, 16, 26, 28):
            value = u16(0x8000 | 6 + size, 0, kind) + bytes(range(1, size + 1))
            body = value + u16(0x8008, 0, 0, 1)
            yield over4(17, udp(1701, 1701, u16(0xC802, 12 + len(body), 5, 6, 1, 2) + body))


def security() -> Frames:
    """AH that cannot be, and ESP in UDP."""
    inner = udp(1, 2, b"in")
    for size, reserved in ((4, 0), (4, 0x1234), (1, 0), (0, 0), (40, 1), (4, 9)):
        for following in (17, 6, 50, 253):
            yield over4(51, bytes([following, size]) + u16(reserved) + u32(7, 8) + bytes(range(12)) + inner)
    for body in (b"\xff", b"\xfe", b"", b"\xff\xff", b"\xff" * 3, u32(0x100, 7) + bytes(20), u32(1, 2)):
        yield over4(17, udp(4500, 4500, body))
        yield over4(17, udp(4501, 4500, body))


def logical() -> Frames:
    """LLC: access points and controls, whole and not."""
    points = ((0x44, 0x10), (0x10, 0x10), (0x11, 0x10), (0x10, 0x11), (4, 4), (0x8E, 4), (0x42, 0x42), (6, 6))
    controls = (
        b"\0\x34",
        b"\1\2",
        b"\5\3",
        b"\x09\2",
        b"\3",
        b"\x13",
        b"\xaf",
        b"\xbf",
        b"\xe3",
        b"\x87",
        b"\x0f",
        b"\x7b",
    )
    for dsap, ssap in points:
        for control in controls:
            for rest in (b"\x81\1\2", b"\x80\1\2"):
                yield eth(60, (bytes([dsap, ssap]) + control + rest + bytes(57))[:60])
    for size in range(7):
        yield eth(size, b"\x10\x10\xaf\x81\1\2"[:size])
    for vendor in (0x00000C, 0x0080C2, 0x00005E, 0x0012BB, 0x00120F, 0x123456, 0x0000F8):
        for kind in (1, 2, 7, 14, 0x010C, 0x1234):
            inner = bytes(2) + eth(0x0800, ip4(17, udp(1, 2, b"in")))
            yield eth(8 + len(inner), b"\xaa\xaa\3" + vendor.to_bytes(3, "big") + u16(kind) + inner)


def neighbours() -> Frames:
    """ARP for what is neither Ethernet nor IPv4; tagged frames of 802.3, protocols by name."""
    for hardware, protocol in ((1, 0x0800), (6, 0x0800), (23, 0x0800), (1, 0x1000), (1, 0x86DD), (37, 0), (32, 0x0800)):
        for hlen, plen in ((6, 4), (0, 4), (6, 0), (6, 12), (8, 16), (0, 0)):
            for operation in (1, 2, 3, 4, 5, 8, 9, 10):
                addresses = bytes(range(1, 1 + 2 * (hlen + plen)))
                yield eth(0x0806, u16(hardware, protocol) + bytes([hlen, plen]) + u16(operation) + addresses)
    yield eth(0x0806, u16(1, 0x0800) + bytes([6, 4]) + u16(1) + bytes(20))
    yield vlan(5, 3, b"\x10\x10\x03")
    yield vlan(5, 46, b"\xaa\xaa\3\0\0\0\x08\0" + ip4(17, udp(1, 2, b"in")) + bytes(8))
    for protocol in (54, 55, 62, 135, 143, 254):
        yield eth(0x0800, ip4(protocol, bytes(8), flags=0x20B9))


def discoveries() -> Frames:
    """LLDP: what organizations have of their own, of every length."""
    for oui, kinds in (
        (0x0080C2, range(16)),
        (0x00120F, range(6)),
        (0x0012BB, (0, 1, 2, *range(4, 13))),
        (0x123456, [1]),
    ):
        for kind in kinds:
            for size in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 21, 22):
                for first in (1, 0x2C, 0xD6):
                    value = (
                        oui.to_bytes(3, "big")
                        + bytes([kind])
                        + bytes((first + 37 * place) % 256 for place in range(size))
                    )
                    yield eth(0x88CC, u16(127 << 9 | len(value)) + value + u16(0))
    for form in (0, 3, 4):
        value = bytes.fromhex("0012bb03") + bytes([form]) + b"+491\x1b"
        yield eth(0x88CC, u16(127 << 9 | len(value)) + value + u16(0))
    for family in range(40):
        value = bytes([5, family]) + A4 + b"\2" + u32(7) + b"\0"
        yield eth(0x88CC, u16(8 << 9 | len(value)) + value + u16(0))


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


RARE = {
    "trees": trees,
    "terminals": terminals,
    "stores": stores,
    "paths": paths,
    "questions": questions,
    "attributes": attributes,
    "logical": logical,
    "leases": leases,
    "nodes": nodes,
    "routers6": routers6,
    "graphs": graphs,
    "oddments": oddments,
    "leases6": leases6,
    "discoveries": discoveries,
    "neighbours": neighbours,
    "security": security,
}
