"""The words that follow a topic's name: which there are, and what is wanted by those typed."""

from __future__ import annotations

from netscope.core.domain import Domain, Option, Query
from netscope.core.errors import BadQuery
from netscope.core.record import Column
from netscope.core.typed import Any, Iterable, Mapping, NamedTuple, Sequence

INTERVAL = 2.0
_INTERVAL = r"[0-9]{1,6}(\.[0-9]{0,6})?"  # texts: most commands need none of them compiled
_PLAIN = r"[^\s:=<>~\"'()/!-][^\s:=<>~\"'()]*"


class Flag(NamedTuple):
    """An option on the command line of a topic.

    Attributes:
        names: as typed, short and long.
        dest: what it decides; several flags may decide the same.
        help: one line.
        metavar: the word for its value; "" for a flag that takes none.
        value: what is decided by the flag alone.
        default: what is decided without it.
        optional: the value may be left out.
        repeat: may be given several times; the values are then a list.
        shape: how its value is shaped, "text" or "integer".
        own: whether it is the topic's own, and no common one.
    """

    names: tuple[str, ...]
    dest: str
    help: str
    metavar: str = ""
    value: Any = True
    default: Any = None
    optional: bool = False
    repeat: bool = False
    shape: str = "text"
    own: bool = False


_COMMON = (
    Flag(("-4", "--ipv4"), "four", "IPv4 only", default=False),
    Flag(("-6", "--ipv6"), "six", "IPv6 only", default=False),
    Flag(("-n", "--numeric"), "numeric", "numbers instead of names", default=False),
    Flag(("-j", "--json"), "output", "one JSON document", value="json"),
    Flag(("--jsonl",), "output", "a JSON record a line", value="jsonl"),
    Flag(("--csv",), "output", "comma-separated values", value="csv"),
    Flag(("-F", "--fields"), "fields", "these fields, in this order", "A,B"),
    Flag(("--sort",), "sort", "sort by a field; -FIELD turns the order round; several with commas", "FIELD"),
    Flag(("--watch",), "watch", "again and again, with rates (default 2 seconds)", "SECONDS", "", optional=True),
    Flag(("-N", "--netns"), "netns", "look into another network namespace", "NAME|PID|PATH", default=""),
    Flag(("--no-headers",), "headers", "no heading", value=False, default=True),
    Flag(("--no-color", "--no-colour"), "colour", "no colours (also: NO_COLOR=1)", value=False, default=True),
    Flag(("-h", "--help"), "help", "this help", default=False),
)


_RESOLVE = Flag(
    ("-r", "--resolve"), "resolve", "addresses by name, unless -n: asks this host's resolver", default=False
)


def flags(domain: Domain) -> list[Flag]:
    """Return the flags of a topic, its own ones first; a common one gives way to an own one of the same name."""
    found = [
        Flag(
            option.flags, f"option_{option.name}", option.help, option.metavar, optional=option.optional,
            repeat=option.repeat, shape=option.shape, own=True,
        )
        for option in domain.options
        if option.flags
    ]  # fmt: skip
    if domain.hosts:
        found.append(_RESOLVE)
    taken = {name for flag in found for name in flag.names}
    return found + [flag._replace(names=tuple(name for name in flag.names if name not in taken)) for flag in _COMMON]


def lookup(domain: Domain) -> Option | None:
    """Return the option that takes the plain words, if the topic has one."""
    return next((option for option in domain.options if not option.flags), None)


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
    resolve: bool = False  # addresses by name


def understand(domain: Domain, argv: Sequence[str]) -> Wanted | None:
    """Return what the words ask for, None for help. Raises BadQuery."""
    given = plainly(flags(domain), argv)
    if given is None:
        from netscope.cli.parser import parse

        given = parse(domain, argv)
    return None if given["help"] else _wanted(domain, given)


def plainly(known: Iterable[Flag], argv: Sequence[str]) -> dict[str, Any] | None:
    """Return what argparse would make of the words (dest -> value), where there is no doubt of it; None elsewhere.

    Most command lines are whole flags, clusters of flags without values, and plain words. To load argparse, and to set
    it up, takes as long as to read and print a hundred sockets. It decides on all others: what is wrong is its say.
    """
    given: dict[str, Any] = {}
    named: dict[str, Flag] = {}
    for flag in known:
        given[flag.dest] = flag.default
        named.update(dict.fromkeys(flag.names, flag))
    words = given["words"] = []
    ahead = iter(argv)
    for word in ahead:
        if not word.startswith("-"):
            words.append(word)
            continue
        found = named.get(word)
        if found is None:
            cluster = [named.get(f"-{letter}") for letter in word[1:]] if not word.startswith("--") else []
            if not cluster or any(one is None or one.metavar for one in cluster):
                return None
            given.update((one.dest, one.value) for one in cluster if one is not None)
        elif not found.metavar:
            given[found.dest] = found.value
        else:
            value = next(ahead, "")
            if found.optional or found.repeat or not value or value.startswith("-"):
                return None
            if found.shape == "integer" and not (value.isascii() and value.isdigit() and value.lstrip("0") == value):
                return None
            given[found.dest] = int(value) if found.shape == "integer" else value
    return given


def _wanted(domain: Domain, given: Mapping[str, Any]) -> Wanted:
    options: dict[str, Any] = {}
    for option in domain.options:
        value = given.get(f"option_{option.name}")
        options[option.name] = tuple(value) if isinstance(value, list) else value
    words: list[str] = given["words"]
    leading = lookup(domain)
    if leading:
        plain = _plain(words)
        options[leading.name] = tuple(words[:plain]) or None
        words = words[plain:]
    family = 0 if given["four"] == given["six"] else 4 if given["four"] else 6
    query = Query(family=family, live=given["watch"] is not None)
    query = query.having(**options)
    chosen = fields(domain, given["fields"]) if given["fields"] is not None else None
    sort = order(domain, given["sort"]) if given["sort"] is not None else ()
    shown = [*(chosen or ()), *(column for column, _down in sort)]
    if given["output"] or _beyond(domain, query, shown, " ".join(words)):
        query = query.having(full=True)
    return Wanted(
        query=query,
        output=given["output"] or "table",
        fields=chosen,
        sort=sort,
        watch=None if given["watch"] is None else _seconds(given["watch"]),
        numeric=given["numeric"],
        resolve=given.get("resolve", False) and not given["numeric"],
        headers=given["headers"],
        colour=given["colour"],
        netns=given["netns"],
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
            word = f"{word}={words.pop(0) if words and _is_interval(words[0]) else ''}"
        ready.append(word)
    return ready


def _is_interval(text: str) -> bool:
    import re

    return re.fullmatch(_INTERVAL, text) is not None


def _seconds(text: str) -> float:
    if not text:
        return INTERVAL
    if not _is_interval(text) or not 0.1 <= float(text) <= 86400:
        raise BadQuery(f"{text!r} is no interval", "--watch takes 0.1 to 86400 seconds")
    return float(text)


def _plain(words: Sequence[str]) -> int:
    """Return how many leading words are to be looked up; a filter expression begins where its signs do."""
    if not words:
        return 0
    import re

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
