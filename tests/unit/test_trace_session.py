"""The engine of trace, against networks made of numbers: it ends, finds the end, and does not call limits loss."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.probe import Event, Probe
from netscope.domains.trace_paths import Path, paths, verdict
from netscope.domains.trace_plan import requested
from netscope.domains.trace_session import Answer, Outcome, Slot, TraceSession, Way
from netscope.domains.trace_text import Style, caution, graph, hop_line, notes, report, spans
from tests.unit.test_ping_session import run

TARGET = "10.9.9.9"
WAY = Way(TARGET, 4)
PLAIN = Style(numeric=True, extensions=False)


def event(probe: Probe, distance: int, rtt: float) -> Event:
    """What a path of plain routers answers."""
    if probe.ttl >= distance:
        return Event(probe.token, "error", TARGET, rtt, icmp=(3, 3))
    return Event(probe.token, "error", f"10.0.0.{probe.ttl}", rtt, icmp=(11, 0))


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 29), st.sets(st.integers(1, 28)), st.integers(1, 4), st.floats(0.0001, 0.3))
def test_the_end_is_found_behind_any_silent_hops(distance: int, silent: set[int], rounds: int, rtt: float) -> None:
    sent: list[int] = []

    def network(probe: Probe) -> list[tuple[float, Event]]:
        sent.append(probe.ttl)
        return [] if probe.ttl < distance and probe.ttl in silent else [(rtt, event(probe, distance, rtt))]

    session = TraceSession(WAY._replace(rounds=rounds), 0.0)
    run(session, network)
    found = paths(session.answers, session.way, constant=True)
    assert len(found) == 1
    ended = verdict(found[0], session.way, {})
    assert (ended.kind, ended.ttl) == ("reached", distance)
    hops = {hop.ttl: hop for hop in found[0].hops}
    assert set(hops) == set(range(1, distance + 1))
    for ttl in range(1, distance):
        assert hops[ttl].received == (0 if ttl in silent else rounds)
    assert hops[distance].received == rounds


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), st.integers(1, 10), st.integers(1, 3), st.floats(0.0001, 0.3), st.sets(st.integers(1, 12)))
def test_the_end_of_a_tcp_trace_is_asked_one_question_at_a_time(
    distance: int, rounds: int, flows: int, rtt: float, silent: set[int]
) -> None:
    """A router that translates addresses forgets a flow with the first refusal, and then lets none of it back."""
    asked: list[int] = []

    def network(probe: Probe) -> list[tuple[float, Event]]:
        if probe.ttl < distance:
            return [] if probe.ttl in silent else [(rtt, event(probe, distance, rtt))]
        if probe.ttl > distance:
            return []  # it was under way when the flow was forgotten
        known = [slot for slot, answer in session.answers.items() if slot.ttl == distance and answer is not None]
        asked.append(len(known))
        return [(rtt, Event(probe.token, "reply", TARGET, rtt, port_open=False))]

    session = TraceSession(WAY._replace(method="tcp", rounds=rounds, flows=flows), 0.0)
    run(session, network)
    assert len(asked) == rounds * flows
    assert all(number - answered < flows for number, answered in enumerate(asked)), "more on their way than flows"


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 12),
    st.integers(1, 5),
    st.lists(st.floats(0.2, 0.29), min_size=12, max_size=12),  # so alike that none is given up too early
    st.sets(st.integers(1, 11)),
)
def test_no_hop_of_a_tcp_trace_is_lost_to_a_firewall_that_forgets_refused_flows(
    distance: int, rounds: int, rtts: list[float], silent: set[int]
) -> None:
    """Linux's connection tracking: a reset ends the flow, and what comes before the next SYN belongs to none."""

    class Tracked(TraceSession):
        known = False

        def due(self, now: float) -> Iterator[tuple[int, Probe]]:
            for step in super().due(now):
                self.known = True
                yield step

        def receive(self, flow: int, event: Event) -> Outcome | None:
            if not self.known:
                return None
            self.known = event.kind != "reply"
            return super().receive(flow, event)

    def network(probe: Probe) -> list[tuple[float, Event]]:
        rtt = rtts[min(probe.ttl, distance) - 1]
        if probe.ttl < distance:
            return [] if probe.ttl in silent else [(rtt, event(probe, distance, rtt))]
        return [(rtt, Event(probe.token, "reply", TARGET, rtt, port_open=False))]

    session = Tracked(WAY._replace(method="tcp", rounds=rounds), 0.0)
    run(session, network)
    (path,) = paths(session.answers, session.way, constant=True)
    expected = [0 if ttl in silent and ttl < distance else rounds for ttl in range(1, distance + 1)]
    assert [hop.received for hop in path.hops] == expected


