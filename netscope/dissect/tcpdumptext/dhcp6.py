"""DHCPv6 (RFC 8415): the kind of message, with -v its options."""

from __future__ import annotations

from collections.abc import Callable

from netscope.dissect.tcpdumptext.domain_names import Ends, name
from netscope.dissect.tcpdumptext.names import ip6, named
from netscope.dissect.tcpdumptext.text import U16, U32, Text, safe, take

_MESSAGES = {
    1: "solicit", 2: "advertise", 3: "request", 4: "confirm", 5: "renew", 6: "rebind", 7: "reply", 8: "release",
    9: "decline", 10: "reconfigure", 11: "inf-req", 12: "relay-fwd", 13: "relay-reply", 14: "leasequery",
    15: "leasequery-reply", 16: "leasequery-done", 17: "leasequery-data", 18: "reconfigure-request",
    19: "reconfigure-reply", 20: "dhcpv4-query", 21: "dhcpv4-response",
}  # fmt: skip
OPTIONS = {
    1: "client-ID", 2: "server-ID", 3: "IA_NA", 4: "IA_TA", 5: "IA_ADDR", 6: "option-request", 7: "preference",
    8: "elapsed-time", 9: "relay-message", 11: "authentication", 12: "server-unicast", 13: "status-code",
    14: "rapid-commit", 15: "user-class", 16: "vendor-class", 17: "vendor-specific-info", 18: "interface-ID",
    19: "reconfigure-message", 20: "reconfigure-accept", 21: "SIP-servers-domain", 22: "SIP-servers-address",
    23: "DNS-server", 24: "DNS-search-list", 25: "IA_PD", 26: "IA_PD-prefix", 27: "NIS-server", 28: "NIS+-server",
    29: "NIS-domain-name", 30: "NIS+-domain-name", 31: "SNTP-servers", 32: "lifetime", 33: "BCMCS-domain-name",
    34: "BCMCS-server", 36: "Geoconf-Civic", 37: "Remote-ID", 38: "Subscriber-ID", 39: "Client-FQDN",
    40: "PANA-agent", 41: "POSIX-timezone", 42: "POSIX-tz-database", 43: "Echo-request-option", 44: "Lease-query",
    45: "LQ-client-data", 46: "Clt-time", 47: "LQ-relay-data", 48: "LQ-client-link", 56: "NTP-server", 64: "AFTR-Name",
    112: "MUD-URL",
}  # fmt: skip
_STATUS = {
    0: "Success", 1: "UnspecFail", 2: "NoAddrsAvail", 3: "NoBinding", 4: "NotOnLink", 5: "UseMulticast",
    6: "NoPrefixAvail", 7: "UnknownQueryType", 8: "MalformedQuery", 9: "NotConfigured", 10: "NotAllowed",
}  # fmt: skip
_ADDRESSES = frozenset({22, 23, 27, 28, 31, 34, 40})
_TEXTS = frozenset({41, 42, 112})
_NAMES = frozenset({21, 24})
_PROTOCOLS = {2: "delayed", 3: "reconfigure"}
_HMAC_MD5 = 1
_DEEPEST = 8


