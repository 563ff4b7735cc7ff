"""A small dialogue over a tab: one of several words, or another that is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

from netscope.core.text import fit, printable
from netscope.tui.line import Line, Part

_ROOM = 28


class Choice(ModalScreen[str]):
    """Words to choose from, narrowed by what is typed; Enter takes the marked one, or the typed one where none fits."""

    DEFAULT_CSS = """
    Choice { align: center middle; }
    Choice > Vertical { width: 78; max-width: 100%; height: auto; max-height: 80%; background: $surface; padding: 1 2; }
    Choice OptionList { height: auto; max-height: 20; border: none; background: $surface; padding: 0; }
    Choice OptionList { scrollbar-size-vertical: 1; scrollbar-background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("down,ctrl+n", "step(1)", show=False, priority=True),
        Binding("up,ctrl+p", "step(-1)", show=False, priority=True),
    ]

    def __init__(self, title: str, words: Sequence[tuple[str, str]]) -> None:
        """``words`` are pairs of a word and what is told of it."""
        super().__init__()
        self._title = title
        self._words = words
        self._fitting = list(words)

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            yield Line(classes="heading")
            yield Input(placeholder="type to narrow, or another", compact=True)
            yield OptionList(compact=True)
            yield Line(classes="hints")

    def on_mount(self) -> None:
        """Fill in."""
        self.query_one(".heading", Line).show([Part(self._title, "strong")])
        self.query_one(".hints", Line).show(
            [
                Part("↑ ↓", "key"), Part(" choose  ", "quiet"), Part("Enter", "key"), Part(" take  ", "quiet"),
                Part("Esc", "key", "screen.cancel"), Part(" cancel", "quiet", "screen.cancel"),
            ]
        )  # fmt: skip
        self._fill()
        self.query_one(Input).focus()

    def _fill(self) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Content.assemble(f"{fit(printable(word), _ROOM)} ", (printable(note), "dim"))
            for word, note in self._fitting
        )
        options.highlighted = 0 if self._fitting else None

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow."""
        typed = event.value.strip().lower()
        begun = [pair for pair in self._words if pair[0].lower().startswith(typed)]
        self._fitting = begun or [pair for pair in self._words if typed in f"{pair[0]} {pair[1]}".lower()]
        self._fill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the marked word, or the typed one."""
        marked = self.query_one(OptionList).highlighted
        self.dismiss(self._fitting[marked][0] if marked is not None else event.value.strip())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click takes a word, too."""
        self.dismiss(self._fitting[event.option_index][0])

    def action_step(self, by: int) -> None:
        """Mark the next word."""
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            options.highlighted = max(0, min(options.highlighted + by, len(self._fitting) - 1))

    def action_cancel(self) -> None:
        """Take nothing."""
        self.dismiss("")
