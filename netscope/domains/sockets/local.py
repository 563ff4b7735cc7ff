"""UNIX, packet and netlink sockets out of their diag messages (unix_diag.h, packet_diag.h, netlink_diag.h)."""

from __future__ import annotations

from struct import Struct

from netscope.core.netlink import Malformed
from netscope.core.typed import Callable, Iterable, Mapping
from netscope.domains.sockets.diag import Layout, Layouts
from netscope.domains.sockets.record import NETLINK_HEAD, PACKET_HEAD, UNIX_HEAD, Socket

_UNIX = Struct("=BBBxI8x")  # family, type, state, inode, cookie
_PACKET = Struct("=BBHI8x")  # family, type, protocol, inode, cookie
_NETLINK = Struct("=BBBBIIII8x")  # family, type, protocol, state, port id, destination, group, inode, cookie

_UNIX_NAME, _UNIX_RQLEN, _UNIX_UID = 0, 4, 7
_PACKET_INFO, _PACKET_UID, _PACKET_MEMINFO = 0, 5, 6
_NETLINK_MEMINFO = 0
_NETLINK_CONNECTED = 1

_TYPES = {1: "stream", 2: "dgram", 3: "raw", 5: "seqpacket", 10: "packet"}
_UNIX_STATES = {1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECV", 7: "UNCONN", 8: "CLOSING", 10: "LISTEN"}
_ETH_P_ALL = 3
NETLINK_FAMILIES = (
    "route", "unused", "usersock", "firewall", "sock_diag", "nflog", "xfrm", "selinux", "iscsi", "audit", "fib_lookup",
    "connector", "netfilter", "ip6_fw", "dnrtmsg", "kobject_uevent", "generic", "17", "scsitransport", "ecryptfs",
    "rdma", "crypto", "smc",
)  # fmt: skip

Decoder = Callable[[bytes], Socket]


def kind(number: int) -> str:
    """Return the word for a socket type (socket(2))."""
    return _TYPES.get(number, str(number))


def ethertype(number: int) -> str:
    """Return what a packet socket receives: "all" or the ethertype."""
    return "all" if number == _ETH_P_ALL else f"0x{number:04x}"


def netlink_family(number: int) -> str:
    """Return the name of a netlink family (include/uapi/linux/netlink.h)."""
    return NETLINK_FAMILIES[number] if number < len(NETLINK_FAMILIES) else str(number)


def unix_state(number: int) -> str:
    """Return the word for a UNIX socket's state."""
    return _UNIX_STATES.get(number, f"STATE_{number}")


def unix_name(name: bytes) -> str | None:
    """Return a UNIX socket's name: a path, or "@" and an abstract name, in which any byte may occur (unix(7))."""
    if not name:
        return None
    if name[0]:
        return name.removesuffix(b"\0").decode("utf-8", "surrogateescape")
    return "@" + name[1:].decode("utf-8", "surrogateescape")


def _value(message: bytes, layout: Layout, attribute: int) -> bytes:
    start, end = layout.get(attribute, (0, 0))
    return message[start:end]


def _number(message: bytes, layout: Layout, attribute: int, index: int = 0) -> int | None:
    value = _value(message, layout, attribute)[index * 4 : index * 4 + 4]
    return int.from_bytes(value, "little") if len(value) == 4 else None


def _head(shape: Struct, message: bytes, what: str) -> tuple[int, ...]:
    if len(message) < shape.size:
        raise Malformed(f"{what} message of {len(message)} bytes")
    return shape.unpack_from(message)


def _named(users: Mapping[int, str], uid: int | None) -> str | None:
    return None if uid is None else users[uid]


def unix_decoder(users: Mapping[int, str]) -> Decoder:
    """Return the function that makes a record of a unix_diag message."""
    layouts = Layouts(UNIX_HEAD)

    def decode(message: bytes) -> Socket:
        _family, number, state, inode = _head(_UNIX, message, "unix_diag")
        layout = layouts.of(message)
        uid = _number(message, layout, _UNIX_UID)
        return Socket(
            protocol="unix", family="unix", type=kind(number), subprotocol=None, state=unix_state(state),
            recv_q=_number(message, layout, _UNIX_RQLEN, 0) or 0, send_q=_number(message, layout, _UNIX_RQLEN, 1) or 0,
            local_address=unix_name(_value(message, layout, _UNIX_NAME)), local_port=None,
            remote_address=None, remote_port=None, interface=None,
            inode=inode, uid=uid, user=_named(users, uid), processes=(), message=message, layout=layout,
        )  # fmt: skip

    return decode


def packet_decoder(users: Mapping[int, str], interfaces: Mapping[int, str]) -> Decoder:
    """Return the function that makes a record of a packet_diag message."""
    layouts = Layouts(PACKET_HEAD)

    def decode(message: bytes) -> Socket:
        _family, number, protocol, inode = _head(_PACKET, message, "packet_diag")
        layout = layouts.of(message)
        uid = _number(message, layout, _PACKET_UID)
        device = _number(message, layout, _PACKET_INFO)
        return Socket(
            protocol="packet", family="packet", type=kind(number), subprotocol=ethertype(protocol), state="UNCONN",
            recv_q=_number(message, layout, _PACKET_MEMINFO) or 0, send_q=0,
            local_address=None, local_port=None, remote_address=None, remote_port=None,
            interface=interfaces[device] if device else None,
            inode=inode, uid=uid, user=_named(users, uid), processes=(), message=message, layout=layout,
        )  # fmt: skip

    return decode


def netlink_decoder() -> Decoder:
    """Return the function that makes a record of a netlink_diag message."""
    layouts = Layouts(NETLINK_HEAD)

    def decode(message: bytes) -> Socket:
        _family, number, protocol, state, port, destination, _group, inode = _head(_NETLINK, message, "netlink_diag")
        layout = layouts.of(message)
        return Socket(
            protocol="netlink", family="netlink", type=kind(number), subprotocol=netlink_family(protocol),
            state="ESTABLISHED" if state == _NETLINK_CONNECTED else "UNCONN",
            recv_q=_number(message, layout, _NETLINK_MEMINFO, 0) or 0,
            send_q=_number(message, layout, _NETLINK_MEMINFO, 2) or 0,
            local_address=None, local_port=port or None, remote_address=None, remote_port=destination or None,
            interface=None, inode=inode, uid=None, user=None, processes=(), message=message, layout=layout,
        )  # fmt: skip

    return decode


def once_each(sockets: Iterable[Socket]) -> list[Socket]:
    """Leave repetitions out: the kernel lists a netlink socket that has joined a group twice."""
    return list({socket.message: socket for socket in sockets}.values())


def with_peers(sockets: Iterable[Socket]) -> list[Socket]:
    """Give each UNIX socket the path of its peer, where that has one."""
    sockets = list(sockets)
    names = {socket.inode: socket.local_address for socket in sockets}
    rows = []
    for socket in sockets:
        peer = socket.peer_inode
        name = names.get(peer) if peer else None
        rows.append(socket if name == socket.remote_address else socket._replace(remote_address=name))
    return rows
