"""Policy rules: what ``ip rule`` shows, v4 and v6 (RTM_GETRULE, include/uapi/linux/fib_rules.h)."""

from __future__ import annotations

from struct import Struct

from netscope.core.domain import Collector, Domain, Polled, Query
from netscope.core.errors import Unavailable
from netscope.core.host import Host
from netscope.core.netlink import attributes, request, text
from netscope.core.record import Column
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.typed import Any, Hashable, NamedTuple
from netscope.domains.rtnl import (
    FAMILIES,
    FAMILY,
    INTEGER,
    NULL,
    RTM_GETRULE,
    RTM_NEWRULE,
    TEXT,
    Facts,
    address,
    bits,
    decoded,
    dump,
    fact,
    fixed,
    guarded,
    looked,
    mark,
    network,
    number,
    object_schema,
    prefixed,
    signed,
)
from netscope.domains.rtnl_names import TYPES, Labels

# family, destination length, source length, tos, table, -, -, action, flags
_FIB_RULE_HDR = Struct("=BBBBBBBBI")
_FRA_DST, _FRA_SRC, _FRA_IIFNAME, _FRA_GOTO, _FRA_PRIORITY = 1, 2, 3, 4, 6
_FRA_FWMARK, _FRA_FLOW, _FRA_TUN_ID, _FRA_SUPPRESS_IFGROUP, _FRA_SUPPRESS_PREFIXLEN = 10, 11, 12, 13, 14
_FRA_TABLE, _FRA_FWMASK, _FRA_OIFNAME, _FRA_L3MDEV, _FRA_UID_RANGE = 15, 16, 17, 19, 20
_FRA_PROTOCOL, _FRA_IP_PROTO, _FRA_SPORT_RANGE, _FRA_DPORT_RANGE, _FRA_DSCP = 21, 22, 23, 24, 25
_UID_RANGE = Struct("=II")
_PORT_RANGE = Struct("=HH")

ACT_TO_TABLE, ACT_GOTO, ACT_NOP = 1, 2, 3
_INVERT, _UNRESOLVED, _IIF_DETACHED, _OIF_DETACHED = 0x2, 0x4, 0x8, 0x10
_ALL_MARK_BITS = 0xFFFFFFFF
_NONE = -1


class Rule(NamedTuple):
    """One policy rule. ``facts`` is its object in ``ip -j -d rule``, with ``family`` added.

    ``position`` is its place among the rules of its family: rules of equal priority are tried in that order.
    """

    family: str
    position: int
    priority: int
    facts: Facts


