"""How a command ends, and that it never ends in a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from netscope.cli.main import run
from netscope.core.host import Host
from netscope.domains import DOMAINS, load
from tests.cli.terminal import on_terminal
from tests.lab import REPOSITORY, Namespace, netscope

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
COMMAND = [sys.executable, "-m", "netscope"]


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ("services http", 0, ""),
        ("services port:80", 0, ""),
        ("services zzzzzzzzz", 1, "nothing is called nearly that"),
        ("services http zzzzzzzzz", 1, "nothing is called nearly that"),
        ("services postgers", 0, "near it: postgresql"),
        ("services port:1..1 udp", 1, "services matches\n"),
        ("sockets -t port:1 port:2", 1, "sockets matches (-a: listening, unconnected and connected sockets)\n"),
        ("servces", 2, "did you mean services"),
        ("services --nosuch", 2, "unrecognized arguments: --nosuch"),
        ("services --fields nme", 2, "did you mean name"),
        ("services --fields ,", 2, "names no field"),
        ("services --sort zzz", 2, "no field 'zzz'"),
        ("services --watch=0", 2, "0.1 to 86400"),
        ("services prt:1", 2, "^^^"),
        ("services (http", 2, "not closed"),
        ("--nosuch services", 2, "no option"),
        ("--netns", 2, "needs a namespace"),
        ("services --netns nosuchnamespace", 2, "no network namespace"),
        ("snapshot --topics nosuch", 2, "neighbours, services)"),
        ("snapshot --topics ping", 2, "it answers questions"),
        ("snapshot --topics ,", 2, "names no topic"),
        ("snapshot --output=", 2, "needs the name of a file"),
        ("ping -c x 127.0.0.1", 2, "from 0 to 2147483648"),
        ("completion", 2, "which shell"),
        ("completion tcsh", 2, "which shell"),
        ("", 2, "needs a terminal"),
        ("--help", 0, ""),
        ("--version", 0, ""),
        ("services --help", 0, ""),
        ("snapshot --help", 0, ""),
        ("schema --help", 0, ""),
        ("completion --help", 0, ""),
    ],
)
def test_statuses(words: str, status: int, says: str) -> None:
    done = netscope(*words.split())
    assert done.returncode == status, done
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert bool(done.stderr) == bool(says)
    if status == 2:
        assert not done.stdout
        assert all(line.startswith("netscope: ") for line in done.stderr.splitlines())


def test_help_tells_statuses_topics_fields_and_what_is_replaced() -> None:
    page = netscope("--help").stdout
    for word in ("sockets", "netstat -antup", "snapshot", "exit status", "permission", "--netns", "filter expressions"):
        assert word in page
    page = netscope("services", "--help").stdout
    for word in ("getent services", "aliases", "protocol", "exit status", "postgers", "--jsonl", "WORD"):
        assert word in page


def test_an_empty_table_that_was_asked_for_without_a_filter_is_an_answer(netns: Namespace) -> None:
    assert netscope("neighbours", inside=netns).returncode == 0
    assert netscope("neighbours", "state:failed", inside=netns).returncode == 1


def test_a_reader_that_goes_away_is_no_trouble() -> None:
    pipe = subprocess.Popen(
        [*COMMAND, "services", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    )
    assert pipe.stdout is not None
    assert pipe.stderr is not None
    pipe.stdout.close()
    assert pipe.stderr.read() == b""
    assert pipe.wait(10) == -signal.SIGPIPE
    pipe.stderr.close()


def test_head_sees_the_head() -> None:
    done = subprocess.run(
        f"{' '.join(COMMAND)} services | head -1",
        shell=True,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=True,
    )
    assert done.stdout.startswith("Name")
    assert len(done.stdout.splitlines()) == 1
    assert not done.stderr


def test_ctrl_c_is_quiet() -> None:
    watching = subprocess.Popen(
        [*COMMAND, "services", "--watch", "0.2", "--jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    assert watching.stdout is not None
    assert watching.stdout.readline()
    watching.send_signal(signal.SIGINT)
    _rest, complaints = watching.communicate(timeout=10)
    assert watching.returncode == 130
    assert complaints == b""


def test_a_full_disk_is_reported() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, "services"], stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert done.returncode == 1
    assert done.stderr == "netscope: cannot write the output: No space left on device\n"


def test_a_closed_standard_output_is_reported() -> None:
    done = subprocess.run(f"{' '.join(COMMAND)} rules >&-", shell=True, capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 1
    assert "standard output" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_nobody_foresaw_is_one_line(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def broken(_call: object) -> int:
        raise ZeroDivisionError("by\x1bzero")

    monkeypatch.setattr("netscope.cli.main._dispatch", broken)
    assert run(["sockets"]) == 1
    complaint = capfd.readouterr().err
    assert complaint == "netscope: internal error: ZeroDivisionError: by\\x1bzero (NETSCOPE_DEBUG=1 shows where)\n"
    monkeypatch.setenv("NETSCOPE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["sockets"])


def test_a_latin_locale_gets_its_own_letters_or_escapes() -> None:
    done = subprocess.run(
        [*COMMAND, "services", "http", "zażółć"], capture_output=True,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert done.returncode == 1
    assert b"za\\u017c\xf3\\u0142\\u0107" in done.stderr


def test_without_a_terminal_on_both_sides_the_interface_does_not_start() -> None:
    seen = on_terminal("--version")
    assert (seen.status, seen.text.startswith("netscope ")) == (0, True)
    done = subprocess.run(COMMAND, capture_output=True, text=True, env=ENVIRONMENT, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_a_topic_with_a_command_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def own(words: list[str], host: Host) -> int:
        seen.append((words, host.namespace))
        return 7

    domain = load("services")._replace(command="own_topic:run")
    monkeypatch.setitem(sys.modules, "own_topic", SimpleNamespace(run=own, DOMAIN=domain))
    monkeypatch.setitem(DOMAINS, "own", "own_topic")
    assert run(["own", "+short", "--help"]) == 7
    assert seen == [(["+short", "--help"], "")]
