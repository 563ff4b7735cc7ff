"""How fast: per connection and per process, from the counters of tcp_info alone. Needs no capture and no privilege.

``bytes_acked`` and ``bytes_received`` count the application's bytes exactly (RFC 4898, tcpEStatsAppHCThruOctetsAcked
and ...Received), but for the one that the SYN takes up.
"""

from __future__ import annotations

from collections.abc import Iterable

from netscope.core.snapshot import Snapshot
from netscope.domains.sockets import diag
from netscope.domains.sockets.record import RATES, Socket, counters

_COOKIE = slice(44, 52)
_SYN = 1
Rate = tuple[float, float] | tuple[None, None]
_UNKNOWN: Rate = (None, None)
_IDLE: Rate = (0.0, 0.0)


def rates(before: Snapshot, now: Snapshot) -> Snapshot:
    """Fill in the rates (bytes a second) of ``now``; rows that did not change stay the same objects as before."""
    elapsed = now.clock - before.clock
    if elapsed <= 0:
        return now
    old = {row.message[_COOKIE]: row for row in before.records if diag.INFO in row.layout}
    known = None if any(problem.partial for problem in before.problems) else (_SYN, 0)
    found: list[Rate] = []
    previous: list[Socket | None] = []
    for row in now.records:
        last = old.get(row.message[_COOKIE]) if diag.INFO in row.layout else None
        previous.append(last)
        if last is not None and last.message == row.message:
            found.append(_IDLE)
        else:
            found.append(_rate(row, known if last is None else counters(last), elapsed))
    totals = _totals(zip(now.records, found, strict=True))
    rows = []
    for row, last, rate in zip(now.records, previous, found, strict=True):
        values = (*rate, *(totals.get(row.processes[0].pid, _UNKNOWN) if row.processes else _UNKNOWN))
        if last is not None and last[RATES] == values and last[: RATES.start] == row[: RATES.start]:
            rows.append(last)
        else:
            rows.append(Socket(*row[: RATES.start], *values))
    return now._replace(records=rows)


def _rate(row: Socket, start: tuple[int, int] | None, elapsed: float) -> Rate:
    """Return the rate of one socket. One that was not there before sent all its bytes since."""
    end = counters(row)
    if start is None or end is None or row.state == "LISTEN":
        return _UNKNOWN
    sent, received = max(0, end[0] - start[0]), max(0, end[1] - start[1])
    return sent / elapsed, received / elapsed


def process_rates(snapshot: Snapshot) -> dict[int, tuple[float, float]]:
    """Return pid -> (send rate, receive rate) in bytes a second, summed over the TCP connections it holds first.

    A socket that several processes share counts for the first of them, so that the sum over processes is the sum over
    sockets.
    """
    return _totals((row, (row.send_rate, row.receive_rate)) for row in snapshot.records)


def _totals(rows: Iterable[tuple[Socket, tuple[float | None, float | None]]]) -> dict[int, tuple[float, float]]:
    totals: dict[int, tuple[float, float]] = {}
    for row, (sent, received) in rows:
        if sent is None or received is None or not row.processes:
            continue
        pid = row.processes[0].pid
        before = totals.get(pid, (0.0, 0.0))
        totals[pid] = (before[0] + sent, before[1] + received)
    return totals
