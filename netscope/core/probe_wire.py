"""ICMP echo, quoted packets and the socket error queue: bytes to values and back, no sockets.

RFC 792, RFC 4443 (ICMPv6), RFC 4884 (extensions), RFC 4950 (MPLS), ip(7) and linux/errqueue.h (sock_extended_err).
Every parser takes any bytes: what does not parse is None or empty, never an exception.
"""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums
from struct import Struct

from netscope.core.probe import Label
from netscope.core.typed import Iterable, NamedTuple

ECHO = {4: 8, 6: 128}
ECHO_REPLY = {4: 0, 6: 129}
ICMP_HEADER = Struct(">BBHHH")  # type, code, checksum, identifier, sequence
_STAMP = Struct(">8sQ")  # cookie of the session, token of the probe
STAMPED = _STAMP.size
_BALANCED = STAMPED + 2

SOL_IP, SOL_IPV6 = 0, 41
SO_TIMESTAMPNS = 35
IP_TTL, IP_RECVERR, IP_RECVTTL, IP_RECVERR_RFC4884 = 2, 11, 12, 26
IPV6_RECVERR, IPV6_RECVERR_RFC4884, IPV6_RECVHOPLIMIT, IPV6_HOPLIMIT = 25, 31, 51, 52

_TIMESPEC = Struct("@ll")
_INT = Struct("@i")
_FAMILY = Struct("@H")
_ERROR = Struct("=IBBBxIHBx")  # sock_extended_err, its last word as sock_ee_data_rfc4884
_ORIGIN_LOCAL, _ORIGIN_ICMP, _ORIGIN_ICMP6 = 1, 2, 3
_PATTERN = bytes(range(256)) * 258  # longer than any datagram

Ancillary = Iterable[tuple[int, int, bytes]]


def checksum(data: bytes) -> int:
    """Return the Internet checksum of RFC 1071 (0 when the data carries its own correct one)."""
    if len(data) & 1:
        data += b"\0"
    total = int.from_bytes(data, "big") % 0xFFFF  # ones' complement addition is arithmetic modulo 0xffff
    return 0xFFFF ^ total if total or not any(data) else 0


def payload(size: int, cookie: bytes, token: int, sequence: int, flow: int = 0) -> bytes:
    """Return an echo's payload: cookie and token where they fit, two bytes of balance, then the bytes 18, 19, 20, ...

    The balance keeps the sum of sequence number and payload the same for all probes of a flow, so that the ICMP
    checksum, by which some routers choose a path, does not change from one to the next.
    """
    if size < STAMPED:
        return _PATTERN[:size]
    stamp = _STAMP.pack(cookie, token)
    if size < _BALANCED:
        return stamp + _PATTERN[STAMPED:size]
    # The sum of a number's 16-bit words is the number itself modulo 0xffff.
    return stamp + (0xFFFF - (token + sequence + flow) % 0xFFFF).to_bytes(2, "big") + _PATTERN[_BALANCED:size]


def echo(family: int, identifier: int, sequence: int, data: bytes) -> bytes:
    """Return an echo request. ICMPv6 leaves the checksum to the kernel, which knows the pseudo-header."""
    kind = ECHO[family]
    head = ICMP_HEADER.pack(kind, 0, 0, identifier, sequence)
    if family == 6:
        return head + data
    return ICMP_HEADER.pack(kind, 0, checksum(head + data), identifier, sequence) + data


def stamped_token(data: bytes, cookie: bytes) -> int | None:
    """Return the token in a payload that carries this session's cookie."""
    if len(data) < STAMPED:
        return None
    found, token = _STAMP.unpack_from(data)
    return int(token) if found == cookie else None


def first_difference(sent: bytes, back: bytes) -> tuple[int, int, int] | None:
    """Return (offset, sent, found) of the first byte that differs in the part that both have."""
    if sent == back:
        return None
    for offset, (one, other) in enumerate(zip(sent, back, strict=False)):
        if one != other:
            return offset, one, other
    return None


