"""rtnetlink messages built by hand, a host that answers with them, and hypothesis strategies that damage them."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence

from hypothesis import strategies as st

from netscope.core.capture import Capture, CaptureRequest
from netscope.core.capturefilter import Resolver
from netscope.core.capturefilter.names import NumbersOnly
from netscope.core.errors import Unavailable
from netscope.core.frame import OpenedFrames
from netscope.core.host import Events, Owners, ProcessDetails
from netscope.core.netlink import HEADER, NLM_F_MULTI, attribute
from netscope.core.probe import Prober
from netscope.core.whois import RegistryWire
from netscope.domains.rtnl import Interface, Interfaces
from tests.replay import in_pieces

KNOWN = Interfaces(
    {
        1: Interface("lo", 772, 9),
        2: Interface("eth0", 1, 1),
        3: Interface('a"b\udcff', 1, 1),
        4: Interface("tun0", 768, 1),
    }
)
DONE = HEADER.pack(HEADER.size + 4, 3, NLM_F_MULTI, 1, 7) + bytes(4)


class Replay:
    """A host that has nothing but recorded answers: request type -> datagrams."""

    name = "replay"
    kernel = "6.1"
    namespace = ""

    def __init__(
        self, answers: Mapping[int, list[bytes]] | None = None, files: Mapping[str, bytes] | None = None
    ) -> None:
        self.answers = answers or {}
        self.files = files or {}

    def dump(self, protocol: int, request: bytes) -> list[bytes]:
        """Answer by the type of the request."""
        assert protocol == 0
        return self.answers.get(HEADER.unpack_from(request)[1], [DONE])

    def pieces(self, protocol: int, request: bytes) -> Iterator[memoryview]:
        """Answer the same."""
        return in_pieces(self.dump(protocol, request))

    def events(self, protocol: int, groups: Collection[int]) -> Events:
        """Nothing happens here."""
        raise Unavailable("events")

    def read(self, path: str) -> bytes:
        """Return a recorded file."""
        try:
            return self.files[path]
        except KeyError:
            raise Unavailable(path) from None

    def names(self, path: str) -> Sequence[str]:
        """Return the recorded files of a directory."""
        return sorted(file.rpartition("/")[2] for file in self.files if file.rpartition("/")[0] == path)

    def owners(self, inodes: Collection[int]) -> Owners:
        """Nobody."""
        return Owners({}, len(inodes))

    def expect_owners(self) -> None:
        """Nothing is to be found."""

    def process(self, pid: int) -> ProcessDetails | None:
        """None."""
        return None

    def user(self, uid: int) -> str:
        """Digits, but for root."""
        return "root" if uid == 0 else str(uid)

    def ifindexes(self) -> Mapping[int, str]:
        """None."""
        return {}

    def whois(self) -> RegistryWire:
        """None."""
        raise Unavailable("registries")

    def wall(self) -> float:
        """A fixed moment."""
        return 1.0

    def clock(self) -> float:
        """A fixed moment."""
        return 1.0

    def capture(self, request: CaptureRequest) -> Capture:
        """None."""
        raise Unavailable("probes", "this host is on paper")

    def filter_names(self) -> Resolver:
        """Numbers only."""
        return NumbersOnly()

    def open_capture(self, path: str) -> OpenedFrames:
        """None."""
        raise Unavailable("captures", "this host is on paper")

    def prober(self) -> Prober:
        """None."""
        raise Unavailable("probes", "this host is on paper")

    def close(self) -> None:
        """Nothing is held."""


def message(kind: int, payload: bytes) -> bytes:
    """Return one message of a dump."""
    return HEADER.pack(HEADER.size + len(payload), kind, NLM_F_MULTI, 1, 7) + payload


def u32(value: int) -> bytes:
    """Return a native 32 bit number."""
    return struct.pack("=I", value)


def nested(kind: int, *attributes: bytes) -> bytes:
    """Return an attribute that holds attributes."""
    return attribute(kind, b"".join(attributes))


_small = st.integers(0, 4)


@st.composite
def route_messages(draw: st.DrawFn) -> bytes:
    """One RTM_NEWROUTE as the kernel orders its attributes, or nearly so."""
    family, width = draw(st.sampled_from(((2, 4), (10, 16), (28, 4), (2, 16), (10, 4))))
    length = draw(st.integers(0, width * 8))
    table, kind = draw(st.sampled_from((254, 255, 100))), draw(st.sampled_from((1, 2, 3, 6, 7, 13)))
    flags = draw(st.sampled_from((0, 0, 0, 0x200, 0x4, 0x10)))
    header = struct.pack("=BBBBBBBBI", family, length, 0, draw(st.sampled_from((0, 0, 16))), table & 255,
                         draw(_small), draw(st.sampled_from((0, 253, 254))), kind, flags)  # fmt: skip
    parts = [attribute(15, u32(table))] if draw(st.integers(0, 9)) else []
    if length and draw(st.integers(0, 9)):
        parts.append(attribute(1, draw(st.binary(min_size=width, max_size=width))))
    if draw(st.booleans()):
        parts.append(attribute(6, u32(draw(_small))))
    if draw(st.booleans()):
        parts.append(attribute(5, bytes(width - 1) + bytes((draw(_small),))))
    if draw(st.booleans()):
        parts.append(attribute(4, u32(draw(st.integers(0, 5)))))
    if draw(st.integers(0, 5)) == 0:
        parts.reverse()
    return message(24, header + b"".join(parts))


@st.composite
def neighbour_messages(draw: st.DrawFn) -> bytes:
    """One RTM_NEWNEIGH as the kernel orders its attributes, or nearly so."""
    family, width = draw(st.sampled_from(((2, 4), (10, 16), (7, 4), (2, 16))))
    state, flags = draw(st.sampled_from((0, 2, 4, 0x20, 0x40, 0x80))), draw(st.sampled_from((0, 0x8, 0x80, 0x10)))
    header = struct.pack("=BxxxiHBB", family, draw(st.integers(0, 5)), state, flags, 1)
    parts = [attribute(1, draw(st.binary(min_size=width, max_size=width)))] if draw(st.integers(0, 9)) else []
    hardware = draw(st.sampled_from((0, 6, 6, 6, 4, 20)))
    if hardware:
        parts.append(attribute(2, draw(st.binary(min_size=hardware, max_size=hardware))))
    if draw(st.integers(0, 9)):
        parts.append(attribute(4, u32(draw(_small))))
    if draw(st.integers(0, 9)):
        parts.append(
            attribute(3, struct.pack("=IIII", *(draw(st.sampled_from((0, 1, 150, 100000))) for _ in range(4))))
        )
    if draw(st.integers(0, 5)) == 0:
        parts.append(attribute(12, bytes((draw(_small),))))
    if draw(st.integers(0, 5)) == 0:
        parts.reverse()
    return message(28, header + b"".join(parts))


def tables(messages: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Datagrams of messages, many of them alike, as large tables are."""
    runs = st.lists(st.tuples(messages, st.integers(1, 20)), max_size=12)
    datagrams = runs.map(lambda found: b"".join(one * count for one, count in found))
    return st.lists(datagrams, max_size=3).map(lambda found: [*found, DONE])


@st.composite
def damaged(draw: st.DrawFn, messages: st.SearchStrategy[bytes]) -> list[bytes]:
    """Datagrams with bytes changed, cut or put in."""
    result = []
    for datagram in draw(tables(messages)):
        data = bytearray(datagram)
        for _ in range(draw(st.integers(0, 4))):
            if data:
                data[draw(st.integers(0, len(data) - 1))] = draw(st.sampled_from((0, 1, 4, 8, 16, 28, 60, 255)))
        result.append(bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data))
    result.append(draw(st.binary(max_size=80)))
    return result
