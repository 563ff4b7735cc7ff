"""Opening a capture file, a pipe or standard input."""

from __future__ import annotations

import os
import stat

from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.snapshot import Problem
from netscope.dissect.files.frames import FileFrames
from netscope.system.capture.compressed import decompressor
from netscope.system.capture.sources import FileSource, Recent, Spool, Store, Stream, ready
from netscope.system.errors import explain

MEMORY = 256 << 20  # bytes of a pipe's frames that are kept
_FIRST = 0.15  # seconds that the first rows have for themselves
_HEAD = 4  # bytes that tell a compressed file


def open_capture(path: str, *, memory: int = MEMORY) -> FileFrames:
    """Open a capture file to be read while it is indexed (:meth:`FileFrames.advance`, :func:`follow`).

    ``-`` is standard input. What comes from a pipe is kept in ``memory`` bytes, the oldest let go; a compressed file is
    unpacked, as it is indexed, into a temporary file without a name. Nothing waits here but for the first bytes.
    Raises BadQuery where there is no such file or it is no capture file, NeedsPrivilege, or Unavailable where zstd is
    wanted and not there.
    """
    name = "standard input" if path == "-" else path
    descriptor = _open(path, name)
    try:
        frames = _frames(descriptor, name, memory)
    except BaseException:
        os.close(descriptor)
        raise
    try:
        frames.advance()
    except BaseException:
        frames.close()
        raise
    return frames


def _open(path: str, name: str) -> int:
    try:
        descriptor = os.dup(0) if path == "-" else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a zero byte in the name
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BadQuery(f"{name} cannot be read", str(why)) from error
    except OSError as error:
        raise explain(error, f"{name} cannot be read") from error
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadQuery(f"{name} cannot be read", "it is a directory")
    return descriptor


def _frames(descriptor: int, name: str, memory: int) -> FileFrames:
    regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
    if regular and os.lseek(descriptor, 0, os.SEEK_CUR):
        regular = False  # standard input, of which somebody has read a part: the rest of it is the capture
    try:
        if regular:
            head = os.pread(descriptor, _HEAD, 0)
        else:
            head = b""
            while len(head) < _HEAD:
                ready(descriptor, None)
                more = os.read(descriptor, _HEAD - len(head))
                if not more:
                    break
                head += more
        decompress = decompressor(head)
        if regular and decompress is None:
            return FileFrames(FileSource(descriptor), name)
        if regular:
            os.lseek(descriptor, len(head), os.SEEK_SET)
        store: Store = Spool() if regular else Recent(memory)
    except OSError as error:
        raise explain(error, f"{name} cannot be read") from error
    return FileFrames(Stream(descriptor, name, head, store, decompress), name)


def follow(frames: FileFrames, step: int = 1 << 18) -> None:
    """Index the rest on a thread of its own. What goes wrong becomes a problem of the frames.

    It begins when the first rows are on the screen, and lets go of the interpreter after each short ``step``: whoever
    paints while it runs would wait for it dozens of times.
    """
    import threading
    import time

    def run() -> None:
        time.sleep(_FIRST)
        try:
            while frames.advance(step):
                pass
        except NetscopeError as error:
            frames.trouble(Problem(error.what, error.why, error.mend, partial=True))

    threading.Thread(target=run, name="indexing", daemon=True).start()
