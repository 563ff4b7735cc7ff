"""``netscope trace`` against routers that a test invents: labels, short quotes, rubbish."""

from __future__ import annotations

import struct

import pytest

from tests.fakehop import HOST, ROUTER, echo_reply, fake_network, icmp, packet, time_exceeded
from tests.kernel.tracing import addresses, trace
from tests.lab import Namespace, netscope

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "traceroute")]
LABELS = struct.pack(">II", 16_001 << 12 | 3 << 9 | 254, 77 << 12 | 1 << 8 | 1)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("method", ["-U", "-I", "-T"])
def test_mpls_labels_are_traceroutes(netns: Namespace, method: str, told: bool) -> None:
    def answers(request: bytes) -> list[bytes]:
        if request[8] == 1:
            return [time_exceeded(request, labels=LABELS, told=told)]
        if request[9] == 1:
            return [echo_reply(request)]
        return [packet(HOST, request[12:16], icmp(3, 3, bytes(4), request[:200]))]

    with fake_network(netns, answers):
        ours = netscope("trace", "-n", "-e", "-q", "1", method, HOST, inside=netns, as_user="").stdout
        theirs = netns.run("traceroute", "-n", "-e", "-q", "1", *([method] if method == "-I" else []), HOST)
        record = trace(netns, "-q", "1", method, HOST)
    words = f" 1  {ROUTER} <MPLS:L=16001,E=3,S=0,T=254/L=77,E=0,S=1,T=1>  "
    assert words in theirs
    assert words in ours
    assert record["paths"][0]["hops"][0]["answers"][0]["mpls"][1]["label"] == 77
    assert record["paths"][0]["hops"][0]["answers"][0]["reply_ttl"] == 255
    assert record["verdict"]["ttl"] == 2


@pytest.mark.parametrize("method", ["-U", "-I", "-T"])
def test_routers_that_quote_eight_bytes_only(netns: Namespace, method: str) -> None:
    """RFC 792 asks for no more; a UDP probe cannot be told from the next by that."""

    def answers(request: bytes) -> list[bytes]:
        if request[8] < 4:
            return [time_exceeded(request, quoted=28)]
        return [echo_reply(request)] if request[9] == 1 else []

    with fake_network(netns, answers):
        record = trace(netns, "-q", "1", "-m", "5", "-w", "3", method, HOST)
    assert addresses(record)[:3] == [{ROUTER}] * 3


@pytest.mark.parametrize("method", ["-U", "-I", "-T"])
def test_what_comes_back_is_never_believed_blindly(netns: Namespace, method: str) -> None:
    """Random bytes in place of answers: no crash, no invented hop."""

    def answers(request: bytes) -> list[bytes]:
        junk = bytes((request[8] * 37 + n * 11) % 256 for n in range(60))
        return [
            packet(ROUTER, request[12:16], icmp(11, 0, bytes(4), junk)),
            packet(ROUTER, request[12:16], icmp(11, 0, b"\0\x20\0\0", request[:28])),
            packet(ROUTER, request[12:16], junk),
            time_exceeded(request, labels=b"\xff" * 7),
        ]

    with fake_network(netns, answers):
        record = trace(netns, "-q", "1", "-m", "4", "-w", "0.2", method, HOST)
    assert {a for hop in addresses(record) for a in hop} <= {ROUTER}
