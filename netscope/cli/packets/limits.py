"""Numbers on the command line: counts, sizes, spans of time."""

from __future__ import annotations

from netscope.core.capture import Rotation, Stop
from netscope.core.errors import BadQuery

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_MOST = 1 << 62


def files(write: str, rotation: Rotation, stop: Stop) -> None:
    """Raise BadQuery for limits that would do nothing: on files that are not written, or not begun."""
    whens = "-b filesize, duration or packets says when the next one begins"
    if write == "-" and rotation != Rotation():
        raise BadQuery("standard output is one file", "", "-w FILE for several")
    if rotation.files and rotation == Rotation(files=rotation.files):
        raise BadQuery("-b files says how many there may be", "but no other file is begun", whens)
    if stop.files and rotation == Rotation():
        raise BadQuery("-a files counts files", "but no other file is begun", whens)
    if stop.size and not write:
        raise BadQuery("-a filesize is for files", "", "-w FILE")


def number(option: str, text: str, least: int) -> int:
    """Return a whole number. Raises BadQuery."""
    if not (text.isascii() and text.isdigit()) or not least <= int(text) < _MOST:
        raise BadQuery(f"{option} needs a whole number of at least {least}, not {text!r}")
    return int(text)


def duration(option: str, text: str) -> float:
    """Return seconds, above 0. Raises BadQuery."""
    try:
        seconds = float(text) if text.isascii() and text.replace(".", "", 1).isdigit() else 0.0
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e9:
        raise BadQuery(f"{option} needs seconds, not {text!r}", "", "as in 10 or 0.5")
    return seconds


def kilobytes(option: str, text: str) -> int:
    """Return the bytes of a number of kilobytes of 1,000, as dumpcap counts them."""
    return number(option, text, 1) * 1000


def megabytes(option: str, text: str) -> int:
    """Return the bytes of a number of millions, as tcpdump counts them; with K, M or G of powers of 1,024."""
    digits, unit = text.rstrip("kKmMgG"), text[len(text.rstrip("kKmMgG")) :].lower()
    if len(unit) > 1:
        raise BadQuery(f"{option} needs a size, not {text!r}", "", "as in 10 (million bytes), 512K, 1G")
    return number(option, digits, 1) * (_UNITS[unit] if unit else 1_000_000)


def memory(option: str, text: str) -> int:
    """Return a size: bytes, or K, M, G of powers of 1,024, with or without iB or B behind."""
    small = text.lower().removesuffix("b").removesuffix("i")
    digits = small.rstrip("kmgt")
    unit = small[len(digits) :]
    if unit not in _UNITS or not digits.isdigit():
        raise BadQuery(f"{option} needs a size, not {text!r}", "", "as in 256MiB or 1G")
    size = int(digits) * _UNITS[unit]
    if not 1 << 20 <= size < _MOST:
        raise BadQuery(f"{option} needs at least 1 MiB")
    return size
