"""``netscope schema``: the JSON Schema (2020-12) of everything that is printed as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from netscope.cli.output import Output
from netscope.cli.parser import Parser
from netscope.domains import DOMAINS, load
from netscope.export import SCHEMA


def main(words: Sequence[str], _netns: str) -> int:
    """Run the command."""
    parser = Parser(
        prog="netscope schema",
        usage="netscope schema",
        description="The JSON Schema of every document: of each topic (--json), and of the snapshot. The schema of a\n"
        "topic's records, which are the lines of --jsonl, is $defs/TOPIC.",
    )
    parser.add_argument("-h", "--help", action="store_true", help="this help")
    if parser.parse_args(list(words)).help:
        Output().tell(parser.format_help())
    else:
        Output().write([json.dumps(schema(), indent=2), "\n"])
    return 0


def schema() -> dict[str, Any]:
    """Return the schema of any document; ``$defs`` has one schema for each topic's record."""
    domains = [load(name) for name in DOMAINS]
    records = {domain.name: domain.schema() for domain in domains}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{SCHEMA}: what netscope prints as JSON",
        "oneOf": [*({"$ref": f"#/$defs/{name}-document"} for name in records), {"$ref": "#/$defs/snapshot"}],
        "$defs": {
            **records,
            **{f"{name}-document": _document(name) for name in records},
            "snapshot": _snapshot(list(records)),
            "problems": _PROBLEMS,
            "time": _TIME,
        },
    }


_TIME = {
    "type": "string",
    "format": "date-time",
    "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$",
    "description": "RFC 3339, UTC",
}
_PROBLEMS = {
    "type": "array",
    "description": "what could not be read",
    "items": {
        "type": "object",
        "properties": {
            "what": {"type": "string", "description": "what is missing"},
            "why": {"type": "string", "description": "the reason, as the system gave it"},
            "mend": {"type": "string", "description": "what would make it work"},
        },
        "required": ["what", "why", "mend"],
        "additionalProperties": False,
    },
}
_NAMESPACE = {"type": "string", "description": "the network namespace as it was named; empty for the program's own"}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def _records(topic: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/$defs/{topic}"}}


def _document(topic: str) -> dict[str, Any]:
    return _object(
        {
            "schema": {"const": SCHEMA},
            "topic": {"const": topic},
            "host": {"type": "string", "description": "the host's name"},
            "namespace": _NAMESPACE,
            "taken_at": {"$ref": "#/$defs/time"},
            "records": _records(topic),
            "problems": {"$ref": "#/$defs/problems"},
        },
        description=f"netscope {topic} --json",
    )


def _snapshot(topics: Sequence[str]) -> dict[str, Any]:
    host = {
        "name": {"type": "string"},
        "kernel": {"type": "string", "description": "its release"},
        "system": {"type": ["string", "null"], "description": "PRETTY_NAME of os-release(5)"},
    }
    entries = {
        topic: _object(
            {
                "taken_at": {"$ref": "#/$defs/time"},
                "records": _records(topic),
                "problems": {"$ref": "#/$defs/problems"},
            }
        )
        for topic in topics
    }
    return _object(
        {
            "schema": {"const": SCHEMA},
            "host": _object(host),
            "namespace": _NAMESPACE,
            "taken_at": {"$ref": "#/$defs/time"},
            "topics": {"type": "object", "properties": entries, "additionalProperties": False},
        },
        description="netscope snapshot",
    )
