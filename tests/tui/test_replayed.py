"""The real tabs over a replay of what a kernel answered: pictures of each, and the records as they were when recorded.

``python -m tests.record_host`` makes the recording. ``NETSCOPE_GOLDEN=update`` writes the pictures and records anew;
look at the difference before it is committed.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from netscope.core.domain import Domain, Query
from netscope.core.snapshot import Problem
from netscope.domains import collected, load
from netscope.domains.services import ServiceNames
from netscope.hub.once import collect_once
from netscope.hub.watch import Hub
from netscope.tui.app import NetscopeApp
from netscope.tui.details import DetailsScreen
from netscope.tui.tabs import TABS
from tests.record_host import WATCHED, record_lines
from tests.replay import ReplayHost, Unrecorded, patient, recording
from tests.tui.pictures import GOLDEN, UPDATING, golden, text
from tests.tui.stage import SIZES, Driven

TABLES = [tab for tab in TABS if tab.blocks]  # those that collect; the others wait to be asked
QUIET = 1.0  # seconds after which a picture that is written anew is finished


@pytest.fixture(scope="module")
def recorded() -> Any:
    return recording()


class Replayed(Driven):
    """The app as it starts on a real host, over a recording that goes on when it is told to."""

    def __init__(self, recorded: Any) -> None:
        self.host = ReplayHost(recorded)
        hub = Hub(self.host, self._load)
        super().__init__(hub, NetscopeApp(hub, self._load, lambda numeric: ServiceNames(self.host, numeric)))

    def _load(self, name: str) -> Domain:
        return patient(load(name), self.host)

    def _up_to_date(self) -> bool:
        if self.host.missing:  # the thread that asked has died of it, unheard
            raise Unrecorded("\n".join(self.host.missing))
        now, screen = self.host.clock(), self.app.screen
        if isinstance(screen, DetailsScreen):
            return all(len(values) > self.host.moment - self.opened for _column, values in screen._plots[:1])
        return all(pane.snapshot is not None and pane.snapshot.clock == now for pane in self.screen.panes)

    async def open(self, tab: int) -> None:
        """Go to a tab, and wait for its rows."""
        await self.press(str(tab))
        await self.until(lambda: self.app.here == TABS[tab - 1] and self._up_to_date(), "first rows")
        self.opened = self.host.moment

    async def details(self, words: str) -> None:
        """Open the details of the first row that matches."""
        await self.press("slash")
        await self.type(words)
        await self.press("enter")
        await self.until(lambda: self.pane.filter_text == words and bool(self.pane.table.record), "a filtered table")
        await self.press("enter")
        await self.until(lambda: isinstance(self.app.screen, DetailsScreen), "details")
        self.opened = self.host.moment
        await self.until(self._up_to_date, "the first numbers")

    async def play(self, moments: int) -> None:
        """Let so many moments pass, looking at each."""
        for _ in range(moments):
            self.host.advance()
            await self.press("r")
            await self.until(self._up_to_date, f"moment {self.host.moment}")

    async def compare(self, name: str) -> None:
        """Compare the screen with its picture, once it has become it or will not any more."""
        path = golden(name, self.app.size)
        if UPDATING:
            await asyncio.sleep(QUIET)
            path.write_text(text(self.picture()))
        want = path.read_text()
        deadline = time.monotonic() + 5
        while text(self.picture()) != want and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        assert text(self.picture()) == want
        assert not self.host.missing


@asynccontextmanager
async def replayed(recorded: Any, size: tuple[int, int]) -> AsyncIterator[Replayed]:
    """Run the app over the recording, at its first moment."""
    show = Replayed(recorded)
    try:
        async with show.app.run_test(size=size) as pilot:
            show.pilot = pilot
            yield show
    finally:
        show.host.close()
        await show.hub.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", range(1, len(TABLES) + 1), ids=[tab.name for tab in TABLES])
async def test_a_tab(recorded: Any, number: int, size: tuple[int, int]) -> None:
    async with replayed(recorded, size) as show:
        await show.open(number)
        if TABS[number - 1].name != "services":  # which is looked at once a minute
            await show.play(show.host.last)
        await show.compare(f"tab-{TABS[number - 1].name}")


@pytest.mark.parametrize("size", SIZES)
async def test_the_details_of_a_socket(recorded: Any, size: tuple[int, int]) -> None:
    async with replayed(recorded, size) as show:
        await show.open(1)
        await show.details(f"{WATCHED} postgres")
        await show.play(show.host.last)
        await show.compare("sockets-details")


async def test_what_comes_closest_to_a_word_that_is_nowhere(recorded: Any) -> None:
    async with replayed(recorded, (120, 40)) as show:
        await show.open(5)
        await show.press("slash")
        await show.type("postgers")
        await show.until(lambda: show.sees("no service named 'postgers': near it: postgresql"), "a guess that says so")
        assert [record.name for record in show.table.view.records] == ["postgresql"]
        assert show.sees(" 1 of 318  / postgers")
        await show.type("qqqqqqq")
        await show.until(lambda: show.sees("nothing is called nearly that, either"), "that there is none")
        assert not show.table.view.keys
        await show.press(*["backspace"] * len("ersqqqqqqq"))
        await show.until(lambda: bool(show.table.view.keys), "those that match")
        assert not show.sees("no service named")
        await show.type("ers proto:tcp")
        await show.until(lambda: show.sees("No row matches: postgers proto:tcp"), "no guess at more than a word")


async def test_of_two_guesses_the_newer_word_wins(recorded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, asked = threading.Event(), set()
    services = load("services")

    def slow(records: Sequence[Any], word: str) -> tuple[Sequence[Any], Sequence[Problem]]:
        asked.add(word)
        if word == "htps":
            assert gate.wait(10)
        assert services.near is not None
        return services.near(records, word)

    monkeypatch.setattr("netscope.domains.services.DOMAIN", services._replace(near=slow))
    async with replayed(recorded, (120, 40)) as show:
        await show.open(5)
        await show.press("slash")
        await show.type("htps")
        await show.until(lambda: "htps" in asked, "the first to be looked for")
        await show.press(*["backspace"] * 4)
        await show.type("postgers")
        await show.until(lambda: show.sees("near it: postgresql"), "the second guess")
        gate.set()
        await show.press("enter", "j")
        assert [record.name for record in show.table.view.records] == ["postgresql"]


@pytest.mark.parametrize("size", SIZES)
async def test_the_help_of_sockets(recorded: Any, size: tuple[int, int]) -> None:
    async with replayed(recorded, size) as show:
        await show.open(1)
        await show.press("question_mark")
        await show.compare("sockets-help")


def last_moment(recorded: Any) -> ReplayHost:
    """Return the recorded host as it was when the commands were recorded."""
    return ReplayHost(recorded, len(recorded["moments"]) - 1)


@pytest.mark.parametrize("topic", collected())
def test_the_records_are_those_of_the_recording(recorded: Any, topic: str) -> None:
    host = last_moment(recorded)
    found = record_lines(host, topic)
    path = GOLDEN / f"records-{topic}.jsonl"
    if UPDATING:
        path.write_text("".join(f"{line}\n" for line in found))
    assert found
    assert found == path.read_text().splitlines()


@pytest.mark.parametrize("topic", collected())
def test_a_plain_look_needs_nothing_that_was_not_recorded(recorded: Any, topic: str) -> None:
    host = last_moment(recorded)
    snapshot = collect_once(load(topic), host, Query())
    assert snapshot.records
    assert snapshot.clock == host.clock()


def test_what_was_not_recorded_is_not_made_up(recorded: Any) -> None:
    host = ReplayHost(recorded)
    with pytest.raises(Unrecorded, match="read /etc/shadow"):
        host.read("/etc/shadow")
    with pytest.raises(Unrecorded, match="dump 0 AAEC"):
        host.dump(0, bytes((0, 1, 2)))
    with pytest.raises(Unrecorded):
        collect_once(load("routes"), host, Query(family=6))
    assert len(host.missing) == 3
