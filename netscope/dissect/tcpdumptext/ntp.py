"""NTP (RFC 5905, 9327)."""

from __future__ import annotations

import time

from netscope.dissect.tcpdumptext.text import U16, U32, Text, need, safe, take

_MODES = (
    "unspecified", "symmetric active", "symmetric passive", "Client", "Server", "Broadcast", "Control Message",
    "Reserved",
)  # fmt: skip
_LEAPS = {0: "", 0x40: "+1s", 0x80: "-1s", 0xC0: "clock unsynchronized"}
_STRATA = {0: "unspecified", 1: "primary reference"}
_DIGESTS = {52: 0, 68: 16, 72: 20}  # bytes of a packet with a key: of its digest (none, MD5, SHA-1)
_EPOCH = 2_208_988_800  # seconds from 1900 to 1970


def ntp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a packet."""
    text.protocol = "ntp"
    if length < 1:
        text.add("NTP [length 0]")
        text.invalid()
        return
    first = data[at]
    mode = first & 7
    text.add(f"NTPv{first >> 3 & 7}, {_MODES[mode]}, length {length}")
    if not text.style.verbose:
        return
    leap = first & 0xC0
    text.add(f"\n\tLeap indicator: {_LEAPS[leap]} ({leap})")
    if mode == 6:
        _control(text, data, at, length)
    elif mode != 7:
        _times(text, data, at, length)


def _short(data: bytes, at: int) -> str:
    number = U32(data, at)[0]
    return f"{number >> 16}.{(number & 0xFFFF) * 1_000_000 // 65_536:06d}"


def _times(text: Text, data: bytes, at: int, length: int) -> None:
    if length < 48:
        _invalid(text, data, at, length)
        return
    stratum = data[at + 1]
    name = _STRATA.get(stratum) or ("secondary reference" if stratum < 16 else "reserved")
    text.add(f", Stratum {stratum} ({name})")
    poll = data[at + 2]
    text.add(f", poll {poll} ({_power(poll)}s)")
    precision = data[at + 3]
    text.add(f", precision {precision - 256 if precision > 127 else precision}")
    text.add(f"\n\tRoot Delay: {_short(data, at + 4)}")
    text.add(f", Root dispersion: {_short(data, at + 8)}")
    reference = take(data, at + 12, 4)
    text.add(", Reference-ID: ")
    if stratum == 0:
        text.add("(unspec)")
    elif stratum == 1:
        text.add(safe(reference))
    else:
        text.add(f"0x{reference.hex()}")
    stamps = []
    for place, label in (
        (16, "\n\t  Reference Timestamp:  "), (24, "\n\t  Originator Timestamp: "),
        (32, "\n\t  Receive Timestamp:    "), (40, "\n\t  Transmit Timestamp:   "),
    ):  # fmt: skip
        stamp = U32(data, at + place)[0], U32(data, at + place + 4)[0]
        text.add(label + _stamp(*stamp))
        stamps.append(stamp)
    text.add("\n\t    Originator - Receive Timestamp:  " + _difference(stamps[1], stamps[2]))
    text.add("\n\t    Originator - Transmit Timestamp: " + _difference(stamps[1], stamps[3]))
    if length in _DIGESTS:
        text.add(f"\n\tKey id: {U32(data, at + 48)[0]}")
        if _DIGESTS[length]:
            text.add(f"\n\tAuthentication: {take(data, at + 52, _DIGESTS[length]).hex()}")
    elif length > 48:
        text.add(f"\n\t({length - 48} more bytes after the header)")


def _power(poll: int) -> str:
    signed = poll - 256 if poll > 127 else poll
    if signed > 0:
        return str(1 << (signed & 31))
    return f"1/{1 << (-signed & 31)}" if signed < 0 else "1"


def _stamp(seconds: int, fraction: int) -> str:
    shown = f"{seconds}.{_nanoseconds(fraction):09d}"
    if seconds:
        shown += time.strftime(" (%Y-%m-%dT%H:%M:%SZ)", time.gmtime(seconds - _EPOCH))
    return shown


def _nanoseconds(fraction: int) -> int:
    return fraction * 1_000_000_000 // 4_294_967_296


def _difference(before: tuple[int, int], after: tuple[int, int]) -> str:
    if not before[0] and not before[1]:
        return _stamp(*after)
    span = (after[0] << 32 | after[1]) - (before[0] << 32 | before[1])
    sign = "+" if span > 0 else "-"  # also before no difference at all
    seconds, fraction = divmod(abs(span), 1 << 32)
    return f"{sign}{seconds}.{_nanoseconds(fraction):09d}"


def _control(text: Text, data: bytes, at: int, length: int) -> None:
    if length < 12:
        _invalid(text, data, at, length)
        return
    bits = data[at + 1]
    text.add(
        f", {'Response' if bits & 0x80 else 'Request'}, {'Error' if bits & 0x40 else 'OK'}, "
        f"{'More' if bits & 0x20 else 'Last'}, OpCode={bits & 31}\n"
    )
    value = 0
    for place, name in enumerate(("\tSequence", ", Status", ", Assoc.", ", Offset", ", Count")):
        value = U16(data, at + 2 + 2 * place)[0]
        text.add(f"{name}=0x{value:x}" if place == 1 and value else f"{name}={value}")
    if 12 + value > length:
        _invalid(text, data, at, length)
    elif value:
        need(data, at + 12, value)
        text.add("\n\tTO-BE-DONE: data not interpreted")


def _invalid(text: Text, data: bytes, at: int, length: int) -> None:
    text.invalid()
    need(data, at, length)
