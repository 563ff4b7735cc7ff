"""What is looked at: the frames, what was learnt from them in order, marks, the time reference.

TCP's relative numbers, retransmissions and what is put together again depend on the frames before. A thread of its own
goes through them in their order, a few at a time so that the screen never waits for it: first for the rows of the list,
then, as far as somebody looks, for the trees. Until a frame's turn has come it is shown as if it stood alone.
"""

from __future__ import annotations

import threading
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import NamedTuple

from netscope.core.frame import Frame, Frames
from netscope.core.snapshot import Problem
from netscope.dissect import Context, dissect
from netscope.dissect.framelayer import Shown, shown
from netscope.dissect.model import Dissection
from netscope.dissect.summary import Summaries, summary
from netscope.tui.packets.rows import Moment, Row
from netscope.tui.packets.rowstore import RowStore

_SLICE = 0.002  # seconds of work between two rests: the longest that a key waits
_STEP = 8  # frames between two looks at the clock
_REST = 0.0005
_TYPING = 0.3  # seconds after a key during which it rests longer
_TYPING_REST = 0.05
_IDLE = 0.05
_FIRST = 0.1  # seconds that the first rows have for themselves
_AHEAD = 1000  # places beyond the one that is looked at, whose trees are learnt
_FAR = 2000  # places that are gone through in the wink of an eye
_TROUBLES = 1_000_000  # places remembered


class Learnt(NamedTuple):
    """How far the frames have been gone through, to be compared."""

    rows: int
    trees: int


class Session:
    """One capture that is looked at. All may be called from the event loop: nothing waits for the disk longer than
    reading one frame takes."""

    def __init__(
        self, frames: Frames, name: str, *, live: bool = False, close: Callable[[], None] | None = None
    ) -> None:
        self.frames = frames
        self.name = name
        self.live = live
        self.problems: list[Problem] = []
        self.marks: set[int] = set()
        self.reference: int | None = None
        self.touched = 0.0  # when a key was pressed last
        self._looked_at = 0  # the place whose tree is wanted
        self.summaries = 0  # rows made for the screen: what tests count
        self._summaries = Summaries()
        self._store = RowStore()
        self._rows = 0
        self._context = Context()
        self._trees = 0
        self._lock = threading.Lock()  # of the context
        self._troubles = array("Q")
        self._closed = threading.Event()
        self._wanted = threading.Event()  # there may be something to learn
        self._first: int | None = None
        self._close = close

    def start(self) -> None:
        """Begin to learn."""
        threading.Thread(target=self._learn_all, name="dissecting", daemon=True).start()

    def close(self) -> None:
        """Stop, and let go of the frames. May wait for a capture's end."""
        self._closed.set()
        self._wanted.set()
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
        return Learnt(self._rows, self._trees)

    def row(self, place: int) -> Row:
        """Return a frame's row. Raises IndexError where it is gone."""
        frame = self.frames.frame(place)
        self.summaries += 1
        cells = self._store.get(place)
        if cells is None:
            found = summary(frame)
            cells = found.source, found.destination, found.protocol, found.info, found.trouble
        source, destination, protocol, info, trouble = cells
        return Row(place + 1, frame.time, source, destination, protocol, frame.length, info, trouble)

    def dissection(self, place: int, before: int | None) -> Dissection:
        """Take a frame apart. ``before`` is the place shown before it, None for none. Raises IndexError where it is
        gone."""
        frame = self.frames.frame(place)
        if place >= self._trees:
            made = self._taken_apart(frame, Context())
        else:
            with self._lock:
                made = self._taken_apart(frame, self._context)
        first, displayed = self.moment(place, before)
        how = Shown(self._time(place - 1, frame.time), displayed, first, place in self.marks)
        return made._replace(layers=(shown(made.layers[0], how), *made.layers[1:]))

    def _taken_apart(self, frame: Frame, context: Context) -> Dissection:
        found = self.frames.interfaces
        if self.live:  # it is not in a file yet, which would count them
            found = [interface._replace(section=1, id=number) for number, interface in enumerate(found)]
        context.interfaces = found
        return dissect(frame, context)

    def look_at(self, place: int) -> None:
        """Take note of the place whose tree is wanted: the frames before it are gone through."""
        self._looked_at = place
        self._wanted.set()

    def has_row(self, place: int) -> bool:
        """Tell whether the turn of a frame's row has come."""
        return place < self._rows

    def has_tree(self, place: int) -> bool:
        """Tell whether the turn of a frame's tree has come."""
        return place < self._trees

    def is_far_ahead(self, place: int) -> bool:
        """Tell whether it will take long until the turn of a frame's tree comes."""
        return place > self._trees + _FAR

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

    def _learn_all(self) -> None:
        try:
            self._learn()
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to: it is said with the rest
            why = f"{type(error).__name__}: {error}"
            mend = "the others are shown as if each stood alone"
            self.problems.append(Problem(f"packets were looked into in order up to number {self._rows:,}", why, mend))

    def _learn(self) -> None:
        self._closed.wait(_FIRST)
        while not self._closed.is_set():
            if time.monotonic() < self.touched + _TYPING:
                time.sleep(_TYPING_REST)
            self._wanted.clear()
            until = time.monotonic() + _SLICE
            complete = self.frames.complete
            with self._lock:
                if self._rows < len(self.frames):
                    self._learn_rows(until)
                elif self._trees < min(self._looked_at + _AHEAD, len(self.frames)):
                    self._learn_trees(until)
                elif complete and self._trees >= len(self.frames):
                    return
                else:
                    until = 0.0
            if until:
                time.sleep(_REST)
            else:
                self._wanted.wait(None if complete else _IDLE)

    def _learn_rows(self, until: float) -> None:
        place = max(self._rows, self.frames.first)  # what was let go before its turn came is skipped
        end = len(self.frames)
        make, add, read = self._summaries.row, self._store.add, self.frames.frame
        while place < end and time.monotonic() < until and not self._closed.is_set():
            for here in range(place, min(place + _STEP, end)):
                try:
                    frame = read(here)
                except IndexError:
                    continue  # let go meanwhile
                data = frame.data
                found = make(here + 1, frame.time, data, 0, len(data), frame.length, frame.link)
                add(here, (found.source, found.destination, found.protocol, found.info, found.trouble))
                if found.trouble:
                    self._troubles.append(here)
            self._rows = place = min(place + _STEP, end)
        if self.frames.first:
            self._store.trim(self.frames.first)
        if len(self._troubles) > _TROUBLES:
            del self._troubles[: _TROUBLES // 2]

    def _learn_trees(self, until: float) -> None:
        place = max(self._trees, self.frames.first)
        end = min(self._looked_at + _AHEAD, len(self.frames))
        while place < end and time.monotonic() < until and not self._closed.is_set():
            for here in range(place, min(place + _STEP, end)):
                try:
                    dissect(self.frames.frame(here), self._context)
                except IndexError:
                    continue
            self._trees = place = min(place + _STEP, end)
        self._trees = max(self._trees, min(self.frames.first, end))
