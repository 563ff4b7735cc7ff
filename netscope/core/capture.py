"""Capturing: what is asked for, and what a running capture tells. ``Host.capture(request)`` begins one."""

from __future__ import annotations

from netscope.core import netlink as wire
from netscope.core.frame import Frames, Interface, Statistics
from netscope.core.snapshot import Problem
from netscope.core.typed import TYPE_CHECKING, Callable, Literal, NamedTuple, Protocol, Sequence

if TYPE_CHECKING:
    from netscope.core.host import Host

Instruction = tuple[int, int, int, int]  # code, jt, jf, k: struct sock_filter (linux/filter.h)
Program = Sequence[Instruction]
Format = Literal["pcap", "pcapng"]
Way = Literal["in", "out", "inout"]

ANY = "any"  # the pseudo interface that stands for all
SNAPLEN = 262_144  # bytes: tcpdump's default, and the most that a reader takes
MEMORY = 256 << 20

LINK_ETHERNET, LINK_RAW, LINK_SLL2 = 1, 101, 276  # LINKTYPE_ values (pcap-linktype(7))
_ARPHRD_ETHER, _ARPHRD_LOOPBACK = 1, 772
# Interfaces whose frames begin with the IP header: RAWIP, PPP, TUNNEL, TUNNEL6, SIT, NONE (linux/if_arp.h).
_ARPHRD_IP = frozenset({519, 512, 768, 769, 776, 0xFFFE})
_ARPHRD_RADIO = {801: 105, 802: 119, 803: 127}  # IEEE80211, with Prism's header, with radiotap


class Stop(NamedTuple):
    """When a capture ends by itself; 0: never.

    ``duration`` is seconds, ``size`` bytes written in all, ``files`` how many files.
    """

    packets: int = 0
    duration: float = 0.0
    size: int = 0
    files: int = 0


class Rotation(NamedTuple):
    """When another file is begun; 0: never. Of more than ``files`` files the oldest is removed, 0: none is.

    ``size`` is bytes, ``duration`` seconds, ``packets`` those in one file.
    """

    files: int = 0
    size: int = 0
    duration: float = 0.0
    packets: int = 0


class Output(NamedTuple):
    """Where frames are written.

    Attributes:
        path: the file, ``-`` for standard output. With ``rotation`` files are named as dumpcap names them:
            ``name_00001_YYYYmmddHHMMSS.pcap``.
        form: pcap or pcapng.
        nano: pcap counts nanoseconds, as the kernel does; pcapng always does.
        rotation: begin another file now and then.
        force: a regular file of that name is replaced.
    """

    path: str
    form: Format = "pcap"
    nano: bool = True
    rotation: Rotation | None = None
    force: bool = False


class CaptureRequest(NamedTuple):
    """What to capture.

    Attributes:
        interfaces: their names; ``any`` stands for all, with cooked headers (LINKTYPE_LINUX_SLL2).
        program: given the LINKTYPE_ of an interface, returns the filter that the kernel applies, () for none. It is
            called once for each interface, in their order, before anything is captured; what it raises is raised by
            the capture.
        filter: the filter's text, to be told in files.
        snaplen: bytes of a frame that are kept.
        promiscuous: ask the interfaces for frames that are not for this host, too.
        way: frames that come in, go out, or both.
        stop: when to end.
        output: write to a file.
        keep: keep frames to be read (``Capture.frames``); without it only written ones exist.
        memory: bytes of kept frames, index included; the oldest are let go.
        spool: write the oldest to a temporary file instead, as long as the disk has room.
    """

    interfaces: Sequence[str]
    program: Callable[[int], Program] | None = None
    filter: str = ""
    snaplen: int = SNAPLEN
    promiscuous: bool = True
    way: Way = "inout"
    stop: Stop = Stop()
    output: Output | None = None
    keep: bool = True
    memory: int = MEMORY
    spool: bool = False


