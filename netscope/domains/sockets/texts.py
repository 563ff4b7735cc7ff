"""What is shown of a socket: for one record, and for 50,000 at once."""

from __future__ import annotations

from operator import attrgetter

from netscope.core.record import Names
from netscope.core.text import duration
from netscope.core.typed import Callable, Sequence
from netscope.domains.sockets.record import Socket

Texts = Callable[[Sequence[Socket], Names], list[str]]

UNKNOWN = "?"  # a process that could not be seen
NOBODY = "-"  # no process, as netstat prints it
_INET = frozenset({"inet", "inet6"})
_SIX = frozenset({"tcp", "udp", "raw", "icmp"})  # with these, netstat appends a 6


def protocol_text(record: Socket, _names: Names) -> str:
    """Return netstat's word: tcp, tcp6, udp6, ..."""
    return record.protocol + "6" if record.family == "inet6" and record.protocol in _SIX else record.protocol


def _named(address: str, interface: str | None, names: Names) -> str:
    return (names.host(address) if names.lends else "") or _host(address, interface)


def _host(address: str, interface: str | None) -> str:
    if ":" in address:
        address = f"[{address}]"
    return f"{address}%{interface}" if interface else address


def _port(record: Socket, port: int | None, names: Names) -> str:
    if port is None:
        return "*"
    if names.numeric:
        return str(port)
    if record.protocol == "raw":
        return record.subprotocol or str(port)
    return names.service(port, record.protocol)


def local_text(record: Socket, names: Names) -> str:
    """Return the local end: ``192.0.2.1:80``, ``[::1]%lo:80`` (as ss), a path, ``route:4711``, ``all:eth0``."""
    if record.inet:
        return (
            f"{_named(record.local_address or '*', record.interface, names)}:{_port(record, record.local_port, names)}"
        )
    if record.protocol == "unix":
        return record.local_address or "*"
    if record.protocol == "netlink":
        return f"{record.subprotocol}:{record.local_port or 'kernel'}"
    return f"{record.subprotocol}:{record.interface or '*'}"


def remote_text(record: Socket, names: Names) -> str:
    """Return the other end; ``0.0.0.0:*`` where there is none, as netstat and ss."""
    if record.inet:
        address = record.remote_address or ("::" if record.family == "inet6" else "0.0.0.0")
        return f"{_named(address, None, names)}:{_port(record, record.remote_port, names)}"
    if record.protocol == "unix":
        peer = record.peer_inode
        return record.remote_address or (f"* {peer}" if peer else "*")
    return f"{record.remote_port or '*'}"


def processes_text(record: Socket, _names: Names) -> str:
    """Return ``pid/name`` of the first process and how many more there are; ``-`` nobody, ``?`` could not be seen."""
    processes = record.processes
    if processes is None:
        return UNKNOWN
    if not processes:
        return NOBODY
    first = processes[0]
    others = {process.pid for process in processes} - {first.pid} if len(processes) > 1 else ()
    return f"{first.pid}/{first.name}" + (f" +{len(others)}" if others else "")


def timer_text(record: Socket, _names: Names) -> str:
    """Return the timer as ``ss -o``: name, time left, retransmits."""
    timer = record.timer
    return "" if timer is None else f"{timer.name},{duration(timer.expires / 1000)},{timer.retransmits}"


def protocol_texts(records: Sequence[Socket], _names: Names) -> list[str]:
    """Return :func:`protocol_text` of many."""
    with_six = {protocol: f"{protocol}6" for protocol in _SIX}
    return [
        with_six.get(protocol, protocol) if family == "inet6" else protocol
        for protocol, family in map(attrgetter("protocol", "family"), records)
    ]


def number_texts(name: str) -> Texts:
    """Return the bulk form of a field that is a number."""
    get = attrgetter(name)
    return lambda records, _names: list(map(str, map(get, records)))


def word_texts(name: str) -> Texts:
    """Return the bulk form of a field that is a text."""
    get = attrgetter(name)
    return lambda records, _names: list(map(get, records))


def local_texts(records: Sequence[Socket], names: Names) -> list[str]:
    """Return :func:`local_text` of many."""
    found = _end_texts(records, names, "local", local_text)
    for number, interface in enumerate(map(attrgetter("interface"), records)):
        if interface:
            found[number] = local_text(records[number], names)
    return found


def remote_texts(records: Sequence[Socket], names: Names) -> list[str]:
    """Return :func:`remote_text` of many."""
    return _end_texts(records, names, "remote", remote_text)


def _end_texts(records: Sequence[Socket], names: Names, which: str, text: Callable[[Socket, Names], str]) -> list[str]:
    """Return the texts of one end; an address and a port are each put into words once."""
    lends = names.lends
    hosts: dict[str, str] = {}
    ports: dict[tuple[str, int], str] = {}
    found = []
    ends = map(attrgetter("protocol", "family", f"{which}_address", f"{which}_port"), records)
    for record, (protocol, family, address, port) in zip(records, ends, strict=True):
        if address is None or port is None or family not in _INET:
            found.append(text(record, names))
            continue
        host = hosts.get(address)
        if host is None:
            host = hosts[address] = (names.host(address) if lends else "") or _host(address, None)
        word = ports.get((protocol, port))
        if word is None:
            word = ports[protocol, port] = _port(record, port, names)
        found.append(f"{host}:{word}")
    return found


def processes_texts(records: Sequence[Socket], names: Names) -> list[str]:
    """Return :func:`processes_text` of many."""
    words: dict[tuple[int, str], str] = {}
    found = []
    for record in records:
        processes = record.processes
        if not processes or len(processes) > 1:
            found.append(processes_text(record, names))
            continue
        pid, name, _fd = processes[0]
        word = words.get((pid, name))
        if word is None:
            word = words[pid, name] = f"{pid}/{name}"
        found.append(word)
    return found
