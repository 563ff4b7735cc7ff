"""The tab Ping, driven by keys over a prober that answers as the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import jsonschema
import pytest

from netscope.core.probe import Event, Probe
from netscope.domains.ping import DOMAIN
from netscope.tui.confirm import Confirm
from netscope.tui.page import PageScreen
from netscope.tui.ping.board import Row
from netscope.tui.ping.graph import Plot, Scope, draw
from netscope.tui.ping.screen import PingScreen
from netscope.tui.ping.series import Series
from netscope.tui.probing.feed import SECONDS
from netscope.tui.tabs import Tab
from tests.tui.probers import FakeProber, error, reply
from tests.tui.probing import Probing, nothing_probes, probing
from tests.tui.stage import SIZES
from tests.tui.test_pictures import compare

PING = Tab("ping", "Ping", screen="netscope.tui.ping.screen:PingScreen")
BETWEEN = 0.002  # seconds that let one more target be probed


def answers(probe: Probe) -> list[Event]:
    """10.0.0.3 is prohibited, 10.0.0.2 leaves every third unanswered, others answer in 10 ms and more."""
    number = probe.sequence
    if probe.address == "10.0.0.3":
        return [error(probe, "10.0.0.254", (3, 13))]
    if probe.address == "10.0.0.2" and number % 3 == 0:
        return []
    return [reply(probe, 10 + number % 4 * 2.5)]


class Pinging(Probing[PingScreen]):
    """The app with the tab Ping."""

    name = "ping"
    kind = PingScreen

    @property
    def rows(self) -> list[Row]:
        pane = self.screen.pane
        view = pane.table.view
        return [record for key, record in zip(view.keys, view.records, strict=True) if pane.is_live(key)]

    async def ask(self, line: str, targets: int = 1) -> None:
        """Type a question, and wait for the first probe to each of its targets."""
        sent = len(self.prober.sent)
        await self.enter(line)
        if targets:
            await self.stage.until(lambda: len(self.prober.sent) > sent, f"a probe for {line}")
            self._pass(targets * BETWEEN)
            await self.stage.until(lambda: len(self.prober.sent) == sent + targets, f"a probe for each of {line}")
            await self.shown()

    async def step(self, times: int = 1, targets: int = 1) -> None:
        """Let seconds pass, in each of which that many targets are asked again."""
        for _ in range(times):
            wanted = len(self.prober.sent) + targets
            self._pass(1.0 + targets * BETWEEN)
            await self.stage.happens(partial(self._has_sent, wanted), "the next probes")
        await self.shown()

    def _has_sent(self, wanted: int) -> bool:
        return len(self.prober.sent) == wanted

    def _pass(self, seconds: float) -> None:
        self.stage.host.now += seconds
        self.prober.poke()

    async def shown(self) -> None:
        """Wait until what was answered is on the screen."""

        def counted() -> bool:
            found = [row.result for row in self.rows]
            answered = sum(result.received + result.errors for result in found)
            return answered == self.prober.answered and sum(r.sent for r in found) == len(self.prober.sent)

        await self.stage.until(counted, "all answers on the screen")


@asynccontextmanager
async def pinging(size: tuple[int, int] = (80, 24), names: dict[str, str] | None = None) -> AsyncIterator[Pinging]:
    prober = FakeProber(answers, names)
    async with probing(PING, DOMAIN, prober, size) as stage:
        yield Pinging(stage, prober)


@pytest.mark.parametrize("size", SIZES)
async def test_several_targets_in_one_table_with_the_graph_of_one(size: tuple[int, int]) -> None:
    async with pinging(size, {"gateway": "10.0.0.1"}) as ping:
        await ping.ask("gateway")
        await ping.ask("10.0.0.2 10.0.0.3", 2)
        await ping.step(24, 3)
        await ping.stage.press("j")
        compare(ping.stage, "ping")


@pytest.mark.parametrize("size", SIZES[:2])
async def test_marked_targets_share_the_graph(size: tuple[int, int]) -> None:
    async with pinging(size) as ping:
        await ping.ask("10.0.0.1 10.0.0.2", 2)
        await ping.step(12, 2)
        await ping.stage.press("m", "j", "m", "plus", "plus")
        compare(ping.stage, "ping-marked")


@pytest.mark.parametrize("size", SIZES[:1])
async def test_before_anybody_is_asked(size: tuple[int, int]) -> None:
    async with pinging(size) as ping:
        assert ping.stage.app.focused is ping.screen.question.input
        compare(ping.stage, "ping-empty")
        await ping.stage.type("10.0.0.1")
        assert ping.screen.question.input.value == "10.0.0.1", "digits are no tabs here"


async def test_what_is_on_its_way_is_not_lost() -> None:
    async with pinging() as ping:
        ping.prober.answer = lambda _probe: []
        await ping.ask("10.0.0.9")
        assert ping.rows[0].result.loss == 0
        await ping.step(3)
        await ping.stage.until(lambda: ping.rows[0].result.loss == 100, "two seconds are over")


async def test_x_stops_and_takes_away_and_r_begins_anew() -> None:
    async with pinging() as ping:
        await ping.ask("10.0.0.1")
        await ping.step(2)
        await ping.stage.press("x")
        await ping.stage.until(lambda: ping.rows[0].state == "stopped", "stopped")
        sent = len(ping.prober.sent)
        ping.stage.host.now += 10
        ping.prober.poke()
        await ping.stage.press("r")
        await ping.stage.until(lambda: len(ping.prober.sent) == sent + 1, "a new beginning")
        await ping.stage.until(lambda: [row.result.sent for row in ping.rows] == [1], "nothing of before is counted")
        await ping.stage.press("x", "x")
        await ping.stage.until(lambda: not ping.rows, "an empty table")
        assert ping.stage.sees("nothing is sent")


async def test_x_and_r_are_for_the_target_of_the_row() -> None:
    async with pinging() as ping:
        await ping.ask("10.0.0.1 10.0.0.2 10.0.0.4", 3)
        await ping.step(1, 3)
        await ping.stage.press("j", "x")
        await ping.stage.until(
            lambda: [row.state for row in ping.rows] == ["running", "stopped", "running"], "one less"
        )
        assert ping.stage.sees("● 2 probing")
        await ping.step(2, 2)
        assert [row.result.sent for row in ping.rows] == [4, 2, 4]
        await ping.stage.press("r")
        await ping.stage.until(lambda: ping.rows[1].result.sent == 0, "nothing of before is counted")
        ping._pass(1.01)
        await ping.stage.until(lambda: [row.result.sent for row in ping.rows] == [5, 1, 5], "it begins anew")
        assert {row.state for row in ping.rows} == {"running"}
        await ping.stage.press("x", "x")
        await ping.stage.until(lambda: len(ping.rows) == 2, "the row is gone")
        assert [row.result.target for row in ping.rows] == ["10.0.0.1", "10.0.0.4"]
        assert ping.screen.pane.table.place.cursor == 1
        await ping.stage.press("x", "k", "x")
        await ping.stage.until(lambda: ping.stage.sees("nothing is sent"), "the last of them ends the question")
        assert [row.state for row in ping.rows] == ["stopped", "stopped"]


async def test_a_target_begins_anew_after_its_question_has_ended() -> None:
    async with pinging(names={"two": "10.0.0.2"}) as ping:
        await ping.ask("10.0.0.1 two 10.0.0.4 -c 1", 3)
        ping._pass(5.0)
        await ping.stage.until(lambda: [row.state for row in ping.rows] == ["done"] * 3, "the end")
        ping.prober.known["two"] = "10.0.0.6"
        await ping.stage.press("j", "r")
        await ping.stage.until(lambda: len(ping.prober.sent) == 4, "a probe to that one")
        ping._pass(5.0)
        await ping.stage.until(lambda: [row.state for row in ping.rows] == ["done"] * 3, "the end")
        assert [row.result.address for row in ping.rows] == ["10.0.0.1", "10.0.0.6", "10.0.0.4"]
        assert [row.result.sent for row in ping.rows] == [1, 1, 1]
        assert ping.prober.sent[-1].address == "10.0.0.6", "a name is looked up again"
        await ping.stage.press("x", "x", "x")
        await ping.stage.until(lambda: not ping.rows, "an empty table")


async def test_a_name_that_is_none_any_more_fails_alone() -> None:
    async with pinging(names={"two": "10.0.0.2"}) as ping:
        await ping.ask("10.0.0.1 two -c 1", 2)
        ping._pass(5.0)
        await ping.stage.until(lambda: [row.state for row in ping.rows] == ["done"] * 2, "the end")
        del ping.prober.known["two"]
        await ping.stage.press("j", "r")
        await ping.stage.until(lambda: [row.state for row in ping.rows] == ["done", "failed"], "its failure")
        assert ping.stage.sees("two: Name or service not known")


async def test_x_and_r_are_for_the_target_of_the_row_when_the_mtu_is_measured() -> None:
    async with pinging((120, 40)) as ping:
        await ping.ask("10.0.0.1 10.0.0.4 --mtu", 0)
        await ping.stage.until(lambda: [row.state for row in ping.rows] == ["done", "done"], "both")
        sent = len(ping.prober.sent)
        ping.prober.answer = lambda _probe: []
        await ping.stage.press("j", "r")
        await ping.stage.until(lambda: len(ping.prober.sent) > sent, "the second is measured again")
        assert {probe.address for probe in ping.prober.sent[sent:]} == {"10.0.0.4"}
        await ping.stage.until(lambda: [row.state for row in ping.rows] == ["done", "running"], "that it is")
        assert [row.result.mtu is not None for row in ping.rows] == [True, False]
        await ping.stage.press("x")
        await ping.stage.until(lambda: [row.state for row in ping.rows] == ["done", "stopped"], "its end")


async def test_space_pauses_without_losing_anything() -> None:
    async with pinging() as ping:
        await ping.ask("10.0.0.2")
        await ping.step(2)  # the third is not answered
        sent = len(ping.prober.sent)
        await ping.stage.press("space")
        assert ping.stage.sees("PAUSED")
        ping.stage.host.now += 100
        ping.prober.poke()
        await ping.stage.until(lambda: ping.rows[0].state == "paused", "paused")
        assert ping.rows[0].result.loss == 0, "time stands still"
        await ping.stage.press("space")
        await ping.step()
        assert len(ping.prober.sent) == sent + 1, "nothing is caught up on"


async def test_it_goes_on_while_another_tab_is_in_front_and_paints_nothing() -> None:
    async with pinging() as ping:
        await ping.ask("10.0.0.1")
        await ping.stage.press("1")
        looks = 0
        look = ping.screen.board.look

        def counted() -> object:
            nonlocal looks
            looks += 1
            return look()

        ping.screen.board.look = counted  # type: ignore[method-assign, assignment]
        for _ in range(3):
            sent = len(ping.prober.sent)
            ping.stage.host.now += 1
            ping.prober.poke()
            await ping.stage.until(lambda sent=sent: len(ping.prober.sent) == sent + 1, "it goes on")  # type: ignore[misc]
        await asyncio.sleep(2 * SECONDS)
        assert looks == 0
        await ping.stage.press("2")
        await ping.shown()
        assert ping.rows[0].result.received == 4


async def test_the_other_tabs_tell_that_something_is_still_sent() -> None:
    async with pinging() as tab:
        await tab.ask("10.0.0.1 -c 100")
        await tab.stage.press("escape", "1")
        await tab.stage.until(lambda: tab.stage.sees("● 1 ping "), "the news in the other tab")
        await tab.stage.press("2")
        await tab.stage.until(lambda: tab.stage.sees("● 1 probing"), "the tab's own word")
        assert not tab.stage.sees("● 1 ping ")
        await tab.stage.press("1")
        await tab.stage.until(lambda: tab.stage.sees("● 1 ping "), "the news again")
        tab.screen.halt()
        await tab.stage.until(lambda: not tab.stage.sees("● 1 ping "), "its end")


async def test_p_on_an_address_in_another_tab_pings_it() -> None:
    async with pinging() as ping:
        await ping.stage.press("escape", "1", "p")
        await ping.stage.until(lambda: bool(ping.prober.sent), "a probe")
        await ping.shown()
        assert [row.result.target for row in ping.rows] == ["10.0.0.7"]
        assert ping.screen.question.history == ["10.0.0.7"]
        assert ping.stage.app.focused is ping.screen.pane.table


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-i 0.001 10.0.0.1", "at least 2 ms"),
        ("10.0.0.0/7", "too many"),
        ("--tcp 80 --udp 80 10.0.0.1", "choose one"),
        ("-x 10.0.0.1", "unknown option -x"),
        ("'10.0.0.1", "quotation"),
        ("-c", "needs a value"),
        ("-q 10.0.0.1", "unknown option -q"),
        ("--rate 9999 10.0.0.1", "from 1 to 5000"),
    ],
)
async def test_what_is_refused_is_said_beside_the_question(line: str, told: str) -> None:
    async with pinging((120, 40)) as ping:
        await ping.ask(line, 0)
        await ping.stage.until(lambda: ping.stage.sees(told), told)
        assert ping.stage.app.focused is ping.screen.question.input
        assert not ping.prober.plans


@pytest.mark.parametrize(("line", "size"), [("10.0.0.0/22", "1024 private"), ("192.0.2.0/30 8.8.8.0/30", "4 public")])
async def test_big_and_public_prefixes_are_asked_about_first(line: str, size: str) -> None:
    async with pinging() as ping:
        await ping.ask(line, 0)
        assert isinstance(ping.stage.app.screen, Confirm)
        assert ping.stage.sees(size)
        await ping.stage.press("enter")
        assert ping.stage.sees("nothing was sent")
        assert not ping.prober.plans
        await ping.ask(line, 0)
        await ping.stage.press("y")
        await ping.stage.until(lambda: bool(ping.prober.sent), "probes")
        await ping.stage.press("x")


async def test_names_that_are_none_are_a_problem_and_the_others_are_pinged() -> None:
    async with pinging() as ping:
        await ping.ask("nosuch.invalid", 0)
        await ping.stage.until(lambda: ping.stage.sees("nosuch.invalid: Name or service not known"), "why")
        await ping.ask("nosuch.invalid 10.0.0.1")
        assert ping.stage.sees("nosuch.invalid: Name or service not known")
        assert [row.result.target for row in ping.rows] == ["10.0.0.1"]


async def test_a_resolver_that_hangs_holds_nothing_up() -> None:
    async with pinging(names={"slow": "10.0.0.8"}) as ping:
        ping.prober.slow.clear()
        await ping.ask("slow", 0)
        await ping.stage.until(lambda: ping.stage.sees("starting…"), "its beginning")
        await ping.stage.press("x", "1", "2")
        ping.screen.halt()
        ping.prober.slow.set()
        await ping.stage.until(lambda: not list(ping.screen.board.running()), "its end")
        assert not ping.prober.sent


async def test_the_graph_zooms_scrolls_back_and_follows_again() -> None:
    async with pinging() as ping:
        await ping.ask("10.0.0.1")
        await ping.step(40)
        assert ping.stage.sees("60 seconds")
        await ping.stage.press("plus", "plus")
        assert ping.stage.sees("10 seconds")
        newest = ping.screen.graph.text.splitlines()[-1]
        await ping.stage.press("left_square_bracket", "left_square_bracket")
        older = ping.screen.graph.text.splitlines()[-1]
        assert older < newest
        await ping.step(3)
        assert ping.screen.graph.text.splitlines()[-1] == older, "what is looked at stays"
        await ping.stage.press(*["right_square_bracket"] * 4)
        assert ping.screen.graph.text.splitlines()[-1] > newest
        await ping.stage.press(*["minus"] * 3)
        assert ping.stage.sees("2 minutes") or ping.stage.sees("120 seconds")


async def test_a_port_that_is_closed_is_said() -> None:
    async with pinging((120, 40)) as ping:
        ping.prober.answer = lambda probe: [reply(probe, 10)._replace(port_open=False)]
        await ping.ask("10.0.0.1 --tcp 80")
        assert ping.stage.sees("port 80 is closed")
        assert (ping.rows[0].result.open, ping.rows[0].result.loss) == (False, 0)
        ping.prober.answer = lambda probe: [reply(probe, 10)._replace(port_open=True)]
        await ping.step()
        assert not ping.stage.sees("is closed")
        assert ping.rows[0].result.open


async def test_below_a_dialogue_the_first_line_tells_of_this_tab_once() -> None:
    async with pinging((120, 40)) as ping:
        await ping.ask("10.0.0.1")
        await ping.stage.press("c")
        await ping.stage.until(lambda: ping.stage.sees("Columns of Ping"), "the dialogue")
        assert ping.stage.sees("● 1 probing")
        assert not ping.stage.sees("● 1 ping ")


async def test_a_short_screen_shows_the_targets_instead_of_the_graph() -> None:
    async with pinging((80, 12)) as ping:
        await ping.ask("10.0.0.1 10.0.0.3", 2)
        assert ping.stage.sees("    10.0.0.1 ")
        assert ping.stage.sees("    10.0.0.3 ")
        assert not ping.screen.graph.display


def test_the_graph_tells_the_least_and_the_greatest_time_also_of_one_column() -> None:
    series = Series()
    for number, rtt in enumerate((0.009, 0.001, 0.004), 1):
        series.sent(50.0 + number / 1000)
        series.answered(number, rtt)
    title = "".join(span.text for span in draw([Plot("host", series)], Scope(), 60.0, 60.0, 80, 8)[0])
    assert "1.000 ms … 9.000 ms" in title


async def test_details_and_help() -> None:
    async with pinging((120, 40)) as ping:
        await ping.ask("10.0.0.3")
        await ping.stage.press("enter")
        page = ping.stage.app.screen
        assert isinstance(page, PageScreen)
        assert '""' not in page.text, "what there is not is left out"
        assert "Packet filtered (says 10.0.0.254)" in page.text or "10.0.0.254" in page.text
        await ping.stage.press("escape", "question_mark")
        page = ping.stage.app.screen
        assert isinstance(page, PageScreen)
        for text in ("graph: a shorter time", "--tcp", "stop this target", "send nothing until"):
            assert text in page.text


async def test_what_runs_is_in_the_snapshot(tmp_path: Path) -> None:
    async with pinging() as ping:
        await ping.ask("10.0.0.2")
        await ping.step(3)
        record = await ping.saved(tmp_path / "all.json")
    jsonschema.validate(record, DOMAIN.schema())
    assert (record["target"], record["sent"], record["received"]) == ("10.0.0.2", 4, 3)


async def test_nothing_is_sent_any_more_once_the_program_ends() -> None:
    async with pinging() as ping:
        await ping.ask("10.0.0.1")
        await ping.stage.press("1")
        sent = len(ping.prober.sent)
        ping.stage.app.action_interrupt()
        ping.stage.host.now += 5
        ping.prober.poke()
        nothing_probes()
        assert len(ping.prober.sent) == sent
