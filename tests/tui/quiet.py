"""An event loop that tells when nothing is left to do: how the tests of the screen wait for what a key causes.

Textual's pilot takes a process for idle that has used no processor for 20 ms, and waits for that three times a key. The
loop itself knows better, and sooner: it asks its selector to wait only when no callback is ready. The selector here
tells that moment, provided that no other thread works either.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # half a second that tests of other things do not need
    from textual.screen import Screen

_WINDOW = 0.003  # seconds that loop and threads have to be quiet; what is due sooner is waited for
_WORK = 150_000  # nanoseconds of processor in a window: more than threads need that look whether they may end
# A thread that probes does a little again and again, and is not waited for any longer than so many seconds.
_STEADY, _PATIENCE = 900_000, 0.5


class QuietSelector(selectors.DefaultSelector):
    """Releases who waits for quiet, once its loop has nothing to do but to wait."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[asyncio.Future[None]] = []
        self._since = 0.0  # when others last did much, or the wait began

    def wait(self, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        """Return what is done once all is quiet: no callback ready, none due soon, no other thread at work."""
        future = loop.create_future()
        self._waiting.append(future)
        self._since = 0.0
        return future

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for files, as any selector does; the loop gives 0 seconds as long as it has something to do."""
        if not self._waiting or (timeout is not None and timeout < _WINDOW):
            return super().select(timeout)
        before, now = _used_by_others(), time.monotonic()
        found = super().select(_WINDOW)
        used = _used_by_others() - before
        if used >= _STEADY or not self._since:
            self._since = now
        steady = now - self._since > _PATIENCE
        if not found and used < (_STEADY if steady else _WORK) and not _others_want_to_run():
            self._since = 0.0
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():  # nobody has given up
                    future.set_result(None)
        return found


class QuietLoop(asyncio.SelectorEventLoop):
    """The usual loop, which can be asked to tell when it is quiet."""

    def __init__(self) -> None:
        self._quiet = QuietSelector()
        super().__init__(self._quiet)

    async def quiet(self) -> None:
        """Wait until all that is under way has been done, on the loop and in threads."""
        await self._quiet.wait(self)


def unpainted(screen: Screen[Any]) -> bool:
    """Tell whether the next frame will show something else, or will let something go on that waits for it."""
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )


def _used_by_others() -> int:
    """Return the nanoseconds of processor that the other threads have had, those that have ended too."""
    own = time.thread_time_ns()
    return time.process_time_ns() - own


def _others_want_to_run() -> bool:
    """Tell whether another thread computes or reads, or would if a busy machine let it (proc(5), ``stat``)."""
    return threading.active_count() > 1 and any(
        _state(task) in (b"R", b"D") for task in os.listdir("/proc/self/task") if int(task) != threading.get_native_id()
    )


def _state(task: str) -> bytes:
    try:
        with open(f"/proc/self/task/{task}/stat", "rb", buffering=0) as file:
            return file.read(512).rpartition(b") ")[2][:1]
    except (FileNotFoundError, ProcessLookupError):
        return b""  # it has just ended
