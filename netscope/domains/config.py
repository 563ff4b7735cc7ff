"""The user's configuration: ``$XDG_CONFIG_HOME/netscope/config.toml``. None is needed."""

from __future__ import annotations

import os
from typing import Any

from netscope.core.errors import BadQuery, Unavailable
from netscope.core.host import Host


def path() -> str:
    """Return where the file is, whether there is one or not (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):
        base = os.path.expanduser("~/.config")
    return os.path.join(base, "netscope", "config.toml")


def table(host: Host, name: str) -> dict[str, Any]:
    """Return a table of the file, empty where there is none. Raises NetscopeError for a file that cannot be used."""
    place = path()
    try:
        data = host.read(place)
    except Unavailable:
        return {}
    import tomllib

    try:
        found = tomllib.loads(data.decode("utf-8")).get(name, {})
    except ValueError as error:  # UnicodeDecodeError and TOMLDecodeError are such
        raise BadQuery(f"{place} is no TOML", str(error)) from None
    if not isinstance(found, dict):
        raise BadQuery(f"{place}: {name!r} is no table", "", f"[{name}] begins one")
    return found


def files(host: Host, name: str, key: str) -> tuple[str, ...]:
    """Return the files that a key of a table names, one or a list; "~" is the user's home. Raises NetscopeError."""
    value = table(host, name).get(key, [])
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(item, str) and item for item in found):
        raise BadQuery(f"{path()}: {name}.{key} is no file", "", f'{key} = "/path" or {key} = ["/path", ...]')
    return tuple(map(os.path.expanduser, found))
