"""A whole question with all its lookups, asked for somebody who watches: what is planned, then each outcome."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from netscope.core.dns.message import Record
from netscope.core.dns.numbers import TYPES, type_number
from netscope.core.dns.resolver import Task
from netscope.core.dns.resolver import resolver as resolver_of
from netscope.core.errors import BadQuery
from netscope.core.host import Host
from netscope.domains.dns import rfc8427, survey
from netscope.domains.dns.asking import Asker, Read, lookups_of
from netscope.domains.dns.grammar import Command, numeric, parse
from netscope.domains.dns.lookup import Answer, Lookup
from netscope.domains.dns.survey import Survey
from netscope.domains.dns.surveying import survey as gather

Outcome = Answer | Survey

_VALUED = ("bcfpqtx", ("--style", "--concurrency", "--hints", "--anchor"))  # options whose next word is their value


class Plan(NamedTuple):
    """What will be asked. ``asked`` says whom, ``servers`` counts the addresses given after @."""

    lookups: tuple[Lookup, ...]
    asked: str
    servers: int


class Stopped(Exception):
    """The one who watched has gone."""


def split(text: str) -> list[str]:
    """Return the words of a question as a shell would. Raises BadQuery."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise BadQuery("these are no words", str(error).lower()) from None


def understood(text: str) -> Command:
    """Return what a question typed on the screen says. Raises BadQuery for what is no question there."""
    command = parse(split(text))
    if command.netns:
        raise BadQuery("the screen stays in its namespace", "", "'netscope --netns NAME' opens another")
    if command.help or command.version:
        raise BadQuery("the options are in the help of 'netscope dns'", "", "'?' tells the keys")
    return command


def ask(host: Host, command: Command, read: Read, stop: int) -> Iterator[Plan | tuple[int, Outcome]]:
    """Yield the plan, then (position, outcome) as each comes, until the descriptor ``stop`` is readable. Blocks.

    Raises NetscopeError for what cannot be asked.
    """
    lookups = lookups_of(command, read)
    resolver = resolver_of(host)
    asker = Asker(resolver, command, read)
    yield _plan(asker, command, lookups)
    if not command.walk:
        yield from resolver.run((asker.task(lookup) for lookup in lookups), command.concurrency, stop)
        return

    def run(task: Task[Any]) -> Any:
        for _position, value in resolver.run([task], 1, stop):
            return value
        raise Stopped

    anchor = read(command.anchor) if command.anchor else ""
    try:
        for position, lookup in enumerate(lookups):
            yield position, gather(lookup, asker, resolver, run, anchor, host.wall())
    except Stopped:
        return


def _plan(asker: Asker, command: Command, lookups: Sequence[Lookup]) -> Plan:
    first = lookups[0] if lookups else command.defaults
    if not lookups:
        raise BadQuery("nothing to ask", "the list has no name in it")
    if asker.roots(first) and (first.trace or command.walk):
        return Plan(tuple(lookups), f"the root servers of {command.hints}", 0)
    servers, way, source = asker.servers(first)
    whom = ", ".join(server.address for server in servers)
    where = f" ({source})" if source and not first.servers else ""
    over = f" over {way.transport.upper()}" if way.transport != "udp" else ""
    return Plan(tuple(lookups), f"{whom}{where}{over}", asker.count(command.defaults))


def documents(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the JSON objects of an outcome."""
    return [survey.to_json(outcome)] if isinstance(outcome, Survey) else rfc8427.answer_json(outcome)


# --- the words of a question, changed ---------------------------------------------------------------------------------


def with_server(text: str, server: str) -> str:
    """Return a question with another server; "" for those of resolv.conf. Raises BadQuery."""
    kept = [word for word, place in _placed(split(text)) if place != "server"]
    return shlex.join([f"@{server}", *kept] if server else kept)


def with_type(text: str, kind: str) -> str:
    """Return a question with another type. Raises BadQuery."""
    kept = [word for word, place in _placed(split(text)) if place != "type"]
    return shlex.join([*kept, kind])


def with_walk(text: str) -> str:
    """Return a question with --walk, or without it where it was there. Raises BadQuery."""
    words = split(text)
    return shlex.join([word for word in words if word != "--walk"] if "--walk" in words else ["--walk", *words])


def with_list(text: str) -> str:
    """Return a question about the list that was pasted instead of its own names. Raises BadQuery."""
    kept = [word for word, place in _placed(split(text)) if place != "name"]
    return shlex.join([*kept, "-f", "-"])


def _placed(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each word with what it is: "server", "type" (with a ``-t`` before it), "name" (with a ``-x`` or ``-q``), or
    "" for anything else."""
    place = ""
    for word in words:
        if place:
            yield word, place.removeprefix("other")
            place = ""
        elif word == "-t":
            place = "type"
            yield word, "type"
        elif word in ("-x", "-q"):
            place = "name"
            yield word, "name"
        elif word in _VALUED[1] or (len(word) == 2 and word[0] == "-" and word[1] in _VALUED[0]):
            place = "other"
            yield word, ""
        elif word.startswith("@"):
            yield word, "server"
        else:
            yield word, "type" if _names_a_type(word) else "" if word[:1] in "-+" else "name"


def _names_a_type(word: str) -> bool:
    return type_number(word.removeprefix("-t")) is not None or word.lower().startswith("ixfr=")


def list_lines(text: str) -> str:
    """Return a pasted list as the lines of a file: a line that is only an address asks for its name."""
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(f"-x {line}" if numeric(line) else line for line in lines if line)


TYPE_WORDS = (
    "A", "AAAA", "MX", "NS", "SOA", "TXT", "CNAME", "PTR", "SRV", "CAA", "HTTPS", "SVCB", "DS", "DNSKEY", "TLSA",
    "SSHFP", "NAPTR", "ANY", "AXFR",
)  # fmt: skip
"""The types that people ask for, the commonest first."""


def completion(text: str) -> str:
    """Return the text with its last word completed: a type in the letter case that was begun, or an option; or ""."""
    from netscope.domains.dns.plus import option_names

    start, _blank, word = text.rpartition(" ")
    if not word or not start.strip():
        return ""
    if word.startswith("+"):
        negated = "no" if word.startswith("+no") and len(word) > 3 else ""
        begun = word[1 + len(negated) :]
        fits = (f"+{negated}{name}" for name in option_names() if begun and name.startswith(begun.lower()))
    else:
        kinds = [*TYPE_WORDS, *(name for name in TYPES if name not in TYPE_WORDS)]
        named = (kind for kind in kinds if kind.startswith(word.upper()) and len(kind) > len(word))
        fits = (kind if word.isupper() else kind.lower() for kind in named if word.isupper() or word.islower())
    found = next(fits, "")
    return f"{start} {found}" if found else ""


def servers_of(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    """Return (server, where it was named) of name servers that answers name, by address where that came along."""
    found: dict[str, str] = {}
    for outcome in outcomes:
        if isinstance(outcome, Survey):
            for step in (step for leg in outcome.legs for step in leg.steps[1:]):
                found.update((view.address, f"{view.name}, for {step.zone}") for view in step.views)
            continue
        message = outcome.last.message
        if message is not None:
            found.update(_named((*message.answer, *message.authority), message.additional))
    return list(found.items())


def _named(records: Sequence[Record], additional: Sequence[Record]) -> Iterator[tuple[str, str]]:
    addresses = {record.name.lower(): record.text for record in additional if record.type in (1, 28)}
    for record in records:
        if record.type == TYPES["NS"]:
            name = record.text
            yield addresses.get(name.lower(), name.rstrip(".")), f"{name}, for {record.name}"
