"""TCP segments as probes: a SYN to bytes, what answers it to values, no sockets (RFC 9293, RFC 7323).

Every parser takes any bytes: what does not parse is None, never an exception.
"""

from __future__ import annotations

import socket
from struct import Struct

from netscope.core.probe_wire import checksum
from netscope.core.typed import NamedTuple

CHECKSUM_OFFSET = 16
_HEADER = Struct(">HHIIBBHHH")  # ports, sequence, acknowledgment, data offset, flags, window, checksum, urgent pointer
_QUOTED = Struct(">HHI")  # the 8 bytes that every ICMP error quotes (RFC 792)
_PSEUDO = Struct(">4s4sHH")
_SYN, _RST, _ACK = 0x02, 0x04, 0x10
_WINDOW = 64_240
# What Linux sends: MSS 1460 or 1440, SACK permitted, timestamps, a byte of nothing, window scale 7. A bare SYN looks
# like a scan, and some firewalls drop it. The timestamp never changes: a target that keeps the last does not see it go
# back.
_OPTIONS = {
    family: b"\x02\x04" + size.to_bytes(2, "big") + b"\x04\x02\x08\x0a\0\0\0\x01\0\0\0\0\x01\x03\x03\x07"
    for family, size in ((4, 1460), (6, 1440))
}
_WORDS = (_HEADER.size + 20) // 4


class Answered(NamedTuple):
    """What a segment answers: the sequence number of the SYN, and whether it accepts, refuses, or only acknowledges."""

    sequence: int
    accepts: bool
    refuses: bool


def syn(family: int, ports: tuple[int, int], sequence: int, source: str = "", to: str = "") -> bytes:
    """Return a SYN of 40 bytes. Over IPv4, source and destination are needed for its checksum; IPv6's kernel adds it.

    Args:
        family: 4 or 6.
        ports: source and destination.
        sequence: the sequence number.
        source: IPv4 address.
        to: IPv4 address.
    """
    bare = _HEADER.pack(*ports, sequence, 0, _WORDS << 4, _SYN, _WINDOW, 0, 0) + _OPTIONS[family]
    if family == 6:
        return bare
    pseudo = _PSEUDO.pack(socket.inet_aton(source), socket.inet_aton(to), socket.IPPROTO_TCP, len(bare))
    return bare[:CHECKSUM_OFFSET] + checksum(pseudo + bare).to_bytes(2, "big") + bare[CHECKSUM_OFFSET + 2 :]


def answered(data: bytes, ports: tuple[int, int]) -> Answered | None:
    """Return what a segment answers that came back to a SYN with these ports; None when it answers none."""
    if len(data) < _HEADER.size:
        return None
    source, to, _sequence, acknowledged, _offset, flags, _window, _sum, _urgent = _HEADER.unpack_from(data)
    if (to, source) != ports or not flags & _ACK:
        return None
    refuses = bool(flags & _RST)
    return Answered((acknowledged - 1) & 0xFFFFFFFF, bool(flags & _SYN) and not refuses, refuses)


def quoted(data: bytes, ports: tuple[int, int]) -> int | None:
    """Return the sequence number of a quoted SYN with these ports; None when it is not that."""
    if len(data) < _QUOTED.size:
        return None
    source, to, sequence = _QUOTED.unpack_from(data)
    return int(sequence) if (source, to) == ports else None
