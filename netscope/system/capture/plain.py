"""Records of frames, made one by one: with a VLAN tag or a cooked header they do not lie in the ring as they are saved.

The same records as :mod:`netscope.system.capture.straight` makes of all other frames at once.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple, Protocol

from netscope.dissect.files import options as option
from netscope.dissect.files.options import encoded
from netscope.dissect.files.pcapng import EPB
from netscope.dissect.files.write import ORDER
from netscope.system.capture.blocks import HEAD, HEAD_SIZE, TYPE, VLAN_VALID, rebuilt
from netscope.system.capture.filtering import OUTGOING
from netscope.system.capture.pouring import Joined, Records

_RECORD = Struct(ORDER + "IIII")
_BLOCK = Struct(ORDER + "IIIIIII")
_LENGTH = Struct(ORDER + "I")
_PIECE = 1 << 17
_BATCH = 128  # frames that are encoded and written at once: what they take stays in the processor's cache


def flags(outgoing: bool) -> bytes:
    """Return the options of an enhanced packet block: which way the frame went."""
    return encoded([(option.EPB_FLAGS, _LENGTH.pack(2 if outgoing else 1))], ORDER)


_FLAGS = (flags(False), flags(True))


class Batch(NamedTuple):
    """Records, and where the next frame's header is."""

    records: Records
    at: int


class Format(NamedTuple):
    """What records are made of, and of what.

    Attributes:
        form: pcap or pcapng.
        nano: pcap counts nanoseconds.
        interface: index of the interface.
        snaplen: bytes of a frame that are kept.
        cooked: frames get a cooked header.
    """

    form: str
    nano: bool
    interface: int
    snaplen: int
    cooked: bool


class Maker(Protocol):
    """Makes records of what lies in a block of the ring."""

    def take(self, block: memoryview, packets: int, at: int) -> Batch:
        """Return the records of some of ``packets`` frames from ``at`` on, of one at least.

        They are to be written before the next ones are made.
        """


class Plain:
    """Makes records one by one."""

    def __init__(self, wanted: Format) -> None:
        self._wanted = wanted

    def take(self, block: memoryview, packets: int, at: int) -> Batch:
        """Return the records of some of ``packets`` frames from ``at`` on, of one at least."""
        form, nano, interface, snaplen, cooked = self._wanted
        blocks = form == "pcapng"
        piece = _piece(block, at)
        parts: list[bytes] = []
        here, end = 0, len(piece)
        for _ in range(min(packets, _BATCH)):
            if here + HEAD_SIZE > end:
                break
            step, seconds, nanoseconds, kept, length, status, mac = HEAD.unpack_from(piece, here)
            if here + mac + kept > end:
                break
            if cooked or status & VLAN_VALID:
                content, length = rebuilt(piece, here, snaplen, cooked=cooked)
                kept = len(content)
            else:
                content = piece[here + mac : here + mac + kept]
            if blocks:
                time = seconds * 1_000_000_000 + nanoseconds
                size = 44 + kept + (-kept & 3)  # 12 of them for the flags
                tail = bytes(-kept & 3) + _FLAGS[piece[here + TYPE] == OUTGOING] + _LENGTH.pack(size)
                head = _BLOCK.pack(EPB, size, interface, time >> 32, time & 0xFFFFFFFF, kept, length)
                parts += (head, content, tail)
            else:
                head = _RECORD.pack(seconds, nanoseconds if nano else nanoseconds // 1000, kept, length)
                parts += (head, content)
            here += step
        if not parts:
            raise ValueError("a frame in the ring is longer than its block")
        return Batch(Joined(parts, 3 if blocks else 2), at + here)


def _piece(block: memoryview, at: int) -> bytes:
    """Return a copy of what is at ``at``, small enough to stay in the processor's cache, with one frame at least."""
    mac, kept = HEAD.unpack_from(block, at)[6], HEAD.unpack_from(block, at)[3]
    return bytes(block[at : at + max(_PIECE, mac + kept)])
