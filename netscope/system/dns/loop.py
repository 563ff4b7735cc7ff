"""Many exchanges at once on one thread: generators that wait for descriptors, driven by epoll(7).

asyncio would do, and costs as much to import as ``dig`` needs for a whole query. Nothing outlives the loop: closing it
(or its iterator) closes every generator, whose ``finally`` closes its sockets.
"""

from __future__ import annotations

import heapq
import select
import time
from collections.abc import Callable, Generator, Iterable
from typing import Any, NamedTuple

from netscope.core.dns.resolver import Inquiry, Reply, Task


class Wait(NamedTuple):
    """What an exchange waits for: one of these descriptors, or the moment ``until`` (monotonic seconds)."""

    until: float
    reading: tuple[int, ...] = ()
    writing: tuple[int, ...] = ()


Flight = Generator[Wait, int, Reply]
"""One inquiry on its way. It is sent the descriptor that is ready, or -1 when the moment has come."""


class _Job:
    """A task with the inquiries that it waits for."""

    def __init__(self, position: int, task: Task[Any]) -> None:
        self.position = position
        self.task = task
        self.replies: list[Reply | None] = []
        self.flights: set[_Leg] = set()


class _Leg:
    """A flight of a job."""

    def __init__(self, job: _Job, slot: int, flight: Flight) -> None:
        self.job = job
        self.slot = slot
        self.flight = flight
        self.wait = Wait(0.0)
        self.turn = 0


class Loop:
    """Runs tasks. ``launch`` makes the flight of an inquiry; all ends when the descriptor ``stop`` becomes readable."""

    def __init__(self, launch: Callable[[Inquiry], Flight], stop: int | None = None) -> None:
        self._launch = launch
        self._stop = stop
        self._stopped = False
        self._epoll = select.epoll()
        if stop is not None:
            self._epoll.register(stop, select.EPOLLIN)
        self._watched: dict[int, _Leg] = {}
        self._timers: list[tuple[float, int, int, _Leg]] = []
        self._count = 0
        self._active: set[_Job] = set()
        self._done: list[tuple[int, Any]] = []

    def run(self, tasks: Iterable[Task[Any]], concurrency: int) -> Generator[tuple[int, Any], None, None]:
        """Yield (position, result) as tasks end; the next task is taken only when there is room."""
        waiting = enumerate(tasks)
        more = True
        try:
            while not self._stopped:
                while more and len(self._active) < concurrency:
                    following = next(waiting, None)
                    if following is None:
                        more = False
                        break
                    job = _Job(*following)
                    self._active.add(job)
                    self._advance(job, None)
                if self._done:
                    yield from self._take()
                elif self._active:
                    self._turn()
                elif not more:
                    return
        finally:
            self._close()

    def _take(self) -> list[tuple[int, Any]]:
        done, self._done = self._done, []
        return done

    def _advance(self, job: _Job, replies: list[Reply] | None) -> None:
        """Let a task go on; an empty round of inquiries is answered at once."""
        while True:
            try:
                inquiries = job.task.send(replies) if replies is not None else next(job.task)
            except StopIteration as end:
                self._active.discard(job)
                self._done.append((job.position, end.value))
                return
            if inquiries:
                break
            replies = []
        job.replies = [None] * len(inquiries)
        legs = [_Leg(job, slot, self._launch(inquiry)) for slot, inquiry in enumerate(inquiries)]
        job.flights = set(legs)
        for leg in legs:
            self._step(leg, None)

    def _step(self, leg: _Leg, ready: int | None) -> None:
        """Let a flight go on until it waits again or lands."""
        for descriptor in (*leg.wait.reading, *leg.wait.writing):
            if self._watched.pop(descriptor, None):
                self._epoll.unregister(descriptor)
        try:
            wait = leg.flight.send(ready) if ready is not None else next(leg.flight)
        except StopIteration as end:
            leg.wait = Wait(0.0)
            leg.turn = -1
            job = leg.job
            job.replies[leg.slot] = end.value
            job.flights.discard(leg)
            if not job.flights:
                self._advance(job, [reply for reply in job.replies if reply is not None])
            return
        leg.wait = wait
        for descriptors, mask in ((wait.reading, select.EPOLLIN), (wait.writing, select.EPOLLOUT)):
            for descriptor in descriptors:
                self._epoll.register(descriptor, mask)
                self._watched[descriptor] = leg
        self._count += 1
        leg.turn = self._count
        heapq.heappush(self._timers, (wait.until, self._count, leg.turn, leg))

    def _turn(self) -> None:
        """Wait for the next thing to happen."""
        while self._timers and self._timers[0][3].turn != self._timers[0][2]:
            heapq.heappop(self._timers)
        pause = max(self._timers[0][0] - time.monotonic(), 0) if self._timers else 0.0
        ready = self._epoll.poll(pause)
        for descriptor, _mask in ready:
            self._stopped = self._stopped or descriptor == self._stop
            leg = self._watched.get(descriptor)
            if leg:
                self._step(leg, descriptor)
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            _until, _count, turn, leg = heapq.heappop(self._timers)
            if leg.turn == turn:
                self._step(leg, -1)

    def _close(self) -> None:
        for job in self._active:
            for leg in job.flights:
                leg.flight.close()
            job.task.close()
        self._active.clear()
        self._epoll.close()
