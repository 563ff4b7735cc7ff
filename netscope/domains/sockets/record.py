"""One socket: its record, and how it comes out of what the kernel said."""

from __future__ import annotations

from struct import Struct
from sys import byteorder

from netscope.core.host import Process
from netscope.core.netlink import text as netlink_text
from netscope.core.typed import TYPE_CHECKING, Any, Hashable, NamedTuple
from netscope.domains.sockets import diag, tcplayout
from netscope.domains.sockets.diag import Layout

if TYPE_CHECKING:
    from netscope.domains.sockets.tcpinfo import TcpInfo

INET_HEAD = 72  # sizeof(struct inet_diag_msg)
UNIX_HEAD = 16
PACKET_HEAD = 16
NETLINK_HEAD = 28

_UNIX_PEER = 2
_MEMORY_ATTRIBUTE = {"unix": 5, "packet": 6, "netlink": 0}
_COOKIE_OFFSET = {"unix": 8, "packet": 8, "netlink": 20}
_INET_COOKIE_OFFSET = 44
COOKIE_SIZE = 8
_TIMERS = ("off", "on", "keepalive", "timewait", "persist")


class Timer(NamedTuple):
    """The timer of a TCP socket, as ``ss -o``: ``expires`` in milliseconds."""

    name: str
    expires: int
    retransmits: int


class Memory(NamedTuple):
    """SK_MEMINFO, bytes (drops: packets), as ``ss -m`` (sock_diag(7))."""

    rmem_alloc: int
    rcv_buf: int
    wmem_alloc: int
    snd_buf: int
    fwd_alloc: int
    wmem_queued: int
    ropt_mem: int
    back_log: int
    sock_drop: int | None = None


_NO_LAYOUT: Layout = {}


class Socket(NamedTuple):
    """One socket. What has no field here is decoded from ``message`` when asked for: see the properties.

    Attributes:
        protocol: tcp, udp, udplite, raw, icmp, mptcp, sctp, unix, packet, netlink.
        family: inet, inet6 (v4-mapped addresses too), unix, packet, netlink.
        type: stream, dgram, seqpacket, raw.
        subprotocol: what a raw socket carries ("icmp"), the ethertype of a packet socket ("all", "0x0800"), the netlink
            family ("route"); None otherwise.
        state: netstat's word; UNCONN for an unconnected datagram socket.
        recv_q: bytes not yet read; LISTEN: connections waiting to be accepted.
        send_q: bytes not yet acknowledged; LISTEN: the backlog.
        local_address: RFC 5952 text; the path of a UNIX socket, an abstract one with "@" for its leading NUL.
        local_port: None when not bound; a raw socket's IP protocol, an ICMP socket's ident, a netlink port id.
        remote_address: None when there is no peer; the path of a UNIX peer that has one.
        interface: the device it is bound to.
        inode: 0 where no process can hold it (TIME_WAIT, SYN_RECV, not yet accepted).
        processes: who holds it: ``()`` nobody, None when that could not be seen.
        cgroup, unit, container: of the first of the processes.
        message, layout: the kernel's answer and where its attributes lie; empty when /proc was read instead.
        send_rate, receive_rate: bytes a second since the look before, acknowledged and received; TCP only, None in the
            first look.
        process_rates: (sent, received) summed over the sockets of the first process, where that is not nothing.
    """

    protocol: str
    family: str
    type: str
    subprotocol: str | None
    state: str
    recv_q: int
    send_q: int
    local_address: str | None
    local_port: int | None
    remote_address: str | None
    remote_port: int | None
    interface: str | None
    inode: int
    uid: int | None
    user: str | None
    processes: tuple[Process, ...] | None
    cgroup: str | None = None
    unit: str | None = None
    container: str | None = None
    message: bytes = b""
    layout: Layout = _NO_LAYOUT
    send_rate: float | None = None
    receive_rate: float | None = None
    process_rates: tuple[float, float] | None = None

    def attribute(self, kind: int) -> bytes | None:
        """Return the value of one netlink attribute of the message."""
        place = self.layout.get(kind)
        return None if place is None else self.message[place[0] : place[1]]

    @property
    def kernel(self) -> bool:
        """Whether it is the kernel's end of a netlink family: a process's always has a port id."""
        return self.protocol == "netlink" and self.local_port is None

    @property
    def inet(self) -> bool:
        """Whether the message is an inet_diag one."""
        return self.family in ("inet", "inet6")

    @property
    def cookie(self) -> str | None:
        """The kernel's own number for the socket, hexadecimal as ss prints it (``sk:...``)."""
        if not self.message:
            return None
        return f"{cookie_of(self):x}"

    @property
    def timer(self) -> Timer | None:
        """The running timer, or None."""
        if not self.inet or len(self.message) < INET_HEAD or not self.message[2]:
            return None
        number, retransmits = self.message[2:4]
        expires = int.from_bytes(self.message[52:56], "little")
        return Timer(_TIMERS[number] if number < len(_TIMERS) else str(number), expires, retransmits)

    @property
    def tcp_info(self) -> TcpInfo | None:
        """What ``ss -i`` shows; None for anything but TCP, or where it was not asked for."""
        data = self.attribute(diag.INFO) if self.protocol == "tcp" else None
        if data is None:
            return None
        from netscope.domains.sockets import tcpinfo

        return tcpinfo.parse(data)

    @property
    def congestion(self) -> str | None:
        """The congestion control's name."""
        data = self.attribute(diag.CONG) if self.inet else None
        return None if data is None else netlink_text(data)

    @property
    def memory(self) -> Memory | None:
        """The socket's buffers."""
        data = self.attribute(_MEMORY_ATTRIBUTE.get(self.protocol, diag.SKMEMINFO))
        if data is None or len(data) < 32:
            return None
        values = Struct(f"={min(len(data) // 4, 9)}I").unpack_from(data)
        return Memory(*values)

    @property
    def process_send_rate(self) -> float | None:
        """Bytes a second sent over all TCP sockets of the first process; None where it is not known."""
        return self.process_rates[0] if self.process_rates else self.send_rate and 0.0

    @property
    def process_receive_rate(self) -> float | None:
        """Bytes a second received over all TCP sockets of the first process; None where it is not known."""
        return self.process_rates[1] if self.process_rates else self.receive_rate and 0.0

    @property
    def mark(self) -> int | None:
        """The socket's mark (SO_MARK); the kernel tells it only with CAP_NET_ADMIN."""
        return self._number(diag.MARK) if self.inet else None

    @property
    def cgroup_id(self) -> int | None:
        """The inode of the socket's cgroup (version 2)."""
        return self._number(diag.CGROUP_ID) if self.inet else None

    @property
    def peer_inode(self) -> int | None:
        """The inode of a UNIX socket's peer."""
        return self._number(_UNIX_PEER) if self.family == "unix" else None

    @property
    def v6only(self) -> bool | None:
        """Whether an IPv6 socket refuses IPv4 (IPV6_V6ONLY)."""
        flag = self._number(diag.SKV6ONLY) if self.family == "inet6" else None
        return None if flag is None else bool(flag)

    def _number(self, kind: int) -> int | None:
        data = self.attribute(kind)
        return None if not data else int.from_bytes(data, "little")


