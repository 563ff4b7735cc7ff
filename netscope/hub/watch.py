"""The ref-counted scheduler: (topic, query) -> the latest snapshot, for as long as somebody watches.

Collectors block, so each look runs on a daemon thread of its own: a slow source delays itself alone, and a program
that ends does not wait for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from netscope.core.domain import Collector, Domain, Query
from netscope.core.errors import NetscopeError
from netscope.core.host import Events, Host
from netscope.core.netlink import NETLINK_ROUTE
from netscope.core.snapshot import Problem, Snapshot
from netscope.hub.once import look

if TYPE_CHECKING:
    from netscope.hub.reverse import ReverseNames

Result = TypeVar("Result")

SETTLE = 0.05  # events come in bursts; one look after the burst tells them all
EVENTS_LOST = Problem(
    "some change notices", "the kernel dropped them (ENOBUFS)", "nothing to do: everything was read again"
)


async def in_thread(function: Callable[[], Result]) -> Result:
    """Run a blocking function on a daemon thread and return its result."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(how: Callable[[], None]) -> None:
        if not future.cancelled():
            how()

    def run() -> None:
        try:
            how = partial(future.set_result, function())
        except BaseException as error:  # noqa: BLE001 - handed to whoever awaits
            how = partial(future.set_exception, error)
        try:
            loop.call_soon_threadsafe(settle, how)
        except RuntimeError:
            pass  # the loop has closed: nobody waits any more

    threading.Thread(target=run, name="collect", daemon=True).start()
    return await future


class Watch:
    """One watcher's view of a source. The newest snapshot wins: what was not fetched in time is skipped."""

    def __init__(self, wake: Callable[[], None], forget: Callable[[Watch], None]) -> None:
        """``wake`` makes the source look again; ``forget`` tells it that nobody watches here any more."""
        self._wake = wake
        self._forget = forget
        self._fresh = asyncio.Event()
        self.latest: Snapshot | None = None
        self.paused = False

    def put(self, snapshot: Snapshot) -> None:
        """Take a newer snapshot (called by the source)."""
        self.latest = snapshot
        self._fresh.set()

    async def next(self) -> Snapshot:
        """Wait for a snapshot newer than the last one returned."""
        await self._fresh.wait()
        self._fresh.clear()
        assert self.latest is not None
        return self.latest

    async def __aiter__(self) -> AsyncIterator[Snapshot]:
        while True:
            yield await self.next()

    def refresh(self) -> None:
        """Look again now."""
        self._wake()

    def pause(self, paused: bool = True) -> None:
        """Stop or go on. A source whose watchers all pause does not collect at all."""
        self.paused = paused
        if not paused:
            self._wake()

    def close(self) -> None:
        """Stop watching; the last watcher's leaving stops the collection."""
        self._forget(self)


