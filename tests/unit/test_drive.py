"""The loop under ping and trace, on a machine that lets it wait."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from netscope.core.probe import Target
from netscope.domains.ping_session import Outcome, Pace, PingSession
from netscope.hub import drive as looping
from netscope.hub.drive import drive
from tests.tui.probers import FakeChannel, FakeProber, reply

TARGET = Target("10.0.0.1", "10.0.0.1", 4, "10.0.0.1")


def test_an_answer_that_came_while_the_program_had_to_wait_is_none_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is readable yet; the program loses its turn for longer than it meant to wait; meanwhile the answer comes.

    It is read before the probe is given up.
    """
    prober = FakeProber(lambda _probe: [])
    channel = FakeChannel(prober)
    now = 0.0
    look = looping._ready

    def robbed(descriptors: Sequence[int], seconds: float) -> list[int]:
        nonlocal now
        now += seconds + 5
        if prober.answered:
            return look(descriptors, 0)
        prober.answered += 1
        channel._waiting.append(reply(prober.sent[0], 900))
        channel.poke()
        return []

    monkeypatch.setattr(looping, "_ready", robbed)
    told: list[Outcome] = []
    drive(PingSession([TARGET], Pace(1, timeout=1.0), now), {4: channel}, lambda: now, told.append)
    channel.close()
    assert [outcome.kind for outcome in told] == ["reply"]
