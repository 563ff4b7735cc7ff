"""Small plots as text: a sparkline for a cell, braille lines for the details. And the short memory they draw on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

_BARS = "▁▂▃▄▅▆▇█"
_STRETCH = 8
_BRAILLE = 0x2800
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))  # from the bottom up, left and right half


def sparkline(values: Sequence[float], cells: int) -> str:
    """Return the last ``cells`` values as bars from 0 up; short histories start with spaces.

    The greatest fills three quarters, so that a steady rate is a band and not a wall.
    """
    shown = values[-cells:]
    top = max(shown, default=0)
    bars = "".join(_BARS[int(value / top * 5.999)] if top > 0 and value > 0 else _BARS[0] for value in shown)
    return bars.rjust(cells)


def braille(
    values: Sequence[float | None],
    cells: int,
    lines: int,
    low: float | None = None,
    high: float | None = None,
) -> list[str]:
    """Return a line plot of the last ``2 * cells`` values, ``lines`` high, scaled from minimum to maximum.

    The line has a gap where a value is None. ``low`` and ``high`` scale it otherwise; what is beyond is at the edge.
    """
    shown = list(values[-2 * cells :])
    known = [value for value in shown if value is not None]
    if not known:
        return [" " * cells] * lines
    low = min(known) if low is None else low
    span = (max(known) if high is None else high) - low
    steps = 4 * lines - 1
    grid = [[0] * cells for _ in range(lines)]
    offset = 2 * cells - len(shown)
    previous: int | None = None
    for index, value in enumerate(shown):
        if value is None:
            previous = None
            continue
        level = max(0, min(steps, round((value - low) / span * steps))) if span > 0 else 0
        x = offset + index
        for y in _between(level if previous is None else previous, level):
            grid[lines - 1 - y // 4][x // 2] |= _DOTS[x % 2][y % 4]
        previous = level
    return ["".join(chr(_BRAILLE + dots) if dots else " " for dots in row) for row in grid]


def stretched(values: Sequence[float], cells: int) -> list[float]:
    """Return a short history with each value repeated, so that it fills more of a plot of that width."""
    times = max(1, min(_STRETCH, 2 * cells // max(1, len(values))))
    return [value for value in values for _ in range(times)]


def _between(start: int, end: int) -> Iterable[int]:
    """Yield the levels that join two neighbours, so that a steep line has no holes."""
    if end > start:
        return range(start + 1, end + 1)
    if end < start:
        return range(end, start)
    return (end,)


class History:
    """The last values of some numbers of each record, by key."""

    def __init__(self, length: int = 240) -> None:
        self._length = length
        self._values: dict[Hashable, deque[float]] = {}

    def take(self, records: Iterable[Any], key: Callable[[Any], Hashable], value: Callable[[Any], Any]) -> None:
        """Remember one value of each record; forget records that are gone."""
        kept: dict[Hashable, deque[float]] = {}
        for record in records:
            name = key(record)
            series = self._values.get(name)
            if series is None:
                series = deque(maxlen=self._length)
            number = value(record)
            if isinstance(number, (int, float)):
                series.append(number)
            kept[name] = series
        self._values = kept

    def of(self, key: Hashable) -> Sequence[float]:
        """Return the values of one record, oldest first."""
        return tuple(self._values.get(key, ()))
