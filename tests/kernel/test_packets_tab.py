"""The Packets tab on a real kernel: a capture on one end of a veth pair, in a namespace of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from netscope.domains import load
from netscope.domains.services import ServiceNames
from netscope.hub.watch import Hub
from netscope.tui.app import NetscopeApp
from netscope.tui.packets.screen import PacketsScreen
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


async def test_a_ping_is_captured_filtered_and_taken_apart(netns: Namespace) -> None:
    netns.ip("link set lo up")
    netns.ip("link add a0 type veth peer name b0")
    for name, address in (("a0", "10.9.0.1/24"), ("b0", "10.9.1.1/24")):
        netns.ip(f"address add {address} dev {name}")
        netns.ip(f"link set {name} up")
    netns.ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:99 dev a0")
    async with capturing(netns) as stage:
        await stage.press("s")
        await stage.until(lambda: stage.sees("b0"), "interfaces")
        while not any("b0" in line and "[x]" in line for line in stage.picture()):
            await stage.press("space")
            if any("b0" in line and "[x]" in line for line in stage.picture()):
                break
            await stage.press("space", "j")
        await stage.press("tab")
        await stage.type("icmp and icmpp")
        await stage.press("enter")
        await stage.until(lambda: stage.sees("at 10:"), "the place of the error")
        await stage.press("end", "backspace", "enter")
        await stage.until(lambda: stage.packets.desk.running and stage.sees("capturing on b0"), "a capture")
        netns.run("ping", "-c", "3", "-i", "0.2", "-W", "1", "10.9.0.2", check=False)
        await stage.until(lambda: stage.packets.list.count >= 3, "three packets")
        assert stage.sees("Echo (ping) request")
        assert stage.sees("10.9.0.2")
        await stage.press("s")
        await stage.until(lambda: not stage.packets.desk.running, "the end")
        assert stage.packets.desk.unsaved == 3
        assert stage.packets.desk.dropped == 0
