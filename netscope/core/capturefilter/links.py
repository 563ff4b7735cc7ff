"""Which protocol a link-layer header says that it carries: the test of it, for each link type."""

from __future__ import annotations

from netscope.core.capturefilter import wifi
from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Fragment, Stmt, both, constant, decide, either, negated
from netscope.core.capturefilter.opcodes import JEQ, JSET, LD, LDX, MEM, B, H, W, X
from netscope.core.capturefilter.state import (
    ETHERNET,
    HDLC,
    IPV4,
    IPV6,
    LINKS,
    LOOP,
    NULL,
    PPP,
    PPP_ETHER,
    PPP_PPPD,
    PPP_SERIAL,
    RAW,
    SLL,
    WIFI,
    State,
    at_most,
    compare,
    compare_bytes,
    family,
    load,
)
from netscope.core.capturefilter.words import LLC_S, LLC_U

IP, ARP, RARP, IP6 = 0x0800, 0x0806, 0x8035, 0x86DD  # EtherTypes
MOPDL, MOPRC, DECNET, LAT, SCA = 0x6001, 0x6002, 0x6003, 0x6004, 0x6007
ATALK, AARP, IPX_TYPE, TRANSPARENT = 0x809B, 0x80F3, 0x8137, 0x6558
VLAN, QINQ, OLD_QINQ, MPLS, PPPOED, PPPOES = 0x8100, 0x88A8, 0x9100, 0x8847, 0x8863, 0x8864
SAP_IP, SAP_STP, SAP_IPX, SAP_NETBEUI, SAP_ISO = 0x06, 0x42, 0xE0, 0xF0, 0xFE  # IEEE 802.2
_SAP_SNAP = 0xAA
_LONGEST = 1500  # an EtherType field up to this is a length, and IEEE 802.2 follows
_SLL_RAW_802_3, _SLL_802_2 = 0x0001, 0x0004

_PPP_NUMBERS = {
    IP: 0x0021, IP6: 0x0057, DECNET: 0x0027, ATALK: 0x0029, 0x0600: 0x0025, SAP_ISO: 0x0023, SAP_STP: 0x0031,
    SAP_IPX: 0x002B,
}  # fmt: skip
_INET, _INET6 = 2, 10  # Linux's address families
_BSD_INET6 = (24, 28, 30)  # NetBSD and OpenBSD, FreeBSD, macOS


def carries(c: State, number: int) -> Fragment:
    """Return the test that the header carries an EtherType, or an IEEE 802.2 service where that fits one byte."""
    if c.labels:
        return _after_labels(c, number)
    link = c.linktype
    if link == ETHERNET:
        return _ethernet(c, number)
    if link == SLL:
        return _cooked(c, number)
    if link == RAW:
        version = {IP: 0x40, IP6: 0x60}.get(number)
        return constant(False) if version is None else compare(c, "link", 0, B, version, 0xF0)
    if link in (IPV4, IPV6):
        return constant(number == (IP if link == IPV4 else IP6))
    if link in WIFI:
        return both(wifi.is_data(c), _logical(c, number))
    if link in (PPP, PPP_SERIAL, PPP_ETHER, PPP_PPPD):
        return compare(c, "linktype", 0, H, _PPP_NUMBERS.get(number, number))
    if link in (NULL, LOOP):
        return _loopback(c, number)
    if link == HDLC and number == SAP_ISO:
        number = SAP_ISO << 8 | SAP_ISO
    return compare(c, "linktype", 0, H, number)


def _ethernet(c: State, number: int) -> Fragment:
    if number in (SAP_ISO, SAP_IP, SAP_NETBEUI):
        return both(_is_802_3(c), compare(c, "llc", 0, H, number << 8 | number))
    if number == SAP_IPX:
        inside = either(compare(c, "llc", 0, B, SAP_IPX), compare(c, "llc", 0, H, 0xFFFF))
        inside = both(_is_802_3(c), either(_snap(c, 0, IPX_TYPE), inside))
        return either(compare(c, "linktype", 0, H, IPX_TYPE), inside)
    if number in (ATALK, AARP):
        inside = both(_is_802_3(c), _snap(c, 0x080007 if number == ATALK else 0, number))
        return either(compare(c, "linktype", 0, H, number), inside)
    if number <= _LONGEST:
        return both(_is_802_3(c), compare(c, "linktype", 2, B, number))
    return compare(c, "linktype", 0, H, number)


