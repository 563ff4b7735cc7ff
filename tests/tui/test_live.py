"""What changes on its own: refresh, marks, hidden tabs, problems, details."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest
from textual.events import MouseScrollDown

from netscope.core.snapshot import Problem
from netscope.tui.details import DetailsScreen
from netscope.tui.page import PageScreen
from netscope.tui.table.rows import LINGER
from netscope.tui.table.widget import RecordTable
from tests.tui.stage import SIZES, Stage, flow, staged

FLOWS = [flow(number) for number in range(1, 301)]


def line_with(stage: Stage, text: str) -> str:
    return next(line for line in stage.picture() if text in line)


async def test_the_cursor_stays_on_its_record_through_refresh_sort_and_filter() -> None:
    async with staged(FLOWS) as stage:
        await stage.press(*["j"] * 5)
        assert stage.table.key == 6
        await stage.look(*FLOWS[3:], *(flow(number) for number in range(900, 905)))
        assert stage.table.key == 6
        await stage.press("s", "S")
        assert stage.table.key == 6
        await stage.press("slash")
        await stage.type("flow6")
        await stage.until(lambda: len(stage.table.view.keys) < 50)
        assert stage.table.key == 6
        await stage.press("escape")
        assert stage.table.key == 6
        assert stage.table.record.name == "flow6"


async def test_rows_that_came_and_went_are_marked_for_some_seconds() -> None:
    async with staged(FLOWS[:5]) as stage:
        assert "+" not in line_with(stage, "flow1 ")
        await stage.look(*FLOWS[1:5], flow(77))
        assert line_with(stage, "flow77").startswith("+ ")
        assert line_with(stage, "flow1 ").startswith("- ")
        assert stage.table.view.records[0].name == "flow1", "it fades where it stood"
        assert stage.sees(" 5"), "a row that went is not counted"
        await stage.look(*FLOWS[1:5], flow(77), seconds=LINGER + 1)
        assert not line_with(stage, "flow77").startswith("+")
        assert not stage.sees("flow1 ")


async def test_a_cursor_whose_record_left_goes_to_the_row_that_took_its_place() -> None:
    async with staged(FLOWS[:5]) as stage:
        await stage.press("j")
        await stage.look(FLOWS[0], *FLOWS[2:5])
        assert stage.table.key == 2, "still there, fading"
        await stage.look(FLOWS[0], *FLOWS[2:5], seconds=LINGER + 1)
        assert stage.table.record.ident == 3


async def test_only_lines_whose_cells_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(FLOWS[:15]) as stage:
        painted: list[int] = []
        original = type(stage.table).render_line

        def spy(self: object, y: int) -> object:
            painted.append(y)
            return original(self, y)  # type: ignore[arg-type]

        monkeypatch.setattr(type(stage.table), "render_line", spy)
        await stage.until(lambda: stage.app._facts is not None, "the frame has learnt of the host")
        painted.append(-1)
        while painted:  # until what the start painted is over
            painted.clear()
            await asyncio.sleep(0.1)
        await stage.look(*FLOWS[:7], flow(8, queue=3), *FLOWS[8:15])
        await stage.until(lambda: bool(painted), "the changed line is painted")
        assert set(painted) == {8}
        painted.clear()
        await stage.press("j")
        await stage.until(lambda: bool(painted), "the cursor is painted")
        assert set(painted) == {1, 2}


async def test_a_hidden_tab_is_not_built_before_and_not_collected_after_its_visit() -> None:
    async with staged(FLOWS[:3]) as stage:
        assert stage.topics["pairs"].looks == 0
        assert stage.hub.active == {"flows"}
        await stage.press("2")
        await stage.loaded()
        assert stage.hub.active == {"pairs", "seconds"}
        looks, others = stage.topics["flows"].looks, stage.topics["pairs"].looks
        for _ in range(3):
            await stage.press("r")
        await stage.until(lambda: stage.topics["pairs"].looks > others, "a look of the tab in front")
        assert stage.topics["flows"].looks == looks
        assert stage.topics["last"].open == 0
        await stage.press("1")
        assert stage.hub.active == {"flows"}
        await stage.until(lambda: stage.topics["flows"].looks == looks + 1, "looks at once when shown again")


async def test_everything_is_released_at_the_end() -> None:
    async with staged(FLOWS[:3]) as stage:
        await stage.press("2")
        await stage.loaded()
    assert all(topic.open == 0 for topic in stage.topics.values())


@pytest.mark.parametrize("size", SIZES)
async def test_problems_stand_above_the_rows_with_the_mend(size: tuple[int, int]) -> None:
    async with staged(FLOWS[:3], size) as stage:
        stage.topic.problems = (
            Problem("owners of 12", "needs X", "run with sudo"),
            Problem("names", "no such file", "install it"),
        )
        await stage.look(*FLOWS[:3])
        assert "owners of 12: needs X — run with sudo" in line_with(stage, "owners of 12")
        assert "2 problems, !" in line_with(stage, "owners of 12")
        await stage.press("exclamation_mark")
        page = stage.app.screen
        assert isinstance(page, PageScreen)
        assert "install it" in page.text
        assert "run with sudo" in page.text
        await stage.press("escape")
        stage.topic.problems = ()
        await stage.look(*FLOWS[:3])
        assert not stage.sees("owners of 12")


async def test_a_narrow_line_keeps_the_mend_of_a_problem() -> None:
    async with staged(FLOWS[:3]) as stage:
        stage.topic.problems = (Problem("owners of 12", "a long reason " * 9, "run with sudo"),)
        await stage.look(*FLOWS[:3])
        assert "owners of 12 — run with sudo" in line_with(stage, "owners of 12")
        await stage.pilot.resize_terminal(200, 60)
        await stage.until(lambda: stage.sees("a long reason"))


async def test_no_tab_is_blank_without_a_reason() -> None:
    async with staged([]) as stage:
        assert stage.sees("No flows on this host")
        stage.topic.problems = (Problem("flows", "needs CAP_X\x1b[2J", "run with sudo"),)
        await stage.look()
        assert not any("\x1b" in line for line in stage.picture())
        assert stage.sees("No flows could be shown")
        assert stage.sees("flows: needs CAP_X")


async def test_loading_is_said_before_the_first_rows() -> None:
    async with staged(FLOWS[:3]) as stage:
        stage.topics["last"].slow.clear()
        await stage.press("3")
        assert stage.sees("loading…")
        stage.topics["last"].slow.set()
        await stage.loaded()
        assert not stage.sees("loading…")


@pytest.mark.parametrize("size", SIZES)
async def test_details_group_the_fields_inspect_and_follow(size: tuple[int, int]) -> None:
    async with staged(FLOWS[:3], size) as stage:
        await stage.press("j", "enter")
        page = stage.app.screen
        assert isinstance(page, DetailsScreen)
        await stage.until(lambda: "/usr/bin/flow2 --serve" in page.text, "what inspect tells")
        assert "Identity" in page.text
        assert "10.0.0.2" in page.text
        topic = stage.topics["flows"]
        topic.records = [flow(1), flow(2, rate=5000.0, queue=999)]
        stage.host.now += 1
        assert stage.hub.active == {"flows"}, "details look for themselves, the tab below rests"
        looks = topic.looks
        await stage.press("r")
        await stage.until(lambda: topic.looks > looks and "999" in page.text, "the new value")
        assert "40 kb/s" in page.text
        assert "16 b/s … 40 kb/s" in page.text
        topic.records = [flow(1)]
        await stage.press("r")
        await stage.until(lambda: stage.sees("gone; these were its last values"))
        await stage.press("y")
        assert "10.0.0.2" in stage.app.clipboard
        await stage.press("q")
        assert stage.screen.tab.name == "flows"


async def test_the_header_says_who_where_and_how_fresh() -> None:
    async with staged(FLOWS[:3], (120, 40), privileged=False) as stage:
        await stage.until(lambda: stage.sees("unprivileged"))
        assert "testhost" in stage.picture()[0]
        assert "Linux 6.1.0" in stage.picture()[0]
        assert "● live" in stage.picture()[0]
        assert "[1 Flows]" in stage.picture()[1]


async def test_export_of_the_rows_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with staged(FLOWS) as stage:
        await stage.press("slash")
        await stage.type("flow12")
        await stage.until(lambda: len(stage.table.view.keys) == 11)
        await stage.press("enter", "e")
        assert stage.sees("Save 11 rows of Flows")
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen is stage.app.screen_stack[0], "saved")
        saved = tmp_path / next(name for name in os.listdir(tmp_path) if name.startswith("netscope-flows-"))
        document = json.loads(saved.read_text())
        assert document["topic"] == "flows"
        assert [record["name"] for record in document["records"]][:2] == ["flow12", "flow120"]
        await stage.press("e", "enter")
        await stage.until(lambda: stage.sees("is there already"), "it never writes over a file")
        await stage.press("ctrl+u")
        await stage.type("rows.csv")
        await stage.press("enter")
        await stage.until((tmp_path / "rows.csv").exists)
        assert (tmp_path / "rows.csv").read_text().splitlines()[0] == "name,state,address,port,queue,rates.bytes"


async def test_export_of_the_whole_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with staged(FLOWS[:3]) as stage:
        await stage.press("E")
        assert stage.sees("Save the whole host")
        await stage.press("ctrl+u")
        await stage.type("host.json")
        await stage.press("enter")
        await stage.until((tmp_path / "host.json").exists)
        document = json.loads((tmp_path / "host.json").read_text())
        assert list(document["topics"]) == ["flows", "pairs", "seconds", "last"]
        assert len(document["topics"]["last"]["records"]) == 3
        await stage.press("E", "ctrl+u", "enter")
        await stage.until(lambda: stage.sees("A file needs a name"))
        await stage.press("escape")
        assert stage.screen.tab.name == "flows"


async def test_the_mouse_sorts_moves_scrolls_and_opens() -> None:
    async with staged(FLOWS) as stage:
        table = stage.table
        slot = next(slot for slot in table.layout_now.slots if slot.column.name == "port")
        await stage.pilot.click(RecordTable, offset=(slot.x + 3, 0))
        await stage.settle()
        assert stage.pane.order.column is not None
        assert stage.pane.order.column.name == "port"
        await stage.pilot.click(RecordTable, offset=(slot.x + 3, 0))
        await stage.settle()
        assert stage.pane.order.reverse
        await stage.pilot.click(RecordTable, offset=(5, 4))
        assert table.place.cursor == table.place.top + 3
        before = table.place
        table.post_message(MouseScrollDown(table, 5, 4, 0, 1, 0, False, False, False))
        await stage.settle()
        assert table.place == before._replace(top=before.top + 3)
        await stage.pilot.click(RecordTable, offset=(79, 2))
        assert table.place.cursor < 40, "a click near the top of the scroll bar"
        await stage.press("home")
        await stage.pilot.click(RecordTable, offset=(5, 1))
        await stage.until(lambda: isinstance(stage.app.screen, DetailsScreen), "details")


async def test_tabs_footer_and_pause_can_be_clicked() -> None:
    async with staged(FLOWS[:3]) as stage:
        await stage.pilot.click("#tabs", offset=(13, 0))
        await stage.until(lambda: stage.app.here.name == "pairs")
        await stage.loaded()
        await stage.pilot.click("#header", offset=(66, 0))
        await stage.until(lambda: stage.sees("PAUSED"))
        await stage.pilot.click("#footer", offset=(20, 0))
        await stage.until(lambda: stage.sees("Enter keeps"))


async def test_resizing_keeps_the_cursor_in_sight_and_the_columns_fitting() -> None:
    async with staged(FLOWS, (120, 40)) as stage:
        await stage.press("pagedown", "j", "j")
        key = stage.table.key
        for size in ((80, 24), (40, 12), (200, 60)):
            await stage.pilot.resize_terminal(*size)
            await stage.settle()
            assert stage.table.key == key
            place = stage.table.place
            assert place.top <= place.cursor < place.top + stage.table.size.height - 1
            assert all(len(line) <= size[0] for line in stage.picture())
            assert stage.sees(stage.table.record.name)


async def test_hostile_names_are_harmless() -> None:
    evil = "a\x1b[31m\x1b]0;x\x07\n[red]b[/red]\udcff\u202e"
    async with staged([flow(1, name=evil)], (120, 40)) as stage:
        for keys in ((), ("enter",), ("escape", "Y")):
            await stage.press(*keys)
            raw = "".join(strip.text for strip in stage.app.screen._compositor.render_strips())
            assert not any(ord(char) < 32 or char in "\udcff\u202e" for char in raw)
            assert "[red]b[/red]" in raw
        assert "\x1b" not in stage.app.clipboard
        await stage.press("slash")
        await stage.type("[red]")
        await stage.until(lambda: stage.sees("/ [red]") or stage.sees("1 of 1"))
        await stage.press("enter", "c")
        assert stage.sees("[x] Name")
