"""ICMP (RFC 792; RFC 1256 router discovery; RFC 4884 and 4950 extensions), with the packet that an error quotes."""

from __future__ import annotations

import struct

from netscope.core.typed import Any
from netscope.dissect import checksums
from netscope.dissect.context import Context
from netscope.dissect.model import BROKEN
from netscope.dissect.spec import Spec, named, span, when
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_TYPES = {
    0: "Echo (ping) reply", 3: "Destination unreachable", 4: "Source quench (flow control)", 5: "Redirect",
    6: "Alternate host address", 8: "Echo (ping) request", 9: "Router advertisement", 10: "Router solicitation",
    11: "Time-to-live exceeded", 12: "Parameter problem", 13: "Timestamp request", 14: "Timestamp reply",
    15: "Information request", 16: "Information reply", 17: "Address mask request", 18: "Address mask reply",
    1: "Reserved", 2: "Reserved", 19: "Reserved (for security)", 30: "Traceroute", 31: "Datagram Conversion Error",
    32: "Mobile Host Redirect", 33: "IPv6 Where-Are-You", 34: "IPv6 I-Am-Here", 35: "Mobile Registration Request",
    36: "Mobile Registration Reply", 37: "Domain Name Request", 38: "Domain Name Reply", 39: "SKIP", 40: "Photuris",
    41: "Experimental mobility protocols", 42: "Extended Echo request", 43: "Extended Echo reply",
}  # fmt: skip
_CODES: dict[int, dict[int, str]] = {
    3: {
        0: "Network unreachable", 1: "Host unreachable", 2: "Protocol unreachable", 3: "Port unreachable",
        4: "Fragmentation needed", 5: "Source route failed", 6: "Destination network unknown",
        7: "Destination host unknown", 8: "Source host isolated", 9: "Network administratively prohibited",
        10: "Host administratively prohibited", 11: "Network unreachable for TOS", 12: "Host unreachable for TOS",
        13: "Communication administratively filtered", 14: "Host precedence violation",
        15: "Precedence cutoff in effect",
    },
    5: {
        0: "Redirect for network", 1: "Redirect for host", 2: "Redirect for TOS and network",
        3: "Redirect for TOS and host",
    },
    11: {0: "Time to live exceeded in transit", 1: "Fragment reassembly time exceeded"},
    9: {0: "Normal router advertisement", 16: "Does not route common traffic"},
    12: {0: "Pointer indicates the error", 1: "Required option missing", 2: "Bad length"},
}  # fmt: skip
_TYPE = Spec("icmp.type", "Type", "u8", names=_TYPES)
_CODE = Spec("icmp.code", "Code", "u8")
_CHECKSUM, _STATUS = Spec("icmp.checksum", "Checksum", "u16x"), checksums.status_spec("icmp.checksum.status")
_BAD = named("icmp.checksum_bad")
_IDENT, _IDENT_LE = Spec("icmp.ident", "Identifier (BE)", "u16dx"), Spec("icmp.ident_le", "Identifier (LE)", "u16dx")
_SEQ, _SEQ_LE = Spec("icmp.seq", "Sequence Number (BE)", "u16dx"), Spec("icmp.seq_le", "Sequence Number (LE)", "u16dx")
_UNUSED = Spec("icmp.unused", "Unused", "bytes")
_LENGTH = Spec("icmp.length", "Length", "u8")
_ORIGINAL = Spec("icmp.length.original_datagram", "Length of original datagram", "u8")
_MTU = Spec("icmp.mtu", "MTU of next hop", "u16")
_GATEWAY = Spec("icmp.redir_gw", "Gateway Address", "ip4")
_POINTER = Spec("icmp.pointer", "Pointer", "u8")
_STAMPS = tuple(
    Spec(f"icmp.{name}_timestamp", f"{name.capitalize()} Timestamp", "u32")
    for name in ("originate", "receive", "transmit")
)
_MASK = Spec("icmp.address_mask", "Address Mask", "ip4")
_COUNT, _ENTRY = (
    Spec("icmp.num_addrs", "Number of addresses", "u8"),
    Spec("icmp.addr_entry_size", "Address entry size", "u8"),
)
_LIFETIME = Spec("icmp.lifetime", "Lifetime", "u16")
_ROUTER, _PREFERENCE = (
    Spec("icmp.router_address", "Router address", "ip4"),
    Spec("icmp.pref_level", "Preference level", "i32"),
)
_RESPONSE_IN = Spec("icmp.resp_in", "Response frame", "u32")
_RESPONSE_TO = Spec("icmp.resp_to", "Request frame", "u32")
_RESPONSE_TIME = Spec("icmp.resptime", "Response time", "str")
_SENT, _SENT_AGO = (
    Spec("icmp.data_time", "Timestamp from icmp data", "str"),
    Spec("icmp.data_time_relative", "Timestamp from icmp data (relative)", "span"),
)
_DAY = 86_400_000_000_000  # ns
_ERRORS = (3, 4, 5, 11, 12)
_LEAST_QUOTE = 128  # bytes of a packet before extensions


