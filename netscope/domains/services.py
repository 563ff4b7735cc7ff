"""The names of ports: /etc/services, looked up by port, name, alias, prefix, or by what was nearly typed.

The format is that of services(5), read as glibc reads it: a line that does not parse is passed over (and counted as a
problem), the first entry of a port wins. Where the host has no such file (containers), a built-in table answers.
"""

from __future__ import annotations

from netscope.core.domain import Domain, Option, Polled, Query
from netscope.core.errors import NeedsPrivilege, NetscopeError, Unavailable
from netscope.core.host import Host
from netscope.core.record import Column, Names
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.spelling import edits
from netscope.core.typed import Any, Callable, Collection, Iterable, Iterator, Mapping, NamedTuple, Sequence

PATH = "/etc/services"
BUILT_IN = "built-in"
_NAMED = 4  # services that are near a word, of which the sentence tells the names; the table has them all


class Service(NamedTuple):
    """One entry of services(5). ``source`` says whether the host's file or the built-in table told it."""

    name: str
    port: int
    protocol: str
    aliases: tuple[str, ...]
    comment: str
    source: str


class Table(NamedTuple):
    """All entries, in the order of the file, and what was wrong with it."""

    services: tuple[Service, ...]
    problems: tuple[Problem, ...]


def parse(data: bytes, source: str) -> tuple[list[Service], list[int]]:
    """Return the entries of a file in the format of services(5), and the numbers of the lines that are not in it."""
    found, strange = [], []
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        entry, _hash, comment = line.partition("#")
        words = entry.split()
        if not words:
            continue
        port, slash, protocol = words[1].partition("/") if len(words) > 1 else ("", "", "")
        if not (slash and protocol and port.isascii() and port.isdigit() and int(port[:8]) <= 0xFFFF):
            strange.append(number)
            continue
        found.append(Service(words[0], int(port), protocol, tuple(words[2:]), comment.strip(), source))
    return found, strange


def read(host: Host) -> Table:
    """Read the host's table, or give the built-in one and the reason for it."""
    try:
        found, strange = parse(host.read(PATH), PATH)
    except (Unavailable, NeedsPrivilege) as error:
        from netscope.domains.wellknown import WELL_KNOWN

        problem = Problem(
            "the host's own service names",
            f"{PATH}: {error.why}",
            "a built-in table of the well-known ports answers instead; the file comes with the system's package of it "
            "(netbase, setup, iana-etc)",
        )
        return Table(tuple(parse(WELL_KNOWN.encode(), BUILT_IN)[0]), (problem,))
    if not strange:
        return Table(tuple(found), ())
    lines = ", ".join(map(str, strange[:8])) + (", ..." if len(strange) > 8 else "")
    plural = "s" if len(strange) > 1 else ""
    problem = Problem(f"{len(strange)} line{plural} of {PATH}", f"not 'name port/protocol': line{plural} {lines}")
    return Table(tuple(found), (problem,))


class ServiceNames:
    """Names of ports as the user wants them (see :class:`netscope.core.record.Names`).

    The table is read once, when a name is first asked for; a table that cannot be read leaves the digits. Addresses
    have the names that it is given, none unless it is.
    """

    def __init__(self, host: Host, numeric: bool = False, hosts: Mapping[str, str] | None = None) -> None:
        self._host = host
        self._numeric = numeric
        self._hosts = hosts or {}
        self._names: dict[tuple[int, str], str] | None = None
        self._ports: dict[str, set[int]] = {}

    @property
    def numeric(self) -> bool:
        """Whether numbers are wanted as numbers."""
        return self._numeric

    @property
    def lends(self) -> bool:
        """Whether there are names of addresses."""
        return bool(self._hosts)

    def host(self, address: str) -> str:
        """Return the name of an address, "" where none was given."""
        return self._hosts.get(address, "")

    def service(self, port: int, protocol: str) -> str:
        """Return the name, as getservbyport(3) does, or the digits."""
        if self._numeric:
            return str(port)
        names = self._names if self._names is not None else self._read()
        name = names.get((port, protocol))
        if name is None:
            name = names.get((port, _BASE.get(protocol, protocol)), str(port))
        return name

    def ports(self, name: str) -> Collection[int]:
        """Return the ports of a name or alias, in any protocol."""
        if self._names is None:
            self._read()
        return self._ports.get(name.lower(), ())

    def _read(self) -> dict[tuple[int, str], str]:
        try:
            services: Sequence[Service] = read(self._host).services
        except NetscopeError:
            services = ()
        names: dict[tuple[int, str], str] = {}
        for service in services:
            names.setdefault((service.port, service.protocol), service.name)
            for name in (service.name, *service.aliases):
                self._ports.setdefault(name.lower(), set()).add(service.port)
        self._names = names
        return names


_BASE = {"mptcp": "tcp", "udplite": "udp"}  # protocols that use another's port names


def lookup(services: Sequence[Service], words: Iterable[str]) -> tuple[list[Service], list[Problem]]:
    """Find each word: as it is, else as a prefix, else nearly; the best first.

    A word is a name or an alias, a port, or either with ``/protocol`` behind it, as for getent(1).
    """
    found: dict[Service, None] = {}
    problems = []
    for word in words:
        hits, near = _find(services, word.lower())
        if not hits:
            why = "nothing is called nearly that, either"
            # Partial: status 1, as getent fails for it.
            problems.append(Problem(f"no service named {word!r}", why, partial=True))
        elif near:
            problems.append(Problem(f"no service named {word!r}", f"near it: {_listed(hits)}"))
        found.update(dict.fromkeys(hits))
    return list(found), problems


