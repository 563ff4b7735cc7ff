"""``netscope snapshot``: every topic as one document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netscope.cli.output import Output, complain_of
from netscope.cli.parser import Parser
from netscope.core.domain import Domain, Query
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.host import Host
from netscope.core.snapshot import Problem, Snapshot
from netscope.domains import DOMAINS, collected, load
from netscope.export import snapshot_document, write_file
from netscope.hub.once import collect_once

EPILOG = """\
The file is written whole or not at all, with mode 0600, for the user who called sudo, and never over another file
without --force. Exit status 1 when a topic could not be read; the document then says why.

examples:
  netscope snapshot -o before.json
  netscope snapshot --topics routes,rules | jq .topics.routes.records
"""


def build() -> Parser:
    """Return the parser of the command."""
    parser = Parser(
        prog="netscope snapshot",
        usage="netscope snapshot [-o FILE [--force]] [--topics A,B] [--netns NAME|PID|PATH]",
        description="Every topic as one JSON document, on standard output or in a file.",
        epilog=EPILOG,
    )
    parser.option("-o", "--output", metavar="FILE", default="-", help="write a file instead of standard output")
    parser.option("--topics", metavar="A,B", help=f"only these; all: {', '.join(collected())}")
    parser.option("--force", action="store_true", help="replace the file if it is there")
    parser.option("-N", "--netns", metavar="NAME|PID|PATH", default="", help="look into another network namespace")
    parser.option("-h", "--help", action="store_true", help="this help")
    return parser


def main(words: Sequence[str], netns: str) -> int:
    """Run the command."""
    parser = build()
    given = parser.parse_args(list(words))
    if given.help:
        Output().tell(parser.format_help())
        return 0
    if not given.output:
        raise BadQuery("-o needs the name of a file", "", "or - for standard output")
    topics = _topics(given.topics)
    from netscope.system.live import LiveHost

    host = LiveHost(given.netns or netns)
    try:
        failed: list[Problem] = []
        chunks = snapshot_document(_look(host, topics, failed), host)
        if given.output == "-":
            Output().write(chunks)
        else:
            write_file(given.output, chunks, force=given.force)
        complain_of(failed)
        return 1 if failed else 0
    finally:
        host.close()


def _topics(text: str | None) -> list[Domain]:
    names = collected() if text is None else [name for part in text.split(",") if (name := part.strip())]
    if not names:
        raise BadQuery("--topics names no topic", "", f"topics are {', '.join(collected())}")
    for name in names:
        if name not in DOMAINS:
            raise BadQuery(f"no topic {name!r}", "", f"topics are {', '.join(collected())}")
    topics = [load(name) for name in dict.fromkeys(names)]
    for topic in topics:
        if topic.command:
            raise BadQuery(f"no snapshot of {topic.name}", "it answers questions", f"'netscope {topic.name} --help'")
    return topics


def _look(host: Host, topics: Sequence[Domain], failed: list[Problem]) -> Iterator[tuple[Domain, Snapshot]]:
    """Look at one topic after the other; what fails is in the document, and in ``failed``."""
    for domain in topics:
        try:
            snapshot = collect_once(domain, host, Query().having(full=True, all=True))
        except NetscopeError as error:
            problem = Problem(error.what, error.why, error.mend, partial=True)
            snapshot = Snapshot(domain.name, (), (problem,), host.wall(), host.clock())
        failed += [problem for problem in snapshot.problems if problem.partial]
        yield domain, snapshot
