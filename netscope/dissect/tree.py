"""Building the fields of a layer while its bytes are read. What was read before it broke stays."""

from __future__ import annotations

from types import TracebackType

from netscope.core.typed import Any
from netscope.dissect.model import Field, Malformed, Short
from netscope.dissect.spec import Spec, named

SEVERITIES = {"Comment": 0x100000, "Chat": 0x200000, "Note": 0x400000, "Warning": 0x600000, "Error": 0x800000}
GROUPS = {
    "Checksum": 0x01000000, "Sequence": 0x02000000, "Response": 0x03000000, "Request": 0x04000000,
    "Undecoded": 0x05000000, "Reassemble": 0x06000000, "Malformed": 0x07000000, "Protocol": 0x09000000,
    "Security": 0x0A000000, "Comments": 0x0B000000, "Decryption": 0x0C000000, "Assumption": 0x0D000000,
    "Deprecated": 0x0E000000,
}  # fmt: skip
_EXPERT, _MESSAGE, _SEVERITY, _GROUP = map(
    named, ("_ws.expert", "_ws.expert.message", "_ws.expert.severity", "_ws.expert.group")
)
_MOST_FIELDS = 20_000  # of one layer: a packet made to keep us busy gets no further


def expert(name: str, message: str, severity: str, group: str, at: int, buffer: int = 0) -> Field:
    """Return a remark as Wireshark's expert makes it."""
    below = (
        Field(name, None, "", message, 0, 0, generated=True, buffer=buffer),
        Field(_MESSAGE, message, message, f"Message: {message}", 0, 0, hidden=True, buffer=buffer),
        Field(
            _SEVERITY, SEVERITIES[severity], str(SEVERITIES[severity]), f"Severity level: {severity}", 0, 0,
            generated=True, buffer=buffer,
        ),
        Field(_GROUP, GROUPS[group], str(GROUPS[group]), f"Group: {group}", 0, 0, generated=True,
              buffer=buffer),
    )  # fmt: skip
    text = f"Expert Info ({severity}/{group}): {message}"
    return Field(_EXPERT, None, "", text, at, 0, children=below, generated=True, buffer=buffer)


class Node:
    """A field whose children are being read: ``with tree.node(...) as node``. ``end`` settles its length."""

    __slots__ = ("_outer", "field", "tree")

    def __init__(self, tree: Tree, field: Field) -> None:
        self.tree = tree
        self.field = field

    def end(self, at: int) -> None:
        """Let the field end before this byte."""
        self.field = self.field._replace(length=at - self.field.start)

    def text(self, text: str) -> None:
        """Change its line."""
        self.field = self.field._replace(text=text, show=self.field.show if self.field.name else text)

    def __enter__(self) -> Node:
        self._outer = self.tree.items
        self.tree.items = []
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        inner, self.tree.items = self.tree.items, self._outer
        self.tree.items.append(self.field._replace(children=self.field.children + tuple(inner)))


class Tree:
    """The fields of one layer.

    Attributes:
        data: the buffer.
        end: where the layer's bytes end, by what the layers around it say; the buffer may end before.
        items: the fields read so far, of the innermost node.
        broken: a part of it made no sense, and was left.
    """

    __slots__ = ("broken", "buffer", "count", "data", "end", "items")

    def __init__(self, data: bytes, end: int, buffer: int, items: list[Field]) -> None:
        self.data = data
        self.end = end
        self.buffer = buffer
        self.items = items
        self.count = 0
        self.broken = False

    def need(self, at: int, size: int) -> None:
        """Raise Malformed or Short unless these bytes are there."""
        if size < 0 or at + size > self.end:
            raise Malformed
        if at + size > len(self.data):
            raise Short

    def uint(self, at: int, size: int) -> int:
        """Return a big-endian number. Raises Malformed, Short."""
        if at + size > self.end:
            raise Malformed
        if at + size > len(self.data):
            raise Short
        return int.from_bytes(self.data[at : at + size], "big")

    def raw(self, at: int, size: int) -> bytes:
        """Return these bytes. Raises Malformed, Short."""
        self.need(at, size)
        return self.data[at : at + size]

    def add(
        self,
        spec: Spec,
        at: int,
        size: int = -1,
        value: Any = None,
        *,
        text: str | None = None,
        show: str | None = None,
        hidden: bool = False,
        generated: bool = False,
        children: tuple[Field, ...] = (),
    ) -> Any:
        """Add a field, its value read from the bytes unless it is given. Returns the value. Raises Malformed, Short."""
        if size < 0:
            size = spec.size
        if not generated:
            self.need(at, size)
        if value is None:
            value = spec.read(self.data, at, size)
        self._count()
        self.items.append(
            spec.field(
                value, at, size, self.buffer, text=text, show=show, hidden=hidden, generated=generated,
                children=children,
            )
        )  # fmt: skip
        return value

    def made(self, spec: Spec, value: Any, at: int, size: int = 0, **more: Any) -> Any:
        """Add a field that is worked out, not read."""
        return self.add(spec, at, size, value, generated=True, **more)

    def bits(self, at: int, size: int, *specs: Spec) -> None:
        """Add fields that are bits of the same bytes."""
        whole = self.uint(at, size)
        for spec in specs:
            value: int = (whole & spec.mask) >> spec.shift if spec.mask else whole
            self.items.append(spec.field(bool(value) if spec.kind == "b" else value, at, size, self.buffer))
        self._count()

    def flags(self, spec: Spec, at: int, *below: Spec, text: str | None = None, size: int = -1) -> int:
        """Add a field of flags, each of which is a field below it. Returns its value."""
        size = spec.size if size < 0 else size
        value: int = self.uint(at, size)
        if spec.mask:
            value = (value & spec.mask) >> spec.shift
        with self.node(spec, at, size, value, text=text):
            self.bits(at, size, *below)
        return value

    def node(
        self, spec: Spec | str, at: int, size: int = -1, value: Any = None, *, text: str | None = None, **more: Any
    ) -> Node:
        """Return a field to be filled; from a text, one that only says something."""
        self._count()
        if isinstance(spec, str):
            size = max(min(self.end, len(self.data)) - at, 0) if size < 0 else size
            return Node(self, Field("", None, spec, spec, at, size, buffer=self.buffer, **more))
        if size < 0:
            size = spec.size
        if not more.get("generated"):
            self.need(at, size)
        if value is None:
            value = spec.read(self.data, at, size)
        return Node(self, spec.field(value, at, size, self.buffer, text=text, **more))

    def say(self, text: str, at: int, size: int = 0, **more: Any) -> None:
        """Add a line that only says something."""
        self.items.append(Field("", None, text, text, at, size, buffer=self.buffer, **more))

    def expert(self, name: str, message: str, severity: str, group: str, at: int) -> None:
        """Add a remark."""
        self.items.append(expert(name, message, severity, group, at, self.buffer))

    def _count(self) -> None:
        self.count += 1
        if self.count > _MOST_FIELDS:
            raise Malformed
