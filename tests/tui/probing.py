"""The stage of the tabs that probe: a question typed, the snapshot saved, and nothing left running behind it."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from textual.widgets import Input

from netscope.core.domain import Domain
from netscope.tui.probing.screen import ProbingScreen
from netscope.tui.tabs import LIVE, Block, Tab
from tests.tui.probers import FakeProber
from tests.tui.stage import Stage, flow, staged

FLOWS = Tab("flows", "Flows", (Block("flows", LIVE),))  # the tab before it

Screen = TypeVar("Screen", bound=ProbingScreen[Any])


class Probing(Generic[Screen]):
    """The app with a tab that probes."""

    name: str
    kind: type[Screen]

    def __init__(self, stage: Stage, prober: FakeProber) -> None:
        self.stage = stage
        self.prober = prober

    @property
    def screen(self) -> Screen:
        """The tab's screen."""
        found = self.stage.app._built[self.name]
        assert isinstance(found, self.kind)
        return found

    async def enter(self, line: str) -> None:
        """Type a question."""
        if self.stage.app.focused is not self.screen.question.input:
            await self.stage.press("i")
        self.screen.question.input.value = line
        await self.stage.press("enter")

    async def saved(self, path: Path) -> Any:
        """Save the snapshot of everything; return the only record of this tab in it."""
        await self.stage.press("E")
        await self.stage.until(lambda: self.stage.sees("Save the whole host"), "the prompt")
        prompt = self.stage.app.focused
        assert isinstance(prompt, Input)
        prompt.value = str(path)
        await self.stage.press("enter")
        await self.stage.until(path.exists, "the file")
        return only_record(path, self.name)


def only_record(path: Path, topic: str) -> Any:
    """Return the one record that a snapshot has of a topic."""
    (record,) = json.loads(path.read_text())["topics"][topic]["records"]
    return record


@asynccontextmanager
async def probing(tab: Tab, domain: Domain, prober: FakeProber, size: tuple[int, int]) -> AsyncIterator[Stage]:
    """Show the tab over a prober; afterwards nothing is left of its probes."""
    async with staged([flow(7)], size, (FLOWS, tab)) as stage:
        stage.domains[tab.name] = domain
        stage.host.reach = prober
        await stage.press("2")
        yield stage
    nothing_probes()
    assert all(channel.closed for channel in prober.channels)


def nothing_probes() -> None:
    """Wait for the end of the threads that probe."""
    for thread in threading.enumerate():
        if thread.name == "probe":
            thread.join(5)
            assert not thread.is_alive()
