"""The line of one packet while it is written, and what is remembered between lines.

A printer is a function of the text, the bytes, the place where its header begins, and its length on the wire. The bytes
end where the capture, or the length of the datagram around it, ends; reading behind that raises IndexError or
struct.error, which :class:`~netscope.dissect.tcpdumptext.printer.Printer` turns into tcpdump's ``[|protocol]``.
"""

from __future__ import annotations

from importlib import import_module
from struct import Struct

from netscope.core.typed import Callable, Generic, Mapping, TypeVar
from netscope.dissect.tcpdumptext.hexdump import both
from netscope.dissect.tcpdumptext.style import Style

U16 = Struct(">H").unpack_from
U32 = Struct(">I").unpack_from
U64 = Struct(">Q").unpack_from

CONVERSATIONS = 65_536


class Truncated(Exception):
    """The capture ends here, and the line with it."""


class Text:
    """What is written so far.

    Attributes:
        parts: the pieces of text.
        protocol: whose header is being read, for ``[|protocol]``.
        header: bytes of link-layer header, which -x and -X leave out.
        conversations: (addresses, ports) -> the first sequence numbers of either side, lower port first.
        renewed: numbers that others count from were set anew, or let go.
        depth: packets within packets.
        services: (port, transport) -> name.
        interfaces: index -> name, for the cooked headers of "any".
    """

    __slots__ = ("conversations", "depth", "header", "interfaces", "parts", "protocol", "renewed", "services", "style")

    def __init__(self, style: Style, services: Mapping[tuple[int, str], str]) -> None:
        self.style = style
        self.services = services
        self.interfaces: Mapping[int, str] = {}
        self.conversations: dict[bytes, tuple[int, int]] = {}
        self.parts: list[str] = []
        self.protocol = ""
        self.header = 0
        self.depth = 0
        self.renewed = False

    def add(self, text: str) -> None:
        """Write more."""
        self.parts.append(text)

    def unknown(self, data: bytes) -> None:
        """Write the bytes of what is not known, unless they are shown anyway, or little is wanted."""
        if not self.style.quiet and self.style.dump[:1] in ("", "A"):
            self.parts.append(both(data))

    def truncated(self) -> None:
        """Write that the capture ends within this protocol's header."""
        self.parts.append(f" [|{self.protocol}]")

    def invalid(self) -> None:
        """Write that this protocol's header cannot be right."""
        self.parts.append(" (invalid)")

    def port(self, number: int, transport: str) -> str:
        """Return a port's name, or its digits."""
        if self.style.numeric:
            return str(number)
        return self.services.get((number, transport)) or str(number)


Print = Callable[[Text, bytes, int, int], None]
P = TypeVar("P")


class Printers(Generic[P]):
    """Which function prints what a number stands for: ``module:function``, imported when the first packet needs it."""

    def __init__(self, where: Mapping[int, str]) -> None:
        self.where = where
        self._loaded: dict[int, P] = {}

    def find(self, number: int) -> P | None:
        """Return the function, None where there is none."""
        found = self._loaded.get(number)
        if found is None and number in self.where:
            module, _, function = self.where[number].partition(":")
            found = self._loaded[number] = getattr(import_module(f"netscope.dissect.tcpdumptext.{module}"), function)
        return found


def safe(data: bytes) -> str:
    """Return bytes as tcpdump prints text from a packet: \\ooo would be raw; control characters ^X, high ones M-."""
    text = data.decode("latin-1")
    if text.isascii() and text.isprintable():
        return text
    return "".join(_SAFE[byte] for byte in data)


def _one(byte: int) -> str:
    meta = "M-" if byte >= 0x80 else ""
    byte &= 0x7F
    if 0x20 <= byte < 0x7F:
        return meta + chr(byte)
    return f"{meta}^{chr(byte ^ 0x40)}"


_SAFE = [_one(byte) for byte in range(256)]


def need(data: bytes, at: int, size: int) -> None:
    """Raise Truncated unless ``size`` bytes are there."""
    if at + size > len(data):
        raise Truncated


def take(data: bytes, at: int, size: int) -> bytes:
    """Return exactly ``size`` bytes, or raise Truncated."""
    if at + size > len(data):
        raise Truncated
    return data[at : at + size]
