"""What a socket's fields are called, and how they are shown."""

from __future__ import annotations

from operator import attrgetter

from netscope.core.record import Column, Kind
from netscope.core.typed import Any
from netscope.domains.sockets.record import Memory, Socket, info_field
from netscope.domains.sockets.texts import (
    local_text,
    local_texts,
    number_texts,
    processes_text,
    processes_texts,
    protocol_text,
    protocol_texts,
    remote_text,
    remote_texts,
    timer_text,
    word_texts,
)


def _process_words(record: Socket) -> tuple[str, ...] | None:
    processes = record.processes
    if processes is None:
        return None
    return tuple(f"{pid}/{name}" for pid, name, _fd in processes)


def _pids(record: Socket) -> tuple[int, ...] | None:
    processes = record.processes
    return None if processes is None else tuple(process.pid for process in processes)


class _Numeric:
    """Names that are always numbers: for values."""

    numeric = True
    lends = False

    def service(self, port: int, _protocol: str) -> str:
        return str(port)

    def ports(self, _name: str) -> tuple[int, ...]:
        return ()

    def host(self, _address: str) -> str:
        return ""


_NUMERIC = _Numeric()


def _field(
    name: str, title: str, kind: Kind, help_: str, group: str = "Socket", rank: int = 6, aliases: tuple[str, ...] = ()
) -> Column:
    return Column(name, title, attrgetter(name), kind, help_, group=group, shown=False, rank=rank, aliases=aliases)


def _info(name: str, title: str, kind: Kind, help_: str) -> Column:
    return Column(
        f"tcp_info.{name}", title, lambda record: info_field(record, name), kind, help_, group="TCP", shown=False,
        rank=7, aliases=(name,),
    )  # fmt: skip


def _info_whole(name: str, title: str, kind: Kind, help_: str) -> Column:
    def value(record: Socket) -> Any:
        info = record.tcp_info
        return None if info is None else getattr(info, name)

    return Column(f"tcp_info.{name}", title, value, kind, help_, group="TCP", shown=False, rank=8, aliases=(name,))


def _memory(name: str, title: str, help_: str) -> Column:
    at = Memory._fields.index(name)

    def value(record: Socket) -> int | None:
        memory = record.memory
        return None if memory is None else memory[at]

    kind: Kind = "integer" if name == "sock_drop" else "bytes"
    return Column(f"memory.{name}", title, value, kind, help_, group="Memory", shown=False, rank=7, aliases=(name,))


_MAIN = (
    Column(
        "protocol", "Proto", attrgetter("protocol"), help="protocol", text=protocol_text, group="Socket", rank=1,
        aliases=("proto", "netid"), texts=protocol_texts,
    ),
    _field("type", "Type", "text", "stream, dgram, seqpacket or raw"),
    Column("recv_q", "Recv-Q", attrgetter("recv_q"), "integer",
           "bytes not yet read; LISTEN: connections waiting to be accepted", group="Socket", rank=4,
           texts=number_texts("recv_q")),
    Column("send_q", "Send-Q", attrgetter("send_q"), "integer",
           "bytes not yet acknowledged; LISTEN: the backlog", group="Socket", rank=4, texts=number_texts("send_q")),
    Column(
        "local", "Local Address", lambda record: local_text(record, _NUMERIC), "text",
        "local address and port, or path",
        text=local_text, group="Socket", width=21, rank=0, flex=True,
        texts=local_texts, cut="middle",
    ),
    Column(
        "remote", "Foreign Address", lambda record: remote_text(record, _NUMERIC), "text", "remote address and port",
        text=remote_text, group="Socket", width=21, rank=0, flex=True, aliases=("peer", "foreign"),
        texts=remote_texts, cut="middle",
    ),
    Column("state", "State", attrgetter("state"), help="netstat's word; UNCONN: an unconnected datagram socket",
           group="Socket", rank=2, texts=word_texts("state")),
    Column(
        "processes", "PID/Program name", _process_words, "list", "who holds it; - nobody, ? could not be seen",
        text=processes_text, group="Process", width=12, rank=1, flex=True, aliases=("process", "program"),
        texts=processes_texts,
    ),
    Column("pids", "PIDs", _pids, "list", "process ids of all who hold it", group="Process", shown=False,
           rank=8, aliases=("pid",)),
    Column("send_rate", "Send B/s", attrgetter("send_rate"), "rate",
           "bytes a second acknowledged since the look before", group="Rates", shown=False, rank=3),
    Column("receive_rate", "Recv B/s", attrgetter("receive_rate"), "rate",
           "bytes a second received since the look before", group="Rates", shown=False, rank=3),
    Column("process_send_rate", "Proc send B/s", attrgetter("process_send_rate"), "rate",
           "bytes a second over all TCP connections of the process", group="Rates", shown=False, rank=8),
    Column("process_receive_rate", "Proc recv B/s", attrgetter("process_receive_rate"), "rate",
           "bytes a second over all TCP connections of the process", group="Rates", shown=False, rank=8),
    _field("user", "User", "text", "owner of the socket", "Process", rank=5),
    _field("inode", "Inode", "integer", "0 where no process can hold it"),
    Column("timer", "Timer", lambda record: record.timer and record.timer.name, "text",
           "running timer: name, time left, retransmits", text=timer_text, group="Socket", shown=False),
)  # fmt: skip