def without_ip(data: bytes) -> tuple[bytes, int | None]:
    """Return what follows an IPv4 header (raw sockets receive it), and the header's TTL; empty when it is none."""
    if len(data) < 20 or data[0] >> 4 != 4:
        return b"", None
    length = (data[0] & 15) * 4
    if length < 20:
        return b"", None
    return data[length:], data[8]


class Ancillaries(NamedTuple):
    """What the control messages of one received packet say: wall clock of receipt in nanoseconds, TTL, the error."""

    received: int | None
    ttl: int | None
    error: QueuedError | None


class QueuedError(NamedTuple):
    """One sock_extended_err with the offender's address.

    Attributes:
        errno: what the kernel makes of it.
        icmp: type and code, None for an error of the own kernel.
        info: the MTU or pointer.
        offender: who sent it; "" when it was the own kernel.
        scope: the interface index that a link-local offender's address belongs to, 0 for others.
        extension: where in the quoted payload an RFC 4884 extension begins, 0 when the kernel knows none.
    """

    errno: int
    icmp: tuple[int, int] | None
    info: int
    offender: str
    scope: int
    extension: int


def ancillaries(messages: Ancillary) -> Ancillaries:
    """Decode control messages."""
    received = ttl = error = None
    for level, kind, data in messages:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(data) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            received = seconds * 1_000_000_000 + nanoseconds
        elif ((level == SOL_IP and kind == IP_TTL) or (level == SOL_IPV6 and kind == IPV6_HOPLIMIT)) and len(
            data
        ) >= _INT.size:
            ttl = _INT.unpack_from(data)[0]
        elif (level == SOL_IP and kind == IP_RECVERR) or (level == SOL_IPV6 and kind == IPV6_RECVERR):
            error = queued_error(data)
    return Ancillaries(received, ttl, error)


def queued_error(data: bytes) -> QueuedError | None:
    """Decode one IP_RECVERR or IPV6_RECVERR message."""
    if len(data) < _ERROR.size:
        return None
    errno, origin, kind, code, info, length, _flags = _ERROR.unpack_from(data)
    if origin not in (_ORIGIN_ICMP, _ORIGIN_ICMP6):
        return QueuedError(errno, None, info, "", 0, 0)
    return QueuedError(errno, (kind, code), info, *_socket_address(data[_ERROR.size :]), length)


def _socket_address(data: bytes) -> tuple[str, int]:
    """Return address and scope of a sockaddr_in or sockaddr_in6."""
    if len(data) >= 8:
        family = _FAMILY.unpack_from(data)[0]
        if family == socket.AF_INET:
            return socket.inet_ntop(socket.AF_INET, data[4:8]), 0
        if family == socket.AF_INET6 and len(data) >= 28:
            return socket.inet_ntop(socket.AF_INET6, data[8:24]), _INT.unpack_from(data, 24)[0]
    return "", 0


def mpls(data: bytes, start: int, guess: int) -> tuple[Label, ...]:
    """Return the MPLS label stack from the extension behind a quoted packet.

    Args:
        data: the quoted packet from the error queue.
        start: where the kernel says that the extension begins, 0 when it does not.
        guess: where it begins when a router sends 128 quoted bytes and does not say so, as many did before RFC 4884
            and traceroute(8) expects; taken only when version and checksum are right.
    """
    offset = start or guess
    if offset <= 0 or len(data) < offset + 4 or data[offset] >> 4 != 2:
        return ()
    block = data[offset:]
    if (block[2:4] != b"\0\0" or not start) and checksum(block):
        return ()
    labels: list[Label] = []
    position = 4
    while position + 4 <= len(block):
        length = int.from_bytes(block[position : position + 2], "big")
        if length < 4 or position + length > len(block):
            break
        if block[position + 2] == 1 and block[position + 3] == 1:
            labels += _labels(block[position + 4 : position + length])
        position += length
    return tuple(labels)


def _labels(data: bytes) -> Iterable[Label]:
    for at in range(0, len(data) - 3, 4):
        word = int.from_bytes(data[at : at + 4], "big")
        yield Label(word >> 12, word >> 9 & 7, bool(word >> 8 & 1), word & 255)
