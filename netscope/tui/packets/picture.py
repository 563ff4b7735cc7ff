"""A header as the RFCs draw it: 32 bits a row, a box a field, filled with this packet's values. Pure.

It is made of nothing but where the fields of a layer lie, so it draws any layer: RFC 791 section 3.1 and its kin are
what comes out for those headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from netscope.core.text import fit, printable, width
from netscope.dissect.model import Dissection, Field
from netscope.tui.packets.boxnames import NAMES, UNNAMED, WHOLE
from netscope.tui.packets.tree import Path, drawn_bits, layer_paths

BITS = 32
WIDTH = 2 * BITS + 1
_MOST_WORDS = 4  # rows of one box; what is longer is drawn broken
_BROKEN_WORDS = 2
_MOST_ROWS = 48
_BYTE = 8
_BROAD = 15  # cells of a byte
_LETTERS = 3  # of a name that is written downwards
_RULER = (
    " " + " ".join(str(bit // 10) if bit % 10 == 0 else " " for bit in range(BITS)),
    " " + " ".join(str(bit % 10) for bit in range(BITS)),
)


class Box(NamedTuple):
    """A field, or bits that no field has.

    Attributes:
        path: the field's path in the tree; () for none.
        label, name, short: what it is called; in its RFC and in Wireshark, for where there is little room.
        value, number: as a text, and the number that its bits are, for where there is little room.
        start, length: in bits from the layer's first, as they are drawn.
        begin, end: in bits as they are.
        cut: it is longer than it is drawn.
    """

    path: Path
    label: str
    name: str
    short: str
    value: str
    number: str
    start: int
    length: int
    begin: int
    end: int
    cut: bool = False


class Span(NamedTuple):
    """A run of a drawn line, and the box that it belongs to: an index, -1 for a border."""

    text: str
    box: int


class Picture(NamedTuple):
    """A drawing: its boxes, and its lines made of their parts."""

    boxes: tuple[Box, ...]
    lines: tuple[tuple[Span, ...], ...]


class _Part(NamedTuple):
    """Where a field lies, in bits from the layer's first; without one, bits that have but a name."""

    path: Path
    field: Field | None
    start: int
    length: int
    name: str = ""


def draw(dissection: Dissection, layer: int) -> Picture:
    """Draw one layer; a picture without boxes is one of a layer that has no header of its own."""
    boxes = _laid_out(dissection, layer)
    return Picture(tuple(boxes), tuple(_lines(boxes)))


# Which fields


def _laid_out(dissection: Dissection, index: int) -> list[Box]:
    layer = dissection.layers[index]
    path = layer_paths(dissection)[index]
    first, size = layer.start * 8, layer.length * 8
    parts = [part for part in _parts(layer.fields(), path, first, layer.buffer) if 0 <= part.start < size]
    if not parts:
        return []
    end = min(size, max(part.start + part.length for part in parts))
    parts += _unnamed(layer.name, 0)
    return _drawn(_runs(parts, end), dissection.buffers[layer.buffer].data, first)


def _parts(fields: Iterable[Field], path: Path, first: int, buffer: int) -> Iterator[_Part]:
    """Yield the fields that lie in bytes; in the place of one whose parts cover it wholly, those."""
    counts: dict[str, int] = {}
    for field in fields:
        if field.hidden:
            continue
        name = field.name or field.text.split(":")[0][:40]
        count = counts[name] = counts.get(name, 0) + 1
        inner = (*path, name if count == 1 else f"{name}#{count}")
        if field.generated or field.length <= 0 or field.buffer != buffer:
            continue
        part = _part(inner, field, first)
        below = [] if field.name in WHOLE else list(_parts(_others(field), inner, first, buffer))
        covered = _covered(below, part)
        if below and (covered >= part.length or _only_bits(field)):
            yield from below
            yield from _unnamed(field.name, part.start)
        else:
            yield part
            if covered >= BITS:  # a header, and what it carries
                yield from below


def _unnamed(name: str, first: int) -> Iterator[_Part]:
    return (_Part((), None, first + bits.start, bits.length, bits.name) for bits in UNNAMED.get(name, ()))


def _others(field: Field) -> Iterator[Field]:
    """Yield the fields below one that do not say the same once more; of flags that are all 0 each says 0."""
    return (
        child for child in field.children if child.value is None or child.value != field.value or drawn_bits(child.text)
    )


def bits(dissection: Dissection, layer: int, field: Field) -> tuple[int, int]:
    """Return where a field begins and ends, in bits from the layer's first."""
    part = _part((), field, dissection.layers[layer].start * 8)
    return part.start, part.start + part.length


