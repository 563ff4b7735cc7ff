"""The columns and the JSON Schema of the routes topic."""

from __future__ import annotations

from netscope.core.domain import Query
from netscope.core.record import Column, Names
from netscope.core.text import format_value
from netscope.core.typed import Any, Sequence
from netscope.domains.rtnl import FAMILY, INTEGER, TEXT, TEXTS, fact, object_schema


def _gateway(record: Any) -> str | None:
    """Return where the route leads: the gateway, one of another family, or each gateway of a multipath route."""
    facts = record.facts
    if "gateway" in facts:
        return str(facts["gateway"])
    if "via" in facts:
        return str(facts["via"]["host"])
    return None


def _via(record: Any, _names: Names) -> str:
    found = _gateway(record)
    if found is not None:
        return found
    return ",".join(filter(None, (_hop_gateway(hop) for hop in record.facts.get("nexthops", ()))))


def _hop_gateway(hop: Any) -> str:
    return str(hop.get("gateway") or hop.get("via", {}).get("host", ""))


def _device(record: Any, _names: Names) -> str:
    facts = record.facts
    return str(facts.get("dev", "")) or ",".join(hop.get("dev", "") for hop in facts.get("nexthops", ()))


def _nexthops(record: Any) -> list[str] | None:
    hops = record.facts.get("nexthops")
    if hops is None:
        return None
    return [
        " ".join(
            word
            for word in (
                f"via {_hop_gateway(hop)}" if _hop_gateway(hop) else "",
                f"dev {hop['dev']}" if "dev" in hop else "",
                f"weight {hop['weight']}" if "weight" in hop else "",
                *hop.get("flags", ()),
            )
            if word
        )
        for hop in hops
    ]


def _metrics(record: Any) -> list[str] | None:
    found = record.facts.get("metrics")
    if not found:
        return None
    return [name if value is None else f"{name} {value}" for name, value in found[0].items()]


def _flow(record: Any) -> str | None:
    flow = record.facts.get("flow")
    return None if flow is None else "/".join(filter(None, (flow.get("from"), flow.get("to"))))


def _rule(record: Any) -> str | None:
    rule = record.facts.get("rule")
    if rule is None:
        return None
    from netscope.domains.rules import Rule, wording

    return wording(Rule("", 0, rule["priority"], rule))


def _object(name: str) -> Any:
    def value(record: Any) -> list[str] | None:
        found = record.facts.get(name)
        return None if not found else [f"{key}={format_value(one)}" for key, one in found.items()]

    return value


COLUMNS: tuple[Column, ...] = (
    Column("dst", "Destination", lambda r: r.dst, "address", "destination prefix, or default", rank=0, flex=True,
           aliases=("destination",)),
    Column("gateway", "Gateway", _gateway, "address", "the next router", _via, rank=0, aliases=("via",)),
    Column("dev", "Device", lambda r: r.facts.get("dev"), help="outgoing interface", text=_device, rank=0,
           aliases=("oif", "interface")),
    Column("type", "Type", lambda r: r.type, help="unicast, local, blackhole, unreachable, ...", rank=1),
    fact("table", "Table", help="routing table (rt_tables)", rank=2),
    fact("protocol", "Protocol", help="who set it (rt_protos)", rank=3, aliases=("proto",)),
    fact("scope", "Scope", help="how far the destination is (rt_scopes)", rank=6),
    fact("metric", "Metric", "integer", "the smallest wins", rank=3),
    fact("prefsrc", "Source", "address", "preferred source address", rank=5, aliases=("src",)),
    fact("flags", "Flags", "list", "dead, linkdown, onlink, ...", rank=6),
    fact("family", "Family", help="inet, inet6 or mpls", rank=7),
    fact("prefix", "Matched prefix", help="with --get: the prefix that won", shown=False),
    Column("rule", "Matched rule", _rule, help="with --get: the rule that led to its table", shown=False),
    fact("pref", "Preference", help="router preference (RFC 4191)", shown=False),
    fact("from", "From", "address", "source prefix", shown=False, group="Selectors"),
    fact("tos", "TOS", help="type of service", shown=False, group="Selectors"),
    fact("mark", "Mark", "integer", "packet mark", shown=False, group="Selectors"),
    fact("iif", "In", help="incoming interface", shown=False, group="Selectors"),
    fact("uid", "User id", "integer", "user id", shown=False, group="Selectors"),
    Column("nexthops", "Next hops", _nexthops, "list", "the ways of a multipath route", shown=False,
           group="Next hops"),
    fact("nhid", "Next hop id", "integer", "id of its nexthop object", shown=False, group="Next hops"),
    Column("nh_info", "Next hop object", _object("nh_info"), "list", "its nexthop object", shown=False,
           group="Next hops"),
    fact("via.family", "Gateway family", help="family of a gateway of another family", shown=False,
         group="Next hops"),
    Column("metrics", "Metrics", _metrics, "list", "mtu, advmss, rtt, ...", shown=False, group="Settings"),
    Column("flow", "Realms", _flow, help="realms (rt_realms)", shown=False, group="Settings"),
    fact("encap", "Encapsulation", help="lightweight tunnel: mpls, seg6, ip, ...", shown=False, group="Settings"),
    fact("encap_dst", "Encapsulated to", help="labels or address it is encapsulated to", shown=False,
         group="Settings"),
    fact("to", "Labels", help="labels or address it is changed to", shown=False, group="Settings"),
    fact("expires", "Expires", "integer", "seconds until it goes", shown=False, group="Cache"),
    fact("error", "Error", "integer", "errno it answers with, as an unsigned number", shown=False, group="Cache"),
    fact("cache", "Cache flags", "list", "flags of a cached route", shown=False, group="Cache"),
)  # fmt: skip


def shown(_query: Query) -> Sequence[str] | None:
    """Let each column decide."""
    return None


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one route."""
    texts = (
        "type", "dst", "from", "src", "to", "encap", "tos", "gateway", "dev", "table", "protocol", "scope", "prefsrc",
        "iif",
    )  # fmt: skip
    integers = ("nhid", "metric", "mark", "uid", "expires", "error", "tsage")
    hop = {
        **dict.fromkeys(("to", "encap", "gateway", "dev"), TEXT),
        "weight": INTEGER,
        "flags": TEXTS,
        "via": {"type": "object"},
        "flow": {"type": "object"},
    }
    properties = {
        **dict.fromkeys(texts, TEXT),
        **dict.fromkeys(integers, INTEGER),
        "flags": TEXTS,
        "cache": TEXTS,
        "pref": {"type": ["string", "integer"]},
        "via": {"type": "object", "properties": {"family": TEXT, "host": TEXT}},
        "flow": {"type": "object", "properties": {"from": TEXT, "to": TEXT}},
        "metrics": {"type": "array", "items": {"type": "object"}},
        "nexthops": {"type": "array", "items": object_schema("nexthop", hop, ("flags",))},
        "nh_info": {"type": "object"},
        "prefix": {"type": ["string", "null"]},
        "rule": {"type": ["object", "null"]},
        "family": FAMILY,
    }
    return object_schema("route", properties, ("type", "dst", "flags", "family"))
