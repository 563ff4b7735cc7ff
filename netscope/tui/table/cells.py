"""From records to the text of cells, and the tone of each. Everything is made printable here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from netscope.core.record import Column, Names
from netscope.core.text import format_value, printable

Tone = Literal["plain", "quiet", "good", "notice", "bad", "accent", "strong"]  # some of those in tui.styles

TREND_SUFFIX = ".trend"  # of the columns that draw how another one went

# The kernel's and the tools' own words for states (ss(8), ip-link(8), ip-neighbour(8)).
WORDS: dict[str, Tone] = {
    **dict.fromkeys(("ESTABLISHED", "ESTAB", "UP", "REACHABLE", "PERMANENT", "CONNECTED"), "good"),
    **dict.fromkeys(("LISTEN", "LISTENING", "UNCONN", "NOARP"), "accent"),
    **dict.fromkeys(("TIME_WAIT", "CLOSE_WAIT", "FIN_WAIT1", "FIN_WAIT2", "LAST_ACK", "CLOSING", "SYN_SENT"), "notice"),
    **dict.fromkeys(("SYN_RECV", "STALE", "DELAY", "PROBE", "DORMANT", "LOWERLAYERDOWN"), "notice"),
    **dict.fromkeys(("FAILED", "INCOMPLETE", "DOWN", "blackhole", "unreachable", "prohibit"), "bad"),
    **dict.fromkeys(("", "-", "0", "*", "UNKNOWN", "0 b/s", "0/s", "0b/s"), "quiet"),
}


def cell_texts(column: Column, records: Sequence[Any], names: Names) -> list[str]:
    """Return the printable text of one column for some records."""
    if column.texts is not None:
        texts = column.texts(records, names)
    elif column.text is not None:
        show = column.text
        texts = [show(record, names) for record in records]
    else:
        value, kind = column.value, column.kind
        texts = [format_value(value(record), kind) for record in records]
    return [text if text.isascii() and text.isprintable() else printable(text) for text in texts]


def row_texts(columns: Sequence[Column], records: Sequence[Any], names: Names) -> list[tuple[str, ...]]:
    """Return each record's cells."""
    if not columns:
        return [()] * len(records)
    return list(zip(*(cell_texts(column, records, names) for column in columns), strict=True))


def tone(column: Column, text: str) -> Tone:
    """Return how a cell is toned: by the word in it, or by its column's kind."""
    word = WORDS.get(text)
    if word is not None:
        return word
    if column.kind == "port" or column.name.endswith(TREND_SUFFIX):
        return "accent"
    if column.kind in ("rate", "bitrate"):
        return "strong"
    return "plain"
