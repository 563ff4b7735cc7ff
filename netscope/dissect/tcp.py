"""TCP (RFC 9293). What a segment means in its conversation is worked out in ``tcp_analysis``."""

from __future__ import annotations

import struct
from functools import lru_cache

from netscope.core.typed import Any
from netscope.dissect import checksums, tcp_analysis, tcp_options, tcp_quoted
from netscope.dissect.model import Field, Malformed, Short
from netscope.dissect.spec import SET, Row, Spec, decoded, drawn, named, rows
from netscope.dissect.tcp_analysis import Segment, Verdict, judge
from netscope.dissect.tcp_line import line, listed, prefix
from netscope.dissect.tcp_options import gist, listing
from netscope.dissect.tcp_remarks import greeting, remarks
from netscope.dissect.work import Work

_new: Any = tuple.__new__
_HEAD = struct.Struct("!HHIIHHHH")
_PORT = Spec("tcp.port", "Source or Destination Port", "u16", hidden=True)
_PORTS: tuple[Row, ...] = (
    (Spec("tcp.srcport", "Source Port", "u16"), 0, 0, ()),
    (Spec("tcp.dstport", "Destination Port", "u16"), 1, 2, ()),
    (_PORT, 0, 0, ()),
    (_PORT, 1, 2, ()),
)
_SIZE = drawn(0xF0, 8)


def _dots(flags: int) -> str:
    return "".join(letter if flags >> 11 - at & 1 else "·" for at, letter in enumerate("RRRACEUAPRSF"))


def _flag(name: str, label: str, mask: int, bits: str = "b12") -> Spec:
    return Spec(f"tcp.flags.{name}", label, bits, mask, SET, size=1)


_FLAGS: tuple[Row, ...] = (
    (
        Spec("tcp.flags", "Flags", "u16x", 0x0FFF, line=lambda v: f"Flags: 0x{v:03x} ({listed(v)})"), 4, 12,
        (
            (_flag("res", "Reserved", 0xE00), 4, 12, ()),
            (_flag("ae", "Accurate ECN", 0x100), 4, 12, ()),
            (_flag("cwr", "Congestion Window Reduced", 0x80), 4, 13, ()),
            (_flag("ece", "ECN-Echo", 0x40), 4, 13, ()),
            (_flag("urg", "Urgent", 0x20), 4, 13, ()),
            (_flag("ack", "Acknowledgment", 0x10), 4, 13, ()),
            (_flag("push", "Push", 0x08), 4, 13, ()),
            (_flag("reset", "Reset", 0x04), 4, 13, ()),
            (_flag("syn", "Syn", 0x02), 4, 13, ()),
            (_flag("fin", "Fin", 0x01), 4, 13, ()),
        ),
    ),
)  # fmt: skip
_WINDOWS: tuple[Row, ...] = (
    (Spec("tcp.window_size_value", "Window", "u16"), 0, 14, ()),
    (Spec("tcp.window_size", "Calculated window size", "u32", size=2, generated=True), 1, 14, ()),
)
_STRING = Spec("tcp.flags.str", "TCP Flags", "str")
_STREAM = Spec("tcp.stream", "Stream index", "u32", nowhere=True)
_COMPLETE = {1: "Incomplete, SYN_SENT", 3: "Incomplete, CLIENT_ESTABLISHED", 7: "Incomplete, ESTABLISHED",
             15: "Incomplete, DATA", 23: "Complete, NO_DATA", 39: "Complete, NO_DATA", 55: "Complete, NO_DATA",
             31: "Complete, WITH_DATA", 47: "Complete, WITH_DATA", 63: "Complete, WITH_DATA"}  # fmt: skip
_COMPLETENESS = Spec("tcp.completeness", "Conversation completeness", "u8", nowhere=True,
                     line=lambda v: f"Conversation completeness: {_COMPLETE.get(v, 'Incomplete')} ({v})")  # fmt: skip
