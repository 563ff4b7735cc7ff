"""Frames of PPP over Ethernet: control protocols with all codes and options, PAP and CHAP, whole and not."""

from __future__ import annotations

from tests.framemaker import A4, B4, MAC_A, Frames, eth, ip4, u16, u32, udp

_LCP, _IPCP, _IP6CP, _CCP, _BACP = 0xC021, 0x8021, 0x8057, 0x80FD, 0xC02B
_PAP, _CHAP = 0xC023, 0xC223


def session(protocol: int, payload: bytes) -> bytes:
    """Return a frame of a session."""
    payload = u16(protocol) + payload
    return eth(0x8864, bytes([0x11, 0]) + u16(1, len(payload)) + payload)


def _message(protocol: int, code: int, body: bytes, size: int | None = None) -> bytes:
    return session(protocol, bytes([code, 7]) + u16(4 + len(body) if size is None else size) + body)


def _option(kind: int, value: bytes) -> bytes:
    return bytes([kind, 2 + len(value)]) + value


def protocols() -> Frames:
    """PPP: what there may be in it, and the codes of its control protocols."""
    inner = ip4(17, udp(5, 6, b"x"))
    for protocol in (*range(0x21, 0x3F, 2), 0xFD, 0x201, 0x231, 0x233, *range(0x8001, 0x8101, 2), 0x8281):
        if protocol not in (0x23, 0x2B, 0x3D):  # OSI, IPX and links in one are not printed
            yield session(protocol, inner)
    for protocol in (0xC025, 0xC027, 0xC03D, 0xC227):
        yield session(protocol, b"\1\2\3\4\5")
    for protocol in (0x281, 0x283):
        yield session(protocol, b"\0\1\1\x40" + inner)
    for protocol in (_LCP, _IPCP, _IP6CP, _CCP, _BACP, 0x8281, 0x8023):
        yield session(protocol, b"\1\2\3")
        for code in range(18):
            yield _message(protocol, code, b"\0\0\x0c\4abcdefgh")
            yield _message(protocol, code, b"ab")
            yield _message(protocol, code, b"")
        for size in (0, 3, 5, 6, 30):
            yield _message(protocol, 1, b"abcd", size)
    for rejected in (0x8057, 0x1257):
        yield _message(_LCP, 8, u16(rejected) + b"abc")
    yield _message(_LCP, 12, u32(1) + b"text\x1b[2J\xff")


def options() -> Frames:
    """PPP: options of its control protocols, whole and of all sizes."""
    for protocol in (_LCP, _IPCP, _IP6CP, _CCP, _BACP, 0x8281):
        for kind in (*range(34), 129, 130, 131, 132, 133, 255):
            for size in (0, 1, 2, 3, 4, 8):
                yield _message(protocol, 1, _option(kind, b"\0\0\x0c\4abcd"[:size]))
    for algorithm in (4, 5, 6, 0x80, 0x81):
        yield _message(_LCP, 2, _option(3, u16(_CHAP) + bytes([algorithm])))
    for protocol in (_PAP, 0xC227, 0xC027, _CHAP, 0xC025):
        yield _message(_LCP, 2, _option(3, u16(protocol)))
    for kind in range(8):
        yield _message(_LCP, 3, _option(13, bytes([kind])))
        for value in (b"", b"ABCD", MAC_A):
            yield _message(_LCP, 4, _option(19, bytes([kind]) + value))
    yield _message(_LCP, 1, _option(4, u16(0xC025) + u32(1)))
    for rest in (b"\5\1\2", b"\5\7\2", b"\5", b"\x40\3\2\7\2", b"\x40\1", b"\x09\7\2", b"\7\2" * 9):
        yield _message(_LCP, 1, _option(1, u16(1500)) + rest)
    yield _message(_IPCP, 1, _option(1, A4 + B4) + _option(2, b"\0\x2d\x0f\1") + _option(3, A4) + _option(129, B4))
    for rest in (b"", b"\1\0", b"\1\x09"):
        yield _message(_IPCP, 1, _option(2, u16(0x61, 15, 15, 256, 5, 168) + rest))
    yield _message(_IP6CP, 1, _option(1, b"abcdefgh"))
    for bits in range(0, 256, 17):
        for kind in (21, 24, 26):
            yield _message(_CCP, 1, _option(kind, bytes([bits, bits ^ 0x5A])))


def secrets() -> Frames:
    """PPP: PAP and CHAP, whole and not."""
    for protocol in (_PAP, _CHAP):
        for size in range(4):
            yield session(protocol, b"\1\2\3"[:size])
        for code in range(6):
            for body in (b"\4user\6secret", b"\4us", b"\0", b"", b"\4u\x1b\xffr\1", b"\xff" * 9):
                yield _message(protocol, code, body)
            for size in (0, 3, 4, 5, 9, 30):
                yield _message(protocol, code, b"\4user\6secret", size)
