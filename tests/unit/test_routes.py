"""The route table: the fast way gives what the plain way gives, and no bytes break it."""

from __future__ import annotations

import json
import struct
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.domain import Query
from netscope.core.errors import BadQuery
from netscope.core.netlink import HEADER, Malformed, attribute, messages
from netscope.domains import load
from netscope.domains.routes import table_number
from netscope.domains.routes_decode import Decoder, Route
from netscope.domains.routes_table import RouteTable
from netscope.domains.rtnl_names import Labels
from netscope.hub.once import look
from tests.unit.rtnl_bytes import DONE, KNOWN, Replay, damaged, message, nested, route_messages, tables, u32

DOMAIN = load("routes")


def decoder() -> Decoder:
    host = Replay()
    return Decoder(host, KNOWN, Labels(host))


def kept(route: Route) -> bool:
    return "protocol" in route.facts and route.facts.get("table") != "100"


def plain(datagrams: list[bytes]) -> list[Route]:
    """Decode one message after the other."""
    found, decode = [], decoder()
    for datagram in datagrams:
        try:
            for kind, payload in messages([datagram]):
                if kind == 24:
                    try:
                        route = decode.route(payload)
                    except Malformed:
                        continue
                    if kept(route):
                        found.append(route)
        except Malformed:
            continue
    return found


def encoded(routes: list[Route]) -> list[str]:
    return [json.dumps(DOMAIN.to_json(route), separators=(",", ":")) for route in routes]


def agree(datagrams: list[bytes]) -> None:
    table, expected = RouteTable(datagrams, decoder(), kept), plain(datagrams)
    assert list(table) == expected
    assert len(table) == len(expected)
    assert [table[at] for at in range(len(table))] == expected
    assert table[1:5] == expected[1:5]
    for between in (",", "\n"):
        pieces = list(table.json_rows(between))
        assert all(pieces)
        assert between.join(pieces) == between.join(encoded(expected))


@given(tables(route_messages()))
def test_the_columns_give_what_the_plain_way_gives(datagrams: list[bytes]) -> None:
    agree(datagrams)


def test_the_last_of_two_destinations_counts() -> None:
    head = bytes((10, 1, 0, 0, 254, 0, 0, 1)) + bytes(4)
    twice = attribute(15, u32(254)) + attribute(1, bytes(15) + b"\1") + attribute(1, bytes(16))
    agree([message(24, head + twice) * 20, DONE])


@given(damaged(route_messages()))
@settings(max_examples=300)
def test_damaged_messages_give_the_same_and_never_break(datagrams: list[bytes]) -> None:
    agree(datagrams)


@given(st.lists(st.binary(max_size=200), max_size=3))
def test_random_bytes_are_a_problem_and_no_crash(datagrams: list[bytes]) -> None:
    agree(datagrams)
    snapshot = look(DOMAIN, DOMAIN.open(Replay({26: datagrams}), Query()), Replay())
    assert len(snapshot.records) == len(list(snapshot.records))
    assert snapshot.records or snapshot.problems or not any(len(data) > 3 for data in datagrams)


def entry(number: int, length: int = 32, gateway: int = 2) -> bytes:
    header = struct.pack("=BBBBBBBBI", 2, length, 0, 0, 254, 3, 0, 1, 0)
    parts = attribute(15, u32(254)) + attribute(1, struct.pack(">I", number))
    return message(24, header + parts + attribute(5, bytes((10, 0, 0, gateway))) + attribute(4, u32(2)))


def test_a_truncated_datagram_leaves_what_came_before_and_says_so() -> None:
    table = RouteTable([entry(1 << 24) * 20 + entry(2)[:30]], decoder(), kept)
    assert len(table) == 20
    assert table.problems[0].why.startswith("malformed netlink message")
    assert table[0].dst == "1.0.0.0"


def test_index_errors_are_those_of_a_list() -> None:
    table = RouteTable([entry(1), DONE], decoder(), kept)
    assert table[-1] == table[0]
    for index in (1, -2):
        with pytest.raises(IndexError):
            table[index]


def test_a_million_routes_take_little_memory() -> None:
    """Columns: about eight bytes a route, whatever the number."""
    block = [b"".join(entry((at << 10) + one, 22 + one % 3, one % 7) for one in range(500)) for at in range(40)]
    datagrams = block * 50
    decode = decoder()
    tracemalloc.start()
    table = RouteTable(datagrams, decode, kept)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(table) == 1_000_000
    assert peak < 20_000_000


