"""``netscope trace`` against traceroute, mtr and tracepath, on a path of several hops."""

from __future__ import annotations

import errno
import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from netscope.core.probe import Plan, Probe
from netscope.system.probe.options import FAMILIES
from tests.kernel.tracing import addresses, trace
from tests.lab import Namespace, netscope, without_privileges
from tests.reachlab import (
    CIRCLE,
    DROPPED,
    HOPS,
    MTU,
    PROHIBITED,
    REFUSED,
    RESET,
    SERVER,
    SWALLOWED,
    UNREACHABLE,
    Lab,
    reach_lab,
)

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "nft", "traceroute", "mtr", "tracepath")]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """The path, without delay; one for all tests here that leave it as it was."""
    with reach_lab() as made:
        yield made


def hops_of(text: str) -> list[set[str]]:
    """Return who answered at each distance from traceroute's lines."""
    lines = [line for line in text.split("\n") if re.match(r" *\d+ ", line)]
    return [set(re.findall(r"(?:\d+\.\d+\.\d+\.\d+|[0-9a-f]+:[0-9a-f:]+)", line[3:])) for line in lines]


@pytest.mark.parametrize("user", ["", "nobody", "capless"])
@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("method", ["", "-I", "-T", "-U"])
def test_same_hops_as_traceroute_for_every_user(lab: Lab, method: str, family: int, user: str) -> None:
    with lab.listen(80, family):
        words = [word for word in (method,) if word]
        theirs = hops_of(lab.c.run("traceroute", f"-{family}", "-n", *words, SERVER[family]))
        record = trace(lab.c, f"-{family}", *words, SERVER[family], as_user=user)
    ours = addresses(record)
    assert len(ours) == len(theirs) == len(HOPS[family])
    for mine, other, possible in zip(ours, theirs, HOPS[family], strict=True):
        assert mine <= possible
        assert other <= possible
        assert bool(mine) == bool(other)
    assert record["verdict"]["kind"] == "reached"
    if method != "-T" or not user:
        assert len(record["paths"]) == 1, "a flow is constant: an ECMP router does not split it"
    if method == "-T":
        assert record["how"] == ("TCP connect to port 80" if user else "SYNs over a raw socket to TCP port 80")


@pytest.mark.parametrize("family", [4, 6])
def test_the_text_is_traceroutes(lab: Lab, family: int) -> None:
    def masked(text: str) -> list[str]:
        text = re.sub(r"(10\.90\.[23]\.2|fd90:[23]::2)", "LEG", text)
        return re.sub(r"[\d.]+ ms( LEG)?", "T", text).split("\n")

    theirs = masked(lab.c.run("traceroute", f"-{family}", "-n", SERVER[family]))
    done = netscope("trace", "-n", SERVER[family], inside=lab.c)
    ours = masked(done.stdout)
    assert ours[:-2] == theirs[:-1]
    assert ours[-2:] == [f"{SERVER[family]}: reached {SERVER[family]} in 5 hops", ""]


@pytest.mark.parametrize("family", [4, 6])
def test_a_report_has_mtrs_columns_and_lines(lab: Lab, family: int) -> None:
    theirs = lab.c.run("mtr", f"-{family}", "-rwn", "-c", "2", "-i", "0.2", "-G", "1", SERVER[family]).split("\n")
    done = netscope("trace", "-n", "--report", "-c", "2", "--interval", "0.2", SERVER[family], inside=lab.c)
    ours = done.stdout.split("\n")

    def masked(lines: list[str]) -> list[str]:
        legs = [re.sub(r"(10\.90\.[23]\.2|fd90:[23]::2)", "LEG", line) for line in lines]
        # Times at this speed are noise; how many digits they have is not.
        return [re.sub(r"^Start: .*", "", re.sub(r"\d+\.\d(?= |$)", "N", line)) for line in legs if "`|--" not in line]

    assert masked(ours)[:7] == masked(theirs)[:7]


