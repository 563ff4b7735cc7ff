"""Whom systemd-resolved asks, from its files as systemd 252 writes them."""

from __future__ import annotations

import socket
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.dns.resolvconf import link
from netscope.core.dns.resolver import Configuration, Link
from netscope.core.domain import Query
from netscope.domains.dns import DOMAIN, collect, schema
from netscope.domains.dns.survey import Back, Local, Survey, to_json
from netscope.domains.dns.walk import Walk
from netscope.system.dns import resolved
from netscope.system.dns.resolver import LiveResolver
from tests.tui.asking import PaperHost, PaperResolver

NETIF = """\
# This is private data. Do not parse.
LLMNR=yes
MDNS=no
SERVERS=192.0.2.1 [2001:db8::1]:5353#dns.example.com fe80::1%eth0 192.0.2.2:53
DOMAINS=example.com ~corp.example
"""
NETWORKD = """\
# This is private data. Do not parse.
ADMIN_STATE=configured
DNS=198.51.100.1
DOMAINS=home.arpa
ROUTE_DOMAINS=.
"""


def test_a_links_file() -> None:
    assert link(NETIF, "eth0", "/f") == Link(
        "eth0", ("192.0.2.1", "2001:db8::1", "fe80::1%eth0", "192.0.2.2"), ("example.com", "~corp.example"), "/f"
    )
    assert link(NETWORKD, "eth1", "/g") == Link("eth1", ("198.51.100.1",), ("home.arpa", "~."), "/g")


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    found = link(text, "x", "")
    assert all(found.servers)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A /run/systemd of our own."""
    for folder in ("resolve/netif", "netif/links"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(resolved, "RUN", str(tmp_path))
    return tmp_path


def test_each_link_once_and_what_belongs_to_none(run: Path) -> None:
    (run / "resolve/netif/1").write_text(NETIF)
    (run / "netif/links/1").write_text(NETWORKD)
    (run / "netif/links/424242").write_text(NETWORKD)
    (run / "netif/links/nonsense").write_text(NETWORKD)
    (run / "resolve/resolv.conf").write_text("nameserver 192.0.2.1\nnameserver 203.0.113.9\n")
    assert [(found.name, found.servers[0]) for found in resolved.links()] == [
        (socket.if_indextoname(1), "192.0.2.1"), ("424242", "198.51.100.1"), ("", "203.0.113.9"),
    ]  # fmt: skip


def test_without_systemd_there_is_nothing(run: Path) -> None:
    (run / "resolve/netif").rmdir()
    assert resolved.links() == ()


@pytest.mark.parametrize(("server", "seen"), [("127.0.0.53", True), ("192.0.2.1", False)])
def test_only_behind_the_stub(run: Path, monkeypatch: pytest.MonkeyPatch, server: str, seen: bool) -> None:
    (run / "resolve/netif/1").write_text(NETIF)
    resolver = LiveResolver("", lambda function: function())
    monkeypatch.setattr(resolver, "etc", lambda name: (f"/etc/{name}", f"nameserver {server}\n".encode()))
    assert bool(resolver.configuration().links) is seen


class Stubbed(PaperResolver):
    def configuration(self) -> Configuration:
        return Configuration("/etc/resolv.conf", ("127.0.0.53",), links=(link(NETIF, "eth0", "/f"),))


def test_the_servers_are_records_and_part_of_the_walk() -> None:
    records = collect(PaperHost(Stubbed({})), Query()).records
    assert [(record.address, record.link) for record in records[:2]] == [("127.0.0.53", None), ("192.0.2.1", "eth0")]
    for record in records:
        jsonschema.validate(DOMAIN.to_json(record), schema())
    walk = Walk("a.", 1, (), "", (), "insecure", "", "")
    local = Local(None, (), (), "/etc/hosts", Stubbed({}).configuration().links)
    survey = Survey("a.", 1, (walk,), None, local, (Back("192.0.2.1", (), False),))
    jsonschema.validate(to_json(survey), schema())
