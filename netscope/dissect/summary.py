"""Rows for lists of packets, without their trees: what :func:`netscope.dissect.dissect` says in a line, much sooner.

Segments that follow their connection's last one, datagrams and the commonest messages are read by one unpacking each;
everything else is dissected, so that both always say the same. A context that made rows knows no round-trip times.
"""

from __future__ import annotations

import struct

from netscope.core.frame import Frame
from netscope.core.typed import Any, Iterable, Iterator
from netscope.dissect import dissect
from netscope.dissect.context import Context, Kept
from netscope.dissect.spec import ip4, ip6
from netscope.dissect.summary_datagrams import Datagrams, Summary
from netscope.dissect.tcp_analysis import FAR, Conversation, Flow, Segment, judge
from netscope.dissect.tcp_line import line
from netscope.dissect.tcp_options import gist, listing
from netscope.dissect.tls_numbers import SHORT, plain, unknown

_FOUR = struct.Struct("!12xIHxxHxBxx12sIIHH")  # Ethernet, IPv4 and TCP without options
_SIX = struct.Struct("!12xHIHBx36sIIHH")
_STAMPS = struct.Struct("!III")
_TWO_NOPS_AND_STAMPS = 0x0101080A
_ALL = 0xFFFFFFFF
_HALF = 1 << 31
_MOST = 20_000
PLAIN = ("", "")  # what nobody knows rides on it
_row: Any = tuple.__new__  # a named tuple's own way of being made costs twice as much
# The first bytes of payloads that may be recognised whatever the port: TLS records, SSH, HTTP.
TELLING = frozenset((20, 21, 22, 23, *b"SGPHDOCT"))
SEALED = b"\x17\3"  # a record of TLS data, of a version up to 3.4


__all__ = ["Summaries", "Summary", "summaries", "summary"]


# Of the lines of a way's segments that have time stamps alone, without PSH and with it; that have any other options;
# of one record of TLS data, and of whatever else rides on a segment. (To unpack them all would bring each of them into
# the cache.)
Forms = tuple[bytes, bytes, bytes, bytes, bytes, bytes]


class Way:
    """One direction of a TCP connection, with what its rows have in common."""

    __slots__ = (
        "acked", "app", "base", "destination", "forms", "fresh", "held", "here", "other", "pushed", "scale", "sealed",
        "source", "state", "there",
    )  # fmt: skip

    def __init__(self, held: Conversation, here: Flow, there: Flow, ends: tuple[str, str, int, int], app: str) -> None:
        self.source, self.destination, sport, dport = ends
        self.held, self.here, self.there = held, here, there
        self.acked = f"{sport} → {dport} [ACK] Seq="
        self.pushed = f"{sport} → {dport} [PSH, ACK] Seq="
        self.base, self.other = here.base or 0, there.base or 0
        self.scale = max(here.scale, 0)
        self.app = app
        self.forms: Forms | None = None  # of its lines, as soon as one is written
        self.fresh = True  # no segment of it was passed by the analysis
        self.sealed: tuple[str, str] | None = None  # what a segment is that is one record of TLS data
        self.state: Any = None  # of the protocol above, where that has some


