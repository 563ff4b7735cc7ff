"""Answers as host(1) prints them, and the three questions that it asks of a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netscope.core.dns import names
from netscope.core.dns.message import Message, Record
from netscope.core.dns.numbers import TYPES, rcode_name, type_name
from netscope.core.dns.resolvconf import candidates
from netscope.core.dns.resolver import Inquiry, Reply, Server, Task, Way
from netscope.domains.dns.digtext import event_line
from netscope.domains.dns.lookup import Answer, Lookup, ask
from netscope.domains.dns.records import record_data

_PHRASES = {
    TYPES[kind]: phrase
    for kind, phrase in (
        ("A", "has address"), ("NS", "name server"), ("CNAME", "is an alias for"), ("WKS", "has well known services"),
        ("PTR", "domain name pointer"), ("HINFO", "host information"), ("MX", "mail is handled by"),
        ("TXT", "descriptive text"), ("X25", "x25 address"), ("ISDN", "ISDN address"), ("SIG", "has signature"),
        ("KEY", "has key"), ("AAAA", "has IPv6 address"), ("LOC", "location"),
    )
}  # fmt: skip
_CNAME = TYPES["CNAME"]
_FURTHER = (TYPES["AAAA"], TYPES["MX"])


def resolve(
    lookup: Lookup, servers: Sequence[Server], manner: Way, search: Sequence[str], ndots: int, source: str
) -> Task[Answer]:
    """Ask for the address along the search list, then for IPv6 addresses and mail servers of what was found."""
    replies: list[Reply] = []
    for name in candidates(lookup.name, tuple(search), ndots):
        replies += yield [Inquiry(ask(lookup, name), tuple(servers), manner)]
        message = replies[-1].message
        if message is None or message.rcode != 3:
            break
    last = replies[-1]
    if lookup.type is None and not lookup.reverse and last.message and not last.message.rcode:
        name = _canonical(last.message, last.inquiry.ask.name)
        replies += yield [Inquiry(ask(lookup._replace(type=kind), name), tuple(servers), manner) for kind in _FURTHER]
    return Answer(lookup, source, tuple(replies))


def _canonical(message: Message, name: str) -> str:
    """Return the end of the alias chain in an answer."""
    aliases = {record.name.lower(): record.text for record in message.answer if record.type == _CNAME}
    for _ in range(len(aliases)):
        name = aliases.get(names.text(names.pack(name)).lower(), name)
    return name


def failed(answer: Answer) -> bool:
    """Tell whether host(1) would call this a failure."""
    reply = _first(answer)
    return reply.message is None or reply.message.rcode != 0


def _first(answer: Answer) -> Reply:
    """Return the reply to the last name of the search list that was tried."""
    further = [reply for reply in answer.replies if reply.inquiry.ask.type == answer.lookup.asked_type]
    return further[-1]


def answer_text(answer: Answer) -> Iterator[str]:
    """Yield host's lines."""
    first = _first(answer)
    for reply in answer.replies:
        for event in reply.events:
            if event.kind != "ignored":
                yield event_line(event, reply.inquiry.ask.name)
    if first.message is None:
        yield ";; no servers could be reached"
        return
    if answer.lookup.servers:
        server = first.server
        yield from ("Using domain server:", f"Name: {server.name}", f"Address: {server.label}", "Aliases: ", "")
    if first.message.rcode:
        name = answer.lookup.name
        if (":" not in name and not answer.lookup.reverse) or name.endswith(".ip6.arpa."):
            name = name.removesuffix(".")
        yield f"Host {name} not found: {first.message.rcode}({rcode_name(first.message.rcode)})"
        return
    shown = answer.replies[answer.replies.index(first) :]
    for reply in shown:
        for record in reply.message.answer if reply.message else ():
            yield record_text(record, answer.lookup)
    if answer.lookup.type is not None and not first.message.answer:
        yield f"{answer.lookup.name.removesuffix('.')} has no {type_name(answer.lookup.type)} record"


def record_text(record: Record, lookup: Lookup) -> str:
    """Return one record as host says it."""
    phrase = _PHRASES.get(record.type) or f"has {type_name(record.type)} record"
    return f"{record.name.removesuffix('.')} {phrase} {record_data(record, lookup)}"
