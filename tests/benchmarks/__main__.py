"""Run the benchmarks; exit status 1 when a limit is passed."""

from __future__ import annotations

import sys
from importlib import import_module

from tests.benchmarks.harness import Case, selected

MODULES = (
    "sockets", "rtnetlink", "start", "tui", "packetstab", "dns", "reach", "dissect", "capturefilter", "capture",
    "packets_text",
)  # fmt: skip


def main(words: list[str]) -> int:
    """Measure and print, a line a case."""
    cases: list[Case] = []
    for module in MODULES:
        cases += import_module(f"tests.benchmarks.{module}").CASES
    passed = True
    for case in selected(cases, words):
        result = case.measure()
        ok = result.value <= case.limit
        passed = passed and ok
        print(f"{'ok  ' if ok else 'OVER'} {result.value:8.3f} (at most {case.limit:g})  {case.name}: {result.detail}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
