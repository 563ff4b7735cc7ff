"""What ping and trace share on the command line: signals that stop them, numbers from words, names of addresses."""

from __future__ import annotations

import os
from types import FrameType, SimpleNamespace

from netscope.cli.output import Output, complain
from netscope.cli.words import Wanted, fields, flags, joined, order, plainly
from netscope.core.domain import Domain, Query
from netscope.core.errors import BadQuery
from netscope.core.host import Host
from netscope.core.probe import Prober, Target
from netscope.core.text import printable
from netscope.core.typed import TYPE_CHECKING, Any, Callable, Mapping, NoReturn, Sequence, TypeVar
from netscope.hub.renewal import moved

if TYPE_CHECKING:
    import signal

    from netscope.cli.parser import Parser
else:
    import _signal as signal  # the module behind signal, which makes enums

A = TypeVar("A")  # what one command line wants

_PATIENCE = 1.0  # seconds for a name that may not come at all
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


_WITHOUT = ("watch", "netns")  # a probe goes on by itself; the namespace is taken before


def grammar_of(domain: Domain) -> Parser:
    """Return the parser of a probing command: that of its topic, with its own usage."""
    from argparse import SUPPRESS

    from netscope.cli.parser import build

    parser = build(domain)
    parser.usage = f"netscope {domain.name} [options] TARGET..."
    for action in parser.listed:
        if action.dest in _WITHOUT:
            action.help = SUPPRESS
    parser.listed = [action for action in parser.listed if action.dest not in _WITHOUT]
    return parser


def refuse(domain: Domain, what: str) -> NoReturn:
    """Report wrong usage, as an argument parser does."""
    raise BadQuery(what, "", f"'netscope {domain.name} --help' lists what there is")


def understood(domain: Domain, words: Sequence[str]) -> SimpleNamespace:
    """Return what the words say. Raises BadQuery for what such a command does not do."""
    found = plainly(flags(domain), words)
    if found is None:
        found = vars(grammar_of(domain).parse_intermixed_args(joined(words)))
    given = SimpleNamespace(**found)
    if given.watch is not None:
        refuse(domain, "--watch: probes go on by themselves, -c says how long")
    if given.netns:
        refuse(domain, "-N stands before the topic")
    if given.output == "jsonl" and (given.fields is not None or given.sort is not None):
        refuse(domain, "--fields and --sort: with --jsonl every event is a whole line as it comes")
    return given


def options_of(domain: Domain, given: SimpleNamespace) -> dict[str, Any]:
    """Return the topic's own options by name; None, or False for a flag, where one was not given."""
    return {option.name: getattr(given, f"option_{option.name}", None) for option in domain.options if option.flags}


def family_of(given: SimpleNamespace) -> int:
    """Return the address family that was asked for, 0 for both."""
    return 0 if given.four == given.six else 4 if given.four else 6


def wanted_of(domain: Domain, given: SimpleNamespace, filtered: str = "") -> Wanted:
    """Return how the records are to be shown. Raises BadQuery."""
    return Wanted(
        query=Query(),
        output=given.output or "table",
        fields=fields(domain, given.fields) if given.fields is not None else None,
        sort=order(domain, given.sort) if given.sort is not None else (),
        watch=None,
        numeric=given.numeric,
        headers=given.headers,
        colour=given.colour,
        netns="",
        filter=filtered,
    )


def commanded(
    domain: Domain,
    words: Sequence[str],
    host: Host,
    understand: Callable[[SimpleNamespace, Prober], A],
    do: Callable[[A, Host, Prober], int],
) -> int:
    """Run a probing command, or print its help; return the exit status. The host is closed at the end.

    Args:
        understand: makes of the options what ``do`` is asked for. May raise BadQuery.
        do: sends the probes, prints, and returns the exit status.
    """
    try:
        given = understood(domain, words)
        if given.help:
            Output().tell(_help(domain))
            return 0
        prober = host.prober()
        return do(understand(given, prober), host, prober)
    finally:
        host.close()


def _help(domain: Domain) -> str:
    """Return the help: the topic's options, the fields of its records, its own exit statuses and examples."""
    parser = grammar_of(domain)
    parser.description = f"{domain.name}: {domain.summary}\nreplaces: {', '.join(domain.replaces)}"
    room = max(len(column.name) for column in domain.columns)
    listed = "\n".join(f"  {column.name:{room}}  {column.help or column.title}" for column in domain.columns)
    return f"{parser.format_help().rstrip()}\n\nfields:\n{listed}\n\n{domain.epilog}\n"


class Stop:
    """A descriptor that becomes readable when the user wants an end, and the signal that said so.

    SIGINT, SIGTERM and SIGHUP do no more than that meanwhile, so that they are obeyed between two packets.
    """

    def __init__(self) -> None:
        self.descriptor, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.signal = 0

    def __enter__(self) -> Stop:
        self._before = {number: signal.signal(number, self._note) for number in _STOPPING}
        self._woken = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_error: object) -> None:
        signal.set_wakeup_fd(self._woken)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self.descriptor)
        os.close(self._writer)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.signal = number

    def status(self, otherwise: int) -> int:
        """Return the exit status: as the shell's for a signal that ends, ``otherwise`` after Ctrl-C, as ping(8)."""
        return otherwise if self.signal in (0, signal.SIGINT) else 128 + self.signal


class Namer:
    """Names of addresses as they are met, each asked for once."""

    def __init__(self, prober: Prober, numeric: bool) -> None:
        self._prober = prober
        self._numeric = numeric
        self._asked: set[str] = set()
        self.known: dict[str, str] = {}

    def meet(self, *addresses: str) -> Mapping[str, str]:
        """Return the names known, having asked for those of new addresses."""
        new = [address for address in dict.fromkeys(addresses) if address and address not in self._asked]
        if new and not self._numeric:
            self._asked.update(new)
            self.known.update(self._prober.names(new, _PATIENCE))
        return self.known


def tell(output: Output, event: Mapping[str, Any]) -> None:
    """Print one live event as a line of JSON."""
    from netscope.core.encode import encode

    output.write([encode(event) + "\n"])


def say_moved(_index: int, before: Target, now: Target) -> None:
    """Say that a name has another address now."""
    complain(moved(before, now))


def say(output: Output, text: str) -> None:
    """Print lines, nothing in them that a terminal could act on."""
    output.write([printable(line) + "\n" for line in text.split("\n")])
