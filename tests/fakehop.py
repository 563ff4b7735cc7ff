"""A router and a host that a test invents: a thread behind a tap that answers echoes and probes as it is told."""

from __future__ import annotations

import contextlib
import os
import select
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from netscope.core.probe_wire import checksum
from netscope.system.namespaces import run_inside
from tests.lab import Namespace
from tests.reachlab import tap

HERE, ROUTER, HOST = "10.91.0.1", "10.91.0.2", "10.91.9.9"
_MAC = "02:00:00:00:00:02"

Answers = Callable[[bytes], list[bytes]]  # an IP packet -> the IP packets that come back


def packet(source: str, to: bytes, body: bytes, ttl: int = 60) -> bytes:
    """Return an IPv4 packet with an ICMP message; ``to`` is the address in binary."""
    origin = bytes(map(int, source.split(".")))
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0, ttl, 1, 0, origin, to)
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + body


def icmp(kind: int, code: int, rest: bytes, data: bytes) -> bytes:
    """Return an ICMP message with its checksum."""
    message = struct.pack(">BBH", kind, code, 0) + rest + data
    return message[:2] + struct.pack(">H", checksum(message)) + message[4:]


def echo_reply(request: bytes, *, change: int | None = None) -> bytes:
    """Return the reply to an echo request; ``change`` is an offset in the payload that comes back different."""
    data = bytearray(request[28:])
    if change is not None:
        data[change] ^= 0xFF
    return packet(HOST, request[12:16], icmp(0, 0, request[24:28], bytes(data)))


def time_exceeded(request: bytes, *, quoted: int = 1000, labels: bytes = b"", told: bool = True) -> bytes:
    """Return a router's complaint, quoting so many bytes, with an MPLS stack behind 128 of them if there is one."""
    if not labels:
        return packet(ROUTER, request[12:16], icmp(11, 0, bytes(4), request[:quoted]), 255)
    body = struct.pack(">HBB", 4 + len(labels), 1, 1) + labels
    extension = b"\x20\0" + struct.pack(">H", checksum(b"\x20\0\0\0" + body)) + body
    length = bytes([0, 32 if told else 0, 0, 0])  # RFC 4884: the quoted length in words
    return packet(ROUTER, request[12:16], icmp(11, 0, length, request[:128].ljust(128, b"\0") + extension), 255)


@contextmanager
def fake_network(netns: Namespace, answers: Answers) -> Iterator[None]:
    """Answer whatever leaves ``netns`` towards HOST until the block ends."""
    file = run_inside(f"/run/netns/{netns.name}", lambda: tap("t0"))
    netns.batch(
        [
            "link set t0 up", f"addr add {HERE}/24 dev t0", f"neigh add {ROUTER} lladdr {_MAC} dev t0 nud permanent",
            f"route add default via {ROUTER}",
        ]
    )  # fmt: skip
    reader, writer = os.pipe()
    thread = threading.Thread(target=_serve, args=(file.fileno(), reader, answers))
    thread.start()
    try:
        yield
    finally:
        os.close(writer)
        thread.join()
        os.close(reader)
        file.close()


def _serve(descriptor: int, stop: int, answers: Answers) -> None:
    while True:
        ready = select.select([descriptor, stop], (), ())[0]
        if stop in ready:
            return
        with contextlib.suppress(BlockingIOError):
            frame = os.read(descriptor, 65_536)
            if frame[12:14] != b"\x08\x00":
                continue
            for back in answers(frame[14:]):
                os.write(descriptor, frame[6:12] + bytes.fromhex(_MAC.replace(":", "")) + b"\x08\x00" + back)