@pytest.mark.parametrize("user", ["", "nobody"])
@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(
    ("port", "kind", "ttl", "is_open"),
    [(80, "reached", 5, True), (99, "reached", 5, False), (RESET, "reached", 5, False), (REFUSED, "filtered", 5, None),
     (DROPPED, "no reply", 4, None)],
)  # fmt: skip
def test_tcp_tells_open_closed_and_filtered_apart(
    lab: Lab, family: int, port: int, kind: str, ttl: int, is_open: bool | None, user: str
) -> None:
    with lab.listen(80, family):
        record = trace(lab.c, "-T", "-m", "7", "-w", "0.3", "-p", str(port), SERVER[family], as_user=user)
    verdict = record["verdict"]
    assert (verdict["kind"], verdict["ttl"], verdict["open"]) == (kind, ttl, is_open)
    if kind == "filtered":
        assert verdict["by"] == {4: "10.90.6.2", 6: "fd90:6::2"}[family]


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(
    ("where", "mark", "kind"),
    [(UNREACHABLE, {4: "!H", 6: "!N"}, "unreachable"), (PROHIBITED, {4: "!X", 6: "!X"}, "filtered")],
)
def test_who_says_that_it_goes_no_further(
    lab: Lab, where: dict[int, str], mark: dict[int, str], kind: str, family: int
) -> None:
    pause = 1.1 if family == 4 else 0.0  # IPv4 answers for such routes once a second, whatever its other limits
    time.sleep(pause)
    record = trace(lab.c, "-q", "1", "-f", "4", "-w", "0.3", where[family])
    assert record["verdict"]["kind"] == kind
    assert record["verdict"]["by"] == {4: "10.90.6.2", 6: "fd90:6::2"}[family]
    assert record["paths"][0]["hops"][0]["answers"][0]["mark"] == mark[family]
    time.sleep(pause)
    theirs = lab.c.run("traceroute", "-n", "-q", "1", "-f", "4", "-N", "1", f"-{family}", where[family])
    assert f"ms {mark[family]}" in theirs


@pytest.mark.parametrize("family", [4, 6])
def test_loops_and_holes_end_with_a_sentence(lab: Lab, family: int) -> None:
    by = {4: "10.90.6.2", 6: "fd90:6::2"}[family]
    done = netscope("trace", "-n", "-m", "9", "-w", "0.3", CIRCLE[family], inside=lab.c)
    assert done.returncode == 1
    assert done.stdout.endswith(f"loop between {by} (first at hop 4) and a router that does not answer\n")
    done = netscope("trace", "-n", "-m", "9", "-w", "0.3", SWALLOWED[family], inside=lab.c)
    assert done.returncode == 1
    assert re.search(r": no reply after \S+ at hop 2\n$", done.stdout)


@pytest.mark.parametrize("family", [4, 6])
def test_many_flows_show_both_legs(lab: Lab, family: int) -> None:
    words = ("--flows", "24", "-q", "1", SERVER[family])
    record = trace(lab.c, *words)
    assert addresses(record) == list(HOPS[family])
    graph = record["graph"]
    assert {edge["from"] for edge in graph["edges"] if edge["to"].startswith("4:")} == {
        f"2:{address}" for address in HOPS[family][1]
    }
    text = netscope("trace", "-n", *words, inside=lab.c).stdout
    assert re.search(r"^ 2 ┬ \S+  flows? [\d,-]+  from ", text, re.MULTILINE)
    assert re.search(r"^   └ \S+  flows? [\d,-]+  from ", text, re.MULTILINE)


@pytest.mark.parametrize("family", [4, 6])
def test_a_flow_of_tcp_takes_one_leg_and_many_flows_both(lab: Lab, family: int) -> None:
    with lab.listen(80, family):
        many = trace(lab.c, "-T", "-q", "10", SERVER[family])
        flows = trace(lab.c, "-T", "--flows", "24", "-q", "2", SERVER[family])
    (path,) = many["paths"]
    assert [hop["received"] for hop in path["hops"]] == [10, 10, 0, 10, 10]
    assert {answer["open"] for answer in path["hops"][-1]["answers"]} == {True}
    assert addresses(flows) == list(HOPS[family])
    assert [path["flow"] for path in flows["paths"]] == list(range(1, 25)), "one path each"
    assert all(len(path["hops"][1]["addresses"]) == 1 for path in flows["paths"])


def test_flows_of_tcp_take_a_raw_socket(lab: Lab) -> None:
    done = netscope("trace", "-n", "-T", "--flows", "3", SERVER[4], inside=lab.c, as_user="nobody")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--flows: TCP connect to port 80 cannot keep to a flow (use -U, or run with sudo)" in done.stderr


