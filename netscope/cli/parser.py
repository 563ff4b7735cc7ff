"""A topic's declaration -> its argument parser: the help, the complaints, and the words that are not plain."""

from __future__ import annotations

import argparse

from netscope.cli.words import Flag, flags, joined, lookup
from netscope.core.domain import Domain
from netscope.core.errors import BadQuery
from netscope.core.typed import Any, NoReturn, Sequence

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
    leading = lookup(domain)
    words = f"[{leading.metavar}...] " if leading else ""
    parser = Parser(
        prog=f"netscope {domain.name}", usage=f"netscope {domain.name} [options] {words}[filter expression]"
    )
    known = flags(domain)
    own = parser.add_argument_group("what to show") if any(flag.own for flag in known) else None
    common = parser.add_argument_group("how to show it")
    for flag in known:
        _add(parser, own if flag.own else common, flag)
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    return parser


def _add(parser: Parser, group: Any, flag: Flag) -> None:
    settings: dict[str, Any] = {"dest": flag.dest, "help": flag.help.replace("%", "%%"), "default": flag.default}
    if not flag.metavar:
        parser.option(*flag.names, group=group, action="store_const", const=flag.value, **settings)
        return
    if flag.optional:
        settings.update(nargs="?", const=flag.value)
    if flag.shape == "integer":
        settings["type"] = _integer
    action = "append" if flag.repeat else "store"
    parser.option(*flag.names, group=group, metavar=flag.metavar, action=action, **settings)


def _integer(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def parse(domain: Domain, argv: Sequence[str]) -> dict[str, Any]:
    """Return what the words decide: dest -> value, and the plain words. Raises BadQuery."""
    given = vars(build(domain).parse_intermixed_args(joined(argv)))
    if any(value == [] for name, value in given.items() if name != "words"):
        raise BadQuery("an option has '--' for its value")  # argparse takes it for the end of options
    return given


def help_text(domain: Domain) -> str:
    """Return the help of one topic: what it replaces, options, fields, filters, exit statuses, examples."""
    parser = build(domain)
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
