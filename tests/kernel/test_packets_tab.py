"""The Packets tab on a real kernel: a capture on one end of a veth pair, in a namespace of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from netscope.domains import load
from netscope.domains.services import ServiceNames
from netscope.hub.watch import Hub
from netscope.tui.app import NetscopeApp
from netscope.tui.packets.screen import PacketsScreen
from tests.files.made import everything, opened
from tests.lab import Namespace
from tests.tui.packetstage import TABS
from tests.tui.stage import Driven

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "ping")]


class Capturing(Driven):
    """The real app on the real host."""

    @property
    def packets(self) -> PacketsScreen:
        screen = self.app._built["packets"]
        assert isinstance(screen, PacketsScreen)
        return screen


@asynccontextmanager
async def capturing(netns: Namespace) -> AsyncIterator[Capturing]:
    """Run the app in the namespace, on its Packets tab."""
    host = netns.host()
    hub = Hub(host, load)
    stage = Capturing(hub, NetscopeApp(hub, load, lambda numeric: ServiceNames(host, numeric), TABS[1:]))
    try:
        async with stage.app.run_test(size=(120, 40)) as pilot:
            stage.pilot = pilot
            await stage.until(lambda: "packets" in stage.app._built, "the tab")
            yield stage
    finally:
        await hub.close()
        host.close()


@pytest.fixture
def joined(netns: Namespace) -> Namespace:
    """Two interfaces joined; what is sent to 10.9.0.2 over a0 comes in at b0, and nobody answers."""
    netns.ip("link set lo up")
    netns.ip("link add a0 type veth peer name b0")
    for name, address in (("a0", "10.9.0.1/24"), ("b0", "10.9.1.1/24")):
        netns.ip(f"address add {address} dev {name}")
        netns.ip(f"link set {name} up")
    netns.ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:99 dev a0")
    return netns


async def choose(stage: Capturing, *names: str) -> None:
    """Open the dialogue and choose interfaces."""
    await stage.press("s")
    await stage.until(lambda: stage.sees("b0"), "interfaces")
    order = [line.split("]")[1].split()[0] for line in stage.picture() if "[ ]" in line]
    for number, name in enumerate(order[: order.index("lo") + 1]):
        if number:
            await stage.press("j")
        if name in names:
            await stage.press("space")


async def test_a_ping_is_captured_filtered_and_taken_apart(joined: Namespace) -> None:
    async with capturing(joined) as stage:
        await choose(stage, "b0")
        await stage.press("tab")
        await stage.type("icmp and icmpp")
        await stage.press("enter")
        await stage.until(lambda: stage.sees("at 10:"), "the place of the error")
        await stage.press("end", "backspace", "enter")
        await stage.until(lambda: stage.packets.desk.running and stage.sees("capturing on b0"), "a capture")
        joined.run("ping", "-c", "3", "-i", "0.2", "-W", "1", "10.9.0.2", check=False)
        await stage.until(lambda: stage.packets.list.count >= 3, "three packets")
        assert stage.sees("Echo (ping) request")
        assert stage.sees("10.9.0.2")
        await stage.press("s")
        await stage.until(lambda: not stage.packets.desk.running, "the end")
        assert stage.packets.desk.unsaved == 3
        assert stage.packets.desk.dropped == 0


async def test_several_interfaces_at_once_and_saving_what_came(
    joined: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with capturing(joined) as stage:
        await choose(stage, "a0", "b0")
        await stage.press("tab")
        await stage.type("icmp")
        await stage.press("enter")
        await stage.until(lambda: stage.packets.desk.running, "a capture")
        joined.run("ping", "-c", "2", "-i", "0.2", "-W", "1", "10.9.0.2", check=False)
        await stage.until(lambda: stage.packets.list.count >= 4, "each packet on both")
        await stage.press("e", "ctrl+a", "ctrl+k")
        await stage.type("two.pcapng")
        await stage.press("enter")
        await stage.until((tmp_path / "two.pcapng").exists, "the file")
        assert stage.packets.desk.running, "saved while it goes on"
        assert stage.packets.desk.unsaved == 0
    found = opened((tmp_path / "two.pcapng").read_bytes())
    assert {interface.name for interface in found.interfaces} == {"a0", "b0"}
    assert sorted(frame.interface for frame in everything(found)) == [0, 0, 1, 1]
