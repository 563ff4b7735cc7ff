"""What a filter is refused with: of the tables' language, and of capture filters."""

from __future__ import annotations

from netscope.core.errors import BadQuery
from netscope.core.text import printable, width


class FilterError(BadQuery):
    """A filter that cannot be understood.

    Attributes:
        text: the filter.
        start: where in it the trouble begins (characters).
        end: where it ends, at least one character further; may lie one behind the text.
    """

    def __init__(self, what: str, text: str, start: int, end: int, mend: str = "") -> None:
        super().__init__(what, "", mend)
        self.text = text
        self.start = start
        self.end = max(end, start + 1)

    def drawn(self) -> str:
        """Return the filter, escaped, with the place marked below it: two lines."""
        before = printable(self.text[: self.start])
        return f"{before}{printable(self.text[self.start :])}\n{' ' * width(before)}{self._mark()}"

    def _mark(self) -> str:
        return "^" * max(1, width(printable(self.text[self.start : self.end])))
