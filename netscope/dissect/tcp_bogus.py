"""A TCP header whose length cannot be: shorter than any, or longer than the segment."""

from __future__ import annotations

from netscope.dissect import tcp
from netscope.dissect.model import Field, Malformed
from netscope.dissect.spec import named
from netscope.dissect.tcp_analysis import ALONE, Segment, Verdict, judge, met
from netscope.dissect.tcp_line import line
from netscope.dissect.tree import expert
from netscope.dissect.work import Work

_KEPT = frozenset(
    {
        "tcp.srcport", "tcp.dstport", "tcp.port", "tcp.stream", "tcp.completeness", "tcp.len", "tcp.seq",
        "tcp.seq_raw", "tcp.hdr_len",
    }
)  # fmt: skip
_LENGTHS = frozenset({"tcp.len", "tcp.nxtseq"})
_BAD_LENGTH = named("tcp.bogus_header_length")
_SHORT_SEGMENT = named("tcp.short_segment")
_SHORT = (
    "Short segment. Segment/fragment does not contain a full TCP header (might be NMAP or someone else deliberately "
    "sending unusual packets)"
)


def bogus(work: Work, start: int, end: int, size: int, values: tuple[int, ...]) -> None:
    """Say what is left to be said. Raises Malformed for a header that goes on behind the segment."""
    sport, dport, seq, ack, word, window, _check, urgent = values
    verdict = ALONE
    if not work.quoted:
        segment = Segment(seq, ack, word & 0xFFF, window, max(end - start - size, 0), None)
        ends = (work.net[0], sport, work.net[1], dport)
        key = (work.frame.number, len(work.layers))
        if size < 20:
            verdict = judge(work.context, key, work.frame.number, work.frame.time, ends, segment, bogus=True)
        else:
            verdict = met(work.context, key, work.frame.number, work.frame.time, ends, segment)
        verdict = verdict._replace(flags=())
    work.trouble = "malformed"
    if size >= 20:
        verdict = verdict._replace(seq_base=0, ack_base=0)
    said = line(sport, dport, seq, ack, word & 0xFFF, window, urgent, 0, verdict)[0].removesuffix(" Len=0")
    args = (work.data, start, size, end, work.buffer, values, verdict)
    if size < 20:
        said = said.removesuffix(f" Urg={urgent}")
        work.info = f"{said}, bogus TCP header length ({size}, must be at least 20)"
        title = tcp.title(*args[:6], None, verdict).partition(", Ack:")[0].partition(", Len:")[0]
        work.add("tcp", title, start, end - start, _few, args)
        return
    work.info = said
    title = tcp.title(*args[:6], None, verdict).partition(", Len:")[0]
    work.add("tcp", title, start, end - start, _most, args)
    raise Malformed


def _few(
    data: bytes, start: int, size: int, end: int, buffer: int, values: tuple[int, ...], verdict: Verdict
) -> list[Field]:
    why = f"Bogus TCP header length ({size}, must be at least 20)"
    made = [field for field in tcp.fields(data, start, size, end, buffer, values, None, verdict) if field.name in _KEPT]
    return [*made, expert(_BAD_LENGTH, why, "Error", "Protocol", start + 12, buffer)]


def _most(
    data: bytes, start: int, size: int, end: int, buffer: int, values: tuple[int, ...], verdict: Verdict
) -> list[Field]:
    remark = expert(_SHORT_SEGMENT, _SHORT, "Warning", "Malformed", start, buffer)
    # What would follow the fixed header belongs to nobody.
    made = tcp.fields(data, start, 20, start + 20, buffer, values, None, verdict)
    made = [field for field in made if field.name not in _LENGTHS]
    made = [tcp.size_field(size, start, buffer) if field.name == "tcp.hdr_len" else field for field in made]
    return [*made[:5], remark, *made[5:]]
