"""AH and ESP (RFC 4302, 4303). Nothing is decrypted."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.ip import payload
from netscope.dissect.tcpdumptext.text import U16, U32, Text, need


def ah(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print an authentication header, and what follows it."""
    text.protocol = "ah"
    if at >= len(data):
        text.truncated()
        return
    following, size = data[at], (data[at + 1] + 2) * 4
    text.add("AH(")
    if text.style.verbose:
        text.add(f"length={data[at + 1]}({size}-bytes),")
    reserved = U16(data, at + 2)[0]
    if reserved:
        text.add(f"reserved[0x{reserved:04x}],")
    text.add(f"spi=0x{U32(data, at + 4)[0]:08x},")
    text.add(f"seq=0x{U32(data, at + 8)[0]:x},icv=0x")
    need(data, at, size)
    text.add(f"{data[at + 12 : at + size].hex()}): ")
    if size < 12:
        text.invalid()
        return
    payload(text, data, at + size, length - size, around, following)


def esp(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print what is not encrypted."""
    text.protocol = "esp"
    if at + 8 > len(data):
        text.truncated()
        return
    text.add(f"ESP(spi=0x{U32(data, at)[0]:08x},seq=0x{U32(data, at + 4)[0]:x}), length {length}")
