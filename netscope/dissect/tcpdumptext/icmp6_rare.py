"""ICMPv6 that is met rarely: router renumbering (RFC 2894), node information (4620), RPL (6550)."""

from __future__ import annotations

from struct import error as StructError  # noqa: N812

from netscope.dissect.tcpdumptext.hexdump import hexadecimal
from netscope.dissect.tcpdumptext.names import bits, ip4, ip6
from netscope.dissect.tcpdumptext.text import U16, U32, Text, Truncated, need, safe, take

_RESULTS = {0: "command", 1: "result", 255: "sequence number reset"}
_RENUMBERING = ((0x80, "T"), (0x40, "R"), (0x20, "A"), (0x10, "S"), (0x08, "P"))
_CHANGES = {1: "add", 2: "change", 3: "setglobal"}
_USE = ((0x20, "V"), (0x10, "P"))
# Of addresses of a node: anycast, global, site-local, link-local, IPv4-compatible, all, and that some were left out.
_KINDS = ((0x40, "a"), (0x20, "G"), (0x10, "S"), (0x08, "L"), (0x04, "C"), (0x02, "A"), (0x01, "T"))
_STORING = {0: "nonstoring", 1: "storing", 2: "nonstoring-multicast", 3: "storing-multicast"}
_SUBOPTIONS = {
    1: "padN", 2: "metrics", 3: "routinginfo", 4: "config", 5: "rpltarget", 6: "transitinfo", 8: "destprefix",
    9: "rpltargetdesc",
}  # fmt: skip


