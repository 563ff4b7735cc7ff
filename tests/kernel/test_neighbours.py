"""Neighbours against ``ip -j -s neigh`` and ``arp -an``."""

from __future__ import annotations

import re
from typing import Any

import pytest

from netscope.core.domain import Query
from tests.kernel.rtnl_oracle import ours, same, steady
from tests.lab import Namespace

SETUP = [
    "link add v0 type veth peer name v1", "link set v0 up", "link set v1 up", "addr add 10.0.0.1/24 dev v0",
    "addr add 2001:db8::1/64 dev v0 nodad", "neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev v0 nud permanent",
    "neigh add 10.0.0.6 lladdr 00:00:5e:00:00:05 dev v0 nud reachable", "neigh add proxy 10.0.0.77 dev v0",
    "neigh add proxy 2001:db8::77 dev v0", "neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 dev v0 router nud stale",
    "neigh add 2001:db8::10 lladdr 02:00:00:00:00:09 dev v0 nud noarp", "neigh add 10.0.0.9 dev v0 nud failed",
    "neigh add 10.0.0.10 dev v0 lladdr 02:00:00:00:00:09 nud permanent proto static extern_learn",
]  # fmt: skip
TICKING = ("used", "confirmed", "updated", "probes", "refcnt")


def by_address(neighbours: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(neighbours, key=lambda one: ("proxy" in one, one["dst"], one.get("dev", "")))


def settled(neighbours: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in one.items() if key not in TICKING} for one in neighbours]


def theirs(netns: Namespace, more: str = "") -> list[dict[str, Any]]:
    proxies = netns.ip_json("-s -4 neigh show proxy") + netns.ip_json("-s -6 neigh show proxy")
    return by_address(netns.ip_json(f"-s neigh show {more}") + proxies)


def test_every_neighbour_as_ip_has_it(netns: Namespace) -> None:
    netns.batch(SETUP)
    mine, other = by_address(ours(netns, "neighbours")), theirs(netns)
    same(settled(mine), settled(other), "neighbours", "family", "vendor")
    for one, two in zip(mine, other, strict=True):
        assert set(one) - {"refcnt"} == {*two, "family", "vendor"} - {"refcnt"}
        for key in ("used", "confirmed", "updated"):
            assert abs(one.get(key, 0) - two.get(key, 0)) <= 1
    assert {one["dst"]: one["vendor"] for one in mine if "." in one["dst"]} == {
        "10.0.0.5": "locally administered", "10.0.0.6": "ICANN, IANA Department", "10.0.0.9": None,
        "10.0.0.10": "locally administered", "10.0.0.77": None,
    }  # fmt: skip


def test_all_states(netns: Namespace) -> None:
    netns.batch(SETUP)
    mine, other = steady(
        lambda: settled(by_address(ours(netns, "neighbours", Query().having(all=True)))),
        lambda: settled(theirs(netns, "nud all")),
    )
    same(mine, other, "neighbours", "family", "vendor")
    assert any(one["state"] == ["NOARP"] for one in mine if "state" in one)


@pytest.mark.tool("arp")
def test_arp_agrees(netns: Namespace) -> None:
    netns.batch(SETUP)
    lines = netns.run("arp", "-an").splitlines()
    arp = {}
    for line in lines:
        found = re.match(r"\? \((\S+)\) at (\S+) ", line)
        if found and found[2] != "<from_interface>":  # a proxy
            arp[found[1]] = found[2]
    mine = ours(netns, "neighbours", Query(family=4))
    known = {one["dst"]: one["lladdr"] for one in mine if "lladdr" in one}
    assert {address: mac for address, mac in arp.items() if mac != "<incomplete>"} == known
    assert {address for address, mac in arp.items() if mac == "<incomplete>"} <= {
        one["dst"] for one in mine if "lladdr" not in one
    }
    assert {one["dst"] for one in mine if "proxy" in one} == {"10.0.0.77"}
