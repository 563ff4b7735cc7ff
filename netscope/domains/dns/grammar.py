"""dig's command line (dig(1)): global options before the first name, others for the name they follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from netscope.core.dns import names
from netscope.core.dns.names import Malformed
from netscope.core.dns.numbers import IXFR, class_number, type_number
from netscope.core.errors import BadQuery
from netscope.domains.dns.lookup import Lookup
from netscope.domains.dns.plus import apply, number

STYLES = ("dig", "short", "host", "json")
_REFUSED = {
    "k": "TSIG is not supported yet", "y": "TSIG is not supported yet", "m": "is for debugging dig",
    "u": "times are printed in milliseconds", "i": "ip6.int is no more", "d": "is for debugging dig",
}  # fmt: skip


class Command(NamedTuple):
    """A parsed command line.

    Attributes:
        lookups: what to look up, in order.
        words: the words as given, for the banner.
        style: how to print, one of ``STYLES``.
        form: "" for text, "json" or "jsonl" for records.
        concurrency: how many questions are on their way at once.
        files: files of further lines (-f), each to be parsed with ``defaults``.
        defaults: what the options before the first name say.
        netns: the namespace, "" where it was not given here.
        walk: walk the delegations and judge them instead of looking up.
        hints: file with the addresses of the root servers.
        anchor: file with the trust anchor.
        help, version: asked for.
    """

    lookups: tuple[Lookup, ...] = ()
    words: tuple[str, ...] = ()
    style: str = "dig"
    form: str = ""
    concurrency: int = 64
    files: tuple[str, ...] = ()
    defaults: Lookup = Lookup()
    netns: str = ""
    walk: bool = False
    hints: str = ""
    anchor: str = ""
    help: bool = False
    version: bool = False

    def having(self, **changes: Any) -> Command:
        """Return this command with fields changed."""
        return self._replace(**changes)


class _Parser:
    """Takes words one after the other."""

    def __init__(self, words: Sequence[str], defaults: Lookup) -> None:
        self.words = list(words)
        self.defaults = defaults
        self.lookups: list[Lookup] = []
        self.command = Command(words=tuple(words))

    def parse(self) -> Command:
        """Return the command. Raises BadQuery."""
        while self.words:
            self._take(self.words.pop(0))
        return self.command._replace(lookups=tuple(self.lookups), defaults=self.defaults)

    def _take(self, word: str) -> None:
        if word.startswith("@"):
            self._change(lambda lookup: lookup._replace(servers=(word[1:],)))
        elif word.startswith("+"):
            self._change(lambda lookup: apply(lookup, word[1:]))
        elif word.startswith("--"):
            self._long(word)
        elif word.startswith("-") and len(word) > 1:
            self._dash(word[1], word[2:])
        else:
            self._plain(word)

    def _change(self, change: Callable[[Lookup], Lookup]) -> None:
        if self.lookups:
            self.lookups[-1] = change(self.lookups[-1])
        else:
            self.defaults = change(self.defaults)

    def _value(self, option: str, attached: str) -> str:
        if attached:
            return attached
        if not self.words:
            raise BadQuery(f"'{option}' needs a value", "", "'netscope dns --help' shows how")
        return self.words.pop(0)

    def _plain(self, word: str) -> None:
        """A type, a class or a name: dig looks for them in this order."""
        if self._type(word):
            return
        klass = class_number(word)
        if klass is not None:
            self._change(lambda lookup: lookup._replace(klass=klass))
            return
        if self.command.style == "host" and numeric(word):
            self._valued("x", word)
            return
        self.lookups.append(self.defaults._replace(name=word))

    def _type(self, word: str) -> bool:
        if word.lower().startswith("ixfr="):
            serial = number(word[5:], "ixfr", 0, 0xFFFFFFFF)
            self._change(lambda lookup: lookup._replace(type=IXFR, serial=serial))
            return True
        kind = type_number(word)
        if kind is None:
            return False
        if kind == IXFR:
            raise BadQuery("IXFR needs the serial one has", "", "as in ixfr=2026010100")
        self._change(lambda lookup: lookup._replace(type=kind))
        return True

    def _dash(self, letter: str, attached: str) -> None:
        if letter in "46":
            self._change(lambda lookup: lookup._replace(family=int(letter)))
            if attached:
                self._dash(attached[0], attached[1:])
        elif letter in "hv":
            self.command = self.command._replace(help=letter == "h", version=letter == "v")
        elif letter == "r":
            pass  # no file of defaults is read anyway
        elif letter in _REFUSED:
            raise BadQuery(f"option '-{letter}'", _REFUSED[letter])
        elif letter == "N":
            self.command = self.command._replace(netns=self._value("-N", attached))
        elif letter in "bcfpqtx":
            self._valued(letter, self._value(f"-{letter}", attached))
        else:
            raise BadQuery(f"no option '-{letter}'", "", "'netscope dns --help' lists them")

    def _valued(self, letter: str, value: str) -> None:
        if letter == "b":
            address, _hash, port = value.partition("#")
            if not numeric(address):
                raise BadQuery(f"-b needs an address, not {address!r}", "", "as in -b 192.0.2.1 or -b 192.0.2.1#5300")
            wanted = number(port, "-b's port", 1, 65535) if port else 0
            self._change(lambda lookup: lookup._replace(source=address, source_port=wanted))
        elif letter == "c":
            klass = class_number(value)
            if klass is None:
                raise BadQuery(f"no class {value!r}", "", "IN, CH, HS, ANY or CLASSnnn")
            self._change(lambda lookup: lookup._replace(klass=klass))
        elif letter == "f":
            self.command = self.command._replace(files=(*self.command.files, value))
        elif letter == "p":
            port_number = number(value, "-p", 1, 65535)
            self._change(lambda lookup: lookup._replace(port=port_number))
        elif letter == "q":
            self.lookups.append(self.defaults._replace(name=value))
        elif letter == "t":
            if not self._type(value):
                raise BadQuery(f"no type {value!r}", "", "as in -t MX or -t TYPE65280")
        else:
            self.lookups.append(self.defaults._replace(name=names.reverse(value), reverse=True, klass=1))

    def _long(self, word: str) -> None:
        option, equals, attached = word.partition("=")
        if option in ("--json", "--jsonl"):
            self.command = self.command._replace(form=option[2:])
        elif option == "--help":
            self.command = self.command._replace(help=True)
        elif option == "--walk":
            self.command = self.command._replace(walk=True)
        elif option in ("--no-color", "--no-colour", "--no-headers"):
            pass  # there are none
        elif option in ("--style", "--netns", "--concurrency", "--hints", "--anchor"):
            value = attached if equals else self._value(option, "")
            self._long_valued(option[2:], value)
        else:
            raise BadQuery(f"no option '{option}'", "", "'netscope dns --help' lists them")

    def _long_valued(self, option: str, value: str) -> None:
        if option == "style":
            if value not in STYLES:
                raise BadQuery(f"no style {value!r}", "", f"styles are {', '.join(STYLES)}")
            if value == "short":
                self._change(lambda lookup: apply(lookup, "short"))
            if value == "host":
                self._change(lambda lookup: lookup._replace(search=True, cookie=None, edns=None, adflag=False))
        if option == "concurrency":
            self.command = self.command._replace(concurrency=number(value, "--concurrency", 1, 1000))
        else:
            self.command = self.command.having(**{option: value})


def parse(words: Sequence[str], defaults: Lookup | None = None) -> Command:
    """Return what a command line says. Raises BadQuery."""
    return _Parser(words, defaults or Lookup()).parse()


def batch(lines: Iterable[str], defaults: Lookup) -> list[Lookup]:
    """Return the lookups of a file's lines, each a command line of its own (dig -f). Raises BadQuery."""
    found: list[Lookup] = []
    for number_, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0][0] in ";#":
            continue
        try:
            found += complete(parse(words, defaults))
        except BadQuery as error:
            raise BadQuery(f"line {number_}: {error.what}", error.why, error.mend) from None
    return found


