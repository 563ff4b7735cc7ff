"""The Packets tab's pure parts: rows, tree, bytes, pictures of headers, finding."""

from __future__ import annotations

import random
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.errors import BadQuery
from netscope.core.frame import Frame
from netscope.dissect import dissect
from netscope.tui.packets import hexdump, picture, rows, tree
from netscope.tui.packets.find import around, search, wanted
from netscope.tui.packets.rows import Moment, Row
from netscope.tui.packets.rowstore import RowStore
from netscope.tui.packets.views import All, Some
from tests.packets import Packet, arp, ether, frames, icmp, ip4, ip6, over4, segment, tcp, udp
from tests.protocols import corpus
from tests.tui.pictures import GOLDEN, UPDATING

CORPUS = frames(corpus())
QUESTION = b"\x12\x34\x01\x20\0\1\0\0\0\0\0\0\x04test\0\0\1\0\1"  # AA, RA and RCODE are no fields of a question


def drawn(packet: Packet, layer: str) -> str:
    """Return the picture of a layer as text."""
    dissection = dissect(frames([packet])[0])
    index = next(number for number, found in enumerate(dissection.layers) if found.name == layer)
    made = picture.draw(dissection, index)
    return "".join("".join(span.text for span in line).rstrip() + "\n" for line in made.lines)


HEADERS = {
    "eth": Packet(ether(arp(1), 0x0806)),
    "arp": Packet(ether(arp(1), 0x0806)),
    "ip": Packet(ether(ip4(udp(b"", 5000, 6000), 17, options=b"\x94\x04\0\0", tos=0xB9))),
    "ipv6": Packet(ether(ip6(udp(b"abc", 5000, 6000), 17, word=0x0AB12345), 0x86DD)),
    "tcp": Packet(ether(ip4(tcp(b"hello", 0x12, options=b"\x02\x04\x05\xb4\x01\x03\x03\x07"), 6))),
    "udp": Packet(ether(ip4(udp(bytes(300), 5000, 6000), 17))),
    "dns": Packet(ether(ip4(udp(QUESTION, 5000, 53), 17))),
    "vlan": Packet(ether(b"\xb0\x07\x08\0" + ip4(udp(b"", 5000, 6000), 17), 0x8100)),
    "mpls": Packet(ether(b"\0\x01\x05\x40" + ip4(udp(b"", 5000, 6000), 17), 0x8847)),
    "ipv6.fraghdr": Packet(ether(ip6(b"\x11\0\0\x01\0\0\0\x07" + bytes(8), 44), 0x86DD)),
    "gre": Packet(ether(ip4(b"\x30\0\x08\0\0\0\0\x4d\0\0\0\x05", 47))),
    "vxlan": Packet(ether(ip4(udp(b"\x08\0\0\0\0\0\x2a\0", 5000, 4789), 17))),
    "sctp": Packet(ether(ip4(bytes.fromhex("1388 0e2d 00000007 01020304 0e00 0004"), 132))),
    "stp": Packet(ether(bytes.fromhex("424203 0000 02 02 3e" + "8000020000000001 00000004" * 2), 0x23)),
    "icmpv6": Packet(ether(ip6(bytes.fromhex("86000000 40c80708 00000000 000003e8"), 58), 0x86DD)),
    "icmp": Packet(ether(ip4(icmp(8, 0, struct.pack("!HH", 7, 1) + b"abcdefgh"), 1))),
}


@pytest.mark.parametrize("layer", HEADERS)
def test_headers_are_drawn_as_in_the_rfcs(layer: str) -> None:
    path: Path = GOLDEN / f"header-{layer}.txt"
    made = drawn(HEADERS[layer], layer)
    if UPDATING:
        path.write_text(made)
    assert path.read_text() == made


