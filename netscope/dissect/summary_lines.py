"""Rows as lines of text, as ``tshark -r`` prints them; of whole files by the block.

The segments that follow their connection's last one, and datagrams, are what nearly all packets are. Their lines come
out of a block of the file in one loop: one unpacking over all headers, and one formatting that puts together what is
the same for a whole conversation and what is a packet's own. It knows the connections of
:class:`~netscope.dissect.summary.Summaries`, judges by the same rules, and leaves to it what they do not fit.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from struct import Struct

from netscope.core.frame import Frame
from netscope.core.text import printable
from netscope.dissect.context import Context, Kept
from netscope.dissect.dns_line import line as dns_line
from netscope.dissect.files.block import Match, Record
from netscope.dissect.summary import PLAIN, TELLING, Summaries, Summary, Way, settle
from netscope.dissect.tcp_options import listing

_BILLION = 1_000_000_000
_MOST = 20_000
_ETHERNET = 1
_NEVER = -1 << 80
_HALF = 1 << 31
_ALL = 0xFFFFFFFF
# Type, version and length, TOS; total length; flags and offset; protocol; addresses and ports; TCP's numbers, offset
# and flags, window; twelve bytes of options.
_OVER4 = Struct(">12xIH2xHxB2x12sIIHH4xIII").unpack_from
_OVER6 = Struct(">12xHB3xHBx36sIIHH4xIII").unpack_from
_STAMPS = 0x0101080A  # nop, nop, timestamps, length 10

# A line: number, second and microseconds since the first frame, both ends, protocol, length, what it is about. To
# format bytes costs half of what formatting text costs.
_BEGUN = b"%5d %b%06d %b"
_UPON = _BEGUN + b"%b %d %b\n"
_DATAGRAM = _BEGUN + b"UDP %d %b%d\n"
_BARE = _BEGUN + b"TCP %d %b%d Ack=%d Win=%d Len=%d%b\n"
_STAMPED = _BEGUN + b"TCP %d %b%d Ack=%d Win=%d Len=%d TSval=%d TSecr=%d\n"

# Header lengths of segments whose flags are ACK, with PSH or without, by the word of both.
_SIZES = {size << 10 | flags: size for size in range(20, 64, 4) for flags in (0x10, 0x18)}.get

# The ends, what begins the line, the protocol above: "" for none, "?" where the payload is to be looked at.
_Datagram = tuple[bytes, bytes, str]


def relative(nanoseconds: int) -> str:
    """Return seconds since the first frame, to the microsecond."""
    sign = "-" if nanoseconds < 0 else ""
    seconds, rest = divmod(abs(nanoseconds), _BILLION)
    return f"{sign}{seconds}.{rest // 1000:06d}"


def line(number: int, since: int, row: Summary) -> str:
    """Return a frame's line; ``since`` are the nanoseconds since the first frame."""
    source, destination, protocol, length, info, _trouble = row
    text = f"{number:>5} {relative(since):>10} {_ends(source, destination)}{protocol} {length} {info}"
    return text if text.isprintable() else printable(text)


def _ends(source: str, destination: str) -> str:
    return f"{source:>12} → {destination:<12} "


def _text(way: Way) -> tuple[bytes, bytes, bytes]:
    """Return a way's ends, and how the lines of its segments begin without PSH and with; take note of it."""
    way.text = _ends(way.source, way.destination).encode(), way.acked.encode(), way.pushed.encode()
    return way.text


