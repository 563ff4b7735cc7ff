"""A byte stream to a server, plain or TLS, as generators that wait (see :mod:`netscope.system.dns.loop`)."""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Callable, Generator
from functools import partial
from typing import TypeVar

from netscope.core.dns.resolver import Server, Way
from netscope.system.dns.loop import Wait

Value = TypeVar("Value")
Steps = Generator[Wait, int, Value]

_PIECE = 65536


class Late(Exception):
    """The time that was given is over."""


class Closed(Exception):
    """The other side closed the connection before it had answered."""


class Channel:
    """One connection with one deadline for all that happens on it, until it is renewed."""

    def __init__(self, made: socket.socket, timeout: float) -> None:
        self._socket: socket.socket = made
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._buffer = bytearray()

    def renew(self) -> None:
        """Give the next message the whole time again."""
        self._deadline = time.monotonic() + self._timeout

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def connect(self) -> Steps[None]:
        """Wait until the connection stands. Raises OSError as connect(2) would."""
        yield from self._wait(writing=True)
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise (ConnectionRefusedError if code == errno.ECONNREFUSED else OSError)(code, os.strerror(code))

    def secure(self, way: Way, server: Server, protocol: str) -> Steps[None]:
        """Speak TLS from here on (RFC 7858), offering an ALPN ``protocol``. Raises ssl.SSLError."""
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if not way.verify:  # RFC 7858's opportunistic profile, as dig's +tls
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif way.authorities:
            context.load_verify_locations(way.authorities)
        else:
            context.load_default_certs()
        context.set_alpn_protocols([protocol])
        wrapped = context.wrap_socket(
            self._socket, do_handshake_on_connect=False, server_hostname=way.hostname or server.name or server.address
        )
        self._socket = wrapped
        yield from self._attempt(wrapped.do_handshake)

    def send(self, data: bytes) -> Steps[None]:
        """Send all of it."""
        view = memoryview(data)
        while view:
            sent = yield from self._attempt(partial(self._socket.send, view), writing=True)
            view = view[sent:]

    def receive(self, size: int) -> Steps[bytes]:
        """Return exactly so many bytes. Raises Closed when fewer came."""
        while len(self._buffer) < size:
            self._buffer += yield from self.some()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def some(self) -> Steps[bytes]:
        """Return what comes next, at least a byte. Raises Closed at the end."""
        data = yield from self._attempt(lambda: self._socket.recv(_PIECE))
        if not data:
            raise Closed("end of file")
        return data

    def _attempt(self, action: Callable[[], Value], *, writing: bool = False) -> Steps[Value]:
        """Try again whenever the socket is ready, until it works. TLS may have to write to read."""
        while True:
            try:
                return action()
            except BlockingIOError:
                yield from self._wait(writing=writing)
            except OSError as error:
                if not _wants(error):
                    raise
                yield from self._wait(writing=type(error).__name__ == "SSLWantWriteError")

    def _wait(self, *, writing: bool) -> Steps[None]:
        descriptor = (self._socket.fileno(),)
        wait = Wait(self._deadline, (), descriptor) if writing else Wait(self._deadline, descriptor)
        if (yield wait) < 0:
            raise Late


def _wants(error: OSError) -> bool:
    """Tell whether TLS only wants to read or write first; ssl is not imported to ask."""
    return type(error).__name__ in ("SSLWantReadError", "SSLWantWriteError")
