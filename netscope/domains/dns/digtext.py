"""Answers as dig prints them (BIND 9.18's dig: printmessage, received, short_answer)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence

from netscope.core.dns import message as wire
from netscope.core.dns.message import Edns, Message, Option, Record, decode
from netscope.core.dns.names import Malformed
from netscope.core.dns.numbers import EXTENDED_ERRORS, opcode_name, rcode_name
from netscope.core.dns.resolver import Event, Reply
from netscope.domains.dns.lookup import Answer, Lookup
from netscope.domains.dns.records import question_line, record_data, record_line

_FLAGS = (("qr", wire.QR), ("aa", wire.AA), ("tc", wire.TC), ("rd", wire.RD), ("ra", wire.RA), ("ad", wire.AD),
          ("cd", wire.CD))  # fmt: skip
_SOA = 6
_PRINTABLE = range(32, 127)


def answer_text(answer: Answer, banner: str = "") -> Iterator[str]:
    """Yield the text of a whole lookup, in lines. ``banner`` goes before the first that prints one."""
    lookup = answer.lookup
    for reply in answer.replies[:-1]:
        yield from events(reply)
    reply = answer.last
    yield from events(reply)
    yield from banner.splitlines() if lookup.cmd and not lookup.short else ()
    if reply.message is None:
        if lookup.transfer and any(event.kind in ("closed", "failed") for event in reply.events):
            yield "; Transfer failed."
        yield ";; no servers could be reached"
        return
    if lookup.qr and not lookup.short:
        yield from sent_text(reply, lookup)
    if lookup.transfer:
        yield from transfer_text(reply, lookup)
    elif lookup.short:
        yield from short_text(reply, lookup)
    else:
        yield from message_text(reply.message, lookup, reply.query)
        yield from received(reply, lookup)


def banner(words: Sequence[str], servers: int) -> str:
    """Return the lines before the first answer; ``servers`` counts those given after @."""
    from netscope import __version__

    found = f"; ({servers} server{'' if servers == 1 else 's'} found)\n" if servers else ""
    return f"\n; <<>> netscope {__version__} <<>> {' '.join(words)}\n{found};; global options: +cmd\n"


def events(reply: Reply) -> Iterator[str]:
    """Yield a line for each thing that happened on the way."""
    ignored: dict[tuple[str, str], int] = {}
    for event in reply.events:
        if event.kind == "ignored":
            what = (event.server.label, event.text)
            ignored[what] = ignored.get(what, 0) + 1
        else:
            yield event_line(event, reply.inquiry.ask.name)
    for (server, text), count in ignored.items():
        yield f";; ignored {count} packet{'' if count == 1 else 's'} from {server}: {text}"


def event_line(event: Event, name: str) -> str:
    """Return dig's words for a mishap on the way to an answer for a name."""
    if event.kind == "truncated":
        return ";; Truncated, retrying in TCP mode."
    if event.kind == "badcookie":
        return ";; BADCOOKIE, retrying."
    if event.kind == "badvers":
        return f";; BADVERS, retrying with EDNS version {event.text}."
    if event.kind == "tls":
        return f";; TLS with {event.server.label} failed: {event.text}"
    what = {"timeout": "timed out", "refused": "connection refused"}.get(event.kind, event.text)
    if event.kind == "refused" and event.transport != "udp":
        server = f"{event.server.label}({event.server.name or event.server.address})"
        return f";; Connection to {server} for {name} failed: {what}."
    return f";; communications error to {event.server.label}: {what}"


def sent_text(reply: Reply, lookup: Lookup) -> Iterator[str]:
    """Yield the query as it was sent (+qr)."""
    try:
        message = decode(reply.query)
    except Malformed:
        return
    yield ";; Sending:"
    yield from message_text(message, lookup, b"", got=False)
    yield f";; QUERY SIZE: {len(reply.query)}"
    yield ""


