"""Interfaces: what ``ip -d -s link`` shows (RTM_GETLINK, include/uapi/linux/if_link.h)."""

from __future__ import annotations

import sys
from struct import Struct

from netscope.core.domain import Collector, Domain, Option, Polled, Query
from netscope.core.host import Host
from netscope.core.netlink import attribute, attribute_list, attributes, request, text
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.typed import Any, Hashable, Iterable, NamedTuple
from netscope.domains.links_columns import COLUMNS, schema, shown
from netscope.domains.rtnl import (
    IFF_UP,
    QUERY_FAMILY,
    RTM_GETLINK,
    RTM_NEWLINK,
    Facts,
    Interface,
    Interfaces,
    decoded,
    dump,
    fixed,
    guarded,
    looked,
    mac,
    number,
    signed,
)
from netscope.domains.rtnl_names import Labels

_IFINFOMSG = Struct("=BxHiII")  # family, type, index, flags, change
_IFLA_ADDRESS, _IFLA_BROADCAST, _IFLA_IFNAME, _IFLA_MTU, _IFLA_LINK, _IFLA_QDISC, _IFLA_STATS = 1, 2, 3, 4, 5, 6, 7
_IFLA_MASTER, _IFLA_TXQLEN, _IFLA_OPERSTATE, _IFLA_LINKMODE, _IFLA_LINKINFO, _IFLA_IFALIAS = 10, 13, 16, 17, 18, 20
_IFLA_NUM_VF, _IFLA_VFINFO_LIST, _IFLA_STATS64, _IFLA_AF_SPEC, _IFLA_GROUP, _IFLA_EXT_MASK = 21, 22, 23, 26, 27, 29
_IFLA_PHYS_PORT_ID, _IFLA_PHYS_SWITCH_ID, _IFLA_LINK_NETNSID, _IFLA_PHYS_PORT_NAME = 34, 36, 37, 38
_IFLA_PROTO_DOWN, _IFLA_XDP, _IFLA_PROP_LIST, _IFLA_ALT_IFNAME, _IFLA_PERM_ADDRESS = 39, 43, 52, 53, 54
_IFLA_PROTO_DOWN_REASON, _IFLA_PARENT_DEV_NAME, _IFLA_PARENT_DEV_BUS_NAME = 55, 56, 57
_IFLA_INFO_KIND, _IFLA_INFO_DATA, _IFLA_INFO_SLAVE_KIND, _IFLA_INFO_SLAVE_DATA = 1, 2, 4, 5
_IFLA_INET6_ADDR_GEN_MODE = 8
_AF_INET6 = 10
_RTEXT_FILTER_VF = 1

_REQUEST = request(
    RTM_GETLINK, bytes(_IFINFOMSG.size) + attribute(_IFLA_EXT_MASK, _RTEXT_FILTER_VF.to_bytes(4, sys.byteorder))
)

