"""pcap files: every variant, against tshark, and what is wrong with some."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.errors import BadQuery
from netscope.core.frame import Frame, Interface
from netscope.dissect.files.frames import FileFrames
from netscope.dissect.files.source import Held
from netscope.dissect.files.write import PcapEncoder
from tests.files.made import FRAMES, SECOND, START, UDP, capinfos, everything, frame, opened, pcap, tshark, tshark_bytes

MAGICS = (0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34, 0x1C0001AC, 0x1C0001AB)


@pytest.mark.tool("tshark")
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", MAGICS, ids=hex)
def test_each_variant_reads_as_tshark_reads_it(order: str, magic: int, tmp_path: Path) -> None:
    data = pcap(FRAMES, order, magic)
    path = tmp_path / "made.pcap"
    path.write_bytes(data)
    found = everything(opened(data))
    theirs = tshark(path, "frame.time_epoch", "frame.len", "frame.cap_len")
    ours = [[f"{f.time // SECOND}.{f.time % SECOND:09d}", str(f.length), str(len(f.data))] for f in found]
    assert ours == theirs
    assert [f.data.hex() for f in found] == tshark_bytes(path)
    assert [f.number for f in found] == list(range(1, len(FRAMES) + 1))


@pytest.mark.tool("tshark", "editcap")
@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("variant", ["modpcap", "nokiapcap", "rh6_1pcap", "suse6_3pcap", "nsecpcap", "pcap"])
def test_variants_that_begin_alike_are_told_apart(variant: str, count: int, tmp_path: Path) -> None:
    """Written by Wireshark, which finds out by the first records, too: their magic numbers do not say it."""
    path = tmp_path / "made.pcap"
    (tmp_path / "plain").write_bytes(pcap(FRAMES[:count]))
    subprocess.run(["editcap", "-F", variant, tmp_path / "plain", path], check=True)
    frames = opened(path.read_bytes())
    found = everything(frames)
    assert [(f.time, f.data, f.length) for f in found] == [(f.time, f.data, f.length) for f in FRAMES[:count]]
    assert not frames.problems
    assert [f.data.hex() for f in found] == tshark_bytes(path)


@pytest.mark.tool("tshark")
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("network", "link"), [(6, 1), (9, 6), (24, 0), (1, 1)])
def test_aix_counts_nanoseconds_and_names_links_in_its_own_way(
    order: str, network: int, link: int, tmp_path: Path
) -> None:
    data = bytearray(pcap(FRAMES, order, network=network))
    struct.pack_into(order + "H", data, 6, 2)
    path = tmp_path / "made.pcap"
    path.write_bytes(data)
    frames = opened(bytes(data))
    assert frames.interfaces[0].link == link
    theirs = tshark(path, "frame.time_epoch", "frame.len")
    assert [[f"{f.time // SECOND}.{f.time % SECOND:09d}", str(f.length)] for f in everything(frames)] == theirs


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize(("time", "length"), [(START, 0), (START + 7 * SECOND // 2, 1), (START % SECOND, 1 << 30)])
def test_odd_records_do_not_make_another_variant(place: int, time: int, length: int) -> None:
    """Of damaged files, too, the records are where they seem to be, unless another variant makes sense of all."""
    odd = list(FRAMES)
    odd[place] = odd[place]._replace(time=time, length=length)
    assert [(f.data, f.length) for f in everything(opened(pcap(odd)))] == [(f.data, f.length) for f in odd]


@pytest.mark.parametrize(("seconds", "start"), [(1000, 40), (START // SECOND, 44)])
def test_what_follows_a_record_by_chance_makes_no_variant(seconds: int, start: int) -> None:
    """Four bytes further on stands what could be a record of Nokia's, but for its time: those are not years apart."""
    odd = pcap(FRAMES[:1]) + struct.pack("<IIIII", 0, seconds, 40, 30, 30) + UDP[:30]
    assert everything(opened(odd))[0].data == odd[start : start + len(FRAMES[0].data)]


def test_the_modified_variant_tells_the_direction() -> None:
    given_frames = [frame(1, direction="in"), frame(2, direction="out")]
    assert everything(opened(pcap(given_frames, magic=0xA1B2CD34))) == given_frames


def test_upper_bits_of_the_link_type_tell_the_check_sequence() -> None:
    assert opened(pcap(FRAMES, network=0x24000001)).interfaces[0] == Interface("", 1, 65535, fcs=4)
    assert opened(pcap(FRAMES, network=0x20000001)).interfaces[0].fcs == -1, "without the flag the length means nothing"
    assert opened(pcap(FRAMES, network=12)).interfaces[0].link == 101


@pytest.mark.tool("tcpdump")
@pytest.mark.parametrize("minor", [2, 3])
def test_old_versions_have_their_lengths_the_other_way_round(minor: int) -> None:
    data = bytearray(pcap([frame(1, length=len(UDP) + 20)]))
    struct.pack_into("<H", data, 6, minor)
    struct.pack_into("<II", data, 32, len(UDP) + 20, len(UDP))
    (found,) = everything(opened(bytes(data)))
    assert (found.data, found.length) == (UDP, len(UDP) + 20)


