"""The graph of round-trip times: which columns, which losses, which stretch of time."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.text import width
from netscope.tui.ping.graph import ZOOMS, Plot, Scope, columns, draw
from netscope.tui.ping.series import Sample, Series
from netscope.tui.plots import braille


def series(*times: float | None, start: float = 0.0) -> Series:
    """Return a series of a probe a second; None is lost."""
    made = Series()
    for number, rtt in enumerate(times, 1):
        made.sent(start + number - 1)
        if rtt is None:
            made.lost(number)
        else:
            made.answered(number, rtt)
    return made


def test_a_column_has_the_greatest_time_and_neighbours_are_joined() -> None:
    samples = [Sample(0, 0.01, False), Sample(0.1, 0.05, False), Sample(4, 0.01, False)]
    times, losses = columns(samples, 0, 4, 5)
    assert times[0] == 0.05
    assert times[4] == 0.01
    assert times[2] is not None
    assert isclose(times[2], 0.03, rel_tol=0.1)
    assert not any(losses)


def test_a_loss_is_a_gap_and_a_mark() -> None:
    samples = [Sample(0, 0.01, False), Sample(2, None, True), Sample(4, 0.01, False)]
    times, losses = columns(samples, 0, 4, 5)
    assert times == [0.01, None, None, None, 0.01]
    assert losses == [False, False, True, False, False]


def test_what_is_on_its_way_is_neither() -> None:
    samples = [Sample(0, 0.01, False), Sample(2, None, False), Sample(4, 0.01, False)]
    times, losses = columns(samples, 0, 4, 5)
    assert None not in times
    assert not any(losses)


def test_a_series_keeps_the_newest_and_takes_late_replies() -> None:
    made = Series(kept=10)
    for number in range(1, 2101):
        made.sent(float(number))
    made.lost(2099)
    made.answered(1, 5.0)  # long forgotten
    made.answered(2099, 0.3)
    assert len(made) < 1100
    assert made.span() == (2100.0 - len(made) + 1, 2100.0)
    assert made.between(2099, 2099)[1:] == [Sample(2099, 0.3, False), Sample(2100, None, False)]


def test_zoom_and_scroll() -> None:
    scope = Scope()
    assert scope.zoomed(1).seconds == 120
    for _ in range(20):
        scope = scope.zoomed(-1)
    assert scope.seconds == min(ZOOMS)
    scope = Scope(10.0)
    back = scope.scrolled(-0.5, 0.0, 100.0)
    assert back.end == 95
    assert back.scrolled(0.5, 0.0, 100.0).end is None, "it follows again"
    for _ in range(100):
        back = back.scrolled(-0.5, 0.0, 100.0)
    assert back.end == 10, "not before the first probe"


@pytest.mark.parametrize("high", [0, 3, 4, 9, 30])
@pytest.mark.parametrize("room", [10, 40, 200])
def test_the_lines_fit(room: int, high: int) -> None:
    plots = [Plot(f"target {number}", series(0.01, None, 0.02, 0.5)) for number in range(5)]
    lines = draw(plots, Scope(), 5.0, 1_700_000_000.0, room, high)
    assert len(lines) in (0, high)
    for line in lines:
        assert sum(width(span.text) for span in line) <= room


def test_how_many_have_no_room_is_said() -> None:
    plots = [Plot(f"target {number}", series(0.01)) for number in range(5)]
    text = "\n".join("".join(span.text for span in line) for line in draw(plots, Scope(), 5.0, 0.0, 120, 9))
    assert "and 3 more, for which there is no room" in text


def test_braille_leaves_gaps() -> None:
    (row,) = braille([1.0, None, None, None, None, 1.0], 3, 1)
    assert row[0] != " "
    assert row[1] == " "
    assert row[2] != " "
    assert braille([None, None], 1, 2) == [" ", " "]


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=50), st.integers(1, 20), st.integers(1, 6))
def test_braille_has_its_size_whatever_the_values(values: list[float | None], cells: int, lines: int) -> None:
    for rows in (braille(values, cells, lines), braille(values, cells, lines, 10.0, 20.0)):
        assert [len(row) for row in rows] == [cells] * lines
