"""Names of addresses in every tab: turned on and off by a key, said in the first line for as long as they are on."""

from __future__ import annotations

from netscope.core.dns.resolver import resolver
from netscope.core.record import Names
from netscope.hub.reverse import LentNames
from netscope.hub.watch import Hub, in_thread
from netscope.tui.line import Part


class Lending:
    """What the application knows of it. The hub's :class:`~netscope.hub.reverse.ReverseNames` does the work."""

    def __init__(self, hub: Hub) -> None:
        self._reverse = hub.reverse
        self._host = hub.host
        self._servers = ""

    async def turn(self, names: Names) -> bool:
        """Turn it on, or off; return whether it is on. Raises NetscopeError where nobody could be asked."""
        on = not names.lends
        if on:
            configuration = await in_thread(lambda: resolver(self._host).configuration())
            self._servers = configuration.servers[0]
        self._reverse.turn(on)
        return on

    def wrapped(self, names: Names) -> Names:
        """Return names that lend."""
        return LentNames(names, self._reverse)

    def part(self, names: Names) -> Part | None:
        """Return what the first line tells, None where nothing is asked."""
        return Part(f" names: asks {self._servers} ", "notice", "screen.hosts") if names.lends else None
