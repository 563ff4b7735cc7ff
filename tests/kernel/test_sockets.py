"""Sockets of every kind against ss and netstat."""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import jsonschema
import pytest

from netscope.core.domain import Query
from netscope.core.snapshot import Snapshot
from netscope.domains.services import ServiceNames
from netscope.domains.sockets import DOMAIN
from netscope.domains.sockets.details import current, inspect
from netscope.domains.sockets.record import Socket, key
from netscope.domains.sockets.tcpinfo import TcpInfo
from tests.kernel.socket_oracles import Row, Zoo, as_netstat, as_ss, netstat, ss, zoo
from tests.lab import netscope

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "ss", "netstat")]

ALL = Query().having(all=True)
NAME = Path(sys.executable).name
FULL = Query().having(all=True, full=True)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zoo]:
    with zoo(str(tmp_path_factory.mktemp("zoo"))) as started:
        yield started


def rows(snapshot: Snapshot, *protocols: str) -> list[Socket]:
    return [record for record in snapshot.records if record.protocol in protocols]


def one(snapshot: Snapshot, **fields: object) -> Socket:
    """Return the one record with these values."""
    found: list[Socket] = [
        row for row in snapshot.records if all(getattr(row, name) == value for name, value in fields.items())
    ]
    assert len(found) == 1, (fields, found)
    return found[0]


Told = TypeVar("Told")


def between(theirs: Callable[[], Told], ours: Callable[[], Snapshot]) -> tuple[Told, Snapshot]:
    """Look while the other tool says the same before and after: retransmissions go on even here."""
    deadline = time.monotonic() + 20
    while True:
        before, snapshot, after = theirs(), ours(), theirs()
        if before == after:
            return after, snapshot
        assert time.monotonic() < deadline


def by_cookie(found: list[Row]) -> dict[str | None, Row]:
    return {row.value("sk"): row for row in found if row.value("sk")}


def test_inet_rows_are_those_of_ss(lab: Zoo) -> None:
    theirs, snapshot = between(
        lambda: Counter(row.bare for row in ss(lab.inside, "-atuw")), lambda: lab.inside.collect("sockets", ALL)
    )
    ours = rows(snapshot, "tcp", "udp", "raw")
    assert Counter(map(as_ss, ours)) == theirs
    assert {row.state for row in ours} >= {
        "LISTEN", "ESTABLISHED", "TIME_WAIT", "SYN_RECV", "SYN_SENT", "FIN_WAIT2", "CLOSE_WAIT", "UNCONN",
    }  # fmt: skip


def test_inet_rows_are_those_of_netstat(lab: Zoo) -> None:
    theirs, snapshot = between(lambda: netstat(lab.inside), lambda: lab.inside.collect("sockets", ALL))
    ours = [as_netstat(row) for row in rows(snapshot, "tcp", "udp", "raw")]
    assert Counter(line._replace(pid=None) for line in ours) == Counter(line._replace(pid=None) for line in theirs)
    # netstat tells one of those who share a socket, whichever it meets first.
    assert [line for line in ours if line.pid is None and line not in theirs] == []
    assert {line.pid for line in theirs if line.pid} <= {lab.pid, lab.sharer, lab.other_user}


def test_the_command_prints_the_columns_and_rows_of_netstat(lab: Zoo) -> None:
    printed = netscope("sockets", "-antup", "--netns", lab.inside.name, check=True).stdout.splitlines()
    assert re.split(r" {2,}", printed[0]) == [
        "Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "State", "PID/Program name",
    ]  # fmt: skip
    ours = Counter((words[0], words[5]) for words in map(str.split, printed[1:]))
    assert ours == Counter((line.protocol, line.state) for line in netstat(lab.inside) if "raw" not in line.protocol)