_IFF_RUNNING = 0x40
_IFF_POINTOPOINT = 0x10
_FLAGS = (
    (0x8, "LOOPBACK"), (0x2, "BROADCAST"), (_IFF_POINTOPOINT, "POINTOPOINT"), (0x1000, "MULTICAST"), (0x80, "NOARP"),
    (0x200, "ALLMULTI"), (0x100, "PROMISC"), (0x400, "MASTER"), (0x800, "SLAVE"), (0x4, "DEBUG"), (0x8000, "DYNAMIC"),
    (0x4000, "AUTOMEDIA"), (0x2000, "PORTSEL"), (0x20, "NOTRAILERS"), (IFF_UP, "UP"), (0x10000, "LOWER_UP"),
    (0x20000, "DORMANT"), (0x40000, "ECHO"),
)  # fmt: skip
_OPERSTATES = ("UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP")
_LINKMODES = ("DEFAULT", "DORMANT")
_ADDR_GEN_MODES = {0: "eui64", 1: "none", 2: "stable_secret", 3: "random"}
_ARPHRD = {
    0: "netrom", 1: "ether", 2: "eether", 3: "ax25", 4: "pronet", 5: "chaos", 6: "ieee802", 7: "arcnet", 8: "atalk",
    15: "dlci", 19: "atm", 23: "metricom", 24: "ieee1394", 32: "infiniband", 256: "slip", 257: "cslip", 258: "slip6",
    259: "cslip6", 260: "rsrvd", 264: "adapt", 270: "rose", 271: "x25", 272: "hwx25", 280: "can", 512: "ppp",
    513: "hdlc", 516: "lapb", 517: "ddcmp", 518: "rawhdlc", 768: "ipip", 769: "tunnel6", 770: "frad", 771: "skip",
    772: "loopback", 773: "ltalk", 774: "fddi", 775: "bif", 776: "sit", 777: "ip/ddp", 778: "gre", 779: "pimreg",
    780: "hippi", 781: "ash", 782: "econet", 783: "irda", 784: "fcpp", 785: "fcal", 786: "fcpl",
    800: "tr", 801: "ieee802.11", 802: "ieee802.11/prism", 803: "ieee802.11/radiotap", 804: "ieee802.15.4",
    805: "ieee802.15.4/monitor", 820: "phonet", 821: "phonet_pipe", 822: "caif", 823: "gre6", 824: "netlink",
    825: "6lowpan", 0xFFFE: "none", 0xFFFF: "void",
}  # fmt: skip

# After the addresses ``ip -d`` prints plain numbers and strings, in this order.
_LIMITS = ((30, "promiscuity"), (61, "allmulti"), (50, "min_mtu"), (51, "max_mtu"))
_QUEUES = (
    (31, "num_tx_queues"), (32, "num_rx_queues"), (41, "gso_max_size"), (40, "gso_max_segs"), (59, "tso_max_size"),
    (60, "tso_max_segs"), (58, "gro_max_size"), (63, "gso_ipv4_max_size"), (64, "gro_ipv4_max_size"),
)  # fmt: skip

_COUNTERS = (
    "rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped",
    "multicast", "collisions", "rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors",
    "rx_fifo_errors", "rx_missed_errors", "tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors",
    "tx_heartbeat_errors", "tx_window_errors", "rx_compressed", "tx_compressed",
)  # fmt: skip
_RECEIVED = (
    ("bytes", "rx_bytes"), ("packets", "rx_packets"), ("errors", "rx_errors"), ("dropped", "rx_dropped"),
    ("over_errors", "rx_over_errors"), ("multicast", "multicast"),
)  # fmt: skip
_SENT = (
    ("bytes", "tx_bytes"), ("packets", "tx_packets"), ("errors", "tx_errors"), ("dropped", "tx_dropped"),
    ("carrier_errors", "tx_carrier_errors"), ("collisions", "collisions"),
)  # fmt: skip
_STATS64 = Struct(f"={len(_COUNTERS)}Q")  # rtnl_link_stats64; newer kernels append to it
_STATS = Struct(f"={len(_COUNTERS)}I")  # rtnl_link_stats, where there are no 64 bit counters


class Rates(NamedTuple):
    """What passed in a second, on average since the look before: bytes and packets."""

    receive_bytes: float
    transmit_bytes: float
    receive_packets: float
    transmit_packets: float


class Link(NamedTuple):
    """One interface. ``facts`` is its object in ``ip -j -d -s link``; ``rates`` is None in a single look."""

    ifindex: int
    ifname: str
    facts: Facts
    rates: Rates | None = None


