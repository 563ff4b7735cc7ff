"""A whois text's fields, as each registry calls them, in the one vocabulary of :class:`Facts`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, ip_address, ip_network, summarize_address_range

from netscope.domains.whois.record import Facts, moment
from netscope.domains.whois.text import Block, abuse_comment

# Each registry's word for it, lower case, blanks for hyphens and underscores; the more telling first.
_WORDS: dict[str, tuple[str, ...]] = {
    "domain": ("domain name", "domain", "domainname", "nom de domaine", "complete domain name"),
    "handle": ("person", "role", "orgname", "org name", "name", "mntner"),
    "network": ("netname", "network name", "net name"),
    "as": ("as name", "asname"),
    "domain handle": ("registry domain id", "domain id", "roid"),
    "network handle": ("nethandle", "net handle"),
    "as handle": ("ashandle", "as handle"),
    "handle handle": ("nic hdl", "nic handle", "orgid", "poem", "organisation", "mntner", "poc handle"),
    "range": ("cidr", "inetnum", "inet6num", "netrange", "net range", "network number", "ipv4 address", "ipv6 address"),
    "numbers": ("asnumber", "aut num", "as block"),
    "holder": (
        "registrant organization", "registrant organisation", "orgname", "org name", "organization name",
        "organization", "owner", "custname", "registrant name", "registrant", "registrant contact name",
        "holder", "domain holder", "descr", "person", "role",
    ),
    "country": ("registrant country", "registrant country/economy", "country", "country code"),
    "abuse": (
        "orgabuseemail", "abuse mailbox", "registrar abuse contact email", "abuse contact email", "abuse email",
        "abuse contact",
    ),
    "origin": ("originas", "origin"),
    "registrar": ("registrar", "registrar name", "sponsoring registrar", "registrar organization", "current registrar"),
    "name servers": (
        "name server", "nserver", "nameserver", "name servers", "nameservers", "domain nameservers", "domain servers",
        "domain servers in listed order", "dns", "host name",
    ),
    "dnssec": (
        "dnssec", "dnssec signed", "signed", "ds rdata", "ds record", "dsrecord", "signing key", "keytag",
    ),
    "status": ("domain status", "status", "registration status", "state", "nettype"),
    "created": (
        "creation date", "created", "created on", "registered on", "registered", "registration date",
        "domain registration date",        "registration time", "registered date", "regdate", "domain create date",
        "record created", "activated", "assigned",
    ),
    "changed": (
        "updated date", "last updated", "last modified", "modified", "changed", "last update", "updated", "updated on",
        "last updated on", "last updated date", "record last updated on", "domain last updated date",
    ),
    "expires": (
        "registry expiry date", "registrar registration expiration date", "expiry date", "expiration date", "expires",
        "expires on", "expire", "expire date", "paid till", "renewal date", "expiration time", "valid until",
        "validity",        "domain expires", "record expires on", "exp date", "free date",
    ),
}  # fmt: skip
_UNSIGNED = re.compile(
    r"\b(?:unsigned|no|not signed|inactive|none|disabled|false|unsigned delegation)\b", re.IGNORECASE
)
_CLOSED = re.compile(r"redacted|data protected|not disclosed|withheld", re.IGNORECASE)
_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}\.?", re.IGNORECASE)
_AS_NUMBERS = re.compile(r"(?:AS)?(\d{1,10})(?:\s*-\s*(?:AS)?(\d{1,10}))?", re.IGNORECASE | re.ASCII)
_SEVERAL = ("name servers", "origin")


def facts(blocks: Sequence[Block], text: str, kind: str) -> Facts:
    """Return what a text says about a target of that kind."""
    said: dict[str, list[str]] = {}
    for word, value in _pairs(_narrowest(blocks, kind)):
        if value:
            said.setdefault(word, []).append(value)
    what = {"address": "network", "prefix": "network", "asn": "as"}.get(kind, kind)
    return Facts(
        name=_name(_first(said, what), kind),
        handle=_first(said, f"{what} handle"),
        range=_ranges(said) if what == "network" else _numbers(said) if what == "as" else (),
        holder=next((v for v in _all(said, "holder") if not _CLOSED.search(v)), None),
        country=_country(_first(said, "country")),
        abuse=abuse_comment(text) or _first(said, "abuse"),
        origin=_origins(said) if what == "network" else (),
        registrar=_first(said, "registrar") if what == "domain" else None,
        name_servers=_servers(said) if what == "domain" else (),
        dnssec=_signed(said) if what == "domain" else None,
        status=tuple(dict.fromkeys(value.partition(" http")[0].strip() for value in _all(said, "status"))),
        created=_moment(said, "created"),
        changed=_moment(said, "changed"),
        expires=_moment(said, "expires"),
    )


def _narrowest(blocks: Sequence[Block], kind: str) -> Sequence[Block]:
    """Return the blocks from the narrowest range or number object to the next one: registries tell the holders, too."""
    words = _WORDS["numbers" if kind == "asn" else "range"]
    if kind not in ("address", "prefix", "asn"):
        return blocks
    starts = []
    for position, block in enumerate(blocks):
        found = [value for word, value in _pairs([block]) if word in words]
        if found:
            starts.append((min(map(_size, found)), position))
    if not starts:
        return blocks
    _size_of_it, start = min(starts)
    return blocks[start : min((position for _s, position in starts if position > start), default=len(blocks))]


def _size(value: str) -> float:
    """Return how much a range holds, for comparing; what is no range counts as endless."""
    numbers = _AS_NUMBERS.fullmatch(value)
    if numbers:
        return int(numbers[2] or numbers[1]) - int(numbers[1])
    blocks = cidr(value)
    return sum(ip_network(block).num_addresses for block in blocks) if blocks else float("inf")


def _pairs(blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
    for block in blocks:
        for key, value in block:
            yield " ".join(re.sub(r"[-_.]", " ", key.lower()).split()), value


def _all(said: dict[str, list[str]], what: str) -> list[str]:
    """Return the values of the first word that occurs (of all words for what may stand under several)."""
    found: list[str] = []
    for word in _WORDS[what]:
        found += said.get(word, ())
        if found and what not in _SEVERAL and what != "holder":
            break
    return found


def _first(said: dict[str, list[str]], what: str) -> str | None:
    return next(iter(_all(said, what)), None)


def _name(value: str | None, kind: str) -> str | None:
    if value is None or kind != "domain":
        return value
    word = value.split()[0].rstrip(".").lower()
    return word if "." in word or word.isalnum() else value


def _country(value: str | None) -> str | None:
    return value.split("#")[0].strip()[:60] or None if value else None


def _moment(said: dict[str, list[str]], what: str) -> str | None:
    """Return the first date; RFC 2622 lets ``changed`` carry an address before it."""
    for value in _all(said, what):
        words = value.split("#")[0].split()
        if words and "@" in words[0]:
            words = words[1:]
        if words:
            return moment(" ".join(words))
    return None


def _ranges(said: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the blocks of the last, hence narrowest, object of the answer."""
    for word in _WORDS["range"]:
        for value in reversed(said.get(word, ())):
            found = cidr(value)
            if found:
                return found
    return ()


