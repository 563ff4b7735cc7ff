"""``netscope dns --walk``: every zone on the way to a name, and who says what about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from netscope.cli.dns.asking import Asker, print_documents, read_text, refuse_encryption, safe
from netscope.cli.dns.grammar import Command
from netscope.cli.output import Output
from netscope.core.dns.names import absolute
from netscope.core.dns.resolver import Found, Resolver, Server, Task, Way
from netscope.core.dns.resolver import resolver as resolver_of
from netscope.core.dns.zonefile import ROOT_ANCHORS, anchors
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.host import Host
from netscope.domains.dns.lookup import Lookup
from netscope.domains.dns.referral import AAAA, A, by_resolver, from_root
from netscope.domains.dns.survey import (
    Local,
    Survey,
    addresses,
    ask_resolver,
    lead_back,
    local,
    root_servers,
    to_json,
)  # fmt: skip
from netscope.domains.dns.surveytext import survey_text
from netscope.domains.dns.walk import Walker

Value = TypeVar("Value")

_TIMEOUT, _TRIES = 2.0, 2  # a dead server is a finding here, not a reason to wait


def walk(command: Command, lookups: Sequence[Lookup], asker: Asker, host: Host, output: Output) -> int:
    """Walk to each name in turn; exit status 1 when one is bogus or cannot be reached."""
    if command.style not in ("dig", "json"):
        raise BadQuery(f"'--walk' has no style {command.style!r}", "", "text, '--json' or '--jsonl'")
    status, surveys = 0, []
    for lookup in lookups:
        survey = _survey(command, lookup, asker, host)
        status = 1 if survey.verdict == "bogus" or not survey.answered else status
        if command.form or command.style == "json":
            surveys.append(to_json(survey))
        else:
            output.write(map(safe, survey_text(survey, lookup)))
    if surveys:
        print_documents(command, surveys, host, output)
    return status


def _survey(command: Command, lookup: Lookup, asker: Asker, host: Host) -> Survey:
    name = lookup.name if absolute(lookup.name) else f"{lookup.name}."
    given, lookup = lookup.name, lookup._replace(name=name)
    refuse_encryption(lookup, "--walk")
    resolver = resolver_of(host)
    way = Way(
        lookup.transport if lookup.tcp else "udp",
        timeout=lookup.time or _TIMEOUT,
        tries=lookup.tries or _TRIES,
        source=lookup.source,
    )
    servers, source = _resolver(asker, lookup)
    roots = asker.roots(lookup)
    port = lookup.port or 53
    find = from_root(roots, way, lookup.family, port) if roots else by_resolver(servers, way, lookup.family, port)
    roots = roots or _run(resolver, root_servers(servers, way, lookup.family, port))
    if not roots:
        raise NetscopeError("no root server is known", f"{source} names none", "'--hints FILE' names them")
    text = read_text(command.anchor) if command.anchor else ROOT_ANCHORS
    walker = Walker(roots, anchors(text), way, lookup.family, host.wall(), find)
    legs = _run(resolver, walker.legs(name, lookup.asked_type))
    said = _run(resolver, ask_resolver(lookup, servers, way, source)) if servers else None
    back = _run(resolver, lead_back(addresses(legs), servers, way)) if servers else ()
    return Survey(name, lookup.asked_type, legs, said, _local(resolver, given, lookup.asked_type), back)


def _resolver(asker: Asker, lookup: Lookup) -> tuple[tuple[Server, ...], str]:
    """Return the resolver to compare with; none where the host has none and the hints are enough."""
    try:
        servers, _way, source = asker.servers(lookup)
    except NetscopeError:
        if not asker.roots(lookup):
            raise
        return (), ""
    return servers, source


def _run(resolver: Resolver, task: Task[Value]) -> Value:
    running = resolver.run([task], 1)
    try:
        value: Value = next(running)[1]
    finally:
        running.close()
    return value


def _local(resolver: Resolver, name: str, kind: int) -> Local:
    """Return what the programs of this host get; it is asked only for addresses, which is all they ask for."""
    found: Found | None = None
    if kind in (A, AAAA):
        found = resolver.lookup(name, 6 if kind == AAAA else 4)
    path, hosts = _etc(resolver, "hosts")
    return local(name, found, _etc(resolver, "nsswitch.conf")[1], hosts, path)


def _etc(resolver: Resolver, name: str) -> tuple[str, str]:
    try:
        path, data = resolver.etc(name)
    except NetscopeError:
        return f"/etc/{name}", ""
    return path, data.decode("utf-8", "surrogateescape")
