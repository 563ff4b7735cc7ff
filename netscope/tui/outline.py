"""Text as an outline: lines with others below them that can be folded away. Pure; the widget is in ``outlined``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netscope.core.text import fit, printable, width
from netscope.tui.pages import PageLine, Span

Path = tuple[int, ...]

_INDENT = 2


class Item(NamedTuple):
    """A line and what lies below it.

    Attributes:
        line: what it says; made printable when it is laid out.
        below: what can be folded away.
        folded: whether that is so at first.
        subject: the address or name that a question about this line is about, "" for none.
        copied: what copying the line gives, "" for what it says.
        flat: what is below stands under the line, not further right.
        short: its end is cut off where there is no room, instead of going on in the next line.
    """

    line: PageLine
    below: tuple[Item, ...] = ()
    folded: bool = False
    subject: str = ""
    copied: str = ""
    flat: bool = False
    short: bool = False


class Row(NamedTuple):
    """One line on the screen: a piece of an item's line, cut to the width. ``first`` is its first piece."""

    path: Path
    item: Item
    spans: PageLine
    first: bool


def plain(text: str, tone: str = "plain") -> Item:
    """Return an item of one tone."""
    return Item((Span(text, tone),))


def text_items(lines: Sequence[str]) -> list[Item]:
    """Return the items of lines of text."""
    return [plain(line) for line in lines]


def lay_out(items: Sequence[Item], turned: frozenset[Path], room: int) -> list[Row]:
    """Return the rows of what is not folded away; ``turned`` are the paths that are not as they were at first.

    Where nothing can be folded no room is taken for the marks.
    """
    marks = any(item.below for item in items)
    rows: list[Row] = []
    _place(rows, items, (), 0, turned, room, marks=marks)
    return rows


def _place(
    rows: list[Row], items: Sequence[Item], above: Path, indent: int, turned: frozenset[Path], room: int, *, marks: bool
) -> None:
    for number, item in enumerate(items):
        path = (*above, number)
        folded = is_folded(path, item, turned)
        mark = "" if not marks else "  " if not item.below else "▸ " if folded else "▾ "
        lead = " " * indent + mark
        hang = " " * (len(lead) + _INDENT) if marks else ""
        first = max(8, room - width(lead))
        pieces = [_shortened(item.line, first)] if item.short else _pieces(item.line, first, max(8, room - len(hang)))
        for place, spans in enumerate(pieces):
            before = Span(lead if place == 0 else hang, "quiet")
            rows.append(Row(path, item, (before, *spans) if before.text else spans, place == 0))
        if item.below and not folded:
            deeper = indent if item.flat else indent + _INDENT
            _place(rows, item.below, path, deeper, turned, room, marks=marks)


def is_folded(path: Path, item: Item, turned: frozenset[Path]) -> bool:
    """Tell whether what is below an item is out of sight."""
    return bool(item.below) and item.folded is not (path in turned)


def _pieces(line: PageLine, room: int, later: int) -> Iterator[PageLine]:
    """Cut a line to the width, ``later`` that of all pieces but the first, at a space where one is not far back."""
    spans = [Span(_shown(span.text), span.tone) for span in line]
    if sum(width(span.text) for span in spans) <= room:
        yield tuple(spans)
        return
    piece: list[Span] = []
    left = room
    for span in spans:
        text = span.text
        while width(text) > left:
            cut = _cut(text, left, room)
            if cut:
                piece.append(Span(text[:cut].rstrip(), span.tone))
            yield tuple(piece)
            piece, left, room, text = [], later, later, text[cut:].lstrip(" ")
        piece.append(Span(text, span.tone))
        left -= width(text)
    yield tuple(piece)


def _shortened(line: PageLine, room: int) -> PageLine:
    spans: list[Span] = []
    for span in line:
        text = _shown(span.text)
        if width(text) > room:
            return (*spans, Span(fit(text, room), span.tone)) if room else tuple(spans)
        spans.append(Span(text, span.tone))
        room -= width(text)
    return tuple(spans)


def _shown(text: str) -> str:
    """Return a text that a terminal shows and does not obey, tabs laid out as terminals do."""
    if "\t" in text:
        text = text.expandtabs(8)
    return printable(text)


def _cut(text: str, left: int, room: int) -> int:
    """Return how many characters of a text to keep on a line with ``left`` cells; 0 to begin it on the next."""
    end = min(len(text), left)
    while end and width(text[:end]) > left:
        end -= 1
    space = text.rfind(" ", max(0, end - room // 2), end + 1)
    if space > 0:
        return space
    if left < room:
        return 0
    return max(1, end)


def as_text(items: Sequence[Item], depth: int = 0) -> Iterator[str]:
    """Yield all of an outline as plain lines, folded or not."""
    for item in items:
        yield ("  " * depth + _said(item)).rstrip()
        yield from as_text(item.below, depth if item.flat else depth + 1)


def line_text(item: Item) -> str:
    """Return what copying an item gives."""
    return item.copied or _said(item).strip()


def _said(item: Item) -> str:
    return "".join(_shown(span.text) for span in item.line)