def route_with(*parts: bytes, family: int = 2, flags: int = 0, kind: int = 1) -> dict[str, Any]:
    header = struct.pack("=BBBBBBBBI", family, 0, 0, 0, 254, 3, 0, kind, flags)
    return dict(decoder().route(header + b"".join(parts)).facts)


def test_mpls_routes_and_encapsulation() -> None:
    label = struct.pack(">I", 100 << 12 | 0x100)
    stack = struct.pack(">II", 100 << 12, 200 << 12 | 0x100)
    facts = route_with(nested(22, attribute(1, stack), attribute(2, b"\x40")), attribute(21, struct.pack("=H", 1)))
    assert (facts["encap"], facts["encap_dst"], facts["ttl"]) == ("mpls", "100/200", 64)
    via = attribute(18, struct.pack("=H", 2) + bytes((10, 0, 0, 1)))
    facts = route_with(attribute(19, label), via, family=28)
    assert (facts["to"], facts["via"]) == ("100", {"family": "inet", "host": "10.0.0.1"})


def test_segment_routing() -> None:
    header = struct.pack("=iBBBBBBH", 1, 0, 4, 4, 1, 1, 0, 0) + bytes(15) + b"\x01" + bytes(15) + b"\x02"
    facts = route_with(nested(22, attribute(1, header)), attribute(21, struct.pack("=H", 5)), family=10)
    assert (facts["mode"], facts["segs"]) == ("encap", ["::2", "::1"])
    with pytest.raises(Malformed):
        route_with(nested(22, attribute(1, header[:30])), attribute(21, struct.pack("=H", 5)), family=10)


def test_an_unknown_encapsulation_keeps_its_place() -> None:
    assert route_with(nested(22), attribute(21, struct.pack("=H", 99)))["encap"] == "unknown"


def test_flags_of_cached_routes_are_not_read_as_others() -> None:
    """RTCF_MULTICAST is the bit of RTM_F_OFFLOAD_FAILED."""
    facts = route_with(flags=0xA0000200)
    assert facts["flags"] == []
    assert facts["cache"] == ["local", "mc"]


def test_expired_and_failed_routes() -> None:
    facts = route_with(attribute(12, struct.pack("=IIiIIIII", 0, 0, -250, 4294967183, 0, 0, 0, 0)))
    assert (facts["expires"], facts["error"]) == (-2, 4294967183)


def test_a_nexthop_longer_than_the_message_is_malformed() -> None:
    with pytest.raises(Malformed):
        route_with(attribute(9, struct.pack("=HBBi", 60, 0, 0, 2)))
    with pytest.raises(Malformed):
        route_with(attribute(9, struct.pack("=HBBi", 4, 0, 0, 2)))


def test_table_names() -> None:
    labels = Labels(Replay({}, {"/etc/iproute2/rt_tables": b"# comment\n7 mine\n0x8\teight # so\nbad\n"}))
    assert [table_number(name, labels) for name in ("all", "main", "mine", "eight", "77", "0x10")] == [
        0,
        254,
        7,
        8,
        77,
        16,
    ]
    for wrong in ("nope", "-1", "4294967296"):
        with pytest.raises(BadQuery):
            table_number(wrong, labels)


def test_options_that_go_with_get_are_refused_without_it() -> None:
    with pytest.raises(BadQuery):
        DOMAIN.open(Replay(), Query().having(mark="1"))
    for wrong in (
        {"get": "example.org"}, {"get": "\udcff"}, {"get": "\0"}, {"get": "10.0.0.1", "mark": "x"},
        {"get": "10.0.0.1", "from": "::1"}, {"get": "10.0.0.1", "from": "\udcff"},
    ):  # fmt: skip
        with pytest.raises(BadQuery):
            DOMAIN.open(Replay(), Query().having(**wrong)).collect()
    with pytest.raises(BadQuery):
        DOMAIN.open(Replay(), Query(family=6).having(get="10.0.0.1")).collect()


def test_a_header_of_another_message_type_is_left_out() -> None:
    other = HEADER.pack(HEADER.size, 25, 0, 1, 7)
    assert len(RouteTable([other + entry(1), DONE], decoder(), kept)) == 1
