"""ICMPv6 (RFC 4443), neighbour discovery (RFC 4861, 8106, 4191), MLD (RFC 3810)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.hexdump import hexadecimal
from netscope.dissect.tcpdumptext.igmp import RECORDS, sources
from netscope.dissect.tcpdumptext.names import bits, checksum, ip6, mac, named, should_be
from netscope.dissect.tcpdumptext.text import U16, U32, Print, Printers, Text, Truncated, need, take

_NAMES = {
    1: "destination unreachable", 2: "packet too big", 3: "time exceeded in-transit", 4: "parameter problem",
    128: "echo request", 129: "echo reply", 130: "multicast listener query", 131: "multicast listener report",
    132: "multicast listener done", 133: "router solicitation", 134: "router advertisement",
    135: "neighbor solicitation", 136: "neighbor advertisement", 137: "redirect", 138: "router renumbering",
    139: "who-are-you request", 140: "who-are-you reply", 141: "inverse neighbor solicitation",
    142: "inverse neighbor advertisement", 143: "multicast listener report v2", 144: "ha discovery request",
    145: "ha discovery reply", 146: "mobile router solicitation", 147: "mobile router advertisement", 155: "RPL",
    200: "mtrace response", 201: "mtrace message",
}  # fmt: skip
_UNREACHABLE = {
    0: "unreachable route", 1: " unreachable prohibited", 2: "beyond scope", 3: "unreachable address",
    4: "unreachable port",
}  # fmt: skip
_PROBLEMS = {0: "erroneous", 1: "next header", 2: "option", 3: "incomplete header chain"}
_OPTIONS = {
    1: "source link-address", 2: "destination link-address", 3: "prefix info", 4: "redirected header", 5: "mtu",
    7: "advertisement interval", 8: "homeagent information", 24: "route info", 25: "rdnss", 31: "dnssl",
}  # fmt: skip
_RA_FLAGS = ((0x80, "managed"), (0x40, "other stateful"), (0x20, "home agent"))
_PREFIX_FLAGS = ((0x80, "onlink"), (0x40, "auto"), (0x20, "router"))
_PREFERENCES = ("medium", "high", "rsv", "low")
_RARE = Printers[Print](
    {
        138: "icmp6_rare:renumbering", 139: "icmp6_rare:node_query", 140: "icmp6_rare:node_reply",
        155: "icmp6_rare:rpl",
    }
)  # fmt: skip
_GOING_ON = frozenset({138, 139, 140})  # those whose length is told also where they are cut off
_NA_FLAGS = ((0x80000000, "router"), (0x40000000, "solicited"), (0x20000000, "override"))


def icmp6(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print a message."""
    text.protocol = "icmp6"
    if not length:
        text.add("ICMP6, length 0")
        text.invalid()
        return
    if text.style.verbose and not around.fragmented and at + length <= len(data):
        wrong = checksum(around.pseudo(58, length), data[at : at + length])
        found = U16(data, at + 2)[0]
        right = f"[bad icmp6 cksum 0x{found:04x} -> 0x{should_be(found, wrong):04x}!] " if wrong else "[icmp6 sum ok] "
        text.add(right)
    kind = data[at]
    text.add(f"ICMP6, {named(_NAMES, kind, 'unknown icmp6 type (%u)')}")
    if text.style.verbose and kind in (133, 134, 135, 136, 137):
        text.add(f", length {length}")
    try:
        whole = _message(text, data, at, length, kind)
    except (IndexError, Truncated) as error:
        text.truncated()
        whole = kind in _GOING_ON and isinstance(error, Truncated)
    if whole and not text.style.verbose:
        text.add(f", length {length}")


def _message(text: Text, data: bytes, at: int, length: int, kind: int) -> bool:
    """Print what a message says; return whether its length is still to come."""
    if kind == 1:
        return _unreachable(text, data, at, length)
    if kind == 147:
        return _mobile(text, data, at, length)
    rare = _RARE.find(kind)
    if rare is not None:
        rare(text, data, at, at + length)
        return True
    show = _SHOWN.get(kind)
    if show is not None:
        show(text, data, at, length)
        return True
    text.add(f", length {length}")
    if text.style.verbose < 2:
        text.add(hexadecimal(data[at : at + length]))
    return False


def _mobile(text: Text, data: bytes, at: int, length: int) -> bool:
    """Print a mobile prefix advertisement (RFC 6275); its length is told first."""
    text.add(f", length {length}")
    if text.style.verbose:
        text.add(f", id 0x{U16(data, at + 4)[0]:04x}")
        flags = data[at + 6]
        if flags & 0xC0:
            text.add(f" {'M' if flags & 0x80 else ''}{'O' if flags & 0x40 else ''}")
        _options(text, data, at + 8, at + length)
    return False


