"""Frames for capture filters: all that they can look at, and each of them cut off at every place that matters."""

from __future__ import annotations

import struct
from collections.abc import Iterator

HOSTS = (bytes([1, 2, 3, 4]), bytes([10, 0, 0, 1]), bytes([10, 1, 200, 3]), bytes([224, 0, 0, 1]), bytes([255] * 4))
HOSTS6 = (
    bytes.fromhex("20010db8000000000000000000000001"), bytes(15) + b"\x01", bytes.fromhex("ff02" + "00" * 13 + "01"),
)  # fmt: skip
MACS = (bytes.fromhex("001122334455"), bytes.fromhex("020000000001"), b"\xff" * 6, bytes.fromhex("01005e000001"))
_LLC = bytes.fromhex(
    "03424203 03e0e003 03ffff00 03f0f07f 04fefe0381 03060603 08aaaa03080007809b 08aaaa0300000080f3 08aaaa030000008137"
    "03424201 034242e3 03424200 03424205"
)  # each after its length
_CUTS = (0, 1, 2, 4, 8, 12, 13, 14, 16, 18, 20, 24, 30, 33, 34, 36, 38, 40, 46, 54, 56, 58, 60)


def ethernet(kind: int, payload: bytes, tags: tuple[tuple[int, int], ...] = (), pair: int = 0) -> bytes:
    """Build an Ethernet frame; ``tags`` are (type, VLAN). A kind up to 1500 is a length."""
    head = MACS[(pair + 1) % 4] + MACS[pair % 2]
    for tag, number in tags:
        head += struct.pack("!HH", tag, 0x2000 | number)
    return head + struct.pack("!H", kind) + payload


def ipv4(proto: int, payload: bytes, pair: int = 0, fragment: int = 0, options: bytes = b"") -> bytes:
    """Build an IPv4 packet."""
    words = 5 + len(options) // 4
    head = struct.pack(
        "!BBHHHBBH", 0x40 | words, 0, words * 4 + len(payload), 1, fragment, 64, proto, 0
    )  # fmt: skip
    return head + HOSTS[pair % 3] + HOSTS[(pair + 1) % 5] + options + payload


def ipv6(proto: int, payload: bytes, pair: int = 0) -> bytes:
    """Build an IPv6 packet."""
    return struct.pack("!IHBB", 6 << 28, len(payload), proto, 64) + HOSTS6[pair % 2] + HOSTS6[(pair + 1) % 3] + payload


def ports(source: int, destination: int, more: bytes = bytes(16)) -> bytes:
    """Build what TCP, UDP and SCTP begin with."""
    return struct.pack("!HH", source, destination) + more


def tcp(source: int, destination: int, flags: int, payload: bytes = b"") -> bytes:
    """Build a TCP segment."""
    return struct.pack("!HHIIBBHHH", source, destination, 1, 2, 0x50, flags, 1000, 0, 0) + payload


