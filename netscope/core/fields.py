"""Which columns a field name stands for, in filters, ``--fields`` and ``--sort``."""

from __future__ import annotations

from netscope.core.domain import Domain
from netscope.core.record import Column


def columns_named(domain: Domain, name: str) -> list[Column]:
    """Return the columns that a name stands for: the column itself, those with the alias, or a nested last part."""
    wanted = name.lower().replace("-", "_")
    for matches in (
        lambda column: column.name == wanted,
        lambda column: wanted in column.aliases,
        lambda column: column.name.rpartition(".")[2] == wanted,
    ):
        found = [column for column in domain.columns if matches(column)]
        if found:
            return found
    return []


def field_words(domain: Domain) -> list[str]:
    """Return every word that names a field: names, aliases, and the last parts of dotted names."""
    words = [word for column in domain.columns for word in (column.name, *column.aliases)]
    return list(dict.fromkeys([*words, *(word.rpartition(".")[2] for word in words)]))