def dhcp6(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a message."""
    text.protocol = "dhcp6"
    text.add("dhcp6")
    _message(text, data, at, min(at + length, len(data)), 0)


def _message(text: Text, data: bytes, at: int, end: int, depth: int) -> None:
    if at + 4 > end:
        text.truncated()
        return
    kind = data[at]
    text.add(f" {named(_MESSAGES, kind, 'msgtype-%u')}")
    if not text.style.verbose:
        return
    if kind in (12, 13):
        text.add(" (")
        text.add(f"linkaddr={ip6(take(data, at + 2, 16))}")
        text.add(f" peeraddr={ip6(take(data, at + 18, 16))}")
        at += 34
    else:
        text.add(f" (xid={U32(data, at)[0] & 0xFFFFFF:x}")
        at += 4
    _options(text, data, at, end, depth)
    text.add(")")


def _options(text: Text, data: bytes, at: int, end: int, depth: int) -> None:
    while at < end:
        if at + 4 > end or at + 4 + U16(data, at + 2)[0] > end:
            text.truncated()
            return
        code, size = U16(data, at)[0], U16(data, at + 2)[0]
        text.add(f" ({OPTIONS.get(code) or f'opt_{code}'}")
        at += 4
        try:
            _option(text, data, at, size, code, depth)
        except Ends:
            text.truncated()
            return
        text.add(")")
        at += size


def _option(text: Text, data: bytes, at: int, size: int, code: int, depth: int) -> None:
    value = data[at : at + size]
    if depth > _DEEPEST:
        text.add(" ?")
    elif code in _HOLDERS:
        least, show = _HOLDERS[code]
        if size < least:
            text.add(" ?")
            return
        text.add(show(value))
        _options(text, data, at + least, at + size, depth + 1)
    elif code == 9:
        text.add(" (dhcp6")
        _message(text, data, at, at + size, depth + 1)
    elif code == 44:
        _query(text, data, at, size, depth)
    elif code == 45:
        _options(text, data, at, at + size, depth + 1)
    elif code in _NAMES:
        place = at
        while place < at + size:
            text.add(" ")
            place = name(text, data, at + size, place)
    elif code == 56:
        _servers(text, data, at, size)
    elif code in _SIMPLE:
        shown = _SIMPLE[code](value)
        text.add(" ?" if shown is None else shown)


def _query(text: Text, data: bytes, at: int, size: int, depth: int) -> None:
    if size < 17:
        text.add(" ?")
        return
    by = {1: "by-address", 2: "by-clientID"}.get(data[at], f"type_{data[at]}")
    text.add(f" {by} {ip6(data[at + 1 : at + 17])}")
    _options(text, data, at + 17, at + size, depth + 1)


def _servers(text: Text, data: bytes, at: int, size: int) -> None:
    """Print time servers (RFC 5908): suboptions with an address, of one or of many, or a name."""
    if size < 4:
        text.add(" ?")
        return
    end = at + size
    while at + 4 < end:
        kind, length = U16(data, at)[0], U16(data, at + 2)[0]
        at += 4
        if at + length > end:
            raise Ends
        text.add(f" subopt:{kind}")
        if kind in (1, 2) and length == 16:
            text.add(f" {ip6(data[at : at + 16])}")
        elif kind == 3:
            text.add(" ")
            name(text, data, end, at)
        else:
            text.add(" ?")
        at += length


def _identifier(value: bytes) -> str | None:
    if len(value) < 2:
        return None
    kind = U16(value)[0]
    if kind == 1:
        return (
            f" hwaddr/time type {U16(value, 2)[0]} time {U32(value, 4)[0]} {value[8:].hex()}"
            if len(value) >= 8
            else None
        )
    if kind == 2:
        return f" vid {value[2:10].hex()}" if len(value) >= 10 else None
    if kind == 3:
        return f" hwaddr type {U16(value, 2)[0]} {value[4:].hex()}" if len(value) >= 4 else None
    return f" type {kind}"


def _codes(value: bytes) -> str | None:
    if len(value) % 2:
        return None
    codes = (U16(value, place)[0] for place in range(0, len(value), 2))
    return "".join(f" {OPTIONS.get(asked) or f'opt_{asked}'}" for asked in codes)


def _number(size: int) -> Callable[[bytes], str | None]:
    return lambda value: f" {int.from_bytes(value, 'big')}" if len(value) == size else None


def _status(value: bytes) -> str | None:
    if len(value) < 2:
        return None
    status = U16(value)[0]
    return f" {_STATUS.get(status) or (f'code{status}' if status < 256 else 'INVALID code')}"


def _beginning(value: bytes) -> str:
    return f" {value[:10].hex()}..."


def _reconfigured(value: bytes) -> str | None:
    if len(value) != 1:
        return None
    return {5: " for renew", 11: " for inf-req"}.get(value[0], f" for ???({value[0]:02x})")


def _addresses(value: bytes) -> str | None:
    if len(value) % 16:
        return None
    return "".join(f" {ip6(value[place : place + 16])}" for place in range(0, len(value), 16))


def _remote(value: bytes) -> str | None:
    return f" {U32(value)[0]} {value[4:14].hex()}..." if len(value) >= 4 else None


def _relayed(value: bytes) -> str | None:
    return f" {ip6(value[:16])} {value[16:26].hex()}..." if len(value) >= 16 else None


def _words(value: bytes) -> str | None:
    return f" {safe(value.partition(bytes(1))[0])}" if len(value) >= 5 else None


def _tunnel(value: bytes) -> str | None:
    """Return the name of a tunnel's end (RFC 6334), without the dot at its end."""
    if len(value) < 3:
        return None
    labels: list[str] = []
    place = 0
    while place < len(value) and value[place]:
        size = value[place]
        if place + 1 + size >= len(value):
            return f" {''.join(label + '.' for label in labels)} ?"
        labels.append(safe(value[place + 1 : place + 1 + size]))
        place += size + 1
    return f" {'.'.join(labels)}"


def _authentication(value: bytes) -> str | None:
    if len(value) < 11:
        return None
    protocol, algorithm, method = value[0], value[1], value[2]
    known = protocol in _PROTOCOLS
    shown = f" proto: {_PROTOCOLS.get(protocol, protocol)}, alg: "
    shown += "HMAC-MD5" if algorithm == _HMAC_MD5 else str(algorithm)
    shown += ", RDM: mono" if method == 0 else f", RDM: {method}"
    number = value[3:11].hex()
    shown += ", RD: " + " ".join(number[place : place + 4] for place in range(0, 16, 4))
    kind = value[11] if len(value) > 11 else 0
    if not known or protocol != 3 or len(value) < 28:
        return shown + " ??"
    label = {1: "reconfig-key", 2: "type: HMAC-MD5"}.get(kind, f"type: {kind}")
    key = " ".join(value[place : place + 4].hex() for place in range(12, 28, 4))
    return f"{shown} {label} value: {key}"


# Options that others follow in: how long they are at least, and what is told of them before.
_HOLDERS: dict[int, tuple[int, Callable[[bytes], str]]] = {
    3: (12, lambda value: f" IAID:{U32(value)[0]} T1:{U32(value, 4)[0]} T2:{U32(value, 8)[0]}"),
    25: (12, lambda value: f" IAID:{U32(value)[0]} T1:{U32(value, 4)[0]} T2:{U32(value, 8)[0]}"),
    4: (4, lambda value: f" IAID:{U32(value)[0]}"),
    5: (24, lambda value: f" {ip6(value[:16])} pltime:{U32(value, 16)[0]} vltime:{U32(value, 20)[0]}"),
    26: (25, lambda value: f" {ip6(value[9:25])}/{value[8]} pltime:{U32(value)[0]} vltime:{U32(value, 4)[0]}"),
}
_SIMPLE: dict[int, Callable[[bytes], str | None]] = {
    1: _identifier, 2: _identifier, 6: _codes, 43: _codes, 7: _number(1), 8: _number(2), 32: _number(4),
    46: _number(4), 11: _authentication, 13: _status, 18: _beginning, 38: _beginning, 19: _reconfigured, 37: _remote,
    47: _relayed, 48: _addresses, 64: _tunnel, **dict.fromkeys(_ADDRESSES, _addresses), **dict.fromkeys(_TEXTS, _words),
}  # fmt: skip
