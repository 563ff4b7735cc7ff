"""What is asked of trace, from its options: the plan of probes, the way, how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from netscope.core.errors import BadQuery
from netscope.core.numbers import Number
from netscope.core.probe import FASTEST, Method, Plan
from netscope.domains.trace_session import Way

MOST_FLOWS = 64
MOST_ROUNDS = 100_000
DEFAULT_ROUNDS = 10  # of a report, as mtr's
LIVE_ROUNDS = 3600  # on the screen: an hour of them
PAYLOAD = 32  # as traceroute(8): 60 bytes over IPv4, 80 over IPv6
_LONGEST = 65_535  # the own kernel then says what the first link carries
_GAP = 0.0005  # seconds between two packets; users keep to ping's rule


class Request(NamedTuple):
    """What is asked.

    Attributes:
        words: names or addresses.
        family: 0 for both, 4 or 6.
        way: how each target is traced; it lacks the address.
        report: statistics over rounds.
        extensions: MPLS labels are shown.
        numeric: no names for addresses.
        owners: who owns each router is wanted.
        databases: files to look that up in instead of asking the registries.
    """

    words: tuple[str, ...]
    family: int
    plan: Plan
    way: Way
    report: bool
    extensions: bool
    numeric: bool
    owners: bool = False
    databases: tuple[str, ...] = ()


def requested(
    options: Mapping[str, Any],
    words: Sequence[str],
    family: int,
    *,
    numeric: bool,
    privileged: bool,
    rounds: int = DEFAULT_ROUNDS,
    live: bool = False,
) -> Request:
    """Return what options and words ask for; an option that is missing or None was not given.

    ``live``: it goes on in rounds, ``rounds`` of them unless somebody said how many. Raises BadQuery.
    """
    if not words:
        raise BadQuery("a target is missing: a name or an address")
    method = _method(options)
    report = live or bool(options.get("report"))
    _check(options, method, report)
    way = _way(options, method, rounds if report else 0)
    return Request(
        words=tuple(words),
        family=family,
        plan=_plan(options, method),
        way=way._replace(gap=_GAP if privileged else FASTEST),
        report=report,
        extensions=bool(options.get("extensions")),
        numeric=numeric,
        owners=bool(options.get("owners") or options.get("database")),
        databases=(str(options["database"]),) if options.get("database") else (),
    )


def _method(options: Mapping[str, Any]) -> Method:
    methods: tuple[Method, ...] = ("icmp", "tcp", "udp")
    chosen = [method for method in methods if options.get(method)]
    if len(chosen) > 1:
        raise BadQuery("-I, -T and -U are three ways, choose one")
    return chosen[0] if chosen else "udp"


def _check(options: Mapping[str, Any], method: Method, report: bool) -> None:
    for name in ("count", "interval"):
        if options.get(name) is not None and not report:
            raise BadQuery(f"--{name} belongs to --report")
    if report and options.get("queries") is not None:
        raise BadQuery("-q: in rounds each hop is asked once; -c says how many rounds")
    if options.get("mtu") and method == "tcp":
        raise BadQuery("--mtu: a connection attempt is never long; use -U or -I")


def _way(options: Mapping[str, Any], method: Method, rounds: int) -> Way:
    first = Number("-f", 1, 255).whole(options.get("first"), 1)
    flows = Number("--flows", 1, MOST_FLOWS).whole(options.get("flows"), 1)
    usual = float(flows) if method == "udp" else 1.0  # the end of a UDP trace answers once a second (RFC 1812, 4.3.2.8)
    return Way(
        address="",
        family=0,
        method=method,
        first=first,
        last=Number("-m", first, 255).whole(options.get("last"), max(first, 30)),
        rounds=Number("-c", 1, MOST_ROUNDS).whole(options.get("count"), rounds)
        if rounds
        else Number("-q", 1, 10).whole(options.get("queries"), 3 if flows == 1 else 1),
        interval=Number("--interval", 0.1, 3600).real(options.get("interval"), usual) if rounds else 0.0,
        wait=Number("-w", 0.01, 60).real(options.get("wait"), 0.0),
        flows=flows,
        size=_LONGEST if options.get("mtu") else 0,
    )


def _plan(options: Mapping[str, Any], method: Method) -> Plan:
    default = {"icmp": 0, "tcp": 80, "udp": 53 if options.get("udp") else 33_434}[method]
    return Plan(
        method=method,
        size=0 if method == "tcp" else PAYLOAD,
        port=Number("-p", 1, 65_535).whole(options.get("port"), default) if method != "icmp" else 0,
        interface=str(options.get("interface") or ""),
        source=str(options.get("source") or ""),
        discover="probe" if options.get("mtu") else "",
        constant=True,
    )
