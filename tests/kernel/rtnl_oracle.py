"""What ``ip -j`` says, made comparable, and what netscope says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema

from netscope.core.domain import Query
from netscope.core.text import format_value, printable
from netscope.domains import load
from netscope.domains.services import ServiceNames
from tests.lab import Namespace
from tests.unit.rtnl_bytes import Replay

# Keys that iproute2 prints only in versions newer than some that are still about.
NEWER: dict[str, set[str]] = {
    "links": {"gso_ipv4_max_size", "gro_ipv4_max_size"},
    "addresses": {"protocol"},
    "rules": {"dscp"},
    "routes": set(),
    "neighbours": set(),
}


NAMES = ServiceNames(Replay(), numeric=True)


def ours(netns: Namespace, topic: str, query: Query | None = None) -> list[dict[str, Any]]:
    """Return the JSON objects of a topic, checked: no problems, valid by the schema, every column presentable."""
    domain = load(topic)
    snapshot = netns.collect(topic, query)
    assert snapshot.problems == ()
    found = [domain.to_json(record) for record in snapshot.records]
    validator = jsonschema.Draft202012Validator(domain.schema())
    for record, shown in zip(snapshot.records[:300], found, strict=False):
        validator.validate(json.loads(json.dumps(shown)))
        for column in domain.columns:
            value = column.value(record)
            text = column.text(record, NAMES) if column.text else format_value(value, column.kind)
            assert isinstance(text, str)
            assert printable(text).isprintable()
    assert len({domain.key(record) for record in snapshot.records}) == len(found)
    return found


def same(mine: list[dict[str, Any]], theirs: list[dict[str, Any]], topic: str, *added: str) -> None:
    """Compare object by object: every key and every value; ``added`` are the keys that only netscope has."""
    assert len(mine) == len(theirs)
    for one, other in zip(mine, theirs, strict=True):
        extra = set(one) - set(other)
        assert extra <= {*added, *NEWER[topic]}, (one, other)
        assert {key: value for key, value in one.items() if key not in extra} == other


Objects = list[dict[str, Any]]


def steady(mine: Callable[[], Objects], theirs: Callable[[], Objects]) -> tuple[Objects, Objects]:
    """Return both sides of a moment in which nothing changed: young interfaces still send and settle."""
    for _attempt in range(100):
        before, seen = theirs(), mine()
        if before == theirs():
            return seen, before
    raise AssertionError("it never came to rest")
