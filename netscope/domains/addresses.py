"""Addresses: what ``ip addr`` shows, one record per address (RTM_GETADDR, include/uapi/linux/if_addr.h)."""

from __future__ import annotations

from struct import Struct

from netscope.core.domain import Collector, Domain, Polled, Query
from netscope.core.host import Host
from netscope.core.netlink import attributes, request, text
from netscope.core.record import Column
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.typed import Any, Hashable, NamedTuple
from netscope.domains.rtnl import (
    BOOLEAN,
    FAMILIES,
    FAMILY,
    INTEGER,
    QUERY_FAMILY,
    RTM_GETADDR,
    RTM_NEWADDR,
    TEXT,
    Facts,
    Interfaces,
    address,
    decoded,
    dump,
    fact,
    fixed,
    guarded,
    interfaces,
    looked,
    number,
    object_schema,
    signed,
)
from netscope.domains.rtnl_names import Labels

_IFADDRMSG = Struct("=BBBBI")  # family, prefix length, flags, scope, interface index
_IFA_ADDRESS, _IFA_LOCAL, _IFA_LABEL, _IFA_BROADCAST, _IFA_ANYCAST, _IFA_CACHEINFO = 1, 2, 3, 4, 5, 6
_IFA_FLAGS, _IFA_RT_PRIORITY, _IFA_PROTO = 8, 9, 11
_CACHEINFO = Struct("=IIII")  # preferred, valid (seconds), created, updated

_AF_INET6 = 10
_SECONDARY = 0x01  # an IPv6 address with this flag is a temporary one
_DEPRECATED = 0x20
_PERMANENT = 0x80
_FLAGS = (
    (0x02, "nodad"), (0x04, "optimistic"), (0x08, "dadfailed"), (0x10, "home"), (_DEPRECATED, "deprecated"),
    (0x40, "tentative"), (0x100, "mngtmpaddr"), (0x200, "noprefixroute"), (0x400, "autojoin"),
    (0x800, "stable-privacy"),
)  # fmt: skip
_PROTOCOLS = {1: "kernel_lo", 2: "kernel_ra", 3: "kernel_ll"}
FOREVER = 0xFFFFFFFF

_ALL_FLAGS = (
    "secondary", "temporary", "dynamic", "nodad", "optimistic", "dadfailed", "home", "deprecated", "tentative",
    "mngtmpaddr", "noprefixroute", "autojoin", "stable-privacy",
)  # fmt: skip


class Address(NamedTuple):
    """One address of one interface. ``facts`` is its object in ``ip -j -d addr``'s ``addr_info``."""

    ifindex: int
    ifname: str
    facts: Facts


def decode(payload: bytes, known: Interfaces, labels: Labels) -> Address | None:
    """Decode one RTM_NEWADDR message. Raises Malformed."""
    family, prefix, flags, scope, index = fixed(_IFADDRMSG, payload)
    found = attributes(payload, _IFADDRMSG.size)
    if _IFA_FLAGS in found:
        flags = number(found[_IFA_FLAGS])
    facts: dict[str, Any] = {"family": FAMILIES.get(family, str(family))}
    local = found.get(_IFA_LOCAL, found.get(_IFA_ADDRESS))
    if local is not None:
        facts["local"] = address(family, local)
        peer = found.get(_IFA_ADDRESS, local)
        if peer != local:
            facts["address"] = address(family, peer)
        facts["prefixlen"] = prefix
        if _IFA_RT_PRIORITY in found:
            facts["metric"] = number(found[_IFA_RT_PRIORITY])
    for kind, name in ((_IFA_BROADCAST, "broadcast"), (_IFA_ANYCAST, "anycast")):
        if kind in found:
            facts[name] = address(family, found[kind])
    facts["scope"] = labels.scope(scope)
    facts.update(_flags(family, flags))
    if _IFA_LABEL in found:
        facts["label"] = text(found[_IFA_LABEL])
    if found.get(_IFA_PROTO, b"\0") != b"\0":
        origin = number(found[_IFA_PROTO])
        facts["protocol"] = labels.names("rt_addrprotos", _PROTOCOLS).get(origin, str(origin))
    if _IFA_CACHEINFO in found:
        preferred, valid, _created, _updated = fixed(_CACHEINFO, found[_IFA_CACHEINFO])
        if flags & _DEPRECATED and preferred != FOREVER:
            preferred = signed(found[_IFA_CACHEINFO][:4])  # how long ago it was deprecated, as a negative number
        facts["valid_life_time"] = valid
        facts["preferred_life_time"] = preferred
    return Address(index, known.name(index), facts)


