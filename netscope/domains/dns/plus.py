"""dig's ``+options``: each changes a lookup (dig(1), "QUERY OPTIONS")."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

from netscope.core.dns.message import Option
from netscope.core.dns.numbers import OPCODES
from netscope.core.errors import BadQuery
from netscope.domains.dns.lookup import Lookup

Handler = Callable[[Lookup, bool, str | None], Lookup]

_FLAGS = {
    "aaflag": "aaflag", "aaonly": "aaflag", "additional": "additional", "adflag": "adflag", "answer": "answer",
    "authority": "authority", "badcookie": "badcookie", "cdflag": "cdflag", "class": "class_", "cmd": "cmd",
    "comments": "comments", "crypto": "crypto", "defname": "search",
    "ednsnegotiation": "ednsnegotiation", "expire": "expire", "header-only": "header_only",
    "identify": "identify", "ignore": "ignore", "keepalive": "keepalive", "multiline": "multiline", "onesoa": "onesoa",
    "qr": "qr", "question": "question", "raflag": "raflag", "rdflag": "recurse", "recurse": "recurse",
    "rrcomments": "rrcomments", "search": "search", "stats": "stats", "tcflag": "tcflag", "tcp": "tcp",
    "tls": "tls", "ttlid": "ttlid", "unknownformat": "unknownformat", "vc": "tcp", "zflag": "zflag",
}  # fmt: skip
_EDNS = ("expire", "keepalive")  # need an OPT record to travel in
_SHORTHANDS = {"ad": "adflag", "aa": "aaflag", "do": "dnssec", "cd": "cdflag", "rd": "rdflag", "ra": "raflag"}
_REFUSED = {
    "besteffort": "a malformed answer is never taken for one", "dns64prefix": "not supported yet",
    "dscp": "not supported", "expandaaaa": "not supported yet",
    "https-plain": "not supported", "http-plain": "not supported",
    "idnout": "names are shown as they are on the wire", "keepopen": "not supported yet", "mapped": "not supported",
    "nssearch": "'--walk' asks all name servers of a zone", "showbadcookie": "not supported yet",
    "showsearch": "not supported yet", "tls-certfile": "not supported yet", "tls-keyfile": "not supported yet",
    "topdown": "not supported", "yaml": "'--style json' prints RFC 8427 JSON", "zoneversion": "not supported yet",
}  # fmt: skip


def apply(lookup: Lookup, word: str) -> Lookup:
    """Return the lookup with a ``+option`` applied; ``word`` comes without its plus. Raises BadQuery."""
    name, equals, value = word.partition("=")
    key = name.lower()
    known = [*_FLAGS, *_HANDLERS, *_REFUSED]
    on = True
    found = _find(key, known)
    if found is None and key.startswith("no"):
        on, found = False, _find(key[2:], known)
    if found is None:
        raise BadQuery(f"no option '+{name}'", "", "'netscope dns --help' lists them")
    if found in _REFUSED:
        if not on:
            return lookup  # it is off
        raise BadQuery(f"'+{found}'", _REFUSED[found])
    if found in _HANDLERS:
        return _HANDLERS[found](lookup, on, value if equals else None)
    if equals:
        raise BadQuery(f"'+{found}' takes no value")
    changed = lookup.having(**{_FLAGS[found]: on})
    return _with_edns(changed) if on and found in _EDNS else changed


def _find(key: str, known: list[str]) -> str | None:
    """Return the option that a word names, whole or by a beginning that fits one alone. Raises BadQuery."""
    if key in _SHORTHANDS:
        return _SHORTHANDS[key]
    if key in known or not key:
        return key or None
    fits = [name for name in known if name.startswith(key)]
    meanings = {_FLAGS.get(name, name) for name in fits}
    if len(meanings) > 1:
        raise BadQuery(f"'+{key}' may be {', '.join(f'+{name}' for name in fits)}", "", "give more of it")
    return fits[0] if fits else None


def _with_edns(lookup: Lookup) -> Lookup:
    return lookup if lookup.edns is not None else lookup._replace(edns=0)


def number(value: str | None, what: str, lowest: int, highest: int) -> int:
    """Return a whole number, decimal or 0x hexadecimal, within limits. Raises BadQuery."""
    try:
        found = int(value or "", 0)
    except ValueError:
        raise BadQuery(f"{what} needs a number", f"got {value!r}") from None
    if not lowest <= found <= highest:
        raise BadQuery(f"{what} out of range", f"{found} is not within {lowest} to {highest}")
    return found


def _all(lookup: Lookup, on: bool, _value: str | None) -> Lookup:
    return lookup._replace(
        question=on, answer=on, authority=on, additional=on, comments=on, stats=on, cmd=on
    )  # fmt: skip


def _short(lookup: Lookup, on: bool, _value: str | None) -> Lookup:
    if not on:
        return lookup._replace(short=False)
    return lookup._replace(
        short=True, question=False, answer=True, authority=False, additional=False, comments=False, stats=False,
        rrcomments=False,
    )  # fmt: skip


def _trace(lookup: Lookup, on: bool, _value: str | None) -> Lookup:
    if not on:
        return lookup._replace(trace=False)
    return _with_edns(lookup)._replace(
        trace=True, recurse=False, identify=True, comments=False, stats=False, question=False, additional=False,
        authority=True, dnssec=True, search=False, rrcomments=False,
    )  # fmt: skip


def _dnssec(lookup: Lookup, on: bool, _value: str | None) -> Lookup:
    return _with_edns(lookup)._replace(dnssec=True) if on else lookup._replace(dnssec=False)


def _nsid(lookup: Lookup, on: bool, _value: str | None) -> Lookup:
    return _with_edns(lookup)._replace(nsid=True) if on else lookup._replace(nsid=False)


def _edns(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    if not on:
        return lookup._replace(edns=None)
    return lookup._replace(edns=0 if value is None else number(value, "+edns", 0, 255))


def _bufsize(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    if not on or value is None:
        return lookup._replace(bufsize=0)
    return _with_edns(lookup)._replace(bufsize=number(value, "+bufsize", 0, 65535))


def _cookie(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    if not on:
        return lookup._replace(cookie=None)
    cookie = _hexadecimal(value or "", "+cookie")
    if value and not 8 <= len(cookie) <= 40:
        raise BadQuery("+cookie needs 8 to 40 octets", f"got {len(cookie)}")
    return _with_edns(lookup)._replace(cookie=cookie)


def _hexadecimal(value: str, what: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise BadQuery(f"{what} needs hexadecimal digits", f"got {value!r}") from None


def _subnet(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    if not on:
        return lookup._replace(subnet=None)
    return _with_edns(lookup)._replace(subnet=subnet(value or ""))


def subnet(text: str) -> bytes:
    """Return the data of an ECS option (RFC 7871, 6) for address[/prefix]; "0" hides the client. Raises BadQuery."""
    if text == "0":
        return bytes(4)
    address, slash, length = text.partition("/")
    family, code = (socket.AF_INET6, 2) if ":" in address else (socket.AF_INET, 1)
    if code == 1 and address.count(".") < 3 and address:
        address += ".0" * (3 - address.count("."))
    try:
        packed = socket.inet_pton(family, address)
    except (OSError, ValueError):
        raise BadQuery("+subnet needs an address", f"got {text!r}", "as in +subnet=192.0.2.0/24") from None
    prefix = number(length, "+subnet's prefix", 0, len(packed) * 8) if slash else len(packed) * 8
    kept = bytearray(packed[: (prefix + 7) // 8])
    if prefix % 8:
        kept[-1] &= 0xFF << (8 - prefix % 8) & 0xFF
    return struct.pack("!HBB", code, prefix, 0) + bytes(kept)


def _ednsopt(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    if not on:
        return lookup._replace(options=())
    code, _colon, data = (value or "").partition(":")
    option = Option(number(code, "+ednsopt", 0, 65535), _hexadecimal(data, "+ednsopt"))
    return _with_edns(lookup)._replace(options=(*lookup.options, option))


def _ednsflags(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    flags = number(value, "+ednsflags", 0, 65535) if on and value else 0
    return _with_edns(lookup)._replace(ednsflags=flags)


def _padding(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    if not on:
        return lookup._replace(padding=0)
    return _with_edns(lookup)._replace(padding=number(value if value is not None else "128", "+padding", 0, 512))


def _opcode(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    if not on:
        return lookup._replace(opcode=0)
    if value and value.upper() in OPCODES:
        return lookup._replace(opcode=OPCODES.index(value.upper()))
    return lookup._replace(opcode=number(value, "+opcode", 0, 15))


def _domain(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    if not on:
        return lookup._replace(domain=None, search=False)
    if not value:
        raise BadQuery("+domain needs a domain", "", "as in +domain=example.com")
    return lookup._replace(domain=value, search=True)


def _ndots(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    return lookup._replace(ndots=number(value, "+ndots", 0, 15) if on else None)


def _time(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    return lookup._replace(time=max(number(value, "+time", 0, 3600), 1) if on else 0)


def _tries(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    return lookup._replace(tries=max(number(value, "+tries", 0, 100), 1) if on else 0)


def _retry(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    return lookup._replace(tries=number(value, "+retry", 0, 99) + 1 if on else 0)


def _split(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    if not on:
        return lookup._replace(split=0)
    width = 56 if value is None else number(value, "+split", 0, 65535)
    return lookup._replace(split=(width + 3) // 4 * 4)


def _ttlunits(lookup: Lookup, on: bool, _value: str | None) -> Lookup:
    return lookup._replace(ttlunits=on, ttlid=True if on else lookup.ttlid)


def _authorities(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    return lookup._replace(tls=on or lookup.tls, verify=on, authorities=(value or "") if on else "")


def _hostname(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    return lookup._replace(hostname=(value or "") if on else "")


def _https(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    return lookup._replace(https=on, get=False, path=value or "/dns-query")


def _https_get(lookup: Lookup, on: bool, value: str | None) -> Lookup:
    return lookup._replace(https=on, get=on, path=value or "/dns-query")


def _fail(lookup: Lookup, on: bool, _value: str | None) -> Lookup:
    if not on:
        raise BadQuery("'+nofail'", "not supported yet", "give the next server after @")
    return lookup  # SERVFAIL is an answer, as by default in dig


def _idn(lookup: Lookup, on: bool, _value: str | None) -> Lookup:
    if not on:
        raise BadQuery("'+noidnin'", "a name that is not ASCII can only be asked for as IDNA")
    return lookup


_HANDLERS: dict[str, Handler] = {
    "all": _all, "short": _short, "trace": _trace, "dnssec": _dnssec, "nsid": _nsid, "edns": _edns,
    "bufsize": _bufsize, "cookie": _cookie, "subnet": _subnet, "ednsopt": _ednsopt, "ednsflags": _ednsflags,
    "padding": _padding, "opcode": _opcode, "domain": _domain, "ndots": _ndots, "time": _time, "timeout": _time,
    "tries": _tries, "retry": _retry, "split": _split, "ttlunits": _ttlunits, "tls-ca": _authorities,
    "tls-hostname": _hostname, "https": _https, "https-post": _https, "https-get": _https_get, "idn": _idn,
    "idnin": _idn, "fail": _fail,
}  # fmt: skip


def option_names() -> list[str]:
    """Return the names of all ``+options`` that do something."""
    return sorted({*_FLAGS, *_HANDLERS})
