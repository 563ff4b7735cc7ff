"""Records of a file as they lie in a block of its bytes, for those who take many of them at a time."""

from __future__ import annotations

from netscope.core.frame import Frame
from netscope.core.typed import Callable, Iterator, NamedTuple, Sequence

PAD = 96  # bytes that must follow the last record of a block, so that one Struct fits over any
_SECOND = 1_000_000_000

# Where a frame's bytes begin and end; seconds and fraction of its time; its length on the wire.
Record = tuple[int, int, int, int, int]
Header = Callable[[bytes, int], Sequence[int]]
Match = Callable[[bytes, int], int]


class Block(NamedTuple):
    """Bytes that begin with the records of a pcap file, one behind the other.

    Who goes over many millions of them does so by himself: a generator that did would take a twentieth of the time.

    Attributes:
        data: the bytes.
        end: where those end that count; :data:`PAD` more follow.
        header: reads a record's seconds, fraction, captured and original length, which are its 16 bytes.
        largest: a record that says that more bytes were captured is none, and nothing behind it is one.
    """

    data: bytes
    end: int
    header: Header
    largest: int


def framed(number: int, seconds: int, nanoseconds: int, data: bytes, length: int, link: int) -> Frame:
    """Return the frame of a record; ``nanoseconds`` is its fraction of a second, more than one in a broken file."""
    if nanoseconds < _SECOND:
        return Frame(number, seconds * _SECOND + nanoseconds, data, length, link)
    return Frame(number, seconds * _SECOND + nanoseconds, data, length, link, carry=nanoseconds // _SECOND)


def pcap_records(block: Block) -> Iterator[Record]:
    """Yield the whole records that a block begins with."""
    data, end, header, largest = block
    at = 0
    while True:
        seconds, fraction, captured, length = header(data, at)
        start = at + 16
        at = start + captured
        if at > end or captured > largest:
            return
        yield start, at, seconds, fraction, length
