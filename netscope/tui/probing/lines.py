"""Some lines of toned text that change often: only those that did are painted."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.events import Resize
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from netscope.tui.pages import PageLine
from netscope.tui.styles import Palette


class Lines(Widget):
    """Shows lines from the top; what does not fit is cut. Their texts are printable already."""

    class Resized(Message):
        """There is more room, or less."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lines: tuple[PageLine, ...] = ()
        self._palette = Palette(self)

    @property
    def text(self) -> str:
        """What is shown."""
        return "\n".join("".join(span.text for span in line).rstrip() for line in self._lines)

    def show(self, lines: Sequence[PageLine]) -> None:
        """Show other lines."""
        before, self._lines = self._lines, tuple(lines)
        for y in range(max(len(before), len(lines))):
            if before[y : y + 1] != self._lines[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self, _event: Resize) -> None:
        """Tell whoever draws."""
        self.post_message(self.Resized())

    def notify_style_update(self) -> None:
        """Take the new theme's colours."""
        super().notify_style_update()
        self._palette = Palette(self)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        room, style = self.size.width, self._palette.style
        line = self._lines[y] if y < len(self._lines) else ()
        segments = [Segment(span.text, style(span.tone)) for span in line]
        return Strip(segments).adjust_cell_length(room, style())
