"""Tabs with a screen of their own: the frame around them, the line of tabs, questions from other tabs."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import BindingType

from netscope.core.record import Column
from netscope.core.snapshot import Snapshot
from netscope.tui.addresses import address_of
from netscope.tui.frame import tab_line
from netscope.tui.framed import FrameScreen
from netscope.tui.keys import Key, bindings
from netscope.tui.page import PageScreen
from netscope.tui.question import QuestionLine
from netscope.tui.screens import TabScreen
from netscope.tui.tabs import LIVE, TABS, Block, Tab
from tests.tui.stage import flow, staged


class AskingScreen(FrameScreen):
    """Keeps what it was asked."""

    KEYS: ClassVar[tuple[Key, ...]] = (Key("i", "type", "Ask", "type a question", "i", "tab", 1),)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tab", KEYS)]
    asked = ""

    def compose_body(self) -> ComposeResult:
        yield QuestionLine("ask", "a name")

    def on_mount(self) -> None:
        self.query_one(QuestionLine).open()

    def on_question_line_asked(self, message: QuestionLine.Asked) -> None:
        self.ask(message.text)

    def ask(self, question: str) -> None:
        self.asked = question
        self.query_one(QuestionLine).say(f"you asked {question}")

    def action_type(self) -> None:
        self.query_one(QuestionLine).open()

    def on_question_line_left(self) -> None:
        self.set_focus(None)

    def held(self) -> list[Snapshot]:
        return [Snapshot("seconds", ())]


ASKING = (
    Tab("flows", "Flows", (Block("flows", LIVE),)),
    Tab("seconds", "Seconds", (Block("seconds", LIVE),)),
    Tab("asking", "Asking", screen="tests.tui.test_framed:AskingScreen"),
)


def labels(room: int) -> str:
    ready = {tab.name for tab in TABS}
    missing = [Tab(n, n.title()) for n in ("dns", "whois", "ping", "trace") if n not in ready]
    tabs = (*TABS[:-1], *missing, TABS[-1])
    return "".join(part.text for part in tab_line(tabs, "routes", room))


def test_ten_tabs_fit_80_columns() -> None:
    assert len(labels(80)) <= 80
    assert "2 Links[3 Route]4 Neigh 5 Svc 6 DNS " in labels(80)
    assert " 0 Packets" in labels(80)
    assert " 2 Interfaces [3 Routes] 4 Neighbours " in labels(120)


@pytest.mark.parametrize("room", [16, 24, 40, 60])
def test_the_shown_tab_is_in_sight_on_any_screen(room: int) -> None:
    for tab in TABS:
        line = "".join(part.text for part in tab_line(TABS, tab.name, room))
        shown = f" {tab.brief or tab.title}]"
        assert shown in line[:room]
        assert line.startswith("‹") or "1 Sockets" in line[:11]


async def test_a_screen_of_its_own_stands_in_the_frame() -> None:
    async with staged([flow(1)], tabs=ASKING) as stage:
        await stage.press("3")
        screen = stage.app.screen
        assert isinstance(screen, AskingScreen)
        assert stage.sees("[3 Asking]")
        assert stage.sees("testhost")
        await stage.type("example")
        await stage.press("enter")
        assert screen.asked == "example"
        assert stage.sees("you asked example")
        await stage.press("escape", "question_mark")
        page = stage.app.screen
        assert isinstance(page, PageScreen)
        assert "type a question" in page.text
        await stage.press("q", "tab")
        assert stage.app.here.name == "flows"


async def test_the_footer_tells_the_keys_of_the_line_while_one_types() -> None:
    async with staged([flow(1)], tabs=ASKING) as stage:
        await stage.until(lambda: stage.sees("q Quit"), "the keys of a table")
        await stage.press("slash")
        await stage.until(lambda: stage.sees(" Enter Keep  Esc Clear"), "those of the filter")
        assert not stage.sees("q Quit")
        await stage.press("escape", "3")
        await stage.until(lambda: stage.sees(" Enter Go  Esc Leave line"), "those of the question")
        await stage.press("escape")
        await stage.until(lambda: stage.sees("? Help"), "those of the tab")


async def test_the_question_line_remembers() -> None:
    async with staged([flow(1)], tabs=ASKING) as stage:
        await stage.press("3")
        line = stage.app.screen.query_one(QuestionLine)
        for text in ("one", "two", "one"):
            line.input.value = ""
            await stage.type(text)
            await stage.press("enter")
        assert line.history == ["two", "one"]
        line.input.value = "half"
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await stage.press(key)
            seen.append(line.input.value)
        assert seen == ["one", "two", "two", "one", "half", "half"]


async def test_an_address_is_taken_to_the_tab_that_answers() -> None:
    async with staged([flow(7)], tabs=ASKING) as stage:
        stage.screen.action_ask("asking")
        await stage.until(lambda: isinstance(stage.app.screen, AskingScreen), "the other tab")
        screen = stage.app.screen
        assert isinstance(screen, AskingScreen)
        assert screen.asked == "10.0.0.7"
        assert stage.app.here.name == "asking"


async def test_a_row_without_an_address_says_so() -> None:
    async with staged([flow(7, address="?")], tabs=ASKING) as stage:
        stage.screen.action_ask("asking")
        await stage.until(lambda: any("no address" in note.message for note in stage.app._notifications), "the word")
        assert stage.app.here.name == "flows"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("10.0.0.0/8", "10.0.0.0"), ("fe80::1%eth0", "fe80::1%eth0"), ("2001:DB8::0001", "2001:db8::1"),
        ("0.0.0.0", ""), ("::", ""), ("default", ""), ("aa:bb:cc:dd:ee:ff", ""), ("/run/x", ""), (None, ""), (7, ""),
    ],
)  # fmt: skip
def test_what_is_an_address(value: object, wanted: str) -> None:
    column = Column("remote_address", "Remote", lambda record: record, "address")
    domain = type("Topic", (), {"columns": (column,)})
    assert address_of(domain, value, column) == wanted  # type: ignore[arg-type]


def test_the_farthest_address_is_meant_unless_one_stands_on_another() -> None:
    near = Column("local_address", "Local", lambda record: "10.0.0.1", "address")
    far = Column("remote_address", "Remote", lambda record: "10.0.0.2", "address")
    name = Column("name", "Name", lambda record: "10.0.0.3")
    domain = type("Topic", (), {"columns": (name, near, far)})
    assert address_of(domain, None, name) == "10.0.0.2"  # type: ignore[arg-type]
    assert address_of(domain, None, near) == "10.0.0.1"  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [80, 120])
async def test_the_details_lead_to_the_tabs_that_answer_too(width: int) -> None:
    tabs = (ASKING[0], Tab("whois", "Whois", screen="tests.tui.test_framed:AskingScreen"))
    async with staged([flow(7)], (width, 24), tabs=tabs) as stage:
        await stage.press("enter")
        await stage.until(lambda: stage.sees("o Owner"), "the key")
        await stage.press("o")
        await stage.until(lambda: isinstance(stage.app.screen, AskingScreen), "the other tab")
        screen = stage.app.screen
        assert isinstance(screen, AskingScreen)
        assert screen.asked == "10.0.0.7"
        await stage.press("escape", "1")
        await stage.until(lambda: isinstance(stage.app.screen, TabScreen), "the table, not its details")