@pytest.mark.parametrize("family", [4, 6])
def test_a_flow_of_tcp_over_a_link_that_loses(family: int) -> None:
    with reach_lab(loss=0.1, delay=0.005) as lab, lab.listen(80, family):
        record = trace(lab.c, "-T", "-q", "10", SERVER[family])
        closed = trace(lab.c, "-T", "-p", "99", SERVER[family])
    assert (record["verdict"]["kind"], record["verdict"]["ttl"], record["verdict"]["open"]) == ("reached", 5, True)
    assert (closed["verdict"]["kind"], closed["verdict"]["ttl"], closed["verdict"]["open"]) == ("reached", 5, False)
    (path,) = record["paths"]
    assert [bool(hop["received"]) for hop in path["hops"]] == [True, True, False, True, True]
    rtts = [answer["rtt"] for hop in path["hops"] for answer in hop["answers"] if answer]
    assert min(rtts) >= 10


TRACKED = """
table inet tracked {
  chain input { type filter hook input priority 0; policy drop; meta l4proto ipv6-icmp accept;
    ct state established,related accept; }
  chain output { type filter hook output priority 0; ct state invalid drop; }
}
"""
TRANSLATED = """
table inet translated {
  chain postrouting { type nat hook postrouting priority 100; meta l4proto tcp masquerade; }
  chain forward { type filter hook forward priority 0; ct state invalid drop; }
}
"""


@pytest.mark.parametrize("family", [4, 6])
def test_a_flow_of_tcp_through_tracked_connections_and_a_translating_router(family: int) -> None:
    """Several SYNs of one flow are on their way at once, and each answer must still pass for valid."""
    with reach_lab(delay=0.01) as lab, lab.listen(80, family):
        lab.c.run("nft", "-f", "-", stdin=TRACKED)
        lab.r1.run("nft", "-f", "-", stdin=TRANSLATED)
        for port, is_open in ((80, True), (99, False)):
            record = trace(lab.c, "-T", "-q", "4", "-w", "0.5", "-p", str(port), SERVER[family])
            verdict = record["verdict"]
            assert (verdict["kind"], verdict["ttl"], verdict["open"]) == ("reached", 5, is_open), record
            (path,) = record["paths"]
            assert [hop["received"] for hop in path["hops"]] == [4, 4, 0, 4, 4], record
            assert {answer["open"] for answer in path["hops"][-1]["answers"]} == {is_open}, record


@pytest.mark.parametrize("family", [4, 6])
def test_a_raw_tcp_socket_hears_its_own_alone_and_leaves_nothing_open(lab: Lab, family: int) -> None:
    prober = lab.c.host().prober()
    before = os.listdir("/proc/self/fd")
    with lab.listen(80, family) as other:
        channel = prober.open(Plan("tcp", family, port=80, source_port=4321, constant=True))
        try:
            assert channel.send(Probe(1, SERVER[family], 64)) is None
            assert select.select([channel], (), (), 5)[0]
            (event,) = channel.drain()
            assert (event.token, event.kind, event.address, event.port_open) == (1, "reply", SERVER[family], True)
            assert event.ttl == 60
            for _ in range(3):  # a connection between the same hosts and to the same port
                lab.c.run(sys.executable, "-c", f"import socket; socket.create_connection(({SERVER[family]!r}, 80), 5)")
                other.accept()[0].close()
            assert not select.select([channel], (), (), 0)[0]
            taken = lab.c.run(
                sys.executable, "-c",
                f"import socket, sys\ntry: socket.socket({int(FAMILIES[family])}).bind(('', 4321))\n"
                "except OSError as error: print(error.errno)",
            )  # fmt: skip
            assert taken == f"{errno.EADDRINUSE}\n", "the source port is held"
        finally:
            channel.close()
            channel.close()
    assert os.listdir("/proc/self/fd") == before


@pytest.fixture(scope="module")
def tracepaths(lab: Lab) -> dict[int, str]:
    """What tracepath says, asked once."""
    return lab.tracepaths()


@pytest.mark.parametrize("family", [4, 6])
def test_the_mtu_by_hop_is_traceroutes_and_tracepaths(lab: Lab, tracepaths: dict[int, str], family: int) -> None:
    theirs = lab.c.run("traceroute", f"-{family}", "-n", "-q", "1", "-w", "0.3", "--mtu", SERVER[family])
    assert re.search(rf"^ 5 .*F={MTU}", theirs, re.MULTILINE)
    for method in ("-U", "-I"):
        ours = netscope("trace", "-n", "--mtu", method, SERVER[family], inside=lab.c, as_user="nobody")
        assert re.search(r"^ 1 .*F=1500", ours.stdout, re.MULTILINE)
        assert re.search(rf"^ 5 .*F={MTU}", ours.stdout, re.MULTILINE)
        assert ours.stdout.endswith(f"path MTU {MTU}, said by {'10.90.6.2' if family == 4 else 'fd90:6::2'}\n")
    assert f"pmtu {MTU}" in tracepaths[family]


