"""Everything about one name, gathered step by step: the walk, the resolver's and the host's own word, the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netscope.core.dns.names import absolute
from netscope.core.dns.resolver import Found, Link, Resolver, Server, Task, Way
from netscope.core.dns.zonefile import ROOT_ANCHORS, anchors
from netscope.core.errors import NetscopeError
from netscope.domains.dns.asking import Asker, refuse_encryption
from netscope.domains.dns.lookup import Lookup
from netscope.domains.dns.referral import AAAA, A, by_resolver, from_root
from netscope.domains.dns.survey import Local, Survey, addresses, ask_resolver, lead_back, local, root_servers
from netscope.domains.dns.walk import Walker

Run = Callable[[Task[Any]], Any]

_TIMEOUT, _TRIES = 2.0, 2  # a dead server is a finding here, not a reason to wait


def survey(lookup: Lookup, asker: Asker, resolver: Resolver, run: Run, anchor: str, now: float) -> Survey:
    """Return what is found out about a name. Blocks.

    ``run`` runs one task and returns its result; ``anchor`` is the text of the trust anchor, "" for the root's own;
    ``now`` is the wall clock. Raises NetscopeError when no root server is known.
    """
    name = lookup.name if absolute(lookup.name) else f"{lookup.name}."
    given, lookup = lookup.name, lookup._replace(name=name)
    refuse_encryption(lookup, "--walk")
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
    roots = roots or run(root_servers(servers, way, lookup.family, port))
    if not roots:
        raise NetscopeError("no root server is known", f"{source} led to none", "'--hints FILE' names them")
    walker = Walker(roots, anchors(anchor or ROOT_ANCHORS), way, lookup.family, now, find)
    legs = run(walker.legs(name, lookup.asked_type))
    said = run(ask_resolver(lookup, servers, way, source)) if servers else None
    back = run(lead_back(addresses(legs), servers, way)) if servers else ()
    own = _local(resolver, given, lookup.asked_type)._replace(links=_links(asker))
    return Survey(name, lookup.asked_type, legs, said, own, back)


def _resolver(asker: Asker, lookup: Lookup) -> tuple[tuple[Server, ...], str]:
    """Return the resolver to compare with; none where the host has none and the hints are enough."""
    try:
        servers, _way, source = asker.servers(lookup)
    except NetscopeError:
        if not asker.roots(lookup):
            raise
        return (), ""
    return servers, source


def _local(resolver: Resolver, name: str, kind: int) -> Local:
    """Return what the programs of this host get; it is asked only for addresses, which is all they ask for."""
    found: Found | None = None
    if kind in (A, AAAA):
        found = resolver.lookup(name, 6 if kind == AAAA else 4)
    path, hosts = _etc(resolver, "hosts")
    return local(name, found, _etc(resolver, "nsswitch.conf")[1], hosts, path)


def _links(asker: Asker) -> tuple[Link, ...]:
    try:
        return asker.configuration().links
    except NetscopeError:
        return ()


def _etc(resolver: Resolver, name: str) -> tuple[str, str]:
    try:
        path, data = resolver.etc(name)
    except NetscopeError:
        return f"/etc/{name}", ""
    return path, data.decode("utf-8", "surrogateescape")
