"""Dissections as tshark prints them: the whole tree (-V), the bytes (-x), JSON (-T json)."""

from __future__ import annotations

import time
from functools import lru_cache
from json.encoder import encode_basestring_ascii

from netscope.core.text import printable
from netscope.core.typed import Any, Iterable, Iterator, Sequence
from netscope.dissect import Dissection, Field, Layer
from netscope.domains.packets.tsharkfields import Picker

_BILLION = 1_000_000_000
_WITHIN = frozenset({"ipv6.hopopts", "ipv6.routing", "ipv6.fraghdr", "ipv6.dstopts", "ah"})  # what IPv6 may go on with
_DATA = "data"  # the protocol of what nobody knows
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"
_VISIBLE = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in range(256))


def tree(seen: Dissection, *, dumped: bool = False) -> str:
    """Return the lines of the whole dissection: with the bytes that nobody knows, unless all are ``dumped`` below."""
    lines: list[str] = []
    for layer, inner in _nested(seen):
        indent = "    " if inner else ""
        lines.append(indent + layer.title)
        if layer.name == _DATA and not dumped:
            lines += _unknown(seen, layer)
        _branch(lines, layer.fields(), indent + "    ", None if dumped else seen)
    return clean(lines) + "\n\n"


def _nested(seen: Dissection) -> Iterator[tuple[Layer, bool]]:
    """Yield the layers, and whether each stands in the tree of the IPv6 header before it, which it extends."""
    six = False
    for layer in seen.layers:
        inner = six and layer.name in _WITHIN
        six = inner or layer.name == "ipv6"
        yield layer, inner


def _branch(lines: list[str], fields: Iterable[Field], indent: str, seen: Dissection | None) -> None:
    """Add the lines of fields; ``seen`` is what has the bytes that nobody knows, None where these are not wanted."""
    for field in fields:
        name, _value, _show, text, _start, _length, _mask, children, hidden, generated, _buffer = field
        if hidden:
            continue
        lines.append(f"{indent}[{text}]" if generated else indent + text)
        if name == _DATA and seen is not None:
            lines += _unknown(seen, field)
        if children:
            _branch(lines, children, indent + "    ", seen)


def clean(lines: Sequence[str]) -> str:
    """Return lines with what a terminal could act on escaped. To look at all of them at once is soonest."""
    text = "\n".join(lines)
    bare = text.replace("·", "").replace("…", "")  # signs of our own
    if bare.isascii() and bare.count("\n") == len(lines) - 1 and not bare.encode().translate(None, _PLAIN):
        return text
    return "\n".join(map(printable, lines))


def _unknown(seen: Dissection, part: Layer | Field) -> Iterator[str]:
    """Yield the lines of bytes that nobody knows."""
    yield ""
    yield from _hexadecimal(seen.buffers[part.buffer].data[part.start : part.start + part.length])


def _hexadecimal(data: bytes) -> Iterator[str]:
    text = data.decode("latin-1").translate(_VISIBLE)
    for at in range(0, len(data), 16):
        yield f"{at:04x}  {data[at : at + 16].hex(' '):<47}   {text[at : at + 16]}"


def dump(seen: Dissection) -> str:
    """Return the lines of a frame's bytes, and of those that were put together from several frames."""
    lines: list[str] = []
    for name, data in seen.buffers:
        if len(seen.buffers) > 1:
            lines.append(f"{name} ({len(data)} byte{'' if len(data) == 1 else 's'}):")
        lines += _hexadecimal(data)
    return "\n".join(lines) + "\n\n"


def document(seen: Dissection, picker: Picker, first: int) -> str:
    """Return a frame's object of -T json: chosen fields with all their values, or every layer as a tree."""
    if picker.names:
        layers: dict[str, Any] = picker.pick(seen, first)
    else:
        layers = {}
        for layer, inner in _nested(seen):
            outer = layers
            if inner:
                packet = layers["ipv6"]
                outer = packet[-1] if isinstance(packet, list) else packet
            _put(outer, layer.name, _object(layer.fields()))
    day = _day(seen.frame.time // _BILLION)
    whole = {"_index": f"packets-{day}", "_type": "doc", "_score": None, "_source": {"layers": layers}}
    return encoded(whole, "  ")


@lru_cache(maxsize=256)
def _day(seconds: int) -> str:
    try:
        return time.strftime("%Y-%m-%d", time.localtime(seconds))
    except (OverflowError, OSError, ValueError):
        return "none"


def _object(fields: Iterable[Field]) -> dict[str, Any]:
    """Return fields as tshark nests them: a value by its name, what is below it by the name and ``_tree``.

    What has no value, but others below it, is these.
    """
    found: dict[str, Any] = {}
    for name, value, show, text, _start, _length, _mask, children, _hidden, _generated, _buffer in fields:
        if children and value is None:
            _put(found, name or text, _object(children))
            continue
        _put(found, name or text, show)
        if children:
            _put(found, f"{name or text}_tree", _object(children))
    return found


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    """Put a value in; a second one of the same name makes a list of both, so that the JSON has each name once."""
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]


def encoded(value: Any, indent: str) -> str:
    """Return JSON as json.dumps(value, indent=2) has it, for what documents are made of, in a third of the time."""
    kind = value.__class__
    if kind is str:
        return encode_basestring_ascii(value)
    inner = indent + "  "
    if kind is dict and value:
        pairs = [
            f"{inner}{encode_basestring_ascii(name)}: "
            f"{encode_basestring_ascii(part) if part.__class__ is str else encoded(part, inner)}"
            for name, part in value.items()
        ]
        return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
    if kind is list and value:
        return "[\n" + ",\n".join([inner + encoded(part, inner) for part in value]) + f"\n{indent}]"
    return {dict: "{}", list: "[]"}.get(kind, "null")
