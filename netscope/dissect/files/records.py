"""What a pcapng file holds beside frames, and what both formats' readers have in common."""

from __future__ import annotations

from array import array

from netscope.core.frame import Frame, Interface, Options, Statistics
from netscope.core.snapshot import Problem
from netscope.core.typed import Callable, NamedTuple, Protocol, Sequence

FRAME_MOST = 262_144  # bytes of a frame: libpcap's MAXIMUM_SNAPLEN, and what Wireshark takes for possible
FRAME_MOST_EVER = 128 << 20  # the same for USB and D-Bus
_LARGE_LINKS = frozenset({220, 231, 249})  # USB_LINUX_MMAPPED, DBUS, USBPCAP
_PROBLEMS = 50


class Name(NamedTuple):
    """A name that a file has for an address: 4 bytes (IPv4), 16 (IPv6), 6 or 8 (MAC)."""

    address: bytes
    names: tuple[str, ...]


class Secrets(NamedTuple):
    """Keys for decryption. ``kind`` 0x544c534b is a TLS key log in NSS format (draft-ietf-opsawg-pcapng, 4.7)."""

    kind: int
    data: bytes
    comments: tuple[str, ...] = ()


class Custom(NamedTuple):
    """A custom block that may be copied: the enterprise's number, and bytes written in ``order`` ("<" or ">")."""

    enterprise: int
    data: bytes
    order: str


class Extras(NamedTuple):
    """What a file holds beside frames, to be shown and to be kept when frames are saved again.

    Attributes:
        comments: notes on the capture as a whole.
        hardware, system, application: what it was made by.
        names: addresses with their names.
        secrets: keys for decryption.
        customs: custom blocks.
        resolver: notes on the names, and options that tell who was asked for them.
    """

    comments: tuple[str, ...] = ()
    hardware: str = ""
    system: str = ""
    application: str = ""
    names: tuple[Name, ...] = ()
    secrets: tuple[Secrets, ...] = ()
    customs: tuple[Custom, ...] = ()
    resolver: tuple[tuple[str, ...], Options] = ((), ())


class Plain(NamedTuple):
    """A pcap file whose records lie one behind the other, to be walked without an index.

    Attributes:
        read: returns so many bytes from an offset on.
        begun: where the first record begins.
        order: "<" or ">".
        factor: from the fraction of a second to nanoseconds.
        most: bytes of a frame; a record that says more is none.
        link: the frames' link type.
    """

    read: Callable[[int, int], bytes]
    begun: int
    order: str
    factor: int
    most: int
    link: int


class Reader(Protocol):
    """One format. It finds the frames in the bytes that it is handed, and decodes them one by one later.

    Attributes:
        offsets: where each frame's record begins in the file.
        trimmed: how many frames came before these, whose offsets were let go.
        interfaces, problems: see :class:`netscope.core.frame.Frames`.
        failed: nothing behind this point can be understood.
        begun: how many bytes of header come first; the header has been read already.
    """

    offsets: array[int]
    trimmed: int
    failed: bool
    begun: int

    @property
    def interfaces(self) -> Sequence[Interface]:
        """The interfaces so far."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be understood so far."""

    @property
    def statistics(self) -> Sequence[Statistics]:
        """What was counted."""

    @property
    def extras(self) -> Extras:
        """What the file holds beside frames."""

    def index(self, data: bytes, base: int) -> tuple[int, int]:
        """Index the whole records at the beginning of ``data``, which lies at ``base`` in the file.

        Returns how many bytes were used, and how many the next record needs at least.
        """

    def extent(self, head: bytes, at: int, place: int) -> int:
        """Return how long the record at ``at`` is, told by its first 16 bytes."""

    def frame(self, data: bytes, at: int, place: int) -> Frame:
        """Decode the record at ``at``, which is whole; ``place`` counts the file's frames from 0."""


def frame_most(link: int) -> int:
    """Return how many bytes a frame of this link type can have at most."""
    return FRAME_MOST_EVER if link in _LARGE_LINKS else FRAME_MOST


def corrupt(offset: int, why: str) -> Problem:
    """Return the problem of a file that cannot be understood from ``offset`` on."""
    return Problem(f"the file is corrupt at byte {offset:,}", why, "what is before it is shown", partial=True)


class Complaints(list[Problem]):
    """Problems, each sort of them once; a file made of trouble does not fill the memory."""

    def once(self, problem: Problem) -> None:
        """Add a problem unless one with the same reason is there, or there are many already."""
        if len(self) < _PROBLEMS and all(problem.why != known.why for known in self):
            self.append(problem)
