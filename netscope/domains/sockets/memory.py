"""What a live look remembers for the next one: message -> row. A message that is still the same needs no decoding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import overload

from netscope.domains.sockets import diag
from netscope.domains.sockets.record import RATES, Socket

Known = dict[bytes, Socket]

_NEW = tuple.__new__
_NOTHING_MOVED = (0.0, 0.0, None)


def at_rest(row: Socket) -> Socket:
    """Return what the row is when its message is found unchanged: no byte has moved, so its rates are 0."""
    if row.send_rate is None and row.protocol == "tcp" and diag.INFO in row.layout:
        return _NEW(Socket, (*row[: RATES.start], *_NOTHING_MOVED))
    return row


class Memory:
    """The rows of the look before, at rest, and those of the look in progress."""

    def __init__(self) -> None:
        self._before: Known = {}
        self._now: Known = {}
        self._fresh: list[Socket] = []
        self._first = True

    def rows(self, messages: Iterable[bytes], decode: Callable[[bytes], Socket]) -> list[Socket]:
        """Return the rows of messages, decoding those that were not there before."""
        recall, now, fresh = self._before.pop, self._now, self._fresh
        found = []
        for message in messages:
            row = recall(message, None)
            if row is None:
                row = decode(message)
                fresh.append(row)
            else:
                now[row.message] = row  # the old bytes, so that the new ones can go
            found.append(row)
        return found

    def note(self, rows: Iterable[Socket]) -> None:
        """Take rows that were not made by :meth:`rows`, or made anew of those that were."""
        self._fresh += rows

    def fresh(self, rows: Sequence[Socket]) -> Sequence[int]:
        """Return where in ``rows`` those are that the look before had not got; lets go of them."""
        if self._first:
            self._fresh = []
            return range(len(rows))
        ids = set(map(id, self._fresh))
        self._fresh = []
        return [number for number, row in enumerate(rows) if id(row) in ids]

    def turn(self, rows: list[Socket], changed: Iterable[int]) -> tuple[Sequence[Socket], Iterable[Socket]]:
        """End a look; ``changed`` is where rows are fresh, or have another owner.

        Return the rows to show, and those of the look before that are gone.
        """
        gone, known, first = self._before, self._now, self._first
        for number in changed:
            row = rows[number]
            rest = at_rest(row)
            if row.message:
                known[row.message] = rest
            if first:
                rows[number] = rest
        self._before, self._now, self._first = known, {}, False
        return (Unrated(rows) if first else rows), gone.values()

    def forget(self) -> None:
        """Decode everything anew, as in a first look."""
        self._before = {}
        self._first = True


class Unrated(Sequence[Socket]):
    """The rows of a first look, kept at rest for the second: their rates are not known yet.

    They are made when asked for. To hold 50,000 rows twice takes 13 MB, which the allocator would never give back.
    """

    def __init__(self, rows: Sequence[Socket]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Socket: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Socket]: ...

    def __getitem__(self, index: int | slice) -> Socket | Sequence[Socket]:
        if isinstance(index, slice):
            return Unrated(self._rows[index])
        return self._rows[index]._replace(send_rate=None, receive_rate=None)
