"""Sockets out of /proc/net (proc(5)), where the kernel has no diag module for them."""

from __future__ import annotations

import re
import sys

from netscope.core.netlink import Malformed
from netscope.core.typed import Iterator, Mapping
from netscope.domains.sockets import diag, inet, local
from netscope.domains.sockets.record import Socket

_INET = re.compile(
    rb"\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) "
    rb"([0-9A-F]+):([0-9A-F]+) [0-9A-F]{2}:[0-9A-F]+ [0-9A-F]+ +(\d+) +\d+ (\d+)"
)
_UNIX = re.compile(
    rb"[0-9a-f]+: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) ([0-9A-F]{4}) ([0-9A-F]{2}) +(\d+)(?: (.*))?", re.DOTALL
)
_SO_ACCEPTCON = 0x10000
_UNIX_STATES = {1: "UNCONN", 2: "SYN_SENT", 3: "ESTABLISHED", 4: "CLOSING"}  # enum socket_state, linux/net.h


def sockets(protocol: str, data: bytes, users: Mapping[int, str], interfaces: Mapping[int, str]) -> Iterator[Socket]:
    """Yield the sockets of one protocol's file. Raises Malformed for other text."""
    try:
        yield from _sockets(protocol, data, users, interfaces)
    except ValueError as error:  # Malformed is one, too; others are of numbers that are none
        raise Malformed(f"/proc/net/{protocol}: {error}") from error


def _sockets(protocol: str, data: bytes, users: Mapping[int, str], interfaces: Mapping[int, str]) -> Iterator[Socket]:
    if protocol == "unix":
        return unix_sockets(data)
    if protocol == "packet":
        return packet_sockets(data, users, interfaces)
    if protocol == "netlink":
        return netlink_sockets(data)
    return inet_sockets(protocol, data, users)


def inet_sockets(protocol: str, data: bytes, users: Mapping[int, str]) -> Iterator[Socket]:
    """Yield the sockets of /proc/net/tcp, udp, raw, icmp and their "6" files. Raises Malformed for other text."""
    for line in data.splitlines()[1:]:
        found = _INET.match(line)
        if found is None:
            raise Malformed(f"line {line[:80]!r}")
        source, sport, target, dport, state, send_q, recv_q, uid, inode = found.groups()
        family = diag.AF_INET if len(source) == 8 else diag.AF_INET6
        remote_port = int(dport, 16) or None
        remote = inet.address(family, _packed(target))
        yield Socket(
            protocol=protocol, family=inet.FAMILIES[family], type=inet.TYPES.get(protocol, "dgram"),
            subprotocol=inet.subprotocol(protocol, int(sport, 16)), state=inet.state(protocol, int(state, 16)),
            recv_q=int(recv_q, 16), send_q=int(send_q, 16),
            local_address=inet.address(family, _packed(source)), local_port=int(sport, 16) or None,
            remote_address=None if remote_port is None and remote in ("0.0.0.0", "::") else remote,
            remote_port=remote_port, interface=None,
            inode=int(inode), uid=int(uid), user=users[int(uid)], processes=(),
        )  # fmt: skip


def _packed(digits: bytes) -> bytes:
    """Return the address: /proc prints each 32-bit word of it as a number of this machine."""
    words = [int(digits[at : at + 8], 16) for at in range(0, len(digits), 8)]
    return b"".join(word.to_bytes(4, sys.byteorder) for word in words).ljust(16, b"\0")


def unix_sockets(data: bytes) -> Iterator[Socket]:
    """Yield the sockets of /proc/net/unix. A name may hold a newline: what is no line of its own belongs to it.

    Raises Malformed for other text.
    """
    entries: list[bytes] = []
    for line in data.removesuffix(b"\n").split(b"\n")[1:]:
        if _UNIX.fullmatch(line):
            entries.append(line)
        elif entries:
            entries[-1] += b"\n" + line
    for entry in entries:
        found = _UNIX.fullmatch(entry)
        if found is None:
            raise Malformed(f"line {entry[:80]!r}")
        flags, kind, state, inode, name = found.groups()
        listening = int(flags, 16) & _SO_ACCEPTCON
        yield Socket(
            protocol="unix", family="unix", type=local.kind(int(kind, 16)), subprotocol=None,
            state="LISTEN" if listening else _UNIX_STATES.get(int(state, 16), f"STATE_{int(state, 16)}"),
            recv_q=0, send_q=0, local_address=None if name is None else name.decode("utf-8", "surrogateescape"),
            local_port=None, remote_address=None, remote_port=None, interface=None,
            inode=int(inode), uid=None, user=None, processes=(),
        )  # fmt: skip


def packet_sockets(data: bytes, users: Mapping[int, str], interfaces: Mapping[int, str]) -> Iterator[Socket]:
    """Yield the sockets of /proc/net/packet. Raises Malformed for other text."""
    for fields in _table(data, 9):
        _address, _references, kind, protocol, device, _running, recv_q, uid, inode = fields[:9]
        yield Socket(
            protocol="packet", family="packet", type=local.kind(int(kind)),
            subprotocol=local.ethertype(int(protocol, 16)), state="UNCONN", recv_q=int(recv_q), send_q=0,
            local_address=None, local_port=None, remote_address=None, remote_port=None,
            interface=interfaces[int(device)] if int(device) else None,
            inode=int(inode), uid=int(uid), user=users[int(uid)], processes=(),
        )  # fmt: skip


def netlink_sockets(data: bytes) -> Iterator[Socket]:
    """Yield the sockets of /proc/net/netlink. Raises Malformed for other text."""
    for fields in _table(data, 10):
        _address, family, port, _groups, recv_q, send_q, _dump, _locks, _drops, inode = fields[:10]
        yield Socket(
            protocol="netlink", family="netlink", type="raw", subprotocol=local.netlink_family(int(family)),
            state="UNCONN", recv_q=int(recv_q), send_q=int(send_q),
            local_address=None, local_port=int(port) or None, remote_address=None, remote_port=None, interface=None,
            inode=int(inode), uid=None, user=None, processes=(),
        )  # fmt: skip


def _table(data: bytes, columns: int) -> Iterator[list[bytes]]:
    for line in data.splitlines()[1:]:
        fields = line.split()
        if len(fields) < columns:
            raise Malformed(f"line {line[:80]!r}")
        yield fields
