"""Netlink messages and attributes, sans-io (netlink(7), rtnetlink(7), include/uapi/linux/netlink.h).

Everything here is safe on any bytes: lengths are checked before they are believed, every step moves forward, and
what does not parse raises :class:`Malformed`.
"""

from __future__ import annotations

from struct import Struct

from netscope.core.typed import Iterable, Iterator

NETLINK_ROUTE = 0
NETLINK_SOCK_DIAG = 4

NLMSG_NOOP = 1
NLMSG_ERROR = 2
NLMSG_DONE = 3
NLMSG_MIN_TYPE = 0x10

NLM_F_REQUEST = 0x01
NLM_F_MULTI = 0x02
NLM_F_ACK = 0x04
NLM_F_DUMP_INTR = 0x10
NLM_F_DUMP = 0x300

NLA_TYPE_MASK = 0x3FFF  # without NLA_F_NESTED and NLA_F_NET_BYTEORDER

HEADER = Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port id
ATTRIBUTE = Struct("=HH")  # nlattr: length, type


class Malformed(ValueError):
    """Bytes that are not what their lengths say."""


def request(kind: int, payload: bytes, *, flags: int = NLM_F_DUMP, sequence: int = 1) -> bytes:
    """Return one request message. The sequence number is constant by default, so that answers compare equal."""
    return HEADER.pack(HEADER.size + len(payload), kind, NLM_F_REQUEST | flags, sequence, 0) + payload


def attribute(kind: int, value: bytes) -> bytes:
    """Return one attribute, padded to four bytes."""
    return ATTRIBUTE.pack(ATTRIBUTE.size + len(value), kind) + value + bytes(-len(value) % 4)


def header_at(data: bytes | memoryview, offset: int) -> tuple[int, int]:
    """Return length and type of the message at ``offset``. Raises Malformed when it does not fit into ``data``."""
    room = len(data) - offset
    if room < HEADER.size:
        raise Malformed("truncated netlink header")
    length, kind, _flags, _sequence, _port = HEADER.unpack_from(data, offset)
    if length < HEADER.size or length > room:
        raise Malformed(f"netlink message of {length} bytes in {room}")
    return length, kind


def messages(datagrams: Iterable[bytes | memoryview]) -> Iterator[tuple[int, bytes]]:
    """Yield (message type, payload without the header) of every data message, skipping NLMSG_DONE and NLMSG_NOOP.

    Raises Malformed.
    """
    for data in datagrams:
        offset, end = 0, len(data)
        while offset < end:
            length, kind = header_at(data, offset)
            if kind >= NLMSG_MIN_TYPE:
                yield kind, bytes(data[offset + HEADER.size : offset + length])
            offset += (length + 3) & ~3


def attributes(data: bytes, offset: int = 0) -> dict[int, bytes]:
    """Return attribute type -> value from ``offset`` to the end; the last of a type wins, as in the kernel.

    Raises Malformed.
    """
    return dict(attribute_list(data, offset))


def attribute_list(data: bytes, offset: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield (attribute type without flags, value) in order. Raises Malformed."""
    end = len(data)
    while end - offset >= ATTRIBUTE.size:
        length, kind = ATTRIBUTE.unpack_from(data, offset)
        if length < ATTRIBUTE.size or length > end - offset:
            raise Malformed(f"netlink attribute of {length} bytes in {end - offset}")
        yield kind & NLA_TYPE_MASK, data[offset + ATTRIBUTE.size : offset + length]
        offset += (length + 3) & ~3


def text(value: bytes) -> str:
    """Return a NUL-terminated kernel string; bytes that are not UTF-8 are surrogate-escaped (os.fsencode undoes it)."""
    return value.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
