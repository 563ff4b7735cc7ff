"""One process with a socket of every kind, for tests. It prints "ready" and lives until its standard input ends."""

from __future__ import annotations

import os
import socket
import struct
import sys
import time
from typing import Any

TCP_DEFER_ACCEPT = 9
SILENT = "10.9.7.7"  # behind a dummy interface: nobody answers
NOBODY = 65534
ABSTRACT = b"\0zoo abstract"
ETH_P_IP = 0x0800

_kept: list[Any] = []


def keep(made: socket.socket) -> socket.socket:
    """Keep a socket open."""
    _kept.append(made)
    return made


def listener(address: tuple[Any, ...], family: int = socket.AF_INET, backlog: int = 5, **options: int) -> socket.socket:
    """Listen at an address."""
    made = keep(socket.socket(family, socket.SOCK_STREAM))
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, options.get("v6only", 0))
    made.bind(address)
    made.listen(backlog)
    return made


def pair(address: Any, server: socket.socket, family: int = socket.AF_INET) -> tuple[socket.socket, socket.socket]:
    """Connect to a listener and accept."""
    client = keep(socket.socket(family, socket.SOCK_STREAM))
    client.connect(address)
    return client, keep(server.accept()[0])


def tcp() -> None:
    """TCP in every state that can be held."""
    server = listener(("127.0.0.1", 7001), backlog=7)
    client, accepted = pair(("127.0.0.1", 7001), server)
    client.sendall(b"unread" * 10)
    client, _accepted = pair(("127.0.0.1", 7001), server)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client, accepted = pair(("127.0.0.1", 7001), server)
    client.shutdown(socket.SHUT_WR)  # FIN_WAIT2, CLOSE_WAIT
    client, accepted = pair(("127.0.0.1", 7001), server)
    client.close()
    accepted.close()  # TIME_WAIT
    for _ in range(3):  # never accepted: inode 0, the queue of the listener
        keep(socket.create_connection(("127.0.0.1", 7001)))
    dual = listener(("::", 7002), socket.AF_INET6)
    pair(("127.0.0.1", 7002), dual)  # v4-mapped
    pair(("::1", 7002), dual, socket.AF_INET6)
    listener(("::1", 7003), socket.AF_INET6, v6only=1)
    bound = keep(socket.socket())
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    bound.bind(("127.0.0.1", 7004))
    bound.listen(3)
    deferred = listener(("127.0.0.1", 7005))
    deferred.setsockopt(socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, 60)
    keep(socket.create_connection(("127.0.0.1", 7005)))  # SYN_RECV until data comes
    waiting = keep(socket.socket())
    waiting.setblocking(False)
    waiting.connect_ex((SILENT, 7006))  # SYN_SENT


def datagrams() -> None:
    """UDP, raw and ICMP, bound, connected and with something unread."""
    unread = keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    unread.bind(("127.0.0.1", 7101))
    connected = keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    connected.connect(("127.0.0.1", 7101))
    connected.send(b"datagram")
    six = keep(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
    six.bind(("::", 7102))
    bound = keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    bound.bind(("0.0.0.0", 7103))
    keep(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    keep(socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6))
    ping = keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP))
    ping.bind(("127.0.0.1", 77))


def local(directory: str) -> None:
    """UNIX, packet and netlink."""
    server = keep(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    server.bind(f"{directory}/stream")
    server.listen(9)
    client = keep(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    client.connect(f"{directory}/stream")
    client.send(b"four")
    keep(server.accept()[0])
    waiting = keep(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    waiting.connect(f"{directory}/stream")
    abstract = keep(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
    abstract.bind(ABSTRACT)
    abstract.listen(2)
    datagram = keep(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    datagram.bind(f"{directory}/datagram")
    for end in socket.socketpair():
        keep(end)
    packet = keep(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP)))
    packet.bind(("lo", ETH_P_IP))
    keep(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0))
    netlink = keep(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
    netlink.bind((0, 0))


def family(close: int) -> list[int]:
    """A child that shares every socket, and one of another user with a listener of its own. Return their pids."""
    children = []
    for uid in (0, NOBODY):
        ready_end, told_end = os.pipe()
        child = os.fork()
        if not child:
            os.close(close)
            if uid:
                for made in _kept:
                    made.close()
                os.setgid(uid)
                os.setuid(uid)
                listener(("127.0.0.1", 7201))
            os.write(told_end, b"x")
            time.sleep(3600)
        os.read(ready_end, 1)
        children.append(child)
    return children


def main(directory: str) -> None:
    """Make them all."""
    tcp()
    datagrams()
    local(directory)
    hold, _other = os.pipe()
    children = family(hold)
    time.sleep(0.05)  # the last segments of the handshakes and closes above
    print("ready", *children, flush=True)
    sys.stdin.read()
    for child in children:
        os.kill(child, 9)
        os.waitpid(child, 0)


if __name__ == "__main__":
    assert struct.calcsize("P") == 8
    main(sys.argv[1])
