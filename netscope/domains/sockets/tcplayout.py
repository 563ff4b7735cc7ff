"""Where what lies in a struct tcp_info (include/uapi/linux/tcp.h), and its units in ``ss -i``.

Apart from :mod:`netscope.domains.sockets.tcpinfo`, since a table needs single fields at most, and a one-shot command
should not pay for the whole.
"""

from __future__ import annotations

from struct import Struct

from netscope.core.typed import Any, Callable

MILLISECONDS = 1000.0
_NEVER_LIMITED = 0x7FFFFFFF  # TCP_INFINITE_SSTHRESH
_UNLIMITED = 0xFFFFFFFFFFFFFFFF
_UNKNOWN = 0xFFFFFFFF

AGES = slice(44, 60)  # when was what sent and received: these change all the time, even where nothing happens
NO_AGES = b"\xff" * 16
BYTES_ACKED = 120
_COUNTERS = Struct("=QQ")  # tcpi_bytes_acked, tcpi_bytes_received
COUNTERS_END = BYTES_ACKED + _COUNTERS.size


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
FIELDS: tuple[Shape, ...] = (
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

HEAD = Struct("=8B")
LEAST = HEAD.size + Struct("=" + "I" * 24).size  # to tcpi_total_retrans: what every kernel since 2.6 sends


def _placed() -> dict[str, tuple[int, Struct, Callable[[int], Any]]]:
    placed, offset = {}, HEAD.size
    for name, code, meaning in FIELDS:
        shape = Struct("=" + code)
        if name:
            placed[name] = (offset, shape, meaning)
        offset += shape.size
    return placed


PLACES = _placed()


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
