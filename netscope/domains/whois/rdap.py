"""RDAP answers (RFC 9083) in the one vocabulary of :class:`Facts`, and the URLs of the questions (RFC 9082).

An answer comes from outside: every step checks the shape of what it looks at, and what is of another shape is as good
as absent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address, ip_network, summarize_address_range
from typing import Any
from urllib.parse import quote

from netscope.domains.whois.record import Facts, moment
from netscope.domains.whois.target import Target

_CLASSES = {"domain": "domain", "address": "ip network", "prefix": "ip network", "asn": "autnum", "handle": "entity"}
_PATHS = {"domain": "domain", "address": "ip", "prefix": "ip", "asn": "autnum", "handle": "entity"}
_DEEP = 4  # entities within entities that are looked into


def url(base: str, target: Target) -> str:
    """Return the URL of a lookup (RFC 9082 section 3.1)."""
    text = str(target.number) if target.kind == "asn" else target.text
    return f"{base}{_PATHS[target.kind]}/{quote(text, safe='/:.-_~')}"


def parse(text: str) -> dict[str, Any] | None:
    """Return the JSON object, None for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def answers(found: dict[str, Any], kind: str) -> bool:
    """Tell whether an object is of the class asked for."""
    return found.get("objectClassName") == _CLASSES[kind] and "errorCode" not in found


def complaint(found: dict[str, Any] | None) -> str:
    """Return the words of an error answer (RFC 9083 section 6), "" where there are none."""
    if found is None:
        return ""
    words = [_text(found.get("title")) or "", *(_text(line) or "" for line in _list(found.get("description")))]
    return " ".join(word for word in words if word)[:300]


def registrar_link(found: dict[str, Any]) -> str:
    """Return the URL of the registrar's own answer, "" where there is none."""
    for link in _objects(found.get("links")):
        href = _text(link.get("href")) or ""
        if link.get("rel") == "related" and link.get("type") == "application/rdap+json" and "/domain/" in href.lower():
            return href
    return ""


def facts(found: dict[str, Any]) -> Facts:
    """Return what an object of any class says."""
    entities = list(_entities(found, 0))
    if found.get("objectClassName") == "entity":
        entities.insert(0, found)
    holder = _by_role(entities, "registrant") or (found if found.get("objectClassName") == "entity" else None)
    registrar = _by_role(entities, "registrar")
    abuse = _by_role(entities, "abuse")
    network = found.get("objectClassName") == "ip network"
    name = _text(found.get("ldhName")) or _text(found.get("name"))
    if name is None and found.get("objectClassName") == "entity":
        name = _card(found, "fn")
    return Facts(
        name=name.rstrip(".").lower() if name and found.get("objectClassName") == "domain" else name,
        handle=_text(found.get("handle")),
        range=_range(found) if network else _numbers(found),
        holder=(_card(holder, "org") or _card(holder, "fn")) if holder else None,
        country=_text(found.get("country")) or (_country(holder) if holder else None),
        abuse=_card(abuse, "email") if abuse else None,
        origin=_origins(found),
        registrar=(_card(registrar, "fn") or _card(registrar, "org")) if registrar else None,
        name_servers=tuple(_server_names(found)),
        dnssec=_signed(found),
        status=tuple(word for item in _list(found.get("status")) if (word := _text(item))),
        created=_event(found, "registration"),
        changed=_event(found, "last changed"),
        expires=_event(found, "expiration"),
    )


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _entities(found: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Yield entities, the outer ones first: a registrar's own abuse contact lies within the registrar."""
    inner = _objects(found.get("entities"))
    yield from inner
    if depth < _DEEP:
        for entity in inner:
            yield from _entities(entity, depth + 1)


def _by_role(entities: list[dict[str, Any]], role: str) -> dict[str, Any] | None:
    """Return an entity of that role: an organization rather than the maintainer object that RIPE lists beside it."""
    found = [entity for entity in entities if role in _list(entity.get("roles"))]
    organizations = [entity for entity in found if _card(entity, "kind") == "org"]
    return next(iter([*organizations, *found]), None)


def _properties(entity: dict[str, Any], name: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield (parameters, value) of each jCard property of that name (RFC 7095)."""
    card = _list(entity.get("vcardArray"))
    for item in _list(card[1]) if len(card) > 1 else []:
        if isinstance(item, list) and len(item) > 3 and item[0] == name:
            yield (item[1] if isinstance(item[1], dict) else {}), item[3]


def _card(entity: dict[str, Any], name: str) -> str | None:
    for _parameters, value in _properties(entity, name):
        text = _text(", ".join(part for part in value if isinstance(part, str)) if isinstance(value, list) else value)
        if text and "redacted" not in text.lower():
            return text
    return None


def _country(entity: dict[str, Any]) -> str | None:
    for parameters, value in _properties(entity, "adr"):
        code = _text(parameters.get("cc"))
        if code:
            return code.upper()
        if isinstance(value, list) and len(value) > 6 and _text(value[6]):
            return _text(value[6])
        label = _text(parameters.get("label"))
        if label and "\n" in label:  # ARIN gives the address as one text only
            return label.rpartition("\n")[2].strip() or None
    return None


def _range(found: dict[str, Any]) -> tuple[str, ...]:
    blocks = []
    for block in _objects(found.get("cidr0_cidrs")):
        prefix, length = block.get("v4prefix") or block.get("v6prefix"), block.get("length")
        try:
            blocks.append(str(ip_network(f"{prefix}/{length}", strict=False)))
        except ValueError:
            pass  # the plain start and end tell it, too
    if blocks:
        return tuple(blocks)
    try:
        first = ip_address(_text(found.get("startAddress")) or "")
        last = ip_address(_text(found.get("endAddress")) or "")
        return tuple(str(block) for block in summarize_address_range(first, last))
    except (ValueError, TypeError):
        return ()


def _numbers(found: dict[str, Any]) -> tuple[str, ...]:
    low, high = found.get("startAutnum"), found.get("endAutnum")
    if not isinstance(low, int) or isinstance(low, bool):
        return ()
    return (f"AS{low}",) if high in (low, None) else (f"AS{low}-AS{high}",)


def _origins(found: dict[str, Any]) -> tuple[int, ...]:
    """Return the origin AS numbers where the registry gives them (ARIN's extension)."""
    return tuple(
        number for number in _list(found.get("arin_originas0_originautnums"))
        if isinstance(number, int) and not isinstance(number, bool)
    )  # fmt: skip


def _server_names(found: dict[str, Any]) -> Iterator[str]:
    for server in _objects(found.get("nameservers")):
        name = _text(server.get("ldhName")) or _text(server.get("unicodeName"))
        if name:
            yield name.rstrip(".").lower()


def _signed(found: dict[str, Any]) -> bool | None:
    secure = found.get("secureDNS")
    signed = secure.get("delegationSigned") if isinstance(secure, dict) else None
    return signed if isinstance(signed, bool) else None


def _event(found: dict[str, Any], action: str) -> str | None:
    for event in _objects(found.get("events")):
        date = _text(event.get("eventDate"))
        if event.get("eventAction") == action and date:
            return moment(date)
    return None
