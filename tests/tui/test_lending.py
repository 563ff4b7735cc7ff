"""Names lent to addresses: the service that finds them, and the key that turns it on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netscope.core.dns import names
from netscope.core.dns.message import Message, Record
from netscope.domains.dns.reverse import askable, hosts, judged, resolve
from netscope.hub.reverse import ReverseNames
from tests.files.made import pcap
from tests.tui.asking import Asked, PaperHost, PaperResolver, Zone, asking
from tests.tui.packetstage import conversation, packet_stage
from tests.tui.stage import flow

PTR, SOA = 12, 6
ZONE: Zone = {
    ("7.0.0.10.in-addr.arpa", "PTR"): ["7.0.0.10.in-addr.arpa. 100 PTR seven.example.com."],
    ("8.0.0.10.in-addr.arpa", "PTR"): 3,
}  # fmt: skip


def message(rcode: int, answer: list[Record], authority: list[Record]) -> Message:
    return Message(1, 0, rcode, (1, 0, 0, 0), (), tuple(answer), tuple(authority), (), None, None, 12, 0)


def ptr(name: bytes, ttl: int) -> Record:
    return Record("7.0.0.10.in-addr.arpa.", PTR, 1, ttl, bytes([len(name)]) + name + b"\0")


def soa(ttl: int, minimum: int) -> Record:
    return Record("10.in-addr.arpa.", SOA, 1, ttl, b"\0\0" + bytes(16) + minimum.to_bytes(4, "big"))


def test_a_name_lives_for_its_ttl_and_an_absence_for_the_zones() -> None:
    assert judged(message(0, [ptr(b"b", 100), ptr(b"a", 300)], [])) == ("a", 100)
    assert judged(message(0, [ptr(b"a", 0)], [])) == ("a", 10), "not asked again at each look"
    assert judged(message(0, [ptr(b"a", 1 << 30)], [])) == ("a", 86400)
    assert judged(message(3, [], [soa(900, 60)])) == ("", 60)
    assert judged(message(0, [], [soa(40, 600)])) == ("", 40)
    assert judged(message(3, [], [])) == ("", 300)
    assert judged(message(2, [], [])) == ("", 60)
    assert judged(None) == ("", 60)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "fe80::1", "224.0.0.1", "ff02::1", "0.0.0.0", "::", "x", "/run"]
)
def test_nobody_is_asked_about_what_stays_on_the_host(address: str) -> None:
    assert not askable(address)
    resolver = PaperResolver({})
    assert [lent.name for lent in resolve(resolver, [address])] in ([""], ["localhost"])
    assert resolver.asked == []


def test_the_hosts_file_comes_first() -> None:
    resolver = PaperResolver(ZONE)
    found = {lent.address: lent.name for lent in resolve(resolver, ["192.0.2.7", "::ffff:192.0.2.7", "10.0.0.7"])}
    assert found == {
        "192.0.2.7": "printer.example.com", "::ffff:192.0.2.7": "printer.example.com", "10.0.0.7": "seven.example.com",
    }  # fmt: skip
    assert [name for name, _kind, _server in resolver.asked] == ["7.0.0.10.in-addr.arpa."]


@given(st.text())
@example("\0\tx")
@example("\udce9\tx")
def test_any_hosts_file_is_read(text: str) -> None:
    for address, name in hosts(text).items():
        assert address
        assert name in text


async def settled(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def test_names_are_cached_until_they_are_too_old() -> None:
    host = PaperHost(PaperResolver(ZONE))
    lender = ReverseNames(host)
    lender.want(["10.0.0.7"])
    assert host.resolver.asked == [], "it is off"
    lender.turn(True)
    lender.want(["10.0.0.7", "10.0.0.8"])
    assert lender.host("10.0.0.7") == "", "nobody waits"
    await settled(lambda: lender.host("10.0.0.7") == "seven.example.com")
    await settled(lambda: len(host.resolver.asked) == 2)
    lender.want(["10.0.0.7", "10.0.0.8"])
    await asyncio.sleep(0.02)
    assert len(host.resolver.asked) == 2, "both are known: the one's name, the other's absence"
    host.now += 99
    lender.want(["10.0.0.7"])
    host.now += 2
    lender.want(["10.0.0.7"])
    assert lender.host("10.0.0.7") == "seven.example.com", "the old name stands while the new one is asked for"
    await settled(lambda: len(host.resolver.asked) == 3)
    await lender.close()


async def test_turning_it_off_ends_the_questions() -> None:
    host = PaperHost(PaperResolver(ZONE))
    host.resolver.gate.clear()
    lender = ReverseNames(host)
    lender.turn(True)
    lender.want([f"10.0.{n // 200}.{n % 200 + 1}" for n in range(2000)])
    await settled(lambda: host.resolver.running == 1)
    lender.turn(False)
    await settled(lambda: host.resolver.running == 0)
    host.resolver.gate.set()
    await lender.close()
    assert host.resolver.asked == []


async def test_who_wants_very_many_gets_the_latest() -> None:
    host = PaperHost(PaperResolver({}))
    lender = ReverseNames(host)
    lender.turn(True)
    lender.want([f"10.1.{n // 200}.{n % 200 + 1}" for n in range(2000)])
    await settled(lambda: len(host.resolver.asked) == 500)
    await lender.close()
    assert ("200.9.1.10.in-addr.arpa.", "PTR", "192.0.2.53") in host.resolver.asked


async def test_the_key_lends_names_to_the_rows_in_sight() -> None:
    host = PaperHost(PaperResolver({**ZONE, **{
        (f"{n % 250}.{n // 250 % 250}.0.10.in-addr.arpa", "PTR"): [
            f"{n % 250}.{n // 250 % 250}.0.10.in-addr.arpa. 300 PTR h{n}.example.com."
        ] for n in range(10, 300)
    }}))  # fmt: skip
    async with asking(host, "dns", (100, 24)) as stage:
        await stage.press("escape", "1")
        stage.topic.records = [flow(number) for number in range(1, 300)]
        await stage.press("r")
        await stage.until(lambda: stage.sees("flow18"), "the rows")
        assert stage.host.resolver.asked == []
        await stage.press("N")
        await stage.until(lambda: stage.sees("seven.example.com"), "a name")
        assert stage.sees("names: asks 192.0.2.53")
        await stage.until(lambda: stage.sees("h18.example.com"), "all names in sight")
        asked = len(stage.host.resolver.asked)
        assert asked <= 22, "those in sight, and no others"
        await stage.press("G")
        await stage.until(lambda: stage.sees("h299.example.com"), "the names of other rows")
        await check_numbers_and_off(stage)


async def check_numbers_and_off(stage: Asked) -> None:
    await stage.press("n")
    await stage.until(lambda: stage.sees("10.0.1.49") and not stage.sees("example.com"), "numbers")
    assert not stage.sees("names: asks")
    asked = len(stage.host.resolver.asked)
    await stage.press("g")
    await stage.settle()
    assert len(stage.host.resolver.asked) == asked, "numbers ask nobody"
    await stage.press("n")
    await stage.until(lambda: stage.sees("seven.example.com") and stage.sees("names: asks"), "names again")
    await stage.press("N")
    await stage.until(lambda: not stage.sees("example.com") and not stage.sees("names: asks"), "addresses")
    assert stage.sees("https"), "ports keep their names"


async def test_packets_are_shown_by_name_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talk.pcap").write_bytes(pcap(conversation()))
    async with packet_stage((120, 30)) as stage:
        await stage.open(tmp_path / "talk.pcap")
        row = stage.packets.list.row_here()
        assert row is not None
        reverse = names.reverse(row.source).rstrip(".")
        resolver = PaperResolver({(reverse, "PTR"): [f"{reverse}. 300 PTR client.example.com."]})
        stage.host.dns = lambda: resolver  # type: ignore[attr-defined]
        assert not stage.sees("client.example.com")
        await stage.press("N")
        await stage.until(lambda: stage.sees("client.example.com"), "the name")
        assert len(resolver.asked) == 2, "both ends, once"
        await stage.press("N")
        await stage.until(lambda: not stage.sees("client.example.com"), "the address again")
