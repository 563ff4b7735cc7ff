"""What is known while a filter is compiled: where the headers begin, which registers are taken; and loads from there.

Each term is compiled with the offsets that the terms before it left: after ``vlan`` all that follows looks four bytes
further on, on whichever side of an ``or`` it stands. pcap-filter(7) says so, and filters in use depend on it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal, Protocol

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Fragment, Stmt, both, decide, negated
from netscope.core.capturefilter.opcodes import (
    ABS,
    ADD,
    ALL,
    ALU,
    AND,
    IND,
    JEQ,
    JGT,
    LD,
    LDX,
    LSH,
    MEM,
    MSH,
    REGISTERS,
    TAX,
    B,
    H,
    K,
    W,
    X,
)

NULL, ETHERNET, PPP, RAW, PPP_SERIAL, PPP_ETHER, HDLC, LOOP, SLL, PPP_PPPD, IPV4, IPV6, SLL2 = (
    0, 1, 9, 101, 50, 51, 104, 108, 113, 166, 228, 229, 276,
)  # fmt: skip
IEEE80211, PRISM, RADIOTAP, AVS, PPI = 105, 119, 127, 163, 192
WIFI = frozenset({IEEE80211, PRISM, RADIOTAP, AVS, PPI})
_OLD_RAW = (12, 14)  # other numbers that raw IP has had in files

LINKS = {
    NULL: "BSD loopback", ETHERNET: "Ethernet", PPP: "PPP", RAW: "raw IP", PPP_SERIAL: "PPP over serial",
    PPP_ETHER: "PPP over Ethernet", HDLC: "Cisco HDLC", LOOP: "OpenBSD loopback", SLL: "Linux cooked",
    PPP_PPPD: "PPP with a direction", IPV4: "raw IPv4", IPV6: "raw IPv6", SLL2: "Linux cooked v2",
    IEEE80211: "802.11", PRISM: "802.11 with Prism headers", RADIOTAP: "802.11 with radiotap headers",
    AVS: "802.11 with AVS headers", PPI: "802.11 with PPI headers",
}  # fmt: skip

# Of these libpcap (1.10) knows where the link-layer header is behind another one, and of most of them more than that.
PREFIXED = frozenset({240, 241})

UNSET = ALL  # the place of a protocol field that a link type does not have
# link -> where its protocol field is, and where its payload begins
_PLACES = {
    NULL: (0, 4), LOOP: (0, 4), ETHERNET: (12, 14), PPP: (2, 4), PPP_SERIAL: (2, 4), PPP_ETHER: (6, 8), HDLC: (2, 4),
    PPP_PPPD: (2, 4),
    RAW: (UNSET, 0), IPV4: (UNSET, 0), IPV6: (UNSET, 0), SLL: (14, 16), SLL2: (0, 20),
}  # fmt: skip

Where = Literal["link", "llc", "payload", "unsnapped", "linktype", "over ipv4", "over ipv6", "previous label"]


class Resolver(Protocol):
    """Looks names up, for whoever compiles a filter with names in it. Nothing found is never an error here."""

    def addresses(self, name: str) -> Sequence[bytes]:
        """Return a host's addresses (4 or 16 bytes each), in the order of getaddrinfo(3)."""

    def ports(self, name: str) -> tuple[int | None, int | None]:
        """Return the TCP and the UDP port of a service."""

    def protocol(self, name: str) -> int | None:
        """Return the number of an IP protocol (protocols(5))."""

    def network(self, name: str) -> int | None:
        """Return the 32 bits of a network's address (networks(5))."""

    def ethernet(self, name: str) -> bytes | None:
        """Return an Ethernet address (ethers(5)), 6 bytes."""


class Offset:
    """Where a header begins: a constant, plus a register's value where it is known only for each packet."""

    __slots__ = ("constant", "register", "variable")

    def __init__(self, constant: int, variable: bool = False, register: int = -1) -> None:
        self.constant = constant
        self.variable = variable
        self.register = register

    def copy(self) -> Offset:
        """Return another one that begins there."""
        return Offset(self.constant, self.variable, self.register)


