"""Which process holds which socket, and what a process is, from /proc (proc(5))."""

from __future__ import annotations

import os
import time
from _thread import allocate_lock  # "threading" is a millisecond more for every start
from itertools import filterfalse

from netscope.core.host import Inodes, Owners, Process, ProcessDetails
from netscope.core.typed import Collection, Iterable, Iterator
from netscope.system.ahead import Ahead, ahead

_INITIAL_PID_NAMESPACE = "pid:[4026531836]"  # PROC_PID_INIT_INO, include/linux/proc_ns.h
_SOCKET = "socket:["
_PROCESS = tuple.__new__  # what Process() does, without its Python function
_FULL_SCAN_SHARE = 50  # a full scan may take a fiftieth of the time
_FULL_SCAN_PAUSE = 5.0  # seconds, at least


class SocketOwners:
    """Finds the holders of socket inodes, and remembers them.

    A new inode is looked for first behind the descriptors whose sockets are gone (the kernel hands out the lowest free
    number), then behind the descriptors not seen before. Now and then everything is read again, since descriptors also
    travel between processes that were there before (fork and close, SCM_RIGHTS).
    """

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._holders: dict[int, tuple[Process, ...]] = {}
        self._unresolved: set[int] = set()
        self._processes: dict[int, tuple[str, int]] = {}  # pid -> name, start: of those that hold sockets asked for
        self._others: set[int] = set()
        self._unreadable: set[int] = set()
        self._scanned_at = float("-inf")
        self._scan_cost = 0.0
        self._version = 0
        self._stale: set[int] = set()  # of those in _holders, what is not asked for any longer
        self._asked: object | None = None  # the question that was answered last
        self._ahead: Ahead | None = None

    def expect(self) -> None:
        """Begin to look for all holders of sockets in another process, for a question that will come soon."""
        if self._ahead is None:
            self._ahead = ahead(_holders_of_all)

    def close(self) -> None:
        """Give up what has begun."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    def find(self, inodes: Collection[int]) -> Owners:
        """Return the holders of these inodes; one caller at a time."""
        with self._lock:
            pids = _pids()
            pause = max(_FULL_SCAN_PAUSE, self._scan_cost * _FULL_SCAN_SHARE)
            if time.monotonic() - self._scanned_at > pause:
                self._scan_all(pids, set(inodes))
            elif isinstance(inodes, Inodes) and inodes.after is not None and inodes.after is self._asked:
                self._update(pids, inodes.came, inodes.went)
            else:
                wanted = set(inodes)
                self._unresolved &= wanted
                self._update(pids, wanted, set(filterfalse(wanted.__contains__, self._holders)))
            self._asked = inodes.question if isinstance(inodes, Inodes) else None
            return Owners(
                self._holders, len(self._unreadable), _others_hidden(pids), self._version, len(self._unresolved)
            )

    def _scan_all(self, pids: Collection[int], wanted: set[int]) -> None:
        start = time.monotonic()
        self._version += 1
        self._holders, self._processes, self._others, self._unreadable = {}, {}, set(), set()
        if not self._take_expected(pids, wanted):
            self._scan(pids, wanted)
        self._unresolved, self._stale = wanted.difference(self._holders), set()
        self._scanned_at = time.monotonic()
        self._scan_cost = self._scanned_at - start

    def _update(self, pids: set[int], came: set[int], went: set[int]) -> None:
        """Find the holders of what came to be asked for, given all that is not asked for any longer."""
        self._unresolved -= went
        self._stale = (self._stale | went) - came
        lost = self._forget_processes({pid for pid in self._processes if pid not in pids or self._changed(pid)})
        self._unreadable &= pids
        self._others &= pids
        candidates = came | lost - self._stale
        newcomers = pids - self._processes.keys() - self._others - self._unreadable
        if newcomers:
            wanted = candidates.union(self._unresolved, self._holders)
            self._scan(newcomers, wanted)
            self._version += any(map(self._holders.__contains__, self._unresolved))
        missing = candidates.difference(self._holders, self._unresolved)
        if missing:
            missing -= self._search_reused(missing)
        if missing:
            self._search_unseen(missing)
            missing.difference_update(self._holders)
        self._unresolved = self._unresolved.difference(self._holders) | missing

    def _changed(self, pid: int) -> bool:
        return _name_and_start(pid) != self._processes[pid]

    def _forget_processes(self, gone: set[int]) -> set[int]:
        """Forget what these processes held; return the inodes that nobody else holds."""
        if not gone:
            return set()
        self._version += 1
        kept: dict[int, tuple[Process, ...]] = {}
        for inode, holders in self._holders.items():
            staying = holders
            if any(holder.pid in gone for holder in holders):
                staying = tuple(holder for holder in holders if holder.pid not in gone)
            if staying:
                kept[inode] = staying
        lost = set(filterfalse(kept.__contains__, self._holders))
        self._holders = kept
        for pid in gone:
            del self._processes[pid]
        return lost

    def _search_reused(self, missing: set[int]) -> set[int]:
        """Look behind the descriptors of sockets that are no longer asked for; forget those that moved on."""
        found: set[int] = set()
        for inode in self._stale & self._holders.keys():
            kept = []
            for holder in self._holders[inode]:
                now = _socket_behind(holder.pid, holder.fd)
                if now == inode:
                    kept.append(holder)
                elif now in missing:
                    if now in self._holders:
                        self._share(now, holder)
                    else:
                        self._holders[now] = (holder,)
                    found.add(now)
            if kept:
                self._version += len(kept) < len(self._holders[inode])
                self._holders[inode] = tuple(kept)
            else:
                del self._holders[inode]
        self._stale &= self._holders.keys()
        return found

    def _search_unseen(self, missing: set[int]) -> None:
        seen: dict[int, set[int]] = {}
        for holders in self._holders.values():
            for holder in holders:
                seen.setdefault(holder.pid, set()).add(holder.fd)
        self._scan([*self._processes, *self._others], missing, seen)

    def _scan(self, pids: Iterable[int], wanted: set[int], seen: dict[int, set[int]] | None = None) -> None:
        """Read the descriptors of these processes, except those seen, for wanted inodes."""
        for pid in pids:
            try:
                self._register(pid, None, _sockets_of(pid, seen.get(pid, ()) if seen else ()), wanted)
            except PermissionError:
                self._unreadable.add(pid)
            except OSError:
                continue  # it has ended

    def _take_expected(self, pids: Collection[int], wanted: set[int]) -> bool:
        """Take what was found ahead, if it was, and look for what is missing: sockets may have been made since."""
        found = self._ahead.result() if self._ahead is not None else None
        self._ahead = None
        if found is None:
            return False
        for pid, process, behind in found:
            if behind is None:
                self._unreadable.add(pid)
            else:
                self._register(pid, process, behind, wanted)
        missing = wanted.difference(self._holders)
        if missing:  # ours, with which was asked for the others, or those of a process that has started since
            known = self._processes.keys() | self._others | self._unreadable
            self._scan([pid for pid in pids if pid not in known or pid == os.getpid()], missing)
            missing.difference_update(self._holders)
        if missing:
            self._search_unseen(missing)
        return True

    def _register(
        self, pid: int, process: tuple[str, int] | None, behind: Iterable[tuple[int, int]], wanted: set[int]
    ) -> None:
        """Remember what a process (name and start, if known) holds of what is wanted: (inode, descriptor)."""
        process = process or self._processes.get(pid)
        holders = self._holders
        for inode, fd in behind:
            if inode not in wanted:
                continue
            process = process or _name_and_start(pid)
            if process is None:
                return  # it has ended
            holder = _PROCESS(Process, (pid, process[0], fd))
            if inode in holders:
                self._share(inode, holder)
            else:
                holders[inode] = (holder,)
        if process is None:
            self._others.add(pid)
        else:
            self._processes[pid] = process
            self._others.discard(pid)

    def _share(self, inode: int, holder: Process) -> None:
        """Add a holder to those of a socket that has some."""
        others = self._holders[inode]
        if holder not in others:
            self._holders[inode] = tuple(sorted((*others, holder)))
            self._version += 1


def _sockets_of(pid: int, seen: Collection[int] = ()) -> Iterator[tuple[int, int]]:
    """Yield (inode, descriptor) of the sockets behind a process's descriptors, but for those seen. Raises OSError."""
    directory = os.open(f"/proc/{pid}/fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        readlink, prefix, digits = os.readlink, _SOCKET, slice(len(_SOCKET), -1)
        for number in os.listdir(directory):
            if seen and int(number) in seen:
                continue
            try:
                link = readlink(number, dir_fd=directory)
            except FileNotFoundError:
                continue  # closed since
            if link.startswith(prefix):
                yield int(link[digits]), int(number)
    finally:
        os.close(directory)


_Found = tuple[int, tuple[str, int] | None, list[tuple[int, int]] | None]


def _holders_of_all() -> list[_Found]:
    """Return (pid, name and start, sockets) of every process but this; None for sockets that may not be seen."""
    found: list[_Found] = []
    for pid in _pids() - {os.getpid()}:
        try:
            behind = list(_sockets_of(pid))
        except PermissionError:
            found.append((pid, None, None))
        except OSError:
            continue  # it has ended
        else:
            found.append((pid, _name_and_start(pid) if behind else None, behind))
    return found


def _pids() -> set[int]:
    return {int(entry) for entry in os.listdir("/proc") if entry.isdigit()}


def _others_hidden(pids: Collection[int]) -> bool:
    """Tell whether this /proc does not list every process: another pid namespace, or hidepid (proc(5))."""
    try:
        return 1 not in pids or os.readlink("/proc/self/ns/pid") != _INITIAL_PID_NAMESPACE
    except OSError:
        return True


def _socket_behind(pid: int, fd: int) -> int:
    try:
        link = os.readlink(f"/proc/{pid}/fd/{fd}")
    except OSError:
        return 0
    return int(link[len(_SOCKET) : -1]) if link.startswith(_SOCKET) else 0


def _read(pid: int, name: str) -> bytes | None:
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return None


def _name_and_start(pid: int) -> tuple[str, int] | None:
    """Return the name and the start (clock ticks since boot), both of one read: pids are used again."""
    stat = _read(pid, "stat")
    if stat is None:
        return None
    head, _, tail = stat.rpartition(b")")  # the name itself may hold anything, parentheses and newlines too
    return os.fsdecode(head.partition(b"(")[2]), int(tail.split()[19])


def describe(pid: int) -> ProcessDetails | None:
    """Return what /proc tells of one process; None when there is no such process."""
    from netscope.system.cgroups import container_of, unit_of  # a plain table does without it

    found = _name_and_start(pid)
    if found is None:
        return None
    name, ticks = found
    command = _read(pid, "cmdline")
    cgroup = _cgroup(pid)
    return ProcessDetails(
        pid=pid,
        name=name,
        command=None if command is None else _words(command),
        executable=_executable(pid),
        user=_user(pid),
        started=_started(ticks),
        cgroup=cgroup,
        unit=unit_of(cgroup or ""),
        container=container_of(cgroup or ""),
    )


def _words(command: bytes) -> tuple[str, ...]:
    return tuple(os.fsdecode(word) for word in command.removesuffix(b"\0").split(b"\0")) if command else ()


def _executable(pid: int) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return None


def _user(pid: int) -> str | None:
    import pwd

    try:
        uid = os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _started(ticks: int) -> float | None:
    """Return when a process started, seconds since the epoch: boot time (stat's btime) plus its age at start."""
    try:
        with open("/proc/stat", "rb") as file:
            boot = next(int(line.split()[1]) for line in file if line.startswith(b"btime "))
    except (OSError, StopIteration):
        return None
    return boot + ticks / os.sysconf("SC_CLK_TCK")


def _cgroup(pid: int) -> str | None:
    """Return the path in the unified hierarchy, or in systemd's where the unified one says only "/"."""
    text = _read(pid, "cgroup")
    if text is None:
        return None
    paths: dict[str, str] = {}
    for line in os.fsdecode(text).split("\n"):
        _number, _, rest = line.partition(":")
        controllers, separator, path = rest.partition(":")
        if separator:
            paths[controllers] = path
    unified = paths.get("", "")
    return unified if len(unified) > 1 else paths.get("name=systemd") or unified or None
