"""Ratios against the named tool, in the same run: the machines are noisy, so the two sides take turns.

``python -m tests.benchmarks [WORD...]`` runs the cases whose name contains a word and prints ratio and limit.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tests.lab import REPOSITORY

_INSTALLED = "import sys; from netscope.__main__ import main; sys.exit(main())"  # what the installed command does


class Result(NamedTuple):
    """One measured ratio (or absolute figure, for memory). ``detail`` says both sides in words."""

    value: float
    detail: str


class Case(NamedTuple):
    """One line of the table of limits."""

    name: str
    limit: float
    measure: Callable[[], Result]


def seconds(action: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def paired(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 7) -> Result:
    """Return the median ratio of pairs run in turn, after one warm-up of each."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    ratio = statistics.median(a / b for a, b in pairs)
    mine, other = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    return Result(ratio, f"{mine:.1f} ms against {other:.1f} ms")


def netscope(*words: str) -> list[str]:
    """Return the words that run netscope as its installed command does ("python -m" would look for it first)."""
    return [sys.executable, "-c", _INSTALLED, *words]


def command(words: Sequence[str]) -> Callable[[], object]:
    """Return an action that runs a whole process, its output thrown away. Bytecode is kept, as users keep it."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return lambda: subprocess.run(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=environment, cwd="/"
    )


def selected(cases: Sequence[Case], words: Sequence[str]) -> Iterator[Case]:
    """Yield the cases whose name contains one of the words; all without words."""
    return (case for case in cases if not words or any(word in case.name for word in words))
