"""Whole commands beside the tools they replace."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.lab import Namespace, netscope

pytestmark = pytest.mark.root


def _rows(text: str, protocols: tuple[str, ...] = ("tcp", "udp", "raw")) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.startswith(protocols)]


def _plain(address: str) -> str:
    """Drop the brackets that netstat does not know."""
    return re.sub(r"[\[\]]", "", address)


@pytest.mark.tool("netstat")
def test_sockets_antup_has_the_rows_of_netstat(busy: Namespace) -> None:
    theirs = set()
    for row in _rows(busy.run("netstat", "-antupW"), ("tcp", "udp")):
        state = row[5] if row[0].startswith("tcp") else "UNCONN"
        theirs.add((*row[:5], state, row[-1].partition("/")[0]))
    done = netscope("sockets", "-antup", inside=busy, check=True)
    # In Send-Q of a listener netstat has 0 where ss and netscope tell the backlog.
    theirs = {(*row[:2], "128", *row[3:]) if row[5] == "LISTEN" else row for row in theirs}
    ours = {(*row[:3], _plain(row[3]), _plain(row[4]), row[5], row[6].partition("/")[0]) for row in _rows(done.stdout)}
    assert ours == theirs
    assert len(ours) == 8
    heading = done.stdout.splitlines()[0]
    for word in ("Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "State", "PID/Program name"):
        assert word in heading


@pytest.mark.tool("ss")
@pytest.mark.parametrize("flags", ["-tan", "-tln", "-uan", "-wan", "-tn", "-4tan", "-6tan"])
def test_sockets_select_as_ss(busy: Namespace, flags: str) -> None:
    listed = busy.run("ss", "-H", flags).splitlines()
    ours = netscope("sockets", flags, "--no-headers", inside=busy).stdout.splitlines()
    assert len(ours) == len(listed)
    assert listed


@pytest.mark.tool("ss")
def test_flags_together_and_apart_are_the_same(busy: Namespace) -> None:
    together = netscope("sockets", "-antup", inside=busy, check=True).stdout
    apart = netscope("sockets", "-a", "-n", "-t", "-u", "-p", inside=busy, check=True).stdout
    mixed = netscope("sockets", "-n", "-tup", "--all", inside=busy, check=True).stdout
    assert together == apart == mixed
    assert "8443" in netscope("sockets", "-tulpen", inside=busy, check=True).stdout


@pytest.mark.parametrize(
    ("topic", "words"),
    [("links", "-d -s link"), ("routes", "-d route show table all"), ("rules", "rule"), ("neighbours", "neigh")],
)
def test_json_has_the_records_of_ip_j(netns: Namespace, topic: str, words: str) -> None:
    netns.batch(
        [
            "link add v0 type veth peer name v1",
            "addr add 192.0.2.1/24 dev v0",
            "link set v0 addrgenmode none",
            "link set v1 addrgenmode none",
            "link set v0 up",
            "link set v1 up",
            "route add blackhole 198.51.100.0/24",
            "rule add from 192.0.2.0/24 lookup 100",
            "neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0",
        ]
    )
    families = ("-4 ", "-6 ") if topic in ("routes", "rules") else ("",)
    theirs: list[dict[str, Any]] = []
    for _attempt in range(50):  # the kernel settles the state of new links for a moment
        before = [record for family in families for record in netns.ip_json(family + words)]
        document = json.loads(netscope(topic, "--json", inside=netns, check=True).stdout)
        theirs = [record for family in families for record in netns.ip_json(family + words)]
        if _common(before, theirs) == _common(theirs, theirs):
            break
    assert (document["schema"], document["topic"]) == ("netscope/1", topic)
    assert _common(document["records"], theirs) == _common(theirs, theirs)
    assert theirs


def _common(records: list[dict[str, Any]], keyed_as: list[dict[str, Any]]) -> list[str]:
    """Return what identifies each record, sorted, for keys that ip prints for every one of them."""
    shared = set.intersection(*(set(record) for record in keyed_as))
    steady = shared - {"used", "confirmed", "updated", "stats", "stats64", "flags"}
    return sorted(json.dumps({key: record.get(key) for key in sorted(steady)}) for record in records)


def test_netns_by_name_path_and_pid(busy: Namespace) -> None:
    inside = netscope("sockets", "-tln", "--no-headers", inside=busy, check=True).stdout
    holder = busy.popen("sleep", "60")
    try:
        for which in (busy.name, f"/run/netns/{busy.name}", str(holder.pid)):
            assert netscope("sockets", "-tln", "--no-headers", "--netns", which, check=True).stdout == inside
            assert netscope("--netns", which, "sockets", "-tln", "--no-headers", check=True).stdout == inside
        document = json.loads(netscope("sockets", "--json", "--netns", busy.name, check=True).stdout)
        assert document["namespace"] == busy.name
    finally:
        holder.kill()
        holder.wait()


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("port:8443", 6), ("state:listen", 2), ("state:established and port:8443", 4),
        ("local_port:8443 state=LISTEN", 2),
        ("address:127.0.0.0/8", 4), ("address:::1", 4), ("not address:127.0.0.0/8 tcp", 3), ("recv_q>0", 2),
        ("recv_q:5", 2), ("port:mdns", 2), ("process:python", 8), ("port:8000..9000 family=inet6", 3),
        ("/127.*8443/", 3),
    ],
)  # fmt: skip
def test_filters_on_real_sockets(busy: Namespace, expression: str, count: int) -> None:
    done = netscope("sockets", "-atu", "--no-headers", *expression.split(" "), inside=busy)
    assert len(done.stdout.splitlines()) == count, done
