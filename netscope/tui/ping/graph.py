"""Round-trip times over time as lines of braille, one plot below the other on one time axis. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from netscope.core.text import fit, printable, width
from netscope.tui.pages import PageLine, Span
from netscope.tui.ping.series import Sample, Series
from netscope.tui.plots import braille

ZOOMS = (5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0)  # seconds from left to right
_LEAST_LINES = 4  # of one plot: its title, two of curve, its losses
_AXIS = 9  # cells for the numbers at the left
_LOST = "×"


class Scope(NamedTuple):
    """Which time is shown: how many seconds, and where they end; None: with the newest probe."""

    seconds: float = 60.0
    end: float | None = None

    def zoomed(self, by: int) -> Scope:
        """Return the next longer (1) or shorter (-1) stretch of time."""
        place = min(range(len(ZOOMS)), key=lambda index: abs(ZOOMS[index] - self.seconds))
        return self._replace(seconds=ZOOMS[max(0, min(len(ZOOMS) - 1, place + by))])

    def scrolled(self, by: float, first: float, last: float) -> Scope:
        """Return the scope moved by a share of what it shows; at the newest probe it follows again."""
        end = (last if self.end is None else self.end) + by * self.seconds
        return self._replace(end=None if end >= last else max(end, min(last, first + self.seconds)))


class Plot(NamedTuple):
    """One target to draw: what to say of it, and its probes."""

    title: str
    series: Series


def columns(samples: Sequence[Sample], start: float, end: float, count: int) -> tuple[list[float | None], list[bool]]:
    """Return the greatest time in each of ``count`` columns, None where there is none, and which have a loss.

    Between two neighbouring replies the line is drawn straight; where a probe was lost it has a gap.
    """
    times: list[float | None] = [None] * count
    losses = [False] * count
    before: tuple[int, float] | None = None
    scale = (count - 1) / (end - start) if end > start else 0.0
    for sample in samples:
        place = round((sample.at - start) * scale)
        if sample.lost:
            before = None
            if 0 <= place < count:
                losses[place] = True
        if sample.rtt is None:
            continue
        if before is not None:
            for between in range(max(0, before[0] + 1), min(count, place)):
                share = (between - before[0]) / (place - before[0])
                times[between] = before[1] + share * (sample.rtt - before[1])
        if 0 <= place < count:
            times[place] = max(sample.rtt, times[place] or 0.0)
        before = place, sample.rtt
    return times, losses


def milli(seconds: float) -> str:
    """Return a time as an axis has it: three digits or so."""
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.3f} ms"


def draw(plots: Sequence[Plot], scope: Scope, now: float, wall: float, room: int, high: int) -> list[PageLine]:
    """Return the lines of the plots, and the axis below them.

    ``now`` is the end of the time shown unless the scope has one; ``wall`` is what the clock on the wall says at now.
    """
    cells = room - _AXIS - 1
    fitting = plots[: max(1, (high - 1) // _LEAST_LINES)]
    if not fitting or cells < 8 or high < _LEAST_LINES:
        return []
    step = scope.seconds / (2 * cells)
    end = ceil((now if scope.end is None else scope.end) / step) * step  # moves by whole columns
    start = end - scope.seconds
    each, more = divmod(high - 1, len(fitting))
    lines: list[PageLine] = []
    for number, plot in enumerate(fitting):
        left_out = len(plots) - len(fitting) if number == len(fitting) - 1 else 0
        lines += _one(plot, start, end, cells, each + (number < more), room, left_out)
    return [*lines, _time_axis(start, end, wall - now, cells)]


def _one(plot: Plot, start: float, end: float, cells: int, high: int, room: int, left_out: int) -> list[PageLine]:
    samples = plot.series.between(start, end)
    times, losses = columns(samples, start, end, 2 * cells)
    known = [value for value in times if value is not None]
    low, most = (min(known), max(known)) if known else (0.0, 0.0)
    flat = most - low < 0.05 * most  # a steady line is drawn in the middle, not as a saw
    bottom, top = (max(0.0, low - 0.5 * most), 1.5 * most) if flat else (low, most)
    more = f"  and {left_out} more, for which there is no room" if left_out else ""
    probed = any(start <= sample.at <= end for sample in samples)
    nothing = "no reply in this time" if probed else "nothing was sent in this time"
    # A column shows the greatest of its times: the title tells the least and the greatest of all.
    told = [sample.rtt for sample in samples if sample.rtt is not None and start <= sample.at <= end] or known
    extent = f"{milli(min(told))} … {milli(max(told))}" if told else nothing
    says = f"  {extent}{more}"
    says = fit(says, min(width(says), room - 12))
    title = fit(printable(plot.title), room - 1 - width(says)).rstrip()
    lines: list[PageLine] = [(Span(f" {title}", "title"), Span(says, "label"))]
    curve = braille(times, cells, high - 2, bottom, top)
    for number, row in enumerate(curve):
        mark = milli(top) if not number and known else milli(bottom) if number == high - 3 and known else ""
        lines.append((Span(f"{mark:>{_AXIS}} ", "label"), Span(row, "accent")))
    lost = [_LOST if losses[2 * cell] or losses[2 * cell + 1] else " " for cell in range(cells)]
    label = "lost" if any(losses) else ""
    lines.append((Span(f"{label:>{_AXIS}} ", "bad"), Span("".join(lost), "bad")))
    return lines


def _time_axis(start: float, end: float, offset: float, cells: int) -> PageLine:
    """Return the line with the time at the left and at the right end, and how long it is."""
    left, right = (time.strftime("%H:%M:%S", time.localtime(moment + offset)) for moment in (start, end))
    long = duration(end - start)
    inside = max(0, cells - len(left) - len(right))
    return (Span(" " * (_AXIS + 1) + left + long.center(inside) + right, "label"),)


def duration(seconds: float) -> str:
    """Return a stretch of time in words."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
