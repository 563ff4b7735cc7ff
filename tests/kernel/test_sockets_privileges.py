"""Without privileges everything that can work does, and what cannot is named; hostile names are exact."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from netscope.core.domain import Query
from netscope.core.record import Names
from netscope.domains.services import ServiceNames
from netscope.domains.sockets import DOMAIN
from tests.lab import REPOSITORY, Namespace, netscope, without_privileges

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "setpriv", "unshare")]

ALL = Query().having(all=True)
HOSTILE = b"a\x1b[31m\n[b]\xff)x"  # 15 bytes at most: TASK_COMM_LEN

_LOOK = """
import json
from netscope.core.domain import Query
from netscope.domains.sockets import DOMAIN
from netscope.system.live import LiveHost
import socket
mine = socket.socket(); mine.bind(("127.0.0.1", 7501)); mine.listen()
for live in (False, True):
    snapshot = DOMAIN.open(LiveHost(), Query(live=live).having(all=True, full=True)).collect()
    print(json.dumps([[DOMAIN.to_json(row) for row in snapshot.records], [list(p) for p in snapshot.problems]]))
"""

_HOLD = """
import ctypes, os, socket, sys
name, directory = os.fsencode(sys.argv[1]), os.fsencode(sys.argv[2])
ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
a = socket.socket(); a.bind(("127.0.0.1", 7500)); a.listen()
b = socket.socket(); b.connect(("127.0.0.1", 7500)); c = a.accept()[0]
d = socket.socket(socket.AF_UNIX); d.bind(directory + b"/" + name.replace(b"/", b"")); d.listen()
e = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); e.bind(b"\\0" + name + b"\\0tail")
print("ready", flush=True)
sys.stdin.read()
"""


def hold(inside: Namespace, name: bytes, directory: Path) -> subprocess.Popen[str]:
    process = inside.popen(
        sys.executable, "-c", _HOLD, os.fsdecode(name), str(directory), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], 30)[0]
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


@pytest.mark.parametrize("user", ["nobody", "capless"])
def test_without_privileges_the_owners_that_cannot_be_seen_are_named(
    netns: Namespace, tmp_path: Path, user: str
) -> None:
    process = hold(netns, b"holder", tmp_path)
    try:
        done = subprocess.run(
            ["ip", "netns", "exec", netns.name, *without_privileges([sys.executable, "-c", _LOOK], user)],
            capture_output=True, text=True, cwd="/", env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        for line in done.stdout.splitlines():
            check_unprivileged(*json.loads(line))
        printed = netscope("sockets", "-antp", inside=netns, as_user=user)
        assert printed.returncode == 0
        listening = next(line for line in printed.stdout.splitlines() if "LISTEN" in line)
        assert listening.split()[-1] == "?"
        assert "owners of" in printed.stderr
        assert "sudo" in printed.stderr
    finally:
        end(process)


def check_unprivileged(rows: list[dict[str, Any]], problems: list[list[str]]) -> None:
    other = next(row for row in rows if row["local_port"] == 7500 and row["state"] == "LISTEN")
    assert other["processes"] is None
    assert other["uid"] == 0
    mine = next(row for row in rows if row["local_port"] == 7501)
    assert len(mine["processes"]) == 1
    connection = next(row for row in rows if row["remote_port"] == 7500)
    assert connection["tcp_info"]["rtt"] > 0  # another user's, readable without privileges
    unknown = [row for row in rows if row["processes"] is None]
    what, why, mend, partial = next(problem for problem in problems if problem[0].startswith("owners of"))
    assert what.split()[2] == str(len(unknown))
    assert "not show" in why
    assert "sudo" in mend
    assert not partial


def test_hostile_names_are_exact(netns: Namespace, tmp_path: Path) -> None:
    process = hold(netns, HOSTILE, tmp_path)
    try:
        snapshot = netns.collect("sockets", ALL.having(full=True))
        listening = next(row for row in snapshot.records if row.local_port == 7500 and row.state == "LISTEN")
        assert [os.fsencode(holder.name) for holder in listening.processes] == [HOSTILE]
        named = {row.local_address for row in snapshot.records if row.protocol == "unix" and row.local_address}
        assert {os.fsencode(name) for name in named} == {
            os.fsencode(tmp_path) + b"/" + HOSTILE, b"@" + HOSTILE + b"\0tail",
        }  # fmt: skip
        exported = json.loads(netscope("sockets", "-a", "--json", "--netns", netns.name, check=True).stdout)
        names = {holder["name"] for row in exported["records"] for holder in row["processes"] or ()}
        assert os.fsdecode(HOSTILE) in names
        assert os.fsdecode(tmp_path) + "/" + os.fsdecode(HOSTILE) in {
            row["local_address"] for row in exported["records"]
        }
        shown = netscope("sockets", "-ap", "--netns", netns.name, check=True).stdout
        assert "\x1b" not in shown
        assert "a\\x1b[31m\\n[b]\\xff)x" in shown
    finally:
        end(process)


def test_hostile_names_in_proc_net_unix_stay_with_their_socket(netns: Namespace, tmp_path: Path) -> None:
    """Where there is no unix_diag, a name with a newline must not pass for another socket."""
    from netscope.domains.sockets.proc import unix_sockets

    process = hold(netns, HOSTILE, tmp_path)
    try:
        host = netns.host()
        found = [row for row in unix_sockets(host.read("/proc/net/unix")) if row.local_address]
        host.close()
        assert os.fsencode(tmp_path) + b"/" + HOSTILE in {os.fsencode(row.local_address or "") for row in found}
        diag = {row.inode for row in netns.collect("sockets", ALL.having(unix=True)).records}
        assert {row.inode for row in found} <= diag
    finally:
        end(process)


def test_nobody_and_unknown_look_different(netns: Namespace, tmp_path: Path) -> None:
    process = hold(netns, b"holder", tmp_path)
    try:
        row = next(row for row in netns.collect("sockets", ALL).records if row.state == "LISTEN" and row.inet)
        host = netns.host()
        names: Names = ServiceNames(host, numeric=True)
        column = DOMAIN.column("processes")
        assert column is not None
        assert column.texts is not None
        texts = column.texts([row, row._replace(processes=()), row._replace(processes=None)], names)
        host.close()
        assert texts == [f"{process.pid}/holder", "-", "?"]
        assert DOMAIN.to_json(row._replace(processes=None))["processes"] is None
        assert DOMAIN.to_json(row._replace(processes=()))["processes"] == []
    finally:
        end(process)
