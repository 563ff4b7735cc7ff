"""Messages as JSON: RFC 8427 with the members and order of ``kdig +json``, and how each answer came about."""

from __future__ import annotations

import time
from typing import Any

from netscope.core.dns import message as wire
from netscope.core.dns.message import Message, Record
from netscope.core.dns.numbers import CLASSES, OPT, class_name, type_name
from netscope.core.dns.resolver import Reply
from netscope.domains.dns.digtext import event_line
from netscope.domains.dns.lookup import Answer

_BITS = (("AA", wire.AA), ("TC", wire.TC), ("RD", wire.RD), ("RA", wire.RA), ("AD", wire.AD), ("CD", wire.CD))
_COUNTS = ("QDCOUNT", "ANCOUNT", "NSCOUNT", "ARCOUNT")
_KNOWN_CLASSES = frozenset(CLASSES.values())


def answer_json(answer: Answer) -> list[dict[str, Any]]:
    """Return one object for each message of an answer; a single one without message where nobody answered."""
    return [document for reply in answer.replies for document in reply_json(reply, answer.source)]


def reply_json(reply: Reply, source: str) -> list[dict[str, Any]]:
    """Return one object for each message of a reply."""
    way = {"netscope": way_json(reply, source)}
    if reply.message is None:
        ask = reply.inquiry.ask
        return [{**_question(ask.name, ask.type, ask.klass), **way}]
    return [{**message_json(message, reply.at), **way} for message in reply.messages]


def way_json(reply: Reply, source: str) -> dict[str, Any]:
    """Return who was asked, over what, how long it took and what went wrong on the way."""
    return {
        "server": reply.server.address,
        "port": reply.server.port,
        "server_name": reply.server.name or None,
        "source": source,
        "transport": reply.transport,
        "milliseconds": round(reply.seconds * 1000, 3),
        "query_size": len(reply.query),
        "answered": reply.message is not None,
        "events": [
            {"kind": event.kind, "server": event.server.address, "port": event.server.port,
             "transport": event.transport, "text": event_line(event, reply.inquiry.ask.name).removeprefix(";; ")}
            for event in reply.events
        ],
    }  # fmt: skip


def message_json(message: Message, at: float) -> dict[str, Any]:
    """Return a message as RFC 8427 has it; ``at`` is when it came, seconds since the epoch."""
    found: dict[str, Any] = {
        "dateString": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(at)),
        "dateSeconds": int(at),
        "msgLength": message.size,
        "ID": message.ident,
        "QR": message.flags >> 15,
        "Opcode": message.opcode,
        **{name: int(bool(message.flags & bit)) for name, bit in _BITS},
        "RCODE": message.rcode,
        **dict(zip(_COUNTS, message.counts, strict=True)),
    }
    if message.questions:
        question = message.questions[0]
        found |= _question(question.name, question.type, question.klass)
    additional = (*message.additional, message.opt) if message.opt else message.additional
    for name, records in (("answer", message.answer), ("authority", message.authority), ("additional", additional)):
        if records:
            found[f"{name}RRs"] = [record_json(record) for record in records]
    return found


def _question(name: str, kind: int, klass: int) -> dict[str, Any]:
    return {
        "QNAME": name,
        "QTYPE": kind,
        "QTYPEname": type_name(kind),
        "QCLASS": klass,
        "QCLASSname": class_name(klass),
    }


def record_json(record: Record) -> dict[str, Any]:
    """Return a record; ``rdataTYPE`` holds its text where the type is known."""
    found: dict[str, Any] = {
        "NAME": record.name,
        "TYPE": record.type,
        "TYPEname": type_name(record.type),
        "CLASS": record.klass,
    }
    if record.klass in _KNOWN_CLASSES and record.type != OPT:
        found["CLASSname"] = class_name(record.klass)
    found["TTL"] = record.ttl
    tokens = record.tokens
    if record.type != OPT and tokens[:1] != ["\\#"]:
        found[f"rdata{type_name(record.type)}"] = " ".join(tokens)
    found["RDLENGTH"] = len(record.data)
    if record.data:
        found["RDATAHEX"] = record.data.hex().upper()
    return found


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one answer."""
    bits = {name: {"enum": [0, 1]} for name in ("QR", *(name for name, _bit in _BITS))}
    number = {"type": "integer", "minimum": 0}
    record = {
        "type": "object",
        "properties": {
            "NAME": {"type": "string"}, "TYPE": number, "TYPEname": {"type": "string"}, "CLASS": number,
            "CLASSname": {"type": "string"}, "TTL": number, "RDLENGTH": number,
            "RDATAHEX": {"type": "string", "pattern": "^([0-9A-F]{2})*$"},
        },
        "patternProperties": {"^rdata[A-Z0-9-]+$": {"type": "string"}},
        "required": ["NAME", "TYPE", "TYPEname", "CLASS", "TTL", "RDLENGTH"],
        "additionalProperties": False,
    }  # fmt: skip
    event = {
        "type": "object",
        "properties": {
            "kind": {"type": "string"}, "server": {"type": "string"}, "port": number,
            "transport": {"enum": ["udp", "tcp", "tls", "https"]}, "text": {"type": "string"},
        },
        "required": ["kind", "server", "port", "transport", "text"],
        "additionalProperties": False,
    }  # fmt: skip
    way = {
        "type": "object",
        "description": "who was asked, over what, how long it took, what went wrong on the way",
        "properties": {
            "server": {"type": "string"}, "port": number, "server_name": {"type": ["string", "null"]},
            "source": {"type": "string", "description": "the file that names the server, or the word after @"},
            "transport": {"enum": ["udp", "tcp", "tls", "https"]}, "milliseconds": {"type": "number"},
            "query_size": number, "answered": {"type": "boolean"}, "events": {"type": "array", "items": event},
        },
        "required": ["server", "port", "server_name", "source", "transport", "milliseconds", "query_size", "answered",
                     "events"],
        "additionalProperties": False,
    }  # fmt: skip
    return {
        "type": "object",
        "description": "a message as RFC 8427 has it",
        "properties": {
            "dateString": {"type": "string"}, "dateSeconds": number, "msgLength": number, "ID": number,
            "Opcode": number, **bits, "RCODE": number, **dict.fromkeys(_COUNTS, number), "QNAME": {"type": "string"},
            "QTYPE": number, "QTYPEname": {"type": "string"}, "QCLASS": number, "QCLASSname": {"type": "string"},
            **{f"{name}RRs": {"type": "array", "items": record} for name in ("answer", "authority", "additional")},
            "netscope": way,
        },
        "required": ["netscope"],
        "additionalProperties": False,
    }  # fmt: skip
