"""Who holds a socket, and what a process is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.host import Inodes, Process
from netscope.system import processes
from netscope.system.cgroups import container_of, unit_of
from netscope.system.processes import SocketOwners, describe

ID = "0123456789abcdef" * 4
NAME = b"a)\x1b (b\n\xff"


def inode(made: socket.socket) -> int:
    return os.fstat(made.fileno()).st_ino


@contextmanager
def child(*options: str, **more: object) -> Iterator[subprocess.Popen[str]]:
    script = "import sys; sys.stdout.write('r'); sys.stdout.flush(); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more
    )  # type: ignore[call-overload]
    assert process.stdout.read(1) == "r"
    try:
        yield process
    finally:
        process.communicate()


def test_holders_are_found_with_their_descriptors() -> None:
    owners = SocketOwners()
    with socket.socket() as one, socket.socket() as two:
        found = owners.find({inode(one), inode(two)}).holders
        for made in (one, two):
            (process,) = found[inode(made)]
            assert (process.pid, process.fd) == (os.getpid(), made.fileno())
            with open("/proc/self/comm", encoding="utf-8") as file:
                assert process.name == file.read().rstrip("\n")


def test_nothing_new_is_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = SocketOwners()
    with socket.socket() as one:
        wanted = {inode(one), 1}  # 1 is no socket's: it stays unresolved
        owners.find(wanted)
        monkeypatch.setattr(owners, "_scan_all", forbidden)
        monkeypatch.setattr(owners, "_search_reused", forbidden)
        monkeypatch.setattr(owners, "_search_unseen", forbidden)
        assert inode(one) in owners.find(wanted).holders


def forbidden(*_arguments: object) -> None:
    raise AssertionError("this was known")


def test_a_new_socket_on_a_used_descriptor_is_found_without_reading_all(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = SocketOwners()
    one = socket.socket()
    owners.find({inode(one)})
    number, old = one.fileno(), inode(one)
    one.close()
    with socket.socket() as two:
        assert two.fileno() == number
        monkeypatch.setattr(owners, "_scan_all", forbidden)
        monkeypatch.setattr(owners, "_search_unseen", forbidden)
        found = owners.find({inode(two)}).holders
        assert found[inode(two)][0].fd == number
        assert old not in found


def test_a_new_socket_on_a_new_descriptor_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = SocketOwners()
    with socket.socket() as one:
        owners.find({inode(one)})
        monkeypatch.setattr(owners, "_scan_all", forbidden)
        with socket.socket() as two:
            found = owners.find({inode(one), inode(two)}).holders
            assert [found[inode(made)][0].fd for made in (one, two)] == [one.fileno(), two.fileno()]


def test_a_child_that_shares_a_socket_is_found_and_forgotten() -> None:
    owners = SocketOwners()
    with socket.socket() as one:
        wanted = {inode(one)}
        assert [process.pid for process in owners.find(wanted).holders[inode(one)]] == [os.getpid()]
        with child(pass_fds=[one.fileno()]) as process:
            pids = {holder.pid for holder in owners.find(wanted).holders[inode(one)]}
            assert pids == {os.getpid(), process.pid}
        assert [process.pid for process in owners.find(wanted).holders[inode(one)]] == [os.getpid()]


def test_two_descriptors_of_one_socket_are_both_told() -> None:
    with socket.socket() as one, one.dup() as two:
        found = SocketOwners().find({inode(one)}).holders[inode(one)]
        assert [process.fd for process in found] == sorted([one.fileno(), two.fileno()])


def test_everything_is_read_again_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_FULL_SCAN_PAUSE", 0.0)
    monkeypatch.setattr(processes, "_FULL_SCAN_SHARE", 0)
    owners = SocketOwners()
    with socket.socket() as one:
        wanted = {inode(one)}
        owners.find(wanted)
        with one.dup() as two:  # no new inode, no new process: only a full scan sees it
            deadline = time.monotonic() + 5
            while len(owners.find(wanted).holders[inode(one)]) == 1:
                assert time.monotonic() < deadline
            assert [process.fd for process in owners.find(wanted).holders[inode(one)]] == sorted(
                [one.fileno(), two.fileno()]
            )


def test_callers_from_many_threads_take_turns() -> None:
    owners = SocketOwners()
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(5):
                with socket.socket() as one:
                    found = owners.find({inode(one)}).holders
                    assert found[inode(one)][0].fd == one.fileno()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_names_are_exact() -> None:
    script = (
        "import ctypes, socket, sys; s = socket.socket(); print(s.fileno(), flush=True);"
        f"ctypes.CDLL(None).prctl(15, {NAME!r}, 0, 0, 0); print('x', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        number = int(process.stdout.readline())
        process.stdout.readline()
        link = os.readlink(f"/proc/{process.pid}/fd/{number}")
        wanted = int(link.removeprefix("socket:[").removesuffix("]"))
        assert SocketOwners().find({wanted}).holders[wanted] == (Process(process.pid, os.fsdecode(NAME), number),)
        details = describe(process.pid)
        assert details is not None
        assert os.fsencode(details.name) == NAME
        process.communicate(b"")


def test_a_process_is_described() -> None:
    before = time.time()
    with child("two words", "", "\udcff") as process:
        details = describe(process.pid)
        assert details is not None
        assert details.command is not None
        assert details.command[0] == sys.executable
        assert details.command[-3:] == ("two words", "", "\udcff")
        assert details.executable == os.path.realpath(sys.executable)
        assert details.started is not None
        assert abs(details.started - before) < 3
        assert details.cgroup is not None
    assert describe(process.pid) is None


@pytest.mark.parametrize(
    ("path", "unit", "container"),
    [
        ("/", None, None),
        ("/system.slice/nginx.service", "nginx.service", None),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/a b.service", "a b.service", None),
        ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope", None),
        (f"/docker/{ID}", None, ID),
        (f"/system.slice/docker-{ID}.scope", f"docker-{ID}.scope", ID),
        (f"/machine.slice/libpod-{ID}.scope/container", f"libpod-{ID}.scope", ID),
        (f"/kubepods.slice/kubepods-pod1_2.slice/cri-containerd-{ID}.scope", f"cri-containerd-{ID}.scope", ID),
        (f"/kubepods/besteffort/pod12/{ID}", None, ID),
        (f"/kubepods.slice/crio-{ID}.scope", f"crio-{ID}.scope", ID),
        ("/lxc/web", None, "web"),
        ("/lxc.payload.web/init.scope", "init.scope", "web"),
        ("/machine.slice/systemd-nspawn@arch.service/payload", "systemd-nspawn@arch.service", "arch"),
        ("/machine.slice/machine-my\\x2dbox.scope", "machine-my\\x2dbox.scope", "my-box"),
    ],
)
def test_a_cgroup_path_tells_unit_and_container(path: str, unit: str | None, container: str | None) -> None:
    assert (unit_of(path), container_of(path)) == (unit, container)


@given(st.text())
def test_any_cgroup_path_is_read(path: str) -> None:
    unit_of(path)
    container_of(path)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from("onc"), st.integers(0, 5)), max_size=6), max_size=6))
def test_what_came_and_went_is_enough_to_know(rounds: list[list[tuple[str, int]]]) -> None:
    """Sockets are opened (o), opened unasked (n), closed (c); the answer is that of somebody who asks for all."""
    owners = SocketOwners()
    places: dict[int, socket.socket] = {}
    asked: set[int] = set()
    before: object | None = None
    try:
        for acts in [*rounds, []]:
            unasked: set[int] = set()
            for act, place in acts:
                if (gone := places.pop(place, None)) is not None:
                    gone.close()
                if act != "c":
                    places[place] = socket.socket()
                if act == "n":
                    unasked.add(place)
            now = {inode(made) for place, made in places.items() if place not in unasked} | {1}
            question = Inodes(now.copy, now - asked, asked - now, before)
            found, plain = owners.find(question), SocketOwners().find(now)
            asked, before = now, question.question
            assert {one: found.holders.get(one) for one in now} == {one: plain.holders.get(one) for one in now}
            assert found.unheld == plain.unheld == 1
    finally:
        for made in places.values():
            made.close()


def test_a_question_after_somebody_elses_is_answered_in_full() -> None:
    owners = SocketOwners()
    with socket.socket() as one, socket.socket() as two:
        both = {inode(one), inode(two)}
        first = Inodes(lambda: both, both, set(), None)
        assert owners.find(first).holders.keys() == both
        owners.find({inode(one)})
        owners._holders.pop(inode(two))
        again = Inodes(lambda: both, set(), set(), first.question)
        assert owners.find(again).holders.keys() == both


def test_sockets_of_a_process_that_ends_are_looked_for_elsewhere() -> None:
    owners = SocketOwners()
    with socket.socket() as shared:
        number = inode(shared)
        with child(pass_fds=(shared.fileno(),)) as heir:
            first = Inodes(lambda: {number}, {number}, set(), None)
            assert {holder.pid for holder in owners.find(first).holders[number]} == {os.getpid(), heir.pid}
            owners._holders[number] = tuple(h for h in owners._holders[number] if h.pid == heir.pid)
        second = Inodes(lambda: {number}, set(), set(), first.question)
        assert {holder.pid for holder in owners.find(second).holders[number]} == {os.getpid()}
