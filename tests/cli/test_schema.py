"""The schema, and real output against it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from netscope.domains import DOMAINS, collected
from tests.lab import Namespace, netscope


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """What ``netscope schema`` prints."""
    found: dict[str, Any] = json.loads(netscope("schema", check=True).stdout)
    return found


def complaints(schema: dict[str, Any], name: str, document: Any) -> list[str]:
    """Return what is wrong with a document, by the definition of that name."""
    only = {"$schema": schema["$schema"], "$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}
    return [f"{list(error.path)}: {error.message[:300]}" for error in Draft202012Validator(only).iter_errors(document)]


def test_it_is_a_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert set(DOMAINS) < set(schema["$defs"])


@pytest.mark.root
@pytest.mark.parametrize("topic", collected())
def test_documents_are_valid(busy: Namespace, schema: dict[str, Any], topic: str) -> None:
    for words in ((), ("-a",)) if topic == "sockets" else ((),):
        document = json.loads(netscope(topic, "--json", *words, inside=busy).stdout)
        assert not complaints(schema, f"{topic}-document", document)
        assert complaints(schema, f"{topic}-document", {**document, "topic": "other"})
        assert complaints(schema, f"{topic}-document", {**document, "records": [{"nonsense": 1}]})
        assert Draft202012Validator(schema).is_valid(document)
        for line in netscope(topic, "--jsonl", *words, inside=busy).stdout.splitlines():
            assert not complaints(schema, topic, json.loads(line))


@pytest.mark.root
def test_a_snapshot_is_valid(busy: Namespace, schema: dict[str, Any]) -> None:
    document = json.loads(netscope("snapshot", "--netns", busy.name, check=True).stdout)
    assert not complaints(schema, "snapshot", document)
    assert Draft202012Validator(schema).is_valid(document)
    document["topics"]["sockets"]["records"][0]["state"] = 5
    assert complaints(schema, "snapshot", document)
