"""Reachability of one network namespace: names, routes, channels (see :class:`netscope.core.probe.Prober`)."""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums
import os
import time

from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.probe import Address, Channel, Plan
from netscope.core.typed import TYPE_CHECKING, Any, Callable, Sequence
from netscope.system.errors import explain
from netscope.system.probe.options import FAMILIES, prepare, printed, socket_address

_FALLBACK_PORT = 443  # where neither ICMP nor the ping program may be used
_LOOKUPS = 64

if TYPE_CHECKING:
    from threading import Thread

    from netscope.system.probe.connections import TcpChannel
    from netscope.system.probe.segments import SegmentChannel


class LiveProber:
    """Probes by the running kernel. ``inside`` runs a function within the host's network namespace."""

    def __init__(self, inside: Callable[[Callable[[], Any]], Any]) -> None:
        self._inside = inside

    def resolve(self, name: str, family: int = 0) -> Sequence[Address]:
        """Resolve a name."""
        known = _literal(name)
        if known is not None and family in (0, known.family):
            return [known]
        wanted = FAMILIES[family] if family else socket.AF_UNSPEC
        try:
            found = self._inside(
                lambda: socket.getaddrinfo(name, None, wanted, socket.SOCK_DGRAM, 0, socket.AI_CANONNAME)
            )
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise BadQuery(name, str(why)) from error
        canonical = found[0][3] or name
        return [Address(6 if kind == socket.AF_INET6 else 4, printed(to), canonical) for kind, _, _, _, to in found]

    def names(self, addresses: Sequence[str], patience: float) -> dict[str, str]:
        """Look names up, all at once; whoever has not answered in time has none."""
        from threading import Thread

        found: dict[str, str] = {}
        waiting = list(addresses)

        def look_up() -> None:
            while waiting:
                try:
                    address = waiting.pop()
                    at: Any = socket_address(6 if ":" in address else 4, address)
                    found[address] = socket.getnameinfo(at, socket.NI_NAMEREQD)[0]
                except (OSError, IndexError, UnicodeError, NetscopeError):
                    continue

        def start() -> list[Thread]:
            threads = [Thread(target=look_up, name="names", daemon=True) for _ in range(min(_LOOKUPS, len(addresses)))]
            for thread in threads:
                thread.start()
            return threads

        deadline = time.monotonic() + patience
        for thread in self._inside(start):
            thread.join(max(0.0, deadline - time.monotonic()))
        return dict(found)

    def route(self, address: str, plan: Plan) -> str:
        """Ask the kernel for the source address by connecting a UDP socket, which sends nothing."""
        return str(self._inside(lambda: _source(address, plan)))

    def open(self, plan: Plan) -> Channel:
        """Open a channel."""
        opened: Channel = self._inside(lambda: self._open(plan))
        return opened

    def _open(self, plan: Plan) -> Channel:
        if plan.method == "tcp":
            constant = _segments(plan) if plan.constant else None
            return constant if constant is not None else self._tcp(plan)
        from netscope.system.probe.datagrams import UdpChannel, open_icmp

        if plan.method == "udp":
            return UdpChannel(plan)
        try:
            return open_icmp(plan)
        except NetscopeError as error:
            reasons = [str(error)]
        from netscope.system.probe.program import ProgramChannel

        try:
            return ProgramChannel(plan, self._inside)
        except NetscopeError as error:
            reasons.append(str(error))
        channel = self._tcp(plan._replace(method="tcp", port=_FALLBACK_PORT))
        channel.how += f" ({'; '.join(reasons)})"
        return channel

    def _tcp(self, plan: Plan) -> TcpChannel:
        from netscope.system.probe.connections import TcpChannel

        return TcpChannel(plan, self._inside)

    def privileged(self) -> bool:
        """Tell whether the real user is root, as ping(8) asks."""
        return os.getuid() == 0


def _segments(plan: Plan) -> SegmentChannel | None:
    """Return a channel of one flow; None where this user may not."""
    from netscope.system.probe.segments import SegmentChannel

    try:
        return SegmentChannel(plan)
    except PermissionError:
        return None


def _literal(text: str) -> Address | None:
    """Return what is an address already: asking the resolver for it would cost the import of an IDNA codec."""
    for family, kind in FAMILIES.items():
        try:
            plain = socket.inet_ntop(kind, socket.inet_pton(kind, text))
        except (OSError, UnicodeError, ValueError):
            continue
        return Address(family, plain, plain)
    return None


def _source(address: str, plan: Plan) -> str:
    made = socket.socket(FAMILIES[plan.family], socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    try:
        prepare(made, plan._replace(source_port=0))
        made.connect(socket_address(plan.family, address, 1025))  # the port that ping(8) takes; nothing is sent
        return printed(made.getsockname())
    except OSError as error:
        raise explain(error, "connect") from error
    finally:
        made.close()
