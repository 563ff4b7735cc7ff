"""The words of the filter language and how they combine: text -> tree, without knowing what a field means.

expression  =  term { "or" term }
term        =  factor { ["and"] factor }
factor      =  { "not" } ( "(" expression ")" | test | word | "quoted text" | /regular expression/ )
test        =  field operator ( value | "quoted value" | /regular expression/ )
operator    =  ":"  "="  "!="  "<"  "<="  ">"  ">="  "~"  "!~"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from netscope.core.filtererror import FilterError


class Word(NamedTuple):
    """A text or a regular expression to be found anywhere in a row."""

    value: str
    regex: bool
    quoted: bool
    start: int
    end: int


class Comparison(NamedTuple):
    """A field compared with a value."""

    field: str
    operator: str
    value: str
    regex: bool
    quoted: bool
    start: int
    value_start: int
    end: int


class Not(NamedTuple):
    """What the part does not match."""

    part: Node


class And(NamedTuple):
    """What all parts match."""

    parts: tuple[Node, ...]


class Or(NamedTuple):
    """What one of the parts matches."""

    parts: tuple[Node, ...]


Node: TypeAlias = Word | Comparison | Not | And | Or

DEEPEST = 50  # parentheses; well below the interpreter's recursion limit

_SPACE = re.compile(r"\s*")
_FIELD = re.compile(r"([A-Za-z_][\w.-]*?)\s*(!=|!~|==|=~|<=|>=|[:=<>~])\s*")
_KEYWORD = re.compile(r"(and|or|not)(?=[\s()\"']|$)", re.IGNORECASE)
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)+)/(?=[\s)]|$)", re.DOTALL)
_ADDRESS = re.compile(r"\[?[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]?([%/:][^\s()]*)?(?=[\s()]|$)")
_SAME = {"==": "=", "=~": "~"}


def parse(text: str, known: Callable[[str], bool]) -> Node | None:
    """Return the tree of a filter, None for an empty one. Raises FilterError.

    ``known`` tells which words are fields: what looks like a field but is an address (``fe80::1``) is a word.
    """
    parser = _Parser(text, known)
    if parser.at_end():
        return None
    tree = parser.expression(0)
    if not parser.at_end():
        raise FilterError("this ')' closes nothing", text, parser.position, parser.position + 1)
    return tree


class _Parser:
    def __init__(self, text: str, known: Callable[[str], bool]) -> None:
        self.text = text
        self.known = known
        self.position = 0

    def at_end(self) -> bool:
        self._skip()
        return self.position >= len(self.text)

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.position)
        assert found is not None
        self.position = found.end()

    def _keyword(self) -> str:
        self._skip()
        found = _KEYWORD.match(self.text, self.position)
        return found[1].lower() if found else ""

    def _error(self, what: str, start: int, end: int, mend: str = "") -> FilterError:
        return FilterError(what, self.text, start, end, mend)

    def expression(self, depth: int) -> Node:
        parts = [self._term(depth)]
        while self._keyword() == "or":
            self.position += 2
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _term(self, depth: int) -> Node:
        parts = [self._factor(depth)]
        while True:
            keyword = self._keyword()
            if keyword == "or" or self.at_end() or self.text[self.position] == ")":
                return parts[0] if len(parts) == 1 else And(tuple(parts))
            if keyword == "and":
                self.position += 3
            parts.append(self._factor(depth))

    def _factor(self, depth: int) -> Node:
        negated = False
        while (keyword := self._keyword()) == "not":
            self.position += 3
            negated = not negated
        start = self.position
        if self.at_end():
            raise self._error("something to look for is missing here", start, start)
        if keyword:
            raise self._error(f"{keyword!r} has nothing before it", start, start + len(keyword), "quote it as a word")
        if self.text[start] == "(":
            part = self._group(start, depth)
        elif self.text[start] == ")":
            raise self._error("something to look for is missing before this ')'", start, start + 1)
        else:
            part = self._leaf(start)
        return Not(part) if negated else part

    def _group(self, start: int, depth: int) -> Node:
        if depth >= DEEPEST:
            raise self._error(f"more than {DEEPEST} parentheses inside each other", start, start + 1)
        self.position = start + 1
        part = self.expression(depth + 1)
        if self.at_end():
            raise self._error("this '(' is not closed", start, start + 1)
        self.position += 1
        return part

    def _leaf(self, start: int) -> Node:
        found = _FIELD.match(self.text, start)
        if found and (self.known(found[1]) or not _ADDRESS.match(self.text, start)):
            value_start = self.position = found.end()
            operator = _SAME.get(found[2], found[2])
            value, regex, quoted = self._value(pattern="~" in operator, equals=operator in ":=!=")
            if not value and not quoted:
                raise self._error(f"a value is missing after {found[2]!r}", found.start(2), value_start)
            return Comparison(found[1], operator, value, regex, quoted, start, value_start, self.position)
        value, regex, quoted = self._value(pattern=False, equals=True)
        return Word(value, regex, quoted, start, self.position)

    def _value(self, *, pattern: bool, equals: bool) -> tuple[str, bool, bool]:
        """Read a value: (text, whether it is a regular expression, whether it was quoted)."""
        start = self.position
        if start < len(self.text) and self.text[start] in "\"'":
            found = _QUOTED.match(self.text, start)
            if not found:
                raise self._error("this quote is not closed", start, len(self.text))
            self.position = found.end()
            body = found[1] if found[1] is not None else found[2]
            return re.sub(r"\\([\"'\\])", r"\1", body), pattern, True
        found = _REGEX.match(self.text, start) if pattern or equals else None
        if found:
            self.position = found.end()
            return found[1].replace("\\/", "/"), True, False
        self.position = self._run_end(start)
        return self.text[start : self.position], pattern, False

    def _run_end(self, start: int) -> int:
        """Return where a bare word ends: at a blank, or at a parenthesis that closes one from before it."""
        depth = 0
        for position in range(start, len(self.text)):
            char = self.text[position]
            if char.isspace():
                return position
            depth += (char == "(") - (char == ")")
            if depth < 0:
                return position
        return len(self.text)
