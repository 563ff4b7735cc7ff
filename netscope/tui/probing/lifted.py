"""Columns of a topic's records for rows that have such a record among other things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netscope.core.record import Column


def lifted(column: Column, record: Callable[[Any], Any]) -> Column:
    """Return the column of a row's record."""
    value, text, texts = column.value, column.text, column.texts
    return column._replace(
        value=lambda row: value(record(row)),
        text=None if text is None else lambda row, names: text(record(row), names),
        texts=None if texts is None else lambda rows, names: texts(list(map(record, rows)), names),
    )
