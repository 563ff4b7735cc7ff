"""The same text for what nearly all packets are: TCP segments and UDP datagrams over Ethernet and IP, by the block.

A record's fields come out of its bytes by one precompiled Struct each for the header of the record and those of the
packet; the beginning of a line is made once for a second and for a conversation. What does not fit (other types, other
flags, other options, ports whose payload is printed too) goes the long way through
:class:`~netscope.dissect.tcpdumptext.printer.Printer`, with which the conversations are shared: both write the same.
"""

from __future__ import annotations

import re
from struct import Struct

from netscope.core.frame import Frame
from netscope.core.typed import Callable, NamedTuple
from netscope.dissect.files.block import Block, Match, framed
from netscope.dissect.tcpdumptext.lines import HTTP
from netscope.dissect.tcpdumptext.names import ip4, ip6
from netscope.dissect.tcpdumptext.printer import Printer
from netscope.dissect.tcpdumptext.tcp import SPOKEN
from netscope.dissect.tcpdumptext.times import prefix
from netscope.dissect.tcpdumptext.udp import PORTS

_MOST = 0xFFFFFFFF
_FLOWS = 65_536
_ETHERNET = 1

# Type, version and length, TOS; total length; flags and offset; protocol; addresses and ports; TCP's numbers, offset
# and flags, window; twelve bytes of options.
_OVER4 = Struct(">12xIH2xHxB2x12sIIHH4xIII").unpack_from
_OVER6 = Struct(">12xHB3xHBx36sIIHH4xIII").unpack_from
_STAMPS = 0x0101080A  # nop, nop, timestamps, length 10
# Header length and flags -> the flags' text, of segments without options and with timestamps alone.
_MARKS = {0x10: b".", 0x18: b"P.", 0x11: b"F.", 0x19: b"FP."}
_STAMPED = {0x8000 | flags: mark for flags, mark in _MARKS.items()}.get
_BARE = {0x5000 | flags: mark for flags, mark in _MARKS.items()}.get

# Lines, from the time on. To format bytes costs half of what formatting text costs.
_ACKS = b"%b%b%b], ack %d, win %d, length 0\n"
_ENDS = b"%b%b%b], seq %d, ack %d, win %d, length 0\n"
_HOLDS = b"%b%b%b], seq %d:%d, ack %d, win %d, length %d%b\n"
_TS = b", options [nop,nop,TS val %d ecr %d], length"
_STAMPED_ACKS, _STAMPED_ENDS, _STAMPED_HOLDS = (form.replace(b", length", _TS) for form in (_ACKS, _ENDS, _HOLDS))


class Spoken(NamedTuple):
    """A payload that is printed, too: what it looks like where it takes the long way, and what is printed where not."""

    match: Callable[[bytes, int, int], object]
    otherwise: bytes


Flow = tuple[bytes, int, int, Spoken | None]  # the line as far as the flags; what both sides count from; the payload


_WORD = rb"[^\s\x80-\xff]{1,127}"
_HTTP = Spoken(
    re.compile(
        rb"(?:" + b"|".join(sorted(word.encode() for word in HTTP)) + rb")(?:[\s\x80-\xff]|\Z)|" + _WORD + rb" +\d",
        re.IGNORECASE,
    ).match,
    b": HTTP",
)
_SSH = Spoken(re.compile(rb"SSH-").match, b"")
_ANY = Spoken(lambda _data, _at, _end: True, b"")


def _spoken(sport: int, dport: int) -> Spoken:
    """Return how the payload between two ports, of which one is printed, is recognised."""
    for port, spoken in ((53, _ANY), (5353, _ANY), (22, _SSH), (80, _HTTP), (8080, _HTTP)):
        if port in (sport, dport):
            return spoken
    return _ANY


def usable(printer: Printer, link: int) -> bool:
    """Tell whether this style and link type have a fast way."""
    style = printer.style
    plain = not (style.link or style.verbose or style.quiet or style.dump or style.numbered)
    return plain and link == _ETHERNET and style.times in ("clock", "date", "epoch", "none")


