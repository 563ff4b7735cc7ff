"""Sockets that came and went between two looks, with their last counters (SKNLGRP_INET_TCP_DESTROY and the like)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netscope.core.errors import NetscopeError
from netscope.core.host import Events, Host
from netscope.core.netlink import NETLINK_SOCK_DIAG, Malformed, messages
from netscope.core.snapshot import Problem
from netscope.domains.sockets import inet
from netscope.domains.sockets.labels import Interfaces, Labels
from netscope.domains.sockets.record import Socket
from netscope.domains.sockets.selection import Selection

_DESTROYED = {("tcp", 4): 1, ("udp", 4): 2, ("tcp", 6): 3, ("udp", 6): 4}  # enum sknetlink_groups, sock_diag.h
_PROTOCOL = 10  # INET_DIAG_PROTOCOL
_COOKIE = slice(44, 52)

_MISSED = Problem(
    "some connections that ended between two looks",
    "the kernel dropped their notices (ENOBUFS)",
    "they came faster than they could be read; what is open was read again",
)


class Departures:
    """Hears of every TCP and UDP socket's end, with its last counters (SKNLGRP_INET_TCP_DESTROY and the like)."""

    def __init__(self, host: Host, chosen: Selection) -> None:
        groups = [
            group
            for (protocol, family), group in _DESTROYED.items()
            if protocol in chosen.protocols and chosen.family in (0, family) and chosen.listening is not True
        ]
        self._decoders = {
            number: inet.decoder(protocol, Labels(str), Interfaces(host))
            for protocol, number in (("tcp", 6), ("udp", 17))
        }
        self._events: Events | None = None
        self._heard: list[bytes] = []
        self._gone: set[bytes] = set()
        self._lost = False
        try:
            self._events = host.events(NETLINK_SOCK_DIAG, groups) if groups else None
        except NetscopeError:
            pass  # a kernel before 4.2: connections are then seen at the interval only

    def hear(self) -> None:
        """Take the notices that have come. To be called before a look: what ended after it may still be in it."""
        if self._events is None:
            return
        try:
            self._heard, self._lost = self._events.drain()
        except NetscopeError:
            self._heard, self._lost = [], True

    def unseen(self, gone: Iterable[Socket]) -> list[Socket]:
        """Return the sockets heard of that no look has seen; ``gone`` are those of the look before that are gone now.

        The kernel sends its notices when it has time, so a socket may have been gone for a look already.
        """
        before, self._gone = self._gone, {row.message[_COOKIE] for row in gone}
        seen = self._gone | before
        try:
            return [self._closed(notice) for _kind, notice in messages(self._heard) if notice[_COOKIE] not in seen]
        except Malformed:
            self._lost = True
            return []

    @property
    def problems(self) -> Sequence[Problem]:
        """What is missing of the notices last taken."""
        return (_MISSED,) if self._lost else ()

    def _closed(self, payload: bytes) -> Socket:
        """The notice carries no owner: neither user nor process is known."""
        row = self._decoders[6](payload)
        if row.attribute(_PROTOCOL) == b"\x11":
            row = self._decoders[17](payload)
        return row._replace(state="CLOSED", uid=None, user=None, processes=None)

    def close(self) -> None:
        """End the subscription."""
        if self._events is not None:
            self._events.close()
            self._events = None
