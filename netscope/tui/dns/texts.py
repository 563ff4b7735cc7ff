"""Outcomes as the command prints them: in the style that the question asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator

from netscope.domains.dns.digtext import answer_text, banner
from netscope.domains.dns.grammar import Command
from netscope.domains.dns.lookup import Lookup
from netscope.domains.dns.session import Outcome, documents
from netscope.domains.dns.survey import Survey


def outcome_text(outcome: Outcome, command: Command, lookup: Lookup, servers: int) -> Iterator[str]:
    """Yield the lines of an outcome: dig's, host's, JSON, or a walk's. Lines may hold tabs; nothing is escaped."""
    if command.form or command.style == "json":
        for document in documents(outcome):
            yield from json.dumps(document, indent=2).splitlines()
        return
    if isinstance(outcome, Survey):
        from netscope.domains.dns.surveytext import survey_text

        found = survey_text(outcome, lookup)
    elif command.style == "host":
        from netscope.domains.dns.hosttext import answer_text as host_text

        found = host_text(outcome)
    elif lookup.trace:
        from netscope.domains.dns.trace import trace_text

        found = trace_text(outcome, banner(command.words, servers))
    else:
        found = answer_text(outcome, banner(command.words, servers))
    for line in found:
        yield from line.split("\n")