class _Decoder:
    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._position: dict[str, int] = {}

    def rule(self, payload: bytes) -> Rule:
        """Decode one RTM_NEWRULE message. Raises Malformed."""
        header = fixed(_FIB_RULE_HDR, payload)
        found = attributes(payload, _FIB_RULE_HDR.size)
        priority = number(found.get(_FRA_PRIORITY, b""))
        facts: dict[str, Any] = {"priority": priority}
        self._selectors(facts, header, found)
        self._action(facts, header, found)
        family = FAMILIES.get(header[0], str(header[0]))
        facts["family"] = family
        position = self._position.get(family, 0)
        self._position[family] = position + 1
        return Rule(family, position, priority, facts)

    def _selectors(self, facts: dict[str, Any], header: tuple[Any, ...], found: dict[int, bytes]) -> None:
        family, destination, source, tos, _table, _, _, _action, flags = header
        if flags & _INVERT:
            facts["not"] = None
        facts.update(_prefix(family, "src", found.get(_FRA_SRC), source) or {"src": "all"})
        facts.update(_prefix(family, "dst", found.get(_FRA_DST), destination))
        if tos:
            facts["tos"] = self._labels.dsfield(tos)
        if _FRA_DSCP in found:
            facts["dscp"] = self._labels.dsfield(number(found[_FRA_DSCP]) << 2)
        facts.update(_marks(found))
        for kind, name, detached in (
            (_FRA_IIFNAME, "iif", _IIF_DETACHED),
            (_FRA_OIFNAME, "oif", _OIF_DETACHED),
        ):
            if kind in found:
                facts[name] = text(found[kind])
                if flags & detached:
                    facts[f"{name}_detached"] = None
        if number(found.get(_FRA_L3MDEV, b"")):
            facts["l3mdev"] = None
        if _FRA_UID_RANGE in found:
            facts["uid_start"], facts["uid_end"] = fixed(_UID_RANGE, found[_FRA_UID_RANGE])
        if _FRA_IP_PROTO in found:
            facts["ipproto"] = self._labels.ip_protocol(number(found[_FRA_IP_PROTO]))
        facts.update(_ports("sport", found.get(_FRA_SPORT_RANGE)))
        facts.update(_ports("dport", found.get(_FRA_DPORT_RANGE)))
        if _FRA_TUN_ID in found:
            facts["tun_id"] = network(found[_FRA_TUN_ID])

    def _action(self, facts: dict[str, Any], header: tuple[Any, ...], found: dict[int, bytes]) -> None:
        table = number(found[_FRA_TABLE]) if _FRA_TABLE in found else header[4]
        if table:
            facts["table"] = self._labels.table(table)
            length = signed(found.get(_FRA_SUPPRESS_PREFIXLEN, b"\xff"))
            if length != _NONE:
                facts["suppress_prefixlen"] = length
            group = signed(found.get(_FRA_SUPPRESS_IFGROUP, b"\xff"))
            if group != _NONE:
                facts["suppress_ifgroup"] = self._labels.group(group)
        if _FRA_FLOW in found:
            flow = number(found[_FRA_FLOW])
            if flow >> 16:
                facts["flow_from"] = self._labels.realm(flow >> 16)
            facts["flow_to"] = self._labels.realm(flow & 0xFFFF)
        facts.update(_verdict(header[7], header[8], found))
        if _FRA_PROTOCOL in found:
            facts["protocol"] = self._labels.protocol(number(found[_FRA_PROTOCOL]))


def _prefix(family: int, name: str, value: bytes | None, length: int) -> dict[str, Any]:
    """Return ``{name: address}``, with ``{name}len`` when it is not a host address; nothing for no prefix."""
    if value is None and not length:
        return {}
    facts: dict[str, Any] = {name: "0" if value is None else address(family, value)}
    if value is None or length != bits(family):
        facts[f"{name}len"] = length
    return facts


def _marks(found: dict[int, bytes]) -> dict[str, Any]:
    if _FRA_FWMARK not in found and _FRA_FWMASK not in found:
        return {}
    facts = {"fwmark": prefixed(number(found.get(_FRA_FWMARK, b"")))}
    mask = number(found.get(_FRA_FWMASK, b"\xff\xff\xff\xff"))
    if mask != _ALL_MARK_BITS:
        facts["fwmask"] = prefixed(mask)
    return facts


def _ports(name: str, value: bytes | None) -> dict[str, int]:
    if value is None:
        return {}
    start, end = fixed(_PORT_RANGE, value)
    return {name: start} if start == end else {f"{name}_start": start, f"{name}_end": end}


def _verdict(action: int, flags: int, found: dict[int, bytes]) -> dict[str, Any]:
    if action == ACT_TO_TABLE:
        return {}
    if action == ACT_NOP:
        return {"nop": None}
    if action != ACT_GOTO:
        return {"action": TYPES.get(action, str(action))}
    facts: dict[str, Any] = {"goto": number(found[_FRA_GOTO]) if _FRA_GOTO in found else "none"}
    if flags & _UNRESOLVED:
        facts["unresolved"] = None
    return facts


def read_rules(host: Host, family: int, labels: Labels) -> tuple[list[Rule], list[Problem]]:
    """Read the rules of one family (AF_INET or AF_INET6) in the order in which the kernel tries them."""
    decoder = _Decoder(labels)
    message = request(RTM_GETRULE, _FIB_RULE_HDR.pack(family, 0, 0, 0, 0, 0, 0, 0, 0))
    return decoded("rules", dump(host, message, RTM_NEWRULE), decoder.rule)