_SEQ = Spec("tcp.seq", "Sequence Number", "u32")
_SEQ_RAW, _FOLLOWING, _ACK, _ACK_RAW = map(named, ("tcp.seq_raw", "tcp.nxtseq", "tcp.ack", "tcp.ack_raw"))
_LENGTH = Spec("tcp.len", "TCP Segment Len", "u32", nowhere=True)
_FIRST: tuple[Row, ...] = (*_PORTS, (_STREAM, 2, 0, ()), (_COMPLETENESS, 3, 0, ()), (_LENGTH, 4, 0, ()))
_HEADER = Spec(
    "tcp.hdr_len", "Header Length", "u8", line=lambda v: f"{_SIZE(v // 4)}Header Length: {v} bytes ({v // 4})"
)
_FACTOR = Spec("tcp.window_size_scalefactor", "Window size scaling factor", "i32")
_CHECKSUM, _STATUS = Spec("tcp.checksum", "Checksum", "u16x"), checksums.status_spec("tcp.checksum.status")
_BAD = named("tcp.checksum_bad.expert")
_URGENT = Spec("tcp.urgent_pointer", "Urgent Pointer", "u16")
_CAUSE = Spec("tcp.reset_cause", "Reset cause", "str")
_PAYLOAD = Spec("tcp.payload", "TCP payload", "bytes")
_TITLE = "Transmission Control Protocol, Src Port: {}, Dst Port: {}, Seq: {}"


def _nothing_new(flags: tuple[str, ...]) -> bool:
    """Tell whether a segment comes again, or at the wrong place, which would only confuse the protocols above."""
    if tcp_analysis.OUT_OF_ORDER in flags:
        return True
    return (
        tcp_analysis.RETRANSMISSION in flags and tcp_analysis.FAST not in flags and tcp_analysis.SPURIOUS not in flags
    )


def tcp(work: Work, start: int, end: int) -> None:
    """Dissect a segment and let the protocol on its ports have the payload."""
    data = work.data
    if start + 20 > end or start + 20 > len(data):
        if work.quoted and start + 8 <= min(end, len(data)):
            _beginning(work, start, end)
            return
        raise Malformed if start + 20 > end else Short
    values = _HEAD.unpack_from(data, start)
    sport, dport, seq, ack, word, window, check, _urgent = values
    size = (word >> 12) * 4
    work.ports, work.seq = (sport, dport), seq
    work.protocol = "TCP"
    work.info = f"{sport} → {dport}"
    if size < 20 or start + size > end:
        from netscope.dissect.tcp_bogus import bogus

        bogus(work, start, end, size, values)
        return
    length = end - start - size
    scale, sacked = None, 0
    if size > 20:
        scale, sacked = gist(data, start + 20, start + size)
    if work.quoted:
        said = _TITLE.format(sport, dport, seq)
        args = (data, start, size, end, work.buffer, values, None, tcp_quoted.found(work, sport, dport, word & 0xFFF))
        work.add("tcp", said, start, size, _quoted_fields, (tcp_quoted.ABSENT[len(work.net[0])], *args))
        if length and not word & 4:
            payload(work, start + size, end)
        return
    verdict = judge(
        work.context, (work.frame.number, len(work.layers)), work.frame.number, work.frame.time,
        (work.net[0], sport, work.net[1], dport),
        Segment(seq, ack, word & 0xFFF, window, length, scale, sacked),
    )  # fmt: skip
    should = _verify(work, start, end, check)
    if verdict.flags:
        work.prefix = prefix(verdict)
    said, trouble = line(sport, dport, seq, ack, word & 0xFFF, window, _urgent, length, verdict)
    work.info = said + listing(data, start + 20, start + size, verdict.ack_base) if size > 20 else said
    work.trouble = work.trouble or trouble
    work.add("tcp", title, start, size, fields, (data, start, size, end, work.buffer, values, should, verdict))
    if not length or word & 4:
        return  # what a reset carries says why (RFC 1122, 4.2.2.12)
    if tcp_analysis.KEEP_ALIVE in verdict.flags:
        work.rest(start + size, end)
    elif not _nothing_new(verdict.flags):
        payload(work, start + size, end)


