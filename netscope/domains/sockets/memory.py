"""What a live look remembers for the next one: message -> row. A message that is still the same needs no decoding."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import overload

from netscope.domains.sockets import diag
from netscope.domains.sockets.record import RATES, Socket

Known = dict[bytes, Socket]

_MESSAGE = attrgetter("message")
_SEND_RATE = attrgetter("send_rate")
_NEW = tuple.__new__
_NOTHING_MOVED = (0.0, 0.0, None)


def at_rest(row: Socket) -> Socket:
    """Return what the row is when its message is found unchanged: no byte has moved, so its rates are 0."""
    if row.send_rate is None and row.protocol == "tcp" and diag.INFO in row.layout:
        return _NEW(Socket, (*row[: RATES.start], *_NOTHING_MOVED))
    return row


def remember(rows: Sequence[Socket]) -> Known:
    """Return message -> row at rest."""
    known = dict(zip(map(_MESSAGE, rows), rows, strict=True))
    for row in [row for row, rate in zip(rows, map(_SEND_RATE, rows), strict=True) if rate is None]:
        known[row.message] = at_rest(row)
    known.pop(b"", None)  # rows out of /proc
    return known


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
