"""The options of TCP: RFC 9293, 7323 (scale, timestamps), 2018 and 2883 (SACK), 7413 (Fast Open), 2385 (MD5),
5925 (AO), 5482 (user timeout), 8684 (Multipath)."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

from netscope.core.typed import Iterator
from netscope.dissect.model import BROKEN, Field
from netscope.dissect.spec import Spec
from netscope.dissect.tree import Tree

NOP, MSS, SCALE, SACK_PERMITTED, SACK, STAMPS = 1, 2, 3, 4, 5, 8
_KINDS = {
    0: "End of Option List", 1: "No-Operation", 2: "Maximum Segment Size", 3: "Window Scale", 4: "SACK Permitted",
    5: "SACK", 6: "Echo", 7: "Echo Reply", 8: "Time Stamp Option", 9: "Partial Order Connection Permitted",
    10: "Partial Order Service Profile", 11: "CC", 12: "CC.NEW", 13: "CC.ECHO", 14: "TCP Alternate Checksum Request",
    15: "TCP Alternate Checksum Data", 19: "MD5 Signature Option", 27: "Quick-Start Response",
    28: "User Timeout Option",
    29: "The TCP Authentication Option", 30: "Multipath TCP", 34: "TCP Fast Open Cookie",
    253: "RFC3692-style Experiment 1", 254: "RFC3692-style Experiment 2",
}  # fmt: skip
_OPTIONS = {
    0: ("eol", "End of Option List (EOL)"), 1: ("nop", "No-Operation (NOP)"), 2: ("mss", "Maximum segment size"),
    3: ("wscale", "Window scale"), 4: ("sack_perm", "SACK permitted"), 5: ("sack", "SACK"), 8: ("timestamp",
    "Timestamps"),
    19: ("md5", "TCP MD5 signature"), 28: ("user_to", "User Timeout"), 29: ("ao", "TCP AO"), 30: ("mptcp",
    "Multipath TCP"),
    34: ("tfo", "TCP Fast Open"), 253: ("experimental", "Experimental"), 254: ("experimental", "Experimental"),
}  # fmt: skip
_ALL = Spec("tcp.options", "Options", "bytes")
_SPECS = {
    kind: Spec(f"tcp.options.{name}", f"TCP Option - {label}", "bytes") for kind, (name, label) in _OPTIONS.items()
}
_UNKNOWN = Spec("tcp.options.unknown", "TCP Option - Unknown", "bytes")
_KIND, _LENGTH = Spec("tcp.option_kind", "Kind", "u8", names=_KINDS), Spec("tcp.option_len", "Length", "u8")
_MSS = Spec("tcp.options.mss_val", "MSS Value", "u16")
_SHIFT = Spec("tcp.options.wscale.shift", "Shift count", "u8")
_MULTIPLIER = Spec("tcp.options.wscale.multiplier", "Multiplier", "u16")
_VALUE = Spec("tcp.options.timestamp.tsval", "Timestamp value", "u32")
_ECHO = Spec("tcp.options.timestamp.tsecr", "Timestamp echo reply", "u32")
_LEFT, _RIGHT = (
    Spec("tcp.options.sack_le", "TCP SACK Left Edge", "u32"),
    Spec("tcp.options.sack_re", "TCP SACK Right Edge", "u32"),
)
_COUNT = Spec("tcp.options.sack.count", "TCP SACK Count", "u8")
_DIGEST = Spec("tcp.options.md5.digest", "MD5 digest", "bytes")
_KEY, _NEXT_KEY = (
    Spec("tcp.options.ao.keyid", "AO KeyID", "u8"),
    Spec("tcp.options.ao.rnextkeyid", "AO RNextKeyID", "u8"),
)
_MAC = Spec("tcp.options.ao.mac", "AO MAC", "bytes")
_GRANULARITY = Spec("tcp.options.user_to_granularity", "Granularity", "b16", 0x8000, ("Minutes", "Seconds"))
_TIMEOUT = Spec("tcp.options.user_to_val", "User Timeout", "u16", 0x7FFF)
_REQUEST = Spec("tcp.options.tfo.request", "Fast Open Cookie Request", "none")
_COOKIE = Spec("tcp.options.tfo.cookie", "Fast Open Cookie", "bytes")
_EXPERIMENT = Spec("tcp.options.experimental.exid", "Experiment Identifier", "u16x")
_EXPERIMENTAL = Spec("tcp.options.experimental.data", "Data", "bytes")
_PAYLOAD = Spec("tcp.options.unknown.payload", "Payload", "bytes")


def gist(data: bytes, at: int, end: int) -> tuple[int | None, int]:
    """Return the window scale (None without one), and how many bytes SACK says have come (in three ranges at most)."""
    if end - at == 12 and data[at : at + 4] == b"\x01\x01\x08\x0a":
        return None, 0  # two of nothing and time stamps, as nearly all have
    scale: int | None = None
    sacked = 0
    for kind, place, size in _each(data, at, end):
        if kind == SCALE and size == 3:
            scale = min(data[place + 2], 14)
        elif kind == SACK:
            sacked += sum(right - left & 0xFFFFFFFF for left, right in islice(_edges(data, place, size), 3))
    return scale, sacked


def listing(data: bytes, at: int, end: int, base: int) -> str:
    """Return what the list's line says of the options. ``base`` makes the edges of SACK relative."""
    if end - at == 12 and data[at : at + 4] == b"\x01\x01\x08\x0a" and end <= len(data):
        return (
            f" TSval={int.from_bytes(data[at + 4 : at + 8], 'big')} TSecr={int.from_bytes(data[at + 8 : end], 'big')}"
        )
    return "".join([_listed(data, kind, place, size, base) for kind, place, size in _each(data, at, end)])


