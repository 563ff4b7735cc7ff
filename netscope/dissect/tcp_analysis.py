"""What a TCP segment means in its conversation: relative numbers, retransmissions, windows (RFC 9293, RFC 7323).

The rules are those that Wireshark's users know: its analysis compares each segment with the highest one seen so far.
"""

from __future__ import annotations

from collections import deque

from netscope.core.typed import NamedTuple, Sequence
from netscope.dissect.context import Context
from netscope.dissect.tcp_flight import acknowledge, in_flight, pushed

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
UNKNOWN_SCALE, NO_SCALE = -1, -2  # the SYN was not seen; it was, and asked for none
Ends = tuple[bytes, int, bytes, int]  # a segment's source and its port, its destination and its port
FAR = 64  # a shift of windows whose scale is not known: nobody ever fills so much
_FAST = 20_000_000  # ns after a duplicate ACK within which a repeated segment answers it
_REORDERED = 3_000_000  # ns, while the round-trip time is not known
_HALF = 1 << 31
_ALL = (1 << 32) - 1

# What it may be called, as a word; the text that goes before the list's line.
KEEP_ALIVE, KEEP_ALIVE_ACK = "keep_alive", "keep_alive_ack"
LOST, ACKED_LOST = "lost_segment", "ack_lost_segment"
RETRANSMISSION, FAST, SPURIOUS = "retransmission", "fast_retransmission", "spurious_retransmission"
OUT_OF_ORDER, DUPLICATE_ACK = "out_of_order", "duplicate_ack"
WINDOW_UPDATE, WINDOW_FULL, ZERO_WINDOW = "window_update", "window_full", "zero_window"
PROBE, PROBE_ACK = "zero_window_probe", "zero_window_probe_ack"
REUSED = "reused_ports"


class Flow:
    """One direction of a conversation."""

    __slots__ = (
        "base", "closes", "counted", "duplicates", "first", "flags", "last_ack", "last_ack_time", "last_other", "next",
        "next_frame", "next_time", "pushed", "pushing", "sacked", "scale", "shift", "to_be_acked", "unacked",
        "unsorted", "window",
    )  # fmt: skip

    def __init__(self) -> None:
        self.base: int | None = None
        self.closes = False  # it was the first to send a FIN
        self.next = 0  # behind the highest byte seen
        self.next_time = self.next_frame = 0
        self.to_be_acked = 0
        self.last_ack = 0
        self.last_ack_time = 0
        self.window = 0
        self.shift = FAR  # of its last window, for its room in bytes
        self.scale = UNKNOWN_SCALE
        self.first = False  # its last window came with a SYN, which is never scaled
        self.duplicates = 0  # ACKs that said the same again; -1 after one for what was not seen
        self.last_other = 0  # the frame whose ACK is repeated
        self.pushed = 0  # bytes since the last PSH
        self.pushing = False
        self.sacked = 0  # bytes that its last SACK says have come
        self.flags: tuple[str, ...] = ()
        self.counted = True  # nothing was lost since the other end's last ACK, so that what is on its way is known
        self.unacked: deque[tuple[int, int, int, int]] = deque()  # first, behind the last, frame, time
        self.unsorted = False  # some of these came out of their order


class Conversation:
    """Two flows between two ends."""

    __slots__ = ("completeness", "first_time", "flows", "index", "last_time", "rtt", "syn_time")

    def __init__(self, index: int, time: int) -> None:
        self.index = index
        self.first_time = self.last_time = time
        self.flows = (Flow(), Flow())
        self.completeness = 0
        self.syn_time = 0
        self.rtt = 0


