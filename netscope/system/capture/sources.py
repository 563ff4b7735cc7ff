"""Sources of bytes for the readers of capture files (see :class:`netscope.dissect.files.source.Source`)."""

from __future__ import annotations

import errno
import os
import select
from collections import deque

from netscope.core.snapshot import Problem
from netscope.core.typed import Protocol, Sequence
from netscope.system.capture.compressed import Damaged, Decompressor

_READ = 1 << 18
_PACKED = 1 << 15
_SPARE = 64 << 20  # bytes that are left free on the disk


class FileSource:
    """A regular file, as long as it was when it was opened."""

    first = 0
    complete = True
    problems: Sequence[Problem] = ()

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    def read(self, offset: int, size: int) -> bytes:
        """Read a part; what was written behind the end meanwhile is no part."""
        return pread(self._descriptor, offset, min(size, self.size - offset))

    def fetch(self, budget: int, wait: float | None) -> None:
        """All is there."""

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


class Store(Protocol):
    """Where bytes that come one after another are kept."""

    first: int
    size: int

    def append(self, data: bytes) -> None:
        """Keep more. Raises OSError where it cannot."""

    def read(self, offset: int, size: int) -> bytes:
        """Return a part."""

    def close(self) -> None:
        """Let go of all of it."""


class Spool:
    """A temporary file without a name: it is gone when the program is."""

    first = 0

    def __init__(self) -> None:
        self.size = 0
        self._descriptor = nameless()

    def append(self, data: bytes) -> None:
        """Write more, as long as that leaves the disk some room."""
        free = os.fstatvfs(self._descriptor)
        if free.f_bavail * free.f_frsize < len(data) + _SPARE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        view = memoryview(data)
        while view:
            written = os.pwrite(self._descriptor, view, self.size)
            self.size += written
            view = view[written:]

    def read(self, offset: int, size: int) -> bytes:
        """Read a part."""
        return pread(self._descriptor, offset, min(size, self.size - offset))

    def close(self) -> None:
        """Close the file, which is its end."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


class Recent:
    """The last so many bytes of a stream without end, in memory."""

    def __init__(self, most: int) -> None:
        self.first = 0
        self.size = 0
        self._most = most
        self._pieces: deque[tuple[int, bytes]] = deque()

    def append(self, data: bytes) -> None:
        """Keep more, and let go of the oldest."""
        self._pieces.append((self.size, data))
        self.size += len(data)
        while len(self._pieces) > 1 and self.size - self._pieces[1][0] >= self._most:
            self._pieces.popleft()
            self.first = self._pieces[0][0]

    def read(self, offset: int, size: int) -> bytes:
        """Return a part; nothing where it is gone."""
        pieces = tuple(self._pieces)  # in one step: another thread may append
        if not pieces or offset < pieces[0][0]:
            return b""
        parts = []
        for start, data in reversed(pieces):
            if start < offset + size:
                parts.append(data[max(0, offset - start) : offset + size - start])
            if start <= offset:
                break
        return b"".join(reversed(parts))

    def close(self) -> None:
        """Let go of all."""
        self._pieces.clear()


class Stream:
    """What comes from a descriptor, decompressed where it is compressed, and kept in a store."""

    def __init__(
        self, descriptor: int, name: str, head: bytes, store: Store, decompress: Decompressor | None = None
    ) -> None:
        self._descriptor = descriptor
        self._name = name
        self._store = store
        self._decompress = decompress
        self._raw = len(head)  # bytes of the stream that were taken in
        self._ended = False
        self.complete = False
        self.problems: list[Problem] = []
        self._take(head, _READ)

    @property
    def first(self) -> int:
        """The first offset that is kept."""
        return self._store.first

    @property
    def size(self) -> int:
        """The end of what came."""
        return self._store.size

    def read(self, offset: int, size: int) -> bytes:
        """Return a part."""
        return self._store.read(offset, size)

    def fetch(self, budget: int, wait: float | None) -> None:
        """Take in what is there, waiting for the first of it."""
        while budget > 0 and not self.complete:
            data = b""
            if self._decompress is None or self._decompress.hungry:
                if not ready(self._descriptor, wait):
                    return
                # What comes out of a damaged piece may be lost with it: pieces are small.
                data = self._receive(min(budget, _READ if self._decompress is None else _PACKED))
                if not data and not self.complete:
                    self._end()
                    return
            before = self.size
            self._take(data, budget)
            budget -= max(self.size - before, 1)
            wait = 0.0

    def _receive(self, size: int) -> bytes:
        try:
            data = os.read(self._descriptor, size)
        except OSError as error:
            self._stop(f"{self._name} cannot be read further", os.strerror(error.errno or 0))
            return b""
        self._raw += len(data)
        return data

    def _take(self, data: bytes, most: int) -> None:
        try:
            if self._decompress is not None:
                data = self._decompress.feed(data, most)
            if data:
                self._store.append(data)
        except Damaged as error:
            self._stop(f"{self._name} is damaged before byte {self._raw:,} of the compressed file", str(error))
        except OSError as error:
            why = os.strerror(error.errno or 0)
            self._stop(f"{self._name} is unpacked up to byte {self.size:,} only", why, "TMPDIR names a larger disk")

    def _end(self) -> None:
        if self._decompress is not None and not self._decompress.whole:
            why = f"its {self._decompress.name} stream has no end"
            self._stop(f"{self._name} is cut short at byte {self._raw:,} of the compressed file", why)
        self.complete = True

    def _stop(self, what: str, why: str, mend: str = "") -> None:
        self.problems.append(Problem(what, why, mend, partial=True))
        self.complete = True

    def close(self) -> None:
        """Close the stream and let go of what came."""
        self.complete = True
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)
            self._store.close()


def ready(descriptor: int, wait: float | None) -> bool:
    """Wait until something can be read, or the end; return whether so."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(None if wait is None else wait * 1000))


def pread(descriptor: int, offset: int, size: int) -> bytes:
    """Read all of a part, nothing where that cannot be."""
    parts: list[bytes] = []
    while size > 0:
        try:
            data = os.pread(descriptor, size, offset)
        except OSError:
            break
        if not data:
            break
        parts.append(data)
        offset += len(data)
        size -= len(data)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def nameless() -> int:
    """Open a temporary file that has no name, in TMPDIR or else /var/tmp, /tmp. Raises OSError."""
    failure: OSError | None = None
    for folder in (os.environ.get("TMPDIR", ""), "/var/tmp", "/tmp"):  # /var/tmp is the one for large files (hier(7))
        if not folder:
            continue
        try:
            return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            failure = error
        try:  # a file system without O_TMPFILE
            path = os.path.join(folder, f".netscope-{os.getpid()}-{os.urandom(4).hex()}.tmp")
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            os.unlink(path)
        except OSError as error:
            failure = error
        else:
            return descriptor
    raise failure or OSError(errno.ENOENT, os.strerror(errno.ENOENT))
