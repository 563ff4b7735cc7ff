"""A capture file as :class:`netscope.core.frame.Frames`: its first frames at once, the rest while it is indexed."""

from __future__ import annotations

from _thread import allocate_lock  # threading would cost 2 ms
from bisect import bisect_left

from netscope.core.errors import BadQuery
from netscope.core.frame import Frame, Interface, Statistics
from netscope.core.snapshot import Problem
from netscope.core.typed import Sequence
from netscope.dissect.files.block import PAD, Block
from netscope.dissect.files.pcap import HEADER, PcapReader, magic
from netscope.dissect.files.pcapng import RECORD, PcapngReader, is_pcapng
from netscope.dissect.files.records import Extras, Plain, Reader
from netscope.dissect.files.source import Source, Windows

_STEP = 1 << 20
_PIECE = 1 << 18
_HEAD = 16  # bytes that tell how long a record is, in either format
_TRIM = 65_536  # frames that were let go, before their part of the index is


class FileFrames:
    """The frames of a file. One thread calls :meth:`advance` until ``complete``; any may read frames meanwhile."""

    def __init__(self, source: Source, name: str = "") -> None:
        self.name = name
        self.complete = False
        self._source = source
        self._windows = Windows(source)
        self._reader: Reader | None = None
        self._at = 0  # what lies before has been indexed
        self._need = HEADER
        self._lock = allocate_lock()  # of the offsets, where old ones are let go
        self._first = 0
        self._own: list[Problem] = []

    @property
    def first(self) -> int:
        """The first place that can be read."""
        return self._first

    def __len__(self) -> int:
        reader = self._reader
        if reader is None:
            return 0
        with self._lock:
            return reader.trimmed + len(reader.offsets)

    @property
    def interfaces(self) -> Sequence[Interface]:
        """The interfaces, so far."""
        return self._reader.interfaces if self._reader else ()

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read, so far."""
        inner = list(self._reader.problems) if self._reader else []
        return [*self._source.problems, *inner, *self._own, *self._let_go()]

    @property
    def statistics(self) -> Sequence[Statistics]:
        """What the file says that was counted."""
        return self._reader.statistics if self._reader else ()

    @property
    def extras(self) -> Extras:
        """What the file holds beside frames."""
        return self._reader.extras if self._reader else Extras()

    @property
    def progress(self) -> tuple[int, int]:
        """How many bytes were indexed, of how many that are there so far."""
        return self._at, self._source.size

    def plain_records(self) -> Plain | None:
        """Return how to walk the records without an index: those of a regular pcap file; None for all others."""
        reader = self._reader
        if not isinstance(reader, PcapReader) or not self._source.complete or self._source.first:
            return None
        return reader.plain(self._source.read)

    @property
    def indexed(self) -> bool:
        """Whether :meth:`stretch` has something to give: this is a regular pcapng file."""
        return isinstance(self._reader, PcapngReader) and self._source.complete and not self._source.first

    def stretch(self, place: int, link: int, size: int = _PIECE) -> Block:
        """Return the frames of a link type from a place on in a pcapng file, as far as ``size`` bytes hold them.

        Nothing, where the file is another, or the frame at that place has to be asked for by :meth:`frame`.
        """
        reader, pieces = self._reader, []
        if isinstance(reader, PcapngReader) and self._first <= place < len(self):
            offset = reader.offsets[place - reader.trimmed]
            pieces = reader.records(self._source.read(offset, size), offset, place, link)
        data = b"".join((*pieces, bytes(PAD)))
        return Block(data, len(data) - PAD, RECORD.unpack_from, len(data))

    def frame(self, place: int) -> Frame:
        """Return the frame at a place."""
        reader = self._reader
        if reader is None:
            raise IndexError(place)
        with self._lock:
            index = place - reader.trimmed
            if place < self._first or not 0 <= index < len(reader.offsets):
                raise IndexError(place)
            offset = reader.offsets[index]
        data, at = self._windows.at(offset, _HEAD)
        if len(data) - at >= _HEAD:
            extent = reader.extent(data, at, place)
            if at + extent > len(data):
                data, at = self._windows.at(offset, extent)
            if at + extent <= len(data):
                return reader.frame(data, at, place)
        # Let go meanwhile, or the file was cut short by somebody.
        raise IndexError(place)

    def advance(self, budget: int = _STEP, wait: float | None = None) -> bool:
        """Index about ``budget`` more bytes; return whether there may be more to come.

        ``wait`` bounds the seconds for which a pipe is waited for; None: for ever. Raises BadQuery when it is no
        capture file at all.
        """
        if self.complete:
            return False
        source = self._source
        if source.size - self._at < max(budget, self._need) and not source.complete:
            source.fetch(max(budget, self._need), wait)
        if self._reader is None and not self._begin():
            return not self.complete
        reader = self._reader
        assert reader is not None
        self._forget(reader)
        # Two looks, so that a source which becomes complete in between is not taken for a short one.
        ended = source.complete
        data = source.read(self._at, max(budget, self._need))
        used, self._need = reader.index(data, self._at)
        self._at += used
        if reader.failed:
            self.complete = True
        elif ended and self._at + self._need > source.size:
            self._finish(source.size - self._at)
        return not self.complete

    def trouble(self, problem: Problem) -> None:
        """Take note of what whoever indexes it ran into."""
        self._own.append(problem)
        self.complete = True

    def close(self) -> None:
        """Close the file: no frame can be read any more."""
        self.complete = True
        self._source.close()

    def _begin(self) -> bool:
        """Find out what it is; return whether it is known now."""
        head = self._source.read(0, HEADER)
        if len(head) < HEADER and not self._source.complete:
            return False
        reader: Reader | None = None
        if magic(head) is not None and len(head) == HEADER:
            reader = PcapReader(head)
        elif is_pcapng(head):
            reader = PcapngReader()
        elif not head:
            self.complete = True
            self._own.append(Problem(f"{self.name} is empty", "it has not even a header", partial=True))
            return False
        elif magic(head) is not None:
            self.complete = True
            self._own.append(_cut(len(head), "in the middle of its header"))
            return False
        else:
            self.complete = True
            why = "it is neither a pcap nor a pcapng file" + ("" if len(head) >= 4 else f", with {len(head)} bytes")
            raise BadQuery(f"{self.name} cannot be read", f"{why} (it begins with {head[:4].hex(' ')})")
        if reader is None:
            return False
        self._reader = reader
        self._at = reader.begun
        self._need = _HEAD
        return True

    def _finish(self, left: int) -> None:
        self.complete = True
        if left < 0:
            self._own.append(_cut(self._source.size, "in the middle of its header"))
        elif left:
            place = len(self) + 1
            self._own.append(_cut(self._at, f"{left:,} bytes are left, which is not all of frame {place:,}"))

    def _forget(self, reader: Reader) -> None:
        """Let go of the frames whose bytes the source has let go."""
        edge = self._source.first
        if not edge or not reader.offsets:
            return
        offsets = reader.offsets
        place = bisect_left(offsets, edge)
        self._first = reader.trimmed + place
        if place > _TRIM:
            with self._lock:
                del offsets[:place]
                reader.trimmed += place

    def _let_go(self) -> list[Problem]:
        if not self._first:
            return []
        return [
            Problem(
                f"the oldest {self._first:,} frames are not kept any more",
                "what is read from a pipe is held in memory only",
                "--memory gives it more room, -w keeps all of it in a file",
            )
        ]


def _cut(offset: int, why: str) -> Problem:
    return Problem(f"the file is cut short at byte {offset:,}", why, "what is before it is shown", partial=True)
