"""What the rtnetlink topics share: requests, numbers, addresses and the shape of their records (rtnetlink(7)).

A record keeps what iproute2 prints as one JSON object in a mapping, ``facts``: the same keys, the same values, and an
absent key where ``ip -j`` prints none.
"""

from __future__ import annotations

import sys
from struct import Struct

from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.inet import AF_INET, AF_INET6, inet_ntop
from netscope.core.netlink import NETLINK_ROUTE, Malformed, attribute, attributes, messages, request, text
from netscope.core.record import Column, Kind, Names
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.typed import Any, Callable, Mapping, NamedTuple, Sequence

RTM_NEWLINK, RTM_GETLINK = 16, 18
RTM_NEWADDR, RTM_GETADDR = 20, 22
RTM_NEWROUTE, RTM_GETROUTE = 24, 26
RTM_NEWNEIGH, RTM_GETNEIGH = 28, 30
RTM_NEWRULE, RTM_GETRULE = 32, 34
RTM_NEWNEXTHOP, RTM_GETNEXTHOP = 104, 106

AF_PACKET = 17
AF_MPLS = 28
FAMILIES = {2: "inet", 10: "inet6", 17: "link", 28: "mpls", 7: "bridge", 128: "inet", 129: "inet6"}
QUERY_FAMILY = {0: 0, 4: AF_INET, 6: AF_INET6}

IFF_UP = 1
USER_HZ = 100  # the unit of times in rtnetlink (times(2)); 100 on every architecture Linux still has but Alpha

_IFINFOMSG = Struct("=BxHiII")  # family, type, index, flags, change
_IFLA_IFNAME = 3
_IFLA_EXT_MASK = 29
_SKIP_STATS = 8
_INTERFACES = request(
    RTM_GETLINK, bytes(_IFINFOMSG.size) + attribute(_IFLA_EXT_MASK, _SKIP_STATS.to_bytes(4, sys.byteorder))
)
_TUNNEL4 = frozenset({768, 776, 778})  # ARPHRD_TUNNEL, _SIT, _IPGRE: the link-layer address is an IPv4 address
_TUNNEL6 = frozenset({769, 823})  # ARPHRD_TUNNEL6, _IP6GRE

Facts = Mapping[str, Any]


class Interface(NamedTuple):
    """What other topics need of a link: its name, its ARPHRD_* type and its IFF_* flags."""

    name: str
    type: int
    flags: int


class Interfaces:
    """Interface names by index."""

    def __init__(self, found: Mapping[int, Interface]) -> None:
        self._found = found

    def name(self, index: int) -> str:
        """Return the name; ``if7`` for one that went away meanwhile and ``*`` for none, as iproute2 does."""
        found = self._found.get(index)
        if found is not None:
            return found.name
        return f"if{index}" if index else "*"

    def index(self, name: str) -> int | None:
        """Return the index of a name; None when there is no such interface."""
        return next((index for index, found in self._found.items() if found.name == name), None)

    def type(self, index: int) -> int:
        """Return the ARPHRD_* type, 0 when unknown."""
        found = self._found.get(index)
        return found.type if found is not None else 0

    def down(self, index: int) -> bool:
        """Tell whether the interface is there and not up."""
        found = self._found.get(index)
        return found is not None and not found.flags & IFF_UP


def interfaces(host: Host) -> Interfaces:
    """Read the names, types and flags of all interfaces."""
    found = {}
    for kind, payload in messages(host.dump(NETLINK_ROUTE, _INTERFACES)):
        if kind == RTM_NEWLINK:
            _family, arphrd, index, flags, _change = fixed(_IFINFOMSG, payload)
            name = text(attributes(payload, _IFINFOMSG.size).get(_IFLA_IFNAME, b""))
            found[index] = Interface(name, arphrd, flags)
    return Interfaces(found)


def fixed(layout: Struct, payload: bytes) -> tuple[Any, ...]:
    """Return the fields of a message's fixed part. Raises Malformed when it is too short."""
    if len(payload) < layout.size:
        raise Malformed(f"{len(payload)} bytes where {layout.size} are due")
    return layout.unpack_from(payload)


def number(value: bytes) -> int:
    """Return an unsigned integer attribute of whatever size it has."""
    return int.from_bytes(value, sys.byteorder)


def signed(value: bytes) -> int:
    """Return a signed integer attribute of whatever size it has."""
    return int.from_bytes(value, sys.byteorder, signed=True)


def network(value: bytes) -> int:
    """Return an unsigned integer attribute in network byte order."""
    return int.from_bytes(value, "big")


def prefixed(value: int) -> str:
    """Return an integer as printf's ``%#x`` has it: 0x1f, but 0."""
    return hex(value) if value else "0"


