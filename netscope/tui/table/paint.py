"""From cells to strips: one segment for each run of the same style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from netscope.core.text import fit
from netscope.tui.styles import Palette
from netscope.tui.table.cells import Tone, tone
from netscope.tui.table.layout import Layout
from netscope.tui.table.order import Order
from netscope.tui.table.rows import Sign

GUTTER = 2
_SIGNS: dict[Sign, str] = {"": "  ", "+": "+ ", "-": "- "}


class RowLook(NamedTuple):
    """All that decides what one line looks like; two equal ones are painted once.

    Attributes:
        cells: the texts.
        sign: came, went, or neither.
        cursor: 0 no cursor here, 1 the table's cursor, 2 also focused.
        here: the name of the column under the column cursor ("" on other rows).
        bar: the scroll bar's cell.
    """

    cells: tuple[str, ...]
    sign: Sign
    cursor: int
    here: str
    bar: str


def row_strip(look: RowLook, layout: Layout, palette: Palette, room: int) -> Strip:
    """Paint a row, ``room`` cells wide."""
    ground: tuple[str, ...] = ()
    if look.sign:
        ground = ("gone" if look.sign == "-" else "new",)
    over: tuple[str, ...] = (("cursor-blurred",), ("cursor",))[look.cursor - 1] if look.cursor else ()
    plain = palette.style(*ground, *over)
    runs: list[tuple[str, Style]] = [(_SIGNS[look.sign], palette.style(*ground, "sign", *over))]
    x = 0
    for slot, text in zip(layout.slots, look.cells, strict=True):
        if slot.x > x:
            runs.append((" " * (slot.x - x), plain))
        cell: Tone = "plain" if look.sign == "-" or look.cursor == 2 else tone(slot.column, text)
        names = (*ground, cell, *over) if cell != "plain" else (*ground, *over)
        if look.here == slot.column.name:
            names = (*names, "here")
        column = slot.column
        fitted = fit(text, slot.width, right=column.numeric, middle=column.cut == "middle")
        runs.append((fitted, palette.style(*names)))
        x = slot.x + slot.width
    runs.append((" " * (room - GUTTER - x - len(look.bar)), plain))
    if look.bar:
        runs.append((look.bar, palette.style("bar")))
    return _strip(runs, room)


def header_strip(layout: Layout, order: Order, here: str, palette: Palette, room: int) -> Strip:
    """Paint the titles: an arrow at the sorted column, marks where columns are out of sight."""
    style = palette.style("header")
    runs = [("‹ " if layout.left else "  ", style)]
    x = 0
    for slot in layout.slots:
        runs.append((" " * (slot.x - x), style))
        arrow = ""
        names: tuple[str, ...] = ("header",)
        if order.column is not None and order.column.name == slot.column.name:
            arrow = "▼" if order.reverse else "▲"
            names = (*names, "sorted")
        if slot.column.name == here:
            names = (*names, "here")
        title = fit(slot.column.title, slot.width - len(arrow)).rstrip() + arrow
        pad = " " * (slot.width - len(title))
        title_style = palette.style(*names)
        runs += [(pad, style), (title, title_style)] if slot.column.numeric else [(title, title_style), (pad, style)]
        x = slot.x + slot.width
    more = "›" if layout.right else ""
    runs += [(" " * max(0, room - GUTTER - x - len(more)), style), (more, style)]
    return _strip(runs, room)


def message_strip(text: str, palette: Palette, room: int, *, strong: bool) -> Strip:
    """Paint one line of what is said instead of rows."""
    style = palette.style("message-strong" if strong else "message")
    return _strip([(fit(f"  {text}", room), style)], room)


def _strip(runs: Sequence[tuple[str, Style]], room: int) -> Strip:
    segments: list[Segment] = []
    pending, current = "", Style.null()
    for text, style in runs:
        if style is current:
            pending += text
            continue
        if pending:
            segments.append(Segment(pending, current))
        pending, current = text, style
    if pending:
        segments.append(Segment(pending, current))
    return Strip(segments).adjust_cell_length(room)
