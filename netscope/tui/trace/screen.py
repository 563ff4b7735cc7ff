"""The tab Trace: a target line, the traces, the hops of one of them live as in mtr, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from netscope.core.domain import Domain
from netscope.core.options import Given
from netscope.core.probe import Prober
from netscope.core.record import Names
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.text import printable
from netscope.domains.trace import DOMAIN, LINE_ONLY
from netscope.domains.trace_live import latest
from netscope.domains.trace_owners import Owner, find_owners
from netscope.domains.trace_plan import LIVE_ROUNDS, requested
from netscope.domains.trace_text import Style, caution, graph, named
from netscope.hub.background import Background
from netscope.tui.confirm import Confirm
from netscope.tui.framed import Surroundings
from netscope.tui.keys import Key, bindings
from netscope.tui.pages import PageLine, Span, wrapped
from netscope.tui.pane import Pane
from netscope.tui.probing.asking import Learned
from netscope.tui.probing.feed import Feed
from netscope.tui.probing.lines import Lines
from netscope.tui.probing.screen import ProbingScreen, keys_with
from netscope.tui.table.widget import Notice, RecordTable
from netscope.tui.tabs import LIVE, Block, Tab
from netscope.tui.trace.board import Board, Row, Run, View, hop_rows
from netscope.tui.trace.columns import HOPS, ROUNDS_VIEW, STATISTICS, TRACES

_KEYS = (
    Key("v", "view", "View", "the statistics, the last rounds, the flows as a graph (mtr's d)", "v", "tab", 2),
    Key("z", "owners", "Owners", "owner and AS of each hop (mtr's y and z); asks before anything is sent", "z", "tab"),
    Key("left_square_bracket", "switch(-1)", "Before", "the trace before this one", "[", "tab"),
    Key("right_square_bracket", "switch(1)", "After", "the trace after this one", "]", "tab"),
)  # fmt: skip
_OPTIONS = tuple(option for option in DOMAIN.options if option.name not in LINE_ONLY)
_VIEWS = ("statistics", "rounds", "flows")
_EMPTY = Notice("Nothing is traced", ("i: type a name or an address", "t on an address in any tab: trace it here"))
_FIRST = 2  # rounds in which the way is found
_PATIENCE = 3.0  # seconds for names


class TraceScreen(ProbingScreen[Run]):
    """Traces, as many at once as are asked for; the hops of one are shown."""

    DEFAULT_CSS = """
    TraceScreen > #flows { height: 5fr; background: $background; display: none; }
    TraceScreen > #closing { height: 3; background: $surface; }
    TraceScreen.-short > #closing { height: 1; }
    TraceScreen.-flows > #flows { display: block; }
    TraceScreen.-flows > #pane-hops { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tab", _KEYS)]
    KEYS: ClassVar[tuple[Key, ...]] = keys_with(_KEYS)
    HINT = "names, addresses; -I, -T -p 443, --flows 16 ... as 'netscope trace'"

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        self.hops_feed = Feed(self.look_at_hops)
        self._shown: int | None = None
        self._follow: int | None = None
        self._view = _VIEWS[0]
        self._changed_ways = self._with_ways = False
        super().__init__(tab, around)
        self.board = Board(around.hub.host, self.feed.notice)
        self.closing, self.flows = Lines(id="closing"), Lines(id="flows")
        self.known_names: Learned[str] = Learned(self._ask_names, self.feed.notice)
        self.known_owners: Learned[Owner] | None = None

    def make_panes(self) -> list[Pane]:
        """Return the traces and the hops."""
        around = self.around
        traces = Pane(Block("trace", LIVE), TRACES, around.hub, around.names, self.feed.watch)
        hops = Pane(Block("hops", LIVE, share=3), HOPS, around.hub, around.names, self.hops_feed.watch)
        traces.empty = _EMPTY
        hops.empty = Notice("")
        return [traces, hops]

    def compose_body(self) -> ComposeResult:
        """Put the flows beside the hops, and how it ends below."""
        yield from super().compose_body()
        yield self.flows
        yield self.closing

    # What the tabs that probe have in common

    def declaration(self) -> Domain:
        """Return the topic with the options that make sense here."""
        return DOMAIN._replace(options=_OPTIONS)

    @property
    def names_known(self) -> Mapping[str, str]:
        """Names of addresses, where names are wanted."""
        return {} if self.names.numeric else self.known_names.known

    def look(self) -> Snapshot:
        """Return all traces; the hops follow."""
        owners = self.known_owners
        snapshot = self.board.look(self.names_known, owners.problems if owners is not None else (), self._shown)
        addresses = [
            address
            for number, view in self.board.views.items()
            if not self.board.runs[number].request.numeric
            for path in view.paths
            for hop in path.hops
            for address in hop.routers
        ]
        if not self.names.numeric:
            self.known_names.meet(addresses)
        if owners is not None:
            owners.meet(addresses)
        self.hops_feed.look()
        return snapshot

    def look_at_hops(self) -> Snapshot:
        """Return the hops of the trace that is shown."""
        host, run = self.around.hub.host, self._run()
        view = self.board.views.get(run.number) if run is not None else None
        rows = []
        if run is not None and view is not None:
            owners = self.known_owners.known if self.known_owners is not None else {}
            rows = hop_rows(run, view, self.names_known, owners)
        if view is None or view.rounds <= _FIRST:
            self.panes[1].start_over()  # hops that are met for the first time are no news
        self._changed_ways = any(row.path for row in rows)
        return Snapshot("hops", rows, (), host.wall(), host.clock())

    def probes(self) -> Sequence[Background]:
        """Return all traces."""
        return list(self.board.runs.values())

    def _run(self) -> Run | None:
        """Return the trace whose hops are shown."""
        if self._shown not in self.board.runs:
            self._shown = next(iter(self.board.runs), None)
        return self.board.runs.get(self._shown) if self._shown is not None else None

    def chosen(self) -> Run | None:
        """Return the trace whose hops are shown."""
        return self._run()

    def begin(self, line: str, given: Given) -> None:
        """Trace each target. Raises NetscopeError."""
        privileged = self.around.hub.host.prober().privileged()
        request = requested(
            given.options, given.words, given.family, numeric=given.numeric, privileged=privileged,
            rounds=LIVE_ROUNDS, live=True,
        )  # fmt: skip
        if request.databases:
            self._use_owners(partial(self._ask_owners, request.databases))
        elif request.owners and self.known_owners is None:
            self.action_owners()
        for number in [number for number, run in self.board.runs.items() if run.state == "failed"]:
            self.board.remove(number)
        runs = [self.board.ask(line, word, request) for word in dict.fromkeys(request.words)]
        self._show_run(runs[0].number)
        if request.way.flows > 1:
            self._use_view("flows")
        elif self._view == "flows":
            self._use_view(_VIEWS[0])
        self.feed.look()

    def again(self, chosen: Run) -> None:
        """Begin a trace anew."""
        self.board.ask(chosen.line, chosen.word, chosen.request)
        self.panes[1].start_over()
        self.feed.look()

    def forget(self, chosen: Run) -> None:
        """Take a trace off the table."""
        self.board.remove(chosen.number)
        for pane in self.panes:
            pane.start_over()  # what one takes away oneself need not fade

    def held(self) -> Sequence[Snapshot]:
        """Return what is known of all traces."""
        owners = dict(self.known_owners.known) if self.known_owners is not None else {}
        return self.board.held(dict(self.names_known), owners)

    def give_keys(self) -> None:
        """Give the hops the keys, or the traces where no hops are shown."""
        self.set_focus(self.panes[0 if self.has_class("-flows") else 1].table)

    def use_names(self, names: Names) -> None:
        """Show names or numbers; names are asked for when they are first wanted."""
        super().use_names(names)
        self.feed.look()

    # Which trace is shown

    def _show_run(self, number: int) -> None:
        if number != self._shown:
            self._shown = number
            self.panes[1].start_over()
        self._follow = number

    def on_record_table_moved(self, message: RecordTable.Moved) -> None:
        """Another trace is under the cursor."""
        row: Row | None = self.panes[0].table.record
        if message.table is self.panes[0].table and row is not None and row.run != self._shown:
            self._show_run(row.run)
            self.hops_feed.look()

    def action_switch(self, by: int) -> None:
        """Show the trace before or after this one."""
        rows = [row.run for row in self.panes[0].table.view.records]
        if rows:
            place = rows.index(self._shown) if self._shown in rows else 0
            self._show_run(rows[(place + by) % len(rows)])
            self.feed.look()

    def on_pane_updated(self) -> None:
        """What is below the tables goes with them."""
        if self._follow is not None and self.panes[0].table.go_to(self._follow):
            self._follow = None
        if self._changed_ways != self._with_ways:
            self._with_ways = self._changed_ways
            self._choose_columns()
        self._fit_traces()
        self._draw()

    def _fit_traces(self) -> None:
        """Give the traces the lines that they need, and the hops the rest."""
        pane = self.panes[0]
        needed = len(pane.table.view.keys) + 2 + bool(pane.problems)
        least = 3 if self.has_class("-short") else 4
        pane.styles.height = max(least, min(needed, self.app.size.height // 4))

    def on_lines_resized(self) -> None:
        """There is more room, or less."""
        self._draw()

    # Below the tables

    def _draw(self) -> None:
        run = self._run()
        view = self.board.views.get(run.number) if run is not None else None
        if run is None or view is None:
            self.closing.show(())
            self.flows.show(())
            return
        self.closing.show(self._ending(run, view))
        if self.has_class("-flows"):
            style = Style(self.names.numeric or run.request.numeric, False)
            lines = graph([path.plain() for path in view.paths], style, self.names_known)
            title = (Span(f" Flows of {printable(run.word)}", "title"),)
            self.flows.show([title, *((Span(f"  {printable(line)}", "plain"),) for line in lines)])

    def _ending(self, run: Run, view: View) -> list[PageLine]:
        """Return how the trace ends, the path MTU, whose silence is no loss."""
        row = run.row(view, self.names_known)
        more = [f"using {run.how}"] if run.how else []
        if view.narrowings:
            last = view.narrowings[-1]
            more.append(f"path MTU {last.mtu}, said by {last.by or 'the own interface'}")
        earlier = len(view.paths) - len({path.flow for path in view.paths})
        if earlier:
            more.append(f"the way has changed: {earlier} earlier path{'s' if earlier > 1 else ''} below")
        doubt = caution(run.way)
        if doubt:
            more.append(doubt)
        now = latest(view.paths)
        style = Style(self.names.numeric or run.request.numeric, False)
        for hop in now.hops if now is not None else ():
            if hop.seldom:
                who = named(list(hop.routers)[-1], style, self.names_known)
                more.append(f"hop {hop.ttl}, {who}, limits its answers: that is no loss")
        tone = "good" if row.verdict.kind == "reached" else "notice"
        room = max(20, self.closing.size.width - 2)
        lines: list[PageLine] = [(Span(f" {printable(run.word)}: {printable(row.verdict.text)}", tone),)]
        lines += [(Span(f" {piece}", "quiet"),) for piece in wrapped(printable("; ".join(more)), room)]
        return lines

    # Keys

    def action_view(self) -> None:
        """Show the same in another form."""
        self._use_view(_VIEWS[(_VIEWS.index(self._view) + 1) % len(_VIEWS)])

    def _use_view(self, view: str) -> None:
        self._view = view
        self.set_class(view == "flows", "-flows")
        self._choose_columns()
        self.give_keys()
        self._draw()

    def _choose_columns(self) -> None:
        """Show the columns of the view; those of paths and owners where there are any."""
        owners, ways = self.known_owners is not None, self._with_ways
        names = ROUNDS_VIEW if self._view == "rounds" else STATISTICS
        wanted = {name for name in names if ways or name != "path"} | ({"owner"} if owners else set())
        self.panes[1].table.choose_columns([column for column in HOPS.columns if column.name in wanted])

    def action_owners(self) -> None:
        """Show who owns each hop, after a question: the registries are asked, and nobody else."""
        if self.known_owners is not None:
            self.known_owners = None
            self._use_view("statistics")
            self.feed.look()
            return
        texts = (
            "The registries (by RDAP, else by whois, IANA first) then learn",
            "the public addresses of all routers that are met.",
            "z once more ends it. --db FILE in the line asks nobody.",
        )
        self.app.push_screen(Confirm("Ask who owns each hop?", texts), self._agreed)

    def _agreed(self, yes: bool | None) -> None:
        if yes:
            self._use_owners(partial(self._ask_owners, ()))

    def _use_owners(self, ask: Callable[[Sequence[str]], tuple[Mapping[str, Owner], tuple[Problem, ...]]]) -> None:
        self.known_owners = Learned(ask, self.feed.notice)
        self._use_view("statistics")
        self.feed.look()

    def _ask_names(self, addresses: Sequence[str]) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
        prober: Prober = self.around.hub.host.prober()
        return prober.names(addresses, _PATIENCE), ()

    def _ask_owners(
        self, files: Sequence[str], addresses: Sequence[str]
    ) -> tuple[Mapping[str, Owner], tuple[Problem, ...]]:
        return find_owners(self.around.hub.host, addresses, lambda _line: None, files)
