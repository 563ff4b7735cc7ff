"""Collecting sockets: a dump for each protocol, their owners, and what came and went in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from operator import attrgetter, is_not
from typing import NamedTuple

from netscope.core.domain import Query
from netscope.core.errors import NeedsPrivilege, NetscopeError, Unavailable
from netscope.core.host import Events, Host, Owners, Process
from netscope.core.netlink import NETLINK_SOCK_DIAG, Malformed, messages
from netscope.core.snapshot import Problem, Snapshot
from netscope.domains.sockets import inet
from netscope.domains.sockets.answers import payloads
from netscope.domains.sockets.labels import Interfaces, Labels
from netscope.domains.sockets.memory import Known, Unrated, at_rest, remember
from netscope.domains.sockets.record import OWNED, Socket
from netscope.domains.sockets.selection import Selection, select
from netscope.domains.sockets.sources import Source, sources

_DESTROYED = {("tcp", 4): 1, ("udp", 4): 2, ("tcp", 6): 3, ("udp", 6): 4}  # enum sknetlink_groups, sock_diag.h
_PROTOCOL = 10  # INET_DIAG_PROTOCOL
_COOKIE = slice(44, 52)
_MOST_PLACES = 10_000  # processes come and go: the memory of them is bounded
_NEW = tuple.__new__
_INODE = attrgetter("inode")
_PROCESSES = attrgetter("processes")
_OWNER, _AFTER = OWNED.start, OWNED.stop
_NOBODY: tuple[Process, ...] = ()


class Place(NamedTuple):
    """Where a process lives."""

    cgroup: str | None
    unit: str | None
    container: str | None


_NOWHERE = Place(None, None, None)


class SocketCollector:
    """Looks at the sockets of one host. A live one decodes only what it has not seen."""

    def __init__(self, host: Host, query: Query) -> None:
        self._host = host
        self._live = query.live
        self._selection = select(query)
        self._interfaces = Interfaces(host)
        self._places: dict[Process, Place] = {}
        self._known: Known = {}
        self._without_diag: set[str] = set()
        self._sources = sources(self._selection, Labels(host.user), self._interfaces)
        self._departures = Departures(host, self._selection) if query.live else None

    def collect(self) -> Snapshot:
        """Look now."""
        problems: list[Problem] = []
        wall, clock = self._host.wall(), self._host.clock()
        if self._interfaces.renamed():
            self._known = {}
        rows: list[Socket] = []
        for source in self._sources:
            rows += self._rows(source, problems)
        if self._selection.owners:
            self._own(rows, problems)
        records: Sequence[Socket] = rows
        if self._departures is not None:
            before = self._known
            records = self._remember(rows)
            departed = self._departures.since(before.keys() - self._known.keys())
            if self._departures.lost:
                problems.append(_MISSED)
            if departed:
                records = [*records, *departed]
        return Snapshot("sockets", records, tuple(problems), wall, clock)

    def _remember(self, rows: list[Socket]) -> Sequence[Socket]:
        first = not self._known
        if first:
            for number, row in enumerate(rows):
                rows[number] = at_rest(row)
        self._known = remember(rows)
        return Unrated(rows) if first else rows

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
        return []

    def _has_diag(self, source: Source) -> bool:
        return bool(source.requests) and source.protocol not in self._without_diag

    def _dumped(self, source: Source) -> list[Socket]:
        try:
            answers = [self._host.dump(NETLINK_SOCK_DIAG, request) for request in source.requests]
        except (Unavailable, NeedsPrivilege):  # no such module, or no netlink for this process: /proc says less
            self._without_diag.add(source.protocol)
            return self._read(source)
        known, decode = self._known.get, source.decode
        rows: list[Socket] = []
        for found in payloads(_consumed(answers), source.ageless if self._live else None):
            rows += [known(message) or decode(message) for message in found] if self._live else map(decode, found)
        return self._wanted(source.finish(rows))

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

    def _own(self, rows: list[Socket], problems: list[Problem]) -> None:
        try:
            owners = self._host.owners(set(map(_INODE, rows)) - {0})
        except NetscopeError as error:
            owners = Owners({}, 1)
            problems.append(Problem("owners of sockets", error.why or error.what, error.mend))
        nobody_known = None if owners.unreadable or owners.hidden else _NOBODY
        found = list(map(owners.holders.get, map(_INODE, rows)))
        for number in compress(range(len(rows)), map(is_not, found, map(_PROCESSES, rows))):
            row = rows[number]
            if not row.inode or row.kernel:
                continue
            processes = nobody_known if found[number] is None else found[number]
            if processes != row.processes:
                owner = (processes, *(self._place(processes) if self._selection.places else _NOWHERE))
                rows[number] = _NEW(Socket, row[:_OWNER] + owner + row[_AFTER:])
        unknown = list(map(_PROCESSES, rows)).count(None)
        if unknown:
            problems.append(_unknown_owners(unknown, owners))

    def _place(self, processes: tuple[Process, ...] | None) -> Place:
        """Return where the first process lives; asked once for each process."""
        if not processes:
            return _NOWHERE
        first = processes[0]._replace(fd=0)
        place = self._places.get(first)
        if place is None:
            details = self._host.process(first.pid)
            place = Place(details.cgroup, details.unit, details.container) if details else _NOWHERE
            if len(self._places) > _MOST_PLACES:
                self._places.clear()
            self._places[first] = place
        return place


def _consumed(answers: list[list[bytes]]) -> Iterator[bytes]:
    """Yield the datagrams in order, letting go of each: 50,000 connections are 20 MB of them."""
    for answer in answers:
        answer.reverse()
        while answer:
            yield answer.pop()


def _unknown_owners(count: int, owners: Owners) -> Problem:
    several = owners.unreadable > 1
    why = f"{owners.unreadable} process{'es do' if several else ' does'} not show this user the descriptors"
    mend = "run with sudo (it needs CAP_SYS_PTRACE)"
    if not owners.unreadable:
        why = "their processes are not listed in this /proc (another pid namespace, or hidepid)"
        mend = "run netscope outside the container"
    return Problem(f"owners of {count} socket{'s' if count > 1 else ''}", why, mend)


_MISSED = Problem(
    "some connections that ended between two looks",
    "the kernel dropped their notices (ENOBUFS)",
    "they came faster than they could be read; what is open was read again",
)


class Departures:
    """Hears of every TCP and UDP socket's end, with its last counters (SKNLGRP_INET_TCP_DESTROY and the like)."""

    def __init__(self, host: Host, chosen: Selection) -> None:
        groups = [
            group
            for (protocol, family), group in _DESTROYED.items()
            if protocol in chosen.protocols and chosen.family in (0, family) and chosen.listening is not True
        ]
        self._decoders = {
            number: inet.decoder(protocol, Labels(str), Interfaces(host))
            for protocol, number in (("tcp", 6), ("udp", 17))
        }
        self._events: Events | None = None
        self.lost = False
        try:
            self._events = host.events(NETLINK_SOCK_DIAG, groups) if groups else None
        except NetscopeError:
            pass  # a kernel before 4.2: connections are then seen at the interval only

    def since(self, gone: Iterable[bytes]) -> list[Socket]:
        """Return the sockets that came and went since the last call: not those that were seen before they had gone."""
        if self._events is None:
            return []
        try:
            datagrams, self.lost = self._events.drain()
        except NetscopeError:
            self.lost = True
            return []
        if not datagrams:
            return []
        seen = {message[_COOKIE] for message in gone}
        return [row for row in self._decoded(datagrams) if row.message[_COOKIE] not in seen]

    def _decoded(self, datagrams: list[bytes]) -> Iterator[Socket]:
        try:
            for _kind, payload in messages(datagrams):
                yield self._closed(payload)
        except Malformed:
            self.lost = True

    def _closed(self, payload: bytes) -> Socket:
        """The notice carries no owner: neither user nor process is known."""
        row = self._decoders[6](payload)
        if row.attribute(_PROTOCOL) == b"\x11":
            row = self._decoders[17](payload)
        return row._replace(state="CLOSED", uid=None, user=None, processes=None)

    def close(self) -> None:
        """End the subscription."""
        if self._events is not None:
            self._events.close()
            self._events = None
