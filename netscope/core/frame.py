"""A captured frame, wherever it comes from: a ring of the kernel's, a pcap or pcapng file, a test."""

from __future__ import annotations

from netscope.core.snapshot import Problem
from netscope.core.typed import Literal, NamedTuple, Protocol, Sequence

Direction = Literal["", "in", "out"]
Options = tuple[tuple[int, bytes], ...]  # of a pcapng block: codes and values, numbers in them lowest byte first


class Interface(NamedTuple):
    """What frames were captured on.

    Attributes:
        name: the interface's name; "" where a file does not tell.
        link: its LINKTYPE_ value (pcap-linktype(7)), as it stands in files.
        snaplen: bytes kept of a frame at most; 0 for all.
        filter: the capture filter, "" for none.
        description: what a file says of it beside the name.
        fcs: bytes of frame check sequence at each frame's end; -1 where that is not told.
        comments: notes on it.
        options: what else a pcapng file tells of it, such as its addresses and speed, to be kept.
        section: the section of a file that it is told in, from 1; 0 where there are none, as in pcap.
        id: its place among those of its section, from 0.
    """

    name: str
    link: int
    snaplen: int = 0
    filter: str = ""
    description: str = ""
    fcs: int = -1
    comments: tuple[str, ...] = ()
    options: Options = ()
    section: int = 0
    id: int = 0


class Statistics(NamedTuple):
    """What the kernel, or a file, counted on one interface from the beginning of the capture on; None: not told.

    Attributes:
        interface: index into the capture's interfaces.
        received: frames that passed the capture filter, the dropped ones included.
        dropped: frames lost because the program was not fast enough.
        interface_dropped: frames that the interface itself lost.
        accepted: frames that passed the capture filter; delivered: those that were handed to the program.
        time: when that was counted, nanoseconds since the epoch; None: now.
        begun, ended: when the capture began and ended.
        comments: notes on it.
    """

    interface: int
    received: int | None = None
    dropped: int | None = None
    interface_dropped: int | None = None
    accepted: int | None = None
    delivered: int | None = None
    time: int | None = None
    begun: int | None = None
    ended: int | None = None
    comments: tuple[str, ...] = ()


class Frame(NamedTuple):
    """One frame.

    Attributes:
        number: its place in the capture, from 1.
        time: when it was captured, nanoseconds since the epoch.
        data: the bytes that were kept, link-layer header first.
        length: how many bytes it had on the wire.
        link: the LINKTYPE_ value that says what ``data`` begins with.
        interface: index into the capture's interfaces.
        direction: whether it came in or went out, where that was told.
        comments: notes that a pcapng file carries with it.
        offloaded: its checksums were left to the hardware (TP_STATUS_CSUMNOTREADY): not wrong, not there yet.
        carry: the seconds of ``time`` that a file has in the fraction of a second, where they must not be.
        options: what else a pcapng file tells of it, such as hashes and drops before it, to be kept.
    """

    number: int
    time: int
    data: bytes
    length: int
    link: int
    interface: int = 0
    direction: Direction = ""
    comments: tuple[str, ...] = ()
    offloaded: bool = False
    carry: int = 0
    options: Options = ()


class Frames(Protocol):
    """A capture that can be read at any place: an indexed file, or what a live capture still holds.

    Places count from 0 and stay those of the same frames while a live capture goes on at the end; where old frames were
    let go, ``first`` is the first place that is still there.
    """

    @property
    def first(self) -> int:
        """The first place that can be read."""

    def __len__(self) -> int:
        """How many places there have been (the next frame's place)."""

    def frame(self, place: int) -> Frame:
        """Return the frame at a place. Raises IndexError outside ``first`` <= place < len."""

    @property
    def complete(self) -> bool:
        """Whether ``len`` will not grow any more."""

    @property
    def interfaces(self) -> Sequence[Interface]:
        """The interfaces it was captured on, so far."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read, where, and what was lost, so far."""

    @property
    def statistics(self) -> Sequence[Statistics]:
        """What was counted, so far; at most one entry for an interface."""


class OpenedFrames(Frames, Protocol):
    """The frames of a file."""

    def close(self) -> None:
        """Close the file: no frame can be read any more. May be called twice."""


def interface_name(frame: Frame, interfaces: Sequence[Interface]) -> str:
    """Return the name of the interface that a frame was captured on, "" where it is not told."""
    return interfaces[frame.interface].name if frame.interface < len(interfaces) else ""
