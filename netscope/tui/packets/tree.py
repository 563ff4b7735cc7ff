"""The dissection as lines of a tree, and the way from a byte back to the field that holds it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import NamedTuple

from netscope.core.text import printable
from netscope.dissect.model import Dissection, Field, Layer

Path = tuple[str, ...]
_BITS = re.compile(r"([01.·]{4}(?: [01.·]{4})*) = ")
_MOST = 50_000  # lines; a packet made to keep us busy shows no more


class Extent(NamedTuple):
    """Bytes of a buffer. ``mask``: which bits of them, 0 for all."""

    buffer: int
    start: int
    length: int
    mask: int = 0

    def holds(self, offset: int) -> bool:
        """Tell whether a byte is one of them."""
        return self.start <= offset < self.start + self.length


class TreeLine(NamedTuple):
    """One line.

    Attributes:
        path: what leads to it, the layer first; the same in another packet that has it too.
        depth: 0 for layers.
        text: the line, printable.
        state: "+" folded, "-" unfolded, "" has nothing below it.
        tone: one of those in tui.styles.
        extent: where it lies.
        layer: the index of its layer.
        field: None for a layer's own line.
    """

    path: Path
    depth: int
    text: str
    state: str
    tone: str
    extent: Extent
    layer: int
    field: Field | None


def lines(dissection: Dissection, unfolded: Set[Path]) -> list[TreeLine]:
    """Return the lines that are in sight. Fields below a folded line are not even made."""
    found: list[TreeLine] = []
    for index, path in enumerate(layer_paths(dissection)):
        layer = dissection.layers[index]
        is_open = path in unfolded
        extent = Extent(layer.buffer, layer.start, layer.length)
        tone = "bad" if layer.name.startswith("_ws.") else "strong"
        found.append(TreeLine(path, 0, printable(layer.title), "-" if is_open else "+", tone, extent, index, None))
        if is_open:
            for line in _below(layer.fields(), path, 1, unfolded, index):
                found.append(line)
                if len(found) >= _MOST:
                    return found
    return found


def layer_paths(dissection: Dissection) -> list[Path]:
    """Return each layer's path: its name, and which of that name it is."""
    counts: dict[str, int] = {}
    paths: list[Path] = []
    for layer in dissection.layers:
        count = counts[layer.name] = counts.get(layer.name, 0) + 1
        paths.append((layer.name if count == 1 else f"{layer.name}#{count}",))
    return paths


def _named(fields: tuple[Field, ...], path: Path) -> Iterator[tuple[Path, Field]]:
    """Yield what is shown, each with a path of its own: by name, or by what it says where it has none."""
    counts: dict[str, int] = {}
    for field in fields:
        if field.hidden:
            continue
        name = field.name or field.text.split(":")[0][:40]
        count = counts[name] = counts.get(name, 0) + 1
        yield (*path, name if count == 1 else f"{name}#{count}"), field


def _below(fields: tuple[Field, ...], path: Path, depth: int, unfolded: Set[Path], layer: int) -> Iterator[TreeLine]:
    for inner, field in _named(fields, path):
        shown = any(not child.hidden for child in field.children)
        is_open = shown and inner in unfolded
        state = ("-" if is_open else "+") if shown else ""
        text = printable(f"[{field.text}]" if field.generated else field.text)
        extent = Extent(field.buffer, field.start, field.length, field.mask)
        yield TreeLine(inner, depth, text, state, _tone(field), extent, layer, field)
        if is_open:
            yield from _below(field.children, inner, depth + 1, unfolded, layer)


def _tone(field: Field) -> str:
    if field.name == "_ws.expert":
        return "bad" if "(Error/" in field.text else "notice"
    return "label" if field.generated else "plain"


def all_paths(dissection: Dissection) -> set[Path]:
    """Return the paths of everything that can be unfolded."""
    found: set[Path] = set()

    def take(fields: tuple[Field, ...], path: Path) -> None:
        for inner, field in _named(fields, path):
            if field.children and len(found) < _MOST:
                found.add(inner)
                take(field.children, inner)

    for path, layer in zip(layer_paths(dissection), dissection.layers, strict=True):
        found.add(path)
        take(layer.fields(), path)
    return found


def nearest(found: list[TreeLine], path: Path, otherwise: int = 0) -> int:
    """Return the line of a path, or that of the nearest above it that is there, or another where there is none."""
    places = {line.path: number for number, line in enumerate(found)}
    while path:
        if path in places:
            return places[path]
        path = path[:-1]
    return otherwise


def holder(dissection: Dissection, buffer: int, offset: int) -> Path:
    """Return the path of the field that holds a byte, () for none: the shortest one of the innermost layer there."""
    outer: Path = ()
    for path, layer in reversed(list(zip(layer_paths(dissection), dissection.layers, strict=True))):
        inner = _holder(layer, path, buffer, offset)
        if inner:
            return inner
        if layer.buffer == buffer and layer.start <= offset < layer.start + layer.length and not outer:
            outer = path
    return outer


def drawn_bits(text: str) -> int:
    """Return which bits a line draws, as in ``.... 0101 = Header Length: 20 bytes (5)``; 0 where it draws none."""
    drawn = _BITS.match(text)
    return int("".join("01"[bit in "01"] for bit in drawn[1] if bit != " "), 2) if drawn else 0


def _holder(layer: Layer, path: Path, buffer: int, offset: int) -> Path:
    best: Path = ()
    least = 1 << 62

    def look(fields: tuple[Field, ...], above: Path) -> None:
        nonlocal best, least
        for inner, field in _named(fields, above):
            if len(above) > 1 and field.length > 2 and drawn_bits(field.text):
                continue  # a bit or two of an address: whoever points at a byte means the address
            inside = field.start <= offset < field.start + field.length and field.buffer == buffer
            if inside and field.length < least:
                best, least = inner, field.length
            if field.children and (inside or not field.length):
                look(field.children, inner)

    look(layer.fields(), path)
    return best
