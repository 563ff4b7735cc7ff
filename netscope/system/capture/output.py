"""Files that a capture is written to: each write ends behind a whole record, also where it fails or a signal comes.

While the kernel is at a write, a reader sees what is there so far; if the process is killed then (SIGKILL), that stays.
"""

from __future__ import annotations

import errno
import os
import select
import stat
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from netscope.core.capture import Output, Rotation, Stop
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.frame import Interface, Statistics
from netscope.core.snapshot import Problem
from netscope.dissect.files.records import Extras
from netscope.dissect.files.write import encoder
from netscope.system.capture.pouring import Joined, Records
from netscope.system.errors import explain

_NEVER = Rotation()
_ELSEWHERE = "choose a directory you may write to"
_MENDS = {
    errno.ENOENT: "make its directory first",
    errno.EACCES: _ELSEWHERE,
    errno.EPERM: _ELSEWHERE,
    errno.EROFS: _ELSEWHERE,
}
_STANDARD = {"-": 1, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTORS = ("/dev/fd/", "/proc/self/fd/")


class Sink:
    """One open file, pipe or standard output. What it holds is always whole records."""

    def __init__(self, path: str, *, force: bool = False) -> None:
        self.path = path
        self.size = 0  # bytes that were written here
        self._descriptor, self._regular = _open(path, force)
        self._base = 0
        if self._regular:
            self._base = os.lseek(self._descriptor, 0, os.SEEK_END)

    def write(self, parts: Sequence[bytes], per: int) -> tuple[int, OSError | None]:
        """Write records, ``per`` parts each. Returns how many went out whole, and what stopped the rest."""
        records = Joined(parts, per)
        return self.pour(records, 0, records.count)

    def pour(self, records: Records, first: int, last: int) -> tuple[int, OSError | None]:
        """Write records, of which ``first`` are out, up to the ``last``. Returns how many went out whole, and what
        stopped the rest.

        Where the disk is full, the record that was written in part is taken back.
        """
        begin = records.sent
        end = records.size if last == records.count else records.ends()[last - 1]
        failure = None
        while records.sent < end:
            try:
                records.send(self._descriptor, end)
            except InterruptedError:
                pass  # by a signal: begun again, as os.write does by itself
            except BlockingIOError:
                poll = select.poll()
                poll.register(self._descriptor, select.POLLOUT)
                poll.poll()
            except OSError as error:
                failure = error
                break
        if failure is None:
            self.size += end - begin
            return last - first, None
        ends = records.ends()
        whole = bisect_right(ends, records.sent)
        self.size += ends[whole - 1] - begin if whole > first else 0
        if self._regular:
            os.ftruncate(self._descriptor, self._base + self.size)
            os.lseek(self._descriptor, 0, os.SEEK_END)
        return whole - first, failure

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


def _open(path: str, force: bool) -> tuple[int, bool]:
    """Open for writing: mode 0600, owned by the user who called sudo, never over another file by accident."""
    what = f"{path} is not written"
    number = _own(path)
    if number >= 0:
        try:
            descriptor = os.dup(number)
        except (OSError, OverflowError) as error:
            raise BadQuery(what, "it is not open") from error
        return descriptor, stat.S_ISREG(os.fstat(descriptor).st_mode)
    try:
        found: os.stat_result | None = os.lstat(path)
    except FileNotFoundError:
        found = None
    except (OSError, ValueError) as error:
        raise explain(error, what) if isinstance(error, OSError) else BadQuery(what, str(error)) from error
    flags = os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        if found is not None and (stat.S_ISFIFO(found.st_mode) or stat.S_ISCHR(found.st_mode)):
            return os.open(path, flags), False
        if found is not None:
            if not stat.S_ISREG(found.st_mode):
                raise BadQuery(what, "it is there and is no regular file", "choose another name")
            if not force:
                raise BadQuery(what, "it is there already", "--force replaces it")
            os.unlink(path)
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise explain(error, what, _MENDS.get(error.errno or 0, "")) from error
    caller, group = os.environ.get("SUDO_UID", ""), os.environ.get("SUDO_GID", "")
    if os.geteuid() == 0 and caller.isdigit():
        try:
            os.fchown(descriptor, int(caller), int(group) if group.isdigit() else -1)
        except OSError:
            pass  # a file system without owners
    return descriptor, True


def _own(path: str) -> int:
    """Return the descriptor of this process that a path means, as a shell's ``>(command)`` does; -1 for none."""
    if path in _STANDARD:
        return _STANDARD[path]
    folder, slash, digits = path.rpartition("/")
    return int(digits) if folder + slash in _DESCRIPTORS and digits.isascii() and digits.isdigit() else -1


class Recorder:
    """Writes records into one file, or into one after the other."""

    def __init__(
        self,
        output: Output,
        interfaces: Sequence[Interface],
        stop: Stop = Stop(),  # noqa: B008 - immutable
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.output = output
        self._rotation = output.rotation or _NEVER
        self._stop = stop
        self._now = now
        self._encoder = encoder(output.form, nano=output.nano)
        self._head = self._encoder.head(interfaces, Extras(system=f"Linux {os.uname().release}"))
        self._packets = 0  # in this file
        self._number = 0
        self._size = 0  # bytes in the files before
        self._begun = 0.0
        self._full = False  # this file is closed, and the next one has not begun
        self.finished = False
        self.problem: Problem | None = None
        self.files: list[str] = []
        self._sink = self._begin()

    def _begin(self) -> Sink:
        self._number += 1
        path = self.output.path
        if self.output.rotation is not None:
            path = numbered(path, self._number, time.strftime("%Y%m%d%H%M%S"))
        sink = Sink(path, force=self.output.force)
        self._packets = 0
        self._begun = self._now()
        _records, failure = sink.write([self._head], 1)
        if failure is not None:
            sink.close()
            raise explain(failure, f"{path} is not written")
        self.files.append(path)
        keep = self._rotation.files
        while keep and len(self.files) > keep:
            try:
                os.unlink(self.files.pop(0))
            except OSError:
                pass  # somebody else was faster
        return sink

    def write(self, records: Records, statistics: Callable[[], Sequence[Statistics]]) -> int:
        """Write records, as many as there is place for; return how many."""
        written = 0
        while written < records.count and not self.finished:
            if self._full and not self._next():
                break
            upto = self._fit(records, written)
            whole, failure = self._sink.pour(records, written, upto)
            written += whole
            self._packets += whole
            if failure is not None:
                self._fail(failure)
                break
            self._turn(statistics)
        return written

    def _fit(self, records: Records, written: int) -> int:
        """Return up to which record they go into this file before it is full; the one that fills it goes in whole."""
        upto = records.count
        if self._rotation.packets:
            upto = min(upto, written + self._rotation.packets - self._packets)
        room = min(
            self._rotation.size - self._sink.size if self._rotation.size else 1 << 62,
            self._stop.size - self._size - self._sink.size if self._stop.size else 1 << 62,
        )
        if records.size - records.sent > room:
            upto = min(upto, max(bisect_left(records.ends(), records.sent + room), written) + 1)
        return upto

    def _turn(self, statistics: Callable[[], Sequence[Statistics]]) -> None:
        """Begin the next file, or end, where it is time to."""
        rotation, size = self._rotation, self._sink.size
        if self._stop.size and self._size + size >= self._stop.size:
            self.finished = True
            return
        full = (rotation.packets and self._packets >= rotation.packets) or (rotation.size and size >= rotation.size)
        late = rotation.duration and self._now() - self._begun >= rotation.duration
        if not full and not late:
            return
        if self._stop.files and self._number >= self._stop.files:
            self.finished = True
            return
        self._close(statistics())
        self._size += size
        self._full = True
        if not full:
            self._next()

    def _next(self) -> bool:
        """Begin the next file; return whether that could be.

        After a full one that waits for a record to put into it: who ends a capture with the record that fills a file
        gets no empty file, for which an older one would have to go.
        """
        try:
            self._sink = self._begin()
        except NetscopeError as error:
            self.finished = True
            self.problem = Problem(error.what, error.why, error.mend, partial=True)
            return False
        self._full = False
        return True

    def tick(self, statistics: Callable[[], Sequence[Statistics]]) -> None:
        """Look at the clock."""
        if not self.finished and not self._full and self._rotation.duration:
            self._turn(statistics)

    def _fail(self, error: OSError) -> None:
        self.finished = True
        if error.errno == errno.EPIPE:
            self.problem = Problem("the capture has ended", "nobody reads its output any more")
            return
        why = f"{os.strerror(error.errno or 0)}; the {self._sink.size:,} bytes before are a valid file"
        self.problem = Problem(f"{self.files[-1]} is not written any further", why, partial=True)

    def _close(self, statistics: Sequence[Statistics]) -> None:
        tail = self._encoder.tail([counted._replace(ended=time.time_ns()) for counted in statistics])
        if tail and self.problem is None:
            self._sink.write([tail], 1)  # where it does not fit, the file is valid without
        self._sink.close()

    def close(self, statistics: Sequence[Statistics]) -> None:
        """End the file. May be called twice."""
        self.finished = True
        if not self._full:
            self._close(statistics)


def numbered(path: str, number: int, stamp: str) -> str:
    """Return the name of a file of many, as dumpcap(1) makes it: name_00001_20240131235959.pcap."""
    folder, base = os.path.split(path)
    stem, dot, suffix = base.rpartition(".")
    if not stem:
        stem, dot, suffix = base, "", ""
    return os.path.join(folder, f"{stem}_{number:05d}_{stamp}{dot}{suffix}")
