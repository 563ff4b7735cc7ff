"""A long answer that a thread reads ahead, from a socket whose datagrams the test makes."""

from __future__ import annotations

import _thread
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.system.readahead import DATAGRAM, read_ahead

SIZE = 8 * DATAGRAM  # four datagrams are a piece
END = b"the end."


def is_end(data: memoryview) -> bool:
    if bytes(data) == b"bad.":
        raise ValueError("bad datagram")
    return bytes(data) == END


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.001)


@contextmanager
def answered(*datagrams: bytes, patience: float = 10.0) -> Iterator[socket.socket]:
    """Return a socket to which a thread sends these."""
    reader, writer = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    reader.settimeout(patience)

    def send() -> None:
        for datagram in datagrams:
            try:
                writer.send(datagram)
            except OSError:
                return  # nobody reads any more

    sender = Thread(target=send)
    sender.start()
    try:
        yield reader
    finally:
        reader.close()
        sender.join()
        writer.close()


def reading(source: socket.socket, first: bytes = b"first") -> Iterator[memoryview]:
    view = memoryview(bytearray(SIZE))
    view[: len(first)] = first
    return read_ahead(source, view[: len(first)], view, is_end)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, DATAGRAM) | st.just(DATAGRAM) | st.just(32_000), max_size=40))
def test_every_byte_comes_in_order_each_datagram_on_a_boundary(sizes: list[int]) -> None:
    datagrams = [bytes([number % 200]) * size for number, size in enumerate(sizes)]
    with answered(*datagrams, END) as source:
        pieces = [bytes(piece) for piece in reading(source)]
    assert pieces[0] == b"first"
    places = []
    rest = memoryview(b"".join(pieces[1:]))
    for datagram in (*datagrams, END):
        places.append(bytes(rest[: len(datagram)]))
        rest = rest[(len(datagram) + 3) & ~3 :]
    assert places == [*datagrams, END]
    assert not rest


def test_what_goes_wrong_on_the_thread_is_raised_where_pieces_are_asked_for() -> None:
    with answered(b"bad.") as source:
        pieces = reading(source)
        next(pieces)
        with pytest.raises(ValueError, match="bad datagram"):
            next(pieces)


def test_silence_ends_as_the_sockets_patience_does() -> None:
    with answered(b"data", patience=0.05) as source, pytest.raises(TimeoutError):
        list(reading(source))


def test_a_datagram_that_was_cut_is_no_answer() -> None:
    with answered(bytes(DATAGRAM + 4)) as source, pytest.raises(OSError, match="too long"):
        list(reading(source))


@pytest.mark.parametrize("taken", [1, 2])
def test_no_thread_is_left_when_the_rest_is_not_wanted(taken: int) -> None:
    with answered(*[bytes(DATAGRAM)] * 40, END) as source:
        before = _thread._count()
        pieces = reading(source)
        for _ in range(taken):
            next(pieces)
        until(lambda: _thread._count() == before + 1)
        pieces.close()  # type: ignore[attr-defined]  # it is a generator
        until(lambda: _thread._count() == before)


def test_without_a_thread_the_system_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_args: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("netscope.system.readahead.start_new_thread", none)
    with answered(END) as source, pytest.raises(BlockingIOError):
        list(reading(source))