def _open(host: Host, query: Query) -> Collector:
    def look() -> Snapshot:
        labels = Labels(host)
        rules: list[Rule] = []
        problems: list[Problem] = []
        for number_, family in ((4, 2), (6, 10)):
            if query.family not in (0, number_):
                continue
            try:
                found, wrong = read_rules(host, family, labels)
            except Unavailable as error:  # a kernel without IPv6 or without policy routing
                found, wrong = [], [Problem(f"IPv{number_} rules", error.why, error.mend)]
            rules += found
            problems += wrong
        return looked(host, "rules", rules, problems)

    return Polled(guarded("rules", look))


def _key(record: Rule) -> Hashable:
    return record.family, tuple(record.facts.items())


def _side(name: str) -> Any:
    def show(record: Rule, _names: Any) -> str:
        value = record.facts.get(name)
        if value is None:
            return "all" if name == "dst" else ""
        length = record.facts.get(f"{name}len")
        return str(value) if length is None else f"{value}/{length}"

    return show


_MATCHES = ("tos", "dscp", "fwmark", "iif", "oif", "ipproto", "sport", "dport", "tun_id")


def _matches(record: Rule) -> str | None:
    """Return the selectors beside the prefixes, as ``ip rule`` words them."""
    facts = record.facts
    words = ["not"] if "not" in facts else []
    for name in _MATCHES:
        if name in facts:
            mask = f"/{facts['fwmask']}" if name == "fwmark" and "fwmask" in facts else ""
            words.append(f"{name} {facts[name]}{mask}")
        if f"{name}_detached" in facts:
            words.append("[detached]")
        if f"{name}_start" in facts:
            words.append(f"{name} {facts[f'{name}_start']}-{facts[f'{name}_end']}")
    if "uid_start" in facts:
        words.append(f"uidrange {facts['uid_start']}-{facts['uid_end']}")
    return " ".join(words) or None


def _does(record: Rule) -> str:
    """Return what the rule does, as ``ip rule`` words it."""
    facts = record.facts
    words = []
    if "l3mdev" in facts:
        words.append("lookup [l3mdev-table]")
    if "table" in facts:
        words.append(f"lookup {facts['table']}")
    if "suppress_prefixlen" in facts:
        words.append(f"suppress_prefixlength {facts['suppress_prefixlen']}")
    if "suppress_ifgroup" in facts:
        words.append(f"suppress_ifgroup {facts['suppress_ifgroup']}")
    if "flow_to" in facts:
        source = f"{facts['flow_from']}/" if "flow_from" in facts else ""
        words.append(f"realms {source}{facts['flow_to']}")
    if "goto" in facts:
        words.append(f"goto {facts['goto']}" + (" [unresolved]" if "unresolved" in facts else ""))
    if "nop" in facts:
        words.append("nop")
    if "action" in facts:
        words.append(facts["action"])
    return " ".join(words)


def wording(record: Rule) -> str:
    """Return a rule as ``ip rule`` prints it, on one line."""
    facts = record.facts
    words = [f"{record.priority}:", "from", _side("src")(record, None)]
    if "dst" in facts:
        words += ["to", _side("dst")(record, None)]
    words += [_matches(record) or "", _does(record)]
    return " ".join(word for word in words if word)


