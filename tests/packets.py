"""Packets made by hand: headers with struct, and a corpus of every protocol that netscope takes apart."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import NamedTuple

from netscope.core.frame import Frame

ETHERNET, NULL, RAW, LOOP, SLL, SLL2 = 1, 0, 101, 108, 113, 276
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


def segment(payload: bytes = b"", flags: int = 0x18, **more: int | bytes) -> Packet:
    """Return a segment in IPv4 in Ethernet."""
    return Packet(ether(ip4(tcp(payload, flags, **more), 6)))  # type: ignore[arg-type]


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


def icmps() -> Iterator[Packet]:
    """Yield messages of every type, errors with what they quote."""
    for number in range(20):
        body = struct.pack("!HH", 77, number) + bytes(range(48))
        yield Packet(ether(ip4(icmp(8, 0, body), 1)))
        yield Packet(ether(ip4(icmp(0, 0, body), 1, src=B, dst=A)))
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


def tcps() -> Iterator[Packet]:
    """Yield conversations with every option and flag, and with what goes wrong on the way."""
    syn = bytes.fromhex("020405b40402080a000000010000000001030307")
    back = {"src": B, "dst": A}

    def there(payload: bytes, flags: int, seq: int, ack: int, options: bytes = b"", window: int = 501,
              port: int = 40000) -> Packet:  # fmt: skip
        return Packet(ether(ip4(tcp(payload, flags, seq=seq, ack=ack, options=options, window=window, sport=port), 6)))

    def here(payload: bytes, flags: int, seq: int, ack: int, options: bytes = b"", window: int = 501,
             port: int = 40000) -> Packet:  # fmt: skip
        body = tcp(payload, flags, seq=seq, ack=ack, options=options, window=window, sport=9999, dport=port, **back)  # type: ignore[arg-type]
        return Packet(ether(ip4(body, 6, src=B, dst=A)))

    yield there(b"", 2, 1000, 0, syn, 64240)
    yield here(b"", 0x12, 5000, 1001, syn, 65160)
    yield there(b"", 0x10, 1001, 5001)
    for number in range(5):
        yield there(b"x" * 100, 0x18, 1001 + 100 * number, 5001)
        yield here(b"y" * 50, 0x18, 5001 + 50 * number, 1101 + 100 * number)
    yield there(b"x" * 100, 0x18, 1601, 5251)  # 1501 to 1600 are missing
    for _ in range(3):
        yield here(b"", 0x10, 5251, 1501, bytes.fromhex("0101050a") + struct.pack("!II", 1601, 1701))
    yield there(b"x" * 100, 0x18, 1501, 5251)
    yield there(b"x" * 100, 0x18, 1001, 5251)  # long since acknowledged
    yield here(b"", 0x10, 5251, 1701, window=0)
    yield there(b"x", 0x10, 1701, 5251)
    yield here(b"", 0x10, 5251, 1701, window=400)
    yield there(b"", 0x10, 1700, 5251)
    yield here(b"", 0x10, 5251, 1701, window=400)
    yield there(b"", 0x11, 1701, 5251)
    yield here(b"", 0x11, 5251, 1702, window=400)
    yield there(b"", 0x10, 1702, 5252)
    yield there(b"", 2, 9000, 0, syn)  # the ports again
    yield here(b"", 0x14, 0, 9001)
    options = (
        b"\x13\x12" + bytes(16), b"\x1d\x10\1\2" + bytes(12), b"\x1c\x04\x80\x05", b"\x22\x02", b"\x22\x0aabcdefgh",
        b"\xfd\x06\x12\x34ab", b"\x4d\x04xy", b"\0\0\0\0", b"\x01\x01\x01\x01", b"\x05\x12" + struct.pack("!4I", 1, 5,
        9, 12),
    )  # fmt: skip
    for index, option in enumerate(options):
        yield there(b"", 2, 100, 0, option, port=41000 + index)
    for flags in range(0, 512, 3):
        yield segment(b"z" if flags & 1 else b"", flags, sport=42000 + flags, seq=flags * 7, ack=flags * 5)
    yield segment(b"urgent", 0x38, sport=43000, urgent=3)


def names() -> Iterator[Packet]:
    """Yield DNS, mDNS and LLMNR messages with every type of record."""
    for number, kind in enumerate((1, 2, 5, 6, 12, 15, 16, 28, 33, 43, 46, 48, 64, 65, 255, 257)):
        yield over4(dns(number, 0x0100, [question("www.example.com", kind)]), 5353 + 1000, 53)
        yield over6(dns(number, 0x0120, [question("x.example", kind)]), 40000, 53)
    pointer = b"\xc0\x0c"
    kinds = (
        (1, A), (28, A6), (5, dns_name("a.b")), (2, dns_name("ns.b")), (12, b"\1x" + pointer), (15, b"\0\5" + pointer),
        (6, dns_name("m.b") + dns_name("r.b") + struct.pack("!5I", 1, 7200, 90000, 604800, 5)), (16, b"\3abc\2de"),
        (33, struct.pack("!HHH", 1, 2, 3) + pointer), (257, b"\0\5issueca.org"), (257, b"\x80\5iodefmailto:x"),
        (52, b"\3\1\1" + bytes(8)), (44, b"\1\1" + bytes(20)), (43, b"\0\7\x08\2" + bytes(32)),
        (46, struct.pack("!HBBIIIH", 1, 8, 2, 300, 1700000000, 1690000000, 77) + dns_name("b") + bytes(16)),
        (48, struct.pack("!HBB", 257, 3, 8) + bytes(20)), (47, dns_name("c.b") + b"\0\6\x40\1\0\0\0\3"),
        (50, b"\1\1\0\5\2ab\4wxyz\0\1\x40"), (51, b"\1\1\0\5\2ab"), (39, dns_name("d.b")), (13, b"\3cpu\2os"),
        (35, b"\0\1\0\2\1U\3SIP\0" + dns_name("x.y")), (99, b"\3abc"), (17, dns_name("a.b") + dns_name("c.d")),
        (18, b"\0\1" + dns_name("h.b")), (36, b"\0\1" + dns_name("h.b")),
        (64, b"\0\1\0\0\1\0\3\2h2\0\3\0\2\1\xbb\0\4\0\4\1\2\3\4"), (65, b"\0\1" + dns_name("s.b") + b"\0\6\0\x10" + A6),
    )  # fmt: skip
    for number, (kind, data) in enumerate(kinds):
        name = "_http._tcp.example.com" if kind == 33 else "www.example.com"
        yield over4(dns(100 + number, 0x0100, [question(name, kind)]), 40001, 53)
        reply = dns(100 + number, 0x8580, [question(name, kind)], [record(pointer, kind, data)])
        yield over4(reply, 53, 40001, src=B, dst=A)
    for code in range(11):
        yield over4(dns(200 + code, 0x8180 | code, [question("nx.example")]), 53, 40002, src=B, dst=A)
    options = struct.pack("!HH8s", 10, 8, b"cookie!!") + struct.pack("!HHH", 15, 2, 3) + b"\0\x08\0\x07\0\1\x18\0\1\2\3"
    options += struct.pack("!HH24s", 10, 24, b"clientc!serverserverserv") + b"\0\x0b\0\2\0\x0a\0\x0c\0\4\0\0\0\0"
    opt = b"\0" + struct.pack("!HHIH", 41, 1232, 0x00008000, len(options)) + options
    yield over4(dns(300, 0x0120, [question("e.example")], [], [], [opt]), 40003, 53)
    yield over4(
        dns(301, 0x0120, [question("e.example")], [], [], [b"\0" + struct.pack("!HHIH", 41, 512, 0, 0)]), 40003, 53
    )
    yield over4(dns(302, 0x2800, [question("z.example", 6)]), 40003, 53)
    group = ip_address("224.0.0.251").packed
    yield over4(dns(0, 0, [question("h.local"), question("g.local", 28, 0x8001)]), 5353, 5353, dst=group)
    answers = [record("h.local", 1, A, 0x8001), record("_http._tcp.local", 12, dns_name("x._http._tcp.local"))]
    yield over4(dns(0, 0x8400, [], answers), 5353, 5353, dst=group)
    yield over4(dns(7, 0, [question("host")]), 40004, 5355, dst=ip_address("224.0.0.252").packed)
    yield over4(dns(7, 0x8000, [question("host")], [record("host", 1, A)]), 5355, 40004, src=B, dst=A)
    message = dns(8, 0x0100, [question("over.tcp")])
    yield segment(struct.pack("!H", len(message)) + message, 0x18, sport=40005, dport=53)


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


def igmps() -> Iterator[Packet]:
    """Yield messages of all three versions."""
    group = ip_address("224.0.0.251").packed

    def one(body: bytes) -> Packet:
        whole = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
        return Packet(ether(ip4(whole, 2, dst=group, ttl=1, options=b"\x94\4\0\0")))

    for kind, code in ((0x11, 0), (0x11, 100), (0x12, 0), (0x16, 0), (0x17, 0)):
        yield one(struct.pack("!BBH4s", kind, code, 0, group))
        yield one(struct.pack("!BBH4s", kind, code, 0, bytes(4)))
    yield one(struct.pack("!BBH4sBBH", 0x11, 100, 0, bytes(4), 2, 125, 0))
    yield one(struct.pack("!BBH4sBBH", 0x11, 100, 0, group, 10, 125, 2) + A + B)
    for kind in range(1, 7):
        yield one(struct.pack("!BBHHH", 0x22, 0, 0, 0, 1) + struct.pack("!BBH4s", kind, 0, 0, group))
        yield one(struct.pack("!BBHHH", 0x22, 0, 0, 0, 1) + struct.pack("!BBH4s", kind, 0, 2, group) + A + B)


def routers() -> Iterator[Packet]:
    """Yield VRRP's advertisements: priorities, ways to authenticate, both versions, what is wrong with them."""
    four, six = bytes((224, 0, 0, 18)), ip_address("ff02::12").packed

    def two(kind: int = 0x21, priority: int = 100, auth: int = 0, count: int = 2, secret: bytes = b"") -> bytes:
        head = struct.pack("!BBBBBBH", kind, 7, priority, count, auth, 1, 0)
        body = head + (A + B)[: 4 * count] + secret.ljust(8, b"\0")
        return body[:6] + checksum(body).to_bytes(2, "big") + body[8:]

    def three(source: bytes, to: bytes, priority: int, interval: int) -> bytes:
        body = struct.pack("!BBBBHH", 0x31, 7, priority, 2, interval, 0) + (A + B if len(to) == 4 else A6 + B6)
        check = checksum(pseudo(source, to, 112, len(body)) + body)
        return body[:6] + check.to_bytes(2, "big") + body[8:]

    plain = two()
    bodies = [two(priority=priority) for priority in (0, 1, 100, 255)]
    bodies += [two(auth=auth, secret=secret) for auth, secret in ((1, b"secret"), (1, b"12345678"), (1, b""), (2, b""))]
    bodies += [two(auth=auth) for auth in (3, 254)]
    bodies += [two(kind) for kind in (0x22, 0x20, 0x11, 0x41, 0x61)]
    bodies += [two(count=0), two(count=1)]
    bodies.append(plain[:6] + b"\1\2" + plain[8:])
    for body in bodies:
        yield Packet(ether(ip4(body, 112, dst=four, ttl=255)))
    for priority, interval in ((0, 100), (100, 1), (255, 0x1ABC)):
        yield Packet(ether(ip4(three(A, four, priority, interval), 112, dst=four, ttl=255)))
        yield Packet(ether(ip6(three(A6, six, priority, interval), 112, dst=six, hops=255), 0x86DD))


