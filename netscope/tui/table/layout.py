"""Which columns fit, and how wide each is. Pure arithmetic; widths only grow, so that nothing jitters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from netscope.core.record import Column
from netscope.core.text import width

WIDEST = 48
FLEX_LEAST = 18
LATE = 10  # ranks from here on are of extras: shown only where nothing else gets narrower for it


class Slot(NamedTuple):
    """One visible column: where it starts and how wide it is."""

    column: Column
    x: int
    width: int


class Layout(NamedTuple):
    """The visible columns, and whether some are out of sight at either side or left out for want of room."""

    slots: tuple[Slot, ...] = ()
    left: bool = False
    right: bool = False

    def at(self, x: int) -> Column | None:
        """Return the column at a cell."""
        for slot in self.slots:
            if slot.x <= x <= slot.x + slot.width:
                return slot.column
        return None

    def shows(self, name: str) -> bool:
        """Tell whether a column is visible."""
        return any(slot.column.name == name for slot in self.slots)


class Widths:
    """The natural width of each column, from the titles and from the cells seen so far."""

    def __init__(self) -> None:
        self._widths: dict[str, int] = {}

    def see(self, column: Column, cells: Iterable[str]) -> bool:
        """Take cells into account; tell whether the column grew."""
        known = self._widths.get(column.name, 0)
        least = max(known, width(column.title) + 1, column.width if not known else 0)
        limit = 2 * WIDEST if column.flex else WIDEST
        wanted = min(max((width(cell) for cell in cells), default=0), limit)
        self._widths[column.name] = max(least, wanted)
        return self._widths[column.name] > known

    def forget(self) -> None:
        """Measure anew from now on."""
        self._widths.clear()

    @property
    def known(self) -> Mapping[str, int]:
        """Column name -> cells."""
        return self._widths


def lay_out(columns: Sequence[Column], natural: Mapping[str, int], room: int, first: int = 0) -> Layout:
    """Place columns in ``room`` cells.

    From the first column on, those of the highest rank are left out until the rest fits, squeezed at most to their
    least widths. Scrolled (``first`` > 0), columns keep their natural width and the right edge cuts.
    """
    if first:
        return _cut(columns, natural, room, first)
    widths = {column.name: natural.get(column.name, width(column.title) + 1) for column in columns}
    least = {column.name: _least(column, widths[column.name]) for column in columns}
    kept = _affordable(columns, widths, room)
    gap = 2 if sum(widths[column.name] + 2 for column in kept) <= room else 1
    while len(kept) > 1 and sum(least[column.name] + gap for column in kept) - gap > room:
        kept.remove(_worst(kept))
    sizes = _squeeze(kept, widths, least, room - gap * (len(kept) - 1))
    slots, x = [], 0
    for column in kept:
        slots.append(Slot(column, x, sizes[column.name]))
        x += sizes[column.name] + gap
    return Layout(tuple(slots), False, len(kept) < len(columns))


def _affordable(columns: Sequence[Column], widths: Mapping[str, int], room: int) -> list[Column]:
    """Return the columns without those extras for which others would have to be squeezed."""
    kept = list(columns)
    while sum(widths[column.name] + 2 for column in kept) > room and len(kept) > 1:
        worst = _worst(kept)
        if worst.rank < LATE:
            break
        kept.remove(worst)
    return kept


def _worst(columns: Sequence[Column]) -> Column:
    """Return the column that gives way first: the last of the highest rank."""
    rank = max(column.rank for column in columns)
    return [column for column in columns if column.rank == rank][-1]


def _least(column: Column, natural: int) -> int:
    if column.width:
        return min(column.width, natural)
    return min(natural, FLEX_LEAST) if column.flex else natural


def _squeeze(
    columns: Sequence[Column], widths: Mapping[str, int], least: Mapping[str, int], room: int
) -> dict[str, int]:
    """Return widths that add up to ``room`` at most: what is missing is taken from the widest slack first."""
    sizes = {column.name: widths[column.name] for column in columns}
    missing = sum(sizes.values()) - room
    while missing > 0:
        name = max(sizes, key=lambda candidate: sizes[candidate] - least[candidate])
        if sizes[name] <= least[name]:
            break
        sizes[name] -= 1
        missing -= 1
    if missing > 0:  # a single column wider than the screen
        name = columns[-1].name
        sizes[name] = max(1, sizes[name] - missing)
    return sizes


def _cut(columns: Sequence[Column], natural: Mapping[str, int], room: int, first: int) -> Layout:
    slots: list[Slot] = []
    x = 0
    for column in columns[first:]:
        wanted = natural.get(column.name, width(column.title) + 1)
        if slots and x + wanted > room:
            return Layout(tuple(slots), True, True)
        slots.append(Slot(column, x, min(wanted, room)))
        x += wanted + 2
    return Layout(tuple(slots), True, False)


def reach(columns: Sequence[Column], natural: Mapping[str, int], room: int, first: int, name: str) -> int:
    """Return the least horizontal scrolling, starting from ``first``, that brings a column into sight."""
    position = next((index for index, column in enumerate(columns) if column.name == name), 0)
    if position < first:
        return position
    while first < position and not lay_out(columns, natural, room, first).shows(name):
        first += 1
    return first
