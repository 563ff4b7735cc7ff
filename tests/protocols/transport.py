"""Packets of TCP."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.packets import A, B, Packet, ether, ip4, segment, tcp


def tcps() -> Iterator[Packet]:
    """Yield conversations with every option and flag, and with what goes wrong on the way."""
    syn = bytes.fromhex("020405b40402080a000000010000000001030307")

    def there(payload: bytes, flags: int, seq: int, ack: int, options: bytes = b"", window: int = 501,
              port: int = 40000) -> Packet:  # fmt: skip
        return Packet(ether(ip4(tcp(payload, flags, seq=seq, ack=ack, options=options, window=window, sport=port), 6)))

    def here(payload: bytes, flags: int, seq: int, ack: int, options: bytes = b"", window: int = 501,
             port: int = 40000) -> Packet:  # fmt: skip
        body = tcp(payload, flags, seq=seq, ack=ack, options=options, window=window, sport=9999, dport=port, src=B,
                   dst=A)  # fmt: skip
        return Packet(ether(ip4(body, 6, src=B, dst=A)))

    yield there(b"", 2, 1000, 0, syn, 64240)
    yield here(b"", 0x12, 5000, 1001, syn, 65160)
    yield there(b"", 0x10, 1001, 5001)
    for number in range(5):
        yield there(b"x" * 100, 0x18, 1001 + 100 * number, 5001)
        yield here(b"y" * 50, 0x18, 5001 + 50 * number, 1101 + 100 * number)
    yield there(b"x" * 100, 0x18, 1601, 5251)  # 1501 to 1600 are missing
    for _ in range(3):
        yield here(b"", 0x10, 5251, 1501, bytes.fromhex("0101050a") + struct.pack("!II", 1601, 1701))
    yield there(b"x" * 100, 0x18, 1501, 5251)
    yield there(b"x" * 100, 0x18, 1001, 5251)  # long since acknowledged
    yield here(b"", 0x10, 5251, 1701, window=0)
    yield there(b"x", 0x10, 1701, 5251)
    yield here(b"", 0x10, 5251, 1701, window=400)
    yield there(b"", 0x10, 1700, 5251)
    yield here(b"", 0x10, 5251, 1701, window=400)
    yield there(b"", 0x11, 1701, 5251)
    yield here(b"", 0x11, 5251, 1702, window=400)
    yield there(b"", 0x10, 1702, 5252)
    yield there(b"", 2, 9000, 0, syn)  # the ports again
    yield here(b"", 0x14, 0, 9001)
    options = (
        b"\x13\x12" + bytes(16), b"\x1d\x10\1\2" + bytes(12), b"\x1c\x04\x80\x05", b"\x22\x02", b"\x22\x0aabcdefgh",
        b"\xfd\x06\x12\x34ab", b"\x4d\x04xy", b"\0\0\0\0", b"\x01\x01\x01\x01", b"\x05\x12" + struct.pack("!4I", 1, 5,
        9, 12),
    )  # fmt: skip
    for index, option in enumerate(options):
        yield there(b"", 2, 100, 0, option, port=41000 + index)
    for flags in range(0, 512, 3):
        yield segment(b"z" if flags & 1 else b"", flags, sport=42000 + flags, seq=flags * 7, ack=flags * 5)
    yield segment(b"urgent", 0x38, sport=43000, urgent=3)
