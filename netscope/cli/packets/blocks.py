"""The lines of a whole file, by the block: see :mod:`netscope.dissect.tcpdumptext.fast` for tcpdump's, and
:mod:`netscope.dissect.summary_lines` for tshark's.
"""

from __future__ import annotations

from struct import Struct

from netscope.cli.output import Output
from netscope.cli.packets.grammar import Command
from netscope.cli.packets.printers import Sink
from netscope.core.typed import TYPE_CHECKING, Iterator
from netscope.dissect.files.block import PAD, Record, pcap_records

if TYPE_CHECKING:
    from netscope.cli.packets.reading import Walk
    from netscope.dissect.files.records import Plain, Step

_PIECE = 1 << 18
_STEP = 1 << 20
_ALL = 1 << 62
_ETHERNET = 1


class Pieces:
    """Windows that go over the records of a pcap file, each beginning with a record.

    Attributes:
        data: the bytes of this window, with ``PAD`` more.
        rest: those at its end in which there is no whole record.
    """

    def __init__(self, layout: Plain) -> None:
        self.data = self.rest = b""
        self._layout = layout
        self._header = Struct(layout.order + "IIII").unpack_from
        self._at = layout.begun
        self._pad = bytes(PAD)

    def more(self, used: int) -> bool:
        """Go on behind ``used`` bytes of this window; return whether there is more to be read there."""
        layout, rest = self._layout, self.data[used : len(self.data) - PAD] if self.data else b""
        self.rest = rest
        if self.data and not used and len(rest) > layout.most + 16:
            return False  # what stands here is no record, or it would have been whole
        read = layout.read(self._at, _PIECE)
        self._at += len(read)
        self.data = b"".join((rest, read, self._pad))
        return bool(read)

    def records(self) -> Iterator[Record]:
        """Yield the whole records in this window."""
        return pcap_records(self.data, len(self.data) - PAD, self._header, self._layout.most)


def plain(command: Command, walk: Walk, to: Sink, output: Output) -> bool:
    """Print a regular pcap file, whose records are walked without an index; return whether that was all.

    What is no record is left to the usual way, which says where and why.
    """
    layout = walk.frames.plain_records()
    fast = None if layout is None else to.blocks(layout.factor, layout.link, walk.match(layout.link))
    if layout is None or fast is None:
        return False
    most = command.most or _ALL
    pieces, used = Pieces(layout), 0
    while fast.count < most and pieces.more(used):
        text, used = fast.block(pieces.data, pieces.records(), most - fast.count)
        output.write_block(text)
    walk.taken = fast.count
    if fast.count == most or not pieces.rest:
        return True
    walk.reach(fast.place)
    return False


def steps(command: Command, walk: Walk, to: Sink, output: Output) -> bool:
    """Print a regular pcapng file through its index; return whether that was all."""
    frames = walk.frames
    fast = to.blocks(1, _ETHERNET, walk.match(_ETHERNET)) if frames.indexed else None
    if fast is None:
        return False
    most = command.most or _ALL
    pad = bytes(PAD)
    while fast.count < most:
        if walk.place >= len(frames) and not frames.advance(_STEP) and walk.place >= len(frames):
            break
        data, found = frames.stretch(walk.place)
        fast.place = walk.place
        text, _used = fast.block(data + pad, _ethernet(found), most - fast.count)
        output.write_block(text)
        if fast.place == walk.place and walk.place < len(frames):
            frame = frames.frame(walk.place)
            if walk.offline is None or walk.offline.takes(frame):
                output.write([fast.line(frame)])
                fast.count += 1
            fast.place += 1
        walk.place = fast.place
    walk.taken = fast.count
    return True


def _ethernet(found: Iterator[Step]) -> Iterator[Record]:
    """Yield records as long as they are Ethernet's."""
    for start, end, seconds, rest, length, link in found:
        if link != _ETHERNET:
            return
        yield start, end, seconds, rest, length
