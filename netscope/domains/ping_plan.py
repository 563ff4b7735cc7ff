"""What is asked of ping, from its options: the plan of probes, their pace, how many."""

from __future__ import annotations

from netscope.core.errors import BadQuery
from netscope.core.numbers import Number
from netscope.core.probe import FASTEST, Channel, Discover, Method, Plan
from netscope.core.typed import Any, Mapping, NamedTuple, Sequence
from netscope.domains.ping_session import Pace

DEFAULT_COUNT = 3600  # probes to one target: an hour of them
DEFAULT_ROUNDS = 5  # probes to each of many targets
RATE, FASTEST_RATE = 5_000, 100_000  # packets a second in all: by default and for users, and for root
_ECHOES: tuple[Discover, ...] = ("do", "want", "dont", "probe")
_LARGEST = {4: 65_507, 6: 65_527}


class Request(NamedTuple):
    """What is asked.

    Attributes:
        words: names, addresses, prefixes.
        family: 0 for both, 4 or 6.
        counted: somebody said how many probes.
        rate: packets a second in all.
        agreed: big and public prefixes are meant.
        mtu: the path MTU is wanted instead of times.
        numeric: no names for addresses.
    """

    words: tuple[str, ...]
    family: int
    plan: Plan
    pace: Pace
    rate: int
    counted: bool
    agreed: bool
    mtu: bool
    numeric: bool

    def of_many(self, rounds: int = DEFAULT_ROUNDS) -> Pace:
        """Return the pace for many targets: so many probes to each, unless somebody said how many."""
        return self.pace._replace(number=self.pace.number if self.counted else rounds, gap=1 / self.rate)


def requested(
    options: Mapping[str, Any], words: Sequence[str], family: int, *, numeric: bool, privileged: bool
) -> Request:
    """Return what options and words ask for; an option that is missing or None was not given. Raises BadQuery."""
    if not words:
        raise BadQuery("a target is missing: a name, an address or a prefix")
    if options.get("tcp") and options.get("udp"):
        raise BadQuery("--tcp and --udp are two ways, choose one")
    if options.get("mtu") and (options.get("tcp") or options.get("udp")):
        raise BadQuery("--mtu", "is found by ICMP echoes", "leave out --tcp and --udp")
    return Request(
        words=tuple(words),
        family=family,
        plan=_plan(options),
        pace=_pace(options, privileged),
        rate=Number("--rate", 1, FASTEST_RATE if privileged else RATE).whole(options.get("rate"), RATE),
        counted=options.get("count") is not None,
        agreed=bool(options.get("yes")),
        mtu=bool(options.get("mtu")),
        numeric=numeric,
    )


def _plan(options: Mapping[str, Any]) -> Plan:
    method: Method = "tcp" if options.get("tcp") else "udp" if options.get("udp") else "icmp"
    port = Number(f"--{method}", 1, 65_535).whole(options.get("tcp") or options.get("udp"), 0)
    tos = Number("-Q", 0, 255).whole(options.get("tos"), -1)
    where = str(options.get("interface") or "")
    is_address = ":" in where or where.replace(".", "").isdigit()
    return Plan(
        method=method,
        size=0 if method == "tcp" else Number("-s", 0, max(_LARGEST.values())).whole(options.get("size"), 56),
        port=port,
        tos=tos if tos >= 0 else None,
        interface="" if is_address else where,
        source=where if is_address else "",
        discover=_discover(options.get("discover")),
        broadcast=bool(options.get("broadcast")),
    )


def _discover(word: object) -> Discover:
    for echo in _ECHOES:
        if word == echo:
            return echo
    if word:
        raise BadQuery(f"-M {word}", f"is none of {', '.join(_ECHOES)}")
    return ""


def _pace(options: Mapping[str, Any], privileged: bool) -> Pace:
    interval = Number("-i", 0, 3600).real(options.get("interval"), 1.0)
    if interval < FASTEST and not privileged:
        raise BadQuery(
            f"-i {options['interval']}", "too fast for a user: at least 2 ms between two packets", "-i 0.002, or sudo"
        )
    return Pace(
        number=Number("-c", 0, 2**31).whole(options.get("count"), DEFAULT_COUNT),
        interval=max(interval, 1 / FASTEST_RATE),
        timeout=Number("-W", 0.001, 3600).real(options.get("timeout"), 0.0),
        deadline=Number("-w", 0.001, 2**31).real(options.get("deadline"), 0.0),
        ttl=Number("-t", 1, 255).whole(options.get("ttl"), 0),
    )


def plan_for(request: Request, family: int) -> Plan:
    """Return the plan in one address family. Raises BadQuery for what that family cannot carry."""
    if request.plan.size > _LARGEST[family]:
        raise BadQuery(f"-s {request.plan.size}", f"at most {_LARGEST[family]} bytes fit into an IPv{family} packet")
    return request.plan._replace(family=family)


def as_opened(plan: Plan, channel: Channel) -> Plan:
    """Return the plan as it is carried out: where ICMP cannot be had at all, TCP stands in."""
    if plan.method == "icmp" and channel.how.startswith("TCP"):
        return plan._replace(method="tcp", size=0, port=int(channel.how.split()[4]))
    return plan
