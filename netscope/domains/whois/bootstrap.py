"""Which RDAP service answers for what: the bootstrap registries of RFC 9224 and RFC 8521.

A compact copy is shipped with the program; ``--refresh-bootstrap`` fetches the full ones into the user's cache.
Whichever was published later is used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import NamedTuple

from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.host import Host
from netscope.core.snapshot import Problem
from netscope.domains.whois.target import Network, Target

NAMES = ("dns", "ipv4", "ipv6", "asn", "object-tags")
SOURCE = "https://data.iana.org/rdap/"
SHIPPED = os.path.join(os.path.dirname(__file__), "..", "..", "data", "rdap")

Services = Sequence[tuple[Sequence[str], Sequence[str]]]


class Registry(NamedTuple):
    """One bootstrap registry: (entries, base URLs) pairs and when it was published (RFC 3339)."""

    services: Services
    publication: str


def parse(data: bytes) -> Registry:
    """Read a registry file, of RFC 9224 (two lists a service) or RFC 8521 (three). Raises BadQuery for another."""
    try:
        found = json.loads(data)
        services = [(_texts(service[-2]), _texts(service[-1])) for service in found["services"]]
        publication = found.get("publication", "")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BadQuery("no RDAP bootstrap registry (RFC 9224)", str(error) or type(error).__name__) from None
    if not services or not isinstance(publication, str):
        raise BadQuery("no RDAP bootstrap registry (RFC 9224)", "no services in it")
    return Registry(services, publication)


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("services are lists of lists of texts")
    return value


def cache() -> str:
    """Return the directory of the refreshed registries (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.expanduser("~/.cache")
    return os.path.join(base, "netscope", "rdap")


class Bootstrap:
    """The registries, each read when it is first needed."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._read: dict[str, Registry] = {}
        self.problems: list[Problem] = []

    def bases(self, target: Target) -> tuple[str, ...]:
        """Return the base URLs of the RDAP services for a target, https first; none where no service is known."""
        if target.kind == "domain":
            found = _longest_suffix(self._services("dns"), target.text)
        elif target.network is not None:
            found = _longest_prefix(self._services(f"ipv{target.network.version}"), target.network)
        elif target.kind == "asn":
            found = _containing_range(self._services("asn"), target.number)
        else:
            found = _tagged(self._services("object-tags"), target.text)
        usable = [url if url.endswith("/") else url + "/" for url in found if url.startswith(("https://", "http://"))]
        return tuple(sorted(usable, key=lambda url: url.startswith("http://")))

    def _services(self, name: str) -> Services:
        if name not in self._read:
            self._read[name] = self._registry(name)
        return self._read[name].services

    def _registry(self, name: str) -> Registry:
        shipped = parse(self._host.read(os.path.join(SHIPPED, f"{name}.json")))
        path = os.path.join(cache(), f"{name}.json")
        try:
            data = self._host.read(path)
        except NetscopeError:
            return shipped  # never refreshed
        try:
            fetched = parse(data)
        except BadQuery as error:
            mend = "fetch it again with --refresh-bootstrap, or remove it"
            self.problems.append(Problem(f"the refreshed registry {path}", error.why, mend))
            return shipped
        return fetched  # the registry's own words, whatever its date: what is shipped was compiled by hand


def _longest_suffix(services: Services, name: str) -> Sequence[str]:
    table: Mapping[str, Sequence[str]] = {
        entry.lower().strip("."): urls for entries, urls in services for entry in entries
    }
    labels = name.split(".")
    for start in range(len(labels)):
        urls = table.get(".".join(labels[start:]))
        if urls:
            return urls
    return ()


def _longest_prefix(services: Services, network: Network) -> Sequence[str]:
    best: tuple[int, Sequence[str]] = -1, ()
    for entries, urls in services:
        for entry in entries:
            try:
                block = ip_network(entry)
            except ValueError:
                continue  # an entry of a kind that this program does not know
            narrower = best[0] < block.prefixlen <= network.prefixlen
            if narrower and block.version == network.version and network.network_address in block:
                best = block.prefixlen, urls
    return best[1]


def _containing_range(services: Services, number: int) -> Sequence[str]:
    for entries, urls in services:
        for entry in entries:
            low, _dash, high = entry.partition("-")
            if low.isdigit() and int(low) <= number <= (int(high) if high.isdigit() else int(low)):
                return urls
    return ()


def _tagged(services: Services, handle: str) -> Sequence[str]:
    tag = handle.rpartition("-")[2].upper()
    return next((urls for entries, urls in services if tag in (entry.upper() for entry in entries)), ())
