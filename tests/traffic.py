"""Packets as they are met on a server, in any number, and what losses make of them."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from tests.packets import A, B, Packet, arp, dns, ether, icmp, ip4, over4, over6, question, record, tcp

SYN = bytes.fromhex("020405b40402080a000000010000000001030307")
STAMPS = bytes.fromhex("0101080a0000000100000002")


class Talk:
    """A connection that goes as most do: data, and an acknowledgement for every second segment."""

    def __init__(self, chance: random.Random, index: int) -> None:
        self.ends = bytes((10, 0, index & 3, 1 + index % 250)), bytes((10, 1, 0, 1 + index % 20))
        self.ports = 30_000 + index, chance.choice((443, 80, 22, 9998, 9999, 8443, 9997))
        self.sent = [chance.getrandbits(32), chance.getrandbits(32)]

    def segment(self, side: int, payload: bytes, flags: int, options: bytes = STAMPS) -> Packet:
        """Return a segment from one side, 0 for the client's."""
        ends, ports, sent = (
            (self.ends, self.ports, self.sent) if not side else (self.ends[::-1], self.ports[::-1], self.sent[::-1])
        )
        made = tcp(payload, flags, sport=ports[0], dport=ports[1], seq=sent[0], ack=sent[1] if flags & 16 else 0,
                   options=options, window=500, src=ends[0], dst=ends[1])  # fmt: skip
        self.sent[side] = self.sent[side] + len(payload) + (flags & 3 > 0) & 0xFFFFFFFF
        return Packet(ether(ip4(made, 6, src=ends[0], dst=ends[1])))


def traffic(count: int) -> Iterator[Packet]:
    """Yield packets as they are met on a server: mostly TCP, some DNS, UDP, ICMP and ARP."""
    chance = random.Random(1)
    talks = [Talk(chance, index) for index in range(200)]
    for talk in talks:
        yield talk.segment(0, b"", 2, SYN)
        yield talk.segment(1, b"", 0x12, SYN)
        yield talk.segment(0, b"", 0x10)
    for number in range(count):
        kind = chance.random()
        port, host = chance.randrange(30_000, 60_000), bytes((10, 0, 0, chance.randrange(1, 250)))
        if kind < 0.08:
            name = chance.choice(("www.example.com", "mail.example.org", "a.b.c.example"))
            yield over4(dns(number & 0xFFFF, 0x0100, [question(name)]), port, 53, src=host, dst=B)
            answer = [record(b"\xc0\x0c", 1, A)]
            yield over4(dns(number & 0xFFFF, 0x8180, [question(name)], answer), 53, port, src=B, dst=host)
        elif kind < 0.10:
            yield Packet(ether(arp(1), 0x0806))
        elif kind < 0.12:
            yield Packet(ether(ip4(icmp(8, 0, struct.pack("!HH", 5, number & 0xFFFF) + bytes(48)), 1)))
        elif kind < 0.16:
            yield over6(bytes(100), port, 4433)
        elif kind < 0.20:
            yield over4(bytes(300), port, 6000)
        else:
            talk, side = chance.choice(talks), int(chance.random() < 0.7)
            for _ in range(2):
                size = chance.choice((100, 1400))
                sealed = struct.pack("!BHH", 23, 0x0303, size - 5) + bytes(size - 5)
                yield talk.segment(side, sealed if talk.ports[1] in (443, 8443) else b"\xfe" * size, 0x18)
            yield talk.segment(1 - side, b"", 0x10)


def usual() -> Iterator[Packet]:
    """Yield a few hundred of them."""
    yield from traffic(150)


def lossy() -> Iterator[Packet]:
    """Yield one connection whose segments get lost, come twice and out of order."""
    chance = random.Random(7)
    for index in range(12):
        talk = Talk(chance, 300 + index)
        talk.ports = talk.ports[0], 9999
        packets = [talk.segment(0, b"", 2, SYN), talk.segment(1, b"", 0x12, SYN), talk.segment(0, b"", 0x10)]
        for _ in range(12):
            side = int(chance.random() < 0.5)
            packets += [talk.segment(side, bytes([200]) * chance.choice((1, 100, 1000)), 0x18) for _ in range(2)]
            packets.append(talk.segment(1 - side, b"", 0x10))
        packets += [talk.segment(0, b"", 0x11), talk.segment(1, b"", 0x11), talk.segment(0, b"", 0x10)]
        kept = [packet for packet in packets for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 1, 2)))]
        for place in range(4, len(kept) - 1, 9):
            kept[place], kept[place + 1] = kept[place + 1], kept[place]
        yield from kept


GENERATORS = (usual, lossy)
