"""Questions on the wire: servers that are dead, slow, lying or talking rubbish, and how it all ends in time."""

from __future__ import annotations

import inspect
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netscope.core.dns.message import COOKIE, QR, TC, Ask, Edns, Option, decode, encode
from netscope.core.dns.resolver import Inquiry, Reply, Server, Task, Way
from netscope.system.live import LiveHost
from tests.dnslab import Dns, Internet, resolv_conf
from tests.dnszones import CLOSED, DEAD, LEAF
from tests.lab import Namespace

ASK = Ask("www.plain.test.", edns=Edns(options=(Option(COOKIE, b""),)))
Answering = Callable[[bytes, Any, socket.socket], None]


def descriptors() -> int:
    """Return how many descriptors this process holds."""
    return len(os.listdir("/proc/self/fd"))


def once(inquiry: Inquiry) -> Task[Reply]:
    """Ask one question."""
    (reply,) = yield [inquiry]
    return reply


def exchange(way: Way, *servers: Server, ask: Ask = ASK, host: LiveHost | None = None) -> Reply:
    """Ask once and return the reply; no descriptor may be left."""
    host = host or LiveHost()
    before = descriptors()
    running = host.dns().run([once(Inquiry(ask, servers, way))], 1)
    try:
        reply: Reply = next(running)[1]
    finally:
        running.close()
    deadline = time.monotonic() + 2
    while descriptors() > before and time.monotonic() < deadline:  # a test's own server may still hold its end
        time.sleep(0.01)
    assert descriptors() == before
    return reply