class Verdict(NamedTuple):
    """What is said of one segment.

    Attributes:
        stream: the conversation's number.
        seq_base, ack_base: what to take off sequence and acknowledgement numbers to make them relative.
        scale: the shift of the window; negative where it is not known or not used.
        relative, delta: nanoseconds since the first segment of the conversation, and since the one before.
        flags: words of this module.
        duplicate: which repetition of an ACK this is, and the frame of the first.
        acks: the frame that it acknowledges, and how long that one was on its way; 0 for none.
        in_flight: bytes sent and not yet acknowledged, this segment's included; 0 for unknown.
        rtt: the round-trip time of the handshake, 0 for unknown.
        pushed: bytes sent since the last PSH, this segment's included.
        completeness: which parts of a conversation have been seen (before this segment).
        rto: of a retransmission, the frame since which its sender had waited, and how long.
        closing: the other end has sent its FIN before.
        noted: it acknowledges once more what nobody saw, which has been said.
    """

    stream: int
    seq_base: int
    ack_base: int
    scale: int
    relative: int
    delta: int
    flags: tuple[str, ...]
    duplicate: tuple[int, int]
    acks: tuple[int, int]
    in_flight: int
    rtt: int
    pushed: int
    completeness: int
    closing: bool = False
    rto: tuple[int, int] = (0, 0)
    noted: bool = False


class Segment(NamedTuple):
    """What the analysis looks at. ``scale`` is that of the window scale option, None without one."""

    seq: int
    ack: int
    flags: int
    window: int
    length: int
    scale: int | None
    sacked: int = 0


ALONE = Verdict(0, 0, 0, UNKNOWN_SCALE, 0, 0, (), (0, 0), (0, 0), 0, 0, 0, 0)


def _after(one: int, two: int) -> bool:
    """Tell whether a sequence number comes after another."""
    return 0 < (one - two & _ALL) < _HALF


def judge(
    context: Context,
    key: tuple[int, int],
    number: int,
    time: int,
    ends: Ends,
    segment: Segment,
    *,
    bogus: bool = False,
) -> Verdict:
    """Return what a segment means. ``key`` names it in the capture; asked again, the answer is the same.

    A ``bogus`` one, whose header cannot be, is no part of a conversation that is complete.
    """
    known = context.verdicts.get(key)
    if known is not None:
        return known
    if number < context.last or number <= context.listed:
        return _recollect(context, time, ends)
    name, forward = _conversation(ends)
    held = context.tcp.get(name)
    flags, seq = segment.flags, segment.seq
    reused = False
    if held is not None and flags & SYN:
        base = held.flows[0 if forward else 1].base
        reused = base is not None and base != seq
    fresh = held is None
    if held is None or (reused and not flags & ACK):
        held = context.tcp.keep(name, Conversation(context.tcp_count, time))
        context.tcp_count += 1
        held.completeness = 1 if reused else 0
    here, there = held.flows if forward else held.flows[::-1]
    if reused and flags & ACK:
        here.base = seq  # the other end begins anew, and all else goes on
    last = (0, 0)
    if _plain(here, there, segment):
        found: tuple[str, ...] = ()
        duplicate = (0, 0)
        if segment.ack != here.last_ack:
            here.last_other, here.duplicates = number, 0
        _advance(here, number, time, segment, ())
    else:
        _bases(here, there, segment)
        _scales(here, there, segment)
        if not context.brief:
            last = _waited(here, time)
        found, duplicate = _compare(here, there, number, time, held, segment)
    acks = acknowledge(held, here, there, number, time, segment)
    if context.brief:
        context.touched = (held, ends)
        acks = (0, 0)
        here.unacked.clear()
    base, other = here.base or 0, there.base or 0
    verdict = Verdict(
        held.index, base, other, here.scale, time - held.first_time, time - held.last_time,
        ((REUSED,) if reused else ()) + found, duplicate, acks, in_flight(here, there, segment, LOST in found),
        held.rtt, pushed(here, segment), held.completeness, there.closes,
        last if RETRANSMISSION in found and FAST not in found and SPURIOUS not in found else (0, 0),
        there.duplicates == -1 and bool(flags & ACK) and _after(segment.ack, there.to_be_acked),
    )  # fmt: skip
    held.last_time = time
    if flags & FIN and not there.closes:
        here.closes = True
    if not bogus and (not fresh or flags & (SYN | ACK) == SYN):
        complete(held, flags, segment.length)
    return context.verdicts.keep(key, verdict)


