"""``netscope whois``: the command line of whois(1), answered by RDAP where there is an RDAP service."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from netscope.cli.output import Output, complain, complain_of
from netscope.cli.parser import Parser
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.host import Host
from netscope.core.snapshot import Snapshot
from netscope.core.text import printable
from netscope.domains.whois import DOMAIN, bootstrap, look_up
from netscope.domains.whois import words as words_of
from netscope.domains.whois.first import Asking
from netscope.domains.whois.show import raw, rows
from netscope.domains.whois.target import parse
from netscope.export import document, lines, write_file

Value = TypeVar("Value")

EPILOG = """\
A TARGET is a domain, an address, a prefix, an AS number (AS3333 or 3333) or a registry's handle. RDAP is asked first,
whois where there is no RDAP service: IANA, then the registry, then the registrar. Before a question leaves the host, a
line on standard error says who is asked. Private, reserved, documentation and multicast numbers are answered from the
registries shipped with the program; nobody is asked.

$XDG_CONFIG_HOME/netscope/config.toml may name databases of your own for every look-up of addresses:
  [whois]
  db = ["/srv/ip2asn-combined.tsv", "~/GeoLite2-ASN.mmdb"]

exit status:
  0  something is registered under every target
  1  about a target nothing was found out
  2  wrong usage
130  interrupted (Ctrl-C)

examples:
  netscope whois example.com                  a summary
  netscope whois --json 193.0.6.139 AS3333    as data, with every hop's text
  netscope whois --raw example.com            the text of port 43, as whois prints it
  netscope whois -h whois.ripe.net AS3333     one server, and where it sends on to
  netscope whois -h https://rdap.db.ripe.net/ 193.0.6.139
"""


def build() -> Parser:
    """Return the parser of the command."""
    parser = Parser(
        prog="netscope whois",
        usage="netscope whois [-h SERVER] [-p PORT] [-I] [--whois|--rdap] [--raw|--json|--jsonl] TARGET...",
        description=f"whois: {DOMAIN.summary}\nreplaces: whois",
        epilog=EPILOG,
    )
    whom = parser.add_argument_group("whom to ask")
    parser.option(
        "-h",
        "--host",
        metavar="SERVER",
        default="",
        group=whom,
        help="this whois server, or the RDAP service at this http(s) URL",
    )
    parser.option(
        "-p",
        "--port",
        metavar="PORT",
        type=_typed(words_of.port),
        default=0,
        group=whom,
        help="another port than the usual",
    )
    parser.option("-I", dest="iana", action="store_true", group=whom, help="start at IANA, by whois")
    parser.option("--whois", dest="only", action="store_const", const="whois", default="", group=whom, help="no RDAP")
    parser.option("--rdap", dest="only", action="store_const", const="rdap", group=whom, help="no whois")
    parser.option("--no-follow", dest="follow", action="store_false", group=whom, help="follow no referral")
    parser.option(
        "--timeout",
        metavar="SECONDS",
        type=_typed(words_of.seconds),
        default=15.0,
        group=whom,
        help="for each server; 15 unless told otherwise",
    )
    parser.option(
        "--refresh-bootstrap",
        dest="refresh",
        metavar="URL",
        nargs="?",
        const=bootstrap.SOURCE,
        group=whom,
        help=f"fetch the registries of RDAP services anew ({bootstrap.SOURCE})",
    )
    parser.option(
        "--db",
        metavar="FILE",
        action="append",
        default=[],
        group=whom,
        help="look addresses up in this IP-to-ASN file (TSV) or MMDB, and ask nobody; may be repeated; "
        "by default whois.db of the configuration, where no other option says whom to ask",
    )
    parser.option("--netns", metavar="NAME|PID|PATH", group=whom, help="ask from another network namespace")
    how = parser.add_argument_group("how to show it")
    parser.option(
        "--raw",
        dest="output",
        action="store_const",
        const="raw",
        group=how,
        help="the text as each server sent it (of port 43, without --rdap)",
    )
    parser.option(
        "-j", "--json", dest="output", action="store_const", const="json", group=how, help="one JSON document"
    )
    parser.option("--jsonl", dest="output", action="store_const", const="jsonl", group=how, help="a JSON record a line")
    parser.option(
        "--no-color",
        "--no-colour",
        dest="colour",
        action="store_false",
        group=how,
        help="no colours (also: NO_COLOR=1)",
    )
    parser.option("--help", action="store_true", group=how, help="this help")
    parser.add_argument("targets", nargs="*", help=argparse.SUPPRESS)
    return parser  # fmt: skip


def _typed(convert: Callable[[str], Value]) -> Callable[[str], Value]:
    """Return a converter whose complaints are argparse's: they name the option."""

    def converted(text: str) -> Value:
        try:
            return convert(text)
        except BadQuery as error:
            raise argparse.ArgumentTypeError(error.what) from None

    return converted