@contextmanager
def udp_server(answer: Answering) -> Iterator[Server]:
    """Serve UDP on loopback: ``answer(query, client, socket)`` for each query."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(0.05)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                query, client = listener.recvfrom(65535)
            except TimeoutError:
                continue
            answer(query, client, listener)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Server("127.0.0.1", listener.getsockname()[1])
    finally:
        stop.set()
        thread.join()
        listener.close()


@contextmanager
def tcp_server(answer: Callable[[socket.socket], None], port: int = 0) -> Iterator[Server]:
    """Serve one TCP connection after the other on loopback."""
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(0.05)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _client = listener.accept()
            except TimeoutError:
                continue
            with connection:
                answer(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Server("127.0.0.1", listener.getsockname()[1])
    finally:
        stop.set()
        thread.join()
        listener.close()


def response(query: bytes, flags: int = QR) -> bytes:
    """Return the smallest response to a query: its header turned round, no records."""
    return query[:2] + (int.from_bytes(query[2:4], "big") | flags).to_bytes(2, "big") + query[4:]


def kinds(reply: Reply) -> list[str]:
    """Return what happened on the way."""
    return [event.kind for event in reply.events]


WAY = Way(timeout=0.3, tries=2)


def test_lies_are_ignored_until_the_truth_comes() -> None:
    def answer(query: bytes, client: Any, listener: socket.socket) -> None:
        wrong_id = bytes((query[0] ^ 1,)) + query[1:]
        other = encode(ASK._replace(name="www.evil.test."), int.from_bytes(query[:2], "big"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(response(query), client)  # another port of the same address
        for lie in (response(wrong_id), response(other), query, b"", b"\0", os.urandom(40), response(query)[:20]):
            listener.sendto(lie, client)
        listener.sendto(response(query), client)

    with udp_server(answer) as server:
        reply = exchange(WAY, server)
    assert reply.message is not None
    assert kinds(reply) == ["ignored"] * 7


def test_lies_alone_end_at_the_deadline() -> None:
    def answer(query: bytes, client: Any, listener: socket.socket) -> None:
        listener.sendto(response(bytes((query[0] ^ 1,)) + query[1:]), client)

    with udp_server(answer) as server:
        started = time.monotonic()
        reply = exchange(WAY, server)
    assert 0.6 <= time.monotonic() - started < 1.5
    assert reply.message is None
    assert kinds(reply) == ["ignored", "timeout"] * 2


def test_a_lost_query_is_sent_again() -> None:
    seen: list[bytes] = []

    def answer(query: bytes, client: Any, listener: socket.socket) -> None:
        seen.append(query)
        if len(seen) > 1:
            listener.sendto(response(query), client)

    with udp_server(answer) as server:
        reply = exchange(WAY, server)
    assert reply.message is not None
    assert kinds(reply) == ["timeout"]
    assert seen[0] == seen[1]


def test_a_late_answer_of_an_earlier_server_counts() -> None:
    def late(query: bytes, client: Any, listener: socket.socket) -> None:
        time.sleep(0.4)
        listener.sendto(response(query), client)

    with udp_server(late) as slow, udp_server(lambda *_: None) as silent:
        reply = exchange(Way(timeout=0.3, tries=1), slow, silent)
    assert reply.message is not None
    assert reply.server == slow


def test_the_next_server_is_asked_when_one_is_closed_or_dead(internet: Internet) -> None:
    host = LiveHost(internet.client.name)
    started = time.monotonic()
    servers = [Server(address) for address in (CLOSED, DEAD, LEAF)]
    reply = exchange(WAY, *servers, host=host)
    assert time.monotonic() - started < 0.6
    assert reply.message is not None
    assert reply.server.address == LEAF
    assert kinds(reply) == ["refused", "timeout"]


def test_resolv_conf_with_a_dead_server_first(internet: Internet, dns: Dns) -> None:
    text = f"nameserver {DEAD}\nnameserver 10.53.0.53\noptions timeout:1 attempts:2\nsearch plain.test\n"
    with resolv_conf(internet.client.name, text):
        started = time.monotonic()
        status, answer = dns("www", "+search", "+short")
        assert 1 <= time.monotonic() - started < 2
    assert status == 0
    assert answer.splitlines()[-1] == "10.53.9.2"


def test_truncation_leads_to_tcp(internet: Internet) -> None:
    ask = ASK._replace(name="fat.plain.test.", type=16)
    host = LiveHost(internet.client.name)
    reply = exchange(Way(), Server(LEAF), ask=ask, host=host)
    assert (reply.transport, kinds(reply)) == ("tcp", ["truncated"])
    assert reply.message is not None
    assert len(reply.message.answer) == 20
    kept = exchange(Way(keep_truncated=True), Server(LEAF), ask=ask, host=host)
    assert kept.transport == "udp"
    assert kept.message is not None
    assert kept.message.flags & TC


def test_a_bad_cookie_is_mended_once() -> None:
    cookies: list[bytes] = []

    def answer(query: bytes, client: Any, listener: socket.socket) -> None:
        edns = decode(query).edns
        assert edns is not None
        (cookie,) = (option.data for option in edns.options if option.code == COOKIE)
        cookies.append(cookie)
        edns = Edns(options=(Option(COOKIE, cookie[:8] + b"server!!"),))
        data = bytearray(encode(ASK._replace(edns=edns, flags=QR), int.from_bytes(query[:2], "big")))
        if len(cookie) == 8:  # BADCOOKIE is 23: 7 in the header, 1 in the OPT record's TTL, which 26 octets follow
            data[3] |= 7
            data[-26] = 1
        listener.sendto(bytes(data), client)

    with udp_server(answer) as server:
        reply = exchange(WAY, server)
    assert reply.message is not None
    assert (reply.message.rcode, kinds(reply)) == (0, ["badcookie"])
    assert [len(cookie) for cookie in cookies] == [8, 16]
    assert cookies[1] == cookies[0] + b"server!!"


@pytest.mark.parametrize("behaviour", ["closes", "hangs", "trickles", "lies", "short"])
def test_streams_end_in_time(behaviour: str) -> None:
    def answer(connection: socket.socket) -> None:
        size = int.from_bytes(connection.recv(2), "big")
        query = connection.recv(size)
        if behaviour == "hangs":
            time.sleep(0.6)
        elif behaviour == "trickles":
            for byte in (len(query).to_bytes(2, "big") + response(query))[:30]:
                time.sleep(0.04)
                try:
                    connection.send(bytes((byte,)))
                except OSError:
                    return
        elif behaviour == "lies":
            connection.sendall(len(query).to_bytes(2, "big") + response(b"xx" + query[2:]))
        elif behaviour == "short":
            connection.sendall(b"\0\3abc")

    with tcp_server(answer) as server:
        started = time.monotonic()
        reply = exchange(Way("tcp", timeout=0.4), server)
        assert time.monotonic() - started < 1
    expected = {"closes": "closed", "hangs": "timeout", "trickles": "timeout", "lies": "failed", "short": "failed"}
    assert reply.message is None
    assert kinds(reply) == [expected[behaviour]]


@pytest.mark.parametrize("transport", ["tls", "https"])
def test_encrypted_transports(internet: Internet, transport: Any) -> None:
    host = LiveHost(internet.client.name)
    port = {"tls": 853, "https": 443}[transport]
    proof = f"{internet.directory}/tls.crt"
    good = Way(transport, verify=True, authorities=proof, hostname="resolver.lab")
    for way in (Way(transport), good, good._replace(get=True)):
        reply = exchange(way, Server("10.53.0.53", port), host=host)
        assert reply.message is not None
        assert [record.text for record in reply.message.answer] == ["10.53.9.2"]
        assert reply.transport == transport
    for way in (good._replace(authorities=""), good._replace(hostname="other.lab")):
        reply = exchange(way, Server("10.53.0.53", port), host=host)
        assert reply.message is None
        assert kinds(reply) == ["tls"]


def test_closing_in_mid_question_leaves_nothing(internet: Internet) -> None:
    host = LiveHost(internet.client.name)
    before = descriptors()
    ways = (Way(timeout=30), Way("tcp", timeout=30))
    tasks = [once(Inquiry(ASK, (Server(DEAD),), way)) for way in ways for _ in range(20)]
    tasks.append(once(Inquiry(ASK, (Server(LEAF),), Way())))
    running = host.dns().run(tasks, 100)
    assert next(running)[0] == 40
    assert descriptors() > before + 30
    running.close()
    assert descriptors() == before
    assert all(inspect.getgeneratorstate(task) == inspect.GEN_CLOSED for task in tasks)


def test_many_at_once_come_back_in_order(internet: Internet, dns: Dns) -> None:
    words = [word for n in range(300) for word in ("-x", f"10.53.{100 + n // 250}.{n % 250 + 1}")]
    started = time.monotonic()
    status, text = dns("@10.53.2.1", "+short", "+norec", *words)
    assert time.monotonic() - started < 5
    assert status == 0
    assert text.splitlines() == [f"host-{n}.plain.test." for n in range(300)]


def test_a_file_of_questions(internet: Internet, dns: Dns, tmp_path: Any) -> None:
    path = tmp_path / "questions"
    path.write_text("; a comment\n\nwww.plain.test\n-x 10.53.9.1\nsigned.test MX\n")
    words = ["@10.53.2.1", "+norec", "+noall", "+answer", "-f", str(path)]
    assert sorted(dns(*words)[1].split()) == sorted(internet.tool("dig", *words).stdout.split())
    path.write_text("a.test\nb.test +nonsense\n")
    with pytest.raises(Exception, match="line 2: no option '\\+nonsense'"):
        dns(*words)


def test_a_large_transfer_is_whole(internet: Internet, dns: Dns) -> None:
    words = ["@10.53.2.1", "big.plain.test", "AXFR", "+noall", "+answer"]
    ours = dns(*words)[1]
    assert ours == internet.tool("dig", *words).stdout
    assert len(ours.splitlines()) == 8003


def test_lossy_links() -> None:
    """Half of all packets are dropped on the way: everybody still gets an answer."""
    lost = [0]

    def between(query: bytes, client: Any, listener: socket.socket) -> None:
        lost[0] += 1
        if lost[0] % 2:
            return
        listener.sendto(response(query), client)

    with udp_server(between) as server:
        tasks = [once(Inquiry(ASK, (server,), Way(timeout=0.1, tries=9))) for _ in range(50)]
        replies: Sequence[Reply] = [reply for _position, reply in LiveHost().dns().run(tasks, 10)]
    assert all(reply.message for reply in replies)
    assert any(reply.events for reply in replies)


def test_the_namespace_decides_where_a_question_goes(internet: Internet, netns: Namespace) -> None:
    empty = exchange(Way(timeout=0.2, tries=1), Server(LEAF), host=LiveHost(netns.name))
    assert (empty.message, kinds(empty)) == (None, ["unreachable"])
    reply = exchange(Way(), Server(LEAF), host=LiveHost(internet.client.name))
    assert reply.message is not None


def test_a_server_on_a_link_is_reached_by_its_interface(internet: Internet) -> None:
    (link,) = internet.servers.ip_json("addr show dev up0")
    (address,) = (each["local"] for each in link["addr_info"] if each["scope"] == "link")
    host = LiveHost(internet.client.name)
    reached = exchange(WAY, Server(f"{address}%up0", 5), host=host)
    assert kinds(reached) == ["refused", "refused"], "nobody listens there, and it says so"
    assert kinds(exchange(WAY, Server(f"{address}%nowhere", 5), host=host)) == ["unreachable"] * 2


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=80), max_size=4), st.data())
def test_whatever_a_server_sends_ends_in_time(rubbish: list[bytes], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.tuples(st.integers(2, 50), st.integers(0, 255)), max_size=4))

    def answer(query: bytes, client: Any, listener: socket.socket) -> None:
        for lie in rubbish:
            listener.sendto(lie, client)
        mutated = bytearray(response(query))
        for at, byte in places:
            mutated[at % len(mutated)] = byte
        listener.sendto(bytes(mutated), client)
        listener.sendto(response(query), client)

    with udp_server(answer) as server:
        reply = exchange(Way(timeout=0.5, tries=1, keep_truncated=True, badcookie=False), server)
    assert reply.message is not None
