"""TCP (RFC 9293)."""

from __future__ import annotations

from struct import Struct

from netscope.core.typed import Callable
from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.names import checksum, should_be
from netscope.dissect.tcpdumptext.text import CONVERSATIONS, U16, U32, Text, Truncated, safe

_FIELDS = Struct(">IIxBHHH").unpack_from  # behind the ports: both numbers, flags, window, checksum, urgent pointer
_MOST = 0xFFFFFFFF
FIN, SYN, RST, ACK, URG = 1, 2, 4, 16, 32
_LETTERS = ((1, "F"), (2, "S"), (4, "R"), (8, "P"), (16, "."), (32, "U"), (64, "E"), (128, "W"))
FLAGS = tuple("".join(letter for bit, letter in _LETTERS if value & bit) or "none" for value in range(256))
_OPTIONS = {
    0: "eol", 1: "nop", 2: "mss", 3: "wscale", 4: "sackOK", 5: "sack", 6: "echo", 7: "echoreply", 8: "TS", 11: "cc",
    12: "ccnew", 13: "", 19: "md5", 20: "scps", 28: "uto", 29: "tcp-ao", 30: "mptcp", 34: "tfo", 254: "exp",
}  # fmt: skip
_SIZES = {2: 2, 3: 1, 4: 0, 6: 4, 7: 4, 8: 8, 11: 4, 12: 4, 13: 4, 19: 16, 20: 2, 28: 2}
_LINES = {
    21: "ftp", 25: "smtp", 43: "whois", 80: "http", 8080: "http", 554: "rtsp", 8554: "rtsp", 6379: "resp",
}  # fmt: skip
_RST_TEXT = 30
_MPTCP = 30

# Ports whose payload is printed, too: a fast path leaves their segments with data to this module.
SPOKEN = frozenset({*_LINES, 22, 23, 53, 5353})