def complete(command: Command) -> list[Lookup]:
    """Return a command's lookups, ready to be asked: without a name the root's NS, names made legal."""
    if not command.lookups:
        kind = command.defaults.type
        return [command.defaults._replace(name=".", type=2 if kind is None else kind)]
    return [lookup._replace(name=legal(lookup.name)) for lookup in command.lookups]


def numeric(word: str) -> bool:
    """Tell whether a word is an IPv4 or IPv6 address."""
    import socket

    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, word)
        except (OSError, ValueError):  # ValueError: an embedded NUL or a lone surrogate
            continue
        return True
    return False


def legal(name: str) -> str:
    """Return a name fit for the wire, letters beyond ASCII as IDNA. Raises BadQuery."""
    try:
        name.encode("utf-8")  # not what was no text to begin with
        if not name.isascii():
            name = ".".join(map(_idna, name.replace("。", ".").split(".")))
        names.pack(name)
    except (Malformed, UnicodeError) as error:
        raise BadQuery(f"{name!r} is no legal name", str(error)) from None
    return name


def _idna(label: str) -> str:
    """Return an IDNA2008 A-label (non-transitional, as dig makes it); ASCII stays as it is."""
    if label.isascii():
        return label
    import unicodedata

    small = unicodedata.normalize("NFC", unicodedata.normalize("NFC", label).lower())
    return "xn--" + small.encode("punycode").decode("ascii")
