"""The tab Ping: a target line, all targets in one table, round-trip times over time below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from netscope.core.domain import Domain
from netscope.core.options import Given
from netscope.core.snapshot import Snapshot
from netscope.core.text import printable
from netscope.domains.ping import DOMAIN, LINE_ONLY
from netscope.domains.ping_plan import Request, requested
from netscope.domains.probe_targets import to_be_agreed
from netscope.hub.background import ENDED, Background
from netscope.tui.confirm import Confirm
from netscope.tui.framed import Surroundings
from netscope.tui.keys import Key, bindings
from netscope.tui.pages import PageLine, Span
from netscope.tui.pane import Pane
from netscope.tui.ping.board import Aim, Board, Row, Run
from netscope.tui.ping.columns import domain, key
from netscope.tui.ping.graph import Plot, Scope, draw
from netscope.tui.probing.lines import Lines
from netscope.tui.probing.screen import SHORT, ProbingScreen, keys_with
from netscope.tui.table.widget import Notice
from netscope.tui.tabs import LIVE, Block, Tab

_KEYS = (
    Key("plus,equals_sign", "zoom(-1)", "Zoom in", "graph: a shorter time", "+", "tab", 2),
    Key("minus", "zoom(1)", "Zoom out", "graph: a longer time", "-", "tab"),
    Key("left_square_bracket", "scroll(-0.5)", "Back", "graph: what was before", "[", "tab"),
    Key("right_square_bracket", "scroll(0.5)", "Forward", "graph: what came after; in the end it follows again", "]",
        "tab"),
    Key("m", "mark", "Mark", "graph: this target beside the other marked ones", "m", "tab"),
)  # fmt: skip
_OPTIONS = tuple(option for option in DOMAIN.options if option.name not in LINE_ONLY)
_FRAME = 4  # lines: the heading, the tabs, the question, the footer
_LEAST = 6  # lines of the table: its title, its heading, what an empty one says
_EMPTY = Notice(
    "Nobody is pinged", ("i: type a name, an address or a prefix", "p on an address in any tab: ping it here")
)


class PingScreen(ProbingScreen[Aim]):
    """Pings, as many at once as are asked for."""

    DEFAULT_CSS = """
    PingScreen > #graph { height: 1fr; min-height: 6; background: $surface; }
    PingScreen.-short > #graph { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tab", _KEYS)]
    KEYS: ClassVar[tuple[Key, ...]] = keys_with(_KEYS)
    HINT = "names, addresses, prefixes; -i 0.2 -c 50 --tcp 443 ... as 'netscope ping'"

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        self._marked: list[tuple[int, int]] = []
        self._scope = Scope()
        super().__init__(tab, around)
        self.board = Board(around.hub.host, self.feed.notice)
        self.graph = Lines(id="graph")

    def make_panes(self) -> list[Pane]:
        """Return the one table."""
        around = self.around
        shown = domain(lambda: self._marked)
        pane = Pane(Block("ping", LIVE, share=3), shown, around.hub, around.names, self.feed.watch)
        pane.empty = _EMPTY
        return [pane]

    def compose_body(self) -> ComposeResult:
        """Put the graph below."""
        yield from super().compose_body()
        yield self.graph

    # What the tabs that probe have in common

    def declaration(self) -> Domain:
        """Return the topic with the options that make sense here."""
        return DOMAIN._replace(options=_OPTIONS)

    def look(self) -> Snapshot:
        """Return all rows."""
        return self.board.look()

    def probes(self) -> Sequence[Background]:
        """Return all questions."""
        return list(self.board.runs.values())

    def chosen(self) -> Aim | None:
        """Return the target of this row; of one that fades there is none."""
        row: Row | None = self.pane.table.record
        run = self.board.runs.get(row.run) if row is not None else None
        return Aim(run, row.place) if row is not None and run is not None and row.place not in run.hidden else None

    def going(self) -> int:
        """Return how many targets are pinged."""
        return sum(run.going for run in self.board.runs.values())

    def begin(self, line: str, given: Given) -> None:
        """Ping, after a question where a prefix is big or public. Raises NetscopeError."""
        privileged = self.around.hub.host.prober().privileged()
        request = requested(given.options, given.words, given.family, numeric=given.numeric, privileged=privileged)
        asked = [] if request.agreed else to_be_agreed(request.words, request.family)
        if asked:
            self.app.push_screen(Confirm("Ping all of them?", asked), lambda yes: self._agreed(line, request, yes))
        else:
            self._start(line, request)

    def _agreed(self, line: str, request: Request, yes: bool | None) -> None:
        if yes:
            self._start(line, request)
        else:
            self.question.say("nothing was sent")

    def _start(self, line: str, request: Request) -> None:
        self.board.ask(line, request)
        self.question.say("starting…")
        self.feed.look()

    def again(self, chosen: Aim) -> None:
        """Begin a target anew."""
        self.board.restart(chosen)
        self.feed.look()

    def forget(self, chosen: Aim) -> None:
        """Take a target off the table."""
        self.board.hide(chosen)
        self.pane.start_over()  # what one takes away oneself need not fade
        key_there = (chosen.run.number, chosen.place)
        self._marked = [key_here for key_here in self._marked if key_here != key_there]

    def held(self) -> Sequence[Snapshot]:
        """Return what is known of all targets."""
        return self.board.held()

    # The graph

    def on_pane_updated(self) -> None:
        """The graph goes with the table."""
        if not any(run.state == "starting" for run in self.board.runs.values()):
            self.question.settle("starting…")
        self._fit()
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """The table has another share."""
        super().on_resize(event)
        self._fit()

    def _fit(self) -> None:
        """Give the table the lines that it needs, at most three fifths, and the graph the rest."""
        pane, room = self.pane, self.app.size.height - _FRAME
        if self.app.size.height < SHORT:
            pane.styles.height = "1fr"
        else:
            needed = len(pane.table.view.keys) + 2 + bool(pane.problems)
            pane.styles.height = min(max(needed, _LEAST), room * 3 // 5)

    def on_record_table_moved(self) -> None:
        """Another row is under the cursor."""
        if not self._marked:
            self._draw()

    def on_lines_resized(self) -> None:
        """There is more room, or less."""
        self._draw()

    def _drawn(self) -> list[tuple[Row, Run]]:
        """Return the rows that are drawn: those marked, else the one under the cursor; each with its question.

        A row that fades has none any more, and one that begins anew has nothing to draw yet.
        """
        runs = self.board.runs
        rows = [runs[run].rows[place] for run, place in self._marked if run in runs and place < len(runs[run].rows)]
        under: Row | None = self.pane.table.record
        if not rows and under is not None:
            rows = [under]
        return [(row, runs[row.run]) for row in rows if row.run in runs and row.place < len(runs[row.run].series)]

    def _now(self, drawn: Sequence[tuple[Row, Run]]) -> float:
        """Return where the newest end of the graph is: now, or the last probe where nothing is sent any more."""
        clock = self.around.hub.host.clock()
        if any(run.state_of(row.place) == "running" for row, run in drawn):
            return clock
        series = [run.series[row.place] for row, run in drawn]
        return max((span[1] for one in series if (span := one.span()) is not None), default=clock)

    def _draw(self) -> None:
        drawn, size, host = self._drawn(), self.graph.size, self.around.hub.host
        if drawn and drawn[0][1].request.mtu:
            self.graph.show([_sentence(row, run) for row, run in drawn])
            return
        plots = [Plot(_title(row, run), run.series[row.place]) for row, run in drawn]
        now = self._now(drawn)
        wall = host.wall() - host.clock() + now
        self.graph.show(draw(plots, self._scope, now, wall, size.width, size.height))

    def action_zoom(self, by: int) -> None:
        """Show a longer or a shorter time."""
        self._scope = self._scope.zoomed(by)
        self._draw()

    def action_scroll(self, by: float) -> None:
        """Show what was before, or after."""
        drawn = self._drawn()
        starts = [span[0] for row, run in drawn if (span := run.series[row.place].span()) is not None]
        if starts:
            self._scope = self._scope.scrolled(by, min(starts), self._now(drawn))
            self._draw()

    def action_mark(self) -> None:
        """Put a target into the graph, or take it out."""
        row: Row | None = self.pane.table.record
        if row is None:
            return
        if key(row) in self._marked:
            self._marked.remove(key(row))
        else:
            self._marked.append(key(row))
        self.feed.look()


def _title(row: Row, run: Run) -> str:
    found = row.result
    who = found.target if found.target == found.address else f"{found.target} ({found.address})"
    state = f", {row.state}" if row.state in ENDED else ""  # first: a narrow line is cut at its end
    return f"{who}{state}  {found.how}, every {run.request.pace.interval:g} s"


def _sentence(row: Row, run: Run) -> PageLine:
    says = run.sentences.get(row.place, "looking for the path MTU…")
    return (Span(f" {printable(row.result.target)}", "title"), Span(f"  {printable(says)}", "plain"))
