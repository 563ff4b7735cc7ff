"""Where a reader's bytes come from. A file is read through windows, not mapped into memory: were it cut short by
another program meanwhile, a mapping would kill this one (SIGBUS, mmap(2)).
"""

from __future__ import annotations

from netscope.core.snapshot import Problem
from netscope.core.typed import Protocol, Sequence

WINDOW = 1 << 18


class Source(Protocol):
    """Bytes that can be read at any place: a file, or what has been decompressed or received so far."""

    @property
    def first(self) -> int:
        """The first offset that can be read; more than 0 where old bytes were let go."""

    @property
    def size(self) -> int:
        """The offset behind the last byte that can be read, so far."""

    @property
    def complete(self) -> bool:
        """Whether ``size`` will not grow any more."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What went wrong below: a compressed stream cut short, a disk that is full."""

    def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset`` on; fewer at the end, none outside. Any thread may call it."""

    def fetch(self, budget: int, wait: float | None) -> None:
        """Bring in about ``budget`` more bytes; wait for them for so many seconds at most, None: for ever."""

    def close(self) -> None:
        """Let go of all of it. May be called twice."""


class Held:
    """A source that is in memory whole."""

    first = 0
    complete = True
    problems: Sequence[Problem] = ()

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = data
        self.size = len(data)

    def read(self, offset: int, size: int) -> bytes:
        """Return a part."""
        return bytes(self._data[offset : offset + size])

    def fetch(self, budget: int, wait: float | None) -> None:
        """Nothing more comes."""

    def close(self) -> None:
        """Nothing is held open."""


class Windows:
    """Reads of a source, a large window at a time: neighbours cost no further read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._window = (0, b"")  # replaced as one, so that threads see a whole pair

    def at(self, offset: int, need: int) -> tuple[bytes, int]:
        """Return a window and the place of ``offset`` in it; ``need`` bytes follow, or all that there are."""
        base, data = self._window
        if not base <= offset <= offset + need <= base + len(data):
            base = offset - offset % (WINDOW >> 1)
            base = max(base, self._source.first)
            data = self._source.read(base, max(WINDOW, offset - base + need))
            self._window = (base, data)
        return data, offset - base
