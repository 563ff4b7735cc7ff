"""``netscope dns`` against dig, in the private internet of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.harness import Case, Result, paired
from tests.dnslab import Internet, private_internet
from tests.dnszones import BULK, LEAF
from tests.lab import REPOSITORY, have

_DELAYED = "10.53.255.1"  # the servers' end of the link: nothing else listens there
_HALF = 0.005

# Relays questions to a server and answers back, each held for some time; run inside the servers' namespace.
_RELAY = """
import heapq, select, socket, sys, time
address, server, half = sys.argv[1], sys.argv[2], float(sys.argv[3])
front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
front.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
front.bind((address, 53))
back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
back.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
back.connect((server, 53))
print("ready", flush=True)
waiting, clients = [], {}
while True:
    pause = max(waiting[0][0] - time.monotonic(), 0) if waiting else None
    for ready in select.select([front, back], [], [], pause)[0]:
        data, client = ready.recvfrom(65535)
        if ready is front:  # the id is remembered with the question: several may use the same one
            clients[data[:2] + data[12:40]] = client
            heapq.heappush(waiting, (time.monotonic() + half, 0, data, ()))
        else:
            heapq.heappush(waiting, (time.monotonic() + half, 1, data, clients.pop(data[:2] + data[12:40])))
    while waiting and waiting[0][0] <= time.monotonic():
        _at, answer, data, client = heapq.heappop(waiting)
        if answer:
            front.sendto(data, client)
        else:
            back.send(data)
"""


@contextmanager
def _relay(internet: Internet) -> Iterator[str]:
    """Give the address of a server that is 10 ms away."""
    process = internet.servers.popen(
        sys.executable, "-S", "-c", _RELAY, _DELAYED, LEAF, str(_HALF), stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield _DELAYED
    finally:
        process.kill()
        process.communicate()


def _inside(internet: Internet, words: Sequence[str], cache: str) -> Callable[[], object]:
    """Return an action that runs a program in the client's namespace; bytecode is cached as once installed."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = ["ip", "netns", "exec", internet.client.name, *words]

    def run() -> None:
        done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, cwd="/", check=True)
        assert done.stdout, "it answered"

    return run


def _against(internet: Internet, words: Sequence[str], rounds: int) -> Result:
    with tempfile.TemporaryDirectory() as cache:
        ours = _inside(internet, [sys.executable, "-m", "netscope", "dns", *words], cache)
        return paired(ours, _inside(internet, ["dig", *words], cache), rounds)


def _case(words: Sequence[str], rounds: int) -> Callable[[], Result]:
    def measure() -> Result:
        if not have("named", "dig", "unbound"):
            return Result(float("inf"), "needs bind9, bind9-dnsutils and unbound")
        with private_internet() as internet:
            return _against(internet, words, rounds)

    return measure


def _bulk(away: bool, rounds: int) -> Callable[[], Result]:
    def measure() -> Result:
        if not have("named", "dig", "unbound"):
            return Result(float("inf"), "needs bind9, bind9-dnsutils and unbound")
        with private_internet() as internet, tempfile.TemporaryDirectory() as directory:
            questions = Path(directory) / "questions"
            questions.write_text("".join(f"-x 10.53.{100 + n // 250}.{n % 250 + 1}\n" for n in range(BULK)))
            common = ["+norec", "+short", "-f", str(questions)]
            if not away:
                return _against(internet, [f"@{LEAF}", *common], rounds)
            with _relay(internet) as server:
                return _against(internet, [f"@{server}", *common], rounds)

    return measure


CASES = (
    Case(f"dns: {BULK} reverse lookups, servers 10 ms away, against dig -f", 0.05, _bulk(True, 1)),
    Case(f"dns: {BULK} reverse lookups, servers 0 ms away, against dig -f", 3, _bulk(False, 5)),
    Case("dns: one query, whole process, against dig", 4, _case([f"@{LEAF}", "www.plain.test"], 15)),
    Case("dns: AXFR of 8,000 records against dig", 8, _case([f"@{LEAF}", "big.plain.test", "AXFR"], 7)),
)
