"""AH and ESP (RFC 4302, 4303), also in UDP. Nothing is decrypted."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.ip import payload
from netscope.dissect.tcpdumptext.text import U16, U32, Text, need, take


def ah(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print an authentication header, and what follows it."""
    text.protocol = "ah"
    text.add("AH")
    following, size = data[at], (data[at + 1] + 2) * 4
    text.add("(")
    if text.style.verbose:
        text.add(f"length={data[at + 1]}({size}-bytes),")
    reserved = U16(data, at + 2)[0]
    if reserved:
        text.add(f"reserved=0x{reserved:x}[MustBeZero],")
    text.add(f"spi=0x{U32(data, at + 4)[0]:08x},")
    text.add(f"seq=0x{U32(data, at + 8)[0]:x},icv=0x")
    text.add(data[at + 12 : at + size].hex())
    need(data, at, size)
    text.add("): ")
    payload(text, data, at + size, length - size, around, following)


def esp(text: Text, data: bytes, at: int, length: int, _around: Around) -> None:
    """Print what is not encrypted."""
    _sealed(text, data, at, length)


def _sealed(text: Text, data: bytes, at: int, length: int) -> None:
    text.protocol = "esp"
    if at + 9 > len(data):  # a byte of what is encrypted, too
        text.truncated()
        return
    text.add(f"ESP(spi=0x{U32(data, at)[0]:08x},seq=0x{U32(data, at + 4)[0]:x}), length {length}")


def encapsulated(text: Text, data: bytes, at: int, length: int) -> None:
    """Print what comes to the port of NAT traversal (RFC 3948): ESP, or what keeps the translation alive."""
    text.protocol = "isakmp_rfc3948"
    if length == 1 and data[at] == 0xFF:
        text.add("isakmp-nat-keep-alive")
    elif length < 4:
        text.truncated()
    elif any(take(data, at, 4)):
        text.add("UDP-encap: ")
        _sealed(text, data, at, length)
    else:
        exchange(text, data, at, length)


def exchange(text: Text, _data: bytes, _at: int, length: int) -> None:
    """Print IKE as what it comes in: what is in it is not told."""
    text.add(f"UDP, length {length}")
