"""Which policy rule a route lookup went through: the rules walked as the kernel walks them (net/core/fib_rules.c).

The kernel tells the table in which it found the route, but not the rule that sent it there. A rule that depends on
what is not known of the packet is neither taken nor passed over: then the answer is that it is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from socket import AF_INET, AF_INET6, inet_pton
from typing import NamedTuple

from netscope.domains.rules import Rule


class Flow(NamedTuple):
    """What is looked up.

    Attributes:
        destination: packed address.
        source: packed address, or b"" when none was given (the kernel then chooses one after the lookup).
        iif: incoming interface; "" for a packet that this host sends.
        oif: outgoing interface that was asked for, or "".
        mark: packet mark.
        uid: user id of the sender, or None when it is not known.
    """

    destination: bytes
    source: bytes = b""
    iif: str = ""
    oif: str = ""
    mark: int = 0
    uid: int | None = None


def within(address: bytes, prefix: str, length: int | None) -> bool:
    """Tell whether a packed address lies within a prefix given as text; no length means the whole address."""
    family = AF_INET if len(address) == 4 else AF_INET6
    network = bytes(len(address)) if prefix == "0" else inet_pton(family, prefix)  # 0: the kernel sent no address
    free = len(address) * 8 - (len(address) * 8 if length is None else length)
    return int.from_bytes(address, "big") >> free == int.from_bytes(network, "big") >> free


def _source(rule: Rule, flow: Flow) -> bool | None:
    prefix = rule.facts["src"]
    if prefix == "all":
        return True
    if flow.source:
        return within(flow.source, prefix, rule.facts.get("srclen"))
    # IPv4 compares 0.0.0.0; IPv6 never matches a source that is not there.
    return len(flow.destination) == 4 and within(bytes(4), prefix, rule.facts.get("srclen"))


def _destination(rule: Rule, flow: Flow) -> bool | None:
    prefix = rule.facts.get("dst")
    return prefix is None or within(flow.destination, prefix, rule.facts.get("dstlen"))


def _mark(rule: Rule, flow: Flow) -> bool | None:
    if "fwmark" not in rule.facts:
        return True
    mask = int(rule.facts.get("fwmask", "0xffffffff"), 16)
    return not (int(rule.facts["fwmark"], 16) ^ flow.mark) & mask


def _interfaces(rule: Rule, flow: Flow) -> bool | None:
    facts = rule.facts
    if "iif" in facts and facts["iif"] != (flow.iif or "lo"):
        return False
    return "oif" not in facts or facts["oif"] == flow.oif


def _user(rule: Rule, flow: Flow) -> bool | None:
    if "uid_start" not in rule.facts:
        return True
    if flow.iif:
        return False
    return None if flow.uid is None else bool(rule.facts["uid_start"] <= flow.uid <= rule.facts["uid_end"])


def _transport(rule: Rule, flow: Flow) -> bool | None:
    """A lookup has no ports; its protocol counts as UDP in IPv4 and as none in IPv6."""
    facts = rule.facts
    ports = any(f"{side}{part}" in facts for side in ("sport", "dport") for part in ("", "_start"))
    if "ipproto" not in facts and not ports:
        return True
    if flow.iif:
        return None
    if ports:
        return False
    return len(flow.destination) == 4 and facts["ipproto"] == "udp"


def _others(rule: Rule, flow: Flow) -> bool | None:
    facts = rule.facts
    if "tos" in facts or "dscp" in facts or "tun_id" in facts:
        return False
    if "l3mdev" in facts:  # it depends on whether these belong to a VRF
        return None if flow.iif or flow.oif else False
    return True


_SELECTORS: tuple[Callable[[Rule, Flow], bool | None], ...] = (
    _source, _destination, _mark, _interfaces, _user, _transport, _others,
)  # fmt: skip


def matches(rule: Rule, flow: Flow) -> bool | None:
    """Tell whether a rule matches; None when that depends on what is not known."""
    found = [selector(rule, flow) for selector in _SELECTORS]
    if False in found:
        verdict: bool | None = False
    else:
        verdict = None if None in found else True
    if "not" in rule.facts and verdict is not None:
        return not verdict
    return verdict


def path(rules: Sequence[Rule], flow: Flow) -> list[tuple[Rule, bool]] | None:
    """Return the rules that are tried for a flow, and whether each surely matches; None when a jump is uncertain."""
    tried = []
    at = 0
    while at < len(rules):
        rule = rules[at]
        verdict = matches(rule, flow)
        at += 1
        if verdict is False or "nop" in rule.facts or "unresolved" in rule.facts:
            continue
        if "goto" not in rule.facts:
            tried.append((rule, bool(verdict)))
            continue
        if verdict is None:
            return None
        at = next((to for to in range(at, len(rules)) if rules[to].priority >= rule.facts["goto"]), len(rules))
    return tried


def winner(rules: Sequence[Rule], flow: Flow, table: str, length: int) -> Rule | None:
    """Return the rule that led to a route of this prefix length in this table; None when that is not known."""
    doubtful: list[Rule] = []
    for rule, sure in path(rules, flow) or ():
        facts = rule.facts
        if "action" in facts:
            if sure:
                return None  # then there would be no route: what was read has changed meanwhile
            continue
        if facts.get("table", table) != table or facts.get("suppress_prefixlen", -1) >= length:
            continue
        if sure and "suppress_ifgroup" not in facts and "table" in facts:
            return None if doubtful else rule
        doubtful.append(rule)
    return doubtful[0] if len(doubtful) == 1 else None
