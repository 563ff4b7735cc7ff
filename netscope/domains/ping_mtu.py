"""Path MTU discovery by echoes that may not be fragmented (RFC 1191, RFC 8201), where routers say nothing, too.

A router that says what it can carry is believed. Where long packets vanish without a word (a black hole: RFC 2923), the
size is found by halving the interval between what was answered and what was not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from netscope.core.probe import HEADERS, Event, Probe
from netscope.core.probe_words import TOO_LONG, describe

LEAST = {4: 68, 6: 1280}  # RFC 791, RFC 8200: what every link must carry
_ICMP = 8
_MOST = {4: 65_535, 6: 65_575}
_TRIES = 2
_SHORTEST = 0.5


class Step(NamedTuple):
    """One size that was tried.

    Attributes:
        size: of the whole IP packet.
        answer: ``fits``; ``too long`` where somebody said so; ``silence``; ``error`` for any other ICMP error.
        by: who answered; "" is this host's kernel.
        mtu: what was said to fit, 0 when nothing was said.
        text: an error's sentence.
    """

    size: int
    answer: str
    by: str
    mtu: int
    text: str


class MtuSession:
    """Finds the path MTU to one address. ``wait`` is how long silence takes, 0 follows the round-trip time."""

    def __init__(self, address: str, family: int, wait: float, ttl: int = 0) -> None:
        self.steps: list[Step] = []
        self.mtu: int | None = None
        self._address = address
        self._family = family
        self._wait = wait
        self._ttl = ttl
        self._longest = 0.0
        self._fits = 0  # the greatest size that was answered
        self._too_long = _MOST[family] + 1  # the least size that was not
        self._size = _MOST[family]
        self._tries = 0
        self._token = 0
        self._since: float | None = None
        self._over = False
        self.stopped = False

    @property
    def black_hole(self) -> bool:
        """Tell whether packets that are too long vanish without a word."""
        return self.mtu is not None and any(s.answer == "silence" and s.size > self.mtu for s in self.steps)

    def found(self) -> dict[str, Any]:
        """Return what was found out, as the record of a target has it."""
        said = [{"address": step.by, "mtu": step.mtu} for step in self.steps if step.answer == "too long"]
        return {"mtu": self.mtu, "black_hole": self.black_hole, "said_by": said}

    def sentence(self) -> str:
        """Return what was found out, for people."""
        if self.mtu is None:
            last = self.steps[-1] if self.steps else None
            if last is not None and last.answer == "error":
                return f"no path MTU: {last.text}, says {last.by or 'this host'}"
            return "no path MTU: not even the shortest packet is answered"
        if self.black_hole:
            return f"the path MTU is {self.mtu}, and a black hole: longer packets vanish without a word"
        by = [step.by for step in self.steps if step.answer == "too long" and step.mtu == self.mtu]
        said = f", said by {by[-1] or 'the own interface'}" if by else ""
        return f"the path MTU is {self.mtu}{said}"

    def due(self, now: float) -> Iterator[tuple[int, Probe]]:
        """Yield the probe to send now, if it is time."""
        while self._since is None and not self._over:
            self._since = now
            self._token += 1
            self._tries += 1
            payload = self._size - HEADERS[self._family] - _ICMP
            yield self._family, Probe(self._token, self._address, self._ttl, self._token, payload)

    def stop(self) -> None:
        """Send nothing any more; the MTU stays unknown."""
        self.stopped = self._over = True

    def _timeout(self) -> float:
        return self._wait or max(_SHORTEST, 4 * self._longest)

    def wake(self, now: float) -> float:
        """Return seconds until silence is silence."""
        return max(0.0, self._since + self._timeout() - now) if self._since is not None else 0.0

    def finished(self, _now: float) -> bool:
        """Tell whether the MTU is known, or cannot be."""
        return self._over

    def receive(self, _lane: int, event: Event) -> Step | None:
        """Take what came back for the size that is being tried."""
        if event.token != self._token or self._since is None:
            return None
        if event.kind == "reply":
            self._longest = max(self._longest, event.rtt or 0.0)
            return self._settle(Step(self._size, "fits", event.address, 0, ""))
        too_long = event.icmp == TOO_LONG[self._family] if event.icmp else event.info > 0
        text = describe(self._family, event)
        if not too_long:
            return self._settle(Step(self._size, "error", event.address, 0, text))
        return self._settle(Step(self._size, "too long", event.address, event.info, text))

    def expire(self, now: float) -> list[tuple[int, int, Step]]:
        """Take silence for an answer when it has lasted long enough, and twice."""
        if self._since is None or now < self._since + self._timeout():
            return []
        if self._tries < _TRIES:
            self._since = None  # the same size once more
            return []
        step = self._settle(Step(self._size, "silence", "", 0, ""))
        return [(self._family, self._token, step)]

    def _settle(self, step: Step) -> Step:
        self.steps.append(step)
        self._since = None
        self._tries = 0
        if step.answer == "fits":
            self._fits = max(self._fits, step.size)
        elif step.answer == "error":
            self._over = True
        else:
            self._too_long = min(self._too_long, step.size)
        if not self._over:
            self._size = self._following(step)
        return step

    def _following(self, step: Step) -> int:
        least = LEAST[self._family]
        if self._too_long - self._fits <= 1:
            self.mtu, self._over = self._fits or None, True
            return self._fits
        if step.answer == "too long" and self._fits < step.mtu < step.size:
            self._too_long = min(self._too_long, step.mtu + 1)  # believed; the next probe tries it
            return step.mtu
        if not self._fits:
            if step.size <= least:
                self._over = True  # not even the least is answered: silence says nothing about sizes
            return least
        return (self._fits + self._too_long) // 2