class _Decoder:
    def __init__(self, host: Host, labels: Labels, known: Interfaces) -> None:
        self._host = host
        self._labels = labels
        self._known = known

    def link(self, payload: bytes) -> Link:
        """Decode one RTM_NEWLINK message. Raises Malformed."""
        _family, arphrd, index, flags, _change = fixed(_IFINFOMSG, payload)
        found = attributes(payload, _IFINFOMSG.size)
        ifname = text(found.get(_IFLA_IFNAME, b""))
        facts: dict[str, Any] = {"ifindex": index}
        lower_down = self._lower(facts, found)
        facts["ifname"] = ifname
        facts["flags"] = _flags(flags, lower_down)
        self._state(facts, found)
        _hardware(facts, found, arphrd, flags)
        self._down_reason(facts, found)
        self._details(facts, found)
        _identity(facts, found)
        facts.update(_statistics(found))
        if _IFLA_VFINFO_LIST in found and _IFLA_NUM_VF in found:
            from netscope.domains.links_vf import virtual_functions

            facts["vfinfo_list"] = virtual_functions(found[_IFLA_VFINFO_LIST], arphrd, facts["link_type"], flags)
        if _IFLA_PROP_LIST in found:
            properties = attribute_list(found[_IFLA_PROP_LIST])
            facts["altnames"] = [text(value) for kind, value in properties if kind == _IFLA_ALT_IFNAME]
        return Link(index, ifname, facts)

    def _lower(self, facts: dict[str, Any], found: dict[int, bytes]) -> bool:
        """Add the interface below, and tell whether it is down."""
        if _IFLA_LINK not in found:
            return False
        below = number(found[_IFLA_LINK])
        if not below:
            facts["link"] = None
            return False
        if _IFLA_LINK_NETNSID in found:
            facts["link_index"] = below
            return False
        facts["link"] = self._known.name(below)
        return self._known.down(below)

    def _state(self, facts: dict[str, Any], found: dict[int, bytes]) -> None:
        if _IFLA_MTU in found:
            facts["mtu"] = number(found[_IFLA_MTU])
        if _IFLA_XDP in found:
            facts.update(_xdp(attributes(found[_IFLA_XDP])))
        if _IFLA_QDISC in found:
            facts["qdisc"] = text(found[_IFLA_QDISC])
        if _IFLA_MASTER in found:
            facts["master"] = self._known.name(number(found[_IFLA_MASTER]))
        facts.update(_choice("operstate", found.get(_IFLA_OPERSTATE), _OPERSTATES))
        facts.update(_choice("linkmode", found.get(_IFLA_LINKMODE), _LINKMODES))
        if _IFLA_GROUP in found:
            facts["group"] = self._labels.group(number(found[_IFLA_GROUP]))
        if number(found.get(_IFLA_TXQLEN, b"")):
            facts["txqlen"] = number(found[_IFLA_TXQLEN])

    def _down_reason(self, facts: dict[str, Any], found: dict[int, bytes]) -> None:
        if number(found.get(_IFLA_PROTO_DOWN, b"")):
            facts["proto_down"] = True
        reason = number(attributes(found.get(_IFLA_PROTO_DOWN_REASON, b"")).get(2, b""))
        if reason:
            names = self._labels.names("protodown_reasons", {})
            facts["proto_down_reason"] = [names.get(bit, str(bit)) for bit in range(32) if reason >> bit & 1]

    def _details(self, facts: dict[str, Any], found: dict[int, bytes]) -> None:
        for kind, name in _LIMITS:
            if kind in found:
                facts[name] = number(found[kind])
        if _IFLA_LINKINFO in found:
            facts["linkinfo"] = self._linkinfo(attributes(found[_IFLA_LINKINFO]))
        inet6 = attributes(found.get(_IFLA_AF_SPEC, b"")).get(_AF_INET6)
        if inet6 is not None:
            mode = attributes(inet6).get(_IFLA_INET6_ADDR_GEN_MODE)
            if mode is not None:
                facts["inet6_addr_gen_mode"] = _ADDR_GEN_MODES.get(number(mode), f"0x{number(mode):02x}")
        for kind, name in _QUEUES:
            if kind in found:
                facts[name] = number(found[kind])

    def _linkinfo(self, found: dict[int, bytes]) -> dict[str, Any]:
        info: dict[str, Any] = {}
        if _IFLA_INFO_KIND in found or _IFLA_INFO_SLAVE_KIND in found:
            from netscope.domains.links_data import info_data
            from netscope.domains.links_values import Context

            context = Context(self._host, self._known)
            for prefix, kind, data, suffix in (
                ("info", _IFLA_INFO_KIND, _IFLA_INFO_DATA, ""),
                ("info_slave", _IFLA_INFO_SLAVE_KIND, _IFLA_INFO_SLAVE_DATA, "_slave"),
            ):
                if kind not in found:
                    continue
                name = text(found[kind])
                info[f"{prefix}_kind"] = name
                details = info_data(name + suffix, found.get(data), context)
                if details is not None:
                    info[f"{prefix}_data"] = details
        return info


