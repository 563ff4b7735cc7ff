"""Packets made by hand: headers with struct."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from ipaddress import ip_address
from typing import NamedTuple

from netscope.core.frame import Frame

ETHERNET, NULL, RAW, LOOP, SLL, SLL2 = 1, 0, 101, 108, 113, 276
PPP, CHDLC = 9, 104
MAC_A, MAC_B = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
A, B = ip_address("10.0.0.1").packed, ip_address("10.0.0.2").packed
A6, B6 = ip_address("2001:db8::1").packed, ip_address("fe80::2").packed
START = 1_700_000_000_000_000_000


class Packet(NamedTuple):
    """A packet of the corpus. ``length`` is what it had on the wire, 0 for all of it."""

    data: bytes
    link: int = ETHERNET
    length: int = 0


def frames(packets: Iterable[Packet], gap: int = 1_234_000) -> list[Frame]:
    """Return packets as frames that were captured one after the other."""
    return [
        Frame(number, START + number * gap, packet.data, packet.length or len(packet.data), packet.link)
        for number, packet in enumerate(packets, 1)
    ]


def pcap(captured: Iterable[Frame], link: int) -> bytes:
    """Return frames as a file (nanoseconds)."""
    pieces = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, link)]
    for frame in captured:
        seconds, rest = divmod(frame.time, 1_000_000_000)
        pieces += [struct.pack("<IIII", seconds, rest, len(frame.data), frame.length), frame.data]
    return b"".join(pieces)


def checksum(data: bytes) -> int:
    """Return the Internet's checksum, word by word."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ether(payload: bytes, kind: int = 0x0800, *, to: bytes = MAC_A, sender: bytes = MAC_B) -> bytes:
    """Return an Ethernet II frame."""
    return to + sender + struct.pack("!H", kind) + payload


def vlan(payload: bytes, ident: int, kind: int = 0x0800, priority: int = 0) -> bytes:
    """Return what follows the Ethertype of a tagged frame."""
    return struct.pack("!HH", priority << 13 | ident, kind) + payload


def ip4(payload: bytes, protocol: int, *, src: bytes = A, dst: bytes = B, options: bytes = b"", ttl: int = 64,
        tos: int = 0, ident: int = 1, flags: int = 0x4000) -> bytes:  # fmt: skip
    """Return an IPv4 packet."""
    options += b"\0" * (-len(options) % 4)
    size = 20 + len(options)
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x40 | size // 4, tos, size + len(payload), ident, flags, ttl, protocol, 0, src, dst
    )
    head += options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ip6(payload: bytes, following: int, *, src: bytes = A6, dst: bytes = B6, word: int = 0, hops: int = 64) -> bytes:
    """Return an IPv6 packet; ``word`` is traffic class and flow label."""
    return struct.pack("!IHBB", 0x60000000 | word, len(payload), following, hops) + src + dst + payload


def pseudo(src: bytes, dst: bytes, protocol: int, size: int) -> bytes:
    """Return the header that is summed up but not sent."""
    return src + dst + struct.pack("!II", size, protocol)


def udp(payload: bytes, sport: int, dport: int, *, src: bytes = A, dst: bytes = B) -> bytes:
    """Return a datagram with its checksum."""
    size = 8 + len(payload)
    head = struct.pack("!HHH", sport, dport, size)
    check = checksum(pseudo(src, dst, 17, size) + head + b"\0\0" + payload) or 0xFFFF
    return head + struct.pack("!H", check) + payload


def tcp(payload: bytes, flags: int, *, sport: int = 40000, dport: int = 9999, seq: int = 1000, ack: int = 0,
        window: int = 64240, options: bytes = b"", src: bytes = A, dst: bytes = B,
        urgent: int = 0) -> bytes:  # fmt: skip
    """Return a segment with its checksum."""
    options += b"\0" * (-len(options) % 4)
    word = (5 + len(options) // 4) << 12 | flags
    head = struct.pack("!HHIIHHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, word, window, 0, urgent) + options
    check = checksum(pseudo(src, dst, 6, len(head) + len(payload)) + head + payload)
    return head[:16] + struct.pack("!H", check) + head[18:] + payload


def icmp(kind: int, code: int, body: bytes) -> bytes:
    """Return an ICMP message."""
    whole = struct.pack("!BBH", kind, code, 0) + body
    return whole[:2] + struct.pack("!H", checksum(whole)) + whole[4:]


def icmp6(kind: int, code: int, body: bytes, *, src: bytes = A6, dst: bytes = B6) -> bytes:
    """Return an ICMPv6 message."""
    whole = struct.pack("!BBH", kind, code, 0) + body
    return whole[:2] + struct.pack("!H", checksum(pseudo(src, dst, 58, len(whole)) + whole)) + whole[4:]


def arp(code: int, sender: bytes = MAC_B, source: bytes = A, target: bytes = bytes(6), wanted: bytes = B) -> bytes:
    """Return an ARP packet."""
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, code) + sender + source + target + wanted


def dns_name(text: str) -> bytes:
    """Return a name on the wire."""
    return b"".join(bytes((len(label),)) + label.encode() for label in text.split(".") if label) + b"\0"


def dns(ident: int, flags: int, questions: Iterable[bytes] = (), *sections: Iterable[bytes]) -> bytes:
    """Return a DNS message."""
    parts = [list(questions), *(list(section) for section in sections)]
    parts += [[]] * (4 - len(parts))
    counts = struct.pack("!4H", *(len(part) for part in parts))
    return struct.pack("!HH", ident, flags) + counts + b"".join(b"".join(part) for part in parts)


def question(name: str, kind: int = 1, klass: int = 1) -> bytes:
    """Return a question."""
    return dns_name(name) + struct.pack("!HH", kind, klass)


def record(name: str | bytes, kind: int, data: bytes, klass: int = 1, ttl: int = 300) -> bytes:
    """Return a resource record; a name of bytes is on the wire already."""
    owner = dns_name(name) if isinstance(name, str) else name
    return owner + struct.pack("!HHIH", kind, klass, ttl, len(data)) + data


def over4(payload: bytes, sport: int, dport: int, *, src: bytes = A, dst: bytes = B) -> Packet:
    """Return a datagram in IPv4 in Ethernet."""
    return Packet(ether(ip4(udp(payload, sport, dport, src=src, dst=dst), 17, src=src, dst=dst)))


def over6(payload: bytes, sport: int, dport: int, *, src: bytes = A6, dst: bytes = B6) -> Packet:
    """Return a datagram in IPv6 in Ethernet."""
    return Packet(ether(ip6(udp(payload, sport, dport, src=src, dst=dst), 17, src=src, dst=dst), 0x86DD))


def segment(payload: bytes = b"", flags: int = 0x18, *, sport: int = 40000, dport: int = 9999, seq: int = 1000,
            ack: int = 0, urgent: int = 0) -> Packet:  # fmt: skip
    """Return a segment in IPv4 in Ethernet."""
    return Packet(ether(ip4(tcp(payload, flags, sport=sport, dport=dport, seq=seq, ack=ack, urgent=urgent), 6)))
