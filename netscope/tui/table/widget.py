"""The record table: a widget that paints the rows in sight and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.binding import BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from netscope.core.record import Column, Names
from netscope.core.text import printable
from netscope.tui.keys import bindings
from netscope.tui.styles import Palette
from netscope.tui.table.cells import row_texts
from netscope.tui.table.layout import Layout, Widths, lay_out, reach
from netscope.tui.table.order import Order
from netscope.tui.table.paint import GUTTER, RowLook, header_strip, message_strip, row_strip
from netscope.tui.table.place import Place, bands, thumb
from netscope.tui.table.rows import Sign, View

_WHEEL = 3
_SAMPLE = 200


class Notice(NamedTuple):
    """What the table says when it has no rows: a line, and quieter lines below it."""

    text: str
    more: tuple[str, ...] = ()


class RecordTable(Widget, can_focus=True):
    """Shows a :class:`View`. Knows columns and a cursor; knows nothing of topics, hubs and filters."""

    DEFAULT_CSS = "RecordTable { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("table")]

    class HeaderClicked(Message):
        """A title was clicked."""

        def __init__(self, table: RecordTable, column: Column) -> None:
            super().__init__()
            self.table = table
            self.column = column

    class RowClicked(Message):
        """The cursor's row was clicked again."""

    class Moved(Message):
        """The cursor went to another row."""

        def __init__(self, table: RecordTable) -> None:
            super().__init__()
            self.table = table

    def __init__(self, columns: Sequence[Column], names: Names, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._names = names
        self._view = View()
        self._sign: Callable[[Hashable], Sign] = lambda _key: ""
        self._order = Order()
        self._place = Place()
        self._key: Hashable = None
        self._first = 0
        self._here = self._columns[0].name
        self._widths = Widths()
        self._layout = Layout()
        self._notice = Notice("")
        self._looks: dict[int, RowLook] = {}
        self._painted: dict[int, RowLook] = {}
        self._cells: dict[Hashable, tuple[str, ...]] = {}
        self._strips: dict[RowLook, Strip] = {}
        self._palette = Palette(self)
        self.sees: Callable[[Sequence[Any]], None] | None = (
            None  # told which records are in sight, where names are lent
        )

    # What others may ask

    @property
    def columns(self) -> tuple[Column, ...]:
        """The chosen columns."""
        return self._columns

    @property
    def view(self) -> View:
        """What is shown."""
        return self._view

    @property
    def here(self) -> Column:
        """The column under the column cursor."""
        return next((column for column in self._columns if column.name == self._here), self._columns[0])

    @property
    def layout_now(self) -> Layout:
        """Which columns are in sight, where."""
        return self._layout

    @property
    def place(self) -> Place:
        """Where the cursor is."""
        return self._place

    @property
    def key(self) -> Hashable:
        """The key of the cursor's record."""
        return self._key

    @property
    def record(self) -> Any:
        """The cursor's record, or None in an empty table."""
        return self._view.records[self._place.cursor] if self._place.cursor < len(self._view.records) else None

    # What others may tell

    def show(self, view: View, sign: Callable[[Hashable], Sign], order: Order, notice: Notice) -> None:
        """Show other rows. The cursor stays on its record; only lines whose cells changed are painted."""
        if not self._widths.known or not self._view.keys:
            self._measure_sample(view)
        resorted = order != self._order
        position = view.position(self._key, self._place.cursor) if self._view.keys else None
        self._view, self._sign, self._order = view, sign, order
        self._place = self._place.followed(position, len(view.keys), self._height)
        self._key = view.keys[self._place.cursor] if view.keys else None
        self._cells.clear()
        changed_notice = notice != self._notice
        self._notice = notice
        if not view.keys and changed_notice:
            self.refresh()
        if resorted:
            self.refresh(Region(0, 0, self.size.width, 1))
        self._update()

    def choose_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns."""
        self._columns = tuple(columns)
        if not any(column.name == self._here for column in columns):
            self._here = columns[0].name
        self._first = 0
        self._start_over()
        self.go_to_column(self._here)

    def use_names(self, names: Names) -> None:
        """Show names or numbers from now on."""
        self._names = names
        self._start_over()

    def renew_names(self) -> None:
        """Names have come in: write the rows in sight anew."""
        self._cells.clear()
        self._update()

    def go_to(self, key: Hashable) -> bool:
        """Move the cursor to a record; tell whether it is there."""
        row = self._view.position(key)
        if row is not None:
            self._go(row)
        return row is not None

    def go_to_column(self, name: str) -> None:
        """Move the column cursor."""
        self._here = name
        self._first = reach(self._columns, self._widths.known, self._room, self._first, name)
        self._lay_out()

    # Keys

    def _go(self, row: int) -> None:
        if not self._view.keys:
            return
        before, self._place = self._place, self._place.moved(row, len(self._view.keys), self._height)
        self._key = self._view.keys[self._place.cursor]
        if self._place != before:
            self._update()
            self.post_message(self.Moved(self))

    def action_down(self) -> None:
        """Go to the next row."""
        self._go(self._place.cursor + 1)

    def action_up(self) -> None:
        """Go to the previous row."""
        self._go(self._place.cursor - 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._go(len(self._view.keys) - 1)

    def action_half_down(self) -> None:
        """Go half a page down."""
        self._go(self._place.cursor + max(1, self._height // 2))

    def action_half_up(self) -> None:
        """Go half a page up."""
        self._go(self._place.cursor - max(1, self._height // 2))

    def action_page_down(self) -> None:
        """Go a page down."""
        self._go(self._place.cursor + max(1, self._height - 1))

    def action_page_up(self) -> None:
        """Go a page up."""
        self._go(self._place.cursor - max(1, self._height - 1))

    def _step_column(self, by: int) -> None:
        names = [column.name for column in self._columns]
        self.go_to_column(names[max(0, min(names.index(self.here.name) + by, len(names) - 1))])

    def action_left(self) -> None:
        """Go to the previous column."""
        self._step_column(-1)

    def action_right(self) -> None:
        """Go to the next column."""
        self._step_column(1)

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
        before, self._place = self._place, self._place.scrolled(by, len(self._view.keys), self._height)
        if self._place != before:
            self._update()

    def on_click(self, event: Click) -> None:
        """Sort by a title, jump in the scroll bar, move to a row; a second click on it asks for its details."""
        event.stop()
        if event.y == 0:
            column = self._layout.at(event.x - GUTTER)
            if column is not None:
                self.post_message(self.HeaderClicked(self, column))
            return
        count = len(self._view.keys)
        if self._scrolls and event.x >= self.size.width - 1:
            self._go(round((event.y - 1) * (count - 1) / max(1, self._height - 1)))
            return
        row = self._place.top + event.y - 1
        if row >= count:
            return
        if row == self._place.cursor:
            self.post_message(self.RowClicked())
        self._go(row)

    # Painting

    def on_resize(self, _event: Resize) -> None:
        """Fit the columns to the new width, and keep the cursor in sight."""
        self._place = self._place.moved(self._place.cursor, len(self._view.keys), self._height)
        self._lay_out()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Brighten or dim the cursor."""
        super().watch_has_focus(has_focus)
        self._update()

    def notify_style_update(self) -> None:
        """Take the new theme's colours."""
        super().notify_style_update()
        self._palette = Palette(self)
        self._strips.clear()

    @property
    def _height(self) -> int:
        return max(0, self.size.height - 1)

    @property
    def _scrolls(self) -> bool:
        return len(self._view.keys) > self._height

    @property
    def _room(self) -> int:
        return max(1, self.size.width - GUTTER - 2)  # a cell of air, and the scroll bar

    def _start_over(self) -> None:
        self._widths.forget()
        self._cells.clear()
        self._measure_sample(self._view)
        self._lay_out()

    def _measure_sample(self, view: View) -> None:
        """Measure rows from all over the table, so that scrolling hardly ever changes a width."""
        step = max(1, len(view.records) // _SAMPLE)
        sample = [view.records[index] for index in range(0, len(view.records), step)]
        rows = row_texts(self._columns, sample, self._names)
        for index, column in enumerate(self._columns):
            self._widths.see(column, (row[index] for row in rows))
        self._lay_out()

    def _lay_out(self) -> None:
        layout = lay_out(self._columns, self._widths.known, self._room, self._first)
        if layout != self._layout:
            self._cells.clear()
        self._layout = layout
        self._strips.clear()
        self._looks = self._compute()
        self.refresh()

    def _update(self) -> None:
        """Repaint the lines that look different now."""
        self._looks = self._compute()
        changed = (y for y in range(self._height) if self._looks.get(y) != self._painted.get(y))
        for band in bands(changed):
            self.refresh(Region(0, band.start + 1, self.size.width, len(band)))

    def _compute(self) -> dict[int, RowLook]:
        top, height, view = self._place.top, self._height, self._view
        rows = range(top, min(top + height, len(view.keys)))
        self._fill_cells(rows)
        start, length = thumb(top, len(view.keys), height)
        focus = 2 if self.has_focus else 1
        looks = {}
        for row in rows:
            key, y = view.keys[row], row - top
            cursor = focus if row == self._place.cursor else 0
            bar = "" if not length else "█" if start <= y < start + length else "│"
            looks[y] = RowLook(self._cells[key], self._sign(key), cursor, self._here if cursor else "", bar)
        if self.sees is not None and self._names.lends:
            self.sees([view.records[row] for row in rows])
        return looks

    def _fill_cells(self, rows: range) -> None:
        view, cells = self._view, self._cells
        missing = [row for row in rows if view.keys[row] not in cells]
        if not missing:
            return
        visible = [slot.column for slot in self._layout.slots]
        texts = row_texts(visible, [view.records[row] for row in missing], self._names)
        grown = [self._widths.see(column, (text[at] for text in texts)) for at, column in enumerate(visible)]
        if any(grown):
            layout = lay_out(self._columns, self._widths.known, self._room, self._first)
            if layout != self._layout:
                self._layout = layout
                self._strips.clear()
                cells.clear()
                self.refresh()
                self._fill_cells(rows)
                return
        cells.update(zip((view.keys[row] for row in missing), texts, strict=True))

    def render_line(self, y: int) -> Strip:
        """Paint one line: the titles, a row, or what is said instead of rows."""
        room = self.size.width
        if y == 0:
            return header_strip(self._layout, self._order, self._here, self._palette, room)
        look = self._looks.get(y - 1)
        if look is None:
            self._painted.pop(y - 1, None)
            return self._message(y - 2, room)
        self._painted[y - 1] = look
        strip = self._strips.get(look)
        if strip is None:
            if len(self._strips) > 8 * self._height:
                self._strips.clear()
            strip = self._strips[look] = row_strip(look, self._layout, self._palette, room)
        return strip

    def _message(self, line: int, room: int) -> Strip:
        if self._view.keys:
            return Strip.blank(room, self._palette.style())
        lines = (self._notice.text, *self._notice.more)
        text = lines[line] if 0 <= line < len(lines) else ""
        return message_strip(printable(text), self._palette, room, strong=line == 0)
