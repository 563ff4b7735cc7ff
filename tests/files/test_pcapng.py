"""pcapng files: sections, interfaces, clocks and notes, against tshark, and what is wrong with some."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.errors import BadQuery
from netscope.core.frame import Frame, Interface, Statistics
from netscope.dissect.files.frames import FileFrames
from netscope.dissect.files.records import Custom, Extras, Name, Secrets
from netscope.dissect.files.write import PcapngEncoder, saved
from tests.files.made import (
    FRAMES,
    SECOND,
    START,
    UDP,
    block,
    capinfos,
    captures,
    everything,
    frame,
    interface,
    opened,
    options,
    packet,
    section,
    statistics,
    texts,
    tshark,
    tshark_bytes,
)


def varied(order: str, *, custom: bool = True) -> bytes:
    """Return a section with interfaces whose clocks differ, all packet blocks, and blocks of other sorts.

    tshark 4.0 counts custom blocks as frames: where it is asked, there are none.
    """
    customs = (
        block(order, 0xBAD, struct.pack(order + "I", 32473) + b"ours"),
        block(order, 0x40000BAD, struct.pack(order + "I", 32473) + b"not to be copied"),
    )
    micro = START // 1000
    return b"".join(
        (
            section(order, (1, b"a note on it all"), (2, b"a machine"), (3, b"Linux"), (4, b"some program")),
            interface(order, (2, b"eth0"), (3, b"the uplink"), (11, b"\0udp port 53")),
            interface(order, (2, b"eth1"), (9, b"\x09"), (14, struct.pack(order + "q", 3600)), (13, b"\x04")),
            interface(order, (9, b"\x8a")),
            interface(order, (9, b"\x03"), snaplen=20),
            packet(order, UDP, micro, 0, (1, b"first"), (1, b"second"), (2, struct.pack(order + "I", 1))),
            packet(order, UDP + b"\1", START + 7, 1, (2, struct.pack(order + "I", 2))),
            block(order, 0xBAD0, b"unknown block"),
            packet(order, UDP + b"\1\2", (START // SECOND << 10) + 512, 2),
            packet(order, UDP[:20], START // 1_000_000, 3),
            block(
                order, 2, struct.pack(order + "HHIIII", 0, 9, micro >> 32, micro & 0xFFFFFFFF, len(UDP), len(UDP)) + UDP
                + bytes(-len(UDP) & 3) + options(order, (1, b"old"))
            ),
            block(order, 3, struct.pack(order + "I", len(UDP)) + UDP),
            block(order, 4, struct.pack(order + "HH", 1, 10) + b"\x0a\0\0\1one\0b\0" + bytes(2) + bytes(4)),
            block(order, 10, struct.pack(order + "II", 0x544C534B, 6) + b"CLIENT"),
            *(customs if custom else ()),
            block(
                order, 5, struct.pack(order + "III", 1, 0, 0)
                + options(order, (4, struct.pack(order + "Q", 99)), (5, struct.pack(order + "Q", 1)),
                          (7, struct.pack(order + "Q", 2)))
            ),
        )
    )  # fmt: skip


@pytest.mark.tool("tshark")
@pytest.mark.parametrize("orders", ["<", ">", "<>", "><<"])
def test_sections_read_as_tshark_reads_them(orders: str, tmp_path: Path) -> None:
    data = b"".join(varied(order, custom=False) for order in orders)
    path = tmp_path / "made.pcapng"
    path.write_bytes(data)
    frames = opened(data)
    assert not frames.problems
    found = everything(frames)
    theirs = tshark(path, "frame.time_epoch", "frame.len", "frame.cap_len", "frame.interface_id", "frame.comment")
    ours = [
        [
            # A simple packet block has no time at all.
            f"{f.time // SECOND}.{f.time % SECOND:09d}" if f.time else "",
            str(f.length),
            str(len(f.data)),
            str(f.interface % 4),  # tshark counts within the section
            ",".join(f.comments),
        ]
        for f in found
    ]
    assert ours == theirs
    assert [f.data.hex() for f in found] == tshark_bytes(path)
    assert len(found) == 6 * len(orders)


def test_what_a_file_tells_beside_frames() -> None:
    frames = opened(varied(">") + varied("<"))
    assert frames.interfaces[:2] == [
        Interface("eth0", 1, 0, "udp port 53", "the uplink", section=1),
        Interface("eth1", 1, 0, fcs=4, section=1, id=1),
    ]
    assert len(frames.interfaces) == 8
    assert [f.interface for f in everything(frames)] == [0, 1, 2, 3, 0, 0, 4, 5, 6, 7, 4, 4]
    assert [f.direction for f in everything(frames)][:3] == ["in", "out", ""]
    assert frames.statistics == tuple(Statistics(n, 99, 2, 1, time=3600 * SECOND) for n in (1, 5))
    extras = frames.extras
    assert extras.comments == ("a note on it all",) * 2
    assert (extras.hardware, extras.system, extras.application) == ("a machine", "Linux", "some program")
    assert extras.names == (Name(b"\x0a\0\0\1", ("one", "b")),) * 2
    assert extras.secrets == (Secrets(0x544C534B, b"CLIENT"),) * 2
    assert extras.customs == (Custom(32473, b"ours", ">"), Custom(32473, b"ours", "<"))


@pytest.mark.parametrize(
    ("resolution", "stamp", "nanoseconds"),
    [(6, 5, 5000), (0, 5, 5 * SECOND), (9, 5, 5), (12, 5000, 5), (0x80, 5, 5 * SECOND), (0x81, 5, SECOND * 5 // 2),
     (0xBF, 1 << 63, SECOND), (0xFF, 5, 0), (127, 5, 0)],
)  # fmt: skip
def test_clocks_of_any_resolution(resolution: int, stamp: int, nanoseconds: int) -> None:
    data = section("<") + interface("<", (9, bytes([resolution]))) + packet("<", UDP, stamp)
    assert everything(opened(data))[0].time == nanoseconds


def test_a_cut_file_opens_as_far_as_it_goes() -> None:
    whole = varied("<")
    complete = everything(opened(whole))
    before = 0
    for size in range(28, len(whole)):
        frames = opened(whole[:size])
        found = everything(frames)
        assert found == complete[: len(found)]
        assert len(found) >= before
        before = len(found)
        for problem in frames.problems:
            assert "at byte" in problem.what
            assert problem.partial


TROUBLE = {
    "a block that never ends": (struct.pack("<II", 6, 0), "a block of 0 bytes cannot be"),
    "a block larger than anything": (struct.pack("<II", 6, 0xFFFFFFF0) + bytes(8), "a block of 4,294,967,280 bytes"),
    "an odd length": (struct.pack("<II", 6, 33) + bytes(40), "the two lengths of a block differ"),
    "lengths that differ": (packet("<", UDP)[:-4] + struct.pack("<I", 8), "the two lengths of a block differ"),
    "a section without order": (block("<", 0x0A0D0D0A, bytes(16)), "a section has no byte order"),
    "a section of version 2": (
        block("<", 0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 2, 0, -1)),
        "version 2 of the format is not known",
    ),
    "an interface without anything": (block("<", 1, b""), "an interface's block is too short"),
}


@pytest.mark.parametrize(("tail", "why"), TROUBLE.values(), ids=list(TROUBLE))
def test_trouble_ends_the_file_and_names_the_place(tail: bytes, why: str) -> None:
    good = section("<") + interface("<") + packet("<", UDP)
    frames = opened(good + tail + packet("<", UDP) * 3)
    assert len(everything(frames)) == 1
    (problem,) = frames.problems
    assert problem.what == f"the file is corrupt at byte {len(good)}"
    assert problem.why.startswith(why)


def test_a_length_without_its_padding_is_taken_for_what_it_means(tmp_path: Path) -> None:
    """Some writers left the padding of the last bytes out of a block's length; Wireshark reads those, too."""
    body = struct.pack("<IIIII", 0, 0, 0, len(UDP) + 1, len(UDP) + 1) + UDP + b"!"
    length = struct.pack("<I", len(body) + 12)
    odd = struct.pack("<I", 6) + length + body + bytes(-len(body) & 3) + length
    path = tmp_path / "odd.pcapng"
    path.write_bytes(section("<") + interface("<") + odd + packet("<", UDP))
    frames = opened(path.read_bytes())
    assert [f.data for f in everything(frames)] == [UDP + b"!", UDP]
    assert not frames.problems
    assert tshark(path, "frame.cap_len") == [[str(len(UDP) + 1)], [str(len(UDP))]]


