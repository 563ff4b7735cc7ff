"""``netscope packets -r``: tcpdump's text against tcpdump, tshark's against tshark, over the same file."""

from __future__ import annotations

import atexit
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.harness import Case, Result, command, netscope, paired
from tests.framemaker import A4, A6, B4, B6, eth, ip4, ip6, number, pcap, tcp, udp

_PACKETS = 200_000
_DISSECTED = 20_000
_made: dict[int, str] = {}


def _traffic(count: int) -> Iterator[bytes]:
    """Yield frames of whole connections, with datagrams between, over IPv4 and IPv6."""
    chance = random.Random(11)
    made = 0
    while True:
        six = chance.random() < 0.3
        near, far = (A6, B6) if six else (A4, B4)
        port, seq, ack = chance.randrange(32_768, 60_000), chance.getrandbits(32), chance.getrandbits(32)
        for place in range(60):
            if made == count:
                return
            made += 1
            stamps = bytes([1, 1, 8, 10]) + made.to_bytes(4, "big") + port.to_bytes(4, "big")
            if place % 5 == 4:
                data, protocol, ends = udp(port, 4433, bytes(chance.randrange(20, 300)), near, far), 17, (near, far)
            elif place == 0:
                data, protocol, ends = tcp(port, 8443, seq=seq - 1 & 0xFFFFFFFF, ack=0, flags=2, options=stamps,
                                           source=near, destination=far), 6, (near, far)  # fmt: skip
            elif place % 3:
                body = bytes(chance.choice([100, 200, 700]))
                data, protocol, ends = tcp(8443, port, body, seq=ack, ack=seq, flags=0x18 if place % 2 else 0x10,
                                           options=stamps, source=far, destination=near), 6, (far, near)  # fmt: skip
                ack = (ack + len(body)) & 0xFFFFFFFF
            else:
                data, protocol, ends = tcp(port, 8443, seq=seq, ack=ack, flags=0x11 if place == 57 else 0x10,
                                           options=stamps, source=near, destination=far), 6, (near, far)  # fmt: skip
            yield eth(0x86DD, ip6(protocol, data, *ends)) if six else eth(0x0800, ip4(protocol, data, *ends))


def _file(count: int) -> str:
    """Return a file of so many frames, made once."""
    if count not in _made:
        descriptor, path = tempfile.mkstemp(suffix=".pcap")
        os.close(descriptor)
        atexit.register(os.unlink, path)
        block = number(_traffic(min(count, 20_000)))
        numbered = enumerate(frame for _turn in range(count // len(block)) for frame in block)
        repeated = (frame._replace(time=1_700_000_000_000_000_000 + place * 40_000) for place, frame in numbered)
        Path(path).write_bytes(pcap(repeated))
        _made[count] = path
    return _made[count]


def _against(ours: list[str], theirs: list[str], count: int) -> Result:
    path = _file(count)
    return paired(command(netscope("packets", "-r", path, *ours)), command([*theirs, "-r", path]), 5)


CASES = [
    Case("packets -n -r against tcpdump -n -r", 1.0, lambda: _against(["-n"], ["tcpdump", "-n"], _PACKETS)),
    Case(
        "packets -n -r with a filter against tcpdump",
        2.5,
        lambda: _against(["-n", "tcp port 8443"], ["tcpdump", "-n", "tcp port 8443"], _PACKETS),
    ),
    Case("packets -n -r against tshark -n -r", 0.3, lambda: _against(["-n"], ["tshark", "-n"], _DISSECTED)),
    Case("packets -T text against tshark -n -r", 0.5, lambda: _against(["-T", "text"], ["tshark", "-n"], _DISSECTED)),
    Case(
        "packets -T fields against tshark",
        1.5,
        lambda: _against(
            ["-T", "fields", "-e", "ip.src", "-e", "tcp.dstport", "-e", "udp.length"],
            ["tshark", "-n", "-T", "fields", "-e", "ip.src", "-e", "tcp.dstport", "-e", "udp.length"],
            _DISSECTED,
        ),
    ),
    Case("packets -V against tshark -V", 3.0, lambda: _against(["-V"], ["tshark", "-n", "-V"], _DISSECTED)),
    Case(
        "packets -T json against tshark",
        2.0,
        lambda: _against(["-T", "json"], ["tshark", "-n", "-T", "json"], _DISSECTED),
    ),
]
