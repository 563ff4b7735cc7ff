"""Records that are made when they are needed, on whatever thread needs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload


class Later(Sequence[Any]):
    """A sequence whose items a function makes, once."""

    def __init__(self, make: Callable[[], Sequence[Any]]) -> None:
        self._make = make
        self._made: Sequence[Any] | None = None

    def _items(self) -> Sequence[Any]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __len__(self) -> int:
        return len(self._items())

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        return self._items()[index]
