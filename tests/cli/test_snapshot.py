"""``netscope snapshot``: all of it, and a file that is whole or not there."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from netscope.core.errors import BadQuery, NeedsPrivilege, NetscopeError, Unavailable
from netscope.domains import collected
from netscope.export import write_file
from tests.lab import NOBODY, REPOSITORY, Namespace, netscope


def test_every_topic_is_in_it(netns: Namespace) -> None:
    document = json.loads(netscope("snapshot", "--netns", netns.name, check=True).stdout)
    assert list(document) == ["schema", "host", "namespace", "taken_at", "topics"]
    assert list(document["topics"]) == collected()
    assert document["host"]["kernel"] == os.uname().release
    assert document["namespace"] == netns.name
    for topic in ("links", "rules", "services"):
        alone = json.loads(netscope(topic, "--json", "--netns", netns.name).stdout)
        assert document["topics"][topic]["problems"] == alone["problems"]
        assert len(document["topics"][topic]["records"]) == len(alone["records"]) > 0


def test_topics_are_chosen(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    netscope("snapshot", "--topics", "rules,services", "-o", str(path), check=True)
    assert list(json.loads(path.read_text())["topics"]) == ["rules", "services"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["x.json"]


def test_another_file_is_never_overwritten_by_accident(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("precious")
    done = netscope("snapshot", "--topics", "rules", "-o", str(path))
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert path.read_text() == "precious"
    netscope("snapshot", "--topics", "rules", "-o", str(path), "--force", check=True)
    assert "topics" in json.loads(path.read_text())
    assert os.listdir(tmp_path) == ["x.json"]


@pytest.mark.root
def test_the_file_belongs_to_who_called_sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", str(NOBODY))
    monkeypatch.setenv("SUDO_GID", "1")
    write_file(str(tmp_path / "x"), ["x"])
    found = (tmp_path / "x").stat()
    assert (found.st_uid, found.st_gid) == (NOBODY, 1)


def test_a_name_that_comes_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "x"

    def chunks() -> Iterator[str]:
        yield "mine"
        path.write_text("theirs")

    with pytest.raises(BadQuery):
        write_file(str(path), chunks())
    assert path.read_text() == "theirs"
    assert os.listdir(tmp_path) == ["x"]


def test_of_many_writers_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "x"

    def attempt(number: int) -> bool:
        try:
            write_file(str(path), [str(number) * 1000])
        except BadQuery:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(attempt, range(8)))
    assert won.count(True) == 1
    assert path.read_text() == str(won.index(True)) * 1000
    assert os.listdir(tmp_path) == ["x"]


def test_without_hard_links_it_is_still_exclusive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("netscope.export.os.link", no_links)
    path = tmp_path / "x"
    write_file(str(path), ["one"])
    assert path.read_text() == "one"
    path.unlink()

    def chunks() -> Iterator[str]:
        yield "mine"
        path.write_text("theirs")

    with pytest.raises(BadQuery):
        write_file(str(path), chunks())
    assert path.read_text() == "theirs"
    assert os.listdir(tmp_path) == ["x"]


def test_what_fails_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    def chunks() -> Iterable[str]:
        yield "half"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_file(str(tmp_path / "x"), chunks())
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("force", [False, True])
def test_a_device_or_a_link_is_never_replaced(tmp_path: Path, force: bool) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "fifo")
    for name in ("link", "fifo", "."):
        with pytest.raises(BadQuery):
            write_file(str(tmp_path / name), ["x"], force=force)
    assert sorted(os.listdir(tmp_path)) == ["fifo", "link"]


def test_failures_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable):
        write_file(str(tmp_path / "no" / "x"), ["x"])

    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("netscope.export.os.open", denied)
    with pytest.raises(NeedsPrivilege):
        write_file(str(tmp_path / "x"), ["x"])
    assert issubclass(NeedsPrivilege, NetscopeError)


_SLOW = """
import sys, time
from netscope.export import write_file
def chunks():
    for _ in range(200):
        yield "x" * 100_000
        print("wrote", flush=True)
        time.sleep(0.002)
write_file(sys.argv[1], chunks(), force=True)
"""


def test_killed_at_any_moment_the_old_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("the old one")
    for pieces in (1, 20, 60):
        writer = subprocess.Popen(
            [sys.executable, "-c", _SLOW, str(path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )
        assert writer.stdout is not None
        for _ in range(pieces):
            assert writer.stdout.readline() == b"wrote\n"
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert path.read_text() == "the old one"


def test_a_topic_that_cannot_be_read_is_said_in_it(tmp_path: Path) -> None:
    broken = tmp_path / "sitecustomize.py"
    broken.write_text(
        "from netscope.domains import rules\n"
        "from netscope.core.errors import Unavailable\n"
        "def fail(host, query):\n"
        "    raise Unavailable('rules', 'not today', 'wait')\n"
        "rules.DOMAIN = rules.DOMAIN._replace(open=fail)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "netscope", "snapshot", "--topics", "rules,services"], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{REPOSITORY}"}, cwd="/",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "netscope: rules: not today (wait)\n"
    topics = json.loads(done.stdout)["topics"]
    assert topics["rules"]["problems"] == [{"what": "rules", "why": "not today", "mend": "wait"}]
    assert topics["services"]["records"]


def test_it_takes_well_under_a_second_on_an_idle_host(netns: Namespace) -> None:
    start = time.monotonic()
    netscope("snapshot", "--netns", netns.name, check=True)
    assert time.monotonic() - start < 3
