"""The records of one table: by key, with marks for what came and went, in order, filtered. No screen in here."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from netscope.tui.slices import CHUNK, Steps
from netscope.tui.table.order import Order, ordered

Sign = Literal["", "+", "-"]
Predicate = Callable[[Any], bool]

LINGER = 5.0  # seconds for which a row that came or went is marked
FIRST_PAGE = 200


class View(NamedTuple):
    """What the table shows: parallel sequences; how many rows there are without the filter, how many of the shown are
    only fading."""

    keys: Sequence[Hashable] = ()
    records: Sequence[Any] = ()
    total: int = 0
    fading: int = 0

    def position(self, key: Hashable, near: int = 0) -> int | None:
        """Return where a key is; ``near`` is where it was."""
        if 0 <= near < len(self.keys) and self.keys[near] == key:
            return near
        try:
            return self.keys.index(key)
        except ValueError:
            return None


def keyed(records: Sequence[Any], key: Callable[[Any], Hashable]) -> Steps[dict[Hashable, Any]]:
    """Return key -> record. Records with the same key are all kept: the second is known as (key, 2)."""
    found: dict[Hashable, Any] = {}
    for count, record in enumerate(records):
        if count % CHUNK == 0:
            yield
        name = key(record)
        if name in found:
            again = 2
            while (name, again) in found:
                again += 1
            name = (name, again)
        found[name] = record
    return found


def woven(keys: Sequence[Hashable], before: Sequence[Hashable], ghosts: Mapping[Hashable, Any]) -> list[Hashable]:
    """Return ``keys`` with the ghosts put back where they stood in ``before``: after the row that they followed."""
    if not ghosts:
        return list(keys)
    followers: dict[Hashable, list[Hashable]] = {}
    placed = set(keys)
    leader: Hashable = None
    heads: list[Hashable] = []
    for key in before:
        if key in ghosts:
            (followers.setdefault(leader, []) if leader is not None else heads).append(key)
        elif key in placed:
            leader = key
    result = heads
    for key in keys:
        result.append(key)
        result += followers.get(key, ())
    result += [key for key in ghosts if key not in set(before)]
    return result


class Rows:
    """Takes snapshots; gives views. Its long methods are step generators (see :mod:`netscope.tui.slices`)."""

    def __init__(self, key: Callable[[Any], Hashable]) -> None:
        self._key = key
        self._live: dict[Hashable, Any] | None = None
        self._arrived: dict[Hashable, float] = {}
        self._gone: dict[Hashable, tuple[Any, float]] = {}
        self._ordered: list[Hashable] = []
        self._all: dict[Hashable, Any] = {}
        self._verdicts: dict[Hashable, tuple[Any, bool]] = {}
        self._wanted: Predicate | None = None
        self.order = Order()
        self.view = View()

    @property
    def wanted(self) -> Predicate | None:
        """The filter, or None."""
        return self._wanted

    @wanted.setter
    def wanted(self, predicate: Predicate | None) -> None:
        self._wanted = predicate
        self._verdicts = {}

    def sign(self, key: Hashable) -> Sign:
        """Return the mark of a row: it came, it went, or neither."""
        if key in self._gone:
            return "-"
        return "+" if key in self._arrived else ""

    def expiry(self) -> float | None:
        """Return when the next mark ends, on the clock that ``take`` was given; None without marks."""
        times = [*self._arrived.values(), *(when for _record, when in self._gone.values())]
        return min(times) + LINGER if times else None

    def take(self, records: Sequence[Any], now: float) -> Steps[None]:
        """Replace the records. Nothing is marked on the first look."""
        fresh = yield from keyed(records, self._key)
        before, self._live = self._live, fresh
        if before is None:
            return
        for key in fresh.keys() - before.keys():
            self._arrived[key] = now
            self._gone.pop(key, None)
        for key in before.keys() - fresh.keys():
            self._gone[key] = (before[key], now)
            self._arrived.pop(key, None)

    def settle(self, now: float) -> bool:
        """Forget the marks that have lasted long enough; tell whether there were any."""
        limit = now - LINGER
        before = len(self._arrived) + len(self._gone)
        self._arrived = {key: when for key, when in self._arrived.items() if when > limit}
        self._gone = {key: kept for key, kept in self._gone.items() if kept[1] > limit}
        return len(self._arrived) + len(self._gone) < before

    def sort(self) -> Steps[None]:
        """Bring all rows, those just gone included, into order."""
        live = self._live or {}
        ghosts = {key: record for key, (record, _when) in self._gone.items() if key not in live}
        everything = {**live, **ghosts}
        yield
        if self.order.column is None:
            keys = woven(list(live), self._ordered, ghosts)
            if self.order.reverse:
                keys.reverse()
        else:
            keys = [key for key in self._ordered if key in everything]  # nearly sorted: most of the work is done
            known = set(keys)
            yield
            keys += [key for key in everything if key not in known]
            keys = yield from ordered(keys, everything, self.order)
        self._ordered, self._all = keys, everything

    def filter(self, preview: Callable[[], None] = lambda: None) -> Steps[None]:
        """Make the view of what the filter lets through. ``preview`` is called once the first page of it is known."""
        everything, wanted = self._all, self._wanted
        total = len(self._live or ())
        if wanted is None:
            keys = self._ordered
            self.view = View(keys, [everything[key] for key in keys], total, len(everything) - total)
            return
        keys, records = [], []
        verdicts: dict[Hashable, tuple[Any, bool]] = {}
        early = False
        for count, key in enumerate(self._ordered):
            if count % (CHUNK // 4) == 0:
                yield
            record = everything[key]
            known = self._verdicts.get(key)
            passes = known[1] if known is not None and known[0] == record else wanted(record)
            verdicts[key] = (record, passes)
            if passes:
                keys.append(key)
                records.append(record)
                if len(keys) == FIRST_PAGE and not early:
                    early = True
                    self.view = View(tuple(keys), tuple(records), total)
                    preview()
        self._verdicts = verdicts
        self.view = View(keys, records, total, sum(key in self._gone for key in keys) if self._gone else 0)
