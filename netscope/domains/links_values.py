"""Decoders of the settings that links have: an attribute's bytes to the value that ``ip -j -d link`` prints."""

from __future__ import annotations

from struct import Struct

from netscope.core.host import Host
from netscope.core.typed import Any, Callable, NamedTuple
from netscope.domains.rtnl import USER_HZ, Interfaces, fixed, mac, network, number, prefixed, signed

AF_INET, AF_INET6 = 2, 10
OMIT: Any = object()


class Context(NamedTuple):
    """What a decoder may look up."""

    host: Host
    interfaces: Interfaces


Decoder = Callable[[bytes, Context], Any]
Table = tuple[tuple[int, str, Decoder], ...]
Found = dict[int, bytes]


def uint(value: bytes, _context: Context) -> int:
    """An unsigned integer."""
    return number(value)


def port(value: bytes, _context: Context) -> int:
    """An integer in network byte order."""
    return network(value)


def flag(value: bytes, _context: Context) -> bool:
    """True or False."""
    return bool(number(value))


def is_set(value: bytes, _context: Context) -> Any:
    """True, or nothing."""
    return True if number(value) else OMIT


def present(_value: bytes, _context: Context) -> bool:
    """The attribute's presence means True."""
    return True


def hexadecimal(value: bytes, _context: Context) -> str:
    """An integer as 0x... text."""
    return prefixed(number(value))


def hexadecimal_set(value: bytes, _context: Context) -> Any:
    """An integer as 0x... text, or nothing when it is 0."""
    return hex(number(value)) if number(value) else OMIT


def flow_label(value: bytes, _context: Context) -> Any:
    """A flow label in network byte order as 0x... text, or nothing when it is 0."""
    return hex(network(value)) if network(value) else OMIT


def device(value: bytes, context: Context) -> Any:
    """The name of the interface with that index, or nothing for index 0."""
    return context.interfaces.name(number(value)) if number(value) else OMIT


def hardware(value: bytes, _context: Context) -> str:
    """A link-layer address."""
    return mac(value)


def positive(value: bytes, _context: Context) -> Any:
    """An unsigned integer, or nothing when it is 0."""
    return number(value) or OMIT


def integer(value: bytes, _context: Context) -> int:
    """A signed integer."""
    return signed(value)


def timer(value: bytes, _context: Context) -> float:
    """Clock ticks as seconds."""
    return number(value) / USER_HZ


def choice(*words: str, other: str = "UNKNOWN") -> Decoder:
    """Return the decoder of an enumeration."""
    return lambda value, _context: words[number(value)] if number(value) < len(words) else other


def ether_type(value: bytes, _context: Context) -> str:
    """The name of a VLAN ethertype."""
    return {0x8100: "802.1Q", 0x88A8: "802.1ad"}.get(network(value), f"[{network(value)}]")


_BRIDGE_ID = Struct("=2s6s")


def bridge_id(value: bytes, _context: Context) -> str:
    """``8000.2:42:ac:11:0:2``: priority and address, without leading zeros (ether_ntoa(3))."""
    priority, own = fixed(_BRIDGE_ID, value)
    return f"{priority.hex()}." + ":".join(f"{byte:x}" for byte in own)


def read(table: Table, found: Found, context: Context) -> dict[str, Any]:
    """Return the keys of those attributes of a table that there are."""
    facts = {}
    for kind, name, decode in table:
        if kind in found:
            value = decode(found[kind], context)
            if value is not OMIT:
                facts[name] = value
    return facts
