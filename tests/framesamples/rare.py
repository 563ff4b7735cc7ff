"""Frames of messages that are met less often, by name: what the one-line text is compared with the real tcpdump on."""

from __future__ import annotations

from collections.abc import Iterator

from tests.framemaker import (
    Frames,
    over4,
    tcp,
    u16,
    udp,
)
from tests.framesamples import rare_ppp
from tests.framesamples.rare_hosts import leases, leases6, questions
from tests.framesamples.rare_internet import graphs, nodes, oddments, routers6, security
from tests.framesamples.rare_links import discoveries, logical, neighbours, trees


def terminals() -> Frames:
    """Telnet: commands, options and what they negotiate, whole and not."""

    def said(*data: bytes) -> Iterator[bytes]:
        for one in data:
            yield over4(6, tcp(40_000, 23, one))

    iac, sb, se = b"\xff", b"\xff\xfa", b"\xff\xf0"
    yield from said(b"a", b"", b"\r\n", b"text", iac, iac + b"\xf1", iac * 2, iac * 3, iac + b"\x20", iac + b"\xfd")
    yield from said(*(iac + bytes([command]) + b"\x01more" for command in range(236, 256)))
    yield from said(*(iac + b"\xfb" + bytes([option]) for option in (0, 1, 18, 24, 39, 40, 45, 99, 200, 255)))
    for option in (0, 1, 24, 31, 32, 33, 34, 35, 37, 38, 39, 99):
        yield from said(
            sb + bytes([option]) + b"\0xterm" + se,
            sb + bytes([option]) + b"\1" + se,
            sb + bytes([option]) + b"\2\1\x0b\xff\xff\x80" + se,
            sb + bytes([option]) + b"\3\0\x1f" + se,
            sb + bytes([option]) + b"\x09\0\x1f" + se + iac + b"\xfb\x01",
        )
    for option in (37, 38):
        for verb in (0, 1, 2, 3):
            yield from said(
                sb + bytes([option, verb]) + b"\1\0\2\1" + se, sb + bytes([option, verb]) + b"\3\7\5\x10\x20" + se
            )
    for verb, kind in [*((0, kind) for kind in range(17)), *((verb, 1) for verb in range(10))]:
        yield from said(sb + bytes([38, verb, kind, 0, 1, 2]) + se, sb + bytes([37, verb, kind, 3, 1, 2]) + se)
    yield from said(sb + b"\x18" + se, sb + b"\x18", sb + b"\x18\1", sb, sb + b"\x18\0" + iac, sb + b"\x18\0ab" + iac)
    yield from said(sb + b"\x1f\0\x50\0\x18" + se + iac + b"\xfd\x03" + b"login: ", iac + b"\xfb\x01" + b"x" + iac)


def stores() -> Frames:
    """Redis: its values, whole and not."""
    for data in (
        b"+OK\r\n",
        b"-ERR no\r\n",
        b":3\r\n",
        b":-17\r\n",
        b":x1\r\n",
        b":\r\n",
        b"$3\r\nabc\r\n",
        b"$0\r\n\r\n",
        b"$-1\r\n",
        b"$-2\r\n",
        b"$-0\r\n",
        b"$12345678901\r\nx\r\n",
        b"$2147483647\r\nx\r\n",
        b"$3\r\nab",
        b"$3\r\nabcde\r\n",
        b"$3\r\nab\r\n",
        b"$x\r\n",
        b"$\r\n",
        b"$",
        b"$5",
        b"$5\r",
        b"$5x\r\n",
        b"*0\r\n",
        b"*-1\r\n",
        b"*-9\r\n*1\r\n+a\r\n",
        b"*2\r\n$4\r\nPING\r\n:1\r\n",
        b"*2\r\n*1\r\n+x\r\n-y\r\n",
        b"*3\r\n+a\r\n",
        b"*99999999999\r\n+a\r\n",
        b"*x\r\n+a\r\n",
        b"*1\r\n",
        b"PING\r\n",
        b"PING\n",
        b"PING\rPING\r\n\r\nPING\r\n",
        b"\r\nPING\r\n",
        b"\n\nPING\n",
        b"\r\n",
        b"\r",
        b"PING",
        b"set a \x1b[2Jb\r\n",
        b"+a\r\n+b\r\n:3\r\n$1\r\nx\r\n*0\r\n",
        b"+ok\r",
        b"+ok",
        b"+",
        b":69\r\n:70\r\n:71\r\n",
        b"$-1\r\n$-1\r\n",
        b"*-5\r\n$2\r\nhi\r\n",
        b"$$$$$$$$\r\n",
    ):
        yield over4(6, tcp(6379, 50_000, data))


