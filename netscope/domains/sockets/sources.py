"""Where each protocol's sockets come from: a diag dump, and the /proc/net files to read where there is none."""

from __future__ import annotations

from netscope.core.typed import Callable, Iterable, Iterator, Mapping, NamedTuple
from netscope.domains.sockets import diag, inet, local
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
        finish: all records -> records that know of each other, where that is needed.
    """

    protocol: str
    requests: tuple[bytes, ...]
    decode: Callable[[bytes], Socket]
    files: tuple[str, ...]
    parse: Callable[[bytes], Iterable[Socket]]
    ageless: Layouts | None = None
    finish: Callable[[list[Socket]], list[Socket]] | None = None


def sources(chosen: Selection, users: Names, interfaces: Names) -> list[Source]:
    """Return the source of each chosen protocol; ``users`` and ``interfaces`` name numbers."""
    return [_source(protocol, chosen, users, interfaces) for protocol in chosen.protocols]


def _source(protocol: str, chosen: Selection, users: Names, interfaces: Names) -> Source:
    def parse(data: bytes) -> Iterable[Socket]:
        from netscope.domains.sockets import proc  # most kernels need none of it

        return proc.sockets(protocol, data, users, interfaces)

    source = Source(protocol, (), inet.decoder(protocol, users, interfaces), (f"/proc/net/{protocol}",), parse)
    if protocol == "unix":
        return source._replace(
            requests=(diag.unix_request(chosen.states),), decode=local.unix_decoder(users), finish=local.with_peers
        )
    if protocol == "packet":
        return source._replace(requests=(diag.packet_request(),), decode=local.packet_decoder(users, interfaces))
    if protocol == "netlink":
        return source._replace(
            requests=(diag.netlink_request(),), decode=local.netlink_decoder(), finish=local.once_each
        )
    suffixes = {4: ("",), 6: ("6",)}.get(chosen.family, ("", "6"))
    return source._replace(
        requests=tuple(_inet_requests(protocol, chosen)),
        files=tuple(f"/proc/net/{protocol}{suffix}" for suffix in suffixes) if protocol in _PROC else (),
        ageless=Layouts(INET_HEAD) if protocol == "tcp" else None,
    )


def _inet_requests(protocol: str, chosen: Selection) -> Iterator[bytes]:
    if protocol not in _DIAG:
        return
    for family in (0,) if protocol == "tcp" and not chosen.family else chosen.families:
        yield diag.inet_request(family, _DIAG[protocol], chosen.states, chosen.extensions)
