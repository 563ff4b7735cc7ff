"""Without privileges everything that can work does, and the rest says what would mend it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netscope.domains import collected
from tests.lab import Namespace, netscope

pytestmark = [pytest.mark.root, pytest.mark.tool("setpriv", "unshare")]
USERS = ["nobody", "capless"]


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("topic", collected())
def test_every_topic_works_or_names_what_is_missing(busy: Namespace, topic: str, user: str) -> None:
    done = netscope(topic, "--json", inside=busy, as_user=user)
    assert done.returncode == 0, done
    document = json.loads(done.stdout)
    assert len(document["records"]) or topic == "neighbours"
    assert all(problem["what"] and problem["why"] for problem in document["problems"])
    table = netscope(topic, inside=busy, as_user=user)
    assert table.returncode == 0
    assert "Traceback" not in table.stderr


@pytest.mark.parametrize("user", USERS)
def test_owners_that_cannot_be_seen_are_a_problem_not_an_empty_cell(busy: Namespace, user: str) -> None:
    seen = netscope("sockets", "-tlnp", "--no-headers", inside=busy, as_user=user)
    assert seen.returncode == 0  # as netstat: the rows are all there
    assert [line.split()[-1] for line in seen.stdout.splitlines()] == ["?", "?"]
    assert "owner" in seen.stderr
    assert "sudo" in seen.stderr


@pytest.mark.parametrize("user", USERS)
def test_another_namespace_needs_a_permission(busy: Namespace, user: str) -> None:
    done = netscope("links", "--netns", busy.name, as_user=user)
    assert done.returncode == 3
    assert "sudo" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_directory_that_may_not_be_written(tmp_path: Path) -> None:
    done = netscope("snapshot", "--topics", "services", "-o", "/etc/netscope-test.json", as_user="nobody")
    assert done.returncode == 3
    assert "/etc/netscope-test.json is not written: Permission denied" in done.stderr
    assert not Path("/etc/netscope-test.json").exists()
