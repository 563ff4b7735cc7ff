"""struct tcp_info (include/uapi/linux/tcp.h), in the units and words of ``ss -i``."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, NamedTuple

MILLISECONDS = 1000.0
_NEVER_LIMITED = 0x7FFFFFFF  # TCP_INFINITE_SSTHRESH
_UNLIMITED = 0xFFFFFFFFFFFFFFFF
_UNKNOWN = 0xFFFFFFFF

AGES = slice(44, 60)  # when was what sent and received: these change all the time, even where nothing happens
NO_AGES = b"\xff" * 16
BYTES_ACKED = 120
_COUNTERS = Struct("=QQ")  # tcpi_bytes_acked, tcpi_bytes_received
COUNTERS_END = BYTES_ACKED + _COUNTERS.size


class TcpInfo(NamedTuple):
    """What the kernel tells of one TCP connection; None where this kernel does not, or where it has no meaning yet.

    Times (rto, ato, rtt, rttvar, rcv_rtt, min_rtt, last_*, busy, *_limited, total_rto_time) are milliseconds, rates
    are bytes a second, ``mss``, ``pmtu`` and windows are bytes, ``cwnd`` and ``ssthresh`` are segments.
    """

    ca_state: str
    options: tuple[str, ...]
    retransmits: int
    probes: int
    backoff: int
    snd_wscale: int | None
    rcv_wscale: int | None
    app_limited: bool
    rto: float
    ato: float
    mss: int
    rcv_mss: int
    unacked: int
    sacked: int
    lost: int
    retrans: int
    fackets: int
    last_data_sent: int | None
    last_data_received: int | None
    last_ack_received: int | None
    pmtu: int
    rcv_ssthresh: int
    rtt: float
    rttvar: float
    ssthresh: int | None
    cwnd: int
    advmss: int
    reordering: int
    rcv_rtt: float
    rcv_space: int
    total_retrans: int
    pacing_rate: int | None = None
    max_pacing_rate: int | None = None
    bytes_acked: int | None = None
    bytes_received: int | None = None
    segs_out: int | None = None
    segs_in: int | None = None
    notsent_bytes: int | None = None
    min_rtt: float | None = None
    data_segs_in: int | None = None
    data_segs_out: int | None = None
    delivery_rate: int | None = None
    busy: float | None = None
    rwnd_limited: float | None = None
    sndbuf_limited: float | None = None
    delivered: int | None = None
    delivered_ce: int | None = None
    bytes_sent: int | None = None
    bytes_retrans: int | None = None
    dsack_dups: int | None = None
    reord_seen: int | None = None
    rcv_ooopack: int | None = None
    snd_wnd: int | None = None
    rcv_wnd: int | None = None
    rehash: int | None = None
    total_rto: int | None = None
    total_rto_recoveries: int | None = None
    total_rto_time: int | None = None


CA_STATES = ("open", "disorder", "cwr", "recovery", "loss")
_OPTIONS = ((1, "ts"), (2, "sack"), (8, "ecn"), (16, "ecnseen"), (32, "fastopen"))
_WSCALE = 4


def _milliseconds(value: int) -> float:
    return value / MILLISECONDS


def _number(value: int) -> int:
    return value


def _age(value: int) -> int | None:
    return None if value == _UNKNOWN else value


def _threshold(value: int) -> int | None:
    return None if value >= _NEVER_LIMITED else value


def _known_milliseconds(value: int) -> float | None:
    return None if value == _UNKNOWN else value / MILLISECONDS


def _limit(value: int) -> int | None:
    return None if value == _UNLIMITED else value


Shape = tuple[str, str, Callable[[int], Any]]

# Field, its struct code, how its raw number becomes our value; in the kernel's order from tcpi_rto on.
_FIELDS: tuple[Shape, ...] = (
    ("rto", "I", _milliseconds),
    ("ato", "I", _milliseconds),
    ("mss", "I", _number),
    ("rcv_mss", "I", _number),
    ("unacked", "I", _number),
    ("sacked", "I", _number),
    ("lost", "I", _number),
    ("retrans", "I", _number),
    ("fackets", "I", _number),
    ("last_data_sent", "I", _age),
    ("", "4x", _number),  # tcpi_last_ack_sent: "not remembered, sorry"
    ("last_data_received", "I", _age),
    ("last_ack_received", "I", _age),
    ("pmtu", "I", _number),
    ("rcv_ssthresh", "I", _number),
    ("rtt", "I", _milliseconds),
    ("rttvar", "I", _milliseconds),
    ("ssthresh", "I", _threshold),
    ("cwnd", "I", _number),
    ("advmss", "I", _number),
    ("reordering", "I", _number),
    ("rcv_rtt", "I", _milliseconds),
    ("rcv_space", "I", _number),
    ("total_retrans", "I", _number),
    ("pacing_rate", "Q", _limit),
    ("max_pacing_rate", "Q", _limit),
    ("bytes_acked", "Q", _number),
    ("bytes_received", "Q", _number),
    ("segs_out", "I", _number),
    ("segs_in", "I", _number),
    ("notsent_bytes", "I", _number),
    ("min_rtt", "I", _known_milliseconds),
    ("data_segs_in", "I", _number),
    ("data_segs_out", "I", _number),
    ("delivery_rate", "Q", _number),
    ("busy", "Q", _milliseconds),
    ("rwnd_limited", "Q", _milliseconds),
    ("sndbuf_limited", "Q", _milliseconds),
    ("delivered", "I", _number),
    ("delivered_ce", "I", _number),
    ("bytes_sent", "Q", _number),
    ("bytes_retrans", "Q", _number),
    ("dsack_dups", "I", _number),
    ("reord_seen", "I", _number),
    ("rcv_ooopack", "I", _number),
    ("snd_wnd", "I", _number),
    ("rcv_wnd", "I", _number),
    ("rehash", "I", _number),
    ("total_rto", "H", _number),
    ("total_rto_recoveries", "H", _number),
    ("total_rto_time", "I", _number),
)

_HEAD = Struct("=8B")
LEAST = _HEAD.size + Struct("=" + "I" * 24).size  # to tcpi_total_retrans: what every kernel since 2.6 sends


def _placed() -> dict[str, tuple[int, Struct, Callable[[int], Any]]]:
    placed, offset = {}, _HEAD.size
    for name, code, meaning in _FIELDS:
        shape = Struct("=" + code)
        if name:
            placed[name] = (offset, shape, meaning)
        offset += shape.size
    return placed


PLACES = _placed()
_ALL = Struct("=" + "".join(code for _name, code, _meaning in _FIELDS))
_MEANINGS = tuple(meaning for name, _code, meaning in _FIELDS if name)
_ENDS = tuple(offset + shape.size for offset, shape, _meaning in PLACES.values())


def parse(data: bytes) -> TcpInfo | None:
    """Decode a struct tcp_info of any kernel; None when it is too short to be one."""
    if len(data) < LEAST:
        return None
    _state, ca_state, retransmits, probes, backoff, options, wscale, flags = _HEAD.unpack_from(data)
    body = data[_HEAD.size :]
    values = _ALL.unpack_from(body.ljust(_ALL.size, b"\0"))
    scaled = bool(options & _WSCALE)
    size = len(data)
    head = (
        CA_STATES[ca_state] if ca_state < len(CA_STATES) else str(ca_state),
        tuple(word for bit, word in _OPTIONS if options & bit),
        retransmits,
        probes,
        backoff,
        wscale & 15 if scaled else None,
        wscale >> 4 if scaled else None,
        bool(flags & 1),
    )
    rest = (
        meaning(value) if end <= size else None for meaning, value, end in zip(_MEANINGS, values, _ENDS, strict=True)
    )
    return TcpInfo._make((*head, *rest))


def field(data: bytes, start: int, end: int, name: str) -> Any:
    """Return one field of the tcp_info that lies at ``start``..``end`` of a message, without decoding the rest."""
    offset, shape, meaning = PLACES[name]
    if start + offset + shape.size > end:
        return None
    return meaning(shape.unpack_from(data, start + offset)[0])


def counters(data: bytes, start: int) -> tuple[int, int]:
    """Return (bytes_acked, bytes_received) of the tcp_info at ``start``."""
    acked, received = _COUNTERS.unpack_from(data, start + BYTES_ACKED)
    return acked, received