def met(context: Context, key: tuple[int, int], number: int, time: int, ends: Ends, segment: Segment) -> Verdict:
    """Return what can be said of a segment that makes no sense: whose it is, and how to read its numbers."""
    known = context.verdicts.get(key)
    if known is not None:
        return known
    if number < context.last or number <= context.listed:
        return _recollect(context, time, ends)
    name, forward = _conversation(ends)
    held = context.tcp.get(name)
    if held is None:
        held = context.tcp.keep(name, Conversation(context.tcp_count, time))
        context.tcp_count += 1
    here, there = held.flows if forward else held.flows[::-1]
    _bases(here, there, segment)
    return context.verdicts.keep(key, _recollect(context, time, ends))


def _conversation(ends: Ends) -> tuple[Ends, bool]:
    """Return the name of the conversation between two ends, and whether they stand in it as they are given."""
    source, sport, destination, dport = ends
    if (source, sport) <= (destination, dport):
        return ends, True
    return (destination, dport, source, sport), False


def _recollect(context: Context, time: int, ends: Ends) -> Verdict:
    """Return what can still be said of a segment whose turn is long past: how to read its numbers."""
    name, forward = _conversation(ends)
    held = context.tcp.get(name)
    if held is None:
        return ALONE
    here, there = held.flows if forward else held.flows[::-1]
    return ALONE._replace(
        stream=held.index, seq_base=here.base or 0, ack_base=there.base or 0, scale=here.scale,
        relative=max(time - held.first_time, 0), rtt=held.rtt, completeness=held.completeness,
    )  # fmt: skip


def _plain(here: Flow, there: Flow, segment: Segment) -> bool:
    """Tell whether a segment just follows the last one of its flow, so that there is nothing to be said of it."""
    seq, ack, flags, window, length, *_ = segment
    if seq != here.next or flags & 0x0FF7 != ACK or not window or here.base is None or there.base is None:
        return False
    if not there.to_be_acked or (there.to_be_acked - ack & _ALL) >= _HALF:
        return False
    if length:
        ahead = seq + length - there.last_ack & _ALL
        return bool(there.window) and ahead != there.window << there.shift and 0 < ahead < _HALF
    return ack != here.last_ack


def _bases(here: Flow, there: Flow, segment: Segment) -> None:
    if here.base is None:
        here.base = segment.seq if segment.flags & SYN else segment.seq - 1 & _ALL
    if there.base is None and segment.flags & ACK:
        there.base = segment.ack - 1 & _ALL


def _scales(here: Flow, there: Flow, segment: Segment) -> None:
    if not segment.flags & SYN:
        return
    if segment.scale is not None:
        here.scale = min(segment.scale, 14)
    if here.scale == UNKNOWN_SCALE:
        here.scale = there.scale = NO_SCALE  # both ends must want it (RFC 7323, 2.2)
    elif segment.flags & ACK and there.scale == NO_SCALE:
        here.scale = NO_SCALE


def complete(held: Conversation, flags: int, length: int) -> None:
    """Take note of which part of a conversation a segment is."""
    if flags & SYN:
        held.completeness |= 2 if flags & ACK else 1
    elif length and not flags & RST:  # what a reset carries is no data
        held.completeness |= 8
    elif flags & ACK:
        held.completeness |= 4
    if flags & FIN:
        held.completeness |= 16
    if flags & RST:
        held.completeness |= 32


def _compare(
    here: Flow, there: Flow, number: int, time: int, held: Conversation, segment: Segment
) -> tuple[tuple[str, ...], tuple[int, int]]:
    """Return what a segment is called, and the place of a duplicate ACK."""
    seq, ack, flags, window, length, *_ = segment
    control = flags & (SYN | FIN | RST)
    found: list[str] = []
    duplicate = (0, 0)
    follows = seq == here.next
    repeats = follows and ack == here.last_ack and not control and not length
    if length == 1 and follows and here.next and there.window == 0 and there.last_ack_time:
        found.append(PROBE)
    else:
        if window == 0 and not control:
            found.append(ZERO_WINDOW)
        if here.next and _after(seq, here.next) and not flags & RST:
            found.append(LOST)
        if length <= 1 and here.next and seq == here.next - 1 & _ALL and not control:
            found.append(KEEP_ALIVE)
        if repeats and window and window != here.window:
            found.append(WINDOW_UPDATE)
        if length and not control and _fills(there, seq + length):
            found.append(WINDOW_FULL)
        if repeats and window == here.window:
            word = _repeated(here, there, segment)
            found += [word] if word else []
            if word == DUPLICATE_ACK:
                duplicate = (here.duplicates, here.last_other)
    if ack != here.last_ack:
        here.last_other, here.duplicates = number, 0
    if flags & ACK and there.to_be_acked and _after(ack, there.to_be_acked) and _unseen(there):
        found.append(ACKED_LOST)
    again = _again(here, there, time, held, segment, found)
    if again:
        found += [again, RETRANSMISSION] if again in (FAST, SPURIOUS) else [again]
    _advance(here, number, time, segment, found)
    return tuple(found), duplicate


