"""The terminal user interface. Nothing is imported before it runs: textual alone takes a quarter of a second."""

from __future__ import annotations

import os
import sys

_SWITCH_INTERVAL = 0.001  # collectors work in threads: the screen gets its turn five times sooner than by default


def run(namespace: str = "") -> int:
    """Run the TUI in a network namespace ("" for the present one) and return the process exit status.

    Raises NetscopeError when the namespace cannot be entered or there is no terminal.
    """
    import gc

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        from netscope.core.errors import Unavailable

        raise Unavailable("the screen", "this is no terminal", "'netscope sockets' and the other commands print")
    _suit_terminal()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    from netscope.system.live import LiveHost
    from netscope.tui.curtain import Curtain

    host = LiveHost(namespace)  # says what is wrong with a namespace while the screen is still the shell's
    gc.disable()
    with Curtain(sys.stdin.fileno()):
        from netscope.tui.launch import start
    gc.freeze()
    gc.enable()
    return start(host)


def _suit_terminal() -> None:
    """Choose what Textual reads from the environment while it is imported.

    It would send true colours to a dumb terminal, and with NO_COLOR it must know from the start that the theme has
    none; terminals of 16 colours look best with their own.
    """
    term = os.environ.get("TERM", "dumb")
    many = "256" in term or os.environ.get("COLORTERM") in ("truecolor", "24bit") or "direct" in term
    if term in ("dumb", "unknown", ""):
        os.environ["NO_COLOR"] = "1"
    if os.environ.get("NO_COLOR") == "":  # no-color.org: only a value that is not empty counts
        del os.environ["NO_COLOR"]
    if "NO_COLOR" in os.environ or not many:
        os.environ["TEXTUAL_THEME"] = "ansi-dark"
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "standard")
