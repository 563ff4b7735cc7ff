"""Records as an aligned table. Column by column, since a table of 50,000 rows must not cost a call per cell."""

from __future__ import annotations

from netscope.core.record import Column, Names
from netscope.core.text import fit, format_value, printable, width
from netscope.core.typed import Any, Callable, Iterator, NamedTuple, Sequence

GAP = "  "
_SPARE_RANK = 6  # columns of this rank and above are left out before others are cut
_NARROWEST = 8  # a squeezed column keeps this much, or its heading

_BOLD, _GREEN, _YELLOW, _RED, _CYAN, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[36m", "\x1b[0m"
_COLOURS = {
    **dict.fromkeys(("LISTEN", "ESTABLISHED", "CONNECTED", "UP", "REACHABLE", "PERMANENT"), _GREEN),
    **dict.fromkeys(("STALE", "DELAY", "PROBE", "INCOMPLETE", "SYN_SENT", "SYN_RECV", "CLOSE_WAIT"), _YELLOW),
    **dict.fromkeys(("DOWN", "FAILED", "LOWERLAYERDOWN", "blackhole", "unreachable", "prohibit"), _RED),
}  # fmt: skip


class Cells(NamedTuple):
    """One column, ready to print: escaped texts and how many terminal cells they take."""

    column: Column
    texts: list[str]
    ascii: bool
    widest: int
    empty: bool


class Layout(NamedTuple):
    """What fits: the columns that are kept with their widths, and the names of those that are not."""

    kept: list[tuple[Cells, int]]
    dropped: list[str]


def cells(column: Column, records: Sequence[Any], names: Names, header: bool = True) -> Cells:
    """Return the texts of one column, nothing in them that a terminal could act on."""
    if column.texts is not None:
        texts = column.texts(records, names)
    elif column.text is not None:
        show = column.text
        texts = [show(record, names) for record in records]
    else:
        kind = column.kind
        texts = [text if type(text) is str else format_value(text, kind) for text in map(column.value, records)]
    together = "".join(texts)
    if not (together.isascii() and together.isprintable()):
        texts = _each(printable, texts)
        together = "".join(texts)
    plain = together.isascii() and column.title.isascii()
    measure = len if plain else width
    widest = max(map(measure, texts if plain else set(texts)), default=0)
    return Cells(column, texts, plain, max(widest, width(column.title)) if header else widest, widest == 0)


def _each(make: Callable[..., str], texts: Sequence[str], *how: int, **more: bool) -> list[str]:
    """Return what is made of each text: once of those that say the same, as many of a column do."""
    made = {text: make(text, *how, **more) for text in set(texts)}
    return list(map(made.__getitem__, texts))


def layout(columns: Sequence[Cells], room: int | None, *, drop: bool = True) -> Layout:
    """Fit columns into ``room`` terminal cells (None: as wide as they are).

    Columns that say nothing go first, then those of a rank that is for wide terminals, the rightmost first; then
    columns that may flex give up width, down to their minimum; then the others go, by rank. The last ones are cut if
    they must be, and all of them where none may be dropped.
    """
    kept = list(columns)
    if room is None:
        return Layout([(cell, cell.widest) for cell in kept], [])
    dropped: list[str] = []
    if drop:
        for widths, spared in ((_natural, _SPARE_RANK), (_least, 1)):
            while len(kept) > 1 and _total([widths(cell) for cell in kept]) > room:
                gone = max(range(len(kept)), key=lambda index: (kept[index].empty, kept[index].column.rank, index))
                rank = kept[gone].column.rank
                if rank == 0 or (rank < spared and not kept[gone].empty):
                    break
                dropped.append(kept.pop(gone).column.title)
    sizes = [cell.widest for cell in kept]
    _squeeze(sizes, [_least(cell) for cell in kept], room)
    _squeeze(sizes, [1] * len(kept), room)
    return Layout(list(zip(kept, sizes, strict=True)), dropped)


def _natural(cell: Cells) -> int:
    return cell.widest


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _least(cell: Cells) -> int:
    if not cell.column.flex and not cell.column.width:
        return cell.widest
    return min(cell.widest, max(cell.column.width or _NARROWEST, width(cell.column.title)))


def _squeeze(widths: list[int], least: Sequence[int], room: int) -> None:
    """Take width from whoever is widest above his minimum until the row fits or nobody can give."""
    excess = _total(widths) - room
    while excess > 0:
        giving = [index for index in range(len(widths)) if widths[index] > least[index]]
        if not giving:
            return
        widest = max(giving, key=lambda index: widths[index])
        others = [widths[index] for index in giving if widths[index] < widths[widest]]
        step = min(excess, widths[widest] - max([least[widest], *others]))
        step = max(1, step)
        widths[widest] -= step
        excess -= step


def render(found: Layout, *, header: bool = True, colour: bool = False) -> Iterator[str]:
    """Yield the lines of the table, without line ends; the heading first."""
    if not found.kept:
        return
    last = len(found.kept) - 1
    if header:
        titles = [fit(cell.column.title, size, right=cell.column.numeric) for cell, size in found.kept]
        line = GAP.join(titles).rstrip()
        yield f"{_BOLD}{line}{_PLAIN}" if colour else line
    columnwise = []
    template = []
    for index, (cell, size) in enumerate(found.kept):
        texts, right = cell.texts, cell.column.numeric
        if not cell.ascii or size < cell.widest:
            middle = cell.column.cut == "middle"
            texts = _each(fit, texts, size, right=right, middle=middle)
            template.append("%s")
        else:
            ragged = index == last and not right
            template.append("%s" if ragged else f"%{'' if right else '-'}{size}s")
        if colour:
            texts, template[-1] = _coloured(texts, size, cell.column), "%s"
        columnwise.append(texts)
    yield from map(str.rstrip, map(GAP.join(template).__mod__, zip(*columnwise, strict=True)))


def fitted(line: str, room: int) -> str:
    """Return a printable line cut to the room there is, not padded."""
    return fit(line, room).rstrip()


def _coloured(texts: list[str], size: int, column: Column) -> list[str]:
    """Pad, then colour; a colour only repeats what the word says."""
    padded = [fit(text, size, right=column.numeric, middle=column.cut == "middle") for text in texts]
    if column.kind == "address":
        return [f"{_CYAN}{text}{_PLAIN}" for text in padded]
    return [f"{tint}{text}{_PLAIN}" if (tint := _COLOURS.get(text.strip())) else text for text in padded]
