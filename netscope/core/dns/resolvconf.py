"""resolv.conf(5) and the names that a search list makes of one."""

from __future__ import annotations

from netscope.core.dns import names
from netscope.core.dns.resolver import Configuration, Link

_MOST = {"ndots": 15, "timeout": 30, "attempts": 5}
_MOST_SERVERS = 3


def parse(text: str, path: str = "") -> Configuration:
    """Return what a resolv.conf says; the last of ``search`` and ``domain`` holds, as resolv.conf(5) has it."""
    servers: list[str] = []
    search: tuple[str, ...] = ()
    options: dict[str, int] = {}
    for line in text.splitlines():
        words = line.split()
        if not words or words[0][0] in "#;":
            continue
        keyword, values = words[0], words[1:]
        if keyword == "nameserver" and values:
            servers.append(values[0])
        elif keyword == "search":
            search = tuple(values)
        elif keyword == "domain" and values:
            search = (values[0],)
        elif keyword == "options":
            options.update(_options(values))
    return Configuration(
        path, tuple(servers[:_MOST_SERVERS]) or ("127.0.0.1",), search,
        options.get("ndots", 1), options.get("timeout", 5), options.get("attempts", 2),
    )  # fmt: skip


def _options(words: list[str]) -> dict[str, int]:
    found = {}
    for word in words:
        name, _, value = word.partition(":")
        if name in _MOST and value.isascii() and value.isdigit():
            found[name] = min(int(value), _MOST[name])
    return found


def candidates(name: str, search: tuple[str, ...], ndots: int) -> list[str]:
    """Return the names to try, in order: a name with enough dots first as it is, any other last."""
    if names.absolute(name) or not search:
        return [name]
    searched = [f"{name}." if suffix == "." else f"{name}.{suffix}" for suffix in search]
    return [name, *searched] if names.dots(name) >= ndots else [*searched, name]


STUBS = frozenset({"127.0.0.53", "127.0.0.54"})  # systemd-resolved.service(8)


def link(text: str, name: str, source: str) -> Link:
    """Return what a link's file of systemd-resolved (SERVERS=, DOMAINS=) or systemd-networkd (DNS=, ...) says.

    Both are shell-like lists; a server may have port, interface and name after it (``[2001:db8::1]:53%eth0#name``),
    of which a link-local address keeps the interface.
    """
    values: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and not key.startswith("#"):
            values[key.strip()] = value.strip().strip('"').split()
    servers = [_address(word) for word in values.get("SERVERS") or values.get("DNS") or ()]
    routed = [word if word.startswith("~") else f"~{word}" for word in values.get("ROUTE_DOMAINS", ())]
    return Link(name, tuple(filter(None, servers)), (*values.get("DOMAINS", ()), *routed), source)


def _address(word: str) -> str:
    address, percent, interface = word.partition("#")[0].partition("%")
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    return f"{address}%{interface}" if percent and address.lower().startswith("fe80:") else address
