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
    """One tab.

    Attributes:
        name: that of its first topic.
        title: what the line of tabs calls it.
        blocks: its tables; none where it has a screen of its own.
        brief: what a narrow line of tabs calls it; "" for the title.
        screen: "module:class" of a :class:`netscope.tui.framed.FrameScreen` of its own, imported when first visited; ""
            for a screen of tables.
    """

    name: str
    title: str
    blocks: tuple[Block, ...] = ()
    brief: str = ""
    screen: str = ""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics it shows."""
        return tuple(block.topic for block in self.blocks) or (self.name,)


LIVE = Query(live=True)
TALK = ("tcp_info.rtt", "tcp_info.total_retrans", "user", "timer", "tcp_info.cwnd", "unit", "container", "inode")
RATES = ("rates.rx.bytes", "rates.tx.bytes")

TABS: tuple[Tab, ...] = (
    Tab("sockets", "Sockets", (Block("sockets", LIVE.having(all=True), extras=TALK),)),
    Tab("links", "Interfaces", (Block("links", LIVE.having(addresses=True), RATES), Block("addresses", LIVE)), "Links"),
    Tab("routes", "Routes", (Block("routes", LIVE, share=3), Block("rules", LIVE)), "Route"),
    Tab("neighbours", "Neighbours", (Block("neighbours", LIVE),), "Neigh"),
    Tab("services", "Services", (Block("services", LIVE),), "Svc"),
    Tab("dns", "DNS", screen="netscope.tui.dns.screen:DnsScreen"),
    Tab("whois", "Whois", screen="netscope.tui.whois.screen:WhoisScreen"),
    Tab("ping", "Ping", screen="netscope.tui.ping.screen:PingScreen"),
    Tab("trace", "Trace", screen="netscope.tui.trace.screen:TraceScreen"),
    Tab("packets", "Packets", screen="netscope.tui.packets.screen:PacketsScreen"),
)
