"""Domain names: wire form (RFC 1035, 4.1.4) and presentation form as BIND writes it.

A name as text is always absolute and ends in a dot; ``\\.`` and ``\\DDD`` escape what a master file would misread, so
such text holds printable ASCII only.
"""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums
from functools import lru_cache

from netscope.core.errors import BadQuery

_ESCAPES = [f"\\{byte:03d}" for byte in range(33)] + [chr(byte) for byte in range(33, 127)]
_ESCAPES += [f"\\{byte:03d}" for byte in range(127, 256)]
for _special in '"().;\\@$':
    _ESCAPES[ord(_special)] = "\\" + _special


class Malformed(ValueError):
    """Bytes that are no DNS message, or text that is no name."""


def read(data: bytes, offset: int, known: dict[int, bytes]) -> tuple[bytes, int]:
    """Return the uncompressed name at ``offset`` and the offset behind it; ``known`` remembers names by offset.

    A pointer may only lead backwards, behind which no loop hides. Raises Malformed.
    """
    wire, after, start, limit = bytearray(), 0, offset, offset
    try:
        while True:
            length = data[offset]
            if length < 64:
                end = offset + length + 1
                if end > len(data):
                    raise Malformed("a name ends in mid-label")
                wire += data[offset:end]
                offset = end
                if not length:
                    break
            elif length >= 192:
                after = after or offset + 2
                target = (length & 63) << 8 | data[offset + 1]
                if target >= limit:
                    raise Malformed("a compression pointer leads forward")
                if target in known:
                    wire += known[target]
                    break
                limit = offset = target
            else:
                raise Malformed("a label of unknown kind")
            if len(wire) > 255:
                break
    except IndexError:
        raise Malformed("a name ends too early") from None
    if len(wire) > 255:
        raise Malformed("a name of more than 255 octets")
    name = known[start] = bytes(wire)
    return name, after or offset


@lru_cache(maxsize=8192)
def text(wire: bytes) -> str:
    """Return an uncompressed name's presentation form."""
    if wire == b"\0":
        return "."
    pieces, offset = [], 0
    while wire[offset]:
        end = offset + wire[offset] + 1
        label = wire[offset + 1 : end]
        pieces.append(label.decode("ascii") if label.isalnum() else "".join([_ESCAPES[byte] for byte in label]))
        offset = end
    pieces.append("")
    return ".".join(pieces)


@lru_cache(maxsize=1024)
def pack(name: str) -> bytes:
    """Return the wire form of a name in presentation form, absolute or not. Raises Malformed."""
    wire = b"".join(bytes((len(label),)) + label for label in split(name)) + b"\0"
    if len(wire) > 255:
        raise Malformed("name too long (more than 255 octets)")
    return wire


def split(name: str) -> list[bytes]:
    """Return the labels of a name in presentation form, root excluded. Raises Malformed."""
    if name in ("", "."):
        return []
    labels, label, index = [], bytearray(), 0
    raw = name.encode("utf-8", "surrogateescape")
    while index < len(raw):
        byte = raw[index]
        index += 1
        if byte == 0x2E:
            labels.append(_checked(label))
            label = bytearray()
            continue
        if byte == 0x5C:
            byte, index = _unescape(raw, index)
        label.append(byte)
    if label:
        labels.append(_checked(label))
    return labels


def _unescape(raw: bytes, index: int) -> tuple[int, int]:
    digits = raw[index : index + 3]
    if digits[:1].isdigit():
        if len(digits) == 3 and digits.isdigit() and int(digits) < 256:
            return int(digits), index + 3
        raise Malformed("bad escape")
    if not digits:
        raise Malformed("bad escape")
    return digits[0], index + 1


def _checked(label: bytearray) -> bytes:
    if not label:
        raise Malformed("empty label")
    if len(label) > 63:
        raise Malformed("label too long (more than 63 octets)")
    return bytes(label)


def absolute(name: str) -> bool:
    """Tell whether a name as typed ends in a dot that is not escaped."""
    stripped = name[:-1]
    return name.endswith(".") and (len(stripped) - len(stripped.rstrip("\\"))) % 2 == 0


def dots(name: str) -> int:
    """Return how many dots separate labels in a name as typed, as resolv.conf(5)'s ndots counts."""
    return max(len(split(name)) - (0 if absolute(name) else 1), 0)


def parent(name: str) -> str:
    """Return the name above; the root's is the root."""
    wire = pack(name)
    return text(wire[wire[0] + 1 :]) if wire[0] else "."


def within(name: str, zone: str) -> bool:
    """Tell whether a name lies in a zone or is its apex."""
    labels, above = [label.lower() for label in split(name)], [label.lower() for label in split(zone)]
    return not above or labels[-len(above) :] == above


def reverse(address: str) -> str:
    """Return the name under in-addr.arpa or ip6.arpa of an address. Raises BadQuery when it is none."""
    try:
        if ":" in address:
            digits = socket.inet_pton(socket.AF_INET6, address.partition("%")[0]).hex()
            return ".".join(reversed(digits)) + ".ip6.arpa."
        return ".".join(reversed(_octets(address))) + ".in-addr.arpa."
    except (OSError, ValueError):
        raise BadQuery(f"{address!r} is no address", "", "-x takes an IPv4 or IPv6 address") from None


def _octets(address: str) -> list[str]:
    """Return the octets of an address or of its beginning (``-x 10.53`` asks for the network, as dig does)."""
    octets = address.split(".")
    if len(octets) > 4 or not all(octet.isascii() and octet.isdigit() and int(octet) < 256 for octet in octets):
        raise ValueError(address)
    return [str(int(octet)) for octet in octets]
