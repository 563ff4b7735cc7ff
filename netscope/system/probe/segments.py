"""TCP probes of one flow: SYNs over a raw socket, all with the same ports (Paris traceroute). Needs CAP_NET_RAW.

Only the sequence number tells one probe from the next; each is one more than the last. That matters where several are
on their way at once. Connection tracking, here or in a router that translates addresses, may believe an answer to an
earlier one only if the numbers are close. And Linux, which has accepted one SYN and not yet heard that nobody wants it,
refuses the next whose number is that close: so each is answered, and a refusal soon after is not the port's.
"""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums
import os
import time

from netscope.core.probe import Event, Plan, Probe
from netscope.core.probe_tcp import CHECKSUM_OFFSET, answered, quoted, syn
from netscope.core.probe_wire import SOL_IPV6, Ancillaries, without_ip
from netscope.core.typed import Any
from netscope.system.capture.filtering import attach
from netscope.system.errors import explain
from netscope.system.probe.datagrams import DatagramChannel
from netscope.system.probe.options import FAMILIES, printed, refused, socket_address

_IPV6_CHECKSUM = 7
_HEADER_LENGTH, _LOAD_BEHIND, _LOAD, _JUMP_EQUAL, _RETURN = 0xB1, 0x40, 0x20, 0x15, 0x06  # classic BPF
_ALL = 0xFFFF
_HELD = 63.0  # seconds: Linux keeps a handshake that nobody completes no longer (tcp_synack_retries, tcp(7))


class SegmentChannel(DatagramChannel):
    """SYNs; the answer is a SYN/ACK (open), a reset (closed), or an ICMP error on the way.

    The kernel, which knows of no connection, resets what was accepted. Raises OSError where this user may not.
    """

    def __init__(self, plan: Plan) -> None:
        made = socket.socket(FAMILIES[plan.family], socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.IPPROTO_TCP)
        super().__init__(plan._replace(port=0, source_port=0, discover=""), made)  # a raw socket has no ports
        self.how = f"SYNs over a raw socket to TCP port {plan.port}"
        try:
            self._reserved = _reserve(plan)
        except OSError as error:
            super().close()
            raise explain(error, "reserving a TCP port") from error
        self._ports = self._reserved.getsockname()[1], plan.port
        self._base = int.from_bytes(os.urandom(4), "big")
        self._target = self._source = ""
        self._accepted = -_HELD  # when the target last accepted, on the monotonic clock
        try:
            self._narrow()
        except OSError as error:
            self.close()
            raise explain(error, "socket option on a raw TCP socket") from error

    def _narrow(self) -> None:
        """Let in only what comes back from port to port: a raw socket hears all TCP that reaches this host."""
        wanted = self._ports[1] << 16 | self._ports[0]
        # With IPv4, the header of IP comes first.
        load = [(_HEADER_LENGTH, 0, 0, 0), (_LOAD_BEHIND, 0, 0, 0)] if self._family == 4 else [(_LOAD, 0, 0, 0)]
        attach(self._socket, [*load, (_JUMP_EQUAL, 0, 1, wanted), (_RETURN, 0, 0, _ALL), (_RETURN, 0, 0, 0)])
        if self._family == 6:
            self._socket.setsockopt(SOL_IPV6, _IPV6_CHECKSUM, CHECKSUM_OFFSET)

    def close(self) -> None:
        """Close the socket and give the port back."""
        super().close()
        self._reserved.close()

    def send(self, probe: Probe) -> Event | None:
        """Send one SYN (see :class:`netscope.core.probe.Channel`)."""
        if probe.address != self._target:
            try:  # connected, it hears this address alone, and the source stays the same, whatever routes do
                self._socket.connect(socket_address(self._family, probe.address))
            except OSError as error:
                return refused(probe.token, error)
            self._target = probe.address
            self._source = self._socket.getsockname()[0]
            self._accepted = -_HELD
        return super().send(probe)

    def _packet(self, probe: Probe, size: int) -> bytes:
        return syn(self._family, self._ports, (self._base + probe.token) & 0xFFFFFFFF, self._source, probe.address)

    def _token(self, sequence: int) -> int | None:
        token = (sequence - self._base) & 0xFFFFFFFF
        return token if token in self._sent else None

    def _reply(self, data: bytes, told: Ancillaries, source: Any) -> Event | None:
        ttl = told.ttl
        if self._family == 4:
            data, ttl = without_ip(data)
        found = answered(data, self._ports)
        token = self._token(found.sequence) if found is not None else None
        if found is None or token is None:
            return None
        rtt, received, jumped = self._timed(token, told)
        if found.accepts:
            self._accepted = time.monotonic()
        elif not found.refuses:
            rtt = None  # a later SYN made the target say again what it waits for
        # A refusal soon after an acceptance is of such a handshake, not of the port: what accepted may still be under
        # way, or have been dropped by a router that had just forgotten the flow.
        is_open = not found.refuses or time.monotonic() - self._accepted < _HELD
        return Event(token, "reply", printed(source), rtt, received, ttl, len(data), port_open=is_open, jumped=jumped)

    def _quoted(self, data: bytes, _source: Any) -> tuple[int | None, bool]:
        sequence = quoted(data, self._ports)
        token = self._token(sequence) if sequence is not None else None
        return token, token is not None


def _reserve(plan: Plan) -> socket.socket:
    """Return a socket that holds the source port, so that no connection of this host gets it. It does not listen."""
    made = socket.socket(FAMILIES[plan.family], socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        made.bind(socket_address(plan.family, plan.source, plan.source_port))
    except OSError:
        made.close()
        raise
    return made
