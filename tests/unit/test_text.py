"""Text for people: nothing that a terminal acts on, and numbers one can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.text import bitrate, duration, fit, format_value, printable, quantity, width


@given(st.text())
def test_printable_text_is_printable(text: str) -> None:
    shown = printable(text)
    assert all(char.isprintable() for char in shown)
    assert printable(shown) == shown
    if all(char.isprintable() for char in text):
        assert shown == text


@given(st.binary())
def test_any_bytes_can_be_shown(data: bytes) -> None:
    assert printable(data.decode("utf-8", "surrogateescape")).isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("eth0", "eth0"), ("naïve 漢", "naïve 漢"), ("\x1b[31m", "\\x1b[31m"), ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x7f", "\\x7f"),
        ("\udcff", "\\xff"), ("\u202e", "\\u202e"), ("\u2028", "\\u2028"), ("\xa0", "\\xa0"), ("\x9b", "\\x9b"),
        ("\U000e0001", "\\U000e0001"), ("[bold]", "[bold]"), ("\\", "\\"), ("", ""),
    ],
)  # fmt: skip
def test_what_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text().map(printable), st.integers(0, 40), st.booleans())
def test_fit_is_exactly_as_wide_as_asked(text: str, cells: int, right: bool) -> None:
    assert width(fit(text, cells, right=right)) == cells
    assert width(fit(text, cells, right=right, middle=True)) == cells


def test_widths() -> None:
    assert [width(text) for text in ("abc", "漢字", "é", "e\u0301", "")] == [3, 4, 1, 1, 0]
    assert fit("abcdef", 4) == "abc…"
    assert fit("漢字漢字", 4) == "漢… "
    assert fit("7", 3, right=True) == "  7"


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [(26, "[2001:db8:0:1::abcd]:44321"), (15, "[2001:d…]:44321"), (4, "[…21"), (3, "[…1"), (2, "[…")],
)
def test_a_cut_in_the_middle_keeps_both_ends(cells: int, wanted: str) -> None:
    assert fit("[2001:db8:0:1::abcd]:44321", cells, middle=True) == wanted


def test_quantities() -> None:
    assert [quantity(value) for value in (0, 1.5, 999, 1000, 1024, 10 * 1024, 1.5 * 1024**2, 45 * 1024**2)] == [
        "0", "1.5", "999", "1.0K", "1.0K", "10K", "1.5M", "45M",
    ]  # fmt: skip
    assert quantity(-2048, "/s") == "-2.0K/s"
    assert [bitrate(value) for value in (0, 1, 125_000, 117_500_000)] == ["0 b/s", "8 b/s", "1 Mb/s", "940 Mb/s"]
    assert [duration(value) for value in (0.045, 12, 200, 7500, 99 * 3600, -1)] == [
        "45ms", "12sec", "3min20sec", "2h05min", "4d3h", "-1sec",
    ]  # fmt: skip


@given(st.floats(0, 2**65))
def test_quantities_stay_short(value: float) -> None:
    assert len(quantity(value)) <= 5
    assert len(bitrate(value)) <= 20


def test_default_formats() -> None:
    assert [format_value(value) for value in (None, True, False, ("a", 1), 1.25, 7, "x")] == [
        "", "yes", "", "a,1", "1.25", "7", "x",
    ]  # fmt: skip
    assert format_value(2048, "bytes") == "2.0K"
    assert format_value(2048, "rate") == "2.0K/s"
    assert format_value(90, "seconds") == "1min30sec"
