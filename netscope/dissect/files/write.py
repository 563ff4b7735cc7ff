"""pcap and pcapng as they are written: whole records, so that what is written is a valid file after each of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from struct import Struct, pack
from typing import Literal, Protocol

from netscope import __version__
from netscope.core.errors import BadQuery
from netscope.core.frame import Frame, Frames, Interface, Statistics
from netscope.dissect.files import options as option
from netscope.dissect.files.options import encoded
from netscope.dissect.files.pcap import MICRO, NANO
from netscope.dissect.files.pcapng import EPB
from netscope.dissect.files.pcapng_blocks import BYTE_ORDER, CUSTOM, IDB, ISB, NAME_SIZES, NRB, SECRETS, SHB
from netscope.dissect.files.records import FRAME_MOST, Custom, Extras

Format = Literal["pcap", "pcapng"]
ORDER = "<" if sys.byteorder == "little" else ">"
_SECOND = 1_000_000_000
_DIRECTIONS = {"in": 1, "out": 2}
_KINDS = {size: kind for kind, size in NAME_SIZES.items()}
_BATCH = 1 << 16  # bytes
_NAMES_MOST = 65_000  # bytes of the names in a name resolution record, whose length is 16 bits


class Encoder(Protocol):
    """Makes the parts of a file. Each part is whole: the file is valid behind each of them."""

    def head(self, interfaces: Sequence[Interface], extras: Extras) -> bytes:
        """Return how the file begins. Raises BadQuery where the format cannot hold these interfaces."""

    def frame(self, frame: Frame) -> bytes:
        """Return a frame's record."""

    def tail(self, statistics: Sequence[Statistics]) -> bytes:
        """Return how the file ends, if it comes to that."""


def encoder(form: Format, *, nano: bool = True) -> Encoder:
    """Return what makes files of a format; ``nano``: whether pcap counts nanoseconds, as pcapng always does here."""
    return PcapngEncoder() if form == "pcapng" else PcapEncoder(nano=nano)


