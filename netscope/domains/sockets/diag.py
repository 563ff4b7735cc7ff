"""NETLINK_SOCK_DIAG: the requests, and the shape of the answers (sock_diag(7), include/uapi/linux/inet_diag.h).

Answers are kept as the kernel sent them: what a table does not show is decoded when somebody asks for it. A
:class:`Layout` says where which attribute lies; all answers of one shape share one layout, and one
:meth:`struct.Struct.unpack` proves that an answer has that shape.
"""

from __future__ import annotations

from struct import Struct

from netscope.core.netlink import ATTRIBUTE, NLA_TYPE_MASK, Malformed, attribute, request
from netscope.core.typed import Mapping

TCPDIAG_GETSOCK = 18
SOCK_DIAG_BY_FAMILY = 20

AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET = 1, 2, 10, 16, 17

IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6 = 1, 6, 17, 58
IPPROTO_SCTP, IPPROTO_UDPLITE, IPPROTO_RAW, IPPROTO_MPTCP = 132, 136, 255, 262

INFO, VEGASINFO, CONG, TOS, TCLASS, SKMEMINFO, SHUTDOWN = 2, 3, 4, 5, 6, 7, 8
SKV6ONLY, MARK, BBRINFO, CLASS_ID, MD5SIG, ULP_INFO, CGROUP_ID = 11, 15, 16, 17, 18, 19, 21
DCTCPINFO = 9
_REQ_PROTOCOL = 3

_INET_REQUEST = Struct("=BBBxI48s")  # inet_diag_req_v2: family, protocol, extensions, states, id
_COMPAT_REQUEST = Struct("=BxxB48sII")  # inet_diag_req: family, extensions, id, states, tables
_UNIX_REQUEST = Struct("=BBHIII8s")  # unix_diag_req: family, protocol, states, inode, show, cookie
_PLAIN_REQUEST = Struct("=BBHII8s")  # packet_diag_req and netlink_diag_req: family, protocol, inode, show, cookie
_NO_COOKIE = b"\xff" * 8
_NO_ID = bytes(40) + _NO_COOKIE

_UDIAG_SHOW = 0x01 | 0x02 | 0x04 | 0x10 | 0x20 | 0x40  # name, vfs, peer, queue lengths, memory, uid
_PACKET_SHOW = 0x01 | 0x10  # info (and uid), memory
_NDIAG_SHOW = 0x01 | 0x02  # memory, groups
_ALL_NETLINK = 255


def extensions(*wanted: int) -> int:
    """Return the ``idiag_ext`` bits that ask for these attributes."""
    bits = 0
    for kind in wanted:
        bits |= 1 << (kind - 1)
    return bits


def inet_request(
    family: int, protocol: int, states: int, ext: int, identity: bytes = _NO_ID, *, dump: bool = True
) -> bytes:
    """Return a request for inet sockets. TCP of family 0 walks IPv4 and IPv6 in one dump (the old request type)."""
    if protocol == IPPROTO_TCP and not family:
        return request(TCPDIAG_GETSOCK, _COMPAT_REQUEST.pack(0, ext, identity, states, 0))
    payload = _INET_REQUEST.pack(family, protocol & 0xFF, ext, states, identity)
    if protocol > 0xFF:  # it does not fit the field
        payload += attribute(_REQ_PROTOCOL, protocol.to_bytes(4, "little"))
    return request(SOCK_DIAG_BY_FAMILY, payload) if dump else request(SOCK_DIAG_BY_FAMILY, payload, flags=0)


def unix_request(states: int) -> bytes:
    """Return a request for all UNIX sockets in these states."""
    return request(SOCK_DIAG_BY_FAMILY, _UNIX_REQUEST.pack(AF_UNIX, 0, 0, states, 0, _UDIAG_SHOW, _NO_COOKIE))


def packet_request() -> bytes:
    """Return a request for all packet sockets (packet_diag_req is 20 bytes)."""
    return request(SOCK_DIAG_BY_FAMILY, _PLAIN_REQUEST.pack(AF_PACKET, 0, 0, 0, _PACKET_SHOW, b""))


def netlink_request() -> bytes:
    """Return a request for the netlink sockets of every netlink family."""
    return request(SOCK_DIAG_BY_FAMILY, _PLAIN_REQUEST.pack(AF_NETLINK, _ALL_NETLINK, 0, 0, _NDIAG_SHOW, b""))


Layout = Mapping[int, tuple[int, int]]
"""Where each attribute's value lies in an answer: type -> (start, end)."""

_MOST_LAYOUTS = 256  # shapes differ by what kernel and privileges offer: a handful; names of UNIX sockets: many


class Layouts:
    """Finds the layout of answers whose attributes begin at ``head``; remembers one shape per length."""

    def __init__(self, head: int) -> None:
        self._head = head
        self._known: dict[int, tuple[Struct, tuple[bytes, ...], Layout]] = {}

    def of(self, message: bytes) -> Layout:
        """Return the layout of a message. Raises Malformed when its lengths do not add up."""
        known = self._known.get(len(message))
        if known is not None and known[0].unpack(message) == known[1]:
            return known[2]
        shape, layout = self._walk(message)
        if len(self._known) > _MOST_LAYOUTS:
            self._known.clear()
        self._known[len(message)] = (shape, shape.unpack(message), layout)
        return layout

    def _walk(self, message: bytes) -> tuple[Struct, Layout]:
        offset, end = self._head, len(message)
        if end < offset:
            raise Malformed(f"socket message of {end} bytes, {offset} at least")
        form, skip, layout = "=", offset, {}
        while end - offset >= ATTRIBUTE.size:
            length, kind = ATTRIBUTE.unpack_from(message, offset)
            if length < ATTRIBUTE.size or length > end - offset:
                raise Malformed(f"socket attribute of {length} bytes in {end - offset}")
            layout[kind & NLA_TYPE_MASK] = (offset + ATTRIBUTE.size, offset + length)
            form += f"{skip}x{ATTRIBUTE.size}s"
            following = min((offset + length + 3) & ~3, end)
            skip = following - offset - ATTRIBUTE.size
            offset = following
        return Struct(f"{form}{skip + end - offset}x"), layout
