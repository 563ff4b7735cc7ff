"""pcap files (draft-ietf-opsawg-pcap, pcap-savefile(5)), both byte orders, and their variants as libpcap and Wireshark
read them.
"""

from __future__ import annotations

from array import array
from struct import Struct

from netscope.core.frame import Direction, Frame, Interface, Statistics
from netscope.core.typed import Callable, Mapping, NamedTuple, Sequence
from netscope.dissect.files.block import framed
from netscope.dissect.files.records import FRAME_MOST_EVER, Complaints, Extras, Plain, corrupt, frame_most

HEADER = 24
RECORD = 16
MICRO = 0xA1B2C3D4
NANO = 0xA1B23C4D


class Variant(NamedTuple):
    """How files of a magic number differ: factor to nanoseconds, bytes behind the file's header, a record's header."""

    factor: int = 1000
    skip: int = 0
    record: int = RECORD


# Behind the lengths of modified records come interface (4 bytes), protocol (2), packet type (1), and what fills it up.
_VARIANTS: Mapping[int, tuple[Variant, ...]] = {
    MICRO: (Variant(), Variant(record=24), Variant(record=20)),  # and Red Hat's 6.1 (modified), Nokia's (4 bytes more)
    NANO: (Variant(factor=1),),
    0xA1B2CD34: (Variant(record=24), Variant(record=28)),  # Alexey Kuznetzov's, and SuSE's 6.3
    0x1C0001AC: (Variant(skip=4),),  # IXIA's, hardware and software
    0x1C0001AB: (Variant(skip=4),),
}
_LOOK = 3  # records by which those of one magic number are told apart
_MODIFIED = 24  # bytes of a modified record at least
_AIX = {6: 1, 9: 6, 24: 0}  # Ethernet, token ring, loopback: ifType (RFC 1573), in files of version 2.2, nanoseconds
_RAW = {12: 101, 14: 101}  # DLT_RAW as it was written where it had another number
_NEAR = 30 * 86_400  # seconds between two of those: other bytes taken for a time are hardly ever that near
_MILLION = 1_000_000
_OUTGOING = 4  # PACKET_OUTGOING, packet(7)
_FCS_TOLD = 0x04000000


def magic(head: bytes) -> tuple[str, tuple[Variant, ...]] | None:
    """Return the byte order and the possible variants of a file that begins like this; None when it is no pcap file."""
    for order in "<>":
        variants = _VARIANTS.get(int.from_bytes(head[:4], "little" if order == "<" else "big"))
        if variants is not None:
            return order, variants
    return None


class PcapReader:
    """Reads one pcap file (see :class:`netscope.dissect.files.records.Reader`). ``head`` is its 24-byte header."""

    extras = Extras()
    statistics: Sequence[Statistics] = ()

    def __init__(self, head: bytes) -> None:
        found = magic(head)
        if found is None or len(head) < HEADER:
            raise ValueError("not the header of a pcap file")
        self._order, (self._variant, *self._others) = found
        major, minor, _zone, _figures, snaplen, network = Struct(self._order + "HHiIII").unpack_from(head, 4)
        link = network & 0xFFFF
        if (major, minor) == (2, 2) and link in _AIX:
            link, self._variant, self._others = _AIX[link], Variant(factor=1), []
        fcs = 2 * (network >> 28) if network & _FCS_TOLD else -1
        self.interfaces = [Interface("", _RAW.get(link, link), snaplen, fcs=fcs)]
        self.problems = Complaints()
        self.offsets = array("Q")
        self.trimmed = 0
        self.failed = False
        self.begun = HEADER + self._variant.skip
        # Before 2.3 the two lengths stood the other way round; 2.3 had both kinds (libpcap's sf-pcap.c).
        self._swapped = (major, minor) < (2, 3) or major == 543
        self._either = (major, minor) == (2, 3)
        self._kept = Struct(self._order + ("12xI" if self._swapped else "8xI"))
        self._most = min(max(frame_most(link), snaplen), FRAME_MOST_EVER)
        self._fields = Struct(self._order + "IIII")
        self._link = self.interfaces[0].link

    def index(self, data: bytes, base: int) -> tuple[int, int]:
        """Find the records."""
        if self._others:
            self._settle(data)
        if self._either:
            return self._index_either(data, base)
        length = self._variant.record
        end = len(data)
        last = end - length
        most = self._most
        unpack = self._kept.unpack_from
        append = self.offsets.append
        at = 0
        while at <= last:
            (kept,) = unpack(data, at)
            following = at + length + kept
            if following > end or kept > most:
                if kept > most:
                    self._give_up(base + at, kept)
                    return at, 0
                return at, length + kept
            append(base + at)
            at = following
        return at, length

    def _settle(self, data: bytes) -> None:
        """Choose, of the variants that begin alike, the one in which the first records make sense."""
        others, self._others = self._others, []
        if self._sense(data, self._variant):
            return
        for variant in others:
            if self._sense(data, variant) > 1:
                self._variant = variant
                return

    def _sense(self, data: bytes, variant: Variant) -> int:
        """Return how many of the first records make sense, 0 where one does not."""
        at = count = before = 0
        while count < _LOOK and at + RECORD <= len(data):
            seconds, fraction, kept, length = self._fields.unpack_from(data, at)
            if count and variant != self._variant and abs(seconds - before) > _NEAR:
                return 0
            before = seconds
            if self._swapped or (self._either and kept > length):
                kept, length = length, kept
            if kept > min(length, self._most) or fraction >= _MILLION:
                return 0
            at += variant.record + kept
            count += 1
        return count

    def _index_either(self, data: bytes, base: int) -> tuple[int, int]:
        at, length = 0, self._variant.record
        while at + length <= len(data):
            extent = self.extent(data, at, 0)
            if extent - length > self._most:
                self._give_up(base + at, extent - length)
                return at, 0
            if at + extent > len(data):
                return at, extent
            self.offsets.append(base + at)
            at += extent
        return at, length

    def _give_up(self, offset: int, kept: int) -> None:
        self.failed = True
        self.problems.append(corrupt(offset, f"a frame of {kept:,} bytes cannot be"))

    def plain(self, read: Callable[[int, int], bytes]) -> Plain | None:
        """Return how the records lie, None where that takes more than to step from one to the next."""
        if self._variant.record != RECORD or self._swapped or self._either:
            return None
        return Plain(read, self.begun, self._order, self._variant.factor, self._most, self._link)

    def extent(self, head: bytes, at: int, place: int) -> int:
        """Return how long a record is."""
        kept, length = Struct(self._order + "II").unpack_from(head, at + 8)
        if self._swapped or (self._either and kept > length):
            kept = length
        return int(kept) + self._variant.record

    def frame(self, data: bytes, at: int, place: int) -> Frame:
        """Decode a record."""
        seconds, fraction, kept, length = self._fields.unpack_from(data, at)
        if self._swapped or (self._either and kept > length):
            kept, length = length, kept
        variant = self._variant
        direction: Direction = ""
        if variant.record >= _MODIFIED:
            direction = "out" if data[at + 22] == _OUTGOING else "in"
        start = at + variant.record
        frame = framed(place + 1, seconds, fraction * variant.factor, data[start : start + kept], length, self._link)
        return frame._replace(direction=direction) if direction else frame
