"""A question with yes and no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from netscope.tui.line import Line, Part


class Confirm(ModalScreen[bool]):
    """Asks before something is done; only ``y`` does it."""

    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm > Vertical { width: 70; max-width: 100%; height: auto; background: $surface; padding: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,Y", "answer(True)", "Yes", show=False),
        Binding("n,N,escape,q,enter", "answer(False)", "No", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._texts = lines

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            for text, tone in ((self._title, "strong"), *((text, "plain") for text in self._texts)):
                line = Line()
                line.show([Part(text, tone)])
                yield line
            hints = Line()
            hints.show(
                [
                    Part("y", "key", "screen.answer(True)"), Part(" yes  ", "quiet", "screen.answer(True)"),
                    Part("n Esc", "key", "screen.answer(False)"), Part(" no", "quiet", "screen.answer(False)"),
                ]
            )  # fmt: skip
            yield hints

    def action_answer(self, yes: bool) -> None:
        """Go back with the answer."""
        self.dismiss(yes)
