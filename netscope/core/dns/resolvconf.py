"""resolv.conf(5) and the names that a search list makes of one."""

from __future__ import annotations

from netscope.core.dns import names
from netscope.core.dns.resolver import Configuration

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