def _flags(flags: int, lower_down: bool) -> list[str]:
    names = ["NO-CARRIER"] if flags & IFF_UP and not flags & _IFF_RUNNING else []
    flags &= ~_IFF_RUNNING
    for bit, name in _FLAGS:
        if flags & bit:
            names.append(name)
            flags &= ~bit
    if flags:
        names.append(f"{flags:x}")
    if lower_down:
        names.append("M-DOWN")
    return names


def _choice(name: str, value: bytes | None, words: tuple[str, ...]) -> dict[str, Any]:
    if value is None:
        return {}
    choice = number(value)
    return {name: words[choice]} if choice < len(words) else {f"{name}_index": choice}


def _hardware(facts: dict[str, Any], found: dict[int, bytes], arphrd: int, flags: int) -> None:
    facts["link_type"] = _ARPHRD.get(arphrd) or (f"fcfb{arphrd - 787}" if 787 <= arphrd <= 799 else f"[{arphrd}]")
    own = found.get(_IFLA_ADDRESS)
    if own is not None:
        facts["address"] = mac(own, arphrd)
    if _IFLA_BROADCAST in found:
        if flags & _IFF_POINTOPOINT:
            facts["link_pointtopoint"] = True
        facts["broadcast"] = mac(found[_IFLA_BROADCAST], arphrd)
    permanent = found.get(_IFLA_PERM_ADDRESS)
    if permanent is not None and permanent != own:
        facts["permaddr"] = mac(permanent, arphrd)
    if _IFLA_LINK_NETNSID in found:
        facts["link_netnsid"] = signed(found[_IFLA_LINK_NETNSID])


def _identity(facts: dict[str, Any], found: dict[int, bytes]) -> None:
    if _IFLA_PHYS_PORT_NAME in found:
        facts["phys_port_name"] = text(found[_IFLA_PHYS_PORT_NAME])
    if _IFLA_PHYS_PORT_ID in found:
        facts["phys_port_id"] = found[_IFLA_PHYS_PORT_ID].hex()
    if _IFLA_PHYS_SWITCH_ID in found:
        facts["phys_switch_id"] = found[_IFLA_PHYS_SWITCH_ID].hex()
    for kind, name in (
        (_IFLA_PARENT_DEV_BUS_NAME, "parentbus"),
        (_IFLA_PARENT_DEV_NAME, "parentdev"),
        (_IFLA_IFALIAS, "ifalias"),
    ):
        if kind in found:
            facts[name] = text(found[kind])


def _xdp(found: dict[int, bytes]) -> dict[str, Any]:
    """Return which XDP programs are attached, by id; ``ip`` asks bpf(2) for their names, which takes root."""
    attached, program, modes = 2, 4, ((6, 2), (5, 1), (7, 3))  # attributes; (program id of a mode, the mode)
    mode = number(found.get(attached, b""))
    if not mode:
        return {}
    xdp: dict[str, Any] = {"mode": mode}
    if number(found.get(program, b"")):
        xdp["prog"] = {"id": number(found[program])}
    xdp["attached"] = [{"mode": one, "prog": {"id": number(found[kind])}} for kind, one in modes if kind in found]
    if not xdp["attached"] and "prog" in xdp:
        xdp["attached"] = [{"mode": mode, "prog": xdp["prog"]}]
    return {"xdp": xdp}


def _statistics(found: dict[int, bytes]) -> dict[str, Any]:
    if _IFLA_STATS64 in found:
        name, values = "stats64", fixed(_STATS64, found[_IFLA_STATS64])
    elif _IFLA_STATS in found:
        name, values = "stats", fixed(_STATS, found[_IFLA_STATS])
    else:
        return {}
    of = dict(zip(_COUNTERS, values, strict=True))
    receive = {key: of[counter] for key, counter in _RECEIVED}
    transmit = {key: of[counter] for key, counter in _SENT}
    if of["rx_compressed"]:
        receive["compressed"] = of["rx_compressed"]
    if of["tx_compressed"]:
        transmit["compressed"] = of["tx_compressed"]
    return {name: {"rx": receive, "tx": transmit}}


