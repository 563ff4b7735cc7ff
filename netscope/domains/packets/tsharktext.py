"""Dissections as tshark prints them: the whole tree (-V), the bytes (-x), JSON (-T json)."""

from __future__ import annotations

import time

from netscope.core.text import printable
from netscope.core.typed import Any, Iterable, Iterator
from netscope.dissect import Dissection, Field, Layer
from netscope.domains.packets.tsharkfields import Picker

_BILLION = 1_000_000_000
_DATA = "data"  # the protocol of what nobody knows
_VISIBLE = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in range(256))


def tree(seen: Dissection, *, dumped: bool = False) -> Iterator[str]:
    """Yield the lines of the whole dissection: with the bytes that nobody knows, unless all are ``dumped`` below."""
    for layer in seen.layers:
        yield printable(layer.title)
        if layer.name == _DATA and not dumped:
            yield from _unknown(seen, layer)
        for field in layer.fields():
            yield from _branch(seen, field, 1, dumped)
    yield ""


def _branch(seen: Dissection, field: Field, depth: int, dumped: bool) -> Iterator[str]:
    if field.hidden:
        return
    text = printable(field.text)
    yield "    " * depth + (f"[{text}]" if field.generated else text)
    if field.name == _DATA and not dumped:
        yield from _unknown(seen, field)
    for child in field.children:
        yield from _branch(seen, child, depth + 1, dumped)


def _unknown(seen: Dissection, part: Layer | Field) -> Iterator[str]:
    """Yield the lines of bytes that nobody knows."""
    yield ""
    yield from _hexadecimal(seen.buffers[part.buffer].data[part.start : part.start + part.length])


def _hexadecimal(data: bytes) -> Iterator[str]:
    text = data.decode("latin-1").translate(_VISIBLE)
    for at in range(0, len(data), 16):
        yield f"{at:04x}  {data[at : at + 16].hex(' '):<47}   {text[at : at + 16]}"


def dump(seen: Dissection) -> Iterator[str]:
    """Yield the lines of a frame's bytes, and of those that were put together from several frames."""
    for name, data in seen.buffers:
        if len(seen.buffers) > 1:
            yield f"{name} ({len(data)} byte{'' if len(data) == 1 else 's'}):"
        yield from _hexadecimal(data)
    yield ""


def document(seen: Dissection, picker: Picker, first: int) -> dict[str, Any]:
    """Return a frame's object of -T json: chosen fields with all their values, or every layer as a tree."""
    if picker.names:
        layers: dict[str, Any] = picker.pick(seen, first)
    else:
        layers = {}
        for layer in seen.layers:
            _put(layers, layer.name, _object(layer.fields()))
    try:
        day = time.strftime("%Y-%m-%d", time.localtime(seen.frame.time // _BILLION))
    except (OverflowError, OSError, ValueError):
        day = "none"
    return {"_index": f"packets-{day}", "_type": "doc", "_score": None, "_source": {"layers": layers}}


def _object(fields: Iterable[Field]) -> dict[str, Any]:
    """Return fields as tshark nests them: a value by its name, what is below it by the name and ``_tree``."""
    found: dict[str, Any] = {}
    for field in fields:
        name = field.name or field.text
        if field.children and not field.name:
            _put(found, name, _object(field.children))
            continue
        _put(found, name, field.show)
        if field.children:
            _put(found, f"{name}_tree", _object(field.children))
    return found


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    """Put a value in; a second one of the same name makes a list of both, so that the JSON has each name once."""
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]
