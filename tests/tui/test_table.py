"""The table's pure parts: order, rows and their marks, place, layout, cells, plots, pages."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as some

from netscope.core.record import Column, Kind, Section
from netscope.core.text import width
from netscope.tui.pages import lines, wrapped
from netscope.tui.plots import History, braille, sparkline
from netscope.tui.slices import finish
from netscope.tui.table.cells import cell_texts, tone
from netscope.tui.table.layout import lay_out, reach
from netscope.tui.table.order import Order, ordered
from netscope.tui.table.place import Place, bands, thumb
from netscope.tui.table.rows import LINGER, Rows
from tests.tui.stage import PlainNames

NAMES = PlainNames(True)


class Item(NamedTuple):
    key: int
    value: Any = 0


def column(name: str = "value", kind: Kind = "text", **options: Any) -> Column:
    return Column(name, options.pop("title", name.title()), lambda item: item.value, kind, **options)


def sort(values: list[Any], kind: Kind, *, reverse: bool = False) -> list[Any]:
    records: dict[Hashable, Any] = {number: Item(number, value) for number, value in enumerate(values)}
    keys = finish(ordered(list(records), records, Order(column(kind=kind), reverse)))
    return [records[key].value for key in keys]


@pytest.mark.parametrize(
    ("kind", "values", "wanted"),
    [
        ("integer", [10, 9, None, 100], [9, 10, 100, None]),
        ("number", [1.5, "n/a", 1], [1, 1.5, "n/a"]),
        ("text", ["eth10", "eth2", "", "ETH1"], ["ETH1", "eth2", "eth10", ""]),
        ("address", ["10.0.0.10", "9.0.0.1", "::1", "10.0.0.9", "fe80::1%eth0", "10.0.0.0/8"],
         ["9.0.0.1", "10.0.0.0/8", "10.0.0.9", "10.0.0.10", "::1", "fe80::1%eth0"]),
        ("flag", [True, False, None], [False, True, None]),
        ("list", [("b",), ("a", "c"), None], [("a", "c"), ("b",), None]),
    ],
)  # fmt: skip
def test_values_sort_as_what_they_are(kind: Kind, values: list[Any], wanted: list[Any]) -> None:
    assert sort(values, kind) == wanted


def test_absent_values_are_last_in_both_directions() -> None:
    assert sort([None, 2, 1], "integer", reverse=True) == [2, 1, None]


KINDS = some.sampled_from(["text", "integer", "number", "bytes", "address", "port", "flag", "list"])
VALUES = some.one_of(
    some.none(), some.integers(), some.floats(allow_nan=False), some.text(), some.booleans(), some.tuples(some.text())
)


@given(KINDS, some.lists(VALUES), some.booleans())
def test_sorting_never_fails_and_loses_nothing(kind: Kind, values: list[Any], reverse: bool) -> None:
    found = sort(values, kind, reverse=reverse)
    assert sorted(map(repr, found)) == sorted(map(repr, values))


def test_sorting_is_the_same_in_one_go_and_from_a_sorted_start() -> None:
    values = [(number * 7919) % 10007 for number in range(10000)]
    assert sort(values, "integer") == sorted(values)


class Driver:
    """Rows as a pane drives them."""

    def __init__(self) -> None:
        self.rows = Rows(lambda item: item.key)

    def take(self, *keys: int, now: float = 0.0, changed: dict[int, Any] | None = None) -> list[Any]:
        finish(self.rows.take([Item(key, (changed or {}).get(key, 0)) for key in keys], now))
        return self.show(now)

    def show(self, now: float) -> list[Any]:
        self.rows.settle(now)
        finish(self.rows.sort())
        finish(self.rows.filter())
        return list(self.rows.view.keys)


def test_nothing_is_new_at_the_first_look() -> None:
    driver = Driver()
    assert driver.take(1, 2) == [1, 2]
    assert driver.rows.sign(1) == ""
    assert driver.rows.expiry() is None


def test_rows_come_and_go_with_marks_that_end() -> None:
    driver = Driver()
    driver.take(1, 2, 3)
    assert driver.take(1, 3, 4, now=10) == [1, 2, 3, 4]
    assert [driver.rows.sign(key) for key in (1, 2, 3, 4)] == ["", "-", "", "+"]
    assert driver.rows.view.total == 3
    assert driver.rows.view.fading == 1
    assert driver.rows.expiry() == 10 + LINGER
    assert driver.show(10 + LINGER) == [1, 3, 4]
    assert driver.rows.sign(4) == ""


def test_a_row_that_comes_back_is_new_again() -> None:
    driver = Driver()
    driver.take(1, 2)
    driver.take(1, now=1)
    assert driver.take(1, 2, now=2) == [1, 2]
    assert driver.rows.sign(2) == "+"


def test_ghosts_at_the_head_and_in_a_row_keep_their_places() -> None:
    driver = Driver()
    driver.take(1, 2, 3, 4, 5)
    assert driver.take(3, 5, 6, now=1) == [1, 2, 3, 4, 5, 6]


def test_records_with_the_same_key_are_all_shown() -> None:
    driver = Driver()
    finish(driver.rows.take([Item(1, "a"), Item(1, "b"), Item(1, "c")], 0))
    driver.show(0)
    assert [record.value for record in driver.rows.view.records] == ["a", "b", "c"]


def test_a_filter_that_stays_is_asked_again_only_for_what_changed() -> None:
    asked = []

    def wanted(item: Item) -> bool:
        asked.append(item.key)
        return bool(item.value > 5)

    driver = Driver()
    driver.rows.wanted = wanted
    driver.take(1, 2, 3, changed={2: 6})
    assert driver.rows.view.keys == [2]
    asked.clear()
    assert driver.take(1, 2, 3, changed={2: 6, 3: 7}) == [2, 3]
    assert asked == [3]


def test_the_first_page_of_a_filter_is_there_before_the_rest() -> None:
    rows = Rows(lambda item: item.key)
    finish(rows.take([Item(number) for number in range(5000)], 0))
    finish(rows.sort())
    rows.wanted = lambda item: item.key % 2 == 0
    pages: list[int] = []
    finish(rows.filter(lambda: pages.append(len(rows.view.keys))))
    assert pages == [200]
    assert len(rows.view.keys) == 2500


keys = some.lists(some.integers(0, 30), unique=True)


@given(some.lists(keys, min_size=1, max_size=6), some.booleans(), some.booleans())
def test_every_live_row_is_in_the_view_once(looks: list[list[int]], sorts: bool, reverse: bool) -> None:
    driver = Driver()
    driver.rows.order = Order(column(kind="integer") if sorts else None, reverse)
    for now, look in enumerate(looks):
        shown = driver.take(*look, now=now * 2.0)
        assert len(shown) == len(set(shown))
        assert sorted(key for key in shown if driver.rows.sign(key) != "-") == sorted(look)
        assert driver.rows.view.total == len(look)


def test_the_cursor_stays_on_the_screen_line_when_scrolled() -> None:
    place = Place(50, 45)
    assert place.followed(60, 100, 10) == Place(60, 55)
    assert place.followed(None, 100, 10) == place
    assert place.followed(None, 20, 10) == Place(19, 10)


def test_a_table_at_its_top_stays_there_while_the_cursor_is_in_sight() -> None:
    assert Place(2, 0).followed(5, 100, 10) == Place(5, 0)
    assert Place(2, 0).followed(50, 100, 10) == Place(50, 41)


def test_the_wheel_may_leave_the_cursor_behind() -> None:
    place = Place(0, 0).scrolled(30, 100, 10)
    assert place == Place(0, 30)
    assert place.followed(3, 100, 10) == Place(3, 30)


@given(some.integers(0, 99), some.integers(0, 99), some.integers(-5, 120), some.integers(1, 100), some.integers(1, 40))
def test_a_moved_cursor_is_always_in_sight(cursor: int, top: int, to: int, count: int, height: int) -> None:
    place = Place(cursor, top).moved(to, count, height)
    assert 0 <= place.cursor < count
    assert place.top <= place.cursor < place.top + height
    start, length = thumb(place.top, count, height)
    assert 0 <= start <= max(0, height - length)


@given(some.sets(some.integers(0, 60)))
def test_bands_are_the_lines_with_gaps_between(lines: set[int]) -> None:
    found = bands(sorted(lines))
    assert [line for band in found for line in band] == sorted(lines)
    assert all(before.stop < after.start for before, after in pairwise(found))


NARROW = [
    column("a", rank=0, width=10),
    column("b", rank=9),
    column("c", rank=5, flex=True),
    column("d", "integer", rank=1),
]
NATURAL = {"a": 20, "b": 10, "c": 40, "d": 8}


@pytest.mark.parametrize(
    ("room", "shown"), [(100, "abcd"), (84, "abcd"), (60, "abcd"), (45, "acd"), (30, "ad"), (12, "a"), (3, "a")]
)
def test_columns_give_way_by_rank(room: int, shown: str) -> None:
    layout = lay_out(NARROW, NATURAL, room)
    assert "".join(slot.column.name for slot in layout.slots) == shown
    assert layout.right is (len(shown) < 4)


def test_extras_squeeze_nobody() -> None:
    extra = column("e", rank=12, title="Extra")
    with_room = lay_out([*NARROW, extra], {**NATURAL, "e": 10}, 100)
    assert [slot.width for slot in with_room.slots] == [20, 10, 40, 8, 10]
    without = lay_out([*NARROW, extra], {**NATURAL, "e": 10}, 96)
    assert [slot.width for slot in without.slots] == [20, 10, 40, 8]


@given(some.integers(1, 120), some.integers(0, 3))
def test_columns_never_overlap_nor_leave_the_screen(room: int, first: int) -> None:
    end = -1
    for slot in lay_out(NARROW, NATURAL, room, first).slots:
        assert slot.x > end
        end = slot.x + slot.width
    assert end <= room


def test_every_column_can_be_reached() -> None:
    first = 0
    for name in ("a", "b", "c", "d", "c", "b", "a"):
        first = reach(NARROW, NATURAL, 30, first, name)
        assert lay_out(NARROW, NATURAL, 30, first).shows(name)
    assert first == 0


def test_cells_are_printable_whoever_made_them() -> None:
    evil = Item(1, "a\x1b[2J\nb")
    for made in (
        column(),
        column(text=lambda item, names: item.value),
        column(texts=lambda items, names: [item.value for item in items]),
    ):
        assert cell_texts(made, [evil], NAMES) == ["a\\x1b[2J\\nb"]


def test_tones_tell_words_apart() -> None:
    assert tone(column(), "LISTEN") == "accent"
    assert tone(column(), "FAILED") == "bad"
    assert tone(column(kind="integer"), "0") == "quiet"
    assert tone(column(), "eth0") == "plain"


def test_sparklines_scale_from_zero() -> None:
    assert sparkline([0, 5, 10], 5) == "  ▁▃▆"
    assert sparkline([0, 0], 2) == "▁▁"
    assert sparkline([], 3) == "   "


@given(some.lists(some.floats(-1e9, 1e9)), some.integers(1, 40), some.integers(1, 6))
def test_plots_have_their_size(values: list[float], cells: int, high: int) -> None:
    found = braille(values, cells, high)
    assert [len(line) for line in found] == [cells] * high


def test_a_rising_line_rises() -> None:
    first, last = braille([0, 1, 2, 3, 4, 5, 6, 7], 4, 2)
    assert first.startswith("  ")
    assert first.strip()
    assert not last.startswith(" ")


def test_history_forgets_what_is_gone() -> None:
    history = History(2)
    for value in (1, 2, 3):
        history.take([Item(1, value), Item(2, None)], lambda item: item.key, lambda item: item.value)
    assert history.of(1) == (2, 3)
    assert history.of(2) == ()
    history.take([], lambda item: item.key, lambda item: item.value)
    assert history.of(1) == ()


@given(some.text(alphabet="ab 界", max_size=80), some.integers(2, 30))
def test_wrapping_fits_and_keeps_every_letter(text: str, room: int) -> None:
    pieces = wrapped(text, room)
    assert all(width(piece) <= room for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("room", [40, 80, 160, 240])
def test_pages_fit_and_say_everything(room: int) -> None:
    sections = [Section(f"Title {n}", [(f"label {m}", f"text {n}.{m} " * 9) for m in range(n)]) for n in range(1, 7)]
    found = lines(sections, room)
    assert all(sum(width(span.text) for span in line) <= room for line in found)
    said = " ".join(span.text for line in found for span in line)
    assert all(f"Title {n}" in said for n in range(1, 7))
