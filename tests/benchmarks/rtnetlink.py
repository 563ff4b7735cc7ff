"""Routes and neighbours against ``ip -j``, whole processes inside one namespace, and the memory of a large table."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import partial

from netscope.core.domain import Query
from tests.benchmarks.harness import Case, Result, command, netscope, paired
from tests.lab import Namespace, namespace

ROUTES = 100_000
NEIGHBOURS = 10_000
MAKERS = ("00:1b:21", "3c:fd:fe", "00:50:56", "f8:8f:ca", "00:0c:29", "02:42:ac", "52:54:00")
LINKS = ["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up", "addr add 10.0.0.1/16 dev v0"]


def alike(netns: Namespace) -> None:
    """100,000 host routes through one gateway."""
    netns.batch([f"route add 11.{at >> 16}.{at >> 8 & 255}.{at & 255}/32 via 10.0.0.2" for at in range(ROUTES)])


def mixed(netns: Namespace) -> None:
    """100,000 prefixes of many lengths through 29 gateways, as a router on the Internet has them."""
    lengths = (24, 24, 24, 24, 23, 22, 21, 20, 32)
    lines = []
    for at in range(ROUTES):
        length = lengths[at % 9]
        number = (0x0B000000 + at * 4096) >> (32 - length) << (32 - length)
        text = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
        lines.append(f"route add {text}/{length} via 10.0.0.{2 + at * 7919 % 29}")
    netns.batch(lines)


def neighbours(netns: Namespace) -> None:
    """10,000 permanent neighbours from several makers."""
    netns.batch(
        [
            f"neigh add 10.0.{1 + at // 250}.{1 + at % 250} dev v0 nud permanent "
            f"lladdr {MAKERS[at % 7]}:{at >> 8 & 255:02x}:{at & 255:02x}:{at % 7:02x}"
            for at in range(NEIGHBOURS)
        ]
    )


def _inside(netns: Namespace, *words: str) -> Callable[[], object]:
    return command(["nsenter", f"--net=/run/netns/{netns.name}", *words])


def whole(fill: Callable[[Namespace], None], topic: str, *theirs: str) -> Result:
    """Compare ``netscope TOPIC --json`` with ``ip -j ...``; compiled, as an installed program is."""
    with namespace() as netns:
        netns.batch(LINKS)
        fill(netns)
        ours = netscope(topic, "--json")
        return paired(_inside(netns, *ours), _inside(netns, *theirs), 15)


def memory() -> Result:
    """Return the peak of reading 100,000 routes beside what the kernel's answer itself takes, in MiB."""
    with namespace() as netns:
        netns.batch(LINKS)
        mixed(netns)
        netns.collect("routes", Query(family=6))  # what is imported on the way does not count
        tracemalloc.start()
        snapshot = netns.collect("routes")
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return Result(peak / 2**20, f"{len(snapshot.records)} routes, {peak / len(snapshot.records):.0f} bytes each")


CASES = [
    Case("routes --json, 100k alike, against ip -j route", 1.0, partial(whole, alike, "routes", "ip", "-j", "route")),
    Case("routes --json, 100k mixed, against ip -j route", 1.0, partial(whole, mixed, "routes", "ip", "-j", "route")),
    Case(
        "neighbours --json, 10k, against ip -j neigh",
        1.0,
        partial(whole, neighbours, "neighbours", "ip", "-j", "neigh"),
    ),
    Case("MiB to read 100k routes", 16, memory),
]
