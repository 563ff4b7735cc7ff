"""A file of the user's own instead of the net: IP-to-ASN as TSV (iptoasn.com), or an MMDB (GeoLite2, ipinfo)."""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range
from typing import Any

from netscope.core.errors import BadQuery, Unavailable
from netscope.core.host import Host
from netscope.domains.whois.record import EMPTY, Facts
from netscope.domains.whois.target import Network

Address = IPv4Address | IPv6Address
Database = Callable[[Network], Facts]

_DAMAGED = (ValueError, TypeError, LookupError, struct.error, RecursionError)  # what maxminddb makes of random bytes
_MMDB = b"\xab\xcd\xefMaxMind.com"


def load(host: Host, path: str) -> Database:
    """Return a function from a range to what a file says about it. Raises NetscopeError for what is no such file."""
    data = host.read(path)
    if _MMDB in data[-131_072:]:
        return _mmdb(data, path)
    try:
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        data = data.rstrip()
        _row(data, 0)
    except (ValueError, IndexError, OSError, EOFError) as error:
        why = f"neither an MMDB nor lines of start, end, AS number, country, name: {error}"
        raise BadQuery(f"{path} is no address database", why) from None
    return lambda network: _search(data, path, network)


def _row(data: bytes, start: int) -> tuple[Address, Address, list[str]]:
    """Return first and last address and the fields of the line that begins at an offset."""
    end = data.find(b"\n", start)
    fields = data[start : end if end >= 0 else len(data)].decode("utf-8", "replace").rstrip("\r").split("\t")
    return _address(fields[0]), _address(fields[1]), fields


def _address(text: str) -> Address:
    return IPv4Address(int(text)) if text.isascii() and text.isdigit() else ip_address(text)


def _search(data: bytes, path: str, network: Network) -> Facts:
    """Find the line by bisection on offsets: the lines are sorted by their first address, IPv4 before IPv6."""
    wanted = (network.version, int(network.network_address))
    low, high, best = 0, len(data), None
    try:
        while low < high:
            start = data.rfind(b"\n", 0, (low + high) // 2) + 1
            row = _row(data, start)
            if (row[0].version, int(row[0])) <= wanted:
                best = row
                end = data.find(b"\n", start)
                low = end + 1 if end >= 0 else len(data)
            else:
                high = start
    except (ValueError, IndexError) as error:
        raise BadQuery(f"{path} is damaged", str(error)) from None
    if best is None or (best[1].version, int(best[1])) < (network.version, int(network.broadcast_address)):
        return EMPTY
    first, last, fields = best
    number, country, name = [*fields[2:5], "", "", ""][:3]
    blocks = summarize_address_range(first, last)
    origin = (int(number),) if number.isascii() and number.isdigit() and int(number) else ()
    return Facts(
        range=tuple(map(str, blocks)),
        holder=name if name and origin else None,
        country=country if len(country) == 2 else None,
        origin=origin,
    )


def _mmdb(data: bytes, path: str) -> Database:
    try:
        import maxminddb
    except ImportError:
        mend = "pip install 'netscope[mmdb]', or use an IP-to-ASN file"
        raise Unavailable(f"{path} is an MMDB", "the package maxminddb is not installed", mend) from None
    try:
        reader = maxminddb.open_database(io.BytesIO(data), maxminddb.MODE_FD)
    except (maxminddb.InvalidDatabaseError, *_DAMAGED) as error:
        raise BadQuery(f"{path} is no address database", str(error)) from None

    def find(network: Network) -> Facts:
        try:
            found, length = reader.get_with_prefix_len(network.network_address)
        except (maxminddb.InvalidDatabaseError, *_DAMAGED) as error:
            raise BadQuery(f"{path} does not answer", str(error)) from None
        if not isinstance(found, Mapping) or length > network.prefixlen:
            return EMPTY
        return _described(found)._replace(range=(str(ip_network((network.network_address, length), strict=False)),))

    return find


def _described(found: Mapping[str, Any]) -> Facts:
    """Read the fields of GeoLite2 (ASN, Country, City) and of ipinfo's databases."""
    number = found.get("autonomous_system_number") or found.get("asn")
    digits = str(number or "").upper().removeprefix("AS")
    country = found.get("country") or found.get("registered_country")
    code = country.get("iso_code") if isinstance(country, Mapping) else found.get("country_code") or country
    holder = found.get("autonomous_system_organization") or found.get("as_name") or found.get("name")
    return Facts(
        holder=holder if isinstance(holder, str) else None,
        country=code if isinstance(code, str) else None,
        origin=(int(digits),) if digits.isascii() and digits.isdigit() else (),
    )
