"""Link layers without addresses of their own: loopback of BSD, Linux cooked captures, bare IP."""

from __future__ import annotations

from netscope.dissect.ethernet import dispatch
from netscope.dissect.numbers import ETHERTYPES
from netscope.dissect.spec import Spec, mac
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

# The numbers of address families differ between systems (AF_INET6 above all).
_FAMILIES = {2: "IP", 7: "OSI", 23: "IPX", 24: "IPv6", 28: "IPv6", 30: "IPv6"}
_IPV6 = (24, 28, 30, 10)
_FAMILY = Spec("null.family", "Family", "u32", names=_FAMILIES)
_KIND = Spec("sll.pkttype", "Packet type", "u16", names={
    0: "Unicast to us", 1: "Broadcast", 2: "Multicast", 3: "Unicast to another host", 4: "Sent by us"})  # fmt: skip
_KIND2 = Spec("sll.pkttype", "Packet type", "u8", names=_KIND.names)
_HARDWARE = Spec("sll.hatype", "Link-layer address type", "u16", names={
    1: "Ethernet", 512: "PPP", 772: "Loopback", 778: "GRE over IP", 768: "IPIP tunnel", 769: "IP6IP6 tunnel",
    0xFFFE: "None"})  # fmt: skip
_LENGTH = Spec("sll.halen", "Link-layer address length", "u16")
_LENGTH2 = Spec("sll.halen", "Link-layer address length", "u8")
_ETHER, _OTHER = Spec("sll.src.eth", "Source", "mac"), Spec("sll.src.other", "Source", "bytes")
_IP4 = Spec("sll.src.ipv4", "Source", "ip4")
_UNUSED = Spec("sll.unused", "Unused", "bytes")
_TYPE = Spec("sll.etype", "Protocol", "u16x", names=ETHERTYPES)
_LINUX_TYPE = Spec("sll.ltype", "Protocol", "u16x", names={1: "802.3 (IPX)", 4: "802.2 LLC"})
_INDEX = Spec("sll.ifindex", "Interface index", "u32")


def null(work: Work, start: int, end: int) -> None:
    """Dissect BSD's loopback header: an address family in the order of the host that captured."""
    work.need(start, 4, end)
    raw = work.data[start : start + 4]
    little = int.from_bytes(raw, "little")
    family = little if little <= 0xFFFF else int.from_bytes(raw, "big")
    _loopback(work, start, end, family)


def loop(work: Work, start: int, end: int) -> None:
    """Dissect OpenBSD's loopback header: the same, in network byte order."""
    work.need(start, 4, end)
    _loopback(work, start, end, int.from_bytes(work.data[start : start + 4], "big"))


def _loopback(work: Work, start: int, end: int, family: int) -> None:
    tree = work.tree("null", "Null/Loopback", start, end, length=4)
    tree.add(_FAMILY, start, 4, family)
    work.protocol = "Null/Loopback"
    _internet(work, start + 4, end, 4 if family == 2 else 6 if family in _IPV6 else 0)


_ADDRESS = Spec("chdlc.address", "Address", "u8x", names={0x0F: "Unicast", 0x8F: "Multicast"})
_CONTROL = Spec("chdlc.control", "Control", "u8x")
_CARRIED = Spec("chdlc.protocol", "Protocol", "u16x", names={
    0x0800: "IP", 0x2000: "Cisco Discovery Protocol", 0x4242: "Spanning Tree BPDU",
    0x6558: "Transparent Ethernet bridging", 0x8035: "SLARP", 0x8038: "DEC LanBridge", 0x809B: "Appletalk",
    0x80F3: "AARP", 0x8137: "Netware IPX/SPX", 0x86DD: "IPv6", 0x8847: "MPLS unicast", 0x8848: "MPLS multicast",
    0xFEFE: "OSI"})  # fmt: skip
_SLARP = 0x8035  # elsewhere that of RARP


def cisco(work: Work, start: int, end: int) -> None:
    """Dissect Cisco's HDLC, which tells what it carries by the numbers of Ethernet."""
    work.need(start, 4, end)
    tree = work.tree("chdlc", "Cisco HDLC", start, end, length=4)
    tree.add(_ADDRESS, start)
    tree.add(_CONTROL, start + 1)
    kind = tree.add(_CARRIED, start + 2)
    work.protocol, work.info = "CHDLC", _CARRIED.names.get(kind, "Unknown")
    if kind == _SLARP or not work.next("ethertype", kind, start + 4, end):
        work.rest(start + 4, end)


def raw(work: Work, start: int, end: int) -> None:
    """Dissect bare IP: the version tells which."""
    work.need(start, 1, end)
    work.add("raw", "Raw packet data", start, max(end - start, 0), [])
    work.protocol = "Raw"
    _internet(work, start, end, work.data[start] >> 4)


def _internet(work: Work, start: int, end: int, version: int) -> None:
    kind = {4: 0x0800, 6: 0x86DD}.get(version)
    if kind is None:
        work.info = work.info or "Unknown"
        work.rest(start, end)
    else:
        work.call(work.tables.by["ethertype"][kind], start, end)


def cooked(work: Work, start: int, end: int) -> None:
    """Dissect a cooked header (LINUX_SLL)."""
    work.need(start, 16, end)
    tree = work.tree("sll", "Linux cooked capture v1", start, end, length=16)
    work.protocol = "SLL"
    kind = tree.add(_KIND, start)
    work.info = _KIND.names.get(kind, "Unknown")
    tree.add(_HARDWARE, start + 2)
    length = tree.add(_LENGTH, start + 4)
    _sender(work, tree, length, start + 6)
    protocol = tree.uint(start + 14, 2)
    tree.add(_TYPE if protocol >= 0x600 else _LINUX_TYPE, start + 14)
    _protocol(work, protocol, start + 16, end)


def cooked2(work: Work, start: int, end: int) -> None:
    """Dissect a cooked header of the second kind (LINUX_SLL2)."""
    work.need(start, 20, end)
    tree = work.tree("sll", "Linux cooked capture v2", start, end, length=20)
    work.protocol = "SLL"
    protocol = tree.uint(start, 2)
    tree.add(_TYPE if protocol >= 0x600 else _LINUX_TYPE, start)
    tree.add(_INDEX, start + 4)
    tree.add(_HARDWARE, start + 8)
    kind = tree.add(_KIND2, start + 10)
    work.info = _KIND.names.get(kind, "Unknown")
    length = tree.add(_LENGTH2, start + 11)
    _sender(work, tree, length, start + 12)
    _protocol(work, protocol, start + 20, end)


def _sender(work: Work, tree: Tree, length: int, at: int) -> None:
    """Add the sender's address, which has eight bytes of room."""
    if length > 8:
        length = 8
    if length == 6:
        tree.add(_ETHER, at)
        work.source = mac(work.data[at : at + 6])
    elif length == 4:
        tree.add(_IP4, at)
    elif length:
        tree.add(_OTHER, at, length)
    if length < 8:
        tree.add(_UNUSED, at + length, 8 - length)


def _protocol(work: Work, protocol: int, start: int, end: int) -> None:
    if protocol >= 0x600:
        work.path.append("ethertype")
        dispatch(work, protocol, start, end)
    elif protocol == 4 and work.next("ethernet", 0, start, end):
        pass
    else:
        work.rest(start, end)
