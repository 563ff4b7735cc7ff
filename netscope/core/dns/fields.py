"""The tokens that record data is written with."""

from __future__ import annotations


class Blob(str):
    """A base64 or hexadecimal token: dig breaks it into pieces, JSON does not."""

    __slots__ = ()


Token = str

_QUOTED = [f"\\{byte:03d}" for byte in range(32)] + [chr(byte) for byte in range(32, 127)]
_QUOTED += [f"\\{byte:03d}" for byte in range(127, 256)]
_QUOTED[ord('"')], _QUOTED[ord("\\")] = '\\"', "\\\\"


def quoted(raw: bytes) -> str:
    """Return a character string in quotes, everything but printable ASCII as \\DDD (RFC 1035, 5.1)."""
    return '"' + "".join([_QUOTED[byte] for byte in raw]) + '"'


def chunks(blob: str, width: int) -> list[str]:
    """Return a blob in pieces of ``width`` characters; 0 keeps it whole."""
    return [blob[start : start + width] for start in range(0, len(blob), width)] if width else [blob]
