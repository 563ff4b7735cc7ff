"""The bytes of a packet below its line, as -x, -X and -A print them."""

from __future__ import annotations

_VISIBLE = "".join(chr(byte) if 0x20 < byte < 0x7F else "." for byte in range(256))
_KEPT = "".join(chr(byte) if 0x20 <= byte < 0x7F or byte in (9, 10) else "." for byte in range(256))


def hexadecimal(data: bytes, indent: str = "\n\t") -> str:
    """Return lines of eight pairs of bytes each."""
    return "".join(
        f"{indent}0x{offset:04x}:  {data[offset : offset + 16].hex(' ', -2)}" for offset in range(0, len(data), 16)
    )


def both(data: bytes, indent: str = "\n\t") -> str:
    """Return lines of eight pairs of bytes each, with the same in ASCII beside them."""
    text = data.decode("latin-1").translate(_VISIBLE)
    return "".join(
        f"{indent}0x{offset:04x}:  {data[offset : offset + 16].hex(' ', -2):<39}  {text[offset : offset + 16]}"
        for offset in range(0, len(data), 16)
    )


def ascii_text(data: bytes) -> str:
    """Return the bytes as text, line ends and tabs kept; what is not visible is a dot.

    A carriage return is left out before a line feed, and where tcpdump looks for one that is not there: as the last
    byte or the last but one.
    """
    body, tail = data[:-2], data[-2:]
    if body.endswith(b"\r") and tail.startswith(b"\n"):
        body = body[:-1]
    text = body.replace(b"\r\n", b"\n") + tail.replace(b"\r", b"")
    return "\n" + text.decode("latin-1").translate(_KEPT)


def dump(kind: str, data: bytes, header: int) -> str:
    """Return what is to be shown below a line; ``header`` bytes belong to the link layer."""
    shown = data if len(kind) == 2 else data[header:]
    if not shown:
        return ""
    if kind[0] == "x":
        return hexadecimal(shown)
    return both(shown) if kind[0] == "X" else ascii_text(shown)
