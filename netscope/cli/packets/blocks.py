"""The lines of a whole file, by the block: see :mod:`netscope.dissect.tcpdumptext.fast` for tcpdump's, and
:mod:`netscope.dissect.summary_lines` for tshark's.
"""

from __future__ import annotations

from struct import Struct

from netscope.cli.output import Output
from netscope.cli.packets.grammar import Command
from netscope.cli.packets.printers import Sink
from netscope.core.typed import TYPE_CHECKING
from netscope.dissect.files.block import PAD, Block

if TYPE_CHECKING:
    from netscope.cli.packets.reading import Walk
    from netscope.dissect.files.records import Plain

_PIECE = 1 << 18
_STEP = 1 << 20
_ALL = 1 << 62
_ETHERNET = 1


class Pieces:
    """Windows that go over the records of a pcap file, each beginning with a record.

    Attributes:
        block: the bytes of this window.
        rest: how many there are, once the walk has ended, from where no whole record is.
    """

    def __init__(self, layout: Plain) -> None:
        self.block = Block(bytes(PAD), 0, Struct(layout.order + "IIII").unpack_from, layout.most)
        self.rest = 0
        self._read = layout.read
        self._at = layout.begun
        self._size = _PIECE
        self._last = False

    def more(self, used: int) -> bool:
        """Go on behind ``used`` bytes of this window; return whether there is more to be read there."""
        _data, end, header, largest = self.block
        self.rest = end - used
        self._at += used
        if self._last or (not used and end >= largest + 16):
            return False  # what stands here is no record, or it would have been whole
        if end and not used:
            self._size = largest + 16 + PAD
        data = self._read(self._at, self._size)
        self._last = len(data) < self._size
        if self._last:
            data += bytes(PAD)
        self.block = Block(data, len(data) - PAD, header, largest)
        return True


def plain(command: Command, walk: Walk, to: Sink, output: Output) -> bool:
    """Print a regular pcap file, whose records are walked without an index; return whether that was all.

    What is no record is left to the usual way, which says where and why.
    """
    layout = walk.frames.plain_records()
    fast = None if layout is None else to.blocks(layout.factor, layout.link, walk.match(layout.link))
    if layout is None or fast is None:
        return False
    most = command.stop.packets or _ALL
    pieces, used = Pieces(layout), 0
    while fast.count < most and pieces.more(used):
        text, used = fast.block(pieces.block, most - fast.count)
        output.write_block(text)
    walk.taken = fast.count
    if fast.count == most or not pieces.rest:
        return True
    walk.reach(fast.place)
    return False


def steps(command: Command, walk: Walk, to: Sink, output: Output) -> bool:
    """Print a regular pcapng file through its index; return whether that was all."""
    frames = walk.frames
    if not frames.indexed or all(interface.link != _ETHERNET for interface in frames.interfaces):
        return False
    fast = to.blocks(1, _ETHERNET, walk.match(_ETHERNET))
    if fast is None:
        return False
    most = command.stop.packets or _ALL
    while fast.count < most:
        if walk.place >= len(frames) and not frames.advance(_STEP) and walk.place >= len(frames):
            break
        fast.place = walk.place
        text, _used = fast.block(frames.stretch(walk.place, _ETHERNET), most - fast.count)
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
