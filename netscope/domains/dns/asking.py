"""From lookups to the tasks that answer them: whom to ask, and how."""

from __future__ import annotations

from collections.abc import Callable

from netscope.core.dns.resolver import Configuration, Resolver, Server, Task
from netscope.core.dns.resolver import Way as Manner
from netscope.core.errors import BadQuery, NetscopeError
from netscope.domains.dns.grammar import Command, batch, complete, numeric
from netscope.domains.dns.lookup import Answer, Lookup, resolve, way

Read = Callable[[str], str]
"""Returns the text of a file that a command line names, "-" included. It raises NetscopeError."""

_TIMEOUT, _TRIES = 5.0, 3  # dig's, for servers given after @


def refuse_encryption(lookup: Lookup, what: str) -> None:
    """Refuse to ask name servers of zones in a way that only resolvers are asked in. Raises BadQuery."""
    if lookup.transport in ("tls", "https"):
        raise BadQuery(f"'{what}' over {lookup.transport.upper()}", "the servers of zones are asked over UDP and TCP")


def lookups_of(command: Command, read: Read) -> list[Lookup]:
    """Return all lookups of a command line and of its files. Raises NetscopeError."""
    found: list[Lookup] = []
    if command.lookups or not command.files:
        found += complete(command)
    for path in command.files:
        found += batch(read(path).splitlines(), command.defaults)
    return found


class Asker:
    """Turns lookups into tasks; reads resolv.conf and finds a server's addresses once."""

    def __init__(self, resolver: Resolver, command: Command, read: Read) -> None:
        self._resolver = resolver
        self._style = command.style
        self._hints: tuple[Server, ...] = ()
        if command.hints:
            from netscope.core.dns.zonefile import hints

            self._hints = hints(read(command.hints))
        self._configuration: Configuration | None = None
        self._addresses: dict[tuple[str, int], tuple[str, ...]] = {}

    def configuration(self) -> Configuration:
        """Return resolv.conf."""
        if self._configuration is None:
            self._configuration = self._resolver.configuration()
        return self._configuration

    def task(self, lookup: Lookup) -> Task[Answer]:
        """Return the task that answers a lookup. Raises NetscopeError when no server is known."""
        search, ndots = self._search(lookup)
        servers, manner, source = self.servers(lookup)
        if lookup.trace:
            refuse_encryption(lookup, "+trace")
            from netscope.domains.dns.referral import by_resolver, from_root
            from netscope.domains.dns.trace import trace

            port = lookup.port or 53
            roots = self.roots(lookup)
            if roots:
                return trace(lookup, roots, manner, source, from_root(roots, manner, lookup.family, port))
            # A server after @ need not recurse; the host's own resolver finds name servers that came without address.
            resolving = self.servers(lookup._replace(servers=(), port=0))[0]
            return trace(lookup, servers, manner, source, by_resolver(resolving, manner, lookup.family, port))
        if self._style == "host":
            from netscope.domains.dns import hosttext

            return hosttext.resolve(lookup, servers, manner, search, ndots, source)
        return resolve(lookup, servers, manner, search, ndots, source)

    def roots(self, lookup: Lookup) -> tuple[Server, ...]:
        """Return the root servers of the hints file, none where none was given."""
        usable = [root for root in self._hints if not lookup.family or (":" in root.address) == (lookup.family == 6)]
        return tuple(root._replace(port=lookup.port or 53) for root in usable)

    def servers(self, lookup: Lookup) -> tuple[tuple[Server, ...], Manner, str]:
        """Return whom to ask, how, and where that is written. Raises NetscopeError where no server is known."""
        if lookup.servers:
            found = [Server(address, lookup.default_port, given)
                     for given in lookup.servers for address in self._find(given, lookup.family)]  # fmt: skip
            return tuple(found), way(lookup, _TIMEOUT, _TRIES), "@" + " @".join(lookup.servers)
        configuration = self.configuration()
        usable = [
            Server(address, lookup.default_port, address)
            for address in configuration.servers
            if not lookup.family or (":" in address) == (lookup.family == 6)
        ]
        if not usable:
            raise NetscopeError(f"no IPv{lookup.family} name server", f"in {configuration.path}", "give one after @")
        manner = way(lookup, configuration.timeout, configuration.attempts)
        return tuple(usable), manner, configuration.path

    def count(self, lookup: Lookup) -> int:
        """Return how many addresses the servers given after @ have."""
        return sum(len(self._find(given, lookup.family)) for given in lookup.servers)

    def _search(self, lookup: Lookup) -> tuple[tuple[str, ...], int]:
        if not lookup.search:
            return (), 1
        configuration = self.configuration()
        search = configuration.search if lookup.domain is None else (lookup.domain,)
        return search, configuration.ndots if lookup.ndots is None else lookup.ndots

    def _find(self, given: str, family: int) -> tuple[str, ...]:
        key = (given, family)
        if key not in self._addresses:
            if numeric(given.partition("%")[0]):  # asking for it would lose the interface after %
                if family and (":" in given) != (family == 6):
                    raise BadQuery(f"-{family} and the server {given}", f"that is no IPv{family} address")
                return (given,)
            found = self._resolver.lookup(given, family)
            if not found.addresses:
                raise NetscopeError(f"no address for the server {given!r}", found.error)
            self._addresses[key] = found.addresses
        return self._addresses[key]
