"""What one look at one topic saw, and how two looks differ."""

from __future__ import annotations

from netscope.core.typed import Any, Callable, Hashable, NamedTuple, Sequence


class Problem(NamedTuple):
    """Something that could not be read, beside the records that could.

    Attributes:
        what: what is missing ("owners of 12 sockets").
        why: the reason ("needs CAP_SYS_PTRACE").
        mend: what would make it work ("run with sudo").
        partial: whole records are missing because something that should have worked failed; a command then ends with
            status 1. A detail that is missing from records, or what this kernel has not got, is no failure.
    """

    what: str
    why: str = ""
    mend: str = ""
    partial: bool = False


class Snapshot(NamedTuple):
    """The records of one topic at one moment.

    Attributes:
        topic: the topic's one name, such as ``sockets``.
        records: immutable records, in the kernel's order. May be a lazy sequence.
        problems: what could not be read, and what would mend it.
        taken_at: wall clock, seconds since the epoch.
        clock: ``time.monotonic()`` at the same moment; rates use only this one.
    """

    topic: str
    records: Sequence[Any]
    problems: tuple[Problem, ...] = ()
    taken_at: float = 0.0
    clock: float = 0.0


class Diff(NamedTuple):
    """Keys that came, went and changed between two snapshots."""

    added: frozenset[Hashable]
    removed: frozenset[Hashable]
    changed: frozenset[Hashable]


def diff(before: Sequence[Any], now: Sequence[Any], key: Callable[[Any], Hashable]) -> Diff:
    """Compare two record sequences by key; a record is changed when it compares unequal."""
    old = {key(record): record for record in before}
    new = {key(record): record for record in now}
    return Diff(
        added=frozenset(new.keys() - old.keys()),
        removed=frozenset(old.keys() - new.keys()),
        changed=frozenset(k for k in new.keys() & old.keys() if new[k] is not old[k] and new[k] != old[k]),
    )
