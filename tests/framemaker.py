"""Makes frames of every protocol that the one-line text knows, byte by byte, for comparison with the real tools."""

from __future__ import annotations

import ipaddress
import random
import struct
from collections.abc import Iterable, Iterator

from netscope.core.frame import Frame

Frames = Iterator[bytes]
A4, B4 = bytes([192, 0, 2, 1]), bytes([198, 51, 100, 7])
A6 = ipaddress.IPv6Address("2001:db8::1").packed
B6 = ipaddress.IPv6Address("2001:db8:0:1::feed:5").packed
MAC_A, MAC_B = bytes.fromhex("020000000001"), bytes.fromhex("02000000000b")


def u16(*values: int) -> bytes:
    """Return big-endian 16-bit numbers."""
    return struct.pack(f">{len(values)}H", *values)


def u32(*values: int) -> bytes:
    """Return big-endian 32-bit numbers."""
    return struct.pack(f">{len(values)}I", *values)


def summed(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071), word by word as the RFC tells it."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def eth(kind: int, data: bytes, source: bytes = MAC_A, destination: bytes = MAC_B) -> bytes:
    """Return an Ethernet frame."""
    return destination + source + u16(kind) + data


def vlan(number: int, kind: int, data: bytes, outer: int = 0x8100) -> bytes:
    """Return a tagged Ethernet frame."""
    return eth(outer, u16(number, kind) + data)


def ip4(
    protocol: int, data: bytes, source: bytes = A4, destination: bytes = B4, *, options: bytes = b"",
    flags: int = 0x4000, tos: int = 0, ttl: int = 64, ident: int = 7, length: int | None = None,
) -> bytes:  # fmt: skip
    """Return an IPv4 datagram with a right checksum."""
    size = 20 + len(options)
    total = size + len(data) if length is None else length
    head = struct.pack(">BBHHHBBH", 0x40 | size // 4, tos, total, ident, flags, ttl, protocol, 0)
    head += source + destination + options
    return head[:10] + u16(summed(head)) + head[12:] + data


def ip6(
    protocol: int, data: bytes, source: bytes = A6, destination: bytes = B6, *, hops: int = 64, flow: int = 0,
    length: int | None = None,
) -> bytes:  # fmt: skip
    """Return an IPv6 datagram."""
    size = len(data) if length is None else length
    return u32(0x60000000 | flow) + struct.pack(">HBB", size, protocol, hops) + source + destination + data


def pseudo(source: bytes, destination: bytes, protocol: int, length: int) -> bytes:
    """Return the pseudo header of a checksum."""
    return source + destination + u32(length, protocol)


def udp(sport: int, dport: int, data: bytes, source: bytes = A4, destination: bytes = B4) -> bytes:
    """Return a UDP datagram with a right checksum."""
    head = u16(sport, dport, 8 + len(data))
    value = summed(pseudo(source, destination, 17, 8 + len(data)) + head + b"\0\0" + data)
    return head + u16(value or 0xFFFF) + data


def tcp(
    sport: int, dport: int, data: bytes = b"", *, seq: int = 1000, ack: int = 2000, flags: int = 0x18,
    window: int = 501, options: bytes = b"", urgent: int = 0, source: bytes = A4, destination: bytes = B4,
) -> bytes:  # fmt: skip
    """Return a TCP segment with a right checksum."""
    offset = (20 + len(options)) // 4
    head = struct.pack(">HHIIHHHH", sport, dport, seq, ack, offset << 12 | flags, window, 0, urgent) + options
    value = summed(pseudo(source, destination, 6, len(head) + len(data)) + head + data)
    return head[:16] + u16(value) + head[18:] + data


def over4(protocol: int, data: bytes, *, ttl: int = 64) -> bytes:
    """Return an IPv4 datagram in an Ethernet frame."""
    return eth(0x0800, ip4(protocol, data, ttl=ttl))


def over6(protocol: int, data: bytes, *, hops: int = 64, flow: int = 0, length: int | None = None) -> bytes:
    """Return an IPv6 datagram in an Ethernet frame."""
    return eth(0x86DD, ip6(protocol, data, hops=hops, flow=flow, length=length))


def udp6(sport: int, dport: int, data: bytes) -> bytes:
    """Return a UDP datagram over IPv6 in an Ethernet frame."""
    return over6(17, udp(sport, dport, data, A6, B6))


def tcp6(sport: int, dport: int, data: bytes = b"", *, seq: int = 1000, ack: int = 2000, flags: int = 0x18) -> bytes:
    """Return a TCP segment over IPv6 in an Ethernet frame."""
    return over6(6, tcp(sport, dport, data, seq=seq, ack=ack, flags=flags, source=A6, destination=B6))


def icmp(kind: int, code: int, rest: bytes) -> bytes:
    """Return an ICMP message with a right checksum; ``rest`` begins behind the checksum."""
    value = summed(bytes([kind, code, 0, 0]) + rest)
    return bytes([kind, code]) + u16(value) + rest


def icmp6(kind: int, code: int, rest: bytes, source: bytes = A6, destination: bytes = B6) -> bytes:
    """Return an ICMPv6 message with a right checksum."""
    value = summed(pseudo(source, destination, 58, 4 + len(rest)) + bytes([kind, code, 0, 0]) + rest)
    return bytes([kind, code]) + u16(value) + rest


def name(text: str) -> bytes:
    """Return a DNS name, uncompressed."""
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def question(text: str, kind: int, klass: int = 1) -> bytes:
    """Return a DNS question."""
    return name(text) + u16(kind, klass)


def answer(kind: int, data: bytes, *, owner: bytes = b"\xc0\x0c", klass: int = 1, ttl: int = 300) -> bytes:
    """Return a DNS record."""
    return owner + u16(kind, klass) + u32(ttl) + u16(len(data)) + data


def dns(ident: int, flags: int, questions: list[bytes], *sections: list[bytes]) -> bytes:
    """Return a DNS message."""
    rest = [list(part) for part in sections] + [[]] * (3 - len(sections))
    counts = [len(questions), *(len(part) for part in rest)]
    return u16(ident, flags, *counts) + b"".join(questions) + b"".join(b"".join(part) for part in rest)


def pcap(frames: Iterable[Frame], link: int = 1, snaplen: int = 262_144) -> bytes:
    """Return a little-endian microsecond pcap file."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link)]
    for frame in frames:
        seconds, rest = divmod(frame.time, 1_000_000_000)
        parts.append(struct.pack("<IIII", seconds, rest // 1000, len(frame.data), frame.length) + frame.data)
    return b"".join(parts)


def number(packets: Iterable[bytes], link: int = 1, *, seed: int = 1) -> list[Frame]:
    """Return packets as frames, at times that go on by fractions of a second."""
    chance = random.Random(seed)
    frames, now = [], 1_700_000_000_000_000_000
    for place, data in enumerate(packets, 1):
        now += chance.randrange(1, 900_000) * 1000
        frames.append(Frame(place, now, data, len(data), link))
    return frames


def cut(frames: Iterable[Frame], sizes: Iterable[int]) -> list[Frame]:
    """Return each frame captured with each of some snap lengths."""
    result: list[Frame] = []
    sizes = list(sizes)
    for frame in frames:
        for size in sizes:
            if size < len(frame.data):
                result.append(frame._replace(number=len(result) + 1, data=frame.data[:size]))
    return result
