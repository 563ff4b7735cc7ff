"""Giving privileges up once what needs them is open (capabilities(7))."""

from __future__ import annotations

import os
from collections.abc import Collection

CHOWN, DAC_OVERRIDE, FOWNER = 0, 1, 3  # what root needs to write into other users' directories
FILES = frozenset({CHOWN, DAC_OVERRIDE, FOWNER})
_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3: two sets of 32 bits each


def drop(keep: Collection[int] = ()) -> None:
    """Give up all capabilities but ``keep``, for good, on the calling thread and on those that it starts later.

    Raises OSError when the kernel refuses, which it has no reason to.
    """
    from ctypes import CDLL, byref, c_uint32, get_errno

    libc = CDLL(None, use_errno=True)
    header = (c_uint32 * 2)(_VERSION, 0)
    sets = (c_uint32 * 6)()  # effective, permitted, inheritable; the same again for the upper 32
    if libc.capget(byref(header), byref(sets)) == 0:
        for place, known in enumerate(sets):
            numbers = (number - (32 if place >= 3 else 0) for number in keep)
            mask = sum(1 << number for number in numbers if 0 <= number < 32)
            sets[place] = known & mask
        if libc.capset(byref(header), byref(sets)) == 0:
            return
    code = get_errno()
    raise OSError(code, os.strerror(code))
