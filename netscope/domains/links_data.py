"""The settings of each kind of link (IFLA_INFO_DATA, IFLA_INFO_SLAVE_DATA in include/uapi/linux/if_link.h).

Loaded only when some interface has a kind. A kind is a table of (attribute, key, decoder); a decoder that returns
``OMIT`` leaves the key out. Keys and values are those of ``ip -j -d link``.
"""

from __future__ import annotations

from struct import Struct

from netscope.core.errors import NetscopeError
from netscope.core.netlink import attribute_list, attributes
from netscope.core.typed import Any, Callable
from netscope.domains.links_values import (
    AF_INET,
    AF_INET6,
    OMIT,
    Context,
    Decoder,
    Found,
    Table,
    bridge_id,
    choice,
    device,
    ether_type,
    flag,
    hardware,
    hexadecimal,
    integer,
    read,
    timer,
    uint,
)
from netscope.domains.rtnl import address, fixed, mac, number


def _state(found: Found, kind: int, name: str, words: tuple[str, ...]) -> dict[str, Any]:
    if kind not in found:
        return {}
    state = number(found[kind])
    return {name: words[state]} if state < len(words) else {f"{name}_index": state}


BRIDGE: Table = (
    (1, "forward_delay", uint), (2, "hello_time", uint), (3, "max_age", uint), (4, "ageing_time", uint),
    (5, "stp_state", uint), (6, "priority", uint), (7, "vlan_filtering", uint), (8, "vlan_protocol", ether_type),
    (11, "bridge_id", bridge_id), (10, "root_id", bridge_id), (12, "root_port", uint), (13, "root_path_cost", uint),
    (14, "topology_change", uint), (15, "topology_change_detected", uint), (16, "hello_timer", timer),
    (17, "tcn_timer", timer), (18, "topology_change_timer", timer), (19, "gc_timer", timer),
    (39, "vlan_default_pvid", uint), (41, "vlan_stats_enabled", uint), (45, "vlan_stats_per_port", uint),
    (9, "group_fwd_mask", hexadecimal), (20, "group_addr", hardware), (23, "mcast_snooping", uint),
    (22, "mcast_router", uint), (24, "mcast_query_use_ifaddr", uint), (25, "mcast_querier", uint),
    (26, "mcast_hash_elasticity", uint), (27, "mcast_hash_max", uint), (28, "mcast_last_member_cnt", uint),
    (29, "mcast_startup_query_cnt", uint), (30, "mcast_last_member_intvl", uint),
    (31, "mcast_membership_intvl", uint), (32, "mcast_querier_intvl", uint), (33, "mcast_query_intvl", uint),
    (34, "mcast_query_response_intvl", uint), (35, "mcast_startup_query_intvl", uint),
    (42, "mcast_stats_enabled", uint), (43, "mcast_igmp_version", uint), (44, "mcast_mld_version", uint),
    (36, "nf_call_iptables", uint), (37, "nf_call_ip6tables", uint), (38, "nf_call_arptables", uint),
)  # fmt: skip
_BOOLEANS = 46
_BOOLOPT = Struct("=II")  # values, which of them count


def _bridge(found: Found, context: Context) -> dict[str, Any]:
    facts = read(BRIDGE, found, context)
    if _BOOLEANS in found:
        values, mask = fixed(_BOOLOPT, found[_BOOLEANS])
        for bit, name in ((1, "no_linklocal_learn"), (2, "mcast_vlan_snooping")):
            if mask & bit:
                facts[name] = int(bool(values & bit))
    return facts


PORT_STATES = ("disabled", "listening", "learning", "forwarding", "blocking")
BRIDGE_PORT: Table = (
    (2, "priority", uint), (3, "cost", uint), (4, "hairpin", flag), (5, "guard", flag), (6, "root_block", flag),
    (7, "fastleave", flag), (8, "learning", flag), (9, "flood", flag), (17, "id", hexadecimal),
    (18, "no", hexadecimal), (15, "designated_port", uint), (16, "designated_cost", uint), (14, "bridge_id", bridge_id),
    (13, "root_id", bridge_id), (23, "hold_timer", timer), (21, "message_age_timer", timer),
    (22, "forward_delay_timer", timer), (19, "topology_change_ack", uint), (20, "config_pending", uint),
    (10, "proxy_arp", flag), (12, "proxy_arp_wifi", flag), (25, "multicast_router", uint), (27, "mcast_flood", flag),
    (30, "bcast_flood", flag), (28, "mcast_to_unicast", flag), (32, "neigh_suppress", flag),
    (31, "group_fwd_mask", hexadecimal), (29, "vlan_tunnel", flag), (33, "isolated", flag), (39, "locked", flag),
    (34, "backup_port", device),
)  # fmt: skip
_FORWARDED = {0: "stp", 2: "lacp", 14: "lldp"}
_GROUP_FORWARD = 31


