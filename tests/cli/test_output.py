"""What is printed, on a terminal, into a pipe and as data."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest

from tests.cli.terminal import on_terminal
from tests.lab import REPOSITORY, Namespace, netscope


def test_a_pipe_gets_the_whole_width_and_no_colour() -> None:
    lines = netscope("services").stdout.splitlines()
    assert lines[0].split() == ["Name", "Port", "Proto", "Aliases", "Comment", "Source"]
    assert max(map(len, lines)) > 100
    assert not any("\x1b" in line or "…" in line or line != line.rstrip() for line in lines)
    at = lines[0].index("Proto")
    assert all(line[at - 2 : at] == "  " and line[at] != " " for line in lines)  # aligned


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 100, 200])
def test_a_terminal_gets_lines_that_fit(columns: int) -> None:
    seen = on_terminal("services", "--no-color", columns=columns)
    *lines, note = seen.text.splitlines() if columns < 200 else [*seen.text.splitlines(), ""]
    assert note.startswith("netscope: no room for ") == (columns < 200)
    assert max(map(len, lines)) <= columns
    assert all(line.startswith("http") for line in lines if " 443 " in line)
    assert lines[0].startswith("Name")
    assert ("Source" in lines[0]) == (columns == 200)


def test_columns_overrides_the_size_of_the_terminal() -> None:
    seen = on_terminal("services", "--no-color", columns=200, environment={"COLUMNS": "50"})
    assert max(map(len, seen.text.splitlines()[:-1])) <= 50


def test_fields_that_were_asked_for_are_never_left_out() -> None:
    seen = on_terminal("services", "--no-color", "--fields", "source,comment,name", columns=30)
    assert seen.text.splitlines()[0].split() == ["Source", "Comment", "Name"]
    assert max(map(len, seen.text.splitlines())) <= 30
    assert "no room" not in seen.text


def test_a_summary_that_is_watched_counts_all(busy: Namespace) -> None:
    whole = netscope("sockets", "-s", inside=busy).stdout.splitlines()[1]
    assert whole.startswith("TCP:   6 ")
    seen = on_terminal("sockets", "-s", "--watch", "0.1", lines=8, inside=busy, until=lambda text: "Total" in text)
    assert whole in seen.text


def test_colour_is_for_terminals_that_want_it() -> None:
    assert "\x1b[1m" in on_terminal("services", "http").text
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in on_terminal("services", "http", environment=environment).text
    assert "\x1b" not in on_terminal("services", "http", "--no-color").text
    assert "\x1b[1m" in on_terminal("services", "http", environment={"NO_COLOR": ""}).text  # no-color.org: not empty


def test_colour_changes_nothing_but_colour() -> None:
    plain = on_terminal("services", "--no-color").text
    assert re.sub(r"\x1b\[\d+m", "", on_terminal("services").text).splitlines() == plain.splitlines()


def test_no_headers() -> None:
    assert netscope("services", "http", "--no-headers").stdout.startswith("http ")
    assert netscope("services", "http", "--no-headers", "--csv").stdout.startswith("http,80,")


def test_json_is_one_document() -> None:
    done = netscope("services", "http", "--json", check=True)
    document = json.loads(done.stdout)
    assert list(document) == ["schema", "topic", "host", "namespace", "taken_at", "records", "problems"]
    assert document["records"][0] == {
        "name": "http", "port": 80, "protocol": "tcp", "aliases": ["www"], "comment": document["records"][0]["comment"],
        "source": "/etc/services",
    }  # fmt: skip
    assert document["host"] == os.uname().nodename
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", document["taken_at"])


def test_problems_are_in_the_document_or_on_standard_error() -> None:
    done = netscope("services", "postgers", "--json")
    assert not done.stderr
    (problem,) = json.loads(done.stdout)["problems"]
    assert set(problem) == {"what", "why", "mend"}
    for form in ("--jsonl", "--csv", "--no-color"):
        done = netscope("services", "postgers", form)
        assert done.stderr.splitlines() == [f"netscope: {problem['what']}: {problem['why']}"]


def test_jsonl_and_csv_have_the_same_records() -> None:
    records = json.loads(netscope("services", "--json").stdout)["records"]
    assert [json.loads(line) for line in netscope("services", "--jsonl").stdout.splitlines()] == records
    rows = list(csv.DictReader(io.StringIO(netscope("services", "--csv").stdout)))
    assert [(row["name"], int(row["port"]), row["aliases"].split(), row["comment"]) for row in rows] == [
        (record["name"], record["port"], record["aliases"], record["comment"]) for record in records
    ]


def test_fields_choose_and_order_in_every_form() -> None:
    words = ("services", "http", "--fields", "port,proto,name")
    assert netscope(*words).stdout.splitlines() == ["Port  Proto  Name", "  80  tcp    http"]
    assert netscope(*words, "--csv").stdout.splitlines() == ["port,protocol,name", "80,tcp,http"]
    assert netscope(*words, "--jsonl").stdout == '{"port":80,"protocol":"tcp","name":"http"}\n'


def test_nested_fields_keep_their_place_and_absent_ones_are_null(busy: Namespace) -> None:
    done = netscope("sockets", "-at", "--fields", "state,tcp_info.rtt,port,pid", "--jsonl", inside=busy)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == 6
    assert list(records[0]) == ["state", "tcp_info", "local_port", "remote_port", "pids"]
    assert all(len(record["pids"]) == 1 for record in records)
    assert any(record["tcp_info"]["rtt"] for record in records if record["state"] == "ESTABLISHED")
    assert all(record["remote_port"] is None for record in records if record["state"] == "LISTEN")


def test_what_a_table_does_not_show_is_collected_when_it_is_named(busy: Namespace) -> None:
    assert len(netscope("sockets", "-at", "--no-headers", "tcp_info.cwnd>1", inside=busy).stdout.splitlines()) == 6
    shown = netscope("sockets", "-at", "--no-headers", "--fields", "local,rtt", "state=established", inside=busy).stdout
    assert all(float(line.split()[1]) > 0 for line in shown.splitlines())


def test_sorting() -> None:
    ports = [int(line) for line in netscope("services", "--fields", "port", "--no-headers").stdout.split()]
    up = netscope("services", "--fields", "port", "--no-headers", "--sort", "port").stdout.split()
    down = netscope("services", "--fields", "port", "--no-headers", "--sort", "-port").stdout.split()
    assert [int(port) for port in up] == sorted(ports)
    assert [int(port) for port in down] == sorted(ports, reverse=True)
    both = netscope(
        "services", "--fields", "protocol,port", "--no-headers", "--sort", "proto,-port"
    ).stdout.splitlines()
    pairs = [(line.split()[0], -int(line.split()[1])) for line in both]
    assert pairs == sorted(pairs)


def test_absent_values_sort_last_either_way() -> None:
    for field in ("comment", "-comment"):
        shown = [
            json.loads(line)["comment"] for line in netscope("services", "--jsonl", "--sort", field).stdout.splitlines()
        ]
        filled = [bool(text) for text in shown]
        assert filled == sorted(filled, reverse=True)
        assert any(filled)
        assert not all(filled)


def test_addresses_sort_as_addresses(netns: Namespace) -> None:
    for address in ("10.0.0.10", "10.0.0.9", "9.0.0.1"):
        netns.ip(f"addr add {address}/32 dev lo")
    done = netscope("addresses", "-4", "--fields", "local", "--csv", "--no-headers", "--sort", "local", inside=netns)
    assert done.stdout.split() == ["9.0.0.1", "10.0.0.9", "10.0.0.10", "127.0.0.1"]


def test_families(busy: Namespace) -> None:
    four = netscope("sockets", "-4at", "--no-headers", inside=busy).stdout.splitlines()
    six = netscope("sockets", "-6at", "--no-headers", inside=busy).stdout.splitlines()
    both = netscope("sockets", "-46at", "--no-headers", inside=busy).stdout.splitlines()
    assert (len(four), len(six), len(both)) == (3, 3, 6)


def test_numbers_or_names(busy: Namespace) -> None:
    assert "mdns" in netscope("sockets", "-ua", inside=busy).stdout
    assert "mdns" not in netscope("sockets", "-uan", inside=busy).stdout


def test_watch_streams_documents_lines_and_tables(netns: Namespace) -> None:
    def looks(*form: str, count: int) -> list[str]:
        command = [sys.executable, "-m", "netscope", "addresses", "--watch", "0.1", *form]
        process = subprocess.Popen(
            ["ip", "netns", "exec", netns.name, *command], env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            return [process.stdout.readline() for _ in range(count)]
        finally:
            process.kill()
            process.communicate()

    documents = [json.loads(line) for line in looks("--json", count=3)]
    assert all(document["records"] for document in documents)
    assert len({document["taken_at"] for document in documents}) == 3
    lines = [json.loads(line) for line in looks("--jsonl", "-4", count=3)]
    assert len({line["taken_at"] for line in lines}) == 3
    assert {line["local"] for line in lines} == {"127.0.0.1"}
    table = looks("-4", count=8)
    assert table[0].endswith("Z\n")
    assert table[1].startswith("Interface")
    assert table[3] == "\n"


def test_watch_redraws_a_terminal_within_its_size(netns: Namespace) -> None:
    for number in range(1, 60):
        netns.ip(f"addr add 10.9.0.{number}/32 dev lo")
    seen = on_terminal(
        "addresses", "--watch", "0.1", columns=50, lines=12, inside=netns, until=lambda text: text.count("\x1b[H") >= 3
    )
    assert seen.status == 130
    screens = seen.text.split("\x1b[H")
    assert len(screens) >= 3
    for screen in screens[1:-1]:
        lines = re.sub(r"\x1b\[\d*[A-Za-z]", "", screen).split("\n")
        assert len(lines) <= 12
        assert max(map(len, lines)) <= 50
        assert "more" in screen or "every" in screen


def test_watch_takes_a_filter_for_what_it_is(netns: Namespace) -> None:
    seen = on_terminal("addresses", "--watch", "inet6", inside=netns, until=lambda text: "::1/128" in text)
    assert seen.status == 130
    assert "127.0.0.1" not in seen.text


def test_a_summary_is_printed_in_place_of_the_table(busy: Namespace) -> None:
    done = netscope("sockets", "-s", inside=busy, check=True)
    assert done.stdout.startswith("Total:")
    assert json.loads(netscope("sockets", "-s", "--json", inside=busy).stdout)["records"]


@pytest.mark.parametrize("words", [(), ("packets",), ("sockets",), ("dns",), ("trace",), ("completion",)])
def test_help_is_folded_on_a_narrow_terminal(words: tuple[str, ...]) -> None:
    seen = on_terminal(*words, "--help", columns=80)
    assert seen.status == 0
    lines = seen.text.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert seen.text.split() == netscope(*words, "--help", check=True).stdout.split(), "not a word is lost"
