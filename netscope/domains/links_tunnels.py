"""The settings of tunnels (include/uapi/linux/if_tunnel.h, if_link.h, ip6_tunnel.h), as ``ip -j -d link`` has them."""

from __future__ import annotations

from netscope.core.typed import Any
from netscope.domains.links_values import (
    AF_INET,
    AF_INET6,
    OMIT,
    Context,
    Decoder,
    Found,
    Table,
    choice,
    device,
    flag,
    flow_label,
    hexadecimal,
    hexadecimal_set,
    is_set,
    port,
    positive,
    present,
    read,
    uint,
)
from netscope.domains.rtnl import address, network, number

_MULTICAST4 = range(0xE0, 0xF0)
_KEY, _SEQUENCE, _CHECKSUM = 0x20, 0x10, 0x80  # GRE_KEY, GRE_SEQ, GRE_CSUM: the first byte of a __be16
_FRAGMENT = choice("unset", "set", "inherit", other="unset")


def vxlan(found: Found, context: Context) -> dict[str, Any]:
    """Decode IFLA_VXLAN_*."""
    return {
        **read(((25, "external", is_set), (30, "vnifilter", is_set), (1, "id", uint)), found, context),
        **_peer(found, 2, 16, "group", "remote"),
        **_peer(found, 4, 17, "local", "local"),
        **read(_VXLAN_FIRST, found, context),
        **_ttl(found, 5, 28),
        **read(_VXLAN_LAST, found, context),
    }


def _peer(found: Found, four: int, six: int, multicast: str, unicast: str) -> dict[str, str]:
    """Return an endpoint under the key that says whether it is a group, and of IPv6."""
    kind, family, suffix = (four, AF_INET, "") if four in found else (six, AF_INET6, "6")
    value = found.get(kind, b"")
    if not any(value):
        return {}
    group = value[0] == 0xFF if suffix else value[0] in _MULTICAST4
    return {(multicast if group else unicast) + suffix: address(family, value)}


def _port_range(value: bytes, _context: Context) -> dict[str, int]:
    return {"low": network(value[:2]), "high": network(value[2:4])}


def _ttl(found: Found, kind: int, inherit: int) -> dict[str, int]:
    if number(found.get(inherit, b"")) or kind not in found:
        return {}
    return {"ttl": number(found[kind])}


_VXLAN_FIRST: Table = (
    (3, "link", device), (10, "port_range", _port_range), (15, "port", port), (7, "learning", flag),
    (11, "proxy", is_set), (12, "rsc", is_set), (13, "l2miss", is_set), (14, "l3miss", is_set),
    (6, "tos", hexadecimal_set),
)  # fmt: skip
_VXLAN_LAST: Table = (
    (29, "df", _FRAGMENT), (26, "label", flow_label), (8, "ageing", uint), (9, "limit", positive),
    (18, "udp_csum", flag), (19, "udp_zero_csum6_tx", flag), (20, "udp_zero_csum6_rx", flag),
    (21, "remcsum_tx", is_set), (22, "remcsum_rx", is_set), (23, "gbp", present), (27, "gpe", present),
)  # fmt: skip
_GENEVE_LAST: Table = (
    (4, "tos", hexadecimal_set), (13, "df", _FRAGMENT), (11, "label", flow_label), (5, "port", port),
    (8, "udp_csum", flag), (9, "udp_zero_csum6_tx", flag), (10, "udp_zero_csum6_rx", flag),
    (14, "inner_proto_inherit", present),
)  # fmt: skip


def geneve(found: Found, context: Context) -> dict[str, Any]:
    """Decode IFLA_GENEVE_*."""
    return {
        **read(((6, "external", present), (1, "id", uint)), found, context),
        **_peer(found, 2, 7, "remote", "remote"),
        **_ttl(found, 3, 12),
        **read(_GENEVE_LAST, found, context),
    }


def _endpoint(found: Found, kind: int, family: int) -> str:
    value = found.get(kind, b"")
    return address(family, value) if any(value) else "any"


def _ends(found: Found, remote: int, local: int, family: int) -> dict[str, str]:
    return {"remote": _endpoint(found, remote, family), "local": _endpoint(found, local, family)}


def _encap(found: Found, first: int) -> dict[str, Any]:
    """Return the UDP encapsulation: four attributes from ``first`` on are type, flags, source and destination port."""
    kind = number(found.get(first, b""))
    if not kind:
        return {}
    flags = number(found.get(first + 1, b""))
    return {
        "encap": {
            "type": {1: "fou", 2: "gue"}.get(kind),
            "sport": network(found.get(first + 2, b"")),
            "dport": network(found.get(first + 3, b"")),
            "csum": bool(flags & 1),
            "csum6": bool(flags & 2),
            "remcsum": bool(flags & 4),
        }
    }


def _keys(found: Found) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    receive, send = (found.get(kind, b"")[:1] for kind in (2, 3))
    for flags, kind, name in ((receive, 4, "ikey"), (send, 5, "okey")):
        if number(flags) & _KEY and kind in found:
            facts[name] = address(AF_INET, found[kind])
    for bit, word in ((_SEQUENCE, "seq"), (_CHECKSUM, "csum")):
        for flags, side in ((receive, "i"), (send, "o")):
            if number(flags) & bit:
                facts[side + word] = True
    return facts


_ERSPAN: Table = (
    (21, "erspan_index", uint), (22, "erspan_ver", uint), (23, "erspan_dir", choice("ingress", other="egress")),
    (24, "erspan_hwid", hexadecimal),
)  # fmt: skip


