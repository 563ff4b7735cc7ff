"""The JSON Schema of a socket."""

from __future__ import annotations

from typing import Any

from netscope.domains.sockets.columns import COLUMNS
from netscope.domains.sockets.record import Memory, Timer
from netscope.domains.sockets.selection import PROTOCOLS
from netscope.domains.sockets.tcpinfo import TcpInfo

_TEXTS = ("protocol", "family", "type", "state")
_NULLABLE_TEXTS = (
    "subprotocol", "local_address", "remote_address", "interface", "user", "cookie", "cgroup", "unit", "container",
)  # fmt: skip
_COUNTS = ("recv_q", "send_q", "inode")
_NULLABLE_COUNTS = ("local_port", "remote_port", "peer_inode", "uid", "mark", "cgroup_id")
_RATES = ("send_rate", "receive_rate", "process_send_rate", "process_receive_rate")
_HELP = {column.name: column.help for column in COLUMNS}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _info_schema() -> dict[str, Any]:
    kinds: dict[str, Any] = {"congestion": {"type": ["string", "null"]}}
    for name, annotation in TcpInfo.__annotations__.items():
        words = str(getattr(annotation, "__forward_arg__", annotation)).split(" | ")
        types = {"int": "integer", "float": "number", "str": "string", "bool": "boolean", "None": "null"}
        kinds[name] = (
            {"type": "array", "items": {"type": "string"}}
            if words[0].startswith("tuple")
            else {"type": [types[word] for word in words]}
        )
        help_ = _HELP.get(f"tcp_info.{name}")
        if help_:
            kinds[name]["description"] = help_
    return _object(kinds)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one socket."""
    integer = {"type": "integer"}
    count = {"type": "integer", "minimum": 0}
    properties: dict[str, Any] = {name: {"type": "string"} for name in _TEXTS}
    properties["protocol"] = {"enum": list(PROTOCOLS)}
    properties |= {name: {"type": ["string", "null"]} for name in _NULLABLE_TEXTS}
    properties |= {name: dict(count) for name in _COUNTS}
    properties |= {name: {"type": ["integer", "null"], "minimum": 0} for name in _NULLABLE_COUNTS}
    properties |= {name: {"type": ["number", "null"], "minimum": 0} for name in _RATES}
    properties["v6only"] = {"type": ["boolean", "null"]}
    process = _object({"pid": integer, "name": {"type": "string"}, "fd": integer})
    properties["processes"] = _nullable({"type": "array", "items": process})
    properties["timer"] = _nullable(
        _object({name: {"type": "string"} if name == "name" else integer for name in Timer._fields})
    )
    properties["memory"] = _nullable(_object({name: {"type": ["integer", "null"]} for name in Memory._fields}))
    properties["tcp_info"] = _nullable(_info_schema())
    for name, value in properties.items():
        if _HELP.get(name):
            value["description"] = _HELP[name]
    return _object(properties)
