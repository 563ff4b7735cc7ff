"""What is said in more than a word: a text over as many lines as it needs, and the line that tells a problem."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize

from netscope.core.snapshot import Problem
from netscope.core.text import printable, width
from netscope.tui.line import Line, Part
from netscope.tui.pages import wrapped

_LEAST = 20  # cells; a dialogue that is not laid out yet has none


class Says(Vertical):
    """What a dialogue answers. The mend stands at the end of what is wrong, so the end is not cut as a line's is."""

    DEFAULT_CSS = "Says { height: auto; }"

    def __init__(self, most: int = 4) -> None:
        super().__init__()
        self._lines = [Line() for _ in range(most)]
        self._said = ("", "plain")

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield from self._lines

    def on_mount(self) -> None:
        """Take one line until there is something to say."""
        self._show()

    def on_resize(self, _event: Resize) -> None:
        """Another width breaks lines elsewhere."""
        self._show()

    def say(self, text: str, tone: str = "plain") -> None:
        """Say this instead of what was said."""
        self._said = (text, tone)
        self._show()

    def _show(self) -> None:
        text, tone = self._said
        pieces = wrapped(printable(text), max(_LEAST, self.size.width))
        last = len(self._lines) - 1
        for number, line in enumerate(self._lines):
            piece = " ".join(pieces[number:]) if number == last else "".join(pieces[number : number + 1])
            line.show([Part(piece, tone)])
            line.display = number < len(pieces)


class ProblemLine(Line):
    """The first problem of several, with its mend; not there while there is none."""

    DEFAULT_CSS = "ProblemLine { background: $surface; display: none; } ProblemLine.-any { display: block; }"

    def __init__(self) -> None:
        super().__init__()
        self._problems: Sequence[Problem] = ()

    def on_resize(self, _event: Resize) -> None:
        """A narrow line says less."""
        self.tell(self._problems)

    def tell(self, problems: Sequence[Problem]) -> None:
        """Tell these problems."""
        self._problems = problems
        self.set_class(bool(problems), "-any")
        if not problems:
            return
        first, count = problems[0], len(problems)
        mend = f" — {first.mend}" if first.mend else ""
        more = f" {count} problems, ! for all " if count > 1 else " ! "
        text = first.what + (f": {first.why}" if first.why else "") + mend
        if mend and width(printable(text)) > (self.size.width or self.app.size.width) - len(more) - 3:
            text = first.what + mend  # what would help is worth more than why it failed
        self.show(
            [Part(" ! ", "warning", "screen.problems"), Part(text, "warning", "screen.problems")],
            [Part(more, "key", "screen.problems")],
        )
