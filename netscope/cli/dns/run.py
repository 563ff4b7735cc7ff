"""``netscope dns``: ask, and print what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from netscope.cli.dns.printing import print_documents, read_text, safe
from netscope.cli.output import Output
from netscope.core.dns.resolver import resolver as resolver_of
from netscope.core.host import Host
from netscope.domains.dns.asking import Asker, lookups_of
from netscope.domains.dns.grammar import Command, parse
from netscope.domains.dns.lookup import Answer

if TYPE_CHECKING:
    from netscope.cli.parser import Parser


def run(words: Sequence[str], host: Host) -> int:
    """Run one command line in a host's namespace and return the exit status."""
    output = Output()
    command = parse(words)
    if command.help:
        from netscope.cli.dns.help import TEXT

        output.tell(TEXT)
        return 0
    if command.version:
        from netscope import __version__

        output.write([f"netscope {__version__}\n"])
        return 0
    if command.netns:
        from netscope.system.live import LiveHost

        host = LiveHost(command.netns)
    if command == Command(words=command.words, form=command.form, netns=command.netns):
        return _servers(command, host, output)
    lookups = lookups_of(command, read_text)
    resolver = resolver_of(host)
    asker = Asker(resolver, command, read_text)
    if command.walk:
        from netscope.cli.dns.walk import walk

        return walk(command, lookups, asker, resolver, host, output)
    tasks = (asker.task(lookup) for lookup in lookups)
    results = resolver.run(tasks, command.concurrency)
    try:
        return _print(command, asker, in_order(results), output, host)
    finally:
        results.close()


def build() -> Parser:
    """Return the options for the completion scripts; what they mean is the grammar's own affair."""
    from netscope.cli.dns.help import OPTIONS
    from netscope.cli.parser import Parser

    parser = Parser(prog="netscope dns")
    for flags, metavar, text in OPTIONS:
        settings = {"metavar": metavar} if metavar else {"action": "store_true"}
        parser.option(*flags, help=text, **settings)
    return parser


def _servers(command: Command, host: Host, output: Output) -> int:
    """Show the topic's records, as every topic does that is asked for without words: whom this host asks."""
    from netscope.cli.topic import once
    from netscope.cli.words import understand
    from netscope.domains.dns import DOMAIN

    wanted = understand(DOMAIN, [f"--{command.form}"] if command.form else [])
    return once(DOMAIN, wanted, host, output) if wanted else 0


def in_order(results: Iterator[tuple[int, Answer]]) -> Iterator[Answer]:
    """Yield results in the order of their questions, each as soon as all before it are there."""
    waiting: dict[int, Answer] = {}
    following = 0
    for position, answer in results:
        waiting[position] = answer
        while following in waiting:
            yield waiting.pop(following)
            following += 1


def _print(command: Command, asker: Asker, answers: Iterator[Answer], output: Output, host: Host) -> int:
    if command.form or command.style == "json":
        return _json(command, answers, output, host)
    status = 0
    if command.style == "host":
        from netscope.domains.dns.hosttext import answer_text as host_text
        from netscope.domains.dns.hosttext import failed

        for answer in answers:
            output.write(map(safe, host_text(answer)))
            status = 1 if failed(answer) else status
        return status
    from netscope.domains.dns.digtext import answer_text, banner

    first = banner(command.words, asker.count(command.defaults))
    for answer in answers:
        text = _trace_text(answer, first) if answer.lookup.trace else answer_text(answer, first)
        output.write(map(safe, text))
        if answer.lookup.cmd and not answer.lookup.short:
            first = ""
        status = status if answer.last.message else 1
    return status


def _trace_text(answer: Answer, first: str) -> Iterator[str]:
    from netscope.domains.dns.trace import trace_text

    return trace_text(answer, first)


def _json(command: Command, answers: Iterator[Answer], output: Output, host: Host) -> int:
    """Print RFC 8427 objects: alone, a line each, or in the envelope of all topics."""
    import json

    from netscope.domains.dns.rfc8427 import answer_json

    status = 0
    records = []
    for answer in answers:
        documents = answer_json(answer)
        status = status if answer.last.message else 1
        if command.form == "jsonl":
            output.write(json.dumps(document, separators=(",", ":")) + "\n" for document in documents)
        elif command.form == "json":
            records += documents
        else:
            shown = documents if answer.lookup.transfer else documents[-1]
            output.write([json.dumps(shown, indent=2), "\n"])
    if command.form == "json":
        print_documents(command, records, host, output)
    return status
