"""What is to be known of addresses as they are met: each is asked about once, off the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from netscope.core.errors import NetscopeError
from netscope.core.snapshot import Problem
from netscope.hub.watch import in_thread

Known = TypeVar("Known")
Found = tuple[Mapping[str, Known], tuple[Problem, ...]]


class Learned(Generic[Known]):
    """Asks about new addresses in the background. ``changed`` is called when something came."""

    def __init__(self, ask: Callable[[Sequence[str]], Found[Known]], changed: Callable[[], None]) -> None:
        self.known: dict[str, Known] = {}
        self.problems: tuple[Problem, ...] = ()
        self._ask = ask
        self._changed = changed
        self._met: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def meet(self, addresses: Iterable[str]) -> None:
        """Ask about those that were not met before."""
        new = [address for address in dict.fromkeys(addresses) if address and address not in self._met]
        if not new:
            return
        self._met.update(new)
        task = asyncio.get_running_loop().create_task(self._learn(new))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _learn(self, new: Sequence[str]) -> None:
        try:
            known, problems = await in_thread(lambda: self._ask(new))
        except NetscopeError as error:
            known, problems = {}, (Problem(error.what, error.why, error.mend, partial=True),)
        self.known.update(known)
        self.problems = (*self.problems, *(problem for problem in problems if problem not in self.problems))
        self._changed()