class Capture(Protocol):
    """A capture whose sockets are open. Frames arrive on a thread of its own, once it is started."""

    def start(self) -> None:
        """Begin. Whoever can, drops privileges before (:func:`netscope.system.capture.privileges.drop`)."""

    def fileno(self) -> int:
        """Return a descriptor that becomes readable when something came or the capture ended; see :meth:`seen`."""

    def seen(self) -> None:
        """Make the descriptor unreadable until there is more. Call it first, then look."""

    @property
    def running(self) -> bool:
        """Whether more may come."""

    @property
    def interfaces(self) -> Sequence[Interface]:
        """The interfaces, in the order of the request."""

    @property
    def frames(self) -> Frames:
        """What was kept. Empty where nothing is kept."""

    @property
    def captured(self) -> int:
        """How many frames were captured: kept, written, or both."""

    @property
    def statistics(self) -> Sequence[Statistics]:
        """What the kernel counted, cumulative, an entry for each interface; brought up to date twice a second."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What went wrong so far: interfaces that went down, drops, a disk that is full, frames let go."""

    @property
    def files(self) -> Sequence[str]:
        """The files written so far, those that were removed again left out."""

    def stop(self) -> None:
        """End it: what the ring still holds is taken in, files get their end. Frames can still be read.

        Waits for that. May be called twice.
        """

    def close(self) -> None:
        """Stop, and let go of the frames. May be called twice."""


class Device(NamedTuple):
    """An interface that can be captured on.

    Attributes:
        name: its name; ``any`` for all of them.
        ifindex: its number, 0 for ``any``.
        link: the LINKTYPE_ that its frames have.
        up, running, loopback: its flags.
        packets: frames received and sent since it exists.
        octets: the bytes of those.
    """

    name: str
    ifindex: int
    link: int
    up: bool = True
    running: bool = True
    loopback: bool = False
    packets: int = 0
    octets: int = 0


def link_type(hardware: int) -> int:
    """Return the LINKTYPE_ under which frames of an interface of that ARPHRD_ type are captured; cooked if need be."""
    if hardware in (_ARPHRD_ETHER, _ARPHRD_LOOPBACK):
        return LINK_ETHERNET
    if hardware in _ARPHRD_IP:
        return LINK_RAW
    return _ARPHRD_RADIO.get(hardware, LINK_SLL2)


_GETLINK, _IFINFOMSG, _IFNAME, _STATS64 = 18, 16, 3, 23
_IFF_UP, _IFF_LOOPBACK, _IFF_RUNNING = 1, 8, 0x40


def devices(host: Host) -> list[Device]:
    """Return what can be captured on, in the order of tcpdump -D: what runs, ``any``, loopback, what is down.

    Costs one netlink dump, so the counts may be asked for every second.
    """
    found = []
    for kind, payload in wire.messages(host.dump(wire.NETLINK_ROUTE, wire.request(_GETLINK, bytes(_IFINFOMSG)))):
        if kind != 16 or len(payload) < _IFINFOMSG:  # RTM_NEWLINK
            continue
        flags = int.from_bytes(payload[8:12], "little")
        attributes = wire.attributes(payload, _IFINFOMSG)
        counted = attributes.get(_STATS64, b"")
        rx, tx, rx_bytes, tx_bytes = (int.from_bytes(counted[at : at + 8], "little") for at in (0, 8, 16, 24))
        found.append(
            Device(
                wire.text(attributes.get(_IFNAME, b"")),
                int.from_bytes(payload[4:8], "little", signed=True),
                link_type(int.from_bytes(payload[2:4], "little")),
                bool(flags & _IFF_UP),
                bool(flags & _IFF_RUNNING),
                bool(flags & _IFF_LOOPBACK),
                rx + tx,
                rx_bytes + tx_bytes,
            )
        )
    packets, octets = sum(device.packets for device in found), sum(device.octets for device in found)
    found.append(Device(ANY, 0, LINK_SLL2, packets=packets, octets=octets))
    found.sort(key=lambda d: (not d.running, not d.up, d.loopback, not d.ifindex, d.ifindex))
    return found
