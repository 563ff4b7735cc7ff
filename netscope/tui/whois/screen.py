"""The Whois tab: who holds a domain, an address, a prefix, an AS number; it says whom it asks before it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, NamedTuple

from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.record import Section
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.text import printable
from netscope.domains.whois.bootstrap import Bootstrap
from netscope.domains.whois.first import Asking, announcement
from netscope.domains.whois.inquiry import Finding
from netscope.domains.whois.session import ask
from netscope.domains.whois.target import parse
from netscope.domains.whois.words import Wanted, databases, understood
from netscope.hub.stream import stream
from netscope.hub.watch import in_thread
from netscope.tui.asking import AskingScreen
from netscope.tui.framed import Surroundings
from netscope.tui.line import Part
from netscope.tui.outline import Item, plain
from netscope.tui.pages import Span
from netscope.tui.question import QuestionLine
from netscope.tui.tabs import Tab
from netscope.tui.whois import views

HELP = (
    ("example.com", "a domain: its registry, then its registrar"),
    ("193.0.6.139", "an address; 193.0.0.0/21 a prefix"),
    ("AS3333", "an AS number"),
    ("example.com 193.0.6.139", "several at once"),
    ("-h whois.ripe.net AS3333", "one server; --whois, --rdap, -I, --no-follow as 'netscope whois --help' tells"),
    ("--db FILE 193.0.6.139", "in a file of your own: nobody is asked"),
)
_VIEWS: dict[str, Callable[[Finding], Item]] = {"summary": views.summary, "tree": views.tree, "text": views.text}
_PROBES = ("example.com", "192.0.2.1", "2001:db8::1", "AS1", "X-RIPE")  # one for each registry of services


class Told(NamedTuple):
    """A finding in every form that it is shown in; made on the thread that asks."""

    finding: Finding
    items: dict[str, Item]


News = str | tuple[int, Told] | Snapshot


class WhoisScreen(AskingScreen):
    """Asks registries."""

    VIEWS: ClassVar[tuple[str, ...]] = tuple(_VIEWS)
    PROMPT = "whois"
    HINT = "example.com, 193.0.6.139, 193.0.0.0/21, AS3333"

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        super().__init__(tab, around)
        self._wanted: Wanted | None = None
        self._told: dict[int, Told] = {}
        self._said: list[str] = []
        self._whole: Snapshot | None = None
        self._bootstrap: Bootstrap | None = None
        self._announced = ""
        self._files: tuple[str, ...] = ()  # of the configuration

    def help_notes(self) -> Sequence[Section]:
        """Tell what can be asked."""
        return [Section("Questions", HELP)]

    def on_mount(self) -> None:
        """Read the registries of services, to say whom a question would go to."""
        self.run_worker(self._learn(), group="learn")

    async def _learn(self) -> None:
        host = self.around.hub.host
        bootstrap = Bootstrap(host)

        probes = [parse(word) for word in _PROBES]
        try:
            await in_thread(lambda: [bootstrap.bases(probe) for probe in probes])
        except NetscopeError:
            return  # asking will say so
        self._bootstrap = bootstrap
        try:
            self._files = await in_thread(lambda: databases(host, probes, Asking(), ()))
        except NetscopeError:
            pass  # asking about an address will say so, and ask nobody
        self._announce(self.line.input.value.strip())

    def welcome(self) -> list[Item]:
        """Tell what can be asked."""
        wide = max(len(question) for question, _help in HELP)
        examples = [
            Item((Span(f"{question:{wide}}  ", "accent"), Span(text, "quiet")), copied=question)
            for question, text in HELP
        ]
        rule = plain("Nobody is asked before Enter; the line above says who will be.", "quiet")
        return [Item((Span("questions", "title"),), tuple(examples)), rule]

    # Asking

    def on_question_line_typed(self, message: QuestionLine.Typed) -> None:
        """Say whom this question would go to."""
        self._announce(message.text)

    def _announce(self, text: str) -> None:
        said = ""
        if text and text != self.asked and self._bootstrap is not None:
            try:
                wanted = understood(text)
                asking = wanted.asking
                free = not (asking.server or asking.only or asking.iana)
                files = wanted.files or (self._files if free else ())
                first = announcement(wanted.targets[0], asking, self._bootstrap, files)
            except NetscopeError:
                pass  # it is being typed
            else:
                more = f", and for {len(wanted.targets) - 1} more" if len(wanted.targets) > 1 else ""
                said = f"Enter asks {first}{more}"
        if said != self._announced:
            self._announced = said
            self.show_remark()

    def prepare(self, question: str) -> None:
        """Understand whois's words."""
        self._wanted = understood(question)
        self._told, self._said, self._whole, self._announced = {}, [], None, ""

    async def answer(self) -> None:
        """Ask, on a thread."""
        wanted, host = self._wanted, self.around.hub.host
        if wanted is not None:
            await stream(lambda stop: _news(host, wanted, stop), self._take)

    def _take(self, news: Sequence[News]) -> None:
        for item in news:
            if isinstance(item, str):
                self._said.append(item)
            elif isinstance(item, Snapshot):
                self._whole = item
            else:
                position, told = item
                self._told[position] = told
        self.show_answers()

    # Showing

    def state(self) -> list[Part]:
        """Tell how many are known."""
        count = len(self._wanted.targets) if self._wanted is not None else 0
        return [Part(f" {len(self._told):,} of {count:,} ", "strong")] if count > 1 else []

    def remark(self) -> str:
        """Tell who will be asked, or is."""
        return self._announced or (self._said[-1] if self.busy and self._said else "")

    def items(self) -> list[Item]:
        """Return all targets, and who was asked."""
        if self._wanted is None:
            return []
        found = [
            self._told[position].items[self.view] if position in self._told else views.waiting(target.asked)
            for position, target in enumerate(self._wanted.targets)
        ]
        if self.view == "summary" and self._said:
            told = tuple(plain(line, "quiet") for line in self._said)
            found.append(Item((Span("asked", "title"), Span(f"  {len(told)}", "quiet")), told, folded=not self.busy))
        return found

    def answers(self) -> Snapshot | None:
        """Return the registrations; where it was stopped, those that are known."""
        if self._whole is not None or not self._told:
            return self._whole
        host = self.around.hub.host
        told = [told.finding for _position, told in sorted(self._told.items())]
        problems: list[Problem] = [problem for finding in told for problem in finding.problems]
        return Snapshot("whois", [f.registration for f in told], tuple(problems), host.wall(), host.clock())


def _news(host: Host, wanted: Wanted, stop: int) -> Iterator[News]:
    """Yield what happens, findings in every form. Runs on the thread that asks."""
    for item in ask(host, wanted, stop):
        if isinstance(item, tuple) and not isinstance(item, Snapshot):
            position, finding = item
            yield position, Told(finding, {view: show(finding) for view, show in _VIEWS.items()})
        else:
            yield printable(item) if isinstance(item, str) else item
