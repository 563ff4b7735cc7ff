"""The options of pcapng blocks (draft-ietf-opsawg-pcapng, 3.5): code, length, value padded to four bytes."""

from __future__ import annotations

from struct import Struct

from netscope.core.typed import Iterator, Sequence

END = 0
COMMENT = 1

IF_NAME, IF_DESCRIPTION, IF_TSRESOL, IF_FILTER, IF_FCSLEN, IF_TSOFFSET = 2, 3, 9, 11, 13, 14
SHB_HARDWARE, SHB_OS, SHB_USERAPPL = 2, 3, 4
EPB_FLAGS = 2
ISB_IFRECV, ISB_IFDROP, ISB_OSDROP = 4, 5, 7

_HEAD = {order: Struct(order + "HH") for order in "<>"}
_LONGEST = 65_532  # a value's length is 16 bits, and padded


def options(data: bytes, start: int, end: int, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield the options in ``data[start:end]``; what is cut short ends them."""
    head = _HEAD[order]
    while start + 4 <= end:
        code, length = head.unpack_from(data, start)
        start += 4
        if code == END or start + length > end:
            return
        yield code, data[start : start + length]
        start += length + (-length & 3)


def text(value: bytes) -> str:
    """Return an option's text; what is not UTF-8 is surrogate-escaped. Some writers end it with a zero."""
    return value.rstrip(b"\0").decode("utf-8", "surrogateescape")


def encoded(found: Sequence[tuple[int, bytes | str]], order: str) -> bytes:
    """Return the options as they stand in a block, the end included; nothing where there is none."""
    parts = []
    for code, value in found:
        raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        raw = raw[:_LONGEST]
        parts.append(_HEAD[order].pack(code, len(raw)) + raw + bytes(-len(raw) & 3))
    return b"".join(parts) + bytes(4) if parts else b""
