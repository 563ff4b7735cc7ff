"""The headers of IPsec: authentication (RFC 4302) and encapsulation (RFC 4303), whose payload stays closed."""

from __future__ import annotations

from netscope.dissect.ipv6 import extend
from netscope.dissect.numbers import PROTOCOLS
from netscope.dissect.spec import Spec
from netscope.dissect.work import Work

_NEXT = Spec("ah.next_header", "Next header", "u8", names=PROTOCOLS)
_LENGTH = Spec("ah.length", "Length", "u8", line=lambda v: f"Length: {v} ({(v + 2) * 4} bytes)")
_RESERVED = Spec("ah.reserved", "Reserved", "bytes")
_SPI, _SEQUENCE = Spec("ah.spi", "AH SPI", "u32x"), Spec("ah.sequence", "AH Sequence", "u32")
_ICV = Spec("ah.icv", "AH ICV", "bytes")
_ESP_SPI, _ESP_SEQUENCE = Spec("esp.spi", "ESP SPI", "u32xd"), Spec("esp.sequence", "ESP Sequence", "u32")


def authentication(work: Work, start: int, end: int) -> None:
    """Dissect an authentication header, and what it vouches for."""
    work.need(start, 12, end)
    size = (work.data[start + 1] + 2) * 4
    work.protocol = "AH"
    tree = work.tree("ah", "Authentication Header", start, end, length=min(max(size, 12), end - start))
    following = tree.add(_NEXT, start)
    tree.add(_LENGTH, start + 1)
    tree.add(_RESERVED, start + 2, 2)
    spi = tree.add(_SPI, start + 4)
    tree.add(_SEQUENCE, start + 8)
    tree.need(start, max(size, 12))
    if size > 12:
        tree.add(_ICV, start + 12, size - 12)
    work.info = f"AH (SPI=0x{spi:08x})"
    at = start + max(size, 12)
    if len(work.net[0]) == 16:
        extend(work, at)
    if not (work.next("ipv6.nxt", following, at, end) or work.next("ip.proto", following, at, end)):
        work.rest(at, end)


def encapsulation(work: Work, start: int, end: int) -> None:
    """Dissect what an encapsulated packet shows of itself."""
    work.need(start, 8, end)
    work.protocol = "ESP"
    tree = work.tree("esp", "Encapsulating Security Payload", start, end)
    spi = tree.add(_ESP_SPI, start)
    tree.add(_ESP_SEQUENCE, start + 4)
    work.info = f"ESP (SPI=0x{spi:08x})"
