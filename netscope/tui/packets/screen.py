"""The Packets tab: what its keys do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from netscope.core.capture import Capture
from netscope.core.errors import BadQuery
from netscope.core.record import Section
from netscope.core.snapshot import Snapshot
from netscope.hub.watch import in_thread
from netscope.tui.addresses import askable
from netscope.tui.confirm import Confirm
from netscope.tui.framed import Surroundings
from netscope.tui.keys import Key, bindings
from netscope.tui.line import Part
from netscope.tui.packets.desk import counted, file_name
from netscope.tui.packets.dialogs import Choice, Fault, OpenPrompt, SavePrompt, StartScreen, Wish
from netscope.tui.packets.fieldpage import sections
from netscope.tui.packets.find import Wanted, around, search, wanted
from netscope.tui.packets.hexdump import as_text
from netscope.tui.packets.kept import snapshot
from netscope.tui.packets.keys import KEYS, help_of_packets
from netscope.tui.packets.rows import FORM_WORDS
from netscope.tui.packets.session import Session
from netscope.tui.packets.viewing import ViewingScreen
from netscope.tui.page import PageScreen, problem_sections
from netscope.tui.question import QuestionLine
from netscope.tui.tabs import Tab

_NEWS = 1.0  # seconds


class PacketsScreen(ViewingScreen):
    """Captures, opens, saves, finds and marks."""

    DEFAULT_CSS = """
    PacketsScreen QuestionLine { display: none; }
    PacketsScreen QuestionLine.-open { display: block; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = KEYS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tab", KEYS)]

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        super().__init__(tab, around)
        self.find_line = QuestionLine("find", "text, /regular expression/, 0x1a2b or 1a:2b", id="find")
        self.number_line = QuestionLine("packet", "its number", id="number")
        self._wanted: Wanted | None = None
        self._searching = 0  # which search is the newest; others end
        self._told: Part | None = None
        self._ran = False  # whether a capture ran when it was last looked after
        self._stopped: Capture | None = None  # the one that was ended by a key

    def compose_body(self) -> ComposeResult:
        """Lay out."""
        yield from super().compose_body()
        yield self.find_line
        yield self.number_line

    def on_mount(self) -> None:
        """Tell of the capture while other tabs are shown, too."""
        self.set_interval(_NEWS, self._tell)

    def halt(self) -> None:
        """The program ends: so does what runs."""
        self._searching += 1
        self.desk.close()

    # What the frame asks

    def help_sections(self) -> list[Section]:
        """Tell this tab's keys, what the signs mean and what can be found."""
        return help_of_packets()

    def held(self) -> Sequence[Snapshot]:
        """Return the summaries of what was captured or opened."""
        session = self.desk.session
        return [snapshot(session, self.desk.problems, self.around.hub.host)] if session is not None else []

    def unsaved(self) -> str:
        """Say what would be lost."""
        count = self.desk.unsaved
        return f"{count:,} captured packet{' is' if count == 1 else 's are'} not saved." if count else ""

    def keep(self) -> None:
        """Ask where to save the packets."""
        self.action_save()

    def _tell(self) -> None:
        capture = self.desk.capture
        if self._ran and capture is not None and not capture.running and capture is not self._stopped:
            # Whoever waits for a packet in another tab would wait on.
            why = f": {self.desk.problems[-1].what}" if self.desk.problems else "."
            self.notify(f"The capture has ended{why}", severity="warning", timeout=10, markup=False)
        self._ran = self.desk.running
        news = self.desk.news()
        if news != self._told:
            self._told = news
            self.post_message(self.News("packets", news))

    # Capturing, files

    def action_capture(self) -> None:
        """Stop what runs, or choose where to capture."""
        if self.desk.running:
            self.run_worker(self._stop(), group="capture")
        else:
            self._when_saved(self._choose)

    def _choose(self, fault: Fault | None = None) -> None:
        self.app.push_screen(StartScreen(self.desk.wish, self.desk.devices, self._begin, fault))

    async def _begin(self, wish: Wish) -> Fault | None:
        fault = await self.desk.begin(wish)
        if fault is None:
            self.renew()
            self.list.focus()
            self._tell()
        return fault

    async def _stop(self) -> None:
        self._stopped = self.desk.capture
        await self.desk.stop()
        self.look_again()
        self._tell()

    def action_again(self) -> None:
        """Capture again as last time."""
        if not self.desk.wish.interfaces:
            self.action_capture()
        else:
            self._when_saved(lambda: self.run_worker(self._again(), group="capture", exclusive=True))

    async def _again(self) -> None:
        fault = await self._begin(self.desk.wish)
        if fault is not None:
            self._choose(fault)

    def _when_saved(self, act: Callable[[], object]) -> None:
        """Act at once, or after a yes where captured packets would be lost."""
        what = self.unsaved()
        if not what:
            act()
            return
        question = Confirm("Let go of them?", [what], self.action_save)

        def answered(yes: bool | None) -> None:
            if yes:
                act()

        self.app.push_screen(question, answered)

    def action_open(self) -> None:
        """Open a file."""
        self._when_saved(lambda: self.app.push_screen(OpenPrompt("Open a pcap or pcapng file", "", self._open)))

    async def _open(self, path: str) -> str:
        error = await self.desk.open(path)
        if not error:
            self.renew()
            self.list.focus()
            self._tell()
        return error

    def action_save(self) -> None:
        """Save packets."""
        session = self.desk.session
        if session is None or not session.count:
            self.notify("There are no packets to save.", timeout=3, markup=False)
            return
        choices = [Choice("all", session.count - session.first)]
        if self.only_marked:
            choices.insert(0, Choice("shown", len(self.list.view)))
        if session.marks:
            choices.append(Choice("marked", len(session.marks)))
        self.app.push_screen(SavePrompt(choices, file_name(), self._save))

    async def _save(self, which: str, path: str) -> str:
        session = self.desk.session
        if session is None:
            return "There is nothing to save."
        everything = range(session.first, session.count)
        places: Sequence[int] = everything
        if which == "marked":
            places = sorted(session.marks)
        elif which == "shown":
            places = self.list.view.places()
        error = await self.desk.save(places, path, whole=places is everything)
        if not error:
            self.notify(f"Saved {counted(len(places))}: {path}", markup=False)
        return error

    # The list

    def action_mark(self) -> None:
        """Mark the packet, or not any more, and go on to the next."""
        session, here = self.desk.session, self.list.here
        if session is not None and here is not None:
            session.marks ^= {here}
            self.look_again()
            if not self.only_marked:
                self.list.action_down()

    def action_only_marked(self) -> None:
        """Show the marked only, or all."""
        session = self.desk.session
        if session is None or not (session.marks or self.only_marked):
            self.notify("No packet is marked: m marks one.", timeout=3, markup=False)
            return
        self.only_marked = not self.only_marked
        self.list.following = False
        self.look_again()

    def action_time_form(self) -> None:
        """Tell times in the next form."""
        form = self.list.cycle_form()
        self.notify(f"Time: {FORM_WORDS[form]}", timeout=2, markup=False)

    def action_reference(self) -> None:
        """Tell times from this packet on, or from the first again."""
        session, here = self.desk.session, self.list.here
        if session is not None and here is not None:
            session.reference = None if session.reference == here else here
            self.list.start_over()
            self.look_again()

    def action_hold(self) -> None:
        """Hold still, or follow the newest."""
        self.list.follow(not self.list.following)
        self.show_status()

    def action_next_trouble(self) -> None:
        """Go to the next packet with something wrong."""
        self._to_trouble(forward=True)

    def action_previous_trouble(self) -> None:
        """Go to the one before."""
        self._to_trouble(forward=False)

    def _to_trouble(self, *, forward: bool) -> None:
        session, here = self.desk.session, self.list.here
        found = session.trouble(here, forward) if session is not None and here is not None else None
        if found is None or session is None:
            whole = session is None or session.learnt.rows >= session.count
            rest = "" if whole else f", as far as they were looked into ({session.learnt.rows:,})" if session else ""
            self.notify(f"No more trouble that way{rest}.", timeout=3, markup=False)
        else:
            self._go_to(session, found)

    def _go_to(self, session: Session, place: int) -> None:
        """Go to a packet; one that is not among those that are shown is shown with all others."""
        if self.only_marked and place not in session.marks:
            self.only_marked = False
            self.look_again()
        self.list.go_to(place)

    # Questions in a line

    def action_find(self) -> None:
        """Ask what to find."""
        self._ask_in(self.find_line)

    def action_number(self) -> None:
        """Ask for a number."""
        self._ask_in(self.number_line)

    def _ask_in(self, line: QuestionLine) -> None:
        for other in (self.find_line, self.number_line):
            other.set_class(other is line, "-open")
        line.open("")

    def on_question_line_left(self, message: QuestionLine.Left) -> None:
        """Give the list the keys back."""
        self._close(message.line)

    def _close(self, line: QuestionLine) -> None:
        line.remove_class("-open")
        self.here.focus()

    def on_question_line_asked(self, message: QuestionLine.Asked) -> None:
        """Go there."""
        if message.line is self.number_line:
            self._go_to_number(message.text)
            return
        try:
            self._wanted = wanted(message.text)
        except BadQuery as error:
            self.find_line.say(f"{error.what}: {error.why}", "notice")
            return
        self._close(self.find_line)
        self._find(forward=True)

    def _go_to_number(self, text: str) -> None:
        session = self.desk.session
        digits = text.replace(",", "").replace(" ", "")
        if session is None or not session.count:
            self.number_line.say("there are no packets", "notice")
        elif not digits.isascii() or not digits.isdigit() or not session.first < int(digits) <= session.count:
            self.number_line.say(f"a number from {session.first + 1:,} to {session.count:,}", "notice")
        else:
            self._close(self.number_line)
            self._go_to(session, int(digits) - 1)

    def action_next_found(self) -> None:
        """Find the next."""
        self._find(forward=True)

    def action_previous_found(self) -> None:
        """Find the one before."""
        self._find(forward=False)

    def _find(self, *, forward: bool) -> None:
        if self._wanted is None:
            self.action_find()
        elif self.desk.session is not None and self.list.count:
            self._searching += 1
            work = self._search(self.desk.session, self._wanted, self._searching, forward=forward)
            self.run_worker(work, group="find", exclusive=True)

    async def _search(self, session: Session, looked_for: Wanted, number: int, *, forward: bool) -> None:
        view, start = self.list.view, self.list.place.cursor
        places = (view.place(row) for row in around(len(view), start, forward=forward))

        def go_on(count: int) -> bool:
            if self._searching != number:
                return False
            self.looked_at = count * 100 // len(view)
            return True

        self.looked_at, self.looking = 0, looked_for.text
        found = await in_thread(lambda: search(places, looked_for, session.frames.frame, session.row, go_on))
        if self._searching != number:
            return  # another one has begun, or Esc has ended it
        self._end_search()
        if session is not self.desk.session:
            return
        if found is None:
            self.notify(f"Not found: {looked_for.text}", timeout=3, markup=False)
            return
        row = view.row(found)
        if row == start:
            self.notify(f"No other packet has it: {looked_for.text}", timeout=3, markup=False)
        elif (row > start) is not forward:
            self.notify(f"None further: went on from the {'first' if forward else 'last'} packet.", markup=False)
        self.list.go_to(found)

    def _end_search(self) -> None:
        self._searching += 1
        self.looking = ""
        self.look_again()

    def action_back(self) -> None:
        """End a search; undo the zoom; go back to the list."""
        self._end_search()
        for line in (self.find_line, self.number_line):  # one opened before the tab was ready has lost the keys
            line.remove_class("-open")
        if self.zoomed:
            self.zoom(None)
        self.list.focus()

    def on_tree_pane_opened(self) -> None:
        """Show all of a field."""
        dissection, here = self.tree_pane.dissection, self.tree_pane.here
        if dissection is not None and here is not None:
            self.app.push_screen(PageScreen("Field", sections(dissection, here)))

    # Copying, asking

    def action_copy_line(self) -> None:
        """Copy the row or the field."""
        if not self.list.count:  # the clipboard keeps what it has
            self.notify("There are no packets to copy from.", timeout=3, markup=False)
        elif self.here is self.list:
            self.copy(self.list.as_text(), "the row")
        elif self.tree_pane.here is not None:
            self.copy(self.tree_pane.here.text, "the field")

    def action_copy_bytes(self) -> None:
        """Copy the field's bytes."""
        if self.bytes.data:
            self.copy(as_text(self.bytes.chosen), f"{len(self.bytes.chosen):,} bytes in hex")

    def action_problems(self) -> None:
        """Show what was lost or could not be read."""
        name = self.desk.session.name if self.desk.session is not None else "Packets"
        self.app.push_screen(PageScreen("Problems", problem_sections([(name, self.desk.problems)])))

    def action_ask(self, topic: str) -> None:
        """Take the packet's far address to the tab that answers questions of that topic."""
        row = self.list.row_here()
        found = [askable(text) for text in (row.destination, row.source)] if row is not None else []
        address = next(filter(None, found), "")
        if address:
            self.post_message(self.Asked(topic, address))
        else:
            self.notify("There is no address in this row to ask about.", timeout=3, markup=False)
