"""The Internet's checksum (RFC 1071), and what is said of one."""

from __future__ import annotations

from functools import lru_cache

from netscope.core.typed import Any
from netscope.dissect.model import Field
from netscope.dissect.spec import Spec
from netscope.dissect.tree import expert

_new: Any = tuple.__new__
BAD, GOOD, UNVERIFIED, ABSENT = 0, 1, 2, 3
STATUS = {BAD: "Bad", GOOD: "Good", UNVERIFIED: "Unverified", ABSENT: "Not present"}


def total(data: bytes) -> int:
    """Return the one's complement sum of all 16-bit words: that of a number is its remainder by 0xffff."""
    if len(data) & 1:
        data += b"\0"
    number = int.from_bytes(data, "big")
    return (number % 0xFFFF or 0xFFFF) if number else 0


def expected(data: bytes, at: int) -> int:
    """Return what the checksum at an offset of ``data`` should be."""
    return 0xFFFF - total(data[:at] + b"\0\0" + data[at + 2 :])


def pseudo(net: tuple[bytes, bytes], protocol: int, length: int) -> bytes:
    """Return the header that TCP and UDP sum up with theirs (RFC 793, 3.1; RFC 8200, 8.1)."""
    return net[0] + net[1] + length.to_bytes(4, "big") + protocol.to_bytes(4, "big")


def status_spec(name: str, label: str = "Checksum Status") -> Spec:
    """Return the field that says whether a checksum is right."""
    return Spec(name, label, "u8", line=lambda value: f"{label}: {STATUS[value]}")


@lru_cache(maxsize=256)
def _unverified(status: Spec, at: int, buffer: int) -> Field:
    return status.field(UNVERIFIED, at, 0, buffer, generated=True)


def fields(
    spec: Spec,
    status: Spec,
    value: int,
    should: int | None,
    at: int,
    buffer: int,
    *,
    bad: str,
    why: str = "unverified",
    severity: str = "Error",
) -> list[Field]:
    """Return a checksum and its status. ``should`` is what it ought to be, None where that was not worked out."""
    digits = f"{spec.label}: 0x{value:04x}"
    if should is None:
        show = f"0x{value:04x}"
        return [
            _new(Field, (spec.name, value, show, f"{digits} [{why}]", at, 2, 0, (), False, False, buffer)),
            _unverified(status, at, buffer),
        ]
    if should == value:
        return [
            spec.field(value, at, 2, buffer, text=f"{digits} [correct]"),
            status.field(GOOD, at, 0, buffer, generated=True),
        ]
    remark = expert(bad, f"Bad checksum [should be 0x{should:04x}]", severity, "Checksum", at, buffer)
    text = f"{digits} incorrect, should be 0x{should:04x}"
    return [
        spec.field(value, at, 2, buffer, text=text, children=(remark,)),
        status.field(BAD, at, 0, buffer, generated=True),
    ]
