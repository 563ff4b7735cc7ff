"""One topic on the screen: what the hub sees flows through order and filter into a table, a slice at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer

from netscope.core.domain import Domain
from netscope.core.record import Column, Names
from netscope.core.snapshot import Problem, Snapshot
from netscope.hub.watch import Hub, Watch
from netscope.tui import slices
from netscope.tui.line import Line, Part
from netscope.tui.nearly import Guess, guess, guessable
from netscope.tui.plots import History, sparkline
from netscope.tui.says import ProblemLine
from netscope.tui.table.cells import TREND_SUFFIX
from netscope.tui.table.layout import LATE
from netscope.tui.table.order import Order
from netscope.tui.table.rows import Predicate, Rows, View
from netscope.tui.table.widget import Notice, RecordTable
from netscope.tui.tabs import Block

_TYPING = 0.05  # seconds after a key during which long work waits
_TREND = 15  # cells of a sparkline


class Pane(Vertical):
    """A title line, a line for problems, and the table."""

    DEFAULT_CSS = """
    Pane > .title { background: $surface; }
    """

    class Updated(Message):
        """Something that the header tells has changed."""

    def __init__(
        self, block: Block, domain: Domain, hub: Hub, names: Names, open_watch: Callable[[], Watch] | None = None
    ) -> None:
        """``open_watch`` begins to watch where the records come from; without it, the hub collects the topic."""
        super().__init__(id=f"pane-{block.topic}")
        self.styles.height = f"{block.share}fr"
        self.block = block
        self.domain = domain
        self.paused = False
        self.filter_text = ""
        self.open_watch = open_watch or partial(hub.watch, block.topic, block.query)
        self.empty: Notice | None = None
        self._hub = hub
        self._names = names
        self._rows = Rows(domain.key)
        self._histories = {name: History(_TREND) for name in block.trends}
        self._columns = self._with_trends(domain.columns)
        self._watch: Watch | None = None
        self._pending: Snapshot | None = None
        self._snapshot: Snapshot | None = None
        self._todo = asyncio.Event()
        self._resort = False
        self._refilter = False
        self._once = False
        self._last_key = 0.0
        self._expiry: Timer | None = None
        self._guess: Guess | None = None
        self._title, self._problem_line = Line(classes="title"), ProblemLine()
        self.table = RecordTable(self._shown(), names, id=f"table-{block.topic}")
        if domain.hosts:
            self.table.sees = self._want_hosts

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._title
        yield self._problem_line
        yield self.table

    def on_mount(self) -> None:
        """Say that it is loading, and start once that is on the screen."""
        self._show()
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self._watch = self.open_watch()
        self._watch.pause(not self.screen.is_current)
        self.run_worker(self._listen(self._watch), group="listen")
        self.run_worker(self._work(), group="work")

    def on_unmount(self) -> None:
        """Stop the collection."""
        if self._watch is not None:
            self._watch.close()

    # What others may ask

    @property
    def columns(self) -> Sequence[Column]:
        """All columns that can be shown."""
        return self._columns

    @property
    def order(self) -> Order:
        """How the rows are sorted."""
        return self._rows.order

    def is_live(self, key: Hashable) -> bool:
        """Tell whether a row is there now, not one that fades."""
        return self._rows.sign(key) != "-"

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot that was shown."""
        return self._snapshot

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read, or was guessed."""
        guessed = self._guess.problems if self._guess is not None else ()
        return (*guessed, *(self._snapshot.problems if self._snapshot is not None else ()))

    # What others may tell

    def awake(self, awake: bool) -> None:
        """Collect, or stop: a hidden pane costs nothing."""
        if self._watch is not None:
            self._watch.pause(not awake or self.paused)
        if self._expiry is not None:
            self._expiry.stop()
            self._expiry = None
        if awake:
            self._todo.set()

    def pause(self) -> None:
        """Stop or go on."""
        self.paused = not self.paused
        if self._watch is not None:
            self._watch.pause(self.paused)
        self._show_title()
        self.post_message(self.Updated())

    def look_again(self) -> None:
        """Look now; a paused pane looks this once."""
        if self._watch is None:
            return
        self._once = self.paused
        self._watch.pause(False)
        self._watch.refresh()

    def sort(self, order: Order) -> None:
        """Sort from now on."""
        self._rows.order = order
        self._resort = True
        self._todo.set()

    def filter(self, text: str, wanted: Predicate | None) -> None:
        """Filter from now on."""
        if text != self.filter_text:
            self._guess = None
        self.filter_text = text
        self._rows.wanted = wanted
        self._refilter = True
        self._last_key = time.monotonic()
        self._todo.set()

    def start_over(self) -> None:
        """Forget the rows: what comes next is about something else, and nothing in it is new or gone."""
        rows = Rows(self.domain.key)
        rows.order, rows.wanted = self._rows.order, self._rows.wanted
        self._rows = rows

    def use_names(self, names: Names) -> None:
        """Show names or numbers."""
        self._names = names
        self.table.use_names(names)

    def _want_hosts(self, records: Sequence[Any]) -> None:
        """Ask for the names of the addresses in sight."""
        columns = [column for name in self.domain.hosts if (column := self.domain.column(name)) is not None]
        found = (column.value(record) for record in records for column in columns)
        self._hub.reverse.want(address for address in found if isinstance(address, str) and address)

    def on_key(self) -> None:
        """Let long work wait for whoever types."""
        self._last_key = time.monotonic()

    # Data

    async def _listen(self, watch: Watch) -> None:
        async for snapshot in watch:
            self._pending = snapshot
            self._todo.set()
            if self._once:
                self._once = False
                watch.pause(self.paused)

    def _hold(self) -> float:
        return self._last_key + _TYPING - time.monotonic()

    async def _work(self) -> None:
        """Bring what came in onto the screen, the newest first; what a newer filter overtakes is dropped."""
        while True:
            await self._todo.wait()
            self._todo.clear()
            rows = self._rows
            snapshot, self._pending = self._pending, None
            if snapshot is not None:
                await slices.run(rows.take(snapshot.records, snapshot.clock), self._hold)
                self._remember(snapshot)
                self._snapshot = snapshot
            changed = not self.paused and rows.settle(self._hub.host.clock())
            if snapshot is not None or changed or self._resort:
                self._resort = False
                await slices.run(rows.sort(), self._hold)
            self._refilter = False
            await slices.run(rows.filter(self._show), self._hold, lambda: self._refilter)
            if not self._refilter:
                self._guess_anew()
                self._show()
                self._watch_expiry()

    def _guess_anew(self) -> None:
        """Where no row matches a word, look for those that come closest; the newest word wins."""
        view, snapshot = self._rows.view, self._snapshot
        word = guessable(self.domain, self.filter_text) if view.total and not view.keys else ""
        if not word:
            self._guess = None
        elif snapshot is not None and (self._guess is None or self._guess.snapshot is not snapshot):
            self.run_worker(self._find_near(word, snapshot), group="near", exclusive=True)

    async def _find_near(self, word: str, snapshot: Snapshot) -> None:
        found = await guess(self.domain, word, snapshot, self._hold)
        if found is not None and not self._rows.view.keys and guessable(self.domain, self.filter_text) == word:
            self._guess = found
            self._show()

    def _remember(self, snapshot: Snapshot) -> None:
        for name, history in self._histories.items():
            column = self.domain.column(name)
            if column is not None:
                history.take(snapshot.records, self.domain.key, column.value)

    def _watch_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry.stop()
            self._expiry = None
        expiry = self._rows.expiry()
        if expiry is not None and not self.paused and self.screen.is_current:
            self._expiry = self.set_timer(max(0.05, expiry - self._hub.host.clock() + 0.05), self._todo.set)

    # Looks

    def _with_trends(self, columns: Iterable[Column]) -> tuple[Column, ...]:
        """Return the columns, each that has a trend followed by it."""
        result: list[Column] = []
        for column in columns:
            result.append(column)
            if column.name in self._histories:
                result.append(self._trend(column, self._histories[column.name]))
        return tuple(result)

    def _trend(self, source: Column, history: History) -> Column:
        key = self.domain.key

        def show(record: Any, _names: Names) -> str:
            return sparkline(history.of(key(record)), _TREND)

        help_ = f"{source.help}: the last {_TREND} looks"
        name, rank = source.name + TREND_SUFFIX, source.rank + 2
        title = f"{source.title.removesuffix(' rate')} trend"
        return Column(name, title, source.value, "text", help_, show, width=_TREND, rank=rank)

    def _shown(self) -> tuple[Column, ...]:
        """Return the topic's own choice, then the extras: those give way first when there is no room."""
        names = self.domain.shown(self.block.query)
        if names is None:
            names = [column.name for column in self.domain.columns if column.shown]
        found = [self.domain.column(name) for name in names]
        extras = [self.domain.column(name) for name in self.block.extras]
        late = [column._replace(rank=column.rank + LATE) for column in extras if column is not None]
        return (*self._with_trends(column for column in found if column is not None), *late)

    @property
    def _view(self) -> View:
        return self._guess.view if self._guess is not None else self._rows.view

    def _show(self) -> None:
        self.table.show(self._view, self._rows.sign, self._rows.order, self._notice())
        self._show_title()
        self._problem_line.tell(self.problems)
        self.post_message(self.Updated())

    def _notice(self) -> Notice:
        if self._snapshot is None:
            return Notice("loading…")
        if self._rows.view.total and self._rows.wanted is not None:
            return Notice(
                f"No row matches: {self.filter_text}", (f"{self._rows.view.total:,} rows; Esc clears the filter",)
            )
        if self.problems:
            lines = tuple(f"{problem.what}: {problem.why}" for problem in self.problems)
            return Notice(f"No {self.domain.title.lower()} could be shown", lines)
        if self.empty is not None:
            return self.empty
        namespace = self._hub.host.namespace
        where = f"in namespace {namespace}" if namespace else "on this host"
        return Notice(f"No {self.domain.title.lower()} {where}", (self.domain.summary,))

    def _show_title(self) -> None:
        view, order = self._view, self._rows.order
        shown, total = len(view.keys) - view.fading, view.total
        count = f"{total:,}" if self._rows.wanted is None else f"{shown:,} of {total:,}"
        parts = [Part(f" {self.domain.title} ", "strong"), Part(f" {count}" if self._snapshot else " …", "quiet")]
        if order.column is not None and self._guess is None:  # what is nearest comes first
            parts.append(Part(f"  {'▼' if order.reverse else '▲'} {order.column.title}", "sorted", "screen.reverse"))
        if self.filter_text:
            parts += [Part("  / ", "key", "screen.filter"), Part(self.filter_text, "strong", "screen.filter")]
        right = [Part(" PAUSED ", "warning", "screen.pause")] if self.paused else []
        self._title.show(parts, right)
