"""Numbers that people type as the values of options, within bounds."""

from __future__ import annotations

from math import isfinite

from netscope.core.errors import BadQuery


class Number:
    """Reads the value of one option within its bounds; says which option and which bounds when it cannot."""

    def __init__(self, flag: str, least: float, most: float) -> None:
        self._flag = flag
        self._least = least
        self._most = most

    def whole(self, text: object, default: int) -> int:
        """Return a whole number, decimal or 0x; ``default`` where the option was not given. Raises BadQuery."""
        if text is None:
            return default
        try:
            return int(self._within(int(str(text), 0), text))
        except ValueError:
            raise self._bad(text) from None

    def real(self, text: object, default: float) -> float:
        """Return a number. Raises BadQuery."""
        if text is None:
            return default
        try:
            return self._within(float(str(text)), text)
        except ValueError:
            raise self._bad(text) from None

    def _within(self, value: float, text: object) -> float:
        if not isfinite(value) or not self._least <= value <= self._most:
            raise self._bad(text)
        return value

    def _bad(self, text: object) -> BadQuery:
        return BadQuery(f"{self._flag} {text}", f"takes a number from {self._least:.10g} to {self._most:.10g}")
