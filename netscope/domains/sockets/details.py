"""More of one socket, asked at the moment: its TCP numbers, its timer, its processes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from netscope.core.errors import NetscopeError
from netscope.core.host import Host, Process
from netscope.core.netlink import NETLINK_SOCK_DIAG, Malformed, messages
from netscope.core.record import Column, Names, Section
from netscope.core.text import duration, format_value
from netscope.domains.sockets import diag, inet
from netscope.domains.sockets.columns import COLUMNS
from netscope.domains.sockets.labels import Interfaces, Labels
from netscope.domains.sockets.record import Socket
from netscope.domains.sockets.texts import timer_text

_ALL_STATES = 0xFFFFFFFF
_EVERYTHING = diag.extensions(diag.INFO, diag.CONG, diag.SKMEMINFO)
_IDENTITY = slice(4, 52)  # struct inet_diag_sockid, the cookie included
_NUMBERS = {"tcp": diag.IPPROTO_TCP, "udp": diag.IPPROTO_UDP}
_FAMILY = {"inet": diag.AF_INET, "inet6": diag.AF_INET6}


def inspect(host: Host, record: Socket, names: Names) -> Sequence[Section]:
    """Return what the kernel and /proc say of this socket and of its processes now."""
    sections = [*_now(host, record, names)]
    processes = record.processes or ()
    pids = dict.fromkeys(process.pid for process in processes)
    sections += [_process(host, pid, [process for process in processes if process.pid == pid]) for pid in pids]
    if record.processes is None:
        sections.append(
            Section("Process", [("process", "could not be seen: it belongs to another user, or has ended")])
        )
    elif not processes:
        sections.append(Section("Process", [("process", _nobody(record))]))
    return sections


def _nobody(record: Socket) -> str:
    if record.kernel:
        return "the kernel itself"
    if record.inode:
        return "none: the kernel itself, or a descriptor on its way between processes"
    return f"none: the kernel keeps a socket in state {record.state} without one"


def current(host: Host, record: Socket) -> Socket | None:
    """Look one TCP or UDP socket up by its addresses and cookie (no dump); None when it is gone or cannot be asked."""
    number = _NUMBERS.get(record.protocol)
    if number is None or not record.message:
        return None
    request = diag.inet_request(
        _FAMILY[record.family], number, _ALL_STATES, _EVERYTHING, record.message[_IDENTITY], dump=False
    )
    decode = inet.decoder(record.protocol, Labels(host.user), Interfaces(host))
    try:
        for _kind, payload in messages(host.dump(NETLINK_SOCK_DIAG, request)):
            return decode(payload)
    except (NetscopeError, Malformed):
        pass  # it has ended meanwhile
    return None


def _now(host: Host, record: Socket, names: Names) -> Iterator[Section]:
    if record.protocol != "tcp":
        return
    now = current(host, record)
    if now is None:
        yield Section("TCP now", [("state", "the socket is gone")])
        return
    timer = timer_text(now, names)
    rows = [("timer", timer)] if timer else []
    untold = [column for column in COLUMNS if column.value(record) is None]  # a live record tells most itself
    yield Section("TCP now", rows + _values(now, [c for c in untold if c.group == "TCP"], names))
    yield Section("Buffers now", _values(now, [c for c in untold if c.group == "Memory"], names))


def _values(record: Socket, columns: Sequence[Column], names: Names) -> list[tuple[str, str]]:
    rows = []
    for column in columns:
        value = column.value(record)
        if value is None or value == () or value is False:
            continue
        text = column.text(record, names) if column.text else format_value(value, column.kind)
        rows.append((column.name.rpartition(".")[2], text))
    return rows


def _process(host: Host, pid: int, held: Sequence[Process]) -> Section:
    fds = ", ".join(str(process.fd) for process in held)
    details = host.process(pid)
    if details is None:
        return Section(f"Process {pid}", [("name", held[0].name), ("state", "has ended")])
    rows = [("name", details.name), ("descriptors", fds)]
    unknown = "not readable: it belongs to another user"
    command = None if details.command is None else " ".join(details.command) or f"[{details.name}]"
    rows += [
        ("command", unknown if command is None else command),
        ("executable", unknown if details.executable is None else details.executable),
        ("user", details.user or "unknown"),
    ]
    if details.started is not None:
        age = duration(max(0.0, host.wall() - details.started))
        rows.append(("started", f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(details.started))}, {age} ago"))
    rows += [
        (label, value)
        for label, value in (("cgroup", details.cgroup), ("unit", details.unit), ("container", details.container))
        if value
    ]
    return Section(f"Process {pid}", rows)
