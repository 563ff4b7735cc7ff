"""The line in which a filter is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from netscope.tui.line import Line, Part
from netscope.tui.typing_line import TypedText, TypingLine


class FilterBar(TypingLine):
    """Reports every change; Enter keeps the filter, Esc clears it. Errors are shown in place."""

    DEFAULT_CSS = """
    FilterBar { height: 1; display: none; background: $surface; }
    FilterBar.-open { display: block; }
    FilterBar > .prompt { width: 3; }
    FilterBar > Input { width: 2fr; background: $surface; }
    FilterBar > Input:focus { background-tint: $foreground 0%; }
    FilterBar > .says { width: 3fr; }
    """
    WORDS: ClassVar[tuple[tuple[str, str], ...]] = (("Enter", "Keep"), ("Esc", "Clear"), ("F1", "Help"))
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", "Clear", show=False)]

    class Changed(Message):
        """The text is now this one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """Enter (kept) or Esc (not kept)."""

        def __init__(self, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self) -> None:
        super().__init__()
        self.input = TypedText(compact=True, select_on_focus=False)
        self._says = Line(classes="says")

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield Line(classes="prompt")
        yield self.input
        yield self._says

    def on_mount(self) -> None:
        """Show the prompt."""
        self.query_one(".prompt", Line).show([Part(" / ", "key")])

    def open(self, text: str) -> None:
        """Show the bar and take the keyboard."""
        self.add_class("-open")
        with self.input.prevent(Input.Changed):
            self.input.value = text
        self.input.cursor_position = len(text)
        self.input.focus()
        self.say_nothing()

    def close(self) -> None:
        """Hide the bar."""
        self.remove_class("-open")

    def say_error(self, text: str, position: int) -> None:
        """Name the place and what is wrong there."""
        self._says.show([Part(f" at {position + 1}: ", "bad"), Part(text, "notice")])

    def say_nothing(self) -> None:
        """Show the hint."""
        self._says.show([Part(" Enter keeps, Esc clears", "quiet")])

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the text on."""
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep."""
        event.stop()
        self.post_message(self.Closed(True))

    def action_clear(self) -> None:
        """Clear."""
        self.post_message(self.Closed(False))
