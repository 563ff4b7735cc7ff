"""Records of a file as they lie in a block of its bytes, for those who take many of them at a time."""

from __future__ import annotations

from netscope.core.frame import Frame
from netscope.core.typed import Callable, Iterator, Sequence

PAD = 96  # bytes that must follow the last record of a block, so that one Struct fits over any
_SECOND = 1_000_000_000

# Where a frame's bytes begin and end; seconds and fraction of its time; its length on the wire.
Record = tuple[int, int, int, int, int]
Header = Callable[[bytes, int], Sequence[int]]
Match = Callable[[bytes, int], int]


def framed(number: int, seconds: int, nanoseconds: int, data: bytes, length: int, link: int) -> Frame:
    """Return the frame of a record; ``nanoseconds`` is its fraction of a second, more than one in a broken file."""
    if nanoseconds < _SECOND:
        return Frame(number, seconds * _SECOND + nanoseconds, data, length, link)
    return Frame(number, seconds * _SECOND + nanoseconds, data, length, link, carry=nanoseconds // _SECOND)


def pcap_records(data: bytes, end: int, header: Header, most: int) -> Iterator[Record]:
    """Yield the whole records of a pcap file, one behind the other, from the beginning of ``data`` to ``end``.

    ``header`` reads a record's seconds, fraction, captured and original length, which are its 16 bytes. A record that
    says that more than ``most`` bytes were captured is none, and ends the walk.
    """
    at, last = 0, end - 16
    while at <= last:
        seconds, fraction, captured, length = header(data, at)
        start = at + 16
        at = start + captured
        if at > end or captured > most:
            return
        yield start, at, seconds, fraction, length
