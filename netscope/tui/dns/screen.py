"""The DNS tab: dig's question line, answers as a tree or as dig prints them, lists of names, the walk."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.binding import BindingType
from textual.suggester import Suggester

from netscope.core.dns.numbers import type_name
from netscope.core.domain import Query
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.host import Host
from netscope.core.record import Section
from netscope.core.snapshot import Snapshot
from netscope.domains.dns import NameServer, answered
from netscope.domains.dns import session as dns
from netscope.domains.dns.asking import Read
from netscope.domains.dns.grammar import Command, numeric
from netscope.domains.dns.survey import Survey
from netscope.hub.stream import stream
from netscope.tui.asking import ASKING, AskingScreen
from netscope.tui.choice import Choice
from netscope.tui.dns.answers import answer_item
from netscope.tui.dns.texts import outcome_text
from netscope.tui.dns.walks import walk_item
from netscope.tui.framed import Surroundings
from netscope.tui.keys import Key, bindings
from netscope.tui.line import Part
from netscope.tui.outline import Item, plain, text_items
from netscope.tui.pages import Span
from netscope.tui.tabs import Tab

_PACE = 0.1  # seconds between two paintings while answers come in
_FEW = 3  # answers that are shown unfolded

KEYS: tuple[Key, ...] = (
    *ASKING,
    Key("w", "walk", "Walk", "walk from the root to the name, asking every server of every zone; w again: no walk", "w",
        "tab", 4),
    Key("c", "kind", "Type", "choose another type to ask for", "c", "tab", 5),
    Key("at", "server", "Server", "ask another server", "@", "tab", 6),
)  # fmt: skip

HELP = (
    ("www.example.com", "its address; the servers of resolv.conf are asked"),
    ("example.com MX", "a type after the name; types and +options complete with the right arrow"),
    ("-x 192.0.2.7", "the name of an address"),
    ("@192.0.2.53 example.com AXFR", "another server, a whole zone"),
    ("example.com +dnssec +nsid", "dig's options, as 'netscope dns --help' lists them"),
    ("--walk www.example.com", "every zone on the way, who of its servers is lame, the chain of trust (also: w)"),
    ("-f FILE", "many names at once, a question a line; a pasted list works, too"),
)


class Told(NamedTuple):
    """An outcome, ready to be shown; made on the thread that asks."""

    outcome: dns.Outcome
    item: Item
    text: tuple[Item, ...]


class Completion(Suggester):
    """Completes types and options."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole line, completed."""
        return dns.completion(value) or None


