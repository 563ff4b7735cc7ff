"""Registries of the tests' own: whois and RDAP servers inside a namespace, which answer as they are told to."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netscope.system.namespaces import locate, run_inside
from tests.lab import Namespace

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answer = Callable[[str], bytes]


class Registries:
    """Servers of one namespace, each on an address and under names of its own.

    Attributes:
        hosts: the directory that lies over /etc in the namespace.
        asked: (server's name, question) of everything that was asked, in order.
    """

    def __init__(self, netns: Namespace) -> None:
        self.netns = netns
        self.asked: list[tuple[str, str]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="registries", daemon=True)
        self._thread.start()
        self.hosts = Path("/etc/netns") / netns.name
        self.hosts.mkdir(parents=True)
        (self.hosts / "hosts").write_text("127.0.0.1 localhost\n")
        (self.hosts / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        self._count = 0
        self._servers: list[asyncio.Server] = []

    def address(self, *names: str) -> str:
        """Give an address of its own to a server of these names."""
        self._count += 1
        address = f"10.99.0.{self._count}"
        self.netns.ip(f"addr add {address}/32 dev lo")
        with (self.hosts / "hosts").open("a") as hosts:
            hosts.write(f"{address} {' '.join(names)}\n")
        return address

    def serve(self, name: str, port: int, talk: Talk, context: ssl.SSLContext | None = None, address: str = "") -> str:
        """Start a server with any behaviour and return its address, a new one unless it is given."""
        address = address or self.address(name)

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await talk(reader, writer)
                writer.close()
                await writer.wait_closed()
            except OSError:
                pass  # the client has gone, which is what some tests are about
            finally:
                writer.transport.abort()

        async def start() -> None:
            self._servers.append(await asyncio.start_server(handle, sock=listener, ssl=context))

        listener: socket.socket = run_inside(
            locate(self.netns.name), lambda: socket.create_server((address, port), backlog=64)
        )
        asyncio.run_coroutine_threadsafe(start(), self._loop).result(10)
        return address

    def whois(self, name: str, answer: Answer | bytes | str, port: int = 43, address: str = "") -> str:
        """Start a whois server that gives an answer (to every question the same, or that of a function)."""

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            question = (await reader.readuntil(b"\n")).decode("latin-1").rstrip("\r\n")
            self.asked.append((name, question))
            data = answer(question) if callable(answer) else answer
            writer.write(data.encode() if isinstance(data, str) else data)
            await writer.drain()

        return self.serve(name, port, talk, address=address)

    def rdap(
        self, name: str, answer: Callable[[str], Any], port: int = 80, context: ssl.SSLContext | None = None,
        headers: str = "",
    ) -> str:  # fmt: skip
        """Start an RDAP service: path -> object, (status, object) or (status, object, header lines)."""

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = request.split(" ")[1]
            self.asked.append((name, path))
            found = answer(path)
            status, body, more = 200, found, headers
            if isinstance(found, tuple):
                status, body, *rest = found
                more = rest[0] if rest else headers
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/rdap+json\r\nContent-Length: {len(data)}\r\n"
            writer.write(f"{head}{more}\r\n".encode() + data)
            await writer.drain()

        return self.serve(name, port, talk, context)

    def close(self) -> None:
        """Stop all servers and what they still do."""

        async def stop() -> None:
            for server in self._servers:
                server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        shutil.rmtree(self.hosts, ignore_errors=True)


@contextmanager
def registries(netns: Namespace) -> Iterator[Registries]:
    """Registries that stop at the end."""
    made = Registries(netns)
    try:
        yield made
    finally:
        made.close()


def certificate(folder: Path, *names: str) -> ssl.SSLContext:
    """Make a self-signed certificate for these names; ``folder/cert.pem`` is what a client must trust."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=tests", "-addext", f"subjectAltName={','.join(f'DNS:{name}' for name in names)}",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    os.chmod(folder / "key.pem", 0o600)
    return context
