"""The base of widgets made of lines: only those in sight are made; a cursor, a scroll bar, the moving keys."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from netscope.core.text import fit, width
from netscope.tui.keys import bindings
from netscope.tui.styles import Palette
from netscope.tui.table.place import Place, bands, thumb

_WHEEL = 3

Run = tuple[str, tuple[str, ...]]  # a text that is printable already, and its tones
LineLook = tuple[tuple[Run, ...], str]  # a line's runs, and the scroll bar's cell


class Scrolled(Widget, can_focus=True):
    """Lines below ``HEAD`` lines that stay. What derives from it tells how many there are and what each looks like."""

    DEFAULT_CSS = "Scrolled { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("table")]
    HEAD: ClassVar[int] = 0

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.place = Place()
        self._looks: dict[int, LineLook] = {}
        self._painted: dict[int, LineLook] = {}
        self._strips: dict[Hashable, Strip] = {}
        self._palette = Palette(self)

    # What a pane tells

    @property
    def count(self) -> int:
        """How many lines there are."""
        return 0

    @abstractmethod
    def runs(self, line: int) -> Sequence[Run]:
        """Return what a line is made of. The cursor's line is looked for in ``place``."""

    def head(self, line: int) -> Sequence[Run]:
        """Return what one of the first lines is made of."""
        return ()

    def blank(self, line: int) -> Sequence[Run]:
        """Return what stands below the last line."""
        return ()

    def moved(self) -> None:
        """Act on the cursor's having been moved by a key or a click."""

    def entered(self, x: int) -> None:
        """Act on a click on a line, at a cell of it; ``moved`` has been called."""

    # Moving

    @property
    def height(self) -> int:
        """How many lines are in sight."""
        return max(0, self.size.height - self.HEAD)

    @property
    def room(self) -> int:
        """How many cells a line has."""
        return max(1, self.size.width - 1)

    def go(self, line: int) -> None:
        """Put the cursor on a line."""
        if self.count:
            self.place = self.place.moved(line, self.count, self.height)
            self.moved()
            self.update()

    def show(self, line: int) -> None:
        """Put the cursor on a line without acting on it: something else moved it."""
        self.place = self.place.moved(line, self.count, self.height)
        self.update()

    def action_down(self) -> None:
        """Go to the next line."""
        self.go(self.place.cursor + 1)

    def action_up(self) -> None:
        """Go to the previous line."""
        self.go(self.place.cursor - 1)

    def action_first(self) -> None:
        """Go to the first line."""
        self.go(0)

    def action_last(self) -> None:
        """Go to the last line."""
        self.go(self.count - 1)

    def action_half_down(self) -> None:
        """Go half a page down."""
        self.go(self.place.cursor + max(1, self.height // 2))

    def action_half_up(self) -> None:
        """Go half a page up."""
        self.go(self.place.cursor - max(1, self.height // 2))

    def action_page_down(self) -> None:
        """Go a page down."""
        self.go(self.place.cursor + max(1, self.height - 1))

    def action_page_up(self) -> None:
        """Go a page up."""
        self.go(self.place.cursor - max(1, self.height - 1))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll without moving the cursor."""
        event.stop()
        self.scroll_lines(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll without moving the cursor."""
        event.stop()
        self.scroll_lines(-_WHEEL)

    def scroll_lines(self, by: int) -> None:
        """Scroll."""
        self.place = self.place.scrolled(by, self.count, self.height)
        self.update()

    def on_click(self, event: Click) -> None:
        """Go to a line; jump in the scroll bar."""
        event.stop()
        line = self.place.top + event.y - self.HEAD
        if event.y < self.HEAD:
            return
        if event.x >= self.size.width - 1 and self.count > self.height:
            self.go(round((event.y - self.HEAD) * (self.count - 1) / max(1, self.height - 1)))
        elif line < self.count:
            self.clicked(line, event.x)

    def clicked(self, line: int, x: int) -> None:
        """Go to the line that was clicked on."""
        self.go(line)
        self.entered(x)

    # Painting

    def update(self) -> None:
        """Repaint the lines that look different now."""
        self._looks = self._compute()
        changed = (y for y in range(self.height) if self._looks.get(y) != self._painted.get(y))
        for band in bands(changed):
            self.refresh(Region(0, band.start + self.HEAD, self.size.width, len(band)))

    def start_over(self) -> None:
        """Repaint everything."""
        self._looks = self._compute()
        self._painted.clear()
        self.refresh()

    def _compute(self) -> dict[int, LineLook]:
        top, height, count = self.place.top, self.height, self.count
        start, length = thumb(top, count, height)
        looks = {}
        for y in range(height):
            bar = " " if not length else "█" if start <= y < start + length else "│"
            line = top + y
            runs = tuple(self.runs(line) if line < count else self.blank(line - count))
            looks[y] = runs, bar
        return looks

    def on_resize(self, _event: Resize) -> None:
        """Keep the cursor in sight."""
        self.place = self.place.moved(self.place.cursor, self.count, self.height)
        self.start_over()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Brighten or dim the cursor."""
        super().watch_has_focus(has_focus)
        self.update()

    def notify_style_update(self) -> None:
        """Take the new theme's colours."""
        super().notify_style_update()
        self._palette = Palette(self)
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        if y < self.HEAD:
            return self._strip((tuple(self.head(y)), " "))
        look = self._looks.get(y - self.HEAD, ((), " "))
        self._painted[y - self.HEAD] = look
        strip = self._strips.get(look)
        if strip is None:
            if len(self._strips) > 8 * (self.height + 1):
                self._strips.clear()
            strip = self._strips[look] = self._strip(look)
        return strip

    def _strip(self, look: LineLook) -> Strip:
        runs, bar = look
        style = self._palette.style
        segments: list[Segment] = []
        free = self.room
        last: tuple[str, ...] = ()
        for text, tones in runs:
            if free <= 0:
                break
            shown = text if width(text) <= free else fit(text, free)
            segments.append(Segment(shown, style(*tones)))
            free -= width(shown)
            last = tones
        whole = style(*(tone for tone in last if tone in ("cursor", "cursor-blurred", "header")))
        segments += [Segment(" " * max(0, free), whole), Segment(bar, style("bar"))]
        # Neighbours that look alike become one piece: each takes some thirty bytes on the line.
        return Strip(segments).simplify().adjust_cell_length(self.size.width, style())
