"""One route message as ``ip -j -d route`` prints it (RTM_NEWROUTE, include/uapi/linux/rtnetlink.h)."""

from __future__ import annotations

from struct import Struct

from netscope.core.host import Host
from netscope.core.netlink import Malformed, attributes, text
from netscope.core.typed import Any, NamedTuple
from netscope.domains.rtnl import (
    AF_MPLS,
    FAMILIES,
    USER_HZ,
    Facts,
    Interfaces,
    address,
    bits,
    fixed,
    number,
    prefixed,
)
from netscope.domains.rtnl_names import TYPES, Labels, route_flags

# family, destination length, source length, tos, table, protocol, scope, type, flags
RTMSG = Struct("=BBBBBBBBI")
RTA_DST, RTA_SRC, RTA_IIF, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_PREFSRC = 1, 2, 3, 4, 5, 6, 7
RTA_METRICS, RTA_MULTIPATH, RTA_FLOW, RTA_CACHEINFO, RTA_TABLE, RTA_MARK, RTA_VIA = 8, 9, 11, 12, 15, 16, 18
RTA_NEWDST, RTA_PREF, RTA_ENCAP_TYPE, RTA_ENCAP, RTA_UID, RTA_TTL_PROPAGATE, RTA_NH_ID = 19, 20, 21, 22, 25, 26, 30
RTM_F_CLONED = 0x200

_MULTICAST = 5
_CACHEINFO = Struct("=IIiIIIII")  # references, last use, expires, error, used, id, ts, ts age
_RTNEXTHOP = Struct("=HBBi")  # length, flags, hops, interface index
_VIA_FAMILY = Struct("=H")
_CACHE_FLAGS = (
    (31, "local"), (30, "reject"), (29, "mc"), (28, "brd"), (27, "dst-nat"), (23, "src-nat"), (22, "masq"),
    (17, "dst-direct"), (26, "src-direct"), (18, "redirected"), (24, "redirect"), (21, "fastroute"), (16, "notify"),
    (19, "proxy"),
)  # fmt: skip
_PREFERENCES = {3: "low", 0: "medium", 1: "high"}
_METRICS = {
    2: "mtu", 3: "window", 4: "rtt", 5: "rttvar", 6: "ssthresh", 7: "cwnd", 8: "advmss", 9: "reordering",
    10: "hoplimit", 11: "initcwnd", 12: "features", 13: "rto_min", 14: "initrwnd", 15: "quickack", 16: "congestion",
    17: "fastopen_no_cookie",
}  # fmt: skip
_RTAX_LOCK, _RTAX_RTT, _RTAX_RTTVAR, _RTAX_HOPLIMIT, _RTAX_FEATURES, _RTAX_CC_ALGO = 1, 4, 5, 10, 12, 16
_FEATURE_ECN = 1
# Where iproute2 prints the same key twice in one object, the route's own keeps the name.
_CLASHING = frozenset({"dst", "src", "tos", "table", "iif"})
_KERNEL_CHOOSES = 0xFFFFFFFF


class Route(NamedTuple):
    """One route. With ``type`` and ``dst`` put first, ``facts`` is its object in ``ip -j -d route``, plus ``family``.

    Routes that differ in nothing but their destination share one ``facts``.
    """

    type: str
    dst: str
    facts: Facts


