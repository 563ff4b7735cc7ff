"""The base of the tabs Ping and Trace: a line for the question, tables, and what may be done with a running probe."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer

from netscope.core.domain import Domain
from netscope.core.errors import NetscopeError
from netscope.core.options import Given, read, split
from netscope.core.record import Section
from netscope.core.snapshot import Snapshot
from netscope.hub.background import Background
from netscope.tui.framed import Surroundings
from netscope.tui.keys import Key, bindings, placed
from netscope.tui.line import Part
from netscope.tui.probing.feed import Feed
from netscope.tui.question import QuestionLine
from netscope.tui.screens import TabScreen
from netscope.tui.tabs import Tab

OWN = (
    Key("i", "question", "Target", "type a target, with flags as on the command line; Up and Down: those before", "i",
        "tab", 1),
    Key("x", "stop", "Stop", "stop this target; once more: take it off the table", "x", "tab", 3),
    Key("X", "stop_all", "Stop all", "stop all targets", "X", "tab"),
)  # fmt: skip
CHANGED = {
    "pause": ("Pause", "send nothing until it is pressed again"),
    "refresh": ("Restart", "begin this target anew, with nothing counted"),
    "sort": ("Sort", "sort by this column; again: by the next one"),
}

SHORT = 16  # lines; below that the table needs the room of what stands below it
_TELLING = 1.0  # seconds between two counts of what still goes on, while another tab is in front


def keys_with(own: Sequence[Key]) -> tuple[Key, ...]:
    """Return the keys of such a tab: its own, and those of all tables with the words that are true here."""
    shared = []
    for key in placed("tab", "table"):
        label, help_ = CHANGED.get(key.action, (key.label, key.help))
        shared.append(key._replace(label=label, help=help_, hint=key.hint + 3 if key.hint else 0))
    return (*OWN, *own, *shared)


class Chosen(Protocol):
    """What is under the cursor: a probe, or one of its targets."""

    @property
    def ended(self) -> bool:
        """Tell whether nothing is sent there any more."""

    def stop(self) -> None:
        """Send nothing there any more."""


Choice = TypeVar("Choice", bound=Chosen)


class ProbingScreen(TabScreen, Generic[Choice]):
    """A tab that probes. What it began goes on while another tab is in front."""

    DEFAULT_CSS = "ProbingScreen > QuestionLine { background: $surface; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tab", OWN)]
    HINT: ClassVar[str] = ""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (SHORT, "-tall")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        self.feed = Feed(self.look)
        super().__init__(tab, around)
        self.question = QuestionLine(tab.name, self.HINT)
        self._teller: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """Put the question above the tables."""
        yield self.question
        yield from super().compose_body()

    def first_keys(self) -> None:
        """Give the question the keys: nothing is asked yet."""
        self.question.open()

    # While another tab is in front

    def on_screen_suspend(self) -> None:
        """Tell in the other tabs that something is still sent."""
        self._tell()

    def on_screen_resume(self) -> None:
        """The tab itself tells it."""
        if self._teller is not None:
            self._teller.stop()
            self._teller = None
        self.post_message(self.News(self.tab.name, None))

    def _tell(self) -> None:
        going = self.going()
        self._teller = self.set_timer(_TELLING, self._tell) if going else None
        part = Part(f" ● {going} {self.tab.title.lower()} ", "good", f"app.tab('{self.tab.name}')") if going else None
        if part != self.around.news.get(self.tab.name):
            self.post_message(self.News(self.tab.name, part))

    # What such a tab is

    @abstractmethod
    def look(self) -> Snapshot:
        """Return the snapshot of the first table."""

    @abstractmethod
    def probes(self) -> Sequence[Background]:
        """Return what was begun and is still shown."""

    @abstractmethod
    def chosen(self) -> Choice | None:
        """Return what is under the cursor."""

    @abstractmethod
    def begin(self, line: str, given: Given) -> None:
        """Begin what a line asks for. Raises NetscopeError."""

    @abstractmethod
    def again(self, chosen: Choice) -> None:
        """Begin anew there."""

    @abstractmethod
    def forget(self, chosen: Choice) -> None:
        """Show that no longer."""

    @abstractmethod
    def declaration(self) -> Domain:
        """Return the topic, for its options."""

    def going(self) -> int:
        """Return how many targets are probed."""
        return sum(not probe.ended for probe in self.probes())

    def news(self) -> list[Part]:
        """Tell of the other tabs: what goes on here is at the end of the line, also below a dialogue."""
        return [part for name, part in self.around.news.items() if name != self.tab.name]

    # Questions

    def ask(self, question: str) -> None:
        """Take a question that was asked in another tab."""
        self.question.input.value = question
        self.question.remember(question)
        self._ask(question)

    def on_question_line_asked(self, message: QuestionLine.Asked) -> None:
        """Begin."""
        self._ask(message.text)

    def on_question_line_left(self) -> None:
        """Give the keys to the table."""
        self.give_keys()

    def give_keys(self) -> None:
        """Give the keys to the table."""
        self.set_focus(self.pane.table)

    def _ask(self, line: str) -> None:
        try:
            self.begin(line, read(self.declaration().options, split(line)))
        except NetscopeError as error:
            self.refused(error)
            return
        self.give_keys()

    def refused(self, error: NetscopeError) -> None:
        """Say beside the question why it is none."""
        self.question.say(str(error), "bad")
        self.question.open()

    def help_notes(self) -> Sequence[Section]:
        """Tell the flags that the question takes."""
        rows = [(" ".join(option.flags) or option.metavar, option.help) for option in self.declaration().options]
        return [Section("What the line takes", rows)]

    def freshness(self) -> list[Part]:
        """Tell how many probes go on."""
        going = [probe for probe in self.probes() if not probe.ended]
        if going and all(probe.state == "paused" for probe in going):
            return [Part(" PAUSED ", "warning", "screen.pause")]
        if going:
            return [Part(f" ● {self.going()} probing ", "good", "screen.pause")]
        return [Part(" nothing is sent ", "quiet")]

    # Keys

    def action_question(self) -> None:
        """Type a target."""
        self.question.open()

    def action_stop(self) -> None:
        """Stop the target of this row, or take it off the table."""
        chosen = self.chosen()
        if chosen is None:
            return
        if chosen.ended:
            self.forget(chosen)
        else:
            chosen.stop()
        self.feed.look()

    def action_stop_all(self) -> None:
        """Stop all."""
        self.halt()
        self.feed.look()

    def action_pause(self) -> None:
        """Send nothing, or go on."""
        going = [probe for probe in self.probes() if not probe.ended]
        paused = any(probe.state != "paused" for probe in going)
        for probe in going:
            probe.pause(paused)
        self.feed.look()

    def action_refresh(self) -> None:
        """Begin anew."""
        chosen = self.chosen()
        if chosen is not None:
            self.again(chosen)

    def halt(self) -> None:
        """Send nothing any more."""
        for probe in self.probes():
            probe.stop()

    def on_unmount(self) -> None:
        """The program ends."""
        self.halt()
