"""The real command on a real terminal: signals, endings, colours, and a walk through it in tmux."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest

from tests.lab import REPOSITORY
from tests.tui.terminal import NETSCOPE, SIGNALS, Terminal

READY = "● live"


def started(terminal: Terminal) -> None:
    terminal.until(terminal.sees("Local Address"), "the titles of the sockets")
    terminal.until(lambda: re.search(r":\d\d:\d\d ", terminal.lines()[0] + " ") is not None, "the first rows")


def test_q_leaves_the_terminal_as_it_was() -> None:
    with Terminal() as terminal:
        started(terminal)
        assert READY in terminal.lines()[0]
        terminal.keys("q")
        terminal.until(terminal.ended, "the end")
        terminal.pump()
        assert terminal.process.returncode == 0
        assert terminal.restored(), terminal.modes_left_on()
        assert b"\x1b[?1003h" not in terminal.written, "reports of every mouse movement"


@pytest.mark.parametrize("typed", [b"\xff", b"\x1b[200~q\xffq\x1b[201~", b"\x1b[200~\xff" + b"q" * 9000 + b"\x1b[201~"])
def test_bytes_that_are_not_text_are_no_keys(typed: bytes) -> None:
    with Terminal() as terminal:
        started(terminal)
        terminal.keys(typed)
        terminal.pump(0.3)
        terminal.keys("2")
        terminal.until(terminal.sees("[2 "), "the next tab")


def test_keys_typed_ahead_reach_what_the_ones_before_them_open() -> None:
    with Terminal() as terminal:
        started(terminal)
        terminal.keys("jk" * 50 + "2" + "jk" * 50 + "/" + " " * 100 + "ifname=lo\r\r")
        terminal.until(terminal.sees("Interfaces: lo"), "the details of the only row that the filter leaves")
        terminal.keys("q/quiet\x1b")
        terminal.until(lambda: terminal.sees("[2 ")() and not terminal.sees("Interfaces: ")(), "the tab")
        terminal.keys("/quiet\rq")
        terminal.until(terminal.ended, "the end")
        assert terminal.process.returncode == 0


def test_ctrl_c_does_not_wait_for_what_was_typed_before_it() -> None:
    with Terminal() as terminal:
        started(terminal)
        terminal.keys("1/k\x15\r" * 200 + "\x03")
        assert terminal.until(terminal.ended, "the end") < 2
        assert terminal.process.returncode == 130


def test_a_line_pasted_at_first_shows_its_end() -> None:
    with Terminal() as terminal:
        started(terminal)
        terminal.keys("/\x1b[200~" + "a" * 200 + " the end\x1b[201~")
        terminal.until(lambda: "the end" in terminal.lines()[-2], "the end of the filter")


def test_an_encoding_without_the_glyphs_shows_others_of_the_same_width() -> None:
    with Terminal(env={"PYTHONIOENCODING": "ascii"}) as terminal:
        terminal.until(terminal.sees("* live"), "the heading")
        terminal.until(terminal.sees("Local Address"), "the titles of the sockets")
        assert not any("\\u" in line for line in terminal.lines())


@pytest.mark.parametrize("number", SIGNALS)
def test_signals_end_it_within_a_second(number: signal.Signals) -> None:
    with Terminal() as terminal:
        started(terminal)
        terminal.signal(number)
        assert terminal.until(terminal.ended, "the end") < 1
        terminal.pump()
        assert terminal.process.returncode == 128 + number
        assert terminal.restored(), terminal.modes_left_on()


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("delay", [0.0, 0.1, 0.3])
def test_signals_while_it_starts(number: signal.Signals, delay: float) -> None:
    with Terminal() as terminal:
        terminal.until(terminal.sees("loading"), "the first paint")
        terminal.pump_for(delay)
        terminal.signal(number)
        assert terminal.until(terminal.ended, "the end") < 1
        terminal.pump()
        assert terminal.process.returncode == 128 + number
        assert terminal.restored(), terminal.modes_left_on()


@pytest.mark.parametrize("controlling", [True, False])
def test_a_terminal_that_goes_away_ends_it_within_a_second(controlling: bool) -> None:
    with Terminal(controlling=controlling) as terminal:
        started(terminal)
        begun = time.monotonic()
        terminal.hang_up()
        status = terminal.process.wait(timeout=5)
        assert time.monotonic() - begun < 1
        assert status == 128 + signal.SIGHUP


CRASH = """
import sys
import netscope.domains.sockets as sockets
broken = sockets.DOMAIN.columns[0]._replace(text=None, texts=None, value=lambda record: 1 / 0)
sockets.DOMAIN = sockets.DOMAIN._replace(columns=(broken, *sockets.DOMAIN.columns[1:]))
from netscope.tui import run
sys.exit(run())
"""


@pytest.mark.parametrize("debug", [False, True])
def test_a_crash_is_one_line_and_no_traceback(debug: bool) -> None:
    env = {"NETSCOPE_DEBUG": "1"} if debug else {}
    with Terminal((sys.executable, "-c", CRASH), (120, 30), env) as terminal:
        terminal.until(terminal.ended, "the crash")
        terminal.pump()
        assert terminal.process.returncode == 1
        assert terminal.restored(), terminal.modes_left_on()
        after = re.sub(r"\x1b\[[?<]?[\d;]*[a-z]", "", terminal.written.rpartition(b"\x1b[?1004l")[2].decode())
        if debug:
            assert "Traceback" in after
        else:
            assert after.strip("\x07\r\n").splitlines() == [
                "netscope: internal error: ZeroDivisionError: division by zero (NETSCOPE_DEBUG=1 shows where)"
            ]


def colours(written: bytes) -> set[str]:
    """Return the SGR parameters that set a colour, shortened: 31, 38;2, 38;5, ..."""
    found = set()
    for match in re.finditer(rb"\x1b\[([\d;]*)m", written):
        words = match[1].decode().split(";")
        while words:
            word = words.pop(0)
            if word in ("38", "48"):
                found.add(f"{word};{words[0]}")
                del words[: 4 if words[0] == "2" else 2]
            elif re.fullmatch(r"[349][0-7]|10[0-7]", word):
                found.add(word)
    return found


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({"NO_COLOR": "1"}, "none"),
        ({"TERM": "dumb"}, "none"),
        ({"TERM": "xterm"}, "few"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"COLORTERM": "truecolor"}, "true"),
    ],
)
def test_colours_are_those_that_the_terminal_has(env: dict[str, str], wanted: str) -> None:
    with Terminal(env=env) as terminal:
        started(terminal)
        terminal.keys("jq")
        terminal.until(terminal.ended, "the end")
        found = colours(terminal.written)
    if wanted == "none":
        assert found == set()
        assert re.search(rb"\x1b\[(\d+;)*7[;m]", terminal.written), "the cursor is seen without colour"
    elif wanted == "few":
        assert found
        assert not any(";" in colour for colour in found)
    else:
        assert ("38;2" if wanted == "true" else "38;5") in found
        assert ("38;5" if wanted == "true" else "38;2") not in found


@pytest.fixture
def tmux() -> Iterator[list[str]]:
    """A tmux server of its own."""
    command = ["tmux", "-L", f"nstest-{uuid.uuid4().hex[:8]}", "-f", "/dev/null"]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    env.pop("TMUX", None)
    subprocess.run([*command, "new-session", "-d", "-x", "80", "-y", "24", "bash --norc"], env=env, check=True)
    yield command
    subprocess.run([*command, "kill-server"], check=False, capture_output=True)


@pytest.mark.tool("tmux", "bash")
def test_a_walk_in_tmux_with_suspend_and_resume(tmux: list[str]) -> None:
    def keys(*names: str) -> None:
        subprocess.run([*tmux, "send-keys", *names], check=True)

    def screen() -> str:
        return subprocess.run([*tmux, "capture-pane", "-p"], check=True, capture_output=True, text=True).stdout

    def until(text: str, *, gone: str = "") -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            shown = screen()
            if text in shown and (not gone or gone not in shown):
                return
            time.sleep(0.02)
        raise AssertionError(f"{text!r} is not on the screen:\n{screen()}")

    keys("clear; " + " ".join(NETSCOPE), "Enter")
    until("[1 Sockets]")
    until("Local Address")
    keys("2")
    until("[2 ")
    until(" lo ")
    keys("/")
    until("Enter keeps")
    keys("-l", "ifname=lo")
    until("1 of ")
    keys("Enter")
    keys("Enter")
    until("Interfaces: lo")
    keys("q")
    until("[2 ")
    keys("C-z")
    until("Stopped")
    keys("stty -a | grep -o ' echo ' | tr ' ' =; fg; echo status=$?", "Enter")
    until("[2 ", gone="Stopped")
    keys("j", "5")
    until("[5 S")
    keys("q")
    until("status=0")
    until("=echo=")
