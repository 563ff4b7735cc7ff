"""What lines in which one types have in common: letters are no keys there, so the footer tells other ones."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Horizontal


class TypingLine(Horizontal):
    """A line with an input.

    Attributes:
        WORDS: what the footer says while one types here: keys, and what they do.
    """

    WORDS: ClassVar[tuple[tuple[str, str], ...]] = ()
