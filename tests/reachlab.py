"""A path of several hops in namespaces: c - r1 - {r2a | r2b} - r3 - r4 - s, IPv4 and IPv6.

r1 spreads flows over two legs (layer 4 hash); r3 is silent (it forwards, and says nothing); r4 is a firewall (see
``FIREWALL``), and the link behind it carries only ``MTU`` bytes. Behind r4 there are also addresses that are
unreachable, prohibited, swallowed, and sent round in a circle; s answers for 65,534 addresses. The first link can be
made slow and lossy: two taps joined by a child process that delays, drops and times frames.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import IO, NamedTuple

from netscope.system.namespaces import run_inside
from tests.lab import REPOSITORY, Namespace, namespace

MTU = 1400
NODES = ("c", "r1", "r2a", "r2b", "r3", "r4", "s")
# Link number n has the networks 10.90.n.0/24 and fd90:n::/64; its ends are .1 and .2.
LINKS = (
    (1, "c", "r1"), (2, "r1", "r2a"), (3, "r1", "r2b"), (4, "r2a", "r3"), (5, "r2b", "r3"), (6, "r3", "r4"),
    (7, "r4", "s"),
)  # fmt: skip
SERVER = {4: "10.90.7.2", 6: "fd90:7::2"}
NEAR = {4: "10.90.{}.2", 6: "fd90:{}::2"}  # the far end of a link by its number
HOPS: dict[int, tuple[set[str], ...]] = {  # what answers at distance 1, 2, 4; nobody at 3; the server at 5
    4: ({"10.90.1.2"}, {"10.90.2.2", "10.90.3.2"}, set(), {"10.90.6.2"}, {SERVER[4]}),
    6: ({"fd90:1::2"}, {"fd90:2::2", "fd90:3::2"}, set(), {"fd90:6::2"}, {SERVER[6]}),
}
FAR = {4: ("10.90.0.0/16", "10.78.0.0/16"), 6: ("fd90::/16", "fd78::/64")}
UNREACHABLE, PROHIBITED, SWALLOWED, CIRCLE = (
    {4: f"10.90.{90 + n}.1", 6: f"fd90:{90 + n}::1"} for n in (0, 1, 2, 3)
)  # fmt: skip
DROPPED, REFUSED, RESET = 81, 82, 83  # ports at the firewall, TCP and UDP (no reset for UDP)

FIREWALL = f"""
table inet lab {{
  chain forward {{
    type filter hook forward priority 0;
    tcp dport {DROPPED} drop
    udp dport {DROPPED} drop
    tcp dport {REFUSED} reject with icmpx type admin-prohibited
    udp dport {REFUSED} reject with icmpx type admin-prohibited
    tcp dport {RESET} reject with tcp reset
  }}
}}
"""
SILENCE = """
table inet lab {
  chain output {
    type filter hook output priority 0;
    icmp type { time-exceeded, destination-unreachable } drop
    icmpv6 type { time-exceeded, destination-unreachable } drop
  }
}
"""


class Carried(NamedTuple):
    """What the slow link did to the echo requests."""

    taken: int
    dropped: int
    trips: list[float]  # milliseconds from taking a request to handing over its reply, in the order of the replies


class SlowLink(NamedTuple):
    """The child that joins two taps."""

    child: subprocess.Popen[str]

    def carried(self) -> Carried:
        """End the child and return what it did."""
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.close()
        carried = Carried(*json.loads(self.child.stdout.readline()))
        self.child.wait()
        return carried


class Lab(NamedTuple):
    """The nodes by name, and the slow link if there is one."""

    nodes: dict[str, Namespace]
    slow: SlowLink | None

    def __getattr__(self, name: str) -> Namespace:
        try:
            return self.nodes[name]
        except KeyError:
            raise AttributeError(name) from None

    def tracepaths(self) -> dict[int, str]:
        """Return what tracepath says of the way to s in each family; of a silent hop it waits for seconds."""
        running = {
            family: self.c.popen("tracepath", f"-{family}", "-n", SERVER[family], stdout=subprocess.PIPE)
            for family in (4, 6)
        }
        return {family: child.communicate(timeout=60)[0] for family, child in running.items()}

    def listen(self, port: int, family: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
        """Open a listening socket on s; the caller closes it."""
        return run_inside(f"/run/netns/{self.s.name}", lambda: _listening(port, family, kind))


def _listening(port: int, family: int, kind: socket.SocketKind) -> socket.socket:
    made = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("", port))
    if kind == socket.SOCK_STREAM:
        made.listen(64)
    return made


@contextmanager
def reach_lab(
    *, delay: float = 0.0, loss: float = 0.0, ratelimit: bool = False, silent: bool = True, users: bool = True
) -> Iterator[Lab]:
    """Build the path, hand it out, take it down.

    Args:
        delay: seconds that a packet takes over the first link, each way.
        loss: share of the echo requests and SYNs that the first link drops on the way out.
        ratelimit: leave the kernel's limits of ICMP errors as they are.
        silent: r3 tells nobody that a TTL has run out.
        users: net.ipv4.ping_group_range of c lets everybody ping.
    """
    with contextlib.ExitStack() as stack:
        nodes = {name: stack.enter_context(namespace()) for name in NODES}
        for name, node in nodes.items():
            run_inside(f"/run/netns/{node.name}", partial(_sysctls, name, ratelimit, users))
        slow = None
        if delay or loss:
            slow = SlowLink(_join(nodes["c"], nodes["r1"], delay, loss))
            stack.callback(_end, slow.child)
        _wire(nodes, taps=slow is not None)
        for name, node in nodes.items():
            node.batch(_addresses(name))
        for name, node in nodes.items():
            node.batch(_routes(name))
        nodes["r4"].run("nft", "-f", "-", stdin=FIREWALL)
        if silent:
            nodes["r3"].run("nft", "-f", "-", stdin=SILENCE)
        lab = Lab(nodes, slow)
        if not loss:
            for family in (4, 6):  # neighbours resolved, links up
                _await_path(lab, family)
        yield lab


def _await_path(lab: Lab, family: int) -> None:
    """Wait for the server, and for each link of both ways: a flow may take the other one than the pings do."""
    asked = [(lab.nodes[left], NEAR[family].format(number)) for number, left, _right in LINKS[1:5]]
    deadline = time.monotonic() + 10
    for node, address in ((lab.c, SERVER[family]), *asked):
        while not _answers(node, address):
            assert time.monotonic() < deadline, f"{address} does not answer in the lab"


def _answers(node: Namespace, address: str) -> bool:
    try:
        node.run("ping", "-n", "-c", "1", "-W", "0.2", address)
    except AssertionError:
        return False
    return True


def _end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            stream.close()


def _wire(nodes: dict[str, Namespace], *, taps: bool) -> None:
    for number, left, right in LINKS:
        if number == 1 and taps:
            continue
        nodes[left].ip(f"link add l{number} type veth peer name l{number} netns {nodes[right].name}")


def _sysctls(name: str, ratelimit: bool, users: bool) -> None:
    values = {
        "ipv4/ip_forward": "1" if name.startswith("r") else "0",
        "ipv6/conf/all/forwarding": "1" if name.startswith("r") else "0",
        "ipv6/conf/default/accept_dad": "0",
        "ipv4/fib_multipath_hash_policy": "1",
        "ipv6/fib_multipath_hash_policy": "1",
        "ipv4/ping_group_range": "0 2147483647" if users else "1 0",
    }
    if not ratelimit:
        # Not ipv4/icmp_ratelimit=0: that also empties the bucket from which unreachable routes are answered.
        values |= {"ipv4/icmp_ratemask": "0", "ipv6/icmp/ratelimit": "0", "ipv4/icmp_msgs_per_sec": "1000000"}
    for key, value in values.items():
        with contextlib.suppress(FileNotFoundError), open(f"/proc/sys/net/{key}", "w") as file:
            file.write(value)


def _addresses(name: str) -> list[str]:
    lines = []
    for number, left, right in LINKS:
        if name in (left, right):
            end = 1 if name == left else 2
            lines += [
                f"addr add 10.90.{number}.{end}/24 dev l{number}",
                f"addr add fd90:{number}::{end}/64 dev l{number} nodad",
                f"link set l{number} mtu {MTU if number == 7 else 1500} up",
            ]
    return lines


def _routes(name: str) -> list[str]:
    """Towards s for everything unknown, back to c for its network."""
    onward = {"c": [(1, 2)], "r1": [(2, 2), (3, 2)], "r2a": [(4, 2)], "r2b": [(5, 2)], "r3": [(6, 2)], "s": [(7, 1)]}
    back = {"r2a": (2, 1), "r2b": (3, 1), "r3": (4, 1), "r4": (6, 1)}
    lines = []
    for four, prefix in ((True, "10.90.{}.{}"), (False, "fd90:{}::{}")):
        ways = [f"nexthop via {prefix.format(*way)} dev l{way[0]}" for way in onward.get(name, [])]
        if ways:
            lines.append(f"route add {'0.0.0.0/0' if four else '::/0'} {' '.join(ways)}")
        if name in back:
            way = back[name]
            for network in (1, 2, 3, 4, 5):
                if not any(number == network and name in ends for number, *ends in LINKS):
                    to = f"10.90.{network}.0/24" if four else f"fd90:{network}::/64"
                    lines.append(f"route add {to} via {prefix.format(*way)} dev l{way[0]}")
    if name == "r4":
        for family, width in ((4, 32), (6, 128)):
            lines.append(f"route add {FAR[family][1]} via {prefix_of(7, 2, family)} dev l7")
            for kind, where in (("unreachable", UNREACHABLE), ("prohibit", PROHIBITED), ("blackhole", SWALLOWED)):
                lines.append(f"route add {kind} {where[family]}/{width}")
            lines.append(f"route add {CIRCLE[family]}/{width} via {prefix_of(6, 1, family)} dev l6")
    if name == "s":
        lines += [f"route add local {FAR[4][1]} dev lo", f"route add local {FAR[6][1]} dev lo"]
    return lines


def prefix_of(number: int, end: int, family: int) -> str:
    """Return the address of one end of a link."""
    return f"10.90.{number}.{end}" if family == 4 else f"fd90:{number}::{end}"


def _join(left: Namespace, right: Namespace, delay: float, loss: float) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.reachlab", left.name, right.name, str(delay), str(loss)],
        cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    if child.stdout.readline().strip() != "ready":
        raise AssertionError("the slow link did not start")
    return child


def tap(name: str) -> IO[bytes]:
    """Open a tap device of that name in the namespace of the calling thread."""
    import fcntl
    import struct

    tap = open("/dev/net/tun", "r+b", buffering=0)  # noqa: SIM115
    fcntl.ioctl(
        tap, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x0002 | 0x1000)
    )  # TUNSETIFF: IFF_TAP, IFF_NO_PI
    os.set_blocking(tap.fileno(), False)
    return tap


def carry(words: Sequence[str]) -> None:
    """Run the slow link: what comes out of one tap goes into the other later. Ends with its standard input."""
    left, right = (run_inside(f"/run/netns/{name}", lambda: tap("l1")) for name in words[:2])
    delay, loss = float(words[2]), float(words[3])
    dice = random.Random(4711)
    queues: dict[int, deque[tuple[float, bytes]]] = {left.fileno(): deque(), right.fileno(): deque()}
    other = {left.fileno(): right.fileno(), right.fileno(): left.fileno()}
    begun: dict[bytes, float] = {}
    trips: list[float] = []
    taken = dropped = 0
    with contextlib.suppress(PermissionError):  # a link does not wait for its turn when the machine is busy
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    print("ready", flush=True)
    while True:
        heads = [queue[0][0] for queue in queues.values() if queue]
        wait = max(0.0, min(heads) - time.monotonic()) if heads else None
        readable = select.select([*queues, 0], (), (), wait)[0]
        if 0 in readable and not os.read(0, 1):
            break
        for descriptor in readable:
            with contextlib.suppress(BlockingIOError):
                while descriptor in queues:
                    frame, now = os.read(descriptor, 65_536), time.monotonic()
                    if descriptor == left.fileno() and (echo := _echo(frame, _REQUESTS)):
                        taken += 1
                        if dice.random() < loss:
                            dropped += 1
                            continue
                        begun[echo] = now
                    elif loss and descriptor == left.fileno() and _begins(frame) and dice.random() < loss:
                        continue
                    queues[other[descriptor]].append((now + delay, frame))
        now = time.monotonic()
        for descriptor, queue in queues.items():
            while queue and queue[0][0] <= now:
                frame = queue.popleft()[1]
                if descriptor == left.fileno() and (echo := _echo(frame, _REPLIES)) in begun:
                    trips.append((time.monotonic() - begun.pop(echo)) * 1000)
                with contextlib.suppress(OSError):
                    os.write(descriptor, frame)
    print(json.dumps(Carried(taken, dropped, trips)), flush=True)


_REQUESTS = {4: 8, 6: 128}  # the ICMP type for each version of IP
_REPLIES = {4: 0, 6: 129}


def _echo(frame: bytes, types: dict[int, int]) -> bytes:
    """Return identifier and sequence number of an echo of these types; empty for any other frame.

    Only these and SYNs are lost, and these counted: a lost ARP would cost more than one packet.
    """
    if frame[12:14] == b"\x08\x00" and frame[23] == 1 and frame[34] == types[4]:
        return frame[38:42]
    if frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] == types[6]:
        return frame[58:62]
    return b""


def _begins(frame: bytes) -> bool:
    """Tell whether a frame is a SYN."""
    if frame[12:14] == b"\x08\x00" and frame[23] == 6:
        return frame[47] & 0x12 == 0x02
    return frame[12:14] == b"\x86\xdd" and frame[20] == 6 and frame[67] & 0x12 == 0x02


if __name__ == "__main__":
    carry(sys.argv[1:])
