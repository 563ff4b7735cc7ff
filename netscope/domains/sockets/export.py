"""A socket as JSON."""

from __future__ import annotations

from netscope.core.typed import Any
from netscope.domains.sockets.record import Socket


def to_json(record: Socket) -> dict[str, Any]:
    """Return the JSON object of one socket: raw values, null where there is none or where it could not be read."""
    info, memory, timer = record.tcp_info, record.memory, record.timer
    processes = record.processes
    return {
        "protocol": record.protocol,
        "family": record.family,
        "type": record.type,
        "subprotocol": record.subprotocol,
        "state": record.state,
        "recv_q": record.recv_q,
        "send_q": record.send_q,
        "local_address": record.local_address,
        "local_port": record.local_port,
        "remote_address": record.remote_address,
        "remote_port": record.remote_port,
        "interface": record.interface,
        "inode": record.inode,
        "peer_inode": record.peer_inode,
        "uid": record.uid,
        "user": record.user,
        "cookie": record.cookie,
        "processes": None if processes is None else [process._asdict() for process in processes],
        "cgroup": record.cgroup,
        "unit": record.unit,
        "container": record.container,
        "timer": None if timer is None else timer._asdict(),
        "mark": record.mark,
        "cgroup_id": record.cgroup_id,
        "v6only": record.v6only,
        "memory": None if memory is None else memory._asdict(),
        "tcp_info": None if info is None else {"congestion": record.congestion, **info._asdict()},
        "send_rate": record.send_rate,
        "receive_rate": record.receive_rate,
        "process_send_rate": record.process_send_rate,
        "process_receive_rate": record.process_receive_rate,
    }
