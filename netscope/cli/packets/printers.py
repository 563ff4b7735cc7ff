"""What becomes of frames: lines as tcpdump or tshark writes them, records as data."""

from __future__ import annotations

from netscope.cli.packets.grammar import Command
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.frame import Frame, Interface, interface_name
from netscope.core.host import Host
from netscope.core.typed import TYPE_CHECKING, Collection, Iterator, Mapping, Protocol, Sequence
from netscope.dissect.files.block import Block, Match

if TYPE_CHECKING:
    from netscope.dissect import Dissection

_ETHERNET = 1


class Blocks(Protocol):
    """Turns blocks of records into text.

    Attributes:
        place: how many records there were.
        count: how many of them became text.
    """

    place: int
    count: int

    def block(self, block: Block, most: int) -> tuple[bytes, int]:
        """Return the text of ``most`` records at most, in UTF-8, and where the last one ends."""

    def line(self, frame: Frame) -> str:
        """Return the text of one that lies elsewhere."""


class Sink(Protocol):
    """Turns frames, in order, into text."""

    def head(self) -> str:
        """Return what comes before the first."""

    def frame(self, frame: Frame, interfaces: Sequence[Interface]) -> str:
        """Return the text of one, ended by a newline."""

    def blocks(self, factor: int, link: int, match: Match | None) -> Blocks | None:
        """Return what takes whole blocks; None where there is nothing for frames of that type, or for this style.

        ``factor`` makes nanoseconds of the fraction of a record's second; ``match`` is the filter.
        """

    def tail(self) -> str:
        """Return what comes after the last."""


def sink(command: Command, host: Host) -> Sink:
    """Return what a command line asks for. Raises BadQuery."""
    if command.form == "jsonl":
        return _Records(command)
    if command.shape == "fields":
        return _Fields(command)
    if command.shape == "json":
        return _Json(command)
    if command.shape == "tree" or (command.shape and command.style.dump):
        return _Trees(command)
    if command.shape:
        return _Lines(command)
    return TcpdumpText(command, host)


def services(host: Host) -> Mapping[tuple[int, str], str]:
    """Return the names of ports, as far as they can be read."""
    from netscope.domains.services import read

    names: dict[tuple[int, str], str] = {}
    try:
        for service in read(host).services:
            names.setdefault((service.port, service.protocol), service.name)
    except NetscopeError:
        pass  # digits will do
    return names


class _Interfaces(Mapping[int, str]):
    """The names of the interfaces by their index, read again when one comes that was not there before."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._names = dict(host.ifindexes())
        self._unknown: set[int] = set()

    def __getitem__(self, index: int) -> str:
        if index not in self._names and index not in self._unknown:
            self._names.update(self._host.ifindexes())
            if index not in self._names:
                self._unknown.add(index)
        return self._names[index]

    def __iter__(self) -> Iterator[int]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class TcpdumpText:
    """tcpdump's text."""

    def __init__(self, command: Command, host: Host) -> None:
        from netscope.dissect.tcpdumptext.printer import Printer

        style = command.style
        self.numbered, self.count = style.numbered, 0
        self.printer = Printer(style, {} if style.numeric else services(host))
        if not command.read:
            self.printer.text.interfaces = _Interfaces(host)

    def head(self) -> str:
        """Return nothing."""
        return ""

    def frame(self, frame: Frame, interfaces: Sequence[Interface]) -> str:
        """Return a line. tcpdump numbers what it prints, not what is in the file."""
        if self.numbered:
            self.count += 1
            frame = frame._replace(number=self.count)
        return self.printer.line(frame)

    def blocks(self, factor: int, link: int, match: Match | None) -> Blocks | None:
        """Return what writes whole blocks of frames, where this style has a fast way."""
        from netscope.dissect.tcpdumptext.fast import Fast, usable

        return Fast(self.printer, factor, match) if usable(self.printer, link) else None

    def tail(self) -> str:
        """Return nothing."""
        return ""


