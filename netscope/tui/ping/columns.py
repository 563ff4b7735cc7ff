"""The columns of the tab: those of the topic, what a probe is doing, and whether it is in the graph."""

from __future__ import annotations

from collections.abc import Callable, Collection

from netscope.core.domain import Domain
from netscope.core.record import Column, Names
from netscope.domains.ping import DOMAIN, Result
from netscope.tui.ping.board import Row
from netscope.tui.probing.lifted import lifted

_RANKS = {
    "address": 6,
    "sent": 4,
    "history": 2,
    "last": 3,
    "min": 5,
    "max": 5,
    "mdev": 6,
    "jitter": 6,
    "error": 1,
    "mtu": 8,
}
_MARK = "●"


def domain(marked: Callable[[], Collection[tuple[int, int]]]) -> Domain:
    """Return the declaration of the tab's table; ``marked`` has the keys of the rows that are in the graph."""

    def graph(row: Row) -> bool:
        return key(row) in marked()

    shown = [
        column._replace(rank=_RANKS.get(column.name, column.rank), shown=column.shown or column.name == "mtu")
        for column in DOMAIN.columns
    ]
    own = (
        Column("graph", "M", graph, "flag", "is it in the graph?", lambda row, _names: _MARK if graph(row) else "",
               rank=1),
        *(lifted(column._replace(text=_target if column.name == "target" else column.text), lambda row: row.result)
          for column in shown),
        Column("state", "State", lambda row: row.state, help="starting, running, paused, done or stopped", rank=7,
               width=8),
    )  # fmt: skip
    return DOMAIN._replace(
        columns=own, key=key, to_json=lambda row: DOMAIN.to_json(row.result), plots=("last",), inspect=None
    )


def _target(record: Result, _names: Names) -> str:
    """Return the word given, and what is not pinged by ICMP, how."""
    return record.target if record.method == "icmp" else f"{record.target} {record.method}/{record.port}"


def key(row: Row) -> tuple[int, int]:
    """Return what tells a row from the others."""
    return row.run, row.place
