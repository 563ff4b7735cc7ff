"""The targets of a command line: names, addresses and prefixes become addresses to probe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.probe import Prober, Target
from netscope.core.snapshot import Problem

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

_UNASKED = 256  # hosts of a private prefix that are pinged without a question
_MOST = 65_536  # hosts of a prefix that are pinged at all


def expand(
    words: Sequence[str], prober: Prober, family: int = 0, *, agreed: bool = False
) -> tuple[list[Target], list[Problem]]:
    """Return the targets of the words, each address once, and a problem for each word that is none.

    Raises BadQuery for a prefix that is too big, or that nobody agreed to.
    """
    found: dict[str, Target] = {}
    problems: list[Problem] = []
    for word in words:
        try:
            for target in _targets(word, prober, family, agreed):
                if target.address in found and found[target.address].word != word:
                    other = found[target.address].word
                    problems.append(Problem(word, f"has the address of {other}, {target.address}: pinged once"))
                found.setdefault(target.address, target)
        except NetscopeError as error:
            if "/" in word:
                raise
            problems.append(Problem(error.what, error.why, error.mend, partial=True))
    return list(found.values()), problems


def _targets(word: str, prober: Prober, family: int, agreed: bool) -> Iterator[Target]:
    if "/" in word:
        yield from _hosts(word, family, agreed)
        return
    address = prober.resolve(word, family)[0]
    yield Target(word, address.address, address.family, address.name)


def _hosts(word: str, family: int, agreed: bool) -> Iterator[Target]:
    from ipaddress import ip_network

    try:
        network = ip_network(word, strict=False)
    except ValueError:
        raise BadQuery(word, "not a prefix", "such as 10.0.0.0/24 or fd00::/120") from None
    if family and network.version != family:
        raise BadQuery(word, f"not an IPv{family} prefix")
    if network.num_addresses > _MOST:
        raise BadQuery(word, f"{network.num_addresses} addresses are too many", f"at most {_MOST}")
    if not agreed and (network.num_addresses > _UNASKED or not network.is_private):
        _ask(network)
    for host in network.hosts():
        yield Target(str(host), str(host), network.version, str(host))


def _ask(network: IPv4Network | IPv6Network) -> None:
    kind = "private" if network.is_private else "public"
    what = f"{network}: {network.num_addresses} {kind} addresses"
    if not (sys.stdin and os.isatty(0) and os.isatty(2)):
        raise BadQuery(what, "nobody is there to be asked whether they are really meant", "--yes says so")
    os.write(2, f"Probe {what}? [y/N] ".encode())
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadQuery(what, "not agreed to")
