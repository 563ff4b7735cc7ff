"""What a dissection is made of: layers, and in them fields with their Wireshark names, values and byte ranges."""

from __future__ import annotations

from netscope.core.frame import Frame
from netscope.core.typed import Any, Callable, Iterable, Iterator, NamedTuple

Value = int | str | bytes | bool | float | None


class Malformed(Exception):
    """The bytes are there, and are not what the protocol says."""


class Short(Exception):
    """The bytes were on the wire, and were not captured."""


# What reading bytes that are not there, or make no sense, raises; nothing else may leave a dissector.
BROKEN = (Malformed, Short, IndexError, ValueError, OverflowError)


class Field(NamedTuple):
    """One node of the tree.

    Attributes:
        name: Wireshark's name of it ("tcp.flags.syn"); "" where it only says something.
        value: its raw value; addresses as text, spans of time in seconds, None for what has none.
        show: the value as ``tshark -T fields`` prints it.
        text: the line in the tree. What is generated stands in brackets there, which are not part of the text.
        start: its first byte in the buffer.
        length: how many bytes it lies in; 0 for what lies in none.
        mask: which bits of them it is, 0 for all.
        children: the fields below it.
        hidden: not shown in the tree; there to be asked for by this name too.
        generated: worked out, not read.
        buffer: index into :attr:`Dissection.buffers`.
    """

    name: str
    value: Value
    show: str
    text: str
    start: int
    length: int
    mask: int = 0
    children: tuple[Field, ...] = ()
    hidden: bool = False
    generated: bool = False
    buffer: int = 0

    def walk(self) -> Iterator[Field]:
        """Yield this field and all below it, in the order of the tree."""
        yield self
        for child in self.children:
            yield from child.walk()


class Buffer(NamedTuple):
    """Bytes that fields lie in: the frame's, or what was put together from several frames."""

    name: str
    data: bytes


class Layer:
    """One protocol's part of a frame. Its title and its fields are made when they are asked for.

    Attributes:
        name: Wireshark's name of the protocol ("ip").
        start, length: the bytes it covers in the buffer.
        buffer: index into :attr:`Dissection.buffers`.
    """

    __slots__ = ("_fields", "_title", "args", "buffer", "length", "name", "start")

    def __init__(
        self,
        name: str,
        title: str | Callable[..., str],
        start: int,
        length: int,
        buffer: int,
        fields: Callable[..., Iterable[Field]] | list[Field],
        args: tuple[Any, ...] = (),
    ) -> None:
        self.name = name
        self.start = start
        self.length = length
        self.buffer = buffer
        self._title = title
        self._fields: Callable[..., Iterable[Field]] | Iterable[Field] = fields
        self.args = args

    def __repr__(self) -> str:
        return f"Layer({self.title!r}, {self.start}+{self.length})"

    @property
    def title(self) -> str:
        """Its line in the tree."""
        title = self._title
        if not isinstance(title, str):
            title = self._title = title(*self.args)
        return title

    @title.setter
    def title(self, title: str) -> None:
        self._title = title

    def fields(self) -> tuple[Field, ...]:
        """Return the fields of this layer, in the order of the tree."""
        fields = self._fields
        if not isinstance(fields, tuple):
            fields = self._fields = tuple(fields(*self.args)) if callable(fields) else tuple(fields)
        return fields

    def makes(self, fields: Callable[..., Iterable[Field]]) -> bool:
        """Tell whether its fields are still to be made, by this function."""
        return self._fields is fields

    def field(self) -> Field:
        """Return the layer as one node, for a packet that is quoted inside another."""
        return Field(
            self.name, None, "", self.title, self.start, self.length, children=self.fields(), buffer=self.buffer
        )

    def walk(self) -> Iterator[Field]:
        """Yield all fields of the layer, those below others too."""
        for field in self.fields():
            yield from field.walk()


class Dissection(NamedTuple):
    """A frame, taken apart.

    Attributes:
        frame: what it was made from.
        layers: from the outside in; the first is "frame", which says what is known of it as a whole.
        buffers: the frame's bytes, then those that were put together.
        source, destination: the addresses of the innermost layer that has some.
        protocol: Wireshark's word for the innermost protocol.
        info: what it is about, in a line.
        trouble: "" or what is wrong with it, in a word: malformed, truncated, checksum, retransmission, ...
    """

    frame: Frame
    layers: tuple[Layer, ...]
    buffers: tuple[Buffer, ...]
    source: str
    destination: str
    protocol: str
    info: str
    trouble: str

    def walk(self) -> Iterator[Field]:
        """Yield all fields of all layers."""
        for layer in self.layers:
            yield from layer.walk()
