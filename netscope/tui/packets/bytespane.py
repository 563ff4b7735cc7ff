"""The bytes, in hex and in ASCII, with what the tree's cursor stands on marked; moving here moves there."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from netscope.dissect.model import Dissection
from netscope.tui.packets.hexdump import byte_at, per_row, row
from netscope.tui.packets.tree import Extent
from netscope.tui.scrolled import Run, Scrolled

_NOTHING = Extent(0, 0, 0)


class BytesPane(Scrolled):
    """One of a dissection's buffers."""

    class Moved(Message):
        """Another byte is under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.dissection: Dissection | None = None
        self.buffer = 0
        self.at = 0
        self._field = _NOTHING
        self._layer = _NOTHING

    # Others tell

    def take(self, dissection: Dissection | None) -> None:
        """Show another packet's bytes."""
        self.dissection = dissection
        if dissection is None or self.buffer >= len(dissection.buffers):
            self.buffer = 0
        self.at = min(self.at, max(0, len(self.data) - 1))

    def mark(self, field: Extent, layer: Extent, *, follow: bool = True) -> None:
        """Mark bytes; ``follow``: bring them into sight, which is not wanted while the cursor here moves."""
        self._field, self._layer = field, layer
        if follow:
            if field.length:
                self.buffer, self.at = field.buffer, field.start
                last = self._row(field.start + field.length - 1)
                self.place = self.place.moved(last, self.count, self.height)
            self.place = self.place.moved(self._row(self.at), self.count, self.height)
        self.update()

    def next_buffer(self) -> None:
        """Show the next buffer."""
        if self.dissection is not None:
            self.buffer = (self.buffer + 1) % len(self.dissection.buffers)
            self.at = 0
            self._moved()

    @property
    def data(self) -> bytes:
        """The bytes that are shown."""
        return self.dissection.buffers[self.buffer].data if self.dissection is not None else b""

    @property
    def chosen(self) -> bytes:
        """The bytes that are marked; all where none are."""
        field = self._field
        if field.length and field.buffer == self.buffer:
            return self.data[field.start : field.start + field.length]
        return self.data

    # The pane

    @property
    def per(self) -> int:
        """How many bytes a row has."""
        return per_row(self.room)

    def _row(self, offset: int) -> int:
        return offset // self.per

    @property
    def count(self) -> int:
        """How many rows there are."""
        return -(-len(self.data) // self.per)

    def go(self, line: int) -> None:
        """Go to another row, in the same column."""
        line = max(0, min(line, self.count - 1))
        self._go(line * self.per + self.at % self.per)

    def _go(self, offset: int) -> None:
        if self.data:
            self.at = max(0, min(offset, len(self.data) - 1))
            self._moved()

    def _moved(self) -> None:
        self.place = self.place.moved(self._row(self.at), self.count, self.height)
        self.post_message(self.Moved())
        self.update()

    def action_right(self) -> None:
        """Go to the next byte."""
        self._go(self.at + 1)

    def action_left(self) -> None:
        """Go to the previous byte."""
        self._go(self.at - 1)

    def action_first(self) -> None:
        """Go to the first byte."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the last byte."""
        self._go(len(self.data) - 1)

    def entered(self, x: int) -> None:
        """A click chooses the byte."""
        at = byte_at(x, self.per)
        if at is not None:
            self._go(self.place.cursor * self.per + at)

    def runs(self, line: int) -> Sequence[Run]:
        """Return a row."""
        return tuple((piece.text, (piece.tone,)) for piece in row(self.data, line, self.per, self._tone))

    def _tone(self, offset: int) -> str:
        if self.has_focus and offset == self.at:
            return "byte"
        if self._field.buffer == self.buffer and self._field.holds(offset):
            return "chosen"
        if self._layer.buffer == self.buffer and self._layer.holds(offset):
            return "plain"
        return "quiet"

    def on_resize(self, _event: object) -> None:
        """Keep the byte in sight: rows may be longer or shorter now."""
        self.place = self.place.moved(self._row(self.at), self.count, self.height)
        self.start_over()
