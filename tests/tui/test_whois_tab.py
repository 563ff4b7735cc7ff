"""The Whois tab, driven by keys over registries on paper, and the real program against registries in a namespace."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from netscope.core.errors import Unavailable
from netscope.core.whois import Reply
from netscope.tui.page import PageScreen
from netscope.tui.tabs import TABS
from tests.kernel.test_whois import DOMAIN, IANA_COM, NETWORK, REGISTRAR, REGISTRY
from tests.lab import Namespace
from tests.registries import registries
from tests.tui.asking import Asked, PaperHost, asking
from tests.tui.stage import SIZES
from tests.tui.terminal import NETSCOPE, Terminal
from tests.tui.test_pictures import compare

COM = "https://rdap.verisign.com/com/v1/domain/example.com"
RIPE = "https://rdap.db.ripe.net/ip/193.0.6.139"
TEXTS = {"whois.iana.org": IANA_COM, "whois.verisign-grs.com": REGISTRY, "whois.registrar.net": REGISTRAR}


class PaperWire:
    """Registries that answer from mappings; ``gate`` holds them back."""

    def __init__(self, texts: Mapping[str, str] = TEXTS, pages: Mapping[str, Any] | None = None) -> None:
        self.texts = texts
        self.pages = {COM: DOMAIN, RIPE: NETWORK} if pages is None else pages
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.open = 0

    async def ask(self, server: str, port: int, question: bytes, within: float) -> Reply:
        self.asked.append(f"{server} {question.decode().strip()}")
        if server not in self.texts:
            raise Unavailable(f"no connection to {server} port {port}", "refused")
        return await self._reply(self.texts[server].encode("utf-8"), 0)

    async def get(self, url: str, within: float) -> Reply:
        self.asked.append(url)
        if url not in self.pages:
            return await self._reply(b'{"errorCode": 404}', 404)
        return await self._reply(json.dumps(self.pages[url]).encode(), 200)

    async def _reply(self, data: bytes, status: int) -> Reply:
        self.open += 1
        try:
            while not self.gate.is_set():
                await asyncio.sleep(0.01)
        finally:
            self.open -= 1
        return Reply(data, "whole", "192.0.2.43", 0.25, status)


def host(wire: PaperWire | None = None) -> PaperHost:
    return PaperHost(wire=wire or PaperWire(), files={"/asn.tsv": "193.0.0.0\t193.0.7.255\t3333\tNL\tRIPE-NCC-AS\n"})


@pytest.mark.parametrize("size", SIZES)
async def test_summary_tree_and_text(size: tuple[int, int]) -> None:
    async with asking(host(), "whois", size) as stage:
        await stage.question("example.com")
        await stage.answered()
        compare(stage, "whois-summary")
        await stage.press("v")
        compare(stage, "whois-tree")
        await stage.question("--whois example.com")
        await stage.answered()
        compare(stage, "whois-tree-port43")
        await stage.press("v")
        compare(stage, "whois-text")


async def test_it_says_whom_it_will_ask_before_it_asks() -> None:
    wire = PaperWire()
    async with asking(host(wire), "whois", (100, 30)) as stage:
        for text, said in (
            ("example.com", f"Enter asks {COM} (RDAP)"), ("193.0.6.139", f"Enter asks {RIPE} (RDAP)"),
            ("--whois example.com", "Enter asks whois.iana.org port 43 for 'com' (whois)"),
            ("10.1.2.3", "Enter asks nobody: the shipped registries know it"),
            ("--db /asn.tsv 193.0.6.139", "Enter asks nobody: it is looked up in /asn.tsv"),
            ("--rdap ABC-NOSUCHTAG", "Enter asks nobody: no service is known for it"),
            ("-h whois.ripe.net 193.0.6.139 AS3333", "and for 1 more"),
        ):  # fmt: skip
            stage.asking.line.input.value = text
            await stage.until(lambda said=said: stage.sees(said), said)  # type: ignore[misc]
        stage.asking.line.input.value = "-h"
        await stage.until(lambda: not stage.sees("Enter asks"), "nothing said of what is no question yet")
        assert wire.asked == []


async def test_it_says_whom_it_asks_while_it_does_and_afterwards() -> None:
    wire = PaperWire()
    wire.gate.clear()
    async with asking(host(wire), "whois", (100, 40)) as stage:
        await stage.question("--whois example.com")
        await stage.until(lambda: stage.sees("asking whois.iana.org port 43 for 'com'"), "whom it asks")
        assert stage.sees("● asking")
        wire.gate.set()
        await stage.answered()
        assert wire.asked == [
            "whois.iana.org com", "whois.verisign-grs.com domain example.com", "whois.registrar.net example.com",
        ]  # fmt: skip
        assert not stage.sees("asking whois.iana.org")
        await stage.press("G", "enter")
        assert stage.sees("asking whois.registrar.net port 43")


async def test_several_and_what_is_not_there() -> None:
    async with asking(host(), "whois", (100, 40)) as stage:
        await stage.question("example.com nothing-here.com 10.0.0.1")
        await stage.answered()
        assert stage.sees("3 of 3")
        assert stage.sees("nothing-here.com  domain  nothing was found out")
        assert stage.sees("! nothing is registered under it")
        assert stage.sees("Private-Use")
        await stage.press("exclamation_mark")
        assert isinstance(stage.app.screen, PageScreen)
        assert "nothing is registered under it" in stage.app.screen.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-I -h whois.ripe.net AS1", "-I starts at IANA's whois server"), ("--rdap", "whose registration?"),
        ("--nosuch x.com", "option --nosuch not recognized"), ("'x.com", "no closing quotation"),
        ("300.1.2.3", "no address or prefix"), ("-p 99999 --whois x.com", "is no port"),
    ],
)  # fmt: skip
async def test_what_is_no_question_is_said_beside_it(text: str, said: str) -> None:
    wire = PaperWire()
    async with asking(host(wire), "whois", (140, 24)) as stage:
        await stage.question(text)
        assert stage.sees(said)
        assert wire.asked == []


async def test_a_file_of_ones_own_asks_nobody() -> None:
    wire = PaperWire()
    async with asking(host(wire), "whois", (100, 30)) as stage:
        await stage.question("--db /asn.tsv 193.0.6.139")
        await stage.answered()
        assert stage.sees("RIPE-NCC-AS")
        assert wire.asked == []
        await stage.question("--db /missing 193.0.6.139")
        await stage.until(lambda: stage.sees("/missing"), "a file that is not there")


async def test_hostile_text_is_shown_and_not_obeyed() -> None:
    deep: Any = "end"
    for _ in range(200):
        deep = {"x": [deep]}
    pages = {COM: {**DOMAIN, "remarks": [{"title": "\x1b]0;x\x07", "description": ["\x1b[2J", "[b]"]}], "deep": deep}}
    async with asking(host(PaperWire(pages=pages)), "whois", (100, 40)) as stage:
        await stage.question("example.com")
        await stage.answered()
        for _ in range(3):
            assert not any(char in "".join(stage.picture()) for char in "\x1b\x07")
            assert stage.sees("example.com")
            await stage.press("v")


async def test_stopping_leaves_nothing_open_and_keeps_what_came() -> None:
    wire = PaperWire()
    async with asking(host(wire), "whois", (100, 30)) as stage:
        wire.gate.clear()
        await stage.question("10.0.0.1 example.com")
        await stage.until(lambda: wire.open == 1 and stage.sees("Private-Use"), "one answer, and one on its way")
        await stage.press("escape")
        await stage.answered()
        assert stage.sees("stopped")
        await stage.until(lambda: wire.open == 0, "the end of the other")
        (snapshot,) = stage.asking.held()
        assert [found.target for found in snapshot.records] == ["10.0.0.1"]
        wire.gate.set()
        await stage.press("r")
        await stage.answered()
        await stage.until(lambda: stage.sees("2 of 2"), "all of it")


async def test_an_address_from_another_tab_waits_for_enter() -> None:
    wire = PaperWire()
    async with asking(host(wire), "whois", (100, 30)) as stage:
        await stage.press("escape", "1", "o")
        await stage.until(lambda: stage.app.here.name == "whois", "the tab")
        assert stage.asking.line.input.value == "10.0.0.7"
        await stage.until(lambda: stage.sees("Enter asks nobody: the shipped registries know it"), "whom it would ask")
        assert wire.asked == []


async def test_from_a_name_server_to_its_address() -> None:
    async with asking(host(), "whois", (100, 30)) as stage:
        await stage.question("example.com")
        await stage.answered()
        row = next(number for number, line in enumerate(stage.picture()) if "a.iana-servers.net" in line)
        await stage.press(*["j"] * (row - 4), "d")
        await stage.until(lambda: stage.app.here.name == "dns", "the tab")
        assert stage.asking.line.input.value == "a.iana-servers.net"


async def test_copying_and_saving(tmp_path: Path) -> None:
    async with asking(host(), "whois", (100, 30)) as stage:
        await stage.question("example.com")
        await stage.answered()
        await stage.press("j", "y")
        assert stage.app.clipboard == "example.com"
        path = tmp_path / "found.json"
        await stage.press("e")
        stage.app.screen.query_one(Input).value = str(path)
        await stage.press("enter")
        await stage.until(path.exists, "the file")
        assert json.loads(path.read_text())["records"][0]["registrar"]
    assert [snapshot.topic for snapshot in stage_held(stage)] == ["whois"]


def stage_held(stage: Asked) -> list[Any]:
    return [snapshot for screen in stage.app._built.values() for snapshot in screen.held()]


@pytest.fixture
def chain(netns: Namespace) -> Iterator[Any]:
    with registries(netns) as made:
        for server, text in TEXTS.items():
            made.whois(server, text)
        yield made


def test_the_real_program_asks_real_registries(chain: Any) -> None:
    command = ("ip", "netns", "exec", chain.netns.name, *NETSCOPE)
    with Terminal(command, (100, 40)) as terminal:
        terminal.until(terminal.sees("Local Address"), "the sockets")
        terminal.keys(str([tab.name for tab in TABS].index("whois") + 1))
        terminal.until(terminal.sees("questions"), "the tab")
        terminal.keys("--whois example.com")
        terminal.until(terminal.sees("Enter asks whois.iana.org port 43 for 'com'"), "whom it would ask")
        assert chain.asked == []
        terminal.keys("\r")
        terminal.until(terminal.sees("Domaine d'Études"), "the registrar's answer")
        assert [server for server, _question in chain.asked] == list(TEXTS)
        terminal.keys("q")
        terminal.until(terminal.ended, "the end")
        assert terminal.process.returncode == 0
