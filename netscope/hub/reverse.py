"""Lends names to addresses: what is known is told at once, what is wanted is found out in the background."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence

from netscope.core.dns.resolver import resolver
from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.record import Names
from netscope.domains.dns.reverse import Lent, resolve
from netscope.hub.stream import stream

_MOST_KNOWN = 20_000
_MOST_WANTED = 500  # of those that wait; the latest are wanted most


class ReverseNames:
    """The names of addresses, cached for their time to live. Lives on one event loop; off until it is turned on.

    Attributes:
        on: whether names are lent, and asked for.
        told: called when names have come in.
    """

    def __init__(self, host: Host) -> None:
        self.on = False
        self.told: Callable[[], None] = lambda: None
        self._host = host
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()  # address -> name, and until when it holds
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._task: asyncio.Task[None] | None = None

    def host(self, address: str) -> str:
        """Return the name of an address, "" where none is known. Asks nobody."""
        found = self._known.get(address)
        return found[0] if found is not None else ""

    def want(self, addresses: Iterable[str]) -> None:
        """Find out these names, unless they are known; what is known and too old is shown meanwhile."""
        if not self.on:
            return
        now = self._host.clock()
        for address in addresses:
            found = self._known.get(address)
            if found is None or found[1] <= now:
                self._wanted[address] = None
                self._wanted.move_to_end(address)
        while len(self._wanted) > _MOST_WANTED:
            self._wanted.popitem(last=False)
        if self._wanted and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work(), name="reverse names")

    def turn(self, on: bool) -> None:
        """Lend names from now on, or stop: nobody is asked any more."""
        self.on = on
        if not on:
            self._wanted.clear()
            if self._task is not None:
                self._task.cancel()

    async def close(self) -> None:
        """Stop, and wait for it."""
        self.turn(False)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while self._wanted:
            batch = list(self._wanted)
            self._wanted.clear()
            await self._find(batch)

    async def _find(self, batch: Collection[str]) -> None:
        try:
            found = resolver(self._host)
            await stream(lambda stop: resolve(found, batch, stop=stop), self._take)
        except NetscopeError:
            self._take([Lent(address, "", 60.0) for address in batch])

    def _take(self, lent: Sequence[Lent]) -> None:
        now = self._host.clock()
        for address, name, seconds in lent:
            self._wanted.pop(address, None)
            self._known[address] = (name, now + seconds)
            self._known.move_to_end(address)
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        self.told()


class LentNames:
    """Names of ports as they were, and of addresses as they become known (see :class:`netscope.core.record.Names`)."""

    def __init__(self, names: Names, reverse: ReverseNames) -> None:
        self._names = names
        self._reverse = reverse

    @property
    def numeric(self) -> bool:
        """Whether numbers are wanted as numbers."""
        return self._names.numeric

    @property
    def lends(self) -> bool:
        """Whether addresses are to be shown by their names."""
        return self._reverse.on and not self._names.numeric

    def service(self, port: int, protocol: str) -> str:
        """Return the service name of a port."""
        return self._names.service(port, protocol)

    def ports(self, name: str) -> Collection[int]:
        """Return the ports of a service."""
        return self._names.ports(name)

    def host(self, address: str) -> str:
        """Return the name of an address, "" where none is known."""
        return self._reverse.host(address) if self.lends else ""

    def want(self, addresses: Iterable[str]) -> None:
        """Find out the names of addresses that are in sight."""
        if self.lends:
            self._reverse.want(addresses)
