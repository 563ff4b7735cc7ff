"""Routes against ``ip -j -d route show table all`` and ``ip -j -d route get``."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Collection
from typing import Any

import pytest

from netscope.core.domain import Query
from netscope.core.host import Events
from netscope.domains import load
from netscope.domains.rtnl import interfaces
from netscope.hub.watch import EVENTS_LOST, Hub
from netscope.system.live import LiveHost
from tests.kernel.rtnl_oracle import ours, same
from tests.lab import Namespace, netscope

METRICS = "mtu 1300 advmss lock 1200 rtt 20ms rto_min 5ms congctl reno features ecn initcwnd 10 hoplimit 20"
SETUP = [
    "link add v0 type veth peer name v1", "link set v0 up", "link set v1 up", "addr add 10.0.0.1/24 dev v0",
    "addr add 2001:db8::1/64 dev v0 nodad", "route add default via 10.0.0.2",
    f"route add 10.9.0.0/16 via 10.0.0.3 metric 7 proto static {METRICS}",
    "route add blackhole 10.8.0.0/16", "route add unreachable 10.7.0.0/16 table 100",
    "route add prohibit 10.6.0.0/16", "route add throw 10.5.0.0/16 table 100",
    "route add 10.4.0.0/16 nexthop via 10.0.0.5 weight 3 nexthop via 10.0.0.6 dev v0 onlink",
    "route add 10.3.0.0/16 via inet6 2001:db8::7", "route add 10.2.0.1 dev v0 src 10.0.0.1 scope link tos 0x10",
    "route add 10.46.0.0/16 realm 1/2 via 10.0.0.2", "route append 10.9.0.0/16 via 10.0.0.4 metric 7",
    "route add 2001:db8:1::/48 via 2001:db8::2 expires 1000 pref high",
    "route add 2001:db8:2::/48 nexthop via 2001:db8::3 nexthop via 2001:db8::4",
    "route add blackhole 2001:db8:3::/48", "route add unreachable 2001:db8:4::/48 metric 9 table 200",
]  # fmt: skip
OPTIONAL = [
    "nexthop add id 5 via 10.0.0.9 dev v0", "nexthop add id 6 group 5", "nexthop add id 7 blackhole",
    "route add 10.44.0.0/16 nhid 5", "route add 10.45.0.0/16 nhid 6", "route add 10.43.0.0/16 nhid 7",
    "route add 10.47.0.0/16 encap mpls 100/200 via 10.0.0.2",
    "route add 10.48.0.0/16 encap ip id 5 src 10.0.0.1 dst 192.0.2.4 ttl 9 dev v0",
    "route add 2001:db8:9::/48 encap seg6 mode encap segs 2001:db8::5,2001:db8::6 dev v0",
    "route add 2001:db8:8::/48 encap seg6local action End.X nh6 2001:db8::5 dev v0",
    "-6 route add 2001:db8:f::/48 from 2001:db8::/64 via 2001:db8::2",
]  # fmt: skip
CLASHING = {"dst", "src", "tos", "table", "iif"}  # keys that iproute2 prints twice in a route with an encapsulation


def settled(routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the seconds that pass, and what one object cannot say twice."""
    found = []
    for route in routes:
        kept = {key: value for key, value in route.items() if key != "expires" and not key.startswith("encap_")}
        found.append({k: v for k, v in kept.items() if k not in CLASHING} if "encap" in kept else kept)
    return found


def test_every_route_as_ip_has_it(netns: Namespace) -> None:
    netns.batch(SETUP)
    for words in OPTIONAL:
        try:
            netns.ip(words)
        except AssertionError:
            continue  # this kernel has no such thing; tests/unit/test_routes.py has built messages
    mine, theirs = ours(netns, "routes"), netns.ip_json("-d route show table all")
    same(settled(mine), settled(theirs), "routes", "family")
    by_dst = {route["dst"]: route for route in mine}
    assert [hop["weight"] for hop in by_dst["10.4.0.0/16"]["nexthops"]] == [3, 1]
    assert abs(by_dst["2001:db8:1::/48"]["expires"] - 1000) <= 3
    assert len([route for route in mine if route["dst"] == "10.9.0.0/16"]) == 2


