"""DHCPv6 (RFC 8415): the kind of message, with -v its options."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.names import ip6, named
from netscope.dissect.tcpdumptext.text import U16, U32, U64, Text, Truncated, need, safe, take

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
    29: "NIS-domain-name", 30: "NIS+-domain-name", 31: "SNTP-servers", 32: "lifetime", 33: "BCMCS-server",
    34: "BCMCS-domain-name", 36: "geoconf-civic", 37: "Remote-ID", 38: "Subscriber-ID", 39: "Client-FQDN",
    40: "PANA-agent", 41: "new-POSIX-timezone", 42: "new-tzdb-timezone", 43: "ERO", 44: "Lease-query",
    45: "Client-data", 46: "clt-time", 47: "LQ-relay-data", 48: "LQ-client-link", 56: "NTP-server", 64: "AFTR-Name",
    89: "DS-Lite", 143: "ANDSF-IPv6",
}  # fmt: skip
_STATUS = {
    0: "Success", 1: "UnspecFail", 2: "NoAddrsAvail", 3: "NoBinding", 4: "NotOnLink", 5: "UseMulticast",
    6: "NoPrefixAvail", 7: "UnknownQueryType", 8: "MalformedQuery", 9: "NotConfigured", 10: "NotAllowed",
}  # fmt: skip
_ADDRESSES = frozenset({22, 23, 27, 28, 31, 33, 40})
_EMPTY = frozenset({14, 20})
_DEEPEST = 8


def dhcp6(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a message."""
    text.protocol = "dhcp6"
    text.add("dhcp6")
    _message(text, data[: at + length], at, 0)


def _message(text: Text, data: bytes, at: int, depth: int) -> None:
    end = len(data)
    try:
        need(data, at, 4 if data[at] not in (12, 13) else 1)
    except (IndexError, Truncated):
        text.truncated()
        return
    kind = data[at]
    text.add(f" {named(_MESSAGES, kind, 'msgtype-%u')}")
    if not text.style.verbose:
        return
    try:
        if kind in (12, 13):
            text.add(" (")
            need(data, at, 18)
            text.add(f"linkaddr={ip6(data[at + 2 : at + 18])}")
            need(data, at, 34)
            text.add(f" peeraddr={ip6(data[at + 18 : at + 34])}")
            _options(text, data, at + 34, end, depth)
        else:
            text.add(f" (xid={U32(data, at)[0] & 0xFFFFFF:x}")
            if at + 4 < end:
                _options(text, data, at + 4, end, depth)
            text.add(")")
    except (IndexError, Truncated):
        text.truncated()
        return


def _options(text: Text, data: bytes, at: int, end: int, depth: int) -> None:
    while at < end:
        if at + 4 > end or at + 4 + U16(data, at + 2)[0] > end:
            text.truncated()
            return
        code, size = U16(data, at)[0], U16(data, at + 2)[0]
        text.add(f" ({OPTIONS.get(code) or f'opt_{code}'}")
        value = data[at + 4 : at + 4 + size]
        _option(text, code, value, depth)
        text.add(")")
        at += 4 + size


def _option(text: Text, code: int, value: bytes, depth: int) -> None:
    size = len(value)
    if depth > _DEEPEST:
        text.add(" ?")
    elif code in (1, 2):
        text.add(_identifier(value))
    elif code in (3, 25):
        if size < 12:
            text.add(" ?")
            return
        text.add(f" IAID:{U32(value)[0]} T1:{U32(value, 4)[0]} T2:{U32(value, 8)[0]}")
        _options(text, value, 12, size, depth + 1)
    elif code == 4:
        if size < 4:
            text.add(" ?")
            return
        text.add(f" IAID:{U32(value)[0]}")
        _options(text, value, 4, size, depth + 1)
    elif code == 5:
        if size < 24:
            text.add(" ?")
            return
        text.add(f" {ip6(value[:16])} pltime:{U32(value, 16)[0]} vltime:{U32(value, 20)[0]}")
        _options(text, value, 24, size, depth + 1)
    elif code == 26:
        if size < 25:
            text.add(" ?")
            return
        text.add(f" {ip6(value[9:25])}/{value[8]} pltime:{U32(value)[0]} vltime:{U32(value, 4)[0]}")
        _options(text, value, 25, size, depth + 1)
    elif code == 9:
        text.add(" (dhcp6")
        _message(text, value, 0, depth + 1)
        text.add(")")
    else:
        text.add(_simple(code, value))


def _simple(code: int, value: bytes) -> str:  # noqa: C901 - field after field
    """Return what an option without others in it says."""
    size = len(value)
    if code == 6:
        codes = (U16(value, place)[0] for place in range(0, size - 1, 2))
        return " ?" if size % 2 else "".join(f" {OPTIONS.get(asked) or f'opt_{asked}'}" for asked in codes)
    if code == 7:
        return f" {value[0]}" if size == 1 else " ?"
    if code == 8:
        return f" {U16(value)[0]}" if size == 2 else " ?"
    if code == 11:
        return _authentication(value)
    if code == 13:
        if size < 2:
            return " ?"
        status = U16(value)[0]
        return f" {named(_STATUS, status, 'code%u')}"
    if code == 18:
        return f" {value[:10].hex()}..."
    if code == 19:
        if size != 1:
            return " ?"
        return {5: " for renew", 11: " for inf-req"}.get(value[0], f" for ?\\{value[0]:o}")
    if code in (24, 21):
        return _domains(value)
    if code in _ADDRESSES:
        if size % 16:
            return " ?"
        return "".join(f" {ip6(value[place : place + 16])}" for place in range(0, size, 16))
    if code == 32:
        return f" {U32(value)[0]}" if size == 4 else " ?"
    if code == 37:
        return " ?" if size < 4 else f" {U32(value)[0]} {value[4:14].hex()}..."
    if code == 38:
        return f" {value[:10].hex()}..."
    return ""


def _identifier(value: bytes) -> str:
    if len(value) < 2:
        return " ?"
    kind = U16(value)[0]
    if kind == 1:
        if len(value) < 8:
            return " ?"
        return f" hwaddr/time type {U16(value, 2)[0]} time {U32(value, 4)[0]} {value[8:].hex()}"
    if kind == 2:
        return " ?" if len(value) < 10 else f" vid {value[2:10].hex()}"
    if kind == 3:
        return " ?" if len(value) < 4 else f" hwaddr type {U16(value, 2)[0]} {value[4:].hex()}"
    return f" type {kind}"


def _authentication(value: bytes) -> str:
    if len(value) < 11:
        return " ?"
    protocol, algorithm, method = value[0], value[1], value[2]
    names = {0: "0", 1: "1", 2: "delayed", 3: "reconfigure"}
    shown = f" proto: {names.get(protocol, str(protocol))}, alg: {algorithm}"
    shown += ", RDM: mono" if method == 0 else f", RDM: {method}"
    number = f"{U64(value, 3)[0]:016x}"
    shown += ", RD: " + " ".join(number[place : place + 4] for place in range(0, 16, 4))
    return shown + (" ??" if len(value) > 11 else "")


def _domains(value: bytes) -> str:
    shown, place = "", 0
    while place < len(value):
        labels = ""
        while place < len(value) and value[place]:
            size = value[place]
            labels += safe(take(value, place + 1, size)) + "."
            place += size + 1
        shown += f" {labels or '.'}"
        place += 1
    return shown
