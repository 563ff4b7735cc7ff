"""Which address of a record a question about "this one" means."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_interface
from typing import Any

from netscope.core.domain import Domain
from netscope.core.record import Column

_FARTHEST_FIRST = ("remote_address", "gateway", "dst", "local", "local_address")


def address_of(domain: Domain, record: Any, here: Column) -> str:
    """Return the address under the column cursor, else the farthest that the record has: whom it talks to, over whom it
    goes, then its own. "" where it has none that anybody could be asked about."""
    return next(_addresses(domain, record, here), "")


def _addresses(domain: Domain, record: Any, here: Column) -> Iterator[str]:
    columns = [column for column in domain.columns if column.kind == "address"]
    columns.sort(key=lambda column: _FARTHEST_FIRST.index(column.name) if column.name in _FARTHEST_FIRST else 99)
    for column in (here, *columns):
        if column.kind == "address":
            found = askable(column.value(record))
            if found:
                yield found


def askable(value: Any) -> str:
    """Return the address in a value such as ``10.0.0.0/8`` or ``fe80::1%eth0``; "" for none and for the unspecified."""
    if not isinstance(value, str):
        return ""
    text, _, zone = value.partition("%")
    try:
        address = ip_interface(text).ip
    except ValueError:
        return ""
    if address.is_unspecified:
        return ""
    return f"{ip_address(address)}%{zone}" if zone else str(address)