class PcapEncoder:
    """pcap in this machine's byte order: one link type, no comments, no statistics."""

    def __init__(self, *, nano: bool = True) -> None:
        self._magic, self._divisor = (NANO, 1) if nano else (MICRO, 1000)
        self._pack = Struct(ORDER + "IIII").pack

    def head(self, interfaces: Sequence[Interface], extras: Extras = Extras()) -> bytes:  # noqa: B008 - immutable
        """Return the file's header."""
        links = sorted({interface.link for interface in interfaces})
        if len(links) > 1:
            raise BadQuery(
                "these frames do not fit into a pcap file",
                f"their link types differ ({', '.join(map(str, links))}), and pcap has one for all",
                "write pcapng",
            )
        snaplen = max((interface.snaplen or FRAME_MOST for interface in interfaces), default=FRAME_MOST)
        network = links[0] if links else 1
        checks = {interface.fcs for interface in interfaces}
        fcs = checks.pop() if len(checks) == 1 else -1
        if fcs >= 0:
            network |= 0x04000000 | (fcs // 2 & 0xF) << 28
        return pack(ORDER + "IHHiIII", self._magic, 2, 4, 0, 0, snaplen, network)

    def frame(self, frame: Frame) -> bytes:
        """Return a record."""
        seconds, rest = divmod(frame.time, _SECOND)
        if not 0 <= seconds <= 0xFFFFFFFF:  # the field has 32 bits
            seconds, rest = (0, 0) if seconds < 0 else (0xFFFFFFFF, 0)
        return self._pack(seconds, rest // self._divisor, len(frame.data), frame.length) + frame.data

    def tail(self, statistics: Sequence[Statistics]) -> bytes:
        """A pcap file just ends."""
        return b""


class PcapngEncoder:
    """pcapng with one section in ``order``, with nanoseconds."""

    def __init__(self, order: str = ORDER) -> None:
        self._order = order
        self._enhanced = Struct(order + "IIIIIII")
        self._length = Struct(order + "I")
        told = {way: encoded([(option.EPB_FLAGS, self._length.pack(bits))], order) for way, bits in _DIRECTIONS.items()}
        self._flags = {"": b"", **told}  # the options of most frames

    def block(self, kind: int, body: bytes) -> bytes:
        """Return a block."""
        length = len(body) + (-len(body) & 3) + 12
        return pack(self._order + "II", kind, length) + body + bytes(-len(body) & 3) + self._length.pack(length)

    def head(self, interfaces: Sequence[Interface], extras: Extras = Extras()) -> bytes:  # noqa: B008 - immutable
        """Return the section's header, its interfaces, and what was kept of another file."""
        about: list[tuple[int, bytes | str]] = [(option.COMMENT, comment) for comment in extras.comments]
        about += [(option.SHB_HARDWARE, extras.hardware)] if extras.hardware else []
        about += [(option.SHB_OS, extras.system)] if extras.system else []
        about.append((option.SHB_USERAPPL, f"netscope {__version__}"))
        fixed = pack(self._order + "IHHq", BYTE_ORDER, 1, 0, -1)
        parts = self._others(extras)
        parts.append(self.block(SHB, fixed + encoded(about, self._order)))
        parts += [self.interface(interface) for interface in interfaces]
        parts += self._names(extras)
        for secrets in extras.secrets:
            data = (
                pack(self._order + "II", secrets.kind, len(secrets.data)) + secrets.data + bytes(-len(secrets.data) & 3)
            )
            notes = [(option.COMMENT, comment) for comment in secrets.comments]
            parts.append(self.block(SECRETS, data + encoded(notes, self._order)))
        parts += [self._custom(custom) for custom in extras.customs if custom.order == self._order]
        return b"".join(parts)

    def _others(self, extras: Extras) -> list[bytes]:
        """Return a section of the custom blocks in the other byte order.

        What is inside may depend on that, and nobody but its enterprise knows how.
        """
        order = "<>".replace(self._order, "")
        found = [custom for custom in extras.customs if custom.order == order]
        other = PcapngEncoder(order)
        fixed = pack(order + "IHHq", BYTE_ORDER, 1, 0, -1)
        return [other.block(SHB, fixed), *map(other._custom, found)] if found else []

    def _custom(self, custom: Custom) -> bytes:
        return self.block(CUSTOM, pack(self._order + "I", custom.enterprise) + custom.data)

    def interface(self, interface: Interface) -> bytes:
        """Return the description of an interface."""
        found: list[tuple[int, bytes | str]] = []
        if interface.name:
            found.append((option.IF_NAME, interface.name))
        if interface.description:
            found.append((option.IF_DESCRIPTION, interface.description))
        found.append((option.IF_TSRESOL, b"\x09"))
        if interface.filter:
            found.append((option.IF_FILTER, b"\0" + interface.filter.encode("utf-8", "surrogateescape")))
        if interface.fcs >= 0:
            found.append((option.IF_FCSLEN, bytes([min(interface.fcs, 255)])))
        found += [(option.COMMENT, comment) for comment in interface.comments]
        found += option.restored(interface.options, option.INTERFACE_KEPT, self._order)
        fixed = pack(self._order + "HHI", interface.link, 0, interface.snaplen)
        return self.block(IDB, fixed + encoded(found, self._order))

    def _names(self, extras: Extras) -> Iterator[bytes]:
        comments, others = extras.resolver
        told: list[tuple[int, bytes | str]] = [(option.COMMENT, comment) for comment in comments]
        told += option.restored(others, option.NAMES_KEPT, self._order)
        body: list[bytes] = []
        for name in extras.names:
            if len(name.address) not in _KINDS:
                continue
            words = b"".join(word.encode("utf-8", "surrogateescape") + b"\0" for word in name.names)
            if len(words) > _NAMES_MOST:
                words = words[:_NAMES_MOST].rpartition(b"\0")[0] + b"\0"  # each ends with a zero
            value = name.address + words
            head = pack(self._order + "HH", _KINDS[len(name.address)], len(value))
            body.append(head + value + bytes(-len(value) & 3))
            if sum(map(len, body)) > _BATCH:
                yield self.block(NRB, b"".join(body) + bytes(4))
                body = []
        if body or told:
            yield self.block(NRB, b"".join(body) + bytes(4) + encoded(told, self._order))

    def frame(self, frame: Frame) -> bytes:
        """Return an enhanced packet block."""
        data = frame.data
        pad = -len(data) & 3
        if not frame.comments and not frame.options:
            tail = self._flags[frame.direction]
        else:
            found: list[tuple[int, bytes | str]] = [(option.COMMENT, comment) for comment in frame.comments]
            flags = _DIRECTIONS.get(frame.direction, 0)
            for code, value in frame.options:
                if code == option.EPB_FLAGS:
                    flags |= int.from_bytes(value, "little")
            if flags:
                found.append((option.EPB_FLAGS, self._length.pack(flags)))
            others = tuple(each for each in frame.options if each[0] != option.EPB_FLAGS)
            found += option.restored(others, option.PACKET_KEPT, self._order)
            tail = encoded(found, self._order)
        length = 32 + len(data) + pad + len(tail)
        time = _stamp(frame.time)
        head = self._enhanced.pack(
            EPB, length, frame.interface, time >> 32, time & 0xFFFFFFFF, len(data), frame.length
        )  # fmt: skip
        return b"".join((head, data, bytes(pad), tail, self._length.pack(length)))

    def tail(self, statistics: Sequence[Statistics]) -> bytes:
        """Return the interfaces' statistics."""
        from time import time_ns

        now = time_ns()
        parts = []
        for found in statistics:
            time = now if found.time is None else _stamp(found.time)
            told: list[tuple[int, bytes | str]] = [(option.COMMENT, comment) for comment in found.comments]
            for code, moment in ((option.ISB_STARTTIME, found.begun), (option.ISB_ENDTIME, found.ended)):
                if moment is not None:
                    told.append((code, pack(self._order + "II", _stamp(moment) >> 32, _stamp(moment) & 0xFFFFFFFF)))
            counts = (
                (option.ISB_IFRECV, found.received),
                (option.ISB_IFDROP, found.interface_dropped),
                (option.ISB_FILTERACCEPT, found.accepted),
                (option.ISB_OSDROP, found.dropped),
                (option.ISB_USRDELIV, found.delivered),
            )
            told += [(code, pack(self._order + "Q", count)) for code, count in counts if count is not None]
            fixed = pack(self._order + "III", found.interface, time >> 32, time & 0xFFFFFFFF)
            parts.append(self.block(ISB, fixed + encoded(told, self._order)))
        return b"".join(parts)


def _stamp(time: int) -> int:
    """Return the time nearest to this one that 64 bits hold."""
    return min(max(time, 0), 0xFFFFFFFFFFFFFFFF)


def order_of(extras: Extras) -> str:
    """Return the byte order in which all that a file holds can be kept."""
    return extras.customs[0].order if extras.customs else ORDER


def _used(frames: Frames, places: Sequence[int]) -> Sequence[Interface]:
    """Return the interfaces that a pcap file must stand for: not those that none of the frames is from."""
    interfaces = frames.interfaces
    if len({interface.link for interface in interfaces}) < 2:
        return interfaces
    used = set()
    for place in places:
        try:
            used.add(frames.frame(place).interface)
        except IndexError:
            continue  # let go meanwhile
    return [interfaces[number] for number in sorted(used)]


def saved(frames: Frames, places: Sequence[int], form: Format, *, nano: bool = True) -> Iterator[bytes]:
    """Yield a file that holds the frames at these places, in pieces of some 64 KiB that end with a whole record.

    Comments, names, secrets and custom blocks of a pcapng file are kept in pcapng. Frames that were let go meanwhile
    are left out. Raises BadQuery where the format cannot hold them, before anything is yielded.
    """
    extras: Extras = getattr(frames, "extras", Extras())
    made: Encoder = PcapngEncoder(order_of(extras)) if form == "pcapng" else PcapEncoder(nano=nano)
    batch = [made.head(frames.interfaces if form == "pcapng" else _used(frames, places), extras)]
    size = 0
    for place in places:
        try:
            record = made.frame(frames.frame(place))
        except IndexError:
            continue
        batch.append(record)
        size += len(record)
        if size >= _BATCH:
            yield b"".join(batch)
            batch, size = [], 0
    batch.append(made.tail(frames.statistics))
    yield b"".join(batch)