def test_the_picture_of_tcp_has_the_boxes_of_rfc_9293() -> None:
    lines = drawn(HEADERS["tcp"], "tcp").splitlines()
    assert lines[1] == " 0 1 2 3 4 5 6 7 8 9" * 3 + " 0 1"
    edges = [[at // 2 for at, char in enumerate(line) if char in "|~"] for line in lines if line.startswith("|")]
    assert edges[:3] == [[0, 16, 32], [0, 32], [0, 32]]
    assert edges[3] == [0, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 32], "offset, reserved, nine flags, window"


def test_the_picture_of_tcp_has_the_flags_of_rfc_9293_written_downwards() -> None:
    lines = drawn(HEADERS["tcp"], "tcp").splitlines()
    at = next(number for number, line in enumerate(lines) if "Offset" in line)
    down = ["".join(lines[at + row][2 * bit + 1] for row in (-1, 0, 1)) for bit in range(7, 16)]
    assert [word.strip() for word in down] == ["AE", "CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"]
    assert [lines[at + 2][2 * bit + 1] for bit in range(7, 16)] == list("000010010")


def test_flags_that_are_all_0_are_drawn_as_flags() -> None:
    made = drawn(Packet(ether(ip4(tcp(b"", 0), 6, flags=0))), "tcp") + drawn(Packet(ether(ip4(b"", 99, flags=0))), "ip")
    assert made.count("|R|D|M|") == 1
    assert made.count("|A|C|E|U|A|P|R|S|F|") == 1


def test_a_narrow_box_has_a_name_and_a_value_that_are_not_cut() -> None:
    seen = set()
    for frame in CORPUS:
        dissection = dissect(frame)
        for index in range(len(dissection.layers)):
            made = picture.draw(dissection, index)
            for line in made.lines:
                for span in line:
                    if span.box >= 0 and made.boxes[span.box].length < 8:
                        assert "…" not in span.text, made.boxes[span.box]
                        seen.add(made.boxes[span.box].label)
    assert len(seen) > 80


@pytest.mark.parametrize("seed", range(4))
def test_any_layer_can_be_drawn_and_every_line_is_as_wide_as_its_row(seed: int) -> None:
    boxes = 0
    for frame in CORPUS[seed::4]:
        dissection = dissect(frame)
        for index in range(len(dissection.layers)):
            made = picture.draw(dissection, index)
            boxes += len(made.boxes)
            texts = ["".join(span.text for span in line) for line in made.lines]
            borders = [number for number, text in enumerate(texts) if text.startswith("+")] or [0, 0]
            assert {len(text) for text in texts[3 : borders[-2]]} <= {picture.WIDTH}, "all rows but the last are full"
            assert all(len(text) <= picture.WIDTH for text in texts)
            assert all(char.isprintable() for text in texts for char in text)
            starts = [box.start for box in made.boxes]
            ends = [box.start + box.length for box in made.boxes]
            assert starts[1:] == ends[:-1], "no bit is drawn twice, none left out"
    assert boxes > 1000


def test_every_byte_leads_to_a_field_that_holds_it() -> None:
    seen = 0
    for frame in CORPUS[::5]:
        dissection = dissect(frame)
        everything = tree.all_paths(dissection)
        extents = {line.path: line.extent for line in tree.lines(dissection, everything)}
        for offset in range(len(frame.data)):
            path = tree.holder(dissection, 0, offset)
            if path:
                seen += 1
                assert extents[path].holds(offset), (path, offset)
                assert extents[path].buffer == 0
    assert seen > 2000


def test_a_byte_of_an_address_is_the_address_and_a_flag_the_flag() -> None:
    dissection = dissect(frames([segment(b"x", 0x18)])[0])
    assert tree.holder(dissection, 0, 1) == ("eth", "eth.dst")
    assert tree.holder(dissection, 0, 47)[:2] == ("tcp", "tcp.flags")
    assert tree.holder(dissection, 0, 30) == ("ip", "ip.dst")
    assert tree.holder(dissection, 0, 10_000) == ()
    assert tree.holder(dissection, 7, 0) == ()


def test_the_same_field_has_the_same_path_in_another_packet() -> None:
    one, other = dissect(frames([over4(b"a", 1, 2)])[0]), dissect(frames([over4(b"bcd", 3, 4)])[0])
    unfolded = {("udp",)}
    lines = tree.lines(one, unfolded)
    path = next(line.path for line in lines if line.text == "Source Port: 1")
    lines = tree.lines(other, unfolded)
    assert lines[tree.nearest(lines, path)].text == "Source Port: 3"
    assert lines[tree.nearest(lines, ("tcp", "tcp.srcport"), 2)].path == lines[2].path


def test_nothing_below_a_folded_line_is_made() -> None:
    dissection = dissect(frames([segment(b"x")])[0])
    lines = tree.lines(dissection, set())
    assert [line.depth for line in lines] == [0] * len(dissection.layers)
    assert all(not isinstance(layer._fields, tuple) for layer in dissection.layers)


def test_nothing_that_comes_from_a_packet_reaches_the_terminal_raw() -> None:
    for frame in CORPUS[::3]:
        dissection = dissect(frame)
        for line in tree.lines(dissection, tree.all_paths(dissection)):
            assert all(char.isprintable() for char in line.text), line.text


@given(st.binary(max_size=70), st.sampled_from((hexdump.WIDE, hexdump.NARROW)))
def test_hex_rows_hold_every_byte_where_a_click_finds_it(data: bytes, per: int) -> None:
    shown = b""
    for number in range(-(-len(data) // per)):
        pieces = hexdump.row(data, number, per, lambda _offset: "plain")
        text = "".join(piece.text for piece in pieces)
        here = data[number * per : (number + 1) * per]
        assert text[:4] == f"{number * per:04x}"
        for at, byte in enumerate(here):
            column = hexdump.column(at, per)
            assert text[column : column + 2] == f"{byte:02x}"
            assert hexdump.byte_at(column, per) == at
            assert hexdump.byte_at(len(text) - len(here) + at, per) == at, "in ASCII, too"
        assert text.isascii()
        assert text.isprintable()
        shown += bytes.fromhex(text[6 : 6 + per * 3 + per // 8 - 1])
    assert shown == data


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("relative", "1.500000"), ("delta", "0.250001"), ("utc", "2023-11-14 22:13:21.500000"),
        ("epoch", "1700000001.500000"),
    ],
)  # fmt: skip
def test_forms_of_the_time(form: rows.Form, text: str) -> None:
    at = 1_700_000_001_500_000_999
    assert rows.time_text(form, at, Moment(at - 1_500_000_999, at - 250_001_500)) == text


def test_times_before_the_reference_and_beyond_the_calendar() -> None:
    assert rows.time_text("relative", 0, Moment(1_500_000_000, 0)) == "-1.500000"
    assert rows.time_text("utc", 2**100, Moment(0, 0)) == rows.seconds(2**100)


def test_rows_show_what_is_wrong_in_signs_and_words() -> None:
    row = Row(1, 0, "a", "b", "TCP", 60, "1 → 2", "checksum")
    assert rows.sign(row, marked=False, reference=False) == " ! "
    assert rows.sign(row, marked=True, reference=True) == "T!*"
    assert rows.cells(row, "epoch", Moment(0, 0))[-1] == "[checksum] 1 → 2"
    assert rows.tone(row) == "bad"
    assert rows.tone(row._replace(trouble="")) == "accent"
    assert rows.tone(row._replace(trouble="", protocol="SSL")) == "title", "as TLS, which it may be"


def test_hostile_rows_are_escaped() -> None:
    row = Row(1, 0, "\x1b[2J", "b\u202e", "T\nCP", 60, "\x07[red]\udcff")
    cells = rows.cells(row, "epoch", Moment(0, 0))
    assert all(char.isprintable() for cell in cells for char in cell)
    assert cells[-1] == "\\x07[red]\\xff"


FOUND = [Row(n, 0, "10.0.0.1", "10.0.0.2", "DNS", 60, f"query {n} Example.ORG") for n in range(1, 6)]
DATA = [bytes((n, 0x1A, 0x2B, n)) for n in range(1, 6)]


def find(text: str, start: int = -1, *, forward: bool = True, stop: bool = False) -> int | None:
    places = around(5, start, forward=forward)
    return search(
        places, wanted(text), lambda n: Frame(n, 0, DATA[n], 4, 1), FOUND.__getitem__, lambda _count: not stop
    )  # fmt: skip


def test_finding() -> None:
    assert find("QUERY 3 example") == 2
    assert find("/[45] Ex/") == 3
    assert find("/[45] ex/", 3) == 4, "in whatever case"
    assert find("/[45] Ex/", 4) == 3, "round the end"
    assert find("/[45] Ex/", 3, forward=False) == 4
    assert find("0x041a2b") == 3
    assert find("2b:05") == 4
    assert find("query 3", 2) == 2, "the only one, once round"
    assert find("nowhere") is None
    assert find("query", stop=True) is None


@pytest.mark.parametrize("text", ["", "  ", "/(/", "/[/"])
def test_what_cannot_be_found_says_why(text: str) -> None:
    with pytest.raises(BadQuery):
        wanted(text)


@given(st.text(max_size=20), st.binary(max_size=30))
def test_any_text_is_looked_for_or_refused(text: str, data: bytes) -> None:
    try:
        looked_for = wanted(text)
    except BadQuery:
        return
    assert looked_for.data(data) in (True, False)


@given(st.lists(st.integers(0, 50), unique=True), st.integers(0, 50), st.integers(0, 50))
def test_some_places(chosen: list[int], first: int, place: int) -> None:
    view = Some(chosen, first)
    assert list(view.places()) == sorted(found for found in chosen if found >= first)
    if len(view):
        row = view.row(place)
        assert view.place(row) >= place or row == len(view) - 1
        assert all(view.row(view.place(number)) == number for number in range(len(view)))


def test_all_places_from_the_first_that_is_there() -> None:
    view = All(5, 9)
    assert [view.place(row) for row in range(len(view))] == [5, 6, 7, 8]
    assert view.row(7) == 2
    assert view.row(2) == 0
    assert len(All(9, 5)) == 0


def test_bits_are_read_off_the_line_that_draws_them() -> None:
    assert tree.drawn_bits(".... 0101 = Header Length: 20 bytes (5)") == 0x0F
    assert tree.drawn_bits("...0 0000 0000 0000 = Fragment Offset: 0") == 0x1FFF
    assert tree.drawn_bits("Total Length: 60") == 0
    assert re.fullmatch(r"\|.*\|", drawn(HEADERS["ip"], "ip").splitlines()[3])


@given(st.lists(st.tuples(*[st.text(max_size=12)] * 5), max_size=700), st.integers(0, 600), st.integers(1, 400))
def test_rows_are_kept_and_found(cells: list[tuple[str, str, str, str, str]], gap_at: int, gap: int) -> None:
    store = RowStore()
    places = [n if n < gap_at else n + gap for n in range(len(cells))]
    for place, row in zip(places, cells, strict=True):
        store.add(place, row)
    assert [store.get(place) for place in places] == cells
    assert [store.get(place) for place in reversed(places)] == cells[::-1]
    for place in {-1, gap_at, len(cells) + gap} - set(places):
        assert store.get(place) is None


def test_the_oldest_rows_are_let_go() -> None:
    store = RowStore(most=100_000)
    chance = random.Random(1)
    for place in range(50_000):
        store.add(place, ("10.0.0.1", "10.0.0.2", "UDP", f"{chance.getrandbits(64)}", ""))
    assert store.size <= 100_000
    assert store.get(0) is None
    assert store.get(49_999) is not None
    store.trim(49_900)
    assert store.get(49_000) is None
    assert store.get(49_950) is not None


def test_rows_take_little_room() -> None:
    store = RowStore()
    for frame in CORPUS * 20:
        found = dissect(frame)
        store.add(frame.number, (found.source, found.destination, found.protocol, found.info, found.trouble))
    assert store.size < 60 * len(CORPUS) * 20
