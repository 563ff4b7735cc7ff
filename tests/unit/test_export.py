"""The envelopes: exact, valid, the same whichever way the records know to encode themselves."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.domain import Domain, Polled
from netscope.core.encode import encode
from netscope.core.host import Host
from netscope.core.record import Column
from netscope.core.snapshot import Problem, Snapshot
from netscope.export import csv_lines, document, lines, snapshot_document, timestamp


class Thing(NamedTuple):
    """A record with a nested object."""

    name: str
    size: int | None
    inner: dict[str, Any] | None = None


class Somewhere:
    """A host of which only the names are asked."""

    name, kernel, namespace = "h\x1b", "6.1", "n\udcff"

    def read(self, _path: str) -> bytes:
        return b'ID=x\nPRETTY_NAME="Some Linux"\n'

    def wall(self) -> float:
        return 0.5


HOST = cast(Host, Somewhere())
DOMAIN = Domain(
    name="things",
    title="Things",
    summary="",
    replaces=(),
    columns=(
        Column("name", "Name", lambda t: t.name),
        Column("size", "Size", lambda t: t.size, "bytes"),
        Column("inner.depth", "Depth", lambda t: (t.inner or {}).get("depth"), "integer"),
        Column("inner.gone", "Gone", lambda t: None),
    ),
    key=lambda t: t.name,
    open=lambda host, query: Polled(lambda: Snapshot("things", ())),
    to_json=lambda t: t._asdict(),
    schema=dict,
)
THINGS = st.lists(st.builds(Thing, st.text(), st.one_of(st.none(), st.integers()), st.none()), max_size=5)


class Rows(Sequence[Thing]):
    """Records that encode themselves, two in a piece."""

    def __init__(self, records: Sequence[Thing]) -> None:
        self._records = records

    def __getitem__(self, index: Any) -> Any:
        return self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    def json_rows(self, between: str) -> Iterable[str]:
        texts = [encode(record._asdict()) for record in self._records]
        return [between.join(texts[at : at + 2]) for at in range(0, len(texts), 2)]


def test_timestamps() -> None:
    assert timestamp(0) == "1970-01-01T00:00:00.000Z"
    assert timestamp(1700000000.9999) == "2023-11-14T22:13:20.999Z"


@given(THINGS, st.booleans())
def test_documents_are_exact_whichever_way_they_are_made(things: list[Thing], line: bool) -> None:
    problems = (Problem("what\n", "why\udc80", partial=True),)
    plain = "".join(document(DOMAIN, Snapshot("things", things, problems, 1.0), HOST, line=line))
    fast = "".join(document(DOMAIN, Snapshot("things", Rows(things), problems, 1.0), HOST, line=line))
    assert plain == fast
    assert plain.isascii()
    assert plain.count("\n") == (1 if line else 2 + len(things) if things else 1)
    found = json.loads(plain)
    assert found["records"] == [thing._asdict() for thing in things]
    assert found["problems"] == [{"what": "what\n", "why": "why\udc80", "mend": ""}]
    assert (found["host"], found["namespace"]) == ("h\x1b", "n\udcff")


@given(THINGS, st.booleans())
def test_json_lines(things: list[Thing], fast: bool) -> None:
    snapshot = Snapshot("things", Rows(things) if fast else things, (), 1.0)
    assert [json.loads(line) for line in "".join(lines(DOMAIN, snapshot)).splitlines()] == [t._asdict() for t in things]
    stamped = [json.loads(line) for line in "".join(lines(DOMAIN, snapshot, stamped=True)).splitlines()]
    assert stamped == [{"taken_at": timestamp(1.0), **thing._asdict()} for thing in things]


def test_many_records_come_in_pieces() -> None:
    things = [Thing(str(number), number) for number in range(2500)]
    assert len(list(lines(DOMAIN, Snapshot("things", things)))) == 3
    assert json.loads("".join(document(DOMAIN, Snapshot("things", things), HOST)))["records"][-1]["size"] == 2499


def test_fields_are_nested_as_in_the_whole_and_null_when_absent() -> None:
    snapshot = Snapshot("things", [Thing("a", 1, {"depth": 3, "more": 4}), Thing("b", None)])
    found = [json.loads(line) for line in "".join(lines(DOMAIN, snapshot, DOMAIN.columns[1:])).splitlines()]
    assert found == [
        {"size": 1, "inner": {"depth": 3, "gone": None}},
        {"size": None, "inner": {"depth": None, "gone": None}},
    ]


def test_a_snapshot_has_every_topic() -> None:
    looks = [(DOMAIN, Snapshot("things", [Thing("a", 1)])), (DOMAIN._replace(name="other"), Snapshot("other", ()))]
    found = json.loads("".join(snapshot_document(iter(looks), HOST)))
    assert found["host"] == {"name": "h\x1b", "kernel": "6.1", "system": "Some Linux"}
    assert found["taken_at"] == "1970-01-01T00:00:00.500Z"
    assert {name: topic["records"] for name, topic in found["topics"].items()} == {
        "things": [{"name": "a", "size": 1, "inner": None}],
        "other": [],
    }
    assert json.loads("".join(snapshot_document([], HOST)))["topics"] == {}


@given(st.lists(st.text(st.characters(exclude_characters="\0")), min_size=1))
def test_csv_keeps_every_text(texts: list[str]) -> None:
    columns = (Column("a", "A", lambda text: text), Column("b,c", "B", lambda _: 1))
    written = "".join(csv_lines(columns, texts))
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["a", "b,c"], *([text, "1"] for text in texts)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "true"), (False, "false"), (1.5, "1.5"), (("a", "b"), "a b"), (["a b"], '"[""a b""]"'),
        ({"x": 1}, '"{""x"":1}"'), ((), ""), ([{"x": 1}], '"[{""x"":1}]"'),
    ],
)  # fmt: skip
def test_csv_values(value: Any, text: str) -> None:
    assert list(csv_lines([Column("v", "V", lambda v: v)], [value], header=False)) == [text + "\n"]
