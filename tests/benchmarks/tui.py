"""The screen: key to painted with many live rows against few, and what a tab costs that is not shown.

``python -m tests.benchmarks.tui ROWS`` is the program that is measured: the real application on a real terminal, over
rows of which one in a hundred changes every second.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any

from netscope.core.snapshot import Snapshot
from tests.benchmarks.harness import Case, Result
from tests.tui.terminal import Terminal

MANY, FEW = 50_000, 100
_KEYS = 60
_ROUNDS = 3
_BURST, _BURST_ROWS = 300, 1000
_GLANCE = 0.001
_SIZE = (120, 40)


def serve(rows: int) -> None:
    """Run the application over ``rows`` rows that change."""
    from netscope.hub.watch import Hub
    from netscope.tui.app import NetscopeApp
    from netscope.tui.driver import TerminalDriver
    from tests.tui.stage import TABS, FakeHost, Flow, PlainNames, Topic, flow

    class Changing(Topic):
        def collect(self) -> Snapshot:
            snapshot = super().collect()
            found: list[Any] = list(self.records)
            for number in range(self.looks % 100, len(found), 100):
                found[number] = found[number]._replace(rate=float(self.looks))
            found[-1] = flow(rows + self.looks)
            self.records = found
            self.host.now += 1
            return snapshot

    host = FakeHost()
    flows: Sequence[Flow] = [flow(number) for number in range(rows)]
    topics = {name: Changing(host, name, flows) for name in ("flows", "pairs", "seconds", "last")}
    domains = {name: topic.domain()._replace(interval=1.0) for name, topic in topics.items()}

    async def main() -> None:
        hub = Hub(host, domains.__getitem__)
        app = NetscopeApp(hub, domains.__getitem__, PlainNames, TABS, TerminalDriver)
        await app.run_async()
        await hub.close()
        print({name: topic.looks for name, topic in topics.items()})

    asyncio.run(main())


def _started(rows: int) -> Terminal:
    terminal = Terminal((sys.executable, "-m", "tests.benchmarks.tui", str(rows)), _SIZE)
    terminal.until(terminal.sees(f" {rows:,}"), "the rows")
    terminal.pump(0.5)
    return terminal


def _key_times(rows: int) -> list[float]:
    times = []
    with _started(rows) as terminal:
        for number in range(_KEYS):
            terminal.pump(0.03 + number % 7 * 0.01)  # keys fall anywhere between two refreshes
            times.append(terminal.painted("j" if number % 20 < 15 else "k"))
        terminal.keys("q")
        terminal.until(terminal.ended, "the end")
    return times


def cursor() -> Result:
    """Key to painted with 50k live rows against 100; rounds take turns."""
    many: list[float] = []
    few: list[float] = []
    for _ in range(_ROUNDS):
        few += _key_times(FEW)
        many += _key_times(MANY)
    slow, fast = statistics.median(many), statistics.median(few)
    worst = sorted(many)[len(many) * 95 // 100]
    return Result(slow / fast, f"{slow * 1000:.1f} ms against {fast * 1000:.1f} ms (95 %: {worst * 1000:.0f} ms)")


def burst() -> Result:
    """Keys written at once against one key: to the pause that the last of them begins."""
    many: list[float] = []
    one: list[float] = []
    with _started(_BURST_ROWS) as terminal:
        for _ in range(_ROUNDS):
            for keys, times in ((" ", one), ("j" * _BURST + " ", many)):
                terminal.keys(keys)
                begun = time.monotonic()
                while not terminal.sees("PAUSED")():
                    terminal.pump_once(_GLANCE)
                times.append(time.monotonic() - begun)
                terminal.keys(" g")
                terminal.until(lambda: not terminal.sees("PAUSED")(), "the end of the pause")
        terminal.keys("q")
        terminal.until(terminal.ended, "the end")
    slow, fast = statistics.median(many), statistics.median(one)
    return Result(slow / fast, f"{slow * 1000:.0f} ms for {_BURST} keys against {fast * 1000:.1f} ms for one")


def hidden() -> Result:
    """Looks at a topic in three seconds after its tab was left, and the processor time of the whole program."""
    with _started(MANY) as terminal:
        terminal.keys("3")
        terminal.until(terminal.sees("[3 Last]"), "the other tab")
        terminal.pump(0.5)
        terminal.keys(" ")  # the tab in front rests, too: whatever is spent now, hidden tabs spend
        terminal.until(terminal.sees("PAUSED"), "the pause")
        terminal.pump(0.5)
        before = _processor_seconds(terminal.process.pid)
        started = time.monotonic()
        terminal.pump_for(3.0)
        share = (_processor_seconds(terminal.process.pid) - before) / (time.monotonic() - started)
    return Result(share * 100, f"{share * 100:.2f} % of a processor with 50k rows in a hidden tab")


def _processor_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


CASES = [
    Case("moving the cursor, 50k live rows against 100", 1.5, cursor),
    Case("300 keys typed ahead against one", 60.0, burst),
    Case("a tab that is not shown, per cent of a processor", 0.7, hidden),
]

if __name__ == "__main__":
    serve(int(sys.argv[1]))