def _beginning(work: Work, start: int, end: int) -> None:
    """Dissect what an ICMP error quotes at least of a segment: ports and sequence number (RFC 792)."""
    sport, dport, seq = struct.unpack_from("!HHI", work.data, start)
    made = rows(_PORTS, (sport, dport), start, work.buffer)
    made.append(_SEQ.field(seq, start + 4, 4, work.buffer))
    work.add(
        "tcp", _TITLE.format(sport, dport, seq).partition(", Seq")[0], start, min(end, len(work.data)) - start, made
    )


def payload(work: Work, start: int, end: int) -> None:
    """Let the protocol that the conversation was recognised by have the payload, or that of the ports (the lower one
    first), or else what its first bytes say."""
    sport, dport = work.ports
    one, two = sorted(((work.net[0], sport), (work.net[1], dport)))
    by = work.tables.by["tcp.port"]
    handle = work.context.notes.get(("tcp", one, two)) or by.get(min(sport, dport)) or by.get(max(sport, dport))
    if handle is not None:
        work.call(handle, start, end)
        return
    found = work.guess("tcp", start, end)
    if found is None:
        work.rest(start, end)
    elif not work.quoted:
        work.context.notes.keep(("tcp", one, two), found)


def _verify(work: Work, start: int, end: int, check: int) -> int | None:
    if not work.context.checksums or end > len(work.data) or work.quoted or work.frame.offloaded:
        return None
    head = checksums.pseudo(work.net, 6, end - start)
    should = checksums.expected(head + work.data[start:end], len(head) + 16)
    if should != check:
        work.trouble = work.trouble or "checksum"
    return should


def title(data: bytes, start: int, size: int, end: int, buffer: int, values: tuple[int, ...], should: int | None,
           verdict: Verdict) -> str:  # fmt: skip
    """Return the layer's line."""
    text = (
        f"Transmission Control Protocol, Src Port: {values[0]}, Dst Port: {values[1]}, "
        f"Seq: {values[2] - verdict.seq_base & 0xFFFFFFFF}"
    )
    if values[4] & 16:
        text += f", Ack: {values[3] - verdict.ack_base & 0xFFFFFFFF}"
    return f"{text}, Len: {max(end - start - size, 0)}"


