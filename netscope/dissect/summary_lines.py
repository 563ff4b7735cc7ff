"""Rows as lines of text, as ``tshark -r`` prints them; of whole files by the block.

The segments that follow their connection's last one, and datagrams, are what nearly all packets are. Their lines come
out of a block of the file in one loop: one unpacking over all headers, and one formatting that puts together what is
the same for a whole conversation and what is a packet's own. It knows the connections of
:class:`~netscope.dissect.summary.Summaries`, judges by the same rules, and leaves to it what they do not fit.
"""

from __future__ import annotations

from struct import Struct

from netscope.core.frame import Frame
from netscope.core.text import printable
from netscope.dissect.context import Context, Kept
from netscope.dissect.dns_line import around
from netscope.dissect.files.block import Block, Match
from netscope.dissect.summary import PLAIN, SEALED, TELLING, Forms, Summaries, Summary, Way, settle
from netscope.dissect.tcp_options import listing

_BILLION = 1_000_000_000
_MOST = 20_000
_ETHERNET = 1
_NEVER = -1 << 80
_UNTIMED = [b""] * 7
_ALL = 0xFFFFFFFF
_NEAR = 1 << 29  # of numbers that lie closer, less than half of all lies between
_MESSAGES, _SHORT = 4096, 512  # how many forms of lines are kept, of messages of so many bytes at most
# Type, version and length, TOS; total length; flags and offset; protocol; addresses and ports; TCP's numbers, offset
# and flags, window; twelve bytes of options.
_OVER4 = Struct(">12xIH2xHxB2x12sIIHH4xIII").unpack_from
_OVER6 = Struct(">12xHB3xHBx36sIIHH4xIII").unpack_from
_STAMPS = 0x0101080A  # nop, nop, timestamps, length 10

# A line: number, second and microseconds since the first frame, both ends, protocol, length, what it is about. To
# format bytes costs half of what formatting text costs, and numbers without a width half of those with one; what is the
# same for a conversation is part of the form.
_BEGUN = b"%d %b%d "
_LINE = _BEGUN + b"%b\n"
_UPON = b"%b %d %b\n"
_DATAGRAM = _BEGUN + "%bUDP %d %d → %d Len=%d\n".encode()
_MESSAGE = _BEGUN + b"%b"
_BARE = b"%d Ack=%d Win=%d Len=%d%b\n"
_STAMPED = b"%d Ack=%d Win=%d Len=%d TSval=%d TSecr=%d\n"

_PORTS = Struct(">HH").unpack_from
# Header lengths of segments whose flags are ACK, with PSH or without, by the word of both.
_SIZES = {size << 10 | flags: size for size in range(20, 64, 4) for flags in (0x10, 0x18)}.get


def relative(nanoseconds: int) -> str:
    """Return seconds since the first frame, to the microsecond."""
    sign = "-" if nanoseconds < 0 else ""
    seconds, rest = divmod(abs(nanoseconds), _BILLION)
    return f"{sign}{seconds}.{rest // 1000:06d}"


def line(number: int, since: int, row: Summary) -> str:
    """Return a frame's line; ``since`` are the nanoseconds since the first frame."""
    return f"{number:>5} {relative(since):>10} {_told(row)}"


def _told(row: Summary) -> str:
    """Return what a line says behind number and time."""
    source, destination, protocol, length, info, _trouble = row
    text = f"{source:>12} → {destination:<12} {protocol} {length} {info}"
    return text if text.isprintable() else printable(text)


def _ends(source: str, destination: str) -> str:
    return f"{source:>12} → {destination:<12} "