def test_one_table_and_one_family(netns: Namespace) -> None:
    netns.batch(SETUP)
    for table in ("main", "100", "local", "200", "77"):
        mine = ours(netns, "routes", Query().having(table=table))
        theirs = [route for route in netns.ip_json("-d route show table all") if route["table"] == table]
        same(settled(mine), settled(theirs), "routes", "family")
    for number, family in ((4, "inet"), (6, "inet6")):
        mine = ours(netns, "routes", Query(family=number))
        assert {route["family"] for route in mine} == {family}
        same(settled(mine), settled(netns.ip_json(f"-d -{number} route show table all")), "routes", "family")
    assert ours(netns, "routes", Query(family=4).having(table="77")) == []


POLICY = [
    *SETUP, "rule add to 10.20.0.0/16 lookup 300 pref 50", "route add 10.20.0.0/17 via 10.0.0.7 table 300",
    "rule add fwmark 9 lookup 400 pref 51", "route add default via 10.0.0.8 table 400",
    "rule add lookup main suppress_prefixlength 0 pref 60", "rule add from 10.0.0.1 lookup 500 pref 52",
    "route add 192.0.2.0/24 via 10.0.0.9 table 500", "rule add to 10.30.0.0/16 prohibit pref 53",
    "rule add oif v0 to 10.40.0.0/16 lookup 400 pref 54", "rule add goto 60 to 10.50.0.0/16 pref 55",
    "rule add lookup 400 to 10.50.0.0/16 pref 56",
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "prefix", "rule"),
    [
        ("10.20.1.1", "10.20.0.0/17", 50), ("10.20.200.1", "default", 32766), ("8.8.8.8 mark 9", "default", 51),
        ("8.8.8.8", "default", 32766), ("10.0.0.77", "10.0.0.0/24", 60), ("10.0.0.1", "10.0.0.1", 0),
        ("192.0.2.5 from 10.0.0.1", "192.0.2.0/24", 52), ("192.0.2.5", "default", 32766),
        ("10.40.0.1 oif v0", "default", 54), ("10.40.0.1", "default", 32766), ("10.50.0.1", "default", 32766),
        ("2001:db8::9", "2001:db8::/64", 32766), ("::1", "::1", 0), ("2001:db8:1::5", "2001:db8:1::/48", 32766),
    ],
)  # fmt: skip
def test_which_way(netns: Namespace, words: str, prefix: str, rule: int) -> None:
    netns.batch(POLICY)
    address, *rest = words.split()
    options = dict(zip(rest[0::2], rest[1::2], strict=True))
    mine = ours(netns, "routes", Query().having(get=address, **options))
    same(settled(mine), settled(netns.ip_json(f"-d route get {words}")), "routes", "family", "prefix", "rule")
    assert mine[0]["prefix"] == prefix
    assert mine[0]["rule"]["priority"] == rule
    fib = netns.ip_json(f"route get fibmatch {words}")
    assert fib[0]["dst"] == prefix


@pytest.mark.parametrize(
    ("address", "prefix", "table", "rule"),
    [
        ("10.0.0.1", "10.0.0.1", "local", 0), ("127.9.9.9", "127.0.0.0/8", "local", 0),
        ("10.0.0.255", "10.0.0.255", "local", 0), ("10.0.0.77", "10.0.0.0/24", "main", 32766),
    ],
)  # fmt: skip
def test_the_local_table_is_told_from_main_where_the_kernel_merges_them(
    netns: Namespace, address: str, prefix: str, table: str, rule: int
) -> None:
    netns.batch(SETUP)
    (mine,) = ours(netns, "routes", Query().having(get=address))
    assert (mine["prefix"], mine["table"], mine["rule"]["priority"]) == (prefix, table, rule)
    assert prefix in [route["dst"] for route in netns.ip_json(f"-4 route show table {table}")]


