"""TCP probes: a connection attempt each, abandoned as soon as it has answered. Needs no privilege."""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums
import errno
import os
import select
import time
from collections.abc import Callable
from struct import Struct
from typing import Any, NamedTuple

from netscope.core.probe import HEADERS, Event, Plan, Probe, elapsed
from netscope.core.probe_wire import ancillaries, mpls
from netscope.system.errors import explain
from netscope.system.probe.options import (
    ANCILLARY,
    FAMILIES,
    ROOM,
    now,
    prepare,
    printed,
    refused,
    set_ttl,
    socket_address,
)

_RTT_AT, _RETRANSMITTED_AT = 68, 100  # struct tcp_info (linux/tcp.h): tcpi_rtt in microseconds, tcpi_total_retrans
_WORD = Struct("=I")
_RESET = Struct("ii").pack(1, 0)  # SO_LINGER: closing sends a reset and leaves no TIME_WAIT


class _Attempt(NamedTuple):
    socket: socket.socket
    token: int
    address: str
    wall: int
    monotonic: int


class TcpChannel:
    """Connection attempts; the answer is a SYN/ACK (open), a reset (closed), or an ICMP error on the way."""

    def __init__(self, plan: Plan, inside: Callable[[Callable[[], Any]], Any]) -> None:
        self._plan = plan
        self._inside = inside
        self._family = plan.family
        self._epoll = select.epoll()
        self._attempts: dict[int, _Attempt] = {}
        self._descriptors: dict[int, int] = {}
        self.how = f"TCP connect to port {plan.port}"

    def fileno(self) -> int:
        """Return the epoll descriptor, which stands for all attempts."""
        return self._epoll.fileno()

    def send(self, probe: Probe) -> Event | None:
        """Begin one attempt."""
        try:
            made = self._inside(self._socket)
        except OSError as error:
            return refused(probe.token, error)
        if probe.ttl:
            set_ttl(made, self._family, probe.ttl)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        wall, monotonic = now()
        code = made.connect_ex(socket_address(self._family, probe.address, self._plan.port))
        if code not in (0, errno.EINPROGRESS, errno.ECONNREFUSED):
            made.close()
            return refused(probe.token, OSError(code, os.strerror(code)))
        descriptor = made.fileno()
        self._attempts[descriptor] = _Attempt(made, probe.token, probe.address, wall, monotonic)
        self._descriptors[probe.token] = descriptor
        self._epoll.register(descriptor, select.EPOLLOUT)
        return None

    def _socket(self) -> socket.socket:
        made = socket.socket(FAMILIES[self._family], socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        return prepare(made, self._plan)

    def drain(self) -> list[Event]:
        """Return the attempts that came to an end."""
        events: list[Event] = []
        for descriptor, _flags in self._epoll.poll(0):
            attempt = self._attempts[descriptor]
            event = self._outcome(attempt)
            if event is not None:
                events.append(event)
                self.forget(attempt.token)
        return events

    def _outcome(self, attempt: _Attempt) -> Event | None:
        made = attempt.socket
        clock = attempt.wall, attempt.monotonic
        try:
            data, messages, _flags, _source = made.recvmsg(ROOM, ANCILLARY, socket.MSG_ERRQUEUE)
        except BlockingIOError:
            pass
        except OSError as error:
            raise explain(error, "receiving replies") from error
        else:
            told = ancillaries(messages)
            if told.error is not None and told.error.icmp is not None:
                received = told.received or time.time_ns()
                rtt, jumped = elapsed(clock, received, time.monotonic_ns())
                labels = mpls(data, told.error.extension, 128 - HEADERS[self._family])
                who = printed((told.error.offender, 0, 0, told.error.scope))
                return Event(attempt.token, "error", who, rtt, received / 1e9, told.ttl, len(data),
                             told.error.icmp, told.error.errno, told.error.info, labels, jumped=jumped)  # fmt: skip
        code = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        took = (time.monotonic_ns() - attempt.monotonic) / 1e9
        if code == 0:
            return Event(attempt.token, "reply", attempt.address, self._handshake(made, took), time.time(),
                         port_open=True)  # fmt: skip
        if code == errno.ECONNREFUSED:
            return Event(attempt.token, "reply", attempt.address, took, time.time(), port_open=False)
        return Event(attempt.token, "error", "", took, time.time(), errno=code)

    def _handshake(self, made: socket.socket, took: float) -> float:
        """Return the kernel's own measure of the handshake: this program may have looked late."""
        info = made.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        if len(info) < _RETRANSMITTED_AT + 4 or _WORD.unpack_from(info, _RETRANSMITTED_AT)[0]:
            return took
        return min(took, int(_WORD.unpack_from(info, _RTT_AT)[0]) / 1e6)

    def forget(self, token: int) -> None:
        """Abandon an attempt, so that the kernel does not send its SYN again."""
        descriptor = self._descriptors.pop(token, None)
        if descriptor is not None:
            self._attempts.pop(descriptor).socket.close()

    def close(self) -> None:
        """Abandon all."""
        for token in list(self._descriptors):
            self.forget(token)
        self._epoll.close()
