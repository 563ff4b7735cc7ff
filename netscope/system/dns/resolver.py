"""The DNS side of this machine, in one network namespace (see :class:`netscope.core.dns.resolver.Resolver`)."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Generator, Iterable
from typing import Any

from netscope.core.dns import resolvconf
from netscope.core.dns.resolver import Configuration, Found, Server, Task
from netscope.core.errors import NetscopeError, Unavailable
from netscope.system.dns.flights import SocketAddress, launch
from netscope.system.dns.loop import Loop
from netscope.system.errors import explain
from netscope.system.namespaces import NETNS_DIRECTORY

_FAMILIES = {0: socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}

# Run by another process inside a namespace: glibc reads /etc when it likes, and ip(8) binds the namespace's over it.
_LOOKUP = """
import json, socket, sys
try:
    found = socket.getaddrinfo(sys.argv[1], None, int(sys.argv[2]), socket.SOCK_STREAM, 0, socket.AI_CANONNAME)
    print(json.dumps([[each[4][0] for each in found], found[0][3], ""]))
except OSError as error:
    print(json.dumps([[], "", error.strerror or str(error)]))
"""


class LiveResolver:
    """Sends questions from a namespace. ``path`` is its file, "" for our own; ``inside`` runs a function in it."""

    def __init__(self, path: str, inside: Callable[[Callable[[], Any]], Any]) -> None:
        self._path = path
        self._inside = inside
        self._cookie = os.urandom(8)

    def run(
        self, tasks: Iterable[Task[Any]], concurrency: int, stop: int | None = None
    ) -> Generator[tuple[int, Any], None, None]:
        """Run tasks side by side."""
        return Loop(lambda inquiry: launch(inquiry, self._open, self._cookie), stop).run(tasks, concurrency)

    def _open(self, server: Server, kind: int) -> tuple[socket.socket, SocketAddress]:
        """Return a socket for a server, and the server's address as connect(2) takes it. Raises OSError."""

        def make() -> tuple[socket.socket, SocketAddress]:
            family, address = locate_server(server)
            return socket.socket(family, kind), address

        made: tuple[socket.socket, SocketAddress] = self._inside(make)
        return made

    def configuration(self) -> Configuration:
        """Read resolv.conf; without one the host asks itself (resolv.conf(5))."""
        try:
            path, data = self.etc("resolv.conf")
        except Unavailable:
            return resolvconf.parse("")
        found = resolvconf.parse(data.decode("utf-8", "surrogateescape"), path)
        if self._path or resolvconf.STUBS.isdisjoint(found.servers):
            return found  # systemd-resolved answers in the namespace that it runs in, and nowhere else
        from netscope.system.dns.resolved import links

        return found._replace(links=links())

    def etc(self, name: str) -> tuple[str, bytes]:
        """Return a file of /etc, the namespace's own where it has one (ip-netns(8))."""
        path = f"/etc/{name}"
        if self._path.startswith(f"{NETNS_DIRECTORY}/"):
            own = f"/etc/netns/{os.path.basename(self._path)}/{name}"
            if os.path.exists(own):
                path = own
        try:
            with open(path, "rb") as file:
                return path, file.read()
        except OSError as error:
            raise explain(error, path) from error

    def lookup(self, name: str, family: int = 0) -> Found:
        """Ask getaddrinfo(3)."""
        if not self._path:
            return _getaddrinfo(name, _FAMILIES[family])
        import json
        import subprocess
        import sys

        enter = ["nsenter", f"--net={self._path}"]
        if self._path.startswith(f"{NETNS_DIRECTORY}/"):
            enter = ["ip", "netns", "exec", os.path.basename(self._path)]
        command = [*enter, sys.executable, "-S", "-c", _LOOKUP, name, str(int(_FAMILIES[family]))]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            addresses, canonical, error = json.loads(done.stdout)
        except (OSError, ValueError) as failure:
            raise NetscopeError("the namespace's view of names", str(failure), "needs ip(8) or nsenter(1)") from failure
        return Found(tuple(dict.fromkeys(addresses)), canonical or "", error)


def _getaddrinfo(name: str, family: int) -> Found:
    try:
        found = socket.getaddrinfo(name, None, family, socket.SOCK_STREAM, 0, socket.AI_CANONNAME)
    except (OSError, UnicodeError) as error:
        return Found((), "", getattr(error, "strerror", None) or str(error))
    addresses = tuple(dict.fromkeys(str(each[4][0]) for each in found))
    return Found(addresses, found[0][3] or "", "")


def locate_server(server: Server) -> tuple[int, SocketAddress]:
    """Return family and address of a server. Raises OSError for what is no address, or no interface after %.

    As bytes: for text the socket module would import the IDNA codec first.
    """
    if ":" not in server.address:
        return socket.AF_INET, (server.address.encode(), server.port)
    host, _percent, interface = server.address.partition("%")
    scope = int(interface) if interface.isdigit() else socket.if_nametoindex(interface) if interface else 0
    return socket.AF_INET6, (host.encode(), server.port, 0, scope)
