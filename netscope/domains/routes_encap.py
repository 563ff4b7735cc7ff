"""Lightweight tunnels of routes: MPLS, IP, SRv6 (RTA_ENCAP, include/uapi/linux/lwtunnel.h). Loaded on need.

A kind that is not known here keeps its name and leaves its settings out.
"""

from __future__ import annotations

from struct import Struct

from netscope.core.netlink import Malformed, attributes, text
from netscope.core.typed import Any
from netscope.domains.rtnl import AF_MPLS, Interfaces, address, fixed, network, number, prefixed
from netscope.domains.rtnl_names import Labels

_KINDS = {
    1: "mpls", 2: "ip", 3: "ila", 4: "ip6", 5: "seg6", 6: "bpf", 7: "seg6local", 8: "rpl", 9: "ioam6", 10: "xfrm",
}  # fmt: skip
_INET, _INET6 = 2, 10
_MODES = {0: "inline", 1: "encap", 2: "l2encap", 3: "encap.red", 4: "l2encap.red"}
_ACTIONS = (
    "<unknown>", "End", "End.X", "End.T", "End.DX2", "End.DX6", "End.DX4", "End.DT6", "End.DT4", "End.B6",
    "End.B6.Encaps", "End.BM", "End.S", "End.AS", "End.AM", "End.BPF", "End.DT46",
)  # fmt: skip
_SRH = Struct("=BBBBBBH")  # next header, length, type, segments left, first segment, flags, tag (RFC 8754)
_MODE = Struct("=i")
_HMAC = 5
_SEGMENT = 16


def encapsulation(kind: int, value: bytes, known: Interfaces, labels: Labels) -> dict[str, Any]:
    """Return the keys that ``ip -j route`` prints for one encapsulation. Raises Malformed."""
    facts: dict[str, Any] = {"encap": _KINDS.get(kind, "unknown")}
    found = attributes(value)
    if kind == 1:
        facts.update(_mpls(found))
    elif kind in (2, 4):
        facts.update(_ip(found, kind == 4))
    elif kind == 5 and 1 in found:
        (mode,) = fixed(_MODE, found[1])
        facts["mode"] = _MODES.get(mode, "<unknown>")
        facts.update(_segments(found[1][4:]))
    elif kind == 7 and 1 in found:
        facts.update(_local(found, known, labels))
    elif kind == 10:
        if 1 in found:
            facts["if_id"] = number(found[1])
        if 2 in found:
            facts["link_dev"] = known.name(number(found[2]))
    elif kind == 6:
        facts.update(_bpf(found))
    return facts


def _mpls(found: dict[int, bytes]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if 1 in found:
        facts["dst"] = address(AF_MPLS, found[1])
    if 2 in found:
        facts["ttl"] = number(found[2])
    return facts


def _ip(found: dict[int, bytes], six: bool) -> dict[str, Any]:
    """Decode LWTUNNEL_IP_* and LWTUNNEL_IP6_*: the same numbers but for what they call TTL and TOS."""
    family = _INET6 if six else _INET
    facts: dict[str, Any] = {}
    if 1 in found:
        facts["id"] = network(found[1])
    if 3 in found:
        facts["src"] = address(family, found[3])
    if 2 in found:
        facts["dst"] = address(family, found[2])
    hops, traffic = ("hoplimit", "tc") if six else ("ttl", "tos")
    for attribute, name in ((4, hops), (5, traffic)):
        if attribute in found:
            facts[name] = number(found[attribute])
    flags = network(found.get(6, b""))
    for bit, name in ((0x4, "key"), (0x1, "csum"), (0x8, "seq")):
        if flags & bit:
            facts[name] = True
    return facts


def _segments(header: bytes) -> dict[str, Any]:
    """Return the segment list of a routing header, last hop first in the packet, first hop first here."""
    _next, _length, _type, _left, first, flags, _tag = fixed(_SRH, header)
    end = _SRH.size + (first + 1) * _SEGMENT
    if end > len(header):
        raise Malformed(f"{first + 1} segments in {len(header)} bytes")
    found = [address(_INET6, header[at : at + _SEGMENT]) for at in range(_SRH.size, end, _SEGMENT)]
    facts: dict[str, Any] = {"segs": found[::-1]}
    if flags & 0x08 and len(header) >= end + 8 and header[end] == _HMAC:
        facts["hmac"] = prefixed(network(header[end + 4 : end + 8]))
    return facts


def _local(found: dict[int, bytes], known: Interfaces, labels: Labels) -> dict[str, Any]:
    """Decode SEG6_LOCAL_*."""
    action = number(found[1])
    facts: dict[str, Any] = {"action": _ACTIONS[action] if action < len(_ACTIONS) else "<unknown>"}
    if 2 in found:
        facts["srh"] = _segments(found[2])
    for attribute, name in ((3, "table"), (9, "vrftable")):
        if attribute in found:
            facts[name] = labels.table(number(found[attribute]))
    for attribute, name, family in ((4, "nh4", _INET), (5, "nh6", _INET6)):
        if attribute in found:
            facts[name] = address(family, found[attribute])
    for attribute, name in ((6, "iif"), (7, "oif")):
        if attribute in found:
            facts[name] = known.name(number(found[attribute]))
    return facts


def _bpf(found: dict[int, bytes]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for attribute, name in ((1, "in"), (2, "out"), (3, "xmit")):
        if attribute in found:
            program = attributes(found[attribute]).get(2)
            facts[name] = "<unknown>" if program is None else text(program)
    if 4 in found:
        facts["headroom"] = number(found[4])
    return facts
