"""Port 43 and HTTP(S) to the registries (see :class:`netscope.core.whois.RegistryWire`).

The standard library alone: ipwhois would ask Team Cymru's DNS unasked, sets the process-wide socket timeout, sleeps on
rate limits and cannot be cancelled. Every socket, the resolver's too, is opened on a thread inside the namespace.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from netscope import __version__
from netscope.core.errors import BadQuery, NetscopeError, Unavailable
from netscope.core.whois import TEXT_LIMIT, Ending, Reply
from netscope.system import http

Inside = Callable[[Callable[[], Any]], Any]
Address = tuple[int, Any]  # family, sockaddr

_PIECE = 1 << 16
_PATIENCE = 4.0  # seconds for one address while there are others to try


class LiveRegistryWire:
    """Asks over the network of one namespace."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    async def ask(self, server: str, port: int, question: bytes, within: float) -> Reply:
        """Ask on port 43."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        sock, address = await self._connect(server, port, started + within)
        data = bytearray()
        try:
            ending = await _received(_talk(sock, question, data), started + within)
        finally:
            sock.close()
        if len(data) > TEXT_LIMIT:
            ending = "limit"
        return Reply(bytes(data[:TEXT_LIMIT]), ending, address, loop.time() - started)

    async def get(self, url: str, within: float) -> Reply:
        """Get a URL."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        secure, name, port, path = _parts(url)
        sock, address = await self._connect(name, port, started + within)
        data = bytearray()
        try:
            ending = await _received(_exchange(sock, name if secure else "", _request(name, port, secure, path), data),
                                     started + within)  # fmt: skip
        except ssl.SSLError as error:
            if data:
                return _reply(bytes(data), "broken", address, loop.time() - started)
            why = getattr(error, "verify_message", "") or error.reason or str(error)
            mend = "check the clock and the certificates (ca-certificates); --whois asks without TLS"
            raise NetscopeError(f"no secure connection to {name}", why, mend) from None
        finally:
            sock.close()
        return _reply(bytes(data), ending, address, loop.time() - started)

    async def _connect(self, server: str, port: int, deadline: float) -> tuple[socket.socket, str]:
        loop = asyncio.get_running_loop()
        addresses = await self._resolve(server, port, deadline)
        failure: OSError = TimeoutError()
        for position, (family, sockaddr) in enumerate(addresses):
            last = position == len(addresses) - 1
            until = deadline if last else min(deadline, loop.time() + _PATIENCE)
            try:
                sock: socket.socket = self._inside(partial(socket.socket, family, socket.SOCK_STREAM))
            except OSError as error:
                failure = error
                continue
            try:
                sock.setblocking(False)
                async with asyncio.timeout_at(until):
                    await loop.sock_connect(sock, sockaddr)
                return sock, str(sockaddr[0])
            except OSError as error:  # TimeoutError is one
                sock.close()
                failure = error
            except BaseException:
                sock.close()
                raise
        raise _unreachable(server, port, failure) from None

    async def _resolve(self, server: str, port: int, deadline: float) -> list[Address]:
        """Look a name up as the host does; a resolver that hangs is left behind on its thread."""
        try:
            return _addresses(server, port, socket.AI_NUMERICHOST)
        except OSError:
            pass  # a name
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Address]] = loop.create_future()

        def settle(result: list[Address] | None, error: OSError | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result or [])

        def work() -> None:
            result, failure = None, None
            try:
                result = self._inside(lambda: _addresses(server, port, 0))
            except OSError as error:
                failure = error
            except NetscopeError as error:
                failure = OSError(error.errno, str(error))
            try:
                loop.call_soon_threadsafe(settle, result, failure)
            except RuntimeError:
                pass  # nobody waits any more: the loop is closed

        threading.Thread(target=work, name="resolve", daemon=True).start()
        try:
            async with asyncio.timeout_at(deadline):
                return await answer
        except TimeoutError:
            mend = "the resolver does not answer; see /etc/resolv.conf"
            raise Unavailable(f"no address of {server}", "time was up", mend) from None
        except OSError as error:
            raise Unavailable(f"no address of {server}", error.strerror or str(error)) from None


