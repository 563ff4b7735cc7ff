"""Completion scripts: made from the declarations, and each shell takes its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from netscope.domains import DOMAINS
from tests.lab import netscope


@pytest.fixture(scope="module")
def bash() -> str:
    """The script for bash."""
    return netscope("completion", "bash", check=True).stdout


def complete(script: str, *words: str) -> set[str]:
    """Ask bash what it would offer for the last word."""
    program = f"""{script}
COMP_WORDS=({" ".join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}
_netscope; printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert not done.stderr
    return set(done.stdout.split())


def test_bash_offers_topics_flags_and_fields(bash: str) -> None:
    assert {*DOMAINS, "snapshot", "schema", "completion"} <= complete(bash, "netscope", "")
    assert complete(bash, "netscope", "so") == {"sockets"}
    assert {"--json", "--watch", "--netns", "--listening", "-a"} <= complete(bash, "netscope", "sockets", "-")
    assert complete(bash, "netscope", "--netns", "x", "links", "--js") == {"--json", "--jsonl"}
    assert "state:" in complete(bash, "netscope", "sockets", "st")
    assert complete(bash, "netscope", "services", "--sort", "po") == {"port"}
    assert complete(bash, "netscope", "services", "--sort", "-po") == {"-port"}
    assert complete(bash, "netscope", "services", "--fields", "name,po") == {"name,port"}
    assert complete(bash, "netscope", "snapshot", "--topics", "ru") == {"rules"}
    assert complete(bash, "netscope", "completion", "") == {"bash", "zsh", "fish"}
    assert complete(bash, "netscope", "nosuch", "") == set()


@pytest.mark.parametrize(
    "shell", [pytest.param(name, marks=pytest.mark.tool(name)) for name in ("bash", "zsh", "fish")]
)
def test_each_shell_can_parse_its_script(shell: str, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(netscope("completion", shell, check=True).stdout)
    for name in DOMAINS:
        assert name in script.read_text()
    done = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.tool("fish")
def test_fish_offers_topics_and_fields(tmp_path: Path) -> None:
    (tmp_path / "netscope.fish").write_text(netscope("completion", "fish", check=True).stdout)
    for line, offered in (("netscope ser", "services"), ("netscope services po", "port:")):
        program = f"source {tmp_path}/netscope.fish; complete -C {line!r}"
        done = subprocess.run(["fish", "--no-config", "-c", program], capture_output=True, text=True)
        assert offered in [found.partition("\t")[0] for found in done.stdout.splitlines()]
        assert not done.stderr, "a line of the script is wrong where it is run, not only read"


@pytest.mark.tool("zsh")
@pytest.mark.parametrize("load", ["fpath=({0} $fpath); compinit -u -D", "compinit -u -D; source {0}/_netscope"])
def test_zsh_takes_the_script_from_its_path_and_sourced(load: str, tmp_path: Path) -> None:
    (tmp_path / "_netscope").write_text(netscope("completion", "zsh", check=True).stdout)
    program = f"autoload -U compinit; {load.format(tmp_path)}; print $_comps[netscope]"
    done = subprocess.run(["zsh", "-f", "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("_netscope\n", "")
