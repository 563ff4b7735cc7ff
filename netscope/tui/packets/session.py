"""What is looked at: the frames, what was learnt from them in order, marks, the time reference.

TCP's relative numbers, retransmissions and what is put together again depend on the frames before. A thread of its own
goes through them in their order, a few at a time so that the screen never waits for it; until a frame's turn has come
it is shown as if it stood alone.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import NamedTuple

from netscope.core.frame import Frame, Frames
from netscope.dissect import Context, dissect
from netscope.dissect.model import Dissection
from netscope.tui.packets.rows import Moment, Row

_SLICE = 0.002  # seconds of work between two rests: the longest that a key waits
_REST = 0.0005
_TYPING = 0.05  # seconds after a key during which it rests
_IDLE = 0.05
_STEP = 16  # frames between two looks at the clock
_TROUBLES = 1_000_000  # places remembered


class Learnt(NamedTuple):
    """How far the thread has come, to be compared."""

    known: int
    troubles: int


class Session:
    """One capture that is looked at. All may be called from the event loop: nothing waits for the disk longer than
    reading one frame takes."""

    def __init__(
        self, frames: Frames, name: str, *, live: bool = False, close: Callable[[], None] | None = None
    ) -> None:
        self.frames = frames
        self.name = name
        self.live = live
        self.marks: set[int] = set()
        self.reference: int | None = None
        self.touched = 0.0  # when a key was pressed last
        self.summaries = 0  # rows made: what tests count
        self._context = Context()
        self._lock = threading.Lock()  # of the context
        self._known = 0
        self._troubles: list[int] = []
        self._closed = threading.Event()
        self._first: int | None = None
        self._close = close

    def start(self) -> None:
        """Begin to learn."""
        threading.Thread(target=self._learn, name="dissecting", daemon=True).start()

    def close(self) -> None:
        """Stop, and let go of the frames. May wait for a capture's end."""
        self._closed.set()
        if self._close is not None:
            with self._lock:  # the thread is between two slices
                self._close()

    # Asked by the screen

    @property
    def count(self) -> int:
        """How many places there have been."""
        return len(self.frames)

    @property
    def first(self) -> int:
        """The first place that is still there."""
        return self.frames.first

    @property
    def learnt(self) -> Learnt:
        """How far the frames have been gone through in order."""
        return Learnt(self._known, len(self._troubles))

    def row(self, place: int) -> Row:
        """Return a frame's row. Raises IndexError where it is gone."""
        from netscope.dissect import dissect as summary

        frame = self.frames.frame(place)
        self.summaries += 1
        if place < self._known:
            with self._lock:
                found = summary(frame, self._context)
        else:
            found = summary(frame)
        return Row(
            frame.number, frame.time, found.source, found.destination, found.protocol, frame.length, found.info,
            found.trouble,
        )  # fmt: skip

    def dissection(self, place: int) -> Dissection:
        """Take a frame apart. Raises IndexError where it is gone."""
        frame = self.frames.frame(place)
        if place >= self._known:
            return dissect(frame)
        with self._lock:
            return dissect(frame, self._context)

    def is_known(self, place: int) -> bool:
        """Tell whether a frame's turn has come."""
        return place < self._known

    def moment(self, place: int, before: int | None) -> Moment:
        """Return what a place's time is told from; ``before`` is the place shown before it, None for none."""
        at = self._time(place)
        return Moment(self._first_time(place, at), at if before is None else self._time(before, at))

    def _first_time(self, place: int, fallback: int) -> int:
        if self.reference is not None and place >= self.reference:
            return self._time(self.reference, fallback)
        if self._first is None:
            self._first = self._time(self.first, fallback)
        return self._first

    def _time(self, place: int, fallback: int = 0) -> int:
        try:
            return self.frames.frame(place).time
        except IndexError:
            return fallback

    def trouble(self, place: int, forward: bool) -> int | None:
        """Return the next place that has trouble, or the one before; None where none is known."""
        found = self._troubles
        if forward:
            at = bisect_right(found, place)
            return found[at] if at < len(found) else None
        at = bisect_left(found, place) - 1
        return found[at] if at >= 0 and found[at] >= self.first else None

    # The thread

    def _learn(self) -> None:
        while not self._closed.is_set():
            if self._known >= len(self.frames):
                if self.frames.complete and self._known >= len(self.frames):
                    return
                self._closed.wait(_IDLE)
                continue
            if time.monotonic() < self.touched + _TYPING:
                time.sleep(_REST * 10)
                continue
            with self._lock:
                self._learn_some(time.monotonic() + _SLICE)
            time.sleep(_REST)

    def _learn_some(self, until: float) -> None:
        from netscope.dissect import dissect as summary

        place = max(self._known, self.frames.first)  # what was let go before its turn came is skipped
        end = len(self.frames)
        while place < end and time.monotonic() < until and not self._closed.is_set():
            stop = min(place + _STEP, end)
            self._learn_each(range(place, stop), summary)
            self._known = place = stop
        if len(self._troubles) > _TROUBLES:
            del self._troubles[: -_TROUBLES // 2]

    def _learn_each(self, places: range, look: Callable[[Frame, Context], Dissection]) -> None:
        for place in places:
            try:
                frame = self.frames.frame(place)
            except IndexError:
                continue  # let go meanwhile
            if look(frame, self._context).trouble:
                self._troubles.append(place)
