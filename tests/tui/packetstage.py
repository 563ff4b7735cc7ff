"""The Packets tab with files that are made up, and captures that are only lists."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.events import Paste

from netscope.core.capture import Capture, CaptureRequest
from netscope.core.domain import Domain
from netscope.core.errors import NeedsPrivilege
from netscope.core.frame import Frame, Frames, Interface, OpenedFrames, Statistics
from netscope.core.netlink import attribute
from netscope.core.snapshot import Problem
from netscope.domains.packets import DOMAIN as PACKETS
from netscope.hub.watch import Hub
from netscope.system.capture.opening import follow, open_capture
from netscope.tui.app import NetscopeApp
from netscope.tui.packets.screen import PacketsScreen
from netscope.tui.packets.session import _AHEAD, Session
from netscope.tui.packets.tree import TreeLine
from netscope.tui.tabs import LIVE, Block, Tab
from tests.packets import frames, over4, segment
from tests.tui.pictures import UPDATING, golden, text
from tests.tui.stage import Driven, FakeHost, PlainNames, Topic, flow
from tests.unit.rtnl_bytes import DONE, message

TABS = (
    Tab("flows", "Flows", (Block("flows", LIVE),)),
    Tab("packets", "Packets", screen="netscope.tui.packets.screen:PacketsScreen"),
)


def _link(name: str, index: int, hardware: int, flags: int, packets: int) -> bytes:
    head = struct.pack("=BBHiII", 0, 0, hardware, index, flags, 0)
    counted = struct.pack("=24Q", packets, 0, 60 * packets, *[0] * 21)
    return message(16, head + attribute(3, name.encode() + b"\0") + attribute(23, counted))


class ListedFrames:
    """Frames that are a list; the oldest may be let go."""

    def __init__(self, found: Iterable[Frame] = ()) -> None:
        self.found = list(found)
        self.first = 0
        self.complete = False
        self.interfaces: Sequence[Interface] = (Interface("eth0", 1),)
        self.problems: Sequence[Problem] = ()
        self.statistics: Sequence[Statistics] = ()

    def __len__(self) -> int:
        return len(self.found)

    def frame(self, place: int) -> Frame:
        if not self.first <= place < len(self.found):
            raise IndexError(place)
        return self.found[place]


class ListedCapture:
    """A capture that captures what it is told."""

    def __init__(self, request: CaptureRequest) -> None:
        self.request = request
        self.kept = ListedFrames()
        self.running = False
        self.problems: Sequence[Problem] = ()
        self.files: Sequence[str] = ()
        self.closed = False
        if request.program is not None:
            request.program(1)

    def add(self, *found: Frame) -> None:
        self.kept.found += [frame._replace(number=len(self.kept) + n) for n, frame in enumerate(found, 1)]

    def start(self) -> None:
        self.running = True

    def fileno(self) -> int:
        return -1

    def seen(self) -> None:
        pass

    @property
    def interfaces(self) -> Sequence[Interface]:
        return self.kept.interfaces

    @property
    def frames(self) -> Frames:
        return self.kept

    @property
    def captured(self) -> int:
        return len(self.kept)

    @property
    def statistics(self) -> Sequence[Statistics]:
        return self.kept.statistics

    def stop(self) -> None:
        self.running = False
        self.kept.complete = True

    def close(self) -> None:
        self.stop()
        self.closed = True


class CapturingHost(FakeHost):
    """Opens files, has two interfaces, and captures unless it may not."""

    def __init__(self, *, privileged: bool = True) -> None:
        super().__init__(privileged=privileged)
        self.captures: list[ListedCapture] = []
        self.counted = 1
        self.busy = False

    def open_capture(self, path: str) -> OpenedFrames:
        found = open_capture(path)
        follow(found)
        return found

    def dump(self, protocol: int, request: bytes) -> list[bytes]:
        self.counted += self.busy
        links = (("lo", 1, 772, 0x49, 10), ("eth0", 2, 1, 0x43, 1000 * self.counted))
        return [b"".join(_link(*link) for link in links) + DONE]

    def capture(self, request: CaptureRequest) -> Capture:
        if not self.privileged:
            raise NeedsPrivilege("capturing on eth0", "needs CAP_NET_RAW", "run with sudo")
        self.captures.append(ListedCapture(request))
        return self.captures[-1]


class PacketStage(Driven):
    """The app on its Packets tab."""

    def __init__(self, tabs: tuple[Tab, ...] = TABS, *, privileged: bool = True) -> None:
        self.host = CapturingHost(privileged=privileged)
        topic = Topic(self.host, "flows", [flow(1)])
        domain = topic.domain()

        def load(name: str) -> Domain:
            return PACKETS if name == "packets" else domain

        hub = Hub(self.host, load)
        super().__init__(hub, NetscopeApp(hub, load, PlainNames, tabs))

    @property
    def packets(self) -> PacketsScreen:
        screen = next(found for found in self.app._built.values() if isinstance(found, PacketsScreen))
        assert isinstance(screen, PacketsScreen)
        return screen

    @property
    def session(self) -> Session:
        session = self.packets.desk.session
        assert session is not None
        return session

    @property
    def field(self) -> TreeLine:
        """The line under the tree's cursor."""
        here = self.packets.tree_pane.here
        assert here is not None
        return here

    @property
    def layer(self) -> str:
        """The layer under the tree's cursor."""
        return self.field.path[0]

    async def paste(self, text: str) -> None:
        """Paste a text where the keys go: sooner than typing it."""
        assert self.app.screen.focused is not None
        self.app.screen.focused.post_message(Paste(text))
        await self.settle()

    async def open(self, path: Path) -> None:
        """Open a file of the working directory by keys, and wait until all of it is known."""
        await self.press("O")
        await self.paste(path.name)
        await self.press("enter")
        await self.until(lambda: self.packets.desk.session is not None and len(self.app.screen_stack) == 1, "a file")
        await self.settled()

    async def settled(self) -> None:
        """Wait until all frames have been gone through; their trees, as far as they are made before one moves on."""
        session = self.session

        def shown() -> bool:
            known = session.learnt
            seen = self.packets._shown[1:2] == ((session.count, session.first, known),)
            wanted = min(session.count, (self.packets.list.here or 0) + _AHEAD)
            return seen and session.frames.complete and known.rows == session.count and known.trees >= wanted

        await self.until(shown, "everything known and shown")


