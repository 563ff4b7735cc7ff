"""A trace that goes on: the same figures as from all answers, each path for itself."""

from __future__ import annotations

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from netscope.domains.trace_live import HISTORY, PathBook, latest
from netscope.domains.trace_paths import hop_times, paths
from netscope.domains.trace_session import Answer, Outcome, Slot, Way

HOPS = 4


def answer(ttl: int, address: str, rtt: float) -> Answer:
    end = ttl == HOPS
    return Answer("end" if end else "hop", address, rtt, 60, (3, 3) if end else (11, 0), 0, (), None)


cell = st.one_of(st.none(), st.tuples(st.sampled_from("ab"), st.floats(0.001, 1.0)))
rounds = st.lists(st.lists(cell, min_size=HOPS, max_size=HOPS), min_size=1, max_size=30)


@given(rounds, st.booleans())
def test_the_figures_are_those_of_all_answers(found: list[list[tuple[str, float] | None]], constant: bool) -> None:
    way = Way("10.0.0.9", 4, rounds=len(found), interval=1.0)
    book = PathBook(way, constant=constant)
    answers: dict[Slot, Answer | None] = {}
    for number, hops in enumerate(found, 1):
        for ttl, item in enumerate(hops, 1):
            made = None if item is None else answer(ttl, f"{item[0]}{ttl}", item[1])
            answers[Slot(0, ttl, number)] = made
            book.note(Outcome(Slot(0, ttl, number), made))
    expected, live = paths(answers, way, constant=constant), book.paths()
    assert [path.rounds for path in live] == [len(path.rounds) for path in expected]
    for path, whole in zip(live, expected, strict=True):
        assert (path.first, path.last) == (min(whole.rounds), max(whole.rounds))
        assert [hop.ttl for hop in path.hops] == [hop.ttl for hop in whole.hops]
        for hop, all_of_it in zip(path.hops, whole.hops, strict=True):
            times = hop_times(all_of_it)
            assert (hop.sent, hop.received) == (len(all_of_it.answers), all_of_it.received)
            assert (hop.loss, hop.seldom) == (all_of_it.loss, all_of_it.seldom)
            assert set(hop.routers) == set(all_of_it.addresses)
            assert hop.times.last == times.last
            if times.avg is not None and times.stdev is not None and times.jitter is not None:
                assert isclose(hop.times.average, times.avg)
                assert isclose(hop.times.spread, times.stdev, abs_tol=1e-6)
                assert isclose(hop.times.jitter, times.jitter, abs_tol=1e-9)
                assert (hop.times.least, hop.times.most) == (times.best, times.worst)


def test_an_answer_may_be_late_but_not_for_ever() -> None:
    book = PathBook(Way("10.0.0.9", 4, rounds=100, interval=1.0), constant=True)
    book.note(Outcome(Slot(0, 1, 1), None))
    book.note(Outcome(Slot(0, 1, 1), answer(1, "a", 0.9)))
    path = latest(book.paths())
    assert path is not None
    assert (path.hops[0].sent, path.hops[0].received) == (1, 1)
    for number in range(2, 20):
        book.note(Outcome(Slot(0, 1, number), None))
    book.note(Outcome(Slot(0, 1, 3), answer(1, "a", 20.0)))
    path = latest(book.paths())
    assert path is not None
    assert (path.hops[0].sent, path.hops[0].received) == (19, 1)


def test_it_does_not_keep_every_answer() -> None:
    book = PathBook(Way("10.0.0.9", 4, rounds=5000, interval=1.0), constant=True)
    for number in range(1, 2001):
        book.note(Outcome(Slot(0, 1, number), answer(1, "a", 0.01)))
    path = latest(book.paths())
    assert path is not None
    assert path.hops[0].received == 2000
    assert len(path.hops[0].history) == HISTORY


def test_a_way_that_flaps_without_end_is_bounded() -> None:
    book = PathBook(Way("10.0.0.9", 4, rounds=5000, interval=1.0), constant=True)
    for number in range(1, 500):
        book.note(Outcome(Slot(0, 1, number), answer(1, f"router {number}", 0.01)))
    assert len(book.paths()) <= 60
