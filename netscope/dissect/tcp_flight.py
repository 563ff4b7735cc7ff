"""What is on its way in a TCP conversation: which segments are not acknowledged yet, and how late others were."""

from __future__ import annotations

from netscope.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from netscope.dissect.tcp_analysis import Conversation, Flow, Segment

_ENDS, _SYN, _PSH, _ACK = 3, 2, 8, 16  # SYN or FIN, and the other flags that matter here
_ALL = (1 << 32) - 1
_HALF = 1 << 31
_MOST_UNACKED = 1_000  # segments of a flow; of those beyond, no round-trip time is told
_MOST_IN_FLIGHT = 2_000_000_000  # bytes; more are none, but a sequence number that does not belong here


def _after(one: int, two: int) -> bool:
    return 0 < (one - two & _ALL) < _HALF


def acknowledge(
    held: Conversation, here: Flow, there: Flow, number: int, time: int, segment: Segment
) -> tuple[int, int]:
    """Remember what a segment sends, and let go of what it acknowledges; return the frame it answers, and how late."""
    seq, ack, flags, _window, length, *_ = segment
    waiting = here.unacked
    if (length or flags & _ENDS) and len(waiting) < _MOST_UNACKED:
        here.unsorted = bool(waiting) and (here.unsorted or _after(waiting[-1][1], seq))
        waiting.append((seq, seq + length + (1 if flags & _ENDS else 0) & _ALL, number, time))
    if flags & (_SYN | _ACK) == _SYN:
        held.syn_time = time
    elif held.syn_time and not held.rtt and flags & (_SYN | _ACK) == _ACK:
        held.rtt = time - held.syn_time
    if flags & _ACK:
        there.counted = True
    return _let_go(there, ack, time)


def _let_go(there: Flow, ack: int, time: int) -> tuple[int, int]:
    """Let go of what is acknowledged; return the frame whose last byte that is, and how long ago it was."""
    waiting, acks = there.unacked, (0, 0)
    kept = []
    while waiting and (there.unsorted or _after(ack, waiting[0][0]) or not _after(waiting[0][1], ack)):
        first, behind, number, sent = waiting.popleft()
        if behind == ack:
            acks = acks if acks[0] else (number, time - sent)
        elif _after(behind, ack):
            kept.append((ack if _after(ack, first) else first, behind, number, sent))
    waiting.extendleft(reversed(kept))
    return acks


def pushed(here: Flow, segment: Segment) -> int:
    """Return how many bytes were sent since the last push, those of a segment included; 0 for unknown."""
    if segment.length and here.counted:
        here.pushed = segment.length if here.pushing else here.pushed + segment.length
        here.pushing = bool(segment.flags & _PSH)
    return here.pushed if segment.length and here.counted else 0


def in_flight(here: Flow, there: Flow, segment: Segment, gap: bool) -> int:
    """Return how many bytes are on their way; 0 for unknown, as behind a ``gap``."""
    if gap:
        here.counted = False
    if not here.unacked or not segment.length or not here.counted:
        return 0
    if here.unsorted:
        base = here.base or 0
        first = min(one[0] - base & _ALL for one in here.unacked)
        behind = max(one[1] - base & _ALL for one in here.unacked)
    else:
        first, behind = here.unacked[0][0], here.unacked[-1][1]
    bytes_ = (behind - first & _ALL) - there.sacked
    if not 0 < bytes_ < _MOST_IN_FLIGHT:
        return 0
    return bytes_ - (1 if segment.flags & _ENDS else 0)
