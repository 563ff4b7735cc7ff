"""UDP (RFC 768), and UDP-Lite's siblings that ride on its ports."""

from __future__ import annotations

import struct

from netscope.core.typed import Any
from netscope.dissect import checksums
from netscope.dissect.model import Field, Malformed, Short
from netscope.dissect.spec import Row, Spec, named, rows, span
from netscope.dissect.tree import expert
from netscope.dissect.work import Work

_HEAD = struct.Struct("!HHHH")
_PORT = Spec("udp.port", "Source or Destination Port", "u16", hidden=True)
_TABLE: tuple[Row, ...] = (
    (Spec("udp.srcport", "Source Port", "u16"), 0, 0, ()),
    (Spec("udp.dstport", "Destination Port", "u16"), 1, 2, ()),
    (_PORT, 0, 0, ()),
    (_PORT, 1, 2, ()),
    (Spec("udp.length", "Length", "u16"), 2, 4, ()),
)
_CHECKSUM = Spec("udp.checksum", "Checksum", "u16x")
_STATUS = checksums.status_spec("udp.checksum.status")
_BAD = named("udp.checksum.bad")
_BAD_LENGTH = named("udp.length.bad")
_STREAM = Spec("udp.stream", "Stream index", "u32")
_RELATIVE = Spec("udp.time_relative", "Time since first frame", "span")
_DELTA = Spec("udp.time_delta", "Time since previous frame", "span")
_PAYLOAD = Spec("udp.payload", "UDP payload", "bytes")


def udp(work: Work, start: int, end: int) -> None:
    """Dissect a datagram and let the protocol on its ports have the payload."""
    data = work.data
    if start + 8 > end:
        raise Malformed
    if start + 8 > len(data):
        raise Short
    values = _HEAD.unpack_from(data, start)
    sport, dport, length, check = values
    work.ports = (sport, dport)
    work.protocol = "UDP"
    bad = length > end - start and not work.quoted and not work.parted
    if length < 8 and length != 0:
        work.info = f"{sport} → {dport} [BAD UDP LENGTH {length} < 8] Len={max(end - start - 8, 0)}"
        work.trouble = "malformed"
        stop = end
    elif bad:
        work.info = f"{sport} → {dport} [BAD UDP LENGTH {length} > IP PAYLOAD LENGTH] Len={length - 8}"
        work.trouble = "malformed"
        stop = end
    else:
        stop = min(start + length, end) if length else end
        work.info = f"{sport} → {dport} Len={(length or end - start) - 8}"
    should = _verify(work, start, stop, length, check)
    stream = _stream(work, sport, dport)
    work.add("udp", _title, start, 8, fields, (data, start, stop, end, work.buffer, values, should, stream, bad))
    if start + 8 < stop and (length or 8) >= 8:
        payload(work, start + 8, stop)


def payload(work: Work, start: int, end: int) -> None:
    """Let the protocol on the ports have the payload: the lower one first, then what its first bytes say."""
    sport, dport = work.ports
    by = work.tables.by["udp.port"]
    handle = by.get(min(sport, dport)) or by.get(max(sport, dport))
    if handle is not None:
        work.call(handle, start, end)
    elif not work.guess("udp", start, end):
        work.rest(start, end)


def _verify(work: Work, start: int, stop: int, length: int, check: int) -> int | None:
    """Return what the checksum should be; None where it is not verified."""
    if not (work.context.checksums and check and length >= 8 and stop - start == length and stop <= len(work.data)):
        return None
    if work.quoted or work.frame.offloaded:
        return None
    segment = work.data[start:stop]
    should = checksums.expected(checksums.pseudo(work.net, 17, length) + segment, len(work.net[0]) * 2 + 8 + 6)
    should = should or 0xFFFF
    if should != check:
        work.trouble = work.trouble or "checksum"
    return should


def _stream(work: Work, sport: int, dport: int) -> tuple[int, int, int]:
    """Return the conversation's number, and the nanoseconds since its first frame and since the one before."""
    context, frame = work.context, work.frame
    known = None if work.quoted else context.udp_seen.get((frame.number, len(work.layers)))
    if known is not None:
        return known
    one, two = (work.net[0], sport), (work.net[1], dport)
    key = (one, two) if one <= two else (two, one)
    held = context.udp.get(key)
    if held is None:
        held = context.udp.keep(key, [context.udp_count, frame.time, frame.time])
        context.udp_count += 1
    if work.quoted:
        return held[0], -1, -1
    found = (held[0], frame.time - held[1], frame.time - held[2])
    held[2] = frame.time
    return context.udp_seen.keep((frame.number, len(work.layers)), found)


def _title(
    data: bytes, start: int, stop: int, end: int, buffer: int, values: Any, should: Any, stream: Any, bad: bool
) -> str:
    return f"User Datagram Protocol, Src Port: {values[0]}, Dst Port: {values[1]}"


def fields(data: bytes, start: int, stop: int, end: int, buffer: int, values: tuple[int, ...], should: int | None,
            stream: tuple[int, int, int], bad: bool) -> list[Field]:  # fmt: skip
    """Return the layer's fields."""
    made = rows(_TABLE, values, start, buffer)
    check = values[3]
    if bad:
        remark = expert(_BAD_LENGTH, f"Bad length value {values[2]} > IP payload length", "Error", "Malformed",
                        start + 4, buffer)  # fmt: skip
        text = f"Length: {values[2]} (bogus, payload length {end - start})"
        made[4] = made[4]._replace(text=text, children=(remark,))
    if not check:
        status = _STATUS.field(checksums.ABSENT, start + 6, 2, buffer, generated=True)
        made.append(
            _CHECKSUM.field(0, start + 6, 2, buffer, text="Checksum: 0x0000 [zero-value ignored]", children=(status,))
        )
    else:
        made += checksums.fields(_CHECKSUM, _STATUS, check, should, start + 6, buffer, bad=_BAD)
    times = (
        _RELATIVE.field(stream[1] / 1e9, start, 0, buffer, show=span(stream[1]), generated=True,
                        text=f"Time since first frame: {span(stream[1])} seconds"),
        _DELTA.field(stream[2] / 1e9, start, 0, buffer, show=span(stream[2]), generated=True,
                     text=f"Time since previous frame: {span(stream[2])} seconds"),
    )  # fmt: skip
    made.append(_STREAM.field(stream[0], start + 8, 0, buffer, generated=True))
    if stream[1] >= 0:
        made.append(
            Field("", None, "Timestamps", "Timestamps", start, 0, children=times, generated=True, buffer=buffer)
        )
    raw = data[start + 8 : min(stop, len(data))]
    if raw:
        size = stop - start - 8
        made.append(
            _PAYLOAD.field(
                raw, start + 8, len(raw), buffer, text=f"UDP payload ({size} byte{'s' if size != 1 else ''})"
            )
        )
    return made
