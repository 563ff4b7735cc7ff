"""Names that move while they are probed."""

from __future__ import annotations

import time
from collections.abc import Callable

from netscope.core.probe import Event, Probe, Target
from netscope.domains.ping_session import Pace, PingSession
from netscope.domains.trace_paths import paths
from netscope.domains.trace_session import TraceSession, Way
from netscope.hub.drive import drive
from netscope.hub.renewal import Renewed, moved, renewed
from tests.tui.probers import FakeChannel, FakeProber, error, reply

NAMED = Target("example", "10.0.0.1", 4, "example")
PLAIN = Target("10.0.0.9", "10.0.0.9", 4, "10.0.0.9")


class Told:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.moves: list[str] = []

    def __call__(self, _index: int, before: Target, now: Target) -> None:
        self.moves.append(moved(before, now))


def prober(answer: Callable[[Probe], list[Event]]) -> FakeProber:
    return FakeProber(answer, {"example": "10.0.0.1"})


def test_a_ping_follows_its_name_and_says_so() -> None:
    fake = prober(lambda probe: [reply(probe, 1)])
    channel, told = FakeChannel(fake), Told()
    session = PingSession([PLAIN, NAMED], Pace(400, interval=0.005), time.monotonic())

    def emit(_outcome: object) -> None:
        if len(fake.sent) > 20:
            fake.known["example"] = "10.0.0.2"
        if fake.sent[-1].address == "10.0.0.2":
            session.pace = session.pace._replace(number=1)  # enough

    drive(Renewed(session, [PLAIN, NAMED], fake, told, every=0.01), {4: channel}, time.monotonic, emit)
    channel.close()
    assert told.moves == ["example is 10.0.0.2 now, it was 10.0.0.1: going on there"]
    assert session.tallies[1].sent - session.tallies[1].received <= 1
    assert session.targets == [PLAIN, NAMED._replace(address="10.0.0.2")]


def test_a_trace_follows_and_its_new_end_is_a_new_path() -> None:
    def answer(probe: Probe) -> list[Event]:
        far = 2 if probe.address == "10.0.0.1" else 4
        if probe.ttl < far:
            return [error(probe, f"10.1.{probe.ttl}.1", (11, 0))]
        return [error(probe, probe.address, (3, 3))]

    fake = prober(answer)
    channel, told = FakeChannel(fake), Told()
    way = Way("10.0.0.1", 4, rounds=12, interval=0.05, gap=0.0001)
    session = TraceSession(way, time.monotonic())

    def emit(_outcome: object) -> None:
        if len(fake.sent) > 12:
            fake.known["example"] = "10.0.0.2"

    drive(Renewed(session, [NAMED], fake, told, every=0.02), {0: channel}, time.monotonic, emit)
    channel.close()
    assert len(told.moves) == 1
    found = paths(session.answers, session.way, constant=True)
    assert found[0].hops[-1].addresses == ("10.0.0.2",)
    assert found[0].hops[-1].ttl == 4
    assert found[-1].hops[-1].addresses == ("10.0.0.1",)


def test_addresses_are_not_looked_up_and_failures_change_nothing() -> None:
    fake = prober(lambda probe: [reply(probe, 1)])
    session = PingSession([PLAIN], Pace(3), 0.0)
    assert renewed(session, [PLAIN], fake, Told()) is session
    channel, told = FakeChannel(fake), Told()
    named = PingSession([NAMED], Pace(30, interval=0.005), time.monotonic())
    fake.known.clear()  # the resolver knows nothing any more
    drive(Renewed(named, [NAMED], fake, told, every=0.01), {4: channel}, time.monotonic, lambda _outcome: None)
    channel.close()
    assert not told.moves
    assert named.tallies[0].received == 30
