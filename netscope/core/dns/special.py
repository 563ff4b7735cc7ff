"""Readers of the record fields that only one type has."""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums
import struct
from base64 import b64encode

from netscope.core.dns import names
from netscope.core.dns.fields import Token, quoted
from netscope.core.dns.names import Malformed
from netscope.core.typed import Callable

Read = tuple[list[Token], int]


def _take(data: bytes, offset: int, size: int) -> bytes:
    if offset + size > len(data):
        raise Malformed("record data ends too early")
    return data[offset : offset + size]


def _nsap(data: bytes, offset: int) -> Read:
    return ["0x" + data[offset:].hex()], len(data)


def _eui(size: int) -> Callable[[bytes, int], Read]:
    def read(data: bytes, offset: int) -> Read:
        return [_take(data, offset, size).hex("-")], offset + size

    return read


def _locator(data: bytes, offset: int) -> Read:
    groups = struct.unpack("!4H", _take(data, offset, 8))
    return [":".join(f"{group:x}" for group in groups)], offset + 8


def _wks(data: bytes, offset: int) -> Read:
    """WKS (RFC 1035, 3.4.2): address, protocol, one bit a port."""
    found: list[Token] = [socket.inet_ntop(socket.AF_INET, _take(data, offset, 4)), str(data[offset + 4])]
    bits = data[offset + 5 :]
    found += [str(n << 3 | bit) for n, octet in enumerate(bits) for bit in range(8) if octet << bit & 128]
    return found, len(data)


def _apl(data: bytes, offset: int) -> Read:
    """APL (RFC 3123): [!]family:address/prefix."""
    found: list[Token] = []
    while offset < len(data):
        family, prefix, length = struct.unpack_from("!HBB", data, offset)
        size = {1: 4, 2: 16}.get(family)
        address = _take(data, offset + 4, length & 127)
        if size is None or len(address) > size or prefix > size * 8:
            raise Malformed("a bad address prefix")
        kind = socket.AF_INET if family == 1 else socket.AF_INET6
        negated = "!" if length & 128 else ""
        found.append(f"{negated}{family}:{socket.inet_ntop(kind, address.ljust(size, bytes(1)))}/{prefix}")
        offset += 4 + len(address)
    return found, offset


def _gateway(kind: int, data: bytes, offset: int) -> tuple[str, int]:
    """Return the gateway of IPSECKEY and AMTRELAY (RFC 4025, 2.5; RFC 8777, 4.2.4)."""
    if kind == 0:
        return ".", offset
    if kind == 1:
        return socket.inet_ntop(socket.AF_INET, _take(data, offset, 4)), offset + 4
    if kind == 2:
        return socket.inet_ntop(socket.AF_INET6, _take(data, offset, 16)), offset + 16
    if kind == 3:
        wire, end = names.read(data, offset, {})
        return names.text(wire), end
    raise Malformed("a gateway of unknown kind")


def _ipsec(data: bytes, offset: int) -> Read:
    kind, algorithm = _take(data, offset, 2)
    gateway, end = _gateway(kind, data, offset + 2)
    return [str(kind), str(algorithm), gateway], end


def _relay(data: bytes, offset: int) -> Read:
    kind = data[offset] & 127
    relay, end = _gateway(kind, data, offset + 1)
    return [str(data[offset] >> 7), str(kind), relay], end


def _hip(data: bytes, offset: int) -> Read:
    """HIP (RFC 8005, 5): algorithm, host identity tag, public key, rendezvous servers."""
    length, algorithm, size = struct.unpack_from("!BBH", data, offset)
    tag = _take(data, offset + 4, length)
    key = _take(data, offset + 4 + length, size)
    found: list[Token] = [str(algorithm), tag.hex().upper(), b64encode(key).decode("ascii")]
    offset += 4 + length + size
    while offset < len(data):
        wire, offset = names.read(data, offset, {})
        found.append(names.text(wire))
    return found, offset


def _loc(data: bytes, offset: int) -> Read:
    """LOC (RFC 1876)."""
    version, size, horizontal, vertical, latitude, longitude, altitude = struct.unpack_from("!BBBBIII", data, offset)
    if version:
        raise Malformed("LOC of unknown version")
    centimetres = altitude - 10_000_000
    sign = "-" if centimetres < 0 else ""
    return [
        *_degrees(latitude, "N", "S"),
        *_degrees(longitude, "E", "W"),
        f"{sign}{abs(centimetres) // 100}.{abs(centimetres) % 100:02d}m",
        *(_precision(octet) for octet in (size, horizontal, vertical)),
    ], offset + 16


def _degrees(value: int, positive: str, negative: str) -> list[str]:
    side = positive if value >= 1 << 31 else negative
    thousandths = abs(value - (1 << 31))
    minutes, rest = divmod(thousandths, 60_000)
    return [str(minutes // 60), str(minutes % 60), f"{rest // 1000}.{rest % 1000:03d}", side]


def _precision(octet: int) -> str:
    mantissa, exponent = octet >> 4, octet & 15
    if mantissa > 9 or exponent > 9:
        raise Malformed("a bad LOC precision")
    if exponent >= 2:
        return f"{mantissa * 10 ** (exponent - 2)}m"
    return f"0.{mantissa * 10 if exponent else mantissa:02d}m"


_PARAMETERS = ("mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath")


def _parameters(data: bytes, offset: int) -> Read:
    """SVCB parameters (RFC 9460, 2.1), keys ascending."""
    found: list[Token] = []
    last = -1
    while offset < len(data):
        key, length = struct.unpack_from("!HH", data, offset)
        value = _take(data, offset + 4, length)
        if key <= last:
            raise Malformed("service parameters out of order")
        last, offset = key, offset + 4 + length
        found.append(_parameter(key, value))
    return found, offset


def _parameter(key: int, value: bytes) -> str:
    name = parameter_name(key)
    if key == 0:
        return f"{name}=" + ",".join(
            parameter_name(int.from_bytes(value[n : n + 2], "big")) for n in range(0, len(value), 2)
        )
    if key == 1:
        return f"{name}={_alpn(value)}"
    if key == 3:
        return f"{name}={int.from_bytes(_take(value, 0, 2), 'big')}"
    if key in (4, 6):
        family, size = (socket.AF_INET, 4) if key == 4 else (socket.AF_INET6, 16)
        return f"{name}=" + ",".join(socket.inet_ntop(family, value[n : n + size]) for n in range(0, len(value), size))
    if key == 5:
        return f"{name}={b64encode(value).decode('ascii')}"
    return f"{name}={quoted(value)}" if value else name


def _alpn(value: bytes) -> str:
    ids, offset = [], 0
    while offset < len(value):
        word = _take(value, offset + 1, value[offset])
        # A comma inside an id is escaped twice: once for the list, once for the string (RFC 9460, A.1).
        ids.append(word.replace(b"\\", b"\\\\").replace(b",", b"\\,"))
        offset += 1 + len(word)
    return quoted(b",".join(ids))


def parameter_name(key: int) -> str:
    """Return the name of a service parameter key."""
    return _PARAMETERS[key] if key < len(_PARAMETERS) else f"key{key}"


READERS: dict[str, Callable[[bytes, int], Read]] = {
    "nsap": _nsap, "eui48": _eui(6), "eui64": _eui(8), "locator": _locator, "wks": _wks, "apl": _apl,
    "gateway": _ipsec, "relay": _relay, "hip": _hip, "loc": _loc, "parameters": _parameters,
}  # fmt: skip
