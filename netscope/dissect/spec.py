"""What is known of a field before any packet is read: its name, label, kind, bits and words for its values.

Kinds: ``u8`` .. ``u64`` and ``i8`` .. ``i64`` numbers (big-endian), with a suffix for how they print: none decimal,
``x`` hexadecimal, ``xd`` and ``dx`` both; ``b8`` .. ``b32`` flags, the number being how many bits are drawn; ``ip4``,
``ip6``, ``mac`` addresses; ``bytes``, ``str``; ``none`` for what has no value; ``span`` seconds.
"""

from __future__ import annotations

import time
from functools import lru_cache

from netscope.core.inet import AF_INET6, inet_ntop
from netscope.core.typed import Any, Callable
from netscope.dissect.model import Field, Value

SET = ("Set", "Not set")
YES = ("Yes", "No")

_MOST_KEPT = 4096
_MOST_BYTES = 36  # of a value in its line; Wireshark stops there too

NAMES: set[str] = set()  # of all fields that the dissectors imported so far may make

_new: Any = tuple.__new__  # a named tuple's own way of being made costs twice as much


@lru_cache(maxsize=65536)
def ip4(raw: bytes) -> str:
    """Return an IPv4 address as text. Raises ValueError."""
    a, b, c, d = raw
    return f"{a}.{b}.{c}.{d}"


@lru_cache(maxsize=65536)
def ip6(raw: bytes) -> str:
    """Return an IPv6 address as text. Raises ValueError."""
    return inet_ntop(AF_INET6, raw)


@lru_cache(maxsize=65536)
def mac(raw: bytes) -> str:
    """Return a link-layer address as text."""
    return raw.hex(":")


def when(seconds: int, nanoseconds: int, form: str = "%b %e, %Y %H:%M:%S", zone: str = "") -> str:
    """Return a moment as Wireshark writes it, to the nanosecond."""
    clock = _clock(seconds, form, zone)
    return f"{clock[0]}.{nanoseconds:09d} {clock[1]}" if clock[1] else clock[0]


@lru_cache(maxsize=256)
def _clock(seconds: int, form: str, zone: str) -> tuple[str, str]:
    try:
        parts = time.gmtime(seconds) if zone else time.localtime(seconds)
    except (OverflowError, ValueError, OSError):
        return "Not representable", ""
    return time.strftime(form, parts), zone or time.strftime("%Z", parts)


def span(nanoseconds: int) -> str:
    """Return a span of time in seconds, to the nanosecond."""
    if 0 <= nanoseconds < 1_000_000_000:
        return f"0.{nanoseconds:09d}"
    sign = "-" if nanoseconds < 0 else ""
    seconds, rest = divmod(abs(nanoseconds), 1_000_000_000)
    return f"{sign}{seconds}.{rest:09d}"


def joined(raw: bytes) -> str:
    """Return bytes as their line in the tree has them."""
    return raw.hex() if len(raw) <= _MOST_BYTES else raw[:_MOST_BYTES].hex() + "…"


def decoded(raw: bytes) -> str:
    """Return bytes as text: UTF-8, what is none of it replaced."""
    return raw.decode("utf-8", "replace")


def drawn(mask: int, bits: int) -> Callable[[int], str]:
    """Return how a value in the bits of a mask is drawn: ``.1.. ....``."""
    places = [index for index in range(bits) if mask >> (bits - 1 - index) & 1]
    if not places:
        return lambda value: ""
    lowest = bits - 1 - places[-1]
    where = [bits - 1 - place - lowest for place in places]

    def draw(value: int) -> str:
        cells = ["."] * bits
        for place, bit in zip(places, where, strict=True):
            cells[place] = "1" if value >> bit & 1 else "0"
        return " ".join("".join(cells[at : at + 4]) for at in range(0, bits, 4)) + " = "

    return draw


def named(name: str) -> str:
    """Declare a field that is made without a Spec, as remarks are, and return its name."""
    NAMES.add(name)
    return name


