"""A dissection while it is made: the bytes at hand, the layers so far, and which dissector comes next."""

from __future__ import annotations

from netscope.core.frame import Frame
from netscope.core.typed import Any, Callable, Iterable
from netscope.dissect import framelayer
from netscope.dissect.context import Context
from netscope.dissect.model import BROKEN, Buffer, Dissection, Field, Layer, Malformed, Short
from netscope.dissect.registry import Handle, Tables
from netscope.dissect.spec import Spec, named
from netscope.dissect.tree import Tree, expert

_DEEPEST = 32  # layers within layers
_MOST_LAYERS = 100
_DATA = Spec("data.data", "Data", "bytes")
_LENGTH = Spec("data.len", "Length", "u32")
_PROTOCOL_DATA, _SHORT, _MALFORMED, _UNREASSEMBLED = map(
    named, ("data", "_ws.short", "_ws.malformed", "_ws.unreassembled")
)
_BROKEN, _BEGUN = map(named, ("_ws.malformed.expert", "_ws.unreassembled.expert"))
_TRUNCATED = "[Packet size limited during capture: {} truncated]"


class Work:
    """The state of one dissection. A dissector is a function of it and of where its bytes start and end.

    ``end`` is where they end by what the layers around say: ``data`` may end before that (truncated by the capture) and
    after (padding). It may raise what BROKEN lists (:mod:`netscope.dissect.model`), which becomes a layer that says so.

    Attributes:
        data, buffer: the bytes, and which of ``buffers`` they are.
        base: where what the last Ethertype tells of begins, at which it is told that something in it is broken.
        source, destination: addresses for the list.
        net: the addresses of the innermost network layer, raw.
        ports: source and destination port of the transport above, 0 where there is none.
        quoted, parted: what is at hand is quoted by another packet; it is the first fragment of more.
        seq: the number of the first byte that the TCP segment above carries.
        prefix: what goes before the line of whatever rides on TCP.
        path: the protocols so far, as ``frame.protocols`` has them.
    """

    __slots__ = (
        "base", "buffer", "buffers", "context", "data", "depth", "destination", "frame", "info", "layers", "net",
        "parted", "path", "ports", "prefix", "protocol", "quoted", "seq", "source", "tables", "trouble",
    )  # fmt: skip

    def __init__(self, frame: Frame, context: Context) -> None:
        self.frame = frame
        self.context = context
        self.tables: Tables = context.tables
        self.data = frame.data
        self.buffer = self.base = 0
        self.buffers: list[Buffer] = [Buffer("Frame", frame.data)]
        self.layers: list[Layer] = []
        self.path: list[str] = []
        self.source = self.destination = self.protocol = self.info = self.trouble = ""
        self.net = (b"", b"")
        self.ports = (0, 0)
        self.seq = 0
        self.prefix = ""
        self.depth = 0
        self.quoted = self.parted = False

    def need(self, start: int, size: int, end: int) -> None:
        """Raise Malformed or Short unless these bytes are there."""
        if start + size > end:
            raise Malformed
        if start + size > len(self.data):
            raise Short

    def add(
        self,
        name: str,
        title: str | Callable[..., str],
        start: int,
        length: int,
        fields: Callable[..., Iterable[Field]] | list[Field],
        args: tuple[Any, ...] = (),
    ) -> Layer:
        """Add a layer whose fields are made later, of ``args``."""
        layer = Layer(name, title, start, length, self.buffer, fields, args)
        self.layers.append(layer)
        self.path.append(name)
        return layer

    def tree(self, name: str, title: str, start: int, end: int, *, length: int = -1) -> Tree:
        """Add a layer whose fields are made now, and return the tree to put them into."""
        items: list[Field] = []
        size = max(min(end, len(self.data)) - start, 0) if length < 0 else length
        self.add(name, title, start, size, items)
        return Tree(self.data, end, self.buffer, items)

    def call(self, handle: Handle, start: int, end: int) -> None:
        """Let a dissector have these bytes; what breaks in it ends it, and nothing else."""
        self.depth += 1
        try:
            if self.depth > _DEEPEST or len(self.layers) > _MOST_LAYERS:
                raise Malformed
            handle.call(self, start, end)
        except BROKEN as error:
            self.broken(error, handle.name)
        finally:
            self.depth -= 1

    def next(self, table: str, number: int, start: int, end: int) -> bool:
        """Let the dissector for a number have these bytes; tell whether there is one."""
        handle = self.tables.by[table].get(number)
        if handle is None:
            return False
        self.call(handle, start, end)
        return True

    def guess(self, transport: str, start: int, end: int) -> Handle | None:
        """Let the dissector that recognises these bytes have them, and return it."""
        data = self.data
        for pattern, handle in self.tables.first.get(transport, ()):
            if pattern.match(data, start, end):
                self.call(handle, start, end)
                return handle
        return None

    def rest(self, start: int, end: int) -> None:
        """Add bytes that nobody knows as a layer of data."""
        stop = min(end, len(self.data))
        if stop <= start:
            return
        self.add(_PROTOCOL_DATA, _data_title, start, stop - start, _data_fields, (self.data, start, stop, self.buffer))

    def quote(self, tree: Tree, handle: Handle, start: int, end: int) -> None:
        """Dissect a packet that another one quotes, into a field of that one's. What is said of the whole stays."""
        said = self.source, self.destination, self.protocol, self.info, self.trouble, self.net, self.ports
        layers, self.layers = self.layers, []
        quoted, self.quoted = self.quoted, True
        try:
            self.call(handle, start, end)
        finally:
            inner, self.layers, self.quoted = self.layers, layers, quoted
            self.source, self.destination, self.protocol, self.info, self.trouble, self.net, self.ports = said
        tree.items += [layer.field() for layer in inner if not layer.name.startswith("_ws.")]

    def enter(self, name: str, data: bytes) -> tuple[bytes, int]:
        """Go on in a buffer that was put together; return what :meth:`leave` needs to come back."""
        before = self.data, self.buffer
        self.buffers.append(Buffer(name, data))
        self.data, self.buffer = data, len(self.buffers) - 1
        return before

    def leave(self, before: tuple[bytes, int]) -> None:
        """Come back from a buffer."""
        self.data, self.buffer = before

    def broken(self, error: BaseException, name: str) -> None:
        """Add the layer that says that a dissector could not go on."""
        word = _WORDS.get(name, name.upper())
        # Python's own complaint about a missing byte: was it captured and not there, or not captured?
        if isinstance(error, Short) or (not isinstance(error, Malformed) and self.frame.length > len(self.frame.data)):
            self.layers.append(Layer(_SHORT, _TRUNCATED.format(word), 0, 0, 0, []))
            self.info += "[Packet size limited during capture]"
            self.trouble = self.trouble or "truncated"
            return
        message = "Malformed Packet (Exception occurred)"
        remark = expert(_BROKEN, message, "Error", "Malformed", self.base)
        self.layers.append(Layer(_MALFORMED, f"[Malformed Packet: {word}]", self.base, 0, 0, [remark]))
        self.info += "[Malformed Packet]"
        self.trouble = "malformed"

    def unfinished(self, word: str) -> None:
        """Add the layer that says that what was begun goes on in a segment to come."""
        message = "Unreassembled fragment (change preferences to enable reassembly)"
        remark = expert(_BEGUN, message, "Note", "Reassemble", 0)
        title = f"[BoundError Unreassembled Packet: {word}]"
        self.layers.append(Layer(_UNREASSEMBLED, title, 0, 0, 0, [remark]))
        self.info += "[BoundErrorUnreassembled Packet]"

    def done(self) -> Dissection:
        """Return what was made."""
        return Dissection(
            self.frame, tuple(self.layers), tuple(self.buffers), self.source, self.destination, self.protocol,
            self.info, self.trouble,
        )  # fmt: skip