class Summaries:
    """Makes rows, frame after frame of one capture."""

    def __init__(self, context: Context | None = None) -> None:
        self.context = context or Context()
        self.context.brief = True
        self.ways: Kept[bytes, Way] = Kept(_MOST)
        self.datagrams = Datagrams(self.context)
        self._tables = self.context.tables

    def row(  # noqa: C901 - one call for the commonest frame by far: each further one costs a thirtieth of it
        self, number: int, time: int, data: bytes, at: int, captured: int, length: int, link: int
    ) -> Summary:
        """Return the row of the frame whose ``captured`` bytes begin at ``at`` in a larger buffer. Never raises."""
        made: Summary | None
        if link != 1 or captured < 54 or captured < length:
            return self._rare(number, time, data, at, captured, length, link)
        kind, whole, where, protocol, key, seq, ack, word, window = _FOUR.unpack_from(data, at)
        if protocol == 6 and kind & 0xFFFFFF00 == 0x08004500 and not where & 0x3FFF:
            way = self.ways.get(key)
            size = word >> 10 & 60
            payload = whole - 20 - size
            if way is not None and size >= 20 and payload >= 0 and whole + 14 <= captured:
                here, there = way.here, way.there
                # The next segment of its flow, which acknowledges nothing unseen, and has all flags as usual: what the
                # analysis would say of it is nothing.
                if (
                    seq == here.next
                    and word & 0x0FF7 == 0x10
                    and window
                    and there.to_be_acked
                    and (there.to_be_acked - ack & _ALL) < _HALF
                ):
                    above = PLAIN
                    following = seq + payload & _ALL
                    if payload:
                        ahead = following - there.last_ack & _ALL
                        usual = there.window and ahead != there.window << there.shift and 0 < ahead < _HALF
                        place = at + 34 + size
                        if usual and (way.app or data[place] in TELLING):
                            sealed = way.sealed
                            if (
                                sealed is not None
                                and payload > 5
                                and data[place : place + 2] == SEALED
                                and data[place + 2] < 5
                                and (data[place + 3] << 8 | data[place + 4]) + 5 == payload
                            ):
                                above = sealed
                            else:
                                found = self.above(way, data, place, payload)
                                if found is None:
                                    usual = False
                                else:
                                    above = found
                    else:
                        usual = ack != here.last_ack
                    if usual:
                        if payload:
                            if here.to_be_acked == seq:
                                here.to_be_acked = following
                            here.next = following
                            here.next_time = time
                        if ack != here.last_ack:
                            here.last_other = number
                            here.duplicates = 0
                            here.last_ack = ack
                        here.window = window
                        here.last_ack_time = time
                        if way.fresh:
                            settle(way, here)
                        way.held.last_time = time
                        self.context.listed = number
                        if above is not PLAIN:
                            made = _row(Summary, (way.source, way.destination, above[0], captured, above[1], ""))
                            return made
                        if size == 32:
                            nops, value, echo = _STAMPS.unpack_from(data, at + 54)
                            if nops == _TWO_NOPS_AND_STAMPS:
                                info = (
                                    f"{way.pushed if word & 8 else way.acked}{seq - way.base & 0xFFFFFFFF} "
                                    f"Ack={ack - way.other & 0xFFFFFFFF} Win={window << way.scale} Len={payload} "
                                    f"TSval={value} TSecr={echo}"
                                )
                                made = _row(Summary, (way.source, way.destination, "TCP", captured, info, ""))
                                return made
                        info = (
                            f"{way.pushed if word & 8 else way.acked}{seq - way.base & 0xFFFFFFFF} "
                            f"Ack={ack - way.other & 0xFFFFFFFF} Win={window << way.scale} Len={payload}"
                        )
                        if size > 20:
                            info += listing(data, at + 54, at + 34 + size, way.other)
                        made = _row(Summary, (way.source, way.destination, "TCP", captured, info, ""))
                        return made
        self._turn(number, time)
        made = self._ethernet(number, time, data, at, captured)
        if made is not None:
            return made
        return self.whole(Frame(number, time, bytes(data[at : at + captured]), length, link))

    def _turn(self, number: int, time: int) -> None:
        """Tell the context which frame's turn it is: whatever the analysis or a dissector remembers hangs on it."""
        context = self.context
        context.last = number
        if context.first_time is None:
            context.first_time = time

    def _rare(self, number: int, time: int, data: bytes, at: int, captured: int, length: int, link: int) -> Summary:
        self._turn(number, time)
        if link == 1 and captured >= 42 and captured >= length:
            made = self._short(data, at, captured)
            if made is not None:
                return made
        return self.whole(Frame(number, time, bytes(data[at : at + captured]), length, link))

    def whole(self, frame: Frame) -> Summary:
        """Return the row of a frame by dissecting it."""
        found = dissect(frame, self.context)
        row = Summary(found.source, found.destination, found.protocol, frame.length, found.info, found.trouble)
        if self.context.touched is not None:
            self._learn()
        return row

    def _ethernet(self, number: int, time: int, data: bytes, at: int, captured: int) -> Summary | None:
        kind, whole, where, protocol, key, seq, ack, word, window = _FOUR.unpack_from(data, at)
        if kind & 0xFFFFFF00 == 0x08004500 and not where & 0x3FFF:
            if whole + 14 > captured:
                return None
            if protocol == 17 and whole >= 28:
                return self.datagrams.row(data, at + 34, key, whole - 20, captured)
            if protocol == 1 and whole >= 28:
                return self.datagrams.echo(number, time, data, at + 34, key, whole - 20, captured)
            size = word >> 10 & 60
            if protocol == 6 and size >= 20 and whole >= 20 + size:
                payload = whole - 20 - size
                return self._segment(number, time, data, at + 34, key, seq, ack, word, window, size, payload, captured)
            return None
        kind >>= 16
        if kind == 0x86DD and captured >= 74:
            return self._six(number, time, data, at, captured)
        if kind == 0x0806:
            return self.datagrams.arp(data, at, captured)
        return None

    def _six(self, number: int, time: int, data: bytes, at: int, captured: int) -> Summary | None:
        _kind, _word, whole, protocol, key, seq, ack, word, window = _SIX.unpack_from(data, at)
        if whole + 54 > captured:
            return None
        if protocol == 6:
            size = word >> 10 & 60
            if size >= 20 and whole >= size:
                payload = whole - size
                return self._segment(number, time, data, at + 54, key, seq, ack, word, window, size, payload, captured)
        elif protocol == 17 and whole >= 8:
            return self.datagrams.row(data, at + 54, key, whole, captured)
        return None

    def _short(self, data: bytes, at: int, captured: int) -> Summary | None:
        if data[at + 12] == 8 and data[at + 13] == 6:
            return self.datagrams.arp(data, at, captured)
        if (
            data[at + 12 : at + 15] == b"\x08\0\x45"
            and data[at + 23] == 17
            and not data[at + 20] & 0x3F | data[at + 21]
        ):
            whole = data[at + 16] << 8 | data[at + 17]
            if 28 <= whole <= captured - 14:
                return self.datagrams.row(data, at + 34, bytes(data[at + 26 : at + 38]), whole - 20, captured)
        return None

    def _segment(
        self, number: int, time: int, data: bytes, at: int, key: bytes, seq: int, ack: int, word: int, window: int,
        size: int, length: int, captured: int,
    ) -> Summary | None:  # fmt: skip
        """Return the row of a segment, None where it must be dissected."""
        way = self.ways.get(key)
        if way is None:
            if not length:
                return self._judged(number, time, data, at, key, seq, ack, word, window, size, length, captured)
            return None
        if length and (way.app or data[at + size] in TELLING):
            above = self.above(way, data, at + size, length)
            if above is not PLAIN:
                return None
        return self._judged(number, time, data, at, key, seq, ack, word, window, size, length, captured)

    def _judged(
        self, number: int, time: int, data: bytes, at: int, key: bytes, seq: int, ack: int, word: int, window: int,
        size: int, length: int, captured: int,
    ) -> Summary:  # fmt: skip
        """Return the row of a segment that the analysis must look at, but that carries nothing to be dissected."""
        half = len(key) // 2 - 2
        source, destination = key[:half], key[half : 2 * half]
        sport, dport = int.from_bytes(key[-4:-2], "big"), int.from_bytes(key[-2:], "big")
        options = bytes(data[at + 20 : at + size])
        scale, sacked = gist(options, 0, len(options)) if options else (None, 0)
        flags = word & 0x0FFF
        verdict = judge(
            self.context, (number, 3), number, time, (source, sport, destination, dport),
            Segment(seq, ack, flags, window, length, scale, sacked),
        )  # fmt: skip
        self._learn()
        urgent = data[at + 18] << 8 | data[at + 19]
        info, trouble = line(sport, dport, seq, ack, flags, window, urgent, length, verdict)
        if options:
            info += listing(options, 0, len(options), verdict.ack_base)
        text = ip4 if half == 4 else ip6
        return Summary(text(source), text(destination), "TCP", captured, info, trouble)

    def above(self, way: Way, data: bytes, at: int, length: int) -> tuple[str, str] | None:
        """Return protocol and line of what rides on a segment; ``PLAIN`` for what nobody knows, None to dissect it."""
        app = way.app
        first = data[at]
        if app == "tls":
            return _records(way, data, at, at + length)
        if app == "http":
            if 65 <= first <= 90:
                return None
            return ("HTTP", "Continuation") if way.state is not None else PLAIN
        if app == "ssh":
            if way.state is not None and way.state[1] in way.state[0].dark:
                word = "SSHv2" if way.state[0].greeted else "SSH"
                return word, f"{'Server' if way.state[1] else 'Client'}: Encrypted packet (len={length})"
            return None
        if app:
            return None
        payload = bytes(data[at : at + min(length, 64)])
        for pattern, _handle in self._tables.first.get("tcp", ()):
            if pattern.match(payload):
                return None
        return PLAIN

    def _learn(self) -> None:
        """Take note of the connection that a dissected segment belongs to."""
        touched, self.context.touched = self.context.touched, None
        if touched is None:
            return
        held, (source, sport, destination, dport) = touched
        key = source + destination + sport.to_bytes(2, "big") + dport.to_bytes(2, "big")
        other = destination + source + dport.to_bytes(2, "big") + sport.to_bytes(2, "big")
        if held.syn_time and not held.rtt:  # the segment that ends the handshake is to be judged too
            self.ways.pop(key, None)
            self.ways.pop(other, None)
            return
        forward = (source, sport) <= (destination, dport)
        here, there = held.flows if forward else held.flows[::-1]
        text = ip4 if len(source) == 4 else ip6
        by = self._tables.by["tcp.port"]
        handle = by.get(min(sport, dport)) or by.get(max(sport, dport))
        one, two = (source, sport), (destination, dport)
        notes = self.context.notes
        handle = notes.get(("tcp", *sorted((one, two)))) or handle
        app = handle.name if handle is not None else ""
        key = source + destination + sport.to_bytes(2, "big") + dport.to_bytes(2, "big")
        way = Way(held, here, there, (text(source), text(destination), sport, dport), app)
        if app == "tls":
            state = way.state = notes.get(("tls", *sorted((one, two))))
            if state is not None and state.version and not state.begun:
                way.sealed = (SHORT.get(state.version, "SSL"), "Application Data")
        elif app == "http":
            way.state = notes.get(("http", *sorted((one, two))))
        elif app == "ssh":
            session = notes.get(("ssh", *sorted((one, two))))
            server = sport < dport if 22 not in (sport, dport) else sport == 22
            way.state = None if session is None else (session, server)
        self.ways.keep(key, way)
        back = self.ways.get(other)
        if back is not None:
            # What one side said may have changed what is known of the other.
            if back.held is not held:
                del self.ways[other]
            else:
                back.base, back.other = there.base or 0, here.base or 0
                back.scale = max(there.scale, 0)
                back.forms, back.fresh = None, True
                back.app = app
                if app == "ssh" and way.state is not None:
                    back.state = (way.state[0], not way.state[1])
                elif app != "ssh":
                    back.state, back.sealed = way.state, way.sealed


