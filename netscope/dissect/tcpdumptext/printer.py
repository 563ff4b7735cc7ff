"""Frames in, lines out: what tcpdump prints of them."""

from __future__ import annotations

from struct import error as StructError  # noqa: N812

from netscope.core.frame import Frame
from netscope.core.typed import Iterable, Iterator, Mapping
from netscope.dissect.tcpdumptext.hexdump import dump
from netscope.dissect.tcpdumptext.link import LINKS
from netscope.dissect.tcpdumptext.style import Style
from netscope.dissect.tcpdumptext.text import Text, Truncated
from netscope.dissect.tcpdumptext.times import Stamp, stamper

MOST = 262_144  # bytes of a frame, by wire or captured, that tcpdump takes for possible


class Printer:
    """Prints the frames of one capture, in order. What it remembers is bounded.

    Args:
        style: how.
        services: (port, transport) -> name, for ``style.numeric`` being off.
    """

    def __init__(self, style: Style, services: Mapping[tuple[int, str], str] | None = None) -> None:
        self.style = style
        self.text = Text(style, services or {})
        self.stamp: Stamp = stamper(style)

    def line(self, frame: Frame) -> str:
        """Return the text of one frame, ending in a newline."""
        number = f"{frame.number:5d}  " if self.style.numbered else ""
        data, length = frame.data, frame.length
        wrong = _impossible(len(data), length)
        if wrong:
            return f"{number}[Invalid header:{wrong}]\n"
        return f"{number}{self.stamp(frame.time, frame.carry)}{self.body(data, length, frame.link)}\n"

    def lines(self, frames: Iterable[Frame]) -> Iterator[str]:
        """Yield the text of each frame."""
        for frame in frames:
            yield self.line(frame)

    def body(self, data: bytes, length: int, link: int) -> str:
        """Return the text behind the time, without the newline."""
        text = self.text
        parts: list[str] = []
        text.parts = parts
        text.header = text.depth = 0
        text.protocol = ""
        printer = LINKS.get(link)
        if printer is None:
            text.add("UNSUPPORTED" + dump("X", data, 0))
        else:
            try:
                printer(text, data, 0, length)
            except (IndexError, StructError, Truncated):
                text.truncated()
                text.header = 0  # tcpdump does not know it then: -x shows the whole frame
            except RecursionError:
                text.add(" [nested too deeply]")
        if self.style.dump:
            text.add(dump(self.style.dump, data, text.header))
        return "".join(parts)


def _impossible(captured: int, length: int) -> str:
    found = []
    if not captured:
        found.append(" caplen==0")
    if not length:
        found.append(" len==0")
    elif length < captured:
        found.append(f" len({length}) < caplen({captured})")
    if captured > MOST:
        found.append(f" caplen({captured}) > {MOST}")
    if length > MOST:
        found.append(f" len({length}) > {MOST}")
    return ",".join(found)
