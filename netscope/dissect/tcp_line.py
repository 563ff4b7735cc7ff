"""What the list says of a TCP segment."""

from __future__ import annotations

from netscope.dissect import tcp_analysis
from netscope.dissect.tcp_analysis import Verdict

_LETTERS = (
    (0xE00, "Reserved"),
    (0x100, "AE"),
    (0x80, "CWR"),
    (0x40, "ECE"),
    (0x20, "URG"),
    (0x10, "ACK"),
    (8, "PSH"),
    (4, "RST"),
    (2, "SYN"),
    (1, "FIN"),
)
_LISTED: dict[int, str] = {}
_BEFORE = (
    (tcp_analysis.REUSED, "[TCP Port numbers reused] "),
    (tcp_analysis.RETRANSMISSION, "[TCP Retransmission] "), (tcp_analysis.FAST, "[TCP Fast Retransmission] "),
    (tcp_analysis.SPURIOUS, "[TCP Spurious Retransmission] "), (tcp_analysis.OUT_OF_ORDER, "[TCP Out-Of-Order] "),
    (tcp_analysis.LOST, "[TCP Previous segment not captured] "),
    (tcp_analysis.ACKED_LOST, "[TCP ACKed unseen segment] "), (tcp_analysis.WINDOW_UPDATE, "[TCP Window Update] "),
    (tcp_analysis.WINDOW_FULL, "[TCP Window Full] "), (tcp_analysis.KEEP_ALIVE, "[TCP Keep-Alive] "),
    (tcp_analysis.KEEP_ALIVE_ACK, "[TCP Keep-Alive ACK] "), (tcp_analysis.DUPLICATE_ACK, ""),
    (tcp_analysis.PROBE, "[TCP ZeroWindowProbe] "), (tcp_analysis.ZERO_WINDOW, "[TCP ZeroWindow] "),
    (tcp_analysis.PROBE_ACK, "[TCP ZeroWindowProbeAck] "),
)  # fmt: skip
_AGAIN = {tcp_analysis.FAST, tcp_analysis.SPURIOUS}  # they are retransmissions too
# What colours a row, the worst first.
_TROUBLE = (
    tcp_analysis.RETRANSMISSION, tcp_analysis.FAST, tcp_analysis.SPURIOUS, tcp_analysis.OUT_OF_ORDER,
    tcp_analysis.LOST, tcp_analysis.ACKED_LOST, tcp_analysis.DUPLICATE_ACK, tcp_analysis.ZERO_WINDOW,
    tcp_analysis.WINDOW_FULL, tcp_analysis.PROBE, tcp_analysis.PROBE_ACK, tcp_analysis.REUSED,
)  # fmt: skip


def listed(flags: int) -> str:
    """Return the flags as the list's line has them, the lowest bit first."""
    found = _LISTED.get(flags)
    if found is None:
        found = ", ".join(word for bit, word in reversed(_LETTERS) if flags & bit) or "<None>"
        _LISTED[flags] = found
    return found


def prefix(verdict: Verdict) -> str:
    """Return what goes before the line: what the analysis found."""
    before = ""
    again = _AGAIN & set(verdict.flags)
    for name, text in _BEFORE:
        if name in verdict.flags and not (again and name == tcp_analysis.RETRANSMISSION):
            before = (text or f"[TCP Dup ACK {verdict.duplicate[1]}#{verdict.duplicate[0]}] ") + before
    return before


def line(
    sport: int, dport: int, seq: int, ack: int, flags: int, window: int, urgent: int, length: int, verdict: Verdict
) -> tuple[str, str]:
    """Return the line without the options, and the trouble in a word."""
    before = trouble = ""
    if verdict.flags:
        before = prefix(verdict)
        trouble = next((name for name in _TROUBLE if name in verdict.flags), "")
    if not flags & 2 and verdict.scale > 0:
        window <<= verdict.scale
    info = f"{before}{sport} → {dport} [{listed(flags)}] Seq={seq - verdict.seq_base & 0xFFFFFFFF}"
    if flags & 16:
        info += f" Ack={ack - verdict.ack_base & 0xFFFFFFFF}"
    if flags & 0x20:
        info += f" Win={window} Urg={urgent} Len={length}"
    else:
        info += f" Win={window} Len={length}"
    return info, trouble or ("reset" if flags & 4 else "")
