"""Registries that hang, break off, refuse, flood and lie: each look-up ends in time, with what was got and a reason."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from netscope.core.errors import NetscopeError
from netscope.core.whois import TEXT_LIMIT
from netscope.system.live import LiveHost
from netscope.system.namespaces import locate, run_inside
from netscope.system.registries import LiveRegistryWire
from tests.lab import REPOSITORY, Namespace, netscope
from tests.registries import Registries, registries

FIELDS = b"Domain Name: example.net\r\nRegistrar: R\r\n"


@pytest.fixture
def servers(netns: Namespace) -> Iterator[Registries]:
    """Registries in a namespace."""
    with registries(netns) as made:
        yield made


def look(servers: Registries, *words: str, status: int = 0) -> tuple[dict[str, Any], str, float]:
    """Return the one record of a look-up, the reasons of its problems, and how long it took."""
    start = time.monotonic()
    done = netscope("whois", "--json", *words, inside=servers.netns)
    took = time.monotonic() - start
    assert done.returncode == status, done
    document = json.loads(done.stdout)
    (record,) = document["records"]
    return record, "; ".join(problem["why"] for problem in document["problems"]), took


def void(servers: Registries) -> None:
    """Make 10.77.0.2 an address from which nothing ever comes back."""
    servers.netns.ip("link add v0 type veth peer name v1")
    servers.netns.ip("link set v1 up")
    servers.netns.ip("link set v0 up")
    servers.netns.ip("addr add 10.77.0.1/24 dev v0")
    servers.netns.ip("neigh add 10.77.0.2 lladdr 02:00:00:00:00:01 dev v0 nud permanent")


async def hang(reader: Any, writer: Any) -> None:
    await reader.read()


async def half(reader: Any, writer: Any) -> None:
    await reader.readuntil(b"\n")
    writer.write(FIELDS)
    await writer.drain()
    await asyncio.sleep(60)


async def dribble(reader: Any, writer: Any) -> None:
    await reader.readuntil(b"\n")
    while True:
        writer.write(b"Domain Name: example.net\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def reset(reader: Any, writer: Any) -> None:
    await reader.readuntil(b"\n")
    writer.write(FIELDS)
    await writer.drain()
    await asyncio.sleep(0.2)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


async def close(reader: Any, writer: Any) -> None:
    await reader.readuntil(b"\n")


async def flood(reader: Any, writer: Any) -> None:
    await reader.readuntil(b"\n")
    writer.write(FIELDS)
    for _ in range(200):
        writer.write(b"remarks: more\n" * 10_000)
        await writer.drain()


@pytest.mark.parametrize(
    ("talk", "status", "why", "name"),
    [
        (hang, 1, "did not end its answer in time: nothing came", None),
        (half, 0, "did not end its answer in time: 40 bytes came", "example.net"),
        (dribble, 0, "did not end its answer in time", "example.net"),
        (reset, 0, "broke off: 40 bytes came", "example.net"),
        (close, 1, "gave an empty answer", None),
        (flood, 0, f"sent more than is kept: the first {TEXT_LIMIT} bytes", "example.net"),
    ],
)
def test_a_server_in_trouble(talk: Any, status: int, why: str, name: str | None, servers: Registries) -> None:
    servers.serve("whois.example.net", 43, talk)
    record, said, took = look(servers, "--timeout", "1", "-h", "whois.example.net", "example.net", status=status)
    assert why in said
    assert record["name"] == name
    assert took < 5
    assert len(record["hops"]) == 1
    assert record["hops"][0]["whole"] == (talk is close)
    assert len(record["hops"][0]["text"]) <= TEXT_LIMIT


def test_a_silent_server_is_waited_for_once(servers: Registries) -> None:
    servers.serve("whois.example.net", 43, hang)
    start = time.monotonic()
    done = netscope("whois", "--timeout", "1", "-h", "whois.example.net", *"abcdefgh", inside=servers.netns)
    assert time.monotonic() - start < 4
    assert done.returncode == 1
    assert done.stderr.count("was not asked again") == 7


def test_what_was_got_is_printed_too(servers: Registries) -> None:
    servers.serve("whois.example.net", 43, half)
    done = netscope("whois", "--raw", "--timeout", "0.5", "-h", "whois.example.net", "x.net", inside=servers.netns)
    assert done.stdout == FIELDS.decode().replace("\r", "")
    assert "in time" in done.stderr


def test_no_connection_and_no_name(servers: Registries) -> None:
    servers.address("whois.closed.net")
    record, said, _took = look(servers, "-h", "whois.closed.net", "x.net", status=1)
    assert "no connection to whois.closed.net port 43: Connection refused" in said
    assert record["hops"] == []
    assert "no address of whois.absent.net" in look(servers, "-h", "whois.absent.net", "x.net", status=1)[1]


def test_a_silent_resolver_and_a_silent_network_end_in_time(servers: Registries) -> None:
    silent = run_inside(locate(servers.netns.name), lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    with silent:
        silent.bind(("127.0.0.1", 53))
        said, took = look(servers, "--timeout", "0.5", "-h", "whois.absent.net", "x.net", status=1)[1:]
        assert "no address of whois.absent.net: time was up" in said
        assert took < 4
    void(servers)
    said, took = look(servers, "--timeout", "0.5", "-h", "10.77.0.2", "x.net", status=1)[1:]
    assert "no connection to 10.77.0.2 port 43: time was up" in said
    assert took < 4


def test_the_next_address_is_tried(servers: Registries) -> None:
    address = servers.whois("whois.example.net", FIELDS)
    with (servers.hosts / "hosts").open("a") as hosts:
        hosts.write(f"::1 whois.both.net\n10.99.0.200 whois.both.net\n{address} whois.both.net\n")
    record, said, _took = look(servers, "-h", "whois.both.net", "example.net")
    assert record["hops"][0]["address"] == address
    assert not said
    for server in ("[::1]", "::1", "127.0.0.1:9"):
        said = look(servers, "-h", server, "example.net", status=1)[1]
        assert "Connection refused" in said


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("%ERROR:201: access denied for 192.0.2.1\n", "refuses: ERROR:201: access denied for 192.0.2.1"),
        ("WHOIS LIMIT EXCEEDED\n", "refuses: WHOIS LIMIT EXCEEDED"),
        ("Query rate \x1b[2Jexceeded, try again later\n", "refuses"),
    ],
)
def test_refusals_are_said(answer: str, why: str, servers: Registries) -> None:
    servers.whois("whois.example.net", answer)
    record, said, _took = look(servers, "-h", "whois.example.net", "x.net", status=1)
    assert why in said
    assert record["hops"][0]["text"] == answer
    done = netscope("whois", "-h", "whois.example.net", "x.net", inside=servers.netns)
    assert "\x1b" not in done.stdout + done.stderr


def test_a_refusing_registrar_leaves_what_the_registry_said(servers: Registries) -> None:
    servers.whois("whois.example.net", FIELDS + b"Registrar WHOIS Server: whois.registrar.net\n")
    servers.whois("whois.registrar.net", "Too many requests\n")
    record, said, _took = look(servers, "-h", "whois.example.net", "example.net")
    assert record["registrar"] == "R"
    assert said == "whois.registrar.net refuses: Too many requests"


def test_referrals_end(servers: Registries) -> None:
    servers.whois("whois.a.net", "refer: whois.b.net\n")
    servers.whois("whois.b.net", "refer: whois.a.net\n")
    record, said, _took = look(servers, "-h", "whois.a.net", "x.net", status=1)
    assert "sends back to whois.a.net" in said
    assert len(record["hops"]) == 2
    for number in range(9):
        servers.whois(f"whois.c{number}.net", f"refer: whois.c{number + 1}.net\n")
    record, said, _took = look(servers, "-h", "whois.c0.net", "x.net", status=1)
    assert "more than 6 referrals" in said
    assert len(record["hops"]) == 6


@pytest.mark.parametrize(
    ("data", "name", "charset"),
    [
        ("owner: Ñandú S.A.\n".encode("latin-1"), "Ñandú S.A.", "iso-8859-1"),
        ("owner: Ñandú S.A.\n".encode(), "Ñandú S.A.", "utf-8"),
        ("% charset: windows-1251\nowner: Рога и копыта\n".encode("cp1251"), "Рога и копыта", "windows-1251"),
        ("owner: 日本\n".encode("iso2022_jp"), "日本", "iso-2022-jp"),
        (b"owner: a\x00b\x1b]0;x\x07c\xe2\x80\xaed\n", "a\x00b\x1b]0;x\x07c\u202ed", "utf-8"),
    ],
)
def test_charsets_and_control_characters(data: bytes, name: str, charset: str, servers: Registries) -> None:
    servers.whois("whois.example.net", data)
    record, said, _took = look(servers, "-h", "whois.example.net", "x.net")
    assert (record["holder"], record["hops"][0]["charset"], said) == (name, charset, "")
    for words in ((), ("--raw",)):
        shown = netscope("whois", *words, "-h", "whois.example.net", "x.net", inside=servers.netns).stdout
        assert all(char == "\n" or char.isprintable() for char in shown)
        assert name.replace("\0", "\\x00").partition("\x1b")[0] in shown


def test_a_text_without_fields_is_shown_as_it_is(servers: Registries) -> None:
    servers.whois("whois.example.net", "AS      | IP\n15169   | 8.8.8.8\n")
    done = netscope("whois", "-h", "whois.example.net", "8.8.8.8", inside=servers.netns, check=True)
    assert "15169   | 8.8.8.8" in done.stdout


def test_the_user_is_told_before_and_an_interrupt_ends_it(servers: Registries) -> None:
    servers.serve("whois.example.net", 43, hang)
    command = ["ip", "netns", "exec", servers.netns.name, sys.executable, "-m", "netscope", "whois", "-h"]
    process = subprocess.Popen(
        [*command, "whois.example.net", "x.net"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, cwd="/",
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "netscope: asking whois.example.net port 43 for 'x.net'\n"
    assert process.poll() is None
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    printed, complained = process.communicate(timeout=10)
    assert (process.returncode, printed, complained) == (130, "", "")
    assert time.monotonic() - start < 2


def test_sockets_are_opened_in_the_namespace_that_was_named(servers: Registries) -> None:
    address = "127.77.0.1"  # loopback: what starts in the wrong namespace stays on this machine
    servers.whois("whois.example.net", FIELDS, address=address)
    done = netscope("--netns", servers.netns.name, "whois", "--json", "-h", address, "example.net", check=True)
    assert json.loads(done.stdout)["records"][0]["name"] == "example.net"
    assert json.loads(done.stdout)["namespace"] == servers.netns.name
    for words in (["--netns", servers.netns.name], [f"--netns={servers.netns.name}"]):
        netscope("whois", "-h", address, *words, "example.net", check=True)
    assert "needs a namespace" in netscope("whois", "x.net", "--netns").stderr
    assert netscope("whois", "--timeout", "1", "-h", address, "example.net").returncode == 1


@pytest.mark.parametrize("moment", ["connecting", "whois", "http", "resolving"])
async def test_a_cancelled_question_leaves_no_task_and_no_socket(moment: str, servers: Registries) -> None:
    whois = servers.serve("whois.example.net", 43, hang)
    http = servers.serve("rdap.example.net", 80, hang)
    void(servers)
    host = LiveHost(servers.netns.name)
    wire = host.whois()
    assert isinstance(wire, LiveRegistryWire)
    questions = {
        "connecting": lambda: wire.ask("10.77.0.2", 43, b"x\r\n", 30),
        "whois": lambda: wire.ask(whois, 43, b"x\r\n", 30),
        "http": lambda: wire.get(f"http://{http}/", 30),
        "resolving": lambda: wire.ask("nosuch.invalid", 43, b"x\r\n", 30),
    }
    for _ in range(3):
        before = sorted(os.listdir("/proc/self/fd"))
        task = asyncio.create_task(questions[moment]())
        await asyncio.sleep(0.1)
        task.cancel()
        try:
            await task
        except (asyncio.CancelledError, NetscopeError):
            pass
        assert asyncio.all_tasks() == {asyncio.current_task()}
        deadline = time.monotonic() + 5
        while sorted(os.listdir("/proc/self/fd")) != before and time.monotonic() < deadline:
            await asyncio.sleep(0.02)  # the server's ends, which are of this process too, close in their own time
        assert sorted(os.listdir("/proc/self/fd")) == before
    host.close()
