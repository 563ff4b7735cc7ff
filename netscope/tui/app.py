"""The application: one mode for each tab, built when it is first visited."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.events import Event
from textual.screen import Screen
from textual.timer import Timer

from netscope.core.domain import Domain
from netscope.core.errors import NetscopeError
from netscope.core.record import Names
from netscope.hub.watch import Hub, in_thread
from netscope.tui import frame
from netscope.tui.confirm import Confirm
from netscope.tui.exports import export_all
from netscope.tui.framed import FrameScreen, Surroundings
from netscope.tui.keys import bindings, placed
from netscope.tui.line import Part
from netscope.tui.page import PageScreen
from netscope.tui.screens import TabScreen
from netscope.tui.tabs import TABS, Tab
from netscope.tui.themes import DARK, LIGHT, THEMES
from netscope.tui.typed import TypedInOrder

if TYPE_CHECKING:
    from netscope.tui.lending import Lending

_GATHER = 0.15  # seconds in which names of addresses gather before they are painted

NamesMaker = Callable[[bool], Names]


class NetscopeApp(App[None]):
    """Tabs over a hub. It is told which host, which topics and which names; it knows nothing of the system."""

    TITLE = "netscope"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ALLOW_SELECT = False
    CSS = "CommandPalette SearchIcon { display: none; }"  # an emoji: terminals do not agree on its width, or lack it
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app"),
        Binding("ctrl+c", "interrupt", "Quit", show=False, priority=True, system=True),
        *(Binding(str(number), f"tab_number({number})", show=False, system=True) for number in range(10)),
    ]

    def __init__(
        self,
        hub: Hub,
        load: Callable[[str], Domain],
        make_names: NamesMaker,
        tabs: tuple[Tab, ...] = TABS,
        driver_class: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class)
        self._hub = hub
        self._load = load
        self._make_names = make_names
        self._tabs = tabs
        self._here = tabs[0]
        self._names = make_names(False)
        self._facts: frame.HostFacts | None = None
        self._built: dict[str, FrameScreen] = {}
        self._news: dict[str, Part] = {}
        self._lending: Lending | None = None
        self._renewing: Timer | None = None
        self._typed = TypedInOrder(self, super().on_event)
        for theme in THEMES:
            self.register_theme(theme)
        if not self.native_ansi_color:
            self.theme = DARK
        for tab in tabs:
            self.add_mode(tab.name, partial(self._build, tab))

    def _build(self, tab: Tab) -> FrameScreen:
        screen = _screen_class(tab)(tab, Surroundings(self._tabs, self._hub, self._load, self._names, self._news))
        if self._facts is not None:
            screen.call_after_refresh(screen.use_facts, self._facts)
        self._built[tab.name] = screen
        return screen

    async def on_event(self, event: Event) -> None:
        """Handle an event, keys one after the other."""
        await self._typed.take(event)

    def on_mount(self) -> None:
        """Show the first tab; read what the frame tells of the host once that is painted."""
        self.app_resume_signal.subscribe(self, lambda _app: self.refresh(layout=True))  # the terminal has forgotten it
        self.switch_mode(self._here.name)
        self.call_after_refresh(self._learn)

    @work(group="facts")
    async def _learn(self) -> None:
        facts = await in_thread(lambda: frame.host_facts(self._hub.host))
        self._facts = facts
        for screen in self._built.values():
            screen.use_facts(facts)

    # Tabs

    @property
    def here(self) -> Tab:
        """The tab in front."""
        return self._here

    def _go(self, tab: Tab) -> None:
        self._here = tab
        self.switch_mode(tab.name)

    def action_tab(self, name: str) -> None:
        """Go to a tab by name."""
        for tab in self._tabs:
            if tab.name == name:
                self._go(tab)

    def action_tab_number(self, number: int) -> None:
        """Go to a tab by number; 0 is the tenth."""
        number = number or 10
        if number <= len(self._tabs):
            self._go(self._tabs[number - 1])

    def action_next_tab(self) -> None:
        """Go to the next tab."""
        self._step(1)

    def action_previous_tab(self) -> None:
        """Go to the previous tab."""
        self._step(-1)

    def _step(self, by: int) -> None:
        self._go(self._tabs[(self._tabs.index(self._here) + by) % len(self._tabs)])

    # Everywhere

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End; whatever a tab is sending stops now."""
        for screen in self._built.values():
            screen.halt()
        super().exit(result, return_code, message)

    def on_frame_screen_names_wanted(self, message: FrameScreen.NamesWanted) -> None:
        """Show names or numbers, in every tab."""
        self.run_worker(self._use_names(message.numeric), group="names", exclusive=True)

    def on_frame_screen_hosts_wanted(self) -> None:
        """Show addresses by name, in every tab that has any; or stop asking for names."""
        self.run_worker(self._use_hosts(), group="names", exclusive=True)

    async def _use_hosts(self) -> None:
        if self._lending is None:
            from netscope.tui.lending import Lending

            self._lending = Lending(self._hub)
            self._hub.reverse.told = self._names_came
        try:
            on = await self._lending.turn(self._names)
        except NetscopeError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        await self._use_names(self._names.numeric and not on)

    def _names_came(self) -> None:
        if self._renewing is None:
            self._renewing = self.set_timer(_GATHER, self._renew_names)

    def _renew_names(self) -> None:
        self._renewing = None
        for screen in self._built.values():
            screen.renew_names()

    async def on_frame_screen_asked(self, message: FrameScreen.Asked) -> None:
        """Take a question to the tab that answers it."""
        for tab in self._tabs:
            if tab.name == message.topic:
                self._here = tab
                await self.switch_mode(tab.name)
                self._built[tab.name].ask(message.question)

    def on_frame_screen_news(self, message: FrameScreen.News) -> None:
        """Tell it in the first line of the tab in front; the others will when they are."""
        if message.part is None:
            self._news.pop(message.name, None)
        else:
            self._news[message.name] = message.part
        if self._here.name in self._built:
            self._built[self._here.name].show_header()

    def on_frame_screen_snapshot_wanted(self) -> None:
        """Save what the hub collects, and what the tabs hold beside."""
        topics = [block.topic for tab in self._tabs for block in tab.blocks]
        held = [snapshot for screen in self._built.values() for snapshot in screen.held()]
        export_all(self.screen, self._hub.host, self._load, topics, held)

    async def _use_names(self, numeric: bool) -> None:
        names = self._make_names(numeric)
        await in_thread(lambda: names.ports(""))  # reads the table: not on the loop
        if self._lending is not None:
            names = self._lending.wrapped(names)
            part = self._lending.part(names)
            self._news.pop("hosts", None)
            if part is not None:
                self._news["hosts"] = part
        self._names = names
        for screen in self._built.values():
            screen.use_names(names)

    def action_help(self) -> None:
        """Show the help of this tab."""
        self.push_screen(PageScreen(f"Help: {self._here.title}", self._built[self._here.name].help_sections()))

    def action_theme(self) -> None:
        """Switch between dark and light."""
        if self.native_ansi_color:
            self.theme = "ansi-dark" if self.theme == "ansi-light" else "ansi-light"
        else:
            self.theme = DARK if self.theme == LIGHT else LIGHT

    def action_suspend(self) -> None:
        """Suspend the whole job, as the terminal does on Ctrl-Z; what wraps us (sudo, uv) stops with us."""
        if not self.is_headless:
            os.killpg(os.getpgrp(), signal.SIGTSTP)

    async def action_quit(self) -> None:
        """End; ask once where something would be lost."""
        self._leave(0)

    def action_interrupt(self) -> None:
        """Ctrl-C ends the program as SIGINT does, also from the question whether to."""
        self._leave(130)

    def _leave(self, status: int) -> None:
        holding = [screen for screen in self._built.values() if screen.unsaved()]
        if holding and not isinstance(self.screen, Confirm):
            lost = [screen.unsaved() for screen in holding]
            self.push_screen(
                Confirm("Quit?", [*lost, "They are lost with the program."], lambda: self._keep(holding[0])),
                lambda yes: self.exit(return_code=status) if yes else None,
            )
        else:
            self.exit(return_code=status)

    def _keep(self, screen: FrameScreen) -> None:
        self._go(screen.tab)
        self.call_after_refresh(screen.keep)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer the tabs and every key's action in the palette."""
        for tab in self._tabs:
            yield SystemCommand(tab.title, f"Go to the tab {tab.title}", partial(self._go, tab))
        own = screen.KEYS if isinstance(screen, FrameScreen) else ()
        for key in (*own, *placed("app", "frame")):
            if key.where != "table" and key.action != "command_palette":
                place = "screen." if key.where == "tab" else ""
                yield SystemCommand(
                    key.label, f"{key.help} ({key.shows})", partial(self.run_action, place + key.action)
                )


def _screen_class(tab: Tab) -> type[FrameScreen]:
    if not tab.screen:
        return TabScreen
    module, _, name = tab.screen.partition(":")
    found: type[FrameScreen] = getattr(import_module(module), name)
    return found
