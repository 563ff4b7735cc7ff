"""Snapshots that are made in this program, for watchers that would otherwise watch the hub."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from netscope.core.snapshot import Snapshot
from netscope.hub.watch import Watch

SECONDS = 0.1  # between two snapshots, at least


class Feed:
    """Hands out what ``look`` sees, at most ten times a second, and nothing while nobody watches.

    Lives on one event loop; only :meth:`notice` may be called from other threads.
    """

    def __init__(self, look: Callable[[], Snapshot]) -> None:
        self._look = look
        self._watches: list[Watch] = []
        self._loop = asyncio.get_running_loop()
        self._called = False
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0

    def watch(self) -> Watch:
        """Begin to watch."""
        watch = Watch(self.look, self._forget)
        self._watches.append(watch)
        self.look()
        return watch

    def _forget(self, watch: Watch) -> None:
        if watch in self._watches:
            self._watches.remove(watch)

    def notice(self) -> None:
        """Say that there is something new to see."""
        if self._called or all(watch.paused for watch in self._watches):
            return  # whoever goes on watching looks anyway
        self._called = True
        try:
            self._loop.call_soon_threadsafe(self._arrange)
        except RuntimeError:
            pass  # the loop has closed: nobody watches any more

    def look(self) -> None:
        """Look now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._called = False  # what changes from here on is news
        self._last = self._loop.time()
        if all(watch.paused for watch in self._watches):
            return
        snapshot = self._look()
        for watch in self._watches:
            if not watch.paused:
                watch.put(snapshot)

    def _arrange(self) -> None:
        self._timer = self._loop.call_later(max(0.0, self._last + SECONDS - self._loop.time()), self.look)
