"""Names whose address changes while they are probed: noticed, said, followed.

A minute after the last time, the names are resolved again on a thread of their own; the probes do not wait for that.
"""

from __future__ import annotations

from netscope.core.errors import NetscopeError
from netscope.core.probe import Event, Probe, Prober, Target
from netscope.core.typed import Any, Callable, Iterator, Protocol, Sequence
from netscope.hub.drive import Session

EVERY = 60.0  # seconds


class Following(Session[Any], Protocol):
    """A session that can go on with another address."""

    def retarget(self, index: int, target: Target) -> None:
        """Probe another address from now on."""


class Renewed:
    """A session whose names are looked up again from time to time.

    ``tell`` is called with the index, the former and the new target. Another family is not followed: its probes would
    need another socket. Only those that are still ``wanted`` are looked up.
    """

    def __init__(
        self,
        session: Following,
        targets: Sequence[Target],
        prober: Prober,
        tell: Callable[[int, Target, Target], None],
        every: float = EVERY,
        wanted: Callable[[int], bool] = lambda _index: True,
    ) -> None:
        self._session = session
        self._targets = {index: target for index, target in enumerate(targets) if target.word != target.address}
        self._prober = prober
        self._tell = tell
        self._every = every
        self._wanted = wanted
        self._next: float | None = None
        self._asking = False
        self._news: list[tuple[int, Target]] = []

    def due(self, now: float) -> Iterator[tuple[int, Probe]]:
        """Yield what is to be sent, to where it belongs now."""
        if self._targets:
            self._renew(now)
        return self._session.due(now)

    def _renew(self, now: float) -> None:
        if self._next is None:
            self._next = now + self._every
        if now >= self._next and not self._asking:
            from threading import Thread

            self._asking, self._next = True, now + self._every
            Thread(target=self._ask, name="renewal", daemon=True).start()
        news, self._news = self._news, []
        for index, target in news:
            before, self._targets[index] = self._targets[index], target
            self._session.retarget(index, target)
            self._tell(index, before, target)

    def _ask(self) -> None:
        """Resolve every name once. A resolver that fails changes nothing."""
        found = []
        for index, target in list(self._targets.items()):
            if not self._wanted(index):
                continue
            try:
                addresses = self._prober.resolve(target.word, target.family)
            except NetscopeError:
                continue
            if addresses and target.address not in [address.address for address in addresses]:
                first = addresses[0]
                found.append((index, target._replace(address=first.address, name=first.name)))
        self._news = found
        self._asking = False

    def wake(self, now: float) -> float:
        """Return seconds until something is to be done."""
        return self._session.wake(now)

    def finished(self, now: float) -> bool:
        """Tell whether all is over."""
        return self._session.finished(now)

    def receive(self, lane: int, event: Event) -> Any:
        """Take what came back."""
        return self._session.receive(lane, event)

    def expire(self, now: float) -> Sequence[tuple[int, int, Any]]:
        """Return what is not waited for any longer."""
        return self._session.expire(now)


def renewed(
    session: Following,
    targets: Sequence[Target],
    prober: Prober,
    tell: Callable[[int, Target, Target], None],
    wanted: Callable[[int], bool] = lambda _index: True,
) -> Session[Any]:
    """Return the session, its names looked up again from time to time where it has any."""
    has_names = any(target.word != target.address for target in targets)
    return Renewed(session, targets, prober, tell, wanted=wanted) if has_names else session


def moved(before: Target, now: Target) -> str:
    """Return what is said of a name that has another address."""
    return f"{now.word} is {now.address} now, it was {before.address}: going on there"
