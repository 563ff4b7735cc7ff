"""The filter language: what it finds, where it says a mistake is, and that no text at all breaks it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netscope.core.domain import Domain, Polled
from netscope.core.filters import FilterError, compile_filter, fields_tested, lone_word
from netscope.core.filters.values import network, number
from netscope.core.record import Column
from netscope.core.snapshot import Snapshot


class Row(NamedTuple):
    """A record with a field of every kind."""

    name: str | None = None
    state: str | None = None
    queue: int | None = None
    wait: float | None = None
    speed: float | None = None
    local: str | None = None
    remote: str | None = None
    local_port: int | None = None
    remote_port: int | None = None
    tags: tuple[str, ...] = ()
    pids: tuple[int, ...] = ()
    up: bool | None = None


class FakeNames:
    """Two services."""

    numeric = False

    def service(self, port: int, _protocol: str) -> str:
        return {443: "https", 22: "ssh"}.get(port, str(port))

    lends = False

    def host(self, address: str) -> str:
        return ""

    def ports(self, name: str) -> Collection[int]:
        return {"https": (443,), "ssh": (22,), "twice": (1, 2)}.get(name.lower(), ())


NAMES = FakeNames()


def _port_text(get: Callable[[Row], int | None]) -> Callable[[Row, Any], str]:
    return lambda row, names: "" if (port := get(row)) is None else names.service(port, "tcp")


DOMAIN = Domain(
    name="rows",
    title="Rows",
    summary="",
    replaces=(),
    columns=(
        Column("name", "Name", lambda r: r.name),
        Column("state", "State", lambda r: r.state),
        Column("queue", "Queue", lambda r: r.queue, "bytes"),
        Column("nested.wait", "Wait", lambda r: r.wait, "seconds"),
        Column("speed", "Speed", lambda r: r.speed, "bitrate"),
        Column("local", "Local", lambda r: r.local, "address", aliases=("address",)),
        Column("remote", "Remote", lambda r: r.remote, "address", aliases=("address",)),
        Column(
            "local_port", "LP", lambda r: r.local_port, "port", aliases=("port",),
            text=_port_text(lambda r: r.local_port),
        ),
        Column(
            "remote_port", "RP", lambda r: r.remote_port, "port", aliases=("port",),
            text=_port_text(lambda r: r.remote_port),
        ),
        Column("tags", "Tags", lambda r: r.tags, "list"),
        Column("pids", "Pids", lambda r: r.pids, "list", aliases=("pid",)),
        Column("up", "Up", lambda r: r.up, "flag"),
    ),
    key=lambda r: r,
    open=lambda host, query: Polled(lambda: Snapshot("rows", ())),
    to_json=lambda r: r._asdict(),
    schema=dict,
)  # fmt: skip


def passes(text: str, row: Row) -> bool:
    return compile_filter(text, DOMAIN, NAMES)(row)


@pytest.mark.parametrize(
    ("text", "row", "found"),
    [
        ("", Row(), True),
        ("   ", Row(), True),
        ("nginx", Row(name="NGINX worker"), True),
        ("nginx", Row(name="apache"), False),
        ('"nginx worker"', Row(name="nginx worker"), True),
        ("nginx worker", Row(name="worker of nginx"), True),  # two words, both somewhere
        ('"worker nginx"', Row(name="nginx worker"), False),
        ("ameth0", Row(name="name", state="th0"), False),  # never across two cells
        ("/^ng.nx$/", Row(name="nginx"), True),
        ("/^ng.nx$/", Row(name="nginx2"), False),
        ("https", Row(local_port=443), True),  # as it is shown
        ("443", Row(local_port=443), True),  # as it is
        ("state:listen", Row(state="LISTEN"), True),
        ("STATE:list", Row(state="LISTEN"), True),
        ("state=list", Row(state="LISTEN"), False),
        ("state=listen", Row(state="LISTEN"), True),
        ("state == listen", Row(state="LISTEN"), True),
        ("state!=listen", Row(state="LISTEN"), False),
        ("state!=listen", Row(), True),
        ('state=""', Row(), True),
        ('state!=""', Row(state="x"), True),
        ('tags:""', Row(), True),
        ("state~^l.*n$", Row(state="LISTEN"), True),
        ("state~^(a|l)", Row(state="LISTEN"), True),
        ("(state~^(a|l))", Row(state="LISTEN"), True),
        ("state:/^li/", Row(state="LISTEN"), True),
        ("state!~/^li/", Row(state="LISTEN"), False),
        ("queue:10k", Row(queue=10240), True),
        ("queue>10k", Row(queue=10240), False),
        ("queue>=10KiB", Row(queue=10240), True),
        ("queue > 0", Row(queue=None), False),
        ("not queue > 0", Row(queue=None), True),
        ("wait<250ms", Row(wait=0.2), True),
        ("nested.wait>1m30s", Row(wait=91.0), True),
        ("speed>=100Mb/s", Row(speed=12_500_000.0), True),
        ("queue:1..3", Row(queue=3), True),
        ("queue:1..3", Row(queue=4), False),
        ("queue:4..", Row(queue=4), True),
        ("queue!=1..3", Row(queue=4), True),
        ("port:https", Row(remote_port=443), True),
        ("port:https", Row(remote_port=442), False),
        ("port!=https", Row(remote_port=443, local_port=1), False),
        ("local_port:0x1bb", Row(local_port=443), True),
        ("port<1024", Row(local_port=40000, remote_port=22), True),
        ("port<=ssh", Row(local_port=40000, remote_port=22), True),
        ("local-port:443", Row(local_port=443), True),
        ("remote:10.0.0.0/8", Row(remote="10.255.1.2"), True),
        ("remote:10.0.0.0/8", Row(remote="::ffff:10.1.2.3"), True),
        ("remote:10.0.0.0/8", Row(remote="11.0.0.1"), False),
        ("remote:10.0.0.0/8", Row(remote="10.1.0.0/16"), True),
        ("remote:10.1.0.0/16", Row(remote="10.0.0.0/8"), False),
        ("remote:0.0.0.0/0", Row(remote="::1"), False),
        ("remote:::/0", Row(remote="10.0.0.1"), False),
        ("remote:fe80::/10", Row(remote="fe80::1%eth0"), True),
        ("remote:2001:db8::/32", Row(remote="2001:DB8:0::9"), True),
        ("remote=2001:db8::9", Row(remote="2001:db8:0:0::9"), True),
        ("remote!=10.0.0.0/8", Row(remote="11.0.0.1"), True),
        ("remote:10.0.0.1", Row(remote="10.0.0.10"), False),  # a whole address is that address
        ("remote:10.0.0", Row(remote="10.0.0.10"), True),  # a part of one is a text
        ("address:10.0.0.0/8", Row(local="10.0.0.1", remote="192.0.2.1"), True),
        ("10.0.0.0/8", Row(remote="10.9.9.9"), True),
        ("remote>10.0.0.9", Row(remote="10.0.0.10"), True),
        ("fe80::1", Row(local="fe80::1"), True),  # not a field called fe80
        ("[fe80::1]:22", Row(name="[fe80::1]:22"), True),
        ("02:fc:00:00:00:01", Row(name="02:fc:00:00:00:01"), True),
        ("tags:w", Row(tags=("www", "http")), True),
        ("tags=w", Row(tags=("www", "http")), False),
        ("tags=www", Row(tags=("www", "http")), True),
        ("pid:12", Row(pids=(1234, 12)), True),
        ("pid:12", Row(pids=(1234,)), False),
        ("up:yes", Row(up=True), True),
        ("up:no", Row(up=None), True),
        ("name<m", Row(name="Lo"), True),
        ("/run/x.sock", Row(name="/run/x.sock"), True),
        (r"/\/run\//", Row(name="/run/x.sock"), True),
        ("a or b and c", Row(name="a"), True),
        ("(a or b) and c", Row(name="a"), False),
        ("a or b c", Row(name="b"), False),
        ("not a or b", Row(name="b a"), True),
        ("not not a", Row(name="a"), True),
        ("NOT(a)", Row(name="b"), True),
        ("a AND b OR c", Row(name="c"), True),
        ("android or notes", Row(name="notes"), True),  # words that only begin with a keyword
        ("'and'", Row(name="and"), True),
        (r'"a \"b\""', Row(name='a "b"'), True),
        ("name:foo(bar)", Row(name="foo(bar)"), True),
        ("name:\udc80", Row(name="x\udc80"), True),
    ],
)
def test_meaning(text: str, row: Row, found: bool) -> None:
    assert passes(text, row) is found


@pytest.mark.parametrize(
    ("text", "start", "end", "says"),
    [
        ("nome:x", 0, 4, "did you mean name"),
        ("a and zzz:1", 6, 9, "quote it"),
        ("a and", 5, 6, "missing"),
        ("a or or b", 5, 7, "nothing before"),
        ("(a", 0, 1, "not closed"),
        ("a )", 2, 3, "closes nothing"),
        ("()", 1, 2, "missing"),
        ('name:"x', 5, 7, "quote"),
        ("queue>ten", 6, 9, "no number"),
        ("queue:", 5, 6, "value is missing"),
        ("port:htps", 5, 9, "netscope services htps"),
        ("port<twice", 5, 10, "several"),
        ("up:maybe", 0, 8, "yes or no"),
        ("name~(", 5, 6, "regular expression"),
        ("queue:3..x", 6, 10, "range"),
        ("remote:10.0.0.0/99", 7, 18, "no network"),
        ("remote!=::1/x", 8, 13, "no network"),
        ("(" * 60 + "a" + ")" * 60, 50, 51, "parentheses"),
    ],
)
def test_mistakes_have_a_place(text: str, start: int, end: int, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter(text, DOMAIN, NAMES)
    assert (caught.value.start, caught.value.end) == (start, end)
    assert says in str(caught.value)
    drawn, marks = caught.value.drawn().split("\n")
    assert drawn == text
    assert marks == " " * start + "^" * max(1, min(end, len(text)) - start)


def test_the_drawing_is_harmless_and_stays_below_its_place() -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter("\x1b[2J 漢 nome:x", DOMAIN, NAMES)
    drawn, marks = caught.value.drawn().split("\n")
    assert drawn == "\\x1b[2J 漢 nome:x"
    assert marks == " " * 11 + "^^^^"


WORDS = st.sampled_from(
    ["and", "or", "not", "(", ")", " ", "name", "port", "pid", ":", "=", "!=", "<", ">=", "~", "!~", "/", '"', "'",
     "\\", "x", "10.0.0.0/8", "::1", "5k", "..", "1", "https", "[", "*", "+", "{1}", "(?", "\0", "\udc80", "\x1b", "é"]
)  # fmt: skip
ROWS = [Row(), Row("x", "LISTEN", 5, 0.1, 8.0, "10.0.0.1", "::1", 443, 1, ("x",), (1, 5), True)]


@given(st.one_of(st.text(), st.lists(WORDS, max_size=30).map("".join)))
@example("(" * 5000)
@example("not " * 5000)
@example("/" + "(" * 3000 + "/")
@example("name~a{99999999999}")
@example("[[a]")
@example("/[[a]/")
@example("queue:" + "9" * 5000)
@example("queue>1e")
@example("wait:1s1s1s")
def test_no_text_breaks_it(text: str) -> None:
    try:
        matches = compile_filter(text, DOMAIN, NAMES)
    except FilterError as error:
        place, drawing = (error.start, error.end), error.drawn()
    else:
        for row in ROWS:
            assert matches(row) in (True, False)
        return
    assert 0 <= place[0] < place[1]
    assert len(drawing.split("\n")) == 2


# Expressions beside a naive evaluation of them.
Naive = Callable[[Row], bool]
LEAVES: list[tuple[str, Naive]] = [
    ("queue>4", lambda r: r.queue is not None and r.queue > 4),
    ("queue<=2", lambda r: r.queue is not None and r.queue <= 2),
    ("queue:3", lambda r: r.queue == 3),
    ("queue!=3", lambda r: r.queue != 3),
    ("name:a", lambda r: "a" in (r.name or "").lower()),
    ("name=ab", lambda r: (r.name or "").lower() == "ab"),
    ("tags:b", lambda r: any("b" in tag for tag in r.tags)),
    ("port:443", lambda r: 443 in (r.local_port, r.remote_port)),
    ('state=""', lambda r: not r.state),
]


def _combine(parts: st.SearchStrategy[tuple[str, Naive]]) -> st.SearchStrategy[tuple[str, Naive]]:
    pairs = st.tuples(parts, parts)
    return st.one_of(
        pairs.map(lambda p: (f"({p[0][0]} and {p[1][0]})", lambda r: p[0][1](r) and p[1][1](r))),
        pairs.map(lambda p: (f"({p[0][0]} {p[1][0]})", lambda r: p[0][1](r) and p[1][1](r))),
        pairs.map(lambda p: (f"({p[0][0]} or {p[1][0]})", lambda r: p[0][1](r) or p[1][1](r))),
        parts.map(lambda p: (f"not {p[0]}", lambda r: not p[1](r))),
    )


ROW = st.builds(
    Row,
    name=st.sampled_from([None, "", "a", "AB", "b"]),
    state=st.sampled_from([None, "UP"]),
    queue=st.one_of(st.none(), st.integers(0, 6)),
    local_port=st.sampled_from([None, 443, 22]),
    remote_port=st.sampled_from([None, 443]),
    tags=st.sampled_from([(), ("a", "b"), ("c",)]),
)


@given(st.recursive(st.sampled_from(LEAVES), _combine, max_leaves=12), st.lists(ROW, max_size=8))
def test_expressions_mean_what_a_naive_reading_says(expression: tuple[str, Naive], rows: list[Row]) -> None:
    text, naive = expression
    matches = compile_filter(text, DOMAIN, NAMES)
    assert [row for row in rows if matches(row)] == [row for row in rows if naive(row)]


def test_fields_that_a_filter_compares() -> None:
    assert [c.name for c in fields_tested("nginx not (port:1 or state:x)", DOMAIN)] == [
        "local_port", "remote_port", "state",
    ]  # fmt: skip
    assert fields_tested("", DOMAIN) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("10k", "bytes", 10240), ("1.5M", "bytes", 1.5 * 1024**2), ("3GiB", "bytes", 3 * 1024**3),
        ("10k", "integer", 10000),
        ("5k/s", "rate", 5120), ("1Gbit", "bitrate", 125_000_000), ("8", "bitrate", 1), ("2h5min", "seconds", 7500),
        ("45us", "seconds", 45e-6), ("0x10", "port", 16), ("-3", "integer", -3), ("ten", "integer", None),
        ("10q", "bytes", None), ("", "integer", None), ("", "seconds", None), ("٣", "integer", None),
    ],
)  # fmt: skip
def test_numbers(text: str, kind: Any, value: float | None) -> None:
    assert number(text, kind) == (pytest.approx(value) if value is not None else None)


def test_what_is_no_network() -> None:
    for text in ("", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/x", "default", "a\0b", "\udc80", 7, None):
        assert network(text) is None


def test_simple_tests_take_tens_of_milliseconds_for_50000_rows() -> None:
    rows = [ROWS[i % 2]._replace(queue=i) for i in range(50_000)]
    for text in ("state:listen", "queue>10k", "remote:10.0.0.0/8", "port:https"):
        matches = compile_filter(text, DOMAIN, NAMES)
        start = time.process_time()
        list(filter(matches, rows))
        assert time.process_time() - start < 0.15, text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("nginx", "nginx"), ("  53/udp ", "53/udp"), ("", ""), ("a b", ""), ("not a", ""), ("name:a", ""), ("'a'", ""),
        ("/a/", ""), ("(a)", "a"),
    ],
)  # fmt: skip
def test_a_lone_word_is_told_from_what_is_more_than_a_word(text: str, word: str) -> None:
    assert lone_word(text, DOMAIN) == word
