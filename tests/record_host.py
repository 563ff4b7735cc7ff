"""Record what the kernel answers in the demonstration network: ``sudo .venv/bin/python -m tests.record_host``.

It writes ``tests/tui/recorded.json``, which :mod:`tests.replay` plays, and the records as they were decoded then,
``tests/tui/golden/records-TOPIC.jsonl``. All pictures made from the recording change with it:
``NETSCOPE_GOLDEN=update .venv/bin/pytest tests/tui/test_replayed.py`` makes them anew; look at the difference.

Recorded are all calls that the tabs and the details of one socket make at each of a few moments, two seconds apart,
and those of the commands at the last. Within a moment a call is made once: who asks again gets the same answer.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netscope.core.domain import Collector, Domain, Query
from netscope.core.errors import NetscopeError
from netscope.core.host import Events, Owners, ProcessDetails
from netscope.core.netlink import NETLINK_ROUTE
from netscope.domains import collected, load
from netscope.domains.services import ServiceNames
from netscope.hub.once import collect_once
from netscope.system.live import LiveHost
from netscope.tui.tabs import TABS
from tests.replay import CODECS, RECORDED, answer, error_to_json, in_pieces, spelt

REPOSITORY = Path(__file__).resolve().parent.parent
KERNEL = "6.1.0"  # of no machine in particular
INTERVAL = 2.0
USERS = {
    0: "root",
    33: "www-data",
    101: "systemd-resolve",
    104: "postgres",
    105: "redis",
    106: "_chrony",
    107: "exporter",
}
WATCHED = "gunicorn"  # the process whose connections the details are recorded of
WHOLE = Query().having(full=True, all=True)  # what ``netscope snapshot`` asks of every topic

# What happens before each moment but the first, in the words of ``ip``.
CHANGES = (
    "neigh replace 192.0.2.20 lladdr b8:27:eb:4a:01:02 dev eth0 nud permanent",
    "route add 10.64.0.0/16 via 10.20.0.1 dev eth1 metric 50",
    """
    route del blackhole 198.51.100.0/24
    neigh del 10.20.0.9 dev eth1
    rule add from 172.18.0.0/16 lookup 100 pref 1002
    addr add 192.0.2.11/24 dev eth0
    """,
    """
    neigh add 192.0.2.44 lladdr dc:a6:32:01:02:03 dev eth0 nud stale
    route add 203.0.113.128/25 via 192.0.2.1 dev eth0
    addr del 192.0.2.11/24 dev eth0
    """,
)


class RecordingHost(LiveHost):
    """The running kernel; whatever it answers is written down."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, int] = {}
        self._answers: list[Any] = []
        self._moments: list[dict[str, Any]] = []
        self._subscriptions: list[RecordingEvents] = []

    @property
    def kernel(self) -> str:
        return KERNEL

    def begin(self) -> None:
        """Begin a moment: from now on every call is made anew."""
        self._moments.append({"wall": round(super().wall(), 3), "clock": round(super().clock(), 3), "calls": {}})
        for subscription in self._subscriptions:
            subscription.drain()

    def asked(self, method: str, arguments: Sequence[Any], live: Callable[[], Any]) -> Any:
        """Return the answer of this moment to a call."""
        calls, call = self._moments[-1]["calls"], spelt(method, *arguments)
        if call not in calls:
            try:
                data = CODECS[method].encode(live())
            except NetscopeError as error:
                data = error_to_json(error)
            calls[call] = self._number(json.loads(json.dumps(data)))
        return answer(method, self._answers[calls[call]])

    def _number(self, data: Any) -> int:
        number = self._known.setdefault(json.dumps(data), len(self._answers))
        if number == len(self._answers):
            self._answers.append(data)
        return number

    def dump(self, protocol: int, request: bytes) -> list[bytes]:
        found: list[bytes] = self.asked("dump", (protocol, request), lambda: LiveHost.dump(self, protocol, request))
        return found

    def pieces(self, protocol: int, request: bytes) -> Iterator[memoryview]:
        return in_pieces(self.dump(protocol, request))

    def events(self, protocol: int, groups: Collection[int]) -> Events:
        made = RecordingEvents(self, (protocol, *groups), super().events(protocol, groups))
        made.drain()
        self._subscriptions.append(made)
        return made

    def read(self, path: str) -> bytes:
        found: bytes = self.asked("read", (path,), lambda: LiveHost.read(self, path))
        return found

    def names(self, path: str) -> Sequence[str]:
        found: Sequence[str] = self.asked("names", (path,), lambda: LiveHost.names(self, path))
        return found

    def owners(self, inodes: Collection[int]) -> Owners:
        def live() -> Owners:
            found = LiveHost.owners(self, inodes)
            return found._replace(holders={inode: held for inode, held in found.holders.items() if inode in inodes})

        found: Owners = self.asked("owners", sorted(inodes), live)
        return found

    def process(self, pid: int) -> ProcessDetails | None:
        found: ProcessDetails | None = self.asked("process", (pid,), lambda: portable(LiveHost.process(self, pid)))
        return found

    def user(self, uid: int) -> str:
        found: str = self.asked("user", (uid,), lambda: USERS.get(uid, str(uid)))
        return found

    def ifindexes(self) -> Mapping[int, str]:
        found: Mapping[int, str] = self.asked("ifindexes", (), lambda: LiveHost.ifindexes(self))
        return found

    def wall(self) -> float:
        return float(self._moments[-1]["wall"])

    def clock(self) -> float:
        return float(self._moments[-1]["clock"])

    def text(self) -> str:
        """Return the recording as the text of its file, an answer a line."""
        head = {"name": self.name, "kernel": self.kernel}
        answers = ",\n".join(map(json.dumps, self._answers))
        moments = ",\n".join(json.dumps(moment, indent=0) for moment in self._moments)
        return f'{json.dumps(head)[:-1]},\n"answers": [\n{answers}\n],\n"moments": [\n{moments}\n]}}\n'


