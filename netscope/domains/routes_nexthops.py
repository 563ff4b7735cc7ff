"""Nexthop objects, which routes name by id (RTM_GETNEXTHOP, include/uapi/linux/nexthop.h). Loaded on need."""

from __future__ import annotations

from struct import Struct

from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.netlink import Malformed, attributes, request
from netscope.core.typed import Any
from netscope.domains.rtnl import (
    RTM_GETNEXTHOP,
    RTM_NEWNEXTHOP,
    Facts,
    Interfaces,
    address,
    dump,
    fixed,
    number,
)
from netscope.domains.rtnl_names import Labels, route_flags

_NHMSG = Struct("=BBBxI")  # family, scope, protocol, flags
_ID, _GROUP, _GROUP_TYPE, _BLACKHOLE, _OIF, _GATEWAY, _ENCAP_TYPE, _ENCAP, _FDB = 1, 2, 3, 4, 5, 6, 7, 8, 11
_MEMBER = Struct("=IBBH")  # id, weight - 1, its high byte, reserved
_RESILIENT = 1


def read_nexthops(host: Host, known: Interfaces, labels: Labels) -> dict[int, Facts]:
    """Return id -> nexthop, as ``ip -j -d route`` prints it under ``nh_info``; none where they cannot be read."""
    nexthops: dict[int, Facts] = {}
    try:
        payloads = dump(host, request(RTM_GETNEXTHOP, bytes(_NHMSG.size)), RTM_NEWNEXTHOP)
        for payload in payloads:
            facts = _nexthop(payload, known, labels)
            nexthops[facts["id"]] = facts
    except (NetscopeError, Malformed):
        pass  # the route itself says its gateways, too: nothing is lost but the object's own view
    return nexthops


def _nexthop(payload: bytes, known: Interfaces, labels: Labels) -> dict[str, Any]:
    family, scope, protocol, flags = fixed(_NHMSG, payload)
    found = attributes(payload, _NHMSG.size)
    facts: dict[str, Any] = {"id": number(found.get(_ID, b""))}
    if _GROUP in found:
        facts["group"] = [_member(*one) for one in _MEMBER.iter_unpack(found[_GROUP][: len(found[_GROUP]) & ~7])]
        if number(found.get(_GROUP_TYPE, b"")) == _RESILIENT:
            facts["type"] = "resilient"
    if _ENCAP in found and _ENCAP_TYPE in found:
        from netscope.domains.routes_encap import encapsulation

        facts.update(encapsulation(number(found[_ENCAP_TYPE]), found[_ENCAP], known, labels))
    if _GATEWAY in found:
        facts["gateway"] = address(family, found[_GATEWAY])
    if _OIF in found:
        facts["dev"] = known.name(number(found[_OIF]))
    facts["scope"] = labels.scope(scope)
    if _BLACKHOLE in found:
        facts["blackhole"] = None
    facts["protocol"] = labels.protocol(protocol)
    facts["flags"] = route_flags(flags)
    if _FDB in found:
        facts["fdb"] = None
    return facts


def _member(identity: int, weight: int, high: int, _reserved: int) -> dict[str, int]:
    weight += high << 8
    return {"id": identity, "weight": weight + 1} if weight else {"id": identity}
