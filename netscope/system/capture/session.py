"""A live capture: one thread empties the rings into a store, into files, or both."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from netscope.core.capture import ANY, CaptureRequest, Output
from netscope.core.errors import BadQuery
from netscope.core.frame import Frames, Interface, Statistics
from netscope.core.snapshot import Problem
from netscope.system.capture.output import Recorder
from netscope.system.capture.plain import Format, Maker, Plain
from netscope.system.capture.privileges import FILES, drop
from netscope.system.capture.ring import Ring
from netscope.system.capture.store import Store

_TURN = 8  # blocks that are taken from one ring before the next has its turn
_LOOK = 0.5  # seconds between two looks at counters and interfaces
_SWITCH_INTERVAL = 0.001  # seconds after which a thread that computes makes way: the ring is full sooner or later
_LAST = 10  # rounds in which what came before the end is taken in


class LiveCapture:
    """See :class:`netscope.core.capture.Capture`. ``inside`` runs a function in the host's network namespace."""

    def __init__(self, request: CaptureRequest, inside: Callable[[Callable[[], Any]], Any]) -> None:
        if not request.interfaces:
            raise BadQuery("capturing", "no interface is named", f"-i NAME, or -i {ANY} for all")
        self._request = request
        self._rings: list[Ring] = []
        self._recorder: Recorder | None = None
        self._makers: list[Maker] = []  # of records, for each ring
        try:
            inside(self._open)
            if request.output is not None:
                self._recorder = Recorder(request.output, self.interfaces, request.stop)
                self._makers = [_maker(request.output, number, ring) for number, ring in enumerate(self._rings)]
        except BaseException:
            self._close_rings()
            raise
        cooked = [ring.cooked for ring in self._rings]
        self._store = Store(self.interfaces, cooked, request.memory, spool=request.spool and request.keep)
        self._captured = 0
        self._ending = False
        self._ended = False
        self._own: list[Problem] = []
        self._statistics: Sequence[Statistics] = tuple(Statistics(n, 0, 0) for n in range(len(self._rings)))
        self._thread: threading.Thread | None = None
        self._news = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def _open(self) -> None:
        for name in dict.fromkeys(self._request.interfaces):
            ring = Ring(name, self._request)
            ring.interface = ring.interface._replace(section=1, id=len(self._rings))  # as a pcapng file will have it
            self._rings.append(ring)

    def _close_rings(self) -> None:
        for ring in self._rings:
            ring.close()

    def start(self) -> None:
        """Begin to take frames in."""
        if self._thread is None and not self._ended:
            sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH_INTERVAL))
            self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
            self._thread.start()

    def fileno(self) -> int:
        """Return the descriptor to watch."""
        return self._news

    def seen(self) -> None:
        """Take note of what the descriptor said."""
        try:
            os.eventfd_read(self._news)
        except BlockingIOError:
            pass  # nothing had been said

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return not self._ended

    @property
    def interfaces(self) -> Sequence[Interface]:
        """The interfaces."""
        return tuple(ring.interface for ring in self._rings)

    @property
    def frames(self) -> Frames:
        """What was kept."""
        return self._store

    @property
    def captured(self) -> int:
        """How many frames were captured."""
        return self._captured

    @property
    def statistics(self) -> Sequence[Statistics]:
        """What the kernel counted."""
        return self._statistics

    @property
    def problems(self) -> Sequence[Problem]:
        """What went wrong."""
        found = [problem for ring in self._rings for problem in ring.problems()]
        if self._recorder is not None and self._recorder.problem is not None:
            found.append(self._recorder.problem)
        return [*found, *self._store.problems, *self._own]

    @property
    def files(self) -> Sequence[str]:
        """The files written."""
        return tuple(self._recorder.files) if self._recorder is not None else ()

    def stop(self) -> None:
        """End the capture and wait for it."""
        self._ending = True
        if self._thread is None:
            self._finish()
        else:
            os.eventfd_write(self._wake, 1)
            self._thread.join()

    def close(self) -> None:
        """Stop, and let go of all."""
        if self._news < 0:
            return
        self.stop()
        self._store.close()
        os.close(self._news)
        os.close(self._wake)
        self._news = self._wake = -1

    def _run(self) -> None:
        try:
            rotating = self._request.output is not None and self._request.output.rotation is not None
            drop(FILES if rotating else ())
            self._drain()
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to: it is said with the rest
            self._own.append(Problem("the capture has ended", f"{type(error).__name__}: {error}", partial=True))
        finally:
            self._finish()

    def _drain(self) -> None:
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        for ring in self._rings:
            poll.register(ring, select.POLLIN)
        began = looked = time.monotonic()
        duration = self._request.stop.duration
        while not self._ending:
            due = looked + _LOOK
            if duration:
                due = min(due, began + duration)
            events = poll.poll(max(0.0, due - time.monotonic()) * 1000)
            if self._round():
                return
            now = time.monotonic()
            troubled = {descriptor for descriptor, event in events if event & select.POLLERR}
            if now - looked >= _LOOK or troubled:
                looked = now
                if self._look(poll):
                    break
            if duration and now - began >= duration:
                break
        poll.unregister(self._wake)
        for ring in self._rings:
            ring.end()
        for _ in range(_LAST):
            poll.poll(2 * max(ring.retire for ring in self._rings))
            before = self._captured
            if self._round() or self._captured == before:
                return

    def _round(self) -> bool:
        """Take in what is ready; return whether that was all that was asked for."""
        before = self._captured
        most = self._request.stop.packets
        for number, ring in enumerate(self._rings):
            for block, packets, first in ring.blocks(_TURN):
                wanted = min(packets, most - self._captured) if most else packets
                self._take(number, block, wanted, first)
                if (most and self._captured >= most) or (self._recorder is not None and self._recorder.finished):
                    return True
        if self._captured != before:
            os.eventfd_write(self._news, 1)
        return False

    def _take(self, number: int, block: memoryview, packets: int, first: int) -> None:
        if self._recorder is not None:
            packets = self._record(self._recorder, number, block, packets, first)
        if self._request.keep:
            self._store.add(block, packets, first, number)
        self._captured += packets

    def _record(self, recorder: Recorder, number: int, block: memoryview, packets: int, first: int) -> int:
        """Write a block's frames; return how many could be written."""
        done, at = 0, first
        while done < packets and not recorder.finished:
            batch = self._makers[number].take(block, packets - done, at)
            done += recorder.write(batch.records, self._count)
            at = batch.at
        return done

    def _count(self) -> Sequence[Statistics]:
        self._statistics = tuple(ring.statistics(number) for number, ring in enumerate(self._rings))
        self._store.statistics = self._statistics
        return self._statistics

    def _look(self, poll: select.poll) -> bool:
        """Look after counters, interfaces and the clock; return whether nothing is left to wait for."""
        before = self._statistics
        changed = self._count() != before
        for ring in self._rings:
            if not ring.gone and ring.look():
                changed = True
                if ring.gone:
                    poll.unregister(ring)
        if self._recorder is not None:
            self._recorder.tick(self._count)
        if changed:
            os.eventfd_write(self._news, 1)
        return all(ring.gone for ring in self._rings) or (self._recorder is not None and self._recorder.finished)

    def _finish(self) -> None:
        if self._ended:
            return
        try:
            if self._rings:
                self._count()
            if self._recorder is not None:
                self._recorder.close(self._statistics)
        except OSError as error:
            self._own.append(Problem("the capture has no proper end", os.strerror(error.errno or 0), partial=True))
        finally:
            self._close_rings()
            self._store.complete = True
            self._ended = True
            os.eventfd_write(self._news, 1)


def _maker(output: Output, number: int, ring: Ring) -> Maker:
    wanted = Format(output.form, output.nano, number, ring.snaplen, ring.cooked)
    try:
        from netscope.system.capture.straight import POSSIBLE, Straight
    except ImportError:  # a Python without ctypes
        return Plain(wanted)
    return Straight(wanted) if POSSIBLE else Plain(wanted)
