"""How fast: per connection and per process, from the counters of tcp_info alone. Needs no capture and no privilege.

``bytes_acked`` and ``bytes_received`` count the application's bytes exactly (RFC 4898, tcpEStatsAppHCThruOctetsAcked
and ...Received), but for the one that the SYN takes up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netscope.core.snapshot import Snapshot
from netscope.domains.sockets import diag
from netscope.domains.sockets.memory import Rows
from netscope.domains.sockets.record import Socket, cookie_of, counters

_SYN = 1

Totals = dict[int, tuple[float, float]]


def rates(before: Snapshot, now: Snapshot) -> Snapshot:
    """Fill in the rates (bytes a second) of ``now``. Rows that the collector found unchanged are at rest already."""
    elapsed = now.clock - before.clock
    if elapsed <= 0:
        return now
    moved, old = _moved(before, now)
    rows: list[Socket] = list(now.records)
    # A connection that was not there before has sent all its bytes since, unless that look was not complete.
    unseen = None if any(problem.partial for problem in before.problems) else (_SYN, 0)
    for number in moved:
        row = rows[number]
        earlier = old.get(cookie_of(row))
        start = unseen if earlier is None else counters(earlier)
        end = counters(row)
        if start is not None and end is not None and row.state != "LISTEN":
            sent, received = max(0, end[0] - start[0]), max(0, end[1] - start[1])
            rows[number] = row._replace(send_rate=sent / elapsed, receive_rate=received / elapsed)
    totals = _totals(rows[number] for number in moved)
    if totals:
        rows = [_with_total(row, totals) for row in rows]
    return now._replace(records=rows)


def _moved(before: Snapshot, now: Snapshot) -> tuple[list[int], Mapping[int, Socket]]:
    """Return where the rows are whose rates are wanted, and cookie -> what they were before."""
    rows = now.records
    if isinstance(rows, Rows) and rows.since == before.clock:
        return [number for number in rows.changed if _unrated(rows[number])], rows.earlier
    moved = [number for number, row in enumerate(rows) if _unrated(row)]
    wanted = {cookie_of(rows[number]) for number in moved}
    return moved, {cookie_of(row): row for row in before.records if row.layout and cookie_of(row) in wanted}


def _unrated(row: Socket) -> bool:
    return row.send_rate is None and diag.INFO in row.layout


def _with_total(row: Socket, totals: Totals) -> Socket:
    total = totals.get(row.processes[0].pid) if row.processes else None
    return row if total is None else row._replace(process_rates=total)


def process_rates(snapshot: Snapshot) -> Totals:
    """Return pid -> (send rate, receive rate) in bytes a second, summed over its TCP connections, where not nothing.

    A socket that several processes share counts for the first of them, so that the sum over processes is the sum over
    sockets.
    """
    return _totals(snapshot.records)


def _totals(rows: Iterable[Socket]) -> Totals:
    totals: Totals = {}
    for row in rows:
        if not row.processes or not (row.send_rate or row.receive_rate):
            continue
        pid = row.processes[0].pid
        sent, received = totals.get(pid, (0.0, 0.0))
        totals[pid] = (sent + (row.send_rate or 0.0), received + (row.receive_rate or 0.0))
    return totals
