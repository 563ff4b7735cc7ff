"""A blocking iterator on a thread of its own, and what it yields handed over on the loop, many at a time."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


async def stream(work: Callable[[int], Iterable[Item]], take: Callable[[Sequence[Item]], None]) -> None:
    """Run ``work(stop)`` on a daemon thread and give what it yields to ``take``, here on the loop.

    The descriptor ``stop`` becomes readable when this is cancelled; the work then ends on its own thread, at its next
    item at the latest. Raises what the work raised, after what it had yielded until then was taken.
    """
    run = _Run(work, asyncio.get_running_loop())
    try:
        while not run.over:
            await run.wait()
            items = run.items()
            if items:
                take(items)
    finally:
        run.stop()
    if run.error is not None:
        raise run.error


class _Run(Generic[Item]):
    """What the two threads share. The worker closes the descriptor, so that it never watches a stranger's."""

    def __init__(self, work: Callable[[int], Iterable[Item]], loop: asyncio.AbstractEventLoop) -> None:
        self.over = False
        self.error: BaseException | None = None
        self._work = work
        self._loop = loop
        self._fresh = asyncio.Event()
        self._lock = threading.Lock()
        self._items: list[Item] = []
        self._stop = os.eventfd(0, os.EFD_CLOEXEC)
        self._stopped = False
        threading.Thread(target=self._run, name="stream", daemon=True).start()

    async def wait(self) -> None:
        """Wait for something new, or the end."""
        await self._fresh.wait()
        self._fresh.clear()

    def items(self) -> list[Item]:
        """Return what came since the last time; ``over`` is set together with the last of it."""
        with self._lock:
            items, self._items = self._items, []
            self.over = self._stop < 0
        return items

    def stop(self) -> None:
        """End the work."""
        with self._lock:
            self._stopped = True
            if self._stop >= 0:
                os.eventfd_write(self._stop, 1)

    def _run(self) -> None:
        items: Iterable[Item] = ()
        try:
            items = self._work(self._stop)
            for item in items:
                with self._lock:
                    if self._stopped:
                        break
                    self._items.append(item)
                self._tell()
        except BaseException as error:  # noqa: BLE001 - handed to whoever awaits
            self.error = error
        finally:
            if isinstance(items, Generator):
                items.close()  # now, not when somebody collects the garbage
        with self._lock:
            os.close(self._stop)
            self._stop = -1
        self._tell()

    def _tell(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._fresh.set)
        except RuntimeError:
            pass  # the loop has closed: nobody waits any more
