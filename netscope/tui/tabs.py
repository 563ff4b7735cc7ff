"""The tabs, a line each. A tab shows one topic, or a few below each other."""

from __future__ import annotations

from typing import NamedTuple

from netscope.core.domain import Query


class Block(NamedTuple):
    """One table of a tab.

    Attributes:
        topic: what it shows.
        query: what is asked of the topic.
        trends: names of columns that get a sparkline each.
        extras: names of columns that are shown, too, where there is room.
        share: its part of the tab's height.
    """

    topic: str
    query: Query
    trends: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    share: int = 1


class Tab(NamedTuple):
    """One tab: its name (that of its first topic), its title, its tables."""

    name: str
    title: str
    blocks: tuple[Block, ...]


LIVE = Query(live=True)
TALK = ("tcp_info.rtt", "tcp_info.total_retrans", "user", "timer", "tcp_info.cwnd", "unit", "container", "inode")
RATES = ("rates.rx.bytes", "rates.tx.bytes")

TABS: tuple[Tab, ...] = (
    Tab("sockets", "Sockets", (Block("sockets", LIVE.having(all=True), extras=TALK),)),
    Tab("links", "Interfaces", (Block("links", LIVE.having(addresses=True), RATES), Block("addresses", LIVE))),
    Tab("routes", "Routes", (Block("routes", LIVE, share=3), Block("rules", LIVE))),
    Tab("neighbours", "Neighbours", (Block("neighbours", LIVE),)),
    Tab("services", "Services", (Block("services", LIVE),)),
)
