"""A demonstration network: a small web server as one finds it, with neighbours, policy routing and clients.

It lives in throwaway namespaces (network, mount, pid, uts), entered by ``unshare`` in :mod:`make`; nothing of it
touches the machine's own network. Needs root and iproute2.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

HOST = "web01"
CLIENTS = "clients"
CONTAINER = "app"
RESOLVER = "192.0.2.1"
TRANSIT = "transit"
FAR = "far"

NETWORK = """
link set lo up
link add eth0 address 52:54:00:12:34:56 type veth peer name up0 netns clients
link add eth1 address 52:54:00:12:34:57 type veth peer name up1 netns clients
link add br0 type bridge
link add vethapp type veth peer name eth0 netns app
link set vethapp master br0
link set br0 up
link set vethapp up
link set eth0 up
link set eth1 up
link add vxlan42 type vxlan id 42 dstport 4789 local 10.20.0.5 dev eth1
link set vxlan42 up
addr add 192.0.2.10/24 dev eth0
addr add 2001:db8::10/64 dev eth0 nodad
addr add 10.20.0.5/24 dev eth1
addr add 172.18.0.1/16 dev br0
route add default via 192.0.2.1 dev eth0
route add 203.0.113.0/24 nexthop via 192.0.2.1 dev eth0 weight 2 nexthop via 10.20.0.1 dev eth1
route add blackhole 198.51.100.0/24
route add unreachable 192.168.0.0/16 metric 4278198272
route add 10.0.0.0/8 via 10.20.0.1 dev eth1 metric 100 mtu 1400
route add default via 10.20.0.1 dev eth1 table 100
rule add from 10.20.0.0/24 lookup 100 pref 1000
rule add fwmark 0x1 lookup 100 pref 1001
neigh add 192.0.2.20 lladdr b8:27:eb:4a:01:02 dev eth0 nud stale
neigh add 192.0.2.21 lladdr 00:50:56:9a:00:01 dev eth0 nud permanent
neigh add 192.0.2.30 dev eth0 nud failed
neigh add 10.20.0.8 lladdr 00:1b:21:3c:44:55 dev eth1 nud stale
neigh add 10.20.0.9 lladdr 3c:5a:b4:10:20:30 dev eth1 nud stale
neigh add 2001:db8::5 lladdr 00:0c:29:aa:bb:cc dev eth0 router nud stale
neigh add proxy 192.0.2.77 dev eth0
"""

NETWORK_6 = """
route add default via 2001:db8::1 dev eth0 metric 1024
route add 2001:db8:42::/48 via 2001:db8::5 dev eth0
rule add to 2001:db8:42::/48 lookup main pref 900
"""

PEERS = {
    CLIENTS: """
link set lo up
link set up0 address 00:00:5e:00:01:01
link set up1 address 00:1b:21:00:00:01
link set up0 up
link set up1 up
addr add 192.0.2.1/24 dev up0
addr add 192.0.2.101/24 dev up0
addr add 192.0.2.102/24 dev up0
addr add 203.0.113.7/32 dev up0
addr add 203.0.113.90/32 dev up0
addr add 2001:db8::1/64 dev up0 nodad
addr add 2001:db8::cafe/64 dev up0 nodad
addr add 10.20.0.1/24 dev up1
link add tr0 type veth peer name tr0 netns transit
addr add 203.0.113.129/30 dev tr0
link set tr0 up
""",
    TRANSIT: """
link set lo up
link add fa0 type veth peer name fa0 netns far
addr add 203.0.113.130/30 dev tr0
addr add 203.0.113.133/30 dev fa0
link set tr0 up
link set fa0 up
route add default via 203.0.113.129
""",
    FAR: """
link set lo up
addr add 203.0.113.134/30 dev fa0
addr add 203.0.113.200/32 dev lo
link set fa0 up
route add default via 203.0.113.133
""",
    CONTAINER: """
