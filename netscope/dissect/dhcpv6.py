"""DHCP for IPv6 (RFC 8415)."""

from __future__ import annotations

from netscope.core.dns import names
from netscope.core.typed import Any, Callable
from netscope.dissect.model import Malformed
from netscope.dissect.spec import Spec, ip6, when
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_MESSAGES = {
    1: "Solicit", 2: "Advertise", 3: "Request", 4: "Confirm", 5: "Renew", 6: "Rebind", 7: "Reply", 8: "Release",
    9: "Decline", 10: "Reconfigure", 11: "Information-request", 12: "Relay-forw", 13: "Relay-reply",
}  # fmt: skip
OPTIONS = {
    1: "Client Identifier", 2: "Server Identifier", 3: "Identity Association for Non-temporary Address",
    4: "Identity Association for Temporary Address", 5: "IA Address", 6: "Option Request", 7: "Preference",
    8: "Elapsed time", 9: "Relay Message", 11: "Authentication", 12: "Server unicast", 13: "Status code",
    14: "Rapid Commit", 15: "User Class", 16: "Vendor Class", 17: "Vendor-specific Information", 18: "Interface-Id",
    19: "Reconfigure Message", 20: "Reconfigure Accept", 21: "SIP Server Domain Name List",
    22: "SIP Servers IPv6 Address List", 23: "DNS recursive name server", 24: "Domain Search List",
    25: "Identity Association for Prefix Delegation", 26: "IA Prefix", 31: "Simple Network Time Protocol Server",
    32: "Lifetime", 37: "Remote Identifier", 39: "Client Fully Qualified Domain Name", 56: "NTP Server",
    59: "Boot File URL", 60: "Boot File Parameters", 61: "Client System Architecture Type",
    64: "Dual-Stack Lite AFTR Name", 79: "Client link-layer address",
    82: "SOL_MAX_RT", 83: "INF_MAX_RT", 103: "Captive Portal",
}  # fmt: skip
_DUIDS = {1: "link-layer address plus time", 2: "assigned by vendor based on Enterprise number",
          3: "link-layer address", 4: "Universally Unique IDentifier (UUID)"}  # fmt: skip
_STATUSES = {0: "Success", 1: "UnspecFail", 2: "NoAddrAvail", 3: "NoBinding", 4: "NotOnLink", 5: "UseMulticast",
             6: "NoPrefixAvail"}  # fmt: skip
_HARDWARE = {1: "Ethernet", 6: "IEEE 802", 27: "EUI-64", 32: "InfiniBand"}


def _spec(
    name: str, label: str, kind: str, *, mask: int = 0, names: Any = None, unit: str = "",
    line: Callable[[Any], str] | None = None,
) -> Spec:  # fmt: skip
    return Spec(f"dhcpv6.{name}", label, kind, mask, names, unit, line=line)


