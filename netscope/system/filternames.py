"""The names in capture filters, looked up as libpcap looks them up (see netscope.core.capturefilter.Resolver).

The resolver of the host is asked for hosts, which may take seconds: not on the event loop. What is not found, for
whatever reason, is answered with nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Inside = Callable[[Callable[[], Any]], Any]

_NETWORKS = "/etc/networks"
_ETHERS = "/etc/ethers"


class LiveFilterNames:
    """Asks getaddrinfo(3) in one namespace, and the files of /etc."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    def addresses(self, name: str) -> Sequence[bytes]:
        """Return a host's addresses."""
        host = name.encode("utf-8", "surrogateescape")
        found = self._inside(lambda: _asked(host, None, socket.SOCK_STREAM, socket.IPPROTO_TCP))
        return [
            socket.inet_pton(family, address[0].partition("%")[0])
            for family, address in found
            if family in (socket.AF_INET, socket.AF_INET6)
        ]

    def ports(self, name: str) -> tuple[int | None, int | None]:
        """Return the TCP and the UDP port of a service."""
        tcp = _asked(None, name, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        udp = _asked(None, name, socket.SOCK_DGRAM, socket.IPPROTO_UDP)
        return (tcp[0][1][1] if tcp else None), (udp[0][1][1] if udp else None)

    def protocol(self, name: str) -> int | None:
        """Return the number of an IP protocol."""
        try:
            return socket.getprotobyname(name)
        except (OSError, ValueError):
            return None

    def network(self, name: str) -> int | None:
        """Return the number of a network: dotted parts, those that are missing are 0."""
        for words in _lines(_NETWORKS):
            if len(words) > 1 and (name == words[0] or name in words[2:]):
                parts = words[1].split(".")
                try:
                    return int.from_bytes(bytes(int(part) for part in parts).ljust(4, b"\0"), "big")
                except ValueError:
                    return None
        return None

    def ethernet(self, name: str) -> bytes | None:
        """Return an Ethernet address."""
        for words in _lines(_ETHERS):
            if len(words) == 2 and name == words[1]:
                try:
                    address = bytes(int(part, 16) for part in words[0].split(":"))
                except ValueError:
                    continue
                if len(address) == 6:
                    return address
        return None


def _asked(host: bytes | None, service: str | None, kind: int, protocol: int) -> list[tuple[int, Any]]:
    try:
        found = socket.getaddrinfo(host, service, type=kind, proto=protocol)
    except (OSError, ValueError):
        return []
    return [(family, address) for family, _kind, _protocol, _name, address in found]


def _lines(path: str) -> Iterator[list[str]]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                yield line.partition("#")[0].split()
    except OSError:
        return
