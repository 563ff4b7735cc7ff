"""Columns: what a record's fields are called, and how each is shown, sorted and exported.

A record is an immutable object (a NamedTuple as a rule) that carries raw values. All that a table, a filter, a CSV
file or the details view needs to know of a field is said once, in its :class:`Column`.
"""

from __future__ import annotations

from netscope.core.typed import Any, Callable, Collection, Literal, NamedTuple, Protocol, Sequence

Kind = Literal["text", "integer", "number", "bytes", "rate", "bitrate", "seconds", "address", "port", "flag", "list"]


class Names(Protocol):
    """Names for numbers, as the user wants them at the moment (the ``n`` key, the ``-n`` flag)."""

    @property
    def numeric(self) -> bool:
        """Whether numbers are wanted as numbers."""

    @property
    def lends(self) -> bool:
        """Whether addresses are to be shown by their names, where these are known."""

    def host(self, address: str) -> str:
        """Return the name of an address, "" where none is known. Asks nobody, and waits for nobody."""

    def service(self, port: int, protocol: str) -> str:
        """Return the service name of a port, or its digits (services(5))."""

    def ports(self, name: str) -> Collection[int]:
        """Return the ports, of any protocol, that a service name or alias stands for; none for an unknown name."""


class Column(NamedTuple):
    """One field of a record.

    Attributes:
        name: the JSON key; a dot leads into a nested object (``tcp_info.rtt``).
        title: the heading, as the classic tool spells it.
        value: record -> raw value (None when absent). Filters and sorting use this.
        kind: how the value compares, aligns and is formatted by default.
        help: one line for help and details.
        text: (record, names) -> what is shown; ``None`` means :func:`netscope.core.text.format_value` of the value.
            It may return anything that came from outside: whoever prints it calls ``printable`` on it.
        group: the heading under which the details view puts it.
        shown: whether a table shows it unless told otherwise.
        width: the width below which it is not squeezed; 0 lets the content decide.
        rank: 0 is dropped last when the terminal is narrow, 9 first.
        flex: may take what room is left.
        aliases: other words by which a filter may name it.
        texts: the same as ``text`` for many records at once, where that is faster.
        cut: where a text that is too long loses: at its end, or in the middle, where its end says as much (a port).
    """

    name: str
    title: str
    value: Callable[[Any], Any]
    kind: Kind = "text"
    help: str = ""
    text: Callable[[Any, Names], str] | None = None
    group: str = ""
    shown: bool = True
    width: int = 0
    rank: int = 5
    flex: bool = False
    aliases: tuple[str, ...] = ()
    texts: Callable[[Sequence[Any], Names], list[str]] | None = None
    cut: Literal["end", "middle"] = "end"

    @property
    def numeric(self) -> bool:
        """Whether values are numbers, hence right-aligned and sorted as numbers."""
        return self.kind in NUMERIC


NUMERIC: frozenset[Kind] = frozenset({"integer", "number", "bytes", "rate", "bitrate", "seconds", "port"})


class Section(NamedTuple):
    """One titled group of the details view: (label, text) rows, unescaped."""

    title: str
    rows: Sequence[tuple[str, str]]
