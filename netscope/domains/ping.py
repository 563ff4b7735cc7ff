"""The topic ``ping``: who answers, how fast, and who says why not."""

from __future__ import annotations

from operator import attrgetter

from netscope.core.domain import Domain, Option, Polled
from netscope.core.probe import Plan, Target, milli
from netscope.core.probe_words import describe
from netscope.core.record import Column, Names
from netscope.core.snapshot import Snapshot
from netscope.core.typed import Any, NamedTuple, Sequence
from netscope.domains.ping_plan import DEFAULT_COUNT, DEFAULT_ROUNDS, RATE
from netscope.domains.ping_session import Outcome
from netscope.domains.ping_tally import Tally

_BARS = "▁▂▃▄▅▆▇█"


class Result(NamedTuple):
    """What is known of one target. Times are in milliseconds, None while nothing was measured.

    Attributes:
        target: the word given.
        how: what was used, in words ("ICMP over a datagram socket").
        loss: per cent.
        late: replies that came when they were no longer expected; they count as received.
        jitter: mean difference between consecutive round-trip times.
        history: the last round-trip times, None for each probe that none came for.
        error: the last error that came for it: who said it ("" is this host), what, ICMP type and code.
        mtu: the path MTU, whether longer packets vanish without a word, and who said what; only where it was asked for.
    """

    target: str
    name: str
    address: str
    family: int
    method: str
    port: int | None
    how: str
    sent: int
    received: int
    loss: float
    errors: int
    duplicates: int
    corrupt: int
    late: int
    last: float | None
    min: float | None
    avg: float | None
    max: float | None
    mdev: float | None
    jitter: float | None
    history: tuple[float | None, ...]
    error: dict[str, Any] | None
    mtu: dict[str, Any] | None = None
    open: bool | None = None


def result(target: Target, tally: Tally, plan: Plan, how: str, *, live: bool = False) -> Result:
    """Return the record of a target; while it is ``live``, what is on its way is not lost."""
    last = milli(tally.last)
    least = average = most = last if tally.count else None  # of one reply, as of each of many targets
    deviation, jitter = 0.0 if tally.count else None, None
    if tally.count > 1:
        least, average, most = milli(tally.least), milli(tally.average), milli(tally.most)
        deviation, jitter = milli(tally.deviation), milli(tally.jitter)
    loss = round(tally.loss_so_far if live else tally.loss, 4)
    error = None
    if tally.error is not None:
        kind, code = tally.error.icmp or (None, None)
        error = {
            "address": tally.error.address,
            "text": describe(target.family, tally.error),
            "type": kind,
            "code": code,
        }
    return Result(
        target.word, target.name, target.address, target.family, plan.method, plan.port or None, how,
        tally.sent, tally.received, loss, tally.errors, tally.duplicates, tally.corrupt, tally.late,
        last, least, average, most, deviation, jitter, tuple(map(milli, tally.history)), error,
        open=tally.port_open if plan.method != "icmp" else None,
    )  # fmt: skip


def to_json(record: Result) -> dict[str, Any]:
    """Return the JSON object of a record."""
    return record._asdict()