def _forms(way: Way) -> Forms:
    """Return what the lines of a way are made with; take note of it."""
    if way.fresh:
        settle(way, way.here)
    begun = _BEGUN + _ends(way.source, way.destination).encode()
    acked, pushed = begun + b"TCP %d " + way.acked.encode(), begun + b"TCP %d " + way.pushed.encode()
    sealed = b"" if way.sealed is None else begun + f"{way.sealed[0]} %d {way.sealed[1]}\n".encode()
    way.forms = acked + _STAMPED, pushed + _STAMPED, acked + _BARE, pushed + _BARE, sealed, begun + _UPON
    return way.forms


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
        self._pairs: Kept[bytes, bytes] = Kept(_MOST)  # ends by their addresses
        self._messages: dict[bytes, bytes] = {}  # forms of DNS messages' lines, by all but their identifiers
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

    def block(self, block: Block, most: int) -> tuple[bytes, int]:  # noqa: C901 - one call more a record costs a twentieth
        """Return the lines of some records of Ethernet frames, at most ``most``, and where the last record ends."""
        factor, match, maker = self._factor, self._match, self._maker
        over4, over6, stamps, highest, near = _OVER4, _OVER6, _STAMPS, _ALL, _NEAR
        ways, sizes, plain, telling, sealed = maker.ways.get, _SIZES, PLAIN, TELLING, SEALED
        pairs, messages, ports, datagram = self._pairs.get, self._messages.get, _PORTS, _DATAGRAM
        named, guessed = maker.context.tables.by["udp.port"].get, maker.context.tables.first.get("udp")
        lines: list[bytes] = []
        add = lines.append
        second, lead, leads, listed, known, base, shift, billion = _NEVER, b"", _UNTIMED, 0, -1, 0, 0, _BILLION
        data, end, header, largest = block
        at, place = 0, self.place
        stop = place + (min(most, end >> 4) if match is None else end >> 4)  # each takes 16 bytes at least
        while place < stop:
            seconds, fraction, captured, length = header(data, at)
            start = at + 16
            at = start + captured
            if at > end or captured > largest:
                at = start - 16
                break
            place += 1
            if match is not None:
                if not match(data[start:at], length):
                    continue
                if len(lines) == most:
                    break
            if seconds != known:
                known, base = seconds, seconds * billion
                shift = base - second
            nano = fraction * factor
            rest = nano + shift
            if rest < 0 or rest >= billion:
                second, leads = self._second(base + nano)
                lead = leads[6]
                shift = base - second
                rest = nano + shift
            micro = rest // 1000
            begun = lead if micro > 99_999 else leads[len(b"%d" % micro)]
            kind, total, part, protocol, key, seq, ack, bits, window, options, value, echo = over4(data, start)
            if (kind == 0x08004500 or kind & 0xFFFFFF00 == 0x08004500) and (part == 0x4000 or not part & 0x3FFF):
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
                way = ways(key)
                size = 32 if bits == 0x8018 or bits == 0x8010 else sizes(bits)
                # The next segment of its flow, which acknowledges nothing unseen, and has all flags as usual: what the
                # analysis would say of it is nothing. (Numbers that begin again from 0 are left to it.)
                if way is not None and size and window and begins + total <= at:
                    here, there = way.here, way.there
                    payload, due = total - size, there.to_be_acked
                    if seq == here.next and payload >= 0 and due and (ack == due or 0 < due - ack < near):
                        above: tuple[str, str] | None = plain
                        if payload:
                            following = seq + payload
                            ahead = following - there.last_ack
                            if (
                                ahead <= 0
                                or ahead >= near
                                or ahead == there.window << there.shift
                                or not there.window
                                or following > highest
                            ):
                                above = None
                            else:
                                inner = begins + size
                                if way.app or data[inner] in telling:
                                    above = way.sealed
                                    if (
                                        above is None
                                        or payload <= 5
                                        or data[inner : inner + 2] != sealed
                                        or data[inner + 2] > 4
                                        or (data[inner + 3] << 8 | data[inner + 4]) + 5 != payload
                                    ):
                                        above = maker.above(way, data, inner, payload)
                                if above is not None:
                                    time = base + nano
                                    if here.to_be_acked == seq:
                                        here.to_be_acked = following
                                    here.next = following
                                    here.next_time = time
                                    if ack != here.last_ack:
                                        here.last_other = place
                                        here.duplicates = 0
                                        here.last_ack = ack
                        elif ack != here.last_ack:
                            time = base + nano
                            here.last_other = place
                            here.duplicates = 0
                            here.last_ack = ack
                        else:
                            above = None
                        if above is not None:
                            here.window = window
                            here.last_ack_time = time  # the conversation's own is in no line
                            window <<= way.scale
                            listed = place
                            forms = way.forms or _forms(way)
                            if above is not plain:
                                if above is way.sealed:
                                    add(forms[4] % (place, begun, micro, captured))
                                else:
                                    name, info = above
                                    add(forms[5] % (place, begun, micro, name.encode(), captured, info.encode()))
                            elif options == stamps and size == 32:
                                add(
                                    (forms[1] if bits & 8 else forms[0])
                                    % (
                                        place, begun, micro, captured, seq - way.base & highest,
                                        ack - way.other & highest, window, payload, value, echo,
                                    )
                                )  # fmt: skip
                            else:
                                more = listing(data, begins + 20, begins + size, way.other) if size > 20 else ""
                                add(
                                    (forms[3] if bits & 8 else forms[2])
                                    % (
                                        place, begun, micro, captured, seq - way.base & highest,
                                        ack - way.other & highest, window, payload, more.encode(),
                                    )
                                )  # fmt: skip
                            continue
            elif protocol == 17:
                sport, dport = ports(data, begins)
                size = seq >> 16
                app = (named(sport) or named(dport)) if sport < dport else (named(dport) or named(sport))
                if 8 <= size <= total and begins + total <= at:
                    ends = pairs(key[:-4]) or self._pair(key[:-4])
                    if app is None:
                        if not guessed:
                            add(datagram % (place, begun, micro, ends, captured, sport, dport, size - 8))
                            continue
                    elif app.name == "dns" and size >= 20:
                        message = data[begins + 10 : begins + size]
                        form = messages(message)
                        if form is None:
                            form = self._message(message)
                        if form:
                            add(form % (place, begun, micro, ends, captured, ack >> 16))
                            continue
            row = maker.row(place, base + nano, data, start, captured, length, _ETHERNET)
            if lead:
                add(_LINE % (place, begun, micro, _told(row).encode("utf-8", "backslashreplace")))
            else:
                text = line(place, base + nano - (self._first or 0), row).lstrip()
                add(text.encode("utf-8", "backslashreplace") + b"\n")
        if listed:
            maker.context.listed = listed
        if self.place < 9_999:  # numbers that need not fill five columns
            lines = [line.rjust(len(line) + 5 - line.index(b" ")) for line in lines]
        self.place = place
        self.count += len(lines)
        return b"".join(lines), at

    def _second(self, time: int) -> tuple[int, list[bytes]]:
        """Return where the second of the capture begins that holds a time, and how times within it begin.

        These are as many as there may be digits of microseconds to follow; without words for a time before the first.
        """
        if self._first is None:
            self._first = time
        seconds = (time - self._first) // _BILLION
        if seconds < 0:
            return _NEVER, _UNTIMED
        return self._first + seconds * _BILLION, [b"%3d." % seconds + b"0" * (6 - digits) for digits in range(7)]

    def _pair(self, pair: bytes) -> bytes:
        """Return the ends of datagrams between two addresses; take note of it."""
        return self._pairs.keep(pair, _ends(*self._maker.datagrams.pair(pair)).encode())

    def _message(self, message: bytes) -> bytes:
        """Return the form of the line of a DNS message but for its identifier, "" for one to be dissected."""
        found = around(message)
        told = "DNS %d {}0x%04x{}".format(*(part.replace("%", "%%") for part in found)) if found else ""
        form = _MESSAGE + told.encode() + b"\n" if found and told.isprintable() else b""
        if len(message) <= _SHORT:
            if len(self._messages) >= _MESSAGES:
                self._messages.clear()
            self._messages[message] = form
        return form