class RecordingEvents:
    """A subscription; what comes between two moments belongs to the later."""

    def __init__(self, host: RecordingHost, arguments: Sequence[int], live: Events) -> None:
        self._host = host
        self._arguments = arguments
        self._live = live

    def fileno(self) -> int:
        return self._live.fileno()

    def drain(self) -> tuple[list[bytes], bool]:
        datagrams, lost = self._host.asked("drain", self._arguments, self._live.drain)
        return datagrams, lost

    def close(self) -> None:
        self._live.close()


def portable(details: ProcessDetails | None) -> ProcessDetails | None:
    """Take the paths and users of the recording machine out of what it says of a process."""
    if details is None:
        return None
    command = tuple(os.path.basename(word) if word.startswith("/") else word for word in details.command or ())
    held = os.stat(f"/proc/{details.pid}").st_uid
    return details._replace(command=command, executable="/usr/bin/python3", user=USERS.get(held, str(held)))


def look(domain: Domain, query: Query, collector: Collector, host: RecordingHost) -> None:
    """Ask what a tab asks, and what the details of a watched record ask."""
    snapshot = collector.collect()
    if domain.inspect is None or not query.live:
        return
    names = ServiceNames(host, False)
    for record in snapshot.records:
        if any(process.name == WATCHED for process in record.processes or ()):
            domain.inspect(host, record, names)


def record(host: RecordingHost, change: Callable[[int], None]) -> None:
    """Look at everything, moment after moment; ``change`` does what happens before a moment but the first."""
    host.begin()
    wanted = [(load(block.topic), block.query) for tab in TABS for block in tab.blocks]
    collectors = [(domain, query, domain.open(host, query)) for domain, query in wanted]
    for domain, _query in wanted:
        if domain.groups:
            host.events(NETLINK_ROUTE, domain.groups)
    for moment in range(len(CHANGES) + 1):
        if moment:
            due = host.clock() + INTERVAL
            change(moment - 1)
            time.sleep(max(0.0, due - time.monotonic()))
            host.begin()
        host.read("/proc/self/status")
        ServiceNames(host, False).service(443, "tcp")
        for domain, query, collector in collectors:
            look(domain, query, collector, host)
    for topic in collected():
        collect_once(load(topic), host, Query())
        collect_once(load(topic), host, WHOLE)


def record_lines(host: Any, topic: str) -> list[str]:
    """Return the records of one topic as JSON, one a line."""
    domain = load(topic)
    return [json.dumps(domain.to_json(found)) for found in collect_once(domain, host, WHOLE).records]


@contextmanager
def changing() -> Iterator[Callable[[int], None]]:
    """Build the demonstration network; give what changes it."""
    sys.path.insert(0, str(REPOSITORY / "screenshots"))
    from demo import CLIENTS, batch, child, demonstration, wait_ready

    started: list[subprocess.Popen[bytes]] = []

    def client(source: str, port: int, rate: int) -> subprocess.Popen[bytes]:
        process = child(["fetch", "curl", source, "192.0.2.10", str(port), str(rate)], CLIENTS)
        wait_ready([process])
        return process

    def change(number: int) -> None:
        batch("\n".join(line.strip() for line in CHANGES[number].strip().split("\n")))
        short = client("192.0.2.101", 80, 700_000)
        time.sleep(0.3)
        short.kill()
        short.wait()
        if number == len(CHANGES) - 3:
            started.append(client("203.0.113.90", 443, 120_000))
        if number == len(CHANGES) - 1:
            started[0].kill()
            started.append(client("192.0.2.102", 80, 15_000))

    with demonstration():
        try:
            time.sleep(2)  # neighbours resolved, queues at work
            yield change
        finally:
            for process in started:
                process.kill()
                process.wait()


def enter_namespaces(arguments: Sequence[str]) -> None:
    """Start over inside throwaway network, mount, pid and uts namespaces."""
    inside = 'mount -t tmpfs tmpfs /run && exec "$@"'
    words = ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", inside, "sh"]
    os.execvp(words[0], [*words, sys.executable, "-m", "tests.record_host", "--inside", *arguments])


def main(arguments: Sequence[str]) -> None:
    """Record."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    if not parser.parse_args(arguments).inside:
        enter_namespaces(arguments)
    signal.alarm(120)
    Path("/proc/self/comm").write_text("netscope")
    with changing() as change:
        host = RecordingHost()
        record(host, change)
        RECORDED.write_text(host.text())
        for topic in collected():
            path = RECORDED.parent / "golden" / f"records-{topic}.jsonl"
            path.write_text("".join(f"{line}\n" for line in record_lines(host, topic)))
        host.close()


if __name__ == "__main__":
    main(sys.argv[1:])
