"""Tokens of a capture filter -> its tree.

filter    =  [ expr ]
expr      =  term { ("and" | "or") ( term | id ) }             both bind alike, from the left
term      =  { "not" } ( head id | "(" expr ")" | protocol | relation | keyword ... )
head      =  [protocol] ( direction [type] | type | "proto" | "protochain" | "gateway" )
id        =  { "not" } ( name | number | address | "(" ids ")" )
ids       =  id { ("and" | "or") id }
relation  =  value ( ">" | ">=" | "=" | "<=" | "<" | "!=" ) value
value     =  number | "len" | protocol "[" value [":" size] "]" | value operator value | "-" value | "(" value ")"

An id without a head of its own takes that of the term before it: ``port 80 or 443``. After ``(`` a number may begin an
expression, ids or a value, so that what a group was is known when it is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, NoReturn, TypeAlias

from netscope.core.capturefilter import words
from netscope.core.capturefilter.errors import FilterSyntaxError
from netscope.core.capturefilter.nodes import (
    Arithmetic,
    Binary,
    Byte,
    Cast,
    Chain,
    Id,
    Joint,
    Length,
    Llc,
    Load,
    Minus,
    Node,
    Not,
    Number,
    Plain,
    Protocol,
    Qualifiers,
    Wlan,
)
from netscope.core.capturefilter.scan import Token
from netscope.core.capturefilter.values import GREEDY, RELATIONS, STRENGTH, ValueParser
from netscope.core.capturefilter.words import SUBTYPE, TYPE, WAY
from netscope.core.text import printable

_VALUES = (Number, Length, Load, Minus, Binary)
_ADDRESSES = frozenset({"name", "ipv4", "ipv6", "ether", "arcnet"})


class _Ids(NamedTuple):
    """A group that held nothing but ids, or a single id."""

    node: Node


_Group: TypeAlias = Arithmetic | _Ids | Node  # what stood in parentheses; a bare Number may still be an id


def parse(text: str) -> Node | None:
    """Return the tree of a filter, or None for an empty one. Raises FilterSyntaxError."""
    parser = _Parser(text)
    if parser.token.kind == "end":
        return None
    return parser.whole()


class _Parser(ValueParser):
    """Reads terms; ``inherited`` is always the head that an id here would take."""

    # Expressions

    def whole(self) -> Node:
        """Read the whole filter."""
        tree, _qualifiers = self.expression(None)
        if self.token.kind != "end":
            self.fail("'and', 'or' or the end")
        return tree

    def expression(self, inherited: Qualifiers | None) -> tuple[Node, Qualifiers | None]:
        """Read an expression; also return the head that an id after it takes."""
        part, qualifiers = self._operand(inherited, ids=False)
        return self._chain(part, qualifiers)

    def _chain(self, first: Node, qualifiers: Qualifiers | None) -> tuple[Node, Qualifiers | None]:
        rest: list[tuple[Joint, Node]] = []
        node = first
        while (word := self._word()) in ("and", "or"):
            self._next()
            node, qualifiers = self._operand(qualifiers, ids=True)
            rest.append(("and" if word == "and" else "or", node))
        return (Chain(first, tuple(rest), first.start, node.end) if rest else first), qualifiers

    def _operand(self, inherited: Qualifiers | None, ids: bool) -> tuple[Node, Qualifiers | None]:
        """Read a term or, where ``ids`` are allowed, an id."""
        start = self.token.start
        negative = self._negations()
        found, qualifiers = self._unnegated(inherited, ids)
        node = found.node if isinstance(found, _Ids) else found
        return (Not(node, start, node.end) if negative else node), qualifiers

    def _negations(self) -> bool:
        negative = False
        while self._is("!"):
            self._next()
            negative = not negative
        return negative

    def _unnegated(self, inherited: Qualifiers | None, ids: bool) -> tuple[_Ids | Node, Qualifiers | None]:
        token = self.token
        if token.kind in _ADDRESSES:
            if not ids:
                self.fail("a qualifier such as 'host', a protocol or a keyword")
            return _Ids(self._id(inherited)), inherited
        if token.kind == "number" or self._is("("):
            found, qualifiers = self._group(inherited, ids) if self._is("(") else (self._plain_number(), inherited)
            if isinstance(found, Number) and not self._is(*STRENGTH, *GREEDY, *RELATIONS):
                if not ids:
                    self.fail("a comparison after the number")
                return _Ids(self._id_number(found, inherited)), inherited
            if isinstance(found, _VALUES):
                return self._relation(found), None
            return found, qualifiers
        return self._term()

    def _group(self, inherited: Qualifiers | None, ids: bool) -> tuple[_Group, Qualifiers | None]:
        """Read from "(" to ")". A value comes back as such, for the arithmetic that may follow."""
        opening = self._next()
        self._deeper()
        start = self.token.start
        negative = self._negations()
        signed = start != self.token.start
        found: _Group
        qualifiers = inherited
        if signed or not (self._begins_value() or self._is("(")):
            found, qualifiers = self._unnegated(inherited, ids)
            if negative:
                node = found.node if isinstance(found, _Ids) else found
                found = _Ids(Not(node, start, node.end)) if isinstance(found, _Ids) else Not(node, start, node.end)
        else:
            found, qualifiers = self._opened(inherited, ids)
        if isinstance(found, _Ids):
            found = self._more_ids(found.node, inherited)
        elif not isinstance(found, _VALUES):
            found, _qualifiers = self._chain(found, qualifiers)
        self._take(")", f"for the '(' at character {opening.start + 1}")
        self._depth -= 1
        return found, inherited

    def _opened(self, inherited: Qualifiers | None, ids: bool) -> tuple[_Group, Qualifiers | None]:
        """Read what a group begins with, where that is a value or another group."""
        found: _Group
        if self._is("("):
            found, _qualifiers = self._group(inherited, ids)
            if isinstance(found, _Ids):
                self.fail("ids without parentheses of their own")
        else:
            found = self._primary()
        if not isinstance(found, _VALUES):
            return found, inherited
        return self._value_in_group(found, inherited, ids), None

    def _value_in_group(self, first: Arithmetic, inherited: Qualifiers | None, ids: bool) -> _Group:
        """Go on after a value that a group began with: a comparison, more ids, or a longer value."""
        if isinstance(first, Number) and (self._word() in ("and", "or")):
            if not ids:
                self.fail("a comparison after the number")
            return _Ids(self._id_number(first, inherited))
        value = self._arithmetic(0, first)
        return self._relation(value) if self._is(*RELATIONS) else value

    def _more_ids(self, first: Node, inherited: Qualifiers | None) -> _Ids:
        rest: list[tuple[Joint, Node]] = []
        node = first
        while (word := self._word()) in ("and", "or"):
            self._next()
            node = self._id(inherited)
            rest.append(("and" if word == "and" else "or", node))
        return _Ids(Chain(first, tuple(rest), first.start, node.end) if rest else first)

    # Ids

    def _id(self, qualifiers: Qualifiers | None) -> Node:
        """Read one id, or several in parentheses."""
        start = self.token.start
        negative = self._negations()
        node = self._plain_id(qualifiers)
        return Not(node, start, node.end) if negative else node

    def _plain_id(self, qualifiers: Qualifiers | None) -> Node:
        token = self.token
        if self._is("("):
            return self._id_group(qualifiers)
        if token.kind == "number":
            return self._id_number(self._plain_number(), qualifiers)
        if token.kind not in _ADDRESSES:
            self.fail("a name, a number or an address")
        self._next()
        prefix, mask, end = None, None, token.end
        if token.kind in ("ipv4", "ipv6") and self._is("/"):
            self._next()
            length = self._number("'/'")
            prefix, end = length.value, length.end
        elif token.kind == "ipv4" and self._word() == "mask":
            self._next()
            if self.token.kind != "ipv4":
                self.fail("a mask such as 255.255.255.0 after 'mask'")
            mask, end = self.token.text, self.token.end
            self._next()
        known = self._qualified(qualifiers, token.start, end)
        return Id(token.kind, token.text, token.value, known, token.start, end, prefix, mask)

    def _id_group(self, qualifiers: Qualifiers | None) -> Node:
        opening = self._next()
        self._deeper()
        if self._is("("):  # no ids in two pairs of parentheses, but a number
            first: Node = self._id_number(self._wrapped_number("'('"), qualifiers)
        else:
            first = self._id(qualifiers)
        found = self._more_ids(first, qualifiers)
        self._take(")", f"for the '(' at character {opening.start + 1}")
        self._depth -= 1
        return found.node

    def _wrapped_number(self, after: str) -> Number:
        """Read a number in any number of parentheses."""
        opened = 0
        while self._is("("):
            self._next()
            opened += 1
        number = self._number(after)
        end = number.end
        for _each in range(opened):
            end = self._take(")", "after the number").end
        return Number(number.value, number.start, end)

    def _id_number(self, number: Number, qualifiers: Qualifiers | None) -> Id:
        known = self._qualified(qualifiers, number.start, number.end)
        return Id("number", self._text[number.start : number.end], number.value, known, number.start, number.end)

    def _qualified(self, qualifiers: Qualifiers | None, start: int, end: int) -> Qualifiers:
        if qualifiers is None:
            word = printable(self._text[start:end])
            mend = "say what it is, such as 'host' or 'port'"
            raise FilterSyntaxError(f"nothing before {word!r} says what it is", self._text, start, end, mend)
        return qualifiers

    # Terms

    def _term(self) -> tuple[Node, Qualifiers | None]:
        token = self.token
        word = self._word()
        if word in words.PROTOCOLS:
            return self._after_protocol()
        if word in words.DIRECTIONS or word in words.TYPES or word in words.OTHER_TYPES:
            return self._headed("", token)
        if word in words.CASTS:
            self._next()
            return Cast(word, "", token.start, token.end), None
        if word == "len" or self._is("-"):
            return self._relation(self._primary()), None
        return self._keyword(word, token), None

    def _after_protocol(self) -> tuple[Node, Qualifiers | None]:
        token = self._next()
        proto = words.PROTOCOLS[token.text]
        word = self._word()
        if self._is("["):
            return self._relation(self._load(proto, token)), None
        if word in words.CASTS:
            return Cast(word, proto, token.start, self._next().end), None
        if word in words.DIRECTIONS or word in words.TYPES or word in words.OTHER_TYPES:
            return self._headed(proto, token)
        if word in words.WLAN:
            return self._wlan(word), None
        return Protocol(proto, token.start, token.end), None

    def _headed(self, proto: str, start: Token) -> tuple[Node, Qualifiers | None]:
        """Read the rest of a head, and its id."""
        direction = kind = ""
        if self._word() in words.DIRECTIONS:
            direction = words.DIRECTIONS[self._next().text]
            if direction in ("src", "dst") and self._word() in ("and", "or"):
                joint = self._next().text
                other = "dst" if direction == "src" else "src"
                if self._word() != other:
                    self.fail(f"{other!r} after '{direction} {joint}'")
                self._next()
                direction = joint
            if self._word() in words.TYPES:
                kind = self._next().text
        else:
            kind = self._next().text
        qualifiers = Qualifiers(proto, direction, kind)
        node = self._id(qualifiers)
        if isinstance(node, Id):
            node = node._replace(start=start.start)
        return node, qualifiers

    def _keyword(self, word: str, token: Token) -> Node:
        if word in words.ALONE:
            self._next()
            return Plain(word, None, token.start, token.end)
        if word in words.WITH_NUMBER:
            self._next()
            number = self._number(f"{word!r}")
            return Plain(word, number.value, token.start, number.end)
        if word in words.MAYBE_NUMBER:
            self._next()
            return self._maybe_numbered(word, token)
        if word == "byte":
            return self._byte(token)
        if word == "llc":
            return self._llc(token)
        if word in words.WLAN:
            return self._wlan(word)
        if word in words.FOREIGN:
            self._foreign(word)
        return self.fail("a qualifier such as 'host', a protocol or a keyword")

    def _foreign(self, word: str) -> NoReturn:
        token = self.token
        what = f"{word!r} is for {words.FOREIGN[word]} captures only"
        raise FilterSyntaxError(what, self._text, token.start, token.end)

    def _wlan(self, word: str) -> Wlan:
        """Read ``type``, ``subtype`` or ``dir``, and what stands behind."""
        start = self._next().start
        if word in ("dir", "direction"):
            value, end = self._wlan_value(words.WLAN_WAYS, "nods, tods, fromds or dstods", 0xFFFFFFFF)
            return Wlan(word, 1, value, WAY, start, end)
        if word == "subtype":
            known = {name: sort | sub for sort, some in words.WLAN_SUBTYPES.items() for name, sub in some.items()}
            value, end = self._wlan_value(known, "a subtype such as beacon", None)
            return Wlan(word, 0, value, TYPE | SUBTYPE, start, end)
        value, end = self._wlan_value(words.WLAN_TYPES, "mgt, ctl or data", TYPE)
        if self._word() != "subtype":
            return Wlan(word, 0, value, TYPE, start, end)
        self._next()
        names = words.WLAN_SUBTYPES.get(value, {})
        sub, end = self._wlan_value(names, f"a subtype of that type ({', '.join(names)})", SUBTYPE)
        return Wlan(word, 0, value | sub, TYPE | SUBTYPE, start, end)

    def _wlan_value(self, names: Mapping[str, int], what: str, mask: int | None) -> tuple[int, int]:
        """Read a name, or a number within a mask where there is one; return its value and its end."""
        token = self.token
        if mask is not None and token.kind == "number":
            number = self._number(what)
            if number.value & ~mask:
                raise FilterSyntaxError(f"expected {what}, or its number", self._text, number.start, number.end)
            return number.value, number.end
        name = token.text.lower()
        if token.kind != "name" or name not in names:
            self.fail(what)
        self._next()
        return names[name], token.end

    def _maybe_numbered(self, word: str, token: Token) -> Plain:
        if self.token.kind != "number" and not self._is("("):
            return Plain(word, None, token.start, token.end)
        number = self._wrapped_number(f"{word!r}")
        return Plain(word, number.value, token.start, number.end)

    def _byte(self, token: Token) -> Byte:
        self._next()
        place = self._number("'byte'")
        if not self._is("&", "|", "<", ">", "="):
            self.fail("one of & | < > = after the byte's place")
        operator = self._next().text
        value = self._number(repr(operator))
        return Byte(place.value, operator, value.value, token.start, value.end)

    def _llc(self, token: Token) -> Llc:
        self._next()
        kind = self.token
        if kind.kind == "word" and kind.text in ("rnr", "rulenum"):  # one of them is a keyword of PF logs, too
            self._next()
            return Llc("rnr", token.start, kind.end)
        if kind.kind != "name":
            return Llc("", token.start, token.end)
        name = kind.text.lower() if kind.text.isascii() else kind.text
        if name not in ("i", "s", "u") and name not in words.LLC_S and name not in words.LLC_U:
            self.fail("i, s, u, rr, rnr, rej, ui, ua, disc, dm, sabme, test, xid or frmr after 'llc'")
        self._next()
        return Llc(name, token.start, kind.end)
