"""The arithmetic of capture filters, and the tokens' reader under it: ``tcp[12] >> 4 * 2``.

``|`` binds least, then ``&``, shifts, ``+ -``, ``* /``, and the sign most. ``%`` and ``^`` have no strength of their
own: on the right of one stands all that follows, and no operator on their left keeps anything from them.
"""

from __future__ import annotations

from typing import NoReturn

from netscope.core.capturefilter import words
from netscope.core.capturefilter.errors import FilterSyntaxError
from netscope.core.capturefilter.nodes import Arithmetic, Binary, Length, Load, Minus, Number, Relation
from netscope.core.capturefilter.scan import Token, tokens
from netscope.core.spelling import closest
from netscope.core.text import printable

_DEPTH = 60  # how deep parentheses and signs may be nested: Python's own stack is the limit
_SHOWN = 60  # characters of a word that an error repeats
_SIGN = 6  # the strength of a sign
STRENGTH = {"|": 1, "&": 2, "<<": 3, ">>": 3, "+": 4, "-": 4, "*": 5, "/": 5}
GREEDY = frozenset("%^")
RELATIONS = frozenset({">", ">=", "=", "<=", "<", "!="})


class ValueParser:
    """Reads tokens from the left. ``token`` is the next one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._place = 0
        self._depth = 0
        self.token = self._tokens[0]

    def fail(self, expected: str) -> NoReturn:
        """Raise the FilterSyntaxError that says that something else should stand here."""
        token = self.token
        if token.kind == "end":
            raise FilterSyntaxError(f"expected {expected}, but here is the end", self._text, token.start, token.end)
        word = printable(self._text[token.start : min(token.end, token.start + _SHOWN)])
        mend = ""
        if token.kind == "name" and len(token.text) < _SHOWN:
            close = closest(token.text, sorted(words.KEYWORDS - words.FOREIGN.keys()))
            mend = f"did you mean {' or '.join(close)}?" if close else ""
        raise FilterSyntaxError(f"expected {expected}, not {word!r}", self._text, token.start, token.end, mend)

    def _next(self) -> Token:
        token = self.token
        self._place += 1
        self.token = self._tokens[self._place]
        return token

    def _is(self, *operators: str) -> bool:
        return self.token.kind == "op" and self.token.text in operators

    def _word(self) -> str:
        return self.token.text if self.token.kind == "word" else ""

    def _take(self, operator: str, where: str) -> Token:
        if not self._is(operator):
            self.fail(f"{operator!r} {where}")
        return self._next()

    def _number(self, after: str) -> Token:
        if self.token.kind != "number":
            self.fail(f"a number after {after}")
        return self._next()

    def _begins_value(self) -> bool:
        """Tell whether a number, a length, bytes of a protocol or a sign comes next: not what it will be part of."""
        if self.token.kind == "number" or self._is("-") or self._word() == "len":
            return True
        after = self._tokens[min(self._place + 1, len(self._tokens) - 1)]
        return self._word() in words.PROTOCOLS and after.kind == "op" and after.text == "["

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEPTH:
            token = self.token
            raise FilterSyntaxError(f"nested more than {_DEPTH} deep", self._text, token.start, token.end)

    def _plain_number(self) -> Number:
        token = self._next()
        return Number(token.value, token.start, token.end)

    def _relation(self, first: Arithmetic) -> Relation:
        left = self._arithmetic(0, first)
        if not self._is(*RELATIONS):
            self.fail("one of > >= = <= < != to compare the value with")
        operator = self._next().text
        right = self._arithmetic(0, self._primary())
        return Relation(operator, left, right, left.start, right.end)

    def _arithmetic(self, least: int, left: Arithmetic) -> Arithmetic:
        """Go on after a value, with all operators that bind at least so strongly."""
        while self.token.kind == "op":
            operator = self.token.text
            strength = STRENGTH.get(operator, 0)
            if strength < max(least, 1) and operator not in GREEDY:
                break
            self._next()
            self._deeper()
            right = self._arithmetic(strength + 1 if strength else 0, self._primary())
            self._depth -= 1
            left = Binary(operator, left, right, left.start, right.end)
        return left

    def _primary(self) -> Arithmetic:
        token = self.token
        word = self._word()
        if token.kind == "number":
            return self._plain_number()
        if word == "len":
            self._next()
            return Length(token.start, token.end)
        if word in words.PROTOCOLS:
            self._next()
            return self._load(words.PROTOCOLS[word], token)
        if self._is("-"):
            self._next()
            self._deeper()
            part = self._arithmetic(_SIGN, self._primary())
            self._depth -= 1
            return Minus(part, token.start, part.end)
        if self._is("("):
            self._next()
            self._deeper()
            value = self._arithmetic(0, self._primary())
            self._take(")", "after the value")
            self._depth -= 1
            return value
        return self.fail("a number, 'len', a protocol with [ ], or a value in parentheses")

    def _load(self, proto: str, token: Token) -> Load:
        self._take("[", "after the protocol")
        self._deeper()
        index = self._arithmetic(0, self._primary())
        self._depth -= 1
        size = 1
        if self._is(":"):
            self._next()
            number = self._number("':'")
            size = number.value
        end = self._take("]", "after the offset").end
        return Load(proto, index, size, token.start, end)