def tunnels() -> Iterator[Packet]:
    """Yield packets in packets: GRE, VXLAN, MPLS, IP in IP, PPPoE."""
    inner, inner6 = ip4(udp(b"abc", 5000, 6000), 17), ip6(udp(b"abc", 5000, 6000, src=A6, dst=B6), 17)
    yield Packet(ether(ip4(struct.pack("!HH", 0, 0x0800) + inner, 47)))
    yield Packet(ether(ip4(struct.pack("!HH", 0, 0x86DD) + inner6, 47)))
    yield Packet(ether(ip4(struct.pack("!HHI", 0x2000, 0x0800, 77) + inner, 47)))
    yield Packet(ether(ip4(struct.pack("!HHII", 0x3000, 0x0800, 77, 5) + inner, 47)))
    yield Packet(ether(ip4(struct.pack("!HH", 0, 0x6558) + ether(inner), 47)))
    body = struct.pack("!HHHH", 0x8000, 0x0800, 0, 0) + inner
    yield Packet(ether(ip4(body[:4] + struct.pack("!H", checksum(body)) + body[6:], 47)))
    yield Packet(ether(ip4(struct.pack("!HHHHI", 0x3001, 0x880B, 2 + len(inner), 5, 9) + b"\x00\x21" + inner, 47)))
    for vni in (0, 5, 0xFFFFFF):
        yield over4(struct.pack("!HHI", 0x0800, 0, vni << 8) + ether(inner), 44000 + vni % 7, 4789)
    yield over4(struct.pack("!HHI", 0x8848, 7, 9 << 8) + ether(arp(1), 0x0806), 44000, 4789)
    for label in (0, 2, 16, 100, 0xFFFFF):
        for limit in (1, 64):
            yield Packet(
                ether(struct.pack("!I", label << 12 | 0x100 | limit) + (inner6 if label == 2 else inner), 0x8847)
            )
    yield Packet(ether(struct.pack("!II", 100 << 12 | 5 << 9 | 64, 200 << 12 | 0x100 | 63) + inner, 0x8847))
    yield Packet(ether(ip4(inner, 4)))
    yield Packet(ether(ip4(inner6, 41)))
    yield Packet(ether(ip6(inner, 4), 0x86DD))
    yield Packet(ether(ip6(inner6, 41), 0x86DD))
    for kind, payload in ((0x0021, inner), (0x0057, inner6), (0xC021, b"\x09\x01\0\x08\1\2\3\4")):
        body = struct.pack("!H", kind) + payload
        yield Packet(ether(struct.pack("!BBHH", 0x11, 0, 5, len(body)) + body, 0x8864))
    tags = b"\1\1\0\0\1\3\0\4uniq\1\2\0\3acc\1\4\0\6cookie"
    for code in (0x09, 0x07, 0x19, 0x65, 0xA7):
        body = tags if code != 0xA7 else b""
        yield Packet(ether(struct.pack("!BBHH", 0x11, code, 0 if code < 0x60 else 5, len(body)) + body, 0x8863))


