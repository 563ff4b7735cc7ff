"""The tabs that ask, over answers on paper: a resolver and a registry wire that say what they are told to."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import AsyncIterator, Generator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from netscope.core.dns.message import Message, decode
from netscope.core.dns.numbers import type_name
from netscope.core.dns.resolver import Configuration, Event, Found, Inquiry, Reply, Task
from netscope.core.domain import Domain
from netscope.core.host import Host
from netscope.domains import load
from netscope.hub.watch import Hub
from netscope.tui.app import NetscopeApp
from netscope.tui.asking import AskingScreen
from netscope.tui.tabs import TABS, Tab
from tests.tui.stage import TABS as TABLES
from tests.tui.stage import WALL, Driven, FakeHost, PlainNames, Topic, flow

Zone = Mapping[tuple[str, str], "list[str] | int"]


class PaperResolver:
    """Answers from a mapping of (name, type) to records, or a response code; who is not in it does not answer.

    Attributes:
        asked: (name, type, server) of every inquiry, in order.
        gate: nothing is answered while it is not set.
        running: how many iterators are open.
    """

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: list[tuple[str, str, str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.running = 0
        self.only = 1 << 30  # answer so many, then wait

    def run(
        self, tasks: Iterable[Task[Any]], concurrency: int, stop: int | None = None
    ) -> Generator[tuple[int, Any], None, None]:
        self.running += 1
        try:
            for position, task in enumerate(tasks):
                replies = None
                while True:
                    try:
                        inquiries = task.send(replies) if replies is not None else next(task)
                    except StopIteration as end:
                        yield position, end.value
                        break
                    if not self._may_go_on(stop):
                        return
                    replies = [self._reply(inquiry) for inquiry in inquiries]
        finally:
            self.running -= 1

    def _may_go_on(self, stop: int | None) -> bool:
        self.only -= 1
        while not self.gate.is_set() or self.only < 0:
            if stop is not None and select.select([stop], [], [], 0.01)[0]:
                return False
        return True

    def _reply(self, inquiry: Inquiry) -> Reply:
        server = inquiry.servers[0]
        kind = type_name(inquiry.ask.type)
        self.asked.append((inquiry.ask.name, kind, server.address))
        found = self.zone.get((inquiry.ask.name.rstrip("."), kind))
        message = None if found is None else _message(inquiry, found)
        events = () if message else (Event("timeout", server, "udp"),)
        return Reply(inquiry, b"", message, (), server, inquiry.way.transport, 0.0123, WALL, events)

    def configuration(self) -> Configuration:
        return Configuration("/etc/resolv.conf", ("192.0.2.53", "192.0.2.54"), ("example.com",))

    def lookup(self, name: str, family: int = 0) -> Found:
        return Found(("192.0.2.99",), name, "")

    def etc(self, name: str) -> tuple[str, bytes]:
        return f"/etc/{name}", b"127.0.0.1 localhost\n192.0.2.7 printer.example.com printer\n"


def _message(inquiry: Inquiry, found: list[str] | int) -> Message:
    query = dns.message.make_query(inquiry.ask.name, type_name(inquiry.ask.type))
    query.id = 4711
    made = dns.message.make_response(query, recursion_available=True)
    if isinstance(found, int):
        made.set_rcode(found)  # type: ignore[arg-type]
    else:
        for line in found:
            name, ttl, kind, data = line.split(" ", 3)
            made.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, data))
    return decode(made.to_wire())


class PaperHost(FakeHost):
    """A host whose resolver and registries are on paper."""

    def __init__(self, resolver: PaperResolver | None = None, wire: Any = None, files: Mapping[str, str] = {}) -> None:
        super().__init__()
        self.resolver = resolver or PaperResolver({})
        self.wire = wire
        self.files = files

    def dns(self) -> PaperResolver:
        return self.resolver

    def whois(self) -> Any:
        return self.wire or super().whois()

    def read(self, path: str) -> bytes:
        if path in self.files:
            return self.files[path].encode()
        if path.endswith(".json") and os.path.exists(path):  # the registries shipped with the program
            with open(path, "rb") as file:
                return file.read()
        return super().read(path)


class Asked(Driven):
    """The app with a table, and the tabs that ask. ``paper`` is the table's host, and that of the tabs unless told."""

    def __init__(self, paper: PaperHost, host: Host | None = None) -> None:
        self.host = paper
        self.topic = Topic(paper, "flows", [flow(7)])
        tabs = (TABLES[0], *(tab for tab in TABS if tab.name in ("dns", "whois")))
        hub = Hub(host or paper, self._load)
        super().__init__(hub, NetscopeApp(hub, self._load, PlainNames, tabs))
        self.tabs: tuple[Tab, ...] = tabs

    def _load(self, name: str) -> Domain:
        return self.topic.domain() if name == "flows" else load(name)

    @property
    def asking(self) -> AskingScreen:
        screen = self.app.screen
        assert isinstance(screen, AskingScreen), screen
        return screen

    async def open(self, name: str) -> None:
        """Go to a tab."""
        await self.press(str([tab.name for tab in self.tabs].index(name) + 1))
        await self.until(lambda: self.app.here.name == name and isinstance(self.app.screen, AskingScreen), "the tab")

    async def question(self, text: str) -> None:
        """Put a question into the line and ask it."""
        self.asking.line.open(text)
        await self.press("enter")

    async def answered(self) -> None:
        """Wait for the end of the asking."""
        await self.until(lambda: bool(self.asking.asked) and not self.asking.busy, "the end of the question")


@asynccontextmanager
async def asking(
    paper: PaperHost, tab: str, size: tuple[int, int] = (80, 24), *, host: Host | None = None
) -> AsyncIterator[Asked]:
    """Run the app with a tab that asks in front; a ``host`` of its own may be the real one."""
    stage = Asked(paper, host)
    async with stage.app.run_test(size=size) as pilot:
        stage.pilot = pilot
        await stage.loaded()
        await stage.open(tab)
        yield stage
    await stage.hub.close()
