"""A probe on a thread of its own: stopped, paused, failing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from netscope.core.errors import BadQuery
from netscope.core.probe import Event, Probe, Target
from netscope.domains.ping_session import Outcome, Pace, PingSession
from netscope.hub.background import Background
from tests.tui.probers import FakeChannel, FakeProber, reply

TARGET = Target("10.0.0.1", "10.0.0.1", 4, "10.0.0.1")


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


class Probing:
    """One target, pinged without end as fast as may be."""

    def __init__(self) -> None:
        self.prober = FakeProber(lambda probe: [reply(probe, 1)])
        self.channel = FakeChannel(self.prober)
        self.changes = 0
        self.background = Background(time.monotonic, self._changed)
        self.session = PingSession([TARGET], Pace(0, interval=0.001), time.monotonic())
        self.told: list[Outcome] = []
        self.sent: list[Probe] = []

    def _changed(self) -> None:
        self.changes += 1

    def work(self) -> None:
        self.background.drive(self.session, {4: self.channel}, self.told.append, self._sent)

    def _sent(self, _lane: int, probe: Probe) -> None:
        self.sent.append(probe)

    def end(self) -> None:
        self.background.stop()
        self.background.join(10)
        self.channel.close()


def test_nothing_is_sent_once_stop_has_returned() -> None:
    for _ in range(20):
        probing = Probing()
        probing.background.start(probing.work)
        until(lambda: len(probing.prober.sent) > 3)  # noqa: B023
        probing.background.stop()
        sent = len(probing.prober.sent)
        probing.background.join(10)
        assert len(probing.prober.sent) == sent == len(probing.sent)
        assert probing.background.state == "stopped"
        assert probing.changes
        probing.end()


def test_a_pause_sends_nothing_and_loses_nothing() -> None:
    probing = Probing()
    probing.background.start(probing.work)
    until(lambda: len(probing.told) > 3)
    probing.background.pause(True)
    sent = len(probing.prober.sent)
    assert probing.background.state == "paused"
    time.sleep(0.15)
    assert len(probing.prober.sent) == sent
    probing.background.pause(False)
    until(lambda: len(probing.prober.sent) > sent + 3)
    probing.end()
    assert {outcome.kind for outcome in probing.told} == {"reply"}


def test_it_ends_by_itself_when_the_session_does() -> None:
    probing = Probing()
    probing.session = PingSession([TARGET], Pace(3, interval=0.001), time.monotonic())
    probing.background.start(probing.work)
    probing.background.join(10)
    assert probing.background.state == "done"
    assert len(probing.told) == 3
    probing.background.stop()
    assert probing.background.state == "done"
    probing.channel.close()


def test_what_goes_wrong_is_a_problem_and_no_traceback() -> None:
    def refused() -> None:
        raise BadQuery("nosuch.invalid", "unknown", "another")

    def broken() -> None:
        raise ZeroDivisionError

    for work, told in ((refused, "nosuch.invalid"), (broken, "this probe")):
        background = Background(time.monotonic, lambda: None)
        background.start(work)
        background.join(10)
        assert background.state == "failed"
        assert [problem.what for problem in background.problems] == [told]


def test_stopped_before_it_could_begin_it_sends_nothing() -> None:
    probing = Probing()
    gate = threading.Event()

    def late() -> None:
        gate.wait(10)
        probing.work()

    probing.background.start(late)
    probing.background.stop()
    gate.set()
    probing.background.join(10)
    assert not probing.prober.sent
    assert probing.background.state == "stopped"
    probing.channel.close()


def test_an_event_that_belongs_to_nothing_changes_nothing() -> None:
    probing = Probing()
    probing.prober.answer = lambda probe: [Event(9_999, "reply", "10.0.0.9"), reply(probe, 1)]
    probing.background.start(probing.work)
    until(lambda: len(probing.told) > 3)
    probing.end()
    assert {outcome.event.address for outcome in probing.told if outcome.event} == {"10.0.0.1"}
