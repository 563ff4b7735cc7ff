"""A host that is only data, topics that are only lists: what the TUI is driven with in its tests."""

from __future__ import annotations

import asyncio
import threading
import unicodedata
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from textual.events import Key
from textual.keys import KEY_TO_UNICODE_NAME, REPLACED_KEYS
from textual.pilot import Pilot

from netscope.core.capture import Capture, CaptureRequest
from netscope.core.capturefilter import Resolver
from netscope.core.capturefilter.names import NumbersOnly
from netscope.core.domain import Domain, Query
from netscope.core.errors import Unavailable
from netscope.core.frame import OpenedFrames
from netscope.core.host import Events, Host, Owners, ProcessDetails
from netscope.core.probe import Prober
from netscope.core.record import Column, Names, Section
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.whois import RegistryWire
from netscope.hub.watch import Hub
from netscope.tui.app import NetscopeApp
from netscope.tui.pane import Pane
from netscope.tui.screens import TabScreen
from netscope.tui.table.widget import RecordTable
from netscope.tui.tabs import LIVE, Block, Tab
from tests.tui.quiet import QuietLoop, unpainted

WALL = 1_700_000_000.0
SIZES = [(80, 24), (120, 40), (200, 60)]
TABS = (
    Tab("flows", "Flows", (Block("flows", LIVE),)),
    Tab("pairs", "Pairs", (Block("pairs", LIVE, trends=("rates.bytes",)), Block("seconds", LIVE))),
    Tab("last", "Last", (Block("last", LIVE),)),
)


class Flow(NamedTuple):
    """A record with one field of each sort."""

    ident: int
    name: str
    state: str
    address: str
    port: int
    queue: int | None
    rate: float | None = None


COLUMNS = (
    Column("name", "Name", lambda r: r.name, help="what it is called", rank=0, flex=True, width=8),
    Column("state", "State", lambda r: r.state, help="in the kernel's word", rank=1),
    Column("address", "Address", lambda r: r.address, "address", "where it goes", rank=0,
           text=lambda r, names: (names.host(r.address) if names.lends else "") or r.address),
    Column("port", "Port", lambda r: r.port, "port", "port of the service", rank=2,
           text=lambda r, names: names.service(r.port, "tcp")),
    Column("queue", "Queue", lambda r: r.queue, "bytes", "bytes that wait", rank=3),
    Column("rates.bytes", "Rate", lambda r: r.rate, "bitrate", "bytes a second", rank=4),
    Column("ident", "Number", lambda r: r.ident, "integer", "its number", shown=False, group="Identity"),
)  # fmt: skip


def flow(number: int, **changes: Any) -> Flow:
    """Return the record of that number."""
    record = Flow(
        number,
        f"flow{number}",
        "ESTABLISHED" if number % 3 else "LISTEN",
        f"10.0.{number // 250 % 250}.{number % 250}",
        443 if number % 2 else 8000 + number % 1000,
        number * 7 % 1000 if number % 5 else None,
        float(number % 100),
    )
    return record._replace(**changes)


class FakeHost:
    """Answers what the frame asks; the clock moves by hand."""

    def __init__(self, *, privileged: bool = True) -> None:
        self.now = 1000.0
        self.name = "testhost"
        self.kernel = "6.1.0"
        self.namespace = ""
        self.privileged = privileged
        self.reach: Prober | None = None

    def read(self, path: str) -> bytes:
        if path == "/proc/self/status":
            return b"Name:\tx\nCapEff:\t" + (b"000001ffffffffff" if self.privileged else b"0000000000000000") + b"\n"
        raise Unavailable(path, "no such file")

    def whois(self) -> RegistryWire:
        raise Unavailable("registries", "this host is on paper")

    def wall(self) -> float:
        return WALL + self.now - 1000.0

    def clock(self) -> float:
        return self.now

    def dump(self, protocol: int, request: bytes) -> list[bytes]:
        raise Unavailable("netlink", "a fake host")

    def pieces(self, protocol: int, request: bytes) -> Iterator[memoryview]:
        raise Unavailable("netlink", "a fake host")

    def events(self, protocol: int, groups: Collection[int]) -> Events:
        raise Unavailable("events", "a fake host")

    def names(self, path: str) -> Sequence[str]:
        return ()

    def owners(self, inodes: Collection[int]) -> Owners:
        return Owners({}, 0)

    def expect_owners(self) -> None:
        """Nothing is to be found."""

    def process(self, pid: int) -> ProcessDetails | None:
        return None

    def user(self, uid: int) -> str:
        return str(uid)

    def ifindexes(self) -> Mapping[int, str]:
        return {}

    def filter_names(self) -> Resolver:
        return NumbersOnly()

    def open_capture(self, path: str) -> OpenedFrames:
        raise Unavailable("captures", "this host is on paper")

    def prober(self) -> Prober:
        if self.reach is None:
            raise Unavailable("probes", "this host is on paper")
        return self.reach

    def capture(self, request: CaptureRequest) -> Capture:
        raise Unavailable("capturing", "this host is on paper")

    def close(self) -> None:
        pass


class PlainNames:
    """Two well-known names."""

    def __init__(self, numeric: bool) -> None:
        self.numeric = numeric

    def service(self, port: int, protocol: str) -> str:
        return "https" if port == 443 and not self.numeric else str(port)

    lends = False

    def host(self, address: str) -> str:
        return ""

    def ports(self, name: str) -> Collection[int]:
        return (443,) if name == "https" else ()


