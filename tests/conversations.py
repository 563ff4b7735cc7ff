"""Conversations of applications, as packets: TLS by the ssl module itself, the others by hand."""

from __future__ import annotations

import re
import ssl
import struct
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.packets import A6, B6, MAC_A, MAC_B, A, B, Packet, dns_name, ether, ip4, over4, over6, tcp

_FRESH = iter(range(50_000, 60_000))
# What TLS 1.2 encrypts begins with a random number. tshark does not know of it in the frame of the change itself, and
# takes for a message in clear what begins with the number of one and a length below 65536.
_MISLEADING = re.compile(rb"\x14\x03\x03\x00\x01\x01\x16\x03\x03...\x00", re.DOTALL)


class Talk:
    """A connection whose bytes become segments with the right numbers."""

    def __init__(self, port: int, client: int = 0) -> None:
        self.port, self.client = port, client or next(_FRESH)
        self.sent = {True: 1000, False: 5000}

    def say(self, payload: bytes, *, client: bool = True, flags: int = 0x18) -> Packet:
        """Return the segment that carries these bytes."""
        ends = (self.client, self.port, A, B) if client else (self.port, self.client, B, A)
        sport, dport, src, dst = ends
        made = tcp(
            payload, flags, sport=sport, dport=dport, seq=self.sent[client], ack=self.sent[not client], src=src, dst=dst
        )
        self.sent[client] += len(payload) + (flags & 2 > 0) + (flags & 1)
        return Packet(ether(ip4(made, 6, src=src, dst=dst)))


def handshakes() -> Iterator[Packet]:
    """Yield TLS handshakes, the same ones whenever they are asked for."""
    yield from _handshakes()


@cache
def _handshakes() -> tuple[Packet, ...]:
    return tuple(_negotiate())


def _negotiate() -> Iterator[Packet]:
    """Yield TLS handshakes between this Python's client and server, for each version that it speaks."""
    with TemporaryDirectory() as where:
        key, certificate = Path(where, "key.pem"), Path(where, "certificate.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
             "-subj", "/CN=server.example", "-days", "30"], check=True, capture_output=True,
        )  # fmt: skip
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for protocols in (["h2", "http/1.1"], ["http/1.1"], []):
                for port in (443, 9443):
                    yield from _handshake(version, protocols, port, key, certificate)
        # The server has none of the groups that the client sent a key for, and asks for another.
        yield from _handshake(ssl.TLSVersion.TLSv1_3, [], 443, key, certificate, "secp384r1")
    for level, meaning in ((1, 0), (2, 40), (2, 70), (1, 112), (2, 48)):
        yield Talk(443).say(bytes((21, 3, 3, 0, 2, level, meaning)))
    talk = Talk(443)
    yield talk.say(b"\x17\x03\x03\x00\x30" + bytes(48))
    yield talk.say(bytes(range(200)))  # the middle of a record


def _handshake(
    version: ssl.TLSVersion, protocols: list[str], port: int, key: Path, certificate: Path, curve: str = ""
) -> Sequence[Packet]:
    """Return a handshake; another one where chance has made what is encrypted look like a message in clear."""
    while True:
        made = tuple(_exchange(version, protocols, Talk(port), key, certificate, curve))
        if version == ssl.TLSVersion.TLSv1_3 or not any(_MISLEADING.search(packet.data) for packet in made):
            return made


def _exchange(
    version: ssl.TLSVersion, protocols: list[str], talk: Talk, key: Path, certificate: Path, curve: str
) -> Iterator[Packet]:
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server.load_cert_chain(certificate, key)
    if curve:
        server.set_ecdh_curve(curve)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    server.maximum_version = client.maximum_version = version
    if protocols:
        server.set_alpn_protocols(protocols)
        client.set_alpn_protocols(protocols)
    to_client, from_client, to_server, from_server = (ssl.MemoryBIO() for _ in range(4))
    here = client.wrap_bio(to_client, from_client, server_hostname="www.example.com")
    there = server.wrap_bio(to_server, from_server, server_side=True)
    for _ in range(6):
        for ours, side, out, into in ((True, here, from_client, to_server), (False, there, from_server, to_client)):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
            sent = out.read()
            if sent:
                into.write(sent)
                yield talk.say(sent, client=ours)
    here.write(b"GET / HTTP/1.1\r\n\r\n")
    yield talk.say(from_client.read())


