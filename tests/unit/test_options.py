"""Words typed inside the program: options, values, what is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.domain import Option
from netscope.core.errors import BadQuery
from netscope.core.numbers import Number
from netscope.core.options import read, split
from netscope.domains.ping import OPTIONS
from netscope.domains.ping_plan import requested

OWN = (
    Option(("-c", "--count"), "count", "how many", "N"),
    Option(("-b", "--broadcast"), "broadcast", "flag"),
    Option(("-o",), "maybe", "with or without", "X", optional=True),
)


@pytest.mark.parametrize(
    ("line", "options", "words", "family"),
    [
        ("-c 3 host", {"count": "3"}, ("host",), 0),
        ("host -c3", {"count": "3"}, ("host",), 0),
        ("--count=3 --broadcast a b", {"count": "3", "broadcast": True}, ("a", "b"), 0),
        ("-4bc 3 a", {"count": "3", "broadcast": True}, ("a",), 4),
        ("-6 fe80::1%eth0", {}, ("fe80::1%eth0",), 6),
        ("-46 a", {}, ("a",), 0),
        ("-o a", {"maybe": True}, ("a",), 0),
        ("-b -- -c", {"broadcast": True}, ("-c",), 0),
        ("'two words' -", {}, ("two words", "-"), 0),
        ("", {}, (), 0),
    ],
)
def test_words_are_read_as_getopt_does(
    line: str, options: dict[str, object], words: tuple[str, ...], family: int
) -> None:
    given_ = read(OWN, split(line))
    assert (given_.options, given_.words, given_.family) == (options, words, family)


@pytest.mark.parametrize(
    ("line", "told"),
    [("-z", "unknown option -z"), ("--nothing=3", "unknown option --nothing"), ("-c", "needs a value"),
     ("--broadcast=1", "takes no value"), ('"open', "No closing quotation".lower())],
)  # fmt: skip
def test_what_is_wrong_is_said(line: str, told: str) -> None:
    with pytest.raises(BadQuery, match=told):
        read(OWN, split(line))


@given(st.lists(st.text(max_size=8), max_size=6))
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    try:
        found = read(OPTIONS, words)
        requested(found.options, found.words, found.family, numeric=found.numeric, privileged=False)
    except BadQuery:
        pass


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "1e9", "x", ""])
def test_a_number_is_within_its_bounds(text: str) -> None:
    with pytest.raises(BadQuery, match="takes a number from 0 to 3600"):
        Number("-i", 0, 3600).real(text, 1.0)


def test_numbers() -> None:
    assert Number("-Q", 0, 255).whole("0x10", 0) == 16
    assert Number("-Q", 0, 255).whole(None, 7) == 7
    assert Number("-i", 0, 3600).real("0.2", 1.0) == 0.2
