"""struct tcp_info as a record, in the units and words of ``ss -i``."""

from __future__ import annotations

from struct import Struct

from netscope.core.typed import NamedTuple
from netscope.domains.sockets.tcplayout import FIELDS, HEAD, LEAST, PLACES


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
_ALL = Struct("=" + "".join(code for _name, code, _meaning in FIELDS))
_MEANINGS = tuple(meaning for name, _code, meaning in FIELDS if name)
_ENDS = tuple(offset + shape.size for offset, shape, _meaning in PLACES.values())


def parse(data: bytes) -> TcpInfo | None:
    """Decode a struct tcp_info of any kernel; None when it is too short to be one."""
    if len(data) < LEAST:
        return None
    _state, ca_state, retransmits, probes, backoff, options, wscale, flags = HEAD.unpack_from(data)
    body = data[HEAD.size :]
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