class Lines:
    """Writes lines, frame after frame of one capture.

    Attributes:
        place: how many records :meth:`block` has seen.
        count: how many it has written.
    """

    def __init__(self, context: Context | None = None, factor: int = 1, match: Match | None = None) -> None:
        self.place = self.count = 0
        self._first: int | None = None
        self._maker = Summaries(context)
        self._datagrams: Kept[bytes, _Datagram] = Kept(_MOST)
        self.follow(factor, match)

    def follow(self, factor: int, match: Match | None) -> None:
        """Take note of what blocks hold.

        Args:
            factor: from the fraction of a record's second to nanoseconds: 1000 or 1.
            match: tells whether a frame passes a filter; None takes all.
        """
        self._factor = factor
        self._match = match

    def line(self, frame: Frame) -> str:
        """Return the line of a frame."""
        number, time, data, length, link = frame[:5]
        if self._first is None:
            self._first = time
        return line(number, time - self._first, self._maker.row(number, time, data, 0, len(data), length, link)) + "\n"

    def block(self, data: bytes, records: Iterable[Record], most: int) -> tuple[bytes, int]:  # noqa: C901 - for its speed
        """Return the lines of some records of Ethernet frames, at most ``most``, and where the last record ends.

        As many bytes as :data:`~netscope.dissect.files.block.PAD` must follow the last record.
        """
        factor, match, maker = self._factor, self._match, self._maker
        over4, over6, stamps, highest, half = _OVER4, _OVER6, _STAMPS, _ALL, _HALF
        ways, datagrams, sizes, plain, telling = maker.ways.get, self._datagrams.get, _SIZES, PLAIN, TELLING
        stamped, bare, upon, datagram = _STAMPED, _BARE, _UPON, _DATAGRAM
        lines: list[bytes] = []
        add = lines.append
        if match is None:
            records = islice(records, most)
        second, lead, listed, known, base, billion = _NEVER, b"", 0, -1, 0, _BILLION
        at, place = 0, self.place
        for start, at, seconds, fraction, length in records:
            place += 1
            if match is not None:
                if not match(data[start:at], length):
                    continue
                if len(lines) == most:
                    break
            if seconds != known:
                known, base = seconds, seconds * _BILLION
            time = base + fraction * factor
            rest = time - second
            if not 0 <= rest < billion:
                second, lead = self._second(time)
                rest = time - second
            captured = at - start
            kind, total, part, protocol, key, seq, ack, bits, window, options, value, echo = over4(data, start)
            if (kind == 0x08004500 or kind & 0xFFFFFF00 == 0x08004500) and not part & 0x3FFF:
                begins = start + 34
                total -= 20
            elif kind >> 16 == 0x86DD and kind >> 12 & 15 == 6:
                _, _, total, protocol, key, seq, ack, bits, window, options, value, echo = over6(data, start)
                begins = start + 54
            else:
                protocol = 0
            if captured != length or not lead:
                pass
            elif protocol == 6:
                way, size = ways(key), sizes(bits)
                # The next segment of its flow, which acknowledges nothing unseen, and has all flags as usual: what the
                # analysis would say of it is nothing.
                if way is not None and size and window and begins + total <= at:
                    here, there = way.here, way.there
                    payload, acked = total - size, there.to_be_acked
                    if seq == here.next and payload >= 0 and acked and (ack == acked or (acked - ack & highest) < half):
                        above: tuple[str, str] | None = plain
                        if payload:
                            following = seq + payload & highest
                            if (
                                following == there.edge
                                or not there.window
                                or (seq != there.last_ack and not 0 < (following - there.last_ack & highest) < half)
                            ):
                                above = None
                            else:
                                inner = begins + size
                                if way.app or data[inner] in telling:
                                    above = way.sealed
                                    if (
                                        above is None
                                        or payload <= 5
                                        or data[inner] != 23
                                        or (data[inner + 3] << 8 | data[inner + 4]) + 5 != payload
                                    ):
                                        above = maker.above(way, data, inner, payload)
                                if above is not None:
                                    if here.to_be_acked == seq:
                                        here.to_be_acked = following
                                    here.next = following
                                    here.next_time = time
                                    if ack != here.last_ack:
                                        here.last_other = place
                                        here.duplicates = 0
                                        here.last_ack = ack
                        elif ack != here.last_ack:
                            here.last_other = place
                            here.duplicates = 0
                            here.last_ack = ack
                        else:
                            above = None
                        if above is not None:
                            here.window = window
                            here.last_ack_time = time
                            if way.fresh:
                                settle(way, here)
                            window <<= way.scale
                            if here.edge >= 0:
                                here.edge = ack + window & highest
                            way.held.last_time = time
                            listed = place
                            ends, acks, pushes = way.text or _text(way)
                            if above is not plain:
                                name, info = above
                                add(upon % (place, lead, rest // 1000, ends, name.encode(), captured, info.encode()))
                            elif options == stamps and size == 32:
                                add(
                                    stamped
                                    % (
                                        place, lead, rest // 1000, ends, captured, pushes if bits & 8 else acks,
                                        seq - way.base & highest, ack - way.other & highest, window, payload,
                                        value, echo,
                                    )
                                )  # fmt: skip
                            else:
                                more = listing(data, begins + 20, begins + size, way.other) if size > 20 else ""
                                add(
                                    bare
                                    % (
                                        place, lead, rest // 1000, ends, captured, pushes if bits & 8 else acks,
                                        seq - way.base & highest, ack - way.other & highest, window, payload,
                                        more.encode(),
                                    )
                                )  # fmt: skip
                            continue
            elif protocol == 17:
                both, head, app = datagrams(key) or self._datagram(key)
                udp = seq >> 16
                if 8 <= udp <= total and begins + total <= at:
                    if not app:
                        add(datagram % (place, lead, rest // 1000, both, captured, head, udp - 8))
                        continue
                    if app == "dns" and udp >= 20:
                        told = dns_line(data, begins + 8, begins + udp)
                        if told is not None and told.isprintable():
                            add(upon % (place, lead, rest // 1000, both, b"DNS", captured, told.encode()))
                            continue
            row = maker.row(place, time, data, start, captured, length, _ETHERNET)
            add(line(place, time - (self._first or 0), row).encode("utf-8", "backslashreplace") + b"\n")
        if listed:
            maker.context.listed = listed
        self.place = place
        self.count += len(lines)
        return b"".join(lines), at

    def _second(self, time: int) -> tuple[int, bytes]:
        """Return where the second of the capture begins that holds a time, and how times within it begin.

        Without words for a time before the first one.
        """
        if self._first is None:
            self._first = time
        seconds = (time - self._first) // _BILLION
        return (self._first + seconds * _BILLION, b"%3d." % seconds) if seconds >= 0 else (_NEVER, b"")

    def _datagram(self, key: bytes) -> _Datagram:
        """Return what the lines of datagrams between two ends have in common; take note of it."""
        known = self._maker.datagrams
        head, app = known.head(key[-4:])
        made = _ends(*known.pair(key[:-4])).encode(), head.encode(), app
        return self._datagrams.keep(key, made)
