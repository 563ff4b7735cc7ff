"""How many sockets of each kind there are, in the layout of ``ss -s``."""

from __future__ import annotations

from collections.abc import Iterable

from netscope.domains.sockets.record import Socket

_TRANSPORTS = ("raw", "icmp", "udp", "tcp", "mptcp", "sctp")
_OTHERS = ("unix", "packet", "netlink")


def summary(records: Iterable[Socket]) -> str:
    """Return how many sockets there are of each protocol, family and TCP state."""
    return "\n".join(_lines(records))


def _lines(records: Iterable[Socket]) -> list[str]:
    counts: dict[tuple[str, str], int] = {}
    states: dict[str, int] = {}
    for record in records:
        counts[record.protocol, record.family] = counts.get((record.protocol, record.family), 0) + 1
        if record.protocol == "tcp":
            word = "orphaned" if _orphaned(record) else record.state.lower()
            states[word] = states.get(word, 0) + 1
    total = sum(counts.values())
    told = ", ".join(
        f"{word} {number}" for word, number in sorted(states.items(), key=lambda item: (-item[1], item[0]))
    )
    lines = [f"Total: {total}", f"TCP:   {sum(states.values())}" + (f" ({told})" if told else ""), ""]
    lines.append(f"{'Transport':<10}{'Total':>8}{'IP':>8}{'IPv6':>8}")
    inet = [0, 0]
    for protocol in _TRANSPORTS:
        four, six = counts.get((protocol, "inet"), 0), counts.get((protocol, "inet6"), 0)
        inet = [inet[0] + four, inet[1] + six]
        lines.append(f"{protocol.upper():<10}{four + six:>8}{four:>8}{six:>8}")
    lines.append(f"{'INET':<10}{sum(inet):>8}{inet[0]:>8}{inet[1]:>8}")
    lines += [f"{protocol.upper():<10}{counts.get((protocol, protocol), 0):>8}" for protocol in _OTHERS]
    return lines


def _orphaned(record: Socket) -> bool:
    """Tell whether no process can hold this TCP socket any more, although the connection still ends."""
    return not record.inode and record.state in ("FIN_WAIT1", "FIN_WAIT2", "CLOSING", "LAST_ACK")
