"""The topic ``trace``: the way that packets take, and where and why it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from netscope.core.domain import Domain, Option, Polled
from netscope.core.probe import milli
from netscope.core.probe_words import mark
from netscope.core.record import Column
from netscope.core.snapshot import Snapshot
from netscope.domains.trace_owners import Owner
from netscope.domains.trace_paths import Hop, Path, Verdict, hop_times
from netscope.domains.trace_plan import DEFAULT_ROUNDS
from netscope.domains.trace_session import Answer, Narrowing, Outcome


class Trace(NamedTuple):
    """One traced target.

    Attributes:
        target: the word given.
        how: what was used, in words.
        verdict: how it ended; that of the first flow, on the path taken last.
        paths: the latest of each flow first; each with its own statistics.
        names: names of addresses, where names were wanted.
        narrowings: where the way could not carry the probes, with --mtu.
        owners: who owns each address, where that was asked for.
    """

    target: str
    address: str
    family: int
    method: str
    port: int | None
    how: str
    verdict: Verdict
    paths: tuple[Path, ...]
    names: Mapping[str, str]
    narrowings: tuple[Narrowing, ...] = ()
    owners: Mapping[str, Owner] = {}


def answer_json(answer: Answer | None, family: int, names: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the JSON object of one answer, None where there was none."""
    if answer is None:
        return None
    kind, code = answer.icmp or (None, None)
    found: dict[str, Any] = {
        "address": answer.address,
        "name": names.get(answer.address),
        "rtt": milli(answer.rtt),
        "reply_ttl": answer.reply_ttl,
        "type": kind,
        "code": code,
        "mark": mark(family, *answer.icmp, answer.info) if answer.icmp else "",
    }
    if answer.info:
        found["info"] = answer.info
    if answer.labels:
        found["mpls"] = [label._asdict() for label in answer.labels]
    if answer.open is not None:
        found["open"] = answer.open
    return found


def _hop_json(hop: Hop, family: int, names: Mapping[str, str]) -> dict[str, Any]:
    found = hop_times(hop)
    return {
        "ttl": hop.ttl,
        "addresses": list(hop.addresses),
        "sent": len(hop.answers),
        "received": hop.received,
        "loss": None if hop.loss is None else round(hop.loss, 4),
        "seldom": hop.seldom,
        "last": milli(found.last),
        "avg": milli(found.avg),
        "best": milli(found.best),
        "worst": milli(found.worst),
        "stdev": milli(found.stdev),
        "jitter": milli(found.jitter),
        "answers": [answer_json(answer, family, names) for answer in hop.answers],
    }


def to_json(record: Trace) -> dict[str, Any]:
    """Return the JSON object of a trace."""
    return {
        "target": record.target,
        "address": record.address,
        "family": record.family,
        "method": record.method,
        "port": record.port,
        "how": record.how,
        "verdict": record.verdict._asdict(),
        "paths": [
            {
                "flow": path.flow + 1,
                "rounds": list(path.rounds),
                "hops": [_hop_json(hop, record.family, record.names) for hop in path.hops],
            }
            for path in record.paths
        ],
        "graph": graph_json(record.paths),
        "narrowings": [narrowing._asdict() for narrowing in record.narrowings],
        "owners": {address: owner._asdict() for address, owner in record.owners.items()},
    }


def graph_json(found: Sequence[Path]) -> dict[str, Any]:
    """Return who was met at which distance by which flows, and who came behind whom."""
    nodes: dict[tuple[int, str], set[int]] = {}
    edges: dict[tuple[tuple[int, str], tuple[int, str]], set[int]] = {}
    for path in found:
        before: list[tuple[int, str]] = []
        for hop in path.hops:
            here = [(hop.ttl, address) for address in hop.addresses]
            for node in here:
                nodes.setdefault(node, set()).add(path.flow + 1)
                for earlier in before:
                    edges.setdefault((earlier, node), set()).add(path.flow + 1)
            before = here or before  # over a silent hop, the edge leads from the last that answered
    return {
        "nodes": [
            {"id": f"{ttl}:{address}", "ttl": ttl, "address": address, "flows": sorted(flows)}
            for (ttl, address), flows in sorted(nodes.items())
        ],
        "edges": [
            {"from": f"{a[0]}:{a[1]}", "to": f"{b[0]}:{b[1]}", "flows": sorted(flows)}
            for (a, b), flows in sorted(edges.items())
        ],
    }