def cookie_offset(protocol: str) -> int:
    """Return where in its message the cookie of a socket lies."""
    return _COOKIE_OFFSET.get(protocol, _INET_COOKIE_OFFSET)


def cookie_in(message: bytes, offset: int) -> int:
    """Return the kernel's own number for a socket, out of a message."""
    return int.from_bytes(message[offset : offset + COOKIE_SIZE], byteorder)


def cookie_of(record: Socket) -> int:
    """Return the kernel's own number for a socket that has a message."""
    return cookie_in(record.message, cookie_offset(record.protocol))


def key(record: Socket) -> Hashable:
    """Return what identifies a socket: the addresses of a connection (its cookie changes when it enters TIME_WAIT)."""
    if record.remote_port and record.protocol == "tcp" and record.state != "CLOSED":
        return (
            record.local_port,
            record.remote_port,
            record.local_address,
            record.remote_address,
            record.interface,
            record.family,
        )
    return (record.protocol, record.message and record.cookie, record.inode, record.local_address, record.local_port)


def counters(record: Socket) -> tuple[int, int] | None:
    """Return a TCP socket's (bytes_acked, bytes_received), or None where the kernel did not say."""
    place = record.layout.get(diag.INFO) if record.protocol == "tcp" else None
    if place is None or place[1] - place[0] < tcplayout.COUNTERS_END:
        return None
    return tcplayout.counters(record.message, place[0])


def info_field(record: Socket, name: str) -> Any:
    """Return one field of a record's tcp_info."""
    place = record.layout.get(diag.INFO) if record.protocol == "tcp" else None
    return None if place is None else tcplayout.field(record.message, place[0], place[1], name)


OWNED = slice(Socket._fields.index("processes"), Socket._fields.index("container") + 1)
"""Where the owner lies in a record."""
RATES = slice(Socket._fields.index("send_rate"), len(Socket._fields))
"""Where the rates lie in a record."""
