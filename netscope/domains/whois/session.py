"""Questions to registries for somebody who watches: who is asked, each finding as it comes, then all as one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from netscope.core.host import Host
from netscope.core.snapshot import Snapshot
from netscope.domains.whois import find_all
from netscope.domains.whois.inquiry import Finding
from netscope.domains.whois.words import Wanted, databases

News = str | tuple[int, Finding] | Snapshot
"""A line that says who is asked, now; what was found out about the target at a position; everything, at the end."""


def ask(host: Host, wanted: Wanted, stop: int) -> Iterator[News]:
    """Yield what happens until all is known or the descriptor ``stop`` is readable; then no socket is open. Blocks.

    Addresses are looked up in the databases of the configuration where it names any and the question does not say whom
    to ask. Raises NetscopeError for a database that cannot be read.
    """
    news: list[News] = []
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        fresh = asyncio.Event()

        def put(item: News) -> None:
            news.append(item)
            fresh.set()

        task = loop.create_task(_all(host, wanted, put))
        loop.add_reader(stop, task.cancel)
        task.add_done_callback(lambda _task: fresh.set())
        try:
            while not (task.done() and not news):
                runner.run(_wait(fresh))
                while news:
                    yield news.pop(0)
        finally:
            loop.remove_reader(stop)
            task.cancel()
            runner.run(_ended(task))
    if not task.cancelled():
        task.result()


async def _all(host: Host, wanted: Wanted, put: Callable[[News], None]) -> None:
    files = databases(host, wanted.targets, wanted.asking, wanted.files)
    put(await find_all(host, wanted.targets, wanted.asking, put, files, lambda at, found: put((at, found))))


async def _wait(fresh: asyncio.Event) -> None:
    await fresh.wait()
    fresh.clear()


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.wait([task])
