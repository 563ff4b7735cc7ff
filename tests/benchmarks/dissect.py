"""Dissection: one packet against scapy, rows of a list against the text of tcpdump and tshark."""

from __future__ import annotations

import random
import statistics
import struct
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.benchmarks.harness import Case, Result, command, paired
from tests.lab import REPOSITORY
from tests.packets import A, B, Packet, arp, dns, ether, frames, icmp, ip4, over4, over6, pcap, question, record, tcp

_COUNT = 150_000
_SYN = bytes.fromhex("020405b40402080a000000010000000001030307")
_STAMPS = bytes.fromhex("0101080a0000000100000002")


class _Talk:
    """A connection that goes as most do: data, and an acknowledgement for every second segment."""

    def __init__(self, chance: random.Random, index: int) -> None:
        self.ends = bytes((10, 0, index & 3, 1 + index % 250)), bytes((10, 1, 0, 1 + index % 20))
        self.ports = 30_000 + index, chance.choice((443, 80, 22, 5432, 9999, 8443, 25))
        self.sent = [chance.getrandbits(32), chance.getrandbits(32)]

    def segment(self, side: int, payload: bytes, flags: int, options: bytes = _STAMPS) -> Packet:
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
    talks = [_Talk(chance, index) for index in range(200)]
    for talk in talks:
        yield talk.segment(0, b"", 2, _SYN)
        yield talk.segment(1, b"", 0x12, _SYN)
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


@cache
def _file() -> str:
    packets = []
    for packet in traffic(_COUNT):
        packets.append(packet)
        if len(packets) == _COUNT:
            break
    path = Path(mkdtemp(prefix="netscope-"), "traffic.pcap")
    path.write_bytes(pcap(frames(packets), 1))
    return str(path)


_CODE = "import sys; sys.path.insert(0, sys.argv[2]); from tests.benchmarks.rows import rows; rows(sys.argv[1])"


def _rows_against(*words: str) -> Result:
    ours = command([sys.executable, "-c", _CODE, _file(), str(REPOSITORY)])
    return paired(ours, command([*words, "-n", "-r", _file()]), rounds=3)


def _one() -> tuple[bytes, float]:
    """Return a usual segment, and the median seconds in which all of it is taken apart."""
    from netscope.dissect import Context, dissect

    talk = _Talk(random.Random(2), 1)
    captured = frames([talk.segment(0, bytes(200), 0x18) for _ in range(3000)])
    context, times = Context(), []
    for frame in captured:
        start = time.perf_counter()
        for layer in dissect(frame, context).layers:
            layer.fields()
        times.append(time.perf_counter() - start)
    return captured[-1].data, statistics.median(times)


def _alone() -> Result:
    data, ours = _one()
    return Result(ours * 1e6, f"{len(data)} bytes, every field with its place and its line")


def _against_scapy() -> Result:
    try:
        from scapy.layers import inet  # binds what is above
        from scapy.layers.l2 import Ether
    except ImportError:
        return Result(0, "scapy is not installed: not compared")
    assert inet
    data, ours = _one()
    times = []
    for _ in range(500):
        start = time.perf_counter()
        Ether(data).show(dump=True)  # each field's name and value, with no places
        times.append(time.perf_counter() - start)
    theirs = statistics.median(times)
    return Result(ours / theirs, f"{ours * 1e6:.1f} us against {theirs * 1e6:.1f} us")


CASES = [
    Case("dissect: one packet in full, microseconds", 50, _alone),
    Case("dissect: one packet in full / scapy", 0.125, _against_scapy),
    Case("dissect: rows of a file / tcpdump -n -r", 1.0, lambda: _rows_against("tcpdump")),
    Case("dissect: rows of a file / tshark -n -r", 0.3, lambda: _rows_against("tshark")),
]
