"""Spanning trees: one for all (IEEE 802.1D, 802.1w), many (802.1s), and shortest path bridging (802.1aq)."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.names import bits, mac
from netscope.dissect.tcpdumptext.text import U16, U32, Text, need, safe, take

_VERSIONS = {0: "802.1d", 2: "802.1w", 3: "802.1s", 4: "802.1aq"}
_KINDS = {0x00: "Config", 0x02: "Rapid STP", 0x80: "Topology Change"}
_FLAGS = (
    (0x01, "Topology change"), (0x02, "Proposal"), (0x10, "Learn"), (0x20, "Forward"), (0x40, "Agreement"),
    (0x80, "Topology change ACK"),
)  # fmt: skip
_ROLES = ("Unknown", "Alternate", "Root", "Designated")
_BASE = 36  # bytes as far as the length of version 1
_TREES = 102  # where the instances of version 3 begin, and how many bytes it has at least
_TREE = 16
_INFO = 64  # bytes of version 3 before its instances
_PATHS = 87  # bytes of version 4, its length included


class _Invalid(Exception):
    """The lengths cannot be."""


def stp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a bridge protocol data unit."""
    text.protocol = "stp"
    try:
        _unit(text, data, at, length)
    except _Invalid:
        text.invalid()


def _unit(text: Text, data: bytes, at: int, length: int) -> None:
    if length < 4:
        raise _Invalid
    if U16(data, at)[0]:
        text.add(f"unknown STP version, length {length}")
        return
    version = data[at + 2]
    text.add(f"STP {_VERSIONS.get(version) or f'Unknown STP protocol (0x{version:02x})'}")
    if version not in _VERSIONS:
        return
    kind = data[at + 3]
    text.add(f", {_KINDS.get(kind) or f'Unknown BPDU Type (0x{kind:02x})'}")
    if kind == 0 or (kind == 2 and version == 2):
        if length < _BASE - (kind == 0):
            raise _Invalid
        _configuration(text, data, at, length, version)
    elif kind == 2 and version > 2:
        _many(text, data, at, length, version)


def _configuration(text: Text, data: bytes, at: int, length: int, version: int) -> None:
    flags = data[at + 4]
    text.add(f", Flags [{bits(flags, _FLAGS)}]")
    text.add(f", bridge-id {_bridge(data, at + 17)}.{U16(data, at + 25)[0]:04x}, length {length}")
    if not text.style.verbose:
        return
    text.add(_times(data, at))
    text.add(f"\n\troot-id {_bridge(data, at + 5)}, root-pathcost {U32(data, at + 13)[0]}")
    if version == 2:
        text.add(f", port-role {_ROLES[flags >> 2 & 3]}")


def _times(data: bytes, at: int) -> str:
    age, most, hello, delay = (U16(data, at + place)[0] / 256 for place in (27, 29, 31, 33))
    return f"\n\tmessage-age {age:.2f}s, max-age {most:.2f}s, hello-time {hello:.2f}s, forwarding-delay {delay:.2f}s"


def _bridge(data: bytes, at: int) -> str:
    return f"{U16(data, at)[0]:04x}.{mac(take(data, at + 2, 6))}"


def _digest(data: bytes, at: int, size: int) -> str:
    return take(data, at, size).hex()


def _many(text: Text, data: bytes, at: int, length: int, version: int) -> None:
    if length < _TREES or data[at + 35]:
        raise _Invalid
    size = U16(data, at + 36)[0] + 2
    if length < _BASE + size:
        raise _Invalid
    flags = data[at + 4]
    text.add(f", CIST Flags [{bits(flags, _FLAGS)}], length {length}")
    if text.style.verbose:
        _common(text, data, at, flags)
        _instances(text, data, at, size - 2)
    if version == 4:
        more = U16(data, at + _BASE + size)[0] + 2
        if length < _BASE + size + more or more < _PATHS:
            raise _Invalid
        if text.style.verbose:
            _shortest(text, data, at + _BASE + size)


def _common(text: Text, data: bytes, at: int, flags: int) -> None:
    """Print the common tree's part, as far as the first instance."""
    text.add(f"\n\tport-role {_ROLES[flags >> 2 & 3]}, ")
    text.add(f"CIST root-id {_bridge(data, at + 5)}, CIST ext-pathcost {U32(data, at + 13)[0]}")
    text.add(f"\n\tCIST regional-root-id {_bridge(data, at + 17)}, ")
    text.add(f"CIST port-id {U16(data, at + 25)[0]:04x},")
    text.add(_times(data, at))
    text.add(f"\n\tv3len {U16(data, at + 36)[0]}, ")
    text.add("MCID Name ")
    _name(text, data, at + 39)
    text.add(f", rev {U16(data, at + 71)[0]},\n\t\tdigest {_digest(data, at + 73, 16)}, ")
    text.add(f"CIST int-root-pathcost {U32(data, at + 89)[0]},")
    text.add(f"\n\tCIST bridge-id {_bridge(data, at + 93)}, ")
    text.add(f"CIST remaining-hops {data[at + 101]}")


def _name(text: Text, data: bytes, at: int) -> None:
    """Print the name of a configuration: 32 bytes, filled up with zeros."""
    word, _zero, _rest = data[at : at + 32].partition(b"\0")
    text.add(safe(word))
    need(data, at, min(len(word) + 1, 32))


def _instances(text: Text, data: bytes, at: int, size: int) -> None:
    for place in range(at + _TREES, at + _TREES + size - _INFO - _TREE + 1, _TREE):
        number = U16(data, place + 1)[0] & 0xFFF
        flags = data[place]
        text.add(f"\n\tMSTI {number}, Flags [{bits(flags, _FLAGS)}], port-role {_ROLES[flags >> 2 & 3]}")
        text.add(f"\n\t\tMSTI regional-root-id {_bridge(data, place + 1)}, pathcost {U32(data, place + 9)[0]}")
        bridge, port, hops = data[place + 13] >> 4, data[place + 14] >> 4, data[place + 15]
        text.add(f"\n\t\tMSTI bridge-prio {bridge}, port-prio {port}, hops {hops}")


def _shortest(text: Text, data: bytes, at: int) -> None:
    """Print what version 4 adds."""
    text.add(f"\n\tv4len {U16(data, at)[0]}, AUXMCID Name ")
    _name(text, data, at + 3)
    text.add(f", Rev {U16(data, at + 35)[0]},\n\t\tdigest {_digest(data, at + 37, 16)}")
    agreed, form, convention = data[at + 53], data[at + 55], data[at + 56]
    text.add(
        f"\n\tAgreement num {agreed >> 6}, Discarded Agreement num {agreed >> 4 & 3}, "
        f"Agreement valid-flag {agreed >> 3 & 1},\n\tRestricted role-flag: {agreed >> 2 & 1}, "
        f"Format id {form >> 4} cap {form}, Convention id {convention >> 4} cap {convention},"
        f"\n\tEdge count {U16(data, at + 57)[0]}, Agreement digest {_digest(data, at + 67, 20)}"
    )
