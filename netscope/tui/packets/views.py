"""Which places the list shows, in order: all, or some. Rows of the list count from 0."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Protocol


class View(Protocol):
    """Rows of the list."""

    def __len__(self) -> int:
        """How many rows there are."""

    def place(self, row: int) -> int:
        """Return which place a row shows."""

    def row(self, place: int) -> int:
        """Return the row of a place, or that of the next one shown."""

    def places(self) -> Sequence[int]:
        """Return all places."""


class All:
    """Everything that is still there."""

    def __init__(self, first: int = 0, end: int = 0) -> None:
        self._range = range(first, max(first, end))

    def __len__(self) -> int:
        return len(self._range)

    def place(self, row: int) -> int:
        """Return which place a row shows."""
        return self._range[row]

    def row(self, place: int) -> int:
        """Return the row of a place."""
        return max(0, place - self._range.start)

    def places(self) -> Sequence[int]:
        """Return all places."""
        return self._range


class Some:
    """Chosen places."""

    def __init__(self, places: Iterable[int], first: int = 0) -> None:
        found = sorted(places)
        self._places = array("Q", found[bisect_left(found, first) :])

    def __len__(self) -> int:
        return len(self._places)

    def place(self, row: int) -> int:
        """Return which place a row shows."""
        return self._places[row]

    def row(self, place: int) -> int:
        """Return the row of a place, or that of the next one shown."""
        return min(bisect_left(self._places, place), max(0, len(self._places) - 1))

    def places(self) -> Sequence[int]:
        """Return all places."""
        return self._places
