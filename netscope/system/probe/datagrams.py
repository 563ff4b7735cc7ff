"""ICMP echo and UDP probes: one socket for all targets of a family, errors from the error queue."""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums
import errno
import os
import time
from abc import ABC, abstractmethod

from netscope.core.errors import NetscopeError
from netscope.core.probe import HEADERS, Event, Plan, Probe, elapsed
from netscope.core.probe_wire import (
    ECHO,
    ECHO_REPLY,
    ICMP_HEADER,
    Ancillaries,
    QueuedError,
    ancillaries,
    echo,
    first_difference,
    mpls,
    payload,
    stamped_token,
    without_ip,
)
from netscope.core.typed import Any
from netscope.system.errors import explain
from netscope.system.probe.options import (
    ANCILLARY,
    FAMILIES,
    ROOM,
    Sent,
    now,
    prepare,
    printed,
    refused,
    remember,
    set_ttl,
    socket_address,
)

_PROTOCOL = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
_ICMP_FILTER = {4: (255, 1), 6: (socket.IPPROTO_ICMPV6, 1)}  # SOL_RAW ICMP_FILTER, ICMPV6_FILTER: set bits are blocked
# An ICMP error for one probe is also reported by the next send on the socket; it is in the queue anyway.
_REPORTED = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ECONNREFUSED, errno.EPROTO, errno.ENOPROTOOPT,
                       errno.EACCES, errno.EHOSTDOWN, errno.ENONET, errno.EOPNOTSUPP})  # fmt: skip
_UDP_QUOTED = 8  # the header that a quoted datagram begins with; the error queue hands out what follows


class DatagramChannel(ABC):
    """What ICMP and UDP channels have in common."""

    how = ""

    def __init__(self, plan: Plan, made: socket.socket) -> None:
        self._plan = plan
        self._family = plan.family
        self._socket = prepare(made, plan)
        self._cookie = os.urandom(8)
        self._sent: dict[int, Sent] = {}
        self._addresses: dict[str, Any] = {}
        self._ttl = 0
        self._early: list[Event] = []

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def forget(self, token: int) -> None:  # noqa: B027 - that is all there is to do
        """Nothing is held that must be released: what is kept makes room by itself."""

    def send(self, probe: Probe) -> Event | None:
        """Send one probe (see :class:`netscope.core.probe.Channel`)."""
        to = self._addresses.get(probe.address)
        if to is None:
            to = self._addresses[probe.address] = socket_address(self._family, probe.address, self._plan.port)
        if probe.ttl != self._ttl:
            set_ttl(self._socket, self._family, probe.ttl)
            self._ttl = probe.ttl
        size = self._plan.size if probe.size < 0 else probe.size
        packet = self._packet(probe, size)
        for attempt in (0, 1, 2):
            wall, monotonic = now()
            try:
                self._socket.sendto(packet, to)
            except OSError as error:
                if error.errno == errno.EMSGSIZE:
                    return self._too_long(probe.token, error)
                if attempt == 2 or error.errno not in _REPORTED:
                    return refused(probe.token, error)
            else:
                break
        self._remember(probe.token, Sent(wall, monotonic, probe.address.partition("%")[0], probe.sequence, size))
        return None

    def drain(self) -> list[Event]:
        """Return what came back (see :class:`netscope.core.probe.Channel`)."""
        events, self._early = self._early, []
        receive = self._socket.recvmsg
        for flags in (socket.MSG_ERRQUEUE, 0):
            while True:
                try:
                    data, messages, _flags, source = receive(ROOM, ANCILLARY, flags)
                except BlockingIOError:
                    break
                except OSError as error:
                    if error.errno in _REPORTED:
                        continue  # the same error again, as the socket's own: the queue has told it
                    raise explain(error, "receiving replies") from error
                told = ancillaries(messages)
                event = self._error(data, told.error, told, source) if flags else self._reply(data, told, source)
                if event is not None:
                    events.append(event)
        return events

    def _too_long(self, token: int, error: OSError) -> Event:
        """Return the refusal of a packet over the MTU, which the error queue tells without saying of which packet."""
        mtu = 0
        while True:
            try:
                data, messages, _flags, source = self._socket.recvmsg(ROOM, ANCILLARY, socket.MSG_ERRQUEUE)
            except OSError:
                return refused(token, error)._replace(info=mtu)
            told = ancillaries(messages)
            if told.error is not None and told.error.icmp is None and told.error.errno == errno.EMSGSIZE:
                mtu = told.error.info
            elif (event := self._error(data, told.error, told, source)) is not None:
                self._early.append(event)

    def _remember(self, token: int, sent: Sent) -> None:
        remember(self._sent, token, sent)

    @abstractmethod
    def _packet(self, probe: Probe, size: int) -> bytes:
        """Return what is sent."""

    @abstractmethod
    def _reply(self, data: bytes, told: Ancillaries, source: Any) -> Event | None:
        """Return the event of what came from the target; None when it is no answer to a probe of ours."""

    @abstractmethod
    def _quoted(self, data: bytes, source: Any) -> tuple[int | None, bool]:
        """Return the token of the probe that an error quotes, and whether the error is about one of ours at all."""

    def _error(self, data: bytes, error: QueuedError | None, told: Ancillaries, source: Any) -> Event | None:
        if error is None:
            return None
        token, ours = self._quoted(data, source)
        if not ours:
            return None
        rtt, received, jumped = self._timed(token, told)
        who = printed((error.offender, 0, 0, error.scope))
        guess = 128 - HEADERS[self._family] - (_UDP_QUOTED if self._plan.method == "udp" else 0)
        return Event(
            token, "error", who, rtt, received, told.ttl if error.icmp else None, len(data), error.icmp, error.errno,
            error.info, mpls(data, error.extension, guess) if error.icmp else (), jumped=jumped,
        )  # fmt: skip

    def _timed(self, token: int | None, told: Ancillaries) -> tuple[float | None, float, bool]:
        received = told.received or time.time_ns()
        sent = self._sent.get(token) if token is not None else None
        if sent is None:
            return None, received / 1e9, False
        rtt, jumped = elapsed((sent.wall, sent.monotonic), received, time.monotonic_ns())
        return rtt, received / 1e9, jumped


