"""Words as they are typed -> options and what is left: what getopt_long(3) does, from a topic's own declaration.

The command line has a parser with more to it (``netscope.cli.parser``); this one serves where a line is typed inside
the program.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from netscope.core.domain import Option
from netscope.core.errors import BadQuery

_COMMON = (
    Option(("-4", "--ipv4"), "four", "IPv4 only"),
    Option(("-6", "--ipv6"), "six", "IPv6 only"),
    Option(("-n", "--numeric"), "numeric", "numbers instead of names"),
)


class Given(NamedTuple):
    """What the words say.

    Attributes:
        options: name -> text, or True for a flag; those not given are not in it.
        words: what is no option.
        family: 4, 6, or 0 for both.
        numeric: numbers are wanted instead of names.
    """

    options: Mapping[str, str | bool]
    words: tuple[str, ...]
    family: int
    numeric: bool


def split(line: str) -> list[str]:
    """Return the words of a line, quotes and backslashes as in sh(1). Raises BadQuery."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise BadQuery(line, str(error).lower(), "quotes come in pairs") from None


def read(options: Sequence[Option], words: Sequence[str]) -> Given:
    """Return what words say by a topic's options and those that all have. Raises BadQuery for any other option."""
    known = {flag: option for option in (*_COMMON, *options) for flag in option.flags}
    found: dict[str, str | bool] = {}
    plain: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--":
            plain += left
            break
        if len(word) < 2 or not word.startswith("-"):
            plain.append(word)
            continue
        flag, value = _parted(word)
        option = known.get(flag)
        if option is None:
            raise BadQuery(f"unknown option {flag}", "", "? lists those there are")
        if not option.metavar:
            found[option.name] = True
            if value is not None and word.startswith("--"):
                raise BadQuery(flag, "takes no value")
            if value:
                left.insert(0, f"-{value}")  # -nq is -n -q
            continue
        if value is None and option.optional:
            found[option.name] = True
            continue
        if value is None and not left:
            raise BadQuery(flag, f"needs a value: {option.help}")
        found[option.name] = left.pop(0) if value is None else value
    four, six = bool(found.pop("four", False)), bool(found.pop("six", False))
    numeric = bool(found.pop("numeric", False))
    return Given(found, tuple(plain), 0 if four == six else 4 if four else 6, numeric)


def _parted(word: str) -> tuple[str, str | None]:
    """Return an option and the value that is written in one with it, None where there is none."""
    if word.startswith("--"):
        flag, sign, value = word.partition("=")
        return flag, value if sign else None
    return word[:2], word[2:] or None