def _part(path: Path, field: Field, first: int) -> _Part:
    start, length = field.start * 8 - first, field.length * 8
    mask = drawn_bits(field.text) or field.mask  # what is drawn is right even where the mask is that of a wider number
    if mask:  # of a number that may be wider than the field: 12 bits over two bytes, of which the first holds the field
        whole = max(length, -(-mask.bit_length() // 8) * 8)
        start, length = start + whole - mask.bit_length(), mask.bit_length() - (mask & -mask).bit_length() + 1
    return _Part(path, field, start, length)


def _only_bits(field: Field) -> bool:
    """Tell whether a field of flags stands for its bits alone; what it has none for is another field's."""
    below = [child for child in field.children if not (child.hidden or child.generated)]
    return field.length <= 4 and all(0 < child.length <= field.length and drawn_bits(child.text) for child in below)


def _covered(below: Sequence[_Part], part: _Part) -> int:
    """Return how many bits of a field parts cover from its first on, without a gap but for some bits between flags."""
    at = part.start
    for inner in sorted(below, key=lambda found: found.start):
        if inner.start >= at + _BYTE:
            break
        at = max(at, inner.start + inner.length)
    return at - part.start


def _runs(parts: Sequence[_Part], end: int) -> Iterator[tuple[_Part | None, int, int]]:
    """Yield who has which bits, in order: of two that overlap the smaller has them, of equals what stands there; what
    has but a name has what no field has."""
    edges = sorted({0, end, *(edge for part in parts for edge in (part.start, part.start + part.length) if edge < end)})
    by_size = sorted((part for part in parts if part.field is not None), key=_size)
    by_size += [part for part in parts if part.field is None]
    owner, begun = None, 0
    for left, right in pairwise(edges):
        here = next((part for part in by_size if part.start <= left and right <= part.start + part.length), None)
        if left and here is not owner:
            yield owner, begun, left
            begun = left
        owner = here
    yield owner, begun, end


def _size(part: _Part) -> tuple[int, bool]:
    return part.length, part.field is None or not part.field.name.endswith("_raw")


def _drawn(runs: Iterable[tuple[_Part | None, int, int]], data: bytes, first: int) -> list[Box]:
    """Return the boxes, long ones cut by whole rows."""
    boxes: list[Box] = []
    at = 0
    for part, start, end in runs:
        length = end - start
        cut = length > _MOST_WORDS * BITS
        if cut:  # what comes after keeps its column
            length -= (length - _BROKEN_WORDS * BITS) // BITS * BITS
        shown = _bits_shown(data, first + start, first + end)
        if part is None or part.field is None or _is_rest(part, length):
            name = part.name if part is not None else ""
            box = Box((), name, name, name, shown, shown, at, length, start, end, cut)
        else:
            field = part.field
            name, value = NAMES.get(field.name, ""), _value(field, data)
            box = Box(part.path, _label(field), name, _short(field), value, shown, at, length, start, end, cut)
        boxes.append(box)
        at += length
        if at >= _MOST_ROWS * BITS:
            break
    return boxes


def _is_rest(part: _Part, length: int) -> bool:
    """Tell whether some bits of a field are but what its flags left."""
    return length < min(_BYTE, part.length) and part.field is not None and part.field.name not in NAMES


def _bits_shown(data: bytes, start: int, end: int) -> str:
    """Return bits that no field has: whole bytes in hexadecimal, parts of bytes as the number that they are."""
    held = data[start // 8 : -(-end // 8)]
    if start % 8 == 0 and end % 8 == 0:
        return held[:16].hex()
    return str(int.from_bytes(held, "big") >> -end % 8 & (1 << end - start) - 1)


def _label(field: Field) -> str:
    before, _, after = field.text.partition(" = ")
    text = after if drawn_bits(field.text) else before
    return printable(text.split(":")[0].strip())


def _short(field: Field) -> str:
    return printable(field.name.rpartition(".")[2])


def _value(field: Field, data: bytes) -> str:
    if isinstance(field.value, bool):
        return "1" if field.value else "0"
    if isinstance(field.value, bytes):
        return field.value[:48].hex() + ("…" if len(field.value) > 48 else "")
    shown = field.show or data[field.start : field.start + min(field.length, 24)].hex(" ")
    return printable(shown)


# The drawing


def _lines(boxes: Sequence[Box]) -> Iterator[tuple[Span, ...]]:
    if not boxes:
        return
    for ruler in _RULER:
        yield (Span(ruler, -1),)
    bits = [number for number, box in enumerate(boxes) for _ in range(box.length)]
    rows = [bits[at : at + BITS] for at in range(0, len(bits), BITS)]
    spots = [_spot(box) for box in boxes]
    before: list[int] = []
    for number, row in enumerate(rows):
        yield _border(before, row)
        here = {index: _texts(boxes[index], spots[index][1]) for index in set(row) if spots[index][0] == number}
        high = max((len(texts) for texts in here.values()), default=1)
        here = {index: _aligned(texts, spots[index][1], high) for index, texts in here.items()}
        for line in range(high):
            yield _content(row, boxes, {index: texts[line] for index, texts in here.items()})
        before = row
    yield _border(before, [])


def _border(above: Sequence[int], below: Sequence[int]) -> tuple[Span, ...]:
    """Return the line between two rows; a box that goes on below has no line in it."""
    length = max(len(above), len(below))
    spans: list[Span] = []
    for bit in range(length):
        over = above[bit] if bit < len(above) else -1
        under = below[bit] if bit < len(below) else -1
        goes_on = over == under
        left_over = above[bit - 1] if 0 < bit <= len(above) else -1
        left_under = below[bit - 1] if 0 < bit <= len(below) else -1
        inside = goes_on and bit > 0 and left_over == left_under == over
        _append(spans, " " if inside else "+", over if inside else -1)
        _append(spans, " " if goes_on else "-", over if goes_on else -1)
    _append(spans, "+", -1)
    return tuple(spans)


def _append(spans: list[Span], text: str, box: int) -> None:
    if spans and spans[-1].box == box:
        spans[-1] = Span(spans[-1].text + text, box)
    else:
        spans.append(Span(text, box))


def _spot(box: Box) -> tuple[int, int]:
    """Return the row that holds a box's texts, and how many cells it has there: the middle one of its widest rows."""
    rows = []
    at, end = box.start, box.start + box.length
    while at < end:
        stop = min(end, (at // BITS + 1) * BITS)
        rows.append(stop - at)
        at = stop
    most = max(rows, default=0)
    widest = [number for number, bits in enumerate(rows) if bits == most]
    return box.start // BITS + widest[(len(widest) - 1) // 2], 2 * most - 1


def _texts(box: Box, cells: int) -> tuple[str, ...]:
    """Return what is written in a box: in a line where that fits, else the label above the value; what a single bit is
    called is written downwards."""
    value = box.value if width(box.value) <= cells else box.number
    if not box.label:  # among narrow boxes, whose labels stand above their values, the value stands beside theirs
        return (_centred(value, cells),) if cells >= _BROAD else ("", _centred(value, cells))
    if cells == 1:
        letters = box.name or (box.short.upper() if len(box.short) <= _LETTERS else box.short[:1].upper())
        return (*letters, value[:1])
    whole = box.label if box.label == box.value else f"{box.label}: {box.value}"
    if width(whole) <= cells:
        return (_centred(whole, cells),)
    words = [word for word in (box.label, box.name, box.short) if word]
    label = next((word for word in words if width(word) <= cells), box.name or words[-1])
    return _centred(label, cells), _centred(box.value if width(box.value) > cells > _BROAD else value, cells)


def _aligned(texts: tuple[str, ...], cells: int, high: int) -> tuple[str, ...]:
    """Return as many lines as there are in a row: in the middle, but bits stand side by side at its end."""
    missing = high - len(texts)
    if cells == 1:
        return (*texts[:-1], *[" "] * missing, texts[-1])
    blank = " " * cells
    return (*[blank] * (missing // 2), *(text or blank for text in texts), *[blank] * (missing - missing // 2))


def _centred(text: str, cells: int) -> str:
    if width(text) > cells:
        return fit(text, cells) if cells > 1 else text[:1]
    return fit(" " * ((cells - width(text)) // 2) + text, cells)


def _content(row: Sequence[int], boxes: Sequence[Box], texts: Mapping[int, str]) -> tuple[Span, ...]:
    spans: list[Span] = []
    at = 0
    for index, bits in groupby(row):
        count = len(list(bits))
        _append(spans, _edge(boxes[index], at), -1)
        _append(spans, texts.get(index) or " " * (2 * count - 1), index)
        at += count
    _append(spans, "~" if boxes[row[-1]].cut else "|", -1)
    return tuple(spans)


def _edge(box: Box, at: int) -> str:
    return "~" if box.cut and at == 0 else "|"
