"""The tree of a capture filter, as the parser makes it. ``start`` and ``end`` are places in its text (characters)."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Joint = Literal["and", "or"]


class Qualifiers(NamedTuple):
    """What stands before an id: ``udp dst port``. "" where nothing was said."""

    proto: str = ""
    direction: str = ""
    type: str = ""


class Id(NamedTuple):
    """A name, number or address, with the qualifiers that it has or inherits.

    Attributes:
        kind: name, number, ipv4, ipv6, ether or arcnet.
        value: the value of a number.
        prefix: the length after a slash.
        mask: what stands after ``mask``.
    """

    kind: str
    text: str
    value: int
    qualifiers: Qualifiers
    start: int
    end: int
    prefix: int | None = None
    mask: str | None = None


class Protocol(NamedTuple):
    """A protocol's name alone: ``tcp``."""

    name: str
    start: int
    end: int


class Cast(NamedTuple):
    """``broadcast`` or ``multicast``, of a protocol or of the link."""

    kind: str
    proto: str
    start: int
    end: int


class Plain(NamedTuple):
    """A keyword with at most one number behind it: ``vlan 5``, ``inbound``, ``less 60``."""

    word: str
    number: int | None
    start: int
    end: int


class Byte(NamedTuple):
    """``byte 12 = 8``: one byte of the link-layer header compared."""

    place: int
    operator: str
    value: int
    start: int
    end: int


class Llc(NamedTuple):
    """``llc``, or one kind of it: ``llc ui``."""

    kind: str
    start: int
    end: int


class Wlan(NamedTuple):
    """``type mgt subtype beacon``, ``dir tods``: bits of one byte of the 802.11 header."""

    word: str
    place: int
    value: int
    mask: int
    start: int
    end: int


class Number(NamedTuple):
    """A number in arithmetic."""

    value: int
    start: int
    end: int


class Length(NamedTuple):
    """``len``: how long the packet is."""

    start: int
    end: int


class Load(NamedTuple):
    """``tcp[expression:size]``."""

    proto: str
    place: Arithmetic
    size: int
    start: int
    end: int


class Minus(NamedTuple):
    """The negative of what follows."""

    part: Arithmetic
    start: int
    end: int


class Binary(NamedTuple):
    """Two values joined by an operator."""

    operator: str
    left: Arithmetic
    right: Arithmetic
    start: int
    end: int


class Relation(NamedTuple):
    """Two values compared."""

    operator: str
    left: Arithmetic
    right: Arithmetic
    start: int
    end: int


class Not(NamedTuple):
    """The opposite."""

    part: Node
    start: int
    end: int


class Chain(NamedTuple):
    """Terms joined by ``and`` and ``or``, which bind alike, from the left."""

    first: Node
    rest: tuple[tuple[Joint, Node], ...]
    start: int
    end: int


Arithmetic: TypeAlias = Number | Length | Load | Minus | Binary
Node: TypeAlias = Id | Protocol | Cast | Plain | Byte | Llc | Wlan | Relation | Not | Chain