def test_incoming_packets(netns: Namespace) -> None:
    netns.batch([*SETUP, "addr add 10.99.0.1/24 dev v1", "rule add iif v1 lookup 600 pref 70",
                 "route add 192.0.2.0/24 via 10.0.0.9 table 600"])  # fmt: skip
    netns.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    query = Query().having(get="192.0.2.1", iif="v1", **{"from": "10.99.0.7"})
    mine = ours(netns, "routes", query)
    theirs = netns.ip_json("-d route get 192.0.2.1 from 10.99.0.7 iif v1")
    same(settled(mine), settled(theirs), "routes", "family", "prefix", "rule")
    assert mine[0]["rule"]["priority"] == 70


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("10.8.1.1", "blackhole 10.8.0.0/16 in table main, rule 60"),
        ("10.6.1.1", "prohibit 10.6.0.0/16 in table main, rule 60"),
        ("10.30.0.1", "rule 53: from all to 10.30.0.0/16 prohibit"),
        ("2001:db8:3::1", "blackhole 2001:db8:3::/48 in table main, rule 32766"),
        ("2001:db9::1", "no rule leads to a route"),
    ],
)
def test_no_way_names_what_is_in_the_way(netns: Namespace, address: str, why: str) -> None:
    netns.batch(POLICY)
    snapshot = netns.collect("routes", Query().having(get=address))
    assert len(snapshot.records) == 0
    assert snapshot.problems[0].what == f"no route to {address}"
    assert why in snapshot.problems[0].why


def test_a_rule_that_depends_on_more_is_not_guessed(netns: Namespace) -> None:
    netns.batch([*SETUP, "rule add uidrange 0-5 lookup main pref 40"])
    netns.ip("-6 rule add uidrange 0-5 lookup main pref 40")
    assert ours(netns, "routes", Query().having(get="8.8.8.8"))[0]["rule"]["priority"] == 40
    assert ours(netns, "routes", Query().having(get="2001:db8::9"))[0]["rule"] is None  # IPv6 does not tell the user


def test_the_answer_in_words(netns: Namespace) -> None:
    netns.batch(POLICY)
    done = netscope("routes", "--get", "10.20.1.1", inside=netns, check=True, as_user="nobody")
    assert done.stdout.splitlines() == [
        "10.20.1.1 via 10.0.0.7 dev v0 table 300 src 10.0.0.1 uid 65534",
        "    prefix: 10.20.0.0/17 in table 300",
        "    rule: 50: from all to 10.20.0.0/16 lookup 300",
    ]
    done = netscope("routes", "--get", "10.8.1.1", inside=netns)
    assert done.returncode == 1
    assert "blackhole 10.8.0.0/16" in done.stderr
    assert netscope("routes", "--get", "10.8.1.1", "--oif", "none", inside=netns).returncode == 2


NUMBER = 100_000