def _logical(c: State, number: int) -> Fragment:
    """IEEE 802.2 always follows: a SNAP header has the EtherType."""
    if number in (SAP_ISO, SAP_IP, SAP_NETBEUI):
        return compare(c, "llc", 0, H, number << 8 | number)
    if number == ATALK:
        return _snap(c, 0x080007, ATALK)
    return compare(c, "llc", 0, B, number) if number <= _LONGEST else compare(c, "llc", 6, H, number)


def _is_802_3(c: State) -> Fragment:
    return at_most(c, "linktype", 0, H, _LONGEST)


def _snap(c: State, organisation: int, number: int) -> Fragment:
    block = bytes((_SAP_SNAP, _SAP_SNAP, 3)) + organisation.to_bytes(3, "big") + number.to_bytes(2, "big")
    return compare_bytes(c, "llc", 0, block)


def _cooked(c: State, number: int) -> Fragment:
    if number in (SAP_ISO, SAP_IP, SAP_NETBEUI):
        return both(_has_llc(c), compare(c, "llc", 0, H, number << 8 | number))
    if number == SAP_IPX:
        inside = both(_has_llc(c), either(compare(c, "llc", 0, B, SAP_IPX), _snap(c, 0, IPX_TYPE)))
        inside = either(compare(c, "linktype", 0, H, _SLL_RAW_802_3), inside)
        return either(compare(c, "linktype", 0, H, IPX_TYPE), inside)
    if number in (ATALK, AARP):
        inside = both(_has_llc(c), _snap(c, 0x080007 if number == ATALK else 0, number))
        return either(compare(c, "linktype", 0, H, number), inside)
    if number <= _LONGEST:
        return both(_has_llc(c), compare(c, "link", c.payload.constant, B, number))
    return compare(c, "linktype", 0, H, number)


def _has_llc(c: State) -> Fragment:
    return compare(c, "linktype", 0, H, _SLL_802_2)


def _loopback(c: State, number: int) -> Fragment:
    if number == IP:
        return compare(c, "link", 0, W, family(c, _INET))
    if number != IP6:
        return constant(False)
    if c.live:
        return compare(c, "link", 0, W, family(c, _INET6))
    one, other, last = (compare(c, "link", 0, W, family(c, each)) for each in _BSD_INET6)
    return either(last, either(one, other))


def _after_labels(c: State, number: int) -> Fragment:
    """An MPLS label does not say what it carries: it must be the last one, and an IP header look like one."""
    version = {IP: 0x40, IP6: 0x60}.get(number)
    if version is None:
        raise Refused("of what MPLS carries only ip and ip6 can be told")
    return both(compare(c, "payload", -2, B, 1, 1), compare(c, "payload", 0, B, version, 0xF0))


def llc(c: State, kind: str) -> Fragment:
    """Return the test that IEEE 802.2 follows, and which of its kinds of frames. Raises Refused."""
    if c.wifi:
        is_llc = wifi.is_data(c)
    elif c.linktype == ETHERNET:
        is_llc = both(_is_802_3(c), negated(compare(c, "llc", 0, H, 0xFFFF)))
    else:
        raise Refused(f"'llc' cannot be told for {LINKS[c.linktype]}")
    if not kind:
        return is_llc
    if kind == "i":
        return both(is_llc, negated(decide(load(c, "llc", 2, B), JSET, 1)))
    if kind in ("s", "u"):
        return both(is_llc, compare(c, "llc", 2, B, 1 if kind == "s" else 3, 0x03))
    if kind in LLC_S:
        return both(is_llc, compare(c, "llc", 2, B, LLC_S[kind], 0x0F))
    return both(is_llc, compare(c, "llc", 2, B, LLC_U[kind], 0xEF))


def inside_tunnel(c: State, found: Fragment) -> Fragment:
    """Where the header is inside a Geneve tunnel, test first that the tunnel carries Ethernet frames at all."""
    if not c.geneve:
        return found
    stmts = [Stmt(LD | MEM, c.header.register), Stmt(LDX | MEM, c.payload.register)]
    return both(negated(decide(stmts, JEQ | X, 0)), found)
