"""What is on the screen while textual is still being imported, 0.3 s earlier than the rest.

Only plain text and the alternate screen, so that it suits any terminal; keys typed meanwhile are kept for the program.
"""

from __future__ import annotations

import os
import signal
import termios
from types import FrameType

from netscope.core.text import printable

_LFLAG = 3
_OPEN = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J\x1b[7m netscope \x1b[0m {name}\x1b[5;3Hloading…"
_CLOSE = "\x1b[?1049l\x1b[?25h"


class Curtain:
    """Use as a context: it is raised for good when the block ends well."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before = termios.tcgetattr(descriptor)

    def __enter__(self) -> None:
        quiet = termios.tcgetattr(self._descriptor)
        quiet[_LFLAG] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(self._descriptor, termios.TCSANOW, quiet)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupted)
        self._write(_OPEN.format(name=printable(os.uname().nodename)))

    def __exit__(self, kind: object, _error: object, _at: object) -> None:
        if kind is not None:
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
        self._restore(stay=kind is None)  # the signals are the curtain's until the program takes them

    def _restore(self, *, stay: bool) -> None:
        if not stay:
            self._write(_CLOSE)
        try:
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)
        except termios.error:
            pass  # the terminal is gone

    def _interrupted(self, number: int, _frame: FrameType | None) -> None:
        self._restore(stay=False)
        os._exit(128 + number)

    def _write(self, text: str) -> None:
        try:
            os.write(2, text.encode())  # where textual writes, too
        except OSError:
            pass  # the terminal is gone