def test_a_cut_file_opens_as_far_as_it_goes() -> None:
    whole = pcap(FRAMES)
    ends = [24]
    for each in FRAMES:
        ends.append(ends[-1] + 16 + len(each.data))
    for size in range(24, len(whole) + 1):
        frames = opened(whole[:size])
        fit = sum(end <= size for end in ends[1:])
        assert everything(frames) == list(FRAMES[:fit])
        if size in ends:
            assert not frames.problems
        else:
            (problem,) = frames.problems
            assert problem.what == f"the file is cut short at byte {ends[fit]:,}"
            assert problem.partial


@pytest.mark.parametrize("size", range(24))
def test_a_file_that_ends_in_its_header(size: int) -> None:
    frames = FileFrames(Held(pcap(FRAMES)[:size]), "the file")
    if 0 < size < 4:
        with pytest.raises(BadQuery, match="the file cannot be read: it is neither a pcap nor a pcapng file"):
            frames.advance()
    else:
        assert not frames.advance()
        assert "is empty" in frames.problems[0].what or f"at byte {size}" in frames.problems[0].what
    assert len(frames) == 0


def test_a_length_that_cannot_be_ends_the_file_with_its_place() -> None:
    data = bytearray(pcap(FRAMES))
    offset = 24 + 16 + len(FRAMES[0].data)
    struct.pack_into("<I", data, offset + 8, 0x7FFFFFFF)
    frames = opened(bytes(data))
    assert everything(frames) == [FRAMES[0]]
    assert frames.problems[0].what == f"the file is corrupt at byte {offset}"


@pytest.mark.parametrize("data", [b"not a capture file, but a text", bytes(100), b"\x0a\x0d\x0d\x0a" + bytes(60)])
def test_what_is_no_capture_file_is_said(data: bytes) -> None:
    with pytest.raises(BadQuery, match="neither a pcap nor a pcapng"):
        opened(data)


frames_of_one_link = st.lists(
    st.builds(
        lambda data, more, time: Frame(0, time, data, len(data) + more, 1),
        st.binary(max_size=90),
        st.integers(0, 70000),
        st.integers(0, 2**32 * SECOND - 1),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(frames_of_one_link, st.sampled_from("<>"))
def test_whatever_is_in_a_file_is_read(frames: list[Frame], order: str) -> None:
    found = everything(opened(pcap(frames, order, 0xA1B23C4D)))
    assert found == [each._replace(number=number) for number, each in enumerate(frames, 1)]


@settings(deadline=None)
@given(frames_of_one_link, st.booleans())
def test_whatever_is_written_is_read_again(frames: list[Frame], nano: bool) -> None:
    made = PcapEncoder(nano=nano)
    data = made.head([Interface("eth0", 1, 96, fcs=4)]) + b"".join(map(made.frame, frames)) + made.tail(())
    read = opened(data)
    step = 1 if nano else 1000
    assert read.interfaces[0] == Interface("", 1, 96, fcs=4)
    assert [f[1:] for f in everything(read)] == [f._replace(time=f.time // step * step)[1:] for f in frames]
    assert not read.problems


@pytest.mark.tool("tshark", "capinfos")
@pytest.mark.parametrize("nano", [True, False])
def test_written_files_please_wireshark(nano: bool, tmp_path: Path) -> None:
    made = PcapEncoder(nano=nano)
    path = tmp_path / "made.pcap"
    path.write_bytes(made.head([Interface("eth0", 1, 0)]) + b"".join(map(made.frame, FRAMES)))
    assert tshark_bytes(path) == [f.data.hex() for f in FRAMES]
    assert capinfos(path)["Number of packets"] == str(len(FRAMES))


def test_two_link_types_do_not_fit_into_one_pcap_file() -> None:
    with pytest.raises(BadQuery, match="write pcapng"):
        PcapEncoder().head([Interface("eth0", 1), Interface("tun0", 101)])


@pytest.mark.parametrize("time", [-5, 2**33 * SECOND])
def test_a_time_that_the_format_cannot_hold_is_the_nearest_that_it_can(time: int) -> None:
    made = PcapEncoder()
    (found,) = everything(opened(made.head([Interface("", 1)]) + made.frame(frame(1, time=time))))
    assert found.time == min(max(time, 0), (2**32 - 1) * SECOND)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MAGICS), st.sampled_from("<>"), st.data())
def test_mutated_files_raise_nothing_but_what_a_user_may_see(magic: int, order: str, data: st.DataObject) -> None:
    raw = bytearray(pcap(FRAMES, order, magic))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = everything(opened(bytes(raw)))
    except BadQuery:
        return
    assert sum(len(f.data) for f in found) <= len(raw)
