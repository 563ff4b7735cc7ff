"""One line of toned text, left and right parts, clickable: header, tabs, titles, problems, footer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

from netscope.core.text import fit, printable, width
from netscope.tui.styles import Palette


class Part(NamedTuple):
    """A piece of a line. ``tone`` is one of :data:`netscope.tui.styles.TONES`; ``action`` runs on a click."""

    text: str
    tone: str = "plain"
    action: str = ""


class Line(Widget):
    """Shows parts; what does not fit is cut from the left part's end. Repaints only when something changed."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._left: tuple[Part, ...] = ()
        self._right: tuple[Part, ...] = ()
        self._palette = Palette(self)

    @property
    def text(self) -> str:
        """What the line says."""
        return "".join(part.text for part in (*self._left, *self._right))

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        """Replace the parts."""
        new = (tuple(left), tuple(right))
        if new != (self._left, self._right):
            self._left, self._right = new
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Render the only line."""
        room = self.size.width
        style = self._palette.style
        segments = [Segment(part.text, style(part.tone)) for part in self._placed(room)]
        return Strip(segments).simplify().adjust_cell_length(room, style())

    def notify_style_update(self) -> None:
        """Take the new theme's colours."""
        super().notify_style_update()
        self._palette = Palette(self)

    def _placed(self, room: int) -> list[Part]:
        right = [part._replace(text=printable(part.text)) for part in self._right]
        taken = sum(width(part.text) for part in right)
        if taken > room:
            right, taken = [], 0
        placed: list[Part] = []
        free = room - taken
        for part in self._left:
            text = printable(part.text)
            if width(text) > free:
                text = fit(text, free)
            placed.append(part._replace(text=text))
            free -= width(text)
            if free <= 0:
                break
        return [*placed, Part(" " * max(free, 0)), *right]

    async def on_click(self, event: Click) -> None:
        """Run the action of the part under the pointer."""
        x = 0
        for part in self._placed(self.size.width):
            x += width(part.text)
            if event.x < x:
                if part.action:
                    event.stop()
                    await self.run_action(part.action)
                return
