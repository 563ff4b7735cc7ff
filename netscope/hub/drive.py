"""Runs a probing session: sends what is due, hands over what comes back, sleeps in between.

One loop for ping and trace, without asyncio (70 ms of start-up). It may run on any thread: what a slow reader of the
outcomes delays is the next probe, never a measured time, since the kernel stamps the replies.
"""

from __future__ import annotations

import select

from netscope.core.probe import Channel, Event, Probe
from netscope.core.typed import Callable, Iterator, Mapping, Protocol, Sequence, TypeVar

Outcome_co = TypeVar("Outcome_co", covariant=True)
Told = TypeVar("Told")


class Session(Protocol[Outcome_co]):
    """What decides when to send and what an event means. Lanes are names for channels."""

    def due(self, now: float) -> Iterator[tuple[int, Probe]]:
        """Yield (lane, probe) for what is to be sent now."""

    def wake(self, now: float) -> float:
        """Return seconds until something is due or expires."""

    def finished(self, now: float) -> bool:
        """Tell whether all is over."""

    def receive(self, lane: int, event: Event) -> Outcome_co | None:
        """Take what came back on a lane."""

    def expire(self, now: float) -> Sequence[tuple[int, int, Outcome_co]]:
        """Return (lane, token, outcome) of what is not waited for any longer."""


def drive(
    session: Session[Told],
    channels: Mapping[int, Channel],
    clock: Callable[[], float],
    emit: Callable[[Told], None],
    stop: int | None = None,
) -> bool:
    """Run until the session is finished, or until the descriptor ``stop`` becomes readable.

    Returns:
        Whether it was stopped. Nothing is sent after that.
    """

    def tell(lane: int, events: Sequence[Event]) -> None:
        for event in events:
            outcome = session.receive(lane, event)
            if outcome is not None:
                emit(outcome)

    lanes = {channel.fileno(): lane for lane, channel in channels.items()}
    watched = [*lanes, stop] if stop is not None else list(lanes)
    while not session.finished(clock()):
        for lane, probe in session.due(clock()):
            refused = channels[lane].send(probe)
            if refused is not None:
                tell(lane, [*channels[lane].drain(), refused])
        now = clock()  # before looking: nothing is given up that has come by then
        ready = _ready(watched, session.wake(now))
        if stop in ready:
            return True
        for descriptor in ready:
            tell(lanes[descriptor], channels[lanes[descriptor]].drain())
        for lane, token, outcome in session.expire(now):
            channels[lane].forget(token)
            emit(outcome)
    return False


def _ready(descriptors: Sequence[int], seconds: float) -> list[int]:
    # select(2) waits by the microsecond, poll(2) by the millisecond: 5,000 packets a second need the former.
    if max(descriptors) < 1024:
        return select.select(descriptors, (), (), seconds)[0]
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return [descriptor for descriptor, _flags in poll.poll(max(1, int(seconds * 1000 + 0.999)) if seconds else 0)]