def test_the_kernels_own_limits_are_not_taken_for_loss() -> None:
    with reach_lab(ratelimit=True, silent=False) as lab:
        # As shipped, Linux sends one host six errors at once and then one a second; ten rounds in a second pass it.
        words = ("--report", "-I", "-c", "12", "--interval", "0.1", "-w", "0.2", SERVER[4])
        hops = trace(lab.c, *words)["paths"][0]["hops"]
        assert [hop["loss"] for hop in hops] == [0] * 5
        limited = [hop["seldom"] for hop in hops if hop["received"] < hop["sent"]]
        assert limited == [True] * 4, "nobody was limited: the test shows nothing"
        text = netscope("trace", "-n", *words, inside=lab.c).stdout
        assert "it limits its errors; that is no loss" in text


def test_a_path_that_changes_keeps_two_statistics() -> None:
    with reach_lab() as lab:
        lab.r1.batch(["route replace default via 10.90.2.2 dev l2"])
        child = lab.c.popen(
            sys.executable, "-m", "netscope", "trace", "-n", "--report", "-c", "16", "--interval", "0.2", "--json",
            SERVER[4], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(1.8)
        lab.r1.batch(["route replace default via 10.90.3.2 dev l3"])
        out, _err = child.communicate(timeout=60)
        (record,) = json.loads(out)["records"]
        second, first = record["paths"]
        assert (first["hops"][1]["addresses"], second["hops"][1]["addresses"]) == (["10.90.2.2"], ["10.90.3.2"])
        assert sorted(first["rounds"] + second["rounds"]) == list(range(1, 17))
        assert max(first["rounds"]) < min(second["rounds"])
        assert second["hops"][1]["sent"] == len(second["rounds"])


def test_names_of_hops_come_from_the_resolver(lab: Lab) -> None:
    done = netscope("trace", "-q", "1", "127.0.0.1", inside=lab.c)
    assert " 1  localhost (127.0.0.1)  " in done.stdout
    theirs = lab.c.run("traceroute", "-q", "1", "127.0.0.1")
    assert " 1  localhost (127.0.0.1)  " in theirs


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-I", "-T", "127.0.0.1"], "three ways"),
        (["-c", "3", "127.0.0.1"], "--count belongs to --report"),
        (["--mtu", "-T", "127.0.0.1"], "--mtu"),
        (["-p", "0", "127.0.0.1"], "-p 0"),
        (["-f", "9", "-m", "3", "127.0.0.1"], "-m 3"),
        (["-w", "soon", "127.0.0.1"], "-w soon"),
        (["--csv", "127.0.0.1"], "--csv"),
        (["--no-headers", "127.0.0.1"], "--no-headers"),
        (["--watch", "127.0.0.1"], "--watch"),
        (["-F", "127.0.0.1"], ""),
        (["nosuch.invalid"], "nosuch.invalid"),
        ([], "a target is missing"),
    ],
)
def test_what_is_refused_is_refused_in_words_with_status_2(words: list[str], told: str) -> None:
    done = netscope("trace", *words)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert told in done.stderr


def test_without_icmp_sockets_icmp_is_refused_or_replaced_but_never_silent(netns: Namespace) -> None:
    netns.run("sysctl", "-qw", "net.ipv4.ping_group_range=1 0")
    done = subprocess.run(
        ["ip", "netns", "exec", netns.name, *without_privileges(
            [sys.executable, "-m", "netscope", "trace", "-n", "-I", "127.0.0.1"], "capless")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "over a datagram socket" not in done.stderr
    assert "TCP connect" in done.stderr


def test_many_flows_meet_a_router_that_limits_itself() -> None:
    """The kernel's own limits: what it keeps back is asked for again, and no flow is left without its hop."""
    with reach_lab(ratelimit=True, silent=False) as lab:
        record = trace(lab.c, "--flows", "8", SERVER[4])
    paths = record["paths"]
    assert len({path["flow"] for path in paths}) == 8
    assert all(path["hops"][0]["addresses"] == ["10.90.1.2"] for path in paths)
    assert all(hop["loss"] in (0, None) for path in paths for hop in path["hops"])
