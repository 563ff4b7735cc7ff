"""Pictures of what any tab and page looks like, with made-up topics, compared with the files in ``golden``.

``NETSCOPE_GOLDEN=update`` writes them anew; look at the difference before it is committed.
"""

from __future__ import annotations

import re

import pytest

from netscope.core.snapshot import Problem
from tests.tui.pictures import UPDATING, golden, text
from tests.tui.stage import SIZES, Driven, flow, staged

FLOWS = [flow(number) for number in range(1, 121)]
CLOCK = re.compile(r"\d\d:\d\d:\d\d")  # local time: of this machine, not of the program


def compare(stage: Driven, name: str) -> None:
    """Compare the screen with its picture."""
    path = golden(name, stage.app.size)
    now = text([CLOCK.sub("hh:mm:ss", line) for line in stage.picture()])
    if UPDATING:
        path.write_text(now)
    assert path.read_text() == now


@pytest.mark.parametrize("size", SIZES)
async def test_one_table(size: tuple[int, int]) -> None:
    async with staged(FLOWS, size) as stage:
        stage.topic.problems = (Problem("owners of 3 rows", "needs CAP_SYS_PTRACE", "run with sudo"),)
        await stage.look(*FLOWS[1:], flow(500))
        await stage.press("s", "S", "j", "j")
        await stage.until(lambda: stage.sees("▼ Name"), "the order, which takes slices of time")
        compare(stage, "one-table")


@pytest.mark.parametrize("size", SIZES)
async def test_two_tables_with_sparklines(size: tuple[int, int]) -> None:
    async with staged(FLOWS[:6], size) as stage:
        await stage.press("2")
        await stage.loaded()
        for rate in (10.0, 400.0, 90.0):
            await stage.look(*(flow(number, rate=rate * number) for number in range(1, 7)))
        compare(stage, "two-tables")


@pytest.mark.parametrize("size", SIZES)
async def test_details(size: tuple[int, int]) -> None:
    async with staged(FLOWS, size) as stage:
        await stage.press("enter")
        await stage.until(lambda: stage.sees("--serve") and stage.sees("⣀" * 8), "what inspect tells, two looks")
        compare(stage, "details")


@pytest.mark.parametrize("size", SIZES)
async def test_help(size: tuple[int, int]) -> None:
    async with staged(FLOWS, size) as stage:
        await stage.press("question_mark")
        compare(stage, "help")


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_table_while_a_wrong_filter_is_typed(size: tuple[int, int]) -> None:
    async with staged([], size) as stage:
        await stage.press("slash")
        await stage.type("stat:x and")
        compare(stage, "empty")
