"""Sections of labels and texts laid out as lines, in as many columns as the screen has room for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from netscope.core.domain import Domain
from netscope.core.record import Names, Section
from netscope.core.text import fit, printable, width
from netscope.tui.keys import DIGITS, Key, placed
from netscope.tui.table.cells import cell_texts

COLUMN = 54
_LABEL = 22
_GAP = 4


class Span(NamedTuple):
    """A piece of a line; the tone is one of :data:`netscope.tui.styles.TONES`."""

    text: str
    tone: str


PageLine = tuple[Span, ...]


def record_sections(domain: Domain, record: Any, names: Names) -> list[Section]:
    """Return everything known of a record, by the columns' groups; what is absent is left out."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for column in domain.columns:
        text = cell_texts(column, [record], names)[0]
        if not text and not isinstance(column.value(record), str):
            continue
        groups.setdefault(column.group or domain.title, []).append((column.title, text or '""'))
    return [Section(title, rows) for title, rows in groups.items()]


FILTER_HELP: tuple[tuple[str, str], ...] = (
    ("nginx", "a word anywhere in the row; quotes keep spaces, slashes enclose a regular expression"),
    ("state:listen", "the field contains it; = is exactly it, != is not it"),
    ("recv_q>10k", "numbers compare, with units; port:8000..8100 is a range"),
    ("port:https", "a port by its name, local or remote"),
    ("remote_address:10.0.0.0/8", "a network, IPv4 or IPv6"),
    ("a b, a or b, not a", "all of it, either, not; parentheses group"),
)


def merged(sections: Iterable[Section]) -> list[Section]:
    """Return the sections with those of the same title made one."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for section in sections:
        groups.setdefault(section.title, []).extend(section.rows)
    return [Section(title, rows) for title, rows in groups.items()]


def heading(domain: Domain, record: Any, names: Names) -> str:
    """Return the topic and what tells this record from the others: its columns of rank 0."""
    words = [cell_texts(column, [record], names)[0] for column in domain.columns if column.shown and column.rank == 0]
    return f"{domain.title}: {'  '.join(words)}"


def key_section(title: str, keys: Iterable[Key]) -> Section:
    """Return what keys do."""
    return Section(title, [(key.shows, key.help) for key in keys])


def help_sections(domains: Sequence[Domain], own: Iterable[Section]) -> list[Section]:
    """Return the help of a tab: the commands it replaces, its own notes, the keys of all tabs, the columns."""
    replaced = [(domain.title, ", ".join(domain.replaces)) for domain in domains if domain.replaces]
    everywhere = key_section("Everywhere", placed("frame", "app"))
    sections = [Section("Instead of", replaced), *own]
    sections.append(Section(everywhere.title, [(DIGITS, "go to a tab"), *everywhere.rows]))
    for domain in domains:
        rows = [(column.name, column.help or column.title) for column in domain.columns]
        sections.append(Section(f"{domain.title}: columns", rows))
    return sections


def lines(sections: Iterable[Section], room: int) -> list[PageLine]:
    """Lay sections out side by side in columns of about equal height."""
    columns = max(1, (room + _GAP) // (COLUMN + _GAP))
    each = (room - _GAP * (columns - 1)) // columns
    blocks = [list(_block(section, each)) for section in sections]
    if columns == 1:
        return [line for block in blocks for line in block]
    return _side_by_side(_dealt(blocks, columns), each)


def _dealt(blocks: Sequence[list[PageLine]], columns: int) -> list[list[PageLine]]:
    """Deal blocks to columns in reading order, at the least height that fits them."""
    height = max((len(block) for block in blocks), default=0)
    while True:
        dealt: list[list[PageLine]] = [[]]
        for block in blocks:
            if dealt[-1] and len(dealt[-1]) + len(block) > height:
                dealt.append([])
            dealt[-1].extend(block)
        if len(dealt) <= columns:
            return dealt
        height += 1


def _side_by_side(columns: Sequence[list[PageLine]], each: int) -> list[PageLine]:
    result: list[PageLine] = []
    for row in range(max((len(column) for column in columns), default=0)):
        line: list[Span] = []
        for number, column in enumerate(columns):
            spans = column[row] if row < len(column) else ()
            line += spans
            if number < len(columns) - 1:
                used = sum(width(span.text) for span in spans)
                line.append(Span(" " * (each - used + _GAP), "plain"))
        result.append(tuple(line))
    return result


def _block(section: Section, room: int) -> Iterator[PageLine]:
    rows = [(printable(label), printable(text)) for label, text in section.rows]
    if not rows:
        return
    yield (Span(fit(printable(section.title), room).rstrip(), "title"),)
    indent = min(_LABEL, max(width(label) for label, _text in rows)) + 2
    for label, text in rows:
        beside = label
        if width(label) > indent - 2:
            yield (Span("  " + fit(label, room - 2).rstrip(), "label"),)
            beside = ""
        pieces = wrapped(text, max(8, room - indent - 2))
        yield (Span("  " + fit(beside, indent), "label"), Span(pieces[0], "plain"))
        for piece in pieces[1:]:
            yield (Span(" " * (indent + 2) + piece, "plain"),)
    yield (Span("", "plain"),)


def wrapped(text: str, room: int) -> list[str]:
    """Return a printable text in pieces of ``room`` cells, broken at spaces where there are any."""
    pieces: list[str] = []
    line = ""
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if width(candidate) <= room:
            line = candidate
            continue
        if line:
            pieces.append(line)
        rest = word
        while width(rest) > room:
            cut = _head(rest, room)
            pieces.append(rest[:cut])
            rest = rest[cut:]
        line = rest
    return [*pieces, line]


def _head(word: str, room: int) -> int:
    used = 0
    for index, char in enumerate(word):
        used += width(char)
        if used > room:
            return max(1, index)
    return len(word)


def as_text(found: Iterable[PageLine]) -> str:
    """Return the lines as plain text, for the clipboard."""
    return "\n".join("".join(span.text for span in line).rstrip() for line in found) + "\n"
