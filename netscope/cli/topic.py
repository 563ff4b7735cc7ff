"""One topic, looked at once or again and again, in the form that was asked for."""

from __future__ import annotations

from itertools import islice

from netscope.cli.output import Output, complain, complain_of
from netscope.cli.table import cells, layout, render
from netscope.cli.words import Wanted
from netscope.core.domain import Domain
from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.record import Column, Names
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.text import printable
from netscope.core.typed import Any, Callable, Collection, Iterator, Sequence
from netscope.hub.once import collect_once


class Digits:
    """Names for who wants none (see :class:`netscope.core.record.Names`), without the table of services."""

    numeric = True
    lends = False

    def service(self, port: int, _protocol: str) -> str:
        """Return the digits."""
        return str(port)

    def ports(self, _name: str) -> Collection[int]:
        """Return nothing: no filter asks."""
        return ()

    def host(self, _address: str) -> str:
        """Return nothing: nobody is asked."""
        return ""


_LOOKUPS = 64  # questions for names at once


class View:
    """What one command line makes of every look: the rows that pass, in their order, in the form that was asked for."""

    def __init__(self, domain: Domain, wanted: Wanted, host: Host, output: Output) -> None:
        self.domain = domain
        self.wanted = wanted
        self.host = host
        self.output = output
        self.dropped: list[str] = []  # headings of the columns for which there was no room
        self._names: Names | None = None
        self._hosts: dict[str, str] = {}
        self._passes: Callable[[Any], bool] | None = None
        if wanted.filter.strip():
            from netscope.core.filters import compile_filter

            self._passes = compile_filter(wanted.filter, domain, self.names, self.columns())

    @property
    def names(self) -> Names:
        """Return the names of ports; plain data needs none, and does not wait for them."""
        if self._names is None and self.wanted.numeric and not self.wanted.filter:
            self._names = Digits()
        elif self._names is None:
            from netscope.domains.services import ServiceNames

            self._names = ServiceNames(self.host, numeric=self.wanted.numeric)
        return self._names

    def lend(self, selected: Snapshot) -> None:
        """Find names for the addresses of a table (-r): those that were asked for before are not asked for again."""
        if not self.wanted.resolve or self.wanted.output != "table":
            return
        from netscope.core.dns.resolver import resolver
        from netscope.domains.dns.reverse import resolve
        from netscope.domains.services import ServiceNames

        columns = [column for name in self.domain.hosts if (column := self.domain.column(name)) is not None]
        found = {column.value(record) for record in selected.records for column in columns}
        new = [address for address in found if address and address not in self._hosts]
        for lent in resolve(resolver(self.host), new, _LOOKUPS):
            self._hosts[lent.address] = lent.name
        self._names = ServiceNames(self.host, hosts=self._hosts)

    def columns(self) -> Sequence[Column]:
        """Return the columns of the table, as asked for, or as the topic shows them for this query."""
        if self.wanted.fields is not None:
            return self.wanted.fields
        shown = self.domain.shown(self.wanted.query)
        if shown is None:
            return [column for column in self.domain.columns if column.shown]
        return [column for name in shown if (column := self.domain.column(name)) is not None]

    def select(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with the rows that pass, sorted."""
        records: Sequence[Any] = snapshot.records
        if self._passes is not None:
            records = list(filter(self._passes, records))
        for column, descending in reversed(self.wanted.sort):
            records = ordered(records, column, descending)
        return snapshot if records is snapshot.records else snapshot._replace(records=records)

    def status(self, selected: Snapshot) -> int:
        """Return the exit status of one look.

        1 when whole records are missing for a failure, or when nothing was left: of a filter, of a look-up, or of a
        topic that has a problem. An empty table that was read without trouble is an answer (0), and so is a table
        that lacks a detail (the owner of another user's socket): netstat and ss end with 0, too.
        """
        if any(problem.partial for problem in selected.problems):
            return 1
        if len(selected.records):
            return 0
        looked_up = any(self.wanted.query.option(option.name) for option in self.domain.options if not option.flags)
        return 1 if self._passes is not None or looked_up or selected.problems else 0

    def chunks(self, selected: Snapshot, *, again: bool = False) -> Iterator[str]:
        """Yield the text of one look in machine-readable form; ``again`` where looks follow each other."""
        from netscope.export import csv_lines, document, lines

        wanted = self.wanted
        if wanted.output == "json":
            return document(self.domain, selected, self.host, wanted.fields, line=again)
        if wanted.output == "jsonl":
            return lines(self.domain, selected, wanted.fields, stamped=again)
        columns = wanted.fields if wanted.fields is not None else self.domain.columns
        return csv_lines(columns, selected.records, header=wanted.headers)

    def report(self, selected: Snapshot) -> str | None:
        """Return the text that stands in place of a table for this query, if any."""
        return self.domain.report(selected, self.wanted.query, self.names)

    def table_lines(self, selected: Snapshot, most: int | None = None) -> Iterator[str]:
        """Yield the lines of the table, its first ``most`` rows, or of the report that stands in its place."""
        report = self.report(selected)
        if report is not None:
            yield from map(printable, report.rstrip("\n").split("\n"))
            return
        shown, header = self.columns(), self.wanted.headers
        # A lazy sequence makes its records anew each time it is walked, and each column walks it.
        lazy = most is not None or any(column.texts is None for column in shown)
        records = list(islice(selected.records, most)) if lazy else selected.records
        columns = [cells(column, records, self.names, header) for column in shown]
        room = self.output.size()[0] if self.output.tty else None
        found = layout(columns, room, drop=self.wanted.fields is None)
        self.dropped = found.dropped
        yield from render(found, header=header, colour=self.output.colour)

    def print(self, selected: Snapshot) -> None:
        """Print one look."""
        if self.wanted.output in ("json", "jsonl"):
            self.output.write(self.chunks(selected))
        elif self.wanted.output == "csv":
            self.output.write_exact(self.chunks(selected))
        else:
            self.output.write(_ended(self.table_lines(selected)))


_LINES = 5000


def _ended(found: Iterator[str]) -> Iterator[str]:
    """Join lines into large pieces, each line ended."""
    while batch := list(islice(found, _LINES)):
        batch.append("")
        yield "\n".join(batch)


def once(domain: Domain, wanted: Wanted, host: Host, output: Output) -> int:
    """Look once and print; return the exit status."""
    view = View(domain, wanted, host, output)
    try:
        snapshot = collect_once(domain, host, wanted.query)
    except NetscopeError as error:
        if wanted.output == "json":  # whoever parses it is owed a document, too
            problem = Problem(error.what, error.why, error.mend)
            view.print(Snapshot(domain.name, (), (problem,), host.wall(), host.clock()))
        raise
    selected = view.select(snapshot)
    view.lend(selected)
    view.print(selected)
    if view.dropped:
        complain(f"no room for {', '.join(view.dropped)} (a wider terminal or --fields shows them)")
    if wanted.output != "json":
        complain_of(selected.problems)
    if wanted.output == "table" and wanted.filter.strip() and not len(selected.records):
        complain(_nothing(domain, wanted, len(snapshot.records)))
    return view.status(selected)


def _nothing(domain: Domain, wanted: Wanted, looked_at: int) -> str:
    """Say that a filter left nothing, and of how much; and where there is more to look at."""
    everything = next((option for option in domain.options if option.name == "all"), None)
    narrow = everything is not None and not wanted.query.option("all")
    more = f" ({everything.flags[0]}: {everything.help})" if everything is not None and narrow else ""
    return f"none of {looked_at:,} {domain.title.lower()} matches{more}"


def ordered(records: Sequence[Any], column: Column, descending: bool) -> list[Any]:
    """Sort records by a column, numbers as numbers, addresses as addresses; absent values come last either way."""
    get, rank = column.value, sort_key(column)
    present, absent = [], []
    for record in records:
        value = get(record)
        if value is None or value == "":
            absent.append(record)
        else:
            present.append((rank(value), record))
    present.sort(key=lambda pair: pair[0], reverse=descending)
    return [record for _rank, record in present] + absent


def sort_key(column: Column) -> Callable[[Any], Any]:
    """Return value -> what to compare. Numbers come before texts where a field has both."""
    if column.kind == "address":
        return _address_key
    return _plain_key


def _plain_key(value: Any) -> Any:
    if isinstance(value, (int, float)):
        return (0, value, "")
    if isinstance(value, (list, tuple)):
        return (1, 0, "\0".join(map(str, value)).casefold())
    return (1, 0, str(value).casefold())


def _address_key(value: Any) -> Any:
    import socket

    text = str(value)
    address, _slash, length = text.partition("/")
    address = address.partition("%")[0]
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return (int(family), socket.inet_pton(family, address), length.zfill(3), text)
        except (OSError, ValueError):
            continue
    return (0, b"", "", text)