@asynccontextmanager
async def packet_stage(
    size: tuple[int, int] = (80, 24), tabs: tuple[Tab, ...] = TABS, *, privileged: bool = True
) -> AsyncIterator[PacketStage]:
    """Run the app, with the Packets tab in front."""
    stage = PacketStage(tabs, privileged=privileged)
    async with stage.app.run_test(size=size) as pilot:
        stage.pilot = pilot
        await stage.press("2")
        await stage.until(lambda: any(isinstance(s, PacketsScreen) for s in stage.app._built.values()), "the tab")
        yield stage
    await stage.hub.close()


def conversation() -> list[Frame]:
    """Return a connection with a segment that is sent twice, and a datagram whose text would like to be obeyed."""
    hostile = b"\x1b]0;owned\x07\x1b[31m[bold]\r\n\xff\xfe\x00"
    segments: list[Any] = [
        segment(b"", 0x02, sport=40000, dport=80, seq=999),
        segment(b"", 0x12, sport=80, dport=40000, seq=4999, ack=1000),
        segment(b"", 0x10, sport=40000, dport=80, seq=1000, ack=5000),
        segment(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", 0x18, sport=40000, dport=80, seq=1000, ack=5000),
        segment(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", 0x18, sport=40000, dport=80, seq=1000, ack=5000),
        over4(hostile, 5000, 6000),
    ]
    return frames(segments)


async def start(stage: PacketStage) -> None:
    """Capture on the first interface."""
    await stage.press("s")
    await stage.until(lambda: stage.sees("eth0"), "interfaces")
    await stage.press("enter")
    await stage.until(lambda: stage.packets.desk.running and len(stage.app.screen_stack) == 1, "a capture")


def datagrams(count: int) -> list[Frame]:
    """Return so many frames, each with another byte."""
    return frames(over4(bytes((number % 256,)), 5000, 6000) for number in range(count))


def told(stage: PacketStage) -> list[str]:
    """Return the words that stand over the last lines for a while."""
    return [note.message for note in stage.app._notifications]


async def compare(stage: PacketStage, name: str) -> None:
    """Compare the screen with its picture, once it has become it or will not any more."""
    path = golden(f"packets-{name}", stage.app.size)
    if UPDATING:
        await asyncio.sleep(0.5)
        path.write_text(text(stage.picture()))
    want = path.read_text()
    deadline = time.monotonic() + 5
    while text(stage.picture()) != want and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert text(stage.picture()) == want
