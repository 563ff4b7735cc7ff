"""The virtual functions of an SR-IOV device (IFLA_VFINFO_LIST, include/uapi/linux/if_link.h). Loaded on need."""

from __future__ import annotations

from struct import Struct

from netscope.core.netlink import attribute_list, attributes
from netscope.core.typed import Any
from netscope.domains.rtnl import fixed, mac, number

_MAC, _VLAN, _TX_RATE, _SPOOFCHK, _LINK_STATE, _RATE = 1, 2, 3, 4, 5, 6
_RSS_QUERY_EN, _STATS, _TRUST, _IB_NODE_GUID, _IB_PORT_GUID, _VLAN_LIST, _BROADCAST = 7, 8, 9, 10, 11, 12, 13
_VF_MAC = Struct("=I32s")
_VF_PAIR = Struct("=II")
_VF_TRIPLE = Struct("=III")
_VF_VLAN = Struct("=III2s")  # vf, vlan, quality of service, ethertype
_VF_GUID = Struct("=IxxxxQ")
_ARPHRD_ETHER, _IFF_POINTOPOINT = 1, 0x10
_UNKNOWN = 0xFFFFFFFF
_LINK_STATES = ("auto", "enable")
_8021Q = b"\x81\x00"


def virtual_functions(value: bytes, arphrd: int, link_type: str, flags: int) -> list[dict[str, Any]]:
    """Return one object per virtual function, as ``ip -j -d -s link`` prints it. Raises Malformed."""
    return [_function(attributes(one), arphrd, link_type, flags) for kind, one in attribute_list(value) if kind == 1]


def _function(found: dict[int, bytes], arphrd: int, link_type: str, flags: int) -> dict[str, Any]:
    length = 6 if arphrd == _ARPHRD_ETHER else 20
    vf, own = fixed(_VF_MAC, found.get(_MAC, b""))
    facts: dict[str, Any] = {"vf": vf, "link_type": link_type, "address": mac(own[:length], arphrd)}
    if _BROADCAST in found:
        if flags & _IFF_POINTOPOINT:
            facts["link_pointtopoint"] = True
        facts["broadcast"] = mac(found[_BROADCAST][:length], arphrd)
    facts.update(_vlans(found))
    rate = _setting(found, _TX_RATE)
    if rate:
        facts["tx_rate"] = rate
    if _RATE in found:
        _vf, least, most = fixed(_VF_TRIPLE, found[_RATE])
        facts["rate"] = {"max_tx": most, "min_tx": least}
    spoof = _setting(found, _SPOOFCHK)
    if spoof not in (None, _UNKNOWN):
        facts["spoofchk"] = bool(spoof)
    for kind, name in ((_IB_NODE_GUID, "node guid"), (_IB_PORT_GUID, "port guid")):
        if kind in found:
            _vf, guid = fixed(_VF_GUID, found[kind])
            facts[name] = guid.to_bytes(8, "big").hex(":")
    state = _setting(found, _LINK_STATE)
    if state is not None:
        facts["link_state"] = _LINK_STATES[state] if state < len(_LINK_STATES) else "disable"
    for kind, name in ((_TRUST, "trust"), (_RSS_QUERY_EN, "query_rss_en")):
        value = _setting(found, kind)
        if value not in (None, _UNKNOWN):
            facts[name] = bool(value)
    if _STATS in found:
        facts["stats"] = _statistics(attributes(found[_STATS]))
    return facts


def _setting(found: dict[int, bytes], kind: int) -> int | None:
    if kind not in found:
        return None
    _vf, value = fixed(_VF_PAIR, found[kind])
    return int(value)


def _vlans(found: dict[int, bytes]) -> dict[str, Any]:
    if _VLAN_LIST in found:
        return {"vlan_list": [_vlan(*fixed(_VF_VLAN, one)[1:]) for _kind, one in attribute_list(found[_VLAN_LIST])]}
    if _VLAN in found:
        _vf, vlan, priority = fixed(_VF_TRIPLE, found[_VLAN])
        return _vlan(vlan, priority, _8021Q)
    return {}


def _vlan(vlan: int, priority: int, protocol: bytes) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if vlan:
        facts["vlan"] = vlan
    if priority:
        facts["qos"] = priority
    if any(protocol) and protocol != _8021Q:
        facts["protocol"] = {b"\x88\xa8": "802.1ad"}.get(protocol, f"[{int.from_bytes(protocol, 'big')}]")
    return facts


def _statistics(found: dict[int, bytes]) -> dict[str, Any]:
    def of(kind: int) -> int:
        return number(found.get(kind, b""))

    receive = {"bytes": of(2), "packets": of(0), "multicast": of(5), "broadcast": of(4)}
    transmit = {"tx_bytes": of(3), "tx_packets": of(1)}
    if 7 in found:
        receive["dropped"] = of(7)
    if 8 in found:
        transmit["dropped"] = of(8)
    return {"rx": receive, "tx": transmit}
