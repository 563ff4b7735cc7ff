"""Interfaces from built messages: the kinds that a test kernel may lack, and bytes that are no links."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.domain import Query
from netscope.core.netlink import Malformed, attribute, attributes
from netscope.core.snapshot import Snapshot
from netscope.domains import load
from netscope.domains.links import Link, rates
from netscope.domains.links_data import info_data
from netscope.domains.links_values import Context
from netscope.hub.once import look
from tests.unit.rtnl_bytes import DONE, KNOWN, Replay, damaged, message, nested, u32

DOMAIN = load("links")
GROUPS = {"/etc/group": b"root:x:0:\nnetdev:x:7:root\n"}


def data(kind: str, *parts: bytes) -> dict[str, Any] | None:
    return info_data(kind, b"".join(parts), Context(Replay({}, GROUPS), KNOWN))


def u8(value: int) -> bytes:
    return bytes((value,))


def u16(value: int) -> bytes:
    return struct.pack("=H", value)


def be16(value: int) -> bytes:
    return struct.pack(">H", value)


V4, V6 = bytes((192, 0, 2, 1)), bytes((0x20, 1, 0xD, 0xB8)) + bytes(11) + b"\x01"
TUNNEL = {"remote": "192.0.2.1", "local": "any"}


@pytest.mark.parametrize(
    ("kind", "parts", "expected"),
    [
        ("vlan", [attribute(1, u16(7)), attribute(5, be16(0x88A8)), attribute(2, struct.pack("=II", 1 | 8, 0xFFFFFFFF)),
                  nested(3, attribute(1, struct.pack("=II", 1, 2)))],
         {"protocol": "802.1ad", "id": 7, "flags": ["REORDER_HDR", "MVRP"], "egress_qos": [{"from": 1, "to": 2}]}),
        ("bond", [attribute(1, u8(4)), attribute(2, u32(2)), attribute(3, u32(100)), attribute(9, u32(0)),
                  nested(8, attribute(0, V4)), attribute(14, u8(1)), attribute(29, u8(1)), attribute(21, u8(1)),
                  nested(23, attribute(1, u16(3)), attribute(5, bytes(6)))],
         {"mode": "802.3ad", "active_slave": "eth0", "miimon": 100, "arp_ip_target": ["192.0.2.1"],
          "arp_validate": None, "xmit_hash_policy": "layer3+4", "ad_lacp_active": "on", "ad_lacp_rate": "fast",
          "ad_info": {"aggregator": 3, "partner_mac": "00:00:00:00:00:00"}}),
        ("bond_slave", [attribute(1, u8(1)), attribute(2, u8(9)), attribute(4, bytes(6)), attribute(7, u8(0x3D)),
                        attribute(9, struct.pack("=i", -5))],
         {"state": "BACKUP", "mii_status_index": 9, "perm_hwaddr": "00:00:00:00:00:00", "prio": -5,
          "ad_actor_oper_port_state": 0x3D, "ad_actor_oper_port_state_str":
          ["active", "aggregating", "in_sync", "collecting", "distributing"]}),
        ("ipvlan", [attribute(1, u16(1)), attribute(2, u16(0))], {"mode": "l3", "bridge": True}),
        ("vrf", [attribute(1, u32(10))], {"table": 10}),
        ("gre", [attribute(7, V4), attribute(1, u32(2)), attribute(8, u8(9)), attribute(10, u8(1)),
                 attribute(2, be16(0x2000)), attribute(4, bytes((0, 0, 0, 5))), attribute(3, be16(0x1000))],
         {**TUNNEL, "link": "eth0", "ttl": 9, "pmtudisc": True, "ikey": "0.0.0.5", "oseq": True}),
        ("ip6gre", [attribute(7, V6), attribute(11, u8(4)), attribute(12, struct.pack(">I", 0x0120_0345))],
         {"remote": "2001:db8::1", "local": "any", "ttl": 0, "encap_limit": 4, "tclass": "0x12",
          "flowlabel": "0x00345"}),
        ("sit", [attribute(3, V4), attribute(9, u8(41)), attribute(10, u8(1)), attribute(8, u16(1)),
                 attribute(11, V6), attribute(13, u16(32)), attribute(12, V4), attribute(14, u16(8)),
                 attribute(15, u16(1)), attribute(16, u16(1)), attribute(18, be16(5555))],
         {"proto": "ip6ip", **TUNNEL, "ttl": 0, "pmtudisc": True, "isatap": True, "prefix": "2001:db8::1",
          "prefixlen": 32, "relay_prefix": "192.0.2.1", "relay_prefixlen": 8,
          "encap": {"type": "fou", "sport": 0, "dport": 5555, "csum": True, "csum6": False, "remcsum": False}}),
        ("ip6tnl", [attribute(9, u8(0)), attribute(8, u32(0x1 | 0x2 | 0x40)), attribute(7, bytes(4))],
         {"proto": "any", "remote": "any", "local": "any", "ttl": 0, "ip6_tnl_f_ign_encap_limit": True,
          "ip6_tnl_f_use_orig_tclass": True, "flowlabel": "0x00000", "ip6_tnl_f_allow_local_remote": True}),
        ("vti", [attribute(5, V4), attribute(2, bytes((0, 0, 0, 4))), attribute(6, u32(16))],
         {**TUNNEL, "ikey": "0.0.0.4", "fwmark": "0x10"}),
        ("geneve", [attribute(1, u32(4)), attribute(7, V6), attribute(5, be16(6081)), attribute(13, u8(1))],
         {"id": 4, "remote6": "2001:db8::1", "df": "set", "port": 6081}),
        ("xfrm", [attribute(2, u32(9))], {"if_id": "0x9"}),
        ("tun", [attribute(3, u8(2)), attribute(1, u32(0)), attribute(2, u32(7)), attribute(7, u8(1)),
                 attribute(8, u32(3))],
         {"type": "tap", "multi_queue": True, "numqueues": 3, "user": "root", "group": "netdev"}),
        ("macvlan", [attribute(1, u32(16)), attribute(6, u32(1)), nested(5, attribute(4, bytes(6)))],
         {"mode": "source", "macaddr_count": 1, "macaddr_data": ["00:00:00:00:00:00"]}),
        ("bridge_slave", [attribute(1, u8(9)), attribute(31, u16(0x4004)), attribute(34, u32(2))],
         {"state_index": 9, "group_fwd_mask": "0x4004", "group_fwd_mask_str": "lacp,lldp", "backup_port": "eth0"}),
        ("wireguard", [], None),
        ("something new", [attribute(1, b"?")], None),
    ],
)  # fmt: skip
def test_kinds(kind: str, parts: list[bytes], expected: dict[str, Any] | None) -> None:
    assert data(kind, *parts) == expected


def collect(*payloads: bytes) -> Snapshot:
    datagrams = [b"".join(message(16, payload) for payload in payloads), DONE]
    return look(DOMAIN, DOMAIN.open(Replay({18: datagrams}), Query()), Replay())


HEADER = struct.pack("=BxHiII", 0, 1, 2, 0x1003, 0)
NAME = attribute(3, b"eth0\0")


def facts(*parts: bytes, header: bytes = HEADER) -> dict[str, Any]:
    snapshot = collect(header + NAME + b"".join(parts))
    assert snapshot.problems == ()
    return dict(snapshot.records[0].facts)


def test_a_link_with_little() -> None:
    assert facts() == {"ifindex": 2, "ifname": "eth0", "flags": ["NO-CARRIER", "BROADCAST", "MULTICAST", "UP"],
                       "link_type": "ether"}  # fmt: skip


def test_rarer_attributes() -> None:
    found = facts(
        attribute(54, bytes(6)), attribute(1, b"\x02" + bytes(5)), attribute(34, b"\x01\xff"), attribute(16, u8(77)),
        attribute(39, u8(1)), nested(55, attribute(2, u32(5))), attribute(57, b"pci\0"), attribute(5, u32(0)),
        nested(43, attribute(2, u8(2)), attribute(4, u32(9)), attribute(6, u32(9))),
    )  # fmt: skip
    assert found["permaddr"] == "00:00:00:00:00:00"
    assert found["phys_port_id"] == "01ff"
    assert found["operstate_index"] == 77
    assert found["proto_down_reason"] == ["0", "2"]
    assert (found["parentbus"], found["link"]) == ("pci", None)
    assert found["xdp"] == {"mode": 2, "prog": {"id": 9}, "attached": [{"mode": 2, "prog": {"id": 9}}]}


def test_virtual_functions() -> None:
    vf = nested(
        1,
        attribute(1, struct.pack("=I32s", 3, bytes(range(6)))), attribute(2, struct.pack("=III", 3, 100, 2)),
        attribute(3, struct.pack("=II", 3, 10)), attribute(6, struct.pack("=III", 3, 5, 50)),
        attribute(4, struct.pack("=II", 3, 1)), attribute(5, struct.pack("=II", 3, 1)),
        attribute(9, struct.pack("=II", 3, 0xFFFFFFFF)),
        nested(8, attribute(0, struct.pack("=Q", 7)), attribute(7, struct.pack("=Q", 1))),
    )  # fmt: skip
    found = facts(nested(22, vf), attribute(21, u32(1)))["vfinfo_list"]
    assert found == [
        {"vf": 3, "link_type": "ether", "address": "00:01:02:03:04:05", "vlan": 100, "qos": 2, "tx_rate": 10,
         "rate": {"max_tx": 50, "min_tx": 5}, "spoofchk": True, "link_state": "enable",
         "stats": {"rx": {"bytes": 0, "packets": 7, "multicast": 0, "broadcast": 0, "dropped": 1},
                   "tx": {"tx_bytes": 0, "tx_packets": 0}}}
    ]  # fmt: skip


def test_only_the_malformed_link_is_missing() -> None:
    short = struct.pack("=24Q", *range(24))[:80]
    snapshot = collect(HEADER + NAME + attribute(23, short), HEADER + NAME)
    assert len(snapshot.records) == 1
    assert "malformed" in snapshot.problems[0].why


@st.composite
def link_messages(draw: st.DrawFn) -> bytes:
    kinds = ("bridge", "vlan", "vxlan", "bond", "gre", "ip6tnl", "sit", "macvlan", "tun", "vti", "geneve", "veth")
    inner = st.lists(
        st.tuples(st.integers(0, 48), st.binary(max_size=20)).map(lambda pair: attribute(*pair)), max_size=6
    )
    info = nested(18, attribute(1, draw(st.sampled_from(kinds)).encode() + b"\0"), nested(2, *draw(inner)))
    return message(16, HEADER + NAME + info + b"".join(draw(inner)))


@given(damaged(link_messages()))
def test_damaged_messages_never_break(datagrams: list[bytes]) -> None:
    snapshot = look(DOMAIN, DOMAIN.open(Replay({18: datagrams}), Query()), Replay())
    for record in snapshot.records:
        assert DOMAIN.to_json(record)["ifindex"] == record.ifindex


KINDS = (
    "bridge", "bridge_slave", "bond", "bond_slave", "vlan", "vxlan", "gre", "ip6gre", "sit", "vti6", "ip6tnl",
    "macvlan", "ipvlan", "tun", "vrf", "geneve", "xfrm",
)  # fmt: skip
SETTINGS = st.lists(
    st.tuples(st.integers(0, 48), st.binary(max_size=20)).map(lambda pair: attribute(*pair)), max_size=8
)


@given(st.sampled_from(KINDS), st.one_of(st.binary(max_size=120), SETTINGS.map(b"".join)))
def test_random_settings_are_malformed_or_decoded(kind: str, random: bytes) -> None:
    try:
        attributes(random)
        data(kind, random)
    except Malformed:
        pass  # said as a problem by whoever asked


def link(bytes_: int, index: int = 2) -> Link:
    side = {"bytes": bytes_, "packets": bytes_ // 10}
    return Link(index, "eth0", {"ifname": "eth0", "stats64": {"rx": side, "tx": side}})


def test_rates() -> None:
    def at(clock: float, *links: Link) -> Snapshot:
        return Snapshot("links", links, (), clock, clock)

    big = 1 << 63
    rated = rates(at(1, link(big)), at(3, link(big + 2000), link(5, 3))).records
    assert rated[0].rates.receive_bytes == 1000
    assert rated[0].rates.transmit_packets == 100
    assert rated[1].rates is None  # it is new
    assert rates(at(1, link(2000)), at(2, link(1000))).records[0].rates is None  # made anew
    assert DOMAIN.to_json(link(1))["rates"] is None
