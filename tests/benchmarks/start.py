"""Start-up of a one-shot command, against the interpreter that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.benchmarks.harness import Case, Result, paired
from tests.lab import REPOSITORY, namespace


def idle() -> Result:
    """``netscope sockets --json`` where nothing goes on, against ``python -c pass``."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}

    def run(words: list[str]) -> None:
        subprocess.run(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=environment, cwd="/"
        )

    with namespace() as quiet:
        inside = ["ip", "netns", "exec", quiet.name, sys.executable]
        return paired(
            lambda: run([*inside, "-m", "netscope", "sockets", "--json"]),
            lambda: run([*inside, "-c", "pass"]),
            rounds=15,
        )


CASES = [Case("start: sockets --json on an idle host against python -c pass", 6, idle)]
