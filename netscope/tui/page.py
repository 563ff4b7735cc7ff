"""A screen of text in sections: help, problems, and the base of the details."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Static

from netscope.core.record import Section
from netscope.core.snapshot import Problem
from netscope.tui.keys import bindings
from netscope.tui.line import Line, Part
from netscope.tui.pages import PageLine, as_text, lines
from netscope.tui.styles import Palette


def problem_sections(found: Sequence[tuple[str, Sequence[Problem]]]) -> list[Section]:
    """Return each topic's problems, each with its reason and its mend."""
    sections = []
    for title, problems in found:
        for problem in problems:
            rows = [("what", problem.what), ("why", problem.why), ("mend", problem.mend)]
            sections.append(Section(title, [(label, text) for label, text in rows if text]))
    return sections or [Section("Problems", [("none", "everything that was asked for could be read")])]


class PageScreen(Screen[None]):
    """Sections to read, scroll and copy."""

    DEFAULT_CSS = """
    PageScreen > #header, PageScreen > #footer { background: $panel; }
    PageScreen > VerticalScroll { padding: 1 2; scrollbar-size-vertical: 1; }
    PageScreen > VerticalScroll { scrollbar-background: $background; scrollbar-color: $primary 40%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", show=False),
        Binding("j,down", "line(1)", show=False),
        Binding("k,up", "line(-1)", show=False),
        Binding("g,home", "top", show=False),
        Binding("G,end", "bottom", show=False),
        Binding("ctrl+d", "half(1)", show=False),
        Binding("ctrl+u", "half(-1)", show=False),
        Binding("pagedown,space,ctrl+f", "half(2)", show=False),
        Binding("pageup,ctrl+b", "half(-2)", show=False),
        Binding("y", "copy", "Copy", show=False),
        *bindings("frame"),
    ]

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        super().__init__()
        self._heading = title
        self._sections = list(sections)
        self._lines: list[PageLine] = []
        self._header, self._footer, self._body = Line(id="header"), Line(id="footer"), Static(id="body")
        self._scroll = VerticalScroll(self._body)

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._header
        yield self._scroll
        yield self._footer

    def on_mount(self) -> None:
        """Show it."""
        self._footer.show(
            [
                Part(" "), Part("Esc", "key", "screen.back"), Part(" Back  ", "quiet", "screen.back"),
                Part("j k", "key"), Part(" Scroll  ", "quiet"),
                Part("y", "key", "screen.copy"), Part(" Copy  ", "quiet", "screen.copy"),
                *self.more_keys(),
            ]
        )  # fmt: skip
        self._scroll.focus()
        self.show_heading()

    def more_keys(self) -> Sequence[Part]:
        """Return what the last line tells beside the keys that every page has."""
        return ()

    def show_heading(self, right: Sequence[Part] = ()) -> None:
        """Show the first line."""
        self._header.show([Part(f" {self._heading} ", "chosen")], right)

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self.render_sections()

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Replace the text."""
        self._sections = list(sections)
        self.render_sections()

    def extra_lines(self, room: int) -> list[PageLine]:
        """Return lines to put above the sections."""
        return []

    def render_sections(self) -> None:
        """Lay the sections out; the screen changes only where the text did."""
        room = self.app.size.width - 5  # padding and scroll bar
        found = [*self.extra_lines(room), *lines(self._sections, room)]
        if found == self._lines:
            return
        self._lines = found
        palette = Palette(self)
        text = Text(no_wrap=True, end="")
        for line in found:
            for span in line:
                text.append(span.text, palette.style(span.tone))
            text.append("\n")
        self._body.update(text)

    @property
    def text(self) -> str:
        """The page as plain text."""
        return as_text(self._lines)

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()

    def action_line(self, by: int) -> None:
        """Scroll by a line."""
        self._scroll.scroll_relative(y=by, animate=False)

    def action_half(self, by: int) -> None:
        """Scroll by half pages."""
        self._scroll.scroll_relative(y=by * self.app.size.height // 2, animate=False)

    def action_top(self) -> None:
        """Go to the beginning."""
        self._scroll.scroll_home(animate=False)

    def action_bottom(self) -> None:
        """Go to the end."""
        self._scroll.scroll_end(animate=False)

    def action_copy(self) -> None:
        """Copy the whole page."""
        self.app.copy_to_clipboard(self.text)
        self.notify("Copied: the page", timeout=2, markup=False)