_TYPE, _XID = _spec("msgtype", "Message type", "u8", names=_MESSAGES), _spec("xid", "Transaction ID", "u24x")
_HOPS, _LINK, _PEER = (
    _spec("hopcount", "Hopcount", "u8"),
    _spec("linkaddr", "Link address", "ip6"),
    _spec("peeraddr", "Peer address", "ip6"),
)
_OPTION = _spec("option.type_str", "Option", "str")
_CODE, _LENGTH = _spec("option.type", "Option", "u16", names=OPTIONS), _spec("option.length", "Length", "u16")
_DUID, _DUID_TYPE = _spec("duid.bytes", "DUID", "bytes"), _spec("duid.type", "DUID Type", "u16", names=_DUIDS)
_LLT_HARDWARE, _LLT_TIME = (
    _spec("duidllt.hwtype", "Hardware type", "u16", names=_HARDWARE),
    _spec("duidllt.time", "DUID Time", "u32"),
)
_LLT_ADDRESS = _spec("duidllt.link_layer_addr", "Link-layer address", "mac")
_LL_HARDWARE, _LL_ADDRESS = (
    _spec("duidll.hwtype", "Hardware type", "u16", names=_HARDWARE),
    _spec("duidll.link_layer_addr", "Link-layer address", "mac"),
)
_EN, _EN_ID = _spec("duiden.enterprise", "Enterprise ID", "u32"), _spec("duiden.identifier", "Identifier", "bytes")
_UUID = _spec("duiduuid.bytes", "UUID", "bytes")
_IAID, _T1, _T2 = (
    _spec("iaid", "IAID", "u32", line=lambda v: f"IAID: {v:08x}"),
    _spec("iaid.t1", "T1", "u32"),
    _spec("iaid.t2", "T2", "u32"),
)
_ADDRESS = _spec("iaaddr.ip", "IPv6 address", "ip6")
_PREFERRED, _VALID = (
    _spec("iaaddr.pref_lifetime", "Preferred lifetime", "u32"),
    _spec("iaaddr.valid_lifetime", "Valid lifetime", "u32"),
)
_PREFIX_PREFERRED, _PREFIX_VALID = (
    _spec("iaprefix.pref_lifetime", "Preferred lifetime", "u32"),
    _spec("iaprefix.valid_lifetime", "Valid lifetime", "u32"),
)
_PREFIX_LENGTH, _PREFIX = (
    _spec("iaprefix.pref_len", "Prefix length", "u8"),
    _spec("iaprefix.pref_addr", "Prefix address", "ip6"),
)
_REQUESTED = _spec("requested_option_code", "Requested Option code", "u16", names=OPTIONS)
_PREFERENCE = _spec("option_preference", "Pref-value", "u8")
_ELAPSED = _spec("elapsed_time", "Elapsed time", "u16", unit="ms")
_STATUS, _STATUS_TEXT = (
    _spec("status_code", "Status Code", "u16", names=_STATUSES),
    _spec("status_msg", "Status Message", "str"),
)
_INTERFACE = _spec("interface_id", "Interface-ID", "bytes")
_SERVER, _TIME_SERVER = (
    _spec("dns_server", "DNS server address", "ip6"),
    _spec("sntp_server", "SNTP server address", "ip6"),
)
_SEARCH = _spec("search_list_entry", "List entry", "str")
_REMOTE, _REMOTE_ID = (
    _spec("remoteid.enterprise", "Enterprise ID", "u32"),
    _spec("remoteid_enterprise_id", "Remote-ID", "bytes"),
)
_CLASS_ENTERPRISE, _CLASS_DATA = (
    _spec("vendorclass.enterprise", "Enterprise ID", "u32"),
    _spec("vendorclass.data", "vendor-class-data", "str"),
)
_USER_LENGTH, _USER_DATA = (
    _spec("userclass.length", "Length", "u16"),
    _spec("userclass.opaque_data", "Suboption", "bytes"),
)
_FQDN = _spec("client_fqdn_flags", "Flags", "u8x")
_FQDN_BITS = (
    _spec("clientfqdn.client.n", "N bit", "b8", mask=0x04,
          names=("Server SHOULD NOT perform PTR RR updates", "Server SHOULD perform PTR RR updates")),
    _spec("clientfqdn.client.s", "S bit", "b8", mask=0x01,
          names=("Server SHOULD perform AAAA RR updates", "Server SHOULD NOT perform AAAA RR updates")),
)  # fmt: skip
_DOMAIN, _TOP = _spec("client_domain", "Client Domain Name", "str"), _spec("tld", "Top Level Domain name (TLD)", "str")
_DEEPEST = 8


def dhcpv6(work: Work, start: int, end: int) -> None:
    """Dissect a message."""
    work.protocol, work.info = "DHCPv6", ""
    tree = work.tree("dhcpv6", "DHCPv6", start, end)
    _message(work, tree, start, end, 0)


def _message(work: Work, tree: Tree, start: int, end: int, depth: int) -> None:
    if depth > _DEEPEST:
        raise Malformed
    kind = tree.add(_TYPE, start)
    word = _MESSAGES.get(kind, f"Message Type {kind}")
    work.info += f"{word} "
    if kind in (12, 13):
        tree.add(_HOPS, start + 1)
        link = tree.add(_LINK, start + 2)
        tree.add(_PEER, start + 18)
        work.info += f"L: {link} "
        at = start + 34
    else:
        xid = tree.add(_XID, start + 1)
        work.info += f"XID: 0x{xid:06x} "
        at = start + 4
    _options(work, tree, at, end, depth)


