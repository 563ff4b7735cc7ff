"""The screen of a tab: the frame, its panes, the filter line; what the tab's keys do."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.screen import Screen

from netscope.core.domain import Domain
from netscope.core.record import Column, Names
from netscope.hub.watch import Hub
from netscope.tui import frame
from netscope.tui.choosers import ColumnChooser
from netscope.tui.details import DetailsScreen
from netscope.tui.exports import export_all, export_shown
from netscope.tui.filterbar import FilterBar
from netscope.tui.keys import bindings, hints
from netscope.tui.line import Line
from netscope.tui.page import PageScreen, problem_sections
from netscope.tui.pane import Pane
from netscope.tui.table.cells import cell_texts
from netscope.tui.table.order import Order
from netscope.tui.table.widget import RecordTable
from netscope.tui.tabs import Tab


class TabScreen(Screen[None]):
    """One tab. Collects while it is the screen in front, and only then."""

    DEFAULT_CSS = """
    TabScreen { layers: base; }
    TabScreen > #header { background: $panel; }
    TabScreen > #tabs { background: $panel; }
    TabScreen > #footer { background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tab"), *bindings("frame")]

    class NamesWanted(Message):
        """Numbers are wanted, or names."""

        def __init__(self, numeric: bool) -> None:
            super().__init__()
            self.numeric = numeric

    def __init__(self, tab: Tab, tabs: tuple[Tab, ...], hub: Hub, load: Callable[[str], Domain], names: Names) -> None:
        super().__init__()
        self.tab = tab
        self._tabs = tabs
        self._hub = hub
        self._load = load
        self._names = names
        self._facts = frame.HostFacts(hub.host.name, hub.host.kernel, hub.host.namespace, True)
        self.panes = [Pane(block, load(block.topic), hub, names) for block in tab.blocks]
        self._focused = 0
        self._header, self._tab_line, self._footer = Line(id="header"), Line(id="tabs"), Line(id="footer")
        self._filter_bar = FilterBar()

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._header
        yield self._tab_line
        yield from self.panes
        yield self._filter_bar
        yield self._footer

    def on_mount(self) -> None:
        """Fill the frame."""
        self._tab_line.show(frame.tab_line(self._tabs, self.tab.name))
        self.show_header()
        self.pane.table.focus()

    @property
    def pane(self) -> Pane:
        """The pane that the keys are for."""
        return self.panes[self._focused]

    def use_facts(self, facts: frame.HostFacts) -> None:
        """Take what is known of the host."""
        self._facts = facts
        self.show_header()

    def use_names(self, names: Names) -> None:
        """Show names or numbers."""
        self._names = names
        for pane in self.panes:
            pane.use_names(names)

    def show_header(self) -> None:
        """Bring the first line up to date."""
        snapshot = self.pane.snapshot
        taken = snapshot.taken_at if snapshot is not None else None
        parts = frame.header(self._facts, taken, paused=self.pane.paused, room=self.app.size.width)
        self._header.show(*parts)

    # What happens

    def on_screen_suspend(self) -> None:
        """Another screen or tab is in front: collect nothing."""
        for pane in self.panes:
            pane.awake(False)

    def on_screen_resume(self) -> None:
        """In front again."""
        for pane in self.panes:
            pane.awake(True)

    def on_resize(self, _event: Resize) -> None:
        """The frame tells more on a wide screen."""
        self._footer.show(frame.footer(hints(), self.app.size.width))
        self.show_header()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Remember which pane the keys are for."""
        for number, pane in enumerate(self.panes):
            if pane in event.widget.ancestors:
                self._focused = number
                self.show_header()

    def on_pane_updated(self) -> None:
        """The header says how fresh the data is."""
        self.show_header()

    def on_record_table_header_clicked(self, message: RecordTable.HeaderClicked) -> None:
        """Sort by a title."""
        self._sort(message.column)

    def on_record_table_row_clicked(self) -> None:
        """Show details."""
        self.action_details()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Filter as one types; a text that is not a filter yet leaves the rows as they are."""
        self._filter(message.text)

    def on_filter_bar_closed(self, message: FilterBar.Closed) -> None:
        """Enter keeps a filter that is one; Esc clears it."""
        bar = self._filter_bar
        if message.kept and not self._filter(bar.input.value):
            return
        bar.close()
        self.pane.table.focus()
        if not message.kept:
            self.pane.filter("", None)

    def _filter(self, text: str) -> bool:
        from netscope.core.filters import FilterError, compile_filter

        bar = self._filter_bar
        if not text.strip():
            self.pane.filter("", None)
            bar.say_nothing()
            return True
        try:
            wanted = compile_filter(text, self.pane.domain, self._names, self.pane.table.columns)
        except FilterError as error:
            bar.say_error(error.what, error.start)
            return False
        bar.say_nothing()
        self.pane.filter(text, wanted)
        return True

    # Keys

    def action_details(self) -> None:
        """Show everything known of the row."""
        pane = self.pane
        if pane.table.record is not None:
            self.app.push_screen(DetailsScreen(pane.block, pane.domain, pane.table.record, self._hub, self._names))

    def action_filter(self) -> None:
        """Type a filter."""
        self._filter_bar.open(self.pane.filter_text)

    def action_clear(self) -> None:
        """Clear the filter."""
        self.pane.filter("", None)

    def _sort(self, column: Column) -> None:
        pane = self.pane
        pane.table.go_to_column(column.name)
        pane.sort(pane.order.by(column))

    def action_sort(self) -> None:
        """Sort by the column under the column cursor; when it is the sorted one already, by the next."""
        table, order = self.pane.table, self.pane.order
        column = table.here
        if order.column is not None and order.column.name == column.name:
            names = [shown.name for shown in table.columns]
            column = table.columns[(names.index(column.name) + 1) % len(names)]
        self._sort(column)

    def action_reverse(self) -> None:
        """Sort the other way round."""
        order = self.pane.order
        self.pane.sort(Order(order.column or self.pane.table.here, not order.reverse))

    def action_columns(self) -> None:
        """Choose the columns."""
        pane = self.pane
        chooser = ColumnChooser(pane.domain.title, pane.columns, [column.name for column in pane.table.columns])
        self.app.push_screen(chooser, lambda chosen: pane.table.choose_columns(chosen) if chosen else None)

    def action_pause(self) -> None:
        """Stop or go on, the whole tab."""
        for pane in self.panes:
            pane.pause()

    def action_names(self) -> None:
        """Switch between names and numbers, everywhere."""
        self.post_message(self.NamesWanted(not self._names.numeric))

    def action_refresh(self) -> None:
        """Look again now."""
        for pane in self.panes:
            pane.look_again()

    def action_copy_row(self) -> None:
        """Copy the row as it is shown, a tab between two cells."""
        table = self.pane.table
        if table.record is not None:
            columns = [slot.column for slot in table.layout_now.slots]
            self._copy("\t".join(cell_texts(column, [table.record], self._names)[0] for column in columns), "row")

    def action_copy_cell(self) -> None:
        """Copy one cell."""
        table = self.pane.table
        if table.record is not None:
            self._copy(cell_texts(table.here, [table.record], self._names)[0], table.here.title)

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied: {what}", timeout=2, markup=False)

    def action_export(self) -> None:
        """Save the rows that are shown."""
        export_shown(self, self.pane, self._hub.host)

    def action_export_all(self) -> None:
        """Save the whole host."""
        topics = [block.topic for tab in self._tabs for block in tab.blocks]
        export_all(self, self._hub.host, self._load, topics)

    def action_problems(self) -> None:
        """Show every problem of the tab."""
        sections = problem_sections([(pane.domain.title, pane.problems) for pane in self.panes])
        self.app.push_screen(PageScreen("Problems", sections))

    def action_other(self) -> None:
        """Go to the other table of the tab."""
        self.panes[(self._focused + 1) % len(self.panes)].table.focus()
