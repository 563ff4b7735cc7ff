"""Sockets: what ``netstat -antup``, ``netstat -x`` and ``ss -antupxeim`` show, with rates and owners.

What is asked of the kernel: a plain table asks for what it shows. ``-i`` adds tcp_info, ``-m`` the buffers; ``full``
(JSON, CSV) all of it; a live query tcp_info, for the rates. The processes are always looked for, but for ``-s``.
"""

from __future__ import annotations

from netscope.core.domain import Domain, Query
from netscope.core.host import Host
from netscope.core.record import Names, Section
from netscope.core.snapshot import Snapshot
from netscope.core.typed import Any, Sequence
from netscope.domains.sockets.collect import SocketCollector
from netscope.domains.sockets.columns import COLUMNS
from netscope.domains.sockets.export import to_json
from netscope.domains.sockets.options import OPTIONS, shown
from netscope.domains.sockets.record import Socket, key


def _rates(before: Snapshot, now: Snapshot) -> Snapshot:
    from netscope.domains.sockets.rates import rates

    return rates(before, now)


def _report(snapshot: Snapshot, query: Query, names: Names) -> str | None:
    if not query.option("summary"):
        return None
    from netscope.domains.sockets.summary import summary

    return summary(snapshot.records)


def _inspect(host: Host, record: Socket, names: Names) -> Sequence[Section]:
    from netscope.domains.sockets.details import inspect

    return inspect(host, record, names)


def _schema() -> dict[str, Any]:
    from netscope.domains.sockets.schema import schema

    return schema()


_EPILOG = """\
examples:
  netscope sockets -antup                      what 'netstat -antup' shows
  netscope sockets -tl port:https              who listens there
  netscope sockets -ti --sort -tcp_info.rtt    the slowest connections first
  netscope sockets -a process:nginx --watch    with rates, every two seconds

PID/Program name: '-' nobody holds it (TIME_WAIT, SYN_RECV, ...), '?' it could not be seen: run with sudo."""

DOMAIN = Domain(
    name="sockets",
    title="Sockets",
    summary="who listens, who talks, how fast, and which process it is",
    replaces=("netstat -antup", "ss -antupxeim", "netstat -x", "ss -s"),
    columns=COLUMNS,
    key=key,
    open=SocketCollector,
    to_json=to_json,
    schema=_schema,
    options=OPTIONS,
    shown=shown,
    report=_report,
    rates=_rates,
    inspect=_inspect,
    plots=("tcp_info.rtt", "tcp_info.cwnd", "send_rate", "receive_rate"),
    epilog=_EPILOG,
    hosts=("remote_address", "local_address"),
)
