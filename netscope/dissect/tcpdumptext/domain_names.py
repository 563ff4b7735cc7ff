"""Names in DNS messages (RFC 1035 4.1.4, RFC 2673)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.text import Text, safe

_POINTER, _EXTENDED, _RESERVED = 0xC0, 0x40, 0x80
_MOST = 255  # characters of a name that are shown


class Ends(Exception):
    """The message ends here, or cannot be read any further."""


def skip(data: bytes, place: int) -> int:
    """Return where a name ends. Raises Ends."""
    end = len(data)
    while place < end:
        size = data[place]
        place += 1
        if not size:
            return place
        kind = size & _POINTER
        if kind == _POINTER:
            return place + 1
        if kind == _RESERVED or (kind == _EXTENDED and (size & 0x3F != 1 or place >= end)):
            raise Ends
        place += _bit_label(data[place]) if kind else size
    raise Ends


def _bit_label(bits: int) -> int:
    """Return how long a label of so many bits is, its count included."""
    return ((bits or 256) + 7) // 8 + 1


def _label(text: Text, data: bytes, place: int) -> int:
    """Return how long a label is, behind its first byte, as that byte tells. Raises Ends, with the reason printed."""
    if place >= len(data):
        raise Ends
    size = data[place]
    kind = size & _POINTER
    if kind == _RESERVED:
        text.add("<BAD LABEL TYPE>")
        raise Ends
    if kind != _EXTENDED:
        return size
    if size & 0x3F != 1:
        text.add(f"<ELT {size & 0x3F}>")
        raise Ends
    if place + 1 >= len(data):
        raise Ends
    return _bit_label(data[place + 1])


def name(text: Text, data: bytes, base: int, at: int) -> int:
    """Print the name at a place of the message that begins at ``base``; return where it ends. Raises Ends."""
    end, lowest = len(data), at - base & 0xFFFFFFFF
    size = _label(text, data, at)
    first, place = data[at], at + 1
    if not first:
        text.add(".")
        return place
    if first & _POINTER == _POINTER and place >= end:
        raise Ends
    behind, followed, shown = place + size, False, 0
    while first and place < end:
        if first & _POINTER == _POINTER:
            if not followed:
                behind, followed = place + 1, True
            # A pointer leads back: what points at itself or ahead would never end.
            offset = (first << 8 | data[place]) & 0x3FFF
            if offset >= lowest:
                text.add("<BAD PTR>")
                raise Ends
            lowest, place = offset, base + offset
        else:
            if first & _EXTENDED:
                _bits(text, data, place)
            else:
                _characters(text, data, place, min(size, max(0, _MOST - shown)))
            place += size
            shown += size
            text.add("." if shown <= _MOST else "")
            shown += 1
        size = _label(text, data, place)
        first = data[place]
        place += 1
        behind += 0 if followed else size + 1
    if shown > _MOST:
        text.add("<DOMAIN NAME TOO LONG>")
    return behind


def _characters(text: Text, data: bytes, place: int, size: int) -> None:
    text.add(safe(data[place : place + size]))
    if place + size > len(data):
        raise Ends


def characters(text: Text, data: bytes, place: int) -> int:
    """Print a string behind its length; return where it ends. Raises Ends."""
    if place >= len(data):
        raise Ends
    _characters(text, data, place + 1, data[place])
    return place + 1 + data[place]


def _bits(text: Text, data: bytes, place: int) -> None:
    """Print a label of bits, whose count stands first."""
    count = data[place] or 256
    text.add("\\[x")
    whole, rest = divmod(count, 8)
    if place + 1 + whole > len(data):
        text.add(data[place + 1 :].hex())
        raise Ends
    text.add(data[place + 1 : place + 1 + whole].hex())
    if rest > 4:
        text.add(f"{data[place + 1 + whole] & 0xFF << 8 - rest & 0xFF:02x}")
    elif rest:
        text.add(f"{data[place + 1 + whole] >> 4 & 0x0F << 4 - rest & 0x0F:x}")
    text.add(f"/{count}]")