class Decoder:
    """Decodes the routes of one look at one host."""

    def __init__(self, host: Host, known: Interfaces, labels: Labels) -> None:
        self._host = host
        self._known = known
        self._labels = labels
        self._nexthops: dict[int, Facts] | None = None

    def route(self, payload: bytes) -> Route:
        """Decode one RTM_NEWROUTE message, header stripped. Raises Malformed."""
        header = fixed(RTMSG, payload)
        family, length, source_length, tos, _table, _protocol, _scope, kind, flags = header
        found = attributes(payload, RTMSG.size)
        facts: dict[str, Any] = {}
        if RTA_SRC in found:
            facts["from"] = _prefix(family, found[RTA_SRC], source_length)
        elif source_length:
            facts["src"] = f"0/{source_length}"
        if RTA_NH_ID in found:
            facts["nhid"] = number(found[RTA_NH_ID])
        if RTA_NEWDST in found:
            facts["to"] = address(family, found[RTA_NEWDST])
        for name, value in self._encap(found).items():
            facts[f"encap_{name}" if name in _CLASHING else name] = value
        if tos:
            facts["tos"] = self._labels.dsfield(tos)
        facts.update(self._way(family, found))
        self._origin(facts, header, found)
        # Above 16 bits a cached route has RTCF_* flags, which mean something else by the same bits.
        facts["flags"] = route_flags(flags & 0xFFFF if flags & RTM_F_CLONED else flags)
        self._details(facts, header, found)
        if RTA_MULTIPATH in found:
            facts["nexthops"] = self._multipath(header, found[RTA_MULTIPATH])
        facts["family"] = FAMILIES.get(family, str(family))
        if RTA_DST in found:
            destination = _prefix(family, found[RTA_DST], length)
        else:
            destination = f"0/{length}" if length else "default"
        return Route(TYPES.get(kind, str(kind)), destination, facts)

    def _way(self, family: int, found: dict[int, bytes]) -> dict[str, Any]:
        """Return where to: gateway, via and dev."""
        facts: dict[str, Any] = {}
        if RTA_GATEWAY in found:
            facts["gateway"] = address(family, found[RTA_GATEWAY])
        if RTA_VIA in found:
            facts["via"] = _via(found[RTA_VIA])
        if RTA_OIF in found:
            facts["dev"] = self._known.name(number(found[RTA_OIF]))
        return facts

    def _origin(self, facts: dict[str, Any], header: tuple[Any, ...], found: dict[int, bytes]) -> None:
        family, _length, _source_length, _tos, table, protocol, scope, _kind, flags = header
        if RTA_TABLE in found:
            table = number(found[RTA_TABLE])
        if table:
            facts["table"] = self._labels.table(table)
        if not flags & RTM_F_CLONED:
            facts["protocol"] = self._labels.protocol(protocol)
            facts["scope"] = self._labels.scope(scope)
        if RTA_PREFSRC in found:
            facts["prefsrc"] = address(family, found[RTA_PREFSRC])
        if RTA_PRIORITY in found:
            facts["metric"] = number(found[RTA_PRIORITY])

    def _details(self, facts: dict[str, Any], header: tuple[Any, ...], found: dict[int, bytes]) -> None:
        family, flags = header[0], header[8]
        if number(found.get(RTA_MARK, b"")):
            facts["mark"] = number(found[RTA_MARK])
        if RTA_FLOW in found:
            facts["flow"] = self._flow(found[RTA_FLOW])
        if RTA_UID in found:
            facts["uid"] = number(found[RTA_UID])
        if family == 2 and flags & RTM_F_CLONED:
            facts["cache"] = _cache_flags(flags)
        if RTA_CACHEINFO in found and family in (2, 10):
            facts.update(_cache(found[RTA_CACHEINFO]))
        if RTA_METRICS in found:
            facts["metrics"] = [_metrics(attributes(found[RTA_METRICS]))]
        if RTA_IIF in found:
            facts["iif"] = self._known.name(number(found[RTA_IIF]))
        if RTA_PREF in found:
            preference = number(found[RTA_PREF])
            facts["pref"] = _PREFERENCES.get(preference, preference)
        if RTA_TTL_PROPAGATE in found:
            facts["ttl-propogate"] = bool(number(found[RTA_TTL_PROPAGATE]))  # sic: iproute2's key
        if RTA_NH_ID in found:
            information = self._nexthop(number(found[RTA_NH_ID]))
            if information is not None:
                facts["nh_info"] = information

    def _flow(self, value: bytes) -> dict[str, str]:
        flow = number(value)
        source = {"from": self._labels.realm(flow >> 16)} if flow >> 16 else {}
        return {**source, "to": self._labels.realm(flow & 0xFFFF)}

    def _encap(self, found: dict[int, bytes]) -> dict[str, Any]:
        if RTA_ENCAP not in found or RTA_ENCAP_TYPE not in found:
            return {}
        from netscope.domains.routes_encap import encapsulation

        return encapsulation(number(found[RTA_ENCAP_TYPE]), found[RTA_ENCAP], self._known, self._labels)

    def _multipath(self, header: tuple[Any, ...], value: bytes) -> list[dict[str, Any]]:
        family, kind, flags = header[0], header[7], header[8]
        hops = []
        while len(value) >= _RTNEXTHOP.size:
            length, hop_flags, weight, index = _RTNEXTHOP.unpack_from(value)
            if not _RTNEXTHOP.size <= length <= len(value):
                raise Malformed(f"nexthop of {length} bytes in {len(value)}")
            found = attributes(value[:length], _RTNEXTHOP.size)
            facts = self._encap(found)
            if RTA_NEWDST in found:
                facts["to"] = address(family, found[RTA_NEWDST])
            facts.update(self._way(family, found))
            if RTA_FLOW in found:
                facts["flow"] = self._flow(found[RTA_FLOW])
            facts["dev"] = self._known.name(index)
            if flags & RTM_F_CLONED and kind == _MULTICAST:
                if weight != 1:
                    facts["ttl"] = weight
            elif family != AF_MPLS:
                facts["weight"] = weight + 1
            facts["flags"] = route_flags(hop_flags)
            hops.append(facts)
            value = value[(length + 3) & ~3 :]
        return hops

    def _nexthop(self, identity: int) -> Facts | None:
        if self._nexthops is None:
            from netscope.domains.routes_nexthops import read_nexthops

            self._nexthops = read_nexthops(self._host, self._known, self._labels)
        return self._nexthops.get(identity)


