"""Bytes in hex and in ASCII, a row at a time, with what is marked in them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

WIDE, NARROW = 16, 8  # bytes a row


class Piece(NamedTuple):
    """A run of text, and the tone of it."""

    text: str
    tone: str


def per_row(room: int) -> int:
    """Return how many bytes a row has in so many cells."""
    return WIDE if room >= 6 + WIDE * 4 + 3 else NARROW


def column(offset: int, per: int) -> int:
    """Return the cell at which the byte of that place in its row begins: a gap parts groups of eight."""
    at = offset % per
    return 6 + at * 3 + at // 8


def byte_at(x: int, per: int) -> int | None:
    """Return which byte of its row stands at a cell, in hex or in ASCII."""
    for at in range(per):
        if column(at, per) <= x < column(at, per) + 2 or x == _ascii(per) + at:
            return at
    return None


def _ascii(per: int) -> int:
    return 6 + per * 3 + per // 8 - 1 + 2


def row(data: bytes, number: int, per: int, tone: Callable[[int], str]) -> list[Piece]:
    """Return one row; ``tone`` tells that of the byte at an offset, and a gap between two alike has theirs."""
    start = number * per
    here = data[start : start + per]
    pieces = [Piece(f"{start:04x}".ljust(6), "label")]
    tones = [tone(start + at) for at in range(len(here))]
    for at, byte in enumerate(here):
        if at:
            gap = "  " if at % 8 == 0 else " "
            pieces.append(Piece(gap, tones[at] if tones[at] == tones[at - 1] else "plain"))
        pieces.append(Piece(f"{byte:02x}", tones[at]))
    used = sum(len(piece.text) for piece in pieces)
    pieces.append(Piece(" " * (_ascii(per) - used), "plain"))
    for at, byte in enumerate(here):
        pieces.append(Piece(chr(byte) if 0x20 <= byte < 0x7F else ".", tones[at]))
    return pieces


def as_text(data: bytes) -> str:
    """Return the bytes as they are pasted into other programs: hex digits in pairs."""
    return data.hex(" ")
