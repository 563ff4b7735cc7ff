"""IPv6 (RFC 8200) and its extension headers."""

from __future__ import annotations

from netscope.dissect.tcpdumptext import names
from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.ip import payload
from netscope.dissect.tcpdumptext.text import U16, U32, Text, Truncated, need, take

_OWN_ADDRESSES = frozenset({6, 17, 132})
_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION, _MOBILITY = 0, 43, 44, 60, 135
_EXTENSIONS = frozenset({_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION})


def ip6(text: Text, data: bytes, at: int, length: int) -> None:
    """Print an IPv6 datagram."""
    text.protocol = "ip6"
    if at + 40 > len(data):
        text.truncated()
        return
    if length < 40:
        text.add(f"truncated-ip6 {length}")
        return
    if not text.style.link:
        text.add("IP6 ")
    flow = U32(data, at)[0]
    if flow >> 28 != 6:
        text.add(f"version error: {flow >> 28} != 6")
        return
    size, following, hops = U16(data, at + 4)[0], data[at + 6], data[at + 7]
    total = size + 40 if size or following else length  # a jumbogram's length stands in its options
    if total > length:
        text.add(f"truncated-ip6 - {total - length} bytes missing!")
    if text.style.verbose:
        traffic = f"class 0x{flow >> 20 & 0xFF:02x}, " if flow >> 20 & 0xFF else ""
        label = f"flowlabel 0x{flow & 0xFFFFF:05x}, " if flow & 0xFFFFF else ""
        name = names.PROTOCOLS.get(following, "unknown")
        text.add(f"({traffic}{label}hlim {hops}, next-header {name} ({following}) payload length: {size}) ")
    data = data[: at + total]
    source, destination = data[at + 8 : at + 24], data[at + 24 : at + 40]
    around = Around(6, source, destination, following, hops)
    _walk(text, data, at, total, around, size)


def inner(text: Text, data: bytes, at: int, length: int, _around: Around) -> None:
    """Print an IPv6 datagram within another."""
    ip6(text, data, at, length)


def _walk(text: Text, data: bytes, at: int, left: int, around: Around, size: int) -> None:
    """Print each header behind the first, and the payload; ``size`` is the length in the first."""
    begun = at
    following = around.protocol
    advance = 40
    while at < len(data):
        if left < advance:
            raise Truncated
        at += advance
        left -= advance
        if at == begun + 40 and following not in _OWN_ADDRESSES:
            text.add(f"{names.ip6(around.source)} > {names.ip6(around.destination)}: ")
        if following == _MOBILITY:
            text.add(f" ip-proto-{following} {left}")
            return
        if following not in _EXTENSIONS:
            payload(text, data, at, left, around, following)
            return
        advance = _extension(text, data, at, following, around, size, size + 40 - (at - begun))
        if not advance:
            return
        following = data[at]
        text.protocol = "ip6"


def _extension(text: Text, data: bytes, at: int, following: int, around: Around, size: int, rest: int) -> int:
    """Print an extension header; return its length, 0 when what is behind it is not printed.

    ``rest`` is how much of the datagram there is from this header on, by the length in the first one.
    """
    if following == _FRAGMENT:
        text.protocol = "frag6"
        around.fragmented = True
        length = _fragment(text, data, at, rest - 8)
        return length if at + length < len(data) else 0
    if following == _ROUTING:
        text.protocol = "rt6"
        return _routing(text, data, at, around)
    length, jumbo = _options(text, data, at, following, size)
    if following == _HOP_BY_HOP and length and not size and not jumbo:
        text.add("[No valid Jumbo Payload Hop-by-Hop option found]")
        text.invalid()
        return 0
    return length


def _options(text: Text, data: bytes, at: int, following: int, size: int) -> tuple[int, bool]:
    """Print a hop-by-hop or destination options header; return its length (0: it cannot be), and whether it makes this
    a jumbogram. tcpdump looks into the former in any case, into the latter with -v alone.
    """
    first = following == _HOP_BY_HOP
    name, text.protocol = ("HBH", "hbhopt") if first else ("DSTOPT", "dstopt")
    length = (data[at + 1] + 1) * 8
    need(data, at, length)
    text.add(f"{name} ")
    jumbo = False
    if first or text.style.verbose:
        shown, whole, jumbo = _each(data[at + 2 : at + length], first, size)
        if text.style.verbose or not whole:
            text.add("".join(shown) if text.style.verbose else "".join(shown[-1:]))
        if not whole:
            text.truncated()
            return 0, False
        if text.style.verbose:
            text.add(" ")
    return length, jumbo