def _unreachable(text: Text, data: bytes, at: int, length: int) -> bool:
    """Print a destination unreachable; return whether its length is still to come."""
    code = data[at + 1]
    text.add(", " + named(_UNREACHABLE, code, "unknown unreach code (%u)"))
    if code not in _UNREACHABLE:
        if text.style.verbose < 2:
            text.add(hexadecimal(data[at : at + length]))
        return False
    need(data, at, 48)
    target = ip6(data[at + 32 : at + 48])
    if code in (0, 1, 3):
        text.add(f" {target}")
    elif code == 2:
        text.add(f" {target}, source address {ip6(data[at + 16 : at + 32])}")
    else:
        found = _inner(data, at + 8)
        if found is None:
            raise Truncated
        protocol, place = found
        port = U16(take(data, place + 2, 2))[0]
        if protocol == 6:
            text.add(f", {target} tcp port {text.port(port, 'tcp')}")
        elif protocol == 17:
            text.add(f", {target} udp port {text.port(port, 'udp')}")
        else:
            text.add(f", {target} protocol {protocol} port {port} unreachable")
    return True


def _inner(data: bytes, at: int) -> tuple[int, int] | None:
    """Return the protocol and place of the payload of a quoted datagram; None where there are no ports in it."""
    following, place = data[at + 6], at + 40
    while following in (0, 43, 44, 60):
        if following == 44:
            if U16(data, place + 2)[0] & 0xFFF8:
                return None
            following, place = data[place], place + 8
        else:
            following, place = data[place], place + 8 + data[place + 1] * 8
    return (following, place) if following in (6, 17) else None


def _too_big(text: Text, data: bytes, at: int, _length: int) -> None:
    text.add(f", mtu {U32(take(data, at + 4, 4))[0]}")


def _time_exceeded(text: Text, data: bytes, at: int, _length: int) -> None:
    code = data[at + 1]
    if code == 0:
        need(data, at, 48)
        text.add(f" for {ip6(data[at + 32 : at + 48])}")
    else:
        text.add(" (reassembly)" if code == 1 else f", unknown code ({code})")


def _problem(text: Text, data: bytes, at: int, _length: int) -> None:
    need(data, at, 48)
    code = data[at + 1]
    if code in _PROBLEMS:
        text.add(f", {_PROBLEMS[code]} - octet {U32(data, at + 4)[0]}")
    else:
        text.add(f", code-#{code}")


def _echo(text: Text, data: bytes, at: int, _length: int) -> None:
    need(data, at, 8)
    text.add(f", id {U16(data, at + 4)[0]}, seq {U16(data, at + 6)[0]}")


def _name_only(_text: Text, _data: bytes, _at: int, _length: int) -> None:
    """Print nothing more of an inverse solicitation or advertisement (RFC 3122)."""


def _agent(text: Text, data: bytes, at: int, _length: int) -> None:
    """Print a message that looks for home agents, or for prefixes (RFC 6275)."""
    text.add(f", id 0x{U16(take(data, at + 4, 2))[0]:04x}")


def _prefixes_wanted(text: Text, data: bytes, at: int, _length: int) -> None:
    """Print a mobile prefix solicitation (RFC 6275). Unlike that of the above, its end may end the whole line."""
    text.add(f", id 0x{U16(data, at + 4)[0]:04x}")


