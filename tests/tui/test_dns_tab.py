"""The DNS tab, driven by keys over answers on paper."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.widgets import Input

from netscope.core.dns.message import Record
from netscope.domains.dns import session
from netscope.domains.dns.survey import Back, Local, Said, Survey
from netscope.domains.dns.walk import Step, View, Walk
from netscope.tui.choice import Choice
from netscope.tui.dns.screen import DnsScreen
from netscope.tui.dns.walks import walk_item
from netscope.tui.outline import as_text
from netscope.tui.page import PageScreen
from tests.tui.asking import Asked, PaperHost, PaperResolver, asking
from tests.tui.stage import SIZES
from tests.tui.test_pictures import compare

ALIAS = "www.example.com. 300 CNAME web.example.com."
ZONE: Any = {
    ("www.example.com", "A"): [ALIAS, "web.example.com. 60 A 192.0.2.7"],
    ("www.example.com", "AAAA"): [ALIAS, "web.example.com. 60 AAAA 2001:db8::7"],
    ("example.com", "SOA"): ["example.com. 3600 SOA ns1.example.com. admin.example.com. 2026010101 7200 900 86400 300"],
    ("7.2.0.192.in-addr.arpa", "PTR"): ["7.2.0.192.in-addr.arpa. 300 PTR web.example.com."],
    ("gone.example.com", "A"): 3,
    **{(f"h{n}.example.com", "A"): [f"h{n}.example.com. 300 A 192.0.2.{n}"] for n in range(1, 200)},
    ("evil.example.com", "TXT"): ['evil.example.com. 60 TXT "\\027[2J[red]\\194\\155"'],
}  # fmt: skip


def host() -> PaperHost:
    return PaperHost(PaperResolver(ZONE), files={"/names": "www.example.com\n# no\n-x 192.0.2.7\ngone.example.com\n"})


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_there_before_a_question(size: tuple[int, int]) -> None:
    async with asking(host(), "dns", size) as stage:
        await stage.until(lambda: stage.sees("192.0.2.54"), "whom this host asks")
        compare(stage, "dns-welcome")
        assert stage.host.resolver.asked == []


@pytest.mark.parametrize("size", SIZES)
async def test_an_answer_as_a_tree_and_as_text(size: tuple[int, int]) -> None:
    async with asking(host(), "dns", size) as stage:
        await stage.question("www.example.com AAAA")
        await stage.answered()
        compare(stage, "dns-answer")
        await stage.press("v")
        assert stage.sees(";; ANSWER SECTION:")
        assert stage.sees(";; SERVER: 192.0.2.53#53(192.0.2.53) (UDP)")
        compare(stage, "dns-text")


async def test_folding_and_moving() -> None:
    async with asking(host(), "dns") as stage:
        await stage.question("example.com SOA")
        await stage.answered()
        assert not stage.sees("negative-ttl")
        await stage.press("j", "j", "enter")
        assert stage.sees("negative-ttl  300")
        await stage.press("h")
        assert not stage.sees("negative-ttl")
        await stage.press("h")
        assert stage.asking.outline.path == (0, 0), "from what is folded to the line above"
        await stage.press("g", "enter")
        assert not stage.sees("answer  1")
        await stage.press("l", "l")
        assert stage.asking.outline.path == (0, 0)


async def test_what_is_unfolded_at_the_lower_edge_comes_into_sight() -> None:
    names = "\n".join(f"h{n}.example.com" for n in range(1, 60))
    async with asking(PaperHost(PaperResolver(ZONE), files={"/many": names}), "dns") as stage:
        await stage.question("-f /many")
        await stage.answered()
        await stage.press("G", "enter")
        assert stage.sees("192.0.2.59")
        assert stage.sees("answered: 192.0.2.53#53")
        await stage.press("enter", "g", *["j"] * 10, "enter")
        assert stage.sees("h1.example.com A"), "nothing is scrolled where there is room"


async def test_hostile_answers_are_shown_and_not_obeyed() -> None:
    async with asking(host(), "dns") as stage:
        await stage.question("evil.example.com TXT")
        await stage.answered()
        assert stage.sees("[2J[red]")
        assert not any(char in "".join(stage.picture()) for char in "\x1b\x9b")


async def test_the_same_again_another_type_another_server() -> None:
    async with asking(host(), "dns") as stage:
        await stage.question("www.example.com")
        await stage.answered()
        await stage.press("r")
        await stage.answered()
        await stage.press("c")
        assert isinstance(stage.app.screen, Choice)
        await stage.type("aaa")
        await stage.press("enter")
        await stage.until(lambda: stage.sees("2001:db8::7"), "the other type")
        await stage.press("at")
        await stage.until(lambda: isinstance(stage.app.screen, Choice), "the servers")
        assert stage.sees("192.0.2.54")
        await stage.press("down", "enter")
        await stage.until(lambda: stage.asking.asked == "@192.0.2.54 www.example.com AAAA", "the other server")
        await stage.answered()
        assert stage.host.resolver.asked == [
            ("www.example.com", "A", "192.0.2.53"), ("www.example.com", "A", "192.0.2.53"),
            ("www.example.com", "AAAA", "192.0.2.53"), ("www.example.com", "AAAA", "192.0.2.54"),
        ]  # fmt: skip
        await stage.press("at")
        await stage.until(lambda: isinstance(stage.app.screen, Choice), "the servers")
        await stage.type("192.0.2.77")
        await stage.press("enter")
        await stage.until(lambda: stage.asking.asked == "@192.0.2.77 www.example.com AAAA", "a server that was typed")
        assert stage.asking.line.history[0] == "www.example.com"


async def test_the_walk_is_one_key_away() -> None:
    async with asking(host(), "dns") as stage:
        await stage.question("www.example.com")
        await stage.answered()
        await stage.press("w")
        await stage.until(lambda: stage.sees("no root server is known"), "a walk that nobody answers")
        assert stage.asking.asked == "--walk www.example.com"
        await stage.press("exclamation_mark")
        assert isinstance(stage.app.screen, PageScreen)
        assert "--hints FILE" in stage.app.screen.text
        await stage.press("escape", "w")
        await stage.until(lambda: stage.asking.asked == "www.example.com" and stage.sees("192.0.2.7"), "no walk")


async def test_types_and_options_are_completed() -> None:
    async with asking(host(), "dns") as stage:
        await stage.type("example.com SO")
        await stage.until(lambda: stage.sees("example.com SOA"), "the completion")
        await stage.press("right")
        assert stage.asking.line.input.value == "example.com SOA"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("example.com A", "example.com AAAA"), ("example.com aaa", "example.com aaaa"), ("example.com Mx", ""),
        ("MX", ""), ("example.com +dns", "example.com +dnssec"), ("example.com +nodns", "example.com +nodnssec"),
        ("example.com +", ""), ("example.com ", ""), ("", ""),
    ],
)  # fmt: skip
def test_completion(text: str, wanted: str) -> None:
    assert session.completion(text) == wanted


@pytest.mark.parametrize(
    ("text", "server", "kind", "walk"),
    [
        ("a.b MX", "@1.2.3.4 a.b MX", "a.b TXT", "--walk a.b MX"),
        ("@9.9.9.9 a.b -t MX +short", "@1.2.3.4 a.b -t MX +short", "@9.9.9.9 a.b +short TXT",
         "--walk @9.9.9.9 a.b -t MX +short"),
        ("--walk -q mx -p 53", "@1.2.3.4 --walk -q mx -p 53", "--walk -q mx -p 53 TXT", "-q mx -p 53"),
        ("-tMX a.b ixfr=7", "@1.2.3.4 -tMX a.b ixfr=7", "a.b TXT", "--walk -tMX a.b ixfr=7"),
    ],
)  # fmt: skip
def test_questions_are_changed_word_by_word(text: str, server: str, kind: str, walk: str) -> None:
    assert session.with_server(text, "1.2.3.4") == server
    assert session.with_type(text, "TXT") == kind
    assert session.with_walk(text) == walk


async def test_what_is_no_question_is_said_beside_it() -> None:
    async with asking(host(), "dns", (120, 24)) as stage:
        for text, said in (
            ("example.com +nosuch", "no option '+nosuch'"), ("'example.com", "no closing quotation"),
            ("-N other example.com", "stays in its namespace"), ("+short", "what name?"),
        ):  # fmt: skip
            await stage.question(text)
            assert stage.sees(said), text
        assert stage.host.resolver.asked == []
        await stage.question("-f /nowhere")
        await stage.until(lambda: stage.sees("/nowhere"), "a file that is not there")


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_of_names(size: tuple[int, int]) -> None:
    async with asking(host(), "dns", size) as stage:
        await stage.question("-f /names")
        await stage.answered()
        compare(stage, "dns-file")


async def test_the_key_that_leads_to_the_line_begins_no_question() -> None:
    async with asking(host(), "dns") as stage:
        await stage.press("slash", "slash", "a", "slash")
        assert stage.asking.line.input.value == "a/"


async def paste(stage: Asked, text: str) -> None:
    """Paste as a terminal does."""
    target = stage.app.focused
    assert target is not None
    target.post_message(Paste(text))
    await stage.settle()


@pytest.mark.parametrize("typing", [True, False])
async def test_a_pasted_list_waits_for_enter(typing: bool) -> None:
    async with asking(host(), "dns") as stage:
        if not typing:
            await stage.press("escape")
        assert isinstance(stage.app.focused, Input) is typing
        await paste(stage, "www.example.com\n192.0.2.7\n\n gone.example.com \n")
        await stage.until(lambda: stage.sees("3 lines pasted"), "what Enter does")
        assert stage.host.resolver.asked == []
        assert stage.asking.line.input.value == "-f -"
        await stage.press("enter")
        await stage.answered()
        assert [name for name, _kind, _server in stage.host.resolver.asked] == [
            "www.example.com", "7.2.0.192.in-addr.arpa.", "gone.example.com",
        ]  # fmt: skip
        assert stage.sees("NXDOMAIN")
        assert stage.sees("192.0.2.7 PTR  NOERROR  12.3ms  web.example.com.")


async def test_a_pasted_list_takes_the_place_of_the_names_asked_about_before() -> None:
    async with asking(host(), "dns") as stage:
        await stage.question("@192.0.2.53 -x 192.0.2.7 www.example.com MX +noall -p 53")
        await stage.answered()
        await paste(stage, "www.example.com\ngone.example.com\n")
        await stage.until(lambda: stage.sees("2 lines pasted"), "what Enter does")
        assert stage.asking.line.input.value == "@192.0.2.53 MX +noall -p 53 -f -"


async def test_a_pasted_line_is_a_text_like_any_other() -> None:
    async with asking(host(), "dns") as stage:
        await paste(stage, "www.example.com\n")
        assert stage.asking.line.input.value.strip() == "www.example.com"


async def test_progress_and_stop() -> None:
    resolver = PaperResolver(ZONE)
    resolver.only = 40
    names = "\n".join(f"h{n}.example.com" for n in range(1, 101))
    async with asking(PaperHost(resolver, files={"/many": names}), "dns", (120, 24)) as stage:
        await stage.question("-f /many")
        await stage.until(lambda: len(held(stage)) == 40, "what came")
        assert stage.sees("● asking")
        stage.asking.show_answers()
        await stage.until(lambda: stage.sees("40 of 100"), "the progress")
        await stage.press("G")
        assert stage.sees("h100.example.com A  …")
        await stage.press("escape")
        await stage.answered()
        assert stage.sees("stopped")
        assert not stage.sees("● asking")
        await stage.until(lambda: resolver.running == 0, "the end of the thread's work")
        assert len(held(stage)) == 40, "what came stays"


def held(stage: Asked) -> list[Any]:
    return [record for snapshot in stage.asking.held() for record in snapshot.records]


async def test_another_question_ends_the_one_before() -> None:
    resolver = PaperResolver(ZONE)
    resolver.gate.clear()
    async with asking(PaperHost(resolver), "dns") as stage:
        await stage.question("www.example.com")
        await stage.until(lambda: resolver.running == 1, "a question on its way")
        await stage.press("slash")
        await stage.question("example.com SOA")
        await stage.until(lambda: resolver.running == 1, "the other question alone")
        resolver.gate.set()
        await stage.answered()
        assert stage.sees("example.com SOA  NOERROR")
        assert [name for name, _kind, _server in resolver.asked] == ["example.com"]


async def test_leaving_in_mid_question_leaves_nothing_behind() -> None:
    resolver = PaperResolver(ZONE)
    resolver.gate.clear()
    async with asking(PaperHost(resolver), "dns") as stage:
        await stage.question("www.example.com")
        await stage.until(lambda: resolver.running == 1, "a question on its way")
    deadline = time.monotonic() + 5
    while resolver.running and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    assert resolver.running == 0


async def test_the_text_is_that_of_the_answer_under_the_cursor() -> None:
    async with asking(host(), "dns") as stage:
        await stage.question("www.example.com gone.example.com")
        await stage.answered()
        await stage.press("G", "v")
        assert stage.sees("status: NXDOMAIN")
        await stage.press("v", "g", "v")
        assert stage.sees("status: NOERROR")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("+short", "192.0.2.7"),
        ("--style host", "web.example.com has address 192.0.2.7"),
        ("--style json", '"RCODE": 0,'),
    ],
)
async def test_the_text_has_the_style_that_was_asked_for(words: str, line: str) -> None:
    async with asking(host(), "dns") as stage:
        await stage.question(f"{words} www.example.com")
        await stage.answered()
        await stage.press("v")
        assert stage.sees(line)


async def test_copying_and_saving(tmp_path: Path) -> None:
    async with asking(host(), "dns") as stage:
        await stage.press("escape", "e")
        await stage.until(lambda: any("no answer yet" in note.message for note in stage.app._notifications), "the word")
        await stage.question("www.example.com")
        await stage.answered()
        await stage.press("j", "j", "j", "y")
        assert stage.app.clipboard == "web.example.com. 60 IN A 192.0.2.7"
        await stage.press("Y")
        assert "www.example.com.  300  CNAME  web.example.com." in stage.app.clipboard
        for ending in ("json", "jsonl", "txt"):
            path = tmp_path / f"answers.{ending}"
            await stage.press("e")
            stage.app.screen.query_one(Input).value = str(path)
            await stage.press("enter")
            await stage.until(path.exists, "the file")
            await stage.until(lambda: isinstance(stage.app.screen, DnsScreen), "the tab again")
        document = json.loads((tmp_path / "answers.json").read_text())
        assert document["records"][0]["answerRRs"][1]["rdataA"] == "192.0.2.7"
        assert json.loads((tmp_path / "answers.jsonl").read_text())["QNAME"] == "www.example.com."
        assert "192.0.2.7" in (tmp_path / "answers.txt").read_text()


async def test_answers_are_in_the_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    async with asking(host(), "dns") as stage:
        await stage.question("www.example.com")
        await stage.answered()
        await stage.press("E")
        stage.app.screen.query_one(Input).value = str(path)
        await stage.press("enter")
        await stage.until(path.exists, "the file")
    document = json.loads(path.read_text())
    assert document["topics"]["dns"]["records"][0]["QNAME"] == "www.example.com."


async def test_a_question_from_another_tab_waits_for_enter() -> None:
    async with asking(host(), "dns") as stage:
        await stage.press("escape", "1", "d")
        await stage.until(lambda: stage.app.here.name == "dns", "the tab")
        assert stage.asking.line.input.value == "-x 10.0.0.7"
        assert stage.host.resolver.asked == []


def test_a_walk_as_a_picture() -> None:
    good = View("a.nic.test", "192.0.2.1", 4.0, "ok", "", 7)
    late = View("ns1.x.test", "192.0.2.2", 20.0, "ok", "", 9, ("www.x.test. 1 192.0.2.9",))
    other = View("ns2.x.test", "192.0.2.3", 10.0, "ok", "", 8, ("www.x.test. 1 192.0.2.8",))
    lame = View("ns3.x.test", "192.0.2.4", 1.0, "lame", "is not authoritative for x.test.")
    steps = (
        Step("test.", "", ("a.nic.test",), ("a.nic.test",), (good,), "secure", "", (11,), (11,), ()),
        Step("x.test.", "test.", (), (), (late, other, lame), "insecure", "test. proves that x.test. has no DS", (), (),
             ("serials disagree",)),
    )  # fmt: skip
    record = Record("www.x.test.", 1, 1, 60, bytes((192, 0, 2, 9)))
    walk = Walk("www.x.test.", 1, steps, "NOERROR", (record,), "insecure", "test. proves that x.test. has no DS")
    said = Said("192.0.2.53", "/etc/resolv.conf", 1.0, "NOERROR", ("192.0.2.9",), False)
    back = (Back("192.0.2.9", ("www.x.test.",), True), Back("192.0.2.8", (), False))
    survey = Survey("www.x.test.", 1, (walk,), said, Local(None, ("files", "dns"), (), "/etc/hosts"), back)
    assert list(as_text([walk_item(survey)])) == [
        "www.x.test. A  ○ insecure: test. proves that x.test. has no DS",
        "  ● test.  secure  keys 11  4ms",
        "  │   a.nic.test  192.0.2.1  ▇▇▇                  4ms  serial 7",
        "  │  no DS",
        "  ○ x.test.  insecure: test. proves that x.test. has no DS  no keys  10ms",
        "  │   ns1.x.test  192.0.2.2  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇    20ms  serial 9  192.0.2.9",
        "  │   ns2.x.test  192.0.2.3  ▇▇▇▇▇▇▇▇            10ms  serial 8  192.0.2.8",
        "  │   ns3.x.test  192.0.2.4                    lame: is not authoritative for x.test.",
        "  │ ! serials disagree",
        "  │",
        "  ○ NOERROR  insecure",
        "    www.x.test.  60  A  192.0.2.9",
        "  elsewhere",
        "    resolver 192.0.2.53 (/etc/resolv.conf): 192.0.2.9  NOERROR",
        "    reverse of 192.0.2.9: www.x.test.  leads back",
        "    reverse of 192.0.2.8: no name",
    ]
    odd = [item for item in walk_item(survey).below[2].below if any(span.tone == "notice" for span in item.line[1:])]
    assert len(odd) == 2, "the one that disagrees, and the note"
