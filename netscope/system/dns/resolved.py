"""Whom systemd-resolved asks over which interface, from the files that it and systemd-networkd keep below /run.

D-Bus and varlink would tell it, too, and cost more to speak than the whole question. The files are private to systemd:
what cannot be read or understood in them is left out.
"""

from __future__ import annotations

import os
import socket

from netscope.core.dns import resolvconf
from netscope.core.dns.resolver import Link

RUN = "/run/systemd"
_PER_LINK = ("resolve/netif", "netif/links")  # set by resolvectl; set by systemd-networkd


def links() -> tuple[Link, ...]:
    """Return the servers of each interface that has any, then those that belong to no interface."""
    found: dict[str, Link] = {}
    for folder in _PER_LINK:
        for index in _listed(f"{RUN}/{folder}"):
            path = f"{RUN}/{folder}/{index}"
            name = _interface(int(index))
            link = resolvconf.link(_text(path), name, path)
            if link.servers and name not in found:
                found[name] = link
    path = f"{RUN}/resolve/resolv.conf"
    text = _text(path)
    known = {server for link in found.values() for server in link.servers}
    others = tuple(server for server in resolvconf.parse(text).servers if server not in known) if text else ()
    return (*found.values(), *([Link("", others, (), path)] if others else []))


def _listed(folder: str) -> list[str]:
    try:
        return sorted(filter(str.isdecimal, os.listdir(folder)), key=int)
    except OSError:
        return []


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _interface(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except (OSError, OverflowError):
        return str(index)
