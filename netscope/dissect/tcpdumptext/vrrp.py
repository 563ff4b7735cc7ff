"""VRRP, versions 2 and 3 (RFC 3768, RFC 9568)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.names import checksum, ip4, ip6, named
from netscope.dissect.tcpdumptext.text import U16, Text, Truncated, need, safe, take

_AUTHENTICATIONS = {0: "none", 1: "simple", 2: "ah"}


def vrrp(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print an advertisement."""
    text.protocol = "vrrp"
    text.add("VRRP")
    need(data, at, 1)
    version, kind = data[at] >> 4, data[at] & 15
    text.add(f"v{version}, ")
    text.add("Advertisement" if kind == 1 else f"unknown type ({kind})")
    if around.hops != 255:
        text.add(f", (ttl {around.hops})")  # it came from beyond the link, which must not be
    if kind != 1 or version not in (2, 3):
        return
    need(data, at, 3)
    text.add(f", vrid {data[at + 1]}, prio {data[at + 2]}")
    if version == 2:
        kind = data[at + 4]
        text.add(f", authtype {named(_AUTHENTICATIONS, kind, '#%u')}")
        text.add(f", intvl {data[at + 5]}s, length {length}")
    else:
        text.add(f", intvl {U16(data, at + 4)[0] & 0xFFF}cs, length {length}")
    if text.style.verbose:
        _details(text, data, at, length, around, version)


def _details(text: Text, data: bytes, at: int, length: int, around: Around, version: int) -> None:
    if at + length <= len(data):
        head = around.pseudo(112, length) if version == 3 else b""
        if checksum(head, data[at : at + length]):
            text.add(f", (bad vrrp cksum {U16(data, at + 6)[0]:x})")
    count = data[at + 3]
    text.add(f", addrs({count}):" if count > 1 else ", addrs:")
    place, between = at + 8, " "
    for _ in range(count):
        address = take(data, place, 4 if around.version == 4 else 16)
        text.add(between + (ip4(address) if len(address) == 4 else ip6(address)))
        place += len(address)
        between = ","
    if version == 2 and data[at + 4] == 1:
        whole = data[place : place + 8]
        word, end, _ = whole.partition(b"\0")
        text.add(f' auth "{safe(word)}')
        if len(whole) < 8 and not end:
            raise Truncated
        text.add('"')
