"""Help texts on a terminal that is narrower than they were written for."""

from __future__ import annotations

from netscope.core.text import width

_LEAST = 24  # cells for what a term means; where there are fewer it goes on below the term


def folded(text: str, room: int) -> str:
    """Return a help text with its long lines broken at blanks; what goes on stands below what it is part of.

    ``room`` is the terminal's width. Where there is a term and what it means, two blanks or more are between them.
    """
    return "\n".join(piece for line in text.split("\n") for piece in _folded(line, room))


def _folded(line: str, room: int) -> list[str]:
    if width(line) <= room:
        return [line]
    indent = _meaning(line, room)
    if room - indent < _LEAST:
        indent = len(line) - len(line.lstrip()) + 2
    pieces = []
    while width(line) > room:
        cut = line.rfind(" ", indent + 1, room + 1)
        if cut < 0:
            cut = line.find(" ", max(room, indent + 1))
        if cut < 0:
            break
        pieces.append(line[:cut].rstrip())
        line = " " * indent + line[cut:].lstrip()
    return [*pieces, line]


def _meaning(line: str, room: int) -> int:
    """Return where the meaning of a term begins: behind the last gap in the left part of the line. Prose has none."""
    start = len(line) - len(line.lstrip())
    gap = line.rfind("  ", start, room * 5 // 8)
    if gap > start:
        return gap + 2
    return start + 2 if start else len("usage: ") if line.startswith("usage: ") else 0
