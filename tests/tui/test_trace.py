"""The tab Trace, driven by keys over a prober that answers as the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import jsonschema
import pytest

from netscope.core.probe import Event, Label, Probe
from netscope.domains.trace import DOMAIN
from netscope.tui.page import PageScreen
from netscope.tui.tabs import Tab
from netscope.tui.trace.board import HopRow
from netscope.tui.trace.screen import TraceScreen
from tests.tui.probers import FakeProber, error
from tests.tui.probing import Probing, probing
from tests.tui.stage import SIZES, Stage
from tests.tui.test_pictures import compare

TRACE = Tab("trace", "Trace", screen="netscope.tui.trace.screen:TraceScreen")
EXCEEDED, PORT, PROHIBITED = (11, 0), (3, 3), (3, 13)
LABEL = Label(16004, 0, True, 1)


class Net:
    """Five hops to every address: the third is silent, the fourth limits itself. The second can be moved."""

    def __init__(self) -> None:
        self.second = "10.1.2.1"
        self.probes = 0
        self.asked = dict.fromkeys(range(1, 40), 0)

    def __call__(self, probe: Probe) -> list[Event]:
        ttl = probe.ttl
        self.asked[ttl] += 1
        rtt = 2.0 * ttl + self.asked[ttl] % 3
        if ttl == 3 or (ttl == 4 and self.asked[4] % 3 == 0):
            return []
        if ttl >= 5:
            if probe.address == "10.0.0.66":
                return [error(probe, "10.1.5.1", PROHIBITED, rtt)] if ttl == 5 else []
            return [error(probe, probe.address, PORT, rtt)]
        by = self.second if ttl == 2 else f"10.1.{ttl}.1"
        found = error(probe, by, EXCEEDED, rtt)
        return [found._replace(labels=(LABEL,)) if ttl == 4 else found]


class Tracing(Probing[TraceScreen]):
    """The app with the tab Trace."""

    name = "trace"
    kind = TraceScreen

    def __init__(self, stage: Stage, prober: FakeProber, net: Net) -> None:
        super().__init__(stage, prober)
        self.net = net

    @property
    def hops(self) -> list[HopRow]:
        pane = self.screen.panes[1]
        view = pane.table.view
        return [record for key, record in zip(view.keys, view.records, strict=True) if pane.is_live(key)]

    async def ask(self, line: str, sentence: str = "reached") -> None:
        """Type a question, and wait for the end of the way to be known."""
        await self.enter(line)
        if sentence:
            await self.turn(1, lambda: sentence in self.screen.closing.text)

    async def turn(self, rounds: int, until: object = None) -> None:
        """Let time pass until the trace that is shown has gone round so often, and something is true."""

        def there() -> bool:
            run = self.screen._run()
            view = self.screen.board.views.get(run.number) if run is not None else None
            if view is None or view.rounds < rounds:
                return False
            return not callable(until) or bool(until())

        for _ in range(400):
            if there():
                break
            self.stage.host.now += 0.05
            self.prober.poke()
            await asyncio.sleep(0.01)
        assert there(), "\n".join(self.stage.picture())
        await self.stage.settle()


@asynccontextmanager
async def tracing(size: tuple[int, int] = (80, 24), names: dict[str, str] | None = None) -> AsyncIterator[Tracing]:
    net = Net()
    prober = FakeProber(net, names)
    async with probing(TRACE, DOMAIN, prober, size) as stage:
        yield Tracing(stage, prober, net)


@pytest.mark.parametrize("size", SIZES)
async def test_a_trace_is_mtrs_table_and_a_sentence(size: tuple[int, int]) -> None:
    async with tracing(size, {"gateway.example": "10.1.1.1"}) as trace:
        await trace.ask("10.0.0.9 -c 1")
        await trace.turn(1, lambda: trace.stage.sees("done"))
        await trace.stage.until(lambda: len(trace.hops) == 5 and trace.stage.sees("gateway.example"), "names")
        trace.stage.host.now += 10  # nothing is new any more
        trace.screen.feed.look()
        await trace.stage.until(lambda: not trace.stage.sees("+ 10.0.0.9"), "no marks")
        await trace.stage.press("j", "j")
        compare(trace.stage, "trace")


async def test_silence_and_limits_are_no_loss() -> None:
    async with tracing((120, 40)) as trace:
        await trace.ask("10.0.0.9 -I --interval 0.2")
        await trace.turn(7)
        await trace.stage.until(lambda: trace.hops[3].received < trace.hops[3].sent, "a withheld answer")
        first, second, third, fourth, last = trace.hops
        assert [hop.loss for hop in (first, second, fourth, last)] == [0, 0, 0, 0]
        assert third.loss is None
        assert fourth.seldom
        assert "limits its answers: that is no loss" in trace.screen.closing.text
        assert trace.stage.sees("<MPLS:L=16004,E=0,S=1,T=1>")


async def test_a_path_that_changes_keeps_its_own_statistics() -> None:
    async with tracing((120, 40)) as trace:
        await trace.ask("10.0.0.9 --interval 0.2")
        await trace.turn(3)
        trace.net.second = "10.1.2.99"
        await trace.turn(8, lambda: any(hop.path for hop in trace.hops))
        now = [hop for hop in trace.hops if not hop.path]
        before = [hop for hop in trace.hops if hop.path]
        assert now[1].address == "10.1.2.99"
        assert before[1].address == "10.1.2.1"
        assert now[1].sent + before[1].sent == trace.screen.board.views[0].rounds or now[0].began > 1
        assert "the way has changed: 1 earlier path" in trace.screen.closing.text
        assert trace.stage.sees("rounds 1-")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("10.0.0.9", "reached 10.0.0.9 in 5 hops"),
        ("10.0.0.66", "filtered by 10.1.5.1 at hop 5"),
        ("-m 4 10.0.0.9", "not reached within 4 hops"),
    ],
)
async def test_the_sentence_says_how_it_ends(line: str, sentence: str) -> None:
    async with tracing((120, 40)) as trace:
        await trace.ask(f"{line} --interval 0.2", sentence)
        assert trace.stage.sees(sentence)


async def test_several_targets_are_switched_between() -> None:
    async with tracing((120, 40)) as trace:
        await trace.ask("10.0.0.9 10.0.0.66")
        await trace.turn(1, lambda: len(trace.screen.panes[0].table.view.keys) == 2)
        assert "10.0.0.9: reached" in trace.screen.closing.text
        await trace.stage.press("right_square_bracket")
        await trace.turn(1, lambda: "10.0.0.66: filtered" in trace.screen.closing.text)
        await trace.stage.press("w", "k")
        await trace.turn(1, lambda: "10.0.0.9: reached" in trace.screen.closing.text)
        await trace.stage.press("x")
        await trace.stage.until(lambda: trace.stage.sees("stopped"), "its end")
        assert [run.state for run in trace.screen.board.runs.values()] == ["stopped", "running"]
        await trace.stage.press("X")
        await trace.stage.until(lambda: trace.stage.sees("nothing is sent"), "the end of both")


async def test_a_short_screen_shows_hops_and_how_it_ends() -> None:
    async with tracing((80, 12)) as trace:
        await trace.ask("10.0.0.9")
        for text in ("10.1.1.1", "10.1.2.1", "10.0.0.9: reached"):
            assert trace.stage.sees(text), trace.stage.picture()


async def test_flows_are_a_graph_and_v_shows_the_rest() -> None:
    async with tracing((120, 40)) as trace:
        await trace.ask("10.0.0.9 --flows 3", "")
        await trace.turn(1, lambda: "5   10.0.0.9  flows 1-3" in trace.screen.flows.text)
        await trace.stage.press("v")
        assert trace.stage.sees("Hops")
        await trace.stage.press("v")
        assert trace.stage.sees("Last rounds")
        await trace.stage.press("v")
        assert trace.stage.sees("Flows of 10.0.0.9")


async def test_enter_tells_everything_of_a_hop() -> None:
    async with tracing((120, 40)) as trace:
        await trace.ask("10.0.0.9 --interval 0.2")
        await trace.turn(2, lambda: len(trace.hops) == 5)
        await trace.stage.press("j", "j", "j", "enter")
        await trace.stage.until(lambda: trace.stage.sees("Router 10.1.4.1"), "the page")
        page = trace.stage.app.screen
        assert isinstance(page, PageScreen)
        for text in ("type 11, code 0", "reply TTL", "MPLS:L=16004"):
            assert text in page.text


async def test_p_and_t_take_the_address_of_a_hop_along() -> None:
    async with tracing() as trace:
        await trace.ask("10.0.0.9")
        await trace.turn(1, lambda: len(trace.hops) == 5)
        await trace.stage.press("j", "t")
        await trace.turn(1, lambda: "10.1.2.1: " in trace.screen.closing.text)
        await trace.stage.press("1", "t")
        await trace.turn(1, lambda: "10.0.0.7: " in trace.screen.closing.text)
        assert trace.screen.question.history == ["10.0.0.9", "10.1.2.1", "10.0.0.7"]


async def test_n_asks_for_no_names() -> None:
    async with tracing(names={"gateway.example": "10.1.1.1"}) as trace:
        await trace.stage.press("escape", "n")
        await trace.stage.until(lambda: trace.screen.names.numeric, "numbers")
        await trace.ask("10.0.0.9")
        await trace.turn(1, lambda: len(trace.hops) == 5)
        assert not trace.prober.asked
        assert trace.stage.sees("10.1.1.1")
        await trace.stage.press("n")
        await trace.stage.until(lambda: trace.stage.sees("gateway.example"), "the name")


@pytest.mark.parametrize(
    ("line", "told"),
    [("-I -T 10.0.0.9", "choose one"), ("-q 3 10.0.0.9", "unknown option -q"), ("-m 999 10.0.0.9", "from 1 to 255"),
     ("--mtu -T 10.0.0.9", "never long"), ("--interval 0 10.0.0.9", "from 0.1")],
)  # fmt: skip
async def test_what_is_refused_is_said_beside_the_question(line: str, told: str) -> None:
    async with tracing((120, 40)) as trace:
        await trace.ask(line, "")
        await trace.stage.until(lambda: trace.stage.sees(told), told)
        assert not trace.prober.plans


async def test_a_name_that_is_none_is_a_problem() -> None:
    async with tracing() as trace:
        await trace.ask("nosuch.invalid", "")
        await trace.stage.until(lambda: trace.stage.sees("nosuch.invalid: Name or service not known"), "why")
        assert trace.stage.sees("failed")


async def test_what_runs_is_in_the_snapshot(tmp_path: Path) -> None:
    async with tracing() as trace:
        await trace.ask("10.0.0.9 --interval 0.2")
        await trace.turn(3)
        record = await trace.saved(tmp_path / "all.json")
    jsonschema.validate(record, DOMAIN.schema())
    assert record["verdict"]["text"] == "reached 10.0.0.9 in 5 hops"
    assert len(record["paths"][0]["hops"]) == 5
