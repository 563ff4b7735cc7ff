"""Answers as an outline: a line a question, below it the sections of what came. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from netscope.core.dns import message as wire
from netscope.core.dns.message import Message, Record
from netscope.core.dns.numbers import TYPES, class_name, opcode_name, rcode_name, type_name
from netscope.core.dns.resolver import Reply
from netscope.core.text import duration
from netscope.domains.dns.digtext import edns_text, event_line
from netscope.domains.dns.lookup import Answer, Lookup
from netscope.tui.outline import Item, plain
from netscope.tui.pages import Span

_ADDRESSES = (TYPES["A"], TYPES["AAAA"])
_NAMES = {TYPES[word] for word in ("NS", "CNAME", "PTR", "DNAME", "MX", "SRV")}  # the data ends with a name
_NAME_ROOM = 40
_FLAGS = (("qr", wire.QR), ("aa", wire.AA), ("tc", wire.TC), ("rd", wire.RD), ("ra", wire.RA), ("ad", wire.AD),
          ("cd", wire.CD))  # fmt: skip

# What the tokens of a record's data are called (RFC 1035, 2782, 4034, 6698, 8659).
_FIELDS: dict[int, tuple[str, ...]] = {
    TYPES[word]: tuple(fields.split())
    for word, fields in {
        "SOA": "primary mailbox serial refresh retry expire negative-ttl",
        "MX": "preference exchange",
        "SRV": "priority weight port target",
        "DS": "key-tag algorithm digest-type digest",
        "DNSKEY": "flags protocol algorithm key",
        "RRSIG": "covers algorithm labels original-ttl expires inception key-tag signer signature",
        "CAA": "flags tag value",
        "TLSA": "usage selector matching data",
        "NAPTR": "order preference flags service regexp replacement",
    }.items()
}


def answer_item(answer: Answer, *, folded: bool) -> Item:
    """Return one lookup's answer."""
    reply = answer.last
    below = [_step(earlier) if answer.lookup.trace else _tried(earlier) for earlier in answer.replies[:-1]]
    below += _trouble(reply)
    if reply.message is not None:
        below += _contents(reply)
    below.append(_way(answer))
    return Item(_head(answer), tuple(below), folded, _subject(answer.lookup, reply), short=True)


def _subject(lookup: Lookup, reply: Reply) -> str:
    for record in reply.message.answer if reply.message else ():
        if record.type in _ADDRESSES:
            return record.text
    return _address(lookup.name) if lookup.reverse else lookup.name.rstrip(".")


def _address(name: str) -> str:
    """Return the address that a name below in-addr.arpa or ip6.arpa is made from."""
    from ipaddress import IPv4Address, IPv6Address

    labels = name.removesuffix(".").split(".")[-3::-1]
    try:
        return str(IPv4Address(".".join(labels)) if len(labels) == 4 else IPv6Address(int("".join(labels), 16)))
    except ValueError:
        return name


def _head(answer: Answer) -> tuple[Span, ...]:
    reply, lookup = answer.last, answer.lookup
    asked = reply.inquiry.ask
    name = _address(lookup.name) if lookup.reverse else asked.name
    spans = [Span(f"{name} ", "strong"), Span(f"{type_name(asked.type)}  ", "accent")]
    if reply.message is None:
        return (*spans, Span("no answer", "bad"))
    status = rcode_name(reply.message.rcode)
    spans.append(Span(status, "good" if status == "NOERROR" else "notice" if status == "NXDOMAIN" else "bad"))
    data = _told(reply, asked.type)
    shown = data[0] if data else "" if reply.message.rcode else "nothing"
    more = f" +{len(data) - 1}" if len(data) > 1 else ""
    spans += [Span(f"  {took(reply)}", "quiet"), Span(f"  {shown}{more}", "plain")]
    return tuple(spans)


def _told(reply: Reply, kind: int) -> list[str]:
    """Return the data that was asked for, else whatever data there is."""
    records = [record for message in reply.messages for record in message.answer]
    return [record.text for record in records if record.type == kind] or [record.text for record in records]


def took(reply: Reply) -> str:
    """Return how long a reply took."""
    return duration(round(reply.seconds, 4))


def _tried(reply: Reply) -> Item:
    status = rcode_name(reply.message.rcode) if reply.message else "no answer"
    return Item((Span("tried ", "label"), Span(reply.inquiry.ask.name, "plain"), Span(f"  {status}", "notice")))