def _bridge_port(found: Found, context: Context) -> dict[str, Any]:
    facts = {**_state(found, 1, "state", PORT_STATES), **read(BRIDGE_PORT, found, context)}
    if _GROUP_FORWARD in found:
        mask = number(found[_GROUP_FORWARD])
        words = [_FORWARDED.get(bit, hex(1 << bit)) for bit in range(16) if mask >> bit & 1]
        facts["group_fwd_mask_str"] = ",".join(words) or "0x0"
    return facts


def targets(family: int) -> Decoder:
    """Return the decoder of a bond's list of probe targets."""
    return lambda value, _context: [address(family, one) for _kind, one in attribute_list(value)] or OMIT


def arp_validate(value: bytes, context: Context) -> str | None:
    """What of ARP a bond validates; null for nothing."""
    words = choice("none", "active", "backup", "all", "filter", "filter_active", "filter_backup")
    return words(value, context) if number(value) else None


AD_INFO: Table = (
    (1, "aggregator", uint), (2, "num_ports", uint), (3, "actor_key", uint), (4, "partner_key", uint),
    (5, "partner_mac", hardware),
)  # fmt: skip
BOND: Table = (
    (1, "mode", choice("balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb",
                       "balance-alb")),
    (2, "active_slave", device), (3, "miimon", uint), (4, "updelay", uint), (5, "downdelay", uint),
    (28, "peer_notify_delay", uint), (6, "use_carrier", uint), (7, "arp_interval", uint), (30, "arp_missed_max", uint),
    (8, "arp_ip_target", targets(AF_INET)), (31, "ns_ip6_target", targets(AF_INET6)),
    (9, "arp_validate", arp_validate), (10, "arp_all_targets", choice("any", "all")), (11, "primary", device),
    (12, "primary_reselect", choice("always", "better", "failure")),
    (13, "fail_over_mac", choice("none", "active", "follow")),
    (14, "xmit_hash_policy", choice("layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac")),
    (15, "resend_igmp", uint), (16, "num_peer_notif", uint), (17, "all_slaves_active", uint), (18, "min_links", uint),
    (19, "lp_interval", uint), (20, "packets_per_slave", uint), (29, "ad_lacp_active", choice("off", "on")),
    (21, "ad_lacp_rate", choice("slow", "fast")), (22, "ad_select", choice("stable", "bandwidth", "count")),
    (23, "ad_info", lambda value, context: read(AD_INFO, attributes(value), context)),
    (24, "ad_actor_sys_prio", uint), (25, "ad_user_port_key", uint), (26, "ad_actor_system", hardware),
    (27, "tlb_dynamic_lb", uint),
)  # fmt: skip
BOND_PORT: Table = (
    (3, "link_failure_count", uint), (4, "perm_hwaddr", hardware), (5, "queue_id", uint), (9, "prio", integer),
    (6, "ad_aggregator_id", uint), (7, "ad_actor_oper_port_state", uint), (8, "ad_partner_oper_port_state", uint),
)  # fmt: skip
_LACP = ("active", "short_timeout", "aggregating", "in_sync", "collecting", "distributing", "defaulted", "expired")


def _bond_port(found: Found, context: Context) -> dict[str, Any]:
    facts = {
        **_state(found, 1, "state", ("ACTIVE", "BACKUP")),
        **_state(found, 2, "mii_status", ("UP", "GOING_DOWN", "DOWN", "GOING_BACK")),
        **read(BOND_PORT, found, context),
    }
    for name in ("ad_actor_oper_port_state", "ad_partner_oper_port_state"):
        if name in facts:
            facts[f"{name}_str"] = [word for bit, word in enumerate(_LACP) if facts[name] >> bit & 1]
    return facts


_VLAN_FLAGS = ("REORDER_HDR", "GVRP", "LOOSE_BINDING", "MVRP", "BRIDGE_BINDING")
_VLAN_FLAG_ORDER = (0, 1, 3, 2, 4)
_PAIR = Struct("=II")


def vlan_flags(value: bytes, _context: Context) -> list[str]:
    """The flags of a VLAN."""
    flags, _mask = fixed(_PAIR, value)
    names = [_VLAN_FLAGS[bit] for bit in _VLAN_FLAG_ORDER if flags >> bit & 1]
    return [*names, f"{flags >> 5 << 5:x}"] if flags >> 5 else names


def qos_map(value: bytes, _context: Context) -> list[dict[str, int]]:
    """A mapping of priorities."""
    pairs = (fixed(_PAIR, one) for _kind, one in attribute_list(value))
    return [{"from": source, "to": target} for source, target in pairs]


