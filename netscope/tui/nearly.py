"""What comes closest to a word for which a table has no row: the same guess as the topic's command makes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from netscope.core.domain import Domain
from netscope.core.snapshot import Problem, Snapshot
from netscope.hub.watch import in_thread
from netscope.tui.slices import finish
from netscope.tui.table.rows import View, keyed

_REST = 0.1  # seconds without a key: nobody wants to know of a word that is half typed


class Guess(NamedTuple):
    """The rows that come closest to a word in a snapshot, and what is to be said of them."""

    word: str
    snapshot: Snapshot
    view: View
    problems: tuple[Problem, ...]


def guessable(domain: Domain, text: str) -> str:
    """Return the word of a filter that is nothing but one word, for topics that can guess; else ""."""
    if domain.near is None:
        return ""
    from netscope.core.filters import lone_word

    return lone_word(text, domain)


async def guess(domain: Domain, word: str, snapshot: Snapshot, hold: Callable[[], float]) -> Guess | None:
    """Find what comes closest, on a thread. ``hold()`` tells for how many seconds to wait for whoever types."""
    await asyncio.sleep(_REST + max(0.0, hold()))
    near = domain.near
    if near is None:
        return None

    def look() -> Guess:
        records, problems = near(snapshot.records, word)
        found = finish(keyed(records, domain.key))
        view = View(list(found), list(found.values()), len(snapshot.records))
        return Guess(word, snapshot, view, tuple(problems))

    return await in_thread(look)
