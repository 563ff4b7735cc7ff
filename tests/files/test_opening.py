"""Capture files as they are opened: plain, compressed, from pipes; and what cannot be opened."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from netscope.core.errors import BadQuery, NetscopeError, Unavailable
from netscope.dissect.files.frames import FileFrames
from netscope.system.capture import compressed
from netscope.system.capture.opening import _frames, follow, open_capture
from netscope.system.capture.sources import Recent, nameless
from tests.files.made import FRAMES, everything, frame, pcap
from tests.files.test_pcapng import varied
from tests.fuzz.files import main as fuzz

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "gzip in two members": lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:]) + bytes(512),
    "zstd": zstd.compress,
    "zstd in two frames": lambda data: zstd.compress(data[:100]) + zstd.compress(data[100:]),
}


def whole(frames: FileFrames) -> FileFrames:
    while frames.advance():
        pass
    return frames


@pytest.mark.parametrize("pack", PACKERS.values(), ids=list(PACKERS))
@pytest.mark.parametrize("data", [pcap(FRAMES), varied(">"), pcap(FRAMES * 3000)], ids=["pcap", "pcapng", "many"])
def test_files_and_pipes_plain_and_compressed(pack: Callable[[bytes], bytes], data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "made"
    path.write_bytes(pack(data))
    plain = tmp_path / "plain"
    plain.write_bytes(data)
    expected = everything(whole(open_capture(str(plain))))
    frames = whole(open_capture(str(path)))
    assert everything(frames) == expected
    assert not frames.problems
    frames.close()
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_bytes(pack(data)))
    writer.start()
    frames = whole(open_capture(str(fifo)))
    writer.join()
    assert everything(frames) == expected
    assert not frames.problems
    frames.close()


def test_frames_can_be_read_before_the_pipe_ends(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    writer: list[int] = []
    thread = threading.Thread(target=lambda: writer.append(os.open(fifo, os.O_WRONLY)))
    thread.start()
    opened: list[FileFrames] = []
    opener = threading.Thread(target=lambda: opened.append(open_capture(str(fifo))))
    opener.start()
    thread.join()
    data = pcap(FRAMES)
    os.write(writer[0], data[:-10])
    opener.join()
    (frames,) = opened
    assert everything(frames) == list(FRAMES[:-1])
    assert frames.advance(wait=0.0), "more may come"
    os.write(writer[0], data[-10:])
    assert frames.advance()
    assert everything(frames) == list(FRAMES)
    os.close(writer[0])
    assert not whole(frames).problems
    frames.close()


def test_standard_input() -> None:
    script = (
        "from netscope.system.capture.opening import open_capture\n"
        "frames = open_capture('-')\n"
        "while frames.advance(): pass\n"
        "print(len(frames), frames.name)"
    )
    done = subprocess.run([sys.executable, "-c", script], input=gzip.compress(pcap(FRAMES)), capture_output=True)
    assert done.stdout.decode() == f"{len(FRAMES)} standard input\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_begins_where_it_stands(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """As for ``{ read -r line; netscope packets -r -; } < file``."""
    path = tmp_path / "made"
    path.write_bytes(b"a line before it\n" + pack(pcap(FRAMES)))
    code = (
        "from netscope.system.capture.opening import open_capture\n"
        "frames = open_capture('-')\n"
        "while frames.advance(): pass\n"
        "print(len(frames), list(frames.problems))\n"
    )
    with path.open("rb") as file:
        file.readline()
        os.lseek(file.fileno(), file.tell(), os.SEEK_SET)  # Python had read more
        done = subprocess.run([sys.executable, "-c", code], stdin=file, capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(FRAMES)} []\n"


def test_following_on_a_thread(tmp_path: Path) -> None:
    path = tmp_path / "made.pcap"
    path.write_bytes(pcap(FRAMES * 30_000))
    frames = open_capture(str(path))
    assert 0 < len(frames) < len(FRAMES) * 30_000, "the first are there at once"
    follow(frames)
    until(lambda: frames.complete)
    assert len(frames) == len(FRAMES) * 30_000
    frames.close()


def until(true: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def test_trouble_on_the_thread_becomes_a_problem(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    threading.Thread(target=lambda: fifo.write_bytes(gzip.compress(b"no capture")), daemon=True).start()
    descriptor = os.open(fifo, os.O_RDONLY)
    frames = _frames(descriptor, "the pipe", 1 << 20)
    follow(frames)
    until(lambda: frames.complete and frames.problems)
    assert "neither a pcap nor a pcapng" in frames.problems[-1].why
    frames.close()


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_damaged_or_cut_compressed_file_opens_as_far_as_it_goes(name: str, tmp_path: Path) -> None:
    many = [frame(number, os.urandom(900)) for number in range(1, 400)]
    packed = PACKERS[name](pcap(many))
    path = tmp_path / "made"
    for data, words in (
        (packed[:-2000], f"is cut short at byte {len(packed) - 2000:,} of the compressed file"),
        (packed[:200_000] + packed[200_064:], ""),  # how it shows depends on where
    ):
        path.write_bytes(data)
        frames = whole(open_capture(str(path)))
        assert words in frames.problems[0].what
        assert frames.problems[0].partial
        assert 0 < len(frames) < 400
        assert [f.number for f in everything(frames)] == list(range(1, len(frames) + 1))
        frames.close()


def test_a_bomb_is_unpacked_in_bounded_pieces() -> None:
    for pack in (gzip.compress, zstd.compress):
        packed = pack(bytes(200 << 20))
        made = compressed.decompressor(packed[:4])
        assert made is not None
        out = made.feed(packed, 1 << 20)
        assert 0 < len(out) <= 1 << 20
        total = len(out)
        while not made.whole:
            out = made.feed(b"", 1 << 20)
            assert len(out) <= 1 << 20
            total += len(out)
        assert total == 200 << 20


def test_without_a_module_zstd_says_what_would_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "made.zst"
    path.write_bytes(zstd.compress(pcap(FRAMES)))
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    with pytest.raises(Unavailable, match=r"pip install 'netscope\[zstd\]'"):
        open_capture(str(path))


@pytest.mark.parametrize("path", ["/nonexistent/x.pcap", "/etc/passwd/x", "/etc", "/etc/passwd", "with\0zero"])
def test_what_cannot_be_read_is_said(path: str) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(BadQuery, match="cannot be read"):
        open_capture(path)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_cut_by_somebody_while_it_is_open_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "made.pcap"
    path.write_bytes(pcap(FRAMES * 10_000))
    frames = whole(open_capture(str(path)))
    os.truncate(path, 1000)
    with pytest.raises(IndexError):
        frames.frame(len(frames) - 1)
    frames.close()


@pytest.mark.root
@pytest.mark.tool("mount", "unshare")
def test_a_full_disk_while_unpacking_is_said(tmp_path: Path) -> None:
    path = tmp_path / "made.gz"
    path.write_bytes(gzip.compress(pcap([frame(1, bytes(60_000))] * 400), 1))
    script = (
        "from netscope.system.capture import sources\n"
        "sources._SPARE = 0\n"
        "from netscope.system.capture.opening import open_capture\n"
        f"frames = open_capture({str(path)!r})\n"
        "while frames.advance(): pass\n"
        "print(0 < len(frames) < 400, frames.problems[0].why)"
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=4m tmpfs /mnt && TMPDIR=/mnt exec "$0" -c "$1"',
         sys.executable, script],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == "True No space left on device\n", done.stderr


def test_a_spool_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    descriptor = nameless()
    os.write(descriptor, b"x")
    assert not list(tmp_path.iterdir())
    assert os.fstat(descriptor).st_nlink == 0
    os.close(descriptor)


def test_a_pipes_memory_is_bounded() -> None:
    recent = Recent(1000)
    for number in range(500):
        recent.append(bytes([number % 256]) * 30)
    assert recent.size == 15_000
    assert 1000 <= recent.size - recent.first <= 1030
    assert recent.read(recent.first, 1 << 20) == b"".join(bytes([n % 256]) * 30 for n in range(recent.first // 30, 500))
    assert recent.read(14_975, 50) == bytes([243]) * 25
    assert recent.read(0, 10) == b""


def test_errors_are_of_the_sort_that_a_user_sees() -> None:
    with pytest.raises(NetscopeError):
        open_capture("")


def test_a_short_run_of_the_long_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz(["1", "7"]) == 0
    assert "files" in capsys.readouterr().out


def test_a_file_that_grows_is_as_long_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "made.pcap"
    path.write_bytes(b"")
    descriptor = os.open(path, os.O_RDONLY)
    frames = _frames(descriptor, "the file", 1 << 20)
    path.write_bytes(pcap(FRAMES))
    assert not frames.advance()
    assert frames.problems[0].what == "the file is empty"
    frames.close()
