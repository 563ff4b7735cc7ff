"""The stand-ins for typing: records behave as NamedTuples do."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.typed import NamedTuple


class Ours(NamedTuple):
    """A record."""

    a: int
    b: str = "x"
    c: float | None = None

    @property
    def twice(self) -> int:
        """Return a derived value."""
        return self.a * 2


class Theirs(typing.NamedTuple):
    """The same."""

    a: int
    b: str = "x"
    c: float | None = None


VALUES = st.lists(st.integers(), max_size=5)
NAMED = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers())


def outcome(make: Any) -> Any:
    try:
        return make()
    except (TypeError, ValueError) as error:
        return type(error)


@given(VALUES, NAMED)
def test_made_of_the_same_words(values: list[Any], named: dict[str, Any]) -> None:
    assert outcome(lambda: Ours(*values, **named)) == outcome(lambda: Theirs(*values, **named))


@given(VALUES, NAMED)
def test_the_first_of_a_class_is_made_of_the_same_words(values: list[Any], named: dict[str, Any]) -> None:
    class New(NamedTuple):
        a: int
        b: str = "x"
        c: float | None = None

    first, second = (outcome(lambda: New(*values, **named)) for _ in range(2))
    assert first == second == outcome(lambda: Theirs(*values, **named))
    assert type(first) is type(second)


@given(NAMED)
def test_replaced_by_the_same_words(changed: dict[str, Any]) -> None:
    assert outcome(lambda: Ours(1)._replace(**changed)) == outcome(lambda: Theirs(1)._replace(**changed))


def test_the_rest_of_a_named_tuple() -> None:
    one, other = Ours(1, c=2.5), Theirs(1, c=2.5)
    assert repr(one) == repr(other).replace("Theirs", "Ours")
    assert (one.a, one.b, one.c, one.twice) == (1, "x", 2.5, 2)
    assert Ours._fields == Theirs._fields == Ours.__match_args__
    assert Ours._field_defaults == Theirs._field_defaults
    assert one._asdict() == other._asdict()
    assert Ours._make([1, "x", 2.5]) == one
    assert hash(one) == hash(other)
    assert Ours.__doc__ == "A record."
    for again in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one)):
        assert (again, type(again)) == (one, Ours)
    with pytest.raises(AttributeError):
        one.a = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        one.d = 2  # type: ignore[attr-defined]
