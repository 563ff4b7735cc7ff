"""What the tests of capturing have in common: a pair of interfaces, a sender, tcpdump beside."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netscope.core.capture import Capture, CaptureRequest
from netscope.core.frame import Frame, Interface
from netscope.system.capture.opening import open_capture
from netscope.system.namespaces import locate, run_inside
from tests.lab import Namespace

LEFT, RIGHT = "02:00:00:00:00:01", "02:00:00:00:00:02"
LEFT_RIGHT = bytes.fromhex("020000000002020000000001")


def quiet(inside: Namespace) -> None:
    """Let the kernel send nothing of its own."""
    inside.run("sh", "-c", "for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > $f; done")


def pair(inside: Namespace) -> None:
    """Make two interfaces that are joined, left and right."""
    quiet(inside)
    inside.ip(f"link add left address {LEFT} type veth peer name right address {RIGHT}")
    inside.ip("link set left up")
    inside.ip("link set right up")
    until(lambda: all(link["operstate"] == "UP" for link in inside.ip_json("link show type veth")))


def until(true: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def sender(inside: Namespace, name: str) -> socket.socket:
    """Return a socket that sends whole frames on an interface."""

    def made() -> socket.socket:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        opened.bind((name, 0))
        return opened

    return run_inside(locate(inside.name), made)


def ether(payload: bytes, kind: int = 0x88B5) -> bytes:
    """Return a frame from left to right; 0x88b5 is for local experiments."""
    return LEFT_RIGHT + kind.to_bytes(2, "big") + payload


@contextmanager
def capturing(inside: Namespace, *names: str, **wanted: Any) -> Iterator[Capture]:
    """Capture in a namespace."""
    host = inside.host()
    capture = host.capture(CaptureRequest(names, **wanted))
    try:
        capture.start()
        yield capture
    finally:
        capture.close()
        host.close()


class Dumped:
    """What a tcpdump that runs beside has written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.interfaces: Sequence[Interface] = ()

    def frames(self, count: int) -> list[Frame]:
        """Return its frames, once there are so many; there may be more."""
        found: list[Frame] = []

        def enough() -> bool:
            nonlocal found
            found, self.interfaces = read(self.path, growing=True)
            return len(found) >= count

        until(enough)
        return found


@contextmanager
def tcpdump(inside: Namespace, path: Path, *words: str) -> Iterator[Dumped]:
    """Let tcpdump write a file beside; it takes a second to write what came (its immediate mode loses frames)."""
    process = inside.popen(
        "tcpdump", "-n", "-U", "-w", str(path), "--time-stamp-precision=nano", "-Z", "root", *words,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        while "listening on" not in line:
            assert line, "tcpdump did not start"
            line = process.stderr.readline()
        yield Dumped(path)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def frames_of(capture: Capture) -> list[Frame]:
    """Return all frames that are kept."""
    return [capture.frames.frame(place) for place in range(capture.frames.first, len(capture.frames))]


def read(path: Path | str, *, growing: bool = False) -> tuple[list[Frame], Sequence[Interface]]:
    """Return a file's frames and interfaces; nothing may be wrong with it, but its end where it still grows."""
    frames = open_capture(str(path))
    while frames.advance():
        pass
    assert growing or not frames.problems, frames.problems
    found = [frames.frame(place) for place in range(len(frames))], list(frames.interfaces)
    frames.close()
    return found


def wait_readable(descriptor: int, seconds: float = 10.0) -> None:
    """Wait for a descriptor."""
    ready, _, _ = select.select([descriptor], [], [], seconds)
    assert ready, "nothing came"


def capabilities(thread: str = "self") -> int:
    """Return the effective capabilities of a thread of this process."""
    status = Path(f"/proc/{os.getpid() if thread == 'self' else f'self/task/{thread}'}/status").read_text()
    return int(status.split("CapEff:")[1].split()[0], 16)
