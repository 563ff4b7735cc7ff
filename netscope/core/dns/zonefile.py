"""The two small files that name a private root: hints (named.root) and a trust anchor (DS or DNSKEY records)."""

from __future__ import annotations

import socket
from base64 import b64decode
from typing import NamedTuple

from netscope.core.dns import names
from netscope.core.dns.names import Malformed
from netscope.core.dns.numbers import TYPES, class_number
from netscope.core.dns.resolver import Server
from netscope.core.errors import BadQuery


class Anchor(NamedTuple):
    """A trust anchor: record data of a DS or a DNSKEY of ``zone``."""

    zone: str
    type: int
    data: bytes


# https://data.iana.org/root-anchors/root-anchors.xml: the keys of 2017 and 2024.
ROOT_ANCHORS = """\
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
"""


def _records(text: str) -> list[tuple[str, str, list[str]]]:
    """Return (owner, type, data words) of each line; TTL and class may stand in between, comments are dropped."""
    found = []
    for line in text.splitlines():
        words = line.partition(";")[0].replace("(", " ").replace(")", " ").split()
        if not words:
            continue
        owner, rest = words[0], words[1:]
        while rest and (rest[0].isdigit() or class_number(rest[0]) is not None):
            rest = rest[1:]
        if rest:
            found.append((owner, rest[0].upper(), rest[1:]))
    return found


def hints(text: str) -> tuple[Server, ...]:
    """Return the root servers that a hints file names, each with all its addresses, in its order. Raises BadQuery."""
    records = _records(text)
    servers = [words[0] for owner, kind, words in records if kind == "NS" and owner == "." and words]
    found = []
    for server in servers:
        for owner, kind, words in records:
            if kind in ("A", "AAAA") and owner.lower() == server.lower() and words:
                try:
                    socket.inet_pton(socket.AF_INET6 if kind == "AAAA" else socket.AF_INET, words[0])
                except (OSError, ValueError):  # ValueError: an embedded NUL or a byte that is not UTF-8
                    raise BadQuery(f"the hints give {server} the {kind} record {words[0]!r}", "no address") from None
                found.append(Server(words[0], 53, server.rstrip(".")))
    if not found:
        raise BadQuery("no root server in the hints", "", "a hints file has NS records of '.' and their A and AAAA")
    return tuple(found)


def anchors(text: str) -> tuple[Anchor, ...]:
    """Return the trust anchors in a file of DS or DNSKEY records. Raises BadQuery."""
    found = []
    try:
        for owner, kind, words in _records(text):
            if kind not in ("DS", "DNSKEY"):
                continue
            first, second, third = (int(word) for word in words[:3])
            rest = "".join(words[3:])
            key = bytes.fromhex(rest) if kind == "DS" else b64decode(rest, validate=True)
            head = first.to_bytes(2, "big") + bytes((second, third))
            found.append(Anchor(names.text(names.pack(owner)), TYPES[kind], head + key))
    except (ValueError, OverflowError, Malformed) as error:
        raise BadQuery("a bad trust anchor", str(error), "a DS or DNSKEY record a line, as in a zone file") from None
    if not found:
        raise BadQuery("no trust anchor in the file", "", "a DS or DNSKEY record a line, as in a zone file")
    return tuple(found)