@pytest.mark.parametrize("flags", ["-l", "", "-t -l", "-u", "-4 -l", "-6 -a"])
def test_flags_select_what_ss_selects(lab: Zoo, flags: str) -> None:
    query = Query(family=4 if "-4" in flags else 6 if "-6" in flags else 0)
    words = {"-l": "listening", "-a": "all", "-t": "tcp", "-u": "udp"}
    query = query.having(**{words[flag]: True for flag in flags.split() if flag in words})
    ours = rows(lab.inside.collect("sockets", query), "tcp", "udp")
    asked = [flag for flag in flags.split() if flag not in ("-t", "-u")]
    theirs = {row.bare for row in ss(lab.inside, " ".join(["-tu", *asked]))}
    if "-t" in flags or "-u" in flags:
        theirs = {row for row in theirs if f"-{row.protocol[0]}" in flags}
    if "-l" not in flags and "-a" not in flags:  # netstat shows these, ss does not; both leave out who only listens
        everything = rows(lab.inside.collect("sockets", ALL), "tcp")
        theirs |= {as_ss(row) for row in everything if row.state in ("TIME_WAIT", "SYN_RECV") and "-u" not in flags}
    assert set(map(as_ss, ours)) == theirs
    assert ours


def test_owners_inodes_users_cookies_and_timers_are_those_of_ss(lab: Zoo) -> None:
    untimed = re.compile(r",[^,]*,")  # of timer:(on,200ms,0) the time left
    lines, snapshot = between(
        lambda: [row._replace(rest=untimed.sub(",,", row.rest, 1)) for row in ss(lab.inside, "-atu -oe")],
        lambda: lab.inside.collect("sockets", FULL),
    )
    theirs = by_cookie(lines)
    holders = {cookie: row.processes for cookie, row in by_cookie(ss(lab.inside, "-atu -pe")).items()}
    ours = {row.cookie: row for row in rows(snapshot, "tcp", "udp")}
    assert ours.keys() == theirs.keys()
    for cookie, row in ours.items():
        line = theirs[cookie]
        assert row.processes == holders[cookie]
        assert row.inode == int(line.value("ino") or 0)
        assert row.uid == int(line.value("uid") or 0)
        told = line.value("timer")
        assert (row.timer is None) == (told is None)
        if row.timer is not None and told is not None:
            name, _left, retransmits = told.strip("()").split(",")
            assert (row.timer.name, row.timer.retransmits) == (name, int(retransmits))
        v6only = line.value("v6only")
        assert v6only is None or row.v6only == bool(int(v6only))


def test_a_timer_expires_when_ss_says(lab: Zoo) -> None:
    row = one(lab.inside.collect("sockets", FULL), state="TIME_WAIT")
    assert row.timer is not None
    line = next(line for line in ss(lab.inside, "-atu -o") if line.state == "TIME_WAIT")
    told = (line.value("timer") or "").strip("()").split(",")[1]
    assert told.endswith("sec")
    assert abs(row.timer.expires / 1000 - float(told.removesuffix("sec"))) < 3


def test_tcp_info_and_memory_are_those_of_ss(lab: Zoo) -> None:
    snapshot = lab.inside.collect("sockets", FULL)
    compared: Counter[str] = Counter()
    for cookie, line in by_cookie(ss(lab.inside, "-atu -eim")).items():
        row = next(record for record in snapshot.records if record.cookie == cookie)
        info = row.tcp_info
        memory = row.memory
        skmem = (line.value("skmem") or "").strip("()")
        assert (memory is None) == (not skmem)  # TIME_WAIT has none
        if memory is not None:
            assert [int(word.lstrip("abcdefghijklmnopqrstuvwxyz")) for word in skmem.split(",")] == list(memory)
        if info is None:
            assert row.protocol == "udp" or row.state in ("TIME_WAIT", "SYN_RECV")
            continue
        for name, value in expected_info(line).items():
            assert getattr(info, name) == pytest.approx(value, abs=0.001), (name, line.rest)
            compared[name] += 1
        assert f" {row.congestion} " in f" {line.rest} "
        assert [word for word in ("ts", "sack", "ecn") if f" {word} " in f" {line.rest} "] == list(info.options)
    assert compared.keys() >= {"rtt", "rttvar", "cwnd", "mss", "pmtu", "bytes_acked", "bytes_received", "snd_wnd"}


