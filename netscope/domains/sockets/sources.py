"""Where each protocol's sockets come from: a diag dump, and the /proc/net files to read where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from netscope.domains.sockets import diag, inet, local, proc
from netscope.domains.sockets.diag import Layouts
from netscope.domains.sockets.record import INET_HEAD, Socket
from netscope.domains.sockets.selection import Selection

_DIAG = {
    "tcp": diag.IPPROTO_TCP, "udp": diag.IPPROTO_UDP, "raw": diag.IPPROTO_RAW, "mptcp": diag.IPPROTO_MPTCP,
    "sctp": diag.IPPROTO_SCTP,
}  # fmt: skip
_PROC = frozenset({"tcp", "udp", "raw", "icmp"})

Names = Mapping[int, str]


class Source(NamedTuple):
    """One protocol.

    Attributes:
        requests: the dumps that list it; none where the kernel has no diag for it.
        decode: message -> record.
        ageless: the layouts of messages that must lose their ages before a live look compares them.
        files: the /proc/net files that list it, too.
        parse: a file's content -> records.
        finish: all records -> records that know of each other.
    """

    protocol: str
    requests: tuple[bytes, ...]
    decode: Callable[[bytes], Socket]
    files: tuple[str, ...]
    parse: Callable[[bytes], Iterable[Socket]]
    ageless: Layouts | None = None
    finish: Callable[[list[Socket]], list[Socket]] = list


def sources(chosen: Selection, users: Names, interfaces: Names) -> list[Source]:
    """Return the source of each chosen protocol; ``users`` and ``interfaces`` name numbers."""
    return [_source(protocol, chosen, users, interfaces) for protocol in chosen.protocols]


def _source(protocol: str, chosen: Selection, users: Names, interfaces: Names) -> Source:
    if protocol == "unix":
        return Source(
            protocol, (diag.unix_request(chosen.states),), local.unix_decoder(users), ("/proc/net/unix",),
            proc.unix_sockets, finish=local.with_peers,
        )  # fmt: skip
    if protocol == "packet":
        return Source(
            protocol, (diag.packet_request(),), local.packet_decoder(users, interfaces), ("/proc/net/packet",),
            lambda data: proc.packet_sockets(data, users, interfaces),
        )  # fmt: skip
    if protocol == "netlink":
        return Source(
            protocol, (diag.netlink_request(),), local.netlink_decoder(), ("/proc/net/netlink",), proc.netlink_sockets
        )
    return _inet_source(protocol, chosen, users, interfaces)


def _inet_source(protocol: str, chosen: Selection, users: Names, interfaces: Names) -> Source:
    requests: tuple[bytes, ...] = ()
    if protocol in _DIAG:
        families = (0,) if protocol == "tcp" and not chosen.family else chosen.families
        requests = tuple(
            diag.inet_request(family, _DIAG[protocol], chosen.states, chosen.extensions) for family in families
        )
    suffixes = {4: ("",), 6: ("6",)}.get(chosen.family, ("", "6"))
    files = tuple(f"/proc/net/{protocol}{suffix}" for suffix in suffixes) if protocol in _PROC else ()
    return Source(
        protocol,
        requests,
        inet.decoder(protocol, users, interfaces),
        files,
        lambda data: proc.inet_sockets(protocol, data, users),
        Layouts(INET_HEAD) if protocol == "tcp" else None,
    )