def outcome_json(target: str, outcome: Outcome, family: int, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON object of one live event."""
    slot = outcome.slot
    head = {"event": "hop" if outcome.answer else "silence", "target": target, "flow": slot.flow + 1, "ttl": slot.ttl,
            "round": slot.round}  # fmt: skip
    return head | (answer_json(outcome.answer, family, names) or {})


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    number = {"type": ["number", "null"], "description": "milliseconds"}
    whole = {"type": ["integer", "null"]}
    text = {"type": "string"}
    count = {"type": "integer", "minimum": 0}
    label = {"label": count, "traffic_class": count, "bottom": {"type": "boolean"}, "ttl": count}
    answer = {
        "type": ["object", "null"],
        "properties": {
            "address": text, "name": {"type": ["string", "null"]}, "rtt": number, "reply_ttl": whole, "type": whole,
            "code": whole, "mark": {"type": "string", "description": "traceroute's: !H, !N, !X, ..."},
            "info": {"type": "integer", "description": "the MTU of the next link, where the answer tells"},
            "mpls": {"type": "array", "items": {"type": "object", "properties": label}}, "open": {"type": "boolean"},
        },
    }  # fmt: skip
    hop: dict[str, Any] = {
        "ttl": count, "addresses": {"type": "array", "items": text}, "sent": count, "received": count,
        "loss": {
            "type": ["number", "null"],
            "description": "per cent; null for a silent hop, since what is behind it answers",
        },
        "seldom": {"type": "boolean", "description": "it limits its errors: what is missing is no loss"},
        "last": number, "avg": number, "best": number, "worst": number, "stdev": number, "jitter": number,
        "answers": {"type": "array", "items": answer, "description": "one for each time it was asked"},
    }  # fmt: skip
    path = {
        "flow": count,
        "rounds": {"type": "array", "items": count},
        "hops": {"type": "array", "items": {"type": "object", "properties": hop, "required": list(hop)}},
    }
    verdict = {
        "kind": {"enum": ["reached", "filtered", "unreachable", "loop", "no reply", "too far"]},
        "text": text, "by": text, "ttl": count, "open": {"type": ["boolean", "null"]},
    }  # fmt: skip
    properties: dict[str, Any] = {
        "target": text, "address": text, "family": {"enum": [4, 6]}, "method": {"enum": ["icmp", "udp", "tcp"]},
        "port": whole, "how": text, "verdict": {"type": "object", "properties": verdict, "required": list(verdict)},
        "paths": {"type": "array", "items": {"type": "object", "properties": path, "required": list(path)}},
        "graph": {"type": "object", "required": ["nodes", "edges"]},
        "narrowings": {"type": "array", "description": "MTU changes: for which distance, said by whom, what fits"},
        "owners": {
            "type": "object", "description": "address -> who holds it, with --owners and --db",
            "additionalProperties": {"type": "object", "required": ["origin", "holder", "country", "source"]},
        },
    }  # fmt: skip
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


COLUMNS = (
    Column("target", "Target", lambda r: r.target, help="the word given", rank=0),
    Column("address", "Address", lambda r: r.address, "address", "its address", rank=1),
    Column("family", "Family", lambda r: r.family, "integer", "4 or 6", shown=False),
    Column("method", "Method", lambda r: r.method, help="icmp, udp or tcp", rank=3),
    Column("port", "Port", lambda r: r.port, "port", "destination port", shown=False),
    Column("how", "How", lambda r: r.how, help="what the probes were sent with", shown=False),
    Column("verdict", "Verdict", lambda r: r.verdict.text, help="how it ended", rank=0, flex=True),
    Column("paths", "Paths", lambda r: len(r.paths), "integer", "how many paths were seen", rank=4),
)

OPTIONS = (
    Option(("-I", "--icmp"), "icmp", "ICMP echo"),
    Option(("-T", "--tcp"), "tcp", "TCP SYNs, to port 80 unless -p says otherwise"),
    Option(("-U", "--udp"), "udp", "UDP datagrams (the default), to port 53 unless -p says otherwise"),
    Option(("-p", "--port"), "port", "destination port (default 33434 for UDP without -U)", "PORT"),
    Option(("-f", "--first"), "first", "begin at this distance", "TTL"),
    Option(("-m", "--max-hops"), "last", "end at this distance (default 30)", "TTL"),
    Option(("-q", "--queries"), "queries", "questions for each hop (default 3; 1 with --flows)", "N"),
    Option(("-w", "--wait"), "wait", "seconds for an answer (default: follows the round-trip times)", "SECONDS"),
    Option(("-s", "--source"), "source", "send from this address", "ADDRESS"),
    Option(("-i", "--interface"), "interface", "leave by this interface", "NAME"),
    Option(("-e", "--extensions"), "extensions", "show MPLS labels"),
    Option(("-r", "--report"), "report", "statistics over rounds, as mtr -rw prints them"),
    Option(("-c", "--count"), "count", f"rounds of a report (default {DEFAULT_ROUNDS})", "N"),
    Option(("--interval",), "interval", "seconds between two rounds (default 1; UDP with --flows N: N)", "SECONDS"),
    Option(("--mtu",), "mtu", "packets as long as the way carries; F=N says where they had to become shorter"),
    Option(("--flows",), "flows", "trace so many flows, and show the paths of an ECMP split as a graph", "N"),
    Option(("-z", "--owners"), "owners", "owner and AS of each router; the registries are asked, and it says which"),
    Option(("--db",), "database", "look owners up in this file (IP-to-ASN as TSV, or MMDB); ask nobody", "FILE"),
    Option((), "words", "names or addresses", "TARGET", repeat=True),
)  # fmt: skip

LINE_ONLY = frozenset({"report", "queries"})  # options about how it is printed, or for one go

DOMAIN = Domain(
    name="trace",
    title="Trace",
    summary="the way that packets take, and where and why it ends",
    replaces=("traceroute", "tracepath", "mtr"),
    columns=COLUMNS,
    key=lambda r: (r.target, r.address),
    # It runs because somebody asked for a target: by itself there is nothing to see.
    open=lambda host, _query: Polled(lambda: Snapshot("trace", (), (), host.wall(), host.clock())),
    to_json=to_json,
    schema=schema,
    options=OPTIONS,
    command="netscope.cli.trace:run",
    epilog="""\
exit status of trace:
  0  all targets were reached
  1  one was not; the closing sentence says why
  2  wrong usage, an unknown name, no route

The flow is constant (Paris traceroute): a router that spreads flows sends all probes the same way. -T needs CAP_NET_RAW
for that; without it each probe is a connection of its own, which such a router may send another way.

examples:
  netscope trace example.org
  netscope trace -T -p 443 example.org        open, closed or filtered, and by whom
  netscope trace --report -c 20 example.org   loss and times of each hop
  netscope trace --flows 16 example.org       every leg of a split""",
)
