"""The base of every tab's screen: the lines above and below, and what a tab tells the application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.message import Message
from textual.screen import Screen

from netscope.core.domain import Domain
from netscope.core.record import Names, Section
from netscope.core.snapshot import Snapshot
from netscope.hub.watch import Hub
from netscope.tui import frame
from netscope.tui.keys import Key, bindings, hints
from netscope.tui.line import Line, Part
from netscope.tui.pages import help_sections, key_section
from netscope.tui.tabs import Tab
from netscope.tui.typing_line import TypingLine


class Surroundings(NamedTuple):
    """What a tab's screen is given.

    Attributes:
        tabs: all tabs, in order.
        hub: where data comes from.
        load: topic -> its declaration.
        names: names for numbers, or numbers.
        news: what every tab's first line tells of what goes on in one of them, by the tab's name.
    """

    tabs: tuple[Tab, ...]
    hub: Hub
    load: Callable[[str], Domain]
    names: Names
    news: dict[str, Part]


class FrameScreen(Screen[None]):
    """A tab in its frame. A tab with a screen of its own derives from this, says its keys and composes its body.

    Attributes:
        KEYS: the tab's own keys, for footer, help and palette; the class binds them itself, in ``BINDINGS``.
    """

    DEFAULT_CSS = """
    FrameScreen { layers: base; }
    FrameScreen > #header { background: $panel; }
    FrameScreen > #tabs { background: $panel; }
    FrameScreen > #footer { background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("frame")]
    KEYS: ClassVar[tuple[Key, ...]] = ()

    class NamesWanted(Message):
        """Numbers are wanted, or names."""

        def __init__(self, numeric: bool) -> None:
            super().__init__()
            self.numeric = numeric

    class HostsWanted(Message):
        """Addresses are to be shown by their names, or not any more."""

    class Asked(Message):
        """Another tab is to answer a question: its topic, and what is asked of it."""

        def __init__(self, topic: str, question: str) -> None:
            super().__init__()
            self.topic = topic
            self.question = question

    class News(Message):
        """Something goes on in a tab that every tab's first line is to tell; None: not any more."""

        def __init__(self, name: str, part: Part | None) -> None:
            super().__init__()
            self.name = name
            self.part = part

    class SnapshotWanted(Message):
        """Everything is to be saved."""

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        super().__init__()
        self.tab = tab
        self.around = around
        self.names = around.names
        host = around.hub.host
        self._facts = frame.HostFacts(host.name, host.kernel, host.namespace, True)
        self._header, self._tab_line, self._footer = Line(id="header"), Line(id="tabs"), Line(id="footer")

    def compose(self) -> ComposeResult:
        """Lay the body out between the lines of the frame."""
        yield self._header
        yield self._tab_line
        yield from self.compose_body()
        yield self._footer

    def on_mount(self) -> None:
        """Fill the frame."""
        self.show_header()

    def on_screen_resume(self) -> None:
        """There may be news since it was in front."""
        self.show_header()

    def on_screen_suspend(self) -> None:
        """A dialogue or another tab comes in front: a word that stands over the last lines would hide its own."""
        self.app.clear_notifications()

    def on_resize(self, _event: Resize) -> None:
        """The frame tells more on a wide screen."""
        room = self.app.size.width
        self._tab_line.show(frame.tab_line(self.around.tabs, self.tab.name, room))
        self.show_footer()
        self.show_header()

    def on_descendant_focus(self, _event: DescendantFocus) -> None:
        """Other keys may be of use now; and a word over the last lines would hide a line that one types in there."""
        if self.focused is not None and isinstance(self.focused.parent, TypingLine):
            self.app.clear_notifications()
        self.show_footer()

    def on_descendant_blur(self, _event: DescendantBlur) -> None:
        """Other keys may be of use now."""
        self.show_footer()

    def show_footer(self) -> None:
        """Tell the most useful keys of the moment."""
        line = self.focused.parent if self.focused is not None else None
        if isinstance(line, TypingLine):
            self._footer.show(frame.typing_footer(line.WORDS))
        else:
            self._footer.show(frame.footer(hints(self.KEYS), self.app.size.width))

    # What a tab says of itself

    def compose_body(self) -> ComposeResult:
        """Yield what is between the frame's lines."""
        yield from ()

    def freshness(self) -> Sequence[Part]:
        """Return the right end of the first line: how live what is shown is."""
        return ()

    def help_sections(self) -> list[Section]:
        """Return this tab's help."""
        domains = [self.around.load(topic) for topic in self.tab.topics]
        return help_sections(domains, [key_section("This tab", self.KEYS), *self.help_notes()])

    def help_notes(self) -> Sequence[Section]:
        """Return what the help tells beside the keys."""
        return ()

    def held(self) -> Sequence[Snapshot]:
        """Return what is to be in a snapshot of everything beside what the hub collects: answers, running probes."""
        return ()

    def unsaved(self) -> str:
        """Say what would be lost if the program ended now; "" for nothing."""
        return ""

    def keep(self) -> None:
        """Ask where to save what would be lost."""

    def ask(self, question: str) -> None:
        """Take a question that was asked in another tab."""

    def halt(self) -> None:
        """The program ends: send nothing any more."""

    # What the application tells it

    def use_facts(self, facts: frame.HostFacts) -> None:
        """Take what is known of the host."""
        self._facts = facts
        self.show_header()

    def use_names(self, names: Names) -> None:
        """Show names or numbers."""
        self.names = names
        self.show_header()

    def renew_names(self) -> None:
        """Names of addresses have come in."""

    def show_header(self) -> None:
        """Bring the first line up to date."""
        right = [*self.news(), *self.warnings(), *self.freshness()]
        self._header.show(frame.header(self._facts, room=self.app.size.width), right)

    def news(self) -> list[Part]:
        """Return what the first line tells of what goes on in the tabs."""
        return list(self.around.news.values())

    def warnings(self) -> list[Part]:
        """Return what the first line warns of."""
        return [] if self._facts.privileged else [Part(" unprivileged ", "warning")]

    # Keys that many tabs have

    def action_names(self) -> None:
        """Switch between names and numbers, everywhere."""
        self.post_message(self.NamesWanted(not self.names.numeric))

    def action_hosts(self) -> None:
        """Show addresses by their names, which this host's resolver is asked for; or stop asking."""
        self.post_message(self.HostsWanted())

    def action_export_all(self) -> None:
        """Save the whole host."""
        self.post_message(self.SnapshotWanted())

    def copy(self, text: str, what: str) -> None:
        """Copy a text to the clipboard and say so."""
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied: {what}", timeout=2, markup=False)
