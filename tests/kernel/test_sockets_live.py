"""A collector that lives: what is new, what came and went, how fast, and what it costs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from netscope.core.domain import Query
from netscope.core.netlink import NETLINK_SOCK_DIAG, messages
from netscope.core.snapshot import Snapshot
from netscope.domains.sockets import DOMAIN, diag
from netscope.domains.sockets.collect import SocketCollector
from netscope.domains.sockets.rates import process_rates
from netscope.domains.sockets.record import Socket, counters, key
from netscope.system.live import LiveHost
from netscope.system.namespaces import run_inside
from netscope.system.netlink import NetlinkEvents
from tests.farm import farm
from tests.kernel.socket_oracles import as_ss, ss
from tests.lab import Namespace

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "ss")]

ALL = Query().having(all=True)
LIVE = Query(live=True).having(all=True)
Made = TypeVar("Made")


class Watcher:
    """A live collector with the rates that the hub would fill in."""

    def __init__(self, host: LiveHost, query: Query = LIVE) -> None:
        self.collector = SocketCollector(host, query)
        self.last: Snapshot | None = None

    def look(self) -> Snapshot:
        """Look again."""
        now = self.collector.collect()
        self.last = now if self.last is None else DOMAIN.rates(self.last, now)
        return self.last


@contextmanager
def watching(inside: Namespace, query: Query = LIVE) -> Iterator[Watcher]:
    host = inside.host()
    watcher = Watcher(host, query)
    try:
        yield watcher
    finally:
        watcher.collector.close()
        host.close()


def within(inside: Namespace, function: Callable[[], Made]) -> Made:
    """Run a function in the namespace, in this process: the sockets it makes are ours."""
    return run_inside(f"/run/netns/{inside.name}", function)


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        return client, server.accept()[0]


def tcp(snapshot: Snapshot, port: int) -> Socket:
    found: list[Socket] = [row for row in snapshot.records if row.protocol == "tcp" and row.local_port == port]
    assert len(found) == 1
    return found[0]


def receive(end: socket.socket, size: int) -> None:
    while size:
        size -= len(end.recv(min(size, 65536)))


def test_rates_are_bytes_over_time(netns: Namespace) -> None:
    client, server = within(netns, tcp_pair)
    with client, server, watching(netns) as watcher:
        port = client.getsockname()[1]
        first = tcp(watcher.look(), port)
        assert (first.send_rate, first.receive_rate, first.process_send_rate) == (None, None, None)
        before = watcher.last
        client.sendall(bytes(300_000))
        receive(server, 300_000)
        server.sendall(bytes(7_000))
        receive(client, 7_000)
        time.sleep(0.05)
        now = watcher.look()
        assert before is not None
        elapsed = now.clock - before.clock
        row = tcp(now, port)
        assert row.send_rate == pytest.approx(300_000 / elapsed)
        assert row.receive_rate == pytest.approx(7_000 / elapsed)
        assert row.processes is not None
        assert row.processes[0].pid == os.getpid()
        totals = process_rates(now)[os.getpid()]
        assert totals == pytest.approx((307_000 / elapsed, 307_000 / elapsed))
        assert (row.process_send_rate, row.process_receive_rate) == pytest.approx(totals)
        idle = tcp(watcher.look(), port)
        assert (idle.send_rate, idle.receive_rate, idle.process_send_rate) == (0.0, 0.0, 0.0)


def test_a_connection_that_is_new_has_sent_all_its_bytes_since(netns: Namespace) -> None:
    with watching(netns) as watcher:
        start = watcher.look().clock
        client, server = within(netns, tcp_pair)
        with client, server:
            client.sendall(bytes(50_000))
            receive(server, 50_000)
            now = watcher.look()
            row = tcp(now, client.getsockname()[1])
            assert row.send_rate == pytest.approx(50_000 / (now.clock - start))


def test_rows_that_did_not_change_stay_the_same_objects(netns: Namespace) -> None:
    with farm(netns, 200) as many, watching(netns) as watcher:
        watcher.look()
        second = {id(row): row for row in watcher.look().records}
        many.churn(10)
        third = watcher.look().records
        same = sum(id(row) in second for row in third)
        assert same >= 180
        assert len({key(row) for row in third}) == len(third)


def test_short_connections_are_caught_with_their_last_counters(netns: Namespace) -> None:
    def transfer() -> None:
        with socket.create_server(("127.0.0.1", 7300)) as server:
            for number in range(100):
                client = socket.create_connection(server.getsockname())
                accepted = server.accept()[0]
                client.sendall(bytes(1000 + number))
                receive(accepted, 1000 + number)
                accepted.close()
                client.recv(1)
                client.close()

    with watching(netns) as watcher:
        watcher.look()
        within(netns, transfer)
        closed: list[Socket] = []
        deadline = time.monotonic() + 10
        while len(closed) < 201 and time.monotonic() < deadline:  # the kernel tells when it has time
            now = watcher.look()
            closed += [row for row in now.records if row.state == "CLOSED"]
            assert len({key(row) for row in now.records}) == len(now.records)
            assert not [problem for problem in now.problems if problem.partial]
        assert len({row.cookie for row in closed}) == len(closed) == 201  # both ends, and the listener
        assert all(row.user is None and row.processes is None for row in closed)
        sizes = sorted((counters(row) or (0, 0))[0] for row in closed if row.remote_port == 7300)
        assert len(sizes) == 100
        assert all(abs(size - 1001 - number) <= 1 for number, size in enumerate(sizes))  # the SYN, and the FIN
        assert not [row for row in watcher.look().records if row.state == "CLOSED"]


def test_sockets_that_were_seen_do_not_come_back_when_they_end(netns: Namespace) -> None:
    with farm(netns, 100) as many, watching(netns) as watcher:
        for _ in range(10):
            watcher.look()
            many.churn(25)
        deadline = time.monotonic() + 1
        closed = []
        while time.monotonic() < deadline:
            closed += [row for row in watcher.look().records if row.state == "CLOSED"]
            time.sleep(0.05)
        assert closed == []


def test_lost_notices_are_a_problem_of_that_look(netns: Namespace) -> None:
    def storm() -> None:
        for _ in range(100):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                one.bind(("127.0.0.1", 0))

    def lost(snapshot: Snapshot) -> bool:
        return "the kernel dropped their notices (ENOBUFS)" in [problem.why for problem in snapshot.problems]

    with watching(netns) as watcher:
        departures = watcher.collector._departures
        assert departures is not None
        assert isinstance(departures._events, NetlinkEvents)
        departures._events._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)  # a handful of notices
        watcher.look()
        deadline = time.monotonic() + 20
        within(netns, storm)
        while not lost(watcher.look()):  # the kernel tells when it has time
            within(netns, storm)
            assert time.monotonic() < deadline
        while lost(watcher.look()):
            assert time.monotonic() < deadline


def test_rows_that_lived_through_both_reads_agree_under_churn(netns: Namespace) -> None:
    with farm(netns, 400) as many, watching(netns) as watcher:
        for _ in range(5):
            before = {row.bare for row in ss(netns, "-atu")}
            many.churn(20)
            ours = {as_ss(row) for row in watcher.look().records if row.protocol == "tcp" and row.state != "CLOSED"}
            many.churn(20)
            lasting = before & {row.bare for row in ss(netns, "-atu")}
            assert len(lasting) >= 300
            assert lasting <= ours


def test_owners_follow_churn_forks_and_exits(netns: Namespace) -> None:
    with farm(netns, 200) as many, watching(netns) as watcher:
        watcher.look()
        for _ in range(4):
            many.churn(25)
            rows = [row for row in watcher.look().records if row.protocol == "tcp" and row.state != "CLOSED"]
            assert {process.pid for row in rows for process in row.processes or ()} == set(many.pids)
            assert all(row.processes or not row.inode for row in rows)
    client, server = within(netns, tcp_pair)
    with client, server, watching(netns) as watcher:
        port = client.getsockname()[1]
        assert [process.pid for process in tcp(watcher.look(), port).processes or ()] == [os.getpid()]
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[client.fileno()])
        assert {process.pid for process in tcp(watcher.look(), port).processes or ()} == {os.getpid(), child.pid}
        child.communicate(b"\n")
        assert [process.pid for process in tcp(watcher.look(), port).processes or ()] == [os.getpid()]


def test_twenty_thousand_sockets(netns: Namespace) -> None:
    with farm(netns, 20_000) as many, watching(netns) as watcher:
        first = watcher.look()
        assert len([row for row in first.records if row.state == "ESTABLISHED" and row.protocol == "tcp"]) == 20_000
        many.churn(100)
        now = watcher.look()
        rows = [row for row in now.records if row.protocol == "tcp" and row.state == "ESTABLISHED"]
        assert len(rows) == 20_000
        assert {process.pid for row in rows for process in row.processes or ()} == set(many.pids)
        assert all(row.processes for row in rows)
        theirs = {row.bare for row in ss(netns, "-atu")}
        assert {as_ss(row) for row in rows} <= theirs


def test_an_interface_that_changes_its_name_is_followed(netns: Namespace) -> None:
    netns.ip("link add v0 type veth peer name v1")

    def bound() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"v0")
        made.bind(("0.0.0.0", 7400))
        return made

    with within(netns, bound), watching(netns) as watcher:
        assert [row.interface for row in watcher.look().records if row.local_port == 7400] == ["v0"]
        netns.ip("link set v0 name other")
        assert [row.interface for row in watcher.look().records if row.local_port == 7400] == ["other"]


def test_an_answer_of_many_pieces_is_that_of_one_dump_and_may_be_left(netns: Namespace) -> None:
    kinds = diag.extensions(diag.CONG, diag.SKMEMINFO)
    request = diag.inet_request(0, diag.IPPROTO_TCP, 0xFFF, kinds)
    host = netns.host()
    try:
        with farm(netns, 4_000):
            whole = list(messages(host.dump(NETLINK_SOCK_DIAG, request)))
            for taken in (0, 1, 2):
                left = host.pieces(NETLINK_SOCK_DIAG, request)
                for _ in range(taken):
                    next(left)
                left.close()  # type: ignore[attr-defined]  # it is a generator
                pieces = list(map(bytes, host.pieces(NETLINK_SOCK_DIAG, request)))
                assert len(pieces) > 2
                assert list(messages(pieces)) == whole
    finally:
        host.close()
    assert len(whole) >= 4_000
