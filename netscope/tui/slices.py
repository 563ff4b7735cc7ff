"""Long work on the event loop, a few milliseconds at a time, and never while somebody is typing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from time import perf_counter
from typing import TypeVar

Result = TypeVar("Result")
Steps = Generator[None, None, Result]

BUDGET = 0.004
REST = 0.002
CHUNK = 256  # rows between two yields of a step generator: well under the budget for any column


def _at_once() -> float:
    return 0.0


def _never() -> bool:
    return False


async def run(
    steps: Steps[Result], hold: Callable[[], float] = _at_once, overtaken: Callable[[], bool] = _never
) -> Result | None:
    """Run a step generator to its end and return its result; None once it is ``overtaken`` by newer work.

    After each slice the loop gets a real pause, so that a key on its way to the screen (several turns of the loop)
    does not wait for a slice at each turn; ``hold()`` asks for a longer one, in seconds.
    """
    started = perf_counter()
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        if perf_counter() - started > BUDGET:
            await asyncio.sleep(max(REST, hold()))
            if overtaken():
                return None
            started = perf_counter()


def finish(steps: Steps[Result]) -> Result:
    """Run a step generator to its end at once."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
