"""Frames of DNS, and of protocols whose messages are lines of text."""

from __future__ import annotations

from tests.framemaker import A4, B4, B6, Frames, answer, dns, eth, ip4, name, over4, question, tcp, u16, u32, udp, udp6


def domains() -> Frames:
    """DNS over UDP and TCP, mDNS, LLMNR."""
    a, aaaa = answer(1, B4), answer(28, B6)
    soa = answer(6, b"\xc0\x0c" + name("root.example.org") + u32(1, 2, 3, 4, 5))
    records = [
        a,
        aaaa,
        answer(5, name("www.example.com")),
        answer(2, name("ns1.example.com")),
        answer(15, u16(10) + b"\xc0\x0c"),
        answer(16, b"\5hello\5world"),
        answer(33, u16(1, 2, 443) + name("srv.example.com")),
        soa,
        answer(12, name("host.example.com")),
        answer(13, b"\3CPU\2OS"),
        answer(257, b"\0\5issueca.example"),
        answer(99, b"\4spf1"),
        answer(46, bytes(30)),
        answer(65, b"\0\1\0"),
        answer(39, name("d.example.net")),
        answer(1, b""),
        answer(28, b"ab"),
        answer(48, bytes(20)),
        answer(35, u16(1, 2) + b"\1S\3sip\0" + name("x.y")),
        answer(10, bytes(3)),
        answer(250, bytes(3)),
        answer(1, B4, klass=255),
        answer(1, B4, klass=3),
    ]
    edns = b"\0" + u16(41, 1232) + u32(0x8000) + u16(0)
    cookie = b"\0" + u16(41, 1232) + u32(0x00008000) + u16(12) + u16(10, 8) + bytes(8)
    subnet = b"\0" + u16(41, 512) + u32(0) + u16(11) + u16(8, 7) + u16(1) + b"\x18\0\xc0\0\2"
    kinds = (1, 2, 5, 6, 12, 15, 16, 28, 33, 35, 43, 48, 65, 255, 252, 251, 41, 1234, 257)
    for kind in kinds:
        for klass in (1, 3, 255, 4, 0x8001):
            ask = dns(kind + 1, 0x0100, [question("www.example.org", kind, klass)])
            yield over4(17, udp(40_000, 53, ask))
    ask = question("www.example.org", 1)
    for flags in (
        0x0000,
        0x0100,
        0x0120,
        0x0110,
        0x0130,
        0x2100,
        0x2800,
        0x1000,
        0x0140,
        0x0200,
        0x0001,
        0x0800,
        0x7800,
    ):
        yield over4(17, udp(40_000, 53, dns(9, flags, [ask])))
        yield over4(17, udp(53, 40_000, dns(9, 0x8000 | flags, [ask], [a])))
    for code in range(16):
        yield over4(17, udp(53, 40_000, dns(10, 0x8180 | code, [ask])))
    for record in records:
        yield over4(17, udp(53, 40_000, dns(11, 0x8180, [ask], [record])))
        yield over4(17, udp(53, 40_000, dns(11, 0x8580, [ask], [record, a], [record], [record, edns])))
        yield udp6(53, 40_000, dns(11, 0x8180, [ask], [a, record]))
    for extra in (edns, cookie, subnet, edns[:-2] + u16(5) + bytes(5)):
        yield over4(17, udp(40_001, 53, dns(12, 0x0100, [ask], [], [], [extra])))
        yield over4(17, udp(53, 40_001, dns(12, 0x8180, [ask], [a], [soa], [extra])))
    yield over4(17, udp(53, 40_001, dns(12, 0x8580, [ask], [a, aaaa, a], [soa, soa], [a, edns])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [ask, ask])))
    yield over4(17, udp(40_000, 53, dns(1, 0x2800, [ask], [a], [a, a], [a])))
    yield over4(17, udp(53, 40_000, dns(1, 0x8180, [], [a])))
    yield over4(17, udp(53, 40_000, dns(1, 0x8180, [ask, ask], [a])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [question("", 2)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\3a\x00b\4\x1b[2J\0" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\3a.b\2\\\xff\0" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\xc0\x0c" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\xc0\xff" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\x41abc\0" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, dns(1, 0x0100, [b"\x81abc\0" + u16(1, 1)])))
    yield over4(17, udp(40_000, 53, b"\0\1\1\0\0"))
    yield over4(17, udp(40_000, 53, b""))
    message = dns(77, 0x0100, [ask])
    yield over4(6, tcp(40_000, 53, u16(len(message)) + message))
    yield over4(6, tcp(53, 40_000, u16(len(message)) + dns(77, 0x8180, [ask], [a])))
    yield over4(6, tcp(40_000, 53, u16(len(message))))
    yield over4(6, tcp(40_000, 53, u16(500) + message))
    yield over4(6, tcp(40_000, 53, u16(5) + message))
    many = bytes([224, 0, 0, 251])
    for message in (
        dns(0, 0, [question("_http._tcp.local", 12), question("printer.local", 1, 0x8001)]),
        dns(
            0,
            0x8400,
            [],
            [
                answer(12, name("x._http._tcp.local"), owner=name("_http._tcp.local")),
                answer(1, A4, owner=name("host.local"), klass=0x8001),
            ],
        ),
        dns(0, 0, [question("host.local", 255)], [], [answer(1, A4, owner=name("host.local"))]),
        dns(
            0,
            0x8400,
            [],
            [
                answer(33, u16(0, 0, 80) + name("host.local"), owner=name("x.local"), klass=0x8001),
                answer(47, name("x.local") + b"\0\1\x40", owner=name("x.local"), klass=0x8001),
            ],
        ),
    ):
        yield eth(0x0800, ip4(17, udp(5353, 5353, message, A4, many), A4, many, ttl=255))
    yield over4(17, udp(5355, 5355, dns(5, 0, [question("host", 1)])))


def texts() -> Frames:
    """HTTP, FTP, SMTP, RTSP, SSH, telnet, TLS and Redis in TCP segments."""
    for port, says in (
        (80, b"GET /a?b HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n"),
        (80, b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nbody"),
        (80, b"\x16\x03\x01binary"),
        (80, b"POST / HTTP/1.0"),
        (80, b"random text\r\nmore\r\n"),
        (80, b"GET \x1b[31m HTTP/1.1\r\n"),
        (80, b"HTTP/1.1 99 X\r\n"),
        (80, b"get / http/1.0\r\n"),
        (8080, b"CONNECT a:443 HTTP/1.1\r\n\r\n"),
        (3128, b"HEAD / HTTP/1.1\r\n\r\n"),
        (80, b"G"),
        (80, b"\r\n"),
        (80, b"GET /\rX"),
        (80, b"GET /\r"),
        (80, b"OPTIONS * HTTP/1.1\n\n"),
        (80, b"GET\t/\r\n\r\n"),
        (80, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        (80, b"HTTP/1.1 404 Not Found\r\n"),
        (80, b"HTTP/1.1  301 Moved\r\nLocation: /x\r\n\r\n"),
        (21, b"USER anonymous\r\n"),
        (21, b"220 ready\r\n"),
        (21, b"220-multi\r\n220 line\r\n"),
        (21, b"\xff\xfe"),
        (21, b"QUIT"),
        (25, b"EHLO x\r\n"),
        (25, b"250-a\r\n250 b\r\n"),
        (25, b"\x00\x01"),
        (25, b"plain text without an end"),
        (554, b"OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
        (554, b"RTSP/1.0 200 OK\r\n\r\n"),
        (554, b"junk here\r\n"),
        (8554, b"PLAY x RTSP/1.0\r\n\r\n"),
        (22, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
        (22, b"\0\0\1\x14\x06\x14binary"),
        (22, b"SSH-2.0-noend"),
        (22, b"not a banner\r\n"),
        (22, b"SSH-2.0-a\r\nmore"),
        (23, b"\xff\xfb\x01\xff\xfd\x03login: "),
        (23, b"plain"),
        (23, b"\xff\xfa\x18\x00xterm\xff\xf0\xff\xf9"),
        (23, b"\xff\xff\xff"),
        (23, b"\xff\xfd\x99"),
        (6379, b"*1\r\n$4\r\nPING\r\n"),
        (6379, b"+PONG\r\n"),
        (443, b"\x16\x03\x01\0\x05\1\0\0\1\0"),
    ):
        yield over4(6, tcp(45_000, port, says))
        yield eth(0x0800, ip4(6, tcp(port, 45_000, says, source=B4, destination=A4), B4, A4))
