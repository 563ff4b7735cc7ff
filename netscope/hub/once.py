"""One look at one topic, without an event loop (asyncio alone costs 70 ms of start-up)."""

from __future__ import annotations

from netscope.core.domain import Collector, Domain, Query
from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.snapshot import Problem, Snapshot


def look(domain: Domain, collector: Collector, host: Host) -> Snapshot:
    """Collect now; a topic that cannot be read at all is an empty snapshot with the reason as its problem."""
    try:
        return collector.collect()
    except NetscopeError as error:
        problem = Problem(error.what, error.why, error.mend)
        return Snapshot(domain.name, (), (problem,), host.wall(), host.clock())


def collect_once(domain: Domain, host: Host, query: Query) -> Snapshot:
    """Open a collector, look once, close it. Raises NetscopeError when nothing could be read."""
    collector = domain.open(host, query)
    try:
        return collector.collect()
    finally:
        collector.close()
