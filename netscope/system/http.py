"""HTTP/1.1 answers, sans-io: when is one complete, and what is its body (RFC 9110, RFC 9112)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import NamedTuple

HEAD_LIMIT = 1 << 16


class Malformed(ValueError):
    """Bytes that are no HTTP answer."""


class Head(NamedTuple):
    """A status line and header fields (names in lower case, the first of a name counts), and where the body starts."""

    status: int
    headers: Mapping[str, str]
    body: int


def head(data: bytes | bytearray) -> Head | None:
    """Read the head of an answer, passing over interim ones (1xx); None while it is not complete."""
    start = 0
    while True:
        end = data.find(b"\r\n\r\n", start)
        if end < 0:
            if len(data) - start > HEAD_LIMIT or not b"HTTP/1.".startswith(bytes(data[start : start + 7])):
                raise Malformed("this is not HTTP")
            return None
        lines = data[start:end].decode("latin-1").split("\r\n")
        version, _space, rest = lines[0].partition(" ")
        code = rest[:3]
        if not version.startswith("HTTP/1.") or not (len(code) == 3 and code.isascii() and code.isdigit()):
            raise Malformed("this is not HTTP")
        start = end + 4
        if not code.startswith("1"):
            headers: dict[str, str] = {}
            for line in lines[1:]:
                name, _colon, value = line.partition(":")
                headers.setdefault(name.strip().lower(), value.strip())
            return Head(int(code), headers, start)


def body(found: Head, data: bytes) -> tuple[bytes, bool]:
    """Return the body as far as it has come, still content-coded, and whether it is complete.

    A body without a length ends with the connection: never complete here.
    """
    raw = data[found.body :]
    if found.status in (204, 304):
        return b"", True
    if "chunked" in found.headers.get("transfer-encoding", "").lower():
        return unchunk(raw)
    length = found.headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        size = int(length[:12])
        return raw[:size], len(raw) >= size
    return raw, False


def framed(found: Head) -> bool:
    """Tell whether the answer says where it ends (otherwise the end of the connection does)."""
    return found.status in (204, 304) or bool(found.headers.keys() & {"transfer-encoding", "content-length"})


def finished(found: Head, data: bytearray) -> bool:
    """Tell, cheaply, whether a framed answer may be complete: asked after every piece that comes."""
    if "chunked" in found.headers.get("transfer-encoding", "").lower():
        return data.endswith(b"\r\n\r\n") and body(found, bytes(data))[1]
    length = found.headers.get("content-length", "")
    return found.status in (204, 304) or (length.isdigit() and len(data) - found.body >= int(length[:12]))


def unchunk(raw: bytes) -> tuple[bytes, bool]:
    """Undo the chunked transfer coding; the flag tells whether the last chunk has come."""
    pieces: list[bytes] = []
    position = 0
    while True:
        end = raw.find(b"\r\n", position)
        if end < 0:
            return b"".join(pieces), False
        digits = raw[position:end].split(b";")[0].strip()
        try:
            size = int(digits, 16) if len(digits) <= 8 and digits.isalnum() else -1
        except ValueError:
            size = -1
        if size < 0:
            raise Malformed("a chunk without a size")
        if size == 0:
            return b"".join(pieces), raw.find(b"\r\n\r\n", end) == end or raw.endswith(b"\r\n\r\n")
        start = end + 2
        pieces.append(raw[start : start + size])
        position = start + size + 2
        if position > len(raw):
            return b"".join(pieces), False


def uncode(coded: bytes, coding: str, limit: int) -> bytes:
    """Undo a content coding (some servers compress unasked), giving no more than ``limit`` bytes."""
    if coding.lower() not in ("gzip", "x-gzip", "deflate"):
        return coded[:limit]
    try:
        return zlib.decompressobj(47).decompress(coded, limit)  # 47: zlib or gzip, whichever header it has
    except zlib.error as error:
        raise Malformed(f"its {coding} coding is damaged: {error}") from None