def cidr(value: str) -> tuple[str, ...]:
    """Return "a - b", "a/n" or a list of prefixes as CIDR blocks; none for what is no range."""
    low, dash, high = value.partition("-")
    try:
        if dash:
            first, last = ip_address(low.strip()), ip_address(high.strip())
            if isinstance(first, IPv4Address) != isinstance(last, IPv4Address):
                return ()
            return tuple(str(block) for block in summarize_address_range(first, last))
        return tuple(str(ip_network(_padded(word), strict=False)) for word in value.replace(",", " ").split())
    except (ValueError, TypeError):
        return ()


def _padded(word: str) -> str:
    """LACNIC writes 200.3.12/22."""
    address, slash, length = word.partition("/")
    if slash and ":" not in address:
        address += ".0" * (3 - address.count("."))
    return address + slash + length


def _numbers(said: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the AS numbers of the object as AS1 or AS1-AS9."""
    for value in _all(said, "numbers"):
        found = _AS_NUMBERS.fullmatch(value)
        if found:
            return (f"AS{found[1]}-AS{found[2]}" if found[2] else f"AS{found[1]}",)
    return ()


def _origins(said: dict[str, list[str]]) -> tuple[int, ...]:
    numbers = [int(n) for value in _all(said, "origin") for n in re.findall(r"\bAS(\d{1,10})\b", value, re.IGNORECASE)]
    return tuple(dict.fromkeys(numbers))


def _servers(said: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the names only: some registries put the addresses, or a remark, behind them."""
    words = [value.split()[0].rstrip(".").lower() for value in _all(said, "name servers")]
    return tuple(dict.fromkeys(word for word in words if _NAME.fullmatch(word)))


def _signed(said: dict[str, list[str]]) -> bool | None:
    values = _all(said, "dnssec")
    return not all(_UNSIGNED.search(value) for value in values) if values else None
