"""What is computed in a child process."""

from __future__ import annotations

import os
import socket
import threading
import time
from threading import Event, Thread

import pytest

from netscope.system.ahead import ahead
from netscope.system.processes import SocketOwners
from tests.unit.test_processes import child, inode

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not count the threads that other tests have left to end by themselves."""
    left = frozenset(threading.enumerate()) - {threading.current_thread()}
    monkeypatch.setattr(threading, "active_count", lambda: len(frozenset(threading.enumerate()) - left))


def no_children() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return True


def test_a_result_comes_whole() -> None:
    data = [(number, f"{number}", None) for number in range(100_000)]  # more than a pipe holds
    begun = ahead(lambda: data)
    assert begun is not None
    assert begun.result() == data
    assert no_children()


def test_a_child_that_fails_has_no_result(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    for function in (fail, object, lambda: os._exit(1)):
        begun = ahead(function)
        assert begun is not None
        assert begun.result() is None
    assert capfd.readouterr() == ("", "")


def test_a_child_that_is_not_wanted_any_more_is_ended() -> None:
    begun = ahead(lambda: time.sleep(60))
    assert begun is not None
    begun.close()
    assert no_children()


def test_no_fork_beside_threads() -> None:
    stop = Event()
    thread = Thread(target=stop.wait)
    thread.start()
    try:
        assert ahead(list) is None
    finally:
        stop.set()
        thread.join()


def test_holders_found_ahead_are_those_found_at_once() -> None:
    one, two = socket.socketpair()
    with one, two, child(pass_fds=(one.fileno(),)) as other, child(pass_fds=(two.fileno(),)):
        owners = SocketOwners()
        owners.expect()
        assert owners._ahead is not None
        os.waitid(os.P_PID, owners._ahead._child, os.WEXITED | os.WNOWAIT)
        with socket.socket() as later, socket.socket() as shared, child(pass_fds=(shared.fileno(),)):
            wanted = {inode(one), inode(two), inode(later), inode(shared), 1}
            found, plain = owners.find(wanted), SocketOwners().find(wanted)
        assert found.holders == plain.holders
        assert {holder.pid for holder in found.holders[inode(one)]} == {os.getpid(), other.pid}
        assert found.unheld == plain.unheld == 1


def test_an_expectation_may_be_given_up() -> None:
    owners = SocketOwners()
    owners.expect()
    owners.close()
    assert no_children()