def settle(way: Way, here: Flow) -> None:
    """Take note of what the first of many segments changes."""
    way.fresh = here.first = False
    here.flags = ()
    if here.shift != FAR:
        here.shift = way.scale
    if way.held.completeness:
        way.held.completeness |= 12


def _records(way: Way, data: bytes, at: int, end: int) -> tuple[str, str] | None:
    """Return protocol and line of a segment that holds application data, or the middle of a record; None for others."""
    if (way.state is not None and way.state.begun) or (end - at < 5 and 20 <= data[at] <= 22):
        return None
    version = 0 if way.state is None else way.state.version
    if end - at < 5 or not 20 <= data[at] <= 24 or data[at + 1] != 3 or data[at + 2] > 4:
        return PLAIN if plain(data, at, end) else (SHORT.get(version, "SSL"), unknown(version))
    if not version:
        return None
    count = 0
    while at < end:
        if at + 5 > end or data[at] != 23 or data[at + 1] != 3 or data[at + 2] > 4:
            return None
        behind = at + 5 + (data[at + 3] << 8 | data[at + 4])
        if behind > end and count:
            return None
        count += 1
        at = behind
    info = "Application Data" if count == 1 else ", ".join(["Application Data"] * count)
    return SHORT.get(version, "SSL"), info


def summary(frame: Frame, context: Context | None = None) -> Summary:
    """Return the row of one frame. Never raises.

    With a context, frames are to be given in the order of the capture; for many of them :func:`summaries` is faster.
    """
    if context is None:
        return Summaries().row(frame.number, frame.time, frame.data, 0, len(frame.data), frame.length, frame.link)
    maker = context.summaries
    if maker is None:
        maker = context.summaries = Summaries(context)
    row: Summary = maker.row(frame.number, frame.time, frame.data, 0, len(frame.data), frame.length, frame.link)
    return row


def summaries(frames: Iterable[Frame], context: Context | None = None) -> Iterator[Summary]:
    """Yield the rows of frames, in their order."""
    maker = Summaries(context)
    row = maker.row
    for number, time, data, length, link, *_rest in frames:
        yield row(number, time, data, 0, len(data), length, link)
