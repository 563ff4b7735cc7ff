"""The OPT pseudo-record: EDNS (RFC 6891) and its options."""

from __future__ import annotations

from netscope.core.dns.numbers import EXTENDED_ERRORS
from netscope.dissect.spec import Spec, ip4, ip6
from netscope.dissect.tree import Tree

_CODES = {
    1: "LLQ - Long-lived query", 2: "UL - Update lease", 3: "NSID - Name Server Identifier", 4: "Owner (reserved)",
    5: "DAU - DNSSEC Algorithm Understood (RFC6975)", 6: "DHU - DS Hash Understood (RFC6975)",
    7: "N3U - NSEC3 Hash Understood (RFC6975)", 8: "CSUBNET - Client subnet", 9: "EDNS EXPIRE", 10: "COOKIE",
    11: "EDNS TCP Keepalive", 12: "PADDING", 13: "CHAIN", 14: "EDNS KEY TAG", 15: "Extended DNS Error",
}  # fmt: skip
_SIZE = Spec("dns.rr.udp_payload_size", "UDP payload size", "u16")
_MDNS_SIZE = Spec("dns.rr.udp_payload_size", "UDP payload size", "u16x", 0x7FFF)
_FLUSH = Spec("dns.resp.cache_flush", "Cache flush", "b16", 0x8000)
_RCODE = Spec("dns.resp.ext_rcode", "Higher bits in extended RCODE", "u8x")
_VERSION = Spec("dns.resp.edns0_version", "EDNS0 version", "u8")
_Z = Spec("dns.resp.z", "Z", "u16x")
_DO = Spec(
    "dns.resp.z.do", "DO bit", "b16", 0x8000, ("Accepts DNSSEC security RRs", "Cannot handle DNSSEC security RRs")
)
_RESERVED = Spec("dns.resp.z.reserved", "Reserved", "u16x", 0x7FFF)
_LENGTH = Spec("dns.resp.len", "Data length", "u16")
_OPTION = Spec("dns.opt", "Option", "none")
_CODE, _SIZE_OF, _DATA = (
    Spec("dns.opt.code", "Option Code", "u16", names=_CODES),
    Spec("dns.opt.len", "Option Length", "u16"),
    Spec("dns.opt.data", "Option Data", "bytes"),
)
_CLIENT, _SERVER = (
    Spec("dns.opt.cookie.client", "Client Cookie", "bytes"),
    Spec("dns.opt.cookie.server", "Server Cookie", "bytes"),
)
_ERROR = Spec("dns.opt.ext_error.info_code", "Info Code", "u16", names=EXTENDED_ERRORS)
_EXTRA = Spec("dns.opt.ext_error.extra_text", "Extra Text", "str")
_FAMILY = Spec("dns.opt.client.family", "Family", "u16", names={1: "IPv4", 2: "IPv6"})
_NETMASK, _SCOPE = (
    Spec("dns.opt.client.netmask", "Source Netmask", "u8"),
    Spec("dns.opt.client.scope", "Scope Netmask", "u8"),
)
_SUBNET4, _SUBNET6 = (
    Spec("dns.opt.client.addr4", "Client Subnet", "ip4"),
    Spec("dns.opt.client.addr6", "Client Subnet", "ip6"),
)
_TIMEOUT = Spec("dns.opt.edns_tcp_keepalive.timeout", "Timeout", "u16")
_PADDING = Spec("dns.opt.padding", "Padding", "bytes")


def opt(tree: Tree, at: int, end: int, mdns: bool) -> None:
    """Add what follows the name of an OPT record, which is at its type."""
    if mdns:
        tree.bits(at + 2, 2, _MDNS_SIZE, _FLUSH)
    else:
        tree.add(_SIZE, at + 2)
    tree.add(_RCODE, at + 4)
    tree.add(_VERSION, at + 5)
    tree.flags(_Z, at + 6, _DO, _RESERVED)
    tree.add(_LENGTH, at + 8)
    at += 10
    while at + 4 <= end:
        code, size = tree.uint(at, 2), tree.uint(at + 2, 2)
        with tree.node(_OPTION, at, size + 4, text=f"Option: {_CODES.get(code, 'Unknown')}"):
            tree.add(_CODE, at)
            tree.add(_SIZE_OF, at + 2)
            if size:
                tree.add(_DATA, at + 4, size)
                _option(tree, code, at + 4, size)
        at += 4 + size


def _option(tree: Tree, code: int, at: int, size: int) -> None:
    if code == 10:
        tree.add(_CLIENT, at, min(size, 8))
        tree.add(_SERVER, at + min(size, 8), max(size - 8, 0))
    elif code == 15:
        tree.add(_ERROR, at)
        if size > 2:
            tree.add(_EXTRA, at + 2, size - 2)
    elif code == 8 and size >= 4:
        family = tree.add(_FAMILY, at)
        tree.add(_NETMASK, at + 2)
        tree.add(_SCOPE, at + 3)
        raw = tree.raw(at + 4, size - 4)
        if family == 1 and len(raw) <= 4:
            tree.add(_SUBNET4, at + 4, size - 4, ip4(raw.ljust(4, b"\0")))
        elif family == 2 and len(raw) <= 16:
            tree.add(_SUBNET6, at + 4, size - 4, ip6(raw.ljust(16, b"\0")))
    elif code == 11 and size == 2:
        tree.add(_TIMEOUT, at)
    elif code == 12:
        tree.add(_PADDING, at, size)
