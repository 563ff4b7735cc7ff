"""What typing and collections.abc offer, for modules that a one-shot command loads.

A type checker finds the real ones here. A program that is over in 50 ms should not spend 15 of them on importing typing
(with re, enum and contextlib), collections, and making classes of its NamedTuples (each annotation is compiled); it
gets stand-ins that do as much as annotations, which are never evaluated, and our records need.
"""

from __future__ import annotations

TYPE_CHECKING = False  # to type checkers this name is true, wherever it comes from

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from typing import Any, Generic, Literal, NamedTuple, NoReturn, Protocol, TypeVar, overload
else:
    # The module behind collections.abc, which the interpreter has loaded already.
    from _collections_abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
    from operator import itemgetter

    class _Subscripted:
        def __class_getitem__(cls, _parameters):
            return cls

    class Any(_Subscripted):
        """Any value."""

    class Generic(_Subscripted):
        """The base of a class that has a type as its parameter."""

    class Literal(_Subscripted):
        """One of some values."""

    class NoReturn:
        """What never returns."""

    class Protocol(_Subscripted):
        """The base of a class that says what others must have."""

    def TypeVar(_name, **_more):  # noqa: N802 - named as in typing
        """Return what stands for a type in annotations."""
        return Any

    def overload(function):
        """Mark a signature."""
        return function

    class _Declared(type):
        """Makes the annotated names of a class body the fields of a tuple."""

        def __new__(mcs, name, bases, body):
            fields = tuple(body.get("__annotations__", ()))
            body["_fields"] = body["__match_args__"] = fields
            body["_field_defaults"] = {field: body[field] for field in fields if field in body}
            body["__slots__"] = ()
            body["_unmade"] = True
            body.update((field, _field(index)) for index, field in enumerate(fields))
            return super().__new__(mcs, name, bases, body)

    def _field(index):
        return property(itemgetter(index))

    try:
        from _collections import _tuplegetter  # what collections.namedtuple takes where it is, for speed
    except ImportError:
        pass
    else:

        def _field(index):
            return _tuplegetter(index, None)

    def _maker(fields, defaults):
        """Return the function that makes a tuple of its arguments: 80 us that few classes of a program are worth."""
        names = "".join(f"{field}, " for field in fields)
        made = eval(f"lambda _class, {names}: _new(_class, ({names}))", {"_new": tuple.__new__})
        made.__defaults__ = tuple(defaults.values())
        return made

    def _arranged(cls, values, named):
        """Return the values in the order of the fields; None where the arguments are wrong."""
        given = dict(zip(cls._fields, values, strict=False))
        if len(values) != len(given) or not given.keys().isdisjoint(named):
            return None
        given = {**cls._field_defaults, **given, **named}
        return map(given.get, cls._fields) if given.keys() == set(cls._fields) else None

    class NamedTuple(tuple, metaclass=_Declared):
        """The base of a record: as :class:`typing.NamedTuple`."""

        def __new__(cls, *values, **named):
            """Make one of the values of its fields. Of many classes the first is the only one."""
            if cls._unmade:
                cls._unmade = False
                arranged = _arranged(cls, values, named)
                if arranged is not None:
                    return tuple.__new__(cls, arranged)
            cls.__new__ = staticmethod(_maker(cls._fields, cls._field_defaults))  # for this, and all that follow
            return cls.__new__(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, **changed):
            made = tuple.__new__(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(map(repr, changed))}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            values = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self):
            return tuple(self)


__all__ = [
    "TYPE_CHECKING",
    "Any",
    "Callable",
    "Collection",
    "Generic",
    "Hashable",
    "Iterable",
    "Iterator",
    "Literal",
    "Mapping",
    "NamedTuple",
    "NoReturn",
    "Protocol",
    "Sequence",
    "TypeVar",
    "overload",
]