class _Source:
    """Collects one (topic, query) for all its watchers."""

    def __init__(self, domain: Domain, host: Host, query: Query, interval: float) -> None:
        self.domain = domain
        self.host = host
        self.query = query
        self.interval = interval
        self.watches: list[Watch] = []
        self.snapshot: Snapshot | None = None
        self._wake = asyncio.Event()
        self._lost = False
        self._collector: Collector | None = None
        self._collecting = threading.Lock()  # a cancelled look goes on in its thread: the collector outlives it
        self._closed = False
        self._events: Events | None = None
        self._task = asyncio.create_task(self._run(), name=f"source {domain.name}")

    def wake(self) -> None:
        """Look again as soon as the look in progress is over."""
        self._wake.set()

    async def close(self) -> None:
        """Stop, and release the collector once its look in progress is over."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        self._subscribe()
        try:
            while True:
                self._wake.clear()
                if all(watch.paused for watch in self.watches):
                    await self._wake.wait()
                    continue
                self._publish(await in_thread(self._look))
                await self._pause()
        finally:
            self._unsubscribe()
            self._closed = True
            if self._collecting.locked():
                threading.Thread(target=self._release, name="release", daemon=True).start()
            else:
                self._release()

    def _release(self) -> None:
        with self._collecting:
            if self._collector is not None:
                self._collector.close()
                self._collector = None

    def _look(self) -> Snapshot:
        """Runs on a worker thread, one at a time."""
        with self._collecting:
            if self._closed:  # cancelled between the thread's start and here
                return Snapshot(self.domain.name, ())
            return self._collect()

    def _collect(self) -> Snapshot:
        before = self.snapshot
        try:
            if self._collector is None:
                self._collector = self.domain.open(self.host, self.query)
        except NetscopeError as error:
            problem = Problem(error.what, error.why, error.mend)
            return Snapshot(self.domain.name, (), (problem,), self.host.wall(), self.host.clock())
        now = look(self.domain, self._collector, self.host)
        if self.query.live and before is not None and now.clock > before.clock:
            now = self.domain.rates(before, now)
        return now

    def _publish(self, snapshot: Snapshot) -> None:
        if self._lost:
            self._lost = False
            snapshot = snapshot._replace(problems=(*snapshot.problems, EVENTS_LOST))
        self.snapshot = snapshot
        for watch in self.watches:
            if not watch.paused:
                watch.put(snapshot)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self.interval)
            await asyncio.sleep(SETTLE)
        except TimeoutError:
            pass

    def _subscribe(self) -> None:
        if not self.domain.groups or not self.query.live:
            return
        try:
            self._events = self.host.events(NETLINK_ROUTE, self.domain.groups)
        except NetscopeError:
            return  # the interval still finds every change
        asyncio.get_running_loop().add_reader(self._events.fileno(), self._notice)

    def _unsubscribe(self) -> None:
        if self._events is not None:
            asyncio.get_running_loop().remove_reader(self._events.fileno())
            self._events.close()
            self._events = None

    def _notice(self) -> None:
        assert self._events is not None
        try:
            _datagrams, lost = self._events.drain()
        except NetscopeError:
            self._unsubscribe()
            return
        self._lost = self._lost or lost
        self._wake.set()


class Hub:
    """Hands out watches. Lives on one event loop and one host."""

    def __init__(self, host: Host, load: Callable[[str], Domain]) -> None:
        self.host = host
        self._load = load
        self._sources: dict[tuple[str, Query], _Source] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._reverse: ReverseNames | None = None

    @property
    def reverse(self) -> ReverseNames:
        """What lends names to addresses; off until somebody turns it on."""
        if self._reverse is None:
            from netscope.hub.reverse import ReverseNames

            self._reverse = ReverseNames(self.host)
        return self._reverse

    def watch(self, topic: str, query: Query, interval: float | None = None) -> Watch:
        """Start to watch a topic. A second watcher of the same question shares the collection and its last result."""
        key = (topic, query)
        source = self._sources.get(key)
        if source is None:
            domain = self._load(topic)
            source = _Source(domain, self.host, query, interval or domain.interval)
            self._sources[key] = source
        elif interval is not None:
            source.interval = min(source.interval, interval)
        watch = Watch(source.wake, lambda gone: self._forget(key, gone))
        source.watches.append(watch)
        if source.snapshot is not None:
            watch.put(source.snapshot)
        source.wake()
        return watch

    @property
    def active(self) -> frozenset[str]:
        """Return the topics that are being collected now."""
        return frozenset(
            topic
            for (topic, _query), source in self._sources.items()
            if not all(watch.paused for watch in source.watches)
        )

    async def once(self, topic: str, query: Query) -> Snapshot:
        """Look once, off the loop. Raises NetscopeError when nothing could be read."""
        from netscope.hub.once import collect_once

        domain = self._load(topic)
        return await in_thread(lambda: collect_once(domain, self.host, query))

    def _forget(self, key: tuple[str, Query], watch: Watch) -> None:
        source = self._sources.get(key)
        if source is None or watch not in source.watches:
            return
        source.watches.remove(watch)
        if not source.watches:
            del self._sources[key]
            task = asyncio.ensure_future(source.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Stop everything."""
        if self._reverse is not None:
            await self._reverse.close()
        sources, self._sources = list(self._sources.values()), {}
        await asyncio.gather(*(source.close() for source in sources), *self._closing)
