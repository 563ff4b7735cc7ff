"""Frames of the link layer: VLAN tags, LLC, STP, LLDP, and link types other than Ethernet."""

from __future__ import annotations

from collections.abc import Iterator

from tests.framemaker import A4, A6, B4, B6, MAC_A, Frames, eth, ip4, ip6, tcp, u16, u32, udp, vlan


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
    for size in (0, 1, 4, 8):  # of addresses, of which those of six bytes are shown
        cooked.append(u16(0, 1, size) + bytes(range(1, 9)) + u16(0x0800) + inner4)
        cooked2.append(u16(0x0800, 0) + u32(99_999) + u16(1) + bytes([0, size]) + bytes(range(1, 9)) + inner4)
    yield 113, cooked
    yield 276, cooked2
    yield 227, [b"what nobody prints", b"\0"]
    yield (
        9,
        [
            b"\xff\x03\0\x21" + inner4,
            b"\0\x57" + inner6,
            b"\x21" + inner4,
            b"\xff\x03\xc0\x21\x09\1\0\x08" + u32(7),
            b"\0\x21",
        ],
    )
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
