"""``netscope packets``: the command line of tcpdump, with dumpcap's files and tshark's fields."""

from __future__ import annotations

from netscope.core.host import Host
from netscope.core.typed import TYPE_CHECKING, Sequence

if TYPE_CHECKING:
    from netscope.cli.parser import Parser


def run(words: Sequence[str], host: Host) -> int:
    """Run one command line in a host's namespace and return the exit status."""
    from netscope.cli.packets.run import main

    try:
        return main(words, host)
    finally:
        host.close()


def build() -> Parser:
    """Return the options for the completion scripts; what they mean is the grammar's own affair."""
    from netscope.cli.packets.help import OPTIONS
    from netscope.cli.parser import Parser

    parser = Parser(prog="netscope packets")
    for flags, metavar, text in OPTIONS:
        settings = {"metavar": metavar} if metavar else {"action": "store_true"}
        parser.option(*flags, help=text, **settings)
    return parser
