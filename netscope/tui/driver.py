"""The terminal: Textual's Linux driver, with modest mouse modes, and a way out when the terminal is gone."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable

from textual.drivers.linux_driver import LinuxDriver

from netscope.core.text import width

# 1003 reports every movement: 269 kB/s while the mouse moves. 1002 reports clicks, the wheel and dragging.

_QUIET = 0.05  # seconds after which what was pasted has ended
_STAND_INS = str.maketrans("…›●○✗│█─━▃▄▅▆▇▸▾", "~>*ox|#--_____+-")


class TerminalDriver(LinuxDriver):
    """Asks the terminal for button events instead of every movement."""

    def write(self, data: str) -> None:
        """Write, with mouse mode 1003 exchanged for 1002, and no character that the terminal's encoding lacks."""
        encoding = sys.__stderr__.encoding if sys.__stderr__ else "utf-8"
        super().write(encodable(data.replace("\x1b[?1003", "\x1b[?1002"), encoding))

    def run_input_thread(self) -> None:
        """Read keys. Bytes that are not UTF-8 are dropped, with what was pasted with them.

        A terminal that is gone is no crash: the watcher ends the program.
        """
        while True:
            try:
                super().run_input_thread()
            except UnicodeDecodeError:
                self._skip()
            except OSError:
                return
            else:
                return

    def _skip(self) -> None:
        """Read until it is quiet: the rest of a paste whose beginning is lost must not be taken for keys."""
        while select.select([self.fileno], [], [], _QUIET)[0] and os.read(self.fileno, 65536):
            pass


def encodable(data: str, encoding: str) -> str:
    """Return text with stand-ins of the same width for what ``encoding`` lacks; escapes would shift the screen."""
    try:
        data.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_stand_in(char, encoding) for char in data)
    return data


def _stand_in(char: str, encoding: str) -> str:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        plain = char.translate(_STAND_INS)
        return plain if plain.isascii() else "?" * width(char)
    return char


def when_hung_up(descriptor: int, call: Callable[[], None]) -> None:
    """Call from a daemon thread when the terminal is gone. Costs nothing until then: poll(2) with no events asked."""

    def wait() -> None:
        poll = select.poll()
        poll.register(descriptor, 0)
        for _descriptor, event in poll.poll():
            if event & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
                call()

    threading.Thread(target=wait, name="hangup", daemon=True).start()
