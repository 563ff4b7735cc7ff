"""Frames that are written straight from the ring: what comes out is what the encoders make of each frame."""

from __future__ import annotations

import os
import resource
import struct
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.capture import Output, Rotation, Stop
from netscope.core.frame import Interface
from netscope.dissect.files.write import encoder
from netscope.system.capture import blocks, lanes
from netscope.system.capture.output import Recorder
from netscope.system.capture.plain import Format, Maker, Plain
from netscope.system.capture.straight import Straight

FIRST = 48  # where a block's first frame is


class Made(NamedTuple):
    """A block of the ring, and how many frames it has."""

    block: memoryview
    packets: int


class Kind(NamedTuple):
    """Frames of a block that differ in time only."""

    times: int = 1
    kept: int = 60
    cut: int = 0  # bytes that were not captured
    status: int = 1
    packet_type: int = 0
    mac: int = 82
    room: int = 0  # bytes between two frames


def block_of(kinds: Sequence[Kind], seconds: int = 1_700_000_000, nanoseconds: int = 0) -> Made:
    """Lay frames out as the kernel does (tpacket3_hdr, sockaddr_ll, contents); the last one's step is 0."""
    out = bytearray(FIRST)
    last = number = 0
    for kind in kinds:
        for _ in range(kind.times):
            number += 1
            nanoseconds += 123_456_789
            seconds, nanoseconds = seconds + nanoseconds // 10**9, nanoseconds % 10**9
            step = (kind.mac + kind.kept + 15 & ~15) + 16 * kind.room
            head = struct.pack(
                "=IIIIIIHHIIHH", step, seconds, nanoseconds, kind.kept, kind.kept + kind.cut, kind.status,
                kind.mac, kind.mac + 14, 0, 0x0123_0064, 0x88A8, 0,
            )  # fmt: skip
            address = struct.pack("=HHIHBB8s", 17, 0x0008, 7, 1, kind.packet_type, 6, number.to_bytes(8, "big"))
            contents = number.to_bytes(4, "little") * (kind.kept // 4 + 1)
            frame = (head.ljust(48, b"\xee") + address).ljust(kind.mac, b"\xee") + contents[: kind.kept]
            last = len(out)
            out += frame.ljust(step, b"\xee")
    struct.pack_into("=I", out, last, 0)
    return Made(memoryview(out), number)


def expected(made: Made, wanted: Format) -> list[bytes]:
    """Return the records that the encoders of files make."""
    encode = encoder(wanted.form, nano=wanted.nano).frame  # type: ignore[arg-type]
    found, at = [], FIRST
    link = 276 if wanted.cooked else 1
    data = bytes(made.block)
    for place in range(made.packets):
        frame = blocks.frame(data, at, place, wanted.interface, link, wanted.snaplen, cooked=wanted.cooked)
        found.append(encode(frame))
        at += struct.unpack_from("=I", data, at)[0]
    return found


def poured(maker: Maker, made: Made, most: int = 1 << 30) -> list[bytes]:
    """Return what a maker's records are, read back from a file, batch by batch."""
    found, done, at = [], 0, FIRST
    descriptor = os.memfd_create("poured")
    try:
        while done < made.packets:
            records, at = maker.take(made.block, min(most, made.packets - done), at)
            begin = os.lseek(descriptor, 0, os.SEEK_CUR)
            while records.sent < records.size:
                records.send(descriptor, records.size)
            data = os.pread(descriptor, records.size + 1, begin)
            assert len(data) == records.size == records.sent
            ends = [0, *records.ends()]
            found += [data[a:b] for a, b in pairwise(ends)]
            done += records.count
    finally:
        os.close(descriptor)
    return found


FORMS = [("pcap", True), ("pcap", False), ("pcapng", True)]
VLAN, VLAN_AND_TYPE, CHECKSUM = 1 << 4, 1 << 4 | 1 << 6, 1 << 3
TIMES = st.one_of(st.integers(1, 3), st.integers(30, 80))
KINDS = st.builds(
    Kind,
    times=TIMES,
    kept=st.one_of(st.sampled_from([0, 60, 61, 62, 63, 100, 1514]), st.integers(0, 2000)),
    cut=st.sampled_from([0, 0, 0, 1000]),
    status=st.sampled_from([1, 1, 1, 1, 1 | CHECKSUM, 1 | VLAN, 1 | VLAN_AND_TYPE]),
    packet_type=st.sampled_from([0, 0, 4, 3]),
    mac=st.sampled_from([82, 82, 82, 96]),
    room=st.sampled_from([0, 0, 1]),
)
# What is gathered, and nothing else.
SOUND = st.tuples(TIMES, st.integers(0, 400), st.sampled_from([0, 4])).map(lambda f: Kind(*f[:2], packet_type=f[2]))
few = settings(deadline=None, max_examples=40)


@pytest.mark.parametrize(("form", "nano"), FORMS)
@few
@given(
    kinds=st.lists(st.one_of(KINDS, SOUND), min_size=1, max_size=6),
    cooked=st.sampled_from([False, False, False, True]),
    begin=st.integers(0, 0xFFFFFF00 * 10**9),
)
def test_records_are_those_of_the_encoders(form: str, nano: bool, kinds: list[Kind], cooked: bool, begin: int) -> None:
    made = block_of(kinds, *divmod(begin, 10**9))
    before = bytes(made.block)
    wanted = Format(form, nano, 3, 262_144, cooked)
    records = expected(made, wanted)
    assert poured(Straight(wanted), made) == records
    assert poured(Plain(wanted), made) == records
    assert made.block == before


@pytest.mark.parametrize(("form", "nano"), FORMS)
def test_one_maker_makes_records_of_all_sizes_in_turn(form: str, nano: bool) -> None:
    """What lies ready from one batch to the next must not reach the next one's records."""
    wanted = Format(form, nano, 0, 262_144, False)
    maker = Straight(wanted)
    for kinds in (
        [Kind(5000)], [Kind(100, 61)], [Kind(3000, 61)], [Kind(1, 70), Kind(2, 71), Kind(3, 72)], [Kind(2500, 61)],
        [Kind(700, 1514, packet_type=4)], [Kind(1, number * 7 % 301) for number in range(1500)], [Kind(4000)],
        [Kind(3000, 60, 7), Kind(1, 60, 8), Kind(3000, 60)],
    ):  # fmt: skip
        made = block_of(kinds)
        assert poured(maker, made) == expected(made, wanted)
        assert poured(maker, made, 37) == expected(made, wanted)


@pytest.mark.parametrize(("form", "nano"), FORMS)
@few
@given(
    kinds=st.lists(SOUND, min_size=1, max_size=4),
    ends=st.lists(st.integers(1, 100), min_size=1),
    reads=st.lists(st.integers(1, 5000), min_size=1),
)
def test_a_pipe_takes_them_a_bit_at_a_time(
    form: str, nano: bool, kinds: list[Kind], ends: list[int], reads: list[int]
) -> None:
    wanted = Format(form, nano, 0, 262_144, False)
    made = block_of([Kind(700, 40), *kinds])
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    out, done, at, turn = b"", 0, FIRST, 0
    maker = Straight(wanted)
    try:
        while done < made.packets:
            records, at = maker.take(made.block, made.packets - done, at)
            last = 0
            while last < records.count:
                last = min(last + ends[turn % len(ends)], records.count)
                end = records.ends()[last - 1]
                while records.sent < end:
                    turn += 1
                    try:
                        records.send(writer, end)
                    except BlockingIOError:
                        out += os.read(reader, reads[turn % len(reads)])
                    assert records.sent <= end
            done += records.count
        os.close(writer)
        while piece := os.read(reader, 1 << 20):
            out += piece
    finally:
        os.close(reader)
    assert out == b"".join(expected(made, wanted))


def recorded(folder: Path, made: Made, wanted: Format, rotation: Rotation, stop: Stop) -> tuple[list[bytes], int]:
    """Return the files that a recorder writes, without the heads, and how long a head is."""
    output = Output(str(folder / "made"), wanted.form, wanted.nano, rotation)  # type: ignore[arg-type]
    recorder, maker = Recorder(output, [Interface("eth0", 1)], stop), Straight(wanted)
    head = os.path.getsize(recorder.files[0])
    done, at = 0, FIRST
    while done < made.packets and not recorder.finished:
        records, at = maker.take(made.block, made.packets - done, at)
        done += recorder.write(records, list)
    recorder.close([])
    return [Path(path).read_bytes()[head:] for path in recorder.files], head


def divided(records: Sequence[bytes], head: int, rotation: Rotation, stop: Stop) -> list[bytes]:
    """Return the files that records go into, one after the other, without the heads."""
    files: list[list[bytes]] = [[]]
    before, full = 0, False
    for record in records:
        if full:
            files.append([])
        full = False
        files[-1].append(record)
        size = head + sum(map(len, files[-1]))
        if stop.size and before + size >= stop.size:
            break
        if len(files[-1]) == rotation.packets or (rotation.size and size >= rotation.size):
            if len(files) == stop.files:
                break
            full = True  # the next one begins with the next record
            before += size
    return [b"".join(file) for file in files]


@pytest.mark.parametrize(("form", "nano"), FORMS)
@few
@given(
    kinds=st.lists(st.one_of(SOUND, SOUND, KINDS), min_size=1, max_size=3),
    limits=st.tuples(*map(st.sampled_from, ([0, 1500, 9000, 40_000], [0, 7, 40], [0, 0, 3000, 50_000], [0, 3]))),
)
def test_files_end_where_they_are_full(form: str, nano: bool, kinds: list[Kind], limits: tuple[int, ...]) -> None:
    wanted = Format(form, nano, 0, 262_144, False)
    rotation, stop = Rotation(size=limits[0], packets=limits[1]), Stop(size=limits[2], files=limits[3])
    made = block_of(kinds)
    with tempfile.TemporaryDirectory() as folder:
        files, head = recorded(Path(folder), made, wanted, rotation, stop)
    assert files == divided(expected(made, wanted), head, rotation, stop)


@pytest.mark.parametrize(("form", "nano"), FORMS)
@pytest.mark.parametrize("limit", [300, 320, 351, 5000, 70_001, 140_000])
@pytest.mark.parametrize("kinds", [[Kind(3000)], [Kind(1, number * 7 % 301) for number in range(1500)]])
def test_what_a_full_disk_takes_is_whole(form: str, nano: bool, limit: int, kinds: list[Kind], tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands for the disk: it lets a write through in part, as a full disk does."""
    wanted = Format(form, nano, 0, 262_144, False)
    made, maker = block_of(kinds), Straight(wanted)
    recorder = Recorder(Output(str(tmp_path / "made"), wanted.form, nano), [Interface("eth0", 1)])  # type: ignore[arg-type]
    head = os.path.getsize(tmp_path / "made")
    done, at = 0, FIRST
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        while done < made.packets and not recorder.finished:
            records, at = maker.take(made.block, made.packets - done, at)
            done += recorder.write(records, list)
        recorder.close([])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert recorder.problem is not None
    assert "File too large" in recorder.problem.why
    data = (tmp_path / "made").read_bytes()[head:]
    assert data == b"".join(expected(made, wanted)[:done])
    assert len(data) + len(expected(made, wanted)[done]) > limit - head


@pytest.mark.parametrize("field", [0, 12, 24])
@pytest.mark.parametrize("kinds", [[Kind(100)], [Kind(1, number) for number in range(100)]])
def test_nothing_outside_a_block_is_written(field: int, kinds: list[Kind]) -> None:
    """The kernel writes no such headers; if one did, no memory of this program would end up in a file."""
    made = block_of(kinds)
    wanted = Format("pcap", True, 0, 262_144, False)
    struct.pack_into("=H" if field == 24 else "=I", made.block, FIRST, *([0xFFF0] if field == 24 else [0x7FFFFFF0]))
    with pytest.raises((ValueError, struct.error)):
        poured(Straight(wanted), made)


@few
@given(st.lists(KINDS, min_size=1, max_size=8), st.integers(0, 3))
def test_where_the_headers_are(kinds: list[Kind], fewer: int) -> None:
    made = block_of(kinds)
    places, at = [], FIRST
    for _ in range(max(1, made.packets - fewer)):
        places.append(at)
        at += struct.unpack_from("=I", made.block, at)[0]
    assert blocks.offsets(made.block, len(places), FIRST).tolist() == places
    assert blocks.offsets(made.block, 0, FIRST).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF)), min_size=1, max_size=50))
def test_lanes(pairs: list[tuple[int, int]]) -> None:
    times: Any = lanes.numbers(sum((a | b << 32) << 64 * n for n, (a, b) in enumerate(pairs)), len(pairs))
    assert lanes.low(times).tolist() == [seconds for seconds, _rest in pairs]
    assert lanes.words(times).tolist() == [number for pair in pairs for number in pair]
    assert lanes.microseconds(times).tolist() == [seconds | rest // 1000 << 32 for seconds, rest in pairs]
    assert lanes.nanoseconds(times).tolist() == [seconds * 10**9 + rest for seconds, rest in pairs]
    low = [seconds for seconds, _rest in pairs]
    for most in (max(low) - 1, max(low), max(low) + 1):
        assert most < 0 or lanes.at_most(lanes.vector(lanes.low(times)), most, len(low)) == (max(low) <= most)
    assert lanes.numbers(lanes.steps(1 << 46, 192, 7), 7).tolist() == [(1 << 46) + 192 * n for n in range(7)]