def paths() -> Frames:
    """Multipath TCP: every option, in lengths that it can and cannot have."""
    for flags in (2, 0x12, 0x10):
        for size in (3, 4, 8, 10, 12, 16, 18, 20, 22, 24, 28, 30):
            for first in (
                0x00,
                0x01,
                0x10,
                0x11,
                0x20,
                0x30,
                0x31,
                0x34,
                0x36,
                0x40,
                0x50,
                0x51,
                0x60,
                0x70,
                0x80,
                0xF0,
            ):
                value = bytes([30, size, first, 5]) + bytes(range(1, 28))
                option = (value[:size] + b"\1\1\1")[: -(-size // 4) * 4]
                yield over4(6, tcp(40_000, 443, flags=flags, options=option))
    for size in (4, 12, 20, 22, 24):
        for flags in (2, 0x12, 0x10, 0x18, 0x1A):
            option = bytes([30, size, 1, 0x81]) + bytes(range(1, size - 3))
            yield over4(
                6, tcp(40_000, 443, b"x" * (flags & 8), flags=flags, options=(option + b"\1\1")[: size + 3 & ~3])
            )
    for bits in range(32):
        for size in (4, 8, 12, 16, 18, 20, 22, 24, 26, 28):
            value = bytes([30, size, 0x20, bits]) + bytes(range(1, 28))
            option = (value[:size] + b"\1\1\1")[: -(-size // 4) * 4]
            yield over4(6, tcp(40_000, 443, flags=0x10, options=option))


def attributes() -> Frames:
    """L2TP: each attribute with values that are too short, and too long."""
    for kind in range(48):
        for size in (0, 1, 2, 4, 6, 8, 9, 10, 11, 16, 26, 28):
            value = u16(0x8000 | 6 + size, 0, kind) + bytes(range(1, size + 1))
            body = value + u16(0x8008, 0, 0, 1)
            yield over4(17, udp(1701, 1701, u16(0xC802, 12 + len(body), 5, 6, 1, 2) + body))


def calls() -> Frames:
    """SIP and WHOIS: in lines."""
    words = (
        b"INVITE sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n\r\nv=0\r\n",
        b"SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"OPTIONS sip:x",
        b"\r\n\r\n",
        b"\0\0\0\0",
        b"what is this\r\n",
        b"register sip:x SIP/2.0\r\n\x1b[2J\r\n",
        b"",
        b"example.org\r\n",
    )
    for word in words:
        yield over4(17, udp(5060, 5060, word))
        yield over4(17, udp(50_000, 5060, word))
        yield over4(6, tcp(50_000, 5060, word))
        yield over4(6, tcp(43, 50_000, word))


RARE = {
    "trees": trees,
    "terminals": terminals,
    "stores": stores,
    "paths": paths,
    "questions": questions,
    "attributes": attributes,
    "logical": logical,
    "leases": leases,
    "calls": calls,
    "nodes": nodes,
    "routers6": routers6,
    "graphs": graphs,
    "oddments": oddments,
    "leases6": leases6,
    "discoveries": discoveries,
    "neighbours": neighbours,
    "security": security,
    "channels": rare_ppp.protocols,
    "agreements": rare_ppp.options,
    "secrets": rare_ppp.secrets,
}
