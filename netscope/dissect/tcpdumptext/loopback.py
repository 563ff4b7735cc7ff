"""The Ethernet configuration testing protocol (Loopback, Ethernet V2.0 chapter 8)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.text import Text, need


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
    text.add(", " + {1: "Reply", 2: "Forward Data"}.get(function, f"unknown (0x{function:x})"))
    if function == 1 and left >= 4:
        text.add(f", receipt number {int.from_bytes(data[place + 2 : place + 4], 'little')}")
    elif function == 2 and left >= 8:
        from netscope.dissect.tcpdumptext.names import mac

        text.add(f", forwarding address {mac(data[place + 2 : place + 8])}")


def _invalid(text: Text, data: bytes, at: int, length: int) -> None:
    text.invalid()
    need(data, at, length)
