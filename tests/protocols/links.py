"""Packets of the link layer: ARP, VLAN tags, bridges, LLDP, link types other than Ethernet."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.packets import (
    A6,
    B6,
    CHDLC,
    LOOP,
    MAC_A,
    MAC_B,
    NULL,
    PPP,
    RAW,
    SLL,
    SLL2,
    A,
    Packet,
    arp,
    ether,
    ip4,
    ip6,
    udp,
    vlan,
)


def arps() -> Iterator[Packet]:
    """Yield requests, replies, probes, announcements, reverse ones; padded and not."""
    for padding in (0, 18):
        for code in range(1, 10):
            yield Packet(ether(arp(code) + bytes(padding), 0x0806))
        yield Packet(ether(arp(1, source=bytes(4)) + bytes(padding), 0x0806, to=b"\xff" * 6))
        yield Packet(ether(arp(1, wanted=A) + bytes(padding), 0x0806, to=b"\xff" * 6))
        yield Packet(ether(arp(2, wanted=A, target=MAC_A) + bytes(padding), 0x0806))
        yield Packet(ether(arp(1) + bytes(range(padding)), 0x0806))


def vlans() -> Iterator[Packet]:
    """Yield tagged frames, one tag and two."""
    inner = ip4(udp(b"abc", 5000, 6000), 17)
    for ident in (0, 1, 100, 4095):
        for priority in (0, 5, 7):
            yield Packet(ether(vlan(inner, ident, priority=priority), 0x8100))
    yield Packet(ether(vlan(vlan(inner, 7), 9, 0x8100), 0x8100))
    yield Packet(ether(vlan(vlan(inner, 7), 9, 0x8100, 3), 0x88A8))
    yield Packet(ether(vlan(arp(1), 7, 0x0806), 0x8100))


def links() -> Iterator[Packet]:
    """Yield the same packet behind each kind of link header."""
    inner, inner6 = ip4(udp(b"abc", 5000, 6000), 17), ip6(udp(b"abc", 5000, 6000, src=A6, dst=B6), 17)
    for order in ("<I", ">I"):
        yield Packet(struct.pack(order, 2) + inner, NULL)
        for family in (24, 28, 30):
            yield Packet(struct.pack(order, family) + inner6, NULL)
    yield Packet(struct.pack(">I", 2) + inner, LOOP)
    yield Packet(struct.pack(">I", 24) + inner6, LOOP)
    yield Packet(inner, RAW)
    yield Packet(inner6, RAW)
    for link in (PPP, CHDLC):
        yield Packet(b"\x0f\0\x08\0" + inner, link)
        yield Packet(b"\x8f\0\x86\xdd" + inner6, link)
    yield Packet(b"\x0f\0\x88\x47\0\1\1\x40" + inner, CHDLC)
    for kind in range(5):
        for length, address in ((6, MAC_A + b"\0\0"), (0, bytes(8)), (8, bytes(range(8)))):
            yield Packet(struct.pack("!HHH8sH", kind, 1, length, address, 0x0800) + inner, SLL)
            yield Packet(struct.pack("!HHH8sH", kind, 772, length, address, 0x86DD) + inner6, SLL)
            yield Packet(struct.pack("!HHIHBB8s", 0x0800, 0, 3, 1, kind, length, address) + inner, SLL2)
    yield Packet(struct.pack("!HHH8sH", 0, 1, 6, MAC_A + b"\0\0", 0x0806) + arp(1), SLL)


def bridges() -> Iterator[Packet]:
    """Yield 802.3 frames: spanning tree, SNAP, other service access points."""
    group = bytes.fromhex("0180c2000000")

    def one(payload: bytes, to: bytes = group) -> Packet:
        return Packet(to + MAC_B + struct.pack("!H", len(payload)) + payload.ljust(46, b"\0"))

    bpdu = (
        b"\x80\0"
        + MAC_A
        + struct.pack("!I", 4)
        + b"\x80\x64"
        + MAC_B
        + struct.pack("!HHHHH", 0x8001, 256, 5120, 512, 3840)
    )
    for flags in (0, 1, 0x81):
        yield one(b"\x42\x42\x03\0\0\0\0" + bytes((flags,)) + bpdu)
    for flags in (0, 1, 0x3C, 0x7C, 0x0E, 0x78):
        yield one(b"\x42\x42\x03\0\0\2\2" + bytes((flags,)) + bpdu + b"\0")
    yield one(b"\x42\x42\x03\0\0\0\x80")
    yield one(b"\xaa\xaa\x03\0\0\0\x08\0" + ip4(udp(b"abc", 5000, 6000), 17))
    yield one(b"\xaa\xaa\x03\0\0\0\x08\x06" + arp(1))
    yield one(b"\xaa\xaa\x03\x12\x34\x56\x01\x02" + b"whatever it is")
    yield one(b"\x0e\x0e\x03" + b"what is it?")
    yield one(b"\x04\x05\x73" + b"sna")


def lldps() -> Iterator[Packet]:
    """Yield advertisements."""

    def tlv(kind: int, value: bytes) -> bytes:
        return struct.pack("!H", kind << 9 | len(value)) + value

    base = tlv(1, b"\4" + MAC_A) + tlv(2, b"\5eth0") + tlv(3, b"\0\x78")
    more = tlv(4, b"port one") + tlv(5, b"host") + tlv(6, b"a system") + tlv(7, b"\0\x14\0\x10")
    address = tlv(8, b"\5\1" + A + b"\2\0\0\0\3\0")
    address6 = tlv(8, b"\x11\2" + A6 + b"\2\0\0\0\3\0")
    own = tlv(127, b"\0\x80\xc2\1\0\5") + tlv(127, b"\0\x12\x0f\4\5\xee")
    group = bytes.fromhex("0180c200000e")
    for body in (base, base + more, base + more + address, base + address6 + own):
        yield Packet(ether(body + tlv(0, b""), 0x88CC, to=group))
    for kind, ident in ((5, b"\1" + A), (6, b"br0"), (7, b"abc"), (2, b"alias")):
        yield Packet(
            ether(
                tlv(1, bytes((kind,)) + ident) + tlv(2, b"\3" + MAC_B) + tlv(3, b"\0\0") + tlv(0, b""), 0x88CC, to=group
            )
        )
