"""ICMPv6 (RFC 4443); neighbour discovery and multicast listeners have modules of their own."""

from __future__ import annotations

from netscope.dissect import checksums
from netscope.dissect.icmp import match, payload
from netscope.dissect.spec import Spec, named
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_TYPES = {
    1: "Destination Unreachable", 2: "Packet Too Big", 3: "Time Exceeded", 4: "Parameter Problem",
    128: "Echo (ping) request", 129: "Echo (ping) reply", 130: "Multicast Listener Query",
    131: "Multicast Listener Report", 132: "Multicast Listener Done", 133: "Router Solicitation",
    134: "Router Advertisement", 135: "Neighbor Solicitation", 136: "Neighbor Advertisement", 137: "Redirect",
    138: "Router Renumbering", 139: "Node Information Query", 140: "Node Information Response",
    141: "Inverse Neighbor Discovery Solicitation Message", 142: "Inverse Neighbor Discovery Advertisement Message",
    143: "Multicast Listener Report Message v2", 160: "Extended Echo request", 161: "Extended Echo reply",
}  # fmt: skip
_CODES: dict[int, dict[int, str]] = {
    1: {
        0: "no route to destination", 1: "Administratively prohibited", 2: "Beyond scope of source address",
        3: "Address unreachable", 4: "Port unreachable", 5: "Source address failed ingress/egress policy",
        6: "Reject route to destination", 7: "Error in Source Routing Header",
    },
    3: {0: "hop limit exceeded in transit", 1: "fragment reassembly time exceeded"},
    4: {0: "erroneous header field encountered", 1: "unrecognized Next Header type encountered",
        2: "unrecognized IPv6 option encountered"},
}  # fmt: skip
_TYPE = Spec("icmpv6.type", "Type", "u8", names=_TYPES)
_CODE = Spec("icmpv6.code", "Code", "u8")
_CHECKSUM, _STATUS = Spec("icmpv6.checksum", "Checksum", "u16x"), checksums.status_spec("icmpv6.checksum.status")
_BAD = named("icmpv6.checksum_bad.expert")
_RESERVED = Spec("icmpv6.reserved", "Reserved", "bytes")
_LENGTH = Spec("icmpv6.length", "Length of original datagram", "u8")
_MTU, _POINTER = Spec("icmpv6.mtu", "MTU", "u32"), Spec("icmpv6.pointer", "Pointer", "u32")
_IDENT, _SEQ = (
    Spec("icmpv6.echo.identifier", "Identifier", "u16x"),
    Spec("icmpv6.echo.sequence_number", "Sequence", "u16"),
)
_RESPONSE_IN = Spec("icmpv6.resp_in", "Response In", "u32")
_RESPONSE_TO = Spec("icmpv6.resp_to", "Response To", "u32")
_RESPONSE_TIME = Spec("icmpv6.resptime", "Response Time", "str")


def icmpv6(work: Work, start: int, end: int) -> None:
    """Dissect a message."""
    work.need(start, 4, end)
    data = work.data
    kind, code = data[start], data[start + 1]
    word, meaning = _TYPES.get(kind, "Unknown"), _CODES.get(kind, {}).get(code, "")
    work.protocol = "ICMPv6"
    work.info = f"{word} ({meaning})" if meaning else word
    tree = work.tree("icmpv6", "Internet Control Message Protocol v6", start, end)
    tree.add(_TYPE, start)
    tree.add(_CODE, start + 1, text=f"Code: {code} ({meaning})" if meaning else None)
    should = None
    given = tree.uint(start + 2, 2)
    if end <= len(data) and not work.quoted and len(work.net[0]) == 16:
        head = checksums.pseudo(work.net, 58, end - start)
        should = checksums.expected(head + data[start:end], len(head) + 2)
        if should != given:
            work.trouble = work.trouble or "checksum"
    tree.items += checksums.fields(
        _CHECKSUM, _STATUS, given, should, start + 2, work.buffer, bad=_BAD, severity="Warning"
    )
    _body(work, tree, kind, start, end)


def _body(work: Work, tree: Tree, kind: int, start: int, end: int) -> None:
    if kind in (128, 129):
        _echo(work, tree, kind, start, end)
    elif kind in (1, 2, 3, 4):
        _error(work, tree, kind, start, end)
    elif 133 <= kind <= 137:
        from netscope.dissect.ndp import discovery

        discovery(work, tree, kind, start, end)
    elif kind in (130, 131, 132, 143):
        from netscope.dissect.mld import listener

        listener(work, tree, kind, start, end)
    elif start + 4 < end:
        payload(work, tree, start + 4, end)


def _echo(work: Work, tree: Tree, kind: int, start: int, end: int) -> None:
    ident = tree.add(_IDENT, start + 4)
    sequence = tree.add(_SEQ, start + 6)
    request = kind == 128
    layer = next((layer for layer in reversed(work.layers) if layer.name == "ipv6"), None)
    limit = layer.args[3][3] if layer is not None else 0
    work.info = f"{_TYPES[kind]} id=0x{ident:04x}, seq={sequence}, hop limit={limit}"
    answer = match(work, ("icmpv6", ident, sequence), request)
    if answer is not None:
        number, late = answer
        tree.made(_RESPONSE_IN if request else _RESPONSE_TO, number, start)
        if not request:
            tree.made(
                _RESPONSE_TIME,
                f"{late / 1e6:.3f}",
                start,
                text=f"Response Time: {late / 1e6:.3f} ms",
                show=f"{late / 1e6:g}",
            )
        work.info += f" (reply in {number})" if request else f" (request in {number})"
    if start + 8 < end:
        payload(work, tree, start + 8, end)


def _error(work: Work, tree: Tree, kind: int, start: int, end: int) -> None:
    length = 0
    if kind == 2:
        tree.add(_MTU, start + 4)
    elif kind == 4:
        tree.add(_POINTER, start + 4)
    else:
        length = tree.uint(start + 4, 1) * 8
        if length:
            tree.add(_LENGTH, start + 4)
            tree.add(_RESERVED, start + 5, 3)
        else:
            tree.add(_RESERVED, start + 4, 4)
    if start + 8 >= end:
        return
    stop = min(start + 8 + length, end) if length else end
    work.quote(tree, work.tables.by["ethertype"][0x86DD], start + 8, stop)
    place = stop if length else start + 8 + 128
    if place + 4 <= min(end, len(work.data)) and work.data[place] >> 4 == 2 and (length or place + 4 <= stop):
        from netscope.dissect.icmp_extensions import extensions

        if length:
            extensions(tree, "icmpv6", place, end)