def _discovery(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a message of neighbour discovery."""
    verbose, kind = text.style.verbose, data[at]
    size = {133: 8, 134: 16, 135: 24, 136: 24, 137: 40}[kind]
    if kind == 134 and verbose:
        need(data, at, 16)
        flags = data[at + 5]
        text.add(
            f"\n\thop limit {data[at + 4]}, Flags [{bits(flags, _RA_FLAGS)}], pref {_PREFERENCES[flags >> 3 & 3]}, "
            f"router lifetime {U16(data, at + 6)[0]}s, reachable time {U32(data, at + 8)[0]}ms, "
            f"retrans timer {U32(data, at + 12)[0]}ms"
        )
    elif kind == 135:
        text.add(f", who has {ip6(take(data, at + 8, 16))}")
    elif kind == 136:
        text.add(f", tgt is {ip6(take(data, at + 8, 16))}")
        if verbose:
            text.add(f", Flags [{bits(U32(data, at + 4)[0], _NA_FLAGS)}]")
    elif kind == 137:
        need(data, at, 40)
        text.add(f", {ip6(data[at + 24 : at + 40])} to {ip6(data[at + 8 : at + 24])}")
    if verbose:
        _options(text, data, at + size, at + length)


def _options(text: Text, data: bytes, at: int, end: int) -> None:
    begun = at
    while at < min(end, len(data)):
        need(data, at, 2)
        kind, units = data[at], data[at + 1]
        if not units or at + units * 8 > len(data):
            raise Truncated
        size = units * 8
        option = data[at : at + size]
        text.add(f"\n\t  {_OPTIONS.get(kind, 'unknown')} option ({kind}), length {size} ({units}): ")
        shown = _option(kind, option)
        if shown is None:
            text.add(hexadecimal(option[2:], "\n\t    " if text.style.verbose > 1 else "\n\t  "))
        else:
            text.add(shown)
            if kind == 4:
                text.add(hexadecimal(data[begun : begun + size], "\n\t    "))
            if text.style.verbose > 1:
                text.add(hexadecimal(option[2:], "\n\t    "))
        at += size


def _option(kind: int, option: bytes) -> str | None:
    """Return the text of an option; None for one that is not known."""
    size = len(option)
    if kind in (1, 2):
        return mac(option[2:])
    if kind == 3:
        need(option, 0, 32)
        valid, preferred = (_lifetime(U32(option, place)[0]) for place in (4, 8))
        return (
            f"{ip6(option[16:32])}/{option[2]}, Flags [{bits(option[3], _PREFIX_FLAGS)}], "
            f"valid time {valid}, pref. time {preferred}"
        )
    if kind == 4:
        return ""
    if kind == 5:
        return f" {U32(take(option, 4, 4))[0]}"
    if kind == 7:
        return f" {U32(take(option, 4, 4))[0]}ms"
    if kind == 8:
        return f" preference {U16(option, 4)[0]}, lifetime {U16(option, 6)[0]}"
    if kind == 24:
        prefix = (option[8:24] + bytes(16))[:16]
        preference, lifetime = _PREFERENCES[option[3] >> 3 & 3], _lifetime(U32(option, 4)[0])
        return f" {ip6(prefix)}/{option[2]}, pref={preference}, lifetime={lifetime}"
    if kind == 25:
        listed = "".join(f" addr: {ip6(take(option, place, 16))}" for place in range(8, size - 15, 16))
        return f" lifetime {U32(take(option, 4, 4))[0]}s,{listed}"
    if kind == 31:
        return f" lifetime {U32(take(option, 4, 4))[0]}s, domain(s):{_domains(option[8:])}"
    return None


def _lifetime(seconds: int) -> str:
    return "infinity" if seconds == 0xFFFFFFFF else f"{seconds}s"


def _domains(raw: bytes) -> str:
    """Return the names of a search list, each with a blank before it."""
    from netscope.dissect.tcpdumptext.text import safe

    found, place = "", 0
    while place < len(raw) and raw[place]:
        labels = ""
        while place < len(raw) and raw[place]:
            size = raw[place]
            labels += safe(take(raw, place + 1, size)) + "."
            place += size + 1
        found += f" {labels}"
        place += 1
    return found


def _listener(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a message of MLD (RFC 2710); queries of its version 2 are longer."""
    if data[at] == 130 and length >= 28:
        _query(text, data, at, length)
    elif at + 24 <= len(data):
        text.add(f"max resp delay: {U16(data, at + 4)[0]} addr: {ip6(data[at + 8 : at + 24])}")


def _query(text: Text, data: bytes, at: int, length: int) -> None:
    text.add(" v2")
    code = U16(data, at + 4)[0]
    delay = code if code < 32_768 else ((code & 0xFFF) | 0x1000) << ((code >> 12 & 7) + 3)
    if text.style.verbose:
        text.add(f" [max resp delay={delay}]")
    text.add(f" [gaddr {ip6(data[at + 8 : at + 24])}")
    if text.style.verbose:
        bits_ = data[at + 24]
        if bits_ & 8:
            text.add(" sflag")
        if bits_ & 7:
            text.add(f" robustness={bits_ & 7}")
        interval = data[at + 25]
        seconds = interval if interval < 128 else ((interval & 15) | 16) << ((interval >> 4 & 7) + 3)
        text.add(f" qqi={seconds}")
    count = U16(data, at + 26)[0]
    if length < 28 + 16 * count:
        text.add(f" [invalid number of sources {count}]")
    elif count:
        sources(text, data, at + 28, count, 16, ip6)
    text.add("]")


def _report(text: Text, data: bytes, at: int, length: int) -> None:
    need(data, at, 8)
    records = U16(data, at + 6)[0]
    text.add(f", {records} group record(s)")
    if not text.style.verbose:
        return
    place = at + 8
    for _ in range(records):
        need(data, place, 20)
        count = U16(data, place + 2)[0]
        text.add(f" [gaddr {ip6(data[place + 4 : place + 20])} {named(RECORDS, data[place], ' [v2-report-#%u]')}")
        if length < place - at + 20 + 16 * count:
            text.add(f" [invalid number of sources {count}]")
            return
        sources(text, data, place + 20, count, 16, ip6)
        text.add("]")
        place += 20 + 16 * count


# Those whose length is told behind what they say.
_SHOWN: dict[int, Print] = {
    2: _too_big, 3: _time_exceeded, 4: _problem, 128: _echo, 129: _echo, 130: _listener, 131: _listener,
    132: _listener, 133: _discovery, 134: _discovery, 135: _discovery, 136: _discovery, 137: _discovery,
    141: _name_only, 142: _name_only, 143: _report, 144: _agent, 145: _agent, 146: _prefixes_wanted,
}  # fmt: skip
