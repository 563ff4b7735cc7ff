"""The Packets tab: key to painted with a million packets against ten; opening such a file against tcpdump reading it.

``python -m tests.benchmarks.packetstab`` is the program that is measured: the real application on a real terminal.
"""

from __future__ import annotations

import asyncio
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.harness import Case, Result
from tests.packets import frames, over4, pcap, segment
from tests.tui.terminal import Terminal

MANY, FEW = 1_000_000, 10
_KEYS = 60
_ROUNDS = 3
_SIZE = (120, 40)


def serve() -> None:
    """Run the application."""
    from netscope.hub.watch import Hub
    from netscope.tui.app import NetscopeApp
    from netscope.tui.driver import TerminalDriver
    from tests.tui.packetstage import TABS, CapturingHost
    from tests.tui.stage import PlainNames, Topic, flow

    host = CapturingHost()
    domain = Topic(host, "flows", [flow(1)]).domain()

    async def main() -> None:
        hub = Hub(host, lambda _topic: domain)
        await NetscopeApp(hub, lambda _topic: domain, PlainNames, TABS, TerminalDriver).run_async()
        await hub.close()

    asyncio.run(main())


@contextmanager
def written(count: int) -> Iterator[Path]:
    """Write a file of so many packets: TCP and UDP by turns."""
    packets = [segment(bytes(40), seq=1000 + 40 * number, sport=40000 + number % 50) for number in range(400)]
    packets += [over4(bytes(30 + number % 100), 5000 + number, 6000) for number in range(100)]
    records = [pcap([frame], 1)[40:] for frame in frames(packets)]
    head = pcap([], 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.pcap"
        with path.open("wb") as file:
            file.write(head)
            for number in range(count):
                data = records[number % 500]
                stamp = struct.pack(
                    "<IIII", 1_700_000_000 + number // 1000, number % 1000 * 1_000_000, len(data), len(data)
                )
                file.write(stamp + data)
        yield path


@contextmanager
def _opened(path: Path, count: int) -> Iterator[tuple[Terminal, float]]:
    """Open a file by keys; yield the terminal and the seconds to the first painted row."""
    with Terminal((sys.executable, "-m", "tests.benchmarks.packetstab"), _SIZE) as terminal:
        terminal.until(terminal.sees("flow1"), "the first tab")
        terminal.keys("2")
        terminal.until(terminal.sees("[2 Packets]"), "the tab")
        terminal.keys("O")
        terminal.until(terminal.sees("Open a pcap"), "the question")
        terminal.keys(str(path))
        terminal.until(terminal.sees(path.name), "the name")
        terminal.pump(0.3)
        begun = time.monotonic()
        terminal.keys("\r")
        terminal.until(terminal.sees(" 0.000000"), "the first row")
        took = terminal.heard - begun
        terminal.until(terminal.sees(f" {count:,} packets"), "all rows")
        yield terminal, took
        terminal.keys("q")
        terminal.until(terminal.ended, "the end")


def _key_times(path: Path, count: int) -> list[float]:
    times = []
    with _opened(path, count) as (terminal, _took):
        terminal.pump(0.5)
        for number in range(_KEYS):
            terminal.pump(0.03 + number % 7 * 0.01)
            times.append(terminal.painted("j" if number % 12 < 6 else "k"))
    return times


def cursor() -> Result:
    """Key to painted, a million packets against ten; rounds take turns."""
    many: list[float] = []
    few: list[float] = []
    with written(MANY) as large, written(FEW) as small:
        for _ in range(_ROUNDS):
            few += _key_times(small, FEW)
            many += _key_times(large, MANY)
    slow, fast = statistics.median(many), statistics.median(few)
    worst = sorted(many)[len(many) * 95 // 100]
    return Result(slow / fast, f"{slow * 1000:.1f} ms against {fast * 1000:.1f} ms (95 %: {worst * 1000:.0f} ms)")


def opening() -> Result:
    """Enter to the first painted row of a million packets, against tcpdump reading all of them."""
    ours, theirs = [], []
    with written(MANY) as path:
        for _ in range(_ROUNDS):
            begun = time.monotonic()
            subprocess.run(["tcpdump", "-r", str(path), "-w", "/dev/null"], capture_output=True, check=True)
            theirs.append(time.monotonic() - begun)
            with _opened(path, MANY) as (_terminal, took):
                ours.append(took)
    mine, other = statistics.median(ours), statistics.median(theirs)
    return Result(mine / other, f"{mine * 1000:.0f} ms against {other * 1000:.0f} ms")


CASES = [
    Case("moving the packet cursor, a million packets against ten", 1.5, cursor),
    Case("opening a million packets to the first row, against tcpdump -r", 2.5, opening),
]

if __name__ == "__main__":
    serve()
