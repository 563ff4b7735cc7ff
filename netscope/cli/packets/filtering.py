"""The capture filter of a command line: compiled for a link type, shown, applied to the frames of a file."""

from __future__ import annotations

import sys

from netscope.cli.packets.grammar import Command
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.frame import Frame
from netscope.core.snapshot import Problem
from netscope.core.typed import TYPE_CHECKING, Callable, Collection, Iterator, Sequence

if TYPE_CHECKING:
    from netscope.core.capturefilter import Instruction, Program, Resolver
    from netscope.core.capturefilter.match import Matcher
    from netscope.core.host import Host

UNTOLD = 0  # the mask of a network that a file does not tell, as tcpdump takes it for ``ip broadcast``


def text(command: Command) -> str:
    """Return the filter, which may stand in a file, where ``#`` begins no comment: as tcpdump -F. Raises BadQuery."""
    if not command.filter_file:
        return command.filter
    try:
        if command.filter_file == "-":
            return sys.stdin.read().strip()
        with open(command.filter_file, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().strip()
    except OSError as error:
        raise BadQuery(f"{command.filter_file} cannot be read", error.strerror or str(error)) from error


def live(command: Command, host: Host, names: Sequence[str]) -> Callable[[int], tuple[Instruction, ...]]:
    """Return what compiles the filter for these interfaces, one after the other."""
    from netscope.core.capturefilter.live import programs

    resolver = getattr(host, "filter_names", None)
    return programs(command.filter, names, host, resolver() if resolver is not None else None, command.snaplen)


class Offline:
    """Applies a filter to frames of whatever link types they have.

    Attributes:
        refused: link types of which the filter cannot be told, with what is said of it.
    """

    def __init__(self, filter_text: str, names: Resolver | None) -> None:
        from netscope.core.capturefilter.parse import parse  # 20 ms that no filter does not need

        parse(filter_text)
        self._text = filter_text
        self._names = names
        self._matchers: dict[int, Matcher] = {}
        self.refused: dict[int, NetscopeError] = {}

    def expect(self, links: Collection[int]) -> None:
        """Compile it for the link types that a file has. Raises FilterSyntaxError where it fits none of them."""
        for link in links:
            self.matcher(link)
        if self.refused and len(self.refused) == len(self._matchers):
            raise next(iter(self.refused.values()))

    def matcher(self, link: int) -> Matcher:
        """Return what tells how many bytes of a frame are kept, 0 for none."""
        match = self._matchers.get(link)
        if match is None:
            match = self._matchers[link] = self._made(link)
        return match

    def _made(self, link: int) -> Matcher:
        from netscope.core.capturefilter import FilterSyntaxError, compile_filter
        from netscope.core.capturefilter.match import matcher

        try:
            return matcher(compile_filter(self._text, link, netmask=UNTOLD, names=self._names))
        except FilterSyntaxError as error:
            self.refused[link] = error
            return _nothing

    def takes(self, frame: Frame) -> bool:
        """Tell whether a frame passes."""
        return self.matcher(frame.link)(frame.data, frame.length) != 0

    def problems(self) -> Iterator[Problem]:
        """Yield what was left out, where the filter fits some of the frames only."""
        for link, error in self.refused.items():
            yield Problem(
                f"frames of link type {link} are left out", f"of them the filter cannot be told: {error.what}"
            )


def _nothing(_data: bytes, _length: int) -> int:
    return 0


def shown(program: Program, how: str) -> str:
    """Return a program as -d, -dd or -ddd prints it."""
    forms = {"d": program.text, "dd": program.dd, "ddd": program.ddd}
    return forms[how]() + "\n"
