"""What ``netscope trace`` says inside a namespace."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from netscope.domains.trace import DOMAIN
from tests.lab import Namespace, netscope


def trace(where: Namespace, *words: str, as_user: str = "") -> dict[str, Any]:
    """Return the record of one trace."""
    done = netscope("trace", "-n", "--json", *words, inside=where, as_user=as_user)
    document = json.loads(done.stdout)
    assert document["problems"] == [], document
    (record,) = document["records"]
    jsonschema.validate(record, DOMAIN.schema())
    found: dict[str, Any] = record
    return found


def addresses(record: dict[str, Any]) -> list[set[str]]:
    """Return who answered at each distance, over all paths."""
    found: dict[int, set[str]] = {}
    for path in record["paths"]:
        for hop in path["hops"]:
            found.setdefault(hop["ttl"], set()).update(hop["addresses"])
    return [found[ttl] for ttl in sorted(found)]
