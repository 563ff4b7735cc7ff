"""Start-up of a one-shot command, against the interpreter that does nothing."""

from __future__ import annotations

import sys

from tests.benchmarks.harness import Case, Result, command, netscope, paired
from tests.lab import namespace


def idle() -> Result:
    """``netscope sockets --json`` where nothing goes on, against ``python -c pass``."""
    with namespace() as quiet:
        inside = ["ip", "netns", "exec", quiet.name]
        return paired(
            command([*inside, *netscope("sockets", "--json")]),
            command([*inside, sys.executable, "-c", "pass"]),
            rounds=15,
        )


CASES = [Case("start: sockets --json on an idle host against python -c pass", 6, idle)]