def run(words: Sequence[str], host: Host) -> int:
    """Run the command and return its exit status."""
    try:
        return _run(build(), words, host)
    finally:
        host.close()


def _run(parser: Parser, words: Sequence[str], host: Host) -> int:
    given = parser.parse_intermixed_args(list(words))
    output = Output(colour=given.colour)
    if given.help:
        output.tell(parser.format_help())
        return 0
    if given.refresh is not None:
        if given.targets:
            raise BadQuery("--refresh-bootstrap looks nothing up", "", "give the targets to a command of their own")
        return _refresh(host, given.refresh, given.timeout)
    if not given.targets:
        raise BadQuery("whose registration?", "", "give a domain, address, prefix, AS number or handle")
    return _answer(given, host, output)


def _answer(given: Any, host: Host, output: Output) -> int:
    targets = [parse(word) for word in given.targets]
    how = _asking(given)
    snapshot = look_up(host, targets, how, complain, words_of.databases(host, targets, how, given.db))
    if given.output == "json":
        output.write(document(DOMAIN, snapshot, host))
    elif given.output == "jsonl":
        output.write(lines(DOMAIN, snapshot))
    elif given.output == "raw":
        output.write(_raw(snapshot))
    else:
        output.write(_summaries(snapshot, output))
    complain_of(snapshot.problems)
    return 1 if any(problem.partial for problem in snapshot.problems) else 0


def _asking(given: Any) -> Asking:
    return words_of.asking(
        given.host, given.port, given.only, iana=given.iana, files=given.db, follow=given.follow,
        timeout=given.timeout, raw=given.output == "raw",
    )  # fmt: skip


def _raw(snapshot: Snapshot) -> Iterator[str]:
    for number, found in enumerate(snapshot.records):
        if number:
            yield "\n"
        for line in raw(found):
            # A tab is the one control character that whois text is laid out with.
            yield "\t".join(map(printable, line.split("\t"))) + "\n"


def _summaries(snapshot: Snapshot, output: Output) -> Iterator[str]:
    bold, plain = ("\x1b[1m", "\x1b[0m") if output.colour else ("", "")
    shown = [found for found in snapshot.records if found.source != "none"]
    for number, found in enumerate(shown):
        if number:
            yield "\n"
        yield f"{bold}{printable(found.target)}{plain}\n"
        for label, value in rows(found):
            yield f"  {label:<12} {printable(value)}\n"


def _refresh(host: Host, base: str, patience: float) -> int:
    """Fetch the bootstrap registries into the cache; each is replaced whole, or stays as it was."""
    if not base.startswith(("https://", "http://")):
        raise BadQuery(f"{base!r} is no base URL", "", "it begins with https:// or http://")
    folder = bootstrap.cache()
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise NetscopeError(f"{folder} cannot be made", os.strerror(error.errno or 0)) from None
    failed = 0
    for name in bootstrap.NAMES:
        url = f"{base.rstrip('/')}/{name}.json"
        complain(f"asking for {url}")
        try:
            reply = asyncio.run(host.whois().get(url, patience))
            if reply.status != 200 or reply.ending != "whole":
                raise NetscopeError("it was not fetched", f"status {reply.status}, {reply.ending}")
            registry = bootstrap.parse(reply.data)
            path = os.path.join(folder, f"{name}.json")
            write_file(path, [reply.data.decode("utf-8")], force=True)
            complain(f"{path}: published {registry.publication}")
        except (NetscopeError, UnicodeError) as error:
            complain(f"{url}: {error}; the registry stays as it was")
            failed += 1
    return 1 if failed else 0
