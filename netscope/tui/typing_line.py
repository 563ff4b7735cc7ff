"""What lines in which one types have in common: letters are no keys there, so the footer tells other ones."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Horizontal
from textual.widgets import Input


class TypingLine(Horizontal):
    """A line with an input.

    Attributes:
        WORDS: what the footer says while one types here: keys, and what they do.
    """

    WORDS: ClassVar[tuple[tuple[str, str], ...]] = ()


class TypedText(Input):
    """The input of such a line. Its first text scrolls to the cursor as the later ones do, also one that is pasted."""

    def on_mount(self) -> None:
        """Have two texts before anybody types: Textual leaves the view alone at the first that is set."""
        with self.prevent(Input.Changed):
            text = self.value
            self.value = f"{text} "
            self.value = text