def calls() -> Iterator[Packet]:
    """Yield L2TP's messages: every attribute, and PPP with every part of the header before it."""

    def attribute(kind: int, value: bytes, flags: int = 0x8000, vendor: int = 0) -> bytes:
        return struct.pack("!HHH", flags | 6 + len(value), vendor, kind) + value

    def control(*attributes: bytes, session: int = 0) -> Packet:
        body = struct.pack("!HHHH", 77, session, 3, 4) + b"".join(attributes)
        return over4(struct.pack("!HH", 0xC802, 4 + len(body)) + body, 1701, 1701)

    yield control()
    for kind in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16):
        yield control(attribute(0, struct.pack("!H", kind)), session=kind)
    text, word, long = b"of some length", b"\x12\x34", b"\0\0\x12\x34"
    values = {
        2: b"\1\0", 6: word, 7: text, 8: text, 9: word, 10: word, 11: text, 13: bytes(range(16)), 14: word, 15: long,
        16: long, 17: long, 21: text, 22: text, 23: text, 24: long, 25: long, 30: text, 31: text, 33: text, 36: text,
        37: text, 38: long, 39: b"",
    }  # fmt: skip
    start = attribute(0, b"\0\1")
    yield control(start, *(attribute(kind, value) for kind, value in values.items()))
    for kind, value in values.items():
        yield control(start, attribute(kind, value, 0))
    for kind in (3, 4, 18, 19):
        for bits in range(4):
            yield control(start, attribute(kind, struct.pack("!I", bits)))
    for value in (b"\0\1", b"\0\2\0\3", b"\0\2\0\3busy"):
        yield control(attribute(0, b"\0\4"), attribute(1, value))
    inner = ip4(udp(b"through", 5000, 9999), 17)
    for flags in (0, 0x4000, 0x0800, 0x0200, 0x0100, 0x4B00):
        ppp = b"\xff\3\0\x21" + inner
        rest = struct.pack("!HH", 77, 88) + (b"\0\5\0\6" if flags & 0x800 else b"")
        rest += (b"\0\3abc" if flags & 0x200 else b"") + ppp
        length = struct.pack("!H", 4 + len(rest)) if flags & 0x4000 else b""
        yield over4(struct.pack("!H", flags | 2) + length + rest, 1701, 1701)
    for echo in (b"\x09\1\0\x08\1\2\3\4", b"\x0a\1\0\x0c\1\2\3\4\5\6\7\x08"):
        yield over4(struct.pack("!HHH", 2, 77, 88) + b"\xff\3\xc0\x21" + echo, 1701, 1701)


