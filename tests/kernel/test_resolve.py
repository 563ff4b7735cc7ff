"""``-r``: addresses by name in the tables, as ``ss -r`` and ``arp`` show them, against a real resolver."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from netscope.system.namespaces import locate, run_inside
from tests.dnslab import Internet
from tests.lab import netscope

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "ss", "named", "unbound", "dnssec-signzone", "openssl")]


@pytest.fixture
def talk(internet: Internet) -> Iterator[None]:
    """A connection to an address that has a name, and a neighbour that has one."""
    internet.client.ip("addr add 10.53.100.1/32 dev lo")
    internet.client.ip("neigh add 10.53.9.1 lladdr 02:00:00:00:00:01 dev up0")

    def connect() -> tuple[socket.socket, socket.socket]:
        server = socket.create_server(("10.53.100.1", 8080))
        return server, socket.create_connection(("10.53.100.1", 8080), source_address=("10.53.255.2", 0))

    server, client = run_inside(locate(internet.client.name), connect)
    with closing(server), closing(client):
        yield
    internet.client.ip("neigh del 10.53.9.1 dev up0")
    internet.client.ip("addr del 10.53.100.1/32 dev lo")


@pytest.mark.usefixtures("talk")
def test_sockets_by_name_as_ss_shows_them(internet: Internet) -> None:
    ours = netscope("sockets", "-tar", "--no-headers", inside=internet.client, check=True).stdout
    theirs = internet.tool("ss", "-tarH").stdout

    def ends(text: str, first: int) -> list[tuple[str, ...]]:
        rows = [line.split() for line in text.splitlines()]
        return sorted(tuple(end.replace("*:", "0.0.0.0:") for end in row[first : first + 2]) for row in rows)

    assert ends(ours, 3) == ends(theirs, 3)
    assert "host-0.plain.test:http-alt" in ours


@pytest.mark.usefixtures("talk")
def test_neighbours_by_name_and_numbers_under_n(internet: Internet) -> None:
    named = netscope("neighbours", "-r", inside=internet.client, check=True).stdout
    assert "www.signed.test (10.53.9.1)" in named
    plain = netscope("neighbours", "-rn", inside=internet.client, check=True).stdout
    assert "signed.test" not in plain
    assert "10.53.9.1" in plain


def test_topics_without_addresses_have_no_such_flag() -> None:
    done = netscope("services", "-r")
    assert done.returncode == 2