def expected_info(line: Row) -> dict[str, float]:
    """Return the numbers of ``ss -i`` under our names."""
    same = (
        "rto", "ato", "mss", "pmtu", "advmss", "cwnd", "ssthresh", "bytes_sent", "bytes_acked", "bytes_received",
        "segs_out", "segs_in", "data_segs_out", "data_segs_in", "unacked", "lost", "delivered", "rcv_space",
        "rcv_ssthresh", "snd_wnd", "reordering",
    )  # fmt: skip
    found = {name: float(value) for name in same if (value := line.value(name))}
    for name, theirs in (("rcv_mss", "rcvmss"), ("min_rtt", "minrtt"), ("rcv_rtt", "rcv_rtt")):
        if value := line.value(theirs):
            found[name] = float(value)
    if value := line.value("rtt"):
        found["rtt"], found["rttvar"] = map(float, value.split("/"))
    if value := line.value("wscale"):
        found["snd_wscale"], found["rcv_wscale"] = map(float, value.split(","))
    if value := line.value("retrans"):
        found["retrans"], found["total_retrans"] = map(float, value.split("/"))
    if value := line.value("backoff"):
        found["backoff"] = float(value)
    return found


def test_v4_mapped_sockets_are_inet6(lab: Zoo) -> None:
    row = one(lab.inside.collect("sockets", ALL), local_address="::ffff:127.0.0.1", local_port=7002)
    assert (row.protocol, row.family, row.remote_address) == ("tcp", "inet6", "::ffff:127.0.0.1")
    column = DOMAIN.column("protocol")
    assert column is not None
    assert column.text is not None
    host = lab.inside.host()
    assert column.text(row, ServiceNames(host, numeric=True)) == "tcp6"
    host.close()


def test_what_is_bound_to_a_device_says_so(lab: Zoo) -> None:
    snapshot = lab.inside.collect("sockets", ALL)
    assert {(row.protocol, row.local_port) for row in snapshot.records if row.interface == "lo"} == {
        ("tcp", 7004), ("udp", 7103), ("packet", None),
    }  # fmt: skip


def test_shared_sockets_tell_every_holder(lab: Zoo) -> None:
    snapshot = lab.inside.collect("sockets", ALL)
    row = one(snapshot, local_port=7001, state="LISTEN")
    assert row.processes is not None
    assert {(process.pid, process.name) for process in row.processes} == {(lab.pid, NAME), (lab.sharer, NAME)}
    assert len({process.fd for process in row.processes}) == 1
    other = one(snapshot, local_port=7201)
    assert other.uid == 65534
    assert [process.pid for process in other.processes or ()] == [lab.other_user]


def test_sockets_without_a_process_are_no_problem(lab: Zoo) -> None:
    snapshot = lab.inside.collect("sockets", ALL)
    orphans = [row for row in snapshot.records if not row.inode]
    assert {row.state for row in orphans} == {"TIME_WAIT", "SYN_RECV", "ESTABLISHED"}  # the last: not yet accepted
    assert all(row.processes == () for row in orphans)


def test_unix_sockets_are_those_of_ss(lab: Zoo) -> None:
    ours = rows(lab.inside.collect("sockets", ALL), "unix")
    words = {"u_str": "stream", "u_dgr": "dgram", "u_seq": "seqpacket"}
    theirs = set()
    for line in lab.inside.run("ss", "-HOanxp").splitlines():
        kind, state, recv_q, send_q, *middle = line.split(" users:")[0].split()
        name, inode, _star, peer = (" ".join(middle[:-3]), *middle[-3:])
        theirs.add((words[kind], state, int(recv_q), int(send_q), name, int(inode), int(peer)))
    states = {"ESTABLISHED": "ESTAB"}
    assert theirs == {
        (row.type, states.get(row.state, row.state), row.recv_q, row.send_q, row.local_address or "*", row.inode,
         row.peer_inode or 0)
        for row in ours
    }  # fmt: skip
    accepted = next(row for row in ours if row.recv_q == 4)
    client = next(row for row in ours if row.inode == accepted.peer_inode)
    assert client.remote_address == accepted.local_address == f"{lab.directory}/stream"
    assert {row.local_address for row in ours} >= {"@zoo abstract", f"{lab.directory}/datagram"}
    assert all(lab.pid in {process.pid for process in row.processes or ()} for row in ours if row.inode)