def _each(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of each option that has a size."""
    end = min(end, len(data))
    while at < end:
        kind = data[at]
        if kind < 2:
            at += 1
            continue
        size = data[at + 1] if at + 1 < end else 0
        if size < 2 or at + size > end:
            return
        yield kind, at, size
        at += size


def _edges(data: bytes, at: int, size: int) -> Iterator[tuple[int, int]]:
    for place in range(at + 2, at + size - 7, 8):
        yield int.from_bytes(data[place : place + 4], "big"), int.from_bytes(data[place + 4 : place + 8], "big")


def _listed(data: bytes, kind: int, at: int, size: int, base: int) -> str:
    if kind == STAMPS and size == 10:
        value, echo = int.from_bytes(data[at + 2 : at + 6], "big"), int.from_bytes(data[at + 6 : at + 10], "big")
        return f" TSval={value} TSecr={echo}"
    if kind == MSS and size == 4:
        return f" MSS={data[at + 2] << 8 | data[at + 3]}"
    if kind == SACK:
        edges = [(left - base & 0xFFFFFFFF, right - base & 0xFFFFFFFF) for left, right in _edges(data, at, size)]
        return "".join([f" SLE={left} SRE={right}" for left, right in edges])
    if kind == SCALE and size == 3:
        return f" WS={1 << min(data[at + 2], 14)}"
    if kind == 34:
        return " TFO=R" if size == 2 else " TFO=C"
    if kind == 28 and size == 4:
        return f" USER_TO={(data[at + 2] << 8 | data[at + 3]) & 0x7FFF}"
    if kind in (253, 254) and size >= 4:
        return f" ExID={data[at + 2] << 8 | data[at + 3]:x}"
    return {SACK_PERMITTED: " SACK_PERM", 19: " MD5", 29: "TCP AO"}.get(kind, "")


def tree(data: bytes, start: int, end: int, buffer: int, base: int = 0) -> Field:
    """Return the options between two places, as far as they make sense. ``base`` makes the edges of SACK relative."""
    if end - start == 12 and data[start : start + 4] == b"\x01\x01\x08\x0a" and end <= len(data):
        return _stamped(data, start, buffer)
    items: list[Field] = []
    made = Tree(data, end, buffer, items)
    names: list[str] = []
    try:
        _walk(made, start, end, names, base)
    except BROKEN:
        names.append("malformed")
    raw = data[start : min(end, len(data))]
    text = f"Options: ({end - start} bytes)" + "".join(f", {name}" for name in names)
    return _ALL.field(raw, start, end - start, buffer, text=text, children=tuple(items))


@lru_cache(maxsize=256)
def _two_nops(start: int, buffer: int) -> tuple[Field, ...]:
    return tuple(
        _SPECS[NOP].field(b"\x01", at, 1, buffer, text=_SPECS[NOP].label, children=(_KIND.field(NOP, at, 1, buffer),))
        for at in (start, start + 1)
    )


@lru_cache(maxsize=256)
def _head(at: int, buffer: int) -> tuple[Field, ...]:
    return _KIND.field(STAMPS, at, 1, buffer), _LENGTH.field(10, at + 1, 1, buffer)


def _stamped(data: bytes, start: int, buffer: int) -> Field:
    """Return the options that nearly all segments have: two of nothing, then the time stamps."""
    at = start + 2
    value, echo = int.from_bytes(data[at + 2 : at + 6], "big"), int.from_bytes(data[at + 6 : at + 10], "big")
    spec = _SPECS[STAMPS]
    below = (
        *_head(at, buffer),
        _VALUE.field(value, at + 2, 4, buffer), _ECHO.field(echo, at + 6, 4, buffer),
    )  # fmt: skip
    text = f"{spec.label}: TSval {value}, TSecr {echo}"
    raw = data[start : start + 12]
    stamps = spec.field(raw[2:], at, 10, buffer, text=text, show=raw[2:].hex(":"), children=below)
    text = "Options: (12 bytes), No-Operation (NOP), No-Operation (NOP), Timestamps"
    children = (*_two_nops(start, buffer), stamps)
    return _ALL.field(raw, start, 12, buffer, text=text, show=raw.hex(":"), children=children)


def _walk(made: Tree, at: int, end: int, names: list[str], base: int) -> None:
    while at < end:
        kind = made.uint(at, 1)
        spec = _SPECS.get(kind, _UNKNOWN)
        label = spec.label.removeprefix("TCP Option - ")
        if kind < 2:
            names.append(label)
            with made.node(spec, at, 1, text=spec.label):
                made.add(_KIND, at)
            at += 1
            continue
        size = made.uint(at + 1, 1)
        if size < 2:
            return
        made.need(at, size)
        names.append(label)
        with made.node(spec, at, size, text=spec.label) as node:
            made.add(_KIND, at)
            made.add(_LENGTH, at + 1)
            told = _body(made, kind, at, size, base)
            if told:
                node.text(f"{spec.label}{told}")
        at += size


def _body(made: Tree, kind: int, at: int, size: int, base: int) -> str:
    """Add what an option says; return what goes into its line."""
    if kind == MSS and size == 4:
        return f": {made.add(_MSS, at + 2)} bytes"
    if kind == SCALE and size == 3:
        shift = min(made.add(_SHIFT, at + 2), 14)
        made.made(_MULTIPLIER, 1 << shift, at + 2, 1)
        return f": {shift} (multiply by {1 << shift})"
    if kind == STAMPS and size == 10:
        return f": TSval {made.add(_VALUE, at + 2)}, TSecr {made.add(_ECHO, at + 6)}"
    if kind == SACK:
        return _sack(made, at, size, base)
    return _rare(made, kind, at, size)


def _rare(made: Tree, kind: int, at: int, size: int) -> str:
    if kind == 19 and size > 2:
        made.add(_DIGEST, at + 2, size - 2)
    elif kind == 29 and size >= 4:
        made.add(_KEY, at + 2)
        made.add(_NEXT_KEY, at + 3)
        if size > 4:
            made.add(_MAC, at + 4, size - 4)
    elif kind == 28 and size == 4:
        made.bits(at + 2, 2, _GRANULARITY, _TIMEOUT)
    elif kind == 34:
        if size == 2:
            made.add(_REQUEST, at, 2)
            return ": Cookie Request"
        made.add(_COOKIE, at + 2, size - 2)
    elif kind in (253, 254) and size >= 4:
        made.add(_EXPERIMENT, at + 2)
        if size > 4:
            made.add(_EXPERIMENTAL, at + 4, size - 4)
    elif kind == 30 and size >= 3:
        from netscope.dissect.mptcp import option

        return option(made, at, size)
    elif kind not in _OPTIONS and size > 2:
        made.add(_PAYLOAD, at + 2, size - 2)
    return ""


def _sack(made: Tree, at: int, size: int, base: int) -> str:
    told = ""
    blocks = 0
    for place in range(at + 2, at + size - 7, 8):
        left, right = made.uint(place, 4) - base & 0xFFFFFFFF, made.uint(place + 4, 4) - base & 0xFFFFFFFF
        note = " (relative)" if base else ""
        made.add(_LEFT, place, 4, left, text=f"left edge = {left}{note}")
        made.add(_RIGHT, place + 4, 4, right, text=f"right edge = {right}{note}")
        told += f" {left}-{right}"
        blocks += 1
    made.made(_COUNT, blocks, at, 0)
    return told
