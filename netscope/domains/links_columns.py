"""The columns and the JSON Schema of the links topic."""

from __future__ import annotations

from netscope.core.domain import Query
from netscope.core.record import Column, Kind, Names
from netscope.core.text import format_value
from netscope.core.typed import Any, Callable, Sequence
from netscope.domains.rtnl import BOOLEAN, INTEGER, TEXT, TEXTS, fact, object_schema


def _rate(field: str) -> Callable[[Any], Any]:
    return lambda record: None if record.rates is None else getattr(record.rates, field)


def _stat(side: str, name: str) -> Callable[[Any], Any]:
    def value(record: Any) -> Any:
        stats = record.facts.get("stats64") or record.facts.get("stats")
        return None if stats is None else stats[side].get(name)

    return value


def _addresses(record: Any) -> list[str] | None:
    found = record.facts.get("addr_info")
    if found is None:
        return None
    return [f"{one['local']}/{one['prefixlen']}" for one in found if "local" in one]


def _kind(record: Any) -> Any:
    return record.facts.get("linkinfo", {}).get("info_kind")


def _data(name: str) -> Callable[[Any], Any]:
    def value(record: Any) -> list[str] | None:
        found = record.facts.get("linkinfo", {}).get(name)
        if not found:
            return None
        return [f"{key}={format_value(_plain(one))}" for key, one in found.items()]

    return value


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, (bool, dict)) else value


def _on(record: Any, _names: Names) -> str:
    """Return what the interface hangs on: the one below (``eth0``), or its index in another namespace (``if7``)."""
    facts = record.facts
    if facts.get("link") is not None:
        return str(facts["link"])
    return f"if{facts['link_index']}" if "link_index" in facts else ""


def _counters() -> list[Column]:
    shown = {"bytes", "packets", "errors", "dropped"}
    sides: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
        ("rx", "Rx", "Received", ("bytes", "packets", "errors", "dropped", "over_errors", "multicast", "compressed")),
        ("tx", "Tx", "Sent", ("bytes", "packets", "errors", "dropped", "carrier_errors", "collisions", "compressed")),
    )
    columns = []
    for side, short, group, names in sides:
        for name in names:
            kind: Kind = "bytes" if name == "bytes" else "integer"
            rank = {"bytes": 3, "packets": 5, "errors": 6, "dropped": 7}.get(name, 9)
            columns.append(
                Column(f"stats64.{side}.{name}", f"{short} {name.replace('_', ' ')}", _stat(side, name), kind,
                       f"{group.lower()}: {name.replace('_', ' ')}", group=group, shown=name in shown, rank=rank)
            )  # fmt: skip
    return columns


_RATES: tuple[tuple[str, str, str, str, Kind, int], ...] = (
    ("rx", "receive", "bytes", "Rx rate", "bitrate", 1), ("tx", "transmit", "bytes", "Tx rate", "bitrate", 1),
    ("rx", "receive", "packets", "Rx pkt/s", "rate", 5), ("tx", "transmit", "packets", "Tx pkt/s", "rate", 5),
)  # fmt: skip


def _rates() -> list[Column]:
    return [
        Column(f"rates.{side}.{name}", title, _rate(f"{way}_{name}"), kind, f"{way} rate, {name} a second",
               group="Rates", shown=False, rank=rank)
        for side, way, name, title, kind, rank in _RATES
    ]  # fmt: skip