def icmp(work: Work, start: int, end: int) -> None:
    """Dissect a message."""
    work.need(start, 4, end)
    data = work.data
    kind, code = data[start], data[start + 1]
    word = _TYPES.get(kind, "Unknown ICMP (obsolete or malformed?)")
    meaning = _CODES.get(kind, {}).get(code, "")
    work.protocol = "ICMP"
    if kind == 9:
        word = "Mobile IP Advertisement"
    work.info = f"{word} ({meaning})" if meaning else word
    tree = work.tree("icmp", "Internet Control Message Protocol", start, end)
    tree.add(_TYPE, start, text=f"Type: {kind} ({word})")
    tree.add(_CODE, start + 1, text=f"Code: {code} ({meaning})" if meaning else None)
    should = None
    if end <= len(data) and not work.quoted:
        should = checksums.expected(data[start:end], 2)
        if should != tree.uint(start + 2, 2):
            work.trouble = work.trouble or "checksum"
    tree.items += checksums.fields(
        _CHECKSUM,
        _STATUS,
        tree.uint(start + 2, 2),
        should,
        start + 2,
        work.buffer,
        bad=_BAD,
        severity="Warning",
    )
    _body(work, tree, kind, code, start, end)


def _body(work: Work, tree: Tree, kind: int, code: int, start: int, end: int) -> None:
    if kind in (0, 8, 13, 14, 15, 16, 17, 18):
        _identified(tree, start)
        _echo_line(work, tree, kind, start)
        if kind in (13, 14):
            for index, spec in enumerate(_STAMPS):
                tree.add(spec, start + 8 + 4 * index, text=_midnight(spec, tree.uint(start + 8 + 4 * index, 4)))
        elif kind in (17, 18):
            tree.add(_MASK, start + 8)
        elif kind in (0, 8):
            _echo(work, tree, kind, start, end)
    elif kind in _ERRORS:
        _error(work, tree, kind, code, start, end)
    elif kind == 9:
        _advertisement(tree, start)
    elif start + 8 < end:
        work.rest(start + 8, end)