def fields(data: bytes, start: int, size: int, end: int, buffer: int, values: tuple[int, ...], should: int | None,
            verdict: Verdict) -> list[Field]:  # fmt: skip
    """Return the layer's fields."""
    _sport, _dport, seq, ack, word, window, check, urgent = values
    length = max(end - start - size, 0)
    relative, relative_ack = seq - verdict.seq_base & 0xFFFFFFFF, ack - verdict.ack_base & 0xFFFFFFFF
    flags = word & 0xFFF
    following = relative + length + (1 if flags & 3 else 0) & 0xFFFFFFFF
    made = list(_first_fields(_sport, _dport, verdict.stream, verdict.completeness, length, start, buffer))
    note = "    (relative sequence number)"
    ack_text = f"Acknowledgment Number: {ack}"
    if flags & 16:
        ack_text = f"Acknowledgment Number: {relative_ack}    (relative ack number)"
    else:
        relative_ack = ack
    # No two of these are alike, which is why they are not kept as others are.
    for name, value, text, at, size_of in (
        (_SEQ.name, relative, f"Sequence Number: {relative}{note}", start + 4, 4),
        (_SEQ_RAW, seq, f"Sequence Number (raw): {seq}", start + 4, 4),
        (_FOLLOWING, following, f"Next Sequence Number: {following}{note}", start, 0),
        (_ACK, relative_ack, ack_text, start + 8, 4),
        (_ACK_RAW, ack, f"Acknowledgment number (raw): {ack}", start + 8, 4),
    ):
        made.append(_new(Field, (name, value, str(value), text, at, size_of, 0, (), False, not size_of, buffer)))
    flag_field = _flags_field(flags, start, buffer)
    if flags & 7:
        said = greeting(flags, values[0] if flags & 16 else values[1], verdict.closing, start + 13, buffer)
        bits = flag_field.children
        bits = tuple(bit._replace(children=said[bit.name]) if bit.name in said else bit for bit in bits)
        flag_field = flag_field._replace(children=bits)
    made.append(size_field(size, start, buffer))
    made.append(flag_field)
    made += _window_fields(window, verdict.scale, flags & 2, start, buffer)
    made += checksums.fields(_CHECKSUM, _STATUS, check, should, start + 16, buffer, bad=_BAD)
    made.append(_urgent_field(urgent, start, buffer))
    if size > 20:
        made.append(tcp_options.tree(data, start + 20, start + size, buffer, verdict.ack_base))
    made += remarks(verdict, start, buffer, flags, length)
    raw = data[start + size : min(end, len(data))]
    if raw and flags & 4:
        made.append(_CAUSE.field(decoded(raw), start + size, len(raw), buffer))
    elif raw:
        text = f"TCP payload ({length} byte{'s' if length != 1 else ''})"
        made.append(_PAYLOAD.field(raw, start + size, len(raw), buffer, text=text, show=raw.hex(":")))
    return made


def _quoted_fields(absent: frozenset[str], *args: Any) -> list[Field]:
    """Return the fields of a segment that an ICMP error quotes."""
    made = [field for field in fields(*args) if field.name not in absent]
    return [field._replace(text=f"{_SEQ.label}: {field.show}") if field.name == _SEQ.name else field for field in made]


@lru_cache(maxsize=4096)
def _first_fields(
    sport: int, dport: int, stream: int, complete: int, length: int, start: int, buffer: int
) -> tuple[Field, ...]:
    """Return what a connection's segments of one length have in common."""
    return tuple(rows(_FIRST, (sport, dport, stream, complete, length), start, buffer))


@lru_cache(maxsize=4096)
def size_field(size: int, start: int, buffer: int) -> Field:
    """Return the field of the header's length, given in bytes."""
    return _HEADER.field(size, start + 12, 1, buffer)


@lru_cache(maxsize=4096)
def _urgent_field(urgent: int, start: int, buffer: int) -> Field:
    return _URGENT.field(urgent, start + 18, 2, buffer)


@lru_cache(maxsize=4096)
def _window_fields(window: int, scale: int, syn: int, start: int, buffer: int) -> tuple[Field, ...]:
    """Return a window as it was sent, as what it means, and by how much it is scaled, which that of a SYN is not."""
    scaled = window << scale if scale > 0 and not syn else window
    made = rows(_WINDOWS, (window, scaled), start, buffer)
    return tuple(made) if syn else (*made, _factor(scale, start, buffer))


@lru_cache(maxsize=4096)
def _flags_field(flags: int, start: int, buffer: int) -> Field:
    found = rows(_FLAGS, (0, 0, 0, 0, flags), start, buffer)[0]
    dots = _STRING.field(_dots(flags), start + 12, 2, buffer, generated=True)
    return found._replace(children=(*found.children, dots))


@lru_cache(maxsize=256)
def _factor(scale: int, start: int, buffer: int) -> Field:
    if scale >= 0:
        return _FACTOR.field(1 << scale, start + 14, 2, buffer, generated=True)
    word = "unknown" if scale == tcp_analysis.UNKNOWN_SCALE else "no window scaling used"
    return _FACTOR.field(
        scale, start + 14, 2, buffer, text=f"Window size scaling factor: {scale} ({word})", generated=True
    )