GENERATORS = (
    arps,
    vlans,
    ipv4s,
    fragments4,
    ipv6s,
    icmps,
    icmp6s,
    tcps,
    names,
    links,
    bridges,
    lldps,
    extensions,
    igmps,
    routers,
    tunnels,
    calls,
)


def corpus() -> list[Packet]:
    """Return a few of everything."""
    return [packet for generator in GENERATORS for packet in generator()]


def mutated(packets: list[Packet], seed: int) -> Iterator[Packet]:
    """Yield packets without end, each damaged in some way: bits, bytes, lengths, parts of others."""
    chance = random.Random(seed)
    while True:
        packet = chance.choice(packets)
        data = bytearray(packet.data)
        for _ in range(chance.choice((1, 1, 2, 4, 8))):
            if not data:
                break
            at = chance.randrange(len(data))
            kind = chance.randrange(6)
            if kind == 0:
                data[at] ^= 1 << chance.randrange(8)
            elif kind == 1:
                data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xC0, 0xFF, chance.randrange(256)))
            elif kind == 2:
                del data[at:]
            elif kind == 3:
                del data[at : at + chance.randrange(1, 8)]
            elif kind == 4:
                other = chance.choice(packets).data
                cut = chance.randrange(len(other))
                data[at:] = other[cut:]
            else:
                data[at:at] = chance.randbytes(chance.randrange(1, 9))
        del data[4096:]
        longer = chance.choice((0, 0, 0, chance.randrange(1, 100)))
        yield Packet(bytes(data), packet.link, len(data) + longer)
