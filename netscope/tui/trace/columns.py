"""The columns of the tab Trace: those of the traces, those of the hops, in mtr's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netscope.core.domain import Domain, Polled
from netscope.core.host import Host
from netscope.core.record import Column, Names, Section
from netscope.core.snapshot import Snapshot
from netscope.domains.ping import sparkline
from netscope.domains.trace import DOMAIN
from netscope.domains.trace_text import labels_text
from netscope.tui.trace.board import HopRow

_SPARK = 20
_LONG = 60
TRACES = DOMAIN._replace(
    columns=(
        Column("target", "Target", lambda r: r.word, help="the word given", rank=0),
        Column("address", "Address", lambda r: r.address or None, "address", "its address", rank=2),
        Column("method", "Method", lambda r: r.method, help="icmp, udp or tcp", rank=4),
        Column("port", "Port", lambda r: r.port, "port", "destination port", shown=False),
        Column("rounds", "Rounds", lambda r: r.rounds, "integer", "how often every hop was asked", rank=3),
        Column("paths", "Paths", lambda r: r.ways, "integer", "how many paths were seen", rank=5),
        Column("state", "State", lambda r: r.state, help="starting, running, paused, done or stopped", rank=3, width=8),
        Column("verdict", "Verdict", lambda r: r.verdict.text, help="how it ends", rank=1, flex=True),
        Column("how", "How", lambda r: r.how, help="what the probes are sent with", shown=False),
    ),
    key=lambda r: r.run,
    inspect=None,
    plots=(),
)  # fmt: skip


def _time(name: str, title: str, about: str, rank: int) -> Column:
    def shown(record: HopRow, _names: Names) -> str:
        value = getattr(record, name)
        return "" if value is None else f"{value:.1f}"

    return Column(name, title, lambda r: getattr(r, name), "number", about + ", milliseconds", text=shown, rank=rank)


def _host(row: HopRow, names: Names) -> str:
    who = row.name if row.name and not names.numeric else row.address
    return (who or "???") + (f" +{len(row.others)}" if row.others else "")


def _loss(row: HopRow, _names: Names) -> str:
    return "" if row.loss is None else f"{row.loss:.1f}"


def _note(row: HopRow) -> str:
    """Return what the figures do not say."""
    notes = [row.mark, f"<{labels_text(row.labels)}>" if row.labels else "", f"MTU {row.mtu}" if row.mtu else ""]
    if row.seldom:
        notes.append("limits its answers, no loss")
    elif not row.address and row.loss is None:
        notes.append("silent, but not in the way")
    return " ".join(note for note in notes if note)


def _owner(row: HopRow) -> str | None:
    return row.owner.text if row.owner is not None else None


COLUMNS = (
    Column("path", "Path", lambda r: r.path or None, help="empty: taken now; else the rounds in which it was", rank=2,
           shown=False),
    Column("flow", "Flow", lambda r: r.flow + 1, "integer", "which of several flows", shown=False),
    Column("ttl", "Hop", lambda r: r.ttl, "integer", "the distance", rank=0),
    Column("host", "Host", lambda r: r.name or r.address, help="who answered last; +1: so many others did, too",
           text=_host, rank=0, flex=True, width=16),
    Column("address", "Address", lambda r: r.address, "address", "its address", shown=False),
    Column("owner", "Owner", _owner, help="its AS and owner (z)", rank=6, flex=True, shown=False),
    Column("loss", "Loss%", lambda r: r.loss, "number", "per cent; empty where a silent hop loses nothing", text=_loss,
           rank=1),
    Column("sent", "Snt", lambda r: r.sent, "integer", "how often it was asked", rank=1),
    Column("received", "Recv", lambda r: r.received, "integer", "answers", shown=False),
    _time("last", "Last", "the last round trip", 3),
    _time("avg", "Avg", "mean", 1),
    _time("best", "Best", "least", 4),
    _time("worst", "Wrst", "greatest", 4),
    _time("stdev", "StDev", "standard deviation", 5),
    _time("jitter", "Jttr", "mean difference between two round trips", 6),
    Column("history", "History", lambda r: list(r.history), "list", "the last rounds", rank=2,
           text=lambda r, _names: sparkline(r.history, _SPARK) if r.received else ""),
    Column("rounds", "Last rounds", lambda r: list(r.history), "list", "the last rounds, more of them", shown=False,
           text=lambda r, _names: sparkline(r.history, _LONG), rank=1),
    Column("reply_ttl", "TTL back", lambda r: r.reply_ttl, "integer", "what was left of the answer's TTL", shown=False),
    Column("note", "Note", _note, help="marks as traceroute's, MPLS labels, MTU, whose silence is no loss", rank=3,
           flex=True),
)  # fmt: skip
STATISTICS = ("path", *(column.name for column in COLUMNS if column.shown))
ROUNDS_VIEW = ("path", "ttl", "host", "loss", "rounds")


def details(_host: Host, row: Any, _names: Names) -> Sequence[Section]:
    """Return who answered at this distance, and how."""
    return hop_sections(row)


def hop_sections(row: HopRow) -> list[Section]:
    """Return a section for each router that was met at this distance on this path, the latest first."""
    sections = []
    for address, router in reversed(list(row.routers.items())):
        answer = router.latest
        kind = "echo reply or connection" if answer.icmp is None else "type {}, code {}".format(*answer.icmp)
        rows = [
            ("answers", f"{router.answers} of {row.sent}"),
            ("last answer", kind + (f" {row.mark}" if row.mark and address == row.address else "")),
            ("reply TTL", "" if answer.reply_ttl is None else str(answer.reply_ttl)),
            ("MPLS", labels_text(answer.labels) if answer.labels else ""),
            ("port", {True: "open", False: "closed", None: ""}[answer.open]),
        ]
        sections.append(Section(f"Router {address}", [(label, text) for label, text in rows if text]))
    if len(row.kinds) > 1:
        kinds = ", ".join(f"type {kind} code {code}" for kind, code in sorted(row.kinds))
        sections.append(Section("Seen", [("answers", kinds)]))
    return sections


HOPS = Domain(
    name="hops",
    title="Hops",
    summary="what answers at each distance",
    replaces=(),
    columns=COLUMNS,
    key=lambda r: (r.run, r.flow, r.began, r.ttl),
    open=lambda host, _query: Polled(lambda: Snapshot("hops", (), (), host.wall(), host.clock())),
    to_json=lambda r: {column.name: column.value(r) for column in COLUMNS},
    schema=dict,
    inspect=details,
    plots=("last",),
)
