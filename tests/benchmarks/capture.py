"""The limits on capturing and on files: processor time for each frame, frames lost, time and memory to open a file.

Frames go over a pair of interfaces within a namespace; the captures run as processes of their own, and what they take
is what the scheduler counted for all their threads between two moments (/proc/PID/task/*/schedstat). Sizes are those of
a bulk transfer; a store is measured when its memory has been written to once, as it is for the rest of a capture.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from netscope.core.frame import Interface
from netscope.dissect.files.records import Extras
from netscope.dissect.files.write import encoder
from tests.benchmarks.harness import Case, Result, command, paired
from tests.files.made import UDP, frame
from tests.kernel.captures import pair
from tests.lab import REPOSITORY, Namespace, namespace

RATE, COUNT, PAIRS = 150_000, 600_000, 3
_STORE = 64 << 20  # small, so that it is soon full

_CAPTURING = """
import json, signal, sys, time
from netscope.core.capture import CaptureRequest, Output
from netscope.system.live import LiveHost
namespace, path, keep, busy = sys.argv[1], sys.argv[2], sys.argv[3] == "keep", sys.argv[4] == "busy"
form, nano = ("pcapng" if path.endswith(".pcapng") else "pcap"), path.endswith(".nano")
output = Output("/dev/null" if path.startswith("/dev/null") else path, form, nano, force=True) if path else None
capture = LiveHost(namespace).capture(CaptureRequest(["right"], output=output, keep=keep, memory=int(sys.argv[5])))
ended = []  # no lock, unlike threading.Event: the handler may come while one is held
signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
capture.start()
print("listening on", flush=True)
seen = read = 0
while not ended:
    frames = capture.frames
    if busy:  # as a screen that scrolls: it reads frames all the time
        for place in range(max(frames.first, len(frames) - 60), len(frames)):
            frames.frame(place)
            read += 1
    elif keep:  # each frame's place, as whoever filters them needs it
        while seen < len(frames):
            seen = frames.indexed(seen)
        time.sleep(0.05)
    else:
        time.sleep(1)
capture.stop()
counted = capture.statistics[0]
print(json.dumps([capture.captured, counted.received, counted.dropped, read]))
"""


class Used(NamedTuple):
    """Nanoseconds of processor time for a frame, how many frames were seen and lost, and frames sent a second."""

    each: float
    captured: int
    lost: int
    rate: int


@contextmanager
def _process(words: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd="/"
    )
    assert process.stdout is not None
    try:
        while "listening on" not in (line := process.stdout.readline()):
            assert line, "it did not start"
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def _nanoseconds(process: subprocess.Popen[str]) -> int:
    tasks = f"/proc/{process.pid}/task"
    return sum(int(Path(tasks, task, "schedstat").read_text().split()[0]) for task in os.listdir(tasks))


def _send(inside: Namespace, sizes: str, count: int, rate: int) -> int:
    words = [sys.executable, "-m", "tests.benchmarks.sending", inside.name, "left", sizes, str(count), str(rate)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    return int(done.stdout)


def _tcpdump(inside: Namespace, path: str) -> list[str]:
    # nsenter keeps the process what it is: "ip netns exec" would too, and mounts a /sys of its own first.
    words = ["nsenter", f"--net=/run/netns/{inside.name}", "--", "tcpdump", "-n", "-i", "right", "-Z", "root"]
    return [*words, "-w", path]


def _ours(inside: Namespace, path: str, keep: str, busy: str = "") -> list[str]:
    return [sys.executable, "-c", _CAPTURING, inside.name, path, keep, busy, str(_STORE)]


def _used(inside: Namespace, words: Sequence[str], sizes: str, count: int = COUNT, rate: int = RATE) -> Used:
    with _process(words) as process:
        if words[0] == sys.executable:  # the store's memory is touched once
            _send(inside, sizes, int(1.3 * _STORE / (statistics.mean(map(int, sizes.split(","))) + 90)), rate)
            time.sleep(0.3)
        before = _nanoseconds(process)
        reached = _send(inside, sizes, count, rate)
        time.sleep(1.2)  # tcpdump looks after a second at the latest
        used = _nanoseconds(process) - before
        ours = words[0] == sys.executable
        process.send_signal(signal.SIGTERM if ours else signal.SIGINT)
        told, _nothing = process.communicate(timeout=60)
    if ours:
        captured, _received, dropped, _read = json.loads(told.splitlines()[-1])
        return Used(used / count, captured, dropped, reached)
    figures = {line.split(" packets ", 1)[1]: int(line.split()[0]) for line in told.splitlines() if " packets " in line}
    return Used(used / count, figures["captured"], figures["dropped by kernel"], reached)


def processor(sizes: str, path: str, keep: str, against: str) -> Result:
    """Compare the time that a frame takes with tcpdump's."""
    with namespace() as inside, tempfile.TemporaryDirectory() as folder:
        pair(inside)
        pairs = []
        for _ in range(PAIRS):
            theirs = _used(inside, _tcpdump(inside, against.replace("FILE", f"{folder}/theirs")), sizes)
            ours = _used(inside, _ours(inside, path.replace("FILE", f"{folder}/ours"), keep), sizes)
            pairs.append((ours, theirs))
        ratio = statistics.median(ours.each / theirs.each for ours, theirs in pairs)
        mine, other = (statistics.median(used.each for used in side) for side in zip(*pairs, strict=True))
        lost = tuple(sum(used.lost for used in side) for side in zip(*pairs, strict=True))
        return Result(ratio, f"{mine:.0f} ns against {other:.0f} ns a frame of {sizes} bytes (lost: {lost})")


