"""Addresses against ``ip -j -d addr``."""

from __future__ import annotations

from typing import Any

from netscope.core.domain import Query
from tests.kernel.rtnl_oracle import ours, same
from tests.lab import Namespace

SETUP = [
    "link add v0 type veth peer name v1", "link set v0 up", "link set v1 up", "addr add 10.0.0.1/24 dev v0",
    "addr add 10.0.0.2/24 brd + dev v0 label v0:x", "addr add 192.0.2.1 peer 192.0.2.2/32 dev v1 metric 55",
    "addr add 10.5.0.1/16 dev v1 scope link valid_lft 1000 preferred_lft 0 noprefixroute",
    "addr add 2001:db8::1/64 dev v0 nodad valid_lft 600 preferred_lft 300",
    "addr add 2001:db8::2/64 dev v0 noprefixroute mngtmpaddr", "addr add 2001:db8::3/64 dev v0 home",
    "addr add 2001:db8::4/64 dev v0 valid_lft 500 preferred_lft 0", "addr add 2001:db8::5 peer 2001:db8::6/128 dev v1",
]  # fmt: skip
LIVES = ("valid_life_time", "preferred_life_time", "tentative")  # they change on their own


def theirs(netns: Namespace, words: str = "-d addr") -> list[dict[str, Any]]:
    return [
        {"ifindex": link["ifindex"], "ifname": link["ifname"], **address}
        for link in netns.ip_json(words)
        for address in link.get("addr_info", ())
    ]


def settled(addresses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in one.items() if key not in LIVES} for one in addresses]


def test_every_address_as_ip_has_it(netns: Namespace) -> None:
    netns.batch(SETUP)
    mine, other = ours(netns, "addresses"), theirs(netns)
    order = [(one["ifindex"], one["family"], one["local"]) for one in mine]
    other.sort(key=lambda one: order.index((one["ifindex"], one["family"], one["local"])))
    same(settled(mine), settled(other), "addresses")
    for one, two in zip(mine, other, strict=True):
        for life in LIVES[:2]:
            assert abs(one[life] - two[life]) <= 1


def test_one_family_at_a_time(netns: Namespace) -> None:
    netns.batch(SETUP)
    for number, family in ((4, "inet"), (6, "inet6")):
        mine = ours(netns, "addresses", Query(family=number))
        assert {one["family"] for one in mine} == {family}
        assert {one["local"] for one in mine} == {one["local"] for one in theirs(netns, f"-{number} addr")}