def _unseen(there: Flow) -> bool:
    """Tell whether an ACK for what was not seen is the first of those that are about the same gap."""
    if _after(there.next, there.to_be_acked):
        there.to_be_acked = there.next
        return True
    first = not there.duplicates
    there.duplicates = -1
    return first


def _fills(there: Flow, behind: int) -> bool:
    """Tell whether a segment that ends here takes all that the other end offered."""
    known = there.last_ack_time and there.shift != FAR
    return bool(known) and behind - there.last_ack & _ALL == there.window << there.shift


def _repeated(here: Flow, there: Flow, segment: Segment) -> str:
    """Return what a segment is that says just what the one before it said."""
    if segment.window and KEEP_ALIVE in there.flags:
        return KEEP_ALIVE_ACK
    if not segment.window:
        return PROBE_ACK if PROBE in there.flags else ""
    if not segment.flags & ACK:
        return ""
    here.duplicates = max(here.duplicates, 0) + 1
    return DUPLICATE_ACK


def _again(here: Flow, there: Flow, time: int, held: Conversation, segment: Segment, found: list[str]) -> str:
    """Return what a segment is that does not go beyond the highest byte seen; "" for one that does."""
    seq, _ack, flags, _window, length, *_ = segment
    behind = seq + length & _ALL
    if not (length or flags & (SYN | FIN)) or KEEP_ALIVE in found:
        return ""
    if not here.next or not _after(here.next, seq):
        # New, but long since acknowledged: it was captured too late.
        return SPURIOUS if length and there.last_ack and not _after(behind, there.last_ack) else ""
    if length > 1 and here.next - 1 & _ALL == seq:
        return ""  # it adds data to what may have been a probe
    if 0 <= time - there.last_ack_time < _FAST and there.duplicates not in (0, 1) and there.last_ack == seq:
        return FAST
    reach = behind + (1 if flags & (SYN | FIN) else 0) & _ALL
    if length and there.last_ack and not _after(behind, there.last_ack):
        return SPURIOUS
    if 0 <= time - here.next_time < (held.rtt or _REORDERED) and here.next != reach:
        return OUT_OF_ORDER
    return RETRANSMISSION


def _advance(here: Flow, number: int, time: int, segment: Segment, found: Sequence[str]) -> None:
    seq, ack, flags, window, length, *_ = segment
    behind = seq + length & _ALL
    if (length or flags & (SYN | FIN)) and flags & (SYN | FIN):
        behind = behind + 1 & _ALL
    if (not here.next or _after(behind, here.next)) and PROBE not in found:
        here.next, here.next_time, here.next_frame = behind, time, number
    if (not here.to_be_acked or here.to_be_acked == seq) and PROBE not in found:
        here.to_be_acked = here.next
    here.window, here.last_ack, here.last_ack_time = window, ack, time
    here.first = bool(flags & SYN)
    here.sacked = segment.sacked
    here.shift = FAR if here.scale == UNKNOWN_SCALE else 0 if here.first else max(here.scale, 0)
    here.flags = tuple(found)


def _waited(here: Flow, time: int) -> tuple[int, int]:
    """Return the frame since which the sender of a segment that comes again has waited, and for how long."""
    if here.unacked:
        _first, _behind, number, sent = here.unacked[0]
        return number, time - sent
    return here.next_frame, time - here.next_time
