"""The limits on sockets: one-shot commands, refreshes, memory, and the truth of the byte counts.

The connections live in a namespace, both ends of each, in as many processes as RLIMIT_NOFILE makes necessary.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from netscope.core.domain import Query
from netscope.domains.sockets import DOMAIN
from tests.benchmarks.harness import Case, Result, command, netscope, paired, seconds
from tests.farm import farm
from tests.lab import REPOSITORY, Namespace, namespace, without_privileges

ALL = Query().having(all=True)
LIVE = Query(live=True).having(all=True)
_SS = ("ss", "-antup")
_CHURN = 100  # one connection of so many is replaced between two looks
_TRANSFERS, _SIZE = 100, 1_000_003


def _inside(inside: Namespace, *words: str) -> list[str]:
    """nsenter adds a millisecond to both sides, "ip netns exec" would add five."""
    return ["nsenter", f"--net=/run/netns/{inside.name}", "--", *words]


def one_shot(sockets: int) -> Result:
    """Compare two whole processes, output thrown away."""
    with namespace() as inside, farm(inside, sockets):
        return paired(
            command(_inside(inside, *netscope("sockets", "-antup"))),
            command(_inside(inside, *_SS)),
        )


def refresh(sockets: int) -> Result:
    """Compare one look of a live collector, rates included, with ss; 1 % of the connections are new each time."""
    with namespace() as inside, farm(inside, sockets) as many:
        host = inside.host()
        collector = DOMAIN.open(host, LIVE)
        snapshot = collector.collect()

        def look() -> None:
            nonlocal snapshot
            snapshot = DOMAIN.rates(snapshot, collector.collect())

        look()
        pairs = []
        for _ in range(7):
            many.churn(sockets // 2 // _CHURN)
            pairs.append((seconds(look), seconds(command(_inside(inside, *_SS)))))
        collector.close()
        host.close()
    ours, theirs = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    return Result(ratio, f"{ours:.1f} ms against {theirs:.1f} ms")


_RESIDENT = """
import json, sys
from netscope.core.domain import Query
from netscope.domains.sockets import DOMAIN
from netscope.system.live import LiveHost
collector = DOMAIN.open(LiveHost(), Query(live=True).having(all=True))
snapshot = collector.collect()
for line in sys.stdin:
    snapshot = DOMAIN.rates(snapshot, collector.collect())
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    figures = {name: int(status[name].split()[0]) for name in ("VmRSS", "VmHWM")}
    print(json.dumps({**figures, "rows": len(snapshot.records)}), flush=True)
"""


def resident(sockets: int) -> Result:
    """Return the resident memory, MiB, of a process that looks again and again while 1 % of the connections change."""
    with namespace() as inside, farm(inside, sockets) as many:
        process = inside.popen(
            sys.executable, "-c", _RESIDENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=str(REPOSITORY)
        )
        assert process.stdin is not None
        assert process.stdout is not None
        figures = []
        for _ in range(6):
            many.churn(sockets // 2 // _CHURN)
            process.stdin.write("look\n")
            process.stdin.flush()
            figures.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        process.stdout.close()
        process.wait(30)
    assert all(figure["rows"] >= sockets for figure in figures)
    most = max(figure["VmRSS"] for figure in figures) / 1024
    peak = max(figure["VmHWM"] for figure in figures) / 1024
    return Result(most, f"MiB resident with {sockets} sockets (for a moment {peak:.1f})")


_TOTALS = """
import json
import os
from netscope.core.domain import Query
from netscope.domains.sockets import DOMAIN
from netscope.domains.sockets.record import counters
from netscope.system.live import LiveHost
snapshot = DOMAIN.open(LiveHost(), Query(live=True).having(all=True)).collect()
found = [counters(row) for row in snapshot.records if row.state == "ESTABLISHED" and row.protocol == "tcp"]
print(json.dumps([sum(max(0, sent - 1) for sent, _ in found), sum(received for _, received in found)]))
"""


def byte_totals() -> Result:
    """Return how far, in parts of the truth, the bytes that a user without privileges sees are from those sent."""
    with namespace() as inside, farm(inside, 2 * _TRANSFERS) as many:
        many.send(_SIZE)
        words = without_privileges([sys.executable, "-c", _TOTALS], "nobody")
        done = subprocess.run(
            _inside(inside, *words), capture_output=True, text=True, check=True, cwd="/",
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )  # fmt: skip
    sent, received = json.loads(done.stdout)
    truth = _TRANSFERS * _SIZE
    wrong = max(abs(sent - truth), abs(received - truth)) / truth
    return Result(wrong, f"{sent} sent and {received} received of {truth} bytes")


def _case(name: str, limit: float, measure: Callable[[], Result]) -> Case:
    return Case(f"sockets: {name}", limit, measure)


CASES = (
    _case("-antup against ss, 1,000 sockets", 3.0, partial(one_shot, 1_000)),
    _case("-antup against ss, 10,000 sockets", 1.2, partial(one_shot, 10_000)),
    _case("-antup against ss, 50,000 sockets", 0.7, partial(one_shot, 50_000)),
    _case("refresh with 1 % churn against ss, 50,000 sockets", 0.10, partial(refresh, 50_000)),
    _case("memory of the collector, 50,000 sockets", 80.0, partial(resident, 50_000)),
    _case("byte totals of 100 transfers without privileges", 0.001, byte_totals),
)
