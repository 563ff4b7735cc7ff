"""Network namespaces by name, pid or path (ip-netns(8), setns(2))."""

from __future__ import annotations

import errno
import os
from _thread import allocate_lock, start_new_thread  # threading takes 2 ms to import

from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.typed import Any, Callable, TypeVar
from netscope.system.errors import explain

Result = TypeVar("Result")

NETNS_DIRECTORY = "/run/netns"
_CLONE_NEWNET = 0x40000000


def locate(target: str) -> str:
    """Return the namespace file of a name (``ip netns``), a pid or a path. Raises BadQuery when there is none."""
    if "/" in target:
        candidates = [target]
    else:
        candidates = [f"{NETNS_DIRECTORY}/{target}"]
        if target.isascii() and target.isdigit():
            candidates.append(f"/proc/{target}/ns/net")
    for path in candidates:
        if os.path.lexists(path):
            return path
    raise BadQuery(
        f"no network namespace {target!r}",
        f"{' nor '.join(candidates)} does not exist",
        "'ip netns' lists the names; a pid or a path works too",
    )


def _setns(descriptor: int) -> None:
    if hasattr(os, "setns"):  # Python 3.12
        os.setns(descriptor, _CLONE_NEWNET)
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _refused(error: OSError, path: str) -> NetscopeError:
    what = f"network namespace {path}"
    if error.errno in (errno.EPERM, errno.EACCES):
        return explain(error, what, "entering it needs CAP_SYS_ADMIN: run with sudo")
    if error.errno == errno.EINVAL:  # setns(2): the file is none, or one of another kind
        return BadQuery(what, "this file is no network namespace", "'ip netns' lists the names; a pid works too")
    return explain(error, what)


def _enter(path: str) -> None:
    """Move this thread into a namespace for good."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _refused(error, path) from error


def run_inside(path: str, function: Callable[[], Result]) -> Result:
    """Run ``function`` on a throwaway thread that has entered the namespace, and return what it returns.

    Sockets opened there stay in the namespace for good, whichever thread uses them; the caller's own thread never
    moves.
    """
    outcome: list[Any] = []
    failure: list[BaseException] = []

    ended = allocate_lock()

    def enter() -> None:
        try:
            _enter(path)
            outcome.append(function())
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread as it is
            failure.append(error)
        finally:
            ended.release()

    ended.acquire()
    start_new_thread(enter, ())
    ended.acquire()
    if failure:
        raise failure[0]
    result: Result = outcome[0]
    return result
