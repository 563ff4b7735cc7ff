"""Datagrams put together from fragments (RFC 791, 3.2; RFC 8200, 4.5). Of bytes that came twice, the first count."""

from __future__ import annotations

from netscope.core.typed import Any, NamedTuple
from netscope.dissect.context import Context
from netscope.dissect.model import Field
from netscope.dissect.spec import Spec

_LARGEST = 65_535
_MOST_PIECES = 2_048


class Piece(NamedTuple):
    """A fragment: the frame it came in, where it lies in the datagram, and its bytes."""

    number: int
    offset: int
    data: bytes


class Datagram:
    """What is there of a datagram so far."""

    __slots__ = ("bytes", "pieces", "size")

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.bytes = 0
        self.size = -1  # unknown until the last fragment came


def add(context: Context, key: tuple[Any, ...], piece: Piece, more: bool) -> tuple[bytes, tuple[Piece, ...]] | None:
    """Take a fragment in; return the datagram and its pieces when this one made it whole."""
    known = context.whole.get((piece.number, piece.offset))
    if known is not None:
        return known
    if piece.number < context.last:
        return None  # it has been here before, and did not make a whole
    held = context.datagrams.get(key)
    if held is None:
        held = context.datagrams.keep(key, Datagram())
    end = piece.offset + len(piece.data)
    if end > _LARGEST or len(held.pieces) >= _MOST_PIECES or held.bytes + len(piece.data) > 2 * _LARGEST:
        return None  # more of the same would only take memory
    held.pieces.append(piece)
    held.bytes += len(piece.data)
    if not more:
        held.size = end if held.size < 0 else held.size
    if held.size < 0:
        return None
    data = _whole(held)
    if data is None:
        return None
    del context.datagrams[key]
    return context.whole.keep((piece.number, piece.offset), (data, tuple(held.pieces)))


def _whole(held: Datagram) -> bytes | None:
    covered = 0
    for piece in sorted(held.pieces, key=lambda piece: piece.offset):
        if piece.offset > covered:
            return None
        covered = max(covered, piece.offset + len(piece.data))
    if covered < held.size:
        return None
    data = bytearray(held.size)
    for piece in reversed(held.pieces):
        data[piece.offset : piece.offset + len(piece.data)] = piece.data
    return bytes(data[: held.size])


def specs(protocol: str, word: str) -> tuple[Spec, ...]:
    """Return the fields that say how a datagram was put together: whole, each part, how many, length, data."""
    return (
        Spec(f"{protocol}.fragments", f"{word} Fragments", "bytes"),
        Spec(f"{protocol}.fragment", f"{word} Fragment", "u32"),
        Spec(f"{protocol}.fragment.count", "Fragment count", "u32"),
        Spec(f"{protocol}.reassembled.length", f"Reassembled {word} length", "u32"),
        Spec(f"{protocol}.reassembled.data", f"Reassembled {word} data", "bytes"),
    )


def told(kinds: tuple[Spec, ...], word: str, data: bytes, pieces: tuple[Piece, ...], buffer: int) -> Field:
    """Return the tree of how a datagram was put together, in the buffer that holds it."""
    whole, part, count, length, content = kinds
    parts = ", ".join(f"#{piece.number}({len(piece.data)})" for piece in pieces)
    below = []
    for piece in pieces:
        size = len(piece.data)
        last = max(piece.offset + size - 1, piece.offset)
        below.append(
            part.field(
                piece.number, piece.offset, size, buffer, generated=True,
                text=f"Frame: {piece.number}, payload: {piece.offset}-{last} ({size} bytes)",
            )
        )  # fmt: skip
    below.append(count.field(len(pieces), 0, 0, buffer, generated=True))
    below.append(length.field(len(data), 0, 0, buffer, generated=True))
    below.append(content.field(data, 0, len(data), buffer, generated=True))
    text = f"{len(pieces)} {word} Fragments ({len(data)} bytes): {parts}"
    return whole.field(None, 0, len(data), buffer, text=text, show=data.hex(":"), generated=True, children=tuple(below))
