"""The live host against the kernel: dumps, namespaces, events."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from netscope.core import netlink as wire
from netscope.core.errors import BadQuery, NeedsPrivilege, NetscopeError, Unavailable
from netscope.core.host import Events
from netscope.system import netlink
from netscope.system.live import LiveHost
from netscope.system.namespaces import locate, run_inside
from tests.lab import Namespace, netscope, without_privileges

RTM_GETLINK, RTM_GETROUTE, RTM_GETNEIGH = 18, 26, 30
RTNLGRP_LINK, RTNLGRP_IPV4_ROUTE = 1, 7


def test_own_namespace_has_the_interfaces_that_sysfs_shows() -> None:
    host = LiveHost()
    try:
        shown = {
            name: int(Path(f"/sys/class/net/{name}/ifindex").read_text())
            for name in os.listdir("/sys/class/net")
            if name != "bonding_masters"
        }
        assert {name: index for index, name in host.ifindexes().items()} == shown
    finally:
        host.close()


def test_other_namespace_by_name_path_and_pid(netns: Namespace) -> None:
    netns.ip("link add left0 type veth peer name right0")
    child = netns.popen("sleep", "60")
    try:
        inside = os.stat(f"/run/netns/{netns.name}").st_ino
        deadline = 500
        while os.stat(f"/proc/{child.pid}/ns/net").st_ino != inside and deadline:
            deadline -= 1
            select.select([], [], [], 0.01)
        for target in (netns.name, f"/run/netns/{netns.name}", str(child.pid), f"/proc/{child.pid}/ns/net"):
            host = LiveHost(target)
            assert set(host.ifindexes().values()) == {"lo", "left0", "right0"}, target
            assert b"left0" in host.read("/proc/net/dev")
            host.close()
        assert b"left0" not in LiveHost().read("/proc/net/dev")
    finally:
        child.kill()
        child.wait()


def test_the_callers_thread_never_moves(netns: Namespace) -> None:
    before = os.readlink("/proc/thread-self/ns/net")
    inside = run_inside(locate(netns.name), lambda: os.readlink("/proc/thread-self/ns/net"))
    assert inside != before
    assert os.readlink("/proc/thread-self/ns/net") == before


def test_unknown_namespace_says_what_would_work() -> None:
    with pytest.raises(BadQuery, match="no network namespace 'nosuch'") as caught:
        LiveHost("nosuch")
    assert "ip netns" in caught.value.mend


def test_what_is_not_a_namespace_is_an_error_not_a_traceback() -> None:
    with pytest.raises(NetscopeError, match="/dev/null"):
        LiveHost("/dev/null")


@pytest.mark.root
@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/self/ns/mnt"])
def test_a_file_that_is_no_network_namespace_is_wrong_usage(path: str) -> None:
    done = netscope("links", "--netns", path)
    assert done.returncode == BadQuery.status, done.stderr
    assert "is no network namespace" in done.stderr
    assert "sudo" not in done.stderr


@pytest.mark.root
@pytest.mark.parametrize("user", ["nobody", "capless"])
def test_entering_a_namespace_without_privilege_is_said(netns: Namespace, user: str) -> None:
    done = netscope("links", "--netns", netns.name, as_user=user)
    assert done.returncode == NeedsPrivilege.status, done.stderr
    assert "sudo" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_large_dump_is_whole(netns: Namespace) -> None:
    netns.ip("link add left0 type veth peer name right0")
    for command in ("link set left0 up", "link set right0 up", "addr add 10.0.0.1/8 dev left0"):
        netns.ip(command)
    netns.batch([f"route add 11.0.{i >> 8}.{i & 255}/32 via 10.0.0.2" for i in range(20_000)])
    host = netns.host()
    request = wire.request(RTM_GETROUTE, bytes([2]) + bytes(11))
    datagrams = host.dump(wire.NETLINK_ROUTE, request)
    assert len(datagrams) > 1
    through = [1 for _kind, payload in wire.messages(datagrams) if wire.attributes(payload, 12).get(5)]
    assert len(through) == 20_000
    assert b"".join(host.dump(wire.NETLINK_ROUTE, request)) == b"".join(datagrams), "unchanged state gives equal bytes"
    host.close()


def test_kernel_errors_become_ours(netns: Namespace) -> None:
    host = netns.host()
    lookup = wire.request(RTM_GETROUTE, bytes([2, 32]) + bytes(10) + wire.attribute(1, bytes([9, 9, 9, 9])), flags=0)
    with pytest.raises(NetscopeError) as caught:
        host.dump(wire.NETLINK_ROUTE, lookup)
    assert caught.value.errno == 101  # ENETUNREACH
    assert len(host.ifindexes()) == 1, "the socket is usable after an error"
    with pytest.raises(Unavailable):
        host.read("/proc/net/no-such-file")
    host.close()


def test_payload_that_looks_like_done_does_not_end_a_dump() -> None:
    fake = wire.HEADER.pack(20, wire.NLMSG_DONE, 2, 1, 1) + bytes(4)
    inner = wire.HEADER.pack(16 + len(fake), 0x20, 2, 1, 1) + fake
    assert netlink._done_flags(inner) is None
    assert netlink._done_flags(inner + fake) == 2


def test_threads_may_share_a_host(netns: Namespace) -> None:
    host = netns.host()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(50):
                assert host.ifindexes() == {1: "lo"}
        except BaseException as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    host.close()
    assert not failures


def wait_for(events: Events, timeout: float = 5.0) -> tuple[list[bytes], bool]:
    ready, _, _ = select.select([events], [], [], timeout)
    assert ready, "no event in time"
    return events.drain()


def test_events_are_those_of_the_namespace(netns: Namespace) -> None:
    host = netns.host()
    events = host.events(wire.NETLINK_ROUTE, [RTNLGRP_LINK])
    netns.ip("link add left0 type veth peer name right0")
    datagrams, lost = wait_for(events)
    assert not lost
    assert any(b"left0" in data for data in datagrams)
    events.close()
    host.close()


def test_overflow_of_the_event_buffer_is_told(netns: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netlink, "_EVENT_BUFFER", 2048)
    netns.ip("link add left0 type veth peer name right0")
    netns.ip("link set left0 up")
    netns.ip("addr add 10.0.0.1/8 dev left0")
    host = netns.host()
    events = host.events(wire.NETLINK_ROUTE, [RTNLGRP_IPV4_ROUTE])
    netns.batch([f"route add 11.0.0.{i}/32 dev left0" for i in range(200)])
    _datagrams, lost = wait_for(events)
    assert lost
    events.close()
    host.close()


@pytest.mark.root
@pytest.mark.tool("setpriv", "unshare")
@pytest.mark.parametrize(("user", "uid"), [("nobody", "65534"), ("capless", "0")])
def test_the_tests_own_way_to_drop_privileges_drops_them(user: str, uid: str) -> None:
    script = "import os; print(os.getuid(), open('/proc/self/status').read().split('CapEff:')[1].split()[0])"
    done = subprocess.run(
        without_privileges([sys.executable, "-c", script], user),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [uid, "0000000000000000"]