@pytest.mark.parametrize("distance", [1, 2, 3, 5, 8, 13])
def test_the_end_hears_no_more_probes_than_linux_answers_at_once(distance: int) -> None:
    ends = []

    def network(probe: Probe) -> list[tuple[float, Event]]:
        ends.append(probe.ttl >= distance)
        return [(0.02, event(probe, distance, 0.02))]

    run(TraceSession(WAY, 0.0), network)
    assert sum(ends) <= 6  # the burst of net.ipv4.icmp_ratelimit


def test_only_what_is_missing_is_asked_again() -> None:
    seen: list[int] = []

    def network(probe: Probe) -> list[tuple[float, Event]]:
        seen.append(probe.ttl)
        # The second hop has answers for the first two questions only, then for later ones.
        if probe.ttl == 2 and seen.count(2) == 3:
            return []
        return [(0.01, event(probe, 4, 0.01))]

    session = TraceSession(WAY, 0.0)
    run(session, network)
    assert (seen.count(1), seen.count(2), seen.count(3)) == (3, 4, 3)
    assert all(session.answers[Slot(0, 2, n)] is not None for n in (1, 2, 3))


def test_a_black_hole_is_given_up_in_seconds() -> None:
    session = TraceSession(WAY, 0.0)
    _outcomes, ended = run(session, lambda p: [(0.01, event(p, 99, 0.01))] if p.ttl <= 4 else [])
    assert ended < 6
    path = paths(session.answers, WAY, constant=True)[0]
    assert verdict(path, WAY, {}).text == "no reply after 10.0.0.4 at hop 4"
    assert path.hops[-1].ttl == 30


def test_quotes_without_payload_are_asked_for_one_by_one() -> None:
    """A router that quotes the UDP header only does not tell which probe it means."""

    def network(probe: Probe) -> list[tuple[float, Event]]:
        return [(0.01, event(probe, 5, 0.01)._replace(token=None if probe.ttl in (2, 3) else probe.token))]

    session = TraceSession(WAY._replace(rounds=1), 0.0)
    run(session, network)
    assert session.serial
    assert session.limit() == 5


def test_a_limit_that_is_too_low_is_said() -> None:
    way = WAY._replace(last=4)
    session = TraceSession(way, 0.0)
    run(session, lambda p: [(0.01, event(p, 9, 0.01))])
    ended = verdict(paths(session.answers, way, constant=True)[0], way, {})
    assert (ended.kind, ended.text) == ("too far", "not reached within 4 hops, the last is 10.0.0.4")


def test_a_narrow_link_shortens_the_probes() -> None:
    def network(probe: Probe) -> list[tuple[float, Event]]:
        size = probe.size + 28
        if size > 1500:
            return [(0.0, Event(probe.token, "error", errno=90, info=1500))]
        if probe.ttl >= 3 and size > 1400:
            return [(0.01, Event(probe.token, "error", "10.0.0.2", 0.01, icmp=(3, 4), info=1400))]
        return [(0.01, event(probe, 4, 0.01))]

    session = TraceSession(WAY._replace(size=65_535), 0.0)
    run(session, network)
    assert [(n.by, n.mtu) for n in session.narrowings] == [("", 1500), ("10.0.0.2", 1400)]
    assert verdict(paths(session.answers, WAY, constant=True)[0], WAY, {}).ttl == 4


