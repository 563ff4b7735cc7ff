"""Packets that routers exchange with hosts and with one another: IGMP, VRRP."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from ipaddress import ip_address

from tests.packets import A6, B6, A, B, Packet, checksum, ether, ip4, ip6, pseudo


def igmps() -> Iterator[Packet]:
    """Yield messages of all three versions."""
    group = ip_address("224.0.0.251").packed

    def one(body: bytes) -> Packet:
        whole = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
        return Packet(ether(ip4(whole, 2, dst=group, ttl=1, options=b"\x94\4\0\0")))

    for kind, code in ((0x11, 0), (0x11, 100), (0x12, 0), (0x16, 0), (0x17, 0)):
        yield one(struct.pack("!BBH4s", kind, code, 0, group))
        yield one(struct.pack("!BBH4s", kind, code, 0, bytes(4)))
    yield one(struct.pack("!BBH4sBBH", 0x11, 100, 0, bytes(4), 2, 125, 0))
    yield one(struct.pack("!BBH4sBBH", 0x11, 100, 0, group, 10, 125, 2) + A + B)
    for kind in range(1, 7):
        yield one(struct.pack("!BBHHH", 0x22, 0, 0, 0, 1) + struct.pack("!BBH4s", kind, 0, 0, group))
        yield one(struct.pack("!BBHHH", 0x22, 0, 0, 0, 1) + struct.pack("!BBH4s", kind, 0, 2, group) + A + B)


def routers() -> Iterator[Packet]:
    """Yield VRRP's advertisements: priorities, ways to authenticate, both versions, what is wrong with them."""
    four, six = bytes((224, 0, 0, 18)), ip_address("ff02::12").packed

    def two(kind: int = 0x21, priority: int = 100, auth: int = 0, count: int = 2, secret: bytes = b"") -> bytes:
        head = struct.pack("!BBBBBBH", kind, 7, priority, count, auth, 1, 0)
        body = head + (A + B)[: 4 * count] + secret.ljust(8, b"\0")
        return body[:6] + checksum(body).to_bytes(2, "big") + body[8:]

    def three(source: bytes, to: bytes, priority: int, interval: int) -> bytes:
        body = struct.pack("!BBBBHH", 0x31, 7, priority, 2, interval, 0) + (A + B if len(to) == 4 else A6 + B6)
        check = checksum(pseudo(source, to, 112, len(body)) + body)
        return body[:6] + check.to_bytes(2, "big") + body[8:]

    plain = two()
    bodies = [two(priority=priority) for priority in (0, 1, 100, 255)]
    bodies += [two(auth=auth, secret=secret) for auth, secret in ((1, b"secret"), (1, b"12345678"), (1, b""), (2, b""))]
    bodies += [two(auth=auth) for auth in (3, 254)]
    bodies += [two(kind) for kind in (0x22, 0x20, 0x11, 0x41, 0x61)]
    bodies += [two(count=0), two(count=1)]
    bodies.append(plain[:6] + b"\1\2" + plain[8:])
    for body in bodies:
        yield Packet(ether(ip4(body, 112, dst=four, ttl=255)))
    for priority, interval in ((0, 100), (100, 1), (255, 0x1ABC)):
        yield Packet(ether(ip4(three(A, four, priority, interval), 112, dst=four, ttl=255)))
        yield Packet(ether(ip6(three(A6, six, priority, interval), 112, dst=six, hops=255), 0x86DD))