@pytest.mark.parametrize(
    "bad",
    [
        packet("<", UDP, 0, 7),
        block("<", 6, struct.pack("<IIIII", 0, 0, 0, 500, 500) + UDP + bytes(-len(UDP) & 3)),
        block("<", 6, b""),
        block("<", 3, b""),
        block("<", 2, bytes(4)),
        block("<", 2, struct.pack("<HHIIII", 9, 0, 0, 0, 0, 0)),
    ],
)
def test_a_frame_that_makes_no_sense_is_left_out_and_said_once(bad: bytes) -> None:
    good = section("<") + interface("<") + packet("<", UDP)
    frames = opened(good + bad + bad + packet("<", UDP))
    assert [f.data for f in everything(frames)] == [UDP, UDP]
    (problem,) = frames.problems
    assert problem.what == f"the frame at byte {len(good)} is left out"


def test_a_file_of_nothing_but_trouble_stays_small() -> None:
    many = opened(section("<") + interface("<") * 70_000)
    assert len(many.interfaces) == 65_536
    assert many.problems[0].why == "too many interfaces"
    many = opened(section("<") * 70_000)
    assert many.problems[0].why == "too many sections"
    name = block("<", 4, struct.pack("<HH", 1, 8) + b"\x0a\0\0\1abc\0" + bytes(4))
    names = opened(section("<") + name * 350_000)
    assert len(names.extras.names) < 350_000
    assert "are left out" in names.problems[0].what