def message_text(message: Message, lookup: Lookup, query: bytes, *, got: bool = True) -> Iterator[str]:
    """Yield header, pseudosection and sections. ``query`` is what was sent: it tells whether the cookie is good."""
    comments = lookup.comments
    if comments:
        if got:
            yield ";; Got answer:"
        yield from _header(message)
        yield ""
        if message.edns:
            yield ";; OPT PSEUDOSECTION:"
            yield from edns_text(message.edns, query)
    if lookup.question and message.questions:
        yield from [";; QUESTION SECTION:"] if comments else []
        for question in message.questions:
            yield question_line(question, lookup)
        yield from [""] if comments else []
    for wanted, title, records in (
        (lookup.answer, "ANSWER", message.answer),
        (lookup.authority, "AUTHORITY", message.authority),
        (lookup.additional, "ADDITIONAL", message.additional),
    ):
        if wanted and records:
            yield from [f";; {title} SECTION:"] if comments else []
            for record in records:
                yield record_line(record, lookup)
            yield from [""] if comments else []


def _header(message: Message) -> Iterator[str]:
    status = rcode_name(message.rcode)
    yield f";; ->>HEADER<<- opcode: {opcode_name(message.opcode)}, status: {status}, id: {message.ident}"
    flags = "".join(f" {name}" for name, bit in _FLAGS if message.flags & bit)
    strange = "; MBZ: 0x4" if message.flags & wire.Z else ""
    counts = "QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}".format(*message.counts)
    yield f";; flags:{flags}{strange}; {counts}"
    if message.flags & (wire.QR | wire.RD | wire.RA) == wire.QR | wire.RD:
        yield ";; WARNING: recursion requested but not available"
    if message.extra:
        yield f";; WARNING: Message has {message.extra} extra byte{'' if message.extra == 1 else 's'} at end"


def edns_text(edns: Edns, query: bytes = b"") -> Iterator[str]:
    """Yield the lines of the OPT pseudosection."""
    flags = " do" if edns.flags & wire.DO else ""
    reserved = f"; MBZ: 0x{edns.flags & ~wire.DO:04x}" if edns.flags & ~wire.DO else ""
    yield f"; EDNS: version: {edns.version}, flags:{flags}{reserved}; udp: {edns.size}"
    cookie = _sent_cookie(query)
    for option in edns.options:
        yield f"; {option_text(option, cookie)}"


def _sent_cookie(query: bytes) -> bytes | None:
    try:
        edns = decode(query).edns
    except Malformed:
        return None
    return next((option.data[:8] for option in edns.options if option.code == wire.COOKIE), None) if edns else None


def option_text(option: Option, sent_cookie: bytes | None = None) -> str:
    """Return an EDNS option as dig prints it; ``sent_cookie`` is the client cookie that went out."""
    data = option.data
    if option.code == wire.ECS:
        return f"CLIENT-SUBNET: {subnet_text(data)}" if subnet_text(data) else _opaque(f"OPT={option.code}", data)
    if option.code == wire.COOKIE:
        verdict = ""
        if sent_cookie is not None:
            verdict = " (good)" if len(data) >= 16 and data[:8] == sent_cookie else " (bad)"
            verdict = verdict if len(data) >= 16 or data[:8] != sent_cookie else " (echoed)"
        return f"COOKIE: {data.hex()}{verdict}"
    if option.code == wire.EDE and len(data) >= 2:
        return ede_text(data)
    if option.code == wire.EXPIRE and len(data) == 4:
        seconds = int.from_bytes(data, "big")
        from netscope.domains.dns.records import verbose_ttl

        return f"EXPIRE: {seconds} ({verbose_ttl(seconds)})"
    if option.code == wire.KEEPALIVE and len(data) == 2:
        return f"TCP KEEPALIVE: {int.from_bytes(data, 'big') / 10:.1f} secs"
    names = {wire.NSID: "NSID", wire.EXPIRE: "EXPIRE", wire.KEEPALIVE: "TCP KEEPALIVE", wire.PADDING: "PAD"}
    if option.code == wire.PADDING:
        return "PAD:"  # zeros, of a length that the message's size tells
    return _opaque(names.get(option.code, f"OPT={option.code}"), data)


