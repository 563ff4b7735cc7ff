"""The collector on hosts that lack this or that, answered from data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import pytest

from netscope.core.capture import Capture, CaptureRequest
from netscope.core.capturefilter import Resolver
from netscope.core.capturefilter.names import NumbersOnly
from netscope.core.domain import Query
from netscope.core.errors import NeedsPrivilege, NetscopeError, Unavailable
from netscope.core.frame import OpenedFrames
from netscope.core.host import Events, Owners, Process, ProcessDetails
from netscope.core.netlink import request
from netscope.core.probe import Prober
from netscope.core.snapshot import Snapshot
from netscope.core.whois import RegistryWire
from netscope.domains.sockets import DOMAIN
from netscope.domains.sockets.columns import COLUMNS
from netscope.domains.sockets.options import OPTIONS, shown
from netscope.domains.sockets.rates import rates
from netscope.domains.sockets.selection import PROTOCOLS, select
from netscope.export import csv_lines
from tests.replay import in_pieces

ALL = Query().having(all=True)
TCP = b"""  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F90 0200007F:C350 01 00000005:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1
"""
HEADING = b"heading\n"
NO_OWNERS = Owners({}, 0)


class Fake:
    """A host whose answers are given; what is not given is not there."""

    name = kernel = namespace = ""

    def __init__(
        self,
        files: Mapping[str, bytes] | None = None,
        answer: Callable[[bytes], list[bytes]] | None = None,
        owners: Owners | NetscopeError = NO_OWNERS,
    ) -> None:
        self.files = files or {}
        self.answer = answer
        self.found = owners
        self.time = 0.0

    def dump(self, _protocol: int, question: bytes) -> list[bytes]:
        if self.answer is None:
            raise Unavailable("netlink request", "No such file or directory")
        return self.answer(question)

    def pieces(self, protocol: int, request: bytes) -> Iterator[memoryview]:
        return in_pieces(self.dump(protocol, request))

    def events(self, protocol: int, groups: Collection[int]) -> Events:
        raise NeedsPrivilege("netlink events", "Operation not permitted")

    def read(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError:
            raise Unavailable(path, "No such file or directory") from None

    def names(self, path: str) -> Sequence[str]:
        return ()

    def owners(self, inodes: Collection[int]) -> Owners:
        if isinstance(self.found, NetscopeError):
            raise self.found
        return self.found

    def expect_owners(self) -> None:
        """Nothing is to be found."""

    def process(self, pid: int) -> ProcessDetails | None:
        return ProcessDetails(pid, "x", None, None, None, None, "/system.slice/x.service", "x.service", None)

    def user(self, uid: int) -> str:
        return {0: "root"}.get(uid, str(uid))

    def ifindexes(self) -> Mapping[int, str]:
        return {}

    def whois(self) -> RegistryWire:
        raise Unavailable("registries")

    def wall(self) -> float:
        return 1.0

    def clock(self) -> float:
        self.time += 1
        return self.time

    def capture(self, request: CaptureRequest) -> Capture:
        raise Unavailable("probes", "this host is on paper")

    def filter_names(self) -> Resolver:
        return NumbersOnly()

    def open_capture(self, path: str) -> OpenedFrames:
        raise Unavailable("captures", "this host is on paper")

    def prober(self) -> Prober:
        raise Unavailable("probes", "this host is on paper")

    def close(self) -> None:
        """Nothing is held."""


def look(host: Fake, query: Query = ALL) -> Snapshot:
    collector = DOMAIN.open(host, query)
    snapshot = collector.collect()
    collector.close()
    return snapshot


def test_without_diag_proc_is_read() -> None:
    snapshot = look(Fake({"/proc/net/tcp": TCP, "/proc/net/tcp6": HEADING}))
    assert [
        (row.state, row.recv_q, row.send_q, row.local_port, row.remote_port, row.user) for row in snapshot.records
    ] == [
        ("LISTEN", 3, 0, 8080, None, "1000"),
        ("ESTABLISHED", 0, 5, 8080, 50000, "root"),
    ]
    assert snapshot.problems == ()
    assert all(DOMAIN.to_json(row)["cookie"] is None for row in snapshot.records)


def test_without_ipv6_its_files_are_not_missed() -> None:
    assert look(Fake({"/proc/net/tcp": TCP}), ALL.having(tcp=True)).problems == ()


def test_a_protocol_that_is_not_there_is_a_problem_only_when_named() -> None:
    assert look(Fake()).problems == ()
    problems = look(Fake(), ALL.having(tcp=True, sctp=True)).problems
    assert [problem.what for problem in problems] == ["tcp sockets", "sctp sockets"]
    assert not any(problem.partial for problem in problems)


def test_an_answer_that_cannot_be_read_is_a_problem_and_the_rest_goes_on() -> None:
    def answer(_question: bytes) -> list[bytes]:
        return [b"\x14\0\0\0" + b"\xff" * 40]

    snapshot = look(Fake({"/proc/net/icmp": HEADING}, answer))
    assert snapshot.records == []
    assert {problem.what for problem in snapshot.problems} >= {"tcp sockets", "unix sockets"}
    assert all(problem.partial and "cannot be read" in problem.why for problem in snapshot.problems)


def test_a_failure_is_a_problem_with_the_reason() -> None:
    def answer(_question: bytes) -> list[bytes]:
        raise NetscopeError("netlink", "the kernel did not answer in 10 seconds")

    problems = look(Fake(answer=answer), ALL.having(udp=True)).problems
    assert [(problem.what, problem.why, problem.partial) for problem in problems] == [
        ("udp sockets", "the kernel did not answer in 10 seconds", True)
    ]


@pytest.mark.parametrize(
    ("owners", "processes", "told"),
    [
        (Owners({4711: (Process(1, "a", 3),), 4712: (Process(1, "a", 4),)}, 5), [1, 1], ""),
        (Owners({4711: (Process(1, "a", 3),)}, 5), [1, None], "owners of 1 socket: 5 processes do not"),
        (Owners({4711: (Process(1, "a", 3),)}, 1), [1, None], "owners of 1 socket: 1 process does not"),
        (Owners({}, 0, hidden=True), [None, None], "owners of 2 sockets: no process listed in /proc"),
        (Owners({}, 0), [0, 0], ""),
        (NeedsPrivilege("/proc", "Permission denied"), [None, None], "owners of sockets: Permission denied"),
    ],
)
def test_unknown_owners_are_told_from_none(owners: Any, processes: list[int | None], told: str) -> None:
    snapshot = look(Fake({"/proc/net/tcp": TCP}, owners=owners))
    found = [
        None if row.processes is None else sum(process.pid for process in row.processes) for row in snapshot.records
    ]
    assert found == processes
    assert (
        f"{snapshot.problems[0].what}: {snapshot.problems[0].why}".startswith(told) if told else not snapshot.problems
    )


@pytest.mark.parametrize(("effective", "mend"), [(0, "run with sudo"), (1 << 19, "even to root")])
def test_who_may_see_owners_is_not_told_to_become_root(effective: int, mend: str) -> None:
    status = f"Name:\tx\nCapEff:\t{effective:016x}\n".encode()
    snapshot = look(Fake({"/proc/net/tcp": TCP, "/proc/self/status": status}, owners=Owners({}, 1)))
    assert [mend in problem.mend for problem in snapshot.problems if problem.what.startswith("owners")] == [True]


def test_unit_and_cgroup_come_with_a_full_look_only() -> None:
    host = Fake({"/proc/net/tcp": TCP}, owners=Owners({4711: (Process(1, "a", 3),)}, 0))
    assert look(host).records[0].unit is None
    assert look(host, ALL.having(full=True)).records[0].unit == "x.service"


def test_a_live_look_needs_no_events() -> None:
    collector = DOMAIN.open(Fake({"/proc/net/tcp": TCP}), ALL._replace(live=True))
    first, second = collector.collect(), collector.collect()
    assert list(first.records) == list(second.records)
    assert rates(first, second).records == list(second.records)
    collector.close()


def test_rates_need_time_to_pass() -> None:
    now = Snapshot("sockets", [], clock=5.0)
    assert rates(now, now) is now


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_flag_shows_columns_that_exist(option: Any) -> None:
    names = {column.name for column in COLUMNS}
    for query in (Query(), Query(live=True)):
        columns = shown(query.having(**{option.name: True}))
        assert set(columns) <= names
        assert len(set(columns)) == len(columns)


def test_netstats_flags_show_netstats_columns() -> None:
    flags = Query().having(all=True, tcp=True, udp=True, processes=True)
    titles = [column.title for name in shown(flags) for column in COLUMNS if column.name == name]
    assert titles == ["Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "State", "PID/Program name"]
    assert "processes" not in shown(flags.having(processes=None))
    assert "processes" in shown(Query())


def test_a_family_leaves_out_what_has_none() -> None:
    assert set(select(Query(family=6)).protocols) == {"tcp", "udp", "raw", "icmp", "mptcp", "sctp"}
    assert select(Query()).protocols == PROTOCOLS


def test_no_two_columns_share_a_name_or_lie_about_json() -> None:
    names = [column.name for column in COLUMNS]
    assert len(set(names)) == len(names)
    properties = DOMAIN.schema()["properties"]
    nested = {name for name in names if "." in name}
    for name in nested:
        outer, inner = name.split(".")
        assert inner in properties[outer]["anyOf"][0]["properties"]
    assert set(properties) - {"memory", "tcp_info"} <= set(names)


def test_csv_has_every_column() -> None:
    snapshot = look(Fake({"/proc/net/tcp": TCP}))
    lines = list(csv_lines(COLUMNS, snapshot.records))
    assert len(lines) == 3


def test_the_messages_that_are_asked_are_whole() -> None:
    asked: list[bytes] = []

    def answer(question: bytes) -> list[bytes]:
        asked.append(question)
        return [request(3, bytes(4))]

    look(Fake(answer=answer))
    assert all(int.from_bytes(question[:4], "little") == len(question) for question in asked)
    assert len(asked) == 1 + 2 + 2 + 2 + 2 + 3  # tcp at once; udp, raw, mptcp, sctp by family; the local ones
