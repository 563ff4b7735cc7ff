"""From a host to a running screen and back: signals, crashes, the terminal as it was found."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from netscope.core.text import printable
from netscope.domains import load
from netscope.domains.services import ServiceNames
from netscope.hub.watch import Hub
from netscope.system.live import LiveHost
from netscope.tui.app import NetscopeApp
from netscope.tui.driver import TerminalDriver, when_hung_up

_PATIENCE = 0.7  # seconds for an orderly end; then the terminal is restored by force
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_RESET = "\x1b[?1000;1002;1003;1004;1006;1015;1016;2004;2026;2048l\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m"


class Terminal:
    """Remembers how the terminal was, and can bring it back without anybody's help."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[Any] = termios.tcgetattr(descriptor)

    def restore(self) -> None:
        """Restore the modes; a terminal that is gone needs none."""
        try:
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, _RESET.encode())
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)
        except (OSError, termios.error):
            pass


def start(host: LiveHost) -> int:
    """Run the TUI on a host and return the exit status."""
    terminal = Terminal(sys.stdin.fileno())
    try:
        return asyncio.run(_session(host, terminal))
    except BaseException:
        terminal.restore()
        raise
    finally:
        host.close()


async def _session(host: LiveHost, terminal: Terminal) -> int:
    hub = Hub(host, load)
    app = NetscopeApp(hub, load, lambda numeric: ServiceNames(host, numeric), driver_class=TerminalDriver)
    trouble = io.StringIO()
    debug = os.environ.get("NETSCOPE_DEBUG") == "1"
    if not debug:
        app.error_console = Console(file=trouble, width=200, markup=False, highlight=False)
    with _endings(app, terminal):
        await app.run_async()
        try:
            await asyncio.wait_for(hub.close(), _PATIENCE)
        except TimeoutError:
            pass  # a look that hangs in the kernel; its thread is a daemon
    if trouble.getvalue():
        _complain(trouble.getvalue())
    return app.return_code or 0


def _complain(report: str) -> None:
    """Say in one line what textual's report of a crash ends with: the error, after the boxes of its traceback."""
    lines = [line.strip() for line in report.splitlines() if line.strip(" ╭╮╰╯│─") and not line.startswith("NOTE:")]
    reason = printable(lines[-1]) if lines else "unknown"
    print(f"netscope: internal error: {reason} (NETSCOPE_DEBUG=1 shows where)", file=sys.stderr)  # noqa: T201


@contextmanager
def _endings(app: NetscopeApp, terminal: Terminal) -> Iterator[None]:
    """End with 128 + the signal's number, within a second whatever happens."""
    loop = asyncio.get_running_loop()

    def end(number: int) -> None:
        _deadline(128 + number, terminal.restore)
        app.exit(return_code=128 + number)

    for number in _SIGNALS:
        loop.add_signal_handler(number, end, number)
    when_hung_up(sys.stdin.fileno(), lambda: _from_thread(loop, lambda: end(signal.SIGHUP), terminal))
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _from_thread(loop: asyncio.AbstractEventLoop, call: Callable[[], None], terminal: Terminal) -> None:
    _deadline(128 + signal.SIGHUP, terminal.restore)
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        pass  # the loop is closed: the program is ending anyway


def _deadline(status: int, restore: Callable[[], None]) -> None:
    def give_up() -> None:
        restore()
        os._exit(status)

    timer = threading.Timer(_PATIENCE, give_up)
    timer.daemon = True
    timer.start()
