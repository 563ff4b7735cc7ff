"""What ss and netstat print, as rows that compare with our records; and the zoo that they look at."""

from __future__ import annotations

import re
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from netscope.core.host import Process
from netscope.domains.sockets.record import Socket
from tests import zoo as animals
from tests.lab import REPOSITORY, Namespace, namespace

STATES = {
    "ESTAB": "ESTABLISHED", "SYN-SENT": "SYN_SENT", "SYN-RECV": "SYN_RECV", "FIN-WAIT-1": "FIN_WAIT1",
    "FIN-WAIT-2": "FIN_WAIT2", "TIME-WAIT": "TIME_WAIT", "CLOSE-WAIT": "CLOSE_WAIT", "LAST-ACK": "LAST_ACK",
    "UNCONN": "UNCONN", "LISTEN": "LISTEN", "CLOSING": "CLOSING",
}  # fmt: skip
_USER = re.compile(r'\("([^"]*)",pid=(\d+),fd=(\d+)\)')


class Zoo(NamedTuple):
    """A namespace with one socket of each kind, and who holds them."""

    inside: Namespace
    pid: int
    sharer: int
    other_user: int
    directory: str


@contextmanager
def zoo(directory: str) -> Iterator[Zoo]:
    """Start the zoo: nothing in it moves."""
    with namespace() as inside:
        inside.ip("link add v0 type veth peer name v1")
        inside.ip("addr add 10.9.0.1/16 dev v0")
        inside.ip("link set v0 up")
        inside.ip("link set v1 up")
        inside.ip(f"neigh add {animals.SILENT} lladdr 02:00:00:00:00:07 dev v0 nud permanent")
        inside.run("sysctl", "-qw", "net.ipv4.ping_group_range=0 0")
        process = inside.popen(
            sys.executable, "-m", "tests.zoo", directory,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=str(REPOSITORY),
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            assert select.select([process.stdout], [], [], 30)[0]
            _ready, sharer, other_user = process.stdout.readline().split()
            yield Zoo(inside, process.pid, int(sharer), int(other_user), directory)
        finally:
            process.stdin.close()
            process.wait(10)
            process.stdout.close()


class Row(NamedTuple):
    """One line of ss, in our words; ``rest`` is what follows the addresses."""

    protocol: str
    state: str
    recv_q: int
    send_q: int
    local: str
    remote: str
    rest: str = ""

    @property
    def bare(self) -> Row:
        """The row without what follows."""
        return self._replace(rest="")

    @property
    def processes(self) -> tuple[Process, ...]:
        """Who holds it, as -p prints it."""
        return tuple(sorted(Process(int(pid), name, int(fd)) for name, pid, fd in _USER.findall(self.rest)))

    def value(self, name: str) -> str | None:
        """Return what follows ``name:`` in the rest."""
        found = re.search(rf"(?:^|\s){re.escape(name)}:(\S+)", self.rest)
        return found[1] if found else None


def ss(inside: Namespace, flags: str) -> list[Row]:
    """Return what ss prints; several protocols must be asked for, else it leaves the first column out."""
    found = []
    for line in inside.run("ss", "-HOn", *flags.split()).splitlines():
        if not line.strip():
            continue
        protocol, state, recv_q, send_q, local, remote, *rest = line.split(maxsplit=6)
        row = Row(protocol, STATES[state], int(recv_q), int(send_q), _star(local), _star(remote), " ".join(rest))
        found.append(row)
    assert found
    return found


def _star(end: str) -> str:
    """ss prints the IPv6 wildcard as ``*`` or ``[::]``, as the socket takes IPv4, too, or not: forget that."""
    return end.replace("[::]:", "*:")


def as_ss(record: Socket) -> Row:
    """Return a record in the layout of ss."""
    six = record.family == "inet6"
    return Row(
        record.protocol, record.state, record.recv_q, record.send_q,
        _end(record.local_address, record.local_port, six, record.interface),
        _end(record.remote_address, record.remote_port, six),
    )  # fmt: skip


def _end(address: str | None, port: int | None, six: bool, interface: str | None = None) -> str:
    host = address or "0.0.0.0"
    if six:
        host = "*" if address in (None, "::") else f"[{address}]"
    return f"{host}{'%' + interface if interface else ''}:{port or '*'}"


class Line(NamedTuple):
    """One line of netstat -antupw."""

    protocol: str
    recv_q: int
    send_q: int
    local: str
    remote: str
    state: str
    pid: int | None


def netstat(inside: Namespace) -> list[Line]:
    """Return what ``netstat -antupwW`` prints."""
    found = []
    for line in inside.run("netstat", "-antupwW").splitlines()[2:]:
        protocol, recv_q, send_q, local, remote, rest = line.split(maxsplit=5)
        word, _, process = rest.rpartition(" ") if not rest.endswith(" ") else rest.rstrip().rpartition(" ")
        state = {"": "UNCONN", "7": "UNCONN"}.get(word.strip(), word.strip())
        pid = process.partition("/")[0]
        found.append(
            Line(protocol, int(recv_q), int(send_q), local, remote, state, int(pid) if pid.isdigit() else None)
        )
    assert found
    return found


def as_netstat(record: Socket) -> Line:
    """Return a record in the layout of netstat: v4-mapped addresses as IPv4 ones, no backlog."""
    any_address = "::" if record.family == "inet6" else "0.0.0.0"

    def end(address: str | None, port: int | None) -> str:
        return f"{(address or any_address).removeprefix('::ffff:')}:{port or '*'}"

    return Line(
        record.protocol + ("6" if record.family == "inet6" else ""),
        record.recv_q,
        0 if record.state == "LISTEN" else record.send_q,
        end(record.local_address, record.local_port),
        end(record.remote_address, record.remote_port),
        record.state,
        record.processes[0].pid if record.processes else None,
    )