def _flags(family: int, flags: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if flags & _SECONDARY:
        found["temporary" if family == _AF_INET6 else "secondary"] = True
    for bit, name in _FLAGS[:6]:
        if flags & bit:
            found[name] = True
    if not flags & _PERMANENT:
        found["dynamic"] = True
    for bit, name in _FLAGS[6:]:
        if flags & bit:
            found[name] = True
    rest = flags & ~0xFFF
    if rest:
        found["ifa_flags"] = f"{rest:02x}"
    return found


def read_addresses(host: Host, family: int, known: Interfaces, labels: Labels) -> tuple[list[Address], list[Problem]]:
    """Read the addresses of one family (0 for both), by interface as ``ip addr`` does, and the problems there were."""
    message = request(RTM_GETADDR, _IFADDRMSG.pack(family, 0, 0, 0, 0))
    records, problems = decoded(
        "addresses", dump(host, message, RTM_NEWADDR), lambda payload: decode(payload, known, labels)
    )
    return sorted(records, key=lambda record: record.ifindex), problems


def _open(host: Host, query: Query) -> Collector:
    def look() -> Snapshot:
        found = read_addresses(host, QUERY_FAMILY[query.family], interfaces(host), Labels(host))
        return looked(host, "addresses", *found)

    return Polled(guarded("addresses", look))


def _key(record: Address) -> Hashable:
    facts = record.facts
    return record.ifindex, facts.get("local"), facts.get("address"), facts.get("prefixlen")


def _to_json(record: Address) -> dict[str, Any]:
    return {"ifindex": record.ifindex, "ifname": record.ifname, **record.facts}


def _with_prefix(record: Address, _names: Any) -> str:
    local = record.facts.get("local")
    return "" if local is None else f"{local}/{record.facts['prefixlen']}"


def _life(name: str) -> Any:
    def show(record: Address, _names: Any) -> str:
        seconds = record.facts.get(name)
        if seconds is None:
            return ""
        return "forever" if seconds == FOREVER else f"{seconds}sec"

    return show


def _set_flags(record: Address) -> tuple[str, ...] | None:
    return tuple(name for name in _ALL_FLAGS if name in record.facts) or None


COLUMNS = (
    Column("ifname", "Interface", lambda r: r.ifname, help="interface", rank=0, aliases=("dev", "interface")),
    Column("ifindex", "Index", lambda r: r.ifindex, "integer", "interface index", shown=False),
    fact("family", "Family", help="inet or inet6", rank=6),
    fact("local", "Address", "address", "the address, with its prefix length", _with_prefix, rank=0, flex=True),
    fact("prefixlen", "Prefix", "integer", "prefix length", shown=False),
    fact("address", "Peer", "address", "the other end of a point-to-point link", rank=6),
    fact("broadcast", "Broadcast", "address", "broadcast address", rank=5),
    fact("anycast", "Anycast", "address", "anycast address", shown=False),
    fact("scope", "Scope", help="where it is valid: global, link, host (rt_scopes)", rank=2),
    Column("flags", "Flags", _set_flags, "list", "dynamic, tentative, deprecated, temporary, ...", rank=3),
    fact("label", "Label", help="label, as ifconfig shows it", rank=7),
    fact("metric", "Metric", "integer", "metric of the prefix route", shown=False),
    fact("protocol", "Protocol", help="who set it (IFA_PROTO)", shown=False),
    fact("valid_life_time", "Valid", "integer", "valid life time, seconds", _life("valid_life_time"), rank=4,
         group="Life time"),
    fact("preferred_life_time", "Preferred", "integer", "preferred life time, seconds", _life("preferred_life_time"),
         rank=8, group="Life time"),
    *(
        fact(name, name.capitalize(), "flag", f"the address is {name}", shown=False, group="Flags")
        for name in _ALL_FLAGS
    ),
    fact("ifa_flags", "Other flags", help="flags without a name, hexadecimal", shown=False, group="Flags"),
)  # fmt: skip


def properties() -> dict[str, Any]:
    """Return the JSON Schema properties of an address, as ``addr_info`` has them."""
    return {
        "family": FAMILY, "local": TEXT, "address": TEXT, "prefixlen": INTEGER, "metric": INTEGER, "broadcast": TEXT,
        "anycast": TEXT, "scope": TEXT, "label": TEXT, "protocol": TEXT, "ifa_flags": TEXT,
        "valid_life_time": INTEGER, "preferred_life_time": INTEGER, **dict.fromkeys(_ALL_FLAGS, BOOLEAN),
    }  # fmt: skip


def _schema() -> dict[str, Any]:
    own = {"ifindex": INTEGER, "ifname": TEXT}
    return object_schema("address", {**own, **properties()}, ("ifindex", "ifname", "family", "scope"))


DOMAIN = Domain(
    name="addresses",
    title="Addresses",
    summary="the addresses of the interfaces, one a line",
    replaces=("ip addr", "ifconfig -a", "hostname -I"),
    columns=COLUMNS,
    key=_key,
    open=_open,
    to_json=_to_json,
    schema=_schema,
    groups=(1, 5, 9),  # RTNLGRP_LINK, _IPV4_IFADDR, _IPV6_IFADDR
    epilog="examples:\n  netscope addresses scope:global\n  netscope addresses -6 --json ifname:eth0",
)