class DnsScreen(AskingScreen):
    """Asks name servers."""

    KEYS: ClassVar[tuple[Key, ...]] = KEYS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tab", KEYS)]
    PROMPT = "dig"
    HINT = "example.com MX, -x 192.0.2.7, @server name, --walk name, or paste a list"

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        super().__init__(tab, around)
        self._command = Command()
        self._list = ""
        self._waiting = 0  # lines of it that were not asked about yet
        self._plan: dns.Plan | None = None
        self._told: dict[int, Told] = {}
        self._chosen = 0
        self._painted = 0.0
        self._servers: Sequence[Any] = ()

    def suggester(self) -> Suggester:
        """Complete types and options."""
        return Completion()

    def help_notes(self) -> Sequence[Section]:
        """Tell what can be asked."""
        return [Section("Questions", HELP)]

    def on_mount(self) -> None:
        """Read whom this host asks; nobody is asked."""
        self.run_worker(self._learn(), group="learn")

    async def _learn(self) -> None:
        self._servers = (await self.around.hub.once("dns", Query())).records
        if not self.asked:
            self.show_answers()

    def welcome(self) -> list[Item]:
        """Tell whom this host would ask, and what can be asked."""
        wide = max(len(question) for question, _help in HELP)
        examples = [
            Item((Span(f"{question:{wide}}  ", "accent"), Span(text, "quiet")), copied=question)
            for question, text in HELP
        ]
        servers = [
            Item((Span(server.address, "plain"), Span(f"  {_where(server)}", "quiet")), subject=server.address)
            for server in self._servers
        ]
        found = [Item((Span("this host asks", "title"),), tuple(servers))] if servers else []
        return [*found, Item((Span("questions", "title"),), tuple(examples))]

    # Asking

    def prepare(self, question: str) -> None:
        """Understand dig's words."""
        command = dns.understood(question)
        if not command.lookups and not command.files and not command.defaults.type:
            raise BadQuery("what name?", "", "-x ADDRESS asks for that of an address")
        self._command, self._waiting = command, 0
        self._plan, self._told, self._chosen = None, {}, 0

    def worded(self, subject: str) -> str:
        """Ask for the name of an address, or about a name."""
        address = subject.partition("%")[0]
        return f"-x {address}" if numeric(address) else subject

    def pasted(self, lines: Sequence[str]) -> None:
        """Keep a list; what is typed are the options for all of it. Names that were asked about are not again."""
        self._list = dns.list_lines("\n".join(lines))
        text = self.line.input.value
        if "-f -" not in text:
            text = dns.with_list(text) if text == self.asked else f"{text} -f -".strip()
        self.line.open(text)
        self._waiting = len(self._list.splitlines())
        self.show_remark()

    def _read(self, path: str) -> str:
        """Return the text of a file, or the list that was pasted. Called on the thread that asks."""
        if path != "-":
            return self.around.hub.host.read(path).decode("utf-8", "surrogateescape")
        if not self._list:
            raise NetscopeError("'-f -' is the list that was pasted", "none was pasted yet")
        return self._list

    async def answer(self) -> None:
        """Ask, on a thread."""
        command, host = self._command, self.around.hub.host
        await stream(lambda stop: _told(host, command, self._read, stop), self._take)

    def _take(self, items: Sequence[dns.Plan | tuple[int, Told]]) -> None:
        for item in items:
            if isinstance(item, dns.Plan):
                self._plan = item
            else:
                position, told = item
                self._told[position] = told
        now = time.monotonic()
        if now - self._painted >= _PACE:
            self._painted = now
            self.show_answers()

    # Showing

    def state(self) -> list[Part]:
        """Tell how many answered, and who is asked."""
        plan = self._plan
        if plan is None:
            return []
        count = len(plan.lookups)
        failed = sum(1 for told in self._told.values() if not _is_answered(told.outcome))
        parts = [Part(f" {len(self._told):,} of {count:,} ", "strong")] if count > 1 else []
        if failed and count > 1:
            parts.append(Part(f" {failed:,} without an answer ", "bad"))
        return [*parts, Part(f" asks {plan.asked} ", "quiet")]

    def remark(self) -> str:
        """Tell what Enter does with a pasted list."""
        return f"{self._waiting:,} lines pasted: Enter asks about all of them" if self._waiting else ""

    def items(self) -> list[Item]:
        """Return the outline of all answers, or the text of the one that was under the cursor."""
        if self._plan is None:
            return [plain("asking…", "quiet")] if self.busy else []
        if self.view == "text":
            told = self._told.get(self._chosen)
            return list(told.text) if told is not None else [plain("no answer yet", "quiet")]
        few = len(self._plan.lookups) <= _FEW
        found = []
        for position, lookup in enumerate(self._plan.lookups):
            told = self._told.get(position)
            if told is None:
                kind = type_name(lookup.asked_type)
                found.append(Item((Span(f"{lookup.name} ", "plain"), Span(f"{kind}  …", "quiet"))))
            else:
                found.append(told.item._replace(folded=not few))
        return found

    def answers(self) -> Snapshot | None:
        """Return the answers as the command's JSON has them."""
        if not self._told:
            return None
        found = [document for _position, told in sorted(self._told.items()) for document in dns.documents(told.outcome)]
        return answered(found, self.around.hub.host)

    # Keys

    def action_use_view(self, view: str) -> None:
        """Show another form; the text is that of the answer under the cursor."""
        if self.view == "tree" and self.outline.path:
            self._chosen = self.outline.path[0]
        super().action_use_view(view)

    def action_walk(self) -> None:
        """Walk, or not."""
        self._changed(dns.with_walk)

    def action_kind(self) -> None:
        """Choose a type, and ask."""
        words = [(kind, _KINDS.get(kind, "")) for kind in dns.TYPE_WORDS]
        self._choose("Another type", words, dns.with_type)

    def action_server(self) -> None:
        """Choose a server, and ask."""
        known = [(server.address, _where(server)) for server in self._servers]
        known += dns.servers_of([told.outcome for told in self._told.values()][:_FEW])
        self._choose("Another server", list(dict(known).items()), dns.with_server)

    def _choose(self, title: str, words: Sequence[tuple[str, str]], change: Any) -> None:
        def chosen(word: str | None) -> None:
            if word:
                self._changed(lambda text: change(text, word))

        self.app.push_screen(Choice(title, words), chosen)

    def _changed(self, change: Any) -> None:
        """Ask another question like the last one, or change what is typed where there was none."""
        text = self.asked or self.line.input.value
        try:
            text = change(text)
        except BadQuery as error:
            self.line.say(str(error), "bad")
            return
        self.line.input.value = text
        if self.asked:
            self.line.remember(text)
            self.begin(text)
        else:
            self.line.open(f"{text} ")


_KINDS = {
    "A": "IPv4 address", "AAAA": "IPv6 address", "MX": "who takes its mail", "NS": "its name servers",
    "SOA": "the zone's head: serial, times", "TXT": "texts: SPF, DKIM, proofs", "CNAME": "what it is an alias for",
    "PTR": "the name of an address", "SRV": "where a service is", "CAA": "who may issue certificates",
    "HTTPS": "how to reach its web server", "SVCB": "how to reach a service", "DS": "the parent's word for its keys",
    "DNSKEY": "its keys", "TLSA": "its certificate", "SSHFP": "its SSH keys", "NAPTR": "rules for telephone numbers",
    "ANY": "whatever there is", "AXFR": "the whole zone",
}  # fmt: skip


def _where(server: NameServer) -> str:
    """Return which file names a server, and over which link systemd-resolved asks it."""
    if server.link is None:
        return server.source or "the default"
    return f"{server.source}: systemd-resolved asks it{f' over {server.link}' if server.link else ''}"


def _is_answered(outcome: dns.Outcome) -> bool:
    return outcome.answered if isinstance(outcome, Survey) else outcome.last.message is not None


def _told(host: Host, command: Command, read: Read, stop: int) -> Iterator[dns.Plan | tuple[int, Told]]:
    """Yield what is asked for and what comes of it, in the form that is shown. Runs on the thread that asks."""
    plan = dns.Plan((), "", 0)
    for found in dns.ask(host, command, read, stop):
        if isinstance(found, dns.Plan):
            plan = found
            yield plan
            continue
        position, outcome = found
        lines = outcome_text(outcome, command, plan.lookups[position], plan.servers)
        item = walk_item(outcome) if isinstance(outcome, Survey) else answer_item(outcome, folded=False)
        yield position, Told(outcome, item, tuple(text_items(list(lines))))
