"""dig's +trace: from the root down, one server a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netscope.core.dns.message import RD, Record
from netscope.core.dns.numbers import TYPES, type_name
from netscope.core.dns.resolver import Inquiry, Reply, Server, Task, Way
from netscope.domains.dns.digtext import events, message_text, milliseconds, received
from netscope.domains.dns.lookup import Answer, Lookup, ask
from netscope.domains.dns.records import record_data
from netscope.domains.dns.referral import Find, apex, delegation

_DEEPEST = 24
_NS = TYPES["NS"]


def trace(lookup: Lookup, starts: Sequence[Server], way: Way, source: str, find: Find) -> Task[Answer]:
    """Ask for the root's servers, then follow referrals until somebody answers.

    ``starts`` are the resolver's addresses, or those of a hints file; ``find`` gives addresses to name servers that
    a referral names without any.
    """
    port = lookup.port or 53
    first = ask(lookup._replace(type=_NS), ".")
    replies: list[Reply] = [*(yield [Inquiry(first._replace(flags=first.flags | RD), tuple(starts), way)])]
    message = replies[-1].message
    here = apex(message, ".", lookup.family, port) if message else None
    while here and len(replies) < _DEEPEST:
        servers = here.servers
        if here.without:
            servers += yield from find(here.without)
        if not servers:
            break
        (reply,) = yield [Inquiry(ask(lookup, lookup.name), servers, way)]
        replies.append(reply)
        here = delegation(reply.message, here.zone, lookup.name, lookup.family, port) if reply.message else None
    return Answer(lookup, source, tuple(replies))


def trace_text(answer: Answer, banner: str = "") -> Iterator[str]:
    """Yield dig's text of a trace."""
    lookup = answer.lookup
    yield from banner.splitlines() if lookup.cmd and not lookup.short else ()
    for reply in answer.replies:
        yield from events(reply)
        if reply.message is None:
            yield ";; no servers could be reached"
            return
        if lookup.short:
            for record in reply.message.answer:
                yield _short(record, reply, lookup)
            continue
        yield from message_text(reply.message, lookup, reply.query)
        yield from received(reply, lookup)


def _short(record: Record, reply: Reply, lookup: Lookup) -> str:
    data = record_data(record, lookup._replace(multiline=False))
    return f"{type_name(record.type)} {data} from server {reply.server.address} in {milliseconds(reply)} ms."
