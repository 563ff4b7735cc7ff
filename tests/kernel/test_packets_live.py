"""``netscope packets`` live, in a namespace: the packets that tcpdump sees beside it, files, signals, privileges."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab import REPOSITORY, Namespace, netscope

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "ping")]

_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TZ": "UTC"}
_SENDER = """
import socket, sys
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for place in range(int(sys.argv[1])):
    out.sendto(b"number %d" % place, ("127.0.0.1", 9000 + place % 10))
"""

_BROADCASTER = """
import socket, sys
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
out.sendto(b"", (sys.argv[1], 9))
"""


@pytest.fixture
def loopback(netns: Namespace) -> Namespace:
    """A namespace with its loopback up."""
    netns.ip("link set lo up")
    return netns


@contextlib.contextmanager
def started(inside: Namespace, *words: str, says: str = "listening on") -> Iterator[subprocess.Popen[str]]:
    """Run the command until the block ends; wait until it captures."""
    process = inside.popen(
        sys.executable,
        "-m",
        "netscope",
        "packets",
        *words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
    )
    try:
        assert process.stderr is not None
        lines: list[str] = []
        while not any(says in line for line in lines):
            lines.append(process.stderr.readline())
            assert lines[-1], "".join(lines)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def send(inside: Namespace, count: int) -> None:
    """Send some datagrams to the loopback."""
    inside.run(sys.executable, "-c", _SENDER, str(count))


def until(condition: Callable[[], Any], seconds: float = 20) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def _seconds(line: str) -> float:
    """Return the time of day that a line begins with."""
    hours, minutes, seconds = line[:15].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def ended(process: subprocess.Popen[str], number: int = signal.SIGINT) -> tuple[str, str]:
    """Send a signal, and return what was printed since."""
    process.send_signal(number)
    return process.communicate(timeout=30)


@pytest.mark.parametrize(
    ("form", "number"), [(["--json"], signal.SIGINT), (["--jsonl"], signal.SIGTERM), (["-T", "json"], signal.SIGHUP)]
)
def test_what_is_printed_is_whole_when_a_signal_ends_it(loopback: Namespace, form: list[str], number: int) -> None:
    flood = loopback.popen("ping", "-f", "-c", "100000", "127.0.0.1", stdout=subprocess.DEVNULL)
    try:
        with started(loopback, "-ni", "lo", *form) as process:
            assert process.stdout is not None
            first = process.stdout.read(100_000)
            text, told = ended(process, number)
            assert process.returncode == 0
    finally:
        flood.kill()
        flood.wait()
    text = first + text
    if form == ["--jsonl"]:
        records = [json.loads(line) for line in text.splitlines()]
    else:
        document = json.loads(text)
        records = document["records"] if form == ["--json"] else document
    left = re.search(r"([\d,]+) packets that came before the end were not printed", told)
    unprinted = int(left[1].replace(",", "")) if left else 0
    assert f" {len(records) + unprinted} packets captured" in told


def test_a_capture_that_was_told_not_to_mind_the_line_that_drops(loopback: Namespace) -> None:
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    words = (sys.executable, "-m", "netscope", "packets", "-ni", "lo", "udp")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": _ENVIRONMENT}
    process = loopback.popen(sys.executable, "-c", ignoring, *words, **pipes)
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "listening on" in process.stderr.readline()
        process.send_signal(signal.SIGHUP)
        send(loopback, 1)
        assert process.stdout.readline().endswith("> 127.0.0.1.9000: UDP, length 8\n")
        ended(process)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.tool("tcpdump")
def test_what_tcpdump_sees_beside_it(loopback: Namespace) -> None:
    beside = loopback.popen(
        "tcpdump",
        "-nlSi",
        "lo",
        "-c",
        "200",
        "udp or icmp",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
    )
    assert beside.stderr is not None
    while "listening on" not in beside.stderr.readline():
        pass
    with started(loopback, "-nSi", "lo", "-c", "200", "udp or icmp") as process:
        loopback.run("ping", "-c", "2", "-i", "0.2", "127.0.0.1")
        send(loopback, 400)
        theirs, _ = beside.communicate(timeout=30)
        ours, counts = process.communicate(timeout=30)
    assert [line[15:] for line in ours.splitlines()] == [line[15:] for line in theirs.splitlines()]
    # The kernel stamps a frame for each of the two sockets, a moment apart, unless it is made to stamp all earlier.
    for mine, other in zip(ours.splitlines(), theirs.splitlines(), strict=True):
        assert abs(_seconds(mine) - _seconds(other)) < 0.05
    assert process.returncode == 0
    assert "200 packets captured\n" in counts
    assert "0 packets dropped by kernel\n" in counts


def test_lines_come_at_once_and_ctrl_c_says_the_counts(loopback: Namespace) -> None:
    with started(loopback, "-ni", "lo", "udp") as process:
        send(loopback, 1)
        assert process.stdout is not None
        assert process.stdout.readline().endswith("> 127.0.0.1.9000: UDP, length 8\n")
        _, counts = ended(process)
    assert process.returncode == 0
    assert [line.partition(": ")[2] for line in counts.splitlines()] == [
        "1 packets captured", "1 packets received by filter", "0 packets dropped by kernel",
    ]  # fmt: skip


def test_fields_and_records_live(loopback: Namespace) -> None:
    with started(loopback, "-i", "lo", "-c", "3", "-T", "fields", "-e", "udp.dstport", "udp") as process:
        send(loopback, 3)
        assert process.communicate(timeout=30)[0] == "9000\n9001\n9002\n"
    with started(loopback, "-i", "any", "-c", "2", "--jsonl", "udp") as process:
        send(loopback, 4)
        records = [json.loads(line) for line in process.communicate(timeout=30)[0].splitlines()]
    assert [(record["number"], record["protocol"], record["source"]) for record in records] == [
        (1, "UDP", "127.0.0.1"), (2, "UDP", "127.0.0.1"),
    ]  # fmt: skip


def test_broadcasts_are_those_of_the_interface_s_network(loopback: Namespace) -> None:
    loopback.ip("addr add 192.0.2.1/28 dev lo")  # the first address counts: 127.0.0.1/8
    with started(loopback, "-ni", "lo", "-c", "2", "ip broadcast") as process:
        for address in ("192.0.2.3", "192.0.2.15", "127.255.255.255", "127.0.255.255", "255.255.255.255"):
            loopback.run(sys.executable, "-c", _BROADCASTER, address)
        lines = process.communicate(timeout=30)[0].splitlines()
    assert [line.split()[4] for line in lines] == ["127.255.255.255.9:", "255.255.255.255.9:"]


@pytest.mark.tool("tcpdump")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_file_is_whole_however_it_ends(loopback: Namespace, tmp_path: Path, number: int) -> None:
    file = tmp_path / "live.pcap"
    with started(loopback, "-i", "lo", "-w", str(file), "udp") as process:
        send(loopback, 50)
        until(lambda: file.exists() and file.stat().st_size > 50 * 60)
        process.send_signal(signal.SIGUSR1)
        assert process.stderr is not None
        assert process.stderr.readline() == "netscope: 50 packets captured\n"
        _, counts = ended(process, number)
    assert process.returncode == 0
    assert "50 packets captured" in counts
    done = subprocess.run(["tcpdump", "-nr", file], capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 50


@pytest.mark.tool("tcpdump")
def test_a_pipe_between_two(loopback: Namespace) -> None:
    command = f"{sys.executable} -m netscope packets"
    script = f"{command} -i lo -c 20 -U -w - udp | {command} -nr - -c 20"
    process = loopback.popen("sh", "-c", script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_ENVIRONMENT)
    assert process.stderr is not None
    while "listening on" not in process.stderr.readline():
        pass
    send(loopback, 30)
    printed, _ = process.communicate(timeout=30)
    assert printed.count("\n") == 20
    assert printed.count("> 127.0.0.1.90") == 20


def test_files_in_turn(loopback: Namespace, tmp_path: Path) -> None:
    words = ["-i", "lo", "-w", str(tmp_path / "turn.pcapng"), "-b", "packets:10", "-b", "files:3", "-c", "45", "udp"]
    with started(loopback, *words) as process:
        send(loopback, 60)
        process.communicate(timeout=30)
    files = sorted(tmp_path.glob("turn_*.pcapng"))
    assert len(files) == 3
    counts = [netscope("packets", "-r", str(file), "--count").stdout for file in files]
    assert counts == ["10 packets\n", "10 packets\n", "5 packets\n"]


def test_an_interface_that_is_down_is_said_at_once(loopback: Namespace) -> None:
    loopback.ip("link set lo down")
    with started(loopback, "-ni", "lo", "-c", "1", "udp", says="lo is down: nothing comes until it is up") as process:
        loopback.ip("link set lo up")
        send(loopback, 1)
        printed, errors = process.communicate(timeout=30)
    assert printed.count("\n") == 1
    assert "1 packets captured" in errors


def test_an_interface_that_vanishes_ends_it_as_it_ends_tcpdump(netns: Namespace, tmp_path: Path) -> None:
    netns.ip("link add left type veth peer name right")
    netns.ip("link set right up")
    with started(netns, "-i", "right", "-w", str(tmp_path / "made.pcapng")) as process:
        netns.ip("link del left")
        _printed, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "right is gone" in errors


def test_it_ends_by_itself(loopback: Namespace) -> None:
    begun = time.monotonic()
    with started(loopback, "-i", "lo", "-a", "duration:1") as process:
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert time.monotonic() - begun >= 1


def test_a_reader_that_goes_away_ends_it(loopback: Namespace) -> None:
    script = f"{sys.executable} -m netscope packets -nli lo udp | head -1"
    process = loopback.popen("sh", "-c", script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_ENVIRONMENT)
    assert process.stderr is not None
    while "listening on" not in process.stderr.readline():
        pass

    def over() -> bool:
        send(loopback, 3)
        return process.poll() is not None

    until(over)
    printed, errors = process.communicate(timeout=30)
    assert printed.count("\n") == 1
    assert errors == ""


def test_the_first_interface_and_the_list(loopback: Namespace) -> None:
    listed = netscope("packets", "-D", inside=loopback).stdout.splitlines()
    assert listed[0].endswith("any (Pseudo-device that captures on all interfaces) [Up, Running]")
    assert listed[1] == "2.lo [Up, Running, Loopback]"
    with started(loopback, "-n", "-c", "1", "udp", says="listening on lo, link-type EN10MB (Ethernet)") as process:
        send(loopback, 1)
        assert "127.0.0.1.9000" in process.communicate(timeout=30)[0]
    with started(loopback, "-i", "2", "-n", "-c", "1", "udp", says="listening on lo") as process:
        send(loopback, 1)
        process.communicate(timeout=30)


def test_without_privileges_it_says_what_to_do(loopback: Namespace, tmp_path: Path) -> None:
    done = netscope("packets", "-i", "lo", inside=loopback, as_user="nobody")
    assert (done.returncode, done.stdout) == (3, "")
    assert "needs CAP_NET_RAW (run with sudo" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.tool("pgrep")
def test_privileges_are_given_up(loopback: Namespace) -> None:
    with started(loopback, "-i", "lo", "udp") as process:
        listing = subprocess.run(
            ["pgrep", "-f", "netscope packets -i lo udp"], capture_output=True, text=True, check=True
        )
        status = "".join(Path(f"/proc/{pid}/status").read_text() for pid in listing.stdout.split())
        assert "CapEff:\t0000000000000000" in status
        ended(process)