COLUMNS: tuple[Column, ...] = (
    fact("ifindex", "Index", "integer", "interface index", rank=8),
    fact("ifname", "Name", help="interface name", rank=0, aliases=("dev", "interface", "name")),
    fact("operstate", "State", help="operational state (RFC 2863)", rank=1, aliases=("state",)),
    Column("addr_info", "Addresses", _addresses, "list", "its addresses", shown=False, rank=1, flex=True,
           aliases=("addresses",)),
    *_rates(),
    fact("mtu", "MTU", "integer", "largest packet, bytes", rank=2),
    fact("link_type", "Type", help="hardware type (ARPHRD_*)", rank=8, group="Link layer"),
    Column("linkinfo.info_kind", "Kind", _kind, help="driver kind: veth, bridge, vlan, ...", rank=4,
           aliases=("kind",)),
    fact("address", "Link address", "address", "link-layer address", rank=2, aliases=("mac",), group="Link layer"),
    fact("master", "Master", help="bridge, bond, ... it belongs to", rank=4),
    Column("link", "On", lambda r: r.facts.get("link"), help="the interface below it", text=_on, rank=6),
    *_counters(),
    fact("flags", "Flags", "list", "interface flags", rank=9, flex=True),
    fact("broadcast", "Broadcast", "address", "link-layer broadcast address, or the other end", shown=False,
         group="Link layer"),
    fact("permaddr", "Permanent", "address", "the address that the hardware was made with", shown=False,
         group="Link layer"),
    fact("link_pointtopoint", "Point to point", "flag", "a link between two", shown=False, group="Link layer"),
    fact("link_index", "On index", "integer", "index of the interface below, in another namespace", shown=False),
    fact("link_netnsid", "On namespace", "integer", "id of the namespace of the interface below", shown=False),
    fact("altnames", "Other names", "list", "alternative names", shown=False),
    fact("ifalias", "Alias", help="description that somebody set", shown=False, flex=True),
    fact("group", "Group", help="device group", shown=False),
    fact("qdisc", "Qdisc", help="queueing discipline", shown=False, group="Queues"),
    fact("txqlen", "Queue length", "integer", "length of the transmit queue, packets", shown=False, group="Queues"),
    fact("num_tx_queues", "Tx queues", "integer", "transmit queues", shown=False, group="Queues"),
    fact("num_rx_queues", "Rx queues", "integer", "receive queues", shown=False, group="Queues"),
    fact("linkmode", "Mode", help="link mode", shown=False, group="Settings"),
    fact("promiscuity", "Promiscuity", "integer", "how many ask for every frame", shown=False, group="Settings"),
    fact("allmulti", "All multicast", "integer", "how many ask for all multicast", shown=False, group="Settings"),
    fact("min_mtu", "Least MTU", "integer", "smallest MTU it takes", shown=False, group="Settings"),
    fact("max_mtu", "Greatest MTU", "integer", "largest MTU it takes", shown=False, group="Settings"),
    fact("inet6_addr_gen_mode", "IPv6 addresses", help="how link-local addresses are made", shown=False,
         group="Settings"),
    fact("proto_down", "Protocol down", "flag", "held down by a protocol", shown=False, group="Settings"),
    fact("proto_down_reason", "Protocol down by", "list", "who holds it down", shown=False, group="Settings"),
    Column("linkinfo.info_data", "Settings", _data("info_data"), "list", "settings of its kind", shown=False,
           group="Kind"),
    fact("linkinfo.info_slave_kind", "Port of", help="kind of what it is a port of", shown=False, group="Kind"),
    Column("linkinfo.info_slave_data", "Port settings", _data("info_slave_data"), "list", "settings as a port",
           shown=False, group="Kind"),
    *(
        fact(name, name.replace("_", " ").upper().replace("MAX", "max"), "integer", f"offload limit {name}",
             shown=False, group="Offload")
        for name in ("gso_max_size", "gso_max_segs", "tso_max_size", "tso_max_segs", "gro_max_size",
                     "gso_ipv4_max_size", "gro_ipv4_max_size")
    ),
    *(
        fact(name, title, help=help_, shown=False, group="Hardware")
        for name, title, help_ in (
            ("phys_port_name", "Port name", "name of the physical port"),
            ("phys_port_id", "Port id", "id of the physical port"),
            ("phys_switch_id", "Switch id", "id of the switch chip"),
            ("parentbus", "Bus", "bus of the device"),
            ("parentdev", "Device", "device on its bus"),
        )
    ),
    fact("xdp.mode", "XDP mode", "integer", "1 driver, 2 generic, 3 hardware, 4 several", shown=False,
         group="Hardware"),
)  # fmt: skip

_ONE_LOOK = ("ifindex", "ifname", "operstate", "mtu", "linkinfo.info_kind", "address", "master", "link",
             "stats64.rx.bytes", "stats64.rx.packets", "stats64.rx.errors", "stats64.rx.dropped",
             "stats64.tx.bytes", "stats64.tx.packets", "stats64.tx.errors", "stats64.tx.dropped", "flags")  # fmt: skip


def shown(query: Query) -> Sequence[str]:
    """Return the columns of a table: rates when it is live, addresses when they were asked for."""
    rates = ("rates.rx.bytes", "rates.tx.bytes", "rates.rx.packets", "rates.tx.packets") if query.live else ()
    addresses = ("addr_info",) if query.option("addresses") else ()
    return (*_ONE_LOOK[:3], *addresses, *rates, *_ONE_LOOK[3:])


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one interface."""
    from netscope.domains.addresses import properties as address_properties

    texts = (
        "ifname", "qdisc", "master", "operstate", "linkmode", "group", "link_type", "address", "broadcast", "permaddr",
        "inet6_addr_gen_mode", "phys_port_name", "phys_port_id", "phys_switch_id", "parentbus", "parentdev", "ifalias",
    )  # fmt: skip
    integers = (
        "ifindex", "link_index", "mtu", "operstate_index", "linkmode_index", "txqlen", "link_netnsid", "promiscuity",
        "allmulti", "min_mtu", "max_mtu", "num_tx_queues", "num_rx_queues", "gso_max_size", "gso_max_segs",
        "tso_max_size", "tso_max_segs", "gro_max_size", "gso_ipv4_max_size", "gro_ipv4_max_size",
    )  # fmt: skip
    numbers = {"type": "object", "additionalProperties": INTEGER}
    pair = {"type": "object", "properties": {"bytes": {"type": "number"}, "packets": {"type": "number"}}}
    both = {"type": "object", "properties": {"rx": numbers, "tx": numbers}, "required": ["rx", "tx"]}
    properties = {
        **dict.fromkeys(texts, TEXT),
        **dict.fromkeys(integers, INTEGER),
        **dict.fromkeys(("flags", "proto_down_reason", "altnames"), TEXTS),
        **dict.fromkeys(("link_pointtopoint", "proto_down"), BOOLEAN),
        "linkinfo": {"type": "object"},
        "xdp": {"type": "object"},
        "link": {"type": ["string", "null"]},
        "stats64": both,
        "stats": both,
        "vfinfo_list": {"type": "array", "items": {"type": "object"}},
        "addr_info": {"type": "array", "items": object_schema("address", address_properties(), ("family", "scope"))},
        "rates": {"type": ["object", "null"], "properties": {"rx": pair, "tx": pair}, "required": ["rx", "tx"]},
    }
    return object_schema("link", properties, ("ifindex", "ifname", "flags", "link_type", "rates"))
