"""The names in capture filters that files of /etc tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from netscope.core.capturefilter import FilterSyntaxError, compile_filter
from netscope.system import filternames
from netscope.system.filternames import LiveFilterNames


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LiveFilterNames:
    (tmp_path / "networks").write_bytes(
        b"# comment\n\nloopback 127.0.0.0\nlan 10.1 office home # the LAN\nbroken 300.1\nalone\nodd \xff\n"
    )
    (tmp_path / "ethers").write_bytes(
        b"# comment\n00:11:22:33:44:55 printer\n2:0:0:0:0:1 phone # mine\n"
        b"00:11:22:33:44 short\nzz:1:2:3:4:5 letters\nalone\n"
    )
    monkeypatch.setattr(filternames, "_NETWORKS", str(tmp_path / "networks"))
    monkeypatch.setattr(filternames, "_ETHERS", str(tmp_path / "ethers"))
    return LiveFilterNames(lambda function: function())


def test_networks(names: LiveFilterNames) -> None:
    assert names.network("loopback") == 0x7F000000
    assert names.network("lan") == names.network("office") == names.network("home") == 0x0A010000
    assert [names.network(name) for name in ("broken", "alone", "LAN", "", "#")] == [None] * 5
    assert compile_filter("net lan", 1, names=names) == compile_filter("host 10.1.0.0", 1)


def test_ethernet_addresses(names: LiveFilterNames) -> None:
    assert names.ethernet("printer") == bytes.fromhex("001122334455")
    assert names.ethernet("phone") == bytes.fromhex("020000000001")
    assert [names.ethernet(name) for name in ("short", "letters", "alone", "Printer")] == [None] * 4
    wanted = compile_filter("ether src 2:0:0:0:0:1", 1)
    assert compile_filter("ether src phone", 1, names=names) == wanted
    with pytest.raises(FilterSyntaxError, match="no Ethernet address of 'short' is known"):
        compile_filter("ether host short", 1, names=names)


def test_where_there_are_no_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(filternames, "_NETWORKS", str(tmp_path / "none"))
    monkeypatch.setattr(filternames, "_ETHERS", str(tmp_path / "none"))
    names = LiveFilterNames(lambda function: function())
    assert names.network("loopback") is None
    assert names.ethernet("printer") is None


def test_ports_and_protocols_are_those_of_the_host() -> None:
    names = LiveFilterNames(lambda function: function())
    assert names.ports("https")[0] == 443
    assert names.ports("no such service") == (None, None)
    assert names.protocol("tcp") == 6
    assert names.protocol("no such protocol") is None
    assert names.protocol("a\0b") is None


def test_addresses_that_are_numbers_need_no_name_server() -> None:
    names = LiveFilterNames(lambda function: function())
    assert names.addresses("127.0.0.1") == [bytes([127, 0, 0, 1])]
    assert names.addresses("::1") == [bytes(15) + b"\x01"]
    assert names.addresses("a\0b") == []
    assert names.addresses("x" * 70) == []  # no label is so long: nobody is asked
