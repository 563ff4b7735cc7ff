"""Dialogues of the Packets tab: where to capture, what to save as what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

from netscope.core.capture import ANY, SNAPLEN, Device
from netscope.core.text import fit, printable
from netscope.tui.choosers import FilePrompt
from netscope.tui.line import Line, Part
from netscope.tui.says import Says

# Without colour it looks like what is typed, so it must not read as a filter that is set.
_EXAMPLE = "none (as in: tcp port 443 and host 10.0.0.1)"
_LOOK = 1.0  # seconds between two looks at the counters


class Wish(NamedTuple):
    """What a capture is to be like."""

    interfaces: tuple[str, ...] = ()
    filter: str = ""
    promiscuous: bool = True
    snaplen: int = SNAPLEN


class Fault(NamedTuple):
    """Why a capture cannot start; ``at`` is the place in the filter, -1 for none."""

    text: str
    at: int = -1


class StartScreen(ModalScreen[None]):
    """Interfaces with live counts, a filter, options. Enter starts; what is wrong is said here."""

    DEFAULT_CSS = """
    StartScreen { align: center middle; }
    StartScreen > Vertical { width: 100; max-width: 100%; height: 80%; background: $surface; padding: 0 2; }
    StartScreen OptionList { height: 1fr; border: none; background: $surface; padding: 0; }
    StartScreen OptionList:nocolor > .option-list--option-highlighted { text-style: bold underline; }
    StartScreen Horizontal { height: 1; }
    StartScreen .label { width: 10; }
    StartScreen Input { width: 1fr; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("enter", "start", "Start", show=False, priority=True),
        Binding("ctrl+o", "promiscuous", "Promiscuous", show=False, priority=True),
    ]

    def __init__(
        self,
        wish: Wish,
        devices: Callable[[], Awaitable[Sequence[Device]]],
        begin: Callable[[Wish], Awaitable[Fault | None]],
        fault: Fault | None = None,
    ) -> None:
        super().__init__()
        self._fault = fault  # of the wish, where it was tried before
        self._wish = wish
        self._chosen = set(wish.interfaces)
        self._devices = devices
        self._begin = begin
        self._found: list[Device] = []
        self._before: dict[str, int] = {}
        self._rates: dict[str, int] = {}
        self._says = Says()
        self._options = Line(classes="options")

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            yield Line(classes="heading")
            yield Interfaces(compact=True)
            with Horizontal():
                yield Line(classes="label", id="filter-label")
                yield Input(self._wish.filter, _EXAMPLE, compact=True, id="filter")
            with Horizontal():
                yield Line(classes="label", id="snaplen-label")
                yield Input(str(self._wish.snaplen), compact=True, id="snaplen", type="integer")
            yield self._options
            yield self._says
            yield Line(classes="hints")

    def on_mount(self) -> None:
        """Fill in."""
        how = "  the interface under the cursor, or those chosen by Space"
        self.query_one(".heading", Line).show([Part("Capture on", "strong"), Part(how, "quiet")])
        self.query_one("#filter-label", Line).show([Part("Filter", "label")])
        self.query_one("#snaplen-label", Line).show([Part("Bytes", "label")])
        self.query_one(".hints", Line).show(
            [
                Part("Enter", "key", "screen.start"), Part(" start  ", "quiet", "screen.start"),
                Part("Space", "key"), Part(" choose  ", "quiet"),
                Part("Tab", "key"), Part(" next field  ", "quiet"),
                Part("Ctrl-O", "key", "screen.promiscuous"), Part(" promiscuous  ", "quiet", "screen.promiscuous"),
                Part("Esc", "key", "screen.cancel"), Part(" cancel", "quiet", "screen.cancel"),
            ]
        )  # fmt: skip
        self._show_options()
        self.query_one(Interfaces).focus()
        if self._fault is not None:
            self.call_after_refresh(self._say, self._fault)
        self.run_worker(self._look(), group="look")
        self.set_interval(_LOOK, lambda: self.run_worker(self._look(), group="look", exclusive=True))

    def _show_options(self) -> None:
        mark = "[x]" if self._wish.promiscuous else "[ ]"
        words = " promiscuous: also what is not for this host"
        self._options.show([Part(f"{mark}{words}", "plain", "screen.promiscuous")])

    async def _look(self) -> None:
        from netscope.core.errors import NetscopeError

        try:
            found = list(await self._devices())
        except NetscopeError as error:
            self._say(Fault(str(error)))
            return
        self._rates = {d.name: d.packets - self._before.get(d.name, d.packets) for d in found}
        self._before = {device.name: device.packets for device in found}
        listed = self.query_one(Interfaces)
        if [device.name for device in found] != [device.name for device in self._found]:
            at = listed.highlighted or 0
            self._found = found
            listed.clear_options()
            listed.add_options([self._prompt(device) for device in found])
            listed.highlighted = min(at, len(found) - 1) if found else None
            return
        self._found = found
        for number, device in enumerate(found):
            listed.replace_option_prompt_at_index(number, self._prompt(device))

    def _prompt(self, device: Device) -> Content:
        mark = "[x]" if device.name in self._chosen else "[ ]"
        state = "all of them" if device.name == ANY else "up" if device.up and device.running else "down"
        state = "loopback" if device.loopback else state
        rate = self._rates.get(device.name, 0)
        return Content.assemble(
            f"{mark} {fit(printable(device.name), 16)} ", (fit(state, 12), "dim"), f"{device.packets:>16,} packets",
            f"  +{rate:,}/s" if rate else "",
        )  # fmt: skip

    def switch(self) -> None:
        """Choose the interface under the cursor, or not any more."""
        listed = self.query_one(Interfaces)
        if listed.highlighted is None or not self._found:
            return
        name = self._found[listed.highlighted].name
        self._chosen ^= {name}
        if name in self._chosen:  # "any" stands for all others
            self._chosen = {name} if name == ANY else self._chosen - {ANY}
        for number, device in enumerate(self._found):
            listed.replace_option_prompt_at_index(number, self._prompt(device))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click chooses."""
        event.stop()
        self.switch()

    def _say(self, fault: Fault) -> None:
        place = f"at {fault.at + 1}: " if fault.at >= 0 else ""
        self._says.say(place + fault.text, "notice")

    def on_input_changed(self, _event: Input.Changed) -> None:
        """What was said was said of another text."""
        self._says.say("")

    def action_promiscuous(self) -> None:
        """Also take what is not for this host, or not."""
        self._wish = self._wish._replace(promiscuous=not self._wish.promiscuous)
        self._show_options()

    def action_start(self) -> None:
        """Start on the chosen interfaces, or on the one under the cursor."""
        chosen = [device.name for device in self._found if device.name in self._chosen]
        listed = self.query_one(Interfaces)
        if not chosen and listed.highlighted is not None and self._found:
            chosen = [self._found[listed.highlighted].name]
        snaplen = self.query_one("#snaplen", Input).value.strip()
        if not chosen:
            self._say(Fault("There is no interface to capture on."))
            return
        if not snaplen.isdigit() or not 1 <= int(snaplen) <= SNAPLEN:
            self._say(Fault(f"Bytes of each packet to keep: a number from 1 to {SNAPLEN}."))
            return
        text = self.query_one("#filter", Input).value.strip()
        wish = Wish(tuple(chosen), text, self._wish.promiscuous, int(snaplen))
        self._says.say("starting…", "quiet")
        self.run_worker(self._try(wish), group="start", exclusive=True)

    async def _try(self, wish: Wish) -> None:
        fault = await self._begin(wish)
        if fault is None:
            self.dismiss()
            return
        self._say(fault)
        if fault.at >= 0:
            field = self.query_one("#filter", Input)
            field.focus()
            field.cursor_position = fault.at

    def action_cancel(self) -> None:
        """Start nothing."""
        self.dismiss()


class Interfaces(OptionList):
    """The list of interfaces: Space chooses several."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", show=False),
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    def action_switch(self) -> None:
        """Choose, or not any more."""
        screen = self.screen
        if isinstance(screen, StartScreen):
            screen.switch()


