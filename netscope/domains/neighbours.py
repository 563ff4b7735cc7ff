"""Neighbours: what ``arp -an`` and ``ip -s neigh`` show, v4, v6 and proxies (RTM_GETNEIGH, neighbour.h)."""

from __future__ import annotations

from netscope.core.domain import Collector, Domain, Option, Polled, Query
from netscope.core.host import Host
from netscope.core.inet import AF_INET, AF_INET6
from netscope.core.netlink import NETLINK_ROUTE, attributes, request
from netscope.core.record import Column, Names
from netscope.core.snapshot import Snapshot
from netscope.core.typed import Any, Hashable
from netscope.domains.neighbours_table import (
    NDA_CACHEINFO,
    NDA_DST,
    NDA_LLADDR,
    NDMSG,
    Neighbour,
    NeighbourTable,
    times,
)
from netscope.domains.rtnl import (
    FAMILIES,
    FAMILY,
    INTEGER,
    NULL,
    QUERY_FAMILY,
    RTM_GETNEIGH,
    TEXT,
    TEXTS,
    Interfaces,
    address,
    fact,
    fixed,
    guarded,
    interfaces,
    looked,
    mac,
    mark,
    number,
    object_schema,
)
from netscope.domains.rtnl_names import Labels

_NDA_PROBES, _NDA_PROTOCOL, _NDA_FLAGS_EXT = 4, 12, 15

_NTF_PROXY = 0x08
_FLAGS = ((0x80, "router"), (_NTF_PROXY, "proxy"))
_LATER_FLAGS = ((0x10, "extern_learn"), (0x20, "offload"))
_EXT_MANAGED = 1
NUD_NOARP = 0x40
_STATES = (
    (0x01, "INCOMPLETE"), (0x02, "REACHABLE"), (0x04, "STALE"), (0x08, "DELAY"), (0x10, "PROBE"), (0x20, "FAILED"),
    (NUD_NOARP, "NOARP"), (0x80, "PERMANENT"),
)  # fmt: skip
_EXT_LEARNED = 0x10


def decode(payload: bytes, known: Interfaces, labels: Labels) -> Neighbour:
    """Decode one RTM_NEWNEIGH message. Raises Malformed."""
    family, index, state, flags, _type = fixed(NDMSG, payload)
    found = attributes(payload, NDMSG.size)
    facts: dict[str, Any] = {}
    if NDA_DST in found:
        facts["dst"] = address(family, found[NDA_DST])
    if index:
        facts["dev"] = known.name(index)
    hardware = found.get(NDA_LLADDR, b"")
    if hardware:
        facts["lladdr"] = mac(hardware, known.type(index))
    facts.update((name, None) for bit, name in _FLAGS if flags & bit)
    if number(found.get(_NDA_FLAGS_EXT, b"")) & _EXT_MANAGED:
        facts["managed"] = None
    facts.update((name, None) for bit, name in _LATER_FLAGS if flags & bit)
    if NDA_CACHEINFO in found:
        facts.update(times(found[NDA_CACHEINFO]))
    if _NDA_PROBES in found:
        facts["probes"] = number(found[_NDA_PROBES])
    if state:
        facts["state"] = states(state)
    protocol = number(found.get(_NDA_PROTOCOL, b""))
    if protocol:
        facts["protocol"] = labels.protocol(protocol)
    facts["family"] = FAMILIES.get(family, str(family))
    return Neighbour(facts, hardware)


def states(state: int) -> list[str]:
    """Return the names of NUD_* bits."""
    return [name for bit, name in _STATES if state & bit]


def wanted(payload: bytes, everything: bool) -> bool:
    """Tell whether ``ip neigh`` would show this one: not those that need no resolution, unless all are asked for."""
    family, _index, state, flags, _type = fixed(NDMSG, payload)
    if family not in (AF_INET, AF_INET6):  # bridge forwarding entries answer the same question
        return False
    return everything or bool(state & 0xFF & ~NUD_NOARP) or bool(flags & (_NTF_PROXY | _EXT_LEARNED))