def _midnight(spec: Spec, value: int) -> str:
    seconds, rest = divmod(value, 1000)
    hours, minutes = divmod(seconds // 60, 60)
    clock = f"{hours} hours, {minutes} minutes, {seconds % 60}.{rest:03d} seconds"
    return f"{spec.label}: {value} ({clock} after midnight UTC)"


def _identified(tree: Tree, start: int) -> None:
    for at, big, little in ((start + 4, _IDENT, _IDENT_LE), (start + 6, _SEQ, _SEQ_LE)):
        value = tree.add(big, at)
        tree.add(little, at, 2, value >> 8 | (value & 255) << 8)


def _echo(work: Work, tree: Tree, kind: int, start: int, end: int) -> None:
    ident, sequence = tree.uint(start + 4, 2), tree.uint(start + 6, 2)
    answer = match(work, ("icmp", ident, sequence), kind == 8)
    if answer is not None:
        number, late = answer
        if kind == 8:
            tree.made(_RESPONSE_IN, number, start)
            work.info += f" (reply in {number})"
        else:
            tree.made(_RESPONSE_TO, number, start)
            tree.made(
                _RESPONSE_TIME,
                f"{late / 1e6:.3f}",
                start,
                text=f"Response time: {late / 1e6:.3f} ms",
                show=f"{late / 1e6:g}",
            )
            work.info += f" (request in {number})"
    if start + 8 < end:
        payload(work, tree, start + 8 + _sent(work, tree, start + 8, end), end)


def _sent(work: Work, tree: Tree, at: int, end: int) -> int:
    """Add the time at which ping sent it, where the data begins with one; return how many bytes that takes.

    As ping's own bytes do not tell how it writes it, it is one when it is no more than a day from the frame's time.
    """
    if end - at < 8 or at + 8 > len(work.data):
        return 0
    best = None
    for order in (">", "<"):
        seconds, micro = struct.unpack_from(f"{order}II", work.data, at)
        late = work.frame.time - seconds * 1_000_000_000 - micro * 1000
        if micro < 1_000_000 and abs(late) < _DAY and (best is None or abs(late) < abs(best[2])):
            best = seconds, micro, late
    if best is None:
        return 0
    seconds, micro, late = best
    moment = when(seconds, micro * 1000)
    tree.add(_SENT, at, 8, moment)
    tree.made(_SENT_AGO, late / 1e9, at, 8, show=span(late), text=f"{_SENT_AGO.label}: {span(late)} seconds")
    return 8


def _echo_line(work: Work, tree: Tree, kind: int, start: int) -> None:
    ident, sequence = tree.uint(start + 4, 2), tree.uint(start + 6, 2)
    little = sequence >> 8 | (sequence & 255) << 8
    space = "  " if kind in (0, 8) else " "
    work.info = f"{_TYPES[kind]}{space}id=0x{ident:04x}, seq={sequence}/{little}, ttl={_time_to_live(work)}"


def _time_to_live(work: Work) -> int:
    layer = next((layer for layer in reversed(work.layers[:-1]) if layer.name == "ip"), None)
    return layer.args[4][5] if layer is not None else 0


def match(work: Work, key: tuple[Any, ...], request: bool) -> tuple[int, int] | None:
    """Return the frame that answers a request, or that a reply answers, and the nanoseconds between; None for none."""
    if work.quoted:
        return None
    return pair_up(work.context, work.frame.number, work.frame.time, key, work.net, request)


def pair_up(
    context: Context, number: int, time: int, key: tuple[Any, ...], net: tuple[bytes, bytes], request: bool
) -> tuple[int, int] | None:
    """Return the same for a frame of which no more than this is known. ``net`` is where it comes from and goes to."""
    one, two = net
    ends = (*key, one, two) if request else (*key, two, one)
    if request:
        if number == context.last:
            context.asked.keep((*ends, 0), (number, time))
        return context.answered.get((*ends, number))
    found = context.answered.get((*ends, -number))
    if found is None and number == context.last:
        asked = context.asked.pop((*ends, 0), None)
        if asked is not None:
            found = context.answered.keep((*ends, -number), (asked[0], time - asked[1]))
            context.answered.keep((*ends, asked[0]), (number, time - asked[1]))
    return found


def payload(work: Work, tree: Tree, start: int, end: int) -> None:
    """Add bytes that mean nothing to anybody as data, below the message."""
    layers, work.layers = work.layers, []
    work.rest(start, end)
    inner, work.layers = work.layers, layers
    tree.items += [layer.field() for layer in inner]


def _error(work: Work, tree: Tree, kind: int, code: int, start: int, end: int) -> None:
    original = 0
    if kind == 5:
        tree.add(_GATEWAY, start + 4)
    elif kind == 12:
        tree.add(_POINTER, start + 4)
        if tree.uint(start + 5, 1):
            original = _original(tree, start)
            tree.add(_UNUSED, start + 6, 2)
        else:
            tree.add(_UNUSED, start + 5, 3)
    elif kind == 3 and code == 4:
        tree.add(_UNUSED, start + 4, 2)
        tree.add(_MTU, start + 6)
    elif kind in (3, 11) and tree.uint(start + 5, 1):
        tree.add(_UNUSED, start + 4, 1)
        original = _original(tree, start)
        tree.add(_UNUSED, start + 6, 2)
    elif kind != 4:
        tree.add(_UNUSED, start + 4, 4)
    if start + 8 >= end:
        return
    handle = work.tables.by["ethertype"][0x0800]
    stop = min(start + 8 + original, end) if original else end
    work.quote(tree, handle, start + 8, stop)
    # RFC 4884, 3 and 5.5: extensions begin behind 128 bytes, or behind as many as the length tells.
    # Some begin right behind a shorter quote. Where nothing tells, what is quoted may be all that there is.
    if not original and int.from_bytes(work.data[start + 10 : start + 12], "big") > _LEAST_QUOTE:
        return
    for place in (stop, start + 8 + 128) if original else (start + 8 + 128,):
        if place + 4 <= min(end, len(work.data)) and work.data[place] >> 4 == 2:
            from netscope.dissect.icmp_extensions import extensions

            try:
                extensions(tree, "icmp", place, end)
            except BROKEN as error:
                work.broken(error, "icmp")
            return


def _original(tree: Tree, start: int) -> int:
    length: int = tree.add(_LENGTH, start + 5)
    if length:
        tree.made(_ORIGINAL, length * 4, start + 5, 1)
    return length * 4


def _advertisement(tree: Tree, start: int) -> None:
    count = tree.add(_COUNT, start + 4)
    size = tree.add(_ENTRY, start + 5)
    tree.add(_LIFETIME, start + 6)
    if size != 2:
        return
    for index in range(count):
        tree.add(_ROUTER, start + 8 + 8 * index)
        tree.add(_PREFERENCE, start + 12 + 8 * index)
