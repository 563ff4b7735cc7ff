"""The declaration of a topic, from which its command, its tab and its JSON are derived."""

from __future__ import annotations

from netscope.core.host import Host
from netscope.core.record import Column, Names, Section
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.typed import Any, Callable, Hashable, Iterable, Mapping, NamedTuple, Protocol, Sequence


class Query(NamedTuple):
    """What is asked of a topic. Hashable: two panes that ask the same thing share one collection.

    Attributes:
        family: 0 for both, 4 or 6.
        live: the caller will ask again and again: collect what rates need, and what came and went in between.
        options: the topic's own options that were given, sorted (name, value) pairs; flags have the value True.
            Besides, ``full`` is set where fields are wanted that the topic's table would not show: in data, by
            ``--fields``, in a filter.
    """

    family: int = 0
    live: bool = False
    options: tuple[tuple[str, Any], ...] = ()

    def option(self, name: str, default: Any = None) -> Any:
        """Return the value of one of the topic's own options."""
        for key, value in self.options:
            if key == name:
                return value
        return default

    def having(self, **options: Any) -> Query:
        """Return this query with options added or replaced; a value of None or False takes one away."""
        merged = {**dict(self.options), **options}
        kept = tuple(sorted((k, v) for k, v in merged.items() if v is not None and v is not False))
        return self._replace(options=kept)


class Option(NamedTuple):
    """A command line option of one topic.

    Attributes:
        flags: as typed, short and long (``("-t", "--tcp")``). None at all: the option takes the plain words that lead
            the command line, before a filter expression begins (``services http ssh``); it is then a ``repeat``.
        name: its key in :class:`Query`.
        help: one line.
        metavar: "" for a flag; otherwise the word for its value in the help.
        optional: the value may be left out (``--watch [SECONDS]``), which counts as True.
        repeat: may be given several times; the value is then a tuple.
        shape: how many values are shaped, "text" or "integer".
    """

    flags: tuple[str, ...]
    name: str
    help: str
    metavar: str = ""
    optional: bool = False
    repeat: bool = False
    shape: str = "text"


class Collector(Protocol):
    """Collects one topic again and again; owns whatever makes the next time cheaper. Used by one thread at a time."""

    def collect(self) -> Snapshot:
        """Look now. Raises NetscopeError only when nothing at all could be read."""

    def close(self) -> None:
        """Release what the collector holds."""


def _same(_before: Snapshot, now: Snapshot) -> Snapshot:
    return now


class Domain(NamedTuple):
    """One topic.

    Attributes:
        name: the one name: module, tab, command, JSON key.
        title: heading of its pane.
        summary: one line for the command's help.
        replaces: the classic commands it answers, most familiar first.
        columns: every field of a record, in order of display.
        key: record -> what identifies it while it lives.
        open: make a collector for a host and a query.
        to_json: record -> its JSON object, raw values.
        schema: the JSON Schema of one record (a function, so that a one-shot command does not pay for it).
        options: its command line options beside the common ones.
        shown: query -> the names of the columns to show; None lets each column's ``shown`` decide.
        report: a text to print instead of a table for this query (``sockets -s``, ``routes --get``), or None.
        rates: (before, now) -> now with its rates filled in, a pure function; applied by the hub on live queries.
        inspect: more to tell about one record, read at the moment of asking.
        plots: names of columns worth a plot in the details view.
        groups: rtnetlink multicast groups (RTNLGRP_*) after whose messages a live query looks again at once.
        interval: seconds between two looks on a live query.
        epilog: lines for the end of the command's help (examples).
        hosts: names of the columns that hold addresses which may be shown by name.
        near: (records, word that none of them has) -> those that come closest, and what to say of it; may take long.
        command: "module:function" of a command line of its own, for a topic whose classic tool has a grammar that
            options cannot say (dig, ping, tcpdump); called as ``function(words, host) -> exit status``.
    """

    name: str
    title: str
    summary: str
    replaces: tuple[str, ...]
    columns: tuple[Column, ...]
    key: Callable[[Any], Hashable]
    open: Callable[[Host, Query], Collector]
    to_json: Callable[[Any], dict[str, Any]]
    schema: Callable[[], dict[str, Any]]
    options: tuple[Option, ...] = ()
    shown: Callable[[Query], Sequence[str] | None] = lambda _query: None
    report: Callable[[Snapshot, Query, Names], str | None] = lambda _snapshot, _query, _names: None
    rates: Callable[[Snapshot, Snapshot], Snapshot] = _same
    inspect: Callable[[Host, Any, Names], Sequence[Section]] | None = None
    plots: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    interval: float = 2.0
    epilog: str = ""
    command: str = ""
    hosts: tuple[str, ...] = ()
    near: Callable[[Sequence[Any], str], tuple[Sequence[Any], Sequence[Problem]]] | None = None

    def column(self, name: str) -> Column | None:
        """Return the column of that name or alias."""
        for column in self.columns:
            if column.name == name or name in column.aliases:
                return column
        return None


class JsonRows(Protocol):
    """A record sequence that knows a faster way to its JSON than one object after the other."""

    def json_rows(self, between: str) -> Iterable[str]:
        """Yield the JSON objects of all records, in order, in large pieces.

        A piece holds one object or many, with ``between`` ("," or a newline) between two; ``between`` joins the pieces,
        too: ``between.join(rows.json_rows(between))`` equals ``between.join(encode(to_json(r)) for r in rows)``, where
        ``encode`` is ``json.dumps`` with ``separators=(",", ":")`` (ASCII only, surrogates as ``\\udcNN``).
        """


class Polled:
    """The collector of a topic that needs no state: a function called again and again."""

    def __init__(self, look: Callable[[], Snapshot]) -> None:
        self._look = look

    def collect(self) -> Snapshot:
        """Look now."""
        return self._look()

    def close(self) -> None:
        """Nothing is held."""


Registry = Mapping[str, str]