def outcome_json(outcome: Outcome, target: Target) -> dict[str, Any]:
    """Return the JSON object of one live event."""
    event = outcome.event
    found: dict[str, Any] = {
        "event": outcome.kind,
        "target": target.word,
        "address": target.address,
        "seq": outcome.sequence,
    }
    if event is None:
        return found
    found |= {"from": event.address, "time": round(event.received, 6), "rtt": milli(event.rtt)}
    if outcome.kind == "error":
        kind, code = event.icmp or (None, None)
        return found | {"text": describe(target.family, event), "type": kind, "code": code, "info": event.info}
    found |= {"ttl": event.ttl, "bytes": event.size}
    if event.port_open is not None:
        found["open"] = event.port_open
    if event.jumped:
        found["clock_set"] = True
    if event.wrong is not None:
        found["corrupt_at"] = event.wrong[0]
    return found


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    count = {"type": "integer", "minimum": 0}
    time = {"type": ["number", "null"], "description": "milliseconds"}
    error = {
        "type": ["object", "null"],
        "properties": {
            "address": {"type": "string", "description": "who said it; empty for this host's kernel"},
            "text": {"type": "string"},
            "type": {"type": ["integer", "null"]},
            "code": {"type": ["integer", "null"]},
        },
    }
    properties: dict[str, Any] = {
        "target": {"type": "string"}, "name": {"type": "string"}, "address": {"type": "string"},
        "family": {"enum": [4, 6]}, "method": {"enum": ["icmp", "udp", "tcp"]}, "port": {"type": ["integer", "null"]},
        "how": {"type": "string", "description": "what the probes were sent with"},
        "sent": count, "received": count, "loss": {"type": "number", "description": "per cent"},
        "errors": count, "duplicates": count, "corrupt": count, "late": count,
        "last": time, "min": time, "avg": time, "max": time, "mdev": time, "jitter": time,
        "history": {"type": "array", "items": time, "description": "the last probes, null for those without reply"},
        "error": error,
        "mtu": {
            "type": ["object", "null"],
            "properties": {
                "mtu": {"type": ["integer", "null"]}, "black_hole": {"type": "boolean"}, "said_by": {"type": "array"},
            },
        },
        "open": {"type": ["boolean", "null"], "description": "the port, as the last reply to --tcp or --udp had it"},
    }  # fmt: skip
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


def sparkline(history: tuple[float | None, ...], width: int = 20) -> str:
    """Return the last values as bars between the least and the greatest of them; ``.`` for a probe without reply."""
    shown = history[-width:]
    known = [value for value in shown if value is not None]
    if not known:
        return "." * len(shown)
    if len(shown) == 1:
        return _BARS[0]
    least, span = min(known), max(known) - min(known)
    top = len(_BARS) - 1
    return "".join(
        "." if value is None else _BARS[round((value - least) / span * top)] if span else _BARS[0] for value in shown
    )


def _time(name: str, title: str, about: str, rank: int) -> Column:
    value = attrgetter(name)

    def texts(records: Sequence[Result], _names: Names) -> list[str]:
        return ["" if time is None else f"{time:.3f}" for time in map(value, records)]

    return Column(
        name, title, value, "number", about + ", milliseconds",
        text=lambda record, names: texts((record,), names)[0], texts=texts, rank=rank,
    )  # fmt: skip


def _error(record: Result) -> str | None:
    said = [f"port {record.port} is closed"] if record.open is False else []
    if record.error is not None:
        who, text = record.error["address"], record.error["text"]
        said.append(f"{text} (says {who})" if who else str(text))
    return "; ".join(said) or None


COLUMNS = (
    Column("target", "Target", lambda r: r.target, help="the word given", rank=0),
    Column("address", "Address", lambda r: r.address, "address", "its address", rank=1),
    Column("name", "Name", lambda r: r.name, help="its canonical name", shown=False),
    Column("family", "Family", lambda r: r.family, "integer", "4 or 6", shown=False),
    Column("method", "Method", lambda r: r.method, help="icmp, udp or tcp", shown=False),
    Column("port", "Port", lambda r: r.port, "port", "destination port", shown=False),
    Column("how", "How", lambda r: r.how, help="what the probes were sent with", shown=False),
    Column("sent", "Sent", lambda r: r.sent, "integer", "probes sent", rank=2),
    Column("received", "Recv", lambda r: r.received, "integer", "replies", rank=3),
    Column("loss", "Loss%", lambda r: r.loss, "number", "per cent without reply", rank=0,
           text=lambda r, _names: f"{r.loss:.4g}"),
    Column("errors", "Err", lambda r: r.errors, "integer", "errors in place of replies", shown=False),
    Column("duplicates", "Dup", lambda r: r.duplicates, "integer", "replies that came again", shown=False),
    Column("corrupt", "Corrupt", lambda r: r.corrupt, "integer", "replies with changed bytes", shown=False),
    Column("late", "Late", lambda r: r.late, "integer", "replies no longer expected", shown=False),
    _time("last", "Last", "the last round-trip time", 4),
    _time("min", "Min", "least round-trip time", 4),
    _time("avg", "Avg", "mean round-trip time", 1),
    _time("max", "Max", "greatest round-trip time", 4),
    _time("mdev", "Mdev", "standard deviation", 5),
    _time("jitter", "Jitter", "mean difference between consecutive times", 6),
    Column("history", "History", lambda r: list(r.history), "list", "the last probes", rank=7,
           text=lambda r, _names: sparkline(r.history)),
    Column("mtu", "MTU", lambda r: r.mtu["mtu"] if r.mtu else None, "integer", "path MTU (--mtu)", shown=False),
    Column("open", "Open", lambda r: r.open, "flag", "is the port open? (--tcp, --udp)", shown=False),
    Column("error", "Error", _error, help="the last error, and who said so; a port that is closed", rank=2, flex=True),
)  # fmt: skip

