"""TCP, UDP, raw, ICMP, MPTCP and SCTP sockets out of inet_diag messages (include/uapi/linux/inet_diag.h)."""

from __future__ import annotations

from struct import Struct

from netscope.core.inet import inet_ntop, ntohs
from netscope.core.netlink import Malformed
from netscope.core.typed import Callable, Mapping
from netscope.domains.sockets import diag
from netscope.domains.sockets.diag import Layouts
from netscope.domains.sockets.record import INET_HEAD, Socket

# Family, state, timer, retransmits; ports; addresses; interface, cookie; expires, queues, uid, inode.
_MESSAGE = Struct("=BBxxHH16s16sI8xxxxxIIII")
_NEW = tuple.__new__

TCP_STATES = (
    "UNKNOWN", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
    "LAST_ACK", "LISTEN", "CLOSING", "SYN_RECV", "BOUND",
)  # fmt: skip
DATAGRAM_STATES = (*TCP_STATES[:7], "UNCONN", *TCP_STATES[8:])
STREAMS = frozenset({"tcp", "mptcp", "sctp"})
TYPES = {"tcp": "stream", "mptcp": "stream", "sctp": "stream", "raw": "raw"}
FAMILIES = {diag.AF_INET: "inet", diag.AF_INET6: "inet6"}
_MOST_ADDRESSES = 4096
_ANY = frozenset({"0.0.0.0", "::"})
_IP_PROTOCOLS = {
    0: "ip", 1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 17: "udp", 41: "ipv6", 47: "gre", 50: "esp", 51: "ah",
    58: "ipv6-icmp", 89: "ospf", 103: "pim", 112: "vrrp", 132: "sctp", 255: "raw",
}  # fmt: skip


class _Addresses(dict[bytes, str]):
    """16 bytes -> the text of the address in the first of them. A mapping for speed, as Labels is."""

    def __init__(self, family: int, size: int) -> None:
        super().__init__()
        self._family = family
        self._size = size

    def __missing__(self, packed: bytes) -> str:
        if len(self) >= _MOST_ADDRESSES:
            self.clear()
        text = self[packed] = inet_ntop(self._family, packed[: self._size])
        return text


_ADDRESSES = {diag.AF_INET: _Addresses(diag.AF_INET, 4), diag.AF_INET6: _Addresses(diag.AF_INET6, 16)}


def address(family: int, packed: bytes) -> str:
    """Return the text of an address in the first bytes of ``packed`` (RFC 5952; v4-mapped as ``::ffff:192.0.2.1``)."""
    return _ADDRESSES[family][packed]


def subprotocol(protocol: str, number: int) -> str | None:
    """Return what a raw socket carries; None for other sockets."""
    return _IP_PROTOCOLS.get(number, str(number)) if protocol == "raw" else None


def state(protocol: str, number: int) -> str:
    """Return netstat's word for a state number (include/net/tcp_states.h)."""
    words = TCP_STATES if protocol in STREAMS else DATAGRAM_STATES
    return words[number] if number < len(words) else f"STATE_{number}"


def decoder(protocol: str, users: Mapping[int, str], interfaces: Mapping[int, str]) -> Callable[[bytes], Socket]:
    """Return the function that makes a record of a message (without its netlink header); the owner comes later.

    It raises Malformed for what is not an inet_diag message. Local names and positional construction are for speed:
    this runs for each of 50,000 sockets.
    """
    words = TCP_STATES if protocol in STREAMS else DATAGRAM_STATES
    kind = TYPES.get(protocol, "dgram")
    layout_of = Layouts(INET_HEAD).of
    unpack = _MESSAGE.unpack_from
    raw = protocol == "raw"

    def decode(message: bytes) -> Socket:
        if len(message) < INET_HEAD:
            raise Malformed(f"inet_diag message of {len(message)} bytes")
        family, number, sport, dport, source, target, device, recv_q, send_q, uid, inode = unpack(message)
        addresses = _ADDRESSES.get(family)
        if addresses is None:
            raise Malformed(f"inet_diag message of address family {family}")
        local_port = ntohs(sport) or None
        remote_port = ntohs(dport) or None
        remote: str | None = addresses[target]
        if remote_port is None and remote in _ANY:
            remote = None
        return _NEW(
            Socket,
            (
                protocol,
                FAMILIES[family],
                kind,
                subprotocol(protocol, ntohs(sport)) if raw else None,
                words[number] if number < len(words) else f"STATE_{number}",
                recv_q,
                send_q,
                addresses[source],
                local_port,
                remote,
                remote_port,
                interfaces[device] if device else None,
                inode,
                uid,
                users[uid],
                (),
                None,
                None,
                None,
                message,
                layout_of(message),
                None,
                None,
                None,
            ),
        )

    return decode
