"""When a packet was captured, in the forms of -t to -ttttt."""

from __future__ import annotations

import time

from netscope.core.typed import Callable
from netscope.dissect.tcpdumptext.style import Style

_BILLION = 1_000_000_000

# From nanoseconds since the epoch, and how many seconds of them stand in the fraction of a second, to the beginning of
# a line, its blank included. Like tcpdump, what names a time prints such a fraction with as many digits as it has.
Stamp = Callable[[int, int], str]


def stamper(style: Style) -> Stamp:
    """Return what makes the beginnings of lines."""
    if style.times == "none":
        return lambda _nanoseconds, _carry: ""
    if style.times == "epoch":
        return _epoch(style)
    if style.times in ("delta", "since"):
        return _span(style)
    return _clock(style)


def prefix(style: Style, seconds: int) -> str:
    """Return what all times within one second begin with, as far as the dot (for "clock", "date" and "epoch")."""
    if style.times == "epoch":
        return f"{seconds}."
    try:
        parts = time.gmtime(seconds) if style.utc else time.localtime(seconds)
    except (OverflowError, OSError, ValueError):
        return "[timestamp overflow]."
    clock = f"{parts.tm_hour:02d}:{parts.tm_min:02d}:{parts.tm_sec:02d}."
    if style.times == "date":
        return f"{parts.tm_year:04d}-{parts.tm_mon:02d}-{parts.tm_mday:02d} {clock}"
    return clock


def _digits(style: Style) -> Callable[[int], str]:
    if style.nanoseconds:
        return lambda rest: f"{rest:09d} "
    return lambda rest: f"{rest // 1000:06d} "


def _clock(style: Style) -> Stamp:
    digits = _digits(style)
    known = [-1, ""]

    def stamp(nanoseconds: int, carry: int) -> str:
        seconds, rest = divmod(nanoseconds, _BILLION)
        if carry:
            seconds, rest = seconds - carry, rest + carry * _BILLION
        if seconds != known[0]:
            known[:] = seconds, prefix(style, seconds)
        return f"{known[1]}{digits(rest)}"

    return stamp


def _epoch(style: Style) -> Stamp:
    digits = _digits(style)

    def stamp(nanoseconds: int, carry: int) -> str:
        seconds, rest = divmod(nanoseconds, _BILLION)
        if carry:
            seconds, rest = seconds - carry, rest + carry * _BILLION
        return f"{seconds}.{digits(rest)}"

    return stamp


def _span(style: Style) -> Stamp:
    digits = _digits(style)
    unit = 1 if style.nanoseconds else 1000
    before: list[int] = []

    def stamp(nanoseconds: int, _carry: int) -> str:
        nanoseconds -= nanoseconds % unit
        if not before:
            before.append(nanoseconds)
        span = nanoseconds - before[0]
        if style.times == "delta":
            before[0] = nanoseconds
        sign, (seconds, rest) = (" ", divmod(span, _BILLION)) if span >= 0 else ("-", divmod(-span, _BILLION))
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{sign}{hours % 24:02d}:{minutes:02d}:{seconds:02d}.{digits(rest)}"

    return stamp