OPTIONS = (
    Option(("-c", "--count"), "count", "probes for each target; 0 for no end "
           f"(default {DEFAULT_COUNT}; {DEFAULT_ROUNDS} for each of many targets)", "N"),
    Option(("-i", "--interval"), "interval", "seconds between probes to a target (default 1; at least 0.002, but "
           "for root)", "SECONDS"),
    Option(("-w", "--deadline"), "deadline", "end after so many seconds", "SECONDS"),
    Option(("-W", "--timeout"), "timeout", "seconds to wait for a reply", "SECONDS"),
    Option(("-s", "--size"), "size", "payload bytes (default 56)", "BYTES"),
    Option(("-t", "--ttl"), "ttl", "time to live, hop limit", "N"),
    Option(("-I", "--interface"), "interface", "leave by this interface, or from this address", "NAME|ADDRESS"),
    Option(("-M", "--pmtudisc"), "discover", "path MTU discovery: do, want, dont or probe", "WORD"),
    Option(("-Q", "--tos"), "tos", "type of service byte", "N"),
    Option(("-q", "--quiet"), "quiet", "the closing statistics only"),
    Option(("-D", "--timestamps"), "stamps", "the time before each line"),
    Option(("-b", "--broadcast"), "broadcast", "broadcast addresses are meant"),
    Option(("--tcp",), "tcp", "connect to a TCP port instead of ICMP", "PORT"),
    Option(("--udp",), "udp", "send to a UDP port instead of ICMP", "PORT"),
    Option(("--mtu",), "mtu", "find the path MTU instead of the times"),
    Option(("--rate",), "rate", f"packets a second in all, for many targets (default {RATE})", "N"),
    Option(("--filter",), "filter", "show only these targets of many, in the filter language", "EXPRESSION"),
    Option(("-y", "--yes"), "yes", "ping big or public prefixes without a question"),
    Option((), "words", "names, addresses, prefixes (10.0.0.0/24)", "TARGET", repeat=True),
)  # fmt: skip

LINE_ONLY = frozenset({"quiet", "stamps", "filter"})  # options about how it is printed

DOMAIN = Domain(
    name="ping",
    title="Ping",
    summary="who answers, how fast, and who says why not",
    replaces=("ping", "fping", "gping"),
    columns=COLUMNS,
    key=lambda r: (r.target, r.address),
    # It runs because somebody asked for a target: by itself there is nothing to see.
    open=lambda host, _query: Polled(lambda: Snapshot("ping", (), (), host.wall(), host.clock())),
    to_json=to_json,
    schema=schema,
    options=OPTIONS,
    command="netscope.cli.ping:run",
    epilog="""\
exit status of ping, as ping(8):
  0  the target answered; all of many did
  1  no reply; some of many targets did not answer
  2  wrong usage, an unknown name, no route

examples:
  netscope ping -c 3 example.org
  netscope ping 10.0.0.0/24 --sort avg           a table of all that answer, and of those that do not
  netscope ping --tcp 443 example.org            where ICMP is dropped
  netscope ping -c 1 10.0.0.0/24 --filter 'loss<100'
  netscope ping --mtu example.org                the path MTU, and who says so""",
)