class Spec:
    """One kind of field.

    Attributes:
        name, label: Wireshark's.
        kind: see the module.
        size: how many bytes it takes; 0 where each one has its own length.
        mask, shift: the bits it takes of them.
        generated: it is worked out, not read; with ``nowhere`` it lies in no bytes at all.
        line: what makes its line from its value, where label and value are not all of it.
        pairs: show and text of the values that came by lately.
    """

    __slots__ = (
        "_draw", "base", "digits", "generated", "hidden", "kind", "label", "line", "mask", "name", "names", "pairs",
        "shift", "size", "unit",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        label: str,
        kind: str,
        mask: int = 0,
        names: Any = None,
        unit: str = "",
        hidden: bool = False,
        size: int = 0,
        line: Callable[[Any], str] | None = None,
        generated: bool = False,
        nowhere: bool = False,
    ) -> None:
        self.name = named(name)
        self.line = line
        self.label = label
        self.names = names
        self.unit = unit
        self.mask = mask
        self.hidden = hidden
        self.generated = generated or nowhere
        self.shift = (mask & -mask).bit_length() - 1 if mask else 0
        self.pairs: dict[Any, tuple[str, str]] = {}
        self.base = kind.lstrip("uib0123456789") if kind[0] in "ui" and kind[1].isdigit() else ""
        digits = kind[1:].rstrip("xd")
        bits = int(digits) if kind[0] in "uib" and digits.isdigit() else 0
        self.kind = kind[0] if bits else kind
        self.size = 0 if nowhere else size or (bits + 7) // 8 or {"ip4": 4, "ip6": 16, "mac": 6}.get(kind, 0)
        self.digits = (bits + 7) // 8 * 2
        self._draw = drawn(mask, bits)

    def __repr__(self) -> str:
        return f"Spec({self.name!r}, {self.label!r}, {self.kind!r})"

    def read(self, data: bytes, start: int, length: int) -> Value:
        """Return the value in these bytes, which are there."""
        kind = self.kind
        if kind == "u":
            value = int.from_bytes(data[start : start + length], "big")
            return (value & self.mask) >> self.shift if self.mask else value
        if kind == "b":
            whole = int.from_bytes(data[start : start + length], "big")
            return bool(whole & self.mask) if self.mask else bool(whole)
        raw = data[start : start + length]
        if kind == "i":
            return int.from_bytes(raw, "big", signed=True)
        return _READ[kind](raw)

    def pair(self, value: Any) -> tuple[str, str]:
        """Return what a value shows, and its line."""
        made = self._number(value) if self.kind in "uib" else self._other(value)
        if self.line is not None:
            made = made[0], self.line(value)
        if len(self.pairs) >= _MOST_KEPT:
            self.pairs.clear()
        if not isinstance(value, (bytes, float)):
            self.pairs[value] = made
        return made

    def _number(self, value: int) -> tuple[str, str]:
        bits = self._draw(value)
        if self.kind == "b":
            true, false = self.names or ("True", "False")
            return ("1" if value else "0"), f"{bits}{self.label}: {true if value else false}"
        show, also = str(value), ""
        if self.base:
            digits = f"0x{value & (1 << 4 * self.digits) - 1:0{self.digits}x}"
            show, also = (digits, show) if self.base[0] == "x" else (show, digits)
        line = f"{show} ({also})" if len(self.base) == 2 else show
        if self.names is not None:
            word = self.names(value) if callable(self.names) else self.names.get(value)
            line = f"{word or 'Unknown'} ({show})"
        return show, f"{bits}{self.label}: {line}{self.unit}"

    def _other(self, value: Any) -> tuple[str, str]:
        kind = self.kind
        if kind == "bytes":
            return value.hex(":") if len(value) > 1 else value.hex(), f"{self.label}: {joined(value) or '<MISSING>'}"
        if kind == "none":
            return "", self.label
        if kind == "span":
            show = span(round(value * 1e9))
            return show, f"{self.label}: {show} seconds"
        return str(value), f"{self.label}: {value}{self.unit}"

    def field(
        self,
        value: Any,
        start: int,
        length: int = -1,
        buffer: int = 0,
        *,
        text: str | None = None,
        show: str | None = None,
        children: tuple[Field, ...] = (),
        hidden: bool = False,
        generated: bool = False,
    ) -> Field:
        """Return a field of this kind. ``text`` and ``show`` stand in for what would be made of the value."""
        if text is None or show is None:
            shown, line = self.pairs.get(value) or self.pair(value)
            text, show = line if text is None else text, shown if show is None else show
        made: Field = _new(
            Field,
            (
                self.name, value, show, text, start, self.size if length < 0 else length, self.mask, children,
                hidden or self.hidden, generated or self.generated, buffer,
            ),
        )  # fmt: skip
        return made


_READ: dict[str, Callable[[bytes], Value]] = {
    "ip4": ip4, "ip6": ip6, "mac": mac, "bytes": bytes, "str": decoded, "none": lambda raw: None,
}  # fmt: skip

Row = tuple[Spec, int, int, tuple[Any, ...]]  # what, which of the unpacked values, how far from the start, rows below


_subtrees: dict[tuple[int, int, int, int], Field] = {}


def rows(table: tuple[Row, ...], values: tuple[Any, ...], start: int, buffer: int) -> list[Field]:
    """Return the fields of a fixed header from its unpacked values.

    A field with others below, which are its bits, is kept: the same flags at the same place make the same fields.
    """
    made: list[Field] = []
    for spec, index, offset, below in table:
        value = values[index]
        if spec.mask:
            value = (value & spec.mask) >> spec.shift
        if below:
            key = (id(spec), value, start, buffer)
            known = _subtrees.get(key)
            if known is None:
                if len(_subtrees) >= _MOST_KEPT:
                    _subtrees.clear()
                children = tuple(rows(below, values, start, buffer))
                known = _subtrees[key] = spec.field(value, start + offset, spec.size, buffer, children=children)
            made.append(known)
            continue
        show, text = spec.pairs.get(value) or spec.pair(value)
        made.append(
            _new(
                Field,
                (
                    spec.name, value, show, text, start + offset, spec.size, spec.mask, (), spec.hidden,
                    spec.generated, buffer,
                ),
            )
        )  # fmt: skip
    return made
