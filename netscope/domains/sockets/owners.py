"""Who holds each socket, and where he lives."""

from __future__ import annotations

from itertools import compress
from operator import attrgetter, is_not

from netscope.core.capabilities import SYS_PTRACE, may
from netscope.core.errors import NetscopeError
from netscope.core.host import Host, Owners, Process
from netscope.core.snapshot import Problem
from netscope.core.typed import Collection, Iterable
from netscope.domains.sockets.record import OWNED, Socket

_NEW = tuple.__new__
_INODE = attrgetter("inode")
_PROCESSES = attrgetter("processes")
_OWNER, _AFTER = OWNED.start, OWNED.stop
_NOBODY: tuple[Process, ...] = ()
_MOST_PLACES = 10_000  # processes come and go: the memory of them is bounded


Place = tuple[str | None, str | None, str | None]  # cgroup, unit and container, as they follow each other in a record
_NOWHERE: Place = (None, None, None)


def inodes(rows: Iterable[Socket], *, netlink: bool = False) -> Iterable[int]:
    """Return the inodes of rows, without the kernel's own ends: these are among the netlink sockets only."""
    return (row.inode for row in rows if not row.kernel) if netlink else map(_INODE, rows)


class Ownership:
    """Gives rows their owners; asks for each process only once where it lives."""

    def __init__(self, host: Host, places: bool) -> None:
        self._host = host
        self._want_places = places
        self._places: dict[Process, Place] = {}
        self._before: tuple[int, tuple[Process, ...] | None] | None = None

    def assign(
        self, rows: list[Socket], wanted: Collection[int], fresh: Iterable[int], problems: list[Problem]
    ) -> list[int]:
        """Put the owners into ``rows``, and what cannot be told into ``problems``; return where rows are changed.

        ``wanted`` are the rows' inodes, ``fresh`` is where rows are that have not got their owner yet: they have
        nobody, ``()``.
        """
        try:
            owners = self._host.owners(wanted)
        except NetscopeError as error:
            owners = Owners({}, 1)
            problems.append(Problem("owners of sockets", error.why or error.what, error.mend))
        nobody = None if owners.unreadable or owners.hidden else _NOBODY
        state = (owners.version, nobody)
        changed = list(fresh)
        if not owners.version or state != self._before:  # else the others are as they were
            found = map(owners.holders.get, map(_INODE, rows))
            changed = list(compress(range(len(rows)), map(is_not, found, map(_PROCESSES, rows))))
        self._before = state
        holders_of, want_places = owners.holders.get, self._want_places
        for number in changed:
            row = rows[number]
            inode = row.inode
            processes = holders_of(inode)
            if processes is None:
                if not inode or row.kernel:
                    continue
                processes = nobody
            if processes != row.processes:
                place = self._place(processes) if want_places and processes else _NOWHERE
                rows[number] = _NEW(Socket, (*row[:_OWNER], processes, *place, *row[_AFTER:]))
        if nobody is None:
            unheld = len(set(wanted).difference(owners.holders)) if owners.unheld is None else owners.unheld
            if unheld:
                problems.append(_unknown_owners(unheld, owners, may(self._host, SYS_PTRACE)))
        return changed

    def _place(self, processes: tuple[Process, ...]) -> Place:
        """Return where the first process lives."""
        first = processes[0]._replace(fd=0)
        place = self._places.get(first)
        if place is None:
            details = self._host.process(first.pid)
            place = (details.cgroup, details.unit, details.container) if details else _NOWHERE
            if len(self._places) > _MOST_PLACES:
                self._places.clear()
            self._places[first] = place
        return place


def _unknown_owners(count: int, owners: Owners, privileged: bool) -> Problem:
    several = owners.unreadable > 1
    why = f"{owners.unreadable} process{'es do' if several else ' does'} not show this user the descriptors"
    mend = "run with sudo (it needs CAP_SYS_PTRACE)"
    if privileged:
        mend = "nothing here: a security module, or a user namespace of theirs, shuts them even to root"
    if not owners.unreadable:
        why = "no process listed in /proc holds them"
        mend = "the kernel's own, or hidden from here: hidepid, a container"
    return Problem(f"owners of {count} socket{'s' if count > 1 else ''}", why, mend)
