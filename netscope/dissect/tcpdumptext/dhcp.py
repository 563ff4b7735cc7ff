"""BOOTP and DHCP (RFC 951, 2131, 2132): one line, with -v every field and option."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.dhcp_options import option
from netscope.dissect.tcpdumptext.names import ip4, mac
from netscope.dissect.tcpdumptext.text import U16, U32, Text, Truncated, need, safe, take

_FIXED = 236
_COOKIE = b"\x63\x82\x53\x63"
_OPERATIONS = {1: "Request", 2: "Reply"}


def dhcp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a message."""
    text.protocol = "bootp"
    operation = data[at]
    text.add(f"BOOTP/DHCP, {_OPERATIONS.get(operation) or f'unknown (0x{operation:02x})'}")
    need(data, at, 4)
    if data[at + 1] == 1 and data[at + 2] == 6 and operation == 1:
        text.add(f" from {mac(take(data, at + 28, 6))}")
    elif at + 4 >= len(data) or length < 8:
        raise Truncated
    text.add(f", length {length}")
    if not text.style.verbose:
        return
    _numbers(text, data, at)
    for place, name in ((12, "Client"), (16, "Your"), (20, "Server"), (24, "Gateway")):
        address = take(data, at + place, 4)
        if any(address):
            text.add(f"\n\t  {name}-IP {ip4(address)}")
    if data[at + 1] == 1 and data[at + 2] == 6:
        text.add(f"\n\t  Client-Ethernet-Address {mac(take(data, at + 28, 6))}")
    for place, size, name in ((44, 64, "sname"), (108, 128, "file")):
        need(data, at + place, 1)
        raw = data[at + place : at + place + size]
        if raw[0]:
            text.add(f'\n\t  {name} "{safe(raw.split(bytes(1))[0])}"')
            if b"\0" not in raw and len(raw) < size:
                raise Truncated
    _options(text, data, at + _FIXED, at + length)


def _numbers(text: Text, data: bytes, at: int) -> None:
    """Print what stands before the addresses, where it is not what it usually is."""
    need(data, at, 10)
    kind, size, hops = data[at + 1 : at + 4]
    if kind != 1:
        text.add(f", htype {kind}")
    if kind != 1 or size != 6:
        text.add(f", hlen {size}")
    if hops:
        text.add(f", hops {hops}")
    ident = U32(data, at + 4)[0]
    if ident:
        text.add(f", xid 0x{ident:x}")
    seconds = U16(data, at + 8)[0]
    if seconds:
        text.add(f", secs {seconds}")
    flags = U16(data, at + 10)[0]
    text.add(f", Flags [{'Broadcast' if flags & 0x8000 else 'none'}]")
    if text.style.verbose > 1:
        text.add(f" (0x{flags:04x})")


def _options(text: Text, data: bytes, at: int, end: int) -> None:
    need(data, at, 4)
    cookie = data[at : at + 4]
    if cookie != _COOKIE:
        number = U32(data, at)[0]
        if number:
            text.add(f"\n\t  Vendor-#0x{number:08x}")
        return
    text.add("\n\t  Vendor-rfc1048 Extensions\n\t    Magic Cookie 0x63825363")
    place = at + 4
    while place < min(len(data), end):
        code = data[place]
        if code == 0 and text.style.verbose < 3:
            place += 1
            continue
        if code in (0, 255):
            if text.style.verbose > 2:
                place = _fillers(text, data, place, min(len(data), end))
            if code:
                if text.style.verbose > 2 and data[place : place + 1] == b"\0" and place < end:
                    _fillers(text, data, place, min(len(data), end))
                break
            continue
        need(data, place, 2)
        size = data[place + 1]
        text.add(option(code, size, data[place + 2 : place + 2 + size]))
        if place + 2 + size > len(data):
            text.truncated()
            return
        place += 2 + size


def _fillers(text: Text, data: bytes, place: int, end: int) -> int:
    """Print the end mark, or how many bytes of padding there are; return where they end."""
    code, begun = data[place], place
    place += 1
    while code == 0 and place < end and data[place] == 0:
        place += 1
    text.add(f"\n\t    {'PAD' if code == 0 else 'END'} ({code}), length 0")
    if place - begun > 1:
        text.add(f", occurs {place - begun}")
    return place
