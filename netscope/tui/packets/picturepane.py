"""The header of the layer under the tree's cursor, drawn; moving from box to box moves there."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from netscope.core.text import width
from netscope.dissect.model import Dissection
from netscope.tui.packets.picture import BITS, Box, Picture, Span, bits, draw
from netscope.tui.packets.tree import Path, TreeLine
from netscope.tui.scrolled import Run, Scrolled

_NOTHING = Picture((), ())
_MARGIN = 2  # cells before the picture


class PicturePane(Scrolled):
    """One picture. Left and right go from field to field, up and down from line to line."""

    class Moved(Message):
        """Another box is chosen."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.picture = _NOTHING
        self.path: Path = ()  # of the box that was chosen here
        self._chosen = (0, 0)
        self._of: tuple[Dissection | None, int] = (None, -1)

    def take(self, dissection: Dissection | None, here: TreeLine | None) -> None:
        """Draw the layer that a line of the tree is of, with the boxes chosen that have bits of its field."""
        layer = here.layer if here is not None else -1
        if self._of[0] is not dissection or self._of[1] != layer:
            self._of = (dissection, layer)
            self.picture = draw(dissection, layer) if dissection is not None and layer >= 0 else _NOTHING
            self.place = self.place.moved(0, self.count, self.height)
            self._strips.clear()
        self._chosen = (0, 0)  # a layer is its whole picture: no box stands out
        if dissection is not None and here is not None and here.field is not None:
            self._chosen = bits(dissection, layer, here.field)
        lines = [number for number, line in enumerate(self.picture.lines) if any(map(self._has_chosen, line))]
        if lines:
            for line in (lines[-1], lines[0]):
                self.place = self.place.moved(line, self.count, self.height)
        self.update()

    @property
    def here(self) -> int:
        """The index of the first chosen box, -1 for none."""
        return next((number for number, box in enumerate(self.picture.boxes) if self._is_chosen(box)), -1)

    def _is_chosen(self, box: Box) -> bool:
        begin, end = self._chosen
        return box.begin < end and begin < box.end

    def _has_chosen(self, span: Span) -> bool:
        return span.box >= 0 and self._is_chosen(self.picture.boxes[span.box])

    @property
    def count(self) -> int:
        """How many lines the picture has."""
        return len(self.picture.lines)

    def action_right(self) -> None:
        """Go to the next field."""
        self._step(1)

    def action_left(self) -> None:
        """Go to the previous field."""
        self._step(-1)

    def action_down(self) -> None:
        """Go to the field below."""
        self._jump(BITS)

    def action_up(self) -> None:
        """Go to the field above."""
        self._jump(-BITS)

    def _step(self, by: int) -> None:
        boxes = self.picture.boxes
        at = self.here + by if self.here >= 0 else 0
        while 0 <= at < len(boxes) and (not boxes[at].path or self._is_chosen(boxes[at])):
            at += by
        self._choose(at)

    def _jump(self, bits: int) -> None:
        boxes = self.picture.boxes
        if self.here < 0 or not boxes:
            self._choose(0)
            return
        here = boxes[self.here]
        target = here.start + bits if bits < 0 else here.start + max(bits, here.length // BITS * BITS)
        found = [number for number, box in enumerate(boxes) if box.start <= target < box.start + box.length]
        self._choose(found[0] if found else -1)

    def _choose(self, number: int) -> None:
        if 0 <= number < len(self.picture.boxes) and self.picture.boxes[number].path:
            self.path = self.picture.boxes[number].path
            self.post_message(self.Moved())

    def go(self, line: int) -> None:
        """Pages scroll."""
        self.place = self.place.scrolled(line - self.place.cursor, self.count, self.height)
        self.place = self.place._replace(cursor=self.place.top)
        self.update()

    def clicked(self, line: int, x: int) -> None:
        """Choose the box that was clicked on."""
        at = _MARGIN
        for text, box in self.picture.lines[line]:
            if at <= x < at + width(text):
                self._choose(box)
            at += width(text)

    def runs(self, line: int) -> Sequence[Run]:
        """Return a line of the picture."""
        runs: list[Run] = [(" " * _MARGIN, ())]
        for text, box in self.picture.lines[line]:
            if box < 0:
                runs.append((text, ("label",)))
            elif self._is_chosen(self.picture.boxes[box]):
                runs.append((text, ("byte" if self.has_focus else "chosen",)))
            else:
                runs.append((text, ("strong",)))
        return runs

    def blank(self, line: int) -> Sequence[Run]:
        """Say why there is no picture."""
        if self.count or line or self._of[0] is None:
            return ()
        return (("  No header of its own to draw: choose another layer in the tree.", ("message",)),)