def _step(reply: Reply) -> Item:
    """Return one step of +trace."""
    who = reply.server.name or reply.server.address
    below = (*_trouble(reply), *_contents(reply)) if reply.message else tuple(_trouble(reply))
    zone = next((record.name for record in reply.message.authority), "") if reply.message else ""
    where = f"  refers to {zone}" if zone else ""
    return Item((Span(f"{who}", "plain"), Span(where, "accent"), Span(f"  {took(reply)}", "quiet")), below, folded=True)


def _trouble(reply: Reply) -> list[Item]:
    lines = dict.fromkeys(event_line(event, reply.inquiry.ask.name).lstrip("; ") for event in reply.events)
    return [Item((Span("! ", "bad"), Span(line, "notice"))) for line in lines]


def _contents(reply: Reply) -> Iterator[Item]:
    messages = reply.messages
    sections = (
        ("answer", [record for message in messages for record in message.answer], False),
        ("authority", [record for message in messages for record in message.authority], bool(messages[0].answer)),
        ("additional", [record for message in messages for record in message.additional], True),
    )
    for title, records, folded in sections:
        if records:
            yield Item((Span(title, "title"), Span(f"  {len(records)}", "quiet")), _records(records), folded)
    if reply.message is not None:
        yield _message(reply.message, reply.query)


def _records(records: Sequence[Record]) -> tuple[Item, ...]:
    names = min(_NAME_ROOM, max(len(record.name) for record in records))
    kinds = max(len(type_name(record.type)) for record in records)
    ttls = max(len(str(record.ttl)) for record in records)
    return tuple(_record(record, names, ttls, kinds) for record in records)


def _record(record: Record, names: int, ttls: int, kinds: int) -> Item:
    tokens = record.tokens
    fields = _FIELDS.get(record.type, ())
    below: tuple[Item, ...] = ()
    if fields and len(tokens) >= len(fields):
        values = [*tokens[: len(fields) - 1], " ".join(tokens[len(fields) - 1 :])]
        wide = max(map(len, fields))
        below = tuple(Item((Span(f"{field:{wide}}  ", "label"), Span(value, "plain")))
                      for field, value in zip(fields, values, strict=True))  # fmt: skip
    data = " ".join(tokens)
    subject = record.name.rstrip(".")
    if record.type in _ADDRESSES:
        subject = data
    elif record.type in _NAMES and tokens:
        subject = tokens[-1].rstrip(".")
    line = (
        Span(f"{record.name:{names}}  ", "plain"),
        Span(f"{record.ttl:{ttls}}  ", "quiet"),
        Span(f"{type_name(record.type):{kinds}}  ", "accent"),
        Span(data, "strong"),
    )
    copied = f"{record.name} {record.ttl} {class_name(record.klass)} {type_name(record.type)} {data}"
    return Item(line, below, folded=True, subject=subject, copied=copied)


def _message(message: Message, query: bytes) -> Item:
    flags = " ".join(name for name, bit in _FLAGS if message.flags & bit)
    rows = [
        ("status", rcode_name(message.rcode)),
        ("operation", opcode_name(message.opcode)),
        ("flags", flags),
        ("id", str(message.ident)),
        ("counts", "question {}, answer {}, authority {}, additional {}".format(*message.counts)),
        ("size", f"{message.size} bytes"),
    ]
    if message.edns is not None:
        rows += [_option(line) for line in edns_text(message.edns, query)]
    return Item(
        (Span("message", "title"), Span(f"  {flags}, {message.size} bytes", "quiet")),
        tuple(labelled(rows)),
        folded=True,
    )


def _option(line: str) -> tuple[str, str]:
    label, _colon, text = line.lstrip("; ").partition(": ")
    return label, text


def labelled(rows: Iterable[tuple[str, str]]) -> Iterator[Item]:
    """Yield rows of a label and a text, the texts below each other."""
    found = list(rows)
    wide = max((len(label) for label, _text in found), default=0)
    for label, text in found:
        yield Item((Span(f"{label:{wide}}  ", "label"), Span(text, "plain")), copied=text)


def _way(answer: Answer) -> Item:
    """Return who was asked, over what, from which file."""
    reply = answer.last
    server = reply.server
    name = f" ({server.name})" if server.name and server.name != server.address else ""
    source = f", from {answer.source}" if answer.source and not answer.source.startswith("@") else ""
    said = "answered" if reply.message else "asked last"
    line = f"{said}: {server.label}{name} over {reply.transport.upper()} in {took(reply)}{source}"
    return plain(line, "quiet")._replace(subject=server.address)
