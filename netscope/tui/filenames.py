"""File names completed as a shell's Tab key does."""

from __future__ import annotations

import os

from netscope.core.text import printable


def completed(typed: str) -> tuple[str, list[str]]:
    """Return a path as far as what is there leaves no doubt, and the names that it may go on with. Looks at the disk.

    Names that cannot be shown as they are cannot be typed either: they are left out. Hidden ones want their dot.
    """
    directory, _slash, begun = typed.rpartition("/")
    where = os.path.expanduser(directory + "/") if _slash else "."
    try:
        with os.scandir(where) as entries:
            found = sorted(
                entry.name + ("/" if entry.is_dir() else "")
                for entry in entries
                if entry.name.startswith(begun)
                and (begun or entry.name[0] != ".")
                and printable(entry.name) == entry.name
            )
    except OSError:
        return typed, []
    if not found:
        return typed, []
    return directory + _slash + os.path.commonprefix(found), found  # noqa: RUF071 - letters are meant
