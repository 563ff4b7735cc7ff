"""Frames of messages that are met less often, of links: spanning trees, LLC, LLDP, ARP of other hardware."""

from __future__ import annotations

from tests.framemaker import (
    A4,
    MAC_A,
    MAC_B,
    Frames,
    eth,
    ip4,
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
