"""The terminal: Textual's Linux driver, with modest mouse modes, and a way out when the terminal is gone."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable

from textual.drivers.linux_driver import LinuxDriver

# 1003 reports every movement: 269 kB/s while the mouse moves. 1002 reports clicks, the wheel and dragging.


class TerminalDriver(LinuxDriver):
    """Asks the terminal for button events instead of every movement."""

    def write(self, data: str) -> None:
        """Write, with mouse mode 1003 exchanged for 1002."""
        super().write(data.replace("\x1b[?1003", "\x1b[?1002"))

    def run_input_thread(self) -> None:
        """Read keys. A terminal that is gone is no crash: the watcher ends the program."""
        try:
            super().run_input_thread()
        except OSError:
            return


def when_hung_up(descriptor: int, call: Callable[[], None]) -> None:
    """Call from a daemon thread when the terminal is gone. Costs nothing until then: poll(2) with no events asked."""

    def wait() -> None:
        poll = select.poll()
        poll.register(descriptor, 0)
        for _descriptor, event in poll.poll():
            if event & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
                call()

    threading.Thread(target=wait, name="hangup", daemon=True).start()