def _prefix(family: int, value: bytes, length: int) -> str:
    host = address(family, value)
    return host if length == bits(family) else f"{host}/{length}"


def _via(value: bytes) -> dict[str, str]:
    (family,) = fixed(_VIA_FAMILY, value)
    return {"family": FAMILIES.get(family, str(family)), "host": address(family, value[_VIA_FAMILY.size :])}


def _cache_flags(flags: int) -> list[str]:
    names = [name for bit, name in _CACHE_FLAGS if flags >> bit & 1]
    rest = flags & ~0xFFFF & ~sum(1 << bit for bit, _name in _CACHE_FLAGS)
    return [*names, f"{rest:x}"] if rest else names


def _cache(value: bytes) -> dict[str, Any]:
    _references, _last, expires, error, _used, identity, ts, age = fixed(_CACHEINFO, value)
    facts: dict[str, Any] = {}
    if expires:
        facts["expires"] = int(expires / USER_HZ)  # towards zero, as C divides
    if error:
        facts["error"] = error
    if identity:
        facts["ipid"] = prefixed(identity)
    if ts or age:
        facts["ts"] = prefixed(ts)
        facts["tsage"] = age
    return facts


def _metrics(found: dict[int, bytes]) -> dict[str, Any]:
    locked = number(found.get(_RTAX_LOCK, b""))
    facts: dict[str, Any] = {}
    for kind, name in _METRICS.items():
        if kind not in found and not locked >> kind & 1:
            continue
        value = found.get(kind, b"")
        if kind == _RTAX_CC_ALGO:
            facts[name] = text(value)
        elif kind == _RTAX_FEATURES:
            facts.update(_features(number(value)))
        elif kind == _RTAX_RTT:
            facts[name] = number(value) // 8
        elif kind == _RTAX_RTTVAR:
            facts[name] = number(value) // 4
        elif kind != _RTAX_HOPLIMIT or number(value) != _KERNEL_CHOOSES:
            facts[name] = number(value)
    return facts


def _features(features: int) -> dict[str, Any]:
    facts: dict[str, Any] = {"ecn": None} if features & _FEATURE_ECN else {}
    if features & ~_FEATURE_ECN:
        facts["features"] = prefixed(features)
    return facts