def _addresses(server: str, port: int, flags: int) -> list[Address]:
    found = socket.getaddrinfo(server.encode("ascii"), port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, sockaddr) for family, _kind, _protocol, _name, sockaddr in found]


def _unreachable(server: str, port: int, failure: OSError) -> NetscopeError:
    what = f"no connection to {server} port {port}"
    if isinstance(failure, TimeoutError) and not failure.errno:
        return Unavailable(what, "time was up")
    return Unavailable(what, os.strerror(failure.errno) if failure.errno else str(failure), errno=failure.errno or 0)


async def _received(talk: Any, deadline: float) -> Ending:
    """Run an exchange to its end or the deadline. What it received is kept by its caller either way."""
    try:
        async with asyncio.timeout_at(deadline):
            return "whole" if await talk else "broken"
    except TimeoutError:
        return "timeout"
    except ssl.SSLError:
        raise
    except OSError:
        return "broken"


async def _talk(sock: socket.socket, question: bytes, data: bytearray) -> bool:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, question)
    while piece := await loop.sock_recv(sock, _PIECE):
        data += piece
        if len(data) > TEXT_LIMIT:
            break
    return True


async def _exchange(sock: socket.socket, name: str, request: bytes, data: bytearray) -> bool:
    """Send an HTTP request (over TLS where a name is given to check) and read until the answer is complete."""
    context = ssl.create_default_context() if name else None
    reader, writer = await asyncio.open_connection(sock=sock, ssl=context, server_hostname=name or None)
    try:
        writer.write(request)
        await writer.drain()
        found: http.Head | None = None
        while piece := await reader.read(_PIECE):
            data += piece
            if found is None:
                found = http.head(data)
            if len(data) > TEXT_LIMIT + http.HEAD_LIMIT or (found is not None and http.finished(found, data)):
                return True
        return found is not None and not http.framed(found)
    except http.Malformed:
        return False  # no more of this: what came is shown as it is
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)  # the transport closes the socket in the loop's next turn


def _parts(url: str) -> tuple[bool, str, int, str]:
    """Split a URL into secure, host, port, and path with query. Raises BadQuery for what is not to be followed."""
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError as error:
        raise BadQuery(f"no address {url!r}", str(error)) from None
    plain = found.hostname and not any(char <= " " or char > "~" for char in url)
    if found.scheme not in ("http", "https") or not plain or found.username is not None:
        raise BadQuery(f"no address {url!r}", "only http and https, without a user, are followed")
    secure = found.scheme == "https"
    path = (found.path or "/") + (f"?{found.query}" if found.query else "")
    return secure, found.hostname or "", port or (443 if secure else 80), path


def _request(name: str, port: int, secure: bool, path: str) -> bytes:
    host = f"[{name}]" if ":" in name else name
    if port != (443 if secure else 80):
        host += f":{port}"
    lines = (
        f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: application/rdap+json, application/json;q=0.9, */*;q=0.1",
        "Accept-Encoding: identity", f"User-Agent: netscope/{__version__}", "Connection: close", "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode("ascii")


def _reply(data: bytes, ending: Ending, address: str, seconds: float) -> Reply:
    try:
        found = http.head(data) if data else None
        if found is None:
            return Reply(data[:TEXT_LIMIT], "broken" if ending == "whole" else ending, address, seconds)
        coded, _complete = http.body(found, data)
        plain = http.uncode(coded, found.headers.get("content-encoding", ""), TEXT_LIMIT + 1)
    except http.Malformed:
        return Reply(data[:TEXT_LIMIT], "broken", address, seconds)
    if len(plain) > TEXT_LIMIT:
        ending = "limit"
    return Reply(plain[:TEXT_LIMIT], ending, address, seconds, found.status, found.headers)
