"""Probes and what comes back: the records between the sockets (``netscope.system``) and the topics ping and trace.

A *channel* sends probes of one kind in one address family and tells what came back as events. It owns the clocks: an
event carries a round-trip time that the kernel stamped, so that a busy program does not lengthen it.
"""

from __future__ import annotations

from netscope.core.typed import Literal, NamedTuple, Protocol, Sequence

Method = Literal["icmp", "udp", "tcp"]
Discover = Literal["", "do", "want", "dont", "probe"]

FASTEST = 0.002  # seconds between probes to one host, for all but root (ping(8))
HEADERS = {4: 20, 6: 40}  # the IP header without options


class Plan(NamedTuple):
    """What a channel sends.

    Attributes:
        method: ICMP echo, a UDP datagram or a TCP connection attempt.
        family: 4 or 6.
        size: payload bytes behind the ICMP or UDP header; nothing for TCP.
        port: destination port (UDP, TCP).
        tos: the type of service or traffic class byte; None leaves the system's.
        interface: leave through this interface only (SO_BINDTODEVICE).
        source: bind to this address.
        source_port: bind to this port; 0 lets the kernel choose.
        discover: Path MTU discovery (IP_MTU_DISCOVER, ip(7)); "" leaves the system's choice.
        broadcast: broadcast addresses are allowed.
        flow: which of several constant flows this is: it changes what an ECMP router hashes.
        constant: TCP keeps to one flow, too, where this user may (CAP_NET_RAW): SYNs in place of connections.
    """

    method: Method = "icmp"
    family: int = 4
    size: int = 56
    port: int = 0
    tos: int | None = None
    interface: str = ""
    source: str = ""
    source_port: int = 0
    discover: Discover = ""
    broadcast: bool = False
    flow: int = 0
    constant: bool = False


class Probe(NamedTuple):
    """One packet to send.

    Attributes:
        token: names the probe within its channel.
        address: where to.
        ttl: time to live or hop limit; 0 leaves the system's.
        sequence: ICMP sequence number, 0 to 65,535: unique for an address among the last 65,536 probes.
        size: payload bytes; -1 takes the plan's.
    """

    token: int
    address: str
    ttl: int = 0
    sequence: int = 0
    size: int = -1


class Label(NamedTuple):
    """One entry of an MPLS label stack (RFC 3032, RFC 4950)."""

    label: int
    traffic_class: int
    bottom: bool
    ttl: int


class Event(NamedTuple):
    """What came back.

    Attributes:
        token: the probe it belongs to; None when the packet does not tell (a router quoted too little of it).
        kind: ``reply``: the target itself answered. ``error``: an ICMP error, or one of the own kernel. ``lost``: this
            method can tell by itself that nothing will come.
        address: who says so; "" is this host's kernel.
        rtt: seconds from sending to the kernel's receipt; None when not known.
        received: wall clock at receipt, seconds since the epoch.
        ttl: what was left of the reply's own TTL or hop limit; None when not known.
        size: bytes of the ICMP message or UDP payload that came back.
        icmp: ICMP (or ICMPv6) type and code of an error; None otherwise.
        errno: what the kernel makes of the error; 0 for replies.
        info: the next hop's MTU, the pointer of a parameter problem.
        labels: MPLS label stack that the router had in hand (RFC 4950).
        port_open: for TCP: True when it was accepted, False when refused.
        wrong: (offset, expected, found) of the first byte that came back changed; None when all is well.
        jumped: the wall clock jumped meanwhile: the time is from the monotonic clock of this program.
    """

    token: int | None
    kind: Literal["reply", "error", "lost"]
    address: str = ""
    rtt: float | None = None
    received: float = 0.0
    ttl: int | None = None
    size: int = 0
    icmp: tuple[int, int] | None = None
    errno: int = 0
    info: int = 0
    labels: tuple[Label, ...] = ()
    port_open: bool | None = None
    wrong: tuple[int, int, int] | None = None
    jumped: bool = False


class Channel(Protocol):
    """Sends probes of one plan, receives what comes back. Nothing blocks."""

    @property
    def how(self) -> str:
        """What is used, in words: "ICMP datagram socket", "raw socket", "the ping program", ..."""

    def fileno(self) -> int:
        """Return the one descriptor to poll for reading: it stays the same, and errors wake it, too."""

    def send(self, probe: Probe) -> Event | None:
        """Send now. Returns an error event at once when the own kernel refuses."""

    def drain(self) -> list[Event]:
        """Return what came back so far, in order of arrival at the program."""

    def forget(self, token: int) -> None:
        """Release what waits for this probe; a late reply may then not be told."""

    def close(self) -> None:
        """Close everything. May be called twice."""


class Address(NamedTuple):
    """One address that a name stands for, and the canonical name."""

    family: int
    address: str
    name: str


class Target(NamedTuple):
    """What is probed: the word given, the address, its family, and the canonical name."""

    word: str
    address: str
    family: int
    name: str


class Prober(Protocol):
    """Reachability of one host's network namespace."""

    def resolve(self, name: str, family: int = 0) -> Sequence[Address]:
        """Return the addresses of a name, in the order of preference (getaddrinfo(3)), or of an address itself.

        Raises NetscopeError (``BadQuery`` where the name is none). May block for as long as the resolver does.
        """

    def names(self, addresses: Sequence[str], patience: float) -> dict[str, str]:
        """Return the names of those addresses that have one, looking all up at once for ``patience`` seconds."""

    def route(self, address: str, plan: Plan) -> str:
        """Return the source address that the kernel would use. Raises NetscopeError where there is no route."""

    def open(self, plan: Plan) -> Channel:
        """Open a channel by the best means that this user has. Raises NetscopeError when there is none."""

    def privileged(self) -> bool:
        """Tell whether this user may send as fast as he likes (ping's rule: uid 0)."""


def plain(address: str) -> str:
    """Return an address without its scope: errors may carry one where the target has none, and the other way round."""
    return address.partition("%")[0]


def milli(seconds: float | None) -> float | None:
    """Return milliseconds to the microsecond, as JSON has them."""
    return None if seconds is None else round(seconds * 1000, 3)


def elapsed(sent: tuple[int, int], received_wall: int, now_monotonic: int) -> tuple[float, bool]:
    """Return seconds between sending and receipt, and whether the wall clock jumped meanwhile.

    Receipts are stamped with the wall clock (SO_TIMESTAMPNS), so a clock that is set lies. The monotonic clock is the
    witness: a round trip is never negative and never longer than it took until the program looked.

    Args:
        sent: wall and monotonic clock before sending, nanoseconds.
        received_wall: the kernel's stamp, nanoseconds.
        now_monotonic: the monotonic clock when the program reads it, nanoseconds.
    """
    took = received_wall - sent[0]
    most = now_monotonic - sent[1]
    if 0 <= took <= most + 1_000_000:  # slewing clocks differ by less than that
        return took / 1e9, False
    return most / 1e9, True
