"""``netscope dns --walk``: every zone on the way to a name, and who says what about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netscope.cli.dns.printing import print_documents, read_text, safe
from netscope.cli.output import Output
from netscope.core.dns.resolver import Resolver, Task
from netscope.core.errors import BadQuery
from netscope.core.host import Host
from netscope.domains.dns.asking import Asker
from netscope.domains.dns.grammar import Command
from netscope.domains.dns.lookup import Lookup
from netscope.domains.dns.survey import to_json
from netscope.domains.dns.surveying import survey
from netscope.domains.dns.surveytext import survey_text


def walk(
    command: Command, lookups: Sequence[Lookup], asker: Asker, resolver: Resolver, host: Host, output: Output
) -> int:
    """Walk to each name in turn; exit status 1 when one is bogus or cannot be reached."""
    if command.style not in ("dig", "json"):
        raise BadQuery(f"'--walk' has no style {command.style!r}", "", "text, '--json' or '--jsonl'")
    anchor = read_text(command.anchor) if command.anchor else ""

    def run(task: Task[Any]) -> Any:
        running = resolver.run([task], 1)
        try:
            return next(running)[1]
        finally:
            running.close()

    status, surveys = 0, []
    for lookup in lookups:
        found = survey(lookup, asker, resolver, run, anchor, host.wall())
        status = 1 if found.verdict == "bogus" or not found.answered else status
        if command.form or command.style == "json":
            surveys.append(to_json(found))
        else:
            output.write(map(safe, survey_text(found, lookup)))
    if surveys:
        print_documents(command, surveys, host, output)
    return status
