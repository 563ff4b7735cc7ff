"""Mutate frames and print them: ``python -m tests.fuzz.packets_text [SECONDS [SEED]]``.

No frame may raise, take longer than a second, or put anything but printable ASCII, tabs and line ends on the terminal;
and the fast way must lead to the same text as the usual one.
"""

from __future__ import annotations

import random
import sys
import time

from netscope.core.frame import Frame
from netscope.dissect.tcpdumptext.fast import Fast
from netscope.dissect.tcpdumptext.printer import Printer
from netscope.dissect.tcpdumptext.style import Style
from tests.dissect.test_tcpdumptext import conversations, harmless, records
from tests.framemaker import number, pcap
from tests.framesamples import ETHERNET
from tests.framesamples.links import others

_STYLES = (
    Style(), Style(numeric=True, verbose=1), Style(numeric=True, verbose=3, link=True), Style(quiet=True, link=True),
    Style(absolute=True, verbose=2, dump="X"), Style(dump="A", times="delta"), Style(verbose=2, checksums=False),
)  # fmt: skip
_NUMBERS = (0, 1, 2, 4, 8, 0x0F, 0x40, 0x7F, 0x80, 0xC0, 0xFE, 0xFF)


def bases() -> list[tuple[int, bytes]]:
    """Return frames to begin with, each with its link type."""
    found = [(1, data) for packets in ETHERNET.values() for data in packets()]
    found += [(1, frame.data) for frame in conversations(200)]
    return found + [(link, data) for link, packets in others() for data in packets]


def mutated(data: bytes, chance: random.Random, pool: list[tuple[int, bytes]]) -> bytes:
    """Return bytes that were changed here and there: other values, pieces gone, doubled, or from another frame."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        if not changed:
            break
        place, kind = chance.randrange(len(changed)), chance.random()
        if kind < 0.6:
            changed[place] = chance.choice(_NUMBERS) if chance.random() < 0.5 else chance.randrange(256)
        elif kind < 0.75:
            del changed[place : place + chance.randrange(1, 20)]
        elif kind < 0.85:
            changed[place:place] = changed[place : place + chance.randrange(1, 40)]
        else:
            other = chance.choice(pool)[1]
            changed[place:] = other[min(place, len(other)) :]
    return bytes(changed[: chance.randrange(len(changed) + 1)]) if chance.random() < 0.3 else bytes(changed)


def main(seconds: float, seed: int) -> int:
    """Run for so long; return how many frames were printed."""
    chance, pool = random.Random(seed), bases()
    printers = [Printer(style) for style in _STYLES]
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        batch = []
        for _ in range(500):
            link, data = chance.choice(pool)
            link = chance.choice((0, 1, 101, 108, 113, 276, 228, 229)) if chance.random() < 0.05 else link
            batch.append((link, mutated(data, chance, pool)))
        for link, data in batch:
            length = len(data) + (chance.randrange(2000) if chance.random() < 0.1 else 0)
            frame = Frame(1, chance.randrange(1 << 62), data, length, link)
            begun = time.perf_counter()
            text = chance.choice(printers).line(frame)
            assert time.perf_counter() - begun < 1, data.hex()
            harmless(text)
        frames = number([data for link, data in batch if link == 1 and data], seed=count)
        style = Style(numeric=True)
        raw = pcap(frames)[24:]
        fast, _used = Fast(Printer(style), 1000).block(records(raw), 1 << 60)
        slow = "".join(Printer(style).lines(frames))
        for ours, theirs in zip(fast.decode().split("\n"), slow.split("\n"), strict=True):
            assert ours == theirs, f"seed {seed}, after {count} frames: {ours!r} for {theirs!r}"
        count += len(batch)
    return count


if __name__ == "__main__":
    wanted = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(f"{main(wanted, int(sys.argv[2]) if len(sys.argv) > 2 else 1):,} frames")
