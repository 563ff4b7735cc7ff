"""Pictures of the screen as text, kept in ``golden``. ``NETSCOPE_GOLDEN=update`` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
UPDATING = os.environ.get("NETSCOPE_GOLDEN") == "update"


def golden(name: str, size: tuple[int, int]) -> Path:
    """Return the file of a picture."""
    width, height = size
    return GOLDEN / f"{name}-{width}x{height}.txt"


def text(lines: list[str]) -> str:
    """Return a picture as the text of its file."""
    return "\n".join(lines) + "\n"
