"""The filter of a live capture: compiled for each of its interfaces, with the mask of the network that is there."""

from __future__ import annotations

from netscope.core import netlink as wire
from netscope.core.capturefilter import Resolver, compile_filter
from netscope.core.capturefilter.program import Instruction
from netscope.core.typed import TYPE_CHECKING, Callable, Sequence

if TYPE_CHECKING:
    from netscope.core.host import Host

_GETADDR, _NEWADDR, _IFADDRMSG = 22, 20, 8
_AF_INET = 2


def programs(
    text: str, interfaces: Sequence[str], host: Host, names: Resolver | None, snaplen: int
) -> Callable[[int], tuple[Instruction, ...]]:
    """Return what :attr:`netscope.core.capture.CaptureRequest.program` is for a filter.

    It is to be called once for each of the interfaces, in their order. Raises FilterSyntaxError then.
    """
    masks = netmasks(host) if "broadcast" in text else {}  # nothing else asks for them
    waiting = iter(dict.fromkeys(interfaces))

    def program(link: int) -> tuple[Instruction, ...]:
        mask = masks.get(next(waiting, ""), 0)
        return compile_filter(text, link, snaplen=snaplen, netmask=mask, live=True, names=names).instructions

    return program


def netmasks(host: Host) -> dict[str, int]:
    """Return the mask of each interface's first IPv4 address, which is the one that SIOCGIFNETMASK tells, too.

    An interface without one is not in it: then libpcap's callers take 0, and only 0.0.0.0 and 255.255.255.255 count.
    """
    names = host.ifindexes()
    found: dict[str, int] = {}
    question = wire.request(_GETADDR, bytes((_AF_INET,)).ljust(_IFADDRMSG, b"\0"))
    for kind, payload in wire.messages(host.dump(wire.NETLINK_ROUTE, question)):
        if kind == _NEWADDR and len(payload) >= _IFADDRMSG and payload[0] == _AF_INET:
            name = names.get(int.from_bytes(payload[4:8], "little"), "")
            found.setdefault(name, 0xFFFFFFFF << (32 - payload[1]) & 0xFFFFFFFF)
    return found
