"""The widget that shows an outline: lines that can be folded away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Resize

from netscope.tui.keys import Key, bindings, placed
from netscope.tui.outline import Item, Path, Row, is_folded, lay_out
from netscope.tui.scrolled import Run, Scrolled
from netscope.tui.table.place import Place

_FOLDING: tuple[Key, ...] = (
    Key("enter", "turn", "Fold", "fold and unfold what is below the line", "Enter", "table"),
    Key("l,right", "right", "Unfold", "unfold, then go in", "l →", "table"),
    Key("h,left", "left", "Fold", "fold, then go out", "h ←", "table"),
)
KEYS: tuple[Key, ...] = (*(key for key in placed("table") if key.action not in ("left", "right")), *_FOLDING)


class Outline(Scrolled):
    """Shows items. What was folded stays so while the items stay where they are."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("table", _FOLDING)]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._items: Sequence[Item] = ()
        self._turned: frozenset[Path] = frozenset()
        self._rows: list[Row] = []
        self._again = False  # the cursor went where it was already

    # What others may ask and tell

    @property
    def item(self) -> Item | None:
        """The item under the cursor."""
        return self._rows[self.place.cursor].item if self._rows else None

    @property
    def path(self) -> Path:
        """Where the item under the cursor stands."""
        return self._rows[self.place.cursor].path if self._rows else ()

    def put(self, items: Sequence[Item], *, fresh: bool) -> None:
        """Show other items: ``fresh`` ones from their beginning, others with the cursor where it is."""
        self._items = items
        if fresh:
            self._turned, self.place = frozenset(), Place()
        self._lay_out(() if fresh else self.path)

    # What the base asks

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._rows)

    def runs(self, line: int) -> Sequence[Run]:
        """Return a line."""
        over: tuple[str, ...] = ()
        if line == self.place.cursor:
            over = ("cursor",) if self.has_focus else ("cursor-blurred",)
        return ((" ", over), *((span.text, (span.tone, *over)) for span in self._rows[line].spans))

    def go(self, line: int) -> None:
        """Put the cursor on a line."""
        self._again = line == self.place.cursor
        super().go(line)

    def entered(self, _x: int) -> None:
        """A click on the cursor's line folds it."""
        if self._again:
            self.action_turn()

    def on_resize(self, _event: Resize) -> None:
        """Cut the lines to the new width."""
        self._lay_out(self.path)

    # Keys

    def action_turn(self) -> None:
        """Fold or unfold."""
        item = self.item
        if item is not None and item.below:
            path = self.path
            self._turned ^= {path}
            self._lay_out(path)
            last = self.place.cursor
            while last + 1 < self.count and self._rows[last + 1].path[: len(path)] == path:
                last += 1
            top = min(self.place.cursor, max(self.place.top, last + 1 - self.height))
            self.place = self.place._replace(top=top)  # what is below is in sight, as far as there is room
            self.start_over()

    def action_right(self) -> None:
        """Unfold; what is unfolded already is gone into."""
        item = self.item
        if item is not None and item.below:
            if is_folded(self.path, item, self._turned):
                self.action_turn()
            else:
                self.go(self.place.cursor + 1)

    def action_left(self) -> None:
        """Fold; from what cannot be folded go to the line above that can."""
        item, path = self.item, self.path
        if item is not None and item.below and not is_folded(path, item, self._turned):
            self.action_turn()
        elif len(path) > 1:
            self.go(self._line_of(path[:-1]))

    def _line_of(self, path: Path) -> int:
        """Return the first line of an item, or of what it is folded away below."""
        lines = {row.path: number for number, row in reversed(list(enumerate(self._rows)))}
        for depth in range(len(path), 0, -1):
            if path[:depth] in lines:
                return lines[path[:depth]]
        return self.place.cursor

    def _lay_out(self, path: Path) -> None:
        piece = self.place.cursor - self._line_of(path) if path else 0
        self._rows = lay_out(self._items, self._turned, max(1, self.room - 1))
        line = self._line_of(path) + max(0, piece) if path else self.place.cursor
        self.place = self.place.moved(line, self.count, self.height)
        self.start_over()
