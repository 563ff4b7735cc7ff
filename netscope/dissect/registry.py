"""Which dissector is asked for what: tables by number, as Wireshark has them, and what first bytes give away."""

from __future__ import annotations

import re
from importlib import import_module

from netscope.core.typed import TYPE_CHECKING, Callable, Collection, Mapping, NamedTuple

if TYPE_CHECKING:
    from netscope.dissect.work import Work

    Function = Callable[[Work, int, int], None]


class Dissector(NamedTuple):
    """A line of the registry.

    Attributes:
        name: Wireshark's name of the protocol.
        where: ``module:function`` below ``netscope.dissect``; imported when the first packet needs it.
        on: where it is asked: ``table=number,number`` words.
        first: a pattern that the first bytes of a payload match when they are this protocol's, whatever the port.
        over: the transports that pattern is tried on.
    """

    name: str
    where: str
    on: str = ""
    first: bytes = b""
    over: str = "tcp"


class Handle:
    """A dissector that may not be imported yet."""

    __slots__ = ("call", "name", "where")

    def __init__(self, name: str, where: str) -> None:
        self.name = name
        self.where = where
        self.call: Function = self._load

    def _load(self, work: Work, start: int, end: int) -> None:
        module, _, function = self.where.partition(":")
        self.call = getattr(import_module(f"netscope.dissect.{module}"), function)
        self.call(work, start, end)


class Tables(NamedTuple):
    """Everything that a dispatch looks at."""

    by: dict[str, dict[int, Handle]]
    first: dict[str, tuple[tuple[re.Pattern[bytes], Handle], ...]]


TABLES = (
    "link", "ethertype", "ethernet", "llc.dsap", "llc.cisco_pid", "ip.proto", "ipv6.nxt", "tcp.port", "udp.port",
    "sctp.port", "sctp.ppi", "ppp.protocol", "ppp.link", "gre.proto", "mpls.control",
)  # fmt: skip

_cache: list[tuple[Tables, dict[str, Handle]]] = []


def _defaults() -> tuple[Tables, dict[str, Handle]]:
    if not _cache:
        from netscope.dissect import DISSECTORS

        by: dict[str, dict[int, Handle]] = {table: {} for table in TABLES}
        handles: dict[str, Handle] = {}
        guesses: dict[str, list[tuple[re.Pattern[bytes], Handle]]] = {}
        for line in DISSECTORS:
            handle = Handle(line.name, line.where)
            handles.setdefault(line.name, handle)
            for word in line.on.split():
                table, _, numbers = word.partition("=")
                for number in numbers.split(","):
                    by.setdefault(table, {}).setdefault(int(number, 0), handle)
            if line.first:
                for transport in line.over.split():
                    guesses.setdefault(transport, []).append((re.compile(line.first, re.DOTALL), handle))
        _cache.append((Tables(by, {over: tuple(found) for over, found in guesses.items()}), handles))
    return _cache[0]


def _leave(work: Work, start: int, end: int) -> None:
    """Leave the bytes alone."""


def tables(decode_as: Mapping[str, str], left: Collection[str] = ()) -> Tables:
    """Return the tables, with what the user says of a port or type, without those that are to be ``left`` in bytes.

    Raises ValueError for what there is not.
    """
    known, handles = _defaults()
    if left:
        idle = Handle("", "")
        idle.call = _leave
        handles = {name: idle if name in left else handle for name, handle in handles.items()}
        by = {
            table: {number: idle if handle.name in left else handle for number, handle in entries.items()}
            for table, entries in known.by.items()
        }
        first = {
            over: tuple((pattern, idle if handle.name in left else handle) for pattern, handle in entries)
            for over, entries in known.first.items()
        }
        known = Tables(by, first)
    if not decode_as:
        return known
    by = {table: dict(entries) for table, entries in known.by.items()}
    for what, name in decode_as.items():
        table, equals, number = what.partition("==")
        if not equals or table not in by:
            raise ValueError(f"decode as {what}: not TABLE==NUMBER with a table of {', '.join(sorted(by))}")
        try:
            value = int(number, 0)
        except ValueError:
            raise ValueError(f"decode as {what}: {number!r} is no number") from None
        if name not in handles:
            raise ValueError(f"decode as {name}: no such protocol; there are {', '.join(sorted(handles))}")
        by[table][value] = handles[name]
    return Tables(by, known.first)
