"""A farm of loopback TCP connections inside a namespace, for tests and benchmarks with many sockets.

Run as a program it holds connections, both ends in one process, and obeys lines on its standard input; a farm larger
than one process may hold (RLIMIT_NOFILE) is several such processes.
"""

from __future__ import annotations

import resource
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab import REPOSITORY, Namespace

_PER_LISTENER = 20_000  # fewer than the ephemeral ports of one destination
_SPARE_DESCRIPTORS = 64


class Farm:
    """The processes of one farm."""

    def __init__(self, workers: list[subprocess.Popen[str]]) -> None:
        self.workers = workers

    @property
    def pids(self) -> list[int]:
        """Return the processes that hold the sockets."""
        return [worker.pid for worker in self.workers]

    def tell(self, order: str) -> None:
        """Give every worker the same order and wait until each has done it."""
        for worker in self.workers:
            assert worker.stdin is not None
            worker.stdin.write(order + "\n")
            worker.stdin.flush()
        for worker in self.workers:
            _await(worker)

    def churn(self, connections: int) -> None:
        """Replace this many connections (two sockets each) by new ones, without TIME_WAIT."""
        self.tell(f"churn {max(1, connections // len(self.workers))}")

    def send(self, size: int) -> None:
        """Carry this many bytes over every connection."""
        self.tell(f"send {size}")


def _await(worker: subprocess.Popen[str]) -> None:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    if line.strip() != "done":
        raise AssertionError(f"socket farm: {line!r}")


@contextmanager
def farm(inside: Namespace, sockets: int) -> Iterator[Farm]:
    """Hold ``sockets`` established TCP sockets in the namespace."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = max(2, min(limit, 65_536) - _SPARE_DESCRIPTORS) // 2
    workers = []
    try:
        left, number = sockets // 2, 0
        while left:
            share = min(left, most)
            command = [sys.executable, "-m", "tests.farm", str(share), str(number)]
            workers.append(
                inside.popen(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=str(REPOSITORY), bufsize=1)
            )
            left, number = left - share, number + 1
        for worker in workers:
            _await(worker)
        yield Farm(workers)
    finally:
        for worker in workers:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.close()
            worker.stdout.close()
            worker.wait(60)


class _Connections:
    def __init__(self, count: int, number: int) -> None:
        self.listeners: list[socket.socket] = []
        self.number = number
        self.pairs = [self._connect(index) for index in range(count)]

    def _connect(self, index: int) -> tuple[socket.socket, socket.socket]:
        which = index // _PER_LISTENER
        if which == len(self.listeners):
            listener = socket.socket()
            listener.bind((f"127.{1 + self.number}.{which}.1", 0))
            listener.listen(128)
            self.listeners.append(listener)
        client = socket.create_connection(self.listeners[which].getsockname())
        server, _peer = self.listeners[which].accept()
        return client, server

    def churn(self, count: int) -> None:
        count = min(count, len(self.pairs))  # the last worker may hold fewer
        reset = struct.pack("ii", 1, 0)
        for index in range(count):
            for end in self.pairs[index]:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                end.close()
        for index in range(count):
            self.pairs[index] = self._connect(index)
        self.pairs = self.pairs[count:] + self.pairs[:count]

    def send(self, size: int) -> None:
        for client, server in self.pairs:
            left = size
            while left:
                part = min(left, 65_536)
                client.sendall(bytes(part))
                left -= part
                while part:
                    part -= len(server.recv(part))


def main(count: int, number: int) -> None:
    """Hold the connections until standard input ends."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = _Connections(count, number)
    print("done", flush=True)
    for line in sys.stdin:
        order, size = line.split()
        {"churn": connections.churn, "send": connections.send}[order](int(size))
        print("done", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