def test_a_report_goes_on_for_its_rounds() -> None:
    session = TraceSession(WAY._replace(rounds=5, interval=1.0), 0.0)
    _outcomes, ended = run(session, lambda p: [(0.02, event(p, 3, 0.02))])
    assert 4 <= ended < 4.2
    (path,) = paths(session.answers, WAY, constant=True)
    assert [len(hop.answers) for hop in path.hops] == [5, 5, 5]


def test_rate_limits_are_no_loss() -> None:
    def network(probe: Probe) -> list[tuple[float, Event]]:
        return [] if probe.ttl == 2 and probe.token % 2 else [(0.02, event(probe, 4, 0.02))]

    session = TraceSession(WAY._replace(rounds=8, interval=1.0), 0.0)
    run(session, network)
    (path,) = paths(session.answers, WAY, constant=True)
    assert [hop.seldom for hop in path.hops] == [False, True, False, False]
    assert [hop.loss for hop in path.hops] == [0, 0, 0, 0]
    (note,) = notes(path, {}, PLAIN)
    assert "hop 2" in note
    assert "no loss" in note


def answer(address: str, rtt: float = 0.001, kind: str = "hop") -> Answer:
    return Answer(kind, address, rtt, 64, (11, 0) if kind == "hop" else None, 0, (), None)  # type: ignore[arg-type]


def rounds_of(*ways: list[str | None]) -> dict[Slot, Answer | None]:
    return {
        Slot(0, ttl, number): answer(address) if address else None
        for number, way in enumerate(ways, 1)
        for ttl, address in enumerate(way, 1)
    }


def test_a_changed_path_keeps_its_own_statistics() -> None:
    answers = rounds_of(["a", "b", "d"], ["a", "b", "d"], ["a", "c", "d"], ["a", None, "d"], ["a", "b", "d"])
    found = paths(answers, WAY, constant=True)
    assert [(path.rounds, path.hops[1].addresses) for path in found] == [((1, 2, 5), ("b",)), ((3, 4), ("c",))]
    assert [hop.received for hop in found[1].hops] == [2, 1, 2]
    text = "\n".join(report("host", "now", found, PLAIN, {}))
    assert "An earlier path, rounds 3-4:" in text
    assert len(paths(answers, WAY, constant=False)) == 1


def test_loops_are_told_from_routers_that_count_wrong() -> None:
    def ended(*way: str | None) -> str:
        return verdict(paths(rounds_of(list(way)), WAY, constant=True)[0], WAY, {}).text

    assert ended("a", "b", "c", "b", "c", "b") == "loop between b (first at hop 2) and c"
    assert ended("a", "b", None, "b", None, "b") == "loop between b (first at hop 2) and a router that does not answer"
    assert ended("a", "b", "b", "c", None) == "no reply after c at hop 4"
    assert ended(None, None) == "no reply at all"


def test_lines_are_those_of_traceroute() -> None:
    two = [answer("a", 0.001), None, answer("b", 0.0025)]
    assert hop_line(3, two, 4, PLAIN, {}) == " 3  a  1.000 ms * b  2.500 ms"
    assert hop_line(3, two, 4, Style(False, False), {"a": "x"}) == " 3  x (a)  1.000 ms * b (b)  2.500 ms"
    refused = answer("c")._replace(kind="stopped", icmp=(3, 1))
    assert hop_line(12, [refused], 4, PLAIN, {}) == "12  c  1.000 ms !H"


def test_a_graph_names_every_leg() -> None:
    answers = {
        Slot(flow, ttl, 1): answer(address)
        for flow, legs in enumerate((("a", "b", "d"), ("a", "c", "d"), ("a", "b", "d")))
        for ttl, address in enumerate(legs, 1)
    }
    lines = graph(paths(answers, WAY._replace(flows=3), constant=True), PLAIN, {})
    assert lines == [
        " 1   a  flows 1-3", " 2 ┬ b  flows 1,3  from a", "   └ c  flow 2  from a", " 3   d  flows 1-3",
    ]  # fmt: skip
    lines = graph(paths(answers, WAY._replace(flows=3), constant=True), Style(False, False), {"b": "router", "c": "c"})
    assert lines[:3] == [" 1   a  flows 1-3", " 2 ┬ router (b)  flows 1,3  from a", "   └ c  flow 2  from a"]