def tcp(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print a segment."""
    text.protocol = "tcp"
    if at + 4 > len(data):
        text.add(around.bare())
        text.add("[|tcp]")
        return
    sport, dport = U16(data, at)[0], U16(data, at + 2)[0]
    text.add(around.ends(6, (text.port(sport, "tcp"), text.port(dport, "tcp"))))
    if at + 20 > len(data):
        text.truncated()
        return
    header = (data[at + 12] >> 4) * 4
    if header < 20:
        text.add(f" tcp {(length - header) & _MOST} [bad hdr length {header} - too short, < 20]")
    elif text.style.quiet:
        text.add(f"tcp {(length - header) & _MOST}")
        if header > length:
            text.add(f" [bad hdr length {header} - too long, > {length}]")
    else:
        _segment(text, data, at, length, header, around, sport, dport)


def _segment(
    text: Text, data: bytes, at: int, length: int, header: int, around: Around, sport: int, dport: int
) -> None:
    """Print what is behind the ports; ``header`` is the header's length."""
    seq, ack, flags, window, found, urgent = _FIELDS(data, at + 4)
    text.add(f"Flags [{FLAGS[flags]}]")
    theirs = 0
    if flags & ACK and not text.style.absolute:
        mine, theirs, known = conversation(text, around, data[at : at + 4], seq, ack, flags)
        if known:
            seq, ack = (seq - mine) & _MOST, (ack - theirs) & _MOST
    if header > length:
        text.add(f" [bad hdr length {header} - too long, > {length}]")
        return
    whole = at + length <= len(data)
    if text.style.verbose and text.style.checksums and not around.fragmented and whole:
        wrong = checksum(around.pseudo(6, length), data[at : at + length])
        right = f"(incorrect -> 0x{should_be(found, wrong):04x})" if wrong else "(correct)"
        text.add(f", cksum 0x{found:04x} {right}")
    size = length - header
    text.add(_numbers(flags, seq, size, ack, window, urgent, text.style.verbose > 1))
    if header > 20 and not _options(text, data, at + 20, header - 20, theirs, flags, whole):
        return
    text.add(f", length {size}")
    if size:
        if at + header > len(data):
            text.add(f" [remaining caplen({len(data) - at}) < header length({header})]")
            raise Truncated
        _payload(text, data, at + header, size, sport, dport, flags)


def _numbers(flags: int, seq: int, size: int, ack: int, window: int, urgent: int, always: bool) -> str:
    """Return the sequence numbers (where they say nothing, only if ``always``), the window, and the urgent pointer."""
    shown = f", win {window}"
    if flags & ACK:
        shown = f", ack {ack}{shown}"
    if size:
        shown = f", seq {seq}:{(seq + size) & _MOST}{shown}"
    elif always or flags & (SYN | FIN | RST):
        shown = f", seq {seq}{shown}"
    return f"{shown}, urg {urgent}" if flags & URG else shown


def conversation(text: Text, around: Around, ports: bytes, seq: int, ack: int, flags: int) -> tuple[int, int, bool]:
    """Return the numbers that this side's and the other side's sequence numbers count from.

    False comes with them when this segment is the first that was seen, or sets them anew (SYN): its own numbers are
    printed as they are.
    """
    source, destination = around.source, around.shown
    low, high = ports[:2], ports[2:]
    turned = low > high or (low == high and source > destination)
    key = destination + source + high + low if turned else source + destination + ports
    known = text.conversations
    entry = known.get(key)
    if entry is None or flags & SYN:
        text.renewed = text.renewed or entry is not None
        if entry is None and len(known) >= CONVERSATIONS:
            del known[next(iter(known))]
            text.renewed = True
        mine, theirs = seq, (ack - 1) & _MOST
        known[key] = (theirs, mine) if turned else (mine, theirs)
        return mine, theirs, False
    return (entry[1], entry[0], True) if turned else (entry[0], entry[1], True)


def _options(text: Text, data: bytes, at: int, left: int, base: int, flags: int, whole: bool) -> bool:
    """Print the options; return whether they could be read."""
    text.add(", options [")
    between = ""
    while left > 0:
        text.add(between)
        try:
            size, shown = _option(data, at, left, base, flags, whole)
        except _Bad as error:
            text.add(f"{error}[bad opt]")
            text.add("]" if between else "")
            return False
        except _Short as error:
            text.add(str(error))
            text.truncated()
            text.add(">" if between else "")
            return False
        text.add(shown)
        if data[at] == _MPTCP:
            text.protocol = "mptcp"  # so it stays: an option behind this one that is cut is called [|mptcp]
        at += size
        left -= size
        between = ","
        if shown == "eol":
            break
    text.add("]")
    return True


class _Bad(Exception):
    """An option whose length cannot be."""


class _Short(Exception):
    """An option that was not captured whole."""


def _option(data: bytes, at: int, left: int, base: int, flags: int, whole: bool) -> tuple[int, str]:
    kind = data[at]
    name = _OPTIONS.get(kind, f"unknown-{kind}")
    if kind < 2:
        return 1, name
    size = data[at + 1]
    if size < 2 or size > left:
        raise _Bad
    have = _SIZES.get(kind, size - 2)
    if have > left - 2:
        raise _Bad(name)
    value = data[at + 2 : at + 2 + have]
    if kind == 5 and have % 8:
        return size, f"{name} invalid sack"
    if len(value) < have:
        raise _Short(name + _part(kind, value, have, base))
    text = name + _shown(kind, value, base, flags, whole)
    if have + 2 != size:
        text += f"[len {size}]"
    return have + 2, text


def _part(kind: int, value: bytes, size: int, base: int) -> str:
    """Return what is printed of an option of which these bytes were captured, and ``size`` are there."""
    if kind == 5:
        return _sack(value[: len(value) // 8 * 8], size, base)
    if kind == 29 and size >= 2:
        return f" keyid {value[0]} rnextkeyid {value[1]} mac 0x{value[2:].hex()}" if len(value) >= 2 else ""
    return f" 0x{value.hex()}" if kind not in _OPTIONS else ""


def _shown(kind: int, value: bytes, base: int, flags: int, whole: bool) -> str:
    """Return the text of an option's value."""
    show = _VALUES.get(kind)
    if show is not None:
        return show(value)
    if kind == 5:
        return _sack(value, len(value), base)
    if kind == 19:
        why = "shared secret not supplied with -M" if whole else "snaplen too short"
        return f" {why}, can't check - {value.hex()}"
    if kind == _MPTCP:
        return _multipath(value, flags)
    return f" 0x{value.hex()}" if value else ""


def _number(value: bytes) -> str:
    return f" {int.from_bytes(value, 'big')}"


def _timestamps(value: bytes) -> str:
    return f" val {U32(value, 0)[0]} ecr {U32(value, 4)[0]}"


def _capabilities(value: bytes) -> str:
    return f" cap {value[0]:02x} id {value[1]}"


def _timeout(value: bytes) -> str:
    """Return a user timeout in seconds (RFC 5482): the first bit tells minutes."""
    number = U16(value, 0)[0]
    return f" 0x{number:x} {(number >> 1) * 60 if number & 1 else number >> 1}"


def _multipath(value: bytes, flags: int) -> str:
    from netscope.dissect.tcpdumptext.mptcp import mptcp

    shown, right = mptcp(value, flags)
    if not right:
        raise _Bad(f"mptcp{shown}")
    return shown


def _sack(value: bytes, size: int, base: int) -> str:
    """Return how many blocks ``size`` bytes of selective acknowledgement have, and those of them that are there."""
    edges = [U32(value, place)[0] for place in range(0, len(value), 4)]
    pairs = [f"{{{(edges[n] - base) & _MOST}:{(edges[n + 1] - base) & _MOST}}}" for n in range(0, len(edges), 2)]
    return f" {size // 8} {''.join(pairs)}"


def _cookie(value: bytes) -> str:
    if not value:
        return " cookiereq"
    if len(value) % 2 or not 4 <= len(value) <= 16:
        return " (invalid)"
    return f" cookie {value.hex()}"


def _fast_open(value: bytes) -> str:
    return f" {_cookie(value)}"


def _authentication(value: bytes) -> str:
    if len(value) < 2:
        return " (invalid)"
    mac = f" mac 0x{value[2:].hex()}" if len(value) > 2 else ""
    return f" keyid {value[0]} rnextkeyid {value[1]}{mac}"


def _experiment(value: bytes) -> str:
    if len(value) < 2:
        raise _Bad("exp")
    magic = U16(value, 0)[0]
    if magic == 0xF989:
        return "-tfo" + _cookie(value[2:])
    return f"-{magic:04x}"


# Those whose text needs nothing but their value.
_VALUES: dict[int, Callable[[bytes], str]] = {
    2: _number, 3: _number, 4: lambda _value: "", 6: _number, 7: _number, 8: _timestamps, 11: _number, 12: _number,
    13: _number, 20: _capabilities, 28: _timeout, 29: _authentication, 34: _fast_open, 254: _experiment,
}  # fmt: skip


def _payload(text: Text, data: bytes, at: int, length: int, sport: int, dport: int, flags: int) -> None:
    if flags & RST and text.style.verbose:
        captured = data[at : at + length]
        mark = "RST" if len(captured) == length else "!RST"
        text.add(f" [{mark}{'+' if length > _RST_TEXT else ''} {safe(captured[:_RST_TEXT])}]")
        return
    for port in (sport, dport):
        if port in (53, 5353):
            from netscope.dissect.tcpdumptext.domain import domain

            domain(text, data, at, length, tcp=True)
            return
    from netscope.dissect.tcpdumptext import lines

    if 22 in (sport, dport):
        lines.ssh(text, data, at, length)
        return
    if 23 in (sport, dport):
        from netscope.dissect.tcpdumptext.telnet import telnet

        telnet(text, data, at, length)
        return
    for port, name in _LINES.items():
        if port in (sport, dport):
            text.add(": ")
            lines.spoken(text, data, at, length, name)
            return


__all__ = ["FLAGS", "SPOKEN", "Truncated", "conversation", "tcp"]
