"""Ping's engine and lines, against a network made of numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.probe import Event, Plan, Probe, Target
from netscope.domains.ping import result, sparkline
from netscope.domains.ping_mtu import LEAST, MtuSession
from netscope.domains.ping_session import Outcome, Pace, PingSession
from netscope.domains.ping_tally import Tally
from netscope.domains.ping_text import closing, line, milliseconds

TARGET = Target("10.0.0.1", "10.0.0.1", 4, "10.0.0.1")
Network = Callable[[Probe], list[tuple[float, Event]]]


def run(session: Any, network: Network, most: float = 1000.0) -> tuple[list[Any], float]:
    """Play a session in simulated time; return its outcomes and when it ended."""
    now = 0.0
    coming: list[tuple[float, int, int, Event]] = []
    outcomes: list[Any] = []
    while not session.finished(now):
        for lane, probe in session.due(now):
            for delay, event in network(probe):
                coming.append((now + delay, len(coming), lane, event))
        step = session.wake(now)
        arrivals = sorted(item for item in coming if item[0] <= now + step)
        if arrivals:
            now = max(now, arrivals[0][0])
            coming.remove(arrivals[0])
            outcome = session.receive(arrivals[0][2], arrivals[0][3])
            if outcome is not None:
                outcomes.append(outcome)
        else:
            now += step + 1e-9
        outcomes += [outcome for _lane, _token, outcome in session.expire(now)]
        assert now < most, "does not end"
    return outcomes, now


def reply(probe: Probe, rtt: float, **more: Any) -> Event:
    return Event(probe.token, "reply", probe.address, rtt, 0.0, 64, 64, **more)


def test_one_reply_for_each_probe() -> None:
    session = PingSession([TARGET], Pace(3), 0.0)
    outcomes, ended = run(session, lambda probe: [(0.02, reply(probe, 0.02))])
    assert [(o.kind, o.sequence) for o in outcomes] == [("reply", 1), ("reply", 2), ("reply", 3)]
    assert ended == pytest.approx(2.02, abs=0.01)
    assert session.tallies[0].loss == 0


def test_duplicates_late_replies_and_errors_are_told_apart() -> None:
    def network(probe: Probe) -> list[tuple[float, Event]]:
        if probe.sequence == 1:
            return [(0.01, reply(probe, 0.01)), (0.02, reply(probe, 0.02))]
        if probe.sequence == 2:
            return [(0.9, reply(probe, 0.9))]
        if probe.sequence == 3:
            return [(0.01, Event(probe.token, "error", "10.0.0.9", 0.01, icmp=(3, 1)))]
        return [(0.01, reply(probe, 0.01, wrong=(20, 1, 2)))]

    session = PingSession([TARGET], Pace(4, timeout=0.5), 0.0)
    outcomes, _ended = run(session, network)
    assert [(o.kind, o.sequence) for o in outcomes] == [
        ("reply", 1), ("duplicate", 1), ("lost", 2), ("late", 2), ("error", 3), ("reply", 4),
    ]  # fmt: skip
    tally = session.tallies[0]
    assert (tally.sent, tally.received, tally.duplicates, tally.late, tally.errors, tally.corrupt) == (4, 3, 1, 1, 1, 1)
    assert tally.history == (0.01, 0.9, None, 0.01)
    told = closing(TARGET, tally, Plan(), 3.0).split("\n")
    assert told[2] == (
        "4 packets transmitted, 3 received, +1 duplicates, +1 corrupted, +1 late, +1 errors, 25% packet loss, "
        "time 3000ms"
    )


def test_silence_ends_after_the_linger_of_ping() -> None:
    outcomes, ended = run(PingSession([TARGET], Pace(1), 0.0), lambda _probe: [])
    assert [o.kind for o in outcomes] == ["lost"]
    assert ended == pytest.approx(10, abs=0.01)


def test_a_deadline_ends_everything_and_counts_answers() -> None:
    session = PingSession([TARGET], Pace(2, interval=0.2, deadline=3.0), 0.0)
    _outcomes, ended = run(session, lambda p: [(0.01, reply(p, 0.01))] if p.sequence > 4 else [])
    assert session.tallies[0].received == 2
    assert ended == pytest.approx(1.01, abs=0.02)
    silent = PingSession([TARGET], Pace(2, interval=0.2, deadline=1.0), 0.0)
    assert run(silent, lambda _p: [])[1] == pytest.approx(1.0, abs=0.01)
    assert silent.tallies[0].sent >= 5


def test_many_targets_are_paced() -> None:
    targets = [Target(str(n), f"10.0.0.{n}", 4, str(n)) for n in range(100)]
    session = PingSession(targets, Pace(2, interval=1.0, gap=0.001), 0.0)
    outcomes, ended = run(session, lambda p: [(0.01, reply(p, 0.01))])
    assert len(outcomes) == 200
    assert 1.1 <= ended <= 1.2
    assert all(tally.received == 2 for tally in session.tallies)


def test_after_a_pause_packets_do_not_come_in_a_flood() -> None:
    session = PingSession([TARGET], Pace(0, interval=0.01), 0.0)
    assert len(list(session.due(0.0))) == 1
    assert len(list(session.due(5.0))) == 1


def test_a_closed_udp_port_is_an_answer_only_from_the_target() -> None:
    session = PingSession([TARGET], Pace(2), 0.0)
    who = iter(["10.0.0.1", "10.0.0.254"])
    outcomes, _ = run(session, lambda p: [(0.01, Event(p.token, "error", next(who), 0.01, icmp=(3, 3)))])
    assert [o.kind for o in outcomes] == ["reply", "error"]


def test_an_answer_without_token_belongs_to_the_oldest_question() -> None:
    session = PingSession([TARGET], Pace(1), 0.0)
    outcomes, _ = run(session, lambda p: [(0.01, Event(None, "reply", p.address))])
    assert [(o.kind, o.sequence) for o in outcomes] == [("reply", 1)]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**32), st.floats(0, 1))
def test_counts_always_add_up(count: int, seed: int, loss: float) -> None:
    dice = random.Random(seed)

    def network(probe: Probe) -> list[tuple[float, Event]]:
        found = [] if dice.random() < loss else [(0.001, reply(probe, 0.001))]
        return found * dice.choice([1, 1, 1, 2])

    session = PingSession([TARGET], Pace(count, interval=0.01, timeout=0.05), 0.0)
    outcomes, _ended = run(session, network)
    tally = session.tallies[0]
    assert tally.sent == count
    kinds = [o.kind for o in outcomes]
    assert kinds.count("reply") + kinds.count("lost") == count
    assert tally.received == kinds.count("reply") + kinds.count("late")
    assert len(tally.history) == min(count, 60)


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "0.000"), (45, "0.045"), (999, "0.999"), (1000, "1.00"), (1234, "1.23"), (1235, "1.24"), (9994, "9.99"),
     (9995, "10.0"), (20_149, "20.1"), (99_949, "99.9"), (99_950, "100"), (1_000_499, "1000")],
)  # fmt: skip
def test_times_have_the_digits_of_ping(micros: int, text: str) -> None:
    assert milliseconds(micros / 1_000_000) == text


def test_a_corrupt_reply_shows_where() -> None:
    event = Event(1, "reply", "10.0.0.1", 0.001, 0.0, 64, 64, wrong=(17, 0x11, 0))
    text = line(Outcome("reply", 0, 1, event), TARGET, Plan(), {})
    assert text.endswith("\nwrong data byte #17 should be 0x11 but was 0x0")


def test_a_clock_that_was_set_is_told() -> None:
    event = Event(1, "reply", "10.0.0.1", 0.001, 0.0, 64, 64, jumped=True)
    text = line(Outcome("reply", 0, 1, event), TARGET, Plan(), {})
    assert text == "64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=1.00 ms (the clock was set meanwhile)"


def test_a_sparkline_shows_losses() -> None:
    assert sparkline((1.0, None, 2.0)) == "▁.█"
    assert sparkline((None,)) == "."
    assert sparkline((1.0, 1.0)) == "▁▁"


def test_a_record_without_replies_has_no_times() -> None:
    record = result(TARGET, Tally(), Plan(), "how")
    assert (record.last, record.min, record.avg, record.max, record.mdev, record.jitter) == (None,) * 6


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from([4, 6]), st.booleans())
def test_the_path_mtu_is_found_whether_routers_speak_or_not(data: st.DataObject, family: int, speaks: bool) -> None:
    mtu = data.draw(st.integers(LEAST[family], 9000))
    session = MtuSession("10.0.0.1", family, 0.1)
    headers = {4: 28, 6: 48}[family]

    def network(probe: Probe) -> list[tuple[float, Event]]:
        size = probe.size + headers
        if size > 9000:
            return [(0.0, Event(probe.token, "error", errno=90, info=9000))]
        if size > mtu:
            said = Event(probe.token, "error", "10.0.0.9", 0.01, icmp=(3, 4) if family == 4 else (2, 0), info=mtu)
            return [(0.01, said)] if speaks else []
        return [(0.01, reply(probe, 0.01))]

    run(session, network)
    assert session.mtu == mtu
    assert session.black_hole == (not speaks and mtu < 9000)


def test_no_path_mtu_where_nobody_answers() -> None:
    session = MtuSession("10.0.0.1", 4, 0.1)
    run(session, lambda _probe: [])
    assert session.mtu is None


def many(count: int) -> list[Target]:
    return [Target(str(n), f"10.0.0.{n}", 4, str(n)) for n in range(count)]


@given(
    st.integers(1, 5), st.integers(1, 4), st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=8), st.data()
)
def test_a_target_is_dropped_and_begun_anew_without_the_others(
    count: int, number: int, orders: list[tuple[bool, int]], data: st.DataObject
) -> None:
    """However often, each target that goes on gets its number of probes since it was last begun, the others none."""
    session = PingSession(many(count), Pace(number, interval=1.0, gap=0.01, timeout=0.5), 0.0)
    since, going, now = [0] * count, [True] * count, 0.0
    while True:
        for _lane, probe in session.due(now):
            index = int(probe.address.rpartition(".")[2])
            assert going[index]
            since[index] += 1
            assert probe.sequence == since[index] <= number
            if data.draw(st.booleans()):
                session.receive(4, reply(probe, 0.001))
        session.expire(now)
        if orders:
            drop, index = orders.pop()
            index %= count
            going[index], since[index] = not drop, since[index] if drop else 0
            (session.drop if drop else session.restart)(index)
        elif session.finished(now):
            break
        now += max(session.wake(now), 0.01)
        assert now < 100
    assert all(since[index] == number for index in range(count) if going[index])
    assert [tally.sent for tally in session.tallies] == since


def test_answers_are_counted_of_those_that_go_on() -> None:
    session = PingSession(many(3), Pace(2, interval=0.2, deadline=9.0), 0.0)
    session.drop(1)
    _outcomes, ended = run(session, lambda probe: [(0.01, reply(probe, 0.01))])
    assert [tally.received for tally in session.tallies] == [2, 0, 2]
    assert ended < 1
    session.restart(0)
    session.restart(1)
    _outcomes, ended = run(session, lambda probe: [(0.01, reply(probe, 0.01))])
    assert sum(tally.received for tally in session.tallies) == 6
    assert ended < 1