def gre(found: Found, context: Context) -> dict[str, Any]:
    """Decode IFLA_GRE_* over IPv4."""
    return {
        **read(((18, "external", present),), found, context),
        **_ends(found, 7, 6, AF_INET),
        **read(((1, "link", device),), found, context),
        "ttl": number(found.get(8, b"")),
        **read(((9, "tos", hexadecimal_set), (10, "pmtudisc", flag), (19, "ignore_df", is_set)), found, context),
        **_keys(found),
        **read(((20, "fwmark", hexadecimal_set), *_ERSPAN), found, context),
        **_encap(found, 14),
    }


def _flow_information(found: Found, kind: int, flags: int) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    word = network(found.get(kind, b""))
    if flags & 0x2:
        facts["ip6_tnl_f_use_orig_tclass"] = True
    elif kind in found:
        facts["tclass"] = f"0x{word >> 20 & 0xFF:02x}"
    if flags & 0x4:
        facts["ip6_tnl_f_use_orig_flowlabel"] = True
    elif kind in found:
        facts["flowlabel"] = f"0x{word & 0xFFFFF:05x}"
    if flags & 0x10:
        facts["ip6_tnl_f_rcv_dscp_copy"] = True
    return facts


def _limit(found: Found, kind: int, flags: int) -> dict[str, Any]:
    if flags & 0x1:
        return {"ip6_tnl_f_ign_encap_limit": True}
    return {"encap_limit": number(found[kind])} if kind in found else {}


def _mark(found: Found, kind: int, flags: int) -> dict[str, Any]:
    if flags & 0x20:
        return {"ip6_tnl_f_use_orig_fwmark": True}
    mark = number(found.get(kind, b""))
    return {"fwmark": hex(mark)} if mark else {}


def _local_remote(flags: int) -> dict[str, Any]:
    return {"ip6_tnl_f_allow_local_remote": True} if flags & 0x40 else {}


def gre6(found: Found, context: Context) -> dict[str, Any]:
    """Decode IFLA_GRE_* over IPv6."""
    flags = number(found.get(13, b""))
    return {
        **read(((18, "external", present),), found, context),
        **_ends(found, 7, 6, AF_INET6),
        **read(((1, "link", device),), found, context),
        "ttl": number(found.get(8, b"")),
        **_limit(found, 11, flags),
        **_flow_information(found, 12, flags),
        **_keys(found),
        **_local_remote(flags),
        **_mark(found, 20, flags),
        **read(_ERSPAN, found, context),
        **_encap(found, 14),
    }


def _carried(words: dict[int, str]) -> Decoder:
    return lambda value, _context: words.get(number(value), OMIT)


def iptunnel(found: Found, context: Context) -> dict[str, Any]:
    """Decode IFLA_IPTUN_* of ipip and sit."""
    return {
        **read(
            ((19, "external", present), (9, "proto", _carried({4: "ipip", 41: "ip6ip", 137: "mplsip", 0: "any"}))),
            found,
            context,
        ),
        **_ends(found, 3, 2, AF_INET),
        **read(((1, "link", device),), found, context),
        "ttl": number(found.get(4, b"")),
        **read(((5, "tos", hexadecimal_set),), found, context),
        "pmtudisc": bool(number(found.get(10, b""))),
        **({"isatap": True} if number(found.get(8, b"")) & 1 else {}),
        **_rapid_deployment(found),
        **read(((20, "fwmark", hexadecimal_set),), found, context),
        **_encap(found, 15),
    }


def _rapid_deployment(found: Found) -> dict[str, Any]:
    """Return the 6rd prefix (RFC 5969)."""
    length = number(found.get(13, b""))
    if not length or 11 not in found:
        return {}
    facts: dict[str, Any] = {"prefix": address(AF_INET6, found[11]), "prefixlen": length}
    relay = found.get(12, b"")
    if any(relay):
        facts["relay_prefix"] = address(AF_INET, relay)
        facts["relay_prefixlen"] = number(found.get(14, b""))
    return facts


def ip6tunnel(found: Found, context: Context) -> dict[str, Any]:
    """Decode IFLA_IPTUN_* of ip6tnl."""
    flags = number(found.get(8, b""))
    return {
        **read(
            ((19, "external", present), (9, "proto", _carried({4: "ipip6", 41: "ip6ip6", 0: "any"}))), found, context
        ),
        **_ends(found, 3, 2, AF_INET6),
        **read(((1, "link", device),), found, context),
        "ttl": number(found.get(4, b"")),
        **_limit(found, 6, flags),
        **_flow_information(found, 7, flags),
        **({"ip6_tnl_f_mip6_dev": True} if flags & 0x8 else {}),
        **_local_remote(flags),
        **_mark(found, 20, flags),
        **_encap(found, 15),
    }


def _vti_key(value: bytes, _context: Context) -> Any:
    return address(AF_INET, value) if any(value) else OMIT


_VTI: Table = ((1, "link", device), (2, "ikey", _vti_key), (3, "okey", _vti_key), (6, "fwmark", hexadecimal_set))


def vti(found: Found, context: Context) -> dict[str, Any]:
    """Decode IFLA_VTI_* over IPv4."""
    return {**_ends(found, 5, 4, AF_INET), **read(_VTI, found, context)}


def vti6(found: Found, context: Context) -> dict[str, Any]:
    """Decode IFLA_VTI_* over IPv6."""
    return {**_ends(found, 5, 4, AF_INET6), **read(_VTI, found, context)}


def xfrm(found: Found, context: Context) -> dict[str, Any]:
    """Decode IFLA_XFRM_*."""
    if 3 in found:
        return {"external": True}
    return read(((2, "if_id", hexadecimal),), found, context)
