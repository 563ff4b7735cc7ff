"""A probe in the background: a thread of its own that sends and hears, and may be stopped or paused from any other.

What reads the session meanwhile takes :attr:`Background.lock`. Once :meth:`Background.stop` has returned, nothing is
sent any more.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, Literal, TypeVar

from netscope.core.errors import NetscopeError
from netscope.core.probe import Channel, Event, Probe
from netscope.core.snapshot import Problem
from netscope.hub.drive import Session, drive

Told = TypeVar("Told")
State = Literal["starting", "running", "paused", "done", "stopped", "failed"]

ENDED: frozenset[State] = frozenset({"done", "stopped", "failed"})
_GLANCE = 0.1  # seconds between two looks whether a paused probe may go on


class Background:
    """One probe, from its beginning to its end.

    Attributes:
        lock: whoever reads or changes what the thread works on takes it.
        problems: what went wrong so far.
    """

    def __init__(self, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        """``changed`` is called from the thread whenever there is something new to see."""
        self.lock = threading.RLock()
        self.problems: tuple[Problem, ...] = ()
        self._clock = clock
        self._changed = changed
        self._reader = self._writer = -1
        self._stopping = False
        self._paused_at: float | None = None
        self._skipped = 0.0
        self._state: State = "starting"
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> State:
        """What it is doing."""
        return "paused" if self._paused_at is not None and self._state == "running" else self._state

    @property
    def ended(self) -> bool:
        """Tell whether nothing will happen any more."""
        return self._state in ENDED

    @property
    def stopping(self) -> bool:
        """Tell whether it was told to stop."""
        return self._stopping

    def start(self, work: Callable[[], None]) -> None:
        """Begin. ``work`` runs on the thread; it opens what it needs and calls :meth:`drive`."""
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._run, args=(work,), name="probe", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send nothing any more. The thread ends by itself, soon."""
        with self.lock:
            self._stopping = True
            if self._writer >= 0:
                os.write(self._writer, b"x")
            if self._state not in ENDED:
                self._state = "stopped"
        self._changed()

    def join(self, seconds: float) -> None:
        """Wait for the end of the thread."""
        if self._thread is not None:
            self._thread.join(seconds)

    def pause(self, paused: bool) -> None:
        """Send nothing, or go on where it was: time stands still meanwhile, so that nothing counts as lost."""
        with self.lock:
            if paused and self._paused_at is None:
                self._paused_at = self._clock()
            elif not paused and self._paused_at is not None:
                self._skipped += self._clock() - self._paused_at
                self._paused_at = None
        self._changed()

    def trouble(self, problem: Problem) -> None:
        """Add a problem."""
        with self.lock:
            self.problems = (*self.problems, problem)
        self._changed()

    def drive(
        self,
        session: Session[Told],
        channels: Mapping[int, Channel],
        emit: Callable[[Told], None],
        sent: Callable[[int, Probe], None] = lambda _lane, _probe: None,
    ) -> bool:
        """Run a session on this thread; ``emit`` and ``sent`` are called with the lock held. Tell whether it ended
        by itself."""
        with self.lock:
            if self._stopping:
                return False
            self._state = "running"

        def told(outcome: Told) -> None:
            with self.lock:
                emit(outcome)
            self._changed()

        return not drive(_Guarded(self, session, sent), channels, self._clock, told, self._reader)

    def virtual(self, now: float) -> float:
        """Return what the session takes for now: the clock without the pauses."""
        return (now if self._paused_at is None else self._paused_at) - self._skipped

    @property
    def held_up(self) -> bool:
        """Tell whether nothing is to be sent at the moment."""
        return self._stopping or self._paused_at is not None

    def note(self) -> None:
        """Say that there is something new to see."""
        self._changed()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except NetscopeError as error:
            self._fail(Problem(error.what, error.why, error.mend, partial=True))
        except Exception as error:  # noqa: BLE001 - shown as a problem: a traceback would tear the screen
            self._fail(Problem("this probe", f"internal error: {error!r}", partial=True))
        finally:
            with self.lock:
                if self._state not in ENDED:
                    self._state = "done"
                os.close(self._reader)
                os.close(self._writer)
                self._reader = self._writer = -1
            self._changed()

    def _fail(self, problem: Problem) -> None:
        with self.lock:
            self._state = "stopped" if self._stopping else "failed"
        self.trouble(problem)


class _Guarded(Generic[Told]):
    """A session whose every step takes the lock, which sends nothing while paused or stopped."""

    def __init__(self, owner: Background, session: Session[Told], sent: Callable[[int, Probe], None]) -> None:
        self._owner = owner
        self._session = session
        self._sent = sent

    def due(self, now: float) -> Iterator[tuple[int, Probe]]:
        """Yield what is to be sent, one at a time."""
        owner = self._owner
        with owner.lock:
            steps = self._session.due(owner.virtual(now))
        while True:
            with owner.lock:
                if owner.held_up:
                    return
                step = next(steps, None)
                if step is None:
                    return
                self._sent(*step)
                yield step  # the caller sends it with the lock held: nothing leaves after a stop
            owner.note()

    def wake(self, now: float) -> float:
        """Return seconds until something is to be done."""
        owner = self._owner
        with owner.lock:
            return _GLANCE if owner.held_up else self._session.wake(owner.virtual(now))

    def finished(self, now: float) -> bool:
        """Tell whether all is over."""
        with self._owner.lock:
            return self._session.finished(self._owner.virtual(now))

    def receive(self, lane: int, event: Event) -> Told | None:
        """Take what came back."""
        with self._owner.lock:
            return self._session.receive(lane, event)

    def expire(self, now: float) -> Sequence[tuple[int, int, Told]]:
        """Return what is not waited for any longer."""
        with self._owner.lock:
            return self._session.expire(self._owner.virtual(now))
