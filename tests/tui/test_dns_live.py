"""The DNS tab against the real bind9 of the private internet, from inside its namespace."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from netscope.hub.reverse import ReverseNames
from netscope.system.live import LiveHost
from tests.dnslab import Internet
from tests.dnszones import DEAD, LEAF
from tests.tui.asking import Asked, PaperHost, asking

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "named", "unbound", "dnssec-signzone", "openssl")]


@asynccontextmanager
async def live(internet: Internet, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Asked]:
    host = LiveHost(internet.client.name)
    try:
        async with asking(PaperHost(), "dns", size, host=host) as stage:
            yield stage
    finally:
        host.close()


async def test_a_question_a_reverse_one_and_a_zone(internet: Internet) -> None:
    async with live(internet) as stage:
        await stage.question("www.signed.test +dnssec")
        await stage.answered()
        assert stage.sees("www.signed.test A  NOERROR")
        assert stage.sees("qr rd ra ad")
        dug = internet.tool("dig", "+short", "www.signed.test").stdout.split()
        assert dug
        assert all(stage.sees(address) for address in dug)
        await stage.question("-x 10.53.9.1")
        await stage.answered()
        assert stage.sees("10.53.9.1 PTR  NOERROR")
        assert stage.sees("www.signed.test.")
        await stage.question(f"@{LEAF} big.plain.test AXFR")
        await stage.answered()
        assert stage.sees("answer  8003"), "8,000 names, the name server, and the zone's head twice"


@pytest.mark.parametrize(
    ("zone", "verdict", "said"),
    [
        ("signed", "● secure", "leads back"), ("broken", "✗ bogus", "is not the one that the DS in the parent"),
        ("lame", "○ insecure", "ns2.lame.test (10.53.2.2) lame"), ("differ", "○ insecure", "serials disagree"),
    ],
)  # fmt: skip
async def test_a_walk(internet: Internet, zone: str, verdict: str, said: str) -> None:
    async with live(internet, (160, 60)) as stage:
        await stage.question(f"--walk www.{zone}.test --hints {internet.hints} --anchor {internet.anchor}")
        await stage.answered()
        assert stage.sees(f"www.{zone}.test. A  {verdict}")
        assert stage.sees(said)
        assert stage.sees("▇"), "the time of each server"


async def test_a_thousand_names(internet: Internet) -> None:
    # 1,000 lines of a paste: the reverse names of the lab
    lines = [f"10.53.{100 + n // 250}.{n % 250 + 1}" for n in range(1000)]
    async with live(internet) as stage:
        stage.asking.pasted(lines)
        await stage.press("enter")
        await stage.until(lambda: stage.sees("1,000 of 1,000"), "all answers")
        assert stage.sees("10.53.100.1 PTR  NOERROR")
        await stage.press("G")
        assert stage.sees("host-999.plain.test.")


async def test_names_are_lent_by_the_real_resolver(internet: Internet) -> None:
    host = LiveHost(internet.client.name)
    lender = ReverseNames(host)
    lender.turn(True)
    try:
        lender.want(f"10.53.{100 + n // 250}.{n % 250 + 1}" for n in range(300))
        deadline = time.monotonic() + 20
        while not all(
            lender.host(f"10.53.{100 + n // 250}.{n % 250 + 1}") == f"host-{n}.plain.test" for n in range(300)
        ):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
    finally:
        await lender.close()
        host.close()


async def test_stopping_leaves_no_socket(internet: Internet) -> None:
    def sockets() -> int:
        return sum(os.readlink(f"/proc/self/fd/{fd}").startswith("socket:") for fd in os.listdir("/proc/self/fd")
                   if os.path.lexists(f"/proc/self/fd/{fd}"))  # fmt: skip

    async with live(internet) as stage:
        before = sockets()
        await stage.question(f"@{DEAD} +time=30 www.signed.test")
        await stage.until(lambda: sockets() > before, "a socket on its way")
        begun = time.monotonic()
        await stage.press("escape")
        await stage.answered()
        await stage.until(lambda: sockets() == before, "no socket")
        assert time.monotonic() - begun < 5
