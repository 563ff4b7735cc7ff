"""RESP, the protocol of Redis: its values on one line, nested ones flat."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.text import Text, Truncated, safe

_MOST = 1000  # values in one segment


def resp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print the values that a segment holds."""
    text.add("RESP")
    end = at + length
    for _ in range(_MOST):
        if at >= end:
            break
        following = _value(text, data, at, end)
        if not following:
            text.invalid()
            break
        at = following


def _value(text: Text, data: bytes, at: int, end: int) -> int:
    """Print one value; return where the next one begins, 0 when this is none."""
    kind = data[at : at + 1]
    stop = data.find(b"\r\n", at, end)
    if stop < 0:
        if end > len(data):
            raise Truncated
        return 0
    line = data[at + 1 : stop]
    if kind in b"+-":
        text.add(f' "{safe(line)}"')
        return stop + 2
    if kind == b":" and line.lstrip(b"-").isdigit():
        text.add(f" {line.decode()}")
        return stop + 2
    if kind == b"*" and line.lstrip(b"-").isdigit():
        if line.startswith(b"-"):
            text.add(" null")
        elif line.strip(b"0") == b"":
            text.add(" empty")
        return stop + 2
    if kind == b"$" and line.lstrip(b"-").isdigit():
        if line.startswith(b"-"):
            text.add(" null")
            return stop + 2
        size = int(line)
        begun = stop + 2
        if begun + size + 2 > end:
            raise Truncated
        text.add(f' "{safe(data[begun : begun + size])}"' if size else " empty")
        return begun + size + 2
    text.add(f' "{safe(data[at:stop])}"')
    return stop + 2
