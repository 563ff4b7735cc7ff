"""The Packets tab driven by keys, over files and captures that are made up."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import jsonschema
import pytest

from netscope.core.frame import Frame, Statistics
from netscope.core.snapshot import Problem
from netscope.dissect import Context
from netscope.domains.packets import DOMAIN, packet, to_json
from netscope.tui.confirm import Confirm
from netscope.tui.filenames import completed
from netscope.tui.packets import hexdump, kept
from netscope.tui.packets.dialogs import StartScreen
from netscope.tui.packets.rowstore import RowStore
from netscope.tui.packets.session import Session
from netscope.tui.page import PageScreen
from netscope.tui.tabs import Tab
from tests.files.made import opened
from tests.packets import frames, over4, pcap
from tests.protocols import corpus
from tests.tui.packetstage import TABS, ListedFrames, PacketStage, conversation, packet_stage
from tests.tui.pictures import UPDATING, golden, text
from tests.tui.stage import SIZES, FakeHost
from tests.tui.test_framed import AskingScreen


@pytest.fixture(autouse=True)
def _short_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file be opened by typing its name alone."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.pcap"
    path.write_bytes(pcap(conversation(), 1))
    return path


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.pcap"
    path.write_bytes(pcap(frames(packet for packet in corpus() if packet.link == 1), 1))
    return path


async def compare(stage: PacketStage, name: str) -> None:
    """Compare the screen with its picture, once it has become it or will not any more."""
    path = golden(f"packets-{name}", stage.app.size)
    if UPDATING:
        await asyncio.sleep(0.5)
        path.write_text(text(stage.picture()))
    want = path.read_text()
    deadline = time.monotonic() + 5
    while text(stage.picture()) != want and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert text(stage.picture()) == want


@pytest.mark.parametrize("size", SIZES)
async def test_three_panes(talk: Path, size: tuple[int, int]) -> None:
    async with packet_stage(size) as stage:
        await stage.open(talk)
        await stage.press(*"jjjj", "enter", "l", *"jjjjjj")
        await compare(stage, "panes")


@pytest.mark.parametrize("size", SIZES)
async def test_the_header_picture(talk: Path, size: tuple[int, int]) -> None:
    async with packet_stage(size) as stage:
        await stage.open(talk)
        await stage.press(*"jjj", "R", "enter", "k", "w", "l", "l", "l")
        await compare(stage, "header")


@pytest.mark.parametrize("size", SIZES[:1])
async def test_hostile_bytes_are_shown_harmlessly(talk: Path, size: tuple[int, int]) -> None:
    async with packet_stage(size) as stage:
        await stage.open(talk)
        await stage.press("G", "enter", "plus")
        assert all(char.isprintable() for line in stage.picture() for char in line)
        await compare(stage, "hostile")


@pytest.mark.parametrize("size", SIZES[:2])
async def test_where_to_capture(size: tuple[int, int]) -> None:
    async with packet_stage(size) as stage:
        await stage.press("s")
        await stage.until(lambda: stage.sees("eth0"), "interfaces")
        await stage.press("j", "space", "tab")
        await stage.paste("tcp and prot 80")
        await stage.press("enter")
        await compare(stage, "start")


async def test_without_privileges_it_says_what_to_do_and_still_opens_files(talk: Path) -> None:
    async with packet_stage(privileged=False) as stage:
        await stage.until(lambda: stage.sees("CAP_NET_RAW"), "what is missing")
        assert stage.sees("sudo")
        await stage.press("s", "enter")
        await stage.until(lambda: stage.sees("needs CAP_NET_RAW"), "the refusal, in the dialogue")
        assert isinstance(stage.app.screen, StartScreen)
        await stage.press("escape")
        await stage.open(talk)
        assert stage.sees("talk.pcap")


async def test_retransmissions_are_marked_once_their_turn_came(talk: Path) -> None:
    async with packet_stage((120, 40)) as stage:
        await stage.open(talk)
        await stage.until(lambda: stage.sees("Retransmission"), "the row that was looked at again")
        line = next(line for line in stage.picture() if "Retransmission" in line)
        assert line.startswith(" ! ")
        await stage.press("right_square_bracket")
        assert stage.packets.list.here == 4
        await stage.press("right_square_bracket")
        assert stage.packets.list.here == 4, "there is no more"


async def test_tree_and_bytes_follow_each_other(talk: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press("w", "k", "l", "j", "j")
        assert stage.field.path == ("ip", "ip.hdr_len")
        assert stage.packets.bytes.at == 14
        await stage.press("w", *["l"] * 9)
        assert stage.packets.bytes.at == 23
        assert stage.field.path == ("ip", "ip.proto"), "moving in the bytes opens the field"
        await stage.press("j")
        assert stage.layer == "tcp"
        await stage.press("escape", "j")
        assert stage.layer == "tcp", "what was looked at stays in the next packet"


async def test_unfolded_stays_unfolded_by_protocol(talk: Path) -> None:
    async with packet_stage((120, 40)) as stage:
        await stage.open(talk)
        await stage.press("w", "l")
        assert stage.sees("  Source Port: 40000")
        await stage.press("escape", "j")
        assert stage.sees("  Source Port: 80")
        await stage.press("minus")
        assert not stage.sees("  Source Port: 80")
        await stage.press("plus")
        assert any(line.text.endswith("Syn: Set") for line in stage.packets.tree_pane.lines)
        assert stage.layer == "tcp", "the cursor stays where it was"


async def test_the_picture_moves_with_the_tree_and_the_tree_with_it(talk: Path) -> None:
    async with packet_stage((120, 40)) as stage:
        await stage.open(talk)
        await stage.press("R", "w", "w", "l")
        assert stage.field.path == ("tcp", "tcp.srcport")
        await stage.press("j", "j")
        assert stage.field.path == ("tcp", "tcp.ack_raw") or stage.field.path == ("tcp", "tcp.ack")
        await stage.press("escape", "j")
        assert stage.sees("Source Port: 80"), "drawn anew for another packet"
        assert stage.sees("+-+-+-+-+")


async def test_finding_and_going_to_a_number(everything: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(everything)
        await stage.press("slash")
        await stage.paste("www.example.com")
        await stage.press("enter")
        await stage.until(lambda: stage.packets.list.here != 0, "found")
        first = stage.packets.list.here
        assert first is not None
        assert "www.example.com" in stage.session.row(first).info
        await stage.press("full_stop")
        await stage.until(lambda: stage.packets.list.here != first, "the next")
        await stage.press("comma")
        await stage.until(lambda: stage.packets.list.here == first, "back")
        await stage.press("slash")
        await stage.paste("/(/")
        await stage.press("enter")
        assert stage.sees("not a regular")
        await stage.press("escape", "number_sign")
        await stage.paste("17")
        await stage.press("enter")
        assert stage.packets.list.here == 16
        await stage.press("number_sign")
        await stage.paste("99999")
        await stage.press("enter")
        assert stage.sees("a number from 1 to")


async def test_marks_forms_of_time_and_the_reference(talk: Path) -> None:
    async with packet_stage((120, 40)) as stage:
        await stage.open(talk)
        await stage.press("m", "j", "m", "M")
        assert list(stage.packets.list.view.places()) == [0, 2]
        assert stage.sees("marked only")
        assert any(line.startswith("*") for line in stage.picture())
        await stage.press("M", "g", "j", "ctrl+t")
        assert stage.packets.list.line_cells(1)[1] == "0.000000"
        assert stage.packets.list.line_cells(2)[1] == "0.001234"
        await stage.press("ctrl+t", "f")
        assert stage.packets.list.line_cells(2)[1] == "0.001234"
        await stage.press("f")
        assert stage.packets.list.line_cells(0)[1].startswith("2023-11-14 22:13:20.")


async def test_saving_all_and_marked(talk: Path, tmp_path: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press("m", "m", "e", "up")
        await stage.press("ctrl+a", "ctrl+k")
        await stage.paste("two.pcap")
        await stage.press("enter")
        await stage.until((tmp_path / "two.pcap").exists, "the file")
        await stage.until(lambda: len(stage.app.screen_stack) == 1, "the tab again")
        await stage.press("e", "ctrl+a", "ctrl+k")
        await stage.paste("two.pcap")
        await stage.press("enter")
        await stage.until(lambda: stage.sees("already"), "refused to write over it")
        await stage.press("ctrl+a", "ctrl+k")
        await stage.paste("all.pcapng")
        await stage.press("enter")
        await stage.until((tmp_path / "all.pcapng").exists, "the file")
    assert len(opened((tmp_path / "two.pcap").read_bytes())) == 2
    assert len(opened((tmp_path / "all.pcapng").read_bytes())) == 6
    assert (tmp_path / "all.pcapng").read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


async def test_the_counters_beside_the_interfaces_are_live() -> None:
    async with packet_stage() as stage:
        stage.host.busy = True
        await stage.press("s")
        await stage.until(lambda: stage.sees("+1,000/s"), "a rate")


async def start(stage: PacketStage) -> None:
    await stage.press("s")
    await stage.until(lambda: stage.sees("eth0"), "interfaces")
    await stage.press("enter")
    await stage.until(lambda: stage.packets.desk.running and len(stage.app.screen_stack) == 1, "a capture")


def datagrams(count: int) -> list[Frame]:
    return frames(over4(bytes((number % 256,)), 5000, 6000) for number in range(count))


async def test_a_capture_follows_the_tail_until_one_moves() -> None:
    async with packet_stage() as stage:
        await start(stage)
        capture = stage.host.captures[0]
        assert capture.request.interfaces == ("eth0",)
        capture.add(*datagrams(30))
        await stage.until(lambda: stage.packets.list.here == 29, "the newest")
        assert stage.sees("following")
        await stage.press("k")
        capture.add(*datagrams(30))
        await stage.until(lambda: stage.packets.list.count == 60, "more")
        assert stage.packets.list.here == 28
        await stage.press("G")
        capture.add(*datagrams(1))
        await stage.until(lambda: stage.packets.list.here == 60, "the newest again")
        assert stage.field is not None
        await stage.press("space")
        capture.add(*datagrams(1))
        await stage.until(lambda: stage.packets.list.count == 62, "more")
        assert stage.packets.list.here == 60


async def test_every_tab_says_that_a_capture_runs_and_what_it_lost() -> None:
    async with packet_stage() as stage:
        await start(stage)
        capture = stage.host.captures[0]
        await stage.press("1")
        capture.add(*datagrams(3))
        await stage.until(lambda: stage.sees("● capturing 3"), "the news")
        capture.kept.statistics = (Statistics(0, 10, 7),)
        await stage.until(lambda: stage.sees("7 dropped"), "what was lost")
        await stage.press("2")
        assert stage.sees("7 dropped by the kernel")
        await stage.press("s")
        await stage.until(lambda: not stage.packets.desk.running, "the end")
        await stage.until(lambda: not stage.sees("● capturing"), "no news any more")
        await stage.press("1")
        assert not stage.sees("● capturing")


async def test_a_hidden_tab_paints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with packet_stage() as stage:
        await start(stage)
        capture = stage.host.captures[0]
        capture.add(*datagrams(3))
        await stage.until(lambda: stage.packets.list.count == 3, "rows")
        await stage.press("1")
        before = stage.session.summaries
        capture.add(*datagrams(50))
        await stage.until(lambda: stage.sees("● capturing 53"), "the news")
        assert stage.packets.list.count == 3
        assert stage.session.summaries == before
        await stage.press("2")
        await stage.until(lambda: stage.packets.list.here == 52, "in front again")


async def test_quitting_asks_once_for_packets_that_are_not_saved() -> None:
    async with packet_stage() as stage:
        await start(stage)
        stage.host.captures[0].add(*datagrams(3))
        await stage.until(lambda: stage.packets.list.count == 3, "rows")
        await stage.press("q")
        assert isinstance(stage.app.screen, Confirm)
        assert stage.sees("3 captured packets are not saved")
        await stage.press("escape")
        assert stage.app.is_running
        await stage.press("O")
        assert isinstance(stage.app.screen, Confirm), "opening a file would lose them, too"
        await stage.press("escape", "q", "y")
        await stage.until(lambda: not stage.app.is_running, "the end")
    assert stage.app.return_code == 0


async def test_keys_that_can_do_nothing_say_so(talk: Path) -> None:
    async with packet_stage() as stage:
        await stage.press("y")
        await stage.until(lambda: told(stage) == ["There are no packets to copy from."], "the word")
        assert not stage.app.clipboard
        await stage.open(talk)
        before = stage.picture()
        await stage.press("b")
        await stage.until(lambda: told(stage) == ["This packet has no other bytes than its frame's."], "the word")
        assert stage.picture() == before, "the tree keeps its cursor"


async def test_a_line_without_the_keys_is_closed_by_escape(talk: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press("slash")
        stage.packets.list.focus()
        await stage.press("escape")
        assert not stage.sees(" find ")


async def test_tab_completes_a_file_name(talk: Path, tmp_path: Path) -> None:
    for name in ("talk-two.pcap", "other"):
        (tmp_path / name).write_bytes(b"")
    async with packet_stage() as stage:
        await stage.press("O")
        await stage.paste("ta")
        await stage.press("tab")
        await stage.until(lambda: stage.sees("talk-two.pcap  talk.pcap"), "what it may be")
        await stage.paste(".")
        await stage.press("tab")
        await stage.until(lambda: stage.sees(" talk.pcap") and not stage.sees("talk-two"), "the whole name")
        await stage.press("enter")
        await stage.until(lambda: stage.packets.desk.session is not None, "the file")


def test_names_are_completed_as_far_as_there_is_no_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "captures").mkdir()
    for name in ("a1.pcap", "a2.pcap", ".hidden", "b\x1b[31m.pcap"):
        (tmp_path / "captures" / name).write_bytes(b"")
    assert completed("cap") == ("captures/", ["captures/"])
    assert completed("~/captures/") == ("~/captures/a", ["a1.pcap", "a2.pcap"])
    assert completed(f"{tmp_path}/captures/a2") == (f"{tmp_path}/captures/a2.pcap", ["a2.pcap"])
    assert completed("captures/.h") == ("captures/.hidden", [".hidden"])
    for typed in ("captures/b", "captures/x", "nowhere/x", "captures/a1.pcap/x"):
        assert completed(typed) == (typed, [])


def told(stage: PacketStage) -> list[str]:
    """Return the words that stand over the last lines for a while."""
    return [note.message for note in stage.app._notifications]


async def test_an_interrupt_asks_once_too_and_the_next_one_ends() -> None:
    async with packet_stage() as stage:
        await start(stage)
        stage.host.captures[0].add(*datagrams(3))
        await stage.until(lambda: stage.packets.list.count == 3, "rows")
        await stage.press("ctrl+c")
        assert stage.sees("3 captured packets are not saved")
        await stage.press("ctrl+c")
        await stage.until(lambda: not stage.app.is_running, "the end")
    assert stage.app.return_code == 130


async def test_a_capture_that_ends_by_itself_says_why_in_any_tab() -> None:
    async with packet_stage() as stage:
        await start(stage)
        await stage.until(lambda: stage.sees("● capturing 0"), "the news")
        await stage.press("1")
        capture = stage.host.captures[0]
        capture.problems = (Problem("eth0 is gone", "the interface was removed while it was captured on"),)
        capture.stop()
        await stage.until(lambda: "The capture has ended: eth0 is gone" in told(stage), "the word")
        await stage.press("2")
        await stage.until(lambda: stage.sees("! eth0 is gone: the interface was removed"), "the tab's own line")


async def test_a_capture_that_was_stopped_says_nothing_of_it() -> None:
    async with packet_stage() as stage:
        await start(stage)
        await stage.until(lambda: stage.sees("● capturing 0"), "the news")
        await stage.press("s")
        await stage.until(lambda: not stage.sees("● capturing"), "the news taken back")
        assert not told(stage)


async def test_a_dialogue_is_not_covered_by_an_earlier_word(talk: Path, tmp_path: Path) -> None:
    (tmp_path / "there.pcap").write_bytes(b"")
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press("y")
        await stage.until(lambda: told(stage) == ["Copied: the row"], "a word over the last lines")
        await stage.press("e", "ctrl+a", "ctrl+k")
        await stage.paste("there.pcap")
        await stage.press("enter")
        await stage.until(lambda: stage.sees("it is there already (choose another name)"), "all of what is wrong")
        assert not told(stage)


async def test_again_captures_as_last_time() -> None:
    async with packet_stage() as stage:
        await start(stage)
        await stage.press("s")
        await stage.until(lambda: not stage.packets.desk.running, "the end")
        await stage.press("S")
        await stage.until(lambda: len(stage.host.captures) == 2 and stage.packets.desk.running, "another")
        assert stage.host.captures[1].request.interfaces == ("eth0",)
        await stage.until(lambda: stage.host.captures[0].closed, "the first one closed")


async def test_packets_that_were_let_go_are_said_and_skipped() -> None:
    async with packet_stage() as stage:
        await start(stage)
        capture = stage.host.captures[0]
        capture.add(*datagrams(40))
        await stage.until(lambda: stage.packets.list.count == 40, "rows")
        await stage.press("g")
        capture.kept.first = 30
        capture.kept.problems = (Problem("the oldest 30 frames are not kept any more", "memory is full"),)
        await stage.until(lambda: stage.packets.list.count == 10, "the rest")
        assert stage.packets.list.here == 30
        assert stage.sees("the oldest 30 let go")


async def test_problems_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap(conversation(), 1)[:-5])
    async with packet_stage() as stage:
        await stage.open(path)
        assert stage.sees(" ! the file is cut short at byte")
        await stage.press("exclamation_mark")
        assert isinstance(stage.app.screen, PageScreen)
        assert stage.sees("cut short")


@pytest.mark.parametrize("name", ["missing.pcap", "text.pcap", "."])
async def test_what_is_no_capture_is_said_in_place(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.pcap").write_text("not a capture at all, but long enough to look at")
    async with packet_stage() as stage:
        await stage.press("O")
        await stage.paste(name)
        await stage.press("enter")
        await stage.until(lambda: stage.sees("Cannot be read: "), "the reason")
        await stage.press("escape")
        assert stage.packets.desk.session is None


class Million:
    """A million frames that are made when they are asked for."""

    first = 0
    complete = True
    interfaces = ()
    problems = ()
    statistics = ()

    def __init__(self, count: int = 1_000_000) -> None:
        self._count = count
        self._frame = datagrams(1)[0]

    def __len__(self) -> int:
        return self._count

    def frame(self, place: int) -> Frame:
        return self._frame._replace(number=place + 1, time=self._frame.time + place)


class Unlearned(Session):
    """A session that looks only at what it is asked for: every summary is the screen's."""

    def start(self) -> None:
        pass


