"""tcpdump's command line (tcpdump(1)), with the -a, -b of dumpcap(1) and the -T, -e, -E, -V, -d of tshark(1).

Where two of them mean different things by a letter: ``-e`` names a field after ``-T fields`` or ``-T json`` (wherever
that stands) and is tcpdump's flag otherwise; ``-d`` decodes as tshark does when ``layer==value,protocol`` follows, and
shows the compiled filter otherwise.
"""

from __future__ import annotations

from netscope.cli.packets.limits import duration, files, kilobytes, megabytes, memory, number
from netscope.core.capture import MEMORY, SNAPLEN, Format, Rotation, Stop, Way
from netscope.core.errors import BadQuery
from netscope.core.typed import Any, Callable, NamedTuple, Sequence
from netscope.dissect.tcpdumptext.style import Style, Times

SHAPES = ("text", "fields", "json")
_NOT_SHAPES = ("pdml", "psml", "ps", "tabs", "ek", "jsonraw")  # tshark's others
_TIMES: tuple[Times, ...] = ("clock", "none", "epoch", "delta", "date", "since")
_HINT = "'netscope packets --help' lists them"


class Command(NamedTuple):
    """A parsed command line.

    Attributes:
        interfaces: where to capture; none: the first that is fit.
        read: the file to read, "-" for standard input, "" to capture.
        write: the file to write, "-" for standard output.
        filter: the capture filter; ``filter_file``: the file that it stands in.
        most: frames to take, 0 for all.
        snaplen: bytes of a frame.
        promiscuous, way: see :class:`netscope.core.capture.CaptureRequest`.
        stop, rotation: when a capture ends, when another file is begun.
        format: of a file that is written; "" lets its name decide.
        style: of tcpdump's text.
        shape: "" for that text, or tshark's: text, fields, json; "tree" is -V.
        fields, how: what -e and -E say.
        form: json or jsonl, for records in netscope's own envelope.
        decode: table==number -> protocol.
        checksums: verify them in dissections.
        memory: bytes for frames that are kept.
        instant: every line at once (-l); ``flush``: every packet into the file at once (-U).
        both: print although a file is written (--print).
        tally: print only how many there were (--count).
        show: d, dd or ddd, to print the compiled filter and end.
        devices, help: asked for.
    """

    interfaces: tuple[str, ...] = ()
    read: str = ""
    write: str = ""
    filter: str = ""
    filter_file: str = ""
    most: int = 0
    snaplen: int = SNAPLEN
    promiscuous: bool = True
    way: Way = "inout"
    stop: Stop = Stop()
    rotation: Rotation = Rotation()
    format: Format | str = ""
    style: Style = Style()
    shape: str = ""
    fields: tuple[str, ...] = ()
    how: tuple[str, ...] = ()
    form: str = ""
    decode: tuple[tuple[str, str], ...] = ()
    checksums: bool = False
    memory: int = MEMORY
    instant: bool = False
    flush: bool = False
    both: bool = False
    tally: bool = False
    show: str = ""
    devices: bool = False
    help: bool = False


