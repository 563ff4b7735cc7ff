"""Names that somebody else chose: harmless on a screen, exact in data."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.terminal import on_terminal
from tests.lab import Namespace, namespace, netscope

IFNAME = b"\x1b[31m\xff[b]x"  # at most 15 bytes, no blank, no slash
COMM = b"\x1b]0;own\n\xfe[red]"
UNIX = b"\0\x1b[2J\n\xfd\xe2\x80\xae[/]x"

_HOLDER = """
import ctypes, socket, sys
ctypes.CDLL(None).prctl(15, bytes.fromhex(sys.argv[1]), 0, 0, 0)
kept = socket.socket(socket.AF_UNIX)
kept.bind(bytes.fromhex(sys.argv[2]))
kept.listen()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def hostile() -> Iterator[Namespace]:
    """A namespace with a hostile interface, process and UNIX path."""
    with namespace() as made:
        subprocess.run([b"ip", b"-n", made.name.encode(), b"link", b"add", IFNAME, b"type", b"bridge"], check=True)
        holder = made.popen(
            sys.executable, "-c", _HOLDER, COMM.hex(), UNIX.hex(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "ready\n"
            yield made
        finally:
            holder.communicate()


pytestmark = pytest.mark.root


def harmless(text: str) -> bool:
    return all(char == "\n" or char.isprintable() for char in text)


def test_tables_escape(hostile: Namespace) -> None:
    links = netscope("links", inside=hostile, check=True).stdout
    assert r"\x1b[31m\xff[b]x" in links
    sockets = netscope("sockets", "-lxp", inside=hostile, check=True).stdout
    assert r"\x1b]0;own\n\xfe[red]" in sockets
    assert r"\x1b[2J\n\xfd\u202e[/]x" in sockets
    assert harmless(links)
    assert harmless(sockets)
    assert len(sockets.splitlines()) == 2


@pytest.mark.parametrize("form", [("--no-color",), ("--csv",), ("--json",), ("--jsonl",)])
def test_nothing_raw_reaches_a_terminal(hostile: Namespace, form: tuple[str, ...]) -> None:
    for words in (("links",), ("sockets", "-lxp")):
        assert harmless(on_terminal(*words, *form, inside=hostile, columns=300).text)


def test_json_is_exact(hostile: Namespace) -> None:
    links = json.loads(netscope("links", "--json", inside=hostile).stdout)["records"]
    assert IFNAME in [os.fsencode(link["ifname"]) for link in links]
    done = netscope("sockets", "-lx", "--json", inside=hostile)
    assert done.stdout.isascii()
    (record,) = json.loads(done.stdout)["records"]
    assert os.fsencode(record["processes"][0]["name"]) == COMM
    assert os.fsencode(record["local_address"]).lstrip(b"@\0") == UNIX.lstrip(b"\0")


def test_csv_in_a_pipe_is_exact(hostile: Namespace) -> None:
    rows = list(csv.reader(io.StringIO(netscope("links", "--csv", "--fields", "ifname", inside=hostile).stdout)))
    assert [IFNAME.decode("utf-8", "surrogateescape")] in rows


def test_a_filter_finds_what_is_hostile_and_its_own_words_are_escaped(hostile: Namespace) -> None:
    done = netscope("links", "--no-headers", "ifname:\x1b[31m", inside=hostile, check=True)
    assert len(done.stdout.splitlines()) == 1
    done = netscope("links", "\x1b]0;x\x07nofield:1", inside=hostile)
    assert done.returncode in (1, 2)
    assert harmless(done.stderr)
    done = netscope("links", "no\u202efield:(", "x)", inside=hostile)
    assert harmless(done.stderr)
