"""Which rule wins, names of numbers, and bytes that are no rules or addresses."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, inet_pton
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.domain import Query
from netscope.domains import load
from netscope.domains.rtnl_names import Labels, parse
from netscope.domains.rules import Rule, wording
from netscope.domains.rules_match import Flow, matches, path, winner, within
from netscope.hub.once import look
from tests.unit.rtnl_bytes import Replay


def rule(priority: int, **facts: Any) -> Rule:
    named = {key.rstrip("_"): value for key, value in facts.items()}
    return Rule("inet", 0, priority, {"priority": priority, "src": "all", **named})


FLOW = Flow(inet_pton(AF_INET, "192.0.2.1"), uid=1000)
SIX = Flow(inet_pton(AF_INET6, "2001:db8::1"))


@pytest.mark.parametrize(
    ("facts", "flow", "expected"),
    [
        ({}, FLOW, True),
        ({"dst": "192.0.2.0", "dstlen": 24}, FLOW, True), ({"dst": "192.0.2.2"}, FLOW, False),
        ({"dst": "0", "dstlen": 1}, FLOW, False), ({"src": "10.0.0.0", "srclen": 8}, FLOW, False),
        ({"src": "0.0.0.0", "srclen": 8}, FLOW, True), ({"src": "::", "srclen": 8}, SIX, False),
        ({"src": "10.0.0.0", "srclen": 8}, FLOW._replace(source=b"\x0a\0\0\x01"), True),
        ({"not_": None, "dst": "192.0.2.2"}, FLOW, True),
        ({"fwmark": "0x10", "fwmask": "0xf0"}, FLOW._replace(mark=0x1F), True), ({"fwmark": "0x10"}, FLOW, False),
        ({"iif": "lo"}, FLOW, True), ({"iif": "lo"}, FLOW._replace(iif="eth0"), False),
        ({"oif": "eth0"}, FLOW, False), ({"oif": "eth0"}, FLOW._replace(oif="eth0"), True),
        ({"uid_start": 5, "uid_end": 2000}, FLOW, True), ({"uid_start": 5, "uid_end": 9}, FLOW, False),
        ({"uid_start": 5, "uid_end": 9}, SIX, None), ({"uid_start": 5, "uid_end": 9, "not_": None}, SIX, None),
        ({"ipproto": "udp"}, FLOW, True), ({"ipproto": "udp"}, SIX, False), ({"dport": 53}, FLOW, False),
        ({"ipproto": "udp"}, FLOW._replace(iif="eth0"), None), ({"tos": "0x10"}, FLOW, False),
        ({"l3mdev": None}, FLOW, False), ({"l3mdev": None}, FLOW._replace(oif="eth0"), None),
    ],
)  # fmt: skip
def test_selectors(facts: dict[str, Any], flow: Flow, expected: bool | None) -> None:
    assert matches(rule(1, **facts), flow) is expected


MAIN = rule(32766, table="main")


def test_the_winner() -> None:
    first = rule(5, table="main", suppress_prefixlen=0)
    assert winner([first, MAIN], FLOW, "main", 24) is first
    assert winner([first, MAIN], FLOW, "main", 0) is MAIN
    doubt = rule(6, table="main", uid_start=1, uid_end=2)
    assert winner([doubt, MAIN], SIX, "main", 0) is None
    assert winner([doubt], SIX, "main", 0) is doubt
    assert winner([rule(1, action="prohibit"), MAIN], FLOW, "main", 0) is None
    assert winner([rule(1, action="prohibit", uid_start=1, uid_end=2), MAIN], SIX, "main", 0) is MAIN
    assert winner([rule(3, table="main", suppress_ifgroup="7"), MAIN], FLOW, "main", 0) is None
    assert winner([], FLOW, "main", 0) is None


def test_jumps() -> None:
    skipped = rule(6, table="main")
    target = rule(7, table="main")
    assert winner([rule(5, goto=7), skipped, target], FLOW, "main", 0) is target
    assert winner([rule(5, goto=7, unresolved=None), skipped, target], FLOW, "main", 0) is skipped
    assert path([rule(5, goto=7, uid_start=1, uid_end=2), skipped, target], SIX) is None
    assert winner([rule(5, goto=7, dst="10.0.0.1"), rule(5, nop=None), skipped], FLOW, "main", 0) is skipped


@given(st.binary(min_size=4, max_size=4), st.integers(0, 32))
def test_every_address_is_within_its_own_prefixes(address: bytes, length: int) -> None:
    text = ".".join(map(str, address))
    assert within(address, text, length)
    assert within(address, text, None)


def test_wording() -> None:
    assert wording(rule(5, src="10.0.0.0", srclen=8, fwmark="0x10", fwmask="0xff", table="100")) == (
        "5: from 10.0.0.0/8 fwmark 0x10/0xff lookup 100"
    )
    assert wording(rule(6, not_=None, dst="10.0.0.1", dport_start=1, dport_end=9, goto=7, unresolved=None)) == (
        "6: from all to 10.0.0.1 not dport 1-9 goto 7 [unresolved]"
    )


def test_names_of_numbers() -> None:
    files = {
        "/etc/iproute2/rt_tables": b"254 main\n100\tmine # comment\n0x65 hexadecimal\nbad line here\nx y\n",
        "/etc/iproute2/rt_tables.d/a.conf": b"7 seven\n", "/etc/iproute2/rt_tables.d/README": b"8 eight\n",
        "/usr/share/iproute2/rt_tables": b"9 nine\n", "/usr/share/iproute2/rt_tables.d/a.conf": b"7 other\n",
        "/usr/share/iproute2/rt_protos": b"77 packaged\n", "/etc/protocols": b"tcp 6 TCP\nweird 250\n# x 7\n",
    }  # fmt: skip
    labels = Labels(Replay({}, files))
    assert [labels.table(number) for number in (254, 255, 100, 101, 7, 8, 9)] == [
        "main", "local", "mine", "hexadecimal", "seven", "8", "9",
    ]  # fmt: skip
    assert (labels.protocol(77), labels.protocol(4), labels.protocol(250)) == ("packaged", "static", "250")
    assert (labels.ip_protocol(6), labels.ip_protocol(250), labels.ip_protocol(7)) == ("tcp", "weird", "ipproto-7")
    assert (labels.scope(253), labels.realm(0), labels.group(0), labels.dsfield(16)) == (
        "link", "cosmos", "default", "0x10",
    )  # fmt: skip


@given(st.binary(max_size=200))
def test_any_file_of_names_is_read(data: bytes) -> None:
    assert all(isinstance(number, int) for number in parse(data))


@pytest.mark.parametrize(("topic", "kind"), [("rules", 34), ("addresses", 22)])
@given(data=st.lists(st.binary(max_size=200), max_size=3))
def test_random_bytes_are_a_problem_and_no_crash(topic: str, kind: int, data: list[bytes]) -> None:
    domain = load(topic)
    snapshot = look(domain, domain.open(Replay({kind: data}), Query()), Replay())
    assert snapshot.topic == topic
