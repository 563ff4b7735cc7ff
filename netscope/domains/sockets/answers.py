"""From datagrams to messages, fast where the messages of a datagram are all of one shape, as 50,000 connections are.

A live look must tell what changed from what did not by comparing bytes. In a tcp_info the ages (milliseconds since the
last segment) change even where nothing happens, so they are made unknown first; whoever wants them asks for one socket.
"""

from __future__ import annotations

from struct import Struct

from netscope.core.netlink import HEADER, NLMSG_DONE, NLMSG_MIN_TYPE, messages
from netscope.core.typed import Iterable, Iterator
from netscope.domains.sockets import diag, tcplayout
from netscope.domains.sockets.diag import Layout, Layouts

_WORD = 4
_DONE = HEADER.size + _WORD
_AGES_START = tcplayout.AGES.start // _WORD
_AGES_END = tcplayout.AGES.stop // _WORD


def without_ages(message: bytes, layout: Layout) -> bytes:
    """Return a message with the ages in its tcp_info made unknown."""
    start = _info_start(layout)
    if not start:
        return message
    return message[: start + tcplayout.AGES.start] + tcplayout.NO_AGES + message[start + tcplayout.AGES.stop :]


def _info_start(layout: Layout) -> int:
    start, end = layout.get(diag.INFO, (0, 0))
    return start if end - start >= tcplayout.LEAST else 0


def payloads(datagrams: Iterable[bytes], ageless: Layouts | None = None) -> Iterator[list[bytes]]:
    """Yield the payloads of the messages of each datagram; with the layouts of TCP messages given, without ages.

    Raises Malformed.
    """
    shapes: dict[int, Struct] = {}
    for data in datagrams:
        count, stride, length = _uniform(data)
        if not count:
            yield _one_by_one(data, ageless)
            continue
        shape = shapes.get(length)
        if shape is None:
            shape = shapes[length] = Struct(f"{HEADER.size}x{length - HEADER.size}s{stride - length}x")
        body: bytes | bytearray | memoryview = memoryview(data)[: count * stride]
        if ageless is not None:
            start = _info_start(ageless.of(data[HEADER.size : length]))
            if start:
                start += HEADER.size
                if not _all_same(memoryview(body).cast("I"), start // _WORD - 1, stride // _WORD, count):
                    yield _one_by_one(data, ageless)
                    continue
                body = _forget_ages(body, start // _WORD, stride // _WORD, count)
        yield [payload for (payload,) in shape.iter_unpack(body)]


def _one_by_one(data: bytes, ageless: Layouts | None) -> list[bytes]:
    found = [payload for _kind, payload in messages([data])]
    return found if ageless is None else [without_ages(payload, ageless.of(payload)) for payload in found]


def _uniform(data: bytes) -> tuple[int, int, int]:
    """Return (count, stride, length) of a datagram whose messages, but for a last NLMSG_DONE, are alike; or zeros."""
    if len(data) < HEADER.size or len(data) % _WORD:
        return 0, 0, 0
    length, kind, _flags, _sequence, _port = HEADER.unpack_from(data)
    stride = (length + 3) & ~3
    if length <= HEADER.size or kind < NLMSG_MIN_TYPE or stride > len(data):
        return 0, 0, 0
    count, rest = divmod(len(data), stride)
    if rest:
        last, kind, _flags, _sequence, _port = HEADER.unpack_from(data, len(data) - _DONE)
        if rest != _DONE or last != _DONE or kind != NLMSG_DONE:
            return 0, 0, 0
    words = memoryview(data).cast("I")
    step = stride // _WORD
    if _all_same(words, 0, step, count) and _all_same(words, 1, step, count):
        return count, stride, length
    return 0, 0, 0


def _all_same(words: memoryview, start: int, step: int, count: int) -> bool:
    """Tell whether the word at ``start`` of each message is the same."""
    return bool(words[start : count * step : step].tolist() == [words[start]] * count)


def _forget_ages(body: bytes | bytearray | memoryview, start: int, step: int, count: int) -> bytearray:
    """Return messages with their ages unknown; ``start`` is where tcp_info begins in the first, in words."""
    copy = bytearray(body)
    with memoryview(copy) as whole, whole.cast("I") as words:
        unknown = memoryview(tcplayout.NO_AGES[:_WORD] * count).cast("I")
        for word in range(start + _AGES_START, start + _AGES_END):
            words[word::step] = unknown
    return copy
