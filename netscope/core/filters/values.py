"""What the values in a filter stand for: numbers with units, ranges, addresses and networks."""

from __future__ import annotations

import re
import socket
from typing import Any, NamedTuple

from netscope.core.record import Kind

_DECIMAL = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15, "e": 1e18}
_BINARY = {letter: 1024**power for power, letter in enumerate(("", "k", "m", "g", "t", "p", "e"))}
_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "": 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0,
    "h": 3600.0, "d": 86400.0, "w": 604800.0,
}  # fmt: skip
_NUMBER = re.compile(r"(-?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))\s*([a-zA-Zµ/]*)", re.ASCII)
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]{1,30}")


def number(text: str, kind: Kind) -> float | None:
    """Return the raw value that a written number stands for in a column of this kind; None when it is not one.

    Bytes take binary prefixes as they are shown (``10k``, ``1.5MiB``), bit rates decimal ones (``100Mb/s``), spans of
    time their units (``250ms``, ``1h30min``), plain numbers decimal prefixes or hexadecimal.
    """
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if kind == "seconds":
        return _span(text)
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    digits, unit = found[1], found[2].lower()
    factor: float | None
    if kind in ("bytes", "rate"):
        factor = _BINARY.get(re.sub(r"(i?b)?(/s)?$", "", unit))
    elif kind == "bitrate":
        factor = _DECIMAL.get(re.sub(r"(bit|b)?(/s|ps)?$", "", unit))
        factor = factor and factor / 8
    else:
        factor = _DECIMAL.get(unit)
    if factor is None:
        return None
    return int(digits) * factor if "." not in digits and factor == int(factor) else float(digits) * factor


def _span(text: str) -> float | None:
    total, position = 0.0, 0
    while position < len(text):
        found = _NUMBER.match(text, position)
        if not found or found[2] not in _SECONDS:
            return None
        total += float(found[1]) * _SECONDS[found[2]]
        position = found.end()
    return total if position else None


class Network(NamedTuple):
    """An address range: addresses are 128 bits wide, IPv4 being mapped into ``::ffff:0:0/96`` (RFC 4291)."""

    base: int
    shift: int
    family: int
    prefixed: bool

    def has(self, other: Network) -> bool:
        """Tell whether another range lies inside this one; an IPv4-mapped address lies inside IPv4 ranges too."""
        if self.family == 6 and other.family == 4:
            return False
        return other.shift <= self.shift and other.base >> self.shift == self.base >> self.shift


_MAPPED = 0xFFFF << 32


def network(text: Any) -> Network | None:
    """Return the range that ``10.0.0.0/8``, ``::1``, or ``[fe80::1%eth0]`` stands for; None for anything else.

    Bits behind the prefix are kept: ``10.1.2.3/8`` as an interface address is the address 10.1.2.3 in a network.
    """
    if not isinstance(text, str):
        return None
    address, slash, length = text.strip("[]").partition("/")
    address = address.partition("%")[0]
    bits = 128 if ":" in address else 32
    try:
        if bits == 128:
            base = int.from_bytes(socket.inet_pton(socket.AF_INET6, address), "big")
        else:
            base = int.from_bytes(socket.inet_pton(socket.AF_INET, address), "big") | _MAPPED
    except (OSError, ValueError):  # ValueError: an embedded NUL or a lone surrogate
        return None
    family = 6 if bits == 128 else 4
    if not slash:
        return Network(base, 0, family, False)
    if not (length.isascii() and length.isdigit() and len(length) <= 3 and int(length) <= bits):
        return None
    return Network(base, bits - int(length), family, True)
