"""A question with yes and no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from netscope.tui.line import Line, Part


class Confirm(ModalScreen[bool]):
    """Asks before something is done; only ``y`` does it. Where something would be lost, ``e`` saves it instead."""

    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm > Vertical { width: 70; max-width: 100%; height: auto; background: $surface; padding: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,Y", "answer(True)", "Yes", show=False),
        Binding("e,E", "save", "Save", show=False),
        Binding("n,N,escape,q,enter", "answer(False)", "No", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], save: Callable[[], object] | None = None) -> None:
        super().__init__()
        self._save = save
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
            words = [("y", " yes  ", "answer(True)"), ("n Esc", " no  ", "answer(False)")]
            if self._save is not None:
                words.append(("e", " save", "save"))
            hints.show(
                [
                    part
                    for key, word, action in words
                    for part in (Part(key, "key", f"screen.{action}"), Part(word, "quiet", f"screen.{action}"))
                ]
            )
            yield hints

    def action_save(self) -> None:
        """Do nothing of it, but save what would be lost."""
        if self._save is not None:
            self.dismiss(False)
            self._save()

    def action_answer(self, yes: bool) -> None:
        """Go back with the answer."""
        self.dismiss(yes)
