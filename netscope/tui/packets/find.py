"""Finding: a text, a regular expression or bytes, in the rows and in the frames. Pure but for reading frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from netscope.core.errors import BadQuery
from netscope.core.frame import Frame
from netscope.tui.packets.rows import Row

_HEX = re.compile(r"0x([0-9a-fA-F]{2}(?:[ :-]?[0-9a-fA-F]{2})*)$|([0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2})+)$")


class Wanted(NamedTuple):
    """What is looked for.

    Attributes:
        text: as it was typed.
        row: tells whether a row is it; None where only the bytes are looked at.
        data: tells whether a frame's bytes hold it.
    """

    text: str
    row: Callable[[str], bool] | None
    data: Callable[[bytes], bool]


def wanted(text: str) -> Wanted:
    """Read what was typed: ``0x1a2b`` and ``1a:2b`` are bytes, ``/.../`` is a regular expression, all else text. Case
    does not count, as in the filters of tables. Raises BadQuery."""
    text = text.strip()
    if not text:
        raise BadQuery("nothing to find", "type a text, /a regular expression/ or bytes (0x1a2b, 1a:2b)")
    found = _HEX.match(text)
    if found:
        needle = bytes.fromhex(re.sub(r"[ :-]", "", found[1] or found[2]))
        # An address of colons is a text, too: it may stand in a row.
        return Wanted(text, _within(text) if found[2] else None, lambda data: needle in data)
    if len(text) > 2 and text[0] == text[-1] == "/":
        try:
            rows = re.compile(text[1:-1], re.IGNORECASE)
            octets = re.compile(text[1:-1].encode(), re.IGNORECASE | re.DOTALL)
        except re.error as error:
            raise BadQuery("not a regular expression", str(error)) from error
        return Wanted(text, lambda row: rows.search(row) is not None, lambda data: octets.search(data) is not None)
    plain = re.compile(re.escape(text.encode()), re.IGNORECASE)
    return Wanted(text, _within(text), lambda data: plain.search(data) is not None)


def _within(text: str) -> Callable[[str], bool]:
    folded = text.casefold()
    return lambda row: folded in row.casefold()


def around(rows: int, start: int, *, forward: bool) -> Iterator[int]:
    """Yield all rows, from the one after (or before) ``start`` on, round the end, that one last."""
    for step in range(1, rows + 1):
        yield (start + (step if forward else -step)) % rows


def search(
    places: Iterable[int],
    looked_for: Wanted,
    frame: Callable[[int], Frame],
    row: Callable[[int], Row],
    go_on: Callable[[int], bool],
) -> int | None:
    """Return the first place that is it; ``go_on`` hears how many were looked at and may end the search."""
    for number, place in enumerate(places):
        if number % 64 == 0 and not go_on(number):
            return None
        try:
            if looked_for.data(frame(place).data):
                return place
            if looked_for.row is not None and looked_for.row(row(place).text):
                return place
        except IndexError:
            continue  # let go meanwhile
    return None
