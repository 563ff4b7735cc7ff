"""The errors that a user may see. Each says what failed, why, and what would mend it."""

from __future__ import annotations


class NetscopeError(Exception):
    """Anything that netscope reports instead of a traceback.

    Attributes:
        what: what could not be done, in a few words.
        why: the reason, as the system gave it.
        mend: what the user can do about it ("" when there is nothing).
        errno: the errno behind it, or 0.
        status: the process exit status (see ``netscope --help``).
    """

    status = 1

    def __init__(self, what: str, why: str = "", mend: str = "", errno: int = 0) -> None:
        super().__init__(what)
        self.errno = errno
        self.what = what
        self.why = why
        self.mend = mend

    def __str__(self) -> str:
        text = self.what
        if self.why:
            text += f": {self.why}"
        if self.mend:
            text += f" ({self.mend})"
        return text


class BadQuery(NetscopeError):
    """A command line, a filter or a name that cannot be understood (exit status 2)."""

    status = 2


class NeedsPrivilege(NetscopeError):
    """The kernel said EPERM or EACCES (exit status 3)."""

    status = 3


class Unavailable(NetscopeError):
    """This kernel or this host does not offer it (exit status 4)."""

    status = 4
