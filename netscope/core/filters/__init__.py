"""The filter language of the tables and the commands: text -> a function of a record.

    nginx                     a word anywhere in the row; "several words" in quotes, /a regular expression/ in slashes
    state:listen              the field has it inside (texts), is equal (numbers), has such an item (lists)
    state=listen  state!=x    the field is exactly that, is not that; "" stands for an absent value
    recv_q>10k  port<=1024    numbers with units; texts and addresses compare too
    port:8000..8100           a range, both ends included; 1024.. is open
    port:https                a port by its name; ``port`` is the local or the remote one
    remote_address:10.0.0.0/8 a network, IPv4 or IPv6; IPv4-mapped addresses count as IPv4
    name~^eth  name:/^eth/    a regular expression; !~ is its opposite
    a b   a and b   a or b   not a   (a or b) c

Letter case never matters. What a field is called is the JSON key, an alias, or the last part of a dotted key.
"""

from __future__ import annotations

from collections.abc import Sequence

from netscope.core.domain import Domain
from netscope.core.fields import columns_named, field_words
from netscope.core.filtererror import FilterError
from netscope.core.filters.compare import Predicate, anywhere, compare
from netscope.core.filters.syntax import And, Comparison, Node, Not, Word, parse
from netscope.core.record import Column, Names
from netscope.core.spelling import closest

__all__ = ["FilterError", "Predicate", "compile_filter", "fields_tested", "lone_word"]


def compile_filter(text: str, domain: Domain, names: Names, columns: Sequence[Column] | None = None) -> Predicate:
    """Return a function that tells whether a record of the topic passes the filter; an empty filter passes all.

    Bare words are looked for in ``columns``, by default those that the topic shows. Raises FilterError, which knows
    the place.
    """
    tree = parse(text, lambda name: bool(columns_named(domain, name)))
    if tree is None:
        return lambda _record: True
    if columns is None:
        columns = [column for column in domain.columns if column.shown]
    return _compile(tree, text, domain, names, columns)


def fields_tested(text: str, domain: Domain) -> list[Column]:
    """Return the columns that a filter compares, for whoever collects only what is needed. Raises FilterError."""
    tree = parse(text, lambda name: bool(columns_named(domain, name)))
    return [] if tree is None else _tested(tree, text, domain)


def lone_word(text: str, domain: Domain) -> str:
    """Return the word of a filter that is nothing but one bare word, else "". Raises FilterError."""
    tree = parse(text, lambda name: bool(columns_named(domain, name)))
    return tree.value if isinstance(tree, Word) and not (tree.regex or tree.quoted) else ""


def _tested(node: Node, text: str, domain: Domain) -> list[Column]:
    if isinstance(node, Word):
        return []
    if isinstance(node, Comparison):
        return _columns(node, text, domain)
    parts = (node.part,) if isinstance(node, Not) else node.parts
    return [column for part in parts for column in _tested(part, text, domain)]


def _compile(node: Node, text: str, domain: Domain, names: Names, shown: Sequence[Column]) -> Predicate:
    if isinstance(node, Word):
        return anywhere(node, shown, names, text)
    if isinstance(node, Comparison):
        return compare(node, _columns(node, text, domain), names, text)
    if isinstance(node, Not):
        part = _compile(node.part, text, domain, names, shown)
        return lambda record: not part(record)
    parts = [_compile(part, text, domain, names, shown) for part in node.parts]
    return _all(parts) if isinstance(node, And) else _any(parts)


def _columns(test: Comparison, text: str, domain: Domain) -> list[Column]:
    columns = columns_named(domain, test.field)
    if columns:
        return columns
    close = closest(test.field, field_words(domain))
    mend = f"did you mean {' or '.join(close)}?" if close else "quote it to look for the text itself"
    raise FilterError(
        f"{domain.name} have no field {test.field!r}", text, test.start, test.start + len(test.field), mend
    )


def _all(parts: Sequence[Predicate]) -> Predicate:
    if len(parts) == 2:
        one, other = parts
        return lambda record: one(record) and other(record)
    return lambda record: all(part(record) for part in parts)


def _any(parts: Sequence[Predicate]) -> Predicate:
    return lambda record: any(part(record) for part in parts)
