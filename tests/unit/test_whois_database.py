"""Files of the user's own instead of the net: IP-to-ASN tables and MMDBs."""

from __future__ import annotations

import gzip
import json
import os
import struct
import sys
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.errors import BadQuery, NetscopeError, Unavailable
from netscope.domains.whois.database import _search, load
from netscope.domains.whois.record import EMPTY, Facts
from netscope.domains.whois.target import parse
from netscope.domains.whois.words import asking, databases
from netscope.system.live import LiveHost
from tests.lab import Namespace, netscope

TABLE = (
    "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n"
    "1.0.1.0\t1.0.3.255\t0\tNone\tNot routed\n"
    "8.8.8.0\t8.8.9.255\t15169\tUS\tGOOGLE\r\n"
    "2001:4860::\t2001:4860:ffff:ffff:ffff:ffff:ffff:ffff\t15169\tUS\tGOOGLE\n"
)


def mmdb(entries: dict[str, dict[str, Any]], version: int = 6) -> bytes:
    """Return an MMDB (MaxMind DB File Format 2.0, 24-bit records) that maps prefixes to maps."""
    nodes: list[list[int | bytes | None]] = [[None, None]]
    for prefix, value in entries.items():
        block = ip_network(prefix)
        bits = f"{int(block.network_address):0{block.max_prefixlen}b}"[: block.prefixlen]
        if version == 6 and block.version == 4:
            bits = "0" * 96 + bits
        node = 0
        for bit in bits[:-1]:
            step = nodes[node][int(bit)]
            if not isinstance(step, int):
                nodes.append([None, None])
                nodes[node][int(bit)] = step = len(nodes) - 1
            node = step
        nodes[node][int(bits[-1])] = _encoded(value)
    tree, data = b"", b""
    for pair in nodes:
        for step in pair:
            if isinstance(step, bytes):
                tree += struct.pack(">I", len(nodes) + 16 + len(data))[1:]
                data += step
            else:
                tree += struct.pack(">I", len(nodes) if step is None else step)[1:]
    meta = {
        "node_count": len(nodes), "record_size": 24, "ip_version": version, "database_type": "Test", "languages": [],
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "description": {},
    }  # fmt: skip
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + _encoded(meta)


def _encoded(value: Any) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        assert len(raw) < 285
        return (bytes([0x40 | len(raw)]) if len(raw) < 29 else bytes([0x5D, len(raw) - 29])) + raw
    if isinstance(value, int):
        raw = value.to_bytes(4, "big").lstrip(b"\0")
        return bytes([0xC0 | len(raw)]) + raw
    if isinstance(value, list):
        return bytes([len(value), 4]) + b"".join(map(_encoded, value))
    assert isinstance(value, dict)
    return bytes([0xE0 | len(value)]) + b"".join(_encoded(key) + _encoded(item) for key, item in value.items())


@pytest.mark.parametrize("packed", [False, True])
def test_a_table(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "table"
    path.write_bytes(gzip.compress(TABLE.encode()) if packed else TABLE.encode())
    find = load(LiveHost(), str(path))
    google = Facts(range=("8.8.8.0/23",), holder="GOOGLE", country="US", origin=(15169,))
    assert find(ip_network("8.8.8.8")) == find(ip_network("8.8.9.0/24")) == google
    assert find(ip_network("8.8.8.0/22")) == EMPTY
    assert find(ip_network("1.0.2.1")) == Facts(range=("1.0.1.0/24", "1.0.2.0/23"))
    for absent in ("0.255.255.255", "1.0.4.0", "9.9.9.9", "2a00::1", "2001:485f::1"):
        assert find(ip_network(absent)) == EMPTY, absent
    assert find(ip_network("2001:4860::8888")).range == ("2001:4860::/32",)


@given(st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=40, unique=True), st.integers(0, 2**32 - 1))
def test_bisection_finds_what_a_walk_finds(ends: list[int], wanted: int) -> None:
    ends.sort()
    rows = [(low, high) for low, high in zip(ends[::2], ends[1::2], strict=False)]
    data = "\n".join(f"{low}\t{IPv4Address(high)}\t{position + 1}\tUS\tX" for position, (low, high) in enumerate(rows))
    expected = [position + 1 for position, (low, high) in enumerate(rows) if low <= wanted <= high]
    assert list(_search(data.encode(), "x", ip_network(wanted)).origin) == expected


@given(st.binary(max_size=200), st.ip_addresses())
def test_any_file_is_read_or_refused(data: bytes, address: IPv4Address | IPv6Address) -> None:
    try:
        _search(data, "x", ip_network(address))
    except BadQuery:
        pass