class Topic:
    """What one topic's collector finds, and how often it was asked."""

    def __init__(self, host: FakeHost, name: str, records: Sequence[Any]) -> None:
        self.host = host
        self.name = name
        self.records = records
        self.problems: tuple[Problem, ...] = ()
        self.looks = 0
        self.open = 0
        self.slow = threading.Event()
        self.slow.set()

    def collect(self) -> Snapshot:
        self.slow.wait(10)
        self.looks += 1
        return Snapshot(self.name, tuple(self.records), self.problems, self.host.wall(), self.host.now)

    def close(self) -> None:
        self.open -= 1

    def domain(self) -> Domain:
        def opened(_host: Host, _query: Query) -> Topic:
            self.open += 1
            return self

        return Domain(
            name=self.name,
            title=self.name.title(),
            summary=f"the {self.name} of a test",
            replaces=(f"classic-{self.name} -a", "oldtool"),
            columns=COLUMNS,
            key=lambda record: record.ident,
            open=opened,
            to_json=lambda record: dict(record._asdict()),
            schema=dict,
            inspect=_inspect,
            plots=("rates.bytes",),
            interval=3600.0,  # the tests say when to look
            hosts=("address",),
        )


def _inspect(_host: Host, record: Any, _names: Names) -> Sequence[Section]:
    return [Section("Process", [("command line", f"/usr/bin/{record.name} --serve")])]


class Driven:
    """The app over a hub, driven by keys."""

    def __init__(self, hub: Hub, app: NetscopeApp) -> None:
        self.hub = hub
        self.app = app
        self.pilot: Pilot[None]

    @property
    def screen(self) -> TabScreen:
        screen = self.app.screen
        assert isinstance(screen, TabScreen), screen
        return screen

    @property
    def pane(self) -> Pane:
        return self.screen.pane

    @property
    def table(self) -> RecordTable:
        return self.pane.table

    async def press(self, *keys: str) -> None:
        """Press keys and let each act."""
        for key in keys:
            self.app.post_message(Key(key, character(key)))
            await self.settle()

    async def settle(self) -> None:
        """Wait until all that is under way has been done and painted, at most five seconds.

        What waits for a clock of more than some milliseconds is not under way: :meth:`until` waits for that.
        """
        loop = asyncio.get_running_loop()
        assert isinstance(loop, QuietLoop)
        try:
            async with asyncio.timeout(5):
                await loop.quiet()
                await self.app.animator.wait_until_complete()
                while unpainted(self.app.screen):
                    await self.pilot.pause(0)  # which paints now instead of with the next frame
                    await loop.quiet()
        except TimeoutError:
            pass  # it works on and on, and that may be what is looked at

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*(NAMED.get(char, char) for char in text))

    async def until(self, true: Callable[[], bool], what: str = "") -> None:
        """Wait for something that the app does on its own, at most five seconds, and for what comes of it."""
        await self.happens(true, what)
        await self.settle()

    async def happens(self, true: Callable[[], bool], what: str = "") -> None:
        """Wait for something that the app does on its own, at most five seconds."""
        for _ in range(500):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never happened: {what}\n{self.picture()}")

    async def loaded(self) -> None:
        """Wait for the first rows."""
        await self.until(lambda: all(pane.snapshot is not None for pane in self.screen.panes), "first rows")

    def picture(self) -> list[str]:
        """Return the screen as lines of text."""
        width, height = self.app.size
        rows = [[" "] * width for _ in range(height)]
        for y, strip in enumerate(self.app.screen._compositor.render_strips()):
            for x, char in enumerate(strip.text[:width]):
                rows[y][x] = char
        return ["".join(row).rstrip() for row in rows]

    def sees(self, text: str) -> bool:
        """Tell whether a text is on the screen."""
        return any(text in line for line in self.picture())


class Stage(Driven):
    """The app with everything around it, over topics that are lists."""

    def __init__(self, tabs: tuple[Tab, ...], records: Sequence[Any], *, privileged: bool = True) -> None:
        self.host = FakeHost(privileged=privileged)
        names = [topic for tab in tabs for topic in tab.topics]
        self.topics = {name: Topic(self.host, name, list(records)) for name in names}
        self.domains = {name: topic.domain() for name, topic in self.topics.items()}
        hub = Hub(self.host, self.domains.__getitem__)
        super().__init__(hub, NetscopeApp(hub, self.domains.__getitem__, PlainNames, tabs))

    @property
    def topic(self) -> Topic:
        return self.topics[self.pane.block.topic]

    async def look(self, *records: Any, seconds: float = 1.0) -> None:
        """Let the host have these records from now on, and look."""
        self.topic.records = records
        self.host.now += seconds
        moment, pane = self.host.now, self.pane
        await self.press("r")
        await self.until(lambda: pane.snapshot is not None and pane.snapshot.clock == moment, "a look")


def character(key: str) -> str | None:
    """Return the character that a terminal sends for a key, None for those that have none."""
    if len(key) == 1:
        return key
    name = REPLACED_KEYS.get(key, key)
    try:
        return unicodedata.lookup(KEY_TO_UNICODE_NAME.get(name, name))
    except KeyError:
        return None


NAMED = {
    " ": "space", ":": "colon", "/": "slash", "(": "left_parenthesis", ")": "right_parenthesis", ".": "full_stop",
    "=": "equals_sign", "<": "less_than_sign", ">": "greater_than_sign", "-": "minus", "_": "underscore",
    "!": "exclamation_mark", "?": "question_mark", "[": "left_square_bracket", "]": "right_square_bracket",
}  # fmt: skip


@asynccontextmanager
async def staged(
    records: Sequence[Any],
    size: tuple[int, int] = (80, 24),
    tabs: tuple[Tab, ...] = TABS,
    *,
    privileged: bool = True,
) -> AsyncIterator[Stage]:
    """Run the app with these records in every topic."""
    stage = Stage(tabs, records, privileged=privileged)
    async with stage.app.run_test(size=size) as pilot:
        stage.pilot = pilot
        await stage.loaded()
        yield stage
    await stage.hub.close()
