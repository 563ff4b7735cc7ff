"""Where the cursor stands and which rows are in sight. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Place(NamedTuple):
    """Row numbers: the cursor's, and the first in sight."""

    cursor: int = 0
    top: int = 0

    def moved(self, to: int, count: int, height: int) -> Place:
        """Return the place with the cursor on row ``to`` (clamped), scrolled as little as shows it."""
        cursor = max(0, min(to, count - 1))
        return Place(cursor, _visible(self.top, cursor, count, height))

    def scrolled(self, by: int, count: int, height: int) -> Place:
        """Return the place scrolled by rows; the cursor stays on its row, in sight or not."""
        return self._replace(top=max(0, min(self.top + by, count - height)))

    def followed(self, position: int | None, count: int, height: int) -> Place:
        """Return the place after the rows changed: the cursor's row is at ``position`` now, None when it left.

        A scrolled table keeps the cursor on the same line of the screen; one that shows its first row goes on showing
        it for as long as the cursor stays in sight.
        """
        if position is None:
            return self.moved(self.cursor, count, height)
        top = self.top
        if top:
            top += position - self.cursor
        in_sight = self.top <= self.cursor < self.top + height
        if not in_sight:  # the wheel scrolled away from the cursor: leave what is looked at alone
            return Place(position, max(0, min(self.top, count - height)))
        return Place(position, _visible(top, position, count, height))


def _visible(top: int, cursor: int, count: int, height: int) -> int:
    if height <= 0:
        return 0
    top = min(max(top, cursor - height + 1), cursor)
    return max(0, min(top, count - height))


def thumb(top: int, count: int, height: int) -> tuple[int, int]:
    """Return first line and length of the scroll bar's thumb; length 0 when everything is in sight."""
    if count <= height or height <= 0:
        return 0, 0
    length = max(1, height * height // count)
    return round(top * (height - length) / (count - height)), length


def bands(lines: Iterable[int]) -> list[range]:
    """Return ascending line numbers as runs without a gap: each is repainted at once."""
    runs: list[range] = []
    for line in lines:
        if runs and runs[-1].stop == line:
            runs[-1] = range(runs[-1].start, line + 1)
        else:
            runs.append(range(line, line + 1))
    return runs