def _interfaces(payloads: Iterable[bytes]) -> Interfaces:
    found = {}
    for payload in payloads:
        _family, arphrd, index, flags, _change = fixed(_IFINFOMSG, payload)
        found[index] = Interface(text(attributes(payload, _IFINFOMSG.size).get(_IFLA_IFNAME, b"")), arphrd, flags)
    return Interfaces(found)


def _look(host: Host, query: Query) -> Snapshot:
    payloads = dump(host, _REQUEST, RTM_NEWLINK)
    labels = Labels(host)
    known = _interfaces(payloads)
    links, problems = decoded("links", payloads, _Decoder(host, labels, known).link)
    if query.option("addresses"):
        links, wrong = _with_addresses(host, query, links, known, labels)
        problems += wrong
    return looked(host, "links", links, problems)


def _with_addresses(
    host: Host, query: Query, links: list[Link], known: Interfaces, labels: Labels
) -> tuple[list[Link], list[Problem]]:
    from netscope.domains.addresses import read_addresses

    addresses, problems = read_addresses(host, QUERY_FAMILY[query.family], known, labels)
    by_index: dict[int, list[Facts]] = {}
    for found in addresses:
        by_index.setdefault(found.ifindex, []).append(found.facts)
    full = [link._replace(facts={**link.facts, "addr_info": by_index.get(link.ifindex, [])}) for link in links]
    return full, problems


def _open(host: Host, query: Query) -> Collector:
    return Polled(guarded("links", lambda: _look(host, query)))


def rates(before: Snapshot, now: Snapshot) -> Snapshot:
    """Fill in the rates since ``before``. None where there is nothing to compare with or a counter went backwards."""
    seconds = now.clock - before.clock
    if seconds <= 0:
        return now
    old = {_key(link): link for link in before.records}
    return now._replace(
        records=[link._replace(rates=_rates(old.get(_key(link)), link, seconds)) for link in now.records]
    )


def _rates(before: Link | None, now: Link, seconds: float) -> Rates | None:
    first, last = (_counters(link) if link is not None else None for link in (before, now))
    if first is None or last is None:
        return None
    gained = [b - a for a, b in zip(first, last, strict=True)]
    if min(gained) < 0:  # another interface with the same index, or a driver that was reset
        return None
    return Rates(*(gain / seconds for gain in gained))


def _counters(link: Link) -> tuple[int, int, int, int] | None:
    stats = link.facts.get("stats64") or link.facts.get("stats")
    if stats is None:
        return None
    receive, transmit = stats["rx"], stats["tx"]
    return receive["bytes"], transmit["bytes"], receive["packets"], transmit["packets"]


def _key(record: Link) -> Hashable:
    return record.ifindex


def _to_json(record: Link) -> dict[str, Any]:
    of = record.rates
    both = None
    if of is not None:
        both = {
            "rx": {"bytes": of.receive_bytes, "packets": of.receive_packets},
            "tx": {"bytes": of.transmit_bytes, "packets": of.transmit_packets},
        }
    return {**record.facts, "rates": both}


DOMAIN = Domain(
    name="links",
    title="Interfaces",
    summary="the network interfaces with their settings and counters",
    replaces=("ip link", "ip -d -s link", "ifconfig -a", "netstat -i"),
    columns=COLUMNS,
    key=_key,
    open=_open,
    to_json=_to_json,
    schema=schema,
    options=(Option(("-a", "--addresses"), "addresses", "show the addresses of each interface, too"),),
    shown=shown,
    rates=rates,
    plots=("rates.rx.bytes", "rates.tx.bytes", "rates.rx.packets", "rates.tx.packets"),
    groups=(1, 5, 9),  # RTNLGRP_LINK, _IPV4_IFADDR, _IPV6_IFADDR
    interval=1.0,
    epilog="examples:\n  netscope links -a\n  netscope links operstate:up\n  netscope links --watch 1",
)
