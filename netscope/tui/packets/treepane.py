"""The dissection tree. What is unfolded, and where the cursor is, stays so from packet to packet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from netscope.dissect.model import Dissection
from netscope.tui.packets.tree import Path, TreeLine, all_paths, lines, nearest
from netscope.tui.scrolled import Run, Scrolled

_STATES = {"+": "▸ ", "-": "▾ ", "": "  "}
_INDENT = 2


class TreePane(Scrolled):
    """Layers and fields."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Fold, unfold", show=False)]

    class Moved(Message):
        """Another field is under the cursor."""

    class Opened(Message):
        """All of a line is wanted, below which there is nothing to unfold."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.dissection: Dissection | None = None
        self.lines: list[TreeLine] = []
        self._unfolded: set[Path] = set()
        self._wanted: Path = ()
        self._clicked: Path = ()

    # Others tell and ask

    def take(self, dissection: Dissection | None) -> None:
        """Show another packet; the cursor goes to the same field, or to the nearest above it, or to the innermost
        layer, which says what the packet is about."""
        self.dissection = dissection
        self._rebuild()
        layers = [number for number, line in enumerate(self.lines) if not line.depth]
        self.show(nearest(self.lines, self._wanted, layers[-1] if layers else 0))

    @property
    def here(self) -> TreeLine | None:
        """The line under the cursor."""
        return self.lines[self.place.cursor] if self.place.cursor < len(self.lines) else None

    def reveal(self, path: Path) -> None:
        """Unfold what is above a field and put the cursor on it."""
        self._unfolded |= {path[:depth] for depth in range(1, len(path))}
        self._wanted = path
        self._rebuild()
        self.show(nearest(self.lines, path))

    def fold_all(self) -> None:
        """Fold everything."""
        path = self.here.path[:1] if self.here is not None else ()
        self._unfolded.clear()
        self._rebuild()
        self.go(nearest(self.lines, path))

    def unfold_all(self) -> None:
        """Unfold everything that this packet has."""
        if self.dissection is not None and self.here is not None:
            path = self.here.path
            self._unfolded |= all_paths(self.dissection)
            self._rebuild()
            self.go(nearest(self.lines, path))

    def _rebuild(self) -> None:
        self.lines = lines(self.dissection, self._unfolded) if self.dissection is not None else []

    # The pane

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.lines)

    def moved(self) -> None:
        """Remember the field."""
        if self.here is not None:
            self._wanted = self.here.path
            self.post_message(self.Moved())

    def entered(self, x: int) -> None:
        """A click on the mark, or a second one on the line, folds or unfolds."""
        here = self.here
        if here is not None and (here.path == self._clicked or here.depth * _INDENT <= x <= here.depth * _INDENT + 1):
            self.action_turn()
        self._clicked = here.path if here is not None else ()

    def action_open(self) -> None:
        """Fold or unfold the line; where there is nothing below it, tell all of it."""
        if self.here is not None and not self.here.state:
            self.post_message(self.Opened())
        else:
            self.action_turn()

    def action_turn(self) -> None:
        """Fold or unfold the line."""
        here = self.here
        if here is not None and here.state:
            self._unfolded ^= {here.path}
            self._rebuild()
            self.update()

    def action_right(self) -> None:
        """Unfold; go in where that is done."""
        here = self.here
        if here is None:
            return
        if here.state == "+":
            self.action_turn()
        elif here.state == "-":
            self.go(self.place.cursor + 1)

    def action_left(self) -> None:
        """Fold; go out where there is nothing to fold."""
        here = self.here
        if here is None:
            return
        if here.state == "-":
            self.action_turn()
        elif len(here.path) > 1:
            self.go(nearest(self.lines, here.path[:-1]))

    def runs(self, line: int) -> Sequence[Run]:
        """Return a line."""
        here = self.lines[line]
        over: tuple[str, ...] = ()
        if line == self.place.cursor:
            over = ("cursor",) if self.has_focus else ("cursor-blurred",)
        tone = () if over == ("cursor",) else (here.tone,)
        return ((" " * (_INDENT * here.depth) + _STATES[here.state] + here.text, (*tone, *over)),)
