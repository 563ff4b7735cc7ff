"""Files in the Packets tab: opening, saving, their faults, and what is looked into of a large one."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import jsonschema
import pytest

from netscope.core.frame import Frame
from netscope.dissect import Context
from netscope.domains.packets import DOMAIN, packet, to_json
from netscope.tui.filenames import completed
from netscope.tui.packets.desk import Desk
from netscope.tui.packets.dialogs import StartScreen
from netscope.tui.packets.rowstore import RowStore
from netscope.tui.packets.session import Session
from netscope.tui.page import PageScreen
from tests.files.made import opened
from tests.packets import pcap
from tests.tui.packetstage import ListedFrames, conversation, datagrams, packet_stage
from tests.tui.stage import SIZES, FakeHost

pytestmark = pytest.mark.usefixtures("short_names")


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


async def test_a_file_that_is_given_up_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    reached, go_on = threading.Event(), threading.Event()

    class Slow(ListedFrames):
        def frame(self, place: int) -> Frame:
            if place == 100:
                reached.set()
                go_on.wait(10)
            return super().frame(place)

    def there() -> list[Path]:
        return list(tmp_path.iterdir())

    desk, others = Desk(FakeHost()), threading.enumerate()
    desk.session = Session(Slow(datagrams(3000)), "made up", live=True)
    saving = asyncio.create_task(desk.save(range(3000), str(tmp_path / "a.pcap"), whole=True))
    await asyncio.to_thread(reached.wait, 10)
    writer = next(found for found in threading.enumerate() if found.name == "collect" and found not in others)
    assert there(), "it is being written"
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    go_on.set()
    await asyncio.to_thread(writer.join, 10)
    assert not there()
    assert desk.unsaved == 3000