def _look(host: Host, query: Query) -> Snapshot:
    known, labels = interfaces(host), Labels(host)
    everything = bool(query.option("all"))
    datagrams: list[bytes] = []
    for flags in (0, _NTF_PROXY):
        message = request(RTM_GETNEIGH, NDMSG.pack(QUERY_FAMILY[query.family], 0, 0, flags, 0))
        datagrams += host.dump(NETLINK_ROUTE, message)
    table = NeighbourTable(
        datagrams, lambda payload: decode(payload, known, labels), lambda payload: wanted(payload, everything)
    )
    return looked(host, "neighbours", table, table.problems)


def _open(host: Host, query: Query) -> Collector:
    return Polled(guarded("neighbours", lambda: _look(host, query)))


def vendor(record: Neighbour) -> str | None:
    """Return who made the card, or what else is known of its address; None when nothing is."""
    from netscope.domains.oui import vendors

    return vendors().of(record.hardware)


def _key(record: Neighbour) -> Hashable:
    of = record.facts.get
    return of("family"), of("dev"), of("dst"), "proxy" in record.facts


def _to_json(record: Neighbour) -> dict[str, Any]:
    return {**record.facts, "vendor": vendor(record)}


def _state_text(record: Neighbour, _names: Names) -> str:
    return " ".join(record.facts.get("state", ())) or ("proxy" if "proxy" in record.facts else "")


def _address_text(record: Neighbour, names: Names) -> str:
    """Return the address, after its name where there is one (as arp(8))."""
    address: str = record.facts.get("dst", "")
    name = names.host(address) if names.lends else ""
    return f"{name} ({address})" if name else address


COLUMNS: tuple[Column, ...] = (
    fact("dst", "Address", "address", "network address", _address_text, rank=0, aliases=("address", "ip")),
    fact("dev", "Device", help="interface it is reached through", rank=0, aliases=("interface",)),
    fact("lladdr", "Link address", "address", "link-layer address", rank=0, aliases=("mac", "hw")),
    fact("state", "State", "list", "REACHABLE, STALE, FAILED, PERMANENT, ...", _state_text, rank=1),
    Column("vendor", "Vendor", vendor, help="who made the card (IEEE registry)", rank=3, flex=True),
    mark("router", "Router", "it says that it is a router", rank=5),
    mark("proxy", "Proxy", "this host answers for it", rank=7),
    fact("used", "Used", "integer", "seconds since it was used", rank=5, group="Cache"),
    fact("confirmed", "Confirmed", "integer", "seconds since it was known to be there", rank=6, group="Cache"),
    fact("updated", "Updated", "integer", "seconds since it changed", rank=8, group="Cache"),
    fact("probes", "Probes", "integer", "unanswered questions sent", rank=7, group="Cache"),
    fact("refcnt", "References", "integer", "users in the kernel", shown=False, group="Cache"),
    fact("family", "Family", help="inet or inet6", rank=6),
    fact("protocol", "Protocol", help="who set it (rt_protos)", shown=False),
    mark("managed", "Managed", "the kernel keeps it resolved", shown=False),
    mark("extern_learn", "External", "learned by somebody else than the kernel", shown=False),
    mark("offload", "Offload", "in the hardware", shown=False),
)


def _schema() -> dict[str, Any]:
    properties = {
        **dict.fromkeys(("dst", "dev", "lladdr", "protocol"), TEXT),
        **dict.fromkeys(("refcnt", "used", "confirmed", "updated", "probes"), INTEGER),
        **dict.fromkeys(("router", "proxy", "managed", "extern_learn", "offload"), NULL),
        "state": TEXTS,
        "family": FAMILY,
        "vendor": {"type": ["string", "null"]},
    }
    return object_schema("neighbour", properties, ("family", "vendor"))


DOMAIN = Domain(
    name="neighbours",
    title="Neighbours",
    summary="the neighbours on the local networks and their link-layer addresses, v4 and v6",
    replaces=("arp -an", "ip neigh", "ip -s neigh", "ip neigh show proxy"),
    columns=COLUMNS,
    key=_key,
    open=_open,
    to_json=_to_json,
    schema=_schema,
    options=(Option(("-a", "--all"), "all", "show those that need no resolution (NOARP), too"),),
    groups=(1, 3),  # RTNLGRP_LINK, _NEIGH
    hosts=("dst",),
    epilog="examples:\n  netscope neighbours state:reachable\n  netscope neighbours -4 dev:eth0",
)
