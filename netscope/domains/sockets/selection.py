"""Which sockets a query asks for, and what it wants to know of them."""

from __future__ import annotations

from netscope.core.domain import Query
from netscope.core.typed import NamedTuple
from netscope.domains.sockets import diag

PROTOCOLS = ("tcp", "udp", "raw", "icmp", "mptcp", "sctp", "unix", "packet", "netlink")
INET = frozenset({"tcp", "udp", "raw", "icmp", "mptcp", "sctp"})
_FLAGS = {
    "tcp": ("tcp",), "udp": ("udp",), "raw": ("raw", "icmp"), "unix": ("unix",), "mptcp": ("mptcp",),
    "sctp": ("sctp",), "packet": ("packet",), "netlink": ("netlink",),
}  # fmt: skip
_LISTEN_STATES = (1 << 10) | (1 << 7)
_ALL_STATES = 0xFFF
_LISTEN_WORDS = frozenset({"LISTEN", "UNCONN", "CLOSE"})


class Selection(NamedTuple):
    """What to collect.

    Attributes:
        protocols: in the order of the rows.
        explicit: whether the user named them: then one that the kernel has not got is a problem.
        family: 0, 4 or 6.
        states: bit mask of TCP states, for the kernel (include/net/tcp_states.h).
        listening: None for all, True for listening and unconnected sockets only, False for the others only.
        extensions: ``idiag_ext`` bits.
        owners: whether the processes are wanted.
        places: whether the owners' cgroup, unit and container are, too.
    """

    protocols: tuple[str, ...]
    explicit: bool
    family: int
    states: int
    listening: bool | None
    extensions: int
    owners: bool
    places: bool

    def wants(self, state: str) -> bool:
        """Tell whether sockets in this state are wanted (for what the kernel does not filter)."""
        return self.listening is None or self.listening == (state in _LISTEN_WORDS)

    @property
    def families(self) -> tuple[int, ...]:
        """Return the address families to ask for."""
        return {4: (diag.AF_INET,), 6: (diag.AF_INET6,)}.get(self.family, (diag.AF_INET, diag.AF_INET6))


def select(query: Query) -> Selection:
    """Read a query. A live look and one that is ``full`` (JSON) tell more of each socket than a plain table shows."""
    named = {protocol for flag, protocols in _FLAGS.items() if query.option(flag) for protocol in protocols}
    wanted = named or set(PROTOCOLS)
    if query.family:
        wanted &= INET
    summary = bool(query.option("summary"))
    listening = None if query.option("all") or summary else bool(query.option("listening"))
    states = _ALL_STATES
    if listening is not None:
        states = _LISTEN_STATES if listening else _ALL_STATES & ~_LISTEN_STATES
    full = bool(query.option("full"))
    return Selection(
        protocols=tuple(protocol for protocol in PROTOCOLS if protocol in wanted),
        explicit=bool(named),
        family=query.family,
        states=states,
        listening=listening,
        extensions=_extensions(query, full),
        owners=not summary,
        places=full or query.live or bool(query.option("extended")),
    )


def _extensions(query: Query, full: bool) -> int:
    kinds: list[int] = []
    if full or query.live or query.option("info"):
        kinds.append(diag.INFO)
    if full or query.option("info"):
        kinds.append(diag.CONG)
    if full or query.option("memory"):
        kinds.append(diag.SKMEMINFO)
    if full:
        kinds += [diag.TOS, diag.TCLASS]
    return diag.extensions(*kinds)
