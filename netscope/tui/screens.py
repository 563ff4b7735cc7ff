"""The screen of a tab of tables: its panes, the filter line; what the tab's keys do."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus

from netscope.core.record import Column, Names, Section
from netscope.tui import frame
from netscope.tui.addresses import address_of
from netscope.tui.choosers import ColumnChooser
from netscope.tui.details import DetailsScreen
from netscope.tui.exports import export_shown
from netscope.tui.filterbar import FilterBar
from netscope.tui.framed import FrameScreen, Surroundings
from netscope.tui.keys import Key, bindings, placed
from netscope.tui.line import Part
from netscope.tui.page import PageScreen, problem_sections
from netscope.tui.pages import FILTER_HELP, help_sections, key_section
from netscope.tui.pane import Pane
from netscope.tui.table.cells import cell_texts
from netscope.tui.table.order import Order
from netscope.tui.table.widget import RecordTable
from netscope.tui.tabs import Tab


class TabScreen(FrameScreen):
    """One tab of tables. Collects while it is the screen in front, and only then."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tab")]
    KEYS: ClassVar[tuple[Key, ...]] = placed("tab", "table")

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        super().__init__(tab, around)
        self.panes = self.make_panes()
        self._focused = 0
        self._filter_bar = FilterBar()

    def make_panes(self) -> list[Pane]:
        """Return the tables of this tab."""
        around = self.around
        return [Pane(block, around.load(block.topic), around.hub, around.names) for block in self.tab.blocks]

    def compose_body(self) -> ComposeResult:
        """Lay out the tables and the filter line."""
        yield from self.panes
        yield self._filter_bar

    def on_mount(self) -> None:
        """Give somebody the keys."""
        self.first_keys()

    def first_keys(self) -> None:
        """Give the first table the keys."""
        self.pane.table.focus()

    @property
    def pane(self) -> Pane:
        """The pane that the keys are for."""
        return self.panes[self._focused]

    def use_names(self, names: Names) -> None:
        """Show names or numbers."""
        super().use_names(names)
        for pane in self.panes:
            pane.use_names(names)

    def renew_names(self) -> None:
        """Names of addresses have come in."""
        for pane in self.panes:
            pane.table.renew_names()

    def freshness(self) -> list[Part]:
        """Tell when the hub looked last."""
        snapshot = self.pane.snapshot
        return frame.freshness(snapshot.taken_at if snapshot is not None else None, paused=self.pane.paused)

    def help_sections(self) -> list[Section]:
        """Tell the tables' keys, the filter language, the columns."""
        own = [
            key_section("Moving", placed("table")),
            key_section("This tab", [key for key in self.KEYS if key.where == "tab" and self._has(key)]),
            *self.help_notes(),
            Section("Filters", FILTER_HELP),
        ]
        return help_sections([pane.domain for pane in self.panes], own)

    def _has(self, key: Key) -> bool:
        return key.action != "other" or len(self.panes) > 1

    # What happens

    def on_screen_suspend(self) -> None:
        """Another screen or tab is in front: collect nothing."""
        for pane in self.panes:
            pane.awake(False)

    def on_screen_resume(self) -> None:
        """In front again."""
        for pane in self.panes:
            pane.awake(True)

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
            wanted = compile_filter(text, self.pane.domain, self.names, self.pane.table.columns)
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
            self.app.push_screen(
                DetailsScreen(pane.domain, pane.table.record, self.names, self.around.hub.host, pane.open_watch)
            )

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

    def action_refresh(self) -> None:
        """Look again now."""
        for pane in self.panes:
            pane.look_again()

    def action_copy_row(self) -> None:
        """Copy the row as it is shown, a tab between two cells."""
        table = self.pane.table
        if table.record is not None:
            columns = [slot.column for slot in table.layout_now.slots]
            self.copy("\t".join(cell_texts(column, [table.record], self.names)[0] for column in columns), "row")

    def action_copy_cell(self) -> None:
        """Copy one cell."""
        table = self.pane.table
        if table.record is not None:
            self.copy(cell_texts(table.here, [table.record], self.names)[0], table.here.title)

    def action_export(self) -> None:
        """Save the rows that are shown."""
        export_shown(self, self.pane, self.around.hub.host)

    def action_problems(self) -> None:
        """Show every problem of the tab."""
        sections = problem_sections([(pane.domain.title, pane.problems) for pane in self.panes])
        self.app.push_screen(PageScreen("Problems", sections))

    def action_ask(self, topic: str) -> None:
        """Take the row's address to the tab that answers questions of that topic."""
        pane = self.pane
        address = address_of(pane.domain, pane.table.record, pane.table.here) if pane.table.record is not None else ""
        if address:
            self.post_message(self.Asked(topic, address))
        else:
            self.notify("There is no address in this row to ask about.", timeout=3, markup=False)

    def action_other(self) -> None:
        """Go to the other table of the tab."""
        self.panes[(self._focused + 1) % len(self.panes)].table.focus()
