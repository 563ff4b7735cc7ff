"""Who owns the routers on a way: from a file of the user's own, or from the registries, where he says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from netscope.core.host import Host
from netscope.core.probe import plain
from netscope.core.snapshot import Problem


class Owner(NamedTuple):
    """Who holds an address.

    Attributes:
        origin: AS numbers that announce it.
        holder: the organization or person; what a special-purpose range is for (RFC 6890) where nobody holds it.
        country: ISO 3166 code.
        source: rdap, whois, special, file or none.
    """

    origin: tuple[int, ...]
    holder: str | None
    country: str | None
    source: str

    @property
    def text(self) -> str:
        """For people; "" where nothing is known."""
        numbers = " ".join(f"AS{number}" for number in self.origin)
        return " ".join(part for part in (numbers, self.holder, self.country) if part)


def find_owners(
    host: Host, addresses: Sequence[str], tell: Callable[[str], None], files: Sequence[str] = ()
) -> tuple[dict[str, Owner], tuple[Problem, ...]]:
    """Return who owns each address. Nobody is asked where ``files`` are given, nor ever about special addresses.

    ``tell`` is called with a line before a question leaves the host. Blocks. Raises NetscopeError for files that are
    none.
    """
    from netscope.domains.whois import look_up
    from netscope.domains.whois.first import Asking
    from netscope.domains.whois.target import parse

    targets = [parse(plain(address)) for address in addresses]
    snapshot = look_up(host, targets, Asking(), tell, files)
    found = {}
    for address, registration in zip(addresses, snapshot.records, strict=True):
        facts = registration.facts
        holder = facts.name if registration.source == "special" else facts.holder or facts.name
        found[address] = Owner(facts.origin, holder, facts.country, registration.source)
    return found, snapshot.problems
