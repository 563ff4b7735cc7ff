"""Where a zone transfer ends: AXFR (RFC 5936), IXFR (RFC 1995)."""

from __future__ import annotations

from netscope.core.dns.message import Ask, Message, Record
from netscope.core.dns.numbers import IXFR

_SOA = 6


def serial(record: Record) -> int:
    """Return the serial of an SOA record."""
    return int.from_bytes(record.data[-20:-16], "big")


class Transfer:
    """Watches the messages of one transfer."""

    def __init__(self, ask: Ask) -> None:
        self._incremental = ask.type == IXFR
        self._have = ask.serial
        self._first: Record | None = None
        self._seen = 0
        self._soas = 0

    def ended(self, message: Message) -> bool:
        """Take the next message and tell whether the transfer is complete (or refused)."""
        if message.rcode or not message.answer:
            return True
        return any(self._record(record) for record in message.answer)

    def _record(self, record: Record) -> bool:
        self._seen += 1
        if self._first is None:
            self._first = record
            # A server that has nothing newer answers with its SOA alone.
            return record.type != _SOA or (self._incremental and serial(record) == self._have)
        if self._seen == 2 and record.type != _SOA:
            self._incremental = False  # the server chose to send everything
        if record.type != _SOA:
            return False
        self._soas += 1
        if serial(record) != serial(self._first):
            return False
        # Old and new SOA alternate in an incremental transfer; the last is one where an old one would stand.
        return not self._incremental or self._soas % 2 == 1
