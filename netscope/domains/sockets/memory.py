"""What a live look remembers for the next one. A socket whose message is still the same needs no decoding.

Steps over all rows are left to C functions (map, compress): a Python one costs 5 ms with 50,000 sockets.
"""

from __future__ import annotations

from itertools import chain, compress, repeat
from operator import attrgetter, ne

from netscope.core.host import Inodes
from netscope.core.typed import Any, Callable, Mapping, Sequence, overload
from netscope.domains.sockets import diag
from netscope.domains.sockets.answers import Block
from netscope.domains.sockets.record import RATES, Socket, cookie_of

Known = dict[int, Socket]  # cookie -> row, at rest

_NEW = tuple.__new__
_NOTHING_MOVED = (0.0, 0.0, None)
_MESSAGE = attrgetter("message")
_UNKNOWN: Any = _NEW(Socket, (None,) * len(Socket._fields))  # its message is like no other


def at_rest(row: Socket) -> Socket:
    """Return what the row is when its message is found unchanged: no byte has moved, so its rates are 0."""
    if row.send_rate is None and row.protocol == "tcp" and diag.INFO in row.layout:
        return _NEW(Socket, (*row[: RATES.start], *_NOTHING_MOVED))
    return row


class Rows(list[Socket]):
    """The rows of a look, and how they came of those of the look before.

    Attributes:
        since: when that look was (its snapshot's clock).
        changed: where rows are that are not at rest.
        earlier: cookie -> what these rows were in that look, for those that were in it.
    """

    since: float = 0.0
    changed: Sequence[int] = ()
    earlier: Mapping[int, Socket] = {}  # noqa: RUF012 - never written to


class Memory:
    """The rows of the look before, at rest, and those of the look in progress, by protocol."""

    def __init__(self) -> None:
        self._before: dict[str, Known] = {}
        self._now: dict[str, Known] = {}
        self._earlier: dict[int, Socket] = {}
        self._fresh: list[tuple[int, Socket]] = []  # of the source in progress: where they are made, and they
        self._made = 0
        self._loose: set[int] = set()  # inodes of rows that are not remembered by a cookie
        self._loose_before: set[int] = set()
        self._whole = True
        self._asked: object | None = None
        self._first = True
        self._clock = 0.0

    def rows(self, protocol: str, block: Block, decode: Callable[[bytes], Socket]) -> list[Socket]:
        """Return the rows of messages, decoding those that were not there before."""
        recall = self._before.setdefault(protocol, {}).pop
        found: list[Socket] = list(map(recall, block.cookies, repeat(_UNKNOWN)))
        for at in compress(range(len(found)), map(ne, map(_MESSAGE, found), block.messages)):
            if found[at] is not _UNKNOWN:
                self._earlier[block.cookies[at]] = found[at]
            row = found[at] = decode(block.message(at))
            self._fresh.append((self._made + at, row))
        self._made += len(found)
        self._now.setdefault(protocol, {}).update(zip(block.cookies, found, strict=True))
        return found

    def drop(self, protocol: str) -> None:
        """Forget the rows of a protocol whose look has failed: they have no owners yet, and will not be shown."""
        if self._now.pop(protocol, None) or self._before.get(protocol):
            self._whole = False
        self._fresh, self._made = [], 0

    def fresh(self, rows: Sequence[Socket], start: int, *, remade: bool) -> Sequence[int]:
        """Return where those of a source's rows are that the look before had not got, if the first is at ``start``.

        Rows that were not made by :meth:`rows`, or made anew of those that were (``remade``), are all fresh.
        """
        fresh, made = self._fresh, self._made
        self._fresh, self._made = [], 0
        if remade or not made:
            self._loose.update(row.inode for row in rows)
        if self._first or remade or not made:
            return range(start, start + len(rows))
        if made == len(rows):
            return [start + at for at, _row in fresh]
        new = {id(row) for _at, row in fresh}  # some rows were left out
        return [start + at for at, row in enumerate(rows) if id(row) in new]

    def gone(self) -> list[Socket]:
        """Return the rows of the look before that this one has not got."""
        return [row for known in self._before.values() for row in known.values()]  # the others have been recalled

    def question(self, all_inodes: Callable[[], set[int]], rows: Sequence[Socket], fresh: Sequence[int]) -> Inodes:
        """Return the question for the owners of ``rows``; ``fresh`` is where those are that are new to it."""
        known = self._whole and not self._first
        came, went = set[int](), set[int]()
        if known:
            came = {row.inode for row in map(rows.__getitem__, fresh) if not row.kernel} - {0}
            went = {row.inode for row in chain(self.gone(), self._earlier.values())}
            went = (went | self._loose_before - self._loose) - came
        question = Inodes(all_inodes, came, went, self._asked if known else None)
        self._asked, self._whole = question.question, True
        self._loose_before, self._loose = self._loose, set()
        return question

    def turn(
        self, rows: list[Socket], changed: Sequence[int], departed: Sequence[Socket], clock: float
    ) -> Sequence[Socket]:
        """End a look that began at ``clock``, and return the rows to show, the departed ones last.

        ``changed`` is where rows are fresh, or have another owner.
        """
        now, first = self._now, self._first
        shown = Rows(rows)
        shown.since, shown.changed, shown.earlier = self._clock, changed, self._earlier
        for number in changed:
            row = rows[number]
            rest = at_rest(row)
            if row.message:
                now[row.protocol][cookie_of(row)] = rest
            if first:
                rows[number] = rest
        if departed:
            shown.changed = [*changed, *range(len(shown), len(shown) + len(departed))]
            shown += departed
        for known in self._before.values():
            known.clear()
        # Used again: of all that a look makes, the cycle collector would walk through new ones of this size first.
        self._before, self._now, self._earlier, self._first, self._clock = now, self._before, {}, False, clock
        if first:
            return [*Unrated(rows), *departed] if departed else Unrated(rows)
        return shown

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
