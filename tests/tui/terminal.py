"""A pseudo terminal for whole programs: what they write, what is left of the modes, how they end."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from fcntl import ioctl
from struct import pack
from types import TracebackType

import pyte

from tests.lab import REPOSITORY

NETSCOPE = (sys.executable, "-m", "netscope")
_PRIVATE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
_ON_BY_DEFAULT = {7, 25}
_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<=>][\d;]*[a-zA-Z]|\x1b\[\?[\d;]*\$p|\x1b\[\?u|\x1b\][^\x07]*\x07")


class Terminal:
    """One program on a pseudo terminal."""

    def __init__(
        self,
        command: Sequence[str] = NETSCOPE,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        *,
        controlling: bool = True,
    ) -> None:
        self._master, self._slave = pty.openpty()
        ioctl(self._slave, termios.TIOCSWINSZ, pack("HHHH", size[1], size[0], 0, 0))
        self.before = termios.tcgetattr(self._slave)
        self.written = b""
        self.heard = 0.0  # when the program last wrote
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(REPOSITORY), **(env or {})}
        for name in ("COLORTERM", "NO_COLOR", "TMUX"):
            if name not in (env or {}):
                environment.pop(name, None)
        words = ["setsid", "--ctty", *command] if controlling else [*command]
        self.process = subprocess.Popen(
            words, stdin=self._slave, stdout=self._slave, stderr=self._slave, env=environment,
            start_new_session=not controlling,
        )  # fmt: skip

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()
        os.close(self._slave)

    def hang_up(self) -> None:
        """Let the terminal go away."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def keys(self, text: str | bytes) -> None:
        """Type."""
        os.write(self._master, text.encode() if isinstance(text, str) else text)

    def pump(self, seconds: float = 0.05) -> None:
        """Take what the program writes, until it pauses for so long."""
        while self.pump_once(seconds):
            pass

    def pump_once(self, seconds: float) -> bool:
        """Take one piece of what the program writes; tell whether there was one in time."""
        if self._master < 0 or not select.select([self._master], [], [], seconds)[0]:
            return False
        data = os.read(self._master, 65536)
        self.heard = time.monotonic()
        self.written += data
        self._stream.feed(_NOT_FOR_PYTE.sub(b"", data))
        return True

    def pump_for(self, seconds: float) -> None:
        """Take what the program writes for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.pump_once(left)

    def painted(self, key: str, gap: float = 0.008) -> float:
        """Press a key; return the seconds until the repaint was written, which a pause in the output ends."""
        begun = time.monotonic()
        self.keys(key)
        if not self.pump_once(2.0):
            raise AssertionError(f"{key!r} painted nothing\n" + "\n".join(self.lines()))
        self.pump(gap)
        return self.heard - begun

    def until(self, true: Callable[[], bool], what: str, seconds: float = 20.0) -> float:
        """Wait for something; return how long it took."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            self.pump()
            if true():
                return time.monotonic() - start
        raise AssertionError(f"never happened: {what}\n" + "\n".join(self.lines()))

    def sees(self, text: str) -> Callable[[], bool]:
        """Return a test for :meth:`until`."""
        return lambda: any(text in line for line in self.lines())

    def lines(self) -> list[str]:
        """Return the screen."""
        return [line.rstrip() for line in self._screen.display]

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def ended(self) -> bool:
        """Tell whether it has ended."""
        return self.process.poll() is not None

    def modes_left_on(self) -> list[int]:
        """Return the private modes that are not as they are by default (ECMA-48, xterm)."""
        state = {}
        for numbers, letter in _PRIVATE.findall(self.written):
            for number in numbers.split(b";"):
                state[int(number)] = letter == b"h"
        return sorted(number for number, on in state.items() if on is not (number in _ON_BY_DEFAULT))

    def restored(self) -> bool:
        """Tell whether the terminal is as it was found."""
        return termios.tcgetattr(self._slave) == self.before and self.modes_left_on() == []


SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
