"""Standard output and standard error, as a pipe, a file and a terminal want them.

Written with write(2) in large pieces: no buffer is left over whose flush could fail after the exit status was decided.
"""

from __future__ import annotations

import os
import sys

from netscope.core.errors import NetscopeError
from netscope.core.snapshot import Problem
from netscope.core.text import printable
from netscope.core.typed import Iterable

_PIECE = 1 << 18


class Output:
    """Standard output.

    Attributes:
        tty: whether people read it.
        colour: whether colours are wanted: only on a terminal that has them, and NO_COLOR is not set (no-color.org).
    """

    def __init__(self, *, colour: bool = True) -> None:
        if sys.stdout is None:  # closed by the caller; descriptor 1 may be anything by now
            raise NetscopeError("no standard output", "it is closed")
        self._descriptor = sys.stdout.fileno()
        self._encoding = sys.stdout.encoding or "utf-8"
        self.tty = os.isatty(self._descriptor)
        capable = os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("NO_COLOR")
        self.colour = colour and self.tty and capable

    def size(self) -> tuple[int, int]:
        """Return columns and lines of the terminal; COLUMNS and LINES win, as everywhere."""
        found = []
        for name, index, default in (("COLUMNS", 0, 80), ("LINES", 1, 24)):
            given = os.environ.get(name, "")
            if given.isascii() and given.isdigit() and int(given) > 0:
                found.append(int(given))
                continue
            try:
                found.append(os.get_terminal_size(self._descriptor)[index] or default)
            except OSError:
                found.append(default)
        return found[0], found[1]

    def tell(self, text: str) -> None:
        """Write a help text, folded where a terminal is narrower than that."""
        if self.tty:
            from netscope.cli.folding import folded

            text = folded(text, self.size()[0])
        self.write([text])

    def write(self, chunks: Iterable[str]) -> None:
        """Write text that is already fit for where it goes. Raises BrokenPipeError when nobody reads any more."""
        waiting, size = [], 0
        for chunk in chunks:
            waiting.append(chunk)
            size += len(chunk)
            if size >= _PIECE:
                self._send("".join(waiting))
                waiting, size = [], 0
        if waiting:
            self._send("".join(waiting))

    def write_block(self, text: bytes) -> None:
        """Write a large piece of text that is fit, too, which comes in UTF-8."""
        if self._encoding.lower() == "utf-8":
            self._send_bytes(text)
        else:
            self._send(text.decode())

    def write_exact(self, chunks: Iterable[str]) -> None:
        """Write what may hold undecodable bytes: exactly as they were into a file or pipe, escaped on a terminal."""
        if self.tty:
            self.write("\n".join(map(printable, chunk.split("\n"))) for chunk in chunks)
            return
        for chunk in chunks:
            self._send_bytes(chunk.encode("utf-8", "surrogateescape"))

    def _send(self, text: str) -> None:
        self._send_bytes(text.encode(self._encoding, "backslashreplace"))

    def _send_bytes(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise NetscopeError("cannot write the output", os.strerror(error.errno or 0)) from error


def complain(text: str) -> None:
    """Write one escaped line to standard error, if there is one."""
    if sys.stderr is None:
        return
    line = f"netscope: {printable(text)}\n"
    try:
        os.write(sys.stderr.fileno(), line.encode(sys.stderr.encoding or "utf-8", "backslashreplace"))
    except OSError:
        pass  # there is nowhere left to say it


def complain_of(problems: Iterable[Problem]) -> None:
    """Write each problem as one line: what, why and what would mend it."""
    for problem in problems:
        complain(str(NetscopeError(problem.what, problem.why, problem.mend)))
