"""Routes: what ``ip -d route show table all`` shows, v4 and v6 (RTM_GETROUTE, include/uapi/linux/rtnetlink.h)."""

from __future__ import annotations

import errno
import sys

from netscope.core.domain import Collector, Domain, Option, Polled, Query
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.host import Host
from netscope.core.netlink import NETLINK_ROUTE, attribute, request
from netscope.core.record import Names
from netscope.core.snapshot import Snapshot
from netscope.core.typed import Any, Hashable
from netscope.domains.routes_columns import COLUMNS, schema, shown
from netscope.domains.routes_decode import RTA_TABLE, RTMSG, Decoder, Route
from netscope.domains.routes_table import RouteTable
from netscope.domains.rtnl import QUERY_FAMILY, RTM_GETROUTE, guarded, interfaces, looked
from netscope.domains.rtnl_names import TABLES, Labels

_ALL = "all"


def table_number(name: str, labels: Labels) -> int:
    """Return the number of a table given by number or name; 0 for ``all``. Raises BadQuery for an unknown name."""
    if name == _ALL:
        return 0
    for number, known in labels.names("rt_tables", TABLES).items():
        if known == name:
            return number
    try:
        number = int(name, 0)
    except ValueError:
        number = -1
    if not 0 <= number <= 0xFFFFFFFF:
        raise BadQuery(
            f"no routing table {name!r}", "", "give its number, its name in /etc/iproute2/rt_tables or 'all'"
        )
    return number


def _request(family: int, table: int) -> bytes:
    header = RTMSG.pack(family, 0, 0, 0, 0, 0, 0, 0, 0)
    only = attribute(RTA_TABLE, table.to_bytes(4, sys.byteorder)) if table else b""
    return request(RTM_GETROUTE, header + only)


def _look(host: Host, query: Query) -> Snapshot:
    labels = Labels(host)
    table = table_number(str(query.option("table", _ALL)), labels)
    try:
        datagrams = host.dump(NETLINK_ROUTE, _request(QUERY_FAMILY[query.family], table))
    except NetscopeError as error:
        if error.errno != errno.ENOENT:  # the table does not exist: it has no routes
            raise
        datagrams = []
    only = labels.table(table) if table else None

    def keep(route: Route) -> bool:
        """Leave out cached routes (which name no protocol), and other tables where the kernel did not."""
        return "protocol" in route.facts and only in (None, route.facts.get("table"))

    routes = RouteTable(datagrams, Decoder(host, interfaces(host), labels), keep)
    return looked(host, "routes", routes, routes.problems)


def _open(host: Host, query: Query) -> Collector:
    if query.option("get") is None:
        for option in ("from", "iif", "oif", "mark"):
            if query.option(option) is not None:
                raise BadQuery(f"--{option} goes with --get ADDRESS")
        return Polled(guarded("routes", lambda: _look(host, query)))
    from netscope.domains.routes_get import look

    return Polled(guarded("routes", lambda: look(host, query)))


def _key(record: Route) -> Hashable:
    of = record.facts.get
    via = of("via")
    return (
        of("family"), of("table"), record.dst, of("from"), of("tos"), of("metric"), record.type, of("gateway"),
        via and via.get("host"), of("dev"), of("nhid"), of("protocol"),
    )  # fmt: skip


def to_json(record: Route) -> dict[str, Any]:
    """Return the JSON object of one route."""
    return {"type": record.type, "dst": record.dst, **record.facts}


def _report(snapshot: Snapshot, query: Query, _names: Names) -> str | None:
    if query.option("get") is None:
        return None
    from netscope.domains.routes_get import report

    return report(snapshot, query)


DOMAIN = Domain(
    name="routes",
    title="Routes",
    summary="the routes of all tables, v4 and v6, and which of them an address takes",
    replaces=("ip route show table all", "ip -6 route", "route -n", "netstat -rn", "ip route get"),
    columns=COLUMNS,
    key=_key,
    open=_open,
    to_json=to_json,
    schema=schema,
    options=(
        Option(("--table",), "table", "routes of this table only (default: all)", "ID|NAME|all"),
        Option(("--get",), "get", "which way an address takes, and which rule and prefix say so", "ADDRESS"),
        Option(("--from",), "from", "with --get: from this source address", "ADDRESS"),
        Option(("--iif",), "iif", "with --get: a packet that came in there", "INTERFACE"),
        Option(("--oif",), "oif", "with --get: out through this interface", "INTERFACE"),
        Option(("--mark",), "mark", "with --get: with this packet mark", "MARK"),
    ),
    shown=shown,
    report=_report,
    groups=(1, 7, 11),  # RTNLGRP_LINK, _IPV4_ROUTE, _IPV6_ROUTE
    epilog="examples:\n  netscope routes --table main\n  netscope routes dst:10.0.0.0/8 dev:eth0\n"
    "  netscope routes --get 192.0.2.1\n  netscope routes --get 2001:db8::1 --from 2001:db8::2 --oif eth0",
)
