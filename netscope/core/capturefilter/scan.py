"""A capture filter's text -> tokens.

The longest token wins, and among equally long ones the first of: an address, a number, a keyword, a name. That is why
``1.2.3.4`` is an address, ``1.2.3.4.example`` a name, ``tcp`` a keyword, ``\\tcp`` a name, and ``aabbccddeeff`` an
Ethernet address.
"""

from __future__ import annotations

import re
import socket
from typing import Literal, NamedTuple

from netscope.core.capturefilter.errors import FilterSyntaxError
from netscope.core.capturefilter.words import JOINTS, KEYWORDS, NUMBERS, SYNONYMS
from netscope.core.text import printable

Kind = Literal["word", "name", "number", "ipv4", "ipv6", "ether", "arcnet", "op", "end"]


class Token(NamedTuple):
    """One token. ``text`` of keywords and operators is their usual spelling, of names that without a backslash."""

    kind: Kind
    text: str
    value: int
    start: int
    end: int


_NUMBER = "(?:0[xX][0-9A-Fa-f]+|[0-9]+)"
_PAIR = "[0-9A-Fa-f]{1,2}"
_QUAD = "[0-9A-Fa-f]{4}"
_MAC = "|".join(
    [
        *(rf"{_PAIR}(?:{mark}{_PAIR}){{5}}" for mark in (":", "-", r"\.")),
        rf"{_QUAD}(?:\.{_QUAD}){{2}}",
        "[0-9A-Fa-f]{12}",
    ]
)
_V4 = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}\.{_NUMBER}")
_HEX_RUN = re.compile("[0-9A-Fa-f]+")

_SPACE = re.compile(r"[ \r\n\t]*")
_NAME = re.compile(r"[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?")
_ESCAPED = re.compile(r"\\([^ !()\n\t]+)")
_OPERATOR = re.compile(r">=|<=|!=|==|<<|>>|&&|\|\||[-+*/%:\[\]!<>()&|^=]")
_ARCNET = re.compile(rf"\${_PAIR}")
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("ether", re.compile(_MAC)),
    ("number", re.compile(_NUMBER)),
    ("ipv4", re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{1,3}}")),
)
_MAYBE_V6 = re.compile("[0-9A-Fa-f]{0,4}:")
_BROKEN_MAC = re.compile(rf"{_PAIR}:+(?:{_PAIR}:+)+")
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")


def tokens(text: str) -> list[Token]:
    """Split a filter; the last token is of kind ``end``. Raises FilterSyntaxError for what is no token."""
    found = []
    place = _space(text, 0)
    while place < len(text):
        token = _token(text, place)
        found.append(token)
        place = _space(text, token.end)
    found.append(Token("end", "", 0, len(text), len(text)))
    return found


def _space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    assert match is not None  # it matches nothing as well
    return match.end()


def _token(text: str, place: int) -> Token:
    first = text[place]
    name = _NAME.match(text, place)
    end = name.end() if name else place
    if first in _HEXADECIMAL or first == ":":
        special = _special(text, place, end)
        if special is not None:
            return special
    if name:
        return _named(name[0], place, end)
    if first == "\\" and (match := _ESCAPED.match(text, place)):
        return Token("name", match[1], 0, place, match.end())
    if first == "$" and (match := _ARCNET.match(text, place)):
        return Token("arcnet", match[0], 0, place, match.end())
    if match := _OPERATOR.match(text, place):
        word = match[0]
        if word in JOINTS:
            return Token("word", JOINTS[word], 0, place, match.end())
        return Token("op", "=" if word == "==" else word, 0, place, match.end())
    raise FilterSyntaxError(f"{printable(first)!r} has no meaning in a capture filter", text, place, place + 1)


def _named(word: str, place: int, end: int) -> Token:
    if word in KEYWORDS:
        if word == "not":
            return Token("op", "!", 0, place, end)
        return Token("word", SYNONYMS.get(word, word), 0, place, end)
    if word in NUMBERS:
        return Token("number", word, NUMBERS[word], place, end)
    return Token("name", word, 0, place, end)


def _special(text: str, place: int, at_least: int) -> Token | None:
    """Return the address or number here, unless a name, which ends at ``at_least``, is longer."""
    kind: Kind | None = None
    end = place
    for candidate, pattern in _PATTERNS:
        match = pattern.match(text, place)
        if match and match.end() > end:
            kind, end = candidate, match.end()
    if _MAYBE_V6.match(text, place):
        stop = _v6_end(text, place)
        if stop > end:
            kind, end = "ipv6", stop
        broken = _BROKEN_MAC.match(text, place)
        if broken and broken.end() > max(end, at_least):
            word = broken[0]
            mend = "an Ethernet address has six parts: 00:11:22:33:44:55"
            raise FilterSyntaxError(f"{word!r} is no address", text, place, broken.end(), mend)
    if kind is None or end < at_least:
        return None
    word = text[place:end]
    if kind == "number":
        return Token(kind, word, _number(text, word, place, end), place, end)
    if kind == "ipv6":
        try:
            socket.inet_pton(socket.AF_INET6, word)
        except OSError:
            raise FilterSyntaxError(f"{word!r} is no IPv6 address", text, place, end) from None
    return Token(kind, word, 0, place, end)


def _number(text: str, word: str, place: int, end: int) -> int:
    """Return the value of a number: 0x is hexadecimal, a leading 0 octal."""
    if word[:2] in ("0x", "0X"):
        value = int(word, 16)
    elif word[0] == "0":
        if "8" in word or "9" in word:
            mend = "a number that begins with 0 is octal"
            raise FilterSyntaxError(f"{word!r} has digits that are not octal", text, place, end, mend)
        value = int(word, 8)
    elif len(word) > 10:
        value = 1 << 32
    else:
        value = int(word)
    if value >= 1 << 32:
        raise FilterSyntaxError(f"{word if len(word) < 40 else 'this'} is more than 32 bits can hold", text, place, end)
    return value


def _v6_end(text: str, place: int) -> int:
    """Return where the longest text that looks like an IPv6 address ends; ``place`` where there is none.

    Eight groups, or fewer with one gap ``::``; the last two may be written as an IPv4 address.
    """
    best, groups, gap = place, 0, False
    if text.startswith("::", place):
        place += 2
        best, gap = place, True
    while True:
        match = _HEX_RUN.match(text, place)
        digits = match.end() - place if match else 0
        if digits and (groups <= 6 if gap else groups == 7):
            best = place + min(digits, 4)
        if (groups <= 5 if gap else groups == 6) and (tail := _V4.match(text, place)):
            best = max(best, tail.end())
        place += digits
        groups += 1
        if not 1 <= digits <= 4 or groups > 7 or not text.startswith(":", place):
            return best
        place += 1
        if text.startswith(":", place):
            if gap:
                return best
            place += 1
            best, gap = place, True
