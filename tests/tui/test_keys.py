"""Every key of the help, pressed in the running app, at several sizes."""

from __future__ import annotations

import pytest

from netscope.tui.keys import KEYS
from netscope.tui.page import PageScreen
from netscope.tui.table.rows import View
from tests.tui.stage import SIZES, flow, staged

FLOWS = [flow(number) for number in range(1, 301)]


def names(view: View) -> list[str]:
    return [record.name for record in view.records]


@pytest.mark.parametrize("size", SIZES)
async def test_moving_by_rows_and_pages(size: tuple[int, int]) -> None:
    async with staged(FLOWS, size) as stage:
        height = stage.table.size.height - 1
        for keys, wanted in (
            (("j",), 1), (("down",), 2), (("k",), 1), (("up",), 0), (("k",), 0),
            (("G",), 299), (("j",), 299), (("g",), 0), (("end",), 299), (("home",), 0),
            (("ctrl+d",), height // 2), (("ctrl+u",), 0),
            (("pagedown",), height - 1), (("pageup",), 0),
        ):  # fmt: skip
            await stage.press(*keys)
            assert stage.table.place.cursor == wanted, keys
        assert stage.table.key == 1


async def test_moving_by_columns_brings_hidden_ones_into_sight() -> None:
    async with staged(FLOWS, (40, 12)) as stage:
        assert not stage.table.layout_now.shows("rates.bytes")
        await stage.press(*["l"] * 5)
        assert stage.table.here.name == "rates.bytes"
        assert stage.table.layout_now.shows("rates.bytes")
        await stage.press(*["left"] * 5)
        assert stage.table.here.name == "name"
        assert stage.table.layout_now.shows("name")


async def test_filter_as_one_types_keeps_on_enter_and_clears_on_escape() -> None:
    async with staged(FLOWS) as stage:
        await stage.press("slash")
        await stage.type("flow12")
        await stage.until(lambda: len(stage.table.view.keys) == 11, "11 rows pass")
        await stage.press("enter")
        assert stage.sees("11 of 300")
        assert stage.sees("/ flow12")
        await stage.press("j")
        assert stage.table.key == 120
        await stage.press("escape")
        assert len(stage.table.view.keys) == 300
        assert stage.table.key == 120, "the cursor stays on its record when the filter goes"
        await stage.press("slash")
        await stage.type("nothing-like-it")
        await stage.until(lambda: stage.sees("No row matches: nothing-like-it"))
        await stage.press("escape")
        assert len(stage.table.view.keys) == 300


async def test_a_wrong_filter_is_named_with_its_place_and_stays_open() -> None:
    async with staged(FLOWS) as stage:
        await stage.press("slash")
        await stage.type("state:listen (")
        assert stage.sees(" at ")
        await stage.press("enter")
        assert stage.app.focused is not stage.table
        await stage.press("backspace", "backspace", "enter")
        assert stage.app.focused is stage.table
        assert {record.state for record in stage.table.view.records} == {"LISTEN"}


async def test_sort_cycles_through_columns_and_reverses() -> None:
    async with staged(FLOWS[:30]) as stage:
        await stage.press("s")
        assert names(stage.table.view)[:3] == ["flow1", "flow2", "flow3"], "natural, not alphabetical"
        await stage.press("S")
        assert names(stage.table.view)[0] == "flow30"
        await stage.press("s")
        assert stage.pane.order.column is not None
        assert stage.pane.order.column.name == "state"
        await stage.press("l", "l", "l", "s")
        assert stage.pane.order.column.name == "queue"
        queues = [record.queue for record in stage.table.view.records]
        present = [queue for queue in queues if queue is not None]
        assert present == sorted(present, reverse=True)
        assert queues[len(present) :] == [None] * 6, "what is absent is last, whichever way"


async def test_columns_are_chosen() -> None:
    async with staged(FLOWS) as stage:
        await stage.press("c")
        assert stage.sees("Columns of Flows")
        assert stage.sees("[x] Name")
        assert stage.sees("[ ] Number")
        await stage.press("space", *["j"] * 6, "space", "enter")
        assert [column.name for column in stage.table.columns][-1] == "ident"
        assert stage.table.columns[0].name == "state"
        await stage.press("c", "space", "escape")
        assert stage.table.columns[0].name == "state"


async def test_the_column_cursor_stays_in_sight_when_columns_are_chosen() -> None:
    async with staged(FLOWS, (40, 12)) as stage:
        await stage.press(*["l"] * 5)
        assert stage.table.here.name == "rates.bytes"
        await stage.press("c", *["j"] * 6, "space", "enter")
        assert stage.table.here.name == "rates.bytes"
        assert stage.table.layout_now.shows("rates.bytes")


async def test_pause_holds_the_rows_and_refresh_looks_once() -> None:
    async with staged(FLOWS[:3]) as stage:
        await stage.press("space")
        assert stage.sees("PAUSED")
        assert "flows" not in stage.hub.active
        await stage.look(*FLOWS[:5])
        assert len(stage.table.view.keys) == 5
        assert "flows" not in stage.hub.active
        await stage.press("space")
        assert not stage.sees("PAUSED")
        assert "flows" in stage.hub.active


async def test_names_or_numbers() -> None:
    async with staged(FLOWS[:3]) as stage:
        assert stage.sees("https")
        await stage.press("n")
        await stage.until(lambda: not stage.sees("https") and stage.sees(" 443"))
        await stage.press("n")
        await stage.until(lambda: stage.sees("https"))


async def test_copying_a_row_and_a_cell() -> None:
    async with staged(FLOWS[:3]) as stage:
        await stage.press("j", "y")
        assert stage.app.clipboard == "flow2\tESTABLISHED\t10.0.0.2\t8002\t14\t16 b/s"
        await stage.press("l", "l", "Y")
        assert stage.app.clipboard == "10.0.0.2"


async def test_tabs_by_number_and_by_tab_key() -> None:
    async with staged(FLOWS[:3]) as stage:
        for keys, wanted in (("2", "pairs"), ("3", "last"), ("tab", "flows"), ("shift+tab", "last"), ("9", "last")):
            await stage.press(keys)
            assert stage.screen.tab.name == wanted, keys


async def test_tab_goes_to_no_other_tab_from_a_dialogue() -> None:
    async with staged(FLOWS[:3]) as stage:
        for opens in ("e", "c"):
            await stage.press(opens, "tab", "shift+tab", "tab")
            assert stage.app.here.name == "flows"
            await stage.press("escape")
        await stage.press("question_mark", "tab")
        assert stage.app.here.name == "pairs"


async def test_the_other_table_of_a_tab() -> None:
    async with staged(FLOWS[:3]) as stage:
        await stage.press("2")
        await stage.loaded()
        assert stage.pane.block.topic == "pairs"
        await stage.press("w", "j")
        assert stage.pane.block.topic == "seconds"
        assert stage.table.place.cursor == 1
        assert stage.screen.panes[0].table.place.cursor == 0
        await stage.press("w")
        assert stage.pane.block.topic == "pairs"


async def test_help_names_the_classic_commands_every_key_and_every_column() -> None:
    async with staged(FLOWS[:3], (200, 60)) as stage:
        await stage.press("question_mark")
        page = stage.app.screen
        assert isinstance(page, PageScreen)
        assert "the other table" not in page.text, "there is none in this tab"
        await stage.press("q", "2", "question_mark")
        page = stage.app.screen
        assert isinstance(page, PageScreen)
        text = page.text
        assert "classic-pairs -a, oldtool" in text
        for key in KEYS:
            assert key.help.split("(")[0].strip()[:20] in text, key
        assert "rates.bytes" in text
        assert "in the kernel's word" in text
        await stage.press("q")
        assert stage.screen.tab.name == "pairs"


async def test_the_palette_finds_tabs_and_actions() -> None:
    async with staged(FLOWS[:3]) as stage:
        await stage.press("colon")
        await stage.type("pairs")
        await stage.until(lambda: stage.sees("Go to the tab Pairs"))
        await stage.press("enter")
        await stage.until(lambda: stage.app.here.name == "pairs")
        await stage.press("ctrl+p")
        await stage.until(lambda: stage.sees("Search"))
        assert not stage.sees("🔎"), "its width is not the same everywhere"


async def test_dark_and_light() -> None:
    async with staged(FLOWS[:3]) as stage:
        before = stage.app.current_theme.dark
        await stage.press("T")
        assert stage.app.current_theme.dark is not before


async def test_problems_page() -> None:
    async with staged(FLOWS[:3]) as stage:
        await stage.press("exclamation_mark")
        assert stage.sees("everything that was asked for could be read")
        await stage.press("escape")


@pytest.mark.parametrize(("key", "status"), [("q", 0), ("ctrl+c", 130)])
async def test_the_ends(key: str, status: int) -> None:
    async with staged(FLOWS[:3]) as stage:
        await stage.press(key)
    assert (stage.app.return_code or 0) == status
