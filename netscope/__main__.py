"""Entry point: the TUI without words, a command with them."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run netscope and return the process exit status."""
    gc.disable()  # one look makes many objects and no cycles, and then the program ends; whatever goes on enables it
    try:
        from netscope.cli.main import leave, run

        leave(run(sys.argv[1:]))
    except KeyboardInterrupt:
        pass
    return 130


if __name__ == "__main__":
    sys.exit(main())
