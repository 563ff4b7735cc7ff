"""A prober that is only data: who answers what is said by the test, and nothing leaves the program."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

from netscope.core.errors import BadQuery
from netscope.core.probe import Address, Channel, Event, Plan, Probe

Answer = Callable[[Probe], Sequence[Event]]


def reply(probe: Probe, milliseconds: float) -> Event:
    """Return the target's own answer."""
    return Event(probe.token, "reply", probe.address, milliseconds / 1000, 0.0, 60, 64)


def error(probe: Probe, by: str, icmp: tuple[int, int], milliseconds: float = 1.0) -> Event:
    """Return an ICMP error."""
    return Event(probe.token, "error", by, milliseconds / 1000, 0.0, 250, 0, icmp)


class FakeChannel:
    """Answers at once, as the test says."""

    def __init__(self, prober: FakeProber) -> None:
        self.how = "ICMP over a datagram socket"
        self._prober = prober
        self._wake = os.eventfd(0, os.EFD_NONBLOCK)
        self._waiting: list[Event] = []
        self._lock = threading.Lock()
        self.closed = False

    def fileno(self) -> int:
        return self._wake

    def send(self, probe: Probe) -> Event | None:
        self._prober.sent.append(probe)
        events = self._prober.answer(probe)
        self._waiting += events
        self._prober.answered += len(events)
        self.poke()
        return None

    def poke(self) -> None:
        """Let the thread look at the clock."""
        with self._lock:
            if not self.closed:
                os.eventfd_write(self._wake, 1)

    def drain(self) -> list[Event]:
        try:
            os.eventfd_read(self._wake)
        except BlockingIOError:
            pass
        events, self._waiting = self._waiting, []
        return events

    def forget(self, token: int) -> None:
        pass

    def close(self) -> None:
        with self._lock:
            if not self.closed:
                self.closed = True
                os.close(self._wake)


class FakeProber:
    """Knows some names; everybody else is an address.

    Attributes:
        sent: every probe, in order.
        answered: how many answers there were.
        answer: probe -> what comes back for it at once.
        slow: cleared, no name resolves until it is set again.
    """

    def __init__(self, answer: Answer, names: dict[str, str] | None = None, *, root: bool = False) -> None:
        self.answer = answer
        self.known = names or {}
        self.root = root
        self.sent: list[Probe] = []
        self.answered = 0
        self.plans: list[Plan] = []
        self.channels: list[FakeChannel] = []
        self.asked: list[str] = []
        self.slow = threading.Event()
        self.slow.set()

    def resolve(self, name: str, family: int = 0) -> Sequence[Address]:
        self.slow.wait(10)
        if name in self.known:
            return [Address(4, self.known[name], name)]
        if name[:1].isdigit():
            return [Address(6 if ":" in name else 4, name, name)]
        raise BadQuery(name, "Name or service not known")

    def names(self, addresses: Sequence[str], patience: float) -> dict[str, str]:
        self.asked += addresses
        return {address: name for name, address in self.known.items() if address in addresses}

    def route(self, address: str, plan: Plan) -> str:
        return "10.0.0.1"

    def open(self, plan: Plan) -> Channel:
        self.plans.append(plan)
        channel = FakeChannel(self)
        self.channels.append(channel)
        return channel

    def privileged(self) -> bool:
        return self.root

    def poke(self) -> None:
        """Let all threads look at the clock."""
        for channel in self.channels:
            channel.poke()
