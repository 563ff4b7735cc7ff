"""The targets of a question: names, addresses and prefixes become addresses to probe."""

from __future__ import annotations

from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.probe import Plan, Prober, Target
from netscope.core.snapshot import Problem
from netscope.core.typed import TYPE_CHECKING, Iterator, Sequence

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

_UNASKED = 256  # hosts of a private prefix that are pinged without a question
_MOST = 65_536  # hosts of a prefix that are pinged at all


def to_be_agreed(words: Sequence[str], family: int = 0) -> list[str]:
    """Return the prefixes that nobody should ping by mistake, in words: big ones and public ones.

    Raises BadQuery for what is no prefix, and for what is too big.
    """
    asked = []
    for word in words:
        if "/" in word:
            network = _network(word, family)
            if network.num_addresses > _UNASKED or not network.is_private:
                kind = "private" if network.is_private else "public"
                asked.append(f"{network}: {network.num_addresses} {kind} addresses")
    return asked


def expand(words: Sequence[str], prober: Prober, family: int = 0) -> tuple[list[Target], list[Problem]]:
    """Return the targets of the words, each address once, and a problem for each word that is none.

    Raises BadQuery for a prefix that is none, or too big. Whether one is meant was asked before (``to_be_agreed``).
    """
    found: dict[str, Target] = {}
    problems: list[Problem] = []
    for word in words:
        try:
            for target in _targets(word, prober, family):
                if target.address in found and found[target.address].word != word:
                    other = found[target.address].word
                    problems.append(Problem(word, f"has the address of {other}, {target.address}: pinged once"))
                found.setdefault(target.address, target)
        except NetscopeError as error:
            if "/" in word:
                raise
            problems.append(Problem(error.what, error.why, error.mend, partial=True))
    return list(found.values()), problems


def _targets(word: str, prober: Prober, family: int) -> Iterator[Target]:
    if "/" not in word:
        yield resolved(word, prober, family)
        return
    network = _network(word, family)
    for host in network.hosts():
        yield Target(str(host), str(host), network.version, str(host))


def resolved(word: str, prober: Prober, family: int = 0) -> Target:
    """Return the target that a name or an address stands for. Raises NetscopeError; blocks as the resolver does."""
    address = prober.resolve(word, family)[0]
    return Target(word, address.address, address.family, address.name)


def routed(target: Target, plan: Plan, prober: Prober) -> str:
    """Return the source address towards a target. Raises BadQuery (status 2, as ping's) where there is no way."""
    try:
        return prober.route(target.address, plan)
    except NetscopeError as error:
        if error.errno == 13 and not plan.broadcast and plan.family == 4:  # EACCES
            raise BadQuery(
                target.address, "a broadcast address, or a firewall's refusal", "-b if it is meant"
            ) from None
        raise BadQuery(f"{target.word}: {error.what}", error.why, error.mend) from None


def _network(word: str, family: int) -> IPv4Network | IPv6Network:
    from ipaddress import ip_network

    try:
        network = ip_network(word, strict=False)
    except ValueError:
        raise BadQuery(word, "not a prefix", "such as 10.0.0.0/24 or fd00::/120") from None
    if family and network.version != family:
        raise BadQuery(word, f"not an IPv{family} prefix")
    if network.num_addresses > _MOST:
        raise BadQuery(word, f"{network.num_addresses} addresses are too many", f"at most {_MOST}")
    return network
