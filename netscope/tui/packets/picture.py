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
from netscope.tui.packets.tree import Path, drawn_bits, layer_paths

BITS = 32
WIDTH = 2 * BITS + 1
_MOST_WORDS = 4  # rows of one box; what is longer is drawn broken
_BROKEN_WORDS = 2
_MOST_ROWS = 48
_BROAD = 15  # cells of a byte
_RULER = (
    " " + " ".join(str(bit // 10) if bit % 10 == 0 else " " for bit in range(BITS)),
    " " + " ".join(str(bit % 10) for bit in range(BITS)),
)


class Box(NamedTuple):
    """A field, or bits that no field has.

    Attributes:
        path: the field's path in the tree; () for none.
        label, short: what it is called, and its name in Wireshark, for where there is little room.
        value: as a text.
        start, length: in bits from the layer's first, as they are drawn.
        begin, end: in bits as they are.
        cut: it is longer than it is drawn.
    """

    path: Path
    label: str
    short: str
    value: str
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
    """Where a field lies, in bits from the layer's first."""

    path: Path
    field: Field
    start: int
    length: int


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
        below = list(_parts(_others(field), inner, first, buffer))
        if below and (_cover(below, part) or _only_bits(field)):
            yield from below
        else:
            yield part


def _others(field: Field) -> Iterator[Field]:
    """Yield the fields below one that do not say the same once more."""
    return (child for child in field.children if child.value is None or child.value != field.value)


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


def _cover(below: Sequence[_Part], part: _Part) -> bool:
    """Tell whether parts cover a field without a gap."""
    at = part.start
    for inner in sorted(below, key=lambda found: found.start):
        if inner.start > at:
            return False
        at = max(at, inner.start + inner.length)
    return at >= part.start + part.length


def _runs(parts: Sequence[_Part], end: int) -> Iterator[tuple[_Part | None, int, int]]:
    """Yield who has which bits, in order: of two that overlap the smaller has them, of equals what stands there."""
    edges = sorted({0, end, *(edge for part in parts for edge in (part.start, part.start + part.length) if edge < end)})
    by_size = sorted(parts, key=lambda part: (part.length, not part.field.name.endswith("_raw")))
    owner, begun = None, 0
    for left, right in pairwise(edges):
        here = next((part for part in by_size if part.start <= left and right <= part.start + part.length), None)
        if left and here is not owner:
            yield owner, begun, left
            begun = left
        owner = here
    yield owner, begun, end


def _drawn(runs: Iterable[tuple[_Part | None, int, int]], data: bytes, first: int) -> list[Box]:
    """Return the boxes, long ones cut by whole rows."""
    boxes: list[Box] = []
    at = 0
    for part, start, end in runs:
        length = end - start
        cut = length > _MOST_WORDS * BITS
        if cut:  # what comes after keeps its column
            length -= (length - _BROKEN_WORDS * BITS) // BITS * BITS
        if part is None:
            boxes.append(Box((), "", "", _bits_shown(data, first + start, first + end), at, length, start, end, cut))
        else:
            field = part.field
            boxes.append(Box(part.path, _label(field), _short(field), _value(field, data), at, length, start, end, cut))
        at += length
        if at >= _MOST_ROWS * BITS:
            break
    return boxes


def _bits_shown(data: bytes, start: int, end: int) -> str:
    """Return bits that no field has: whole bytes in hexadecimal, parts of bytes as the number that they are."""
    held = data[start // 8 : -(-end // 8)]
    if start % 8 == 0 and end % 8 == 0:
        return held[:16].hex()
    return str(int.from_bytes(held, "big") >> -end % 8 & (1 << end - start) - 1)


def _label(field: Field) -> str:
    text = field.text.rsplit(" = ", 1)[-1] if field.mask or " = " in field.text[:40] else field.text
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
        for line in range(high):
            yield _content(row, boxes, {index: texts[line] for index, texts in here.items() if line < len(texts)})
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
    """Return what is written in a box: in a line where that fits, else the label above the value."""
    if not box.path:  # among narrow boxes, whose labels stand above their values, the value stands beside theirs
        return (_centred(box.value, cells),) if cells >= _BROAD else ("", _centred(box.value, cells))
    whole = f"{box.label}: {box.value}"
    if width(whole) <= cells:
        return (_centred(whole, cells),)
    label = next((word for word in (box.label, box.short) if word and width(word) <= cells), "")
    if not label:
        label = (box.short or box.label)[:1].upper() if cells == 1 else box.short or box.label
    return _centred(label, cells), _centred(box.value, cells)


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
