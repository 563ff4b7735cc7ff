"""Keys in the order they were typed: each reaches what the one before it has opened.

Textual hands out every key that it has read before the first of them has come up from the focused widget to where
bindings are looked up. On a slow line or a busy machine keys come several at once: ``/lo`` would then not open the
filter and fill it, but press ``o`` in the table.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from textual.app import App
from textual.events import Event, Key, Paste
from textual.widget import Widget

_ROUNDS = 3  # a key, the message that it makes (submitted), the message that this makes (closed)
_LEISURE = 0.03  # seconds for painting what a key did, where no other key waits
_SOON, _GLANCE = 50, 0.005  # turns of the loop in which most have passed a widget; seconds between looks after that
_PATIENCE = 0.5  # seconds; whatever takes longer does not keep the keyboard

Handle = Callable[[Event], Awaitable[None]]


class TypedInOrder:
    """Holds keys back while the one before them is under way; ``handle`` is what the application does with an event."""

    def __init__(self, app: App[None], handle: Handle) -> None:
        self._app = app
        self._handle = handle
        self._held: deque[Event] = deque()
        self._hurry = asyncio.Event()  # something is held back
        self._task: asyncio.Task[None] | None = None

    async def take(self, event: Event) -> None:
        """Handle an event, or hold it back. Ctrl-C is never held back, and drops what is.

        Without a terminal nobody types ahead: a program presses the keys, and waits after each.
        """
        if isinstance(event, Key) and event.key == "ctrl+c":
            self._held.clear()
            await self._handle(event)
        elif not isinstance(event, Key | Paste) or event.is_forwarded or self._app.is_headless:
            await self._handle(event)
        elif self._task is None:
            await self._begin(event)
        else:
            self._held.append(event)
            self._hurry.set()

    async def _begin(self, event: Event) -> None:
        way = [node for node in (self._app.focused or self._app.screen).ancestors_with_self if isinstance(node, Widget)]
        await self._handle(event)
        if not self._held:
            self._hurry.clear()
        self._task = asyncio.create_task(self._follow(way))

    async def _follow(self, way: Sequence[Widget]) -> None:
        """Wait until what a key set going has come up from the widget that got it; then let the next one go."""
        try:
            if not self._held:
                await asyncio.wait_for(self._hurry.wait(), _LEISURE)
        except TimeoutError:
            pass
        try:
            await asyncio.wait_for(self._climb(way), _PATIENCE)
        except TimeoutError:
            pass
        self._app.call_later(self._next)

    async def _climb(self, way: Sequence[Widget]) -> None:
        for _round in range(_ROUNDS):
            for node in (*way, self._app):
                passed = asyncio.Event()
                if node.call_later(passed.set):
                    looks = 0  # a widget that is taken away never answers
                    while not passed.is_set() and (node is self._app or node.is_attached):
                        looks += 1
                        await asyncio.sleep(0 if looks < _SOON else _GLANCE)

    async def _next(self) -> None:
        self._task = None
        if self._held:
            await self._begin(self._held.popleft())
