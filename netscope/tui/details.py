"""Everything known of one record, kept up to date while one looks, with plots of its numbers since then."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from netscope.core.domain import Domain
from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.record import Column, Names, Section
from netscope.core.snapshot import Snapshot
from netscope.core.text import fit, format_value, printable, width
from netscope.hub.watch import Watch, in_thread
from netscope.tui import slices
from netscope.tui.addresses import address_of
from netscope.tui.framed import FrameScreen
from netscope.tui.keys import placed
from netscope.tui.line import Part
from netscope.tui.page import PageScreen
from netscope.tui.pages import PageLine, Span, heading, merged, record_sections
from netscope.tui.plots import braille, stretched
from netscope.tui.slices import CHUNK, Steps

_PLOT_LEAST = 34
_PLOT_GAP = 3
_REMEMBERED = 600
_TALL = 36


_ASK = tuple(key for key in placed("tab") if key.action.startswith("ask("))


def found(records: Sequence[Any], domain: Domain, key: Hashable) -> Steps[Any]:
    """Return the record of that key, or None."""
    for count, record in enumerate(records):
        if count % CHUNK == 0:
            yield
        if domain.key(record) == key:
            return record
    return None


def plot_lines(plots: Sequence[tuple[Column, Sequence[float]]], room: int, high: int) -> list[PageLine]:
    """Return the plots side by side, ``high`` lines each: title, last value and range above the curve."""
    if not plots:
        return []
    most_across = max(1, room // _PLOT_LEAST)
    across = -(-len(plots) // -(-len(plots) // most_across))  # as many in each row as in the others
    each = room // across - _PLOT_GAP
    result: list[PageLine] = []
    for start in range(0, len(plots), across):
        rows: list[list[Span]] = [[] for _ in range(high + 2)]
        for column, values in plots[start : start + across]:
            last, least, most = (
                printable(format_value(v, column.kind)) for v in (values[-1], min(values), max(values))
            )
            title = fit(f"{column.title} {last}", each).rstrip()
            extent = fit(f"  {least} … {most}", each - width(title))
            rows[0] += [Span(title, "title"), Span(extent + " " * _PLOT_GAP, "label")]
            for row, text in zip(rows[1:], braille(stretched(values, each), each, high), strict=False):
                row.append(Span(text + " " * _PLOT_GAP, "accent"))
        result += [tuple(row) for row in rows]
    return result


class DetailsScreen(PageScreen):
    """One record. Watches the topic itself, so that it lives on while the tab below rests."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "refresh", "Refresh", show=False),
        *(Binding(key.keys, key.action, key.label, show=False) for key in _ASK),
    ]

    def __init__(self, domain: Domain, record: Any, names: Names, host: Host, open_watch: Callable[[], Watch]) -> None:
        super().__init__(heading(domain, record, names), record_sections(domain, record, names))
        self._domain = domain
        self._record = record
        self._key = domain.key(record)
        self._names = names
        self._host = host
        self._open_watch = open_watch
        self._watch: Watch | None = None
        self._more: Sequence[Section] = ()
        columns = [domain.column(name) for name in domain.plots]
        self._plots: list[tuple[Column, list[float]]] = [(column, []) for column in columns if column is not None]
        self._gone = False

    def more_keys(self) -> list[Part]:
        """Tell where the record's address can be taken."""
        if not self._address():
            return []
        pairs = [(key.shows, f" {key.label}  ", f"screen.{key.action}") for key in _ASK]
        return [part for shows, label, action in pairs
                for part in (Part(shows, "key", action), Part(label, "quiet", action))]  # fmt: skip

    def _address(self) -> str:
        return address_of(self._domain, self._record, self._domain.columns[0])

    def action_ask(self, topic: str) -> None:
        """Take the record's address to the tab that answers questions of that topic."""
        address = self._address()
        if address:
            self.dismiss()
            self.app.post_message(FrameScreen.Asked(topic, address))

    def on_mount(self) -> None:
        """Start to watch."""
        super().on_mount()
        self._watch = self._open_watch()
        self.run_worker(self._follow(self._watch), group="follow")

    def on_unmount(self) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.close()

    def on_screen_suspend(self) -> None:
        """Another screen is in front."""
        if self._watch is not None:
            self._watch.pause()

    def on_screen_resume(self) -> None:
        """In front again."""
        if self._watch is not None:
            self._watch.pause(False)

    def action_refresh(self) -> None:
        """Look again now."""
        if self._watch is not None:
            self._watch.refresh()

    async def _follow(self, watch: Watch) -> None:
        await self._inspect()
        async for snapshot in watch:
            await self._take(snapshot)

    async def _take(self, snapshot: Snapshot) -> None:
        record = await slices.run(found(snapshot.records, self._domain, self._key))
        self._gone = record is None
        if record is not None:
            self._record = record
            self._remember()
            await self._inspect()
        self.show_heading([Part(" - gone; these were its last values ", "notice")] if self._gone else ())

    async def _inspect(self) -> None:
        inspect = self._domain.inspect
        if inspect is not None:
            host, record, names = self._host, self._record, self._names
            try:
                self._more = await in_thread(lambda: inspect(host, record, names))
            except NetscopeError as error:
                self._more = (Section("Not readable", [(error.what, f"{error.why} {error.mend}".strip())]),)
        self.show_sections(merged([*record_sections(self._domain, self._record, self._names), *self._more]))

    def _remember(self) -> None:
        for column, values in self._plots:
            number = column.value(self._record)
            if isinstance(number, (int, float)):
                values.append(number)
                del values[:-_REMEMBERED]

    def extra_lines(self, room: int) -> list[PageLine]:
        """Return the plots, higher where the screen is."""
        high = 2 if self.app.size.height < _TALL else 4
        return plot_lines([(column, values) for column, values in self._plots if values], room, high)