def test_a_hundred_thousand_routes(netns: Namespace) -> None:
    netns.batch(
        ["link add v0 type veth peer name v1", "link set v0 up", "addr add 10.0.0.1/24 dev v0", "link set v1 up"]
    )
    netns.batch([f"route add {11 + at // 62500}.{at // 250 % 250}.{at % 250}.{at % 7 * 16}/{28 + at % 7 % 5} "
                 f"via 10.0.0.{2 + at % 5}" if at % 7 < 5 else
                 f"route add {11 + at // 62500}.{at // 250 % 250}.{at % 250}.{at % 7 * 16}/32 dev v0 metric {at % 3}"
                 for at in range(NUMBER)])  # fmt: skip
    mine = ours(netns, "routes", Query(family=4))
    theirs = netns.ip_json("-d -4 route show table all")
    assert len(theirs) > NUMBER
    same(mine, theirs, "routes", "family")
    document = json.loads(netscope("routes", "-4", "--json", inside=netns, check=True).stdout)
    assert document["records"] == mine
    snapshot = netns.collect("routes")
    assert snapshot.records[len(theirs) // 2].dst == theirs[len(theirs) // 2]["dst"]


def test_a_table_that_changes_while_it_is_read(netns: Namespace) -> None:
    """Rows that lived through both reads agree; nothing breaks."""
    netns.batch(SETUP)
    netns.batch([f"route add 20.{at // 250}.{at % 250}.0/24 via 10.0.0.2" for at in range(5000)])
    toggle = "\n".join(f"route {verb} 21.0.{at}.0/24 via 10.0.0.3" for at in range(200) for verb in ("add", "del"))
    churn = netns.popen("sh", "-c", 'while echo "$1" | ip -batch - ; do :; done', "sh", toggle,
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    try:
        for _ in range(10):
            routes = {record.dst: record for record in netns.collect("routes", Query(family=4)).records}
            lasting = [route for dst, route in routes.items() if dst.startswith("20.")]
            assert len(lasting) == 5000
            assert all(route.facts["gateway"] == "10.0.0.2" for route in lasting)
    finally:
        subprocess.run(["kill", "--", f"-{churn.pid}"], check=False)
        churn.wait(10)


class _SmallBuffer(LiveHost):
    """A live host whose event socket overflows at once."""

    def events(self, protocol: int, groups: Collection[int]) -> Events:
        """Subscribe with the smallest receive buffer the kernel gives."""
        import socket

        found = super().events(protocol, groups)
        copy = socket.socket(fileno=found.fileno())
        copy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        copy.detach()
        return found


async def test_lost_notices_while_watching_end_in_a_new_reading(netns: Namespace) -> None:
    """ENOBUFS: the table is read again, and the pane says that notices were lost."""
    netns.batch(SETUP)
    host = _SmallBuffer(netns.name)
    hub = Hub(host, load)
    watch = hub.watch("routes", Query(live=True), interval=600)
    try:
        first = await asyncio.wait_for(watch.next(), 10)
        netns.batch(
            [f"route add 20.0.{at // 250}.{at % 250} via 10.0.0.2" for at in range(2000)]
        )  # the loop stands still
        lost = False
        for _ in range(50):
            snapshot = await asyncio.wait_for(watch.next(), 10)
            lost = lost or EVENTS_LOST in snapshot.problems
            if len(snapshot.records) == len(first.records) + 2000 and lost:
                break
        else:
            raise AssertionError("the flood was not noticed")
    finally:
        await hub.close()
        host.close()


CHANGES = [
    "link add w0 type veth peer name w1", "addr add 10.70.0.1/24 dev v0", "rule add pref 9 lookup 9",
    "route add 10.71.0.0/16 via 10.0.0.2", "neigh add 10.0.0.70 lladdr 02:00:00:00:00:70 dev v0",
]  # fmt: skip


async def test_a_change_is_seen_at_once(netns: Namespace) -> None:
    netns.batch(SETUP)
    host = netns.host()
    hub = Hub(host, load)
    watches = {topic: hub.watch(topic, Query(live=True), interval=600) for topic in
               ("links", "addresses", "routes", "rules", "neighbours")}  # fmt: skip
    try:
        before = {topic: len((await asyncio.wait_for(watch.next(), 10)).records) for topic, watch in watches.items()}
        for command in CHANGES:
            netns.ip(command)
        for topic, watch in watches.items():
            while len((await asyncio.wait_for(watch.next(), 10)).records) <= before[topic]:
                pass
    finally:
        await hub.close()
        host.close()


def test_interfaces_by_index(netns: Namespace) -> None:
    host = netns.host()
    known = interfaces(host)
    host.close()
    assert (known.name(1), known.index("lo"), known.type(1)) == ("lo", 1, 772)
    assert (known.name(99), known.name(0), known.index("none"), known.type(99)) == ("if99", "*", None, 0)
