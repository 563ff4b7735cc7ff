"""What a capture filter is refused with."""

from __future__ import annotations

from netscope.core.filtererror import FilterError


class FilterSyntaxError(FilterError):
    """A capture filter that cannot be compiled; ``start`` and ``end`` say which of its characters are meant."""


class Refused(Exception):
    """Raised while code is made for one term, by functions that do not know where in the text it stands."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
