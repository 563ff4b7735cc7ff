"""The base of the tabs that answer questions: the question line, an outline of what came, and the keys for both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Paste
from textual.suggester import Suggester

from netscope.core.errors import NetscopeError
from netscope.core.record import Section
from netscope.core.snapshot import Problem, Snapshot
from netscope.tui import frame
from netscope.tui.exports import export_answers
from netscope.tui.framed import FrameScreen, Surroundings
from netscope.tui.keys import Key, bindings
from netscope.tui.line import Line, Part
from netscope.tui.outline import Item, as_text, line_text, plain
from netscope.tui.outlined import KEYS as MOVING
from netscope.tui.outlined import Outline
from netscope.tui.page import PageScreen, problem_sections
from netscope.tui.pages import help_sections, key_section
from netscope.tui.question import QuestionLine
from netscope.tui.tabs import Tab

ASKING: tuple[Key, ...] = (
    Key("slash,i", "type", "Ask", "type a question; Up and Down bring back earlier ones", "/ i", "tab", 1),
    Key("v", "view", "View", "the same in another form", "v", "tab", 2),
    Key("r", "again", "Again", "ask the same again", "r", "tab", 3),
    Key("escape", "stop", "Stop", "stop asking; what has come stays", "Esc", "tab"),
    Key("y", "copy_line", "Copy", "copy the line (OSC 52)", "y", "tab", 9),
    Key("Y", "copy_all", "Copy all", "copy all that is shown", "Y", "tab"),
    Key("e", "export", "Export", "save the answers as JSON, or what is shown as text", "e", "tab", 8),
    Key("E", "export_all", "Export all", "export the whole host as one JSON snapshot", "E", "tab"),
    Key("exclamation_mark", "problems", "Problems", "what went wrong, and what would mend it", "!", "tab"),
    Key("o", "ask('whois')", "Owner", "take the address or name of the line to Whois", "o", "tab", 7),
    Key("d", "ask('dns')", "DNS", "take the address or name of the line to DNS", "d", "tab", 10),
    Key("p", "ask('ping')", "Ping", "take the address or name of the line to Ping", "p", "tab", 12),
    Key("t", "ask('trace')", "Trace", "take the address or name of the line to Trace", "t", "tab", 13),
)


class AskingScreen(FrameScreen):
    """A tab that asks when it is told to, and never before.

    Attributes:
        VIEWS: the forms in which answers are shown; the first one at first.
        PROMPT, HINT: what the question line says before and instead of a question.
    """

    DEFAULT_CSS = """
    AskingScreen > .title { background: $surface; }
    AskingScreen > .remark { background: $surface; display: none; }
    AskingScreen.-remark > .remark { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tab", ASKING)]
    KEYS: ClassVar[tuple[Key, ...]] = ASKING
    VIEWS: ClassVar[tuple[str, ...]] = ("tree", "text")
    PROMPT: ClassVar[str] = "ask"
    HINT: ClassVar[str] = ""

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        super().__init__(tab, around)
        self.line = QuestionLine(self.PROMPT, self.HINT, suggester=self.suggester(), opener="/")
        self.outline = Outline()
        self.view = self.VIEWS[0]
        self.asked = ""
        self.busy = False
        self.stopped = False
        self.error: NetscopeError | None = None
        self.taken_at: float | None = None
        self._title, self._remark = Line(classes="title"), Line(classes="remark")
        self._number = 0

    # What a tab says of itself

    def suggester(self) -> Suggester | None:
        """Return what completes a question that is being typed."""
        return None

    def prepare(self, question: str) -> None:
        """Understand a question, before anything is asked. Raises BadQuery."""

    async def answer(self) -> None:
        """Ask what was prepared last, and bring what comes onto the screen. Raises NetscopeError."""

    def items(self) -> Sequence[Item]:
        """Return what the view of the moment shows."""
        return ()

    def welcome(self) -> Sequence[Item]:
        """Return what is shown before anything was asked."""
        return ()

    def state(self) -> list[Part]:
        """Return how far it is."""
        return []

    def remark(self) -> str:
        """Return what is to be known before Enter is pressed, or before an answer has come; on a line of its own."""
        return ""

    def answers(self) -> Snapshot | None:
        """Return what was answered, as records."""
        return None

    def worded(self, subject: str) -> str:
        """Return the question about something that another tab shows."""
        return subject

    # The frame

    def compose_body(self) -> ComposeResult:
        """Lay out the question, the title, the answers."""
        yield self.line
        yield self._remark
        yield self._title
        yield self.outline

    def on_mount(self) -> None:
        """Wait for a question."""
        self.show_answers(fresh=True)
        self.line.open()

    def freshness(self) -> list[Part]:
        """Tell whether it is asking, or when the answer came."""
        if self.busy:
            return [Part(" ● asking ", "notice", "screen.stop")]
        return frame.answered(self.taken_at) if self.taken_at is not None else []

    def help_sections(self) -> list[Section]:
        """Tell the keys; the columns of the topic are no concern of this tab."""
        own = [key_section("This tab", self.KEYS), key_section("Moving", MOVING), *self.help_notes()]
        domain = self.around.load(self.tab.name)
        return [Section("Instead of", [(domain.title, ", ".join(domain.replaces))]), *help_sections([], own)[1:]]

    def held(self) -> list[Snapshot]:
        """Put what was answered into a snapshot of everything."""
        found = self.answers()
        return [found] if found is not None and len(found.records) else []

    def halt(self) -> None:
        """The program ends: ask nobody any more."""
        self.workers.cancel_group(self, "ask")

    def show_answers(self, *, fresh: bool = False) -> None:
        """Bring everything up to date."""
        items = list(self.items()) if self.asked else list(self.welcome())
        if self.error is not None:
            items = [*_error_items(self.error), *items]
        self.outline.put(items, fresh=fresh)
        views = [
            Part(f" {view} ", "chosen" if view == self.view else "quiet", f"screen.use_view('{view}')")
            for view in self.VIEWS
        ]
        stopped = [Part(" stopped ", "warning", "screen.again")] if self.stopped else []
        self._title.show(
            [Part(f" {self.around.load(self.tab.name).title} ", "strong"), *views], [*stopped, *self.state()]
        )
        self.show_remark()
        self.show_header()

    def show_remark(self) -> None:
        """Bring the remark up to date."""
        remark = self.remark()
        self._remark.show([Part(f" {remark}", "notice")])
        self.set_class(bool(remark), "-remark")

    # Asking

    def ask(self, question: str) -> None:
        """Fill in a question that came up in another tab; Enter asks it."""
        self.line.open(self.worded(question))

    def on_question_line_asked(self, message: QuestionLine.Asked) -> None:
        """Ask, unless it is no question."""
        self.begin(message.text)

    def on_question_line_left(self) -> None:
        """The keys are for the answers."""
        self.set_focus(self.outline)

    def on_paste(self, event: Paste) -> None:
        """Text that is pasted anywhere is for the question."""
        event.stop()
        lines = [line for line in event.text.splitlines() if line.strip()]
        if len(lines) > 1:
            self.pasted(lines)
        elif lines:
            self.line.open(lines[0].strip())

    def pasted(self, lines: Sequence[str]) -> None:
        """Take a pasted list."""
        self.line.open(" ".join(line.strip() for line in lines))

    def begin(self, question: str) -> None:
        """Ask. Another question that is being asked is given up."""
        try:
            self.prepare(question)
        except NetscopeError as error:
            self.line.say(str(error), "bad")
            return
        self._number += 1
        self.asked, self.error, self.stopped, self.busy = question, None, False, True
        self.set_focus(self.outline)
        self.run_worker(self._answer(self._number), group="ask", exclusive=True)
        self.show_answers(fresh=True)

    async def _answer(self, number: int) -> None:
        try:
            await self.answer()
        except NetscopeError as error:
            if number == self._number:
                self.error = error
        finally:
            if number == self._number:
                self.busy = False
                self.taken_at = self.around.hub.host.wall()
                self.show_answers()

    # Keys

    def action_type(self) -> None:
        """Type a question."""
        self.line.open()

    def action_again(self) -> None:
        """Ask the same again."""
        if self.asked:
            self.begin(self.asked)
        else:
            self.line.open()

    def action_stop(self) -> None:
        """Stop asking."""
        if self.busy:
            self.stopped = True
            self.workers.cancel_group(self, "ask")

    def action_view(self) -> None:
        """Show the same in the next form."""
        self.action_use_view(self.VIEWS[(self.VIEWS.index(self.view) + 1) % len(self.VIEWS)])

    def action_use_view(self, view: str) -> None:
        """Show the same in another form."""
        self.view = view
        self.show_answers(fresh=True)

    def action_copy_line(self) -> None:
        """Copy the line."""
        item = self.outline.item
        if item is not None:
            self.copy(line_text(item), "the line")

    def action_copy_all(self) -> None:
        """Copy everything in this form."""
        self.copy("\n".join(as_text(self.items())) + "\n", "all that is shown")

    def action_export(self) -> None:
        """Save the answers."""
        found = self.answers()
        if found is None or not len(found.records):
            self.notify("There is no answer yet to save.", timeout=3, markup=False)
            return
        domain = self.around.load(self.tab.name)
        export_answers(self, domain, found, self.around.hub.host, list(as_text(self.items())))

    def action_problems(self) -> None:
        """Show what went wrong."""
        found = self.answers()
        problems = list(found.problems) if found is not None else []
        if self.error is not None:
            problems.insert(0, Problem(self.error.what, self.error.why, self.error.mend))
        self.app.push_screen(PageScreen("Problems", problem_sections([(self.tab.title, problems)])))

    def action_ask(self, topic: str) -> None:
        """Take what the line is about to the tab that answers questions of that topic."""
        subject = self.outline.item.subject if self.outline.item is not None else ""
        if subject:
            self.post_message(self.Asked(topic, subject))
        else:
            self.notify("This line is about no address and no name.", timeout=3, markup=False)


def _error_items(error: NetscopeError) -> list[Item]:
    rows: list[tuple[str, Any]] = [(error.what, "bad"), (error.why, "plain"), (error.mend, "quiet")]
    return [plain(text, tone) for text, tone in rows if text]
