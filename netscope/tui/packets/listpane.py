"""The list: a million packets scroll as ten do, because only the rows in sight are looked into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, NamedTuple

from textual.message import Message

from netscope.core.record import Column
from netscope.core.text import fit, printable
from netscope.tui.packets.rows import COLUMNS, FORMS, Form, Row, cells, sign, tone
from netscope.tui.packets.session import Session
from netscope.tui.packets.views import All, View
from netscope.tui.scrolled import Run, Scrolled
from netscope.tui.table.layout import Layout, Widths, lay_out
from netscope.tui.table.place import Place
from netscope.tui.table.widget import Notice

_GUTTER = 3
_INFO = "info"
_SHIFT = 16  # characters by which the info scrolls


class _Made(NamedTuple):
    """A row that was made, and of what; another frame, another form, or more that is known make it stale."""

    known: bool
    row: Row


class PacketList(Scrolled):
    """Shows the places of a view. The cursor stays on its place while others come and go."""

    HEAD: ClassVar[int] = 1

    class Moved(Message):
        """Another packet is under the cursor."""

    class Chosen(Message):
        """The packet under the cursor was clicked again."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.session: Session | None = None
        self.view: View = All()
        self.form: Form = "relative"
        self.following = False
        self.notice = Notice("")
        self.here: int | None = None  # the place under the cursor
        self._made: dict[int, _Made] = {}
        self._texts: dict[int, tuple[Row, int | None, tuple[str, ...]]] = {}
        self._shifted = 0
        self._widths = Widths()
        self._layout = Layout()
        self._clicked: int | None = None
        self.name_of: Callable[[str], str] | None = None  # where addresses are shown by name; called for those in sight

    # Others tell

    def take(self, session: Session | None, notice: Notice) -> None:
        """Show another session."""
        self.session, self.view, self.here = session, All(), None
        self.place = Place()
        self.following = session is not None and session.live
        self._made.clear()
        self._widths.forget()
        self._shifted = 0
        self.say(notice)
        self.start_over()

    def say(self, notice: Notice) -> None:
        """Say something where there are no rows."""
        if notice != self.notice:
            self.notice = notice
            self.start_over()

    def look(self, view: View) -> None:
        """Show another view: more rows, fewer, or others."""
        count = len(view)
        self.view = view
        if not count:
            self.place, self.here = Place(), None
        elif self.following:
            self.place = self.place.moved(count - 1, count, self.height)
            self._set_here()
        elif self.here is None:
            self.place = self.place.moved(0, count, self.height)
            self._set_here()
        else:
            self.place = self.place.followed(view.row(self.here), count, self.height)
            self._set_here()
        self.update()

    def use_form(self, form: Form) -> None:
        """Show the time in another form."""
        self.form = form
        self._widths.forget()
        self.start_over()

    def cycle_form(self) -> Form:
        """Show the time in the next form, and return it."""
        self.use_form(FORMS[(FORMS.index(self.form) + 1) % len(FORMS)])
        return self.form

    def go_to(self, place: int) -> None:
        """Put the cursor on a place."""
        self.following = False
        self.go(self.view.row(place))

    def follow(self, follow: bool) -> None:
        """Follow the tail, or hold still."""
        self.following = follow
        if follow:
            self.look(self.view)
            self.post_message(self.Moved())

    # The pane

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.view)

    def moved(self) -> None:
        """Hold still: somebody looks at a packet."""
        self.following = False
        before = self.here
        self._set_here()
        if self.here != before:
            self.post_message(self.Moved())

    def _set_here(self) -> None:
        self.here = self.view.place(min(self.place.cursor, len(self.view) - 1))

    def action_last(self) -> None:
        """Go to the last packet, and follow the tail again."""
        super().action_last()
        self.following = True
        self.post_message(self.Moved())

    def entered(self, _x: int) -> None:
        """A second click on a row looks into it."""
        if self._clicked == self.here:
            self.post_message(self.Chosen())
        self._clicked = self.here

    def action_right(self) -> None:
        """Scroll the info."""
        self._shifted += _SHIFT
        self.start_over()

    def action_left(self) -> None:
        """Scroll the info back."""
        self._shifted = max(0, self._shifted - _SHIFT)
        self.start_over()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, of which as many are shown as there is room for."""
        return COLUMNS[self.form]

    @property
    def before(self) -> int | None:
        """The place shown before the one under the cursor, None for none."""
        return self.view.place(self.place.cursor - 1) if 0 < self.place.cursor < self.count else None

    def row_here(self) -> Row | None:
        """Return the row under the cursor."""
        return self._row(self.here) if self.here is not None else None

    def _row(self, place: int) -> Row | None:
        session = self.session
        if session is None:
            return None
        known = session.has_row(place)
        made = self._made.get(place)
        if made is None or (known and not made.known):
            try:
                made = _Made(known, session.row(place))
            except IndexError:
                return None
            if len(self._made) > 4 * self.height + 64:
                self._made.clear()
            self._made[place] = made
        return made.row

    def line_cells(self, line: int) -> tuple[str, ...]:
        """Return the cells of a line."""
        session, place = self.session, self.view.place(line)
        row = self._row(place)
        if session is None or row is None:
            return (str(place + 1), "", "", "", "", "", "(let go)")
        before = self.view.place(line - 1) if line else None
        known = self._texts.get(place)
        if known is None or known[0] is not row or known[1] != before:
            texts = cells(self._named(row), self.form, session.moment(place, before), self._shifted)
            if len(self._texts) > 4 * self.height + 64:
                self._texts.clear()
            known = self._texts[place] = (row, before, texts)
        return known[2]

    def _named(self, row: Row) -> Row:
        """Return a row with names in the place of addresses, as far as they are wanted and known."""
        if self.name_of is None:
            return row
        source, destination = self.name_of(row.source), self.name_of(row.destination)
        return row._replace(source=source or row.source, destination=destination or row.destination)

    def runs(self, line: int) -> Sequence[Run]:
        """Return a row."""
        return tuple(self._runs(line))

    def _runs(self, line: int) -> Iterator[Run]:
        session, place = self.session, self.view.place(line)
        texts = self.line_cells(line)
        row = self._row(place)
        grown = [self._widths.see(column, (text,)) for column, text in zip(self.columns, texts, strict=True)]
        if any(grown):
            self._lay_out()
        over: tuple[str, ...] = ()
        if line == self.place.cursor:
            over = ("cursor",) if self.has_focus else ("cursor-blurred",)
        ground: tuple[str, ...] = ()
        marks = "   "
        if session is not None and row is not None:
            marks = sign(row, marked=place in session.marks, reference=place == session.reference)
            ground = () if over == ("cursor",) else (tone(row),)
        troubled = row is not None and row.trouble
        yield marks, ("sign", *ground, *over)
        x = 0
        named = dict(zip((column.name for column in self.columns), texts, strict=True))
        for slot in self._layout.slots:
            if slot.x > x:
                yield " " * (slot.x - x), (*(ground if troubled else ()), *over)
            name = slot.column.name
            loud = troubled or name == "protocol"
            size = slot.width if name != _INFO else max(slot.width, self.room - _GUTTER - slot.x)
            text = fit(named[name], size, right=slot.column.numeric, middle=slot.column.cut == "middle")
            yield text, (*(ground if loud else ()), *over)
            x = slot.x + size

    def head(self, line: int) -> Sequence[Run]:
        """Return the titles."""
        runs: list[Run] = [("‹  " if self._shifted else "   ", ("header",))]
        x = 0
        for slot in self._layout.slots:
            runs.append((" " * (slot.x - x), ("header",)))
            runs.append((fit(slot.column.title, slot.width, right=slot.column.numeric), ("header",)))
            x = slot.x + slot.width
        return runs

    def blank(self, line: int) -> Sequence[Run]:
        """Say why there are no rows."""
        if self.count:
            return ()
        lines = ("", self.notice.text, *self.notice.more)
        if line >= len(lines):
            return ()
        return ((f"  {printable(lines[line])}", ("message-strong" if line == 1 else "message",)),)

    def _lay_out(self) -> None:
        layout = lay_out(self.columns, self._widths.known, self.room - _GUTTER - 1)
        if layout != self._layout:
            self._layout = layout
            self.call_after_refresh(self.start_over)

    def start_over(self) -> None:
        """Repaint everything, made and laid out anew."""
        self._texts.clear()
        if self.count:
            top = self.place.top
            for line in range(top, min(top + self.height, self.count)):
                texts = self.line_cells(line)
                for column, text in zip(self.columns, texts, strict=True):
                    self._widths.see(column, (text,))
        else:
            for column in self.columns:
                self._widths.see(column, ())
        self._layout = lay_out(self.columns, self._widths.known, self.room - _GUTTER - 1)
        super().start_over()

    def as_text(self) -> str:
        """Return the row under the cursor, a tab between two cells."""
        return "\t".join(self.line_cells(self.place.cursor)) if self.count else ""
