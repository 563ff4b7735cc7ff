"""``netscope ping`` against ping, tracepath and fping, on a path of several hops and on invented ones."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from netscope.domains.ping import DOMAIN
from tests.fakehop import HOST, echo_reply, fake_network
from tests.lab import REPOSITORY, Namespace, netscope, without_privileges
from tests.reachlab import (
    DROPPED,
    MTU,
    PROHIBITED,
    REFUSED,
    SERVER,
    SWALLOWED,
    UNREACHABLE,
    Lab,
    reach_lab,
)

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "ping", "nft")]
SECRETIVE = """
table inet hole {
  chain output {
    type filter hook output priority 0;
    icmp type destination-unreachable drop
    icmpv6 type packet-too-big drop
  }
}
"""
USERS = ["", "nobody", "capless"]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """The path, without delay; one for all tests here that leave it as it was."""
    with reach_lab() as made:
        yield made


def masked(text: str) -> list[str]:
    """Hide the figures that differ from run to run."""
    text = re.sub(r"time=[\d.]+ ms", "time=T", text)
    text = re.sub(r"time \d+ms", "time T", text)
    text = re.sub(r"= [\d./]+ ms", "= T", text)
    return re.sub(r"^\[\d{10,}\.\d{6}\]", "[T]", text, flags=re.MULTILINE).split("\n")


def real(lab: Lab, *words: str) -> subprocess.Popen[str]:
    """Start the real ping in c."""
    return lab.c.popen("ping", *words, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})


COMMANDS = [
    "-n -c 3 -i 0.1 {s}",
    "-n -c 2 -i 0.1 -s 0 {s}",
    "-n -c 2 -i 0.1 -s 15 {s}",
    "-n -c 2 -i 0.1 -s 16 {s}",
    "-n -c 2 -i 0.1 -s 1300 -Q 16 {s}",
    "-n -c 2 -i 0.1 -t 1 {s}",
    "-n -c 2 -i 0.1 -t 2 -W 0.3 {s}",
    "-n -q -c 2 -i 0.1 {s}",
    "-n -D -c 2 -i 0.1 {s}",
    "-n -c 2 -i 0.1 -I l1 {s}",
    "-n -c 2 -i 0.1 -I {here} {s}",
    "-n -c 1 -M do -s 3000 {s}",
    "-n -c 2 -i 0.2 -W 0.2 {hole}",
    "-n -c 1 {unreachable}",
    "-n -c 1 {prohibited}",
    "-n -i 0.2 -w 1 {s}",
    "-n -c 2 -i 0.1 -w 1 {hole}",
    "-c 1 localhost",
]


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("command", COMMANDS)
def test_same_lines_and_status_as_ping(lab: Lab, command: str, family: int) -> None:
    here = {4: "10.90.1.1", 6: "fd90:1::1"}[family]
    words = command.format(
        s=SERVER[family], here=here, hole=SWALLOWED[family], unreachable=UNREACHABLE[family],
        prohibited=PROHIBITED[family],
    ).split()  # fmt: skip
    if family == 4 and words[-1] in (UNREACHABLE[4], PROHIBITED[4]):
        time.sleep(2.2)  # the kernel answers for such routes once a second, whatever its other limits
    theirs = real(lab, f"-{family}", *words)
    done = netscope("ping", f"-{family}", *words, inside=lab.c)
    expected, ours = masked(theirs.communicate(timeout=60)[0]), masked(done.stdout)
    if "-w 1" in command:
        # How many fit into the second is a matter of a millisecond.
        expected, ours = (
            [line for line in lines if "seq=5" not in line and "transmitted" not in line] for lines in (expected, ours)
        )
    # Which probes were still on their way when one was answered is chance at this speed.
    assert [re.sub(r"(, )?pipe \d+$", "", line) for line in ours] == [
        re.sub(r"(, )?pipe \d+$", "", line) for line in expected
    ]
    assert done.returncode == theirs.returncode


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("family", [4, 6])
def test_every_user_pings_by_a_datagram_socket_where_the_range_is_open(lab: Lab, family: int, user: str) -> None:
    done = netscope("ping", "-n", "-c", "1", SERVER[family], inside=lab.c, as_user=user)
    assert done.returncode == 0, done.stderr
    assert "over a datagram socket" in done.stderr


@pytest.mark.parametrize("family", [4, 6])
def test_where_the_range_is_shut_the_next_means_is_taken_and_said(netns: Namespace, family: int) -> None:
    netns.run("sysctl", "-qw", "net.ipv4.ping_group_range=1 0")
    target = {4: "127.0.0.1", 6: "::1"}[family]
    words = ("ping", "-n", "-c", "2", "-i", "0.1", target)
    assert "over a raw socket" in netscope(*words, inside=netns, check=True).stderr
    # Without any capability, and without the right to gain one, only a connection is left.
    done = netscope(*words, inside=netns, as_user="nobody", check=True)
    assert "TCP connect to port 443" in done.stderr
    assert "raw ICMP socket: Operation not permitted" in done.stderr
    assert f"reply from {target}: tcp_seq=2 port 443 closed" in done.stdout
    # A user who may gain what the ping program carries.
    command = without_privileges([sys.executable, "-m", "netscope", *words])
    gaining = [word for word in command if word != "--no-new-privs" and not word.startswith("--bounding-set")]
    by_program = subprocess.run(
        ["ip", "netns", "exec", netns.name, *gaining], capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert by_program.returncode == 0, by_program.stderr
    assert "using the ping program" in by_program.stderr
    assert re.search(rf"64 bytes from {target}: icmp_seq=2 ttl=64 time=[\d.]+ ms", by_program.stdout)


def test_link_local_targets_keep_their_interface(lab: Lab) -> None:
    for word in ("router%l1", "ff02::1%l1"):
        router = re.search(r"inet6 (fe80\S+)/", lab.r1.run("ip", "-6", "addr", "show", "dev", "l1", "scope", "link"))
        assert router is not None
        words = ("-n", "-c", "1", word.replace("router", router[1]))
        theirs = masked(lab.c.run("ping", *words))
        done = netscope("ping", *words, inside=lab.c, check=True)
        assert sorted(masked(done.stdout)[:2]) == sorted(theirs[:2])
        if "router" in word:
            traced = netscope("trace", "-n", words[-1], inside=lab.c, check=True).stdout
            assert f" 1  {words[-1]}  " in traced


@pytest.mark.parametrize("family", [4, 6])
def test_ports_are_open_closed_filtered_or_silent(lab: Lab, family: int) -> None:
    def ask(method: str, port: int) -> str:
        words = ("ping", "-n", "-c", "1", "-W", "0.3", f"--{method}", str(port), SERVER[family])
        return netscope(*words, inside=lab.c, as_user="nobody").stdout

    with lab.listen(80, family):
        assert "port 80 open" in ask("tcp", 80)
    assert "port 80 closed" in ask("tcp", 80)
    assert "port 99 closed" in ask("udp", 99)
    for method in ("tcp", "udp"):
        refused = ask(method, REFUSED)
        assert f"{method}_seq=1" in refused
        assert "prohibited" in refused or "filtered" in refused
        assert "1 packets transmitted, 0 received, 100% packet loss" in ask(method, DROPPED)


@pytest.fixture(scope="module")
def tracepaths(lab: Lab) -> dict[int, str]:
    """What tracepath says, asked once."""
    return lab.tracepaths()


@pytest.mark.tool("tracepath")
@pytest.mark.parametrize("family", [4, 6])
def test_the_path_mtu_is_tracepaths(lab: Lab, tracepaths: dict[int, str], family: int) -> None:
    done = netscope("ping", "--mtu", SERVER[family], inside=lab.c, as_user="nobody")
    assert done.returncode == 0, done.stderr
    by = {4: "10.90.6.2", 6: "fd90:6::2"}[family]
    assert done.stdout.endswith(f"{SERVER[family]}: the path MTU is {MTU}, said by {by}\n")
    assert f"pmtu {MTU}" in tracepaths[family]


def test_the_path_mtu_is_found_behind_a_router_that_keeps_silent() -> None:
    with reach_lab() as lab:
        lab.r4.run("nft", "-f", "-", stdin=SECRETIVE)
        words = ("--mtu", "-W", "0.1", "--json")
        searches = [start(lab.c, *words, SERVER[family]) for family in (4, 6)]
        for search in searches:
            (record,) = json.loads(search.communicate(timeout=60)[0])["records"]
            assert record["mtu"]["mtu"] == MTU
            assert record["mtu"]["black_hole"] is True


def test_many_targets_are_a_table_and_a_document(lab: Lab) -> None:
    words = ("ping", "-n", "-c", "2", "-i", "0.1", "-W", "0.4", SERVER[4], SERVER[6], "10.90.1.0/30", SWALLOWED[4])
    done = netscope(*words, "--sort", "loss", inside=lab.c)
    assert done.returncode == 1
    lines = done.stdout.rstrip("\n").split("\n")
    assert lines[0].split()[:5] == ["Target", "Address", "Sent", "Recv", "Loss%"]
    assert [line.split()[0] for line in lines[1:]] == [SERVER[4], SERVER[6], "10.90.1.1", "10.90.1.2", SWALLOWED[4]]
    document = json.loads(netscope(*words, "--json", inside=lab.c).stdout)
    for record in document["records"]:
        jsonschema.validate(record, DOMAIN.schema())
    assert {record["target"]: record["received"] for record in document["records"]} == {
        SERVER[4]: 2, SERVER[6]: 2, "10.90.1.1": 2, "10.90.1.2": 2, SWALLOWED[4]: 0,
    }  # fmt: skip
    kept = netscope(*words, "--filter", "loss>50", "--fields", "target", "--no-headers", inside=lab.c)
    assert kept.stdout == SWALLOWED[4] + "\n"


def test_the_live_lines_are_objects(lab: Lab) -> None:
    done = netscope("ping", "-c", "2", "-i", "0.1", "--jsonl", "-t", "1", SERVER[4], inside=lab.c)
    events: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["error", "error", "summary"]
    assert events[0]["from"] == "10.90.1.2"
    assert events[0]["text"] == "Time to live exceeded"
    assert events[2]["error"]["address"] == "10.90.1.2"


def test_a_thousand_hosts_all_answer_at_five_thousand_a_second(lab: Lab) -> None:
    done = netscope("ping", "-c", "1", "-y", "10.78.0.0/22", "--json", inside=lab.c, as_user="nobody")
    records = json.loads(done.stdout)["records"]
    assert len(records) == 1022
    assert [record["target"] for record in records if record["received"] != 1] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["10.78.0.0/22"], "nobody is there to be asked"),
        (["8.8.8.0/30"], "nobody is there to be asked"),
        (["10.0.0.0/8", "-y"], "too many"),
        (["10.0.0.0/99"], "not a prefix"),
        (["-i", "0.001", "127.0.0.1"], "at least 2 ms"),
        (["--rate", "9999", "127.0.0.1"], "from 1 to 5000"),
        (["nosuch.invalid"], "nosuch.invalid: "),
        (["-s", "65508", "127.0.0.1"], "at most 65507"),
        (["-t", "256", "127.0.0.1"], "from 1 to 255"),
        (["-M", "maybe", "127.0.0.1"], "none of do, want"),
        (["-I", "nosuch0", "127.0.0.1"], "nosuch0"),
        (["-f", "127.0.0.1"], "-f"),
        (["--watch", "127.0.0.1"], "--watch"),
        (["--jsonl", "--sort", "avg", "127.0.0.1"], "--jsonl"),
        (["--jsonl", "--filter", "loss>0", "127.0.0.1"], "--jsonl"),
        (["-N", "other", "127.0.0.1"], "stands before the topic"),
        (["10.90.1.255"], "-b if it is meant"),
        ([], "a target is missing"),
    ],
)
def test_what_is_refused_is_refused_in_words_with_status_2(lab: Lab, words: list[str], told: str) -> None:
    done = netscope("ping", *words, inside=lab.c, as_user="nobody")
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_no_route_is_said_as_ping_says_it(netns: Namespace) -> None:
    for target in ("192.0.2.1", "2001:db8::1"):
        done = netscope("ping", "-c", "1", target, inside=netns)
        assert done.returncode == 2
        assert done.stderr == f"netscope: {target}: connect: Network is unreachable\n"


def start(lab_or_netns: Namespace, *words: str) -> subprocess.Popen[str]:
    return lab_or_netns.popen(
        sys.executable, "-m", "netscope", "ping", *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, cwd="/",
    )  # fmt: skip


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGHUP, 129), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_with_the_statistics(netns: Namespace, number: int, status: int) -> None:
    child = start(netns, "-n", "-i", "0.05", "127.0.0.1")
    assert child.stdout is not None
    for _ in range(4):
        assert child.stdout.readline()
    child.send_signal(number)
    began = time.monotonic()
    out, _err = child.communicate(timeout=10)
    assert time.monotonic() - began < 1
    assert child.returncode == status
    assert "packets transmitted" in out


def test_it_goes_on_when_the_interface_goes_down_and_comes_back() -> None:
    with reach_lab() as lab:
        child = start(lab.c, "-n", "-i", "0.1", "-w", "30", "-c", "12", SERVER[4])
        assert child.stdout is not None
        for _ in range(4):
            child.stdout.readline()
        lab.c.ip("link set l1 down")
        time.sleep(0.4)
        lab.c.ip("link set l1 up")
        lab.c.ip("route replace default via 10.90.1.2")
        out, err = child.communicate(timeout=60)
        assert "Network is unreachable" in err
        assert re.search(r"\b12 received", out), (out, err)
        assert child.returncode == 0


@pytest.mark.tool("fping")
def test_times_over_a_slow_link_are_those_of_ping() -> None:
    """Each time is held against what the link measured for the same packet: a busy machine delays both.

    No reply can be quicker than the link was; a scheduler adds to some, a wrong clock would add to all.
    """
    words = ("-n", "-c", "20", "-i", "0.02", "-W", "5")  # the last reply may be late; nobody waits once it is there
    said: list[list[float]] = []
    with reach_lab(delay=0.01) as lab:
        for family in (4, 6):
            ours = netscope("ping", *words, "--json", SERVER[family], inside=lab.c, check=True).stdout
            theirs = lab.c.run("ping", *words, SERVER[family])
            said.append(json.loads(ours)["records"][0]["history"])
            said.append([float(found) for found in re.findall(r"time=([\d.]+)", theirs)])
        assert lab.slow is not None
        trips = lab.slow.carried().trips
    measured = [trips[at : at + 20] for at in range(len(trips) - 80, len(trips), 20)]
    for times, link in zip(said, measured, strict=True):
        apart = [mine - true for mine, true in zip(times, link, strict=True)]
        assert min(link) >= 20
        assert -0.1 < min(apart) < 0.5, (times, link)  # ping prints tenths


def test_loss_is_the_links_own_count() -> None:
    with reach_lab(loss=0.1, delay=0.001) as lab:
        assert lab.slow is not None
        done = netscope("ping", "-c", "300", "-i", "0.003", "-W", "0.5", "--json", SERVER[4], inside=lab.c)
        (record,) = json.loads(done.stdout)["records"]
        carried = lab.slow.carried()
        assert carried.taken == record["sent"] == 300
        assert carried.dropped == record["sent"] - record["received"] > 5


def test_duplicates_and_corrupt_replies_are_counted(netns: Namespace) -> None:
    def answers(request: bytes) -> list[bytes]:
        sequence = int.from_bytes(request[26:28], "big")
        good = echo_reply(request)
        return {1: [good, good], 2: [echo_reply(request, change=40)], 3: []}.get(sequence, [good])

    with fake_network(netns, answers):
        words = ("-n", "-c", "4", "-i", "0.1", "-W", "1", HOST)
        other = netns.popen("ping", *words, stdout=subprocess.PIPE)
        done = netscope("ping", *words, inside=netns)
        theirs = other.communicate(timeout=60)[0]
    assert "icmp_seq=1 ttl=60" in done.stdout
    assert done.stdout.count("(DUP!)") == theirs.count("(DUP!)") == 1
    assert "wrong data byte #40 should be 0x28 but was 0xd7" in done.stdout
    assert "wrong data byte #40 should be 0x28 but was 0xd7" in theirs
    assert "4 packets transmitted, 3 received, +1 duplicates, +1 corrupted, 25% packet loss" in done.stdout
