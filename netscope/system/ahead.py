"""A function that is computed in a child process while this one goes on.

For a one-shot command that will need what takes long to read: a second processor has nothing else to do.
"""

from __future__ import annotations

import marshal
import os
import sys

from netscope.core.typed import Any, Callable

_SIGKILL = 9  # the module signal makes enums, a tenth of a start


class Ahead:
    """The result of a function, on its way. It must be plain data (what marshal takes)."""

    def __init__(self, child: int, descriptor: int) -> None:
        self._child = child
        self._descriptor = descriptor

    def result(self) -> Any:
        """Wait for the result; None when the child has failed."""
        with open(self._descriptor, "rb") as pipe:
            data = pipe.read()
        os.waitpid(self._child, 0)
        try:
            return marshal.loads(data)
        except (EOFError, ValueError, TypeError):
            return None

    def close(self) -> None:
        """End the child, whose result is not wanted any more."""
        os.close(self._descriptor)
        os.kill(self._child, _SIGKILL)
        os.waitpid(self._child, 0)


def ahead(function: Callable[[], Any]) -> Ahead | None:
    """Begin to compute; None where that is not possible: no process to be had, or threads that a fork would cut off."""
    threading = sys.modules.get("threading")
    if threading is not None and threading.active_count() > 1:
        return None
    reader, writer = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        return None
    if not child:
        _compute(function, writer)
    os.close(writer)
    return Ahead(child, reader)


def _compute(function: Callable[[], Any], writer: int) -> None:
    """Be the child: write the result, and end without a trace of the program that this is a copy of."""
    try:
        view = memoryview(marshal.dumps(function()))
        while view:
            view = view[os.write(writer, view) :]
    except BaseException:  # noqa: BLE001 - the parent finds no result, and looks itself
        pass
    finally:
        os._exit(0)
