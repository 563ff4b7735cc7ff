"""The Ethernet configuration testing protocol (Loopback, Ethernet V2.0 chapter 8)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.names import mac
from netscope.dissect.tcpdumptext.text import Text, need, take


def loopback(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a message."""
    text.protocol = "loopback"
    text.add("Loopback")
    if length < 2:
        _invalid(text, data, at, length)
        return
    need(data, at, 2)
    skip = int.from_bytes(data[at : at + 2], "little")
    text.add(f", skipCount {skip}")
    if skip % 8:
        text.add(" (bogus)")
    if skip > length - 2:
        _invalid(text, data, at, length)
        return
    place = at + 2 + skip
    left = length - 2 - skip
    if left < 2:
        _invalid(text, data, at, length)
        return
    need(data, place, 2)
    function = int.from_bytes(data[place : place + 2], "little")
    names = {1: ("Reply", 2), 2: ("Forward Data", 6)}
    if function not in names:
        text.add(f",  invalid ({function})")
        need(data, at, length)
        return
    name, size = names[function]
    text.add(f", {name}")
    place += 2
    left -= 2
    if left < size:
        _invalid(text, data, at, length)
        return
    raw = take(data, place, size)
    if function == 1:
        text.add(f", receipt number {int.from_bytes(raw, 'little')}")
    else:
        text.add(f", forwarding address {mac(raw)}")
    text.add(f", data ({left - size} octets)")
    need(data, at, length)


def _invalid(text: Text, data: bytes, at: int, length: int) -> None:
    text.invalid()
    need(data, at, length)
