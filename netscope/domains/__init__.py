"""The topics. Adding one is a module here that says ``DOMAIN`` and a line in ``DOMAINS``."""

from __future__ import annotations

from netscope.core.domain import Domain
from netscope.core.errors import BadQuery

DOMAINS: dict[str, str] = {
    "sockets": "netscope.domains.sockets",
    "links": "netscope.domains.links",
    "addresses": "netscope.domains.addresses",
    "routes": "netscope.domains.routes",
    "rules": "netscope.domains.rules",
    "neighbours": "netscope.domains.neighbours",
    "services": "netscope.domains.services",
    "ping": "netscope.domains.ping",
    "trace": "netscope.domains.trace",
    "packets": "netscope.domains.packets",
    "dns": "netscope.domains.dns",
    "whois": "netscope.domains.whois",
}


def collected() -> list[str]:
    """Return the topics that can be looked at without a question, in order: those that make up a snapshot.

    A topic with a command line of its own (whois) is asked about something.
    """
    return [name for name in DOMAINS if not load(name).command]


def load(name: str) -> Domain:
    """Return a topic's declaration, importing its module only now. Raises BadQuery for an unknown name."""
    try:
        module = DOMAINS[name]
    except KeyError:
        raise BadQuery(f"no topic {name!r}", "", f"topics are {', '.join(DOMAINS)}") from None
    domain: Domain = __import__(module, fromlist=("DOMAIN",)).DOMAIN  # importlib would import warnings
    return domain