def take_apart(frame: Frame, context: Context, before: Frame | None) -> Dissection:
    """Take a frame apart, from its link layer on."""
    delta = context.begin(frame.number, frame.time)
    if before is not None:
        delta = frame.time - before.time
    work = Work(frame, context)
    interface = context.interfaces[frame.interface] if frame.interface < len(context.interfaces) else None
    about = (frame, work.path, delta, context.first_time, interface)
    work.layers.append(Layer(framelayer.NAME, framelayer.title, 0, len(frame.data), 0, framelayer.fields, about))
    end = max(frame.length, len(frame.data))
    if not work.next("link", frame.link, 0, end):
        work.protocol, work.info = f"LINKTYPE {frame.link}", f"Link type {frame.link}, which netscope cannot read"
        work.rest(0, end)
    return work.done()


_WORDS = {
    "eth": "Ethernet",
    "ip": "IPv4",
    "ipv6": "IPv6",
    "icmpv6": "ICMPv6",
    "ethertype": "Ethertype",
    "ipv6.routing": "IPv6 Routing",
}


def _data_title(data: bytes, start: int, stop: int, buffer: int) -> str:
    return f"Data ({stop - start} byte{'' if stop - start == 1 else 's'})"


def _data_fields(data: bytes, start: int, stop: int, buffer: int) -> list[Field]:
    size = stop - start
    return [
        _DATA.field(data[start:stop], start, size, buffer),
        _LENGTH.field(size, start, 0, buffer, generated=True),
    ]
