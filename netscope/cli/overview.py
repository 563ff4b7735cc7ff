"""``netscope --help``: all topics and commands on one page."""

from __future__ import annotations

from netscope.cli.parser import FILTERS, STATUSES
from netscope.core.errors import NetscopeError
from netscope.domains import DOMAINS, load

COMMANDS = {
    "snapshot": "everything at once, as one JSON document",
    "schema": "the JSON Schema of everything that is printed as JSON",
    "completion": "the completion script for bash, zsh or fish",
}


def overview() -> str:
    """Return the help page."""
    topics = "\n".join(f"  {name:12}{_summary(name)}" for name in DOMAINS)
    commands = "\n".join(f"  {name:12}{summary}" for name, summary in COMMANDS.items())
    return f"""\
usage: netscope [--netns NAME|PID|PATH]
       netscope [--netns NAME|PID|PATH] TOPIC [options] [filter expression]
       netscope snapshot | schema | completion ...

Shows what a Linux host's network is doing. Without words, as an interface in the terminal.

topics ('netscope TOPIC --help' tells its options and fields):
{topics}

commands:
{commands}

options of every topic:
  -j, --json  --jsonl  --csv  as data        --watch [SECONDS]  again and again
  -F, --fields A,B            these fields   --sort [-]FIELD    in this order
  -4  -6  -n, --numeric       as elsewhere   -N, --netns WHICH  in a namespace
  --no-headers  --no-color    plainer        -h, --help; -V, --version

{FILTERS}

{STATUSES}
"""


def _summary(name: str) -> str:
    try:
        domain = load(name)
    except (NetscopeError, ImportError):
        return "(cannot be loaded)"
    return f"{domain.summary} ({', '.join(domain.replaces[:2])})" if domain.replaces else domain.summary