async def test_only_the_rows_in_sight_of_a_million_are_looked_into() -> None:
    async with packet_stage() as stage:
        session = Unlearned(Million(), "million")
        stage.packets.desk._replace(session, None)
        stage.packets.renew()
        await stage.until(lambda: stage.sees("1,000,000 packets"), "the rows")
        height = stage.packets.list.height
        assert session.summaries <= height + 1
        session.summaries = 0
        await stage.press("j")
        assert session.summaries == 0, "all in sight already"
        await stage.press("G")
        assert stage.packets.list.here == 999_999
        assert session.summaries <= 2 * height
        session.summaries = 0
        await stage.press(*"kkkkk", "pageup", "pageup", "g")
        assert session.summaries <= 4 * height


async def test_frames_that_go_while_they_are_looked_at() -> None:
    kept = ListedFrames(datagrams(5))
    session = Session(kept, "list")
    kept.first = 3
    with pytest.raises(IndexError):
        session.row(0)
    assert session.row(3).number == 4
    assert session.moment(3, 2).before == kept.found[3].time, "the one before is gone"


async def test_a_fault_in_looking_at_packets_is_a_problem_and_not_the_end(
    talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(RowStore, "add", broken)
    async with packet_stage() as stage:
        await stage.press("O")
        await stage.paste(talk.name)
        await stage.press("enter")
        await stage.until(lambda: bool(stage.packets.desk.problems), "a problem")
        await stage.press("exclamation_mark")
        assert stage.sees("RuntimeError: a fault")


async def test_help_tells_the_keys_and_what_it_is_instead_of(talk: Path) -> None:
    async with packet_stage((200, 60)) as stage:
        await stage.press("question_mark")
        assert stage.sees("tcpdump")
        assert stage.sees("the header as the RFCs draw it")


async def test_panes_are_zoomed_and_arranged(talk: Path) -> None:
    async with packet_stage((120, 40)) as stage:
        await stage.open(talk)
        await stage.press("z")
        assert not stage.sees("[Frame (")
        await stage.press("w")
        assert not stage.sees("No.")
        assert stage.sees("▸ Frame 1:")
        await stage.press("w")
        assert stage.sees("[Frame (")
        assert not stage.sees("▸ Frame 1:")
        await stage.press("z", "v")
        assert any("▸ Frame 1:" in line or "Transmission" in line for line in stage.picture())
        row = next(line for line in stage.picture() if "[Frame (" in line)
        assert "TCP" in row, "side by side"


async def test_copying(talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press("y")
        assert "\tTCP\t" in stage.app.clipboard
        await stage.press("w", "l", "j", "Y")
        assert stage.app.clipboard == "9c 40"
        await stage.press("y")
        assert stage.app.clipboard == "Source Port: 40000"


async def test_an_address_is_taken_to_the_tab_that_answers(talk: Path) -> None:
    tabs = (*TABS, Tab("ping", "Ping", screen="tests.tui.test_framed:AskingScreen"))
    async with packet_stage(tabs=tabs) as stage:
        await stage.open(talk)
        await stage.press("p")
        await stage.until(lambda: isinstance(stage.app.screen, AskingScreen), "the other tab")
        assert isinstance(stage.app.screen, AskingScreen)
        assert stage.app.screen.asked == "10.0.0.2"


async def test_the_end_of_the_program_ends_the_capture() -> None:
    async with packet_stage() as stage:
        await start(stage)
        capture = stage.host.captures[0]
        await stage.press("q")
        await stage.until(lambda: capture.closed, "the end")
    assert stage.app.return_code == 0


async def test_panes_side_by_side_need_room(talk: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        before = stage.picture()
        await stage.press("v")
        assert stage.packets.has_class("-stacked")
        assert [line for line in stage.picture() if "No." in line] == [line for line in before if "No." in line]


async def test_clicks(talk: Path) -> None:
    async with packet_stage((120, 40)) as stage:
        await stage.open(talk)
        await stage.pilot.click(stage.packets.list, offset=(10, 3))
        assert stage.packets.list.here == 2
        await stage.pilot.click(stage.packets.list, offset=(10, 3))
        assert stage.packets.here is stage.packets.tree_pane, "a second click looks into it"
        line = next(number for number, line in enumerate(stage.packets.tree_pane.lines) if line.path == ("ip",))
        await stage.pilot.click(stage.packets.tree_pane, offset=(0, line))
        assert stage.sees("= Version: 4"), "a click on the mark unfolds"
        await stage.pilot.click(stage.packets.bytes, offset=(hexdump.column(22, 16), 1))
        assert stage.field.path == ("ip", "ip.ttl")


async def test_a_snapshot_of_everything_has_the_summaries(talk: Path, tmp_path: Path) -> None:
    async with packet_stage(SIZES[0]) as stage:
        await stage.open(talk)
        await stage.press("E")
        await stage.until(lambda: stage.sees("Save the whole host"), "the prompt")
        await stage.press("ctrl+u")
        await stage.type("all.json")
        await stage.press("enter")
        await stage.until((tmp_path / "all.json").exists, "the file")
        frames, context = stage.session.frames, Context()
        want = [to_json(packet(frames.frame(place), context)) for place in range(len(frames))]
    topic = json.loads((tmp_path / "all.json").read_text())["topics"]["packets"]
    for record in topic["records"]:
        jsonschema.validate(record, DOMAIN.schema())
    assert topic["records"] == want
    assert topic["problems"] == []


async def test_a_snapshot_says_which_packets_it_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    found = ListedFrames(frames(over4(b"payload", 1, number) for number in range(10)))
    found.first = 2
    session = Session(found, "made up")
    taken = kept.snapshot(session, (), FakeHost())
    assert [record.number for record in taken.records] == [8, 9, 10]
    assert taken.records[0].number == 8
    (problem,) = taken.problems
    assert problem.what.startswith("5 earlier packets are not in this snapshot")
    found.first = 9  # let go while it is written
    assert [record.number for record in taken.records] == [10]