class _Dissected:
    """What all that is dissected has in common: the memory of the capture, and when it began."""

    def __init__(self, command: Command, left: Collection[str] = ()) -> None:
        from netscope.dissect import Context

        try:
            self.context = Context(checksums=command.checksums, decode_as=dict(command.decode), left=left)
        except ValueError as error:
            raise BadQuery(str(error)) from None

    def dissect(self, frame: Frame, interfaces: Sequence[Interface]) -> Dissection:
        """Take a frame apart."""
        from netscope.dissect import dissect

        self.context.interfaces = interfaces
        return dissect(frame, self.context)

    def head(self) -> str:
        """Return nothing."""
        return ""

    def blocks(self, factor: int, link: int, match: Match | None) -> Blocks | None:
        """Return nothing: frames are dissected one by one."""
        return None

    def tail(self) -> str:
        """Return nothing."""
        return ""


class _Lines(_Dissected):
    """tshark's lines."""

    def __init__(self, command: Command) -> None:
        super().__init__(command)
        from netscope.dissect.summary_lines import Lines

        self.lines = Lines(self.context)

    def frame(self, frame: Frame, interfaces: Sequence[Interface]) -> str:
        """Return a line."""
        return self.lines.line(frame)

    def blocks(self, factor: int, link: int, match: Match | None) -> Blocks | None:
        """Return what writes whole blocks of frames."""
        if link != _ETHERNET:
            return None
        self.lines.follow(factor, match)
        return self.lines


class _Trees(_Dissected):
    """tshark's trees (-V), the bytes below them (-x), or the bytes alone."""

    def __init__(self, command: Command) -> None:
        super().__init__(command)
        self.tree, self.bytes = command.shape == "tree", bool(command.style.dump)

    def frame(self, frame: Frame, interfaces: Sequence[Interface]) -> str:
        """Return many lines."""
        from netscope.domains.packets.tsharktext import dump, tree

        seen = self.dissect(frame, interfaces)
        above = tree(seen, dumped=self.bytes) if self.tree else ""
        return above + dump(seen) if self.bytes else above


class _Fields(_Dissected):
    """Chosen fields."""

    def __init__(self, command: Command) -> None:
        from netscope.domains.packets.tsharkfields import Rows, options, unneeded

        super().__init__(command, unneeded(command.fields))
        self.rows = Rows(command.fields, options(command.how))

    def head(self) -> str:
        """Return the names, where they are wanted."""
        return self.rows.head()

    def frame(self, frame: Frame, interfaces: Sequence[Interface]) -> str:
        """Return a line."""
        return self.rows.row(self.dissect(frame, interfaces), self.context.first_time or 0) + "\n"


class _Json(_Dissected):
    """tshark's JSON: a list of objects."""

    def __init__(self, command: Command) -> None:
        from netscope.domains.packets.tsharkfields import Picker, options, unneeded

        super().__init__(command, unneeded(command.fields))
        self.picker = Picker(command.fields, options(command.how).occurrence)
        self.begun = False

    def head(self) -> str:
        """Return the beginning of the list."""
        return "["

    def frame(self, frame: Frame, interfaces: Sequence[Interface]) -> str:
        """Return an object."""
        from netscope.domains.packets.tsharktext import document

        seen = self.dissect(frame, interfaces)
        lead = ",\n  " if self.begun else "\n  "
        self.begun = True
        return lead + document(seen, self.picker, self.context.first_time or 0)

    def tail(self) -> str:
        """Return the end of the list."""
        return "\n]\n"


class _Records(_Dissected):
    """Summaries, a JSON object a line."""

    def frame(self, frame: Frame, interfaces: Sequence[Interface]) -> str:
        """Return a line."""
        from netscope.core.encode import encode
        from netscope.domains.packets import packet, to_json

        return encode(to_json(packet(frame, self.context, interface_name(frame, interfaces)))) + "\n"


def records(frames: Iterator[tuple[Frame, Sequence[Interface]]], command: Command) -> Iterator[object]:
    """Yield the records of frames, for a document of all of them."""
    from netscope.domains.packets import packet

    context = _Dissected(command).context
    for frame, interfaces in frames:
        yield packet(frame, context, interface_name(frame, interfaces))