class Fast:
    """Prints Ethernet frames where they lie, in the order of the capture.

    Args:
        printer: prints what has no fast way.
        factor: from the fraction of a record's second to nanoseconds: 1000 or 1.
        match: tells whether a frame passes a filter; None takes all.

    Attributes:
        place: how many records there were.
        count: how many were printed.
    """

    def __init__(self, printer: Printer, factor: int, match: Match | None = None) -> None:
        self.printer = printer
        self.place = 0
        self.count = 0
        self._factor = factor
        self._match = match
        self._tcp: dict[bytes, Flow] = {}
        self._udp: dict[bytes, bytes | None] = {}

    def block(self, block: Block, most: int) -> tuple[bytes, int]:  # noqa: C901 - one call more a record costs a twentieth
        """Return the lines of some records in UTF-8, at most ``most``, and where the last one ends."""
        style, plain = self.printer.style, self._line
        factor, link, match = self._factor, _ETHERNET, self._match
        timed, form = style.times != "none", b"%b%09d " if style.nanoseconds else b"%b%06d "
        exact = factor == (1 if style.nanoseconds else 1000)  # the fraction is printed as it is
        over4, over6, stamps, highest, stamped, bare = _OVER4, _OVER6, _STAMPS, _MOST, _STAMPED, _BARE
        tcp, udp = self._tcp.get, self._udp.get
        lines: list[bytes] = []
        add = lines.append
        known, lead, stamp = -1, b"", b""
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
            if data[start + 12] == 0x86:
                kind, six, total, protocol, key, seq, ack, bits, window, options, value, echo = over6(data, start)
                used = 40 if kind == 0x86DD and six >> 4 == 6 and total else 0
                total += 40
            else:
                kind, total, part, protocol, key, seq, ack, bits, window, options, value, echo = over4(data, start)
                used = 20 if kind >> 8 == 0x080045 and not part & 0x3FFF else 0
            whole = total + 14
            if not used or whole > length or captured < used + 22:
                add(plain(framed(place, seconds, fraction * factor, data[start:at], length, link)))
                continue
            if timed:
                if seconds != known:
                    known, lead = seconds, prefix(style, seconds).encode()
                if exact:
                    stamp = form % (lead, fraction)
                else:
                    stamp = form % (lead, fraction * 1000 if style.nanoseconds else fraction // 1000)
            if protocol == 6:
                flow = tcp(key)
                if flow is not None:
                    if options == stamps:
                        mark, size, full = stamped(bits), total - used - 32, True
                    else:
                        mark, size, full = bare(bits), total - used - 20, False
                    if mark is not None and size >= 0 and captured >= (86 if size else whole):
                        head, mine, theirs, printed = flow
                        ack = ack - theirs & highest
                        if not size and not bits & 1:
                            if full:
                                add(_STAMPED_ACKS % (stamp, head, mark, ack, window, value, echo))
                            else:
                                add(_ACKS % (stamp, head, mark, ack, window))
                            continue
                        seq = seq - mine & highest
                        if not size:
                            if full:
                                add(_STAMPED_ENDS % (stamp, head, mark, seq, ack, window, value, echo))
                            else:
                                add(_ENDS % (stamp, head, mark, seq, ack, window))
                            continue
                        more: bytes | None = b""
                        if printed is not None:
                            begun = start + whole - size
                            fits = captured >= whole and not printed.match(data, begun, begun + size)
                            more = printed.otherwise if fits else None
                        if more is not None:
                            behind = seq + size & highest
                            if full:
                                add(
                                    _STAMPED_HOLDS
                                    % (stamp, head, mark, seq, behind, ack, window, value, echo, size, more)
                                )
                            else:
                                add(_HOLDS % (stamp, head, mark, seq, behind, ack, window, size, more))
                            continue
                frame = framed(place, seconds, fraction * factor, data[start:at], length, link)
                add(self._long(frame, key, used))
                continue
            if protocol == 17:
                begins = udp(key, b"")
                if begins == b"":
                    begins = self._datagrams(key, used)
                size = seq >> 16
                if begins is not None and 8 <= size == total - used:
                    add(b"%b%b%d\n" % (stamp, begins, size - 8))
                    continue
            add(plain(framed(place, seconds, fraction * factor, data[start:at], length, link)))
        self.place = place
        self.count += len(lines)
        return b"".join(lines), at

    def _line(self, frame: Frame) -> bytes:
        return self.line(frame).encode("utf-8", "backslashreplace")

    def line(self, frame: Frame) -> str:
        """Return the line of a frame, which may set anew what others count from: also one within another frame."""
        line = self.printer.line(frame)
        if self.printer.text.renewed:
            self.printer.text.renewed = False
            self._tcp.clear()
        return line

    def _ends(self, key: bytes, used: int, transport: str) -> tuple[str, int, int]:
        """Return ``IP source > destination: `` and the ports."""
        text = self.printer.text
        if used == 20:
            source, destination, name = ip4(key[:4]), ip4(key[4:8]), "IP"
        else:
            source, destination, name = ip6(key[:16]), ip6(key[16:32]), "IP6"
        sport, dport = int.from_bytes(key[-4:-2], "big"), int.from_bytes(key[-2:], "big")
        from_, to = text.port(sport, transport), text.port(dport, transport)
        return f"{name} {source}.{from_} > {destination}.{to}: ", sport, dport

    def _datagrams(self, key: bytes, used: int) -> bytes | None:
        """Return how the lines of a pair of UDP ends begin, None where the payload is printed; take note of it."""
        if len(self._udp) >= _FLOWS:
            self._udp.clear()
        head, sport, dport = self._ends(key, used, "udp")
        begins = None if sport in PORTS or dport in PORTS else f"{head}UDP, length ".encode()
        self._udp[key] = begins
        return begins

    def _long(self, frame: Frame, key: bytes, used: int) -> bytes:
        """Return the line of a segment that sets the numbers which others count from, or is unusual."""
        line = self._line(frame)
        flags = frame.data[14 + used + 13 : 14 + used + 14]
        if not flags or (key in self._tcp and not flags[0] & 2):
            return line
        known, half = self.printer.text.conversations, (len(key) - 4) // 2
        source, destination, ports = key[:half], key[half : 2 * half], key[-4:]
        low, high = ports[:2], ports[2:]
        turned = low > high or (low == high and source > destination)
        entry = known.get(destination + source + high + low if turned else source + destination + ports)
        if entry is None and not self.printer.style.absolute:
            self._tcp.pop(key, None)
            return line
        a, b = entry or (0, 0)
        if len(self._tcp) >= _FLOWS:
            self._tcp.clear()
        for way, mine, theirs in (
            (key, *((b, a) if turned else (a, b))),
            (destination + source + high + low, *((a, b) if turned else (b, a))),
        ):
            head, sport, dport = self._ends(way, used, "tcp")
            printed = _spoken(sport, dport) if sport in SPOKEN or dport in SPOKEN else None
            self._tcp[way] = (f"{head}Flags [".encode(), mine, theirs, printed)
        return line


__all__ = ["Fast", "usable"]
