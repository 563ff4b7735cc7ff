"""The Packets tab driven by keys, over files and captures that are made up."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from netscope.tui.packets import hexdump, screen
from netscope.tui.tabs import Tab
from tests.tui.packetstage import TABS, compare, packet_stage, told
from tests.tui.stage import SIZES
from tests.tui.test_framed import AskingScreen

pytestmark = pytest.mark.usefixtures("short_names")


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


async def test_enter_tells_all_of_a_field_that_is_too_long_for_its_line(talk: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press("G", "enter", "l", "j")
        assert stage.field.path == ("data", "data.data")
        await stage.press("enter")
        await stage.until(lambda: stage.sees("Data (26 bytes)"), "the page")
        assert stage.sees("field  data.data")
        assert stage.sees("where  26 bytes from byte 42 of Frame")
        assert stage.sees("1b 5d 30 3b 6f 77 6e 65 64 07"), "the bytes"
        await stage.press("escape", "k", "enter")
        assert not stage.sees("data.data"), "what has something below it is folded"


async def test_a_second_click_on_a_line_of_the_tree_unfolds_it(talk: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.pilot.click(stage.packets.tree_pane, offset=(20, 1))
        await stage.pilot.pause()
        assert stage.field.path == ("eth",)
        assert stage.field.state == "+", "the first click goes there"
        await stage.pilot.click(stage.packets.tree_pane, offset=(25, 1))
        await stage.until(lambda: stage.field.state == "-", "unfolded")


async def test_a_low_terminal_shows_the_pane_that_has_the_keys(talk: Path) -> None:
    def rows() -> list[int]:
        return [pane.region.height for pane in (stage.packets.list, stage.packets.tree_pane, stage.packets.bytes)]

    async with packet_stage((80, 10)) as stage:
        await stage.open(talk)
        assert rows() == [6, 0, 0]
        await stage.press("enter")
        await stage.until(lambda: rows() == [0, 5, 0], "the tree alone, below its title")
        await stage.press("w")
        await stage.until(lambda: rows() == [0, 0, 5], "the bytes alone")
        await stage.press("escape")
        await stage.until(lambda: rows() == [6, 0, 0], "the list again")
        await stage.pilot.resize_terminal(80, 24)
        await stage.until(lambda: all(rows()), "all three where there is room")
        await stage.pilot.resize_terminal(20, 5)
        await stage.pilot.resize_terminal(80, 24)
        await stage.until(lambda: all(rows()), "all three, whatever was in between")


async def test_neighbours_that_look_alike_are_painted_at_once(talk: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        assert len(list(stage.packets.list.render_line(3))) <= 5, "signs, cells, protocol, info, the bar"


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


async def test_a_click_in_the_picture_chooses_the_box_and_scrolls_nothing(talk: Path) -> None:
    async with packet_stage((120, 40)) as stage:
        await stage.open(talk)
        await stage.press("R")
        shown = stage.picture()
        row = next(number for number, line in enumerate(shown) if "Window: " in line)
        await stage.pilot.click(
            stage.packets.picture, offset=(shown[row].index("Window: "), row - stage.packets.picture.region.y)
        )
        await stage.until(lambda: stage.field.path == ("tcp", "tcp.window_size_value"), "the window's field")
        assert stage.sees("Source Port: 40000"), "the picture stays where it is"
        await stage.pilot.click(stage.packets.picture, offset=(1, row - stage.packets.picture.region.y))
        assert stage.field.path == ("tcp", "tcp.window_size_value"), "beside it there is nothing"


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
        await stage.press("comma")
        wrapped = "None further: went on from the last packet."
        await stage.until(lambda: wrapped in told(stage) and stage.packets.list.here != first, "round the end")
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
        await stage.press("m", "k")
        assert any(line.startswith("T *") for line in stage.picture()), "both signs"
        await stage.press("m", "k", "ctrl+t", "f")
        assert stage.packets.list.line_cells(2)[1] == "0.001234"
        await stage.press("f")
        assert stage.packets.list.line_cells(0)[1].startswith("2023-11-14 22:13:20.")


async def test_a_long_search_says_how_far_it_is_and_ends_with_escape(
    talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def search(*arguments: Any) -> int | None:
        go_on = arguments[-1]
        while go_on(3):  # of six
            time.sleep(0.01)
        ended.set()
        return None

    monkeypatch.setattr(screen, "search", search)
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press("slash", *"ab", "enter")
        await stage.until(lambda: stage.sees("looking for ab: 50 % Esc ends it"), "how far it is")
        await stage.press("escape")
        await stage.until(ended.is_set, "the end of the search")
        assert not stage.sees("looking for")
        assert not told(stage), "nobody was told that it is not there"


@pytest.mark.parametrize(
    ("presses", "title", "cell"),
    [
        (0, " Time ", "0.001234"),
        (1, " Delta ", "0.001234"),
        (2, " UTC ", "2023-11-14 22:13:20.002468"),
        (3, " Local ", ":20.002468"),
        (4, " Epoch ", "1700000000.002468"),
    ],
)
async def test_every_form_of_the_time_is_in_80_columns(talk: Path, presses: int, title: str, cell: str) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press(*["f"] * presses)
        await stage.until(lambda: title in stage.picture()[3], "the heading")
        row = stage.picture()[5]
        assert cell in row
        assert "10.0.0.2 " in row, "and what else is told of it"
        assert "80 →" in row


async def test_the_tree_tells_times_and_marks_as_the_list_does(talk: Path) -> None:
    def said() -> dict[str, str]:
        return dict(
            line.text.strip("[]").split(": ", 1)
            for line in stage.packets.tree_pane.lines
            if line.path[0] == "frame" and line.depth
        )

    async with packet_stage((120, 40)) as stage:
        await stage.open(talk)
        await stage.press("j", "j", "j", "enter", "plus", "escape")
        assert said()["Time delta from previous captured frame"] == "0.001234000 seconds"
        assert said()["Time since reference or first frame"] == "0.003702000 seconds"
        assert said()["Frame is marked"] == "False"
        await stage.press("g", "m", "ctrl+t", "j", "m", "M")
        assert stage.packets.list.here == 2
        assert said()["Time delta from previous captured frame"] == "0.001234000 seconds"
        assert said()["Time delta from previous displayed frame"] == "0.002468000 seconds"
        assert said()["Time since reference or first frame"] == "0.001234000 seconds"
        assert said()["Frame is marked"] == "True"


async def test_going_to_a_packet_that_is_not_marked_shows_all_again(talk: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press("m", "m", "M")
        assert stage.packets.list.count == 2
        await stage.press("number_sign", "2", "enter")
        assert (stage.packets.list.here, stage.packets.list.count) == (1, 2), "that one is marked"
        await stage.press("right_square_bracket")
        assert (stage.packets.list.here, stage.packets.list.count) == (4, 6)
        await stage.press("M", "number_sign", "3", "enter")
        assert (stage.packets.list.here, stage.packets.list.count) == (2, 6)


async def test_a_line_to_type_in_is_not_covered_by_an_earlier_word(talk: Path) -> None:
    async with packet_stage() as stage:
        await stage.open(talk)
        await stage.press("y")
        await stage.until(lambda: told(stage) == ["Copied: the row"], "a word over the last lines")
        await stage.press("number_sign")
        await stage.until(lambda: not told(stage), "the line uncovered")


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
