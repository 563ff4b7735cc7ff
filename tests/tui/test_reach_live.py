"""The tabs Ping and Trace as the whole program on a terminal, in the namespaces of the path with several hops."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator

import pytest

from tests.lab import Namespace, without_privileges
from tests.reachlab import HOPS, MTU, PROHIBITED, SERVER, Lab, reach_lab
from tests.tui.terminal import NETSCOPE, Terminal

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "ping", "nft", "setpriv")]
USERS = ["", "nobody"]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """The path; one for all tests here, which leave it as it was."""
    with reach_lab() as made:
        yield made


def on_terminal(inside: Namespace, user: str = "", size: tuple[int, int] = (120, 30)) -> Terminal:
    command = without_privileges(NETSCOPE, user) if user else list(NETSCOPE)
    return Terminal(["ip", "netns", "exec", inside.name, *command], size)


def go(terminal: Terminal, tab: str) -> None:
    """Go to a tab whose question line takes the keys at once."""
    terminal.until(terminal.sees("Sockets  "), "the first tab")
    number = next(found[1] for line in terminal.lines() if (found := re.search(rf"(\d) {tab}", line)))
    terminal.keys(number)
    terminal.until(terminal.sees(f"[{number} {tab}]"), f"the tab {tab}")


def ask(terminal: Terminal, line: str) -> None:
    terminal.keys(f"{line}\r")


def echoes(server: Namespace) -> int:
    """Return how many echo requests a host has received."""
    lines = [line.split() for line in server.run("cat", "/proc/net/snmp").splitlines() if line.startswith("Icmp:")]
    return int(lines[1][lines[0].index("InEchos")])


@pytest.mark.parametrize("user", USERS)
def test_pings_side_by_side_with_any_rights(lab: Lab, user: str) -> None:
    with on_terminal(lab.c, user) as terminal:
        go(terminal, "Ping")
        ask(terminal, f"-i 0.1 {SERVER[4]} {SERVER[6]} {PROHIBITED[4]}")
        terminal.until(terminal.sees("Packet filtered"), "who says why not")
        for address in (SERVER[4], SERVER[6]):
            terminal.until(
                lambda address=address: any(  # type: ignore[misc]
                    re.search(rf"{re.escape(address)} .* ([3-9]|\d\d+) +0 ", line) for line in terminal.lines()
                ),
                f"three replies of {address}, none lost",
            )
        terminal.until(terminal.sees("over a datagram socket"), "the means")
        terminal.keys("q")
        terminal.until(terminal.ended, "the end")


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("family", [4, 6])
def test_a_trace_meets_the_routers_of_the_lab(lab: Lab, user: str, family: int) -> None:
    with on_terminal(lab.c, user) as terminal:
        go(terminal, "Trace")
        ask(terminal, f"-n --mtu {SERVER[family]}")
        terminal.until(terminal.sees(f"reached {SERVER[family]} in 5 hops"), "the sentence")
        terminal.until(terminal.sees(f"path MTU {MTU}"), "the path MTU")
        for routers in filter(None, HOPS[family]):
            terminal.until(
                lambda routers=routers: any(terminal.sees(router)() for router in routers),  # type: ignore[misc]
                f"one of {routers}",
            )
        terminal.until(terminal.sees("???"), "the silent one")
        terminal.keys("\x03")
        terminal.until(terminal.ended, "the end")


def test_flows_show_both_legs(lab: Lab) -> None:
    with on_terminal(lab.c) as terminal:
        go(terminal, "Trace")
        ask(terminal, f"-n --flows 16 {SERVER[4]}")
        for router in HOPS[4][1]:
            terminal.until(terminal.sees(router), "a leg")
        terminal.until(terminal.sees("flows 1-16"), "what all flows meet")


def test_a_path_that_changes_is_noticed() -> None:
    with reach_lab() as lab, on_terminal(lab.c) as terminal:
        go(terminal, "Trace")
        ask(terminal, f"-n -I --interval 0.2 {SERVER[4]}")
        terminal.until(terminal.sees(f"reached {SERVER[4]} in 5 hops"), "the sentence")
        screen = "\n".join(terminal.lines())
        leg = next(leg for leg in (2, 3) if f"10.90.{leg}.2" in screen)
        terminal.pump_for(1.0)
        lab.r1.ip(f"route replace default via 10.90.{5 - leg}.2")
        terminal.until(terminal.sees("the way has changed: 1 earlier path"), "the change")
        terminal.until(terminal.sees(f"10.90.{5 - leg}.2"), "the other router")
        assert any(f"10.90.{leg}.2" in line and "rounds 1-" in line for line in terminal.lines())


@pytest.mark.parametrize("end", ["q", "\x03", signal.SIGTERM, signal.SIGHUP])
def test_sending_stops_at_once_when_the_program_ends(lab: Lab, end: str | int) -> None:
    with on_terminal(lab.c) as terminal:
        go(terminal, "Ping")
        ask(terminal, f"-i 0.002 {SERVER[4]}")
        begun = echoes(lab.s)
        terminal.until(lambda: echoes(lab.s) > begun + 50, "probes")
        terminal.keys("1")  # it goes on in the background
        terminal.until(terminal.sees("[1 Sockets]"), "another tab")
        before, at = echoes(lab.s), time.monotonic()
        terminal.until(lambda: echoes(lab.s) > before + 50, "more probes")
        pace = (echoes(lab.s) - before) / (time.monotonic() - at)
        before = echoes(lab.s)
        if isinstance(end, str):
            terminal.keys(end)
        else:
            terminal.signal(end)
        took = terminal.until(terminal.ended, "the end")
        sent = echoes(lab.s) - before
        assert sent < max(60, pace * took / 2), f"{sent} probes in the {took:.2f} s that the end took"


def test_the_interface_goes_down_and_comes_back() -> None:
    with reach_lab() as lab, on_terminal(lab.c) as terminal:
        go(terminal, "Ping")
        ask(terminal, f"-i 0.1 {SERVER[4]}")
        terminal.until(terminal.sees("▁"), "replies")
        lab.c.ip("link set l1 down")
        terminal.until(terminal.sees("Network is unreachable"), "what the kernel says")
        terminal.until(terminal.sees("×"), "losses in the graph")
        lab.c.ip("link set l1 up")
        lab.c.ip("route replace default via 10.90.1.2")
        received = re.compile(rf"{re.escape(SERVER[4])} +\S* +(\d+) +(\d+) ")

        def count() -> int:
            return max((int(found[2]) for line in terminal.lines() if (found := received.search(line))), default=0)

        now = count()
        terminal.until(lambda: count() > now + 3, "replies again")