def test_an_mmdb_of_each_maker(tmp_path: Path) -> None:
    path = tmp_path / "x.mmdb"
    path.write_bytes(mmdb({
        "8.8.8.0/24": {"autonomous_system_number": 15169, "autonomous_system_organization": "GOOGLE"},
        "9.0.0.0/8": {"country": {"iso_code": "US"}},
        "1.1.1.0/24": {"asn": "AS13335", "as_name": "Cloudflare, Inc.", "country_code": "AU", "country": "Australia"},
        "2001:4860::/32": {"asn": "AS15169", "name": "Google LLC", "country": "US"},
    }))  # fmt: skip
    find = load(LiveHost(), str(path))
    assert find(ip_network("8.8.8.8")) == Facts(range=("8.8.8.0/24",), holder="GOOGLE", origin=(15169,))
    assert find(ip_network("9.1.0.0/16")) == Facts(range=("9.0.0.0/8",), country="US")
    assert find(ip_network("1.1.1.1")) == Facts(
        range=("1.1.1.0/24",), holder="Cloudflare, Inc.", country="AU", origin=(13335,)
    )
    assert find(ip_network("2001:4860::1")).holder == "Google LLC"
    assert find(ip_network("8.8.0.0/16")) == find(ip_network("7.7.7.7")) == EMPTY


def test_what_is_no_database_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host, path = LiveHost(), tmp_path / "x"
    with pytest.raises(Unavailable):
        load(host, str(path))
    for data in (b"", b"hello\n", b"\x1f\x8bnonsense", b"\xab\xcd\xefMaxMind.com\x00"):
        path.write_bytes(data)
        with pytest.raises(BadQuery):
            load(host, str(path))
    path.write_bytes(mmdb({"8.0.0.0/8": {}}))
    monkeypatch.setitem(sys.modules, "maxminddb", None)
    with pytest.raises(Unavailable) as caught:
        load(host, str(path))
    assert "netscope[mmdb]" in caught.value.mend


@given(st.integers(0, 400), st.binary(max_size=8))
def test_a_damaged_mmdb_is_an_error(position: int, patch: bytes) -> None:
    data = bytearray(mmdb({"8.8.8.0/24": {"asn": "AS1"}, "9.0.0.0/8": {"country": {"iso_code": "US"}}}))
    data[position : position + len(patch)] = patch

    class Host:
        def read(self, _path: str) -> bytes:
            return bytes(data)

    try:
        find = load(Host(), "x")  # type: ignore[arg-type]
        for address in ("8.8.8.8", "9.9.9.9", "10.0.0.1"):
            find(ip_network(ip_address(address)))
    except NetscopeError:
        pass


def test_the_command_asks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text(TABLE)
    done = netscope("whois", "--json", "--db", str(path), "8.8.8.8", "10.0.0.1", "9.9.9.9")
    found, private, absent = json.loads(done.stdout)["records"]
    assert (found["source"], found["origin"], found["holder"], found["country"]) == ("file", [15169], "GOOGLE", "US")
    assert (private["source"], absent["source"]) == ("special", "none")
    assert done.stderr == f"netscope: 9.9.9.9: it is not in {path}\n"
    assert done.returncode == 1
    shown = netscope("whois", "--db", str(path), "8.8.8.8", check=True).stdout
    assert "AS15169" in shown
    assert str(path) in shown
    assert netscope("whois", "--db", str(path), "-I", "8.8.8.8").returncode == 2
    assert netscope("whois", "--db", "/nonexistent", "8.8.8.8").returncode == 4


def test_the_configuration_names_a_database(tmp_path: Path, netns: Namespace) -> None:
    table, config = tmp_path / "table.tsv", Path(os.environ["XDG_CONFIG_HOME"]) / "netscope" / "config.toml"
    table.write_text(TABLE)
    config.parent.mkdir(parents=True)
    config.write_text(f'[whois]\ndb = "{table}"\n')
    done = netscope("whois", "--json", "8.8.8.8", inside=netns, check=True)
    assert json.loads(done.stdout)["records"][0]["source"] == "file"
    assert done.stderr == "", "nobody was asked"
    for text, said in (
        ("[whois]\ndb = 7\n", "whois.db is no file"), ("whois = 1\n", "'whois' is no table"), ("[whois", "is no TOML"),
        ('[whois]\ndb = ["/nonexistent"]\n', "/nonexistent"), ("\xff", "is no TOML"),
    ):  # fmt: skip
        config.write_text(text, encoding="latin-1")
        done = netscope("whois", "8.8.8.8", inside=netns)
        assert done.returncode in (2, 4), text
        assert said in done.stderr
        assert "asking" not in done.stderr, "rather an error than a question that was not meant to leave the host"
        assert len(done.stderr.splitlines()) == 1


def test_who_says_whom_to_ask_does_not_mean_the_configuration() -> None:
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "netscope" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[whois]\ndb = "/x.tsv"\n')
    host, address, domain = LiveHost(), parse("8.8.8.8"), parse("example.com")
    assert databases(host, [domain, address], asking(), ()) == ("/x.tsv",)
    assert databases(host, [domain], asking(), ()) == ()
    assert databases(host, [address], asking(), ["/y.tsv"]) == ("/y.tsv",)
    for how in (asking("whois.ripe.net"), asking(only="rdap"), asking(iana=True)):
        assert databases(host, [address], how, ()) == ()
