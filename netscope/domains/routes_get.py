"""Which way an address takes: RTM_GETROUTE, as ``ip route get``, with the prefix and the rule that won."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any, NamedTuple

from netscope.core.domain import Query
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.host import Host
from netscope.core.netlink import NETLINK_ROUTE, Malformed, attribute, messages, request
from netscope.core.snapshot import Problem, Snapshot
from netscope.domains.routes_decode import (
    RTA_DST,
    RTA_IIF,
    RTA_MARK,
    RTA_OIF,
    RTA_SRC,
    RTA_TABLE,
    RTMSG,
    Decoder,
    Route,
)
from netscope.domains.routes_table import RouteTable
from netscope.domains.rtnl import RTM_GETROUTE, RTM_NEWROUTE, Interfaces, interfaces, looked
from netscope.domains.rtnl_names import TABLES, Labels
from netscope.domains.rules import Rule, read_rules, wording
from netscope.domains.rules_match import Flow, path, winner, within

_LOOKUP_TABLE, _FIB_MATCH = 0x1000, 0x2000
_REFUSALS = {  # what the kernel answers with -> what kind of route makes it do so
    errno.EHOSTUNREACH: ("unreachable",),
    errno.EACCES: ("prohibit",),
    errno.EINVAL: ("blackhole",),
    errno.ENETUNREACH: (),
}


class _Question(NamedTuple):
    family: int
    text: str
    destination: bytes
    source: bytes
    iif: str
    oif: str
    mark: int


def look(host: Host, query: Query) -> Snapshot:
    """Ask the kernel which way an address takes. Raises BadQuery for an address or interface there is not."""
    question = _question(query)
    known, labels = interfaces(host), Labels(host)
    decoder = Decoder(host, known, labels)
    try:
        route = _ask(host, question, known, decoder, 0)
    except NetscopeError as error:
        if error.errno not in _REFUSALS:
            raise
        return looked(host, "routes", (), (_refused(host, question, decoder, labels, error),))
    try:
        entry = _ask(host, question, known, decoder, _FIB_MATCH)
    except NetscopeError:
        entry = None  # before Linux 4.13 there is no such question
    prefix, rule = None, None
    if entry is not None:
        if _is_local(host, question, decoder, labels, entry):
            entry, route = (found._replace(facts={**found.facts, "table": "local"}) for found in (entry, route))
        prefix = entry.dst
        rules, _problems = read_rules(host, question.family, labels)
        table = entry.facts.get("table", "")
        rule = winner(rules, _flow(question, route.facts.get("uid")), table, _length(entry, question.family))
    facts = {**route.facts, "prefix": prefix, "rule": None if rule is None else rule.facts}
    return looked(host, "routes", (route._replace(facts=facts),), ())


def _is_local(host: Host, question: _Question, decoder: Decoder, labels: Labels, entry: Route) -> bool:
    """Tell whether the local table holds the entry that the kernel says is of the main one.

    Without rules of the administrator's own, the kernel keeps both in one IPv4 trie and calls it main
    (fib_trie_unmerge in net/ipv4/fib_trie.c).
    """
    if question.family != AF_INET or entry.facts.get("table") != "main":
        return False
    held = _best(host, question, decoder, labels, "local")
    return held is not None and (held.dst, held.type) == (entry.dst, entry.type)


def _question(query: Query) -> _Question:
    text = str(query.option("get"))
    address, _percent, zone = text.partition("%")
    for family, number in ((AF_INET, 4), (AF_INET6, 6)):
        try:
            destination = inet_pton(family, address)
        except (OSError, ValueError):  # ValueError: an embedded NUL or a lone surrogate
            continue
        if query.family not in (0, number):
            raise BadQuery(f"{text} is an IPv{number} address", f"-{query.family} was given")
        source = _source(query, family)
        return _Question(
            int(family),
            text,
            destination,
            source,
            str(query.option("iif", "")),
            str(query.option("oif", zone)),
            _mark(query.option("mark", 0)),
        )
    raise BadQuery(f"{text!r} is not an IP address", "", "names are not resolved here: give 192.0.2.1 or 2001:db8::1")


def _source(query: Query, family: int) -> bytes:
    given = query.option("from")
    if given is None:
        return b""
    try:
        return inet_pton(family, str(given))
    except (OSError, ValueError):
        raise BadQuery(f"{str(given)!r} is not an address of the same family", "--from") from None


def _mark(given: Any) -> int:
    try:
        mark = given if isinstance(given, int) else int(given, 0)
    except ValueError:
        mark = -1
    if not 0 <= mark <= 0xFFFFFFFF:
        raise BadQuery(f"{given!r} is not a packet mark", "", "give a number of 32 bits, such as 7 or 0x10")
    return mark


def _flow(question: _Question, uid: int | None) -> Flow:
    return Flow(question.destination, question.source, question.iif, question.oif, question.mark, uid)


def _length(entry: Route, family: int) -> int:
    _address, slash, length = entry.dst.partition("/")
    if entry.dst == "default":
        return 0
    return int(length) if slash else (32 if family == AF_INET else 128)


def _ask(host: Host, question: _Question, known: Interfaces, decoder: Decoder, flags: int) -> Route:
    if question.family == AF_INET:
        flags |= _LOOKUP_TABLE
    bits = len(question.destination) * 8
    source_bits = bits if question.source else 0
    payload = RTMSG.pack(question.family, bits, source_bits, 0, 0, 0, 0, 0, flags)
    payload += attribute(RTA_DST, question.destination)
    if question.source:
        payload += attribute(RTA_SRC, question.source)
    for kind, name in ((RTA_IIF, question.iif), (RTA_OIF, question.oif)):
        if name:
            index = known.index(name)
            if index is None:
                raise BadQuery(f"no interface {name!r}", "", "'netscope links' lists them")
            payload += attribute(kind, index.to_bytes(4, sys.byteorder))
    if question.mark:
        payload += attribute(RTA_MARK, question.mark.to_bytes(4, sys.byteorder))
    for kind, answer in messages(host.dump(NETLINK_ROUTE, request(RTM_GETROUTE, payload, flags=0))):
        if kind == RTM_NEWROUTE:
            return decoder.route(answer)
    raise Malformed("no route in the answer")


def _refused(host: Host, question: _Question, decoder: Decoder, labels: Labels, error: NetscopeError) -> Problem:
    """Return why there is no way, and which rule and which route say so, as far as the tables tell."""
    reason = os.strerror(error.errno)
    rules, _problems = read_rules(host, question.family, labels)
    culprit = _culprit(host, question, decoder, labels, rules, _REFUSALS[error.errno])
    return Problem(f"no route to {question.text}", f"{reason}: {culprit}" if culprit else reason)


def _culprit(
    host: Host, question: _Question, decoder: Decoder, labels: Labels, rules: Sequence[Rule], kinds: Sequence[str]
) -> str:
    tried = path(rules, _flow(question, None))
    if tried is None or not all(sure for _rule, sure in tried):
        return ""
    for rule, _sure in tried:
        if "action" in rule.facts:
            return f"rule {wording(rule)}"
        best = _best(host, question, decoder, labels, rule.facts.get("table", ""))
        if best is None or best.type == "throw":
            continue
        if best.type in kinds:
            return f"{best.type} {best.dst} in table {best.facts['table']}, rule {wording(rule)}"
        return ""  # there is a route, so the reason is another: a source address, an interface that is down
    return "no rule leads to a route" if not kinds else ""


def _best(host: Host, question: _Question, decoder: Decoder, labels: Labels, table: str) -> Route | None:
    """Return the route with the longest prefix in a table that has the destination."""
    number = next((n for n, name in labels.names("rt_tables", TABLES).items() if name == table), None)
    header = RTMSG.pack(question.family, 0, 0, 0, 0, 0, 0, 0, 0)
    only = attribute(RTA_TABLE, (number if number is not None else int(table)).to_bytes(4, sys.byteorder))
    try:
        datagrams = host.dump(NETLINK_ROUTE, request(RTM_GETROUTE, header + only))
    except NetscopeError:
        return None  # the table does not exist
    found: tuple[int, Route] | None = None
    for route in RouteTable(datagrams, decoder, lambda route: route.facts.get("table") == table):
        length = _length(route, question.family)
        if route.dst == "default" or within(question.destination, route.dst.partition("/")[0], length):
            metric = route.facts.get("metric", 0)
            if found is None or (length, -metric) > (found[0], -found[1].facts.get("metric", 0)):
                found = length, route
    return None if found is None else found[1]


def report(snapshot: Snapshot, query: Query) -> str:
    """Return the answer in words, as ``ip route get`` prints it, with the prefix and the rule below."""
    if not snapshot.records:
        return f"{query.option('get')}: no route"
    route: Route = snapshot.records[0]
    rule, prefix = route.facts["rule"], route.facts["prefix"]
    lines = [_words(route)]
    lines.append(f"    prefix: {prefix} in table {route.facts.get('table')}" if prefix else "    prefix: not known")
    if rule is not None:
        lines.append(f"    rule: {wording(Rule('', 0, rule['priority'], rule))}")
    else:
        lines.append("    rule: not known: it depends on more than was asked")
    return "\n".join(lines)


_SAID = (
    ("from", "from"), ("via", "gateway"), ("dev", "dev"), ("table", "table"), ("proto", "protocol"),
    ("src", "prefsrc"), ("metric", "metric"), ("mark", "mark"), ("uid", "uid"), ("iif", "iif"), ("pref", "pref"),
)  # fmt: skip


def _words(route: Route) -> str:
    words = [] if route.type == "unicast" else [route.type]
    words.append(route.dst)
    facts = route.facts
    if "via" in facts:
        words.append(f"via {facts['via']['family']} {facts['via']['host']}")
    words += [f"{word} {facts[name]}" for word, name in _SAID if name in facts]
    words += [word for word in facts.get("flags", ()) if word]
    if facts.get("cache"):
        words.append(f"cache <{','.join(facts['cache'])}>")
    if "expires" in facts:
        words.append(f"expires {facts['expires']}sec")
    for metrics in facts.get("metrics", ()):
        words += [name if value is None else f"{name} {value}" for name, value in metrics.items()]
    return " ".join(words)