@settings(deadline=None)
@given(captures(), statistics, st.sampled_from("<>"), texts, texts)
def test_whatever_is_written_is_read_again(
    capture: tuple[list[Interface], list[Frame]], counts: Statistics, order: str, note: str, name: str
) -> None:
    interfaces, frames = capture
    extras = Extras(
        (note,), "hardware", "system", "", (Name(b"\1\2\3\4", (name,)),), (Secrets(5, b"secret", (note,)),),
        (Custom(1, b"12345678", order),), ((note,), ((2, b"dns.test"), (2988, b"\1\2\3\4" + name.encode()))),
    )  # fmt: skip
    made = PcapngEncoder(order)
    counted = [counts]
    read = opened(made.head(interfaces, extras) + b"".join(map(made.frame, frames)) + made.tail(counted))
    assert read.interfaces == [one._replace(section=1, id=place) for place, one in enumerate(interfaces)]
    assert everything(read) == frames
    assert list(read.statistics) == counted
    assert read.extras._replace(application="") == extras
    assert not read.problems


@pytest.mark.tool("tshark", "capinfos")
@pytest.mark.parametrize("order", ["<", ">"])
def test_written_files_please_wireshark(order: str, tmp_path: Path) -> None:
    frames = [frame(1, comments=("one", "two"), direction="in"), frame(2, UDP + b"\1", interface=1, direction="out")]
    made = PcapngEncoder(order)
    extras = Extras(
        ("a note",), "hw", "os", "", (Name(b"\x0a\0\0\1", ("one.test",)), Name(bytes(15) + b"\1", ("six",))),
        (Secrets(0x544C534B, b"# nothing\n"),),
    )  # fmt: skip
    path = tmp_path / "made.pcapng"
    path.write_bytes(
        made.head([Interface("eth0", 1, 0, "udp"), Interface("eth1", 1, 96, "", "words")], extras)
        + b"".join(map(made.frame, frames))
        + made.tail([Statistics(0, 1, 0), Statistics(1, 1, 0, 4)])
    )
    fields = tshark(path, "frame.interface_id", "frame.interface_name", "frame.comment", "frame.packet_flags_direction")
    assert fields[0][:3] == ["0", "eth0", "one,two"]
    assert [int(row[3], 0) for row in fields] == [1, 2]
    assert tshark_bytes(path) == [f.data.hex() for f in frames]
    told = capinfos(path)
    assert told["Number of packets"] == "2"
    assert told["Number of interfaces in file"] == "2"