def lost(path: str, keep: str, seconds: int, rate: int) -> Result:
    """Return the frames lost where tcpdump loses none, with a main thread that reads frames all the time."""
    with namespace() as inside, tempfile.TemporaryDirectory() as folder:
        pair(inside)
        count = rate * seconds
        theirs = _used(inside, _tcpdump(inside, "/dev/null"), "100", count, rate)
        ours = _used(inside, _ours(inside, path.replace("FILE", f"{folder}/ours"), keep, "busy"), "100", count, rate)
        detail = f"{ours.lost} lost of {ours.captured:,} at {ours.rate:,} a second; tcpdump lost {theirs.lost}"
        return Result(float(ours.lost), f"{detail} of {theirs.captured:,} at {theirs.rate:,}")


_OPENING = """
import sys, time
from netscope.system.capture.opening import open_capture
frames = open_capture(sys.argv[1])
for place in range(40):
    frames.frame(place)
if sys.argv[2] == "all":
    def own():
        fields = dict(line.split(":", 1) for line in open("/proc/self/status"))
        return int(fields["RssAnon"].split()[0]) / 1024
    before = own()
    while frames.advance():
        pass
    assert len(frames) == 1_000_000, len(frames)
    print(own() - before)
"""


def _million(folder: str, form: str) -> str:
    made = encoder("pcapng" if form == "pcapng" else "pcap")
    path = f"{folder}/million"
    record = made.frame(frame(1, UDP + bytes(400)))
    with open(path, "wb") as file:
        file.write(made.head([Interface("eth0", 1)], Extras()))
        file.writelines(record * 1000 for _ in range(1000))
    return path


def opening(form: str) -> Result:
    """Compare the time to the first forty frames of a million, from the program's start on, with tcpdump -r."""
    with tempfile.TemporaryDirectory() as folder:
        path = _million(folder, form)
        return paired(
            command([sys.executable, "-c", _OPENING, path, "first"]),
            command(["tcpdump", "-r", path, "-w", "/dev/null"]),
        )


def indexing(form: str) -> Result:
    """Compare the time to index all of a million frames with tcpdump -r."""
    with tempfile.TemporaryDirectory() as folder:
        path = _million(folder, form)
        return paired(
            command([sys.executable, "-c", _OPENING, path, "all"]),
            command(["tcpdump", "-r", path, "-w", "/dev/null"]),
        )


def memory(form: str) -> Result:
    """Return the MiB that the index of a million frames takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = _million(folder, form)
        words = [sys.executable, "-c", _OPENING, path, "all"]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
        return Result(float(done.stdout), f"MiB for a million frames of {form}")


BULK, SMALL, MIXED = "1514", "100", "64,1514,300"


def _straight(name: str, sizes: str) -> list[Case]:
    """Nothing kept: each format as it is written by default, to where writing costs nothing, and to a disk."""
    return [
        Case(f"capture: to a file, {form}, against tcpdump -w {path}, {name}", 1.5,
             partial(processor, sizes, f"{path}.{form}", "", path))
        for form in ("pcap", "pcapng") for path in ("/dev/null", "FILE")
    ]  # fmt: skip


CASES = (
    Case("capture: indexed, against tcpdump -w /dev/null, bulk", 3.0,
         partial(processor, BULK, "", "keep", "/dev/null")),
    Case("capture: indexed, against tcpdump -w FILE, bulk", 1.2, partial(processor, BULK, "", "keep", "FILE")),
    Case("capture: indexed, against tcpdump -w /dev/null, small", 3.0,
         partial(processor, SMALL, "", "keep", "/dev/null")),
    Case("capture: indexed, against tcpdump -w /dev/null, mixed", 3.0,
         partial(processor, MIXED, "", "keep", "/dev/null")),
    *_straight("bulk", BULK), *_straight("small", SMALL), *_straight("mixed", MIXED),
    Case("capture: lost in 60 seconds, kept", 0.0, partial(lost, "", "keep", 60, 300_000)),
    Case("capture: lost in 60 seconds, written", 0.0, partial(lost, "/dev/null", "", 60, 300_000)),
    Case("files: first frames of a million, pcap, against tcpdump -r", 2.5, partial(opening, "pcap")),
    Case("files: first frames of a million, pcapng, against tcpdump -r", 2.5, partial(opening, "pcapng")),
    Case("files: index of a million, pcap, against tcpdump -r", 2.5, partial(indexing, "pcap")),
    Case("files: index of a million, pcapng, against tcpdump -r", 5.0, partial(indexing, "pcapng")),
    Case("files: memory of an index, pcap, MiB", 100.0, partial(memory, "pcap")),
    Case("files: memory of an index, pcapng, MiB", 100.0, partial(memory, "pcapng")),
)  # fmt: skip