def address(family: int, value: bytes) -> str:
    """Return an address as inet_ntop(3) writes it; MPLS labels as ``100/200``. Raises Malformed for a wrong length."""
    if family in (AF_INET6, 129) and len(value) == 16:
        return inet_ntop(AF_INET6, value)
    if family in (AF_INET, 128) and len(value) == 4:
        return inet_ntop(AF_INET, value)
    if family == AF_MPLS and value and len(value) % 4 == 0:
        labels = [network(value[at : at + 4]) for at in range(0, len(value), 4)]
        last = next((at for at, label in enumerate(labels) if label & 0x100), len(labels) - 1)
        return "/".join(str(label >> 12) for label in labels[: last + 1])
    if family in (AF_INET, AF_INET6, AF_MPLS, 128, 129):
        raise Malformed(f"address of {len(value)} bytes in family {family}")
    return value.hex()


def mac(value: bytes, arphrd: int = 1) -> str:
    """Return a link-layer address: hexadecimal pairs, or the IP address that a tunnel has in its place."""
    if len(value) == 4 and arphrd in _TUNNEL4:
        return inet_ntop(AF_INET, value)
    if len(value) == 16 and arphrd in _TUNNEL6:
        return inet_ntop(AF_INET6, value)
    return value.hex(":")


def bits(family: int) -> int:
    """Return the length of an address of this family in bits, as a host route has it; -1 when unknown."""
    return {2: 32, 128: 32, 10: 128, 129: 128, 28: 20}.get(family, -1)


def dump(host: Host, message: bytes, kind: int) -> list[bytes]:
    """Return the payloads of all messages of one type in the kernel's answer."""
    return [payload for found, payload in messages(host.dump(NETLINK_ROUTE, message)) if found == kind]


def garbled(topic: str, error: Exception) -> Problem:
    """Return the problem that says that the kernel's answer could not be understood."""
    return Problem(
        f"some of the {topic}", f"malformed netlink message: {error}", "please report this kernel", partial=True
    )


def run_length(data: bytes, offset: int, length: int) -> int:
    """Return how many messages in a row from ``offset`` on have this length, which is a multiple of four.

    Where one ends on such a grid the next begins, so it is enough that the length fields on the grid agree.
    """
    field = data[offset : offset + 4]
    if data[offset + length : offset + length + 4] != field:
        return 1
    count = (len(data) - offset) // length
    for at in range(4):
        column = data[offset + at : offset + count * length : length]
        count = len(column) - len(column.lstrip(field[at : at + 1]))
    return count


def decoded(topic: str, payloads: Sequence[bytes], decode: Callable[[bytes], Any]) -> tuple[list[Any], list[Problem]]:
    """Decode each payload (a decoder returns None for what does not belong); what is malformed becomes a problem."""
    records: list[Any] = []
    problems: list[Problem] = []
    for payload in payloads:
        try:
            record = decode(payload)
        except Malformed as error:
            if not problems:
                problems.append(garbled(topic, error))
            continue
        if record is not None:
            records.append(record)
    return records, problems


def looked(host: Host, topic: str, records: Sequence[Any], problems: Sequence[Problem]) -> Snapshot:
    """Return the snapshot of a look that ends now."""
    return Snapshot(topic, records, tuple(problems), host.wall(), host.clock())


def guarded(topic: str, look: Callable[[], Snapshot]) -> Callable[[], Snapshot]:
    """Return ``look`` with an answer that cannot even be cut into messages turned into the NetscopeError
    that says so.
    """

    def safely() -> Snapshot:
        try:
            return look()
        except Malformed as error:
            problem = garbled(topic, error)
            raise NetscopeError(problem.what, problem.why, problem.mend) from error

    return safely


def fact(
    name: str,
    title: str,
    kind: Kind = "text",
    help: str = "",  # noqa: A002 - the column's field is called so
    text: Callable[[Any, Names], str] | None = None,
    **more: Any,
) -> Column:
    """Return the column of one key of ``facts``; a dot leads into a nested object."""
    head, _dot, rest = name.partition(".")
    if not rest:
        return Column(name, title, lambda record: record.facts.get(head), kind, help, text, **more)
    path = name.split(".")

    def nested(record: Any) -> Any:
        value: Any = record.facts
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    return Column(name, title, nested, kind, help, text, **more)


def mark(name: str, title: str, help: str = "", **more: Any) -> Column:  # noqa: A002 - the column's field is called so
    """Return the column of a key that ``ip -j`` prints as null to say that it is so: True, or None when absent."""
    return Column(name, title, lambda record: True if name in record.facts else None, "flag", help, **more)


def object_schema(title: str, properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    """Return the JSON Schema of a record. Keys that newer kernels add are allowed."""
    return {"title": title, "type": "object", "properties": dict(properties), "required": list(required)}


TEXT: Facts = {"type": "string"}
INTEGER: Facts = {"type": "integer"}
BOOLEAN: Facts = {"type": "boolean"}
NULL: Facts = {"type": "null"}
TEXTS: Facts = {"type": "array", "items": TEXT}
FAMILY: Facts = {"type": "string", "enum": ["inet", "inet6", "mpls", "link", "bridge"]}
