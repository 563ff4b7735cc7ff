"""Packets as captures of the wild have them: what begins in the middle, is broken, or is not what its port says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tests.packets import A, B, Packet, dns, ether, icmp, ip4, over4, over6, question, record, tcp, udp


def _way(
    back: bool, payload: bytes, flags: int, seq: int, ack: int, port: int = 9999, client: int = 40_000,
    options: bytes = b"",
) -> Packet:  # fmt: skip
    """Return a segment of a connection to a port, or of the other direction."""
    here, there, sport, dport = (B, A, port, client) if back else (A, B, client, port)
    made = tcp(payload, flags, sport=sport, dport=dport, seq=seq, ack=ack, options=options, src=here, dst=there)
    return Packet(ether(ip4(made, 6, src=here, dst=there)))


def connections() -> Iterator[Packet]:
    """TCP: servers that begin anew, ACKs of what nobody saw, of half a segment, of more ranges than are counted."""
    scaled = bytes.fromhex("0204 05b4 0103 0307")
    yield _way(False, b"", 2, 100, 0, options=scaled)
    yield _way(True, b"", 0x12, 5000, 101, options=scaled)
    yield _way(True, b"", 0x12, 7000, 101, options=scaled)
    yield _way(False, b"", 0x10, 101, 7001)
    yield _way(True, b"", 0x10, 5001, 101)
    for seq in (101, 201, 301, 401):
        yield _way(False, b"x" * 100, 0x10, seq, 7001)
    yield _way(True, b"", 0x10, 7001, 251)
    yield _way(False, b"x" * 100, 0x18, 201, 7001)
    for ack in (401, 900, 1200, 1200, 1300):
        yield _way(True, b"", 0x10, 7001, ack)
    for seq in (2000, 4000, 6000, 8000, 10_000):
        yield _way(False, b"x" * 100, 0x18, seq, 7001)
    ranges = b"".join(seq.to_bytes(4, "big") + (seq + 50).to_bytes(4, "big") for seq in (8000, 6000, 4000, 2000))
    yield _way(True, b"", 0x10, 7001, 1300, options=b"\x01\x01\x05\x22" + ranges)
    yield _way(False, b"x" * 100, 0x18, 10_100, 7001)
    yield _way(False, b"x" * 100, 0x19, 10_200, 7001)
    # One that was told to be on its way from long before the first.
    yield _way(False, b"x" * 100, 0x18, 300, 1, 9998)
    yield _way(False, b"x" * 100, 0x18, 100, 1, 9998)
    # A window that is scaled by one side only.
    yield _way(False, b"", 2, 100, 0, 9997)
    yield _way(True, b"", 0x14, 0, 101, 9997)
    yield _way(False, b"", 2, 100, 0, 9996, options=scaled)
    yield _way(False, b"", 2, 100, 0, 9996)
    yield _way(True, b"", 0x12, 700, 101, 9996, options=scaled)
    yield _way(False, b"x", 0x18, 101, 701, 9996)


def headers() -> Iterator[Packet]:
    """TCP headers whose length cannot be, and flags that nobody uses."""
    for flags, size in ((0x18, 0), (1, 2), (0x18, 4)):
        made = bytearray(tcp(b"abc", flags, seq=5, ack=9))
        made[12] = size << 4
        yield Packet(ether(ip4(bytes(made), 6)))
    for reserved in (0x2, 0x8, 0xE, 0xF):
        made = bytearray(tcp(b"abc", 0x12, seq=77, ack=9))
        made[12] |= reserved
        yield Packet(ether(ip4(bytes(made), 6)))


def _hello(version: bytes, extensions: bytes = b"") -> bytes:
    """Return a client's first record."""
    body = version + bytes(range(32)) + b"\0\0\2\xc0\x2f\1\0"
    body += len(extensions).to_bytes(2, "big") + extensions if extensions else b""
    message = b"\1" + len(body).to_bytes(3, "big") + body
    return b"\x16\3\1" + len(message).to_bytes(2, "big") + message


