"""The command on a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from typing import NamedTuple

from tests.lab import REPOSITORY, Namespace


class Seen(NamedTuple):
    """What came to the terminal, and how the command ended."""

    text: str
    status: int


def on_terminal(
    *arguments: str,
    columns: int = 80,
    lines: int = 24,
    inside: Namespace | None = None,
    until: Callable[[str], bool] | None = None,
    signal: int = 2,
    environment: dict[str, str] | None = None,
) -> Seen:
    """Run netscope on a pseudo terminal. With ``until``, send it a signal once that is true of what it printed."""
    leader, follower = pty.openpty()
    fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    command = [sys.executable, "-m", "netscope", *arguments]
    if inside is not None:
        command = ["ip", "netns", "exec", inside.name, *command]
    kept = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")}
    kept.update({"PYTHONPATH": str(REPOSITORY), "TERM": "xterm-256color", **(environment or {})})
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=kept, cwd="/")
    os.close(follower)
    try:
        text = _read(leader, process, until, signal)
        return Seen(text.replace("\r\n", "\n"), process.wait(10))
    finally:
        process.kill()
        process.wait()
        os.close(leader)


def _read(leader: int, process: subprocess.Popen[bytes], until: Callable[[str], bool] | None, signal: int) -> str:
    data, deadline, told = b"", time.monotonic() + 20, False
    while time.monotonic() < deadline:
        if select.select([leader], [], [], 0.05)[0]:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # EIO: nobody has the other end any more
                break
            data += piece
        if until is not None and not told and until(data.decode("utf-8", "replace")):
            process.send_signal(signal)
            told = True
    else:
        raise AssertionError(f"still running after 20 s: {data!r}")
    return data.decode("utf-8", "replace")
