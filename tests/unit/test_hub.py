"""The scheduler: sharing, newest wins, pausing, slow sources, failures, events."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from netscope.core.domain import Domain, Query
from netscope.core.errors import NeedsPrivilege
from netscope.core.host import Events
from netscope.core.record import Column
from netscope.core.snapshot import Snapshot
from netscope.hub.watch import Hub, in_thread
from netscope.system.live import LiveHost

LIVE = Query(live=True)


class Record(NamedTuple):
    number: int
    rate: float | None = None


class Pipe:
    """A subscription that the test fires."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self.lost = False
        self.closed = False

    def fileno(self) -> int:
        return self.reader

    def fire(self, lost: bool = False) -> None:
        self.lost = lost
        os.write(self.writer, b"x")

    def drain(self) -> tuple[list[bytes], bool]:
        return [os.read(self.reader, 100)], self.lost

    def close(self) -> None:
        if not self.closed:
            os.close(self.reader)
            os.close(self.writer)
        self.closed = True


class FakeHost(LiveHost):
    """The live host with a subscription of our own."""

    def __init__(self) -> None:
        super().__init__()
        self.pipe = Pipe()

    def events(self, protocol: int, groups: Collection[int]) -> Events:
        return self.pipe


class Counting:
    """A collector that counts its looks and knows when two of them overlap."""

    def __init__(self, host: Any, action: Callable[[int], None]) -> None:
        self.host, self.action = host, action
        self.looks = 0
        self.closed = 0
        self._busy = threading.Lock()

    def collect(self) -> Snapshot:
        assert self._busy.acquire(blocking=False), "two looks at once"
        try:
            self.looks += 1
            self.action(self.looks)
            return Snapshot("fake", (Record(self.looks),), (), self.host.wall(), self.host.clock())
        finally:
            self._busy.release()

    def close(self) -> None:
        self.closed += 1


class World:
    """A hub over one fake topic."""

    def __init__(self) -> None:
        self.host = FakeHost()
        self.collectors: list[Counting] = []
        self.action: Callable[[int], None] = lambda _look: None
        self.groups: tuple[int, ...] = ()
        self.hub = Hub(self.host, lambda _name: self.domain())

    def domain(self) -> Domain:
        def opened(host: Any, _query: Query) -> Counting:
            self.collectors.append(Counting(host, self.action))
            return self.collectors[-1]

        def rates(before: Snapshot, now: Snapshot) -> Snapshot:
            gained = now.records[0].number - before.records[0].number
            return now._replace(records=(now.records[0]._replace(rate=gained / (now.clock - before.clock)),))

        return Domain(
            name="fake", title="Fake", summary="", replaces=(),
            columns=(Column("number", "Number", lambda record: record.number, "integer"),),
            key=lambda record: record.number, open=opened, to_json=lambda record: record._asdict(),
            schema=dict, rates=rates, groups=self.groups, interval=0.01,
        )  # fmt: skip


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.hub.close()
    made.host.pipe.close()
    made.host.close()


async def test_snapshots_arrive_and_carry_rates_from_the_second_on(world: World) -> None:
    watch = world.hub.watch("fake", LIVE)
    first, second = await watch.next(), await watch.next()
    assert first.records[0].rate is None
    assert second.records[0].rate > 0
    assert second.clock > first.clock


async def test_a_query_that_is_not_live_gets_no_rates(world: World) -> None:
    watch = world.hub.watch("fake", Query())
    await watch.next()
    assert (await watch.next()).records[0].rate is None


async def test_two_watchers_of_one_question_share_one_collection(world: World) -> None:
    one, two = world.hub.watch("fake", LIVE), world.hub.watch("fake", LIVE)
    assert await one.next() is await two.next()
    other = world.hub.watch("fake", Query(family=6, live=True))
    await other.next()
    assert len(world.collectors) == 2


async def test_a_late_watcher_gets_the_last_snapshot_at_once(world: World) -> None:
    await world.hub.watch("fake", LIVE, interval=60).next()
    late = world.hub.watch("fake", LIVE, interval=60)
    assert late.latest is not None


async def test_the_newest_wins_for_a_slow_watcher(world: World) -> None:
    slow, quick = world.hub.watch("fake", LIVE), world.hub.watch("fake", LIVE)
    for _ in range(5):
        newest = await quick.next()
    assert (await slow.next()).records[0].number == newest.records[0].number


async def test_nobody_watching_means_nobody_collects(world: World) -> None:
    watch = world.hub.watch("fake", LIVE)
    await watch.next()
    assert world.hub.active == {"fake"}
    watch.close()
    watch.close()
    await world.hub.close()
    looks = world.collectors[0].looks
    await asyncio.sleep(0.1)
    assert world.collectors[0].looks == looks
    assert world.collectors[0].closed == 1
    assert world.hub.active == frozenset()


async def test_paused_watchers_stop_collection_and_wake_it(world: World) -> None:
    watch = world.hub.watch("fake", LIVE)
    await watch.next()
    watch.pause()
    await asyncio.sleep(0.1)
    looks = world.collectors[0].looks
    assert world.hub.active == frozenset()
    await asyncio.sleep(0.1)
    assert world.collectors[0].looks == looks
    watch.pause(False)
    assert (await watch.next()).records[0].number >= looks


async def test_refresh_does_not_wait_for_the_interval(world: World) -> None:
    watch = world.hub.watch("fake", LIVE, interval=3600)
    await watch.next()
    watch.refresh()
    assert (await asyncio.wait_for(watch.next(), 5)).records[0].number == 2


async def test_a_blocking_source_delays_neither_loop_nor_end(world: World) -> None:
    release = threading.Event()

    def block(_look: int) -> None:
        release.wait(30)

    world.action = block
    watch = world.hub.watch("fake", LIVE)
    await asyncio.sleep(0.05)
    start = time.monotonic()
    watch.close()
    await world.hub.close()
    assert time.monotonic() - start < 5
    assert world.collectors[0].closed == 0, "never closed under the feet of a look in progress"
    release.set()
    deadline = time.monotonic() + 5
    while not world.collectors[0].closed and time.monotonic() < deadline:
        await asyncio.sleep(0.005)
    assert world.collectors[0].closed == 1


async def test_failure_is_a_problem_and_the_next_look_recovers(world: World) -> None:
    def fail_first(look: int) -> None:
        if look == 1:
            raise NeedsPrivilege("fake things", "Operation not permitted", "run with sudo")

    world.action = fail_first
    watch = world.hub.watch("fake", Query())
    failed = await watch.next()
    assert failed.records == ()
    assert failed.problems[0][:3] == ("fake things", "Operation not permitted", "run with sudo")
    assert (await watch.next()).records


async def test_events_bring_a_look_and_lost_events_are_told(world: World) -> None:
    world.groups = (1,)
    watch = world.hub.watch("fake", LIVE, interval=3600)
    await watch.next()
    world.host.pipe.fire()
    told = await asyncio.wait_for(watch.next(), 5)
    assert told.records[0].number == 2
    assert not told.problems
    world.host.pipe.fire(lost=True)
    assert "ENOBUFS" in (await asyncio.wait_for(watch.next(), 5)).problems[0].why


async def test_in_thread_hands_over_results_and_errors() -> None:
    assert await in_thread(lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)