def _opaque(name: str, data: bytes) -> str:
    if not data:
        return f"{name}:"
    readable = "".join(chr(byte) if byte in _PRINTABLE else "." for byte in data)
    return f'{name}: {data.hex(" ")} ("{readable}")'


def ede_text(data: bytes) -> str:
    """Return an extended error: code, meaning and the server's text (RFC 8914), the text escaped to ASCII."""
    code = int.from_bytes(data[:2], "big")
    text = "".join(chr(byte) if byte in _PRINTABLE else f"\\{byte:03d}" for byte in data[2:].rstrip(b"\0"))
    meaning = EXTENDED_ERRORS.get(code, "")
    return f"EDE: {code}" + (f" ({meaning})" if meaning else "") + (f": ({text})" if text else "")


def subnet_text(data: bytes) -> str:
    """Return an ECS option as address/source/scope, "" when it is malformed (RFC 7871)."""
    if len(data) < 4 or data[0] or data[1] not in (0, 1, 2):
        return ""
    if data[1] == 0:
        return f"0/{data[2]}/{data[3]}" if len(data) == 4 else ""
    family, size = (socket.AF_INET, 4) if data[1] == 1 else (socket.AF_INET6, 16)
    if len(data) - 4 > size:
        return ""
    return f"{socket.inet_ntop(family, data[4:].ljust(size, bytes(1)))}/{data[2]}/{data[3]}"


def received(reply: Reply, lookup: Lookup) -> Iterator[str]:
    """Yield the lines after an answer: time, server, when, size."""
    size = reply.message.size if reply.message else 0
    if lookup.stats:
        yield from _stats(reply)
        yield f";; MSG SIZE  rcvd: {size}"
        yield ""
    elif lookup.identify and not lookup.short:
        name = reply.server.name or reply.server.address
        yield f";; Received {size} bytes from {reply.server.label}({name}) in {milliseconds(reply)} ms"
        yield ""


def _stats(reply: Reply) -> Iterator[str]:
    server = reply.server
    yield f";; Query time: {milliseconds(reply)} msec"
    yield f";; SERVER: {server.label}({server.name or server.address}) ({reply.transport.upper()})"
    yield time.strftime(";; WHEN: %a %b %d %H:%M:%S %Z %Y", time.localtime(reply.at))


def milliseconds(reply: Reply) -> int:
    """Return the time of a reply in whole milliseconds, as dig does."""
    return int(reply.seconds * 1000)


def short_text(reply: Reply, lookup: Lookup) -> Iterator[str]:
    """Yield the answer's data alone (+short), who said it with +identify."""
    for record in reply.message.answer if reply.message else ():
        yield record_data(record, lookup._replace(multiline=False)) + _from(reply, lookup)


def _from(reply: Reply, lookup: Lookup) -> str:
    return f" from server {reply.server.address} in {milliseconds(reply)} ms." if lookup.identify else ""


def transfer_text(reply: Reply, lookup: Lookup) -> Iterator[str]:
    """Yield a zone transfer: its records, then what it was made of."""
    first = reply.messages[0]
    if first.rcode or not first.answer:
        yield "; Transfer failed."
        return
    records = list(_transferred(reply, lookup))
    if lookup.answer:
        for record in records:
            if lookup.short:
                yield record_data(record, lookup._replace(multiline=False)) + _from(reply, lookup)
            else:
                yield record_line(record, lookup)
    if lookup.stats:
        yield from _stats(reply)
        size = sum(message.size for message in reply.messages)
        count = sum(len(message.answer) for message in reply.messages)
        yield f";; XFR size: {count} records (messages {len(reply.messages)}, bytes {size})"
        yield ""


def _transferred(reply: Reply, lookup: Lookup) -> Iterator[Record]:
    seen = False
    for message in reply.messages:
        for record in message.answer:
            if record.type == _SOA and lookup.onesoa and seen:
                continue
            seen = seen or record.type == _SOA
            yield record