class _Parser:
    """Takes words one after the other."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self.command = Command()
        self.plain: list[str] = []
        self.fielded = _fielded(words)
        self.times = 0
        self.limit = 0  # -W, which belongs to -C or -G

    def set(self, **changes: Any) -> None:
        """Change the command."""
        self.command = self.command._replace(**changes)

    def style(self, **changes: Any) -> None:
        """Change how text is printed."""
        self.set(style=self.command.style._replace(**changes))

    def parse(self) -> Command:
        """Return the command. Raises BadQuery."""
        while self.words:
            word = self.words.pop(0)
            if word == "--":
                self.plain += self.words
                break
            if word.startswith("--"):
                self._long(word)
            elif word.startswith("-") and len(word) > 1:
                self._letters(word[1:])
            else:
                self.plain.append(word)  # of the filter; options may follow it, as with GNU's getopt
        self._finish()
        return self.command

    def _finish(self) -> None:
        if self.plain:
            text = " ".join(self.plain)
            self.set(filter=f"({self.command.filter}) and ({text})" if self.command.filter else text)
        if self.times:
            if self.times >= len(_TIMES):
                raise BadQuery("-t is given too often", "", "-t to -ttttt")
            self.style(times=_TIMES[self.times])
        rotation = self.command.rotation
        if self.limit:
            if not (rotation.size or rotation.duration):
                raise BadQuery("-W needs -C or -G", "", "it says how many files there may be")
            if rotation.size:
                self.set(rotation=rotation._replace(files=self.limit))
            else:
                self.set(stop=self.command.stop._replace(files=self.limit))
        self._finish_shape(self.command.shape)
        if not self.command.write and rotation != Rotation():
            raise BadQuery("-b, -C and -G begin another file", "", "name the first with -w FILE")
        files(self.command.write, self.command.rotation, self.command.stop)
        if self.command.most:
            self.set(stop=self.command.stop._replace(packets=self.command.most))

    def _finish_shape(self, shape: str) -> None:
        """Refuse what does not go with what is to be printed."""
        if shape == "fields" and not self.command.fields:
            raise BadQuery("-T fields needs fields", "", "as in -T fields -e ip.src -e tcp.dstport")
        if self.command.how and shape not in ("fields", "json"):
            raise BadQuery(
                "-E goes with -T fields", "", "as in -T fields -e ip.src -E separator=,; ESP is not decrypted"
            )
        if self.command.style.link and shape:
            raise BadQuery("-e names a field", "", "of -T fields or -T json, as in -T fields -e ip.src")
        if self.command.style.dump and shape in ("fields", "json"):
            raise BadQuery(f"-{self.command.style.dump} does not go with -T {shape}", "", "-V -x prints both")

    def _letters(self, letters: str) -> None:
        """Understand a word of short options, of which the last may take a value."""
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter == "t":
                self.times += 1
            elif letter == "d":
                letters = self._d(letters)
            elif letter in _FLAGS:
                _FLAGS[letter](self)
            elif letter == "e" and not self.fielded:
                self.style(link=True)
            elif letter in _DOUBLED:
                dump = self.command.style.dump
                self.style(dump=letter * 2 if dump == letter or letters[:1] == letter else letter)
                letters = letters[1:] if letters[:1] == letter else letters
            elif letter in _VALUED:
                self._valued(f"-{letter}", letter, letters)
                return
            else:
                raise _refusal(f"-{letter}", _REFUSED.get(letter, ""))

    def _d(self, letters: str) -> str:
        following = letters or (self.words[0] if self.words else "")
        if "==" in following:
            if not letters:
                self.words.pop(0)
            self.decode(following)
            return ""
        show = "d"
        while letters[:1] == "d":
            show, letters = show + "d", letters[1:]
        self.set(show=(self.command.show + show)[:3])
        return letters

    def decode(self, text: str) -> None:
        what, comma, protocol = text.partition(",")
        if not comma or not protocol:
            raise BadQuery(f"-d {text} is not understood", "", "as in -d tcp.port==8888,http")
        self.set(decode=(*self.command.decode, (what, protocol)))

    def _value(self, option: str, attached: str) -> str:
        if attached:
            return attached
        if not self.words:
            raise BadQuery(f"{option} needs a value", "", "'netscope packets --help' shows how")
        return self.words.pop(0)

    def _valued(self, option: str, letter: str, attached: str) -> None:
        _VALUED[letter](self, self._value(option, attached))

    def _long(self, word: str) -> None:
        option, equals, attached = word.partition("=")
        name = option[2:]
        if name in _LONG_FLAGS and not equals:
            _LONG_FLAGS[name](self)
        elif name in _LONG_VALUED:
            if equals and not attached:
                raise BadQuery(f"{option} needs a value", "", "'netscope packets --help' shows how")
            _LONG_VALUED[name](self, attached if equals else self._value(option, ""))
        else:
            raise _refusal(option, _REFUSED.get(_LONG_REFUSED.get(name, ""), ""))


def _refusal(option: str, why: str) -> BadQuery:
    """Return what is said of an option that there is not; ``why`` where it is one of tcpdump's or tshark's."""
    return BadQuery(f"option '{option}'", why) if why else BadQuery(f"no option '{option}'", "", _HINT)


def _fielded(words: Sequence[str]) -> bool:
    """Tell whether -T wants fields, so that -e names one. Only words before a filter count; a filter has none of it."""
    for place, word in enumerate(words):
        if word == "--":
            break
        if word.startswith("-T"):
            value = word[2:] or (words[place + 1] if place + 1 < len(words) else "")
            return value in ("fields", "json")
    return False


def _interface(parser: _Parser, value: str) -> None:
    parser.set(interfaces=(*parser.command.interfaces, value))


def _stop(parser: _Parser, value: str) -> None:
    parser.set(stop=parser.command.stop._replace(**_bound("-a", value)))


def _rotate(parser: _Parser, value: str) -> None:
    parser.set(rotation=parser.command.rotation._replace(**_bound("-b", value)))


def _bound(option: str, value: str) -> dict[str, Any]:
    """Return the field that dumpcap's -a or -b sets, of Stop or of Rotation, and to what. Raises BadQuery."""
    name, colon, amount = value.partition(":")
    if name == "duration" and colon:
        return {"duration": duration(f"{option} duration:", amount)}
    if name == "filesize" and colon:
        return {"size": kilobytes(f"{option} filesize:", amount)}
    if name in ("packets", "files") and colon:
        return {name: number(f"{option} {name}:", amount, 1)}
    raise BadQuery(f"{option} {value} is not understood", "", "duration:SECONDS, filesize:KB, packets:N or files:N")