def _listed(services: Sequence[Service]) -> str:
    names = list(dict.fromkeys(service.name for service in services))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _find(services: Sequence[Service], word: str) -> tuple[list[Service], bool]:
    """Return the hits of the first way that has any, and whether they are only near."""
    word, _slash, protocol = word.partition("/")
    if protocol:
        services = [service for service in services if service.protocol == protocol]
    if word.isascii() and word.isdigit():
        return [service for service in services if service.port == int(word[-9:])], False
    exact = [service for service in services if word in _spellings(service)]
    if exact or not word:
        return exact, False
    for near, measure in ((False, _prefixed), (True, _distance)):
        ranked = sorted(_measured(services, word, measure), key=lambda pair: pair[0])
        if ranked:
            return [service for _rank, service in ranked], near
    return [service for service in services if word in service.comment.lower()], True


def _spellings(service: Service) -> Iterator[str]:
    yield service.name.lower()
    for alias in service.aliases:
        yield alias.lower()


def _measured(
    services: Sequence[Service], word: str, measure: Callable[[str, str], float | None]
) -> Iterator[tuple[float, Service]]:
    """Yield each service that is within reach with the smallest distance of its spellings; sorting keeps the order."""
    for service in services:
        distances = [d for spelling in _spellings(service) if (d := measure(word, spelling)) is not None]
        if distances:
            yield min(distances), service


def _prefixed(word: str, spelling: str) -> float | None:
    return len(spelling) if spelling.startswith(word) else None


def _distance(word: str, spelling: str) -> float | None:
    """Return how far a misspelt word is from a spelling, None beyond a third of its letters.

    Also compared with the spelling's beginning of about the same length: "postgers" is one swap from "postgres",
    which begins "postgresql". A part from the middle ("sql" of "mysql") counts as farther than any beginning.
    """
    reach = max(1, (len(word) + 1) // 3)
    best: float = edits(word, spelling) if abs(len(word) - len(spelling)) <= reach else reach + 1
    if len(spelling) > len(word) > 3:
        best = min(best, *(edits(word, spelling[: len(word) + more]) + 0.5 for more in (-1, 0, 1)))
    if best <= reach:
        return best
    return reach + 1 + len(spelling) / 100 if len(word) > 2 and word in spelling else None


def collect(host: Host, query: Query) -> Snapshot:
    """Read the table, and look up the words that were given."""
    table = read(host)
    services: Sequence[Service] = table.services
    problems = list(table.problems)
    words = query.option("words", ())
    if words:
        services, missed = lookup(services, words)
        problems += missed
    return Snapshot("services", services, tuple(problems), host.wall(), host.clock())


def to_json(service: Service) -> dict[str, Any]:
    """Return the JSON object of a service."""
    return service._asdict()


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a service."""
    return {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "official name"},
            "port": {"type": "integer", "minimum": 0, "maximum": 65535},
            "protocol": {"type": "string", "description": "transport protocol, such as tcp"},
            "aliases": {"type": "array", "items": {"type": "string"}},
            "comment": {"type": "string", "description": "what follows the # on its line"},
            "source": {"enum": [PATH, BUILT_IN], "description": "the host's own file, or the table in the program"},
        },
        "required": ["name", "port", "protocol", "aliases", "comment", "source"],
        "additionalProperties": False,
    }


def _port_text(service: Service, _names: Names) -> str:
    return str(service.port)


COLUMNS = (
    Column("name", "Name", lambda s: s.name, help="official name of the service", rank=0, aliases=("service",)),
    Column("port", "Port", lambda s: s.port, "port", "port number", text=_port_text, rank=0),
    Column("protocol", "Proto", lambda s: s.protocol, help="transport protocol", rank=1, aliases=("proto",)),
    Column("aliases", "Aliases", lambda s: s.aliases, "list", "other names of the same service", rank=3,
           aliases=("alias",), text=lambda s, _names: " ".join(s.aliases)),
    Column("comment", "Comment", lambda s: s.comment, help="what the table says about it", rank=5, flex=True),
    Column("source", "Source", lambda s: s.source, help="the host's file, or the built-in table", rank=7),
)  # fmt: skip

DOMAIN = Domain(
    name="services",
    title="Services",
    summary="names of ports, from /etc/services",
    replaces=("cat /etc/services", "getent services"),
    columns=COLUMNS,
    key=lambda s: (s.name, s.port, s.protocol),
    open=lambda host, query: Polled(lambda: collect(host, query)),
    to_json=to_json,
    schema=schema,
    options=(
        Option((), "words", "names, aliases or ports to look up; misspelt ones find the closest", "WORD", repeat=True),
    ),
    interval=60.0,
    near=lambda services, word: lookup(services, [word]),
    epilog="""\
examples:
  netscope services                   the whole table
  netscope services https             one name, alias or port, as getent(1) answers
  netscope services 53 5432/tcp       several at once
  netscope services postgers          nearly right is right enough
  netscope services 'port<1024 and protocol:udp'""",
)