def test_saving_keeps_what_the_file_told(tmp_path: Path) -> None:
    frames = opened(varied(">"))
    again = opened(b"".join(saved(frames, range(1, 4), "pcapng")))
    assert [f[1:] for f in everything(again)] == [f[1:] for f in everything(frames)[1:4]]
    assert again.interfaces == frames.interfaces
    assert again.statistics == frames.statistics
    assert again.extras == frames.extras._replace(application=again.extras.application)
    plain = opened(b"".join(saved(frames, (0, 2), "pcap")))
    assert [(f.time, f.data) for f in everything(plain)] == [(f.time, f.data) for f in everything(frames)[0:3:2]]


def noted(order: str) -> bytes:
    """Return a section whose blocks have all the options that there are."""

    def numbers(code: str, *values: int) -> bytes:
        return struct.pack(order + code, *values)

    high, low = divmod(START, 1 << 32)
    custom = (2988, numbers("I", 32473) + b"words"), (2989, numbers("I", 32473) + b"\1\2\3")
    name = numbers("HH", 1, 8) + b"\x0a\0\0\1one\0" + bytes(4)
    return b"".join(
        (
            section(order, (1, b"a note on it all"), (2, b"a machine"), (3, b"Linux"), (4, b"some program")),
            interface(
                order, (1, b"on this"), (2, b"eth0"), (3, b"the uplink"), (4, b"\x0a\0\0\1\xff\xff\xff\0"),
                (6, b"\2\0\0\0\0\1"), (8, numbers("Q", 10**9)), (9, b"\x09"), (10, numbers("I", 60)), (12, b"BSD"),
                (13, b"\x04"), (15, b"a card"), (16, numbers("Q", 10**8)), (17, numbers("Q", 10**7)), *custom,
            ),
            block(order, 4, name + options(order, (1, b"who was asked"), (2, b"ns.test"), (3, b"\x08\x08\x08\x08"))),
            packet(
                order, UDP, START, 0, (1, b"first"), (2, numbers("I", 0x80000121)), (3, b"\2" + bytes(4)),
                (4, numbers("Q", 3)), (5, numbers("Q", 77)), (6, numbers("I", 2)), (7, b"\1" + bytes(8)), *custom,
            ),
            packet(order, UDP, START + 5, 0, (2, numbers("I", 0x122)), (19372, numbers("I", 32473) + b"not copied")),
            block(order, 10, numbers("II", 0x544C534B, 6) + b"CLIENT\0\0" + options(order, (1, b"of this host"))),
            block(
                order, 5, numbers("III", 0, high, low) + options(
                    order, (1, b"counted well"), (2, numbers("II", high, low - 9)), (3, numbers("II", high, low + 9)),
                    *((code, numbers("Q", 10 + code)) for code in range(4, 9)),
                )
            ),
        )
    )  # fmt: skip


@pytest.mark.tool("tshark", "capinfos")
@pytest.mark.parametrize("orders", ["<", ">", "><"])
def test_saving_keeps_all_options(orders: str, tmp_path: Path) -> None:
    (tmp_path / "before").write_bytes(b"".join(map(noted, orders)))
    frames = opened((tmp_path / "before").read_bytes())
    (tmp_path / "after").write_bytes(b"".join(saved(frames, range(len(frames)), "pcapng")))
    again = opened((tmp_path / "after").read_bytes())
    assert everything(again) == everything(frames)
    # What stood in several sections stands in one afterwards.
    assert again.interfaces == [one._replace(section=1, id=place) for place, one in enumerate(frames.interfaces)]
    assert again.statistics == frames.statistics
    assert again.extras == frames.extras._replace(application=again.extras.application)
    assert frames.statistics[0] == Statistics(
        0, 14, 17, 15, 16, 18, START, START - 9, START + 9, ("counted well",)
    )  # fmt: skip
    fields = (
        "frame.time_epoch", "frame.packet_flags", "frame.packet_flags_reception_type", "frame.packet_flags_crc_error",
        "frame.drop_count", "frame.packet_id", "frame.interface_queue", "frame.verdict.hw", "frame.comment",
        "frame.interface_name", "frame.interface_description",
    )  # fmt: skip
    theirs = tshark(tmp_path / "before", *fields)
    assert theirs[0][4:7] == ["3", "77", "2"]
    assert tshark(tmp_path / "after", *fields) == theirs
    if len(orders) == 1:  # of the interfaces of further sections capinfos knows no frames
        of_interfaces = [
            subprocess.run(["capinfos", "-I", tmp_path / name], capture_output=True, check=True).stdout.splitlines()[1:]
            for name in ("before", "after")
        ]
        assert of_interfaces[0] == of_interfaces[1]
        assert any(b"Speed = 1000000000" in line for line in of_interfaces[0])
        assert any(b"Comment = on this" in line for line in of_interfaces[0])
    assert capinfos(tmp_path / "after")["Number of decryption secrets in file"] == str(len(orders))