def _turn(**changes: Any) -> Callable[[_Parser, str], None]:
    """Return what -C or -G does: one function of the value for the field that it sets."""
    ((field, read),) = changes.items()

    def turn(parser: _Parser, value: str) -> None:
        parser.set(rotation=parser.command.rotation._replace(**{field: read(value)}))

    return turn


def _file(field: str) -> Callable[[_Parser, str], None]:
    """Return what -r, -w or -F does. An empty name is none, or a script whose variable is unset would capture."""

    def name(parser: _Parser, value: str) -> None:
        if not value:
            raise BadQuery("a file needs a name", "", "'-' is standard input or output")
        parser.set(**{field: "-" if field == "write" and value == "/dev/stdout" else value})

    return name


def _way(parser: _Parser, value: str) -> None:
    if value not in ("in", "out", "inout"):
        raise BadQuery(f"-Q {value} is not understood", "", "in, out or inout")
    parser.set(way=value)


def _shape(parser: _Parser, value: str) -> None:
    if value in _NOT_SHAPES:
        raise BadQuery(f"-T {value}", "netscope does not print that form of tshark's", f"it does {', '.join(SHAPES)}")
    if value not in SHAPES:
        raise BadQuery(f"-T {value} is not understood", "", f"-T takes {', '.join(SHAPES)}")
    if value != "text" or parser.command.shape != "tree":
        parser.set(shape=value)


def _whole(parser: _Parser) -> None:
    """Take -V, which says nothing beside fields and JSON."""
    if parser.command.shape not in ("fields", "json"):
        parser.set(shape="tree")


def _precision(parser: _Parser, value: str) -> None:
    if value not in ("micro", "nano"):
        raise BadQuery(f"--time-stamp-precision {value} is not understood", "", "micro or nano")
    parser.style(nanoseconds=value == "nano")


def _format(parser: _Parser, value: str) -> None:
    if value not in ("pcap", "pcapng"):
        raise BadQuery(f"no file format {value!r}", "", "pcap or pcapng")
    parser.set(format=value)


def _field(parser: _Parser, value: str) -> None:
    parser.set(fields=(*parser.command.fields, value))


def _snaplen(parser: _Parser, value: str) -> None:
    wanted = number("-s", value, 0)
    parser.set(snaplen=min(wanted, SNAPLEN) or SNAPLEN)


def _limit(parser: _Parser, value: str) -> None:
    parser.limit = number("-W", value, 1)


def _captured(parser: _Parser, value: str) -> None:
    parser.set(filter=value)


def _verbose(parser: _Parser) -> None:
    parser.style(verbose=parser.command.style.verbose + 1)


