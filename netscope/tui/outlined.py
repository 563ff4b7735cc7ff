"""The widget that shows an outline: a cursor, folding, scrolling; it paints the lines in sight and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.strip import Strip
from textual.widget import Widget

from netscope.tui.keys import Key, bindings
from netscope.tui.outline import Item, Path, Row, is_folded, lay_out
from netscope.tui.styles import Palette
from netscope.tui.table.place import Place, thumb

_WHEEL = 3

KEYS: tuple[Key, ...] = (
    Key("j,down", "down", "Down", "next line", "j ↓", "table"),
    Key("k,up", "up", "Up", "previous line", "k ↑", "table"),
    Key("g,home", "first", "First line", "first line", "g Home", "table"),
    Key("G,end", "last", "Last line", "last line", "G End", "table"),
    Key("ctrl+d", "half(1)", "Half a page down", "half a page down", "Ctrl-D", "table"),
    Key("ctrl+u", "half(-1)", "Half a page up", "half a page up", "Ctrl-U", "table"),
    Key("pagedown,ctrl+f", "half(2)", "Page down", "a page down", "PgDn", "table"),
    Key("pageup,ctrl+b", "half(-2)", "Page up", "a page up", "PgUp", "table"),
    Key("enter", "turn", "Fold", "fold and unfold what is below the line", "Enter", "table"),
    Key("l,right", "unfold", "Unfold", "unfold, then go in", "l →", "table"),
    Key("h,left", "fold", "Fold", "fold, then go out", "h ←", "table"),
)


class Outline(Widget, can_focus=True):
    """Shows items. What was folded stays so while the items stay where they are."""

    DEFAULT_CSS = "Outline { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("table", KEYS)]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._items: Sequence[Item] = ()
        self._turned: frozenset[Path] = frozenset()
        self._rows: list[Row] = []
        self._place = Place()
        self._palette = Palette(self)

    # What others may ask and tell

    @property
    def item(self) -> Item | None:
        """The item under the cursor."""
        return self._rows[self._place.cursor].item if self._rows else None

    @property
    def path(self) -> Path:
        """Where the item under the cursor stands."""
        return self._rows[self._place.cursor].path if self._rows else ()

    def show(self, items: Sequence[Item], *, fresh: bool) -> None:
        """Show other items: ``fresh`` ones from their beginning, others with the cursor where it is."""
        self._items = items
        if fresh:
            self._turned, self._place = frozenset(), Place()
        self._lay_out(() if fresh else self.path)

    # Keys

    def _go(self, line: int) -> None:
        self._place = self._place.moved(line, len(self._rows), self.size.height)
        self.refresh()

    def action_down(self) -> None:
        """Go to the next line."""
        self._go(self._place.cursor + 1)

    def action_up(self) -> None:
        """Go to the previous line."""
        self._go(self._place.cursor - 1)

    def action_first(self) -> None:
        """Go to the first line."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the last line."""
        self._go(len(self._rows) - 1)

    def action_half(self, by: int) -> None:
        """Go by half pages."""
        self._go(self._place.cursor + by * max(1, self.size.height // 2))

    def action_turn(self) -> None:
        """Fold or unfold."""
        item = self.item
        if item is not None and item.below:
            self._turned ^= {self.path}
            self._lay_out(self.path)

    def action_unfold(self) -> None:
        """Unfold; what is unfolded already is gone into."""
        item = self.item
        if item is not None and item.below:
            if is_folded(self.path, item, self._turned):
                self.action_turn()
            else:
                self._go(self._place.cursor + 1)

    def action_fold(self) -> None:
        """Fold; from what cannot be folded go to the line above that can."""
        item, path = self.item, self.path
        if item is not None and item.below and not is_folded(path, item, self._turned):
            self.action_turn()
        elif len(path) > 1:
            self._go(self._line_of(path[:-1]))

    # The mouse

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll without moving the cursor."""
        event.stop()
        self._scroll(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll without moving the cursor."""
        event.stop()
        self._scroll(-_WHEEL)

    def _scroll(self, by: int) -> None:
        self._place = self._place.scrolled(by, len(self._rows), self.size.height)
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Go to a line; a click on the line of the cursor folds it."""
        event.stop()
        line = self._place.top + event.y
        if line < len(self._rows):
            if line == self._place.cursor:
                self.action_turn()
            else:
                self._go(line)

    # Painting

    def on_resize(self, _event: Resize) -> None:
        """Cut the lines to the new width."""
        self._lay_out(self.path)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Brighten or dim the cursor."""
        super().watch_has_focus(has_focus)
        self.refresh()

    def notify_style_update(self) -> None:
        """Take the new theme's colours."""
        super().notify_style_update()
        self._palette = Palette(self)

    def _line_of(self, path: Path) -> int:
        """Return the first line of an item, or of what it is folded away below."""
        for depth in range(len(path), 0, -1):
            for number, row in enumerate(self._rows):
                if row.path == path[:depth]:
                    return number
        return self._place.cursor

    def _lay_out(self, path: Path) -> None:
        piece = self._place.cursor - self._line_of(path) if path else 0
        self._rows = lay_out(self._items, self._turned, max(1, self.size.width - 2))
        line = self._line_of(path) + max(0, piece) if path else self._place.cursor
        self._go(line)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        room, height = self.size.width, self.size.height
        number = self._place.top + y
        if number >= len(self._rows):
            return Strip.blank(room, self._palette.style())
        over: tuple[str, ...] = ()
        if number == self._place.cursor:
            over = ("cursor",) if self.has_focus else ("cursor-blurred",)
        style = self._palette.style
        segments = [Segment(" ", style(*over))]
        segments += [Segment(span.text, style(span.tone, *over)) for span in self._rows[number].spans]
        strip = Strip(segments).adjust_cell_length(room - 1, style(*over))
        start, length = thumb(self._place.top, len(self._rows), height)
        bar = " " if not length else "█" if start <= y < start + length else "│"
        return Strip([*strip, Segment(bar, style("bar"))])
