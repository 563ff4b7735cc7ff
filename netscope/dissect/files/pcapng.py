"""pcapng files (draft-ietf-opsawg-pcapng): sections in either byte order, each with its interfaces."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from struct import Struct

from netscope.core.frame import Direction, Frame, Interface, Options, Statistics
from netscope.core.snapshot import Problem
from netscope.core.typed import Callable, Mapping, NamedTuple, Sequence
from netscope.dissect.files import options as option
from netscope.dissect.files.options import options, text
from netscope.dissect.files.pcapng_blocks import (
    BYTE_ORDER,
    CUSTOM,
    IDB,
    ISB,
    NRB,
    SECRETS,
    SHB,
    Clock,
    MetaBlocks,
    clock,
    interface_of,
    statistics_of,
)
from netscope.dissect.files.records import FRAME_MOST_EVER, Complaints, Extras, corrupt

PB, SPB, EPB = 2, 3, 6
_FIXED = {EPB: 32, PB: 32, SPB: 16}  # bytes of a block without data and options, both lengths included
RECORD = Struct("IIII")  # the header of a record of a pcap file
_BILLION = 1_000_000_000
_BLOCK_MOST = FRAME_MOST_EVER + (1 << 20)
_SECTIONS = 65_536  # and as many interfaces: a file of nothing else does not fill the memory
_SHORT, _REMEMBERED = 16, 64  # bytes of options that another packet is likely to have, too; how many of those
_NOT_COUNTED = 0xFFFF  # drops before a packet, in an obsolete block
_DIRECTIONS: Mapping[int, Direction] = {1: "in", 2: "out"}
_ORDERS = {BYTE_ORDER.to_bytes(4, "little"): "<", BYTE_ORDER.to_bytes(4, "big"): ">"}


def is_pcapng(head: bytes) -> bool:
    """Tell whether a file that begins like this is a pcapng file."""
    return head[:4] == SHB.to_bytes(4, "little") and head[8:12] in _ORDERS


class Section:
    """One section: its byte order, and where its interfaces begin among all of the file's."""

    def __init__(self, order: str, base: int) -> None:
        self.order = order
        self.base = base
        self.clocks: list[Clock] = []
        self.head = Struct(order + "II")
        self.length = Struct(order + "I")
        self.block = Struct(order + "IIIIIII")  # type and length, then what follows in the next line
        self.enhanced = Struct(order + "8xIIIII")  # interface, time, captured, original
        self.step = Struct(order + "I4xIIIII")  # the type before them
        self.packet = Struct(order + "8xHHIIII")  # the same, with drops behind the interface