_DOUBLED = frozenset("xXA")
_FLAGS: dict[str, Callable[[_Parser], None]] = {
    "n": lambda p: p.style(numeric=True), "v": _verbose, "q": lambda p: p.style(quiet=True),
    "S": lambda p: p.style(absolute=True), "#": lambda p: p.style(numbered=True),
    "K": lambda p: p.style(checksums=False),
    "p": lambda p: p.set(promiscuous=False), "l": lambda p: p.set(instant=True), "U": lambda p: p.set(flush=True),
    "D": lambda p: p.set(devices=True), "V": _whole, "h": lambda p: p.set(help=True),
    "O": lambda _p: None, "N": lambda _p: None,
}  # fmt: skip
_VALUED: dict[str, Callable[[_Parser, str], None]] = {
    "i": _interface, "r": _file("read"), "w": _file("write"),
    "c": lambda p, v: p.set(most=number("-c", v, 1)), "s": _snaplen, "a": _stop, "b": _rotate, "Q": _way, "T": _shape,
    "e": _field, "E": lambda p, v: p.set(how=(*p.command.how, v)), "F": _file("filter_file"), "W": _limit,
    "C": _turn(size=lambda v: megabytes("-C", v)), "G": _turn(duration=lambda v: duration("-G", v)), "f": _captured,
}  # fmt: skip
_REFUSED = {
    "I": "monitor mode is not offered", "y": "each interface has the link type that it has",
    "Y": "display filters are not offered yet: a capture filter goes at the end",
    "o": "there are no preferences; --checksums verifies checksums",
    "z": "no command is run on files that are finished, and statistics are not offered yet",
    "B": "leave it out: the kernel's buffer has the size that it needs; --memory is for kept packets",
    "Z": "leave it out: privileges are given up in any case, and files belong to who called sudo",
    "R": "display filters are not offered yet", "j": "times are the kernel's", "J": "times are the kernel's",
    "L": "each interface has one link type, which the first line of a capture says",
    "u": "UDP alone is the filter 'udp'", "H": "802.11s headers are not taken apart",
    "M": "TCP's digests are not verified", "m": "no MIB modules are read",
}  # fmt: skip
_LONG_REFUSED = {  # tcpdump's long names of those
    "buffer-size": "B", "relinquish-privileges": "Z", "linktype": "y", "monitor-mode": "I", "time-stamp-type": "j",
    "list-time-stamp-types": "J", "list-data-link-types": "L",
}  # fmt: skip
_LONG_FLAGS: dict[str, Callable[[_Parser], None]] = {
    "help": lambda p: p.set(help=True), "json": lambda p: p.set(form="json"), "jsonl": lambda p: p.set(form="jsonl"),
    "d": lambda p: p.set(show="d"), "dd": lambda p: p.set(show="dd"), "ddd": lambda p: p.set(show="ddd"),
    "checksums": lambda p: p.set(checksums=True), "number": lambda p: p.style(numbered=True),
    "nano": lambda p: p.style(nanoseconds=True), "micro": lambda p: p.style(nanoseconds=False),
    "utc": lambda p: p.style(utc=True), "print": lambda p: p.set(both=True), "count": lambda p: p.set(tally=True),
    "list-interfaces": lambda p: p.set(devices=True), "numeric": lambda p: p.style(numeric=True),
    "no-promiscuous-mode": lambda p: p.set(promiscuous=False), "no-color": lambda _p: None,
    "no-colour": lambda _p: None,
    "absolute-tcp-sequence-numbers": lambda p: p.style(absolute=True), "dont-verify-checksums": _FLAGS["K"],
    "packet-buffered": lambda p: p.set(flush=True), "no-optimize": lambda _p: None, "force": lambda _p: None,
    "immediate-mode": lambda _p: None,  # as it always is
}  # fmt: skip
_LONG_VALUED: dict[str, Callable[[_Parser, str], None]] = {
    "interface": _interface, "direction": _way, "snapshot-length": _snaplen, "format": _format,
    "time-stamp-precision": _precision,
    "memory": lambda p, v: p.set(memory=memory("--memory", v)), "decode-as": lambda p, v: p.decode(v),
}  # fmt: skip


def parse(words: Sequence[str]) -> Command:
    """Return what a command line says. Raises BadQuery."""
    return _Parser(words).parse()
