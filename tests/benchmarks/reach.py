"""Reachability against ping, fping, traceroute and mtr over the same path in the same run."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence

from netscope.core.probe import Plan, Target
from netscope.domains.ping_session import Outcome, Pace, PingSession
from netscope.hub.drive import drive
from netscope.system.live import LiveHost
from tests.benchmarks.harness import Case, Result, command, netscope, paired
from tests.reachlab import SERVER, Lab, reach_lab

_NETSCOPE = netscope()
_PROBES = 60
_THOUSAND = [f"10.78.{high}.{low}" for high in range(4) for low in range(1, 251)]


def _inside(lab: Lab, *words: str) -> list[str]:
    return ["ip", "netns", "exec", lab.c.name, *words]


def _ping(lab: Lab) -> subprocess.Popen[str]:
    words = ("ping", "-n", "-i", "0.05", "-c", str(_PROBES), "-D", SERVER[4])
    return subprocess.Popen(_inside(lab, *words), stdout=subprocess.PIPE, text=True)


def _figures(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"time=([\d.]+)", text)]


def _ours(lab: Lab) -> list[float]:
    done = subprocess.run(
        _inside(lab, *_NETSCOPE, "ping", "-i", "0.05", "-c", str(_PROBES), "--json", SERVER[4]),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    times: list[float] = json.loads(done.stdout)["records"][0]["history"]
    return times


def _apart_at_once() -> Result:
    """Both at the same time over the same path."""
    with reach_lab() as lab:
        theirs = _ping(lab)
        mine = statistics.median(_ours(lab))
        other = statistics.median(_figures(theirs.communicate()[0]))
    return Result(abs(mine - other), f"median {mine:.3f} ms against {other:.3f} ms")


def _apart(delay: float) -> Callable[[], Result]:
    """What each adds to the time that the link itself measured for the very same packet: the link is a process, and
    how long it really held a packet differs more from one to the next than the two programs do."""

    def measure() -> Result:
        with reach_lab(delay=delay / 2000) as lab:
            ours = _ours(lab)
            theirs = _figures(_ping(lab).communicate()[0])
            assert lab.slow is not None
            trips = lab.slow.carried().trips[-2 * _PROBES :]
        mine = statistics.median(said - true for said, true in zip(ours, trips[:_PROBES], strict=True))
        other = statistics.median(said - true for said, true in zip(theirs, trips[_PROBES:], strict=True))
        return Result(abs(mine - other), f"beyond the link's own measure: median {mine:.3f} ms against {other:.3f} ms")

    return measure


def _blocked() -> Result:
    """The program that reads the outcomes is blocked for 20 ms after each of them."""
    with reach_lab(delay=0.01) as lab:
        theirs = _ping(lab)
        host = LiveHost(lab.c.name)
        times: list[float] = []

        def busy(outcome: Outcome) -> None:
            if outcome.event is not None and outcome.event.rtt is not None:
                times.append(outcome.event.rtt * 1000)
            time.sleep(0.02)

        session = PingSession([Target("s", SERVER[4], 4, "s")], Pace(_PROBES, interval=0.01), host.clock())
        channel = host.prober().open(Plan())
        drive(session, {4: channel}, host.clock, busy)
        channel.close()
        host.close()
        other = statistics.median(_figures(theirs.communicate()[0]))
    mine = statistics.median(times)
    return Result(abs(mine - other), f"median {mine:.3f} ms against {other:.3f} ms")


def _thousand(delay: float) -> Callable[[], Result]:
    def measure() -> Result:
        with reach_lab(delay=delay / 2000) as lab:
            ours = command(_inside(lab, *_NETSCOPE, "ping", "-c", "1", "--rate", "100000", *_THOUSAND))
            theirs = command(_inside(lab, "fping", "-i", "0", "-q", "-c", "1", *_THOUSAND))
            return paired(ours, theirs)

    return measure


def _none_lost() -> Result:
    with reach_lab() as lab:
        began = time.perf_counter()
        done = subprocess.run(
            _inside(lab, *_NETSCOPE, "ping", "-c", "1", "--rate", "5000", "--json", *_THOUSAND),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        took = time.perf_counter() - began
    lost = sum(record["sent"] - record["received"] for record in json.loads(done.stdout)["records"])
    return Result(lost, f"{lost} of 1000 lost in {took * 1000:.0f} ms")


def _trace_against(theirs: Sequence[str], rounds: int) -> Callable[[], Result]:
    def measure() -> Result:
        with reach_lab(delay=0.01) as lab:
            ours = command(_inside(lab, *_NETSCOPE, "trace", "-n", SERVER[4]))
            return paired(ours, command(_inside(lab, *theirs, SERVER[4])), rounds)

    return measure


def _loss() -> Result:
    with reach_lab(loss=0.1, delay=0.001) as lab:
        done = subprocess.run(
            _inside(lab, *_NETSCOPE, "ping", "-c", "1000", "-i", "0.002", "-W", "0.5", "--json", SERVER[4]),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        (record,) = json.loads(done.stdout)["records"]
        assert lab.slow is not None
        taken, dropped, _trips = lab.slow.carried()
    lost = record["sent"] - record["received"]
    return Result(abs(lost - dropped), f"{lost} of {record['sent']} lost, the link dropped {dropped} of {taken}")


def _limits() -> Result:
    with reach_lab(ratelimit=True, silent=False) as lab:
        done = subprocess.run(
            _inside(lab, *_NETSCOPE, "trace", "-n", "-I", "--report", "-c", "20", "--interval", "0.1", "--json",
                    SERVER[4]),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    hops = json.loads(done.stdout)["records"][0]["paths"][0]["hops"]
    missing = sum(hop["sent"] - hop["received"] for hop in hops)
    return Result(sum(hop["loss"] for hop in hops), f"{missing} answers kept back by limits, none of them called loss")


CASES = (
    Case("ping: median RTT against ping, no delay, ms apart", 0.1, _apart_at_once),
    Case("ping: median RTT against ping, 20 ms, ms apart", 0.1, _apart(20)),
    Case("ping: median RTT against ping, 50 ms, ms apart", 0.1, _apart(50)),
    Case("ping: the same while the reader is blocked 20 ms at a time, ms apart", 0.5, _blocked),
    Case("ping: 1,000 addresses against fping -i 0, no delay", 3, _thousand(0)),
    Case("ping: 1,000 addresses against fping -i 0, 20 ms", 3, _thousand(20)),
    Case("ping: 1,000 addresses at 5,000 a second, lost", 0, _none_lost),
    Case("ping: loss of 10 % against the link's own count", 0, _loss),
    Case("trace: one silent hop, 20 ms, against traceroute", 0.6, _trace_against(["traceroute", "-n"], 7)),
    Case("trace: one silent hop, 20 ms, against mtr -r -c 3", 0.05, _trace_against(["mtr", "-n", "-r", "-c", "3"], 2)),
    Case("trace: ICMP rate limits counted as loss, per cent", 0, _limits),
)