class IcmpChannel(DatagramChannel):
    """ICMP echo over a datagram socket (net.ipv4.ping_group_range) or, with CAP_NET_RAW, a raw one."""

    def __init__(self, plan: Plan, *, raw: bool) -> None:
        kind = socket.SOCK_RAW if raw else socket.SOCK_DGRAM
        super().__init__(plan, socket.socket(FAMILIES[plan.family], kind | socket.SOCK_CLOEXEC, _PROTOCOL[plan.family]))
        self.how = f"{'ICMP' if plan.family == 4 else 'ICMPv6'} over a {'raw' if raw else 'datagram'} socket"
        self._raw = raw
        self._identifier = int.from_bytes(os.urandom(2), "big")
        self._tokens: dict[tuple[str, int], int] = {}
        if raw:
            level, option = _ICMP_FILTER[plan.family]
            wanted = ECHO_REPLY[plan.family]
            words = 8 if plan.family == 6 else 1
            mask = ((1 << 32 * words) - 1) ^ (1 << wanted)
            blocked = b"".join((mask >> 32 * n & 0xFFFFFFFF).to_bytes(4, "little") for n in range(words))
            self._socket.setsockopt(level, option, blocked)

    def _packet(self, probe: Probe, size: int) -> bytes:
        data = payload(size, self._cookie, probe.token, probe.sequence, self._plan.flow)
        if self._raw:
            return echo(self._family, self._identifier, probe.sequence, data)
        return ICMP_HEADER.pack(ECHO[self._family], 0, 0, 0, probe.sequence) + data

    def _remember(self, token: int, sent: Sent) -> None:
        remember(self._sent, token, sent)
        key = sent.address, sent.sequence
        self._tokens.pop(key, None)  # so that the newest is last
        self._tokens[key] = token
        if len(self._tokens) > len(self._sent):
            del self._tokens[next(iter(self._tokens))]

    def _reply(self, data: bytes, told: Ancillaries, source: Any) -> Event | None:
        ttl = told.ttl
        if self._raw and self._family == 4:
            data, ttl = without_ip(data)
        if len(data) < ICMP_HEADER.size:
            return None
        kind, _code, _checksum, identifier, sequence = ICMP_HEADER.unpack_from(data)
        if kind != ECHO_REPLY[self._family] or (self._raw and identifier != self._identifier):
            return None
        body = data[ICMP_HEADER.size :]
        token = stamped_token(body, self._cookie)
        if token is None:
            token = self._tokens.get((str(source[0]).partition("%")[0], sequence))
        sent = self._sent.get(token) if token is not None else None
        if token is None or sent is None:
            return None  # another program's with the same identifier, or older than all that is kept
        rtt, received, jumped = self._timed(token, told)
        expected = payload(sent.size, self._cookie, token, sent.sequence, self._plan.flow)
        wrong = None if body == expected else first_difference(expected, body)
        return Event(token, "reply", printed(source), rtt, received, ttl, len(data), wrong=wrong, jumped=jumped)

    def _quoted(self, data: bytes, source: Any) -> tuple[int | None, bool]:
        if len(data) < ICMP_HEADER.size:
            return None, False
        kind, _code, _checksum, identifier, sequence = ICMP_HEADER.unpack_from(data)
        if kind != ECHO[self._family] or (self._raw and identifier != self._identifier):
            return None, False
        token = self._tokens.get((str(source[0]).partition("%")[0], sequence))
        return token, token is not None


class UdpChannel(DatagramChannel):
    """UDP datagrams to one port: the five-tuple stays the same, the payload tells one probe from another."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan, socket.socket(FAMILIES[plan.family], socket.SOCK_DGRAM | socket.SOCK_CLOEXEC))
        self.how = f"UDP to port {plan.port}"

    def _packet(self, probe: Probe, size: int) -> bytes:
        return payload(size, self._cookie, probe.token, probe.sequence)

    def _reply(self, data: bytes, told: Ancillaries, source: Any) -> Event | None:
        token = stamped_token(data, self._cookie)
        rtt, received, jumped = self._timed(token, told)
        return Event(token, "reply", printed(source), rtt, received, told.ttl, len(data), jumped=jumped)

    def _quoted(self, data: bytes, _source: Any) -> tuple[int | None, bool]:
        token = stamped_token(data, self._cookie)
        return (token, True) if token in self._sent else (None, True)


def open_icmp(plan: Plan) -> IcmpChannel:
    """Open the first of datagram and raw ICMP that this user may. Raises NetscopeError with both reasons."""
    reasons = []
    for raw in (False, True):
        try:
            return IcmpChannel(plan, raw=raw)
        except OSError as error:
            reasons.append(f"{'raw' if raw else 'datagram'} ICMP socket: {os.strerror(error.errno or 0)}")
    raise NetscopeError("ICMP", "; ".join(reasons), "net.ipv4.ping_group_range opens it to users, or run with sudo")
