"""Saving what is seen: the rows of a table, or the whole host. Files are written off the loop."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from textual.screen import Screen

from netscope.core.domain import Domain, Query
from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.snapshot import Problem, Snapshot
from netscope.hub.once import collect_once
from netscope.hub.watch import in_thread
from netscope.tui.choosers import FilePrompt
from netscope.tui.pane import Pane


def file_name(words: Sequence[str], seconds: float) -> str:
    """Return a name that sorts by time."""
    return "-".join(("netscope", *words, time.strftime("%Y%m%d-%H%M%S", time.localtime(seconds)))) + ".json"


def shown_chunks(pane: Pane, path: str, host: Host) -> Iterable[str]:
    """Return the text of the rows shown, in the format that the name's ending asks for; JSON has every field."""
    from netscope.export import csv_lines, document, lines

    domain, view, snapshot = pane.domain, pane.table.view, pane.snapshot or Snapshot(pane.domain.name, ())
    records = [record for key, record in zip(view.keys, view.records, strict=True) if pane.is_live(key)]
    snapshot = snapshot._replace(records=records, problems=pane.problems)
    if path.endswith(".csv"):
        own = {column.name for column in domain.columns}
        return csv_lines([column for column in pane.table.columns if column.name in own], records)
    if path.endswith((".jsonl", ".ndjson")):
        return lines(domain, snapshot)
    return document(domain, snapshot, host)


def export_shown(screen: Screen[None], pane: Pane, host: Host) -> None:
    """Ask for a name and save the rows shown."""
    count = len(pane.table.view.keys)
    title = f"Save {count:,} rows of {pane.domain.title} (.json, .jsonl or .csv)"
    name = file_name([pane.domain.name], host.wall())
    screen.app.push_screen(FilePrompt(title, name, lambda path: _save(screen, path, shown_chunks(pane, path, host))))


def export_answers(screen: Screen[Any], domain: Domain, snapshot: Snapshot, host: Host, text: Sequence[str]) -> None:
    """Ask for a name and save what was answered: as records, or as the ``text`` that is shown."""

    def chunks(path: str) -> Iterable[str]:
        from netscope.export import document, lines

        if path.endswith((".jsonl", ".ndjson")):
            return lines(domain, snapshot)
        return document(domain, snapshot, host) if path.endswith(".json") else (f"{line}\n" for line in text)

    title = "Save the answers (.json, .jsonl), or the text that is shown (.txt)"
    name = file_name([domain.name], host.wall())
    screen.app.push_screen(FilePrompt(title, name, lambda path: _save(screen, path, chunks(path))))


def export_all(
    screen: Screen[Any],
    host: Host,
    load: Callable[[str], Domain],
    topics: Iterable[str],
    held: Sequence[Snapshot] = (),
) -> None:
    """Ask for a name and save every topic as one document, as ``netscope snapshot`` does, and what tabs hold beside."""
    from netscope.export import snapshot_document

    def chunks() -> Iterator[str]:
        collected = ((load(topic), _look(load(topic), host)) for topic in topics)
        return snapshot_document(chain(collected, ((load(kept.topic), kept) for kept in held)), host)

    name = file_name(["snapshot"], host.wall())
    screen.app.push_screen(FilePrompt("Save the whole host (.json)", name, lambda path: _save(screen, path, chunks())))


def _look(domain: Domain, host: Host) -> Snapshot:
    """Look once at everything the topic knows; a topic that cannot be read at all is a problem in the document."""
    try:
        return collect_once(domain, host, Query().having(full=True))
    except NetscopeError as error:
        problem = Problem(error.what, error.why, error.mend, partial=True)
        return Snapshot(domain.name, (), (problem,), host.wall(), host.clock())


async def _save(screen: Screen[Any], path: str, chunks: Iterable[str]) -> str:
    from netscope.export import write_file

    if not path.strip():
        return "A file needs a name."
    try:
        await in_thread(lambda: write_file(os.path.expanduser(path), chunks))
    except NetscopeError as error:
        return f"{error.what}: {error.why}"
    screen.notify(f"Saved: {path}", markup=False)
    return ""
