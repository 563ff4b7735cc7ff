"""Whom to ask first about a target. Pure: nobody is asked here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from netscope.core.whois import WHOIS_PORT
from netscope.domains.whois import rdap, special
from netscope.domains.whois.bootstrap import Bootstrap
from netscope.domains.whois.questions import IANA, handle_server, question
from netscope.domains.whois.target import Target

IANA_RDAP = "https://rdap.iana.org/"


class Asking(NamedTuple):
    """How to ask.

    Attributes:
        server: a whois server, or an RDAP service's base URL, to ask first instead of finding one; "" to find one.
        port: of ``server``; 0 for the usual one.
        iana: start at IANA, by whois.
        only: "rdap" or "whois" to use nothing else.
        follow: whether referrals are followed.
        timeout: seconds for each server.
    """

    server: str = ""
    port: int = 0
    iana: bool = False
    only: Literal["", "rdap", "whois"] = ""
    follow: bool = True
    timeout: float = 15.0


def rdap_base(target: Target, asking: Asking, bootstrap: Bootstrap) -> str:
    """Return the base URL of the RDAP service to ask, "" to ask none."""
    if "://" in asking.server:
        return asking.server if asking.server.endswith("/") else asking.server + "/"
    if asking.server and asking.only == "rdap":
        host = f"[{asking.server}]" if ":" in asking.server else asking.server
        return f"https://{host}{f':{asking.port}' if asking.port else ''}/"
    if asking.server or asking.iana or asking.only == "whois":
        return ""
    if target.kind == "domain" and "." not in target.text:
        return IANA_RDAP
    return next(iter(bootstrap.bases(target)), "")


def whois_server(target: Target, asking: Asking) -> tuple[str, int] | None:
    """Return the whois server to begin with and its port; None where none is known."""
    if asking.server and "://" not in asking.server:
        return asking.server, asking.port or WHOIS_PORT
    if target.kind == "handle" and not asking.iana:
        server = handle_server(target.text)
        return (server, asking.port or WHOIS_PORT) if server else None
    return IANA, asking.port or WHOIS_PORT


def announcement(target: Target, asking: Asking, bootstrap: Bootstrap, files: Sequence[str]) -> str:
    """Say who will be asked first, before anybody is."""
    if not asking.server and special.find(target) is not None:
        return "nobody: the shipped registries know it"
    if files and target.network is not None:
        return f"nobody: it is looked up in {', '.join(files)}"
    base = rdap_base(target, asking, bootstrap)
    if base:
        return f"{rdap.url(base, target)} (RDAP)"
    place = whois_server(target, asking) if asking.only != "rdap" else None
    if place is None:
        return "nobody: no service is known for it"
    return f"{place[0]} port {place[1]} for {question(place[0], target)!r} (whois)"
