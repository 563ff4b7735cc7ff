"""Collecting sockets: a dump for each protocol, their owners, and what came and went in between."""

from __future__ import annotations

import gc
from itertools import chain

from netscope.core.domain import Query
from netscope.core.errors import NeedsPrivilege, NetscopeError, Unavailable
from netscope.core.host import Host
from netscope.core.netlink import NETLINK_SOCK_DIAG, Malformed
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.typed import TYPE_CHECKING, Iterable, Sequence
from netscope.domains.sockets.answers import blocks, payloads
from netscope.domains.sockets.labels import Interfaces, Labels
from netscope.domains.sockets.owners import Ownership, inodes
from netscope.domains.sockets.record import Socket, cookie_offset
from netscope.domains.sockets.selection import select
from netscope.domains.sockets.sources import Source, sources

if TYPE_CHECKING:
    from netscope.domains.sockets.departures import Departures
    from netscope.domains.sockets.memory import Memory


class SocketCollector:
    """Looks at the sockets of one host. A live one decodes only what it has not seen."""

    def __init__(self, host: Host, query: Query) -> None:
        self._host = host
        self._selection = select(query)
        self._interfaces = Interfaces(host)
        self._without_diag: set[str] = set()
        self._sources = sources(self._selection, Labels(host.user), self._interfaces)
        self._ownership = Ownership(host, self._selection.places)
        if self._selection.owners and not query.live:
            host.expect_owners()
        self._memory: Memory | None = None
        self._departures: Departures | None = None
        if query.live:
            from netscope.domains.sockets.departures import Departures
            from netscope.domains.sockets.memory import Memory

            self._memory, self._departures = Memory(), Departures(host, self._selection)

    def collect(self) -> Snapshot:
        """Look now."""
        # Rows are many and in no cycles, but each 700 of them would have the cycle collector walk among the rest:
        # a third of the time of a first look at 50,000 sockets.
        collecting = gc.isenabled()
        gc.disable()
        try:
            return self._collect()
        finally:
            if collecting:
                gc.enable()

    def _collect(self) -> Snapshot:
        problems: list[Problem] = []
        wall, clock = self._host.wall(), self._host.clock()
        if self._interfaces.renamed() and self._memory is not None:
            self._memory.forget()
        if self._departures is not None:
            self._departures.hear()
        rows: list[Socket] = []
        changed: list[int] = []
        parts: list[Iterable[int]] = []
        for source in self._sources:
            found = self._rows(source, problems)
            if self._memory is not None:
                changed += self._memory.fresh(found, len(rows), remade=source.finish is not None)
            rows += found
            parts.append(inodes(found, netlink=source.protocol == "netlink"))

        def all_inodes() -> set[int]:
            return {*chain.from_iterable(parts)} - {0}

        if self._selection.owners:
            if self._memory is None:
                changed = self._ownership.assign(rows, all_inodes(), changed, problems)
            else:
                asked = self._memory.question(all_inodes, rows, changed)
                changed = self._ownership.assign(rows, asked, changed, problems)
        records: Sequence[Socket] = rows
        if self._memory is not None and self._departures is not None:
            gone = self._memory.gone()
            records = self._memory.turn(rows, changed, self._departures.unseen(gone), clock)
            problems += self._departures.problems
        return Snapshot("sockets", records, tuple(problems), wall, clock)

    def close(self) -> None:
        """End the subscription."""
        if self._departures is not None:
            self._departures.close()

    def _rows(self, source: Source, problems: list[Problem]) -> list[Socket]:
        what = f"{source.protocol} sockets"
        try:
            return self._dumped(source) if self._has_diag(source) else self._read(source)
        except Unavailable as error:
            if self._selection.explicit:
                problems.append(Problem(what, error.why or "this kernel does not list them", error.mend))
        except NetscopeError as error:
            problems.append(Problem(what, error.why or error.what, error.mend, partial=True))
        except Malformed as error:
            problems.append(Problem(what, f"the kernel's answer cannot be read: {error}", partial=True))
        if self._memory is not None:
            self._memory.drop(source.protocol)
        return []

    def _has_diag(self, source: Source) -> bool:
        return bool(source.requests) and source.protocol not in self._without_diag

    def _dumped(self, source: Source) -> list[Socket]:
        try:
            rows = self._decoded(source)
        except (Unavailable, NeedsPrivilege):  # no such module, or no netlink for this process: /proc says less
            self._without_diag.add(source.protocol)
            if self._memory is not None:
                self._memory.drop(source.protocol)
            return self._read(source)
        return self._wanted(rows if source.finish is None else source.finish(rows))

    def _decoded(self, source: Source) -> list[Socket]:
        rows: list[Socket] = []
        memory, protocol, decode = self._memory, source.protocol, source.decode
        for request in source.requests:
            pieces = self._host.pieces(NETLINK_SOCK_DIAG, request)
            if memory is None:
                for messages in payloads(pieces):
                    rows += map(decode, messages)
                continue
            for block in blocks(pieces, cookie_offset(protocol), source.ageless):
                rows += memory.rows(protocol, block, decode)
        return rows

    def _read(self, source: Source) -> list[Socket]:
        if not source.files:
            raise Unavailable(f"{source.protocol} sockets")
        found: list[Socket] = []
        for path in source.files:
            try:
                found += source.parse(self._host.read(path))
            except Unavailable:  # the "6" files where IPv6 is disabled
                if path == source.files[0]:
                    raise
        return self._wanted(found)

    def _wanted(self, rows: list[Socket]) -> list[Socket]:
        """Return what the query asks for: not every kernel module filters by state."""
        if self._selection.listening is None:
            return rows
        return [row for row in rows if self._selection.wants(row.state)]