class Choice(NamedTuple):
    """Packets that may be saved: what they are called, and how many there are."""

    name: str
    packets: int


class SavePrompt(FilePrompt):
    """Which packets, and a file name. Up and Down choose among all, shown and marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", show=False, priority=True),
        Binding("down", "choose(1)", show=False, priority=True),
    ]

    def __init__(self, choices: Sequence[Choice], name: str, save: Callable[[str, str], Awaitable[str]]) -> None:
        self._choices = choices
        self._at = 0
        super().__init__("", name, lambda path: save(self._choices[self._at].name, path))

    def heading(self) -> list[Part]:
        """Return the first line: what may be saved."""
        parts = [Part("Save as .pcap or .pcapng  ", "strong")]
        for number, choice in enumerate(self._choices):
            text = f"{choice.name}: {choice.packets:,}"
            parts.append(Part(f"[{text}]", "chosen") if number == self._at else Part(f" {text} ", "quiet"))
        return parts

    def more_keys(self) -> Sequence[tuple[str, str]]:
        """Return the keys that choose packets, where there is a choice."""
        return [("Up Down", "which packets")] if len(self._choices) > 1 else []

    def action_choose(self, by: int) -> None:
        """Choose other packets."""
        self._at = (self._at + by) % len(self._choices)
        self.query_one(".heading", Line).show(self.heading())


class OpenPrompt(FilePrompt):
    """A file to open; Tab completes its name, an error is shown in place."""

    VERB: ClassVar[str] = "open"
