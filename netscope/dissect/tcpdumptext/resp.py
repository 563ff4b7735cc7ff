"""RESP, the protocol of Redis: its values on one line, nested ones flat."""

from __future__ import annotations

import re

from netscope.dissect.tcpdumptext.text import Text, Truncated, safe

_LENGTH = re.compile(rb"(-?)(\d+)\r\n")
_BEGINNING = re.compile(rb"-?(?:\d+\r?)?\Z")
_BEFORE_INVALID = re.compile(rb"-?(?:\d+\r?)?")
_LINE = re.compile(rb"[\r\n]*([^\r\n]+)[\r\n]+")
_MOST = 2**31 - 1


def resp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print the values that a segment holds."""
    text.add("RESP")
    try:
        _values(text, data, at, at + length)
    except Truncated:
        text.truncated()


def _values(text: Text, data: bytes, at: int, end: int) -> None:
    missing = 0  # values that arrays have promised
    while at < end or missing:
        kind = data[at : min(at + 1, end)]
        if not kind:
            raise Truncated
        missing = max(0, missing - 1)
        if kind in b"+-:":
            at = _string(text, data, at + 1, end)
        elif kind in b"$*":
            count, at = _count(text, data, at + 1, min(end, len(data)))
            if kind == b"*":
                missing += max(0, count)
            else:
                at = _bulk(text, data, at, end, count)
        else:
            at = _inline(text, data, at, end)


def _string(text: Text, data: bytes, at: int, end: int) -> int:
    stop = data.find(b"\r\n", at, end)
    if stop < 0:
        raise Truncated
    text.add(f' "{safe(data[at:stop])}"')
    return stop + 2


def _count(text: Text, data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return how long a string or an array is, and where it begins; 0 where nothing of it follows, which is printed."""
    found = _LENGTH.match(data, at, end)
    if found is None:
        if _BEGINNING.match(data, at, end):
            raise Truncated
        text.add(" invalid")
        passed = _BEFORE_INVALID.match(data, at, end)
        return -1, (passed.end() if passed else at) + 1
    minus, digits = found.groups()
    large = len(digits.lstrip(b"0")) > len(str(_MOST)) or int(digits) > _MOST
    if minus:
        text.add(" null" if not large and int(digits) == 1 else " length negative and not -1")
        return -1, found.end()
    if large:
        text.add(" length too large")
        return -1, found.end()
    if not int(digits):
        text.add(" empty")
    return int(digits), found.end()


def _bulk(text: Text, data: bytes, at: int, end: int, size: int) -> int:
    """Print a string of so many bytes, which a line end follows; less than 0: there is none."""
    if size < 0:
        return at
    if size:
        if at + size > min(end, len(data)):
            raise Truncated
        text.add(f' "{safe(data[at : at + size])}"')
    stop = data.find(b"\r\n", at + size, end)
    if stop < 0:
        raise Truncated
    return stop + 2


def _inline(text: Text, data: bytes, at: int, end: int) -> int:
    found = _LINE.match(data, at, min(end, len(data)))
    if found is None:
        raise Truncated
    text.add(f' "{safe(found[1])}"')
    return found.end()
