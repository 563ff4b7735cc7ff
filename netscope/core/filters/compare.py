"""One test of a filter -> a function of a record. What the value means depends on the kind of the column.

Letter case never matters, a record without the field matches no comparison, and each function is as flat as it can
be: it runs once for every row.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias

from netscope.core.filtererror import FilterError
from netscope.core.filters.syntax import Comparison, Word
from netscope.core.filters.values import Network, network, number
from netscope.core.record import Column, Names
from netscope.core.text import format_value

Predicate: TypeAlias = Callable[[Any], bool]
Pattern: TypeAlias = re.Pattern[str]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_EQUAL: Callable[[Any, Any], bool] = eq
_YES = frozenset({"yes", "true", "on", "1", "y"})
_NO = frozenset({"no", "false", "off", "0", "n"})


def pattern(text: str, source: str, start: int, end: int) -> Pattern:
    """Compile a regular expression of the user's; case is ignored unless it says ``(?-i:...)``.

    Raises FilterError, which marks ``source[start:end]``, for what is none.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FutureWarning about sets inside sets is for programmers
            return re.compile(text, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        why = error.msg if isinstance(error, re.error) else "too large"
        raise FilterError(f"this regular expression does not work: {why}", source, start, end) from None


def anywhere(word: Word, columns: Sequence[Column], names: Names, source: str) -> Predicate:
    """Return the test for a bare word: some column shows it, or has it as its value."""
    readers = [_reader(column, names) for column in columns]
    if word.regex:
        search = pattern(word.value, source, word.start, word.end).search
        return lambda record: any(search(text) for read in readers for text in read(record))
    needle = word.value.lower()
    # One search in the joined text of a row is faster than one in each cell; "\0" keeps cells apart.
    found: Predicate = lambda record: needle in "\0".join([t for read in readers for t in read(record)]).lower()  # noqa: E731
    span = None if word.quoted else network(word.value)
    addresses = [column.value for column in columns if column.kind == "address"]
    if span is None or not addresses:
        return found
    inside = [_inside(get, span) for get in addresses]
    return lambda record: found(record) or any(test(record) for test in inside)


def compare(test: Comparison, columns: Sequence[Column], names: Names, source: str) -> Predicate:
    """Return the test of a field; a name that stands for several columns is met when one of them meets it."""
    if test.operator in ("!=", "!~"):
        positive = compare(test._replace(operator="=" if test.operator == "!=" else "~"), columns, names, source)
        return lambda record: not positive(record)
    predicates = [_compare(test, column, names, source) for column in columns]
    if len(predicates) == 1:
        return predicates[0]
    if len(predicates) == 2:
        one, other = predicates
        return lambda record: one(record) or other(record)
    return lambda record: any(predicate(record) for predicate in predicates)


def _compare(test: Comparison, column: Column, names: Names, source: str) -> Predicate:
    if test.regex:
        if test.operator not in ":=~":
            raise FilterError(
                f"a regular expression has no place after {test.operator!r}", source, test.value_start, test.end
            )
        search = pattern(test.value, source, test.value_start, test.end).search
        read = _reader(column, names)
        return lambda record: any(search(text) for text in read(record))
    if not test.value:
        return _absent(test, column, source)
    if column.numeric:
        return _numeric(test, column, names, source)
    if column.kind == "flag":
        return _flag(test, column, source)
    if test.operator in _ORDER:
        return _ordered(test, column)
    if column.kind == "address" and not test.quoted:
        span = network(test.value)
        if span is not None:
            return _inside(column.value, span)
        base, slash, length = test.value.partition("/")
        if slash and length and network(base) is not None:  # as a text it would quietly match nothing
            raise FilterError(
                f"{test.value!r} is no network", source, test.value_start, test.end, "such as 10.0.0.0/8 or fe80::/10"
            )
    return _textual(test, column, names)


def _absent(test: Comparison, column: Column, source: str) -> Predicate:
    """``field=""``: there is no such value in the record."""
    if test.operator not in ":=":
        raise FilterError(f"nothing can be {test.operator!r} an empty text", source, test.value_start, test.end)
    get = column.value
    return lambda record: (value := get(record)) is None or value == "" or value == () or value == []


def _numeric(test: Comparison, column: Column, names: Names, source: str) -> Predicate:
    low, dots, high = test.value.partition("..")
    if dots and not test.quoted:
        return _range(test, column, low, high, source)
    wanted: float | None = number(test.value, column.kind)
    if wanted is None and column.kind == "port":
        ports = _ports(test, names, source)
        if test.operator in ":=":
            return _numbers(column.value, lambda value: value in ports)
        if len(ports) > 1:
            raise FilterError(f"{test.value!r} is the name of several ports", source, test.value_start, test.end)
        wanted = min(ports)
    if wanted is not None:
        limit, order = wanted, _ORDER.get(test.operator, _EQUAL)
        return _numbers(column.value, lambda value: order(value, limit))
    if column.text is not None and test.operator in ":=":  # a number that is shown by a name
        return _textual(test, column, names)
    raise FilterError(
        f"{test.value!r} is no number for {test.field}", source, test.value_start, test.end, _example(column)
    )


def _example(column: Column) -> str:
    examples = {"bytes": "10k or 1.5M", "rate": "10k/s", "bitrate": "100Mb/s", "seconds": "250ms or 1h30min"}
    return f"such as {examples.get(column.kind, '42')}, or a range such as 1..9"


def _ports(test: Comparison, names: Names, source: str) -> Collection[int]:
    ports = names.ports(test.value)
    if not ports:
        raise FilterError(
            f"no service is called {test.value!r}", source, test.value_start, test.end,
            f"'netscope services {test.value}' finds the closest",
        )  # fmt: skip
    return frozenset(ports)


def _range(test: Comparison, column: Column, low: str, high: str, source: str) -> Predicate:
    bounds = [number(text, column.kind) if text else None for text in (low, high)]
    wrong = any(text and bound is None for text, bound in zip((low, high), bounds, strict=True))
    if test.operator not in ":=" or wrong or not (low or high):
        raise FilterError("not a range of numbers", source, test.value_start, test.end, "such as 8000..8100, or 1024..")
    least = bounds[0] if bounds[0] is not None else float("-inf")
    most = bounds[1] if bounds[1] is not None else float("inf")
    return _numbers(column.value, lambda value: least <= value <= most)


def _numbers(get: Callable[[Any], Any], holds: Callable[[Any], bool]) -> Predicate:
    """Apply a comparison to a number, or to any of a list of them."""

    def test(record: Any) -> bool:
        value = get(record)
        if value is None:
            return False
        if type(value) is int or type(value) is float:
            return holds(value)
        return any(holds(atom) for atom in _atoms(value) if isinstance(atom, (int, float)))

    return test


def _flag(test: Comparison, column: Column, source: str) -> Predicate:
    word = test.value.lower()
    if test.operator not in ":=" or word not in _YES | _NO:
        raise FilterError(f"{test.field} is yes or no", source, test.start, test.end, f"such as {test.field}:yes")
    get, wanted = column.value, word in _YES
    return lambda record: bool(get(record)) == wanted


def _ordered(test: Comparison, column: Column) -> Predicate:
    """``<`` and its like on a text compare as text, on an address as addresses of the same family."""
    order, get = _ORDER[test.operator], column.value
    span = network(test.value) if column.kind == "address" else None
    if span is not None:
        family, base = span.family, span.base

        def address(record: Any) -> bool:
            other = network(get(record))
            return other is not None and other.family == family and order(other.base, base)

        return address
    limit = test.value.lower()
    wanted = number(test.value, "number")

    def text(record: Any) -> bool:
        for atom in _atoms(get(record)):
            if isinstance(atom, str):
                if order(atom.lower(), limit):
                    return True
            elif wanted is not None and order(atom, wanted):
                return True
        return False

    return text


def _inside(get: Callable[[Any], Any], span: Network) -> Predicate:
    """Return whether the address lies in the range, or is that address; addresses repeat, so answers are kept."""
    known: dict[Any, bool] = {None: False}

    def inside(value: Any) -> bool:
        other = network(value)
        if other is None:
            return False
        if span.prefixed:
            return span.has(other)
        return span.base == other.base

    def test(record: Any) -> bool:
        value = get(record)
        if type(value) is not str and value is not None:
            return any(inside(atom) for atom in _atoms(value))
        answer = known.get(value)
        if answer is None:
            answer = known[value] = inside(value)
        return answer

    return test


def _textual(test: Comparison, column: Column, names: Names) -> Predicate:
    """``:`` finds the text inside, ``=`` is the whole of it: of the value, of an item of a list, of what is shown."""
    needle, whole, get = test.value.lower(), test.operator == "=", column.value
    if column.text is None and column.kind == "text":

        def plain(record: Any) -> bool:
            value = get(record)
            if type(value) is str:
                return needle == value.lower() if whole else needle in value.lower()
            return any(needle == t.lower() if whole else needle in t.lower() for t in _texts(value))

        return plain
    read = _reader(column, names)
    if whole:
        return lambda record: any(needle == text.lower() for text in read(record))

    def contains(record: Any) -> bool:
        for text in read(record):
            lowered = text.lower()
            # A number inside a list is a number: pid:12 is not 1234.
            if needle in lowered and (needle == lowered or not (needle.isdigit() and lowered.isdigit())):
                return True
        return False

    return contains


def _reader(column: Column, names: Names) -> Callable[[Any], Sequence[str]]:
    """Return a function giving the texts of a field: of its value, and as it is shown."""
    get, show, kind = column.value, column.text, column.kind
    if show is None:

        def bare(record: Any) -> Sequence[str]:
            value = get(record)
            if type(value) is str:
                return (value,)
            if value is None:
                return ()
            return [*_texts(value), format_value(value, kind)]

        return bare

    def shown(record: Any) -> Sequence[str]:
        value = get(record)
        if value is None:
            return (show(record, names),)
        if type(value) is str:
            return (value, show(record, names))
        return [*_texts(value), show(record, names)]

    return shown


def _texts(value: Any) -> Iterator[str]:
    for atom in _atoms(value):
        yield atom if isinstance(atom, str) else str(atom)


def _atoms(value: Any) -> Iterator[Any]:
    """Yield the texts and numbers inside a value, however deep."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, (str, int, float)):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _atoms(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _atoms(item)
    else:
        yield str(value)
