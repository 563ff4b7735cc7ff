"""Packets of IPv4 and IPv6, with options, extension headers and fragments."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from ipaddress import ip_address

from tests.packets import A6, B6, A, B, Packet, ether, icmp, ip4, ip6, udp


def ipv4s() -> Iterator[Packet]:
    """Yield packets with every option, class of traffic and protocol number."""
    route = bytes((7, 11, 8)) + A + B
    options = (
        b"\x94\x04\0\0", route, bytes((0x83, 11, 4)) + A + B, bytes((0x89, 11, 8)) + A + B, b"\x88\x04\0\x05",
        b"\x44\x0c\x05\0" + bytes(8), b"\x44\x0c\x0d\x01" + A + b"\0\0\0\1", b"\x01\x01\x01\0",
        b"\x0b\x04\x05\xdc", b"\x01" + route, b"\x52\x0c\0\1\0\2\0\3" + A,
    )  # fmt: skip
    for option in options:
        yield Packet(ether(ip4(udp(b"xy", 5000, 6000), 17, options=option)))
    for tos in range(0, 256, 5):
        yield Packet(ether(ip4(udp(b"xy", 5000, 6000), 17, tos=tos, ident=tos * 257, flags=(tos & 7) << 13 & 0xC000)))
    for protocol in (3, 61, 99, 114, 200, 253, 255):
        yield Packet(ether(ip4(b"payload of nobody", protocol)))
    for ttl in range(6):
        for to in (B, bytes((239, 1, 2, 3))):
            yield Packet(ether(ip4(udp(b"xy", 5000, 6000), 17, ttl=ttl, dst=to)))
    for size in (1, 2, 6, 7, 30, 40):
        for behind in (0, 1, 3, 4, 5, 12, 20):
            for filled in (bytes(behind), bytes(range(1, behind + 1))):  # padding, trailers, check sequences
                yield Packet(ether(ip4(udp(b"x" * size, 5000, 9999), 17)) + filled)


def fragments4() -> Iterator[Packet]:
    """Yield datagrams in fragments: in order, out of order, overlapping, with one that never comes."""
    for ident, order in ((1, (0, 1, 2)), (2, (2, 1, 0)), (3, (1, 0, 2)), (4, (0, 2))):
        whole = udp(bytes(range(256)) * 8, 5000, 6000)
        cuts = (0, 800, 1600, len(whole))
        for index in order:
            more = 0x2000 if index < 2 else 0
            piece = whole[cuts[index] : cuts[index + 1]]
            yield Packet(ether(ip4(piece, 17, ident=ident, flags=more | cuts[index] // 8)))
    whole = icmp(8, 0, struct.pack("!HH", 5, 6) + bytes(1000))
    yield Packet(ether(ip4(whole[:512], 1, ident=9, flags=0x2000)))
    yield Packet(ether(ip4(whole[512:], 1, ident=9, flags=64)))


def ipv6s() -> Iterator[Packet]:
    """Yield packets with every class of traffic and some flow labels."""
    slaac = ip_address("fe80::5054:ff:fe12:3456").packed
    for word in range(0, 256, 9):
        body = udp(b"xy", 5000, 6000, src=A6, dst=slaac)
        yield Packet(ether(ip6(body, 17, dst=slaac, word=word << 20 | word * 77), 0x86DD))
    yield Packet(ether(ip6(b"", 59), 0x86DD))
    yield Packet(ether(ip6(b"payload of nobody", 200), 0x86DD))


def extensions() -> Iterator[Packet]:
    """Yield IPv6 packets with extension headers, in fragments, authenticated."""
    inner = udp(b"abc", 5000, 6000, src=A6, dst=B6)

    def one(payload: bytes, following: int) -> Packet:
        return Packet(ether(ip6(payload, following), 0x86DD))

    for options in (b"\5\2\0\0\1\0", b"\1\4\0\0\0\0", b"\0\0\0\0\0\0", b"\4\1\3\1\1\0"):
        yield one(b"\x11\0" + options + inner, 0)
        yield one(b"\x11\0" + options + inner, 60)
    yield one(b"\x11\2\xc9\x10" + A6 + b"\1\2\0\0" + inner, 60)
    yield one(b"\x11\2\2\1\0\0\0\0" + B6 + udp(b"abc", 5000, 6000, src=A6, dst=B6), 43)
    yield one(b"\x11\2\4\1\0\0\0\0" + B6 + inner, 43)
    yield one(b"\x11\4\4\1\1\0\0\7" + B6 + A6 + inner, 43)
    yield one(b"\x11\0\xfd\0\1\2\3\4" + inner, 43)
    whole = udp(bytes(range(256)) * 6, 5000, 6000, src=A6, dst=B6)
    for ident, order in ((1, (0, 1)), (2, (1, 0)), (3, (0,))):
        for index in order:
            piece = whole[:800] if not index else whole[800:]
            yield one(struct.pack("!BBHI", 17, 0, index * 800 | (not index), ident) + piece, 44)
    yield one(struct.pack("!BBHI", 17, 0, 0, 9) + inner, 44)
    digest = bytes(range(12))
    yield one(struct.pack("!BBHII", 17, 4, 0, 0x100, 7) + digest + inner, 51)
    yield Packet(ether(ip4(struct.pack("!BBHII", 17, 4, 0, 0x100, 7) + digest + udp(b"abc", 5000, 6000), 51)))
    for number in range(4):
        yield Packet(ether(ip4(struct.pack("!II", 0x200, number) + bytes(48), 50)))
        yield one(struct.pack("!II", 0x200, number) + bytes(48), 50)