def _options(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    if depth > _DEEPEST:
        raise Malformed
    while at + 4 <= end:
        code, size = tree.uint(at, 2), tree.uint(at + 2, 2)
        name = OPTIONS.get(code, f"DHCP option {code}")
        if at + 4 + size > end:
            raise Malformed
        with tree.node(_OPTION, at, size + 4, name, text=name):
            tree.add(_CODE, at)
            tree.add(_LENGTH, at + 2)
            tree.need(at + 4, size)
            body = _BODIES.get(code)
            if body is not None and size:
                body(work, tree, at + 4, at + 4 + size, depth + 1)
        at += 4 + size


def _duid(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    raw = tree.add(_DUID, at, end - at)
    if tree.uint(at - 4, 2) == 1:
        work.info += f"CID: {raw.hex()} "
    kind = tree.add(_DUID_TYPE, at)
    if kind == 1 and end - at >= 8:
        tree.add(_LLT_HARDWARE, at + 2)
        stamp = tree.uint(at + 4, 4)
        text = when(stamp + 946_684_800, 0)  # counted from 2000
        tree.add(_LLT_TIME, at + 4, 4, stamp, show=text, text=f"DUID Time: {text}")
        if end > at + 8:
            tree.add(_LLT_ADDRESS, at + 8, end - at - 8)
    elif kind == 2 and end - at >= 6:
        tree.add(_EN, at + 2)
        if end > at + 6:
            tree.add(_EN_ID, at + 6, end - at - 6)
    elif kind == 3 and end - at >= 4:
        tree.add(_LL_HARDWARE, at + 2)
        if end > at + 4:
            tree.add(_LL_ADDRESS, at + 4, end - at - 4)
    elif kind == 4:
        tree.add(_UUID, at + 2, end - at - 2)


def _association(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    code = tree.uint(at - 4, 2)
    tree.add(_IAID, at, show=f"{tree.uint(at, 4):08x}")
    if code == 4:
        _options(work, tree, at + 4, end, depth)
        return
    tree.add(_T1, at + 4)
    tree.add(_T2, at + 8)
    _options(work, tree, at + 12, end, depth)


def _address(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    work.info += f"IAA: {tree.add(_ADDRESS, at)} "
    tree.add(_PREFERRED, at + 16)
    tree.add(_VALID, at + 20)
    _options(work, tree, at + 24, end, depth)


def _prefix(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    tree.add(_PREFIX_PREFERRED, at)
    tree.add(_PREFIX_VALID, at + 4)
    tree.add(_PREFIX_LENGTH, at + 8)
    tree.add(_PREFIX, at + 9)
    _options(work, tree, at + 25, end, depth)


def _status(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    tree.add(_STATUS, at)
    if end > at + 2:
        tree.add(_STATUS_TEXT, at + 2, end - at - 2)


def _each(spec: Spec) -> Body:
    numbered = spec.kind == "ip6"

    def body(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
        for index, place in enumerate(range(at, end - spec.size + 1, spec.size), 1):
            text = f"{index:2d} {spec.label}: {ip6(tree.raw(place, 16))}" if numbered else None
            tree.add(spec, place, text=text)

    return body


def _elapsed(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    tree.add(_ELAPSED, at, 2, tree.uint(at, 2) * 10)


def _relayed(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    with tree.node("DHCPv6", at, end - at) as node:
        node.field = node.field._replace(name="dhcpv6", show="")
        _message(work, tree, at, end, depth)


def _interface(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    tree.add(_INTERFACE, at, end - at)


def _remote(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    tree.add(_REMOTE, at)
    if end > at + 4:
        tree.add(_REMOTE_ID, at + 4, end - at - 4)


def _search(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    with tree.node("Domain name suffix search list", at, end - at):
        while at < end:
            wire, behind = names.read(tree.data[:end], at, {})
            tree.add(_SEARCH, at, behind - at, names.text(wire))
            at = behind


def _vendor(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    tree.add(_CLASS_ENTERPRISE, at)
    at += 4
    while at + 2 <= end:
        size = tree.uint(at, 2)
        tree.add(_CLASS_DATA, at + 2, size)
        at += 2 + size


def _user(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    while at + 2 <= end:
        size = tree.uint(at, 2)
        with tree.node("User Class suboption", at, min(size, end - at)):
            tree.add(_USER_LENGTH, at)
            tree.add(_USER_DATA, at + 2, size)
        at += 2 + size


def _domain(work: Work, tree: Tree, at: int, end: int, depth: int) -> None:
    tree.flags(_FQDN, at, *_FQDN_BITS)
    if end > at + 1:
        data = tree.data[:end]
        wire, behind = names.read(data if data[end - 1 : end] == b"\0" else data + b"\0", at + 1, {})
        name = names.text(wire)
        tree.add(_TOP if name.count(".") < 2 else _DOMAIN, at + 1, min(behind, end) - at - 1, name)


Body = Callable[[Work, Tree, int, int, int], None]
_BODIES: dict[int, Body] = {
    1: _duid, 2: _duid, 3: _association, 4: _association, 5: _address, 6: _each(_REQUESTED), 7: _each(_PREFERENCE),
    8: _elapsed, 9: _relayed, 13: _status, 15: _user, 16: _vendor, 18: _interface, 23: _each(_SERVER), 24: _search,
    25: _association, 26: _prefix, 31: _each(_TIME_SERVER), 37: _remote, 39: _domain,
}  # fmt: skip
