"""IGMP, versions 1 to 3 (RFC 9776)."""

from __future__ import annotations

from netscope.core.typed import Callable
from netscope.dissect.tcpdumptext.around import Around
from netscope.dissect.tcpdumptext.names import checksum, ip4, named, span
from netscope.dissect.tcpdumptext.text import U16, Text, need, take

RECORDS = {1: "is_in", 2: "is_ex", 3: "to_in", 4: "to_ex", 5: "allow", 6: "block"}
_REPORTS = {0x12: "v1 report", 0x16: "v2 report", 0x17: "leave"}
_DVMRP = {
    1: "Probe", 2: "Report", 3: "Ask-neighbors", 4: "Neighbors", 5: "Ask-neighbors2", 6: "Neighbors2", 7: "Prune",
    8: "Graft", 9: "Graft-ACK",
}  # fmt: skip


def igmp(text: Text, data: bytes, at: int, length: int, around: Around) -> None:
    """Print a message."""
    text.protocol = "igmp"
    if text.style.quiet:
        text.add("igmp")
        return
    _message(text, data, at, length)
    if text.style.verbose and length >= 4 and at + length <= len(data):
        wrong = checksum(data[at : at + length])
        if wrong:
            text.add(f" bad igmp cksum {U16(data, at + 2)[0]:x}!")


def _message(text: Text, data: bytes, at: int, length: int) -> None:
    kind = data[at]
    if kind == 0x11:
        text.add("igmp query")
        (_query3 if length >= 12 else _query)(text, data, at, length)
    elif kind in _REPORTS:
        text.add(f"igmp {_REPORTS[kind]} {ip4(take(data, at + 4, 4))}")
        if kind == 0x12 and length != 8:
            text.add(f" [len {length}]")
    elif kind == 0x22:
        text.add("igmp v3 report")
        _report3(text, data, at, length)
    elif kind == 0x13:
        text.protocol = "dvmrp"
        text.add("igmp dvmrp")
        if length < 8:
            text.add(f" [len {length}]")
        else:
            code = data[at + 1]
            text.add(f" {_DVMRP[code]}" if code in _DVMRP else f" [type {code}]")
    elif kind in (0x1E, 0x1F):
        _traced(text, data, at, length, "mresp" if kind == 0x1E else "mtrace")
    else:
        text.add("igmp pimv1" if kind == 0x14 else f"igmp-{kind}")


def _traced(text: Text, data: bytes, at: int, length: int, name: str) -> None:
    """Print a multicast traceroute's question, or what is answered."""
    if length < 24:
        text.add(f" [invalid len {length}]")
        return
    number = int.from_bytes(take(data, at + 21, 3), "big")
    source, destination, back = (ip4(take(data, at + place, 4)) for place in (8, 12, 16))
    text.add(f"{name} {number}: {source} to {destination} reply-to {back}")


def _query(text: Text, data: bytes, at: int, _length: int) -> None:
    most = data[at + 1]
    text.add(" v2" if most else " v1")
    if most and most != 100:
        text.add(f" [max resp time {most}]")
    need(data, at, 8)
    if any(data[at + 4 : at + 8]):
        text.add(f" [gaddr {ip4(data[at + 4 : at + 8])}]")


def _query3(text: Text, data: bytes, at: int, length: int) -> None:
    text.add(" v3")
    code = data[at + 1]
    tenths = code if code < 128 else ((code & 15) | 16) << ((code >> 4 & 7) + 3)
    if tenths != 100:
        text.add(f" [max resp time {f'{tenths / 10:.1f}s' if tenths < 100 else span(tenths // 10)}]")
    group = take(data, at + 4, 4)
    if not any(group):
        return
    text.add(f" [gaddr {ip4(group)}")
    count = U16(data, at + 10)[0]
    if length < 12 + 4 * count:
        text.add(f" [invalid number of sources {count}]")
        return
    if count:
        sources(text, data, at + 12, count, 4, ip4)
    text.add("]")


def sources(text: Text, data: bytes, at: int, count: int, size: int, shown: Callable[[bytes], str]) -> None:
    """Print how many sources there are, with -vv each of them: addresses of ``size`` bytes. Raises Truncated."""
    if text.style.verbose > 1:
        text.add(" {" + "".join(f" {shown(take(data, at + size * n, size))}" for n in range(count)) + " }")
    else:
        text.add(f", {count} source(s)")


def _report3(text: Text, data: bytes, at: int, length: int) -> None:
    if length < 16:
        text.add(f" [invalid len {length}]")
        return
    records = U16(data, at + 6)[0]
    text.add(f", {records} group record(s)")
    if not text.style.verbose:
        return
    place = at + 8
    for _ in range(records):
        need(data, place, 8)
        kind, count = data[place], U16(data, place + 2)[0]
        text.add(f" [gaddr {ip4(data[place + 4 : place + 8])} {named(RECORDS, kind, ' [v3-report-#%u]')}")
        if length < place - at + 8 + 4 * count:
            text.add(f" [invalid number of sources {count}]")
            return
        sources(text, data, place + 8, count, 4, ip4)
        text.add("]")
        place += 8 + 4 * count