def _each(options: bytes, first: bool, size: int) -> tuple[list[str], bool, bool]:
    """Return the text of each option, whether all could be read, and whether one gives the length of a jumbogram.

    Where one could not be read, the last text says what of it can be said.
    """
    shown: list[str] = []
    place, jumbo = 0, False
    while place < len(options):
        kind = options[place]
        length = 1 if kind == 0 else options[place + 1] + 2 if place + 1 < len(options) else len(options) + 1
        if place + length > len(options):
            return [*shown, ""], False, jumbo
        option = options[place : place + length]
        text = _option(kind, option)
        if kind == 194 and length == 6:
            value = U32(option, 2)[0]
            text, jumbo = _jumbo(value, first, size), jumbo or (value > 65_535 and not size)
        shown.append(text)
        if "invalid len" in text:
            return shown, False, jumbo
        place += length
    return shown, True, jumbo


def _jumbo(value: int, first: bool, size: int) -> str:
    if not first:
        return f"(jumbo: {value} - not a hop-by-hop option) "
    if size:
        return f"(jumbo: {value} - payload len != 0) "
    return f"(jumbo: {value}) "


def _option(kind: int, option: bytes) -> str:
    size = len(option)
    if kind == 0:
        return "(pad1)"
    if kind == 1:
        return "(padn)"
    if kind == 5:
        return f"(rtalert: 0x{U16(option, 2)[0]:04x}) " if size == 4 else f"(rtalert: invalid len {size - 2})"
    if kind == 194 and size != 6:
        return f"(jumbo: invalid len {size - 2})"
    if kind == 201:
        return f"(homeaddr: {names.ip6(option[2:18])})" if size >= 18 else f"(homeaddr: invalid len {size - 2})"
    return f"(opt_type 0x{kind:02x}: len={size - 2})"


def _fragment(text: Text, data: bytes, at: int, size: int) -> int:
    """Print a fragment header; return its length, 0 when it is not the first fragment."""
    offset = U16(data, at + 2)[0]
    place = offset & 0xFFF8
    if text.style.verbose:
        text.add(f"frag (0x{U32(data, at + 4)[0]:08x}:{place}|{size})")
    else:
        text.add(f"frag ({place}|{size})")
    if place:
        return 0
    text.add(" ")
    return 8


def _routing(text: Text, data: bytes, at: int, around: Around) -> int:
    """Print a routing header (RFC 8754 for segment routing); return its length, 0 when the rest is not printed."""
    text.add("RT6")
    size = data[at + 1]
    text.add(f" (len={size}")
    kind = data[at + 2]
    text.add(f", type={kind}{' [Deprecated]' if kind == 0 else ''}")
    text.add(f", segleft={data[at + 3]}")
    if kind in (0, 2):
        reserved = U32(data, at + 4)[0]
        if reserved or text.style.verbose:
            text.add(f", rsv=0x{reserved:x}")
        if size % 2:
            text.add(f" (invalid length {size})")
            text.invalid()
            return 0
        for place in range(size // 2):
            address = take(data, at + 8 + 16 * place, 16)
            text.add(f", [{place}]{names.ip6(address)}")
            around.destination = address
        text.add(") ")
        return size * 8 + 8
    if kind == 4:
        text.add(f", last-entry={data[at + 4]}")
        flags = data[at + 5]
        if flags or text.style.verbose:
            text.add(f", flags=0x{flags:0x}")
        text.add(f", tag={U16(data, at + 6)[0]:x}")
        for place in range(size // 2):
            text.add(f", [{place}]{names.ip6(take(data, at + 8 + 16 * place, 16))}")
        text.add(") ")
        return size * 8 + 8
    text.add(" (unknown type)")
    text.invalid()
    return 0