def secrets() -> Iterator[Packet]:
    """TLS: sessions that begin in the middle, on any port, and after words in clear."""
    sealed, middle = b"\x17\3\3\0\x10" + bytes(16), bytes(range(100, 200))

    def said(port: int, *parts: bytes) -> Iterator[Packet]:
        seq = 1000
        for part in parts:
            yield _way(False, part, 0x18, seq, 1, port)
            seq += len(part)

    yield from said(443, middle, b"\xf0" + middle)
    yield from said(993, b"* OK ready\r\n", sealed, b"\xf0" + middle, b"a01 words\r\n", sealed, sealed)
    yield from said(40_443, _hello(b"\3\3"), sealed, b"\xf0" + middle, b"fours", sealed)
    yield from said(465, _hello(b"\3\3"), _hello(b"\3\3"), b"\x14\3\3\0\1\1" + sealed)
    yield from said(563, _hello(b"\3\3", b"\0\x2a\0\0"), sealed, b"\xf0" + middle)
    yield _way(False, sealed, 0x18, 900, 1, 993)
    told = {
        15: b"\1", 18: b"", 27: b"\4\0\2\0\1", 28: b"\x40\1", 17513: b"\0\3\2h2", 13172: b"",
        41: b"\0\x0a\0\4name\0\0\1\2" + b"\0\x21\x20" + bytes(32),
    }  # fmt: skip
    extensions = b"".join(kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body for kind, body in told.items())
    yield from said(853, _hello(b"\3\3", extensions))


def streams() -> Iterator[Packet]:
    """DNS over TCP: messages that share segments, that go on in the next, and what comes again of them."""

    def asked(ident: int) -> bytes:
        message = dns(ident, 0x100, [question("www.example.com")])
        return len(message).to_bytes(2, "big") + message

    whole = asked(1) + asked(2) + asked(3)
    for port, cuts in ((53, (0, 2, 40, len(whole))), (5353, (0, 38, 39, 41, len(whole) - 3, len(whole)))):
        for start, end in pairwise(cuts):
            yield _way(False, whole[start:end], 0x18, 1000 + start, 1, port)
        yield _way(False, asked(4), 0x18, 1000 + len(whole), 1, port)
        yield _way(False, asked(5), 0x18, 5000, 1, port)
        yield _way(False, asked(5), 0x18, 5000, 1, port)


def queries() -> Iterator[Packet]:
    """DNS: names of any bytes, or of none that make sense, records without data, and mDNS with EDNS."""
    labels = (
        b"a b", b'q"uote', b"do.t", b"back\\slash", b"\x04\x05\x7f", b"\xc3\xa9t\xc3\xa9", b"a\xc3", b"at@$;()\t\n",
        b"\xe2\x80\x99s", b"\x80\x81",
    )  # fmt: skip
    for number, label in enumerate(labels):
        yield over4(dns(number, 0x100, [bytes((len(label),)) + label + b"\3com\0\0\1\0\1"]), 40_000, 53)
    long = (b"\x3f" + b"a" * 63) * 5 + b"\0"
    for number, name in enumerate((long, b"\xc0\x0c", b"\2ab\x80", b"\2ab\x42", b"\2ab\x41ab\0")):
        yield over4(dns(100 + number, 0x100, [name + b"\0\1\0\1"]), 40_000, 53)
    bare = [b"\3abc\0" + kind.to_bytes(2, "big") + b"\0\xff" + bytes(6) for kind in (1, 10, 15, 16, 28, 33, 65, 257)]
    yield over4(dns(200, 0x2800, [question("a.b", 6)], [], bare), 40_000, 53)
    yield over4(dns(201, 0x0800, [], [bare[0]]), 40_000, 53)
    yield over4(dns(202, 0x8400, [question("a.b", 10)], [record("a.b", 10, b"any\xff")]), 53, 40_000)
    asked = dns(300, 0x100, [question("a.b")])
    told = dns(300, 0x8180, [question("a.b")], [record("a.b", 1, bytes(4))])
    for is_answer in (False, False, True, True, False, True, False, False, True):
        yield over4(told, 53, 40_000, src=B, dst=A) if is_answer else over4(asked, 40_000, 53)
    options = b"\0\0\x29\x85\xa0\0\0\x11\x94\0\6\0\4\0\2ab"
    yield over4(dns(0, 0, [question("_x._tcp.local", 12)], [], [], [options]), 5353, 5353)