COLUMNS = (
    fact("priority", "Priority", "integer", "rules are tried from the smallest", rank=0, aliases=("pref",)),
    fact("family", "Family", help="inet or inet6", rank=1),
    fact("src", "From", "address", "source prefix", _side("src"), rank=0, flex=True, aliases=("from",)),
    fact("srclen", "From length", "integer", "length of the source prefix", shown=False, group="Selectors"),
    fact("dst", "To", "address", "destination prefix", _side("dst"), rank=3, aliases=("to",)),
    fact("dstlen", "To length", "integer", "length of the destination prefix", shown=False, group="Selectors"),
    Column("matches", "Matches", _matches, help="the other selectors", rank=2, flex=True),
    Column("does", "Does", _does, help="what happens when all of it matches", rank=0, flex=True),
    fact("protocol", "Protocol", help="who set it (rt_protos)", rank=6),
    mark("not", "Not", "the rule applies to what does not match", shown=False, group="Selectors"),
    fact("tos", "TOS", help="type of service", shown=False, group="Selectors"),
    fact("dscp", "DSCP", help="differentiated services code point", shown=False, group="Selectors"),
    fact("fwmark", "Mark", help="packet mark, hexadecimal", shown=False, group="Selectors"),
    fact("fwmask", "Mark mask", help="the bits of the mark that count", shown=False, group="Selectors"),
    fact("iif", "In", help="incoming interface", shown=False, group="Selectors"),
    mark("iif_detached", "In detached", "there is no such interface now", shown=False, group="Selectors"),
    fact("oif", "Out", help="outgoing interface", shown=False, group="Selectors"),
    mark("oif_detached", "Out detached", "there is no such interface now", shown=False, group="Selectors"),
    fact("uid_start", "First uid", "integer", "first user id", shown=False, group="Selectors"),
    fact("uid_end", "Last uid", "integer", "last user id", shown=False, group="Selectors"),
    fact("ipproto", "IP protocol", help="IP protocol", shown=False, group="Selectors"),
    *(
        fact(f"{side}port{part}", f"{word} port{label}", "port", f"{label.strip() or 'the only'} {word.lower()} port",
             shown=False, group="Selectors")
        for side, word in (("s", "Source"), ("d", "Destination"))
        for part, label in (("", ""), ("_start", " first"), ("_end", " last"))
    ),
    fact("tun_id", "Tunnel id", "integer", "tunnel key", shown=False, group="Selectors"),
    mark("l3mdev", "L3mdev", "looks in the table of the VRF", shown=False, group="Action"),
    fact("table", "Table", help="routing table that is looked up", shown=False, group="Action"),
    fact("suppress_prefixlen", "Suppress length", "integer", "ignore routes this short or shorter", shown=False,
         group="Action"),
    fact("suppress_ifgroup", "Suppress group", help="ignore routes through this device group", shown=False,
         group="Action"),
    fact("flow_from", "Realm from", help="source realm it sets", shown=False, group="Action"),
    fact("flow_to", "Realm to", help="realm it sets", shown=False, group="Action"),
    fact("goto", "Goto", "integer", "priority it goes on at", shown=False, group="Action"),
    mark("unresolved", "Unresolved", "there is no rule of that priority", shown=False, group="Action"),
    mark("nop", "Nop", "does nothing", shown=False, group="Action"),
    fact("action", "Action", help="blackhole, unreachable, prohibit", shown=False, group="Action"),
)  # fmt: skip


def _schema() -> dict[str, Any]:
    texts = (
        "src", "dst", "tos", "dscp", "fwmark", "fwmask", "iif", "oif", "ipproto", "table", "suppress_ifgroup",
        "flow_from", "flow_to", "action", "protocol",
    )  # fmt: skip
    integers = (
        "priority", "srclen", "dstlen", "uid_start", "uid_end", "sport", "sport_start", "sport_end", "dport",
        "dport_start", "dport_end", "tun_id", "suppress_prefixlen",
    )  # fmt: skip
    nulls = ("not", "iif_detached", "oif_detached", "l3mdev", "unresolved", "nop")
    properties = {
        **dict.fromkeys(texts, TEXT),
        **dict.fromkeys(integers, INTEGER),
        **dict.fromkeys(nulls, NULL),
        "goto": {"type": ["integer", "string"]},
        "family": FAMILY,
    }
    return object_schema("rule", properties, ("priority", "src", "family"))


DOMAIN = Domain(
    name="rules",
    title="Rules",
    summary="the policy rules that choose a routing table, v4 and v6",
    replaces=("ip rule", "ip -6 rule"),
    columns=COLUMNS,
    key=_key,
    open=_open,
    to_json=lambda record: dict(record.facts),
    schema=_schema,
    groups=(8, 19),  # RTNLGRP_IPV4_RULE, _IPV6_RULE
    epilog="examples:\n  netscope rules table:main\n  netscope rules -6 --json",
)