def webs() -> Iterator[Packet]:
    """Yield requests and responses."""
    head = b"Host: www.example.com\r\nUser-Agent: test/1\r\nAccept: */*\r\n"
    for port in (80, 8080, 12345):
        talk = Talk(port)
        yield talk.say(b"GET /a/b?x=1&y=2 HTTP/1.1\r\n" + head + b"X-Own: 1\r\nCookie: a=b; c=d\r\n\r\n")
        yield talk.say(
            b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nContent-Type: text/plain\r\nServer: s\r\n\r\nhello\nworld\n",
            client=False,
        )
        yield talk.say(b"HEAD / HTTP/1.0\r\n\r\n")
        yield talk.say(b"HTTP/1.0 404 Not Found\r\nConnection: close\r\nDate: now\r\n\r\n", client=False)
    for method in (b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE"):
        yield Talk(80).say(
            method + b" /thing HTTP/1.1\r\n" + head + b"Referer: http://a/\r\nAuthorization: Bearer x\r\n\r\n"
        )
    for code in (100, 101, 201, 204, 301, 302, 304, 400, 401, 403, 500, 503):
        talk = Talk(80)
        yield talk.say(b"GET /%d HTTP/1.1\r\n" % code + head + b"\r\n")
        yield talk.say(b"HTTP/1.1 %d Whatever\r\nLocation: /\r\nSet-Cookie: a=b\r\n\r\n" % code, client=False)
    yield Talk(80).say(b"POST /f HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")
    yield Talk(80).say(b"the middle of something")


def shells() -> Iterator[Packet]:
    """Yield the beginning of SSH connections."""
    names = (b"curve25519-sha256,ecdh-sha2-nistp256", b"ssh-ed25519", b"aes128-ctr", b"aes256-ctr", b"hmac-sha2-256",
             b"hmac-sha2-512", b"none", b"none,zlib", b"", b"")  # fmt: skip
    kex = b"\x14" + bytes(range(16)) + b"".join(struct.pack("!I", len(name)) + name for name in names) + bytes(5)
    padding = 4 + -(len(kex) + 9) % 8
    packet = struct.pack("!IB", len(kex) + padding + 1, padding) + kex + bytes(padding)
    for port in (22,):
        talk = Talk(port)
        yield talk.say(b"SSH-2.0-OpenSSH_9.2\r\n")
        yield talk.say(b"SSH-2.0-dropbear\r\n", client=False)
        if port == 22:
            yield talk.say(packet)
            yield talk.say(packet, client=False)


def leases() -> Iterator[Packet]:
    """Yield DHCP for IPv4 and IPv6."""

    def option(code: int, value: bytes) -> bytes:
        return bytes((code, len(value))) + value

    def message(kind: int, number: int, options: bytes, yours: bytes = bytes(4), tail: bytes = b"") -> bytes:
        head = struct.pack("!BBBBIHH4s4s4s4s16s64s128s4s", kind, 1, 6, 0, 0x1234, 1, 0x8000 if number < 3 else 0,
                           bytes(4), yours, bytes(4), bytes(4), MAC_A + bytes(10), b"", b"",
                           b"\x63\x82\x53\x63")  # fmt: skip
        return head + option(53, bytes((number,))) + options + b"\xff" + tail

    nobody, everybody = bytes(4), b"\xff" * 4
    asked = option(61, b"\1" + MAC_A) + option(12, b"host") + option(60, b"vendor") + option(57, b"\5\xdc")
    asked += option(55, bytes((1, 3, 6, 15, 119, 252, 26, 28, 51, 58, 59, 121))) + option(50, A)
    given = option(54, B) + option(51, b"\0\0\x0e\x10") + option(58, b"\0\0\7\x08") + option(59, b"\0\0\x0c\x4e")
    given += option(1, b"\xff\xff\xff\0") + option(3, B) + option(6, A + B) + option(15, b"example.org")
    more = option(28, A) + option(42, A) + option(26, b"\5\xdc") + option(56, b"msg") + option(43, b"\1\2ab")
    more += option(81, b"\0\0\0host.example") + option(82, b"\1\4abcd\2\3efg") + option(119, dns_name("a.b"))
    more += option(121, b"\x18\x0a\0\0" + B) + option(93, b"\0\7") + option(116, b"\1") + option(66, b"tftp")
    more += option(67, b"boot") + option(2, b"\0\0\0\1") + option(44, A) + option(46, b"\2") + option(252, b"http://x")
    for number in (1, 3, 4, 7, 8):
        yield over4(message(1, number, asked), 68, 67, src=nobody, dst=everybody)
    for number in (2, 5, 6):
        yield over4(message(2, number, given, A), 67, 68, src=B, dst=A)
        yield over4(message(2, number, given + more, A, bytes(8)), 67, 68, src=B, dst=A)
    yield from _leases6()


def _leases6() -> Iterator[Packet]:
    def option(code: int, value: bytes) -> bytes:
        return struct.pack("!HH", code, len(value)) + value

    def message(kind: int, options: bytes) -> bytes:
        return bytes((kind, 0, 0x12, 0x34)) + options

    client = option(1, b"\0\1\0\1\x2a\0\0\0" + MAC_A)
    server = option(2, b"\0\3\0\1" + MAC_B)
    address = option(5, A6 + struct.pack("!II", 7200, 9000) + option(13, b"\0\0ok"))
    prefix = option(26, struct.pack("!IIB", 7200, 9000, 56) + ip_address("2001:db8:1::").packed)
    ours = option(3, struct.pack("!III", 1, 3600, 5400) + address)
    delegated = option(25, struct.pack("!III", 1, 3600, 5400) + prefix)
    asked = client + option(6, b"\0\x17\0\x18") + option(8, b"\0\x05") + option(3, struct.pack("!III", 1, 0, 0))
    for kind in (1, 3, 4, 5, 6, 8, 9, 11):
        name = option(39, b"\1" + dns_name("host.example")) if kind in (1, 3, 5, 6) else b""
        yield over6(message(kind, asked + option(14, b"") + name), 546, 547)
    rest = option(23, A6 + B6) + option(24, dns_name("example.org")) + option(13, b"\0\2msg") + option(7, b"\xff")
    for kind in (2, 7):
        yield over6(message(kind, client + server + ours + delegated + rest + option(31, A6)), 547, 546)
    relayed = b"\0" + A6 + B6 + option(18, b"eth0") + option(9, message(1, client)) + option(37, b"\0\0\0\1abc")
    yield over6(b"\x0c" + relayed, 547, 547)
    yield over6(b"\x0d" + relayed, 547, 547)
    vendor = option(1, b"\0\2\0\0\1\2abcd") + option(16, b"\0\0\1\2\0\3abc") + option(15, b"\0\3abc")
    yield over6(message(11, vendor), 546, 547)


def clocks() -> Iterator[Packet]:
    """Yield NTP messages of every mode and stratum."""

    def message(first: int, stratum: int, source: bytes, *times: int) -> bytes:
        return struct.pack("!BBbbII4s4Q", first, stratum, 6, -20, 0x100, 0x10000, source, *times)

    now = (0xE8000000 << 32, 0xE8000000 << 32 | 1 << 31, 0xE8000001 << 32, 0xE8000001 << 32 | 1 << 30)
    for version in (1, 2, 3, 4):
        yield over4(message(version << 3 | 3, 0, bytes(4), 0, 0, 0, now[3]), 45000, 123)
        for stratum, source in ((1, b"GPS\0"), (1, b"PPS\0"), (2, A), (15, B), (16, b"INIT")):
            yield over4(message(version << 3 | 4, stratum, source, *now), 123, 45000, src=B, dst=A)
    for mode in (1, 2, 5):
        yield over4(message(0xC0 | 4 << 3 | mode, 3, A, *now), 123, 123)
    yield over4(message(0x24, 1, b"GPS\0", *now) + b"\0\0\0\1" + bytes(16), 123, 45001, src=B, dst=A)


def associations() -> Iterator[Packet]:
    """Yield SCTP packets with every kind of chunk."""

    def packet(*chunks: bytes, client: bool = True, tag: int = 7) -> Packet:
        ports = (5000, 6000) if client else (6000, 5000)
        body = (
            struct.pack("!HHI", *ports, tag) + bytes(4) + b"".join(chunk + bytes(-len(chunk) % 4) for chunk in chunks)
        )
        src, dst = (A, B) if client else (B, A)
        return Packet(ether(ip4(body[:8] + struct.pack("<I", _crc32c(body)) + body[12:], 132, src=src, dst=dst)))

    def chunk(kind: int, flags: int, value: bytes) -> bytes:
        return struct.pack("!BBH", kind, flags, len(value) + 4) + value

    def parameter(kind: int, value: bytes) -> bytes:
        return struct.pack("!HH", kind, len(value) + 4) + value + bytes(-len(value) % 4)

    parameters = parameter(12, b"\0\5\0\6") + parameter(0x8000, b"") + parameter(0xC000, b"") + parameter(5, A)
    parameters += parameter(6, A6) + parameter(9, b"\0\0\0\1") + parameter(0x8008, b"\x80\xc1\xc0\x82")
    yield packet(chunk(1, 0, struct.pack("!IIHHI", 99, 65536, 10, 10, 1000) + parameters), tag=0)
    yield packet(
        chunk(2, 0, struct.pack("!IIHHI", 7, 65536, 10, 10, 2000) + parameter(7, b"cookie!!")), client=False, tag=99
    )
    yield packet(chunk(10, 0, b"cookie!!"))
    yield packet(chunk(11, 0, b""), client=False, tag=99)
    for number in range(6):
        yield packet(chunk(0, 3, struct.pack("!IHHI", 1000 + number, 1, number, 0) + b"hello"[: number + 1]))
        sack = struct.pack("!IIHH", 1000 + number, 65536, 0, 0)
        yield packet(chunk(3, 0, sack), client=False, tag=99)
    gaps = struct.pack("!IIHH", 1005, 65536, 1, 1) + struct.pack("!HH", 2, 3) + struct.pack("!I", 1005)
    yield packet(chunk(3, 0, gaps), client=False, tag=99)
    yield packet(chunk(4, 0, parameter(1, b"beatbeat")))
    yield packet(chunk(5, 0, parameter(1, b"beatbeat")), client=False, tag=99)
    for kind, value in ((6, parameter(12, b"why?")), (7, struct.pack("!I", 1000)), (8, b""), (14, b""), (12, bytes(4)),
                        (13, bytes(4)), (9, struct.pack("!HHHH", 1, 8, 3, 0))):  # fmt: skip
        yield packet(chunk(kind, 0, value))
        yield packet(chunk(kind, 1 if kind in (6, 14) else 0, value))
    yield packet(
        chunk(0, 7, struct.pack("!IHHI", 1006, 1, 0, 46) + b"unordered"),
        chunk(0, 3, struct.pack("!IHHI", 1007, 1, 1, 0) + b"xyz"),
    )


def _crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


GENERATORS = (handshakes, webs, shells, leases, clocks, associations)


def corpus() -> list[Packet]:
    """Return a few of everything."""
    return [packet for generator in GENERATORS for packet in generator()]