_MORE = (
    _field("family", "Family", "text", "inet, inet6, unix, packet or netlink"),
    _field("subprotocol", "Carries", "text", "raw: IP protocol; packet: ethertype; netlink: family"),
    _field("local_address", "Local IP", "address", "local address, or path", aliases=("src", "address", "host")),
    _field("local_port", "Local port", "port", "local port", aliases=("sport", "port")),
    _field("remote_address", "Remote IP", "address", "remote address", aliases=("dst", "address", "host")),
    _field("remote_port", "Remote port", "port", "remote port", aliases=("dport", "port")),
    _field("interface", "Interface", "text", "the device it is bound to", aliases=("dev",)),
    _field("uid", "UID", "integer", "owner of the socket", "Process"),
    _field("cgroup", "Cgroup", "text", "control group of the process", "Process"),
    _field("unit", "Unit", "text", "systemd unit of the process", "Process"),
    _field("container", "Container", "text", "container of the process", "Process"),
    _field("cookie", "Cookie", "text", "the kernel's number for the socket (ss: sk)"),
    _field("peer_inode", "Peer inode", "integer", "inode of a UNIX socket's peer"),
    _field("mark", "Mark", "integer", "SO_MARK; told only with CAP_NET_ADMIN"),
    _field("v6only", "V6 only", "flag", "an IPv6 socket that refuses IPv4"),
    _field("cgroup_id", "Cgroup id", "integer", "inode of the socket's cgroup"),
)

_INFO = (
    Column("tcp_info.congestion", "Cong", attrgetter("congestion"), "text", "congestion control", group="TCP",
           shown=False, rank=7, aliases=("congestion",)),
    _info("rtt", "RTT ms", "number", "smoothed round trip time, ms"),
    _info("rttvar", "RTT var", "number", "its variation, ms"),
    _info("min_rtt", "Min RTT", "number", "the shortest round trip, ms"),
    _info("rto", "RTO ms", "number", "retransmission timeout, ms"),
    _info("cwnd", "Cwnd", "integer", "congestion window, segments"),
    _info("ssthresh", "Ssthresh", "integer", "slow start threshold, segments"),
    _info("mss", "MSS", "integer", "segment size, bytes"),
    _info("pmtu", "PMTU", "integer", "path MTU, bytes"),
    _info("retrans", "Retr", "integer", "segments being retransmitted"),
    _info("total_retrans", "Retr all", "integer", "segments retransmitted so far"),
    _info("lost", "Lost", "integer", "segments taken for lost"),
    _info("unacked", "Unacked", "integer", "segments not yet acknowledged"),
    _info("bytes_sent", "Sent", "bytes", "bytes sent, retransmissions included"),
    _info("bytes_acked", "Acked", "bytes", "bytes acknowledged"),
    _info("bytes_received", "Received", "bytes", "bytes received"),
    _info("delivery_rate", "Delivery", "rate", "latest delivery rate, bytes a second"),
    _info("pacing_rate", "Pacing", "rate", "pacing rate, bytes a second"),
    _info("busy", "Busy ms", "number", "time with data in flight, ms"),
    _info("rwnd_limited", "Rwnd ms", "number", "time limited by the peer's window, ms"),
    _info("sndbuf_limited", "Sndbuf ms", "number", "time limited by the send buffer, ms"),
    *(
        _info(name, name, "integer", f"tcp_info's {name}")
        for name in (
            "snd_wnd", "rcv_wnd", "rcv_ssthresh", "rcv_space", "notsent_bytes", "segs_out", "segs_in", "data_segs_out",
            "data_segs_in", "bytes_retrans", "sacked", "fackets", "reordering", "reord_seen", "dsack_dups",
            "rcv_ooopack", "delivered", "delivered_ce", "advmss", "rcv_mss", "max_pacing_rate", "rehash", "total_rto",
            "total_rto_recoveries", "total_rto_time", "last_data_sent", "last_data_received", "last_ack_received",
        )
    ),
    _info("ato", "ATO ms", "number", "delayed acknowledgement timeout, ms"),
    _info("rcv_rtt", "Rcv RTT", "number", "the receiver's estimate of the round trip, ms"),
    _info_whole("ca_state", "CA state", "text", "congestion avoidance state"),
    _info_whole("options", "Options", "list", "negotiated options"),
    _info_whole("retransmits", "Retransmits", "integer", "timeouts in a row"),
    _info_whole("probes", "Probes", "integer", "unanswered window probes"),
    _info_whole("backoff", "Backoff", "integer", "timer backoff"),
    _info_whole("snd_wscale", "Snd wscale", "integer", "window scale, sending"),
    _info_whole("rcv_wscale", "Rcv wscale", "integer", "window scale, receiving"),
    _info_whole("app_limited", "App limited", "flag", "the application sends less than the network takes"),
)  # fmt: skip

_MEMORY = (
    _memory("rmem_alloc", "Rmem", "bytes in the receive buffer"),
    _memory("rcv_buf", "Rcvbuf", "size of the receive buffer"),
    _memory("wmem_alloc", "Wmem", "bytes in the send buffer"),
    _memory("snd_buf", "Sndbuf", "size of the send buffer"),
    _memory("fwd_alloc", "Fwd", "bytes allotted for later"),
    _memory("wmem_queued", "Wqueued", "bytes queued for sending"),
    _memory("ropt_mem", "Opt", "bytes of options"),
    _memory("back_log", "Backlog", "bytes in the backlog"),
    _memory("sock_drop", "Drops", "packets dropped"),
)

COLUMNS: tuple[Column, ...] = (*_MAIN, *_MORE, *_INFO, *_MEMORY)

INFO_SHOWN = (
    "tcp_info.congestion", "tcp_info.rtt", "tcp_info.rttvar", "tcp_info.cwnd", "tcp_info.ssthresh", "tcp_info.mss",
    "tcp_info.total_retrans", "tcp_info.lost", "tcp_info.bytes_acked", "tcp_info.bytes_received",
    "tcp_info.delivery_rate",
)  # fmt: skip
MEMORY_SHOWN = tuple(column.name for column in _MEMORY)