link set lo up
link set eth0 up
addr add 172.18.0.2/16 dev eth0
route add default via 172.18.0.1
""",
}

# name, user id, what it listens on
SERVERS = (
    ("sshd", 0, ("tcp 0.0.0.0 22", "tcp6 :: 22")),
    ("nginx", 33, ("tcp 0.0.0.0 80", "tcp 0.0.0.0 443", "tcp6 :: 80", "tcp6 :: 443")),
    ("postgres", 104, ("tcp 127.0.0.1 5432", "unix /run/demo-postgres")),
    ("redis-server", 105, ("tcp 127.0.0.1 6379",)),
    ("systemd-resolve", 101, ("udp 127.0.0.53 53", "tcp 127.0.0.53 53")),
    ("chronyd", 106, ("udp 127.0.0.1 323", "udp6 ::1 323")),
    ("node_exporter", 107, ("tcp 0.0.0.0 9100",)),
)

# namespace, name, source, destination, port, bytes a second
TRAFFIC = (
    (CLIENTS, "curl", "192.0.2.101", "192.0.2.10", 443, 900_000),
    (CLIENTS, "curl", "192.0.2.102", "192.0.2.10", 443, 40_000),
    (CLIENTS, "curl", "2001:db8::cafe", "2001:db8::10", 443, 2_500_000),
    (CLIENTS, "curl", "203.0.113.7", "192.0.2.10", 80, 0),
    (CLIENTS, "ssh", "192.0.2.101", "192.0.2.10", 22, 500),
    (CLIENTS, "prometheus", "10.20.0.1", "10.20.0.5", 9100, 3_000),
    ("", "gunicorn", "127.0.0.1", "127.0.0.1", 5432, 60_000),
    ("", "gunicorn", "127.0.0.1", "127.0.0.1", 6379, 8_000),
)


def batch(lines: str, *options: str) -> None:
    """Run ``ip`` commands, one a line."""
    words = ["ip", *options, "-batch", "-"]
    subprocess.run(words, input=lines.strip(), text=True, check=True)


def child(role: Sequence[str], namespace: str = "") -> subprocess.Popen[bytes]:
    """Start this file as a server or a client."""
    inside = ["ip", "netns", "exec", namespace] if namespace else []
    return subprocess.Popen([*inside, sys.executable, __file__, *role], stdout=subprocess.PIPE)


@contextmanager
def demonstration() -> Iterator[None]:
    """Build it in the current namespaces, and stop its processes afterwards."""
    socket.sethostname(HOST)
    for name in PEERS:
        subprocess.run(["ip", "netns", "add", name], check=True)
    Path("/proc/sys/net/ipv4/conf/all/rp_filter").write_text("0")
    batch(NETWORK)
    batch(NETWORK_6, "-6")
    for name, lines in PEERS.items():
        batch(lines, "-n", name)
    for name, router in ((CLIENTS, "203.0.113.130"), (TRANSIT, "203.0.113.134")):  # the way on, once the links are up
        batch(f"route add 203.0.113.192/26 via {router}", "-n", name)
        subprocess.run(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv4.ip_forward=1"], check=True)
    children = [child(["serve", name, str(uid), *sockets]) for name, uid, sockets in SERVERS]
    wait_ready(children)
    children.append(child(["answer", RESOLVER], CLIENTS))
    wait_ready(children[-1:])
    Path("/run/resolv.conf").write_text(f"nameserver {RESOLVER}\nsearch example.com\n")
    subprocess.run(["mount", "--bind", "/run/resolv.conf", "/etc/resolv.conf"], check=True)
    clients = [child(["fetch", *map(str, rest)], inside) for inside, *rest in TRAFFIC]
    wait_ready(clients)
    try:
        yield
    finally:
        for process in children + clients:
            process.kill()
            process.wait()


def wait_ready(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Each child says one byte when its sockets are open."""
    for process in children:
        assert process.stdout is not None
        if not process.stdout.read(1):
            raise RuntimeError(f"{process.args!r} did not start")


def rename(name: str) -> None:
    """Give this process the name that the demonstration shows."""
    Path("/proc/self/comm").write_text(name)


def serve(name: str, uid: str, *sockets: str) -> None:
    """Listen, and send to each client what it asks for: a rate, as a decimal line."""
    opened = [listen(words.split()) for words in sockets]
    rename(name)
    os.setuid(int(uid))
    print("r", end="", flush=True)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listeners = [sock for sock in opened if sock.type == socket.SOCK_STREAM]
    while True:
        for ready in select.select(listeners, [], [])[0]:
            connection, _ = ready.accept()
            if os.fork() == 0:
                for sock in opened:
                    sock.close()
                stream(connection)
            connection.close()


def listen(words: Sequence[str]) -> socket.socket:
    """Open "tcp ADDRESS PORT", "udp6 ADDRESS PORT" or "unix PATH"."""
    kind, address, *port = words
    if kind == "unix":
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(address)
    else:
        family = socket.AF_INET6 if kind.endswith("6") else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM if kind.startswith("tcp") else socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address, int(port[0])))
    if sock.type == socket.SOCK_STREAM:
        sock.listen(128)
    return sock


def stream(connection: socket.socket) -> None:
    """Send at the rate that the client asked for, until it leaves."""
    with suppress(OSError):
        rate = int(connection.makefile().readline())
        while rate:
            connection.sendall(bytes(max(1, rate // 20)))
            time.sleep(0.05)
        connection.recv(1)
    os._exit(0)


def fetch(name: str, source: str, destination: str, port: str, rate: str) -> None:
    """Connect, ask for a rate, read for ever."""
    rename(name)
    connection = socket.create_connection((destination, int(port)), source_address=(source, 0), timeout=10)
    connection.sendall(f"{rate}\n".encode())
    print("r", end="", flush=True)
    connection.settimeout(None)
    while connection.recv(1 << 16):
        pass


if __name__ == "__main__":
    role, *words = sys.argv[1:]
    if role == "serve":
        serve(*words)
    elif role == "answer":
        from answers import serve as answer

        answer(*words)
    else:
        fetch(*words)
