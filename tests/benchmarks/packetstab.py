"""The Packets tab: key to painted with a million packets against ten; opening such a file against tcpdump reading it.

``python -m tests.benchmarks.packetstab`` is the program that is measured: the real application on a real terminal.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks.harness import Case, Result
from tests.kernel.captures import pair
from tests.lab import REPOSITORY, namespace
from tests.packets import A, B, ether, ip4, pcap, segment, tcp
from tests.tui.terminal import Terminal

MANY, FEW = 1_000_000, 10
_FLOWS = 50
_KEYS = 180
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
    """Write a file of so many packets: fifty transfers whose segments take turns, acknowledged now and then."""
    pack = struct.Struct("<IIII").pack
    sent = [segment(bytes(40 + flow), 0x18, sport=40000 + flow).data for flow in range(_FLOWS)]
    answers = [
        ether(ip4(tcp(b"", 0x10, sport=9999, dport=40000 + flow, seq=1, src=B, dst=A), 6, src=B, dst=A))
        for flow in range(_FLOWS)
    ]
    following = [1000] * _FLOWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.pcap"
        with path.open("wb") as file:
            file.write(pcap([], 1))
            for number in range(count):
                flow = number // 4 % _FLOWS
                if number % 4 == 3:
                    data = answers[flow][:42] + following[flow].to_bytes(4, "big") + answers[flow][46:]
                else:
                    data = sent[flow][:38] + following[flow].to_bytes(4, "big") + sent[flow][42:]
                    following[flow] = following[flow] + 40 + flow & 0xFFFFFFFF
                file.write(pack(1_700_000_000 + number // 1000, number % 1000 * 1_000_000, len(data), len(data)) + data)
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


def cursor() -> Result:
    """Key to painted, a million packets against ten: both programs run, and keys go to them by turns."""
    many: list[float] = []
    few: list[float] = []
    with (
        written(MANY) as large, written(FEW) as small,
        _opened(small, FEW) as (one, _), _opened(large, MANY) as (other, _),
    ):  # fmt: skip
        one.pump(0.5)
        for number in range(_KEYS):
            key = "j" if number % 12 < 6 else "k"
            for terminal, times in ((one, few), (other, many)):
                terminal.pump(0.03 + number % 7 * 0.01)
                times.append(terminal.painted(key))
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


def lost(seconds: int, rate: int) -> Result:
    """Frames lost while the tab captures and somebody scrolls."""
    with namespace() as inside:
        pair(inside)
        words = ["nsenter", f"--net=/run/netns/{inside.name}", "--", sys.executable, "-m", "netscope"]
        with Terminal(words, _SIZE) as terminal:
            terminal.until(terminal.sees("[1 Sockets]"), "the first tab")
            terminal.keys("\x1b[Z")  # Shift-Tab
            terminal.until(terminal.sees("Packets]"), "the tab")
            terminal.keys("s")
            terminal.until(terminal.sees("right"), "the interfaces")
            while not terminal.sees("[x] right")():
                terminal.keys(" ")
                terminal.pump(0.3)
                if not terminal.sees("[x] right")():
                    terminal.keys(" j")
                    terminal.pump(0.3)
            terminal.keys("\r")
            terminal.until(terminal.sees("capturing on right"), "a capture")
            arguments = [inside.name, "left", "100", str(seconds * rate), str(rate)]
            with subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.sending", *arguments], cwd=REPOSITORY
            ) as flood:
                number = 0
                while flood.poll() is None:
                    terminal.keys("kkkj"[number % 4] if number % 20 else "G")
                    terminal.pump(0.03)
                    number += 1
            terminal.keys("s")
            terminal.until(terminal.sees("captured on right"), "the end")
            said = next(line for line in terminal.lines() if "captured on right" in line)
            terminal.keys("q")
            terminal.until(terminal.sees("Quit?"), "the question")
            terminal.keys("y")
            terminal.until(terminal.ended, "the end")
    found = re.search(r"([\d,]+) dropped", said)
    count = int(found[1].replace(",", "")) if found else 0
    return Result(float(count), f"{said.strip()} ({number} keys meanwhile)")


CASES = [
    Case("capture: lost in 60 seconds with the tab open and scrolling", 0.0, partial(lost, 60, 300_000)),
    Case("moving the packet cursor, a million packets against ten", 1.5, cursor),
    Case("opening a million packets to the first row, against tcpdump -r", 2.5, opening),
]

if __name__ == "__main__":
    serve()
