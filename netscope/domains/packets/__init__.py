"""``packets``: frames that go over the interfaces, or went and are in a file; a record is the summary of one."""

from __future__ import annotations

import time

from netscope.core.domain import Domain, Polled, Query
from netscope.core.frame import Frame
from netscope.core.host import Host
from netscope.core.record import Column, Names
from netscope.core.snapshot import Snapshot
from netscope.core.typed import Any, NamedTuple

_BILLION = 1_000_000_000


class Packet(NamedTuple):
    """One frame, in a line.

    Attributes:
        number: its place in the capture, from 1.
        time: when it was captured, nanoseconds since the epoch.
        source, destination: the addresses of the innermost layer that has some.
        protocol: Wireshark's word for the innermost protocol.
        length: bytes on the wire.
        info: what it is about.
        interface: the interface's name, "" where it is not told.
        direction: "in", "out", or "" where it is not told.
        captured: bytes that were kept.
        trouble: "" or what is wrong with it, in a word.
        comments: notes that its file carries with it.
    """

    number: int
    time: int
    source: str
    destination: str
    protocol: str
    length: int
    info: str
    interface: str = ""
    direction: str = ""
    captured: int = 0
    trouble: str = ""
    comments: tuple[str, ...] = ()


def packet(frame: Frame, context: Any, interface: str = "") -> Packet:
    """Return the summary of a frame. ``context`` is what was learnt from those before (netscope.dissect.Context)."""
    from netscope.dissect.summary import summary

    source, destination, protocol, length, info, trouble = summary(frame, context)
    return Packet(
        frame.number,
        frame.time,
        source,
        destination,
        protocol,
        length,
        info,
        interface,
        frame.direction,
        len(frame.data),
        trouble,
        frame.comments,
    )


def stamp(nanoseconds: int) -> str:
    """Return a time as RFC 3339 in UTC, to the nanosecond."""
    seconds, rest = divmod(nanoseconds, _BILLION)
    try:
        parts = time.gmtime(seconds)
    except (OverflowError, OSError, ValueError):
        return f"{seconds}.{rest:09d}"
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', parts)}.{rest:09d}Z"


def to_json(found: Packet) -> dict[str, Any]:
    """Return the JSON object of a record."""
    return {**found._asdict(), "time": stamp(found.time), "comments": list(found.comments)}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    count = {"type": "integer", "minimum": 0}
    properties = {
        "number": {"type": "integer", "minimum": 1, "description": "its place in the capture"},
        "time": {"type": "string", "description": "RFC 3339 in UTC, to the nanosecond"},
        "source": {"type": "string", "description": "address of the innermost layer that has one"},
        "destination": {"type": "string"},
        "protocol": {"type": "string", "description": "Wireshark's word for the innermost protocol"},
        "length": {**count, "description": "bytes on the wire"},
        "info": {"type": "string", "description": "what it is about"},
        "interface": {"type": "string", "description": "empty where it is not told"},
        "direction": {"enum": ["in", "out", ""], "description": "empty where it is not told"},
        "captured": {**count, "description": "bytes that were kept"},
        "trouble": {"type": "string", "description": "what is wrong with it, in a word"},
        "comments": {"type": "array", "items": {"type": "string"}},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def collect(host: Host, _query: Query) -> Snapshot:
    """Return no packet: none is taken in without being asked for."""
    return Snapshot("packets", (), (), host.wall(), host.clock())


def _time(found: Packet, _names: Names) -> str:
    seconds, rest = divmod(found.time, _BILLION)
    try:
        parts = time.localtime(seconds)
    except (OverflowError, OSError, ValueError):
        return f"{seconds}.{rest // 1000:06d}"
    return f"{parts.tm_hour:02d}:{parts.tm_min:02d}:{parts.tm_sec:02d}.{rest // 1000:06d}"


COLUMNS = (
    Column("number", "No.", lambda p: p.number, "integer", "its place in the capture", rank=1),
    Column("time", "Time", lambda p: p.time / _BILLION, "number", "when it was captured", _time, rank=2),
    Column("source", "Source", lambda p: p.source, "address", "of the innermost layer that has one", rank=1),
    Column("destination", "Destination", lambda p: p.destination, "address", "of the same layer", rank=1),
    Column("protocol", "Protocol", lambda p: p.protocol, help="the innermost protocol", rank=0),
    Column("length", "Length", lambda p: p.length, "integer", "bytes on the wire", rank=3),
    Column("info", "Info", lambda p: p.info, help="what it is about", rank=0, flex=True),
    Column("interface", "Interface", lambda p: p.interface, help="where it was captured", rank=6, shown=False),
    Column("direction", "Direction", lambda p: p.direction, help="in or out", rank=7, shown=False),
    Column("captured", "Captured", lambda p: p.captured, "integer", "bytes that were kept", rank=7, shown=False),
    Column("trouble", "Trouble", lambda p: p.trouble, help="what is wrong with it", rank=6, shown=False),
    Column("comments", "Comments", lambda p: p.comments, "list", "notes from its file", rank=8, shown=False),
)

DOMAIN = Domain(
    name="packets",
    title="Packets",
    summary="what goes over the interfaces, live or from a file, byte by byte",
    replaces=("tcpdump", "tshark", "dumpcap"),
    columns=COLUMNS,
    key=lambda found: found.number,
    open=lambda host, query: Polled(lambda: collect(host, query)),
    to_json=to_json,
    schema=schema,
    interval=3600.0,
    command="netscope.cli.packets:run",
)
