"""The capture filter of a command line: compiled for a link type, shown, applied to the frames of a file."""

from __future__ import annotations

import sys

from netscope.cli.packets.grammar import Command
from netscope.core.errors import BadQuery
from netscope.core.frame import Frame
from netscope.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from netscope.core.capturefilter import Program, Resolver
    from netscope.core.capturefilter.match import Matcher

_ETHERNET = 1


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


class Offline:
    """Applies a filter to frames of whatever link types they have."""

    def __init__(self, filter_text: str, names: Resolver | None) -> None:
        self._text = filter_text
        self._names = names
        self._matchers: dict[int, Matcher] = {}
        self.compile(_ETHERNET)  # a filter that is wrong is so for all; one that only this link type lacks, is not

    def compile(self, link: int) -> Program:
        """Return the program for a link type. Raises FilterSyntaxError."""
        from netscope.core.capturefilter import compile_filter  # 20 ms that no filter does not need

        return compile_filter(self._text, link, names=self._names)

    def matcher(self, link: int) -> Matcher:
        """Return what tells how many bytes of a frame are kept, 0 for none. Raises FilterSyntaxError."""
        match = self._matchers.get(link)
        if match is None:
            from netscope.core.capturefilter.match import matcher

            match = self._matchers[link] = matcher(self.compile(link))
        return match

    def takes(self, frame: Frame) -> bool:
        """Tell whether a frame passes."""
        return self.matcher(frame.link)(frame.data, frame.length) != 0


def shown(program: Program, how: str) -> str:
    """Return a program as -d, -dd or -ddd prints it."""
    forms = {"d": program.text, "dd": program.dd, "ddd": program.ddd}
    return forms[how]() + "\n"