def test_custom_blocks_keep_their_byte_order() -> None:
    """What is in them is their enterprise's affair: a file may have to have a section for them."""
    frames = opened(varied(">") + varied("<") + varied(">"))
    again = opened(b"".join(saved(frames, range(len(frames)), "pcapng")))
    assert again.extras.customs == (frames.extras.customs[1], *frames.extras.customs[0:3:2])
    assert everything(again) == everything(frames)
    assert not again.problems


def test_pcap_takes_the_frames_of_one_link_type_out_of_several() -> None:
    data = section("<") + interface("<") + interface("<", link=101) + packet("<", UDP) + packet("<", UDP[14:], 0, 1)
    frames = opened(data)
    read = opened(b"".join(saved(frames, [1], "pcap")))
    assert read.interfaces[0].link == 101
    with pytest.raises(BadQuery, match="link types differ"):
        list(saved(frames, [0, 1], "pcap"))


class Dripping:
    """A source that lets out a few more bytes at each fetch, and forgets the oldest where told."""

    problems = ()

    def __init__(self, data: bytes, step: int, keep: int = 1 << 30) -> None:
        self._data, self._step, self._keep = data, step, keep
        self.size = 0
        self.first = 0

    @property
    def complete(self) -> bool:
        return self.size == len(self._data)

    def read(self, offset: int, size: int) -> bytes:
        return self._data[offset : min(offset + size, self.size)] if offset >= self.first else b""

    def fetch(self, budget: int, wait: float | None) -> None:
        self.size = min(self.size + self._step, len(self._data))
        self.first = max(0, self.size - self._keep)

    def close(self) -> None:
        pass


@settings(deadline=None)
@given(st.integers(1, 200), st.sampled_from([varied("<"), varied(">")]))
def test_a_stream_in_any_pieces_is_the_same_as_the_file(step: int, data: bytes) -> None:
    frames = FileFrames(Dripping(data, step))
    rounds = 0
    while frames.advance():
        rounds += 1
        assert rounds < 2 * len(data)
    assert everything(frames) == everything(opened(data))
    assert not frames.problems


def test_an_endless_stream_keeps_its_newest_frames() -> None:
    made = PcapngEncoder()
    count = 70_000
    data = made.head([Interface("eth0", 1)]) + b"".join(
        made.frame(frame(number, struct.pack("<I", number))) for number in range(1, count + 1)
    )
    frames = FileFrames(Dripping(data, 100_000, 150_000))
    while frames.advance():
        assert len(frames) == 0 or frames.frame(len(frames) - 1).number == len(frames)
    assert len(frames) == count
    assert 65_536 < frames.first < count
    for place in (frames.first, count - 1):
        found = frames.frame(place)
        assert (found.number, found.data) == (place + 1, struct.pack("<I", place + 1))
    for place in (frames.first - 1, -1, count):
        with pytest.raises(IndexError):
            frames.frame(place)
    assert "are not kept any more" in frames.problems[0].what


@settings(max_examples=300, deadline=None)
@given(st.sampled_from("<>"), st.data())
def test_mutated_files_raise_nothing_but_what_a_user_may_see(order: str, data: st.DataObject) -> None:
    raw = bytearray(varied(order) * 2)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        frames = opened(bytes(raw))
    except BadQuery:
        return
    found = everything(frames)
    assert sum(len(f.data) for f in found) <= len(raw)
    list(saved(frames, range(len(frames)), "pcapng"))


def test_frames_of_the_made_files_are_what_they_should_be() -> None:
    assert len({f.data for f in FRAMES}) == 7
