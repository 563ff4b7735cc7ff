"""What a one-shot command must not load: start-up is a budget."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab import REPOSITORY
from tests.packets import frames, pcap
from tests.traffic import usual

HEAVY = {
    "textual", "rich", "pyroute2", "dns", "ipwhois", "asyncio", "psutil", "dataclasses", "inspect", "ipaddress",
    "pathlib", "logging", "subprocess", "datetime", "concurrent", "uuid", "tempfile", "shutil", "random", "msgspec",
    "ssl", "bz2",
}  # fmt: skip
SLOW = {"typing", "functools", "re", "enum", "argparse", "socket", "json", "contextlib", "threading"}
# The standard library's own share of a start, which netscope.core.typed, inet and encode do without.


_TELL = """
import os, sys
before = set(sys.modules)
from netscope.cli.main import run
assert run(sys.argv[1:]) == 0
os.write(2, " ".join(set(sys.modules) - before).encode())
"""


def loaded(*arguments: str) -> set[str]:
    """Return the modules that a command imports beyond those of the bare interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", _TELL, *arguments],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, cwd="/",
    )  # fmt: skip
    return set(done.stderr.splitlines()[-1].split(" "))


@pytest.mark.parametrize("topic", ["sockets", "links", "addresses", "routes", "rules", "neighbours", "services"])
def test_a_topic_loads_nothing_heavy_and_no_other_topic(topic: str) -> None:
    found = loaded(topic, "--json")
    tops = {name.partition(".")[0] for name in found}
    assert not tops & HEAVY
    others = {"sockets", "links", "routes", "rules", "neighbours", "services"} - {topic}
    assert not {f"netscope.domains.{other}" for other in others} & found
    assert "netscope.core.filters" not in found


@pytest.mark.parametrize(
    "command",
    [
        "sockets -antup", "links", "links --json", "addresses", "routes --json", "rules", "neighbours -4 --json",
        "services",
    ],
)  # fmt: skip
def test_a_plain_command_does_without_the_slow_half_of_the_standard_library(command: str) -> None:
    assert not loaded(*command.split()) & SLOW


@pytest.mark.parametrize("style", [("-n",), ("-T", "text")])
def test_the_packets_of_a_file_are_told_without_what_they_do_not_need(tmp_path: Path, style: tuple[str, ...]) -> None:
    (file := tmp_path / "usual.pcap").write_bytes(pcap(frames(usual()), 1))
    assert not loaded("packets", "-r", str(file), *style) & SLOW - {"re", "enum", "functools"}


def test_the_check_can_see_what_it_looks_for() -> None:
    assert {"netscope.domains.services", "netscope.core.filters", "re"} <= loaded("services", "port:80")
    assert {"json", "argparse", "typing"} <= loaded("schema")
