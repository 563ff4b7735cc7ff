"""Outlines: how lines are cut and folded, for any text; and the thread that streams."""

from __future__ import annotations

import asyncio
import select
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.errors import NetscopeError
from netscope.core.text import printable, width
from netscope.hub.stream import stream
from netscope.tui.outline import Item, as_text, lay_out, plain
from netscope.tui.pages import Span

TEXT = st.text(max_size=120)


@given(st.lists(TEXT, min_size=1, max_size=4), st.integers(8, 60), st.booleans())
def test_any_text_fits_and_loses_nothing_but_blanks(texts: list[str], room: int, short: bool) -> None:
    item = Item(tuple(Span(text, "plain") for text in texts), short=short)
    rows = lay_out([item], frozenset(), room)
    said = ["".join(span.text for span in row.spans) for row in rows]
    assert all(line.isprintable() for line in said)
    assert all(width(line) <= max(room, 8) for line in said)
    whole = "".join(printable(text.expandtabs(8)) for text in texts)
    if short:
        assert len(rows) == 1
    else:
        assert "".join(said).replace(" ", "") == whole.replace(" ", "")


@given(st.integers(0, 40), st.integers(8, 30))
def test_a_long_word_takes_time_in_proportion(seed: int, room: int) -> None:
    word = "x" * (1000 * seed)
    rows = lay_out([plain(word)], frozenset(), room)
    assert len(rows) == max(1, -(-len(word) // room))


def test_folding_hides_what_is_below_and_marks_what_can_be_folded() -> None:
    items = [
        Item((Span("a", "plain"),), (plain("b"), Item((Span("c", "plain"),), (plain("d"),), folded=True))),
        Item((Span("e", "plain"),), (plain("f"),), flat=True),
    ]

    def said(turned: Sequence[tuple[int, ...]] = ()) -> list[str]:
        return ["".join(span.text for span in row.spans) for row in lay_out(items, frozenset(turned), 40)]

    assert said() == ["▾ a", "    b", "  ▸ c", "▾ e", "  f"]
    assert said([(0, 1)]) == ["▾ a", "    b", "  ▾ c", "      d", "▾ e", "  f"]
    assert said([(0,), (1,)]) == ["▸ a", "▸ e"]
    assert list(as_text(items)) == ["a", "  b", "  c", "    d", "e", "f"], "folded or not"


async def test_a_stream_hands_over_everything_in_order_then_the_error() -> None:
    def work(_stop: int) -> Iterator[int]:
        yield from range(1000)
        raise NetscopeError("the end")

    taken: list[int] = []
    with pytest.raises(NetscopeError, match="the end"):
        await stream(work, taken.extend)
    assert taken == list(range(1000))


async def test_work_that_does_not_even_begin_is_an_error() -> None:
    def work(_stop: int) -> Iterator[int]:
        raise NetscopeError("not today")

    taken: list[int] = []
    with pytest.raises(NetscopeError, match="not today"):
        await stream(work, taken.extend)
    assert taken == []


async def test_a_cancelled_stream_ends_the_work_and_closes_it() -> None:
    closed = threading.Event()

    def work(stop: int) -> Iterator[int]:
        try:
            yield 1
            select.select([stop], [], [], 20)
            yield 2
        finally:
            closed.set()

    taken: list[int] = []
    task = asyncio.create_task(stream(work, taken.extend))
    while not taken:
        await asyncio.sleep(0.005)
    begun = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while not closed.is_set():
        assert time.monotonic() - begun < 10
        await asyncio.sleep(0.005)
    assert taken == [1]
