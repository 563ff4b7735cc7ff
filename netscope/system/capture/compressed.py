"""gzip (RFC 1952) and zstd (RFC 8878), decompressed a bounded piece at a time: a small file may hold a huge one."""

from __future__ import annotations

import zlib

from netscope.core.errors import Unavailable
from netscope.core.typed import Any, Protocol

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = frozenset(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60))  # frames zstd starts with, too


class Damaged(Exception):
    """The compressed stream is not what it says it is."""


class Decompressor(Protocol):
    """One compressed stream, made of one or more members."""

    name: str

    @property
    def hungry(self) -> bool:
        """Whether it needs more input before it can give more output."""

    @property
    def whole(self) -> bool:
        """Whether the stream could end here."""

    def feed(self, data: bytes, most: int) -> bytes:
        """Take more input (none while it is not hungry) and return ``most`` bytes at most. Raises Damaged."""


def decompressor(head: bytes) -> Decompressor | None:
    """Return what decompresses a stream that begins like this; None where it is not compressed.

    Raises Unavailable for zstd where Python has no module for it.
    """
    if head.startswith(GZIP):
        return _Gzip()
    if head[:4] == ZSTD or head[:4] in _SKIPPABLE:
        return _Zstd()
    return None


class _Gzip:
    name = "gzip"

    def __init__(self) -> None:
        self._member: Any = zlib.decompressobj(31)
        self._left = b""
        self._damage = ""
        self.whole = False

    @property
    def hungry(self) -> bool:
        return not self._left and not self._damage

    def feed(self, data: bytes, most: int) -> bytes:
        if self._damage:
            raise Damaged(self._damage)
        data = self._left + data
        if self.whole:
            if not data.strip(b"\0"):  # gzip(1) lets tapes be padded
                self._left = b""
                return b""
            self._member, self.whole = zlib.decompressobj(31), False
        before = self._member.copy()
        try:
            out: bytes = self._member.decompress(data, most)
        except zlib.error as error:
            self._damage = str(error)
            return _salvaged(before, data)
        self._left = self._member.unconsumed_tail or self._member.unused_data
        self.whole = self._member.eof
        return out


def _salvaged(member: Any, data: bytes) -> bytes:
    """Return what comes out before the damage."""
    out = []
    try:
        for at in range(len(data)):
            out.append(member.decompress(data[at : at + 1]))  # noqa: PERF401 - what came before the error counts
    except zlib.error:
        pass  # here it is
    return b"".join(out)


class _Zstd:
    name = "zstd"

    def __init__(self) -> None:
        module = _zstd()
        self._new: Any = module.ZstdDecompressor
        self._error: Any = module.ZstdError
        self._member: Any = self._new()
        self._left = b""
        self.whole = False

    @property
    def hungry(self) -> bool:
        return not self._left and (self.whole or bool(self._member.needs_input))

    def feed(self, data: bytes, most: int) -> bytes:
        data = self._left + data
        if self.whole:
            if not data:
                return b""
            self._member, self.whole = self._new(), False
        try:
            out: bytes = self._member.decompress(data, most)
        except self._error as error:
            raise Damaged(str(error)) from error
        self._left = self._member.unused_data
        self.whole = self._member.eof
        return out


def _zstd() -> Any:
    from importlib import import_module

    for name in ("compression.zstd", "backports.zstd"):  # Python 3.14; the extra of ours
        try:
            return import_module(name)
        except ImportError:
            continue
    raise Unavailable(
        "zstd",
        "this Python has no module for it",
        "pip install 'netscope[zstd]', or unpack the file with zstd -d first",
    )