class State:
    """See above.

    Attributes:
        linktype: the link type of the innermost link-layer header so far.
        outermost: that of the packets. Nothing is known of one that is not in LINKS.
        header: where that header begins.
        protocol: where the number of what it carries is.
        payload: where what it carries begins.
        outer, outer_payload: those two of the packet's own header.
        network: bytes from there to the network header (0, but for MPLS labels and 802.11).
        unsnapped: the same without a SNAP header.
        labels, tags: how many MPLS labels, VLAN tags have been asked for.
        geneve: the innermost header is inside a Geneve tunnel.
        moved: the registers that tell what a VLAN tag has moved, where that is known for each packet only (live).
        optimized: False once the program has loops or branches that the optimiser cannot look into.
    """

    def __init__(self, link: int, netmask: int | None, live: bool, swapped: bool, names: Resolver) -> None:
        if link in _OLD_RAW:
            link = RAW
        self.netmask = netmask
        self.live = live
        self.swapped = swapped
        self.names = names
        self.linktype = link
        self.outermost = link
        protocol, payload = _PLACES.get(link, (UNSET, UNSET))
        self.header = Offset(0)
        self.protocol = Offset(protocol)
        self.payload = Offset(payload)
        self.network = 0
        self.unsnapped = 3 if link == ETHERNET else 0
        if link in WIFI:  # both are known for each packet only; a SNAP header follows
            self.header = Offset(0, link != IEEE80211)
            self.payload = Offset(0, True)
            self.network, self.unsnapped = 8, 3
        self.outer, self.outer_payload = self.header, self.payload
        self.labels = 0
        self.tags = 0
        self.geneve = False
        self.moved: tuple[int, ...] = ()
        self.optimized = True
        self._taken = [False] * REGISTERS
        self._register = 0

    @property
    def wifi(self) -> bool:
        """Whether the innermost link-layer header is one of 802.11."""
        return self.linktype in WIFI

    def push(self, linktype: int, header: Offset) -> None:
        """Begin another link-layer header inside the packet."""
        self.linktype = linktype
        self.header = header
        self.geneve = False

    def take(self) -> int:
        """Reserve a register. Raises Refused when all are in use."""
        for _each in range(REGISTERS):
            if not self._taken[self._register]:
                self._taken[self._register] = True
                return self._register
            self._register = (self._register + 1) % REGISTERS
        raise Refused("this needs more than 16 intermediate values at once", "simplify the arithmetic")

    def free(self, register: int) -> None:
        """Give a register back."""
        self._taken[register] = False


def variable_part(c: State, offset: Offset) -> list[Stmt]:
    """Return what loads the variable part of an offset into X; nothing where it has none."""
    if not offset.variable:
        return []
    if offset.register == -1:
        offset.register = c.take()
    return [Stmt(LDX | MEM, offset.register)]


def load_from(c: State, offset: Offset, more: int, size: int) -> list[Stmt]:
    """Return what loads ``size`` at an offset and ``more`` bytes into A."""
    stmts = variable_part(c, offset)
    stmts.append(Stmt(LD | (IND if stmts else ABS) | size, offset.constant + more))
    return stmts


def load(c: State, where: Where, more: int, size: int) -> list[Stmt]:
    """Return what loads ``size`` at ``more`` bytes after a place into A."""
    if where == "link":
        return load_from(c, c.header, more, size)
    if where == "linktype":
        return load_from(c, c.protocol, more, size)
    if where == "llc":
        return load_from(c, c.payload, more, size)
    if where == "unsnapped":
        return load_from(c, c.payload, c.unsnapped + more, size)
    if where == "previous label":
        return load_from(c, c.payload, c.network - 4 + more, size)
    if where == "over ipv6":
        return load_from(c, c.payload, c.network + 40 + more, size)
    if where == "over ipv4":
        return [*ipv4_header_length(c), Stmt(LD | IND | size, c.payload.constant + c.network + more)]
    return load_from(c, c.payload, c.network + more, size)


def ipv4_header_length(c: State) -> list[Stmt]:
    """Return what loads the length of the IPv4 header, and the variable part of where it begins, into X."""
    stmts = variable_part(c, c.payload)
    place = c.payload.constant + c.network
    if not stmts:
        return [Stmt(LDX | MSH | B, place)]
    return [
        *stmts, Stmt(LD | IND | B, place), Stmt(ALU | AND | K, 0xF), Stmt(ALU | LSH | K, 2), Stmt(ALU | ADD | X),
        Stmt(TAX),
    ]  # fmt: skip


def compare(c: State, where: Where, more: int, size: int, value: int, mask: int = ALL, jump: int = JEQ) -> Fragment:
    """Return the test of what is at a place against a value."""
    stmts = load(c, where, more, size)
    if mask != ALL:
        stmts.append(Stmt(ALU | AND | K, mask))
    return decide(stmts, jump, value)


def compare_bytes(c: State, where: Where, more: int, value: bytes) -> Fragment:
    """Return the test of several bytes (an even number): by words, the last first."""
    found: Fragment | None = None
    size = len(value)
    while size:
        step = 4 if size >= 4 else 2
        size -= step
        part = value[size : size + step]
        one = compare(c, where, more + size, W if step == 4 else H, int.from_bytes(part, "big"))
        found = both(found, one) if found else one
    assert found is not None
    return found


def at_most(c: State, where: Where, more: int, size: int, limit: int) -> Fragment:
    """Return the test that a field is not above a limit."""
    return negated(compare(c, where, more, size, limit, jump=JGT))


def family(c: State, number: int) -> int:
    """Return an address family as the header of BSD's loopback has it: in the byte order of whoever captured."""
    if c.linktype == NULL:
        little = (sys.byteorder == "little") != c.swapped
        number = int.from_bytes(number.to_bytes(4, "little"), "big") if little else number
    return number