def _packets() -> Iterator[tuple[int, bytes]]:
    """Yield EtherTypes and payloads."""
    for pair in range(3):
        yield 0x0800, ipv4(6, tcp(1025, 80, 0x02), pair)
        yield 0x0800, ipv4(6, tcp(80, 1025, 0x12, b"GET / HTTP"), pair)
        yield 0x0800, ipv4(17, ports(53, 1024 + pair), pair)
        yield 0x86DD, ipv6(6, tcp(443, 80, 0x10), pair)
        yield 0x86DD, ipv6(17, ports(1024, 53), pair)
    yield 0x0800, ipv4(6, tcp(22, 443, 0x18, b"SSH-2.0"), options=bytes([1] * 8))
    yield 0x0800, ipv4(17, ports(500, 6081, struct.pack("!HHBBHI", 40, 0, 0, 0, 0x6558, 5 << 8) + ethernet(
        0x0800, ipv4(6, tcp(1025, 80, 2)))))  # fmt: skip
    yield 0x86DD, ipv6(17, ports(500, 6081, struct.pack("!HHBBHI4x", 40, 0, 1, 0, 0x0800, 5 << 8) + ipv4(
        17, ports(53, 53))))  # fmt: skip
    yield 0x0800, ipv4(17, ports(53, 80), fragment=0x2000)
    yield 0x0800, ipv4(17, ports(53, 80), fragment=0x0005)
    yield 0x0800, ipv4(132, ports(80, 36412))
    yield 0x0800, ipv4(47, bytes(20), 2)
    for kind in (0, 3, 8, 11):
        yield 0x0800, ipv4(1, bytes([kind, 1]) + bytes(20), kind)
    for proto in (2, 9, 50, 51, 103, 112):
        yield 0x0800, ipv4(proto, bytes([4, 2]) + bytes(22), proto)
        yield 0x86DD, ipv6(proto, bytes([58, 0]) + bytes(22), proto)
    yield 0x0800, ipv4(51, bytes([6, 4]) + bytes(22) + tcp(80, 80, 2))
    for kind in (1, 128, 135, 143):
        yield 0x86DD, ipv6(58, bytes([kind, 0]) + bytes(20), kind)
    hop = bytes([58, 0, 5, 2, 0, 0, 1, 0])
    yield 0x86DD, ipv6(0, hop + bytes([143, 0]) + bytes(8))
    yield 0x86DD, ipv6(44, bytes([6, 0, 0, 1, 0, 0, 0, 9]) + tcp(80, 81, 2))
    yield 0x86DD, ipv6(60, bytes([44, 1]) + bytes(14) + bytes([17, 0, 0, 8, 0, 0, 0, 9]) + ports(53, 53))
    for operation in (1, 2):
        yield 0x0806, struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + MACS[0] + HOSTS[0] + MACS[1] + HOSTS[1]
        yield 0x8035, struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + MACS[0] + HOSTS[2] + MACS[1] + HOSTS[0]
    label = struct.pack("!I", 100 << 12 | 64)
    bottom = struct.pack("!I", 200 << 12 | 0x140)
    yield 0x8847, bottom + ipv4(6, tcp(1025, 80, 2))
    yield 0x8847, label + bottom + ipv4(17, ports(53, 53), 1)
    yield 0x8847, label + bottom + ipv6(58, bytes([128, 0]) + bytes(8))
    for session, proto, inner in ((7, 0x21, ipv4(6, tcp(80, 1, 2))), (8, 0x57, ipv6(17, ports(53, 53)))):
        yield 0x8864, struct.pack("!BBHHH", 0x11, 0, session, len(inner) + 2, proto) + inner
    yield 0x8864, struct.pack("!BBHHH", 0x11, 0, 7, 30, 0x281) + bottom + ipv4(17, ports(53, 53))
    yield 0x8863, bytes(20)
    for kind in (0x809B, 0x80F3, 0x8137, 0x6001, 0x6002, 0x6004, 0x6007, 0x9000, 0x88CC):
        yield kind, bytes(range(40))
    for flags in (b"\x81\x06", b"\x06", b"\x81\x02", b"\x02"):
        yield 0x6003, struct.pack("!H", 30) + flags + bytes([0x0F, 0x28] * 12)
    place = 0
    while place < len(_LLC):
        after = place + 1 + _LLC[place]
        yield 40, _LLC[place + 1 : after] + bytes(38)
        place = after
    for number in (15, 17, 18, 20, 24, 25, 26, 27):
        yield 40, b"\xfe\xfe\x03\x83\x1b\x01\x00" + bytes([number]) + bytes(30)
    yield 40, b"\xfe\xfe\x03\x82" + bytes(36)


def frames(link: int = 1) -> list[tuple[bytes, int]]:
    """Return frames of a link type with their lengths on the wire; cut-off ones among them."""
    whole = [_linked(link, kind, payload) for kind, payload in _packets()]
    if link == 1:
        whole += list(_tagged())
    found = [(frame, len(frame)) for frame in whole]
    for place, frame in enumerate(whole):  # each frame cut at some places, some frame of each kind at every place
        cuts = {_CUTS[(place * step + start) % len(_CUTS)] for step, start in ((1, 0), (7, 3), (5, 11))}
        length = len(frame) if place % 2 else 0
        found += [(frame[:cut], max(cut, length)) for cut in sorted(cuts) if cut < len(frame)]
    return found


def _linked(link: int, kind: int, payload: bytes) -> bytes:
    if link == 1:
        return ethernet(kind, payload, pair=kind % 7)
    if link in (101, 228, 229):
        return payload
    if link == 0:
        return struct.pack("=I", {0x0800: 2, 0x86DD: 28}.get(kind, 7)) + payload
    if link == 108:
        return struct.pack("!I", {0x0800: 2, 0x86DD: 24}.get(kind, 7)) + payload
    kind = kind if kind > 1500 else 4
    if link == 113:
        return struct.pack("!HHH8sH", kind % 5, 1, 6, MACS[0] + bytes(2), kind) + payload
    if link == 276:
        return struct.pack("!HHIHBB8s", kind, 0, 3, 1, kind % 5, 6, MACS[0] + bytes(2)) + payload
    return b"\xff\x03" + struct.pack("!H", {0x0800: 0x21, 0x86DD: 0x57, 0x8847: 0x281}.get(kind, kind)) + payload


def _tagged() -> Iterator[bytes]:
    inner = [
        (0x0800, ipv4(6, tcp(1025, 80, 2))), (0x86DD, ipv6(17, ports(53, 53))), (0x0806, bytes(28)),
        (40, b"\x42\x42\x03" + bytes(38)),
        (0x8864, struct.pack("!BBHHH", 0x11, 0, 7, 30, 0x21) + ipv4(17, ports(53, 53))),
    ]  # fmt: skip
    for kind, payload in inner:
        yield ethernet(kind, payload, ((0x8100, 5),))
        yield ethernet(kind, payload, ((0x88A8, 5), (0x8100, 6)), 1)
        yield ethernet(kind, payload, ((0x9100, 7), (0x9100, 5)))
        yield ethernet(kind, payload, ((0x8100, 5), (0x8100, 6), (0x8100, 7)), 1)
