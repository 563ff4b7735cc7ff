"""Messages that TCP carries in several segments, put together (RFC 9293, 3.8: a stream knows no messages).

A dissector that finds the beginning of a message begins one; asked again with the next segment of that direction, the
bytes in between are there. What is missed, comes in another order, or is too much, ends it: then all stays as it was.
"""

from __future__ import annotations

from netscope.core.typed import Any, Callable, NamedTuple
from netscope.dissect import fragments
from netscope.dissect.fragments import Piece
from netscope.dissect.model import Layer
from netscope.dissect.spec import Spec
from netscope.dissect.work import Work

_MOST_PIECES = 512
_ALL, _HALF = (1 << 32) - 1, 1 << 31
_PARTS = (
    Spec("tcp.segments", "Reassembled TCP Segments", "bytes"),
    Spec("tcp.segment", "TCP Segment", "u32"),
    Spec("tcp.segment.count", "Segment count", "u32"),
    Spec("tcp.reassembled.length", "Reassembled TCP length", "u32"),
    Spec("tcp.reassembled.data", "Reassembled TCP Data", "bytes"),
)


class Begun:
    """A message so far.

    Attributes:
        following: the number of the byte behind its last part.
        size: how many bytes are there.
        wanted: how many it has; 0 as long as that is not known.
        pieces: its parts.
    """

    __slots__ = ("following", "pieces", "size", "wanted")

    def __init__(self, following: int, piece: Piece) -> None:
        self.following = following
        self.pieces = [piece]
        self.size = len(piece.data)
        self.wanted = 0


class Whole(NamedTuple):
    """A message, and the parts of segments that it came in."""

    data: bytes
    pieces: tuple[Piece, ...]


def begin(work: Work, start: int, at: int, end: int) -> bool:
    """Take note of a message that begins ``at`` in the payload from ``start`` to ``end``; return whether it may go on.

    What is quoted, or was not captured whole, begins nothing.
    """
    if work.quoted or end > len(work.data):
        return False
    if work.frame.number >= work.context.last:  # else it has had its turn before
        piece = Piece(work.frame.number, 0, work.data[at:end])
        work.context.begun.keep(_direction(work), Begun(work.seq + end - start & _ALL, piece))
    return True


def follow(work: Work, start: int, end: int, measure: Callable[[bytes], int]) -> Whole | None:
    """Return the message that a payload ends, None where it ends none.

    ``measure`` tells how many bytes a message has that begins so; 0 where that is not in these bytes yet.
    """
    context, place = work.context, _place(work)[1:]
    known = context.joined.get(place)
    if known is not None:
        return Whole(*known)
    begun = context.begun.get(_direction(work))
    if begun is None or work.quoted or work.frame.number < context.last:
        return None
    if work.seq != begun.following or end > len(work.data):
        if 0 < (work.seq - begun.following & _ALL) < _HALF or end > len(work.data):
            del context.begun[_direction(work)]  # a part is missing
        return None
    piece = Piece(work.frame.number, begun.size, work.data[start:end])
    begun.pieces.append(piece)
    begun.following = work.seq + end - start & _ALL
    begun.size += len(piece.data)
    context.notes.keep(_place(work), True)
    begun.wanted = begun.wanted or measure(b"".join(each.data for each in begun.pieces))
    if begun.wanted and begun.size >= begun.wanted:
        del context.begun[_direction(work)]
        begun.pieces[-1] = piece._replace(data=piece.data[: begun.wanted - piece.offset])
        data = b"".join(each.data for each in begun.pieces)
        return Whole(*context.joined.keep(place, (data, tuple(begun.pieces))))
    if len(begun.pieces) == _MOST_PIECES:
        del context.begun[_direction(work)]
    return None


def between(work: Work) -> bool:
    """Tell whether a payload, of which :func:`follow` gave nothing, lies in the middle of a message.

    The end of one that is no longer kept counts as that too.
    """
    place = _place(work)
    return place[1:] not in work.context.joined and place in work.context.notes


def waits(work: Work) -> bool:
    """Tell whether a message of this direction has begun that is not whole."""
    return _direction(work) in work.context.begun


def enter(work: Work, whole: Whole) -> tuple[bytes, int]:
    """Go on in a message, as :meth:`Work.enter` does, and say what it was put together from."""
    before = work.enter("Reassembled TCP", whole.data)
    field = fragments.told(_PARTS, "TCP", whole.data, whole.pieces, work.buffer)
    count = len(whole.pieces)
    parts = ", ".join(f"#{piece.number}({len(piece.data)})" for piece in whole.pieces)
    title = f"[{count} Reassembled TCP Segments ({len(whole.data)} bytes): {parts}]"
    work.layers.append(Layer(field.name, title, 0, len(whole.data), work.buffer, list(field.children)))
    return before


def _place(work: Work) -> tuple[str, int, int]:
    return "between", work.frame.number, len(work.layers)


def _direction(work: Work) -> tuple[Any, ...]:
    return work.net[0], work.ports[0], work.net[1], work.ports[1]
