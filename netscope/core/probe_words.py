"""What ICMP errors are called: ping's sentences, traceroute's marks (RFC 792, RFC 1812, RFC 4443)."""

from __future__ import annotations

import errno as codes
import os

from netscope.core.probe import Event

TIME_EXCEEDED = {4: (11, 0), 6: (3, 0)}
TOO_LONG = {4: (3, 4), 6: (2, 0)}
PORT_UNREACHABLE = {4: (3, 3), 6: (1, 4)}

_UNREACHABLE_4 = (
    "Destination Net Unreachable", "Destination Host Unreachable", "Destination Protocol Unreachable",
    "Destination Port Unreachable", "Frag needed and DF set (mtu = {info})", "Source Route Failed",
    "Destination Net Unknown", "Destination Host Unknown", "Source Host Isolated", "Destination Net Prohibited",
    "Destination Host Prohibited", "Destination Net Unreachable for Type of Service",
    "Destination Host Unreachable for Type of Service", "Packet filtered", "Precedence Violation", "Precedence Cutoff",
)  # fmt: skip
_UNREACHABLE_6 = (
    "No route", "Administratively prohibited", "Beyond scope of source address", "Address unreachable",
    "Port unreachable", "Source address failed ingress/egress policy", "Reject route to destination",
)  # fmt: skip
_PARAMETER_6 = ("Wrong header field", "Unknown header", "Unknown option")

# By traceroute(8): H, N, P(rotocol), S(ource route), F(ragmentation), X (prohibited), V (precedence), C(utoff).
_MARKS_4 = {0: "!N", 1: "!H", 2: "!P", 3: "", 4: "!F-{info}", 5: "!S", 6: "!N", 7: "!H", 8: "!N", 9: "!X", 10: "!X",
            11: "!N", 12: "!H", 13: "!X", 14: "!V", 15: "!C"}  # fmt: skip
_MARKS_6 = {0: "!N", 1: "!X", 2: "!H", 3: "!H", 4: "", 5: "!X", 6: "!X"}


def sentence(family: int, kind: int, code: int, info: int = 0) -> str:
    """Return what an ICMP error says, in ping's words."""
    if family == 4:
        if kind == 3:
            text = _UNREACHABLE_4[code] if code < len(_UNREACHABLE_4) else f"Dest Unreachable, Bad Code: {code}"
            return text.format(info=info)
        if kind == 11:
            return {0: "Time to live exceeded", 1: "Frag reassembly time exceeded"}.get(
                code, f"Time exceeded, Bad Code: {code}"
            )
        if kind == 12:
            return f"Parameter problem: pointer = {info >> 24 or info}"
        return "Source Quench" if kind == 4 else f"Bad ICMP type: {kind}"
    if kind == 1:
        words = _UNREACHABLE_6[code] if code < len(_UNREACHABLE_6) else f"Unknown code {code}"
        return f"Destination unreachable: {words}"
    if kind == 2:
        return f"Packet too big: mtu={info}"
    if kind == 3:
        return "Time exceeded: " + {0: "Hop limit", 1: "Defragmentation failure"}.get(code, f"code {code}")
    if kind == 4:
        words = _PARAMETER_6[code] if code < len(_PARAMETER_6) else f"code {code}"
        return f"Parameter problem: {words} at {info}"
    return f"Unknown icmp type: {kind}"


def describe(family: int, event: Event) -> str:
    """Return what an error event says: the ICMP error's sentence, or the own kernel's."""
    if event.icmp is not None:
        return sentence(family, *event.icmp, event.info)
    if event.errno == codes.EMSGSIZE:
        return f"local error: message too long, mtu: {event.info}" if event.info else "message too long"
    return os.strerror(event.errno)


def mark(family: int, kind: int, code: int, info: int = 0) -> str:
    """Return traceroute's mark for an ICMP error; "" for the two that a trace lives on (TTL, port)."""
    if (kind, code) == TIME_EXCEEDED[family]:
        return ""
    if family == 4 and kind == 3:
        return _MARKS_4.get(code, f"!<{code}>").format(info=info)
    if family == 6 and kind == 1:
        return _MARKS_6.get(code, f"!<{code}>")
    if family == 6 and kind == 2:
        return f"!F-{info}"
    if kind == (12 if family == 4 else 4):
        return "!P"
    return f"!<{kind}-{code}>"