VLAN: Table = (
    (1, "id", uint), (2, "flags", vlan_flags), (4, "ingress_qos", qos_map), (3, "egress_qos", qos_map),
)  # fmt: skip


def _vlan(found: Found, context: Context) -> dict[str, Any]:
    if 1 not in found:
        return {}
    return {"protocol": ether_type(found[5], context) if 5 in found else "802.1q", **read(VLAN, found, context)}


MACVLAN: Table = ((7, "bcqueuelen", uint), (8, "usedbcqueuelen", uint))
_MACVLAN_MODES = {1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"}
_MACVLAN_SOURCE = 16


def _macvlan(found: Found, context: Context) -> dict[str, Any]:
    if 1 not in found:
        return {}
    mode, flags = number(found[1]), number(found.get(2, b""))
    facts: dict[str, Any] = {"mode": _MACVLAN_MODES.get(mode, "unknown")}
    for bit, name in ((1, "nopromisc"), (2, "nodst")):
        if flags & bit:
            facts[name] = True
    facts.update(read(MACVLAN, found, context))
    if mode == _MACVLAN_SOURCE and 6 in found:
        facts["macaddr_count"] = number(found[6])
        if 5 in found:
            facts["macaddr_data"] = [mac(one) for kind, one in attribute_list(found[5]) if kind == 4]
    return facts


def _ipvlan(found: Found, context: Context) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if 1 in found:
        facts["mode"] = choice("l2", "l3", "l3s", other="unknown")(found[1], context)
    if 2 in found:
        flags = number(found[2])
        facts["private" if flags & 1 else "vepa" if flags & 2 else "bridge"] = True
    return facts


TUN: Table = ((4, "pi", flag), (5, "vnet_hdr", flag))
_TUN_TYPES = {1: "tun", 2: "tap"}


def _tun(found: Found, context: Context) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if 3 in found:
        facts["type"] = _TUN_TYPES.get(number(found[3]), f"UNKNOWN:{number(found[3])}")
    facts.update(read(TUN, found, context))
    facts["multi_queue"] = bool(number(found.get(7, b"")))
    if facts["multi_queue"]:
        facts.update(read(((8, "numqueues", uint), (9, "numdisabled", uint)), found, context))
    facts.update(read(((6, "persist", flag), (1, "user", _user), (2, "group", _group)), found, context))
    return facts


def _user(value: bytes, context: Context) -> str | int:
    uid = number(value)
    name = context.host.user(uid)
    return uid if name == str(uid) else name


def _group(value: bytes, context: Context) -> str | int:
    gid = number(value)
    try:
        lines = context.host.read("/etc/group").decode("utf-8", "surrogateescape").splitlines()
    except NetscopeError:
        return gid
    for line in lines:
        words = line.split(":")
        if len(words) > 2 and words[2] == str(gid):
            return words[0]
    return gid


def _tables() -> dict[str, Callable[[Found, Context], dict[str, Any]]]:
    from netscope.domains import links_tunnels as tunnels

    return {
        "vxlan": tunnels.vxlan, "geneve": tunnels.geneve, "gre": tunnels.gre, "gretap": tunnels.gre,
        "erspan": tunnels.gre, "ip6gre": tunnels.gre6, "ip6gretap": tunnels.gre6, "ip6erspan": tunnels.gre6,
        "ipip": tunnels.iptunnel, "sit": tunnels.iptunnel, "ip6tnl": tunnels.ip6tunnel, "vti": tunnels.vti,
        "vti6": tunnels.vti6, "xfrm": tunnels.xfrm,
    }  # fmt: skip


_VRF: Table = ((1, "table", uint),)
_PLAIN: dict[str, Callable[[Found, Context], dict[str, Any]]] = {
    "bridge": _bridge, "bridge_slave": _bridge_port, "bond": lambda found, context: read(BOND, found, context),
    "bond_slave": _bond_port, "vlan": _vlan, "macvlan": _macvlan, "macvtap": _macvlan, "ipvlan": _ipvlan,
    "ipvtap": _ipvlan, "tun": _tun, "vrf": lambda found, context: read(_VRF, found, context),
    "vrf_slave": lambda found, context: read(_VRF, found, context),
}  # fmt: skip
_WITHOUT = frozenset({"veth", "dummy", "ifb", "wireguard", "nlmon", "netdevsim", "vcan", "team"})


def info_data(kind: str, data: bytes | None, context: Context) -> dict[str, Any] | None:
    """Return the settings of a link of this kind; None for a kind that has none or is not known here."""
    if kind in _WITHOUT:
        return None
    decode = _PLAIN.get(kind) or _tables().get(kind)
    if decode is None:
        return None
    return {} if data is None else decode(attributes(data), context)
