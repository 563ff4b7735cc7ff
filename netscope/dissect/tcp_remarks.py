"""What the analysis of TCP says of a segment, as fields."""

from __future__ import annotations

from netscope.core.typed import Any
from netscope.dissect import tcp_analysis as found
from netscope.dissect.model import Field
from netscope.dissect.spec import Spec, named, span
from netscope.dissect.tcp_analysis import Verdict
from netscope.dissect.tree import expert

_new: Any = tuple.__new__
_SAID = {
    found.RETRANSMISSION: ("This frame is a (suspected) retransmission", "Note"),
    found.FAST: ("This frame is a (suspected) fast retransmission", "Note"),
    found.SPURIOUS: ("This frame is a (suspected) spurious retransmission", "Note"),
    found.OUT_OF_ORDER: ("This frame is a (suspected) out-of-order segment", "Warning"),
    found.LOST: ("Previous segment(s) not captured (common at capture start)", "Warning"),
    found.ACKED_LOST: ("ACKed segment that wasn't captured (common at capture start)", "Warning"),
    found.WINDOW_UPDATE: ("TCP window update", "Chat"),
    found.WINDOW_FULL: ("TCP window specified by the receiver is now completely full", "Warning"),
    found.KEEP_ALIVE: ("TCP keep-alive segment", "Note"),
    found.KEEP_ALIVE_ACK: ("ACK to a TCP keep-alive segment", "Note"),
    found.PROBE: ("TCP Zero Window Probe", "Note"),
    found.ZERO_WINDOW: ("TCP Zero Window segment", "Warning"),
    found.PROBE_ACK: ("ACK to a TCP Zero Window Probe", "Note"),
    found.REUSED: ("A new tcp session is started with the same ports as an earlier session in this trace", "Note"),
}  # fmt: skip
_NAMES = {flag: named(f"tcp.analysis.{flag}") for flag in _SAID}
_ANALYSIS = Spec("tcp.analysis", "SEQ/ACK analysis", "none")
_FLAGS = Spec("tcp.analysis.flags", "TCP Analysis Flags", "none")
_ACKS = Spec("tcp.analysis.acks_frame", "This is an ACK to the segment in frame", "u32")
_ROUND_TRIP = Spec("tcp.analysis.ack_rtt", "The RTT to ACK the segment was", "span")
_INITIAL = Spec("tcp.analysis.initial_rtt", "iRTT", "span")
_IN_FLIGHT = Spec("tcp.analysis.bytes_in_flight", "Bytes in flight", "u32")
_PUSHED = Spec("tcp.analysis.push_bytes_sent", "Bytes sent since last PSH flag", "u32")
_DUPLICATE = Spec("tcp.analysis.duplicate_ack_num", "Duplicate ACK #", "u32")
_DUPLICATE_OF = Spec("tcp.analysis.duplicate_ack_frame", "Duplicate to the ACK in frame", "u32")
_RTO = Spec("tcp.analysis.rto", "The RTO for this segment was", "span")
_RTO_FRAME = Spec("tcp.analysis.rto_frame", "RTO based on delta from frame", "u32")
_DUPLICATED = Spec("tcp.analysis.duplicate_ack", "This is a TCP duplicate ack", "none")
_CONNECTION = {
    word: named(f"tcp.connection.{word}") for word in ("syn", "synack", "fin", "fin_active", "fin_passive", "rst")
}
_RELATIVE = Spec("tcp.time_relative", "Time since first frame in this TCP stream", "span")
_DELTA = Spec("tcp.time_delta", "Time since previous frame in this TCP stream", "span")


def _time(spec: Spec, nanoseconds: int, start: int, buffer: int) -> Field:
    show = span(nanoseconds)
    made: Field = _new(
        Field,
        (
            spec.name, nanoseconds / 1e9, show, f"{spec.label}: {show} seconds", start, 0, 0, (), False, True, buffer,
        ),
    )  # fmt: skip
    return made


def remarks(verdict: Verdict, start: int, buffer: int, flags: int, length: int) -> list[Field]:
    """Return the times of a segment and what the analysis found."""
    times = (_time(_RELATIVE, verdict.relative, start, buffer), _time(_DELTA, verdict.delta, start, buffer))
    made = [_new(Field, ("", None, "Timestamps", "Timestamps", start, 0, 0, times, False, True, buffer))]
    below: list[Field] = []
    number, late = verdict.acks
    if number:
        below.append(_ACKS.field(number, start, 0, buffer, generated=True))
        if late:  # the clock of the capture was too coarse for the time that this took
            below.append(_time(_ROUND_TRIP, late, start, buffer))
    if verdict.rtt and (number or verdict.pushed or verdict.flags or verdict.noted):
        below.append(_time(_INITIAL, verdict.rtt, start, buffer))
    if verdict.in_flight:
        below.append(_IN_FLIGHT.field(verdict.in_flight, start, 0, buffer, generated=True))
    if verdict.in_flight and verdict.pushed:
        below.append(_PUSHED.field(verdict.pushed, start, 0, buffer, generated=True))
    if verdict.flags:
        notes = []
        for flag in verdict.flags:
            if flag == found.DUPLICATE_ACK:
                notes.append(_DUPLICATED.field(None, start, 0, buffer, generated=True))
                continue
            message, severity = _SAID[flag]
            notes.append(expert(_NAMES[flag], message, severity, "Sequence", start, buffer))
        frame, waited = verdict.rto
        if waited:
            notes.append(_time(_RTO, waited, start, buffer))
            notes.append(_RTO_FRAME.field(frame, start, 0, buffer, generated=True))
        below.append(_FLAGS.field(None, start, 0, buffer, generated=True, children=tuple(notes)))
    count, original = verdict.duplicate
    if count:
        below.append(_DUPLICATE.field(count, start, 0, buffer, generated=True))
        remark = expert(_DUPLICATED.name, f"Duplicate ACK (#{count})", "Note", "Sequence", start, buffer)
        below.append(_DUPLICATE_OF.field(original, start, 0, buffer, generated=True, children=(remark,)))
    if below or verdict.pushed or verdict.noted:
        made.append(_ANALYSIS.field(None, start, 0, buffer, generated=True, children=tuple(below)))
    return made


def greeting(flags: int, port: int, closing: bool, at: int, buffer: int) -> dict[str, tuple[Field, ...]]:
    """Return what there is to say of flags that begin or end a connection, by the field that it belongs to."""
    if not flags & 7:
        return {}
    said: dict[str, tuple[Field, ...]] = {}

    def remark(name: str, message: str, severity: str = "Chat") -> Field:
        return expert(_CONNECTION[name], message, severity, "Sequence", at, buffer)

    if flags & 2:
        if flags & 16:
            found = remark("synack", f"Connection establish acknowledge (SYN+ACK): server port {port}")
        else:
            found = remark("syn", f"Connection establish request (SYN): server port {port}")
        said["tcp.flags.syn"] = (found,)
    if flags & 1:
        side, does = ("fin_passive", "undergoes") if closing else ("fin_active", "initiates")
        said["tcp.flags.fin"] = (
            remark("fin", "Connection finish (FIN)"),
            expert(
                _CONNECTION[side],
                f"This frame {does} the connection closing",
                "Note",
                "Sequence",
                at - 1,
                buffer,
            ),
        )
    if flags & 4:
        said["tcp.flags.reset"] = (remark("rst", "Connection reset (RST)", "Warning"),)
    return said
