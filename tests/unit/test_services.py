"""The table of services, against getent(1), and the looking up."""

from __future__ import annotations

import subprocess
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.domain import Query
from netscope.core.errors import NeedsPrivilege, Unavailable
from netscope.core.host import Host
from netscope.core.spelling import closest, edits
from netscope.domains.services import BUILT_IN, PATH, Service, ServiceNames, collect, lookup, parse
from netscope.domains.wellknown import WELL_KNOWN
from netscope.system.live import LiveHost


class FileHost:
    """A host of which only /etc/services is asked."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.reads = 0

    def read(self, path: str) -> bytes:
        assert path == PATH
        self.reads += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def wall(self) -> float:
        return 1.0

    def clock(self) -> float:
        return 2.0


def host(answer: bytes | Exception) -> Host:
    return cast(Host, FileHost(answer))


SAMPLE = b"""\
# comment
http 80/tcp www # WorldWideWeb
http-alt 8080/tcp webcache
https 443/tcp
https 443/udp
postgresql 5432/tcp postgres # the database
broken line
x 70000/tcp
"""


def test_lines_are_read_as_services_5_says_and_strange_ones_are_counted() -> None:
    found, strange = parse(SAMPLE, PATH)
    assert found[0] == Service("http", 80, "tcp", ("www",), "WorldWideWeb", PATH)
    assert [(s.name, s.port, s.protocol) for s in found][-1] == ("postgresql", 5432, "tcp")
    assert strange == [7, 8]
    (problem,) = collect(host(SAMPLE), Query()).problems
    assert "2 lines" in problem.what
    assert "7, 8" in problem.why


@given(st.binary())
def test_no_file_breaks_it(data: bytes) -> None:
    found, _strange = parse(data, PATH)
    assert all(0 <= service.port <= 65535 for service in found)


@pytest.mark.parametrize("error", [Unavailable(PATH, "No such file"), NeedsPrivilege(PATH, "Permission denied")])
def test_without_the_file_the_built_in_table_answers_and_says_so(error: Exception) -> None:
    seen = collect(host(error), Query())
    assert {service.source for service in seen.records} == {BUILT_IN}
    assert ServiceNames(host(error)).service(443, "tcp") == "https"
    (problem,) = seen.problems
    assert problem.why
    assert "built-in" in problem.mend


def test_the_built_in_table_is_in_the_format_and_agrees_with_the_hosts_names() -> None:
    found, strange = parse(WELL_KNOWN.encode(), BUILT_IN)
    assert not strange
    assert len(found) > 200
    assert len({(s.port, s.protocol) for s in found}) == len(found)
    with LiveTable() as table:
        known = {(s.name, s.protocol): s.port for s in table}
    differ = [s for s in found if known.get((s.name, s.protocol), s.port) != s.port]
    assert not differ


class LiveTable:
    """The services of this host."""

    def __enter__(self) -> list[Service]:
        self.host = LiveHost()
        return list(collect(self.host, Query()).records)

    def __exit__(self, *_: object) -> None:
        self.host.close()


@pytest.mark.tool("getent")
def test_every_entry_is_what_getent_lists() -> None:
    listed = subprocess.run(["getent", "services"], capture_output=True, text=True, check=True).stdout
    theirs = []
    for line in listed.splitlines():
        name, port, *aliases = line.split()
        theirs.append((name, port, tuple(aliases)))
    with LiveTable() as table:
        ours = [(s.name, f"{s.port}/{s.protocol}", s.aliases) for s in table]
    assert ours == theirs
    assert ours


@pytest.mark.tool("getent")
@pytest.mark.parametrize("word", ["http", "www", "443", "53/udp", "domain/tcp", "ssh", "nosuchservice"])
def test_one_entry_is_what_getent_finds(word: str) -> None:
    done = subprocess.run(["getent", "services", word], capture_output=True, text=True)
    with LiveTable() as table:
        found, _problems = lookup(table, [word])
    ours = [(s.name, f"{s.port}/{s.protocol}", s.aliases) for s in found]
    if done.returncode:
        assert not ours or word == "nosuchservice"
        return
    name, port, *aliases = done.stdout.split()
    assert ours[0] == (name, port, tuple(aliases))


def found_names(*words: str) -> list[str]:
    return [s.name for s in lookup(parse(SAMPLE, PATH)[0], words)[0]]


def test_exact_then_prefix_then_near() -> None:
    assert found_names("http") == ["http"]  # exact: not https
    assert found_names("WWW") == ["http"]
    assert found_names("htt") == ["http", "https", "https", "http-alt"]  # prefix: the shortest first
    assert found_names("postgers") == ["postgresql"]
    assert found_names("htps") == ["https", "https"]
    assert found_names("database") == ["postgresql"]  # the comment, when nothing else
    assert found_names("443/udp") == ["https"]
    assert found_names("https/udp") == ["https"]
    assert found_names("443", "80") == ["https", "https", "http"]
    assert found_names("zzzzzzz") == []


def test_a_near_hit_and_no_hit_are_told_apart() -> None:
    services = parse(SAMPLE, PATH)[0]
    assert not lookup(services, ["http"])[1]
    assert not lookup(services, ["post"])[1]  # a prefix is what was typed
    (near,) = lookup(services, ["postgers"])[1]
    assert near[:2] == ("no service named 'postgers'", "near it: postgresql")
    (none,) = lookup(services, ["zzzzzzz"])[1]
    assert none[:2] == ("no service named 'zzzzzzz'", "nothing is called nearly that, either")
    assert (near.partial, none.partial) == (False, True)


def test_of_many_near_hits_a_few_are_named() -> None:
    services = [Service(f"sql{letter}x", 1, "tcp", (), "", PATH) for letter in "abcdef"]
    found, (problem,) = lookup(services, ["sqlxx"])
    assert len(found) == 6
    assert problem.why == "near it: sqlax, sqlbx, sqlcx, sqldx and 2 more"


def test_names_for_ports_and_back() -> None:
    source = FileHost(SAMPLE)
    names = ServiceNames(cast(Host, source))
    assert names.service(80, "tcp") == "http"
    assert names.service(80, "udp") == "80"
    assert names.service(80, "mptcp") == "http"
    assert names.service(1, "tcp") == "1"
    assert set(names.ports("HTTPS")) == {443}
    assert set(names.ports("webcache")) == {8080}
    assert not names.ports("nosuch")
    assert source.reads == 1
    numeric = ServiceNames(cast(Host, source), numeric=True)
    assert (numeric.numeric, numeric.service(80, "tcp")) == (True, "80")
    assert set(numeric.ports("http")) == {80}  # a filter may name ports even so


def test_edits() -> None:
    assert [edits(a, b) for a, b in (("", ""), ("a", ""), ("abc", "abd"), ("postgers", "postgres"), ("ab", "ba"))] == [
        0, 1, 1, 1, 1,
    ]  # fmt: skip
    assert closest("sokets", ["sockets", "links", "routes"]) == ["sockets"]
    assert closest("zzz", ["sockets"]) == []


@given(st.text(max_size=8), st.text(max_size=8))
def test_edits_measure_a_distance(one: str, other: str) -> None:
    assert edits(one, other) == edits(other, one)
    assert (edits(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= edits(one, other) <= max(len(one), len(other))
