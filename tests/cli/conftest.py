"""A namespace with sockets of every kind in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.lab import Namespace, namespace

_HOLDER = """
import socket, sys
kept = []
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    listener = socket.create_server((address, 8443), family=family)
    client = socket.create_connection((address, 8443))
    server, _ = listener.accept()
    client.send(b"hello")
    datagrams = socket.socket(family, socket.SOCK_DGRAM)
    datagrams.bind((address, 5353))
    kept += [listener, client, server, datagrams]
    raw = socket.socket(family, socket.SOCK_RAW, 253)
    kept.append(raw)
unix = socket.socket(socket.AF_UNIX)
unix.bind("\\0netscope-test")
unix.listen()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def busy() -> Iterator[Namespace]:
    """A namespace in which one process holds listeners, connections, datagram, raw and UNIX sockets."""
    with namespace() as made:
        holder = made.popen(sys.executable, "-c", _HOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "ready\n"
            yield made
        finally:
            holder.communicate()