class PcapngReader:
    """Reads one pcapng file (see :class:`netscope.dissect.files.records.Reader`)."""

    begun = 0

    def __init__(self) -> None:
        self.interfaces: list[Interface] = []
        self.problems = Complaints()
        self.offsets = array("Q")
        self.trimmed = 0
        self.failed = False
        self._sections: list[Section] = []
        self._starts = array("Q")  # the first place of each section
        self._statistics: dict[int, Statistics] = {}
        self._meta = MetaBlocks(self.problems)
        self._told: dict[tuple[bytes, str], _Told] = {}
        self._decoders: dict[int, Callable[[bytes, int, int, Section], Frame]] = {
            EPB: self._enhanced,
            PB: self._obsolete,
            SPB: self._simple,
        }

    @property
    def statistics(self) -> Sequence[Statistics]:
        """What the interface statistics blocks tell, the last one of each interface."""
        return tuple(self._statistics.values())

    @property
    def extras(self) -> Extras:
        """What the file holds beside frames."""
        return self._meta.extras()

    def index(self, data: bytes, base: int) -> tuple[int, int]:
        """Find the frames, and take in the blocks between them."""
        at, end = 0, len(data)
        section = self._sections[-1] if self._sections else None
        while at + 12 <= end:
            if section is not None:
                at = self._frames(data, at, base, section)
                if at + 12 > end:
                    break
            if section is None or data[at : at + 4] == b"\x0a\x0d\x0d\x0a":
                order = _ORDERS.get(data[at + 8 : at + 12])
                if order is None:
                    return self._give_up(at, base, "a section has no byte order")
                head = Struct(order + "II")
            else:
                head = section.head
            kind, length = head.unpack_from(data, at)
            if length < 12 or length > _BLOCK_MOST:
                return self._give_up(at, base, f"a block of {length:,} bytes cannot be")
            following = at + length + (-length & 3)  # some writers left the padding out of the length
            if following > end:
                return at, following - at
            if data[following - 4 : following] != data[at + 4 : at + 8]:
                return self._give_up(at, base, "the two lengths of a block differ")
            if kind in _FIXED and section is not None:
                self._packet(data, at, base, section)
            else:
                self._block(kind, data[at:following], base + at, section)
                if self.failed:
                    return at, 0
                section = self._sections[-1]
            at = following
        return at, 12

    def _frames(self, data: bytes, at: int, base: int, section: Section) -> int:
        """Find frames as long as nothing else comes: most of a file is enhanced packet blocks without anything odd."""
        append = self.offsets.append
        block, trailer = section.block.unpack_from, section.length.unpack_from
        known, last = len(section.clocks), len(data) - _FIXED[EPB]
        while at <= last:
            kind, length, number, _high, _low, kept, _length = block(data, at)
            if kind != EPB or number >= known or length & 3 or kept > length - 32 or at + length > last + 32:
                break
            if trailer(data, at + length - 4)[0] != length:
                break
            append(base + at)
            at += length
        return at

    def _give_up(self, at: int, base: int, why: str) -> tuple[int, int]:
        self.failed = True
        self.problems.append(corrupt(base + at, why))
        return at, 0

    def _skip(self, offset: int, number: int, section: Section) -> None:
        why = "it is longer than its block"
        if number >= len(section.clocks):
            why = f"its interface {number} has not been described"
        self.problems.once(Problem(f"the frame at byte {offset:,} is left out", why, partial=True))

    def _packet(self, data: bytes, at: int, base: int, section: Section) -> None:
        kind, length = section.head.unpack_from(data, at)
        number, kept = 0, 0
        if length >= _FIXED[kind] and kind == EPB:
            number, _high, _low, kept, _length = section.enhanced.unpack_from(data, at)
        elif length >= _FIXED[kind] and kind == PB:
            number, _drops, _high, _low, kept, _length = section.packet.unpack_from(data, at)
        if length < _FIXED[kind] or number >= len(section.clocks) or kept > length - _FIXED[kind]:
            self._skip(base + at, number, section)
        else:
            self.offsets.append(base + at)

    def _block(self, kind: int, block: bytes, offset: int, section: Section | None) -> None:
        """Take in a block that is no frame."""
        if kind == SHB:
            if len(block) < 28 or len(self._sections) >= _SECTIONS:
                self._give_up(0, offset, "a section's header is too short" if len(block) < 28 else "too many sections")
                return
            order = _ORDERS[block[8:12]]
            major = Struct(order + "H").unpack_from(block, 12)[0]
            if major != 1:
                self._give_up(0, offset, f"version {major} of the format is not known")
                return
            self._starts.append(self.trimmed + len(self.offsets))
            self._sections.append(Section(order, len(self.interfaces)))
            self._meta.section(block, order)
            return
        assert section is not None  # the first block is a section header, or the file is no pcapng file
        if kind == IDB:
            if len(block) < 20 or len(self.interfaces) >= _SECTIONS:
                self._give_up(
                    0, offset, "an interface's block is too short" if len(block) < 20 else "too many interfaces"
                )
                return
            place = (len(self._sections), len(section.clocks))
            self.interfaces.append(interface_of(block, section.order)._replace(section=place[0], id=place[1]))
            section.clocks.append(clock(block, section.order))
        elif kind == ISB:
            found = statistics_of(block, section.order, section.clocks)
            if found is not None:
                number = section.base + found.interface
                self._statistics[number] = found._replace(interface=number)
        elif kind in (NRB, SECRETS, CUSTOM):
            self._meta.add(kind, block, section.order, offset)

    def _section(self, place: int) -> Section:
        return self._sections[bisect_right(self._starts, place) - 1]

    def extent(self, head: bytes, at: int, place: int) -> int:
        """Return how long a block is."""
        return int(self._section(place).head.unpack_from(head, at)[1])

    def frame(self, data: bytes, at: int, place: int) -> Frame:
        """Decode a block."""
        section = self._section(place)
        kind = section.head.unpack_from(data, at)[0]
        return self._decoders[kind](data, at, place, section)

    def records(self, data: bytes, base: int, place: int, link: int) -> list[bytes]:
        """Return the frames from a place on that are whole in ``data``, which lies at ``base`` in the file.

        They come as a pcap file's, each behind its :data:`RECORD`, with nanoseconds. Ends before a frame of another
        link type, in a block of another kind than is written today, in another section, or of a time that pcap has not.
        """
        index = place - self.trimmed
        section = self._section(place)
        after = bisect_right(self._starts, place)
        stop = self._starts[after] - self.trimmed if after < len(self._starts) else len(self.offsets)
        unpack, pack, last = section.step.unpack_from, RECORD.pack, len(data) - 32
        links = [interface.link for interface in self.interfaces[section.base :]]
        seconds, second = 0, 0
        found: list[bytes] = []
        for offset in self.offsets[index : min(stop, index + len(data) // 32)]:
            at = offset - base
            if at > last:
                break
            kind, number, high, low, kept, length = unpack(data, at)
            start = at + 28
            if kind != EPB or links[number] != link or start + kept > len(data):
                break
            rest = section.clocks[number].time(high << 32 | low) - second
            if rest < 0 or rest >= _BILLION:
                seconds, rest = divmod(rest + second, _BILLION)
                if seconds >> 32:
                    break
                second = seconds * _BILLION
            found += (pack(seconds, rest, kept, length), data[start : start + kept])
        return found

    def _options(self, data: bytes, start: int, end: int, order: str) -> _Told:
        """Read the options of a packet. Most have nothing but flags, and most flags are the same."""
        if end - start > _SHORT:
            return _packet_options(data, start, end, order)
        raw = data[start:end]
        told = self._told.get((raw, order))
        if told is None:
            if len(self._told) >= _REMEMBERED:
                self._told.clear()
            told = self._told[raw, order] = _packet_options(raw, 0, len(raw), order)
        return told

    def _enhanced(self, data: bytes, at: int, place: int, section: Section) -> Frame:
        number, high, low, kept, length = section.enhanced.unpack_from(data, at)
        start = at + 28
        behind = start + kept + (-kept & 3)
        last = at + section.head.unpack_from(data, at)[1] - 4
        told = _NOTHING
        if last - behind >= 8:
            told = self._options(data, behind, last, section.order)
        return Frame(
            place + 1,
            section.clocks[number].time(high << 32 | low),
            data[start : start + kept],
            length,
            self.interfaces[section.base + number].link,
            section.base + number,
            told.direction,
            told.comments,
            options=told.others,
        )

    def _obsolete(self, data: bytes, at: int, place: int, section: Section) -> Frame:
        number, drops, high, low, kept, length = section.packet.unpack_from(data, at)
        start = at + 28
        last = at + section.head.unpack_from(data, at)[1] - 4
        told = self._options(data, start + kept + (-kept & 3), last, section.order)
        others = told.others
        if drops != _NOT_COUNTED:
            others += ((option.EPB_DROPCOUNT, drops.to_bytes(8, "little")),)  # where such a block has it today
        return Frame(
            place + 1,
            section.clocks[number].time(high << 32 | low),
            data[start : start + kept],
            length,
            self.interfaces[section.base + number].link,
            section.base + number,
            told.direction,
            told.comments,
            options=others,
        )

    def _simple(self, data: bytes, at: int, place: int, section: Section) -> Frame:
        """A simple packet block has no time, and tells only implicitly how much was kept."""
        size = section.head.unpack_from(data, at)[1]
        (length,) = Struct(section.order + "I").unpack_from(data, at + 8)
        interface = self.interfaces[section.base]
        kept = min(length, size - _FIXED[SPB], interface.snaplen or length)
        return Frame(place + 1, 0, data[at + 12 : at + 12 + kept], length, interface.link, section.base)


class _Told(NamedTuple):
    """What the options of a packet tell."""

    comments: tuple[str, ...] = ()
    direction: Direction = ""
    others: Options = ()


_NOTHING = _Told()


def _packet_options(data: bytes, start: int, end: int, order: str) -> _Told:
    comments: tuple[str, ...] = ()
    direction: Direction = ""
    others: Options = ()
    for code, value in options(data, start, end, order):
        if code == option.COMMENT:
            comments = (*comments, text(value))
        elif code == option.EPB_FLAGS and len(value) == 4:
            flags = int.from_bytes(value, "little" if order == "<" else "big")
            direction = _DIRECTIONS.get(flags & 3, "")
            if flags & ~3:
                others += ((code, (flags & ~3).to_bytes(4, "little")),)
        else:
            others += option.kept(code, value, option.PACKET_KEPT, order)
    return _Told(comments, direction, others)
