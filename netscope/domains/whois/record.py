"""The record of this topic: who holds a name, an address or an AS number, and how that was learnt."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

from netscope.domains.whois.text import Block

Source = Literal["rdap", "whois", "special", "file", "none"]


class Hop(NamedTuple):
    """One question to one server, and its answer as received.

    Attributes:
        protocol: rdap or whois.
        server: the server's name, for RDAP that in the URL.
        port: its port.
        question: the URL, or the line that was sent.
        address: the address that answered, "" when none was reached.
        seconds: how long it took.
        status: the HTTP status, None for whois.
        whole: whether the answer came to its end.
        charset: the charset that the text was read in.
        text: the answer, decoded, otherwise as received.
        parsed: the RDAP object, or the text's fields as blocks of (key, value) pairs.
    """

    protocol: Literal["rdap", "whois"]
    server: str
    port: int
    question: str
    address: str
    seconds: float
    status: int | None
    whole: bool
    charset: str
    text: str
    parsed: Any

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The fields of a whois text."""
        return self.parsed if self.protocol == "whois" else ()


class Facts(NamedTuple):
    """What one answer says, in one vocabulary. None or empty: it does not say.

    Attributes:
        name: the domain, network or AS name.
        handle: the registry's own key.
        range: the address range as CIDR blocks; AS numbers as "AS64496-AS64511".
        holder: the organization or person registered.
        country: ISO 3166 code (or the country's name where only that is given).
        abuse: where to complain.
        origin: AS numbers that announce the range.
        registrar: who registered it.
        name_servers: in the order given, lower case.
        dnssec: whether the delegation is signed.
        status: as the registry words it.
        created, changed, expires: RFC 3339 (a date alone where no time is given), or the registry's words where they
            are no date that this program understands.
    """

    name: str | None = None
    handle: str | None = None
    range: tuple[str, ...] = ()
    holder: str | None = None
    country: str | None = None
    abuse: str | None = None
    origin: tuple[int, ...] = ()
    registrar: str | None = None
    name_servers: tuple[str, ...] = ()
    dnssec: bool | None = None
    status: tuple[str, ...] = ()
    created: str | None = None
    changed: str | None = None
    expires: str | None = None

    def filled(self, other: Facts) -> Facts:
        """Return these facts, what is absent taken from others."""
        absent = {name: value for name, value in other._asdict().items() if getattr(self, name) in (None, ())}
        return self._replace(**absent)


EMPTY = Facts()


class Registration(NamedTuple):
    """What was found out about one target.

    Attributes:
        target: as it was asked for.
        kind: domain, address, prefix, asn or handle.
        source: rdap, whois, special (the shipped registries of special-purpose numbers and names), file (of the
            user's own), or none.
        facts: the summary.
        days_left: whole days until it expires, negative when it has.
        note: what else a person should know ("Documentation (TEST-NET-1), RFC 5737; not reachable globally").
        hops: every server asked, in order.
    """

    target: str
    kind: str
    source: Source
    facts: Facts
    days_left: int | None
    note: str | None
    hops: tuple[Hop, ...]


_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
_TIME = r"(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})" + _TIME, re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})" + _TIME, re.IGNORECASE)
_MONTH_NAME = re.compile(r"(\d{1,2})[-./ ]([a-z]{3})[a-z]*[-./ ](\d{4})" + _TIME, re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)Z?)?")
_ASCTIME = re.compile(
    r"(?:[a-z]{3} )?([a-z]{3}) +(\d{1,2}) (?:(\d\d):(\d\d):(\d\d) )?(?:(?:UTC|GMT) )?(\d{4})", re.IGNORECASE
)


def moment(text: str) -> str:
    """Return a registry's date as RFC 3339, or the text as it is when it is no date known here.

    Where day and month are both numbers and the year comes last, the day comes first, as in the registries that write
    so. A time without a zone is left without one.
    """
    text = text.strip()
    found: tuple[str | None, ...]
    if match := _YEAR_FIRST.match(text):
        found = match.groups()
    elif match := _DAY_FIRST.match(text):
        day, month, year, *rest = match.groups()
        found = year, month, day, *rest
    elif match := _MONTH_NAME.match(text):
        day, name, year, *rest = match.groups()
        found = year, _month(name), day, *rest
    elif match := _ASCTIME.match(text):
        name, day, hour, minute, second, year = match.groups()
        found = year, _month(name), day, hour, minute, second, "Z" if hour else None
    elif match := _COMPACT.match(text):
        found = *match.groups(), "Z" if text.endswith("Z") else None
    else:
        return text
    return _rfc3339(*found) or text


def _month(name: str | None) -> str:
    return str(_MONTHS.get((name or "").lower(), 0))


def _rfc3339(
    year: str | None, month: str | None, day: str | None, hour: str | None = None, minute: str | None = None,
    second: str | None = None, zone: str | None = None,
) -> str:  # fmt: skip
    from datetime import date

    try:
        text = date(int(year or 0), int(month or 0), int(day or 0)).isoformat()
    except ValueError:
        return ""
    if hour is None or int(hour) > 23 or int(minute or 0) > 59:
        return text
    text += f"T{int(hour):02d}:{minute}:{second or '00'}"
    if zone is None:
        return text
    if zone.upper() in ("Z", "UTC", "GMT"):
        return text + "Z"
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return f"{text}{zone[0]}{digits[:2]}:{digits[2:]}"


def days_left(expires: str | None, now: float) -> int | None:
    """Return the whole days from ``now`` (seconds since the epoch) until an RFC 3339 moment, rounded down."""
    from datetime import UTC, datetime

    try:
        end = datetime.fromisoformat(expires or "")
    except ValueError:
        return None
    if end.tzinfo is None:
        end = end.replace(tzinfo=UTC)
    return int((end.timestamp() - now) // 86400)
