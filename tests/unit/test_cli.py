"""The words of the command line, and the layout of tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.cli.folding import folded
from netscope.cli.main import split
from netscope.cli.parser import parse
from netscope.cli.table import GAP, cells, layout, render
from netscope.cli.topic import ordered
from netscope.cli.words import flags, joined, plainly, understand
from netscope.core.domain import Domain, Option, Polled
from netscope.core.errors import BadQuery
from netscope.core.record import Column, Kind
from netscope.core.snapshot import Snapshot
from netscope.core.text import width
from tests.unit.test_filters import NAMES

DOMAIN = Domain(
    name="rows",
    title="Rows",
    summary="rows",
    replaces=("rows",),
    columns=(Column("a", "A", lambda r: r[0]), Column("b", "B", lambda r: r[1], shown=False, aliases=("bee",))),
    key=lambda r: r,
    open=lambda host, query: Polled(lambda: Snapshot("rows", ())),
    to_json=dict,
    schema=dict,
    options=(
        Option((), "words", "words", "WORD", repeat=True),
        Option(("-t", "--tcp"), "tcp", "100% tcp"),
        Option(("-4",), "own", "a common flag of its own"),
        Option(("--get",), "get", "an address", "ADDRESS"),
        Option(("--level",), "level", "a number", "N", shape="integer"),
        Option(("--maybe",), "maybe", "optional", "WHAT", optional=True),
        Option(("--many",), "many", "several", "WHAT", repeat=True),
    ),
)


def wanted(line: str) -> Any:
    return understand(DOMAIN, line.split())


def test_options_become_the_query() -> None:
    query = wanted("-t --get 10.0.0.1 --level 0x10 --maybe --many x --many y").query
    assert dict(query.options) == {
        "tcp": True, "get": "10.0.0.1", "level": 16, "maybe": True, "many": ("x", "y"),
    }  # fmt: skip
    assert not query.live
    assert not wanted("").query.options
    assert wanted("-4").query.option("own")
    assert wanted("-6").query.family == 6


def test_words_to_look_up_end_where_a_filter_begins() -> None:
    for line, words, text in (
        ("http 53/udp", ("http", "53/udp"), ""),
        ("http a:1 b", ("http",), "a:1 b"),
        ("http or b", None, "http or b"),
        ("(http)", None, "(http)"),
        ("not http", None, "not http"),
        ("/http/", None, "/http/"),
        ('"http"', None, '"http"'),
        ("a>5", None, "a>5"),
        ("-t http -n a:x --json", ("http",), "a:x"),
        ("", None, ""),
    ):
        found = wanted(line)
        assert (found.query.option("words"), found.filter) == (words, text), line


def test_all_fields_are_asked_for_where_they_are_needed() -> None:
    for line, full in (
        ("", False), ("--json", True), ("--csv", True), ("--fields a", False), ("--fields bee", True),
        ("--sort -b", True), ("a:x", False), ("not b:x", True), ("--sort a", False),
    ):  # fmt: skip
        assert bool(wanted(line).query.option("full")) == full, line


def test_values_that_look_like_options() -> None:
    assert joined(["--sort", "-b", "--watch", "x"]) == ["--sort=-b", "--watch=", "x"]
    assert joined(["--watch", "1.5", "--watch", "--", "--watch", "3"]) == [
        "--watch=1.5",
        "--watch=",
        "--",
        "--watch",
        "3",
    ]
    assert joined(["--sort"]) == ["--sort"]
    found = wanted("--sort -a --watch 0.5")
    assert (found.sort[0][1], found.watch, found.query.live) == (True, 0.5, True)


@given(
    st.lists(st.sampled_from(["-t", "--sort", "-b", "a", "--watch", "3", "--", "--get", "--json", "-n4", "a:x", "é"]))
)
def test_no_words_break_it(words: list[str]) -> None:
    try:
        understand(DOMAIN, words)
    except BadQuery as error:
        assert error.status == 2  # noqa: PT017 - not raising is as good


_WORDS = (
    "-t", "-n", "-nt4", "-6jn", "007", "-F7", "-4", "--json", "--csv", "--fields", "-F", "a", "b,a", "--sort", "-a",
    "--get", "x y", "--no-color", "-N", "", "a:x", "--maybe", "--many", "--level", "7", "-h", "--nonsense", "--get=x",
)  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=6))
def test_plain_words_mean_what_argparse_says(words: list[str]) -> None:
    quick = plainly(flags(DOMAIN), words)
    if quick is not None:
        assert quick == parse(DOMAIN, words)


def test_most_command_lines_are_plain() -> None:
    for line in ("", "-tn4", "--json a:x", "-F a,b --get 10.0.0.1 x or y", "--level 3"):
        assert plainly(flags(DOMAIN), line.split()) is not None, line
    for line in ("-x", "--watch", "-F", "--get -t", "--", "-F=a", "-tF a", "--level 0x3", "-"):
        assert plainly(flags(DOMAIN), line.split()) is None, line


def test_what_stands_before_the_command() -> None:
    assert split([]) == ("", "", [])
    assert split(["--netns", "x"]) == ("x", "", [])
    assert split(["-N", "x", "links", "--help"]) == ("x", "links", ["--help"])
    assert split(["--netns=x", "--help", "links"]) == ("x", "--help", ["links"])


def column(name: str, *, kind: Kind = "text", rank: int = 5, flex: bool = False, minimum: int = 0) -> Column:
    index = "abcdef".index(name)
    get: Callable[[Any], Any] = lambda record: record[index]  # noqa: E731
    return Column(name, name.upper(), get, kind, rank=rank, flex=flex, width=minimum)


def lines(columns: list[Column], records: list[Any], room: int | None, **options: Any) -> list[str]:
    made = [cells(c, records, NAMES, options.get("header", True)) for c in columns]
    return list(render(layout(made, room), **options))


def test_columns_are_aligned_numbers_to_the_right() -> None:
    assert lines(
        [column("a"), column("b", kind="integer"), column("c")], [("x", 1, "p"), ("long", 1000, "")], None
    ) == [
        "A        B  C",
        "x        1  p",
        "long  1000",
    ]


def test_flexible_columns_shrink_after_those_for_wide_terminals_and_before_the_others() -> None:
    records = [("a" * 30, "b" * 10, "c" * 5)]
    columns = [column("a", flex=True, rank=0), column("b", rank=5), column("c", rank=6)]
    assert lines(columns, records, 49)[1].endswith("ccccc")
    assert lines(columns, records, 48)[1] == "a" * 30 + "  " + "b" * 10  # c goes
    assert lines(columns, records, 30)[1] == "a" * 17 + "…" + "  " + "b" * 10  # a shrinks
    assert lines(columns, records, 12) == ["A", "a" * 11 + "…"]  # b goes
    assert lines(columns, records, 5) == ["A", "aaaa…"]


def test_empty_columns_go_first_then_by_rank_from_the_right() -> None:
    made = [
        cells(c, [("aaaa", "", "cccc", "dddd")], NAMES)
        for c in (column("a", rank=0), column("b", rank=1), column("c", rank=7), column("d", rank=7))
    ]
    assert layout(made, 80).dropped == []
    assert layout(made, 16).dropped == ["B"]
    assert layout(made, 15).dropped == ["B", "D"]
    assert layout(made, 4).dropped == ["B", "D", "C"]
    chosen = layout(made, 15, drop=False)
    assert chosen.dropped == []
    assert sum(size for _cells, size in chosen.kept) + 3 * len(GAP) == 15


TEXT = st.text(st.characters(codec="utf-8"), max_size=12)


@given(st.lists(st.tuples(TEXT, TEXT, st.integers()), max_size=5), st.integers(1, 60), st.booleans(), st.booleans())
def test_no_line_is_wider_than_the_terminal_or_can_harm_it(
    records: list[Any], room: int, header: bool, flex: bool
) -> None:
    columns = [column("a", flex=flex, rank=0), column("b", rank=3), column("c", kind="integer", rank=1)]
    shown = lines(columns, records, room, header=header)
    assert len(shown) == len(records) + header
    for line in shown:
        assert line.isprintable()
        assert width(line) <= room or room < 3 * 1 + 2 * len(GAP)
    whole = lines(columns, records, None, header=header)
    assert not any("…" in line for line in whole if "…" not in str(records))


def test_sorting_mixes_numbers_and_texts_without_falling_over() -> None:
    records = [(value,) for value in ("b", 2, None, "A", 10, "", ("x", 1))]
    assert [r[0] for r in ordered(records, column("a"), False)] == [2, 10, "A", "b", ("x", 1), None, ""]
    assert [r[0] for r in ordered(records, column("a"), True)] == [("x", 1), "b", "A", 10, 2, None, ""]


def test_addresses_sort_by_value() -> None:
    texts = ["10.0.0.10", "10.0.0.9/8", "::1", "fe80::1%eth0", "default", "02:00:00:00:00:01"]
    found = [r[0] for r in ordered([(t,) for t in reversed(texts)], column("a", kind="address"), False)]
    assert found == ["02:00:00:00:00:01", "default", "10.0.0.9/8", "10.0.0.10", "::1", "fe80::1%eth0"]


@pytest.mark.parametrize("room", [None, 40])
def test_no_rows_are_only_a_heading(room: int | None) -> None:
    assert lines([column("a"), column("b")], [], room) == ["A  B"]
    assert lines([column("a")], [], room, header=False) == []


def test_help_is_folded_below_what_it_is_part_of() -> None:
    text = """\
usage: netscope things [options] [filter expression]
Prose goes on at the margin, wherever it is folded.
  -a, --all   what it does, with all of what there is
  -s          short
"""
    assert (
        folded(text, 40)
        == """\
usage: netscope things [options] [filter
       expression]
Prose goes on at the margin, wherever it
is folded.
  -a, --all   what it does, with all of
              what there is
  -s          short
"""
    )
    assert folded("  -a, --all   what it does, with all", 24) == "  -a, --all   what it\n    does, with all"


@given(st.text(alphabet="ab-= \n", max_size=300), st.integers(1, 100))
def test_any_help_is_folded_without_losing_a_word(text: str, room: int) -> None:
    made = folded(text, room)
    assert made.split() == text.split()
    assert folded(made, max(room, 60)).split() == text.split()