def test_packet_and_netlink_sockets_are_those_of_ss(lab: Zoo) -> None:
    snapshot = lab.inside.collect("sockets", ALL)
    packets = lab.inside.run("ss", "-HOan0pe").splitlines()
    inodes = {int(word.removeprefix("ino:")) for line in packets for word in line.split() if word.startswith("ino:")}
    ours = rows(snapshot, "packet")
    assert {row.inode for row in ours} == inodes
    assert {(row.type, row.subprotocol, row.interface) for row in ours} == {
        ("raw", "0x0800", "lo"), ("dgram", "0x0000", None),
    }  # fmt: skip
    mine = [row for row in rows(snapshot, "netlink") if lab.pid in {p.pid for p in row.processes or ()}]
    assert [(row.subprotocol, row.local_port) for row in mine] == [("route", lab.pid)]
    kernel = [row for row in rows(snapshot, "netlink") if row.kernel]
    assert kernel
    assert all(row.processes == () for row in kernel)


def test_ping_sockets_come_from_proc(lab: Zoo) -> None:
    row = one(lab.inside.collect("sockets", ALL), protocol="icmp")
    assert (row.family, row.local_address, row.local_port, row.state) == ("inet", "127.0.0.1", 77, "UNCONN")
    assert lab.pid in {process.pid for process in row.processes or ()}


def test_a_protocol_the_kernel_has_not_got_is_a_problem_only_when_asked_for(lab: Zoo) -> None:
    assert not [problem for problem in lab.inside.collect("sockets", ALL).problems if "sctp" in problem.what]
    asked = lab.inside.collect("sockets", ALL.having(sctp=True))
    if not asked.records:  # most kernels load it only on demand
        assert [problem.what for problem in asked.problems] == ["sctp sockets"]


def test_every_key_is_its_own(lab: Zoo) -> None:
    records = lab.inside.collect("sockets", ALL).records
    assert len({key(record) for record in records}) == len(records)


def test_json_is_exact_and_valid(lab: Zoo) -> None:
    snapshot = lab.inside.collect("sockets", FULL)
    schema = DOMAIN.schema()
    for record in snapshot.records:
        jsonschema.validate(json.loads(json.dumps(DOMAIN.to_json(record))), schema)
    assert set(schema["properties"]["tcp_info"]["anyOf"][0]["properties"]) == {"congestion", *TcpInfo._fields}


def test_every_text_for_many_is_the_text_for_one(lab: Zoo) -> None:
    records = lab.inside.collect("sockets", FULL).records
    host = lab.inside.host()
    for numeric in (True, False):
        names = ServiceNames(host, numeric=numeric)
        for column in DOMAIN.columns:
            if column.texts is None:
                continue
            if column.text is None:
                singles = [str(column.value(record)) for record in records]
            else:
                singles = [column.text(record, names) for record in records]
            assert column.texts(records, names) == singles
    host.close()


def test_details_tell_the_process_and_the_connection(lab: Zoo) -> None:
    row = next(
        record
        for record in lab.inside.collect("sockets", ALL).records
        if record.remote_port == 7001 and record.state == "ESTABLISHED" and record.inode
    )
    host = lab.inside.host()
    now = current(host, row)
    assert now is not None
    assert (now.inode, now.cookie, now.local_port) == (row.inode, row.cookie, row.local_port)
    sections = {section.title: dict(section.rows) for section in inspect(host, row, ServiceNames(host, numeric=True))}
    host.close()
    assert float(sections["TCP now"]["rtt"]) > 0
    process = sections[f"Process {lab.pid}"]
    assert process["command"].endswith(f"-m tests.zoo {lab.directory}")
    assert process["user"] == "root"
    assert "ago" in process["started"]


def test_details_of_a_socket_that_has_gone_say_so(lab: Zoo) -> None:
    row = one(lab.inside.collect("sockets", ALL), local_port=7201)
    gone = row._replace(message=row.message[:44] + b"\1" * 8 + row.message[52:])
    host = lab.inside.host()
    sections = inspect(host, gone, ServiceNames(host, numeric=True))
    host.close()
    assert ("state", "the socket is gone") in sections[0].rows


def test_the_summary_counts_what_ss_counts(lab: Zoo) -> None:
    printed = netscope("sockets", "-s", "--netns", lab.inside.name, check=True).stdout
    ours = {words[0]: words[1:] for line in printed.splitlines() if len(words := line.split()) == 4}
    theirs = {
        words[0]: words[1:] for line in lab.inside.run("ss", "-s").splitlines() if len(words := line.split()) == 4
    }
    assert ours["UDP"] == theirs["UDP"]
    tcp = rows(lab.inside.collect("sockets", ALL), "tcp")
    assert ours["TCP"][0] == str(len(tcp))
