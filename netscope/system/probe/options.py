"""Socket options that all probes share: kernel timestamps, the error queue, TTL, TOS, path MTU (ip(7), ipv6(7))."""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums
import os
import time

from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.probe import Event, Plan
from netscope.core.probe_wire import (
    IP_RECVERR,
    IP_RECVERR_RFC4884,
    IP_RECVTTL,
    IPV6_RECVERR,
    IPV6_RECVERR_RFC4884,
    IPV6_RECVHOPLIMIT,
    SO_TIMESTAMPNS,
    SOL_IP,
    SOL_IPV6,
)
from netscope.core.typed import NamedTuple
from netscope.system.errors import explain

FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
ROOM = 65_536  # no datagram is longer
ANCILLARY = 512
_SO_RCVBUFFORCE = 33
_BUFFER = 4 << 20  # replies wait here while the program is busy: 20,000 and more
_IP_MTU_DISCOVER, _IPV6_MTU_DISCOVER = 10, 23
_DISCOVER = {"dont": 0, "want": 1, "do": 2, "probe": 3}
_KEPT = 70_000  # more than ICMP's 65,536 sequence numbers


class Sent(NamedTuple):
    """What is kept of a probe: wall and monotonic clock before sending, and what it was."""

    wall: int
    monotonic: int
    address: str
    sequence: int
    size: int


def now() -> tuple[int, int]:
    """Return wall and monotonic clock in nanoseconds."""
    return time.time_ns(), time.monotonic_ns()


def prepare(made: socket.socket, plan: Plan) -> socket.socket:
    """Set the options of a plan and bind. The socket is closed when that fails."""
    try:
        _prepare(made, plan)
    except OSError as error:
        made.close()
        if plan.interface and error.errno == 19:  # ENODEV
            raise BadQuery(f"unknown interface {plan.interface}", os.strerror(19)) from error
        what = f"bind to {plan.source}" if plan.source else f"socket option on {plan.interface or 'a probe socket'}"
        raise explain(error, what) from error
    return made


def _prepare(made: socket.socket, plan: Plan) -> None:
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    except OSError:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    if plan.family == 4:
        level = SOL_IP
        wanted = {IP_RECVERR: 1, IP_RECVTTL: 1}
        spoken, tos, discover = IP_RECVERR_RFC4884, socket.IP_TOS, _IP_MTU_DISCOVER
    else:
        level = SOL_IPV6
        wanted = {IPV6_RECVERR: 1, IPV6_RECVHOPLIMIT: 1}
        spoken, tos, discover = IPV6_RECVERR_RFC4884, socket.IPV6_TCLASS, _IPV6_MTU_DISCOVER
    if plan.tos is not None:
        wanted[tos] = plan.tos
    if plan.discover:
        wanted[discover] = _DISCOVER[plan.discover]
    for option, value in wanted.items():
        made.setsockopt(level, option, value)
    try:
        made.setsockopt(level, spoken, 1)
    except OSError:
        pass  # before Linux 5.9: extensions are then found by their checksum alone
    if plan.broadcast:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if plan.interface:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, os.fsencode(plan.interface) + b"\0")
    if plan.source or plan.source_port:
        made.bind(socket_address(plan.family, plan.source, plan.source_port))


def socket_address(family: int, address: str, port: int = 0) -> tuple[str | int, ...]:
    """Return Python's form of a socket address; an IPv6 scope after ``%`` becomes its index."""
    if family == 4:
        return address, port
    plain, _, scope = address.partition("%")
    if not scope:
        return plain, port, 0, 0
    try:
        return plain, port, 0, int(scope) if scope.isdigit() else socket.if_nametoindex(scope)
    except OSError as error:
        raise NetscopeError(f"{address}", f"no interface {scope}") from error


def printed(found: tuple[str | int, ...]) -> str:
    """Return the address of Python's form of a socket address, with the scope's name behind ``%`` where it has one."""
    address = str(found[0])
    if len(found) < 4 or not found[3] or "%" in address:
        return address
    try:
        return f"{address}%{socket.if_indextoname(int(found[3]))}"
    except OSError:
        return f"{address}%{found[3]}"


def set_ttl(made: socket.socket, family: int, ttl: int) -> None:
    """Set the TTL or hop limit of what is sent from now on, for multicast, too. 0 is the system's own."""
    level = SOL_IP if family == 4 else SOL_IPV6
    made.setsockopt(level, socket.IP_TTL if family == 4 else socket.IPV6_UNICAST_HOPS, ttl or -1)
    if made.type != socket.SOCK_STREAM:
        many = socket.IP_MULTICAST_TTL if family == 4 else socket.IPV6_MULTICAST_HOPS
        made.setsockopt(level, many, ttl or -1)


def remember(table: dict[int, Sent], token: int, sent: Sent) -> None:
    """Keep what a late reply or a duplicate will need, the oldest making room."""
    table[token] = sent
    if len(table) > _KEPT:
        del table[next(iter(table))]


def refused(token: int, error: OSError) -> Event:
    """Return the event of a probe that the own kernel did not let out."""
    return Event(token, "error", received=time.time(), errno=error.errno or 0)
