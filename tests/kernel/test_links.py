"""Interfaces against ``ip -j -d -s link`` and ``ip -j -d -s addr``."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

import pytest

from netscope.core.domain import Query
from netscope.domains import load
from netscope.domains.links import rates
from tests.kernel.rtnl_oracle import ours, same, steady
from tests.lab import Namespace, namespace, netscope

TIMERS = ("hello_timer", "tcn_timer", "topology_change_timer", "gc_timer", "hold_timer", "message_age_timer",
          "forward_delay_timer")  # fmt: skip


def without_timers(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for link in links:
        for data in ("info_data", "info_slave_data"):
            for timer in TIMERS:
                link.get("linkinfo", {}).get(data, {}).pop(timer, None)
    return links


def agree(netns: Namespace) -> list[dict[str, Any]]:
    mine, theirs = steady(
        lambda: without_timers(ours(netns, "links")), lambda: without_timers(netns.ip_json("-d -s link"))
    )
    same(mine, theirs, "links", "rates")
    return mine


def test_kinds_of_links(netns: Namespace) -> None:
    netns.batch(
        [
            "link add v0 type veth peer name v1", "link set v0 up mtu 1400 alias described", "link set v1 up group 7",
            "link add br0 type bridge group_fwd_mask 8 mcast_snooping 0", "link set v0 master br0", "link set br0 up",
            "link set v1 promisc on addrgenmode none", "link add if0 type ifb",
            "link property add dev v1 altname other altname another", "tuntap add mode tun name tn0 pi",
            "tuntap add mode tap name tp0 user nobody multi_queue", "link set tn0 up",
        ]
    )  # fmt: skip
    found = {link["ifname"]: link for link in agree(netns)}
    assert found["v0"]["master"] == "br0"
    assert found["v0"]["linkinfo"]["info_slave_kind"] == "bridge"
    assert found["v1"]["altnames"] == ["other", "another"]
    assert found["tp0"]["linkinfo"]["info_data"]["user"] == "nobody"


# What this kernel does not have is left to the built messages of tests/unit/test_links.py.
OPTIONAL = [
    "link add x0 link v1 type vlan id 7 egress-qos-map 1:2", "link add x1 type bond mode 802.3ad miimon 100",
    "link add x2 type dummy", "link add x3 link v1 type macvlan mode bridge", "link add x4 link v1 type ipvlan mode l3",
    "link add x5 link v1 type macvtap mode vepa", "link add x6 type vrf table 10",
    "link add x7 type gre local 10.0.0.1 remote 10.0.0.2 key 5", "link add x8 type ipip local 10.0.0.1 remote 10.0.0.2",
    "link add x9 type sit local 10.0.0.1 remote 10.0.0.2", "link add xa type ip6tnl local ::1 remote ::2 mode any",
    "link add xb type ip6gre local ::1 remote ::2", "link add xc type vti local 10.0.0.1 remote 10.0.0.3 key 4",
    "link add xd type geneve id 4 remote 10.0.0.9", "link add xe type wireguard", "link add xf type nlmon",
    "link add y0 type vxlan id 42 group 239.1.1.1 dev v1 dstport 4789",
    "link add y1 type vxlan id 43 remote 2001:db8::1 local 2001:db8::2 dstport 1 ttl 5 tos 4 nolearning",
    "link add y2 type vxlan external dstport 0 udpcsum", "link add y3 type team",
    "link add y4 link v1 type macvlan mode source macaddr add 02:00:00:00:00:01",
    "link add y5 type gretap local 10.0.0.1 remote 10.0.0.8", "link add y6 link v1 type macsec",
]  # fmt: skip


def test_every_kind_this_kernel_has(netns: Namespace) -> None:
    netns.ip("link add v0 type veth peer name v1")
    made = set()
    for words in OPTIONAL:
        try:
            netns.ip(words)
        except AssertionError:
            continue
        made.add(words.split()[2])
    assert made <= {link["ifname"] for link in agree(netns)}


def test_peers_in_another_namespace(netns: Namespace) -> None:
    with namespace() as other:
        netns.ip(f"link add v0 type veth peer name v1 netns {other.name}")
        link = next(link for link in agree(netns) if link["ifname"] == "v0")
        assert link["link_netnsid"] == 0
        assert "link" not in link


def test_addresses_of_each_interface(netns: Namespace) -> None:
    netns.batch(["link add v0 type veth peer name v1", "addr add 10.0.0.1/24 dev v0", "addr add 10.1.0.1/24 dev v1"])
    mine = ours(netns, "links", Query().having(addresses=True))
    theirs = netns.ip_json("-d -s addr")
    assert [link["ifname"] for link in mine] == [link["ifname"] for link in theirs]
    for one, other in zip(mine, theirs, strict=True):
        assert [address["local"] for address in one["addr_info"]] == [a["local"] for a in other["addr_info"]]


HOSTILE = [b"a;b\"'c", b"[red]x[b]", b"\x1b[31mred", b"\xff\xfe", "日本".encode(), b"{0}$x", b"\\u0041"]


def test_hostile_names(netns: Namespace) -> None:
    for number, name in enumerate(HOSTILE):
        octal = "".join(f"\\{byte:03o}" for byte in name)
        for command in (
            'ip link add "$(printf "$1")" type veth peer name "p$2"',
            'ip addr add "10.0.$2.1/24" dev "$(printf "$1")"',
            'ip link set up dev "$(printf "$1")"',
        ):
            netns.run("sh", "-c", command, "sh", octal, str(number))
    names = {link["ifname"] for link in ours(netns, "links")}
    assert {os.fsdecode(name) for name in HOSTILE} <= names
    assert names == {os.fsdecode(name) for name in netns_names(netns)}
    for topic, field in (("addresses", "ifname"), ("routes", "dev")):
        assert {os.fsdecode(name) for name in HOSTILE} <= {record.get(field) for record in ours(netns, topic)}
    assert "\x1b" not in netscope("links", inside=netns, check=True).stdout
    exact = json.loads(netscope("links", "--json", inside=netns, check=True).stdout)
    assert {record["ifname"] for record in exact["records"]} == names


def netns_names(netns: Namespace) -> list[bytes]:
    """Return the names as the kernel lists them in /proc."""
    text = netns.run("python3", "-c", "import sys;sys.stdout.write(open('/proc/net/dev','rb').read().hex())")
    lines = bytes.fromhex(text).split(b"\n")[2:]
    return [line.rpartition(b":")[0].lstrip(b" ") for line in lines if line]


def test_rates_are_the_counters_over_time(netns: Namespace) -> None:
    host = netns.host()
    domain = load("links")
    collector = domain.open(host, Query(live=True))
    before = collector.collect()
    netns.run("python3", "-c", "import socket as s\nx=s.socket(s.AF_INET,s.SOCK_DGRAM)\n"
              "for _ in range(100): x.sendto(bytes(1000),('127.0.0.1',9))")  # fmt: skip
    now = collector.collect()
    host.close()
    rated = rates(before, now._replace(clock=before.clock + 2.0))
    loopback = rated.records[0]
    assert loopback.ifname == "lo"
    assert loopback.rates.transmit_packets >= 50  # and as many ICMP errors as the kernel cares to send
    assert loopback.rates.transmit_bytes >= 100 * 1028 / 2
    assert domain.to_json(loopback)["rates"]["tx"]["packets"] == loopback.rates.transmit_packets
    backwards = rates(now, before._replace(clock=now.clock + 1))
    assert backwards.records[0].rates is None
    assert rates(now, now).records[0].rates is None


@pytest.mark.parametrize("user", ["nobody", "capless"])
@pytest.mark.parametrize("topic", ["links", "addresses", "routes", "rules", "neighbours"])
def test_without_privileges_all_is_there(netns: Namespace, topic: str, user: str) -> None:
    netns.batch(["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up",
                 "addr add 10.0.0.1/24 dev v0", "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent",
                 "tuntap add mode tun name tn0 user nobody"])  # fmt: skip
    volatile = {
        "stats64",
        "used",
        "confirmed",
        "updated",
        "valid_life_time",
        "preferred_life_time",
        "state",
        "tentative",
    }
    seen = []
    for as_user in ("", user):
        document = json.loads(netscope(topic, "--json", inside=netns, as_user=as_user, check=True).stdout)
        assert document["problems"] == []
        seen.append([{k: v for k, v in record.items() if k not in volatile} for record in document["records"]])
    assert seen[0]
    assert seen[0] == seen[1]


def test_loopback_is_there_everywhere() -> None:
    """Without a namespace and without root: this host's own interfaces."""
    names = {name for _index, name in socket.if_nameindex()}
    document = json.loads(netscope("links", "--json", check=True).stdout)
    assert names <= {record["ifname"] for record in document["records"]}
