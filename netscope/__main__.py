"""Entry point: the TUI without words, a command with them."""

from __future__ import annotations

import sys


def main() -> int:
    """Run netscope and return the process exit status."""
    from netscope.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
