"""Packets of ICMP and ICMPv6."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from ipaddress import ip_address

from tests.packets import A6, B6, MAC_A, MAC_B, A, B, Packet, checksum, dns_name, ether, icmp, icmp6, ip4, ip6, tcp, udp


def icmps() -> Iterator[Packet]:
    """Yield messages of every type, errors with what they quote."""
    for number in range(20):
        body = struct.pack("!HH", 77, number) + bytes(range(48))
        yield Packet(ether(ip4(icmp(8, 0, body), 1)))
        yield Packet(ether(ip4(icmp(0, 0, body), 1, src=B, dst=A)))
    for layout, micro in (("<QQ", 5), (">II", 500_000), ("<II", 999_999), ("<II", 1_000_000), ("<II8x", 1)):
        for ago in (3, -3, 90_000):
            body = struct.pack("!HH", 78, ago & 0xFF) + struct.pack(layout, 1_700_000_000 - ago, micro)
            yield Packet(ether(ip4(icmp(8, 0, body), 1)))
    quoted = ip4(udp(b"quoted!!", 5000, 33434), 17, flags=0)
    segment_quoted = ip4(tcp(b"abc", 2), 6)
    for code in range(16):
        rest = struct.pack("!HH", 0, 1400 if code == 4 else 0)
        yield Packet(ether(ip4(icmp(3, code, rest + quoted), 1)))
        yield Packet(ether(ip4(icmp(3, code, rest + segment_quoted[:28]), 1)))
        yield Packet(ether(ip4(icmp(3, code, rest + segment_quoted), 1)))
    for code in (0, 1):
        yield Packet(ether(ip4(icmp(11, code, bytes(4) + quoted), 1)))
    for flags, options in ((2, b"\2\4\5\xb4\1\3\3\7"), (0x18, b""), (0x11, b""), (4, b""), (0x10, b"\1\1\1\0")):
        whole = ip4(tcp(b"abc", flags, sport=41_000 + flags, seq=5000, ack=7, options=options), 6)
        yield Packet(ether(ip4(icmp(11, 0, bytes(4) + whole), 1)))
        yield Packet(ether(whole))
        yield Packet(ether(ip4(icmp(11, 0, bytes(4) + whole), 1)))
        yield Packet(ether(ip4(icmp(11, 0, bytes(4) + whole[:48]), 1)))
    labels = b"\0\x08\1\1" + struct.pack("!I", 7000 << 12 | 5 << 9 | 0x100 | 3)
    stack = b"\0\x0c\1\1" + struct.pack("!II", 7000 << 12 | 3, 8000 << 12 | 0x101)
    for objects in (labels, stack, labels + stack):
        extension = bytearray(b"\x20\0\0\0" + objects)
        extension[2:4] = checksum(bytes(extension)).to_bytes(2, "big")
        for length in (0, 32, 36):
            padded = segment_quoted.ljust(length * 4 or 128, b"\0")
            body = bytes([0, length, 0, 0]) + padded + bytes(extension)
            yield Packet(ether(ip4(icmp(11, 0, body), 1)))
    for code in range(4):
        yield Packet(ether(ip4(icmp(5, code, A + quoted[:28]), 1)))
    yield Packet(ether(ip4(icmp(12, 0, b"\x14\0\0\0" + quoted), 1)))
    yield Packet(ether(ip4(icmp(4, 0, bytes(4) + quoted), 1)))
    yield Packet(ether(ip4(icmp(13, 0, struct.pack("!HHIII", 1, 2, 3_600_000, 0, 0)), 1)))
    yield Packet(ether(ip4(icmp(14, 0, struct.pack("!HHIII", 1, 2, 3_600_000, 4_000_001, 86_399_999)), 1)))
    yield Packet(ether(ip4(icmp(17, 0, struct.pack("!HH", 1, 2) + bytes(4)), 1)))
    yield Packet(ether(ip4(icmp(18, 0, struct.pack("!HH", 1, 2) + b"\xff\xff\xff\0"), 1)))
    yield Packet(ether(ip4(icmp(9, 0, struct.pack("!BBH", 1, 2, 1800) + A + struct.pack("!i", -5)), 1)))
    yield Packet(ether(ip4(icmp(10, 0, bytes(4)), 1)))
    good = bytearray(ip4(icmp(8, 0, struct.pack("!HH", 78, 1) + bytes(8)), 1))
    good[-1] ^= 1
    yield Packet(ether(bytes(good)))


def icmp6s() -> Iterator[Packet]:
    """Yield messages of every type with their options."""

    def one(kind: int, code: int, body: bytes) -> Packet:
        return Packet(ether(ip6(icmp6(kind, code, body), 58, hops=255), 0x86DD))

    for number in range(10):
        yield one(128, 0, struct.pack("!HH", 9, number) + b"abcdefgh")
        back = icmp6(129, 0, struct.pack("!HH", 9, number) + b"abcdefgh", src=B6, dst=A6)
        yield Packet(ether(ip6(back, 58, src=B6, dst=A6), 0x86DD))
    quoted = ip6(udp(b"quoted!!", 5000, 33434, src=A6, dst=B6), 17)
    for code in range(8):
        yield one(1, code, bytes(4) + quoted)
    yield one(2, 0, struct.pack("!I", 1280) + quoted)
    for code in (0, 1):
        yield one(3, code, bytes(4) + quoted)
    for code in (0, 1, 2):
        yield one(4, code, struct.pack("!I", 40) + quoted)
    source, target = b"\x01\x01" + MAC_A, b"\x02\x01" + MAC_B
    prefix = b"\x03\x04\x40\xc0" + struct.pack("!III", 86400, 14400, 0) + ip_address("2001:db8:1::").packed
    mtu, nonce = b"\x05\x01\0\0" + struct.pack("!I", 1500), b"\x0e\x01abcdef"
    servers = b"\x19\x05\0\0" + struct.pack("!I", 600) + A6 + B6
    search = b"\x1f\x04\0\0" + struct.pack("!I", 600) + dns_name("example.org") + bytes(11)
    route = b"\x18\x03\x40\x08" + struct.pack("!I", 600) + ip_address("2001:db8:9::").packed
    yield one(133, 0, bytes(4) + source)
    for flags in (0, 0x80, 0x40, 0xC8, 0x18):
        head = struct.pack("!BBHII", 64, flags, 1800, 0, 1000)
        yield one(134, 0, head + source + mtu + prefix)
        yield one(134, 0, head + source + mtu + prefix + servers + search + route)
    yield one(135, 0, bytes(4) + A6 + source)
    yield one(135, 0, bytes(4) + A6 + nonce)
    for flags in (0, 1 << 31, 3 << 30, 7 << 29, 1 << 30):
        yield one(136, 0, struct.pack("!I", flags) + A6 + target)
    yield one(137, 0, bytes(4) + A6 + B6 + target)
    for kind in (130, 131, 132):
        yield one(kind, 0, struct.pack("!HH", 1000 if kind == 130 else 0, 0) + ip_address("ff02::fb").packed)
    query = struct.pack("!HH", 1000, 0) + bytes(16) + struct.pack("!BBH", 10, 125, 1) + A6
    yield one(130, 0, query)
    records = b"".join(struct.pack("!BBH", kind, 0, 1) + ip_address("ff02::fb").packed + A6 for kind in range(1, 7))
    yield one(143, 0, struct.pack("!HH", 0, 6) + records)
