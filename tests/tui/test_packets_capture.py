"""Capturing in the Packets tab: the list while packets come, what other tabs say of it, how it ends."""

from __future__ import annotations

import threading

import pytest

from netscope.core.frame import Interface, Statistics
from netscope.core.snapshot import Problem
from netscope.tui.confirm import Confirm
from netscope.tui.packets import kept, viewing
from netscope.tui.packets.dialogs import SavePrompt, StartScreen
from netscope.tui.packets.session import Session
from tests.packets import frames, over4
from tests.tui.packetstage import ListedFrames, compare, datagrams, packet_stage, start, told
from tests.tui.stage import SIZES, FakeHost


@pytest.mark.parametrize("size", SIZES[:2])
async def test_where_to_capture(size: tuple[int, int]) -> None:
    async with packet_stage(size) as stage:
        await stage.press("s")
        await stage.until(lambda: stage.sees("eth0"), "interfaces")
        await stage.press("j", "space", "tab")
        await stage.paste("tcp and prot 80")
        await stage.press("enter")
        await compare(stage, "start")


async def test_the_counters_beside_the_interfaces_are_live() -> None:
    async with packet_stage() as stage:
        stage.host.busy = True
        await stage.press("s")
        await stage.until(lambda: stage.sees("+1,000/s"), "a rate")


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


@pytest.mark.parametrize("key", ["q", "O", "s"])
async def test_what_would_be_lost_can_be_saved_from_the_question(key: str) -> None:
    async with packet_stage() as stage:
        await start(stage)
        capture = stage.host.captures[0]
        capture.add(*datagrams(3))
        await stage.until(lambda: stage.packets.list.count == 3, "rows")
        await stage.press("s")
        await stage.until(lambda: not capture.running, "the end")
        if key == "q":
            await stage.press("1")
        await stage.press(key)
        await stage.until(lambda: stage.sees("3 captured packets are not saved"), "the question")
        await stage.press("e")
        await stage.until(lambda: isinstance(stage.app.screen, SavePrompt), "where to save")
        assert stage.app.screen_stack[0] is stage.packets
        assert stage.sees("[all: 3]")
        assert not stage.sees("which packets"), "there is no choice"
        await stage.press("escape")
        assert not capture.closed, "nothing is lost"


async def test_panes_below_a_list_that_follows_lag_behind_and_catch_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "_BUSY", 0.0)
    monkeypatch.setattr(viewing, "_GLANCE", 1000.0)
    async with packet_stage() as stage:
        await start(stage)
        capture, panes = stage.host.captures[0], stage.packets
        capture.add(*datagrams(1))
        await stage.until(lambda: panes.list.here == 0, "the first")
        shown = panes.tree_pane.dissection
        capture.add(*datagrams(30))
        panes._tick()
        assert panes.list.here == 30
        assert panes.tree_pane.dissection is shown, "not with each repaint of the list"
        await stage.until(
            lambda: panes.tree_pane.dissection is not None and panes.tree_pane.dissection.frame.number == 31,
            "the newest, as soon as no more come",
        )


async def test_a_capture_that_takes_long_to_stop_says_nothing_of_it_either(monkeypatch: pytest.MonkeyPatch) -> None:
    async with packet_stage() as stage:
        await start(stage)
        capture, may_stop = stage.host.captures[0], threading.Event()
        stop = capture.stop

        def slow() -> None:
            may_stop.wait(10)
            stop()

        monkeypatch.setattr(capture, "stop", slow)
        await stage.press("s")
        stage.packets._tell()  # the clock strikes meanwhile
        may_stop.set()
        await stage.until(lambda: not capture.running, "the end")
        stage.packets._tell()
        await stage.until(lambda: not stage.sees("● capturing"), "the news taken back")
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


async def test_again_asks_where_it_cannot_be_as_last_time() -> None:
    async with packet_stage() as stage:
        await start(stage)
        await stage.press("s")
        await stage.until(lambda: not stage.packets.desk.running, "the end")
        stage.host.privileged = False
        await stage.press("S")
        await stage.until(lambda: stage.sees("capturing on eth0: needs CAP_NET_RAW (run with sudo)"), "why not")
        assert isinstance(stage.app.screen, StartScreen)
        assert stage.sees("[x] eth0")


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


async def test_the_end_of_the_program_ends_the_capture() -> None:
    async with packet_stage() as stage:
        await start(stage)
        capture = stage.host.captures[0]
        await stage.press("q")
        await stage.until(lambda: capture.closed, "the end")
    assert stage.app.return_code == 0


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


def test_a_frame_whose_turn_has_not_come_is_told_the_times_of_those_before() -> None:
    found = ListedFrames(datagrams(3))
    found.interfaces = (Interface("eth7", 1),)
    session = Session(found, "made up", live=True)  # not begun: nothing is learnt
    assert not session.has_tree(2)
    assert session.dissection(2, 1).layers[0].title.endswith("on interface eth7, id 0")
    texts = [field.text for field in session.dissection(2, 1).layers[0].fields()]
    assert "Time delta from previous captured frame: 0.001234000 seconds" in texts
    assert "Time since reference or first frame: 0.002468000 seconds" in texts
