"""From datagrams to messages, fast where the messages of a datagram are all of one shape, as 50,000 connections are.

A live look must tell what changed from what did not by comparing bytes. In a tcp_info the ages (milliseconds since the
last segment) change even where nothing happens, so they are made unknown first; whoever wants them asks for one socket.
"""

from __future__ import annotations

from itertools import chain
from struct import Struct

from netscope.core.netlink import HEADER, NLMSG_DONE, NLMSG_MIN_TYPE, messages
from netscope.core.typed import Any, Callable, Iterable, Iterator, NamedTuple
from netscope.domains.sockets import diag, tcplayout
from netscope.domains.sockets.diag import Layout, Layouts
from netscope.domains.sockets.record import COOKIE_SIZE, cookie_in

_WORD = 4
_DONE = HEADER.size + _WORD


def without_ages(message: bytes, layout: Layout) -> bytes:
    """Return a message with the ages in its tcp_info made unknown."""
    start = _info_start(layout)
    if not start:
        return message
    return message[: start + tcplayout.AGES.start] + tcplayout.NO_AGES + message[start + tcplayout.AGES.stop :]


def _info_start(layout: Layout) -> int:
    start, end = layout.get(diag.INFO, (0, 0))
    return start if end - start >= tcplayout.LEAST else 0


class Block(NamedTuple):
    """The messages of a piece of an answer, without their netlink headers.

    Attributes:
        cookies: of each: the same socket has it in the next answer, too.
        messages: each of them, to be walked once: those that turn out to be known need not all be in memory at once.
        message: position -> one of them.
    """

    cookies: list[int]
    messages: Iterable[bytes]
    message: Callable[[int], bytes]


def payloads(pieces: Iterable[memoryview]) -> Iterator[Iterable[bytes]]:
    """Yield the messages of each piece of an answer. Raises Malformed."""
    for piece in pieces:
        stride, length = _uniform(piece)
        yield _cut(piece, _message(stride, length)) if stride else _one_by_one(piece)


def blocks(pieces: Iterable[memoryview], cookie: int, ageless: Layouts | None) -> Iterator[Block]:
    """Yield the messages of each piece of an answer, without ages if the layouts of TCP messages are given.

    ``cookie`` is where in a message the cookie lies. Pieces are written to. Raises Malformed.
    """
    for piece in pieces:
        stride, length = _uniform(piece)
        if length >= HEADER.size + cookie + COOKIE_SIZE and (
            ageless is None or _forget_ages(piece, stride, length, ageless)
        ):
            yield _uniform_block(piece, stride, length, cookie)
            continue
        found = _one_by_one(piece)
        if ageless is not None:
            found = [without_ages(message, ageless.of(message)) for message in found]
        yield Block([cookie_in(message, cookie) for message in found], found, found.__getitem__)


def _uniform_block(piece: memoryview, stride: int, length: int, cookie: int) -> Block:
    def message(at: int) -> bytes:
        return bytes(piece[at * stride + HEADER.size : at * stride + length])

    start = HEADER.size + cookie
    shape = f"={start}xQ{stride - start - COOKIE_SIZE}x"
    return Block(list(_cut(piece, shape)), _cut(piece, _message(stride, length)), message)


def _one_by_one(piece: memoryview) -> list[bytes]:
    return [payload for _kind, payload in messages([piece])]


def _message(stride: int, length: int) -> str:
    return f"{HEADER.size}x{length - HEADER.size}s{stride - length}x"


def _cut(piece: memoryview, form: str) -> Iterable[Any]:
    """Return the one value of a struct format for each message."""
    shape = Struct(form)
    return chain.from_iterable(shape.iter_unpack(piece[: len(piece) // shape.size * shape.size]))


def _uniform(piece: memoryview) -> tuple[int, int]:
    """Return (stride, length) of the messages of a piece that are alike, but for a last NLMSG_DONE; or zeros."""
    if len(piece) < HEADER.size or len(piece) % _WORD:
        return 0, 0
    length, kind, _flags, _sequence, _port = HEADER.unpack_from(piece)
    stride = (length + 3) & ~3
    if length <= HEADER.size or kind < NLMSG_MIN_TYPE or stride > len(piece):
        return 0, 0
    rest = len(piece) % stride
    if rest:
        last, kind, _flags, _sequence, _port = HEADER.unpack_from(piece, len(piece) - _DONE)
        if rest != _DONE or last != _DONE or kind != NLMSG_DONE:
            return 0, 0
    return (stride, length) if _all_same(piece, 0, stride) and _all_same(piece, _WORD, stride) else (0, 0)


def _all_same(piece: memoryview, start: int, stride: int) -> bool:
    """Tell whether the word at ``start`` of each message is the same."""
    end = len(piece) // stride * stride // _WORD
    with piece.cast("I") as words, words[start // _WORD : end : stride // _WORD] as column:
        return column[1:] == column[:-1]


def _forget_ages(piece: memoryview, stride: int, length: int, layouts: Layouts) -> bool:
    """Make the ages in messages that are alike unknown; tell whether their tcp_infos lie in the same place."""
    start = _info_start(layouts.of(bytes(piece[HEADER.size : length])))
    if not start:
        return True
    start += HEADER.size
    if not _all_same(piece, start - _WORD, stride):
        return False
    count = len(piece) // stride
    unknown = memoryview(tcplayout.NO_AGES[:_WORD] * count).cast("I")
    with piece.cast("I") as words:
        for place in range(start + tcplayout.AGES.start, start + tcplayout.AGES.stop, _WORD):
            words[place // _WORD : count * stride // _WORD : stride // _WORD] = unknown
    return True
