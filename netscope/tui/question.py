"""The line in which a question is typed: a target, a name, a filter. It remembers what was asked before."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from netscope.core.text import printable, width
from netscope.tui.line import Line, Part
from netscope.tui.typing_line import TypedText, TypingLine

_REMEMBERED = 100


class _Text(TypedText):
    """An input that takes a pasted line as it is, and leaves a list to whoever knows what it is of.

    Attributes:
        opener: the key that leads here; pressed by one who is here already, it begins no text.
    """

    opener = ""

    def on_key(self, event: Key) -> None:
        """Pass over the key that leads here."""
        if self.opener and event.character == self.opener and not self.value:
            event.stop()
            event.prevent_default()

    def on_paste(self, event: Paste) -> None:
        """Hand on what has several lines."""
        if len(event.text.splitlines()) > 1:
            event.prevent_default()  # which would take the first line; the event goes up to the screen


class QuestionLine(TypingLine):
    """A prompt, a text, a remark. Enter asks, Up and Down walk through what was asked before, Esc leaves."""

    DEFAULT_CSS = """
    QuestionLine { height: 1; background: $surface; }
    QuestionLine > Input { width: 1fr; background: $surface; }
    QuestionLine > Input:focus { background-tint: $foreground 0%; }
    QuestionLine > .says { display: none; }
    QuestionLine.-says > .says { display: block; width: 2fr; }
    """
    WORDS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "Go"), ("Esc", "Leave line"), ("Up", "Earlier"), ("Tab", "Next tab"), ("F1", "Help"),
        ("Ctrl-C", "Quit"),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("up", "older", "Older", show=False),
        Binding("down", "newer", "Newer", show=False),
    ]

    class Asked(Message):
        """Enter was pressed on a text that is not empty."""

        def __init__(self, line: QuestionLine, text: str) -> None:
            super().__init__()
            self.line = line
            self.text = text

        @property
        def control(self) -> QuestionLine:
            """The line it came from."""
            return self.line

    class Typed(Message):
        """The text is another one."""

        def __init__(self, line: QuestionLine, text: str) -> None:
            super().__init__()
            self.line = line
            self.text = text

        @property
        def control(self) -> QuestionLine:
            """The line it came from."""
            return self.line

    class Left(Message):
        """Esc was pressed: the keys are the tab's again."""

        def __init__(self, line: QuestionLine) -> None:
            super().__init__()
            self.line = line

        @property
        def control(self) -> QuestionLine:
            """The line it came from."""
            return self.line

    def __init__(
        self,
        prompt: str,
        hint: str = "",
        *,
        suggester: Suggester | None = None,
        opener: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._prompt = prompt
        self.input = _Text(placeholder=hint, compact=True, select_on_focus=False, suggester=suggester)
        self.input.opener = opener
        self._says = Line(classes="says")
        self.history: list[str] = []
        self._place = 0
        self._typed = ""

    def compose(self) -> ComposeResult:
        """Lay out."""
        label = f" {self._prompt} "
        prompt = Line(classes="prompt")
        prompt.styles.width = width(label)
        prompt.show([Part(label, "key")])
        yield prompt
        yield self.input
        yield self._says

    def open(self, text: str | None = None) -> None:
        """Take the keyboard, with another text if there is one."""
        if text is not None:
            self.input.value = text
        self.input.cursor_position = len(self.input.value)
        self.screen.set_focus(self.input)  # at once: what is typed next is for the line

    def remember(self, text: str) -> None:
        """Put a question at the end of the history."""
        if text in self.history:
            self.history.remove(text)
        self.history.append(text)
        del self.history[:-_REMEMBERED]
        self._place = len(self.history)

    def say(self, text: str, tone: str = "quiet") -> None:
        """Say something beside the text; an empty text gives the room back."""
        self._says.show([Part(f" {printable(text)}", tone)])
        self.set_class(bool(text), "-says")

    def settle(self, text: str) -> None:
        """Say nothing any more, if that is what is being said."""
        if self._says.text.strip() == text:
            self.say("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was said was said of another text."""
        event.stop()
        self.say("")
        self.post_message(self.Typed(self, event.value.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask."""
        event.stop()
        text = event.value.strip()
        if text:
            self.remember(text)
            self.post_message(self.Asked(self, text))

    def action_leave(self) -> None:
        """Give the keys back."""
        self.post_message(self.Left(self))

    def action_older(self) -> None:
        """Show what was asked before."""
        if self._place == len(self.history):
            self._typed = self.input.value
        self._walk(-1)

    def action_newer(self) -> None:
        """Show what was asked after that, in the end what was being typed."""
        self._walk(1)

    def _walk(self, by: int) -> None:
        place = max(0, min(len(self.history), self._place + by))
        if place != self._place:
            self._place = place
            self.input.value = self.history[place] if place < len(self.history) else self._typed
            self.input.cursor_position = len(self.input.value)
