"""A TCP segment that an ICMP error quotes: whose it is, and what can be said of it without its length."""

from __future__ import annotations

from netscope.core.typed import Any
from netscope.dissect.tcp_analysis import ACK, ALONE, SYN, Conversation, Verdict, complete
from netscope.dissect.work import Work

# How long it was, and so where the next one begins, is not told by what is left of it.
_UNKNOWN = frozenset({"tcp.len", "tcp.nxtseq"})
ABSENT = {4: _UNKNOWN | {"tcp.seq_raw"}, 16: _UNKNOWN}  # by the size of an address; Wireshark's, in IPv4, give one


def found(work: Work, sport: int, dport: int, flags: int) -> Verdict:
    """Return the conversation of a quoted segment, whose numbers stay as they are; asked again, the answer is the same.

    A conversation of which nothing else was seen is counted as one, as Wireshark does.
    """
    context, time = work.context, work.frame.time
    key = (work.frame.number, -1 - len(work.layers))
    known = context.verdicts.get(key)
    if known is not None:
        return known
    one, two = (work.net[0], sport), (work.net[1], dport)
    ends: tuple[Any, ...] = (*one, *two) if one <= two else (*two, *one)
    held = context.tcp.get(ends)
    late = work.frame.number < context.last or work.frame.number <= context.listed
    fresh = held is None
    if held is None:
        if late:
            return ALONE
        held = context.tcp.keep(ends, Conversation(context.tcp_count, time))
        context.tcp_count += 1
    told = ALONE._replace(
        stream=held.index, relative=max(time - held.first_time, 0), delta=max(time - held.last_time, 0),
        completeness=held.completeness,
    )  # fmt: skip
    if late:
        return told
    if not fresh or flags & (SYN | ACK) == SYN:
        complete(held, flags, 0)
    held.last_time = time
    return context.verdicts.keep(key, told)
