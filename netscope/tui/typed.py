"""Keys in the order they were typed: each reaches what the one before it has opened.

Textual hands out every key that it has read before the first of them has come up from the focused widget to where
bindings are looked up. On a slow line or a busy machine keys come several at once: ``/lo`` would then not open the
filter and fill it, but press ``o`` in the table.

Most keys open nothing: they move a cursor, or are letters in a line. Several of those may be under way at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import cached_property

from textual.app import App
from textual.binding import ActiveBinding
from textual.events import Event, Key, Paste
from textual.widget import Widget
from textual.widgets import Input

from netscope.tui.keys import STAYS

_ROUNDS = 3  # a key, the message that it makes (submitted), the message that this makes (closed)
_LEISURE = 0.03  # seconds for painting what a key did, where no other key waits
_SOON, _GLANCE = 50, 0.005  # turns of the loop in which most have passed a widget; seconds between looks after that
_PATIENCE = 0.5  # seconds; whatever takes longer does not keep the keyboard
_TOGETHER = 40  # keys under way at once: a small part of what can be done in that time

Handle = Callable[[Event], Awaitable[None]]


class TypedInOrder:
    """Holds keys back while the one before them is under way; ``handle`` is what the application does with an event."""

    def __init__(self, app: App[None], handle: Handle) -> None:
        self._app = app
        self._handle = handle
        self._held: deque[Event] = deque()
        self._hurry = asyncio.Event()  # something is held back
        self._away: _UnderWay | None = None

    async def take(self, event: Event) -> None:
        """Handle an event, or hold it back. Ctrl-C is never held back, and drops what is.

        Without a terminal nobody types ahead: a program presses the keys, and waits after each.
        """
        if isinstance(event, Key) and event.key == "ctrl+c":
            self._held.clear()
            await self._handle(event)
        elif not isinstance(event, Key | Paste) or event.is_forwarded or self._app.is_headless:
            await self._handle(event)
        else:
            self._held.append(event)
            self._hurry.set()
            await self._hand_out()

    async def _hand_out(self) -> None:
        """Hand out the first of what is held back, and what may go with it."""
        while self._held and (self._away is None or self._away.takes(self._held[0])):
            event = self._held.popleft()
            if self._away is None:
                self._away = _UnderWay(self._app, event)
                self._follower = asyncio.create_task(self._follow(self._away))
            await self._handle(event)

    async def _follow(self, away: _UnderWay) -> None:
        """Wait until what was handed out has come up from the widget that got it; then let the next go."""
        handed = 0
        while handed < away.count:
            handed = away.count
            if not self._held:
                self._hurry.clear()
                await _within(_LEISURE, self._hurry.wait())
            await _within(_PATIENCE, away.climb())
        self._app.call_later(self._next)

    async def _next(self) -> None:
        self._away = None
        await self._hand_out()


class _UnderWay:
    """What has been handed out and may still be on its way up from the widget that had the keys."""

    def __init__(self, app: App[None], event: Event) -> None:
        self.count = 1
        self._app = app
        self._first = event
        self._focused = app.focused
        self._screen = app.screen
        self._way = [node for node in (app.focused or app.screen).ancestors_with_self if isinstance(node, Widget)]

    def takes(self, event: Event) -> bool:
        """Tell whether an event may go, too: it, and all that are under way, leave the keys where they are."""
        if (
            self.count < _TOGETHER
            and (self._app.screen, self._app.focused) == (self._screen, self._focused)
            and self._first_stays
            and self._stays(event)
        ):
            self.count += 1
            return True
        return False

    @cached_property
    def _first_stays(self) -> bool:
        return self._stays(self._first)

    @cached_property
    def _bound(self) -> dict[str, ActiveBinding]:
        return self._screen.active_bindings

    def _stays(self, event: Event) -> bool:
        if not isinstance(event, Key):
            return False
        bound = self._bound.get(event.key)
        if isinstance(self._focused, Input) and not (bound is not None and bound.binding.priority):
            return event.is_printable
        return bound is not None and bound.binding.group is STAYS

    async def climb(self) -> None:
        """Wait until all that is under way has passed every widget on the way up, and what came of it, too."""
        for _round in range(_ROUNDS):
            for node in (*self._way, self._app):
                passed = asyncio.Event()
                if node.call_later(passed.set):
                    looks = 0  # a widget that is taken away never answers
                    while not passed.is_set() and (node is self._app or node.is_attached):
                        looks += 1
                        await asyncio.sleep(0 if looks < _SOON else _GLANCE)


async def _within(seconds: float, what: Awaitable[object]) -> None:
    try:
        await asyncio.wait_for(what, seconds)
    except TimeoutError:
        pass
