"""Where each protocol's sockets come from: a diag dump, and the /proc/net files to read where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from netscope.domains.sockets import diag, inet, local, proc
from netscope.domains.sockets.diag import Layouts
from netscope.domains.sockets.record import INET_HEAD, Socket, without_ages
from netscope.domains.sockets.selection import Selection

_DIAG = {
    "tcp": diag.IPPROTO_TCP, "udp": diag.IPPROTO_UDP, "raw": diag.IPPROTO_RAW, "mptcp": diag.IPPROTO_MPTCP,
    "sctp": diag.IPPROTO_SCTP,
}  # fmt: skip
_PROC = frozenset({"tcp", "udp", "raw", "icmp"})

Lookup = Callable[[int], str]


def _same(message: bytes) -> bytes:
    return message


class Source(NamedTuple):
    """One protocol.

    Attributes:
        requests: the dumps that list it; none where the kernel has no diag for it.
        decode: message -> record.
        shorten: message -> what of it changes only when something happened; the same message as a rule.
        files: the /proc/net files that list it, too.
        parse: a file's content -> records.
        finish: all records -> records that know of each other.
    """

    protocol: str
    requests: tuple[bytes, ...]
    decode: Callable[[bytes], Socket]
    files: tuple[str, ...]
    parse: Callable[[bytes], Iterable[Socket]]
    shorten: Callable[[bytes], bytes] = _same
    finish: Callable[[list[Socket]], list[Socket]] = list


def sources(chosen: Selection, user: Lookup, interface: Lookup) -> list[Source]:
    """Return the source of each chosen protocol; ``user`` and ``interface`` name numbers."""
    return [_source(protocol, chosen, user, interface) for protocol in chosen.protocols]


def _source(protocol: str, chosen: Selection, user: Lookup, interface: Lookup) -> Source:
    if protocol == "unix":
        return Source(
            protocol, (diag.unix_request(chosen.states),), local.unix_decoder(user), ("/proc/net/unix",),
            proc.unix_sockets, finish=local.with_peers,
        )  # fmt: skip
    if protocol == "packet":
        return Source(
            protocol, (diag.packet_request(),), local.packet_decoder(user, interface), ("/proc/net/packet",),
            lambda data: proc.packet_sockets(data, user, interface),
        )  # fmt: skip
    if protocol == "netlink":
        return Source(
            protocol, (diag.netlink_request(),), local.netlink_decoder(), ("/proc/net/netlink",), proc.netlink_sockets
        )
    return _inet_source(protocol, chosen, user, interface)


def _inet_source(protocol: str, chosen: Selection, user: Lookup, interface: Lookup) -> Source:
    requests: tuple[bytes, ...] = ()
    if protocol in _DIAG:
        families = (0,) if protocol == "tcp" and not chosen.family else chosen.families
        requests = tuple(
            diag.inet_request(family, _DIAG[protocol], chosen.states, chosen.extensions) for family in families
        )
    suffixes = {4: ("",), 6: ("6",)}.get(chosen.family, ("", "6"))
    files = tuple(f"/proc/net/{protocol}{suffix}" for suffix in suffixes) if protocol in _PROC else ()
    layout_of = Layouts(INET_HEAD).of
    return Source(
        protocol,
        requests,
        inet.decoder(protocol, user, interface),
        files,
        lambda data: proc.inet_sockets(protocol, data, user),
        (lambda message: without_ages(message, layout_of(message))) if protocol == "tcp" else _same,
    )
