"""Captures that are written while they run: rotation, limits, full disks, and an end that nobody planned."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from netscope.core.capture import CaptureRequest, Output, Rotation, Stop
from netscope.core.errors import BadQuery, Unavailable
from netscope.core.frame import Interface, Statistics
from netscope.system.capture.opening import open_capture
from netscope.system.capture.output import Recorder, Sink, numbered
from netscope.system.capture.pouring import Joined
from tests.files.made import FRAMES, capinfos, tshark_bytes
from tests.kernel.captures import capturing, ether, pair, read, sender, until
from tests.lab import REPOSITORY, Namespace

WIRE = [ether(number.to_bytes(4, "big") + bytes(number * 53 % 1400)) for number in range(1500)]


def send(inside: Namespace, frames: list[bytes]) -> None:
    with sender(inside, "left") as out:
        for each in frames:
            out.send(each)


@pytest.mark.root
@pytest.mark.tool("tshark", "capinfos")
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_written_files_please_wireshark(netns: Namespace, tmp_path: Path, form: Any) -> None:
    pair(netns)
    before = time.time_ns()
    path = tmp_path / f"made.{form}"
    with capturing(netns, "right", "left", output=Output(str(path), form), keep=False) as capture:
        send(netns, WIRE)
        capture.stop()
        assert capture.captured == 2 * len(WIRE)
        assert len(capture.frames) == 0
        assert capture.files == (str(path),)
    assert sorted(tshark_bytes(path)) == sorted(each.hex() for each in WIRE * 2)
    told = capinfos(path)
    assert told["Number of packets"] == str(2 * len(WIRE))
    if form == "pcapng":
        assert told["Number of interfaces in file"] == "2"
        frames = open_capture(str(path))
        while frames.advance():
            pass
        spans = [(counted.begun or 0, counted.ended or 0) for counted in frames.statistics]
        assert all(before <= begun <= ended <= time.time_ns() for begun, ended in spans)
        assert len(spans) == 2
    assert path.stat().st_mode & 0o7777 == 0o600


@pytest.mark.root
@pytest.mark.parametrize("uniform", [True, False])
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_large_captures_are_written_whole(netns: Namespace, tmp_path: Path, uniform: bool, form: Any) -> None:
    """Runs of frames of one size are found otherwise than others are: they must not differ."""
    pair(netns)
    wire = [ether(number.to_bytes(4, "big") * (50 if uniform or number % 90 else 60)) for number in range(20_000)]
    path, unkept = tmp_path / f"made.{form}", Output(str(tmp_path / "unkept"), form, nano=False)
    with (
        capturing(netns, "right", output=Output(str(path), form)) as capture,
        capturing(netns, "right", output=unkept, keep=False) as other,
    ):
        send(netns, wire)
        capture.stop()
        other.stop()
        found, _interfaces = read(path)
        assert [f.data for f in found] == wire
        assert [(f.data, f.direction) for f in read(Path(unkept.path))[0]] == [(f.data, f.direction) for f in found]
        kept = [capture.frames.frame(place) for place in range(len(capture.frames))]
        assert [f[:4] for f in kept] == [f[:4] for f in found]


@pytest.mark.root
def test_files_are_rotated_by_packets_and_named_as_dumpcap_names_them(netns: Namespace, tmp_path: Path) -> None:
    pair(netns)
    rotation = Rotation(packets=400)
    with capturing(netns, "right", output=Output(str(tmp_path / "a.b.pcap"), rotation=rotation)) as capture:
        send(netns, WIRE)
        capture.stop()
        files = capture.files
    assert [len(read(path)[0]) for path in files] == [400, 400, 400, 300]
    assert [f.data for path in files for f in read(path)[0]] == WIRE
    names = [os.path.basename(path) for path in files]
    assert [name[:9] for name in names] == ["a.b_00001", "a.b_00002", "a.b_00003", "a.b_00004"]
    assert all(re.fullmatch(r"a\.b_\d{5}_\d{14}\.pcap", name) for name in names)
    assert sorted(os.listdir(tmp_path)) == sorted(names)


@pytest.mark.root
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_files_are_rotated_by_size_and_the_oldest_removed(netns: Namespace, tmp_path: Path, form: Any) -> None:
    pair(netns)
    output = Output(str(tmp_path / "made"), form, rotation=Rotation(size=100_000, files=3))
    with capturing(netns, "right", output=output) as capture:
        send(netns, WIRE)
        capture.stop()
        files = capture.files
        assert len(files) == 3
        assert len(os.listdir(tmp_path)) == 3
        kept = [f.data for path in files for f in read(path)[0]]
        assert kept == WIRE[-len(kept) :]
        for path in files[:-1]:
            assert 100_000 <= os.path.getsize(path) < 100_000 + 1500 + 200, "the frame that fills it is in it"


@pytest.mark.root
def test_a_capture_ends_after_bytes_and_after_files(netns: Namespace, tmp_path: Path) -> None:
    pair(netns)
    one = Output(str(tmp_path / "one.pcap"))
    many = Output(str(tmp_path / "many.pcap"), rotation=Rotation(packets=100))
    with (
        capturing(netns, "right", output=one, stop=Stop(size=50_000)) as first,
        capturing(netns, "right", output=many, stop=Stop(files=2)) as second,
    ):
        send(netns, WIRE)
        until(lambda: not first.running and not second.running)
        assert 50_000 <= os.path.getsize(one.path) < 51_500
        assert first.captured == len(read(one.path)[0]) == len(first.frames)
        assert [len(read(path)[0]) for path in second.files] == [100, 100]
        assert second.captured == 200


@pytest.mark.root
def test_the_frame_that_fills_the_last_file_begins_no_other(netns: Namespace, tmp_path: Path) -> None:
    """For an empty file the oldest would have to go."""
    pair(netns)
    output = Output(str(tmp_path / "made.pcapng"), "pcapng", rotation=Rotation(packets=100, files=2))
    with capturing(netns, "right", output=output, stop=Stop(packets=500)) as capture:
        send(netns, WIRE)
        until(lambda: not capture.running)
        assert sorted(os.listdir(tmp_path)) == sorted(os.path.basename(path) for path in capture.files)
        assert [f.data for path in capture.files for f in read(path)[0]] == WIRE[300:500]


@pytest.mark.root
def test_files_are_rotated_by_the_clock(netns: Namespace, tmp_path: Path) -> None:
    pair(netns)
    output = Output(str(tmp_path / "made.pcap"), rotation=Rotation(duration=0.6))
    with capturing(netns, "right", output=output) as capture:
        send(netns, WIRE[:5])
        until(lambda: len(capture.files) >= 2)
        send(netns, WIRE[5:9])
        until(lambda: capture.captured == 9)
        capture.stop()
        assert [f.data for path in capture.files for f in read(path)[0]] == WIRE[:9]


def recorder(path: Path, form: Any = "pcap", **more: Any) -> Recorder:
    return Recorder(Output(str(path), form), [Interface("eth0", 1)], **more)


def records(count: int) -> Joined:
    import struct

    parts: list[bytes] = []
    for number in range(count):
        data = FRAMES[number % 7].data
        parts += [struct.pack("=IIII", 5, number, len(data), len(data)), data]
    return Joined(parts, 2)


def counted() -> list[Statistics]:
    return []


@pytest.mark.parametrize("limit", [24, 25, 40, 89, 90, 91, 5000, 20_000])
def test_what_a_full_disk_takes_is_whole(tmp_path: Path, limit: int) -> None:
    """RLIMIT_FSIZE stands for the disk: it lets a write through in part, as a full disk does."""
    path = tmp_path / "made.pcap"
    made = recorder(path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        written = made.write(records(1000), counted)
        made.close([])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert made.finished
    assert made.problem is not None
    assert "File too large; the " in made.problem.why
    found, _interfaces = read(path)
    assert len(found) == written < 1000
    assert [f.data for f in found] == [FRAMES[number % 7].data for number in range(written)]
    assert limit - 16 - 60 < path.stat().st_size <= limit


@pytest.mark.root
@pytest.mark.tool("mount", "unshare", "capinfos")
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_a_full_disk_in_the_middle_of_a_capture(netns: Namespace, tmp_path: Path, form: str) -> None:
    pair(netns)
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    path = disk / "made"
    try:
        with capturing(netns, "right", output=Output(str(path), form)) as capture:  # type: ignore[arg-type]
            for _ in range(4):
                send(netns, WIRE)
            until(lambda: not capture.running)
            assert "No space left on device" in capture.problems[0].why
            assert capture.problems[0].partial
            found, _interfaces = read(path)
            assert len(found) == capture.captured == len(capture.frames) > 500
            assert [f.data for f in found] == (WIRE * 4)[: len(found)]
        assert capinfos(path)["Number of packets"] == str(len(found))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_pipe_that_nobody_reads_ends_the_capture(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    opened: list[Recorder] = []
    thread = threading.Thread(target=lambda: opened.append(recorder(fifo)))
    thread.start()
    reader = os.open(fifo, os.O_RDONLY)
    thread.join()
    assert len(os.read(reader, 100)) == 24
    os.close(reader)
    assert opened[0].write(records(10), counted) == 0
    assert opened[0].finished
    assert opened[0].problem is not None
    assert "nobody reads" in opened[0].problem.why
    assert not opened[0].problem.partial
    opened[0].close([])


def test_another_file_is_never_replaced_by_accident(tmp_path: Path) -> None:
    path = tmp_path / "made.pcap"
    path.write_bytes(b"precious")
    path.chmod(0o644)
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(BadQuery, match="--force replaces it"):
        Sink(str(path))
    for force in (False, True):
        with pytest.raises(BadQuery, match="no regular file"):
            Sink(str(link), force=force)
        with pytest.raises(BadQuery, match="no regular file"):
            Sink(str(tmp_path), force=force)
    assert path.read_bytes() == b"precious"
    Sink(str(path), force=True).close()
    assert (path.read_bytes(), path.stat().st_mode & 0o7777) == (b"", 0o600)
    Sink("/dev/null").close()
    with pytest.raises(Unavailable, match="make its directory first"):
        Sink(str(tmp_path / "no" / "made"))
    with pytest.raises(BadQuery):
        Sink("with\0zero")


@pytest.mark.root
def test_the_file_belongs_to_who_called_sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "1234")
    monkeypatch.setenv("SUDO_GID", "2345")
    path = tmp_path / "made.pcap"
    recorder(path).close([])
    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o7777) == (1234, 2345, 0o600)


def test_names_of_many_files() -> None:
    assert numbered("/d.x/name.pcapng", 7, "20240131235959") == "/d.x/name_00007_20240131235959.pcapng"
    assert numbered("name", 12345, "S") == "name_12345_S"
    assert numbered("d/.hidden", 1, "S") == "d/.hidden_00001_S"


def test_no_file_is_made_where_nothing_can_be_captured(netns: Namespace, tmp_path: Path) -> None:
    host = netns.host()
    with pytest.raises(BadQuery, match="no interface"):
        host.capture(CaptureRequest(["nosuch"], output=Output(str(tmp_path / "made"))))
    assert not os.listdir(tmp_path)
    with pytest.raises(BadQuery, match="link types differ"):
        host.capture(CaptureRequest(["lo", "any"], output=Output(str(tmp_path / "made"))))
    assert not os.listdir(tmp_path)
    host.close()


@pytest.mark.root
@pytest.mark.tool("tshark", "capinfos")
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_capture_that_is_killed_in_a_flood_leaves_whole_packets(
    netns: Namespace, tmp_path: Path, form: str, number: signal.Signals
) -> None:
    """SIGKILL may come while the kernel writes: then the last packet is cut, which readers tell and pass over."""
    pair(netns)
    path = tmp_path / f"made.{form}"
    process = netns.popen(
        sys.executable, "-m", "netscope", "packets", "-i", "right", "-w", str(path),
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert process.stderr is not None
    assert "listening on" in process.stderr.readline()
    stop = threading.Event()

    def flood() -> None:
        while not stop.is_set():
            send(netns, WIRE[:200])
            time.sleep(0.001)

    flooding = threading.Thread(target=flood)
    flooding.start()
    try:
        until(lambda: path.exists() and path.stat().st_size > 500_000)
        process.send_signal(number)
        process.wait(10)
    finally:
        stop.set()
        flooding.join()
        process.stderr.close()
    found, _interfaces = read(path, growing=number == signal.SIGKILL)
    assert len(found) > 500
    sent = set(WIRE[:200])
    assert all(frame.data in sent for frame in found)
    if number == signal.SIGHUP:
        assert capinfos(path)["Number of packets"] == str(len(found))
    told = subprocess.run(
        ["tshark", "-n", "-r", str(path), "-T", "fields", "-e", "frame.number"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert len(told.stdout.split()) == len(found)
