"""The options of pcapng blocks (draft-ietf-opsawg-pcapng, 3.5): code, length, value padded to four bytes."""

from __future__ import annotations

from struct import Struct

from netscope.core.frame import Options
from netscope.core.typed import Iterator, Mapping, Sequence

END = 0
COMMENT = 1
CUSTOM_TEXT, CUSTOM_BYTES = 2988, 2989  # those that may be copied

IF_NAME, IF_DESCRIPTION, IF_TSRESOL, IF_FILTER, IF_FCSLEN, IF_TSOFFSET = 2, 3, 9, 11, 13, 14
SHB_HARDWARE, SHB_OS, SHB_USERAPPL = 2, 3, 4
EPB_FLAGS, EPB_DROPCOUNT = 2, 4
ISB_STARTTIME, ISB_ENDTIME, ISB_IFRECV, ISB_IFDROP, ISB_FILTERACCEPT, ISB_OSDROP, ISB_USRDELIV = range(2, 9)

# Options that are kept as they are, and what they hold: bytes ("", text as well), or one number in the section's order.
_CUSTOM = {CUSTOM_TEXT: "I", CUSTOM_BYTES: "I"}  # the enterprise's, and what it alone understands
# IPv4, IPv6, MAC and EUI addresses, speed, time zone, operating system, hardware, speeds out and in, time zone's name
INTERFACE_KEPT = {4: "", 5: "", 6: "", 7: "", 8: "Q", 10: "I", 12: "", 15: "", 16: "Q", 17: "Q", 18: "", **_CUSTOM}
# flags, hash, drops before it, number, queue, verdict
PACKET_KEPT = {EPB_FLAGS: "I", 3: "", EPB_DROPCOUNT: "Q", 5: "Q", 6: "I", 7: "", **_CUSTOM}
NAMES_KEPT = {2: "", 3: "", 4: "", **_CUSTOM}  # the name server's name, IPv4 and IPv6 address

_HEAD = {order: Struct(order + "HH") for order in "<>"}
_SIZES = {"I": 4, "Q": 8}
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


def kept(code: int, value: bytes, forms: Mapping[int, str], order: str) -> Options:
    """Return an option in the order of :data:`netscope.core.frame.Options`; nothing where it is none of ``forms``."""
    form = forms.get(code)
    if form is None or (form and len(value) != _SIZES[form] and (code not in _CUSTOM or len(value) < _SIZES[form])):
        return ()
    return ((code, _turned(value, form, order)),)


def restored(found: Options, forms: Mapping[int, str], order: str) -> list[tuple[int, bytes | str]]:
    """Return options that were kept as they are to be written."""
    return [(code, _turned(value, forms.get(code, ""), order)) for code, value in found]


def _turned(value: bytes, form: str, order: str) -> bytes:
    if not form or order == "<":
        return value
    size = _SIZES[form]
    return value[:size][::-1] + value[size:]


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
