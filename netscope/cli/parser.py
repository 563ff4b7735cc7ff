"""A topic's declaration -> its argument parser, and the words typed -> what is wanted."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from netscope.core.domain import Domain, Option, Query
from netscope.core.errors import BadQuery
from netscope.core.record import Column

INTERVAL = 2.0
_INTERVAL = r"[0-9]{1,6}(\.[0-9]{0,6})?"  # texts: most commands need none of them compiled
_PLAIN = r"[^\s:=<>~\"'()/!-][^\s:=<>~\"'()]*"

FILTERS = """\
filter expressions (the last words of the command):
  nginx  "two words"  /regex/     anywhere in the row
  state:listen  pid:4711          a field: contains (text), equals (number), has (list)
  state=LISTEN  state!=LISTEN     exactly; field="" is absent
  recv_q>10k  port:8000..8100     numbers with units, ranges
  port:https  address:10.0.0.0/8  ports by name, networks; port and address are local or remote
  name~^eth                       regular expression
  not, and (or just a blank), or, ( )"""

STATUSES = """\
exit status:
  0  done
  1  a filter or a look-up matched nothing, or whole records could not be read
  2  wrong usage
  3  a permission is missing
  4  this host or kernel does not offer it
130  interrupted (Ctrl-C)"""


class Wanted(NamedTuple):
    """What a command line of a topic asks for."""

    query: Query
    output: str  # "table", "json", "jsonl" or "csv"
    fields: tuple[Column, ...] | None
    sort: tuple[tuple[Column, bool], ...]
    watch: float | None
    numeric: bool
    headers: bool
    colour: bool
    netns: str
    filter: str


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are ours, and which never asks for the terminal's size while it is built."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, add_help=False, formatter_class=_formatter, **options)
        self.listed: list[argparse.Action] = []

    def option(self, *flags: str, group: Any = None, **settings: Any) -> None:
        """Add an option, to a group of the help if one is given, and keep it for the completion scripts."""
        self.listed.append((group or self).add_argument(*flags, **settings))

    def error(self, message: str) -> NoReturn:
        """Report wrong usage."""
        raise BadQuery(message, "", f"'{self.prog} --help' lists what there is")


def _formatter(prog: str) -> argparse.HelpFormatter:
    # Without a width it imports shutil and, with it, every compressor there is: 6 ms for each start.
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=28, width=100)


def build(domain: Domain) -> Parser:
    """Return the parser of one topic."""
    lookup = _lookup(domain)
    words = f"[{lookup.metavar}...] " if lookup else ""
    parser = Parser(
        prog=f"netscope {domain.name}", usage=f"netscope {domain.name} [options] {words}[filter expression]"
    )
    if domain.options:
        group = parser.add_argument_group("what to show")
        for option in domain.options:
            if option.flags:
                _add(parser, group, option)
    group = parser.add_argument_group("how to show it")
    taken = {flag for option in domain.options for flag in option.flags}

    def common(*flags: str, **settings: Any) -> None:
        parser.option(*(flag for flag in flags if flag not in taken), group=group, **settings)

    common("-4", "--ipv4", dest="four", action="store_true", help="IPv4 only")
    common("-6", "--ipv6", dest="six", action="store_true", help="IPv6 only")
    common("-n", "--numeric", action="store_true", help="numbers instead of names")
    common("-j", "--json", dest="output", action="store_const", const="json", help="one JSON document")
    common("--jsonl", dest="output", action="store_const", const="jsonl", help="a JSON record a line")
    common("--csv", dest="output", action="store_const", const="csv", help="comma-separated values")
    common("-F", "--fields", metavar="A,B", help="these fields, in this order")
    common("--sort", metavar="FIELD", help="sort by a field; -FIELD turns the order round; several with commas")
    common("--watch", metavar="SECONDS", nargs="?", const="", help="again and again, with rates (default 2 seconds)")
    common("-N", "--netns", metavar="NAME|PID|PATH", default="", help="look into another network namespace")
    common("--no-headers", dest="headers", action="store_false", help="no heading")
    common("--no-color", "--no-colour", dest="colour", action="store_false", help="no colours (also: NO_COLOR=1)")
    common("-h", "--help", action="store_true", help="this help")
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    return parser


def _lookup(domain: Domain) -> Option | None:
    return next((option for option in domain.options if not option.flags), None)


def _add(parser: Parser, group: Any, option: Option) -> None:
    settings: dict[str, Any] = {"dest": f"option_{option.name}", "help": option.help.replace("%", "%%")}
    if not option.metavar:
        parser.option(*option.flags, group=group, action="store_true", **settings)
        return
    if option.optional:
        settings.update(nargs="?", const=True)
    if option.shape == "integer":
        settings["type"] = _integer
    action = "append" if option.repeat else "store"
    parser.option(*option.flags, group=group, metavar=option.metavar, action=action, **settings)


def _integer(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def understand(domain: Domain, parser: Parser, argv: Sequence[str]) -> Wanted | None:
    """Return what the words ask for, None for help. Raises BadQuery."""
    given = parser.parse_intermixed_args(joined(argv))
    if any(value == [] for name, value in vars(given).items() if name != "words"):
        raise BadQuery("an option has '--' for its value")  # argparse takes it for the end of options
    if given.help:
        return None
    options: dict[str, Any] = {}
    for option in domain.options:
        value = getattr(given, f"option_{option.name}", None)
        options[option.name] = tuple(value) if isinstance(value, list) else value
    words: list[str] = given.words
    lookup = _lookup(domain)
    if lookup:
        plain = _plain(words)
        options[lookup.name] = tuple(words[:plain]) or None
        words = words[plain:]
    family = 0 if given.four == given.six else 4 if given.four else 6
    query = Query(family=family, live=given.watch is not None)
    query = query.having(**options)
    chosen = fields(domain, given.fields) if given.fields is not None else None
    sort = order(domain, given.sort) if given.sort is not None else ()
    if given.output or _beyond(domain, query, [*(chosen or ()), *(column for column, _down in sort)], " ".join(words)):
        query = query.having(full=True)
    return Wanted(
        query=query,
        output=given.output or "table",
        fields=chosen,
        sort=sort,
        watch=None if given.watch is None else _seconds(given.watch),
        numeric=given.numeric,
        headers=given.headers,
        colour=given.colour,
        netns=given.netns,
        filter=" ".join(words),
    )


def _beyond(domain: Domain, query: Query, columns: Sequence[Column], filtered: str) -> bool:
    """Tell whether fields are wanted that the table for this query would not show."""
    wanted = {column.name for column in columns}
    if filtered.strip():
        from netscope.core.filters import fields_tested

        wanted.update(column.name for column in fields_tested(filtered, domain))
    if not wanted:
        return False
    shown = domain.shown(query)
    names = {column.name for column in domain.columns if column.shown} if shown is None else set(shown)
    return not wanted <= names


def joined(argv: Sequence[str]) -> list[str]:
    """Return the words with values tied to the options that argparse would leave without, or give too much.

    ``--sort -FIELD`` looks like two options to it, and ``--watch nginx`` like an interval.
    """
    ready: list[str] = []
    words = list(argv)
    while words:
        word = words.pop(0)
        if word == "--":
            return [*ready, word, *words]
        if word == "--sort" and words:
            word = f"{word}={words.pop(0)}"
        elif word == "--watch":
            word = f"{word}={words.pop(0) if words and re.fullmatch(_INTERVAL, words[0]) else ''}"
        ready.append(word)
    return ready


def _seconds(text: str) -> float:
    if not text:
        return INTERVAL
    if not re.fullmatch(_INTERVAL, text) or not 0.1 <= float(text) <= 86400:
        raise BadQuery(f"{text!r} is no interval", "--watch takes 0.1 to 86400 seconds")
    return float(text)


def _plain(words: Sequence[str]) -> int:
    """Return how many leading words are to be looked up; a filter expression begins where its signs do."""
    count = 0
    for word in words:
        if not re.fullmatch(_PLAIN, word) or word.lower() in ("and", "or", "not"):
            break
        count += 1
    if count < len(words) and words[count].lower() in ("and", "or"):
        return 0  # the words before belong to the expression
    return count


def fields(domain: Domain, text: str) -> tuple[Column, ...]:
    """Return the columns named in a list with commas; an alias of several columns gives them all."""
    found: dict[str, Column] = {}
    for name in filter(None, (part.strip() for part in text.split(","))):
        found.update((column.name, column) for column in _named(domain, name))
    if not found:
        raise BadQuery("--fields names no field", "", f"'netscope {domain.name} --help' lists them")
    return tuple(found.values())


def order(domain: Domain, text: str) -> tuple[tuple[Column, bool], ...]:
    """Return (column, whether the greatest comes first) for each name in a list with commas."""
    found: list[tuple[Column, bool]] = []
    for name in filter(None, (part.strip() for part in text.split(","))):
        found += [(column, name.startswith("-")) for column in _named(domain, name.lstrip("-+"))]
    if not found:
        raise BadQuery("--sort names no field", "", f"'netscope {domain.name} --help' lists them")
    return tuple(found)


def _named(domain: Domain, name: str) -> list[Column]:
    from netscope.core.fields import columns_named, field_words

    columns = columns_named(domain, name)
    if not columns:
        from netscope.core.spelling import closest

        close = closest(name, field_words(domain))
        mend = f"did you mean {' or '.join(close)}?" if close else f"'netscope {domain.name} --help' lists them"
        raise BadQuery(f"{domain.name} have no field {name!r}", "", mend)
    return columns


def help_text(domain: Domain, parser: Parser) -> str:
    """Return the help of one topic: what it replaces, options, fields, filters, exit statuses, examples."""
    names = [column.name for column in domain.columns]
    room = min(28, max(map(len, names)))
    listed = "\n".join(
        f"  {column.name:{room}}  {column.help or column.title}"
        + (f" (also: {', '.join(column.aliases)})" if column.aliases else "")
        for column in domain.columns
    )
    parser.description = f"{domain.name}: {domain.summary}\nreplaces: {', '.join(domain.replaces)}"
    parts = [parser.format_help().rstrip(), f"fields:\n{listed}", FILTERS, STATUSES]
    if domain.epilog:
        parts.append(domain.epilog.strip("\n"))
    return "\n\n".join(parts) + "\n"