def layers() -> Iterator[Packet]:
    """What is below TCP, as it is seldom: numbered frames of LLC, versions and protocols that are none, sizes of 0."""
    for ssap in (0x0E, 0x0F):
        for control in (0x0000, 0x0604, 0x0500, 0x0401, 0x0205, 0x0109, 0x030D):
            body = bytes((0x0E, ssap)) + control.to_bytes(2, "little") + b"abc"
            yield Packet(ether(body, len(body)))
    whole = ip4(b"any", 6)
    for version in (0, 5, 15):
        yield Packet(ether(bytes((version << 4 | 5,)) + whole[1:]))
    for protocol in (7, 55, 84, 118, 133, 142, 200, 240, 253, 255):
        yield Packet(ether(ip4(b"any payload", protocol)))
    yield Packet(ether(whole[:2] + bytes(2) + ip4(tcp(b"sent at once", 0x18), 6)[4:]))
    for kind in (1, 7, 20, 38, 165, 255):
        yield Packet(ether(ip4(icmp(kind, 3, bytes(4)), 1)))
    for size in (20, 9_000):
        yield Packet(ether(ip4(b"\x9c\x40\x27\x0f" + size.to_bytes(2, "big") + b"\0\0any", 17)))
    quoted = ip4(udp(b"\x2f" * 300, 9, 9), 17)
    yield Packet(ether(ip4(icmp(3, 3, bytes(4) + quoted), 1)))
    known = bytes.fromhex("0064ff9b") + bytes(8)
    yield over6(b"through", 9, 40_000, src=known + A, dst=known + B)
    yield over6(b"through", 9, 40_000, dst=known + B)


def bodies() -> Iterator[Packet]:
    """HTTP: bodies of several kinds."""
    kinds = (
        (b"application/octet-stream", b"a\0\2\xff\xfe"), (b"application/x-own", b"abc\xc3\xa9"),
        (b"text/plain", b"a\nb"),
    )  # fmt: skip
    for number, (kind, body) in enumerate(kinds):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
        yield _way(True, head + body, 0x18, 1, 1, 8000 + 80 * (number & 1))


def exchanges() -> Iterator[Packet]:
    """SSH: a server that speaks first, and keys that are exchanged in groups of the server's choice."""

    def packet(message: bytes) -> bytes:
        padding = 4 + -(len(message) + 9) % 8
        return (len(message) + padding + 1).to_bytes(4, "big") + bytes((padding,)) + message + bytes(padding)

    def text(words: bytes) -> bytes:
        return len(words).to_bytes(4, "big") + words

    lists = [b"ssh-rsa", *[b"aes128-ctr"] * 2, *[b"hmac-sha1"] * 2, *[b"none"] * 2, b"", b""]
    seq = [1000, 5000]
    for methods in (b"diffie-hellman-group-exchange-sha256,aaa", b"diffie-hellman-group14-sha1"):
        kex = packet(b"\x14" + bytes(16) + b"".join(text(words) for words in (methods, *lists)) + bytes(5))
        if b"exchange" in methods:
            said: tuple[bytes, ...] = (
                packet(b"\x22\0\0\4\0\0\0\x08\0\0\0\x20\0"),
                packet(b"\x1f" + text(b"\0\xc3" * 9) + text(b"\2")),
                packet(b"\x20" + text(b"\1" * 16)),
            )
        else:
            said = (packet(b"\x1e" + text(b"\1" * 16)),)
        parts = [(True, b"SSH-2.0-x\r\n"), (False, b"SSH-2.0-y\r\n"), (False, kex), (True, kex)]
        for back, part in (*parts, *((bool(place & 1), part) for place, part in enumerate(said))):
            yield _way(back, part, 0x18, seq[back], seq[not back], 22, 40_000 + len(methods))
            seq[back] += len(part)


def keepers() -> Iterator[Packet]:
    """NTP as its keepers speak it: control messages, and those of mode 7."""
    for second in (0x01, 0x02, 0x0C, 0x1F, 0x64):
        yield over4(bytes((0x16, second)) + b"\0\1\0\2\0\3\0\0\0\0", 40_000, 123)
    yield over4(b"\x1e\2\0\1\0\0\0\0\0\0\0\0", 40_000, 123)
    for first, code, size in ((0x97, 42, 8), (0xD7, 20, 0), (0x97, 99, 0x48)):
        yield over4(bytes((first, 0x83, 3, code)) + b"\x20\0" + size.to_bytes(2, "big") + bytes(8), 123, 40_000)
