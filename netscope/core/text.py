"""Text for people: escaping what came from outside, and numbers with units."""

from __future__ import annotations

from netscope.core.record import Kind
from netscope.core.typed import Any


def printable(text: str) -> str:
    """Return ``text`` with everything that a terminal could act on shown as an escape.

    Control characters, surrogate-escaped bytes, bidirectional and other format characters, line separators and
    private or unassigned code points become ``\\xNN`` / ``\\uNNNN``, a newline ``\\n``. Spaces other than U+0020 are
    escaped too. The backslash itself is left alone: this is for reading, not for parsing back.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_safe(char) for char in text)


def _safe(char: str) -> str:
    if char == " " or char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8 (os.fsdecode)
        return f"\\x{code - 0xDC00:02x}"
    if char in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


_NARROW = frozenset(map(chr, (*range(0x20, 0x7F), *range(0x2500, 0x25A0))))  # ASCII, lines and blocks


def width(text: str) -> int:
    """Return how many terminal cells an already printable text takes."""
    if text.isascii() or _NARROW.issuperset(text):
        return len(text)
    import unicodedata  # nearly everything is ASCII, or a plot

    cells = 0
    for char in text:
        if unicodedata.combining(char):
            continue
        cells += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return cells


def fit(text: str, cells: int, *, right: bool = False, middle: bool = False) -> str:
    """Return ``text`` cut (an ellipsis at its end, or in its ``middle``) or padded to exactly ``cells`` cells."""
    used = width(text)
    if used > cells:
        text = _cut_middle(text, cells) if middle else _cut(text, cells)
        used = width(text)
    pad = " " * (cells - used)
    return pad + text if right else text + pad


def _cut(text: str, cells: int) -> str:
    if cells <= 0:
        return ""
    return _head(text, cells - 1) + "…"


def _cut_middle(text: str, cells: int) -> str:
    if cells <= 2:
        return _cut(text, cells)
    head = _head(text, cells // 2 - (cells + 1) % 2)
    tail = _head(text[::-1], cells - 1 - width(head))[::-1]
    return f"{head}…{tail}"


def _head(text: str, cells: int) -> str:
    if text.isascii():
        return text[:cells]
    kept, used = "", 0
    for char in text:
        step = width(char)
        if used + step > cells:
            break
        kept += char
        used += step
    return kept


def quantity(value: float, unit: str = "") -> str:
    """Return a number with a binary prefix, four significant characters at most: 999, 1.2K, 45M, 3.0G."""
    sign = "-" if value < 0 else ""
    value = abs(value)
    if value < 1000:
        digits = f"{value:.0f}" if value == int(value) or value >= 10 else f"{value:.1f}"
        return f"{sign}{digits}{unit}"
    for prefix in "KMGTPE":
        value /= 1024
        if value < 999.5:
            return f"{sign}{value:.1f}{prefix}{unit}" if value < 9.95 else f"{sign}{value:.0f}{prefix}{unit}"
    return f"{sign}{value:.0f}Z{unit}"


def bitrate(bytes_per_second: float) -> str:
    """Return a rate in bits a second with decimal prefixes, as links are sold: 940 Mb/s."""
    bits = bytes_per_second * 8
    for prefix in ("", "k", "M", "G", "T"):
        if bits < 999.5:
            return f"{bits:.0f} {prefix}b/s" if bits >= 9.95 or bits == int(bits) else f"{bits:.1f} {prefix}b/s"
        bits /= 1000
    return f"{bits:.0f} Pb/s"


def duration(seconds: float) -> str:
    """Return a span of time as ss prints timers: 45ms, 12sec, 3min20sec, 2h05min, 4d3h."""
    if seconds < 0:
        return "-" + duration(-seconds)
    if seconds < 1:
        return f"{seconds * 1000:.3g}ms"
    if seconds < 60:
        return f"{seconds:.3g}sec"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}min{rest:02d}sec"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}h{minutes:02d}min"
    return f"{hours // 24}d{hours % 24}h"


def format_value(value: Any, kind: Kind = "text") -> str:
    """Return the default text of a raw value ("" for None). Not escaped: call :func:`printable` before printing."""
    if value is None:
        return ""
    if kind == "bytes":
        return quantity(value)
    if kind == "rate":
        return quantity(value, "/s")
    if kind == "bitrate":
        return bitrate(value)
    if kind == "seconds":
        return duration(value)
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, (list, tuple)):
        return ",".join(format_value(item) for item in value)
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
