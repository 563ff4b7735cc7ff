"""What this process may do (capabilities(7)), as /proc tells it."""

from __future__ import annotations

from netscope.core.errors import NetscopeError
from netscope.core.host import Host

NET_ADMIN, NET_RAW, SYS_PTRACE = 12, 13, 19


def may(host: Host, *wanted: int) -> bool:
    """Tell whether all these capabilities are effective. Where that cannot be read nothing is said against it."""
    try:
        status = host.read("/proc/self/status").decode("utf-8", "replace")
    except NetscopeError:
        return True
    held = next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:")), -1)
    return all(held >> bit & 1 for bit in wanted)
