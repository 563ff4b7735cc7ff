"""The neighbour table: the fast way gives what the plain way gives, no bytes break it, and vendors have names."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.domain import Query
from netscope.core.netlink import Malformed, attribute, messages
from netscope.domains import load
from netscope.domains.neighbours import decode, wanted
from netscope.domains.neighbours_table import Neighbour, NeighbourTable
from netscope.domains.oui import Vendors, vendors
from netscope.domains.rtnl_names import Labels
from netscope.hub.once import look
from tests.build_oui import build
from tests.unit.rtnl_bytes import DONE, KNOWN, Replay, damaged, message, neighbour_messages, tables, u32

DOMAIN = load("neighbours")
LABELS = Labels(Replay())


def one(payload: bytes) -> Neighbour:
    return decode(payload, KNOWN, LABELS)


def keep(payload: bytes) -> bool:
    return wanted(payload, False)


def plain(datagrams: list[bytes]) -> list[Neighbour]:
    found = []
    for datagram in datagrams:
        try:
            for kind, payload in messages([datagram]):
                if kind == 28:
                    try:
                        if keep(payload):
                            found.append(one(payload))
                    except Malformed:
                        continue
        except Malformed:
            continue
    return found


def agree(datagrams: list[bytes]) -> None:
    table, expected = NeighbourTable(datagrams, one, keep), plain(datagrams)
    assert list(table) == expected
    assert len(table) == len(expected)
    assert [list(record.facts) for record in table[:]] == [list(record.facts) for record in expected]
    texts = [json.dumps(DOMAIN.to_json(record), separators=(",", ":")) for record in expected]
    assert "\n".join(table.json_rows("\n")) == "\n".join(texts)


@given(tables(neighbour_messages()))
def test_the_templates_give_what_the_plain_way_gives(datagrams: list[bytes]) -> None:
    agree(datagrams)


@given(damaged(neighbour_messages()))
@settings(max_examples=300)
def test_damaged_messages_give_the_same_and_never_break(datagrams: list[bytes]) -> None:
    agree(datagrams)


@given(st.lists(st.binary(max_size=200), max_size=3))
def test_random_bytes_are_a_problem_and_no_crash(datagrams: list[bytes]) -> None:
    snapshot = look(DOMAIN, DOMAIN.open(Replay({30: datagrams}), Query()), Replay())
    assert len(snapshot.records) == len(list(snapshot.records))
    assert snapshot.records or snapshot.problems or not any(len(data) > 3 for data in datagrams)


def test_a_tunnel_has_an_address_in_place_of_a_mac() -> None:
    header = struct.pack("=BxxxiHBB", 2, 4, 0x40, 0, 1)
    assert one(header + attribute(2, bytes((192, 0, 2, 1)))).facts["lladdr"] == "192.0.2.1"


def test_managed_and_unknown_protocols() -> None:
    header = struct.pack("=BxxxiHBB", 2, 2, 2, 0x20, 1)
    facts = one(header + attribute(15, u32(1)) + attribute(12, b"\x63")).facts
    assert facts == {"dev": "eth0", "managed": None, "offload": None, "state": ["REACHABLE"], "protocol": "openr",
                     "family": "inet"}  # fmt: skip


def test_bridge_entries_are_left_out() -> None:
    header = struct.pack("=BxxxiHBB", 7, 2, 2, 0, 1)
    assert len(NeighbourTable([message(28, header), DONE], one, keep)) == 0


@pytest.mark.parametrize(
    ("address", "vendor"),
    [
        ("00:00:5e:00:01:01", "ICANN, IANA Department"),
        ("70:b3:d5:00:10:00", "SOREDI touch systems GmbH"),  # 36 bits
        ("74:1a:e0:90:00:00", "Private"),  # 28 bits
        ("02:42:ac:11:00:02", "locally administered"),
        ("01:00:5e:00:00:fb", "multicast"),
        ("33:33:00:00:00:01", "multicast"),
        ("ff:ff:ff:ff:ff:ff", "broadcast"),
        ("00:00:00:00:00:00", None),
        ("", None),
        ("00:11", None),
    ],
)
def test_vendors(address: str, vendor: str | None) -> None:
    assert vendors().of(bytes.fromhex(address.replace(":", ""))) == vendor


_names = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=20)


@given(
    st.dictionaries(st.integers(0, (1 << 24) - 1), _names, max_size=30),
    st.dictionaries(st.integers(0, (1 << 28) - 1), _names, max_size=30),
    st.dictionaries(st.integers(0, (1 << 36) - 1), _names, max_size=30),
    st.binary(min_size=6, max_size=6),
)
def test_the_longest_registered_prefix_wins(
    large: dict[int, str], medium: dict[int, str], small: dict[int, str], address: bytes
) -> None:
    table = Vendors(build({24: large, 28: medium, 36: small}))
    for bits, registry in ((24, large), (28, medium), (36, small)):
        for prefix in (*registry, int.from_bytes(address, "big") >> (48 - bits)):
            number = prefix << (48 - bits) | int.from_bytes(address, "big") & ((1 << 48 - bits) - 1)
            hardware = number.to_bytes(6, "big")
            if hardware[0] & 3 or not number:
                continue
            expected = small.get(number >> 12) or medium.get(number >> 20) or large.get(number >> 24)
            assert table.of(hardware) == expected
            decided = table.decided_by(hardware)
            if decided < 6:
                assert table.of(hardware[:decided] + b"\xa5\x5a\xa5"[: 6 - decided]) == expected


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(ValueError, match="not a table"):
        Vendors(b"something else")


def test_keys_tell_proxies_from_neighbours() -> None:
    def at(flags: int) -> Neighbour:
        return one(struct.pack("=BxxxiHBB", 2, 2, 2, flags, 1) + attribute(1, bytes((10, 0, 0, 1))))

    assert DOMAIN.key(at(0)) != DOMAIN.key(at(8))
