"""``--watch``: the same question again and again, redrawn on a terminal, streamed into a pipe."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from netscope.cli.output import Output, complain_of
from netscope.cli.table import fitted
from netscope.cli.topic import View
from netscope.cli.words import Wanted
from netscope.core.domain import Domain
from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.text import printable
from netscope.domains import load
from netscope.export import timestamp
from netscope.hub.watch import Hub

_HOME, _CLEAR_LINE, _CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
_CLEAR = "\x1b[2J"


def watch(domain: Domain, wanted: Wanted, host: Host, output: Output) -> int:
    """Print every look until interrupted; the hub sees to rates and to what came and went in between."""
    view = View(domain, wanted, host, output)  # a mistake in the filter is told before anything is drawn
    asyncio.run(_follow(view))
    return 0


async def _follow(view: View) -> None:
    hub = Hub(view.host, load)
    screen = view.output.tty and view.wanted.output == "table"
    told: tuple[Problem, ...] = ()
    try:
        watching = hub.watch(view.domain.name, view.wanted.query, view.wanted.watch)
        if screen:
            view.output.write([_CLEAR])
        async for snapshot in watching:
            selected = view.select(snapshot)
            view.lend(selected)
            if screen:
                view.output.write(_drawn(view, selected))
                continue
            _stream(view, selected)
            if view.wanted.output != "json" and selected.problems != told:
                complain_of(selected.problems)
                told = selected.problems
    finally:
        await hub.close()
        if screen:
            view.output.write(["\n"])  # the shell's prompt begins below


def _stream(view: View, selected: Snapshot) -> None:
    if view.wanted.output == "csv":
        view.output.write_exact(view.chunks(selected, again=True))
    elif view.wanted.output != "table":
        view.output.write(view.chunks(selected, again=True))
    else:
        view.output.write(
            [f"{timestamp(selected.taken_at)}\n", *(f"{line}\n" for line in view.table_lines(selected)), "\n"]
        )


def _drawn(view: View, selected: Snapshot) -> Iterator[str]:
    """Yield one screen: a heading, as many lines as there is room for, how many more, the problems."""
    width, height = view.output.size()
    troubles = [str(NetscopeError(*problem[:3])) for problem in selected.problems][: max(0, height // 4)]
    room = max(1, height - 1 - len(troubles))
    body = list(view.table_lines(selected, room))
    report = view.report(selected)
    hidden = len(body) - room if report is not None else len(selected.records) - (room - view.wanted.headers)
    more = f", {hidden} more below" if hidden > 0 else ""
    look = f"netscope {view.domain.name}{more}, every {view.wanted.watch:g} s"
    lines = [
        fitted(printable(f"{look}, {view.host.name}, {timestamp(selected.taken_at)}"), width),
        *body[:room],
        *(fitted(printable(f"! {trouble}"), width) for trouble in troubles),
    ]
    yield _HOME
    yield f"{_CLEAR_LINE}\n".join(lines[:height])
    yield _CLEAR_LINE + _CLEAR_BELOW