def test_spans() -> None:
    assert spans([1, 2, 3, 5, 7, 8]) == "1-3,5,7-8"
    assert spans([]) == ""


def test_nothing_asked_is_no_reply() -> None:
    assert verdict(Path(0, (), ()), WAY, {}).kind == "no reply"


def test_answers_that_fit_several_questions_are_asked_for_again_one_by_one() -> None:
    """A router that quotes too little, so slow that several probes are on their way: no hop is lost, none invented."""

    def network(probe: Probe) -> list[tuple[float, Event]]:
        who = f"10.1.{probe.ttl}.1"
        return [(0.2, Event(None, "error", who, None, 0.0, 250, 0, (11, 0)))] if probe.ttl < 5 else []

    session = TraceSession(Way("10.0.0.9", 4, last=5, rounds=1), 0.0)
    run(session, network)
    met = {slot.ttl: answer.address for slot, answer in session.answers.items() if answer is not None}
    assert met == {ttl: f"10.1.{ttl}.1" for ttl in range(1, 5)}


def test_flows_that_a_router_keeps_waiting_are_asked_again_later_and_no_others() -> None:
    """As Linux limits itself: six errors at once, and then one a second, whatever flow they are for."""
    asked: dict[tuple[int, int], int] = {}
    bucket, filled = 6.0, 0.0
    now = [0.0]

    def network(probe: Probe) -> list[tuple[float, Event]]:
        nonlocal bucket, filled
        if probe.ttl == 2:
            return [(0.01, Event(probe.token, "error", "10.0.0.9", 0.01, 0.0, 250, 0, (3, 3)))]
        bucket, filled = min(6.0, bucket + now[0] - filled), now[0]
        if bucket < 1:
            return []
        bucket -= 1
        return [(0.01, Event(probe.token, "error", "10.1.1.1", 0.01, 0.0, 250, 0, (11, 0)))]

    class Clocked(TraceSession):
        def due(self, at: float) -> Iterator[tuple[int, Probe]]:
            now[0] = at
            for flow, probe in super().due(at):
                asked[flow, probe.ttl] = asked.get((flow, probe.ttl), 0) + 1
                yield flow, probe

    session = Clocked(Way("10.0.0.9", 4, last=5, rounds=1, flows=10), 0.0)
    run(session, network)
    met = {slot.flow for slot, answer in session.answers.items() if slot.ttl == 1 and answer is not None}
    assert met == set(range(10))
    assert all(times == 1 for (_flow, ttl), times in asked.items() if ttl == 2), "only what is missing"
    assert sorted(times for (_flow, ttl), times in asked.items() if ttl == 1)[:6] == [1] * 6
    for path in paths(session.answers, session.way, constant=True):
        assert all(hop.loss == 0 for hop in path.hops)


@pytest.mark.parametrize(
    ("options", "interval", "doubtful"),
    [
        ({}, 1.0, False), ({"flows": "8"}, 8.0, False), ({"flows": "8", "icmp": True}, 1.0, False),
        ({"interval": "0.5"}, 0.5, True), ({"interval": "0.5", "icmp": True}, 0.5, False),
        ({"interval": "2", "flows": "4"}, 2.0, True),
    ],
)  # fmt: skip
def test_the_end_of_a_udp_trace_is_asked_once_a_second_or_it_is_said(
    options: dict[str, object], interval: float, doubtful: bool
) -> None:
    """Hosts limit port unreachables (RFC 1812, 4.3.2.8): what they keep back is no loss."""
    way = requested(options, ["10.0.0.9"], 4, numeric=True, privileged=True, live=True).way
    assert way.interval == interval
    assert bool(caution(way)) is doubtful