def renumbering(text: Text, data: bytes, at: int, _end: int) -> None:
    """Print a message to routers, to change their prefixes. Raises Truncated."""
    need(data, at, 16)
    code, verbose = data[at + 1], text.style.verbose
    text.add(f", {_RESULTS.get(code) or f'code-#{code}'}, seq={U32(data, at + 4)[0]}")
    if verbose:
        flags, reserved = data[at + 9], U32(data, at + 12)[0]
        shown = f"{bits(flags, _RENUMBERING, '', '')}," if flags else ""
        more = f"rsvd=0x{reserved:x}" if reserved else ""
        text.add(f"[{shown}seg={data[at + 8]},maxdelay={U16(data, at + 10)[0]}{more}]")
    if code:
        return
    lead = "\n\t" if verbose > 1 else " "
    need(data, at + 16, 24)
    change, size, order, length, least, most = data[at + 16 : at + 22]
    limits = f",ord={order},min={least},max={most}" if verbose else ""
    text.add(f"{lead}match({_CHANGES.get(change) or f'#{change}'}{limits},{ip6(data[at + 24 : at + 40])}/{length})")
    if (size - 3) % 4:
        raise Truncated
    for place in range(at + 40, at + 40 + 32 * ((size - 3) // 4), 32):
        text.add(f"{lead}use({_prefix(take(data, place, 32), verbose)})")


def _prefix(use: bytes, verbose: int) -> str:
    """Return a prefix that is to be used."""
    flags = use[12]
    shown = f"{'V' if flags & 0x80 else ''}{'P' if flags & 0x40 else ''}," if flags else ""
    if verbose:
        valid, preferred = ("infty" if time == 0xFFFFFFFF else str(time) for time in (U32(use, 4)[0], U32(use, 8)[0]))
        shown += f"mask=0x{use[2]:x},raflags=0x{use[3]:x},vltime={valid},pltime={preferred},"
    return f"{shown}{ip6(use[16:32])}/{use[0]}/{use[1]}"


def node_query(text: Text, data: bytes, at: int, end: int) -> None:
    """Print what is asked of a node. Raises Truncated."""
    size = min(end, len(data)) - at
    if size == 12:
        text.add(" who-are-you request")
        return
    text.add(" node information query")
    need(data, at, 16)
    kind, flags = U16(data, at + 4)[0], U16(data, at + 6)[0]
    text.add(f" ({_asked(kind, flags & ~1 if kind == 3 else flags, bool(flags))}")
    if kind < 2:
        text.add(", invalid len" if size != 16 and text.style.verbose else "")
    elif size == 16:
        text.add(", 03 draft")
    else:
        text.add(_subject(text, data[at + 1], data[at + 16 : at + size]))
    text.add(")")


def _asked(kind: int, flags: int, marked: bool) -> str:
    """Return what is asked, or answered."""
    if kind == 1:
        return "supported qtypes" + (f" [{'C' if flags & 1 else ''}]" if marked else "")
    if kind == 3:
        return "node addresses" + (f" [{bits(flags, _KINDS, '', '')}]" if marked else "")
    return {0: "noop", 2: "DNS name"}.get(kind, "unknown")


def _subject(text: Text, code: int, raw: bytes) -> str:
    """Return whom a question is about."""
    if code == 1:
        return ", subject=DNS name" + _host(text, raw)
    size = {0: 16, 2: 4}.get(code)
    if size is None:
        return ", unknown subject"
    if len(raw) < size:
        return ""
    if len(raw) > size:
        return ", invalid subject len" if text.style.verbose else ""
    return f", subject={ip6(raw) if code == 0 else ip4(raw)}"


def _host(text: Text, raw: bytes) -> str:
    """Return a name, as DNS has it or, in an older draft, behind its length."""
    if raw[0] == len(raw) - 1:
        return (", 03 draft" if text.style.verbose else "") + f', "{safe(raw[1:])}"'
    shown, place = "", 0
    while place < len(raw):
        size = raw[place]
        place += 1
        if not size:
            whole = place == len(raw)
            shown += "." if whole else "" if raw[place:] == b"\0" else "???"
            break
        if size > len(raw) - place:
            shown += "???"
            break
        shown += safe(raw[place : place + size])
        place += size
        shown += "." if place + 1 < len(raw) and raw[place] else ""
    return f', "{shown}"'


def node_reply(text: Text, data: bytes, at: int, end: int) -> None:
    """Print what a node tells of itself. Raises Truncated."""
    need(data, at, max(16, end - at))
    text.add(" node information reply (")
    code, kind, flags = data[at + 1], U16(data, at + 4)[0], U16(data, at + 6)[0]
    verbose, rest = text.style.verbose, data[at + 16 : end]
    if code:
        wrong = ", invalid length" if rest and verbose and code < 3 else ""
        text.add({1: "refused", 2: "unknown"}.get(code, "") + wrong + ")")
        return
    text.add("success, " if verbose else "")
    if kind == 3:
        found = "".join(
            f" {ip6(rest[place + 4 : place + 20])}({U32(rest, place)[0]})" for place in range(0, len(rest) - 19, 20)
        )
        text.add(f"node addresses{found}" + (f" [{bits(flags, _KINDS, '', '')}]" if flags else ""))
    else:
        text.add(_asked(kind, flags, bool(flags)))
        if kind == 2:
            if len(rest) < 5:
                raise StructError("there is no name")
            text.add(_host(text, rest[4:]) + (f" [TTL={U32(rest, 0)[0]}]" if flags & 1 else ""))
        elif kind == 0 and rest and verbose:
            text.add(", invalid length")
    text.add(")")


def rpl(text: Text, data: bytes, at: int, end: int) -> None:
    """Print a message of the routing protocol for low-power networks."""
    code, verbose = data[at + 1], text.style.verbose
    if code & 0x80:
        text.add(", (SEC) [worktodo]")
        return
    text.add(", (CLR)")
    body, length = at + 4, end - at - 4
    if code == 0:
        text.add("DODAG Information Solicitation")
    elif code == 1:
        text.add("DODAG Information Object")
        if verbose:
            _information(text, data, body, length)
    elif code in (2, 3):
        text.add("Destination Advertisement Object" + (" Ack" if code == 3 else ""))
        if verbose:
            _advertisement(text, data, body, length, acknowledged=code == 3)
    else:
        text.add(f"RPL message, unknown code {code}")


def _information(text: Text, data: bytes, at: int, length: int) -> None:
    if length < 24:
        text.add(f" [length {length} < 24]")
        text.invalid()
        return
    need(data, at, 24)
    mode = data[at + 4]
    storing = mode >> 3 & 7
    text.add(
        f" [dagid:{ip6(data[at + 8 : at + 24])},seq:{data[at + 5]},instance:{data[at]},rank:{U16(data, at + 2)[0]},"
        f"{'grounded,' if mode & 0x80 else ''}mop:{_STORING.get(storing) or f'mop{storing}'},prf:{mode & 7}]"
    )
    _suboptions(text, data, at + 24, at + length)


def _advertisement(text: Text, data: bytes, at: int, length: int, *, acknowledged: bool) -> None:
    if at + (4 if acknowledged else 20) > len(data):
        text.truncated()
        return
    named_, size = data[at + 1] & (0x80 if acknowledged else 0x40), 4
    if length < (20 if named_ else 4):
        text.add(" [|dao-length too short]" if acknowledged else " [|length too short]")
        return
    shown = "<elided>"
    if named_:
        if at + 20 > len(data):
            text.truncated()
            return
        shown, size = ip6(data[at + 4 : at + 20]), 20
    flags = data[at + 1]
    if acknowledged:
        text.add(f" [dagid:{shown},seq:{data[at + 2]},instance:{data[at]},status:{data[at + 3]}]")
    else:
        marks = f"{',acK' if flags & 0x80 else ''}{',Dagid' if flags & 0x40 else ''}"
        text.add(f" [dagid:{shown},seq:{data[at + 3]},instance:{data[at]}{marks},{flags:02x}]")
    _suboptions(text, data, at + size, at + length)


def _suboptions(text: Text, data: bytes, at: int, end: int) -> None:
    if text.style.verbose < 2:
        return
    while at < end:
        kind = data[at]
        if kind == 0:
            text.add(" opt:pad1")
            at += 1
            continue
        if at + 2 > end:
            text.truncated()
            return
        size = data[at + 1] + 2
        text.add(f" opt:{_SUBOPTIONS.get(kind) or f'subopt:{kind}'} len:{size} ")
        if at + size > min(end, len(data)):
            text.truncated()
            return
        if text.style.verbose > 2:
            text.add(hexadecimal(data[at + 2 : at + size], " "))
        at += size
