"""The flags of netstat and ss together, and what they make a table show."""

from __future__ import annotations

from netscope.core.domain import Option, Query
from netscope.core.typed import Sequence
from netscope.domains.sockets.columns import INFO_SHOWN, MEMORY_SHOWN

OPTIONS = (
    Option(("-a", "--all"), "all", "listening, unconnected and connected sockets"),
    Option(("-l", "--listening"), "listening", "only listening and unconnected ones (without -a and -l: the others)"),
    Option(("-t", "--tcp"), "tcp", "TCP"),
    Option(("-u", "--udp"), "udp", "UDP"),
    Option(("-w", "--raw"), "raw", "raw and ICMP"),
    Option(("-x", "--unix"), "unix", "UNIX"),
    Option(("-M", "--mptcp"), "mptcp", "MPTCP"),
    Option(("-S", "--sctp"), "sctp", "SCTP"),
    Option(("-0", "--packet"), "packet", "packet"),
    Option(("--netlink",), "netlink", "netlink (no protocol flag: all of them)"),
    Option(("-p", "--processes", "--programs"), "processes", "with the processes"),
    Option(("-e", "--extended"), "extended", "with user, inode, interface, cgroup and unit"),
    Option(("-i", "--info"), "info", "with TCP's own numbers: round trip, windows, retransmissions, ..."),
    Option(("-m", "--memory"), "memory", "with the buffers"),
    Option(("-o", "--timers", "--options"), "timer", "with the timers"),
    Option(("-s", "--summary"), "summary", "only how many of each there are"),
)

_NETSTAT = ("protocol", "recv_q", "send_q", "local", "remote", "state")
_STYLE = tuple(option.name for option in OPTIONS)  # whoever gives a flag of the classic tools gets their columns


def shown(query: Query) -> Sequence[str]:
    """Return the columns of a table: netstat's; processes unless classic flags without -p ask for less."""
    columns = list(_NETSTAT)
    if query.option("unix") or query.option("netlink"):
        columns.insert(1, "type")
    if query.option("unix"):
        columns.append("inode")
    if query.option("extended"):
        columns += [name for name in ("user", "inode") if name not in columns]
    if query.option("processes") or query.live or not any(query.option(name) for name in _STYLE):
        columns.append("processes")
    if query.live:
        columns += ["send_rate", "receive_rate"]
    if query.option("extended"):
        columns += ["interface", "unit", "cgroup"]
    if query.option("timer"):
        columns.append("timer")
    if query.option("info"):
        columns += INFO_SHOWN
    if query.option("memory"):
        columns += MEMORY_SHOWN
    return columns
