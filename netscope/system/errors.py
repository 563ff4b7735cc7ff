"""What an OSError means to the user."""

from __future__ import annotations

import errno
import os

from netscope.core.errors import NeedsPrivilege, NetscopeError, Unavailable

_PRIVILEGE = frozenset({errno.EPERM, errno.EACCES})
_UNAVAILABLE = frozenset(
    {
        errno.ENOENT, errno.EOPNOTSUPP, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ENOSYS, errno.ENOPROTOOPT,
        errno.ESOCKTNOSUPPORT, errno.ENXIO, errno.ENODEV,
    }
)  # fmt: skip


def explain(error: OSError, what: str, mend: str = "") -> NetscopeError:
    """Return the NetscopeError of ``error``; ``what`` names what could not be done."""
    code = error.errno or 0
    why = os.strerror(code) if code else str(error)
    if code in _PRIVILEGE:
        return NeedsPrivilege(what, why, mend or "run with sudo", code)
    if code in _UNAVAILABLE:
        return Unavailable(what, why, mend, code)
    return NetscopeError(what, why, mend, code)
